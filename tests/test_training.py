"""Training on a library: a metric that is learned of edits, kept only if it finds more, and named where it is used."""

import json
import os
import shutil

import numpy as np
import pytest
import videos
from likeness_samples import MEANS, kept_network, onnx

from loopfind.arrays.directions import unit
from loopfind.cli.app import run
from loopfind.comparison.metric import Views, changed, found, learn_metric, shuffled_files
from loopfind.fingerprints.edits import edits_of
from loopfind.fingerprints.network import load_network
from loopfind.model.comparison import Failure
from loopfind.model.likeness import AppearanceKey, Learned, Training
from loopfind.pipeline import add, similar
from loopfind.pipeline.library_train import is_rise
from loopfind.reports.formats.likeness import training_text
from loopfind.settings import Settings, SimilarSettings
from loopfind.stores.learned import LearnedTable
from loopfind.stores.opener import open_library


def views(files=60, moments=3, edits=4, width=24, noisy=8, seed=1):
    """Moments of files, and edits that change some of their numbers beyond knowing."""
    rng = np.random.default_rng(seed)
    wholes = rng.normal(size=(files * moments, width))
    changes = np.concatenate(
        [3 * rng.normal(size=(edits, files * moments, noisy)), np.zeros((edits, files * moments, width - noisy))], 2
    )
    edited = (wholes + changes).reshape(-1, width)
    return Views(
        unit(wholes), np.repeat(np.arange(files), moments), unit(edited), np.tile(np.arange(files * moments), edits)
    )


def test_a_metric_sees_through_what_edits_change_in_files_that_it_was_not_trained_on():
    whole = views(120)
    metric = learn_metric(whole.of(np.arange(60)), whole.of(np.arange(60, 80)))
    judged = whole.of(np.arange(80, 120))
    assert np.array_equal(metric, learn_metric(whole.of(np.arange(60)), whole.of(np.arange(60, 80))))
    assert found(judged, metric).mean() > found(judged, None).mean() + 0.05
    assert np.allclose(np.linalg.norm(changed(judged.wholes, metric), axis=1), 1, atol=1e-5)


def test_the_views_of_some_files_are_theirs():
    whole = views(10)
    some = whole.of(np.array([2, 7]))
    assert set(some.files) == {2, 7} and len(some.wholes) == 6 and len(some.edits) == 24
    for edit, moment in zip(some.edits, some.moments, strict=True):
        (place,) = np.flatnonzero((whole.edits == edit).all(1))
        assert np.array_equal(some.wholes[moment], whole.wholes[whole.moments[place]])


def test_files_that_show_the_same_stay_together():
    whole = views(8)
    same = whole.wholes.copy()
    same[3 * 5], same[3 * 6 + 1] = same[3 * 2], same[3 * 5 + 1]
    parts = shuffled_files(Views(same, *whole[1:]))
    assert sorted(map(len, parts)) == [1, 1, 1, 1, 1, 3] and [2, 5, 6] in [sorted(part) for part in parts]


def test_edits_keep_the_size_and_are_drawn_by_seed():
    pictures = np.random.default_rng(1).integers(0, 256, (2, 40, 40, 3)).astype(np.uint8)
    one, again, other = (edits_of(pictures, np.random.default_rng(seed)) for seed in (1, 1, 2))
    for first, second, third in zip(one, again, other, strict=True):
        assert first.shape == pictures.shape and first.dtype == np.uint8 and np.array_equal(first, second)
        assert not np.array_equal(first, pictures) and third.shape == pictures.shape


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A library of twenty short videos of two kinds, and a network that sees the mean colour."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "films").mkdir()
    for number in range(20):
        colour = f"0x{3 * number:02x}{200 - 9 * number:02x}{40 + 10 * (number % 7):02x}"
        source = f"color=c={colour}:size=48x48:rate=5:duration=1,noise=alls=60:all_seed={number}"
        words = ["-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "4", "-g", "2"]
        videos.run(*words, str(folder / "films" / f"{number:02}.mp4"))
    add([str(folder / "films")], folder / "l.sqlite", Settings(sound=False))
    return folder, kept_network(folder, onnx(MEANS), side=32)


@pytest.mark.slow
def test_what_finds_more_of_files_left_out_is_kept(shelf, tmp_path, capsys):
    folder, library = shelf[0], str(tmp_path / "l.sqlite")
    shutil.copy(folder / "l.sqlite", library)
    eye = kept_network(tmp_path, onnx([("Flatten", ["pictures"], "out")]), side=32)
    assert run(["library", "train", "--model", eye, "--library", library, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    keys = {"schema", "loopfind", "by", "model", "files", "judged", "edits", "before", "after", "kept", "digest"}
    assert set(answer) == keys | {"failures"} and answer["files"] == 20 and 0 < answer["judged"] < 12
    assert answer["kept"] is True and answer["after"] > answer["before"] and len(answer["digest"]) == 16
    with open_library(library) as held:
        learned = LearnedTable(held.connections).held("metric", AppearanceKey("cnn", answer["model"], 0))
    assert learned is not None and learned.digest == answer["digest"]


def test_a_rise_that_chance_makes_is_none():
    rises = {(0, 0): False, (3, 0): False, (4, 0): False, (5, 0): True, (30, 20): False, (40, 20): True, (0, 9): False}
    assert {pair: is_rise(*pair) for pair in rises} == rises


@pytest.mark.slow
def test_what_is_kept_is_compared_by_and_named_until_it_is_forgotten(shelf, capsys):
    folder, eye = shelf
    library, asked = folder / "l.sqlite", SimilarSettings(by="cnn", model=eye)
    video = str(folder / "films" / "03.mp4")
    plain = similar(video, library, asked)
    key = AppearanceKey("cnn", load_network(eye).digest, 0)
    down, up = np.array([[1.0, 0, 0]]), np.array([[-1.0, 0, 0]])  # red no longer counts
    learned = Learned("metric", key, 20, np.concatenate([down, up]).astype(np.float16))
    with open_library(library) as held:
        LearnedTable(held.connections).keep(learned)
    changed_ = similar(video, library, asked)
    assert changed_.key.model == f"{key.model}+{learned.digest}" and changed_.neighbours != plain.neighbours
    assert changed_.searched == plain.searched and all(one.moments for one in changed_.neighbours)
    assert run(["library", "train", "--forget", "--library", str(library)]) == 0
    assert capsys.readouterr().out == "1 taken out.\n"
    assert similar(video, library, asked) == plain


@pytest.mark.slow
def test_a_library_of_few_files_is_not_trained_on(shelf, tmp_path, capsys):
    folder, eye = shelf
    add([str(folder / "films" / "00.mp4")], tmp_path / "l.sqlite", Settings(sound=False))
    assert run(["library", "train", "--model", eye, "--library", str(tmp_path / "l.sqlite")]) == 1
    out, error = capsys.readouterr()
    assert out == "" and "1 of its files can be looked at, and 20 are the fewest" in error and error.count("\n") == 1
    assert os.path.exists(tmp_path / "l.sqlite")


@pytest.mark.parametrize(
    ("kept", "digest", "said"),
    [
        (True, "abc", "Kept, as abc: `similar` and `groups` compare by it from now on.\n"),
        (False, "", "Not kept: that is no more than chance makes. Files are compared as before.\n"),
        (False, "abc", "What was trained before stays.\n"),
    ],
)
def test_the_text_says_whether_it_is_kept(kept, digest, said):
    answer = Training(AppearanceKey("cnn", "1", 0), 40, 14, 560, 0.5, 0.6, kept, digest, (Failure("/a\nb", "gone"),))
    text = "".join(training_text(answer))
    assert said in text and "0.500 of them before, for 0.600 after" in text and "left out: /a\\x0ab: gone\n" in text
