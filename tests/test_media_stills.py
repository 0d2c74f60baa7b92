"""Frames read again are the frames that were asked for, and small."""

import io
from pathlib import Path

import numpy as np
import pytest
import videos
from PIL import Image

from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.identity import origin_of
from loopfind.media.stills import shots

FIXTURE = Path(__file__).parent.parent / "fixtures" / "loop.mp4"


def frames(path):
    with open_video(path) as video:
        batches = list(video)
    return np.concatenate([b.times for b in batches]), np.concatenate([b.pictures for b in batches])


def grey(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("L").resize((64, 64), Image.Resampling.BOX), float)


X264 = ("-c:v", "libx264", "-preset", "ultrafast")
CASES = {
    "mp4": lambda: videos.encoded("mp4", "libx264", 7),
    "mkv": lambda: videos.encoded("mkv", "mpeg4", 7),
    "webm": lambda: videos.encoded("webm", "libvpx-vp9", 7),
    "ts": lambda: videos.encoded("ts", "mpeg2video", 7),
    # Begins at 5 seconds, as recordings of a stream do.
    "later": lambda: videos.make("thumbs-later.ts", *videos.moving(7), *X264, "-output_ts_offset", "5"),
    "variable": lambda: videos.make(
        "thumbs-variable.mkv", *videos.moving(7), "-vf", "select='not(eq(mod(n,5),2))'", "-fps_mode", "vfr", *X264
    ),
}
"""Name -> what makes the video, once a test asks for it."""


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_frame_read_again_is_that_frame(case):
    path = CASES[case]()
    times, pictures = frames(path)
    chosen = sorted({0, 1, 2, 70, 71, 72, 73, len(times) - 2, len(times) - 1})
    got = {chosen[place]: shot for place, shot in shots(path, 0, times[chosen].tolist(), 96)}
    assert sorted(got) == chosen
    for number in chosen:
        apart = [np.abs(grey(got[number]) - pictures[k]).mean() for k in range(len(times))]
        assert apart[number] <= min(apart) + 0.3  # neighbours may be as alike
        assert apart[number] < 12


@pytest.mark.slow
def test_pictures_are_no_wider_than_asked_and_keep_their_shape():
    path = videos.make("thumbs-anamorphic.mkv", *videos.moving(1, size="96x96"), "-vf", "setsar=2", "-c:v", "ffv1")
    ((_, wide),) = shots(path, 0, [0.0], 80)
    assert Image.open(io.BytesIO(wide)).size == (80, 40)
    upright = videos.make("thumbs-upright.mkv", *videos.moving(1, size="64x128"), "-c:v", "ffv1")
    ((_, tall),) = shots(upright, 0, [0.0], 80)
    assert Image.open(io.BytesIO(tall)).size == (40, 80)


@pytest.mark.slow
def test_a_moment_that_no_frame_has_gives_none():
    assert not dict(shots(FIXTURE, 0, [0.013, 99.0], 96))


@pytest.mark.parametrize("path", ["-", "/nowhere/at/all.mp4", "http://127.0.0.1:9/none.mp4"])
def test_what_cannot_be_read_again_gives_none(path):
    assert not dict(shots(path, 0, [0.0], 96))


def test_what_is_not_there_to_be_read_has_no_digest(tmp_path):
    path = tmp_path / "removed.mp4"
    path.write_bytes(b"abc")
    places = [resolve(path), resolve("-"), resolve("http://127.0.0.1:9/none.mp4")]
    path.unlink()
    assert [origin_of(place) for place in places] == [None, None, None]


def test_the_digest_is_that_of_the_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1_000_000)
    origin = origin_of(resolve(path))
    assert origin is not None and origin.size == 3_000_000
    import hashlib

    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
