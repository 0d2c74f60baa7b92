"""Across files: the engine on a joint timeline, shared stretches in their own files' times, whole files, folders."""

import json
import os
import shutil
from dataclasses import replace

import draws
import numpy as np
import pytest
import synthetic as s
import videos
from hypothesis import given
from hypothesis import strategies as st
from in_process import loopfind

from loopfind.arrays.disk import Chain
from loopfind.engine.cross_file import across
from loopfind.engine.signal.concat import joint_timeline_of
from loopfind.errors import BadSetting, Unreadable
from loopfind.model.transform import Pose, Transform, matrix
from loopfind.pipeline import compare
from loopfind.reports.formats import comparisons
from loopfind.reports.summaries import summary_of_shared
from loopfind.settings import CompareSettings

POSES = [Pose(mirrored, turned) for mirrored in (False, True) for turned in range(4)]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.data())
def test_a_chain_of_tables_reads_as_one_table(lengths, data):
    whole = np.arange(144 * sum(lengths), dtype=np.uint16).reshape(-1, 144)
    chain = Chain(np.split(whole, np.cumsum(lengths)[:-1]))
    low, high = sorted(data.draw(st.tuples(*[st.integers(-3, len(whole) + 3)] * 2)))
    assert np.array_equal(chain[low:high], whole[low:high]) and len(chain) == len(whole)


class Counted:
    """A table of rows that counts those that are read, of all such tables together."""

    read = 0

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, part):
        Counted.read += len(self._rows[part])
        return self._rows[part]


def game_of_life(seed):
    """A file of half a second: five generations, a part of the picture a cell."""
    grid, shown = np.random.default_rng(seed).random((48, 48)) < 0.4, []
    for _ in range(5):
        shown.append(255 * grid.reshape(12, 4, 12, 4).mean((1, 3)).ravel())
        around = sum(np.roll(grid, (i, j), (0, 1)).astype(int) for i in (-1, 0, 1) for j in (-1, 0, 1)) - grid
        grid = (around == 3) | (grid & (around == 2))
    return s.fingerprint(np.array(shown, np.float32), np.arange(5) / 10, seed=seed)


@pytest.mark.slow
def test_a_line_between_two_of_many_files_is_not_followed_through_the_others():
    files = [game_of_life(seed) for seed in range(100)]
    files = [replace(file, sketches=Counted(file.sketches)) for file in files]
    Counted.read = 0
    assert across(files, CompareSettings()) == ((), ())
    assert Counted.read < 150 * sum(map(len, files))


def test_files_lie_apart_on_the_joint_timeline_and_keep_their_rhythm():
    files = [s.shown([(s.film(1), 0, 5)], 25), s.shown([(s.film(2), 0, 4)], 30), s.shown([(s.film(3), 0, 3)], 10)]
    joint = joint_timeline_of(files)
    times = joint.track.times
    assert (np.diff(times) > 0).all() and len(times) == len(joint.track.sketches)
    for file, first, count, shift in zip(files, joint.first, joint.frames, joint.shift, strict=True):
        own = slice(int(first), int(first + count))
        assert np.allclose(times[own] - shift, file.times)
        assert np.array_equal(joint.track.sketches[own], file.sketches[0 : len(file)])
        assert times[first] - times[first - 1] < 0.2 and times[first + count] - shift == pytest.approx(file.end)


@pytest.mark.parametrize("pose", POSES)
def test_a_pose_does_to_cells_what_it_says_and_poses_add_up(pose):
    picture = np.random.default_rng(1).random(144).astype(np.float32)
    square = np.rot90(picture.reshape(12, 12), pose.turned)
    held = matrix(Transform(pose.mirrored, turned=pose.turned)) @ picture
    assert np.allclose(held, (square[:, ::-1] if pose.mirrored else square).ravel())
    back = matrix(Transform(pose.undone.mirrored, turned=pose.undone.turned))
    assert np.allclose(back @ held, picture)
    for other in POSES:
        both = pose.then(other)
        twice = matrix(Transform(other.mirrored, turned=other.turned)) @ held
        assert np.allclose(twice, matrix(Transform(both.mirrored, turned=both.turned)) @ picture)


@pytest.mark.slow
@pytest.mark.parametrize("seed", draws.some(range(4), 1))
def test_several_stretches_of_one_file_are_found_in_another_in_any_order(seed):
    """Seconds 10 to 14 and 2 to 7 of a film, in that order, amid another film; a third file shows something else."""
    one, other = s.film(seed + 1), s.film(seed + 70)
    files = [
        s.shown([(one, 0, 20)], 25, seed=1),
        s.shown([(other, 0, 3), (one, 10, 14), (other, 3, 6), (one, 2, 7)], 25, seed=2),
        s.shown([(s.film(seed + 140), 0, 15)], 25, seed=3),
    ]
    repeats, (pair,) = across(files, CompareSettings())
    spans = sorted([(o.file, o.start, o.end) for o in repeat.occurrences] for repeat in repeats)
    assert [[(f, pytest.approx(a, abs=0.05), pytest.approx(b, abs=0.05)) for f, a, b in row] for row in spans] == [
        [(0, 2, 7), (1, 10, 15)],
        [(0, 10, 14), (1, 3, 7)],
    ]
    assert pair.files == (0, 1) and pair.seconds == pytest.approx((9, 9), abs=0.1) and pair.whole == (False, False)


@pytest.mark.slow
def test_the_same_film_at_another_rate_is_the_same_from_end_to_end():
    files = [s.shown([(s.film(5), 0, 12)], rate, seed=rate) for rate in (25, 30, 15)]
    repeats, pairs = across(files, CompareSettings())
    assert {pair.files for pair in pairs} == {(0, 1), (0, 2), (1, 2)}
    assert all(pair.whole == (True, True) for pair in pairs)
    assert {o.file for o in repeats[0].occurrences} == {0, 1, 2}


@pytest.mark.slow
@pytest.mark.parametrize("pose", [pose for pose in POSES if pose != Pose()])
def test_turned_and_mirrored_copies_say_how_they_are_held(pose):
    film, held = s.film(8), matrix(Transform(pose.mirrored, turned=pose.turned))
    files = [s.shown([(film, 0, 6)], 25, seed=1), s.shown([(lambda t: film(t) @ held.T, 0, 6)], 25, seed=2)]
    (repeat,), _ = across(files, CompareSettings())
    first, second = repeat.occurrences
    assert (first.turned, first.mirrored) == (0, False)
    assert (second.turned, second.mirrored) == (-90 * pose.turned % 360, pose.mirrored)


@pytest.mark.slow
def test_a_clip_played_backwards_is_found_and_said():
    film = s.film(9)
    files = [s.shown([(film, 0, 10)], 25, seed=1), s.shown([(s.backwards(film), -10, 0)], 25, seed=2)]
    (repeat,), (pair,) = across(files, CompareSettings())
    assert [o.reversed for o in repeat.occurrences] == [False, True] and pair.files == (0, 1)


@pytest.mark.slow
def test_files_that_share_nothing_share_nothing():
    files = [s.shown([(s.film(seed), 0, 10)], 25, seed=seed) for seed in range(3)]
    files += [s.shown([(s.camera(seed, where=1), 0, 10)], 25, seed=seed) for seed in range(2)]
    assert across(files, CompareSettings()) == ((), ())
    assert summary_of_shared((), (), 10) == "None of the 10 files shows anything of another."


@pytest.mark.slow
def test_what_repeats_inside_one_file_is_told_where_asked():
    file = s.shown([(s.film(4), 0, 10), (s.film(4), 2, 7)], 25)
    other = s.shown([(s.film(44), 0, 8)], 25)
    assert across([file, other], CompareSettings()) == ((), ())
    (repeat,), pairs = across([file, other], CompareSettings(own=True))
    assert pairs == () and [(o.file, o.start) for o in repeat.occurrences] == [(0, 2.0), (0, 10.0)]


@pytest.mark.slow
def test_a_query_compares_its_file_with_the_others_alone():
    film = s.film(6)
    files = [
        s.shown([(film, 3, 8)], 25, seed=1),
        s.shown([(film, 0, 9)], 25, seed=2),
        s.shown([(film, 1, 10)], 25, seed=3),
    ]
    _, pairs = across(files, CompareSettings(query=True))
    assert {pair.files for pair in pairs} == {(0, 1), (0, 2)}
    assert pairs[0].whole[0] and pairs[1].whole[0]


@pytest.fixture
def folder(tmp_path):
    """A film, a piece of it in another container, something else, a text, and a file that is broken."""
    source = "testsrc2=s=96x64:r=25:d=7,noise=alls=20:allf=t"
    film = videos.make("compare-film.mkv", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "23")
    piece = videos.make("compare-piece.mp4", "-ss", "2", "-t", "3", "-i", film.as_posix(), "-c:v", "mpeg4", "-q:v", "5")
    other = videos.make("compare-other.mp4", "-f", "lavfi", "-i", "mandelbrot=s=96x64:r=25", "-t", "3", "-c:v", "mpeg4")
    for file in (film, piece, other):
        shutil.copy(file, tmp_path)
    (tmp_path / "notes.txt").write_text("no video")
    (tmp_path / "broken.mp4").write_bytes(piece.read_bytes()[:400])
    return tmp_path


@pytest.mark.slow
def test_a_folder_is_compared_and_what_is_no_video_is_left_out_and_said(folder):
    result = compare([str(folder)], CompareSettings(jobs=2))
    assert [os.path.basename(source.path) for source in result.sources] == [
        "compare-film.mkv",
        "compare-other.mp4",
        "compare-piece.mp4",
    ]
    assert sorted(os.path.basename(failure.path) for failure in result.failures) == ["broken.mp4", "notes.txt"]
    (repeat,), (pair,) = result.repeats, result.pairs
    assert [(o.file, round(o.start, 2), round(o.end, 2)) for o in repeat.occurrences] == [(0, 2.0, 5.0), (2, 0.0, 3.0)]
    assert pair.files == (0, 2) and pair.whole == (False, True)
    text = "".join(comparisons.as_text(result))
    assert "compare-piece.mp4 is all in compare-film.mkv" in text and "left out: " in text
    value = json.loads("".join(comparisons.as_json(result)))
    assert [o["file"] for o in value["repeats"][0]["occurrences"]] == [result.sources[n].path for n in (0, 2)]
    assert [o["turned"] for o in value["repeats"][0]["occurrences"]] == [0, 0]


@pytest.mark.slow
def test_the_order_and_the_number_of_jobs_do_not_change_the_answer(folder):
    one = compare([str(folder)], CompareSettings(jobs=1))
    many = compare([str(folder)], CompareSettings(jobs=4))
    assert replace(one, settings=many.settings) == many


@pytest.mark.slow
def test_a_file_that_was_named_must_be_readable(folder):
    with pytest.raises(Unreadable):
        compare([str(folder / "compare-film.mkv"), str(folder / "nothing.mp4")])
    with pytest.raises(BadSetting, match="2 or more"):
        compare([str(folder / "compare-film.mkv")])


@pytest.mark.slow
def test_the_command_line_compares_and_refuses_in_one_line(folder):
    film, piece = (str(folder / f"compare-{name}") for name in ("film.mkv", "piece.mp4"))
    assert "1 stretch is shown" in loopfind("compare", film, piece).stdout
    done = loopfind("compare", "--query", piece, "--in", str(folder), "--json", "--fail-on-repeats")
    assert done.returncode == 3 and json.loads(done.stdout)["settings"]["query"] == 1
    clip, within = ["--query", piece], ["--in", str(folder)]
    for words in ([film], [film, *within], clip, [film, *clip, *within], [*clip, *within, "--self"]):
        words = ["compare", *words]
        done = loopfind(*words)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and done.stdout == ""


@pytest.mark.slow
def test_what_is_stopped_stops_at_once_and_leaves_no_reader(folder):
    for number in range(20):
        shutil.copy(folder / "compare-film.mkv", folder / f"more-{number:02}.mkv")
    seen = []

    def watch(progress):
        seen.append(progress.stage)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare([str(folder)], CompareSettings(jobs=2), watch)
    assert len(seen) < 8


@pytest.mark.slow
def test_the_file_that_is_looked_for_is_not_found_in_its_own_folder(folder):
    result = compare([str(folder / "compare-piece.mp4"), str(folder)], CompareSettings(query=True))
    assert [pair.files for pair in result.pairs] == [(0, 1)]
    assert len(result.sources) == 3
