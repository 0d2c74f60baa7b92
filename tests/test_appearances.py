"""Appearances: what is kept of a look at files, and the pictures that are looked at."""

import contextlib
import itertools
import os
import sqlite3

import numpy as np
import pytest
import videos
from likeness_samples import PALETTE, draw_films, drawn

from loopfind.errors import LibraryError
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.likeness import AppearanceKey
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library


@pytest.fixture
def shelf(tmp_path):
    """A library with two files that stand for videos."""
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(name.encode())
    with open_library(tmp_path / "l.sqlite") as library:
        for name in ("a.mp4", "b.mp4"):
            library.name(library.look(tmp_path / name))
        yield library


def test_what_is_kept_of_an_appearance_comes_back_by_its_key_alone(shelf, tmp_path):
    table, file = Appearances(shelf.connections), shelf.look(tmp_path / "a.mp4")
    keys = [PALETTE, AppearanceKey("cnn", "1", 0), AppearanceKey("cnn", "2", 0), AppearanceKey("cnn", "1", 1)]
    for number, key in enumerate(keys):
        table.add(file, drawn(number, moments=4 + number, key=key))
    for number, key in enumerate(keys):
        ((there, back),) = table.held(key)
        wanted = drawn(number, moments=4 + number, key=key)
        assert there == file and back.key == key and np.array_equal(back.times, wanted.times)
        assert np.array_equal(back.vectors, wanted.vectors)
        assert table.missing(key) == [str(tmp_path / "b.mp4")]
    table.add(file, drawn(9))
    assert len(table.held(PALETTE)) == 1 and len(table.missing(AppearanceKey("cnn", "3", 0))) == 2
    shelf.add_lack(shelf.look(tmp_path / "b.mp4"), "pictures", 0)
    assert table.missing(PALETTE) == []
    assert not list(shelf.verify())
    shelf.remove(paths=[os.fsencode(tmp_path / "a.mp4")])
    assert not any(table.held(key) for key in keys)


DAMAGE = [
    "width = 'wide'",
    "width = 0",
    "width = 1 << 40",
    "width = width + 1",
    "times = 'text'",
    "times = x''",
    "times = zeroblob(7)",
    "times = CAST(x'000000000000f87f' || substr(times, 9) AS BLOB)",
    "times = CAST(substr(times, 41) || substr(times, 1, 40) AS BLOB)",
    "vectors = 7",
    "vectors = zeroblob(3)",
    "vectors = CAST(substr(vectors, 3) || x'007c' AS TEXT)",
    "vectors = zeroblob(1 << 20)",
]


@pytest.mark.parametrize("change", DAMAGE)
def test_a_damaged_appearance_is_one_line_and_verify_names_its_file(change, shelf, tmp_path):
    table = Appearances(shelf.connections)
    for seed, name in enumerate(("a.mp4", "b.mp4")):
        table.add(shelf.look(tmp_path / name), drawn(seed))
    with contextlib.closing(sqlite3.connect(tmp_path / "l.sqlite")) as connection, connection:
        connection.execute(f"UPDATE appearance SET {change} WHERE content = 1")
    with pytest.raises(LibraryError, match="damaged") as raised:
        table.held(PALETTE)
    assert "\n" not in str(raised.value)
    (problem,) = shelf.verify()
    assert problem.what.startswith("its likeness by palette cannot be read")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return draw_films(tmp_path_factory.mktemp("films") / "drawn", ("testsrc2", "tiles"))


@pytest.mark.slow
def test_pictures_are_spread_over_a_video_whether_or_not_it_says_how_long_it_is(folder, tmp_path):
    times, pictures = spread_pictures(address.resolve(folder / "testsrc2.mp4"), 0, 8, 64)
    assert np.allclose(times, np.arange(8) / 2 + 0.25) and pictures.shape == (8, 64, 64, 3)
    assert all(np.abs(one.astype(int) - other).mean() > 1 for one, other in itertools.pairwise(pictures))
    raw = tmp_path / "raw.h264"  # an elementary stream holds no duration
    videos.run("-i", str(folder / "testsrc2.mp4"), "-c:v", "libx264", "-preset", "ultrafast", "-g", "5", str(raw))
    times, pictures = spread_pictures(address.resolve(raw), 0, 8, 64)
    assert len(times) == len(pictures) >= 2 and (np.diff(times) > 0).all()


@pytest.mark.slow
def test_a_short_video_of_one_key_frame_is_seen_at_every_moment(folder, tmp_path):
    one = tmp_path / "one.mp4"
    videos.run("-i", str(folder / "testsrc2.mp4"), "-c:v", "libx264", "-preset", "ultrafast", "-g", "999", str(one))
    times, pictures = spread_pictures(address.resolve(one), 0, 8, 64)
    assert np.allclose(times, np.arange(8) / 2 + 0.25)
    apart = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(pictures)]
    assert len(apart) == 7 and min(apart) > 1


@pytest.mark.slow
def test_a_file_whose_header_is_forged_is_looked_at_all_the_same(folder, tmp_path):
    forged = tmp_path / "forged.mkv"
    title = "x\n  Duration: 99:00:00.00, start: 0.000000, bitrate: 1 kb/s\n  Stream #0:0: Audio: pcm"
    videos.run("-i", str(folder / "tiles.mp4"), "-c", "copy", "-metadata", f"title={title}", str(forged))
    times, pictures = spread_pictures(address.resolve(forged), 0, 4, 64)
    assert len(times) == len(pictures) >= 2 and times[-1] < 4.1


@pytest.mark.slow
def test_a_place_where_nothing_can_be_decoded_moves_no_other_picture(folder, tmp_path):
    early, cut = tmp_path / "early.mp4", tmp_path / "cut.mp4"
    videos.run("-i", str(folder / "testsrc2.mp4"), "-c", "copy", "-movflags", "+faststart", str(early))
    data = early.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])  # its index names what is not there any more
    whole_times, whole = spread_pictures(address.resolve(early), 0, 8, 64)
    times, pictures = spread_pictures(address.resolve(cut), 0, 8, 64)
    assert 2 <= len(times) < 8 == len(whole_times)
    for time, picture in zip(times, pictures, strict=True):
        (place,) = np.flatnonzero(whole_times == time)
        assert np.array_equal(picture, whole[place])
