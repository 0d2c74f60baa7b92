"""Mean colours against PyAV's full-size pictures: any depth, range, size and container; sparse and damaged files."""

from pathlib import Path

import av
import numpy as np
import pytest
import videos

from loopfind.errors import DecoderFailed
from loopfind.fingerprints.color import colours_of
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.model.video import Frames
from loopfind.pipeline import scan
from loopfind.pipeline.reader import read_video
from loopfind.settings import Settings

NEAR = 2.0
"""Grey levels: what two conversions to RGB, one of them to 8 bits, differ by on average."""


def colours(path: object, **wanted: object) -> tuple[np.ndarray, list[Frames]]:
    """Mean colours in grey levels (n, 3), and the batches they came in."""
    with open_video(path, colours=True, **wanted) as video:  # type: ignore[arg-type]
        batches = list(video)
    return np.concatenate([batch.colours for batch in batches]) / 257, batches


def truth(path: Path) -> np.ndarray:
    with av.open(path.as_posix()) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.array([frame.reshape(-1, 3).mean(axis=0) for frame in frames])


ENCODED = {
    "h264.mp4": ("-c:v", "libx264", "-preset", "ultrafast"),
    "ten_bit.mkv": ("-pix_fmt", "yuv420p10le", "-c:v", "libx265", *videos.FAST["libx265"]),
    "full_range.mkv": ("-pix_fmt", "yuvj420p", "-color_range", "pc", "-c:v", "libx264", "-preset", "ultrafast"),
    "rgb.mkv": ("-pix_fmt", "gbrp", "-c:v", "ffv1"),
    "grey.mkv": ("-pix_fmt", "gray", "-c:v", "ffv1"),
    "odd.webm": ("-vf", "crop=61:37", "-c:v", "libvpx-vp9", *videos.FAST["libvpx-vp9"]),
    "tiny.mkv": ("-vf", "scale=18:10", "-c:v", "mpeg4"),
    "palette.gif": ("-c:v", "gif"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENCODED)
def test_colours_are_the_means_of_the_pictures(name: str) -> None:
    path = videos.make(f"colours-{name}", *videos.moving(1, size="160x90"), *ENCODED[name])
    mine, _ = colours(path)
    assert np.abs(mine - truth(path)).max() < NEAR


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["red", "lime", "blue", "white", "black", "0x804020"])
def test_a_flat_colour_is_read_as_it_is_at_any_range(colour: str) -> None:
    want = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255,) * 3, "black": (0,) * 3}
    for number, form in enumerate((("yuv444p",), ("yuvj444p", "-color_range", "pc"), ("yuv422p10le",))):
        name = f"flat-{colour}-{number}.mkv"
        path = videos.make(
            name, "-f", "lavfi", "-i", f"color={colour}:s=64x48:r=5:d=1", "-pix_fmt", *form, "-c:v", "ffv1"
        )
        mine, _ = colours(path)
        assert np.abs(mine - want.get(colour, (128, 64, 32))).max() < 3.2  # a wrong range is off by 16


def test_colours_cost_nothing_unless_asked_for_and_change_nothing_else() -> None:
    path = videos.encoded("mp4", "libx264", seconds=2)
    with open_video(path) as video:
        plain = list(video)
        assert all(batch.colours is None for batch in plain) and "rgb48le" not in " ".join(video.command)
    mine, batches = colours(path, digests=True)
    assert mine.shape == (50, 3) and all(batch.colours is not None and batch.digests is not None for batch in batches)
    assert np.array_equal(*(np.concatenate([batch.pictures for batch in own]) for own in (plain, batches)))
    part, _ = colours(path, start=1.0, end=1.5)
    assert np.array_equal(part, mine[25:38])


def test_a_frame_a_minute_gives_its_colours() -> None:
    path = videos.make("sparse.mp4", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=1/60:d=600", "-c:v", "libx264")
    fingerprint = read_video(resolve(path), Settings(kind="color")).fingerprint
    assert np.allclose(np.diff(fingerprint.times), 60) and len(fingerprint) == 10
    assert np.abs(colours_of(fingerprint.codes) / 257 - truth(path)).max() < NEAR


def test_a_file_cut_short_or_damaged_gives_the_colours_that_are_left() -> None:
    whole = videos.make("colours-whole.mkv", *videos.moving(8), "-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
    mine, _ = colours(whole)
    short, _ = colours(videos.cut_short(whole, "colours-short.mkv", 0.6))
    assert 80 < len(short) < 160 and np.array_equal(short[:-2], mine[: len(short) - 2])
    broken = videos.damaged(whole, "colours-broken.mkv", 0.4, 0.5)
    reading = read_video(resolve(broken), Settings(kind="color"))
    left, times = colours_of(reading.fingerprint.codes) / 257, reading.fingerprint.times
    before = times < 2.5
    assert reading.losses and before.sum() > 50 and times[-1] > 7.5
    assert np.array_equal(left[before], mine[: before.sum()])
    assert np.abs(left[-20:] - mine[-20:]).max() < 1e-9


@pytest.mark.slow
def test_equal_colours_are_equal_frames_in_a_scan() -> None:
    path = videos.make("colours-twice.mkv", *videos.moving(3), "-vf", "loop=loop=1:size=75", "-c:v", "ffv1")
    clusters = scan(path.as_posix(), Settings(kind="color")).clusters
    assert len(clusters) >= 75 and np.allclose(np.diff(clusters.times[:2]), 3)


def test_what_ffmpeg_hands_over_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = videos.encoded("mp4", "libx264"), tmp_path / "ffmpeg"
    other.write_text("#!/bin/sh\nprintf 'pictures as they are, one behind the other'\n")
    other.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(other))
    with pytest.raises(DecoderFailed, match="cannot be understood"), open_video(path, colours=True):
        pass
