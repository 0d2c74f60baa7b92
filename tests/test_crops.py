"""Parts of pictures: where one lies in another, which parts are proposed, and what a comparison makes of them."""

import json
import sys
from functools import cache

import jsonschema
import numpy as np
import pytest
import videos
from test_docs import published

from loopfind.arrays.directions import rounded
from loopfind.comparison.crops import Glimpses, crop_at, likely_lags
from loopfind.comparison.placement import place_of
from loopfind.errors import BadSetting, MissingExtra, Unreadable
from loopfind.model.crop import Crop
from loopfind.pipeline import compare, compare_to_show
from loopfind.registry import load
from loopfind.reports.formats import SEVERAL
from loopfind.settings import CompareSettings

WIDE, HIGH, RATE = 192, 108, 12.5


def blobs(seed, count, wide=160, high=160, pace=0.0):
    """Grey pictures (count, high, wide) of forty bodies, which move from picture to picture where there is a pace."""
    rng = np.random.default_rng(seed)
    y, x = np.meshgrid(np.arange(high) / high, np.arange(wide) / wide, indexing="ij")
    bodies = rng.uniform((0, 0, 0.02, 0.02, -90, -3, -3), (1, 1, 0.12, 0.12, 90, 3, 3), (40, 7))
    found = np.full((count, high, wide), 120.0)
    for down, right, tall, broad, bright, first, second in bodies:
        for number in range(count):
            turn = number * pace
            rows = np.exp(-(((y - down - 0.1 * np.sin(first * turn + second)) / tall) ** 2))
            found[number] += bright * rows * np.exp(-(((x - right - 0.1 * np.sin(second * turn + first)) / broad) ** 2))
    return np.clip(found, 0, 255).astype(np.float32)


def shrunk(pictures, down, across):
    """Pictures at another size, by the nearest pixel."""
    rows = (np.arange(down) + 0.5) / down * pictures.shape[1]
    columns = (np.arange(across) + 0.5) / across * pictures.shape[2]
    return pictures[:, rows.astype(int)][:, :, columns.astype(int)]


def pasted(small, large, top, left, down, across):
    held = large.copy()
    held[:, top : top + down, left : left + across] = shrunk(small, down, across)
    return held


def proposal(host, guest):
    return crop_at(host, guest, likely_lags(host, guest))


def near(crop, left, top, width, height):
    return np.allclose([crop.left, crop.top, crop.width, crop.height], [left, top, width, height], atol=0.015)


@pytest.mark.parametrize("place", [(100, 40, 48, 48), (0, 0, 80, 64), (120, 120, 40, 40)])
@pytest.mark.slow
def test_the_place_of_a_picture_inside_another_is_found(place):
    small, large = np.stack([blobs(k, 1)[0] for k in range(4)]), np.stack([blobs(9 + k, 1)[0] for k in range(4)])
    top, left, down, across = place
    crop, agreement = place_of(small, pasted(small, large, *place), (1.0, 0.8))
    assert near(crop, left / 160, top / 160, across / 160, down / 160) and agreement.min() > 0.9


@pytest.mark.slow
def test_strangers_have_no_place_in_which_all_agree():
    small, large = np.stack([blobs(k, 1)[0] for k in range(4)]), np.stack([blobs(9 + k, 1)[0] for k in range(4)])
    found = place_of(small, large, (1.0,))
    assert found is None or found[1].min() < 0.6
    flat = np.full((4, 160, 160), 90, np.float32)
    assert place_of(flat, large, (1.0,)) is None


def glimpses(pictures, vectors):
    """Glimpses of pictures whose parts have these vectors (n, parts, d)."""
    held = rounded(vectors.reshape(-1, vectors.shape[-1])).reshape(vectors.shape)
    return Glimpses(np.arange(len(pictures)) / 2, held, pictures.astype(np.uint8), 1.0)


@pytest.mark.slow
def test_a_part_is_proposed_where_moments_agree_on_a_lag_and_pictures_on_a_place():
    rng = np.random.default_rng(5)
    small, ground = np.stack([blobs(k, 1)[0] for k in range(5)]), np.stack([blobs(20 + k, 1)[0] for k in range(12)])
    own, theirs = rng.normal(size=(5, 1, 40)), rng.normal(size=(12, 3, 40))
    theirs[4:9, 2] = own[:, 0] + 0.2 * rng.normal(size=(5, 40))
    shown = ground.copy()
    shown[4:9] = pasted(small, ground[4:9], 100, 40, 48, 48)
    found = proposal(glimpses(shown, theirs), glimpses(small, own))
    assert found is not None and near(found, 0.25, 0.625, 0.3, 0.3)
    # Moments that agree on a lag are not enough, nor is the whole picture a part.
    assert proposal(glimpses(ground, theirs), glimpses(small, own)) is None
    ground[4:9] = small
    assert proposal(glimpses(ground, theirs), glimpses(small, own)) is None
    assert proposal(glimpses(shown[:3], theirs[:3]), glimpses(small, own)) is None


def page(count):
    """Pictures of a page: bars on a bright ground, which stand still."""
    held = np.full((count, HIGH, WIDE), 225, np.float32)
    held[:, 6:14], held[:, 24:30, 10:90], held[:, 36:42, 10:70], held[:, 60:100, 8:80] = 60, 140, 140, 180
    return held


@cache
def film(seed):
    """Seven shots of 15 pictures."""
    return np.concatenate([blobs(100 * seed + shot, 15, WIDE, HIGH, 0.06) for shot in range(7)])


def written(name, pictures):
    raw = videos.FOLDER / f"{name}.grey"
    high, wide = pictures.shape[1:]
    raw.write_bytes(pictures.astype(np.uint8).tobytes())
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{wide}x{high}", "-r", str(RATE), "-i", raw.as_posix())
    return str(videos.make(f"{name}.mp4", *source, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"))


@pytest.fixture(scope="module")
def files():
    """A film, 5 s of it of which a half of each side is left, and 5 s of it in a player in a page."""
    pytest.importorskip("onnxruntime")
    one = film(1)
    return (
        written("crops-film", one),
        written("crops-cropped", shrunk(one[20:83, 5:59, 80:176], HIGH, WIDE)),
        written("crops-page", pasted(one[30:93], page(63), 60, 100, 40, 71)),
    )


@pytest.fixture(scope="module")
def compared(files):
    return compare_to_show(files, CompareSettings(kind="cnn", jobs=2))


@pytest.mark.slow
def test_a_heavy_crop_and_a_player_in_a_page_are_proven_by_their_pixels(files, compared):
    result, shown = compared
    assert {pair.files for pair in result.pairs} >= {(0, 1), (0, 2)}
    found = {tuple(one.file for one in repeat.occurrences): repeat.occurrences for repeat in result.repeats}
    whole, part = found[0, 1]
    assert (whole.start, whole.end) == pytest.approx((1.6, 6.64), abs=0.25) and part.crop is None
    assert near(whole.crop, 80 / WIDE, 5 / HIGH, 0.5, 0.5)
    whole, player = found[0, 2]
    assert (whole.start, whole.end) == pytest.approx((2.4, 7.44), abs=0.25) and whole.crop is None
    assert near(player.crop, 100 / WIDE, 60 / HIGH, 71 / WIDE, 40 / HIGH)
    assert [repeat.id for repeat in result.repeats] == list(range(1, len(result.repeats) + 1))
    assert len(shown.shown) == len(result.repeats) and all(one.rows and one.curves for one in shown.shown)


@pytest.mark.slow
def test_without_a_network_neither_is_found(files):
    found = {pair.files for pair in compare(files, jobs=2).pairs}
    assert not {(0, 1), (0, 2)} & found


@pytest.mark.slow
def test_the_machine_form_and_the_text_say_which_part_of_the_picture(files, compared):
    answer = json.loads("".join(load("format", "json", SEVERAL)(compared[0])))
    jsonschema.validate(answer, published("comparison"))
    crops = [{one["file"]: one.get("crop") for one in repeat["occurrences"]} for repeat in answer["repeats"]]
    (crop,) = [held for held in crops if held.keys() == set(files[:2])]
    assert crop[files[1]] is None and near(Crop(**crop[files[0]]), 80 / WIDE, 5 / HIGH, 0.5, 0.5)
    assert "in a part of the picture, 50" in "".join(load("format", "text", SEVERAL)(compared[0]))


def test_a_network_looks_at_moving_pictures_alone():
    with pytest.raises(BadSetting, match="kind"):
        compare(["a.mp4", "b.mp4"], align="dtw", kind="cnn")
    with pytest.raises(BadSetting, match="there is cnn"):
        compare(["a.mp4", "b.mp4"], kind="ahash")


def test_what_can_be_read_once_only_is_refused_before_it_is_read():
    pytest.importorskip("onnxruntime")
    with pytest.raises(Unreadable, match="save it as one first"):
        compare(["-", "-"], kind="cnn")


def test_a_network_that_is_missing_is_said_in_a_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match="cnn"):
        compare(["a.mp4", "b.mp4"], kind="cnn")
