"""Networks that look at pictures: those of anyone, with a card, and the one that comes along."""

import builtins
import hashlib
from pathlib import Path

import numpy as np
import pytest
from likeness_samples import MEANS, MOST, kept_network, noise, onnx

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.neighbours import Query, rank
from loopfind.errors import BadSetting, LibraryError, MissingExtra
from loopfind.fingerprints.network import load_network
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.pipeline.likeness_spaces import space_of

ROOT = Path(__file__).resolve().parent.parent


def test_a_network_of_anyone_sees_as_its_card_says(tmp_path):
    path = kept_network(tmp_path, onnx(MEANS), side=32, mean=[0.5, 0, 0], spread=[1, 2, 1])
    network = load_network(path)
    picture = np.full((3, 32, 32, 3), (255, 255, 0), np.uint8)
    assert network.card.side == 32
    assert np.allclose(network.vectors(picture), np.tile(unit(np.array([[0.5, 0.5, 0.0]])), (3, 1)), atol=1e-5)


def test_each_output_of_a_network_weighs_the_same_and_the_card_chooses(tmp_path):
    picture = noise(2, side=32)
    both = load_network(kept_network(tmp_path, onnx(MEANS + MOST, outputs=("out", "top")), side=32)).vectors(picture)
    assert both.shape == (2, 6) and np.allclose(np.linalg.norm(both[:, :3], axis=1), np.sqrt(0.5), atol=1e-5)
    chosen = onnx(MEANS + MOST, outputs=("out", "top"))
    one = load_network(kept_network(tmp_path, chosen, side=32, outputs=["top"])).vectors(picture)
    assert one.shape == (2, 3) and np.allclose(one, 3**-0.5, atol=0.02)


def test_another_file_or_card_is_another_digest(tmp_path):
    plain = load_network(kept_network(tmp_path, onnx(MEANS))).digest
    assert plain == load_network(kept_network(tmp_path, onnx(MEANS))).digest
    carded = load_network(kept_network(tmp_path, onnx(MEANS), side=64)).digest
    other = load_network(kept_network(tmp_path, onnx([*MOST, ("Identity", ["top"], "out")]), side=64)).digest
    assert len({plain, carded, other, load_network().digest}) == 4


@pytest.mark.parametrize(
    ("data", "card", "said"),
    [
        (b"no network", None, "cannot be used"),
        (b"", None, "cannot be used"),
        (onnx([("Add", ["pictures", "more"], "out")], inputs=("pictures", "more")), None, "more than pictures"),
        (onnx([("Flatten", ["pictures"], "out")]), None, "numbers for a picture"),
        (onnx(MEANS), "{", "JSON with side"),
        (onnx(MEANS), "[]", "JSON with side"),
        (onnx(MEANS), '{"side": "wide"}', "JSON with side"),
        (onnx(MEANS), '{"side": 1e999}', "JSON with side"),
        (onnx(MEANS), '{"mean": [1, 2]}', "JSON with side"),
        (onnx(MEANS), '{"side": 9}', "side is 32 to 1024"),
        (onnx(MEANS), '{"spread": [1, 0, 1]}', "spread above 0"),
        (onnx(MEANS), '{"spread": [1, NaN, 1]}', "spread above 0"),
        (onnx(MEANS), '{"outputs": ["none such"]}', "cannot be used"),
        (onnx(MEANS), "\udcff", "cannot be read"),
    ],
)
def test_a_network_or_card_that_cannot_be_used_is_one_line(data, card, said, tmp_path):
    path = Path(kept_network(tmp_path, data))
    if card is not None:
        path.with_suffix(".json").write_bytes(card.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSetting, match=said) as raised:
        load_network(str(path))
    assert "\n" not in str(raised.value) and str(path.stem) in str(raised.value)


def test_a_network_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(BadSetting, match="cannot be read: No such file"):
        load_network(str(tmp_path / "gone.onnx"))


def test_without_onnxruntime_the_extra_is_named(monkeypatch):
    whole = builtins.__import__

    def lacking(name, *rest, **more):
        if name == "onnxruntime":
            raise ImportError(name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(MissingExtra, match="onnxruntime") as raised:
        load_network()
    assert "cnn" in str(raised.value) and "\n" not in str(raised.value)


def test_the_network_that_comes_along_is_the_one_whose_notice_lies_beside_it():
    folder = ROOT / "loopfind" / "fingerprints" / "weights"
    digest = hashlib.sha256((folder / "efficientnet-lite0.onnx").read_bytes()).hexdigest()
    assert digest in (folder / "NOTICE").read_text(encoding="utf-8")
    assert digest in (ROOT / "docs" / "likeness.md").read_text(encoding="utf-8")
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_the_centre_that_comes_along_is_one_of_the_network_s_own_vectors_shortened():
    network = load_network()
    assert network.centre.shape == network.vectors(noise(1, side=160))[0].shape
    assert 0.5 < np.linalg.norm(network.centre) < 1


def test_files_are_compared_without_what_all_have_in_common_and_moments_named_without_it():
    rng, centre = np.random.default_rng(1), np.full(32, 5.0, np.float32)
    key, own = AppearanceKey("cnn", "", 0), rng.normal(size=(3, 4, 32)).astype(np.float32)
    kept = [Appearance(key, np.arange(4.0), rounded(one + centre)) for one in own]
    scale = np.linalg.norm(own[0] + centre, axis=1, keepdims=True)
    asked = Query((own[0] + centre) / scale, np.zeros((0, 32), np.float32), np.zeros(0, np.intp), np.arange(4.0))
    middle = np.float32(np.mean(scale)) ** -1 * centre
    plain, space = rank(asked, kept).likenesses, space_of(None, "", "cnn", key, kept, None, middle)
    centred = rank(space.asked(asked), space.ranked).likenesses
    assert plain[0] - plain[1:].max() < 0.1 and centred[0] - centred[1:].max() > 0.3
    assert np.array_equal(space.named(asked).vectors, space.asked(asked).vectors)
    with pytest.raises(LibraryError, match="damaged"):
        space_of(None, "", "cnn", key, kept, None, centre[:31])
