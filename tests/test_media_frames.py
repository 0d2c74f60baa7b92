"""The reader against PyAV: the same frames, at the same times, with the same pictures."""

from pathlib import Path

import numpy as np
import oracle
import pytest
import videos

from loopfind.errors import BadSetting
from loopfind.media.decode.one_pass import OnePassReader, open_video
from loopfind.model.video import Frames

CONTAINERS = [
    ("mp4", "libx264"),
    ("mp4", "libx265"),
    ("mp4", "mpeg4"),
    ("mp4", "libsvtav1"),
    ("mkv", "libx264"),
    ("mkv", "libx265"),
    ("mkv", "libvpx-vp9"),
    ("mkv", "mjpeg"),
    ("mkv", "ffv1"),
    ("webm", "libvpx"),
    ("webm", "libvpx-vp9"),
    ("webm", "libsvtav1"),
    ("mov", "libx264"),
    ("mov", "mjpeg"),
    ("avi", "mjpeg"),
    ("avi", "ffv1"),
    ("ts", "libx264"),
    ("ts", "mpeg2video"),
    ("flv", "libx264"),
    ("ogv", "libtheora"),
    ("gif", "gif"),
]

_X264 = ("-c:v", "libx264", *videos.FAST["libx264"])


def _odd() -> dict[str, tuple[str, ...]]:
    drop = "select='not(eq(mod(n,7),3))*not(between(n,12,18))'"
    return {
        "variable.mp4": (*videos.moving(2), "-vf", drop, "-fps_mode", "passthrough", *_X264),
        "variable.mkv": (*videos.moving(2), "-vf", drop, "-fps_mode", "passthrough", *_X264),
        "ntsc.mp4": (*videos.moving(2, "30000/1001"), *_X264),
        "ntsc.mkv": (*videos.moving(2, "30000/1001"), *_X264),
        "late.ts": (*videos.moving(), "-output_ts_offset", "100", *_X264),
        "late.mkv": (*videos.moving(), "-output_ts_offset", "5", *_X264),
        "late_video.mp4": (
            "-itsoffset",
            "0.5",
            *videos.moving(),
            "-f",
            "lavfi",
            "-i",
            "sine=d=1",
            *_X264,
            "-c:a",
            "aac",
        ),
        "deep.mp4": (*videos.moving(), "-c:v", "libx264", "-preset", "medium", "-bf", "8", "-b-pyramid", "normal"),
        "interlaced.ts": (*videos.moving(), "-vf", "tinterlace=4,setfield=tff", *_X264, "-flags", "+ilme+ildct"),
        "ten_bit.mp4": (*videos.moving(), "-pix_fmt", "yuv420p10le", "-c:v", "libx265", *videos.FAST["libx265"]),
        "full_range.mkv": (*videos.moving(), "-pix_fmt", "yuvj420p", "-color_range", "pc", *_X264),
        "odd_size.mkv": (*videos.moving(size="97x61"), "-pix_fmt", "yuv444p", *_X264),
        "tiny.mkv": (*videos.moving(size="18x10"), *_X264),
        "stretched.mp4": (*videos.moving(), "-vf", "setsar=2/3", *_X264),
        "one_frame.mp4": (*videos.moving(), "-frames:v", "1", *_X264),
        "two_frames.webm": (*videos.moving(), "-frames:v", "2", "-c:v", "libvpx-vp9", *videos.FAST["libvpx-vp9"]),
        "sound_first.mkv": ("-f", "lavfi", "-i", "sine=d=2", *videos.moving(2), *_X264, "-c:a", "aac"),
    }


def read(path: object, **wanted: object) -> tuple[np.ndarray, np.ndarray, OnePassReader]:
    """All times and pictures of a video, and the reader after its end."""
    with open_video(path, **wanted) as video:  # type: ignore[arg-type]
        batches = list(video)
    return joined(batches), np.concatenate([b.pictures for b in batches] or [np.zeros((0, 64, 64), np.uint8)]), video


def joined(batches: list[Frames]) -> np.ndarray:
    return np.concatenate([b.times for b in batches]) if batches else np.zeros(0)


def agree(path: Path, stream: int = 0) -> OnePassReader:
    true_times, true_pictures, _ = oracle.read(path, stream)
    times, pictures, video = read(path, stream=stream)
    assert len(true_times) > 0
    assert times.tolist() == true_times.tolist()
    # The two builds of the scaler may round a pixel differently.
    assert np.abs(pictures.astype(int) - true_pictures).max() <= 1
    assert video.losses == ()
    return video


@pytest.mark.slow
@pytest.mark.parametrize(("extension", "codec"), CONTAINERS)
def test_times_and_pictures_equal_the_oracle(extension: str, codec: str) -> None:
    video = agree(videos.encoded(extension, codec))
    assert (video.source.width, video.source.height) == (96, 64)
    assert video.source.frames == 25


@pytest.mark.slow
@pytest.mark.parametrize("name", _odd())
def test_odd_videos_equal_the_oracle(name: str) -> None:
    agree(videos.make(name, *_odd()[name]))


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_frames_out_of_order_in_avi_get_rising_times(codec: str) -> None:
    # AVI stores no presentation times; PyAV then gives decoding order, so it is no oracle here.
    times, _, _ = read(videos.encoded("avi", codec))
    assert len(times) == 25
    assert (np.diff(times) > 0).all()
    assert np.abs(times - np.arange(25) / 25).max() < 1.01 / 25


def test_an_edit_list_is_followed() -> None:
    whole = videos.encoded("mp4", "libx264", seconds=2)
    cut = videos.make("edit_list.mp4", "-ss", "0.7", "-i", whole.as_posix(), "-c", "copy")
    video = agree(cut)
    assert 25 < video.source.frames < 40


def test_frames_count_from_zero_without_holes() -> None:
    with open_video(videos.encoded("mkv", "ffv1", seconds=24)) as video:
        batches = list(video)
    assert [b.first for b in batches] == np.cumsum([0, *map(len, batches)])[:-1].tolist()
    assert all(0 < len(b) <= 256 for b in batches)
    assert video.source.frames == sum(map(len, batches)) == 600
    assert all(b.pictures.shape == (len(b), 64, 64) and b.pictures.dtype == np.uint8 for b in batches)
    assert all(b.times.dtype == np.float64 and b.digests is None for b in batches)


def test_batches_do_not_share_memory_that_is_written_again() -> None:
    path = videos.encoded("mkv", "ffv1", seconds=24)
    with open_video(path) as video:
        held = [(b.pictures, b.pictures.copy()) for b in video]
    assert all(np.array_equal(now, then) for now, then in held)


def test_the_nth_video_stream_is_read() -> None:
    small, large = videos.moving(size="64x48"), videos.moving(size="96x64", rate="10")
    path = videos.make("two_streams.mkv", *small, *large, "-map", "0", "-map", "1", *_X264)
    assert agree(path, 0).source.width == 64
    assert agree(path, 1).source.width == 96


def test_cover_art_is_skipped() -> None:
    still = videos.make("cover.png", *videos.moving(size="32x32"), "-frames:v", "1")
    path = videos.make(
        "cover.mp4", "-i", still.as_posix(), *videos.moving(), "-map", "0", "-map", "1",
        "-c:v:0", "copy", "-c:v:1", "libx264", "-disposition:v:0", "attached_pic",
    )  # fmt: skip
    assert agree(path).source.width == 96


def test_a_turned_video_is_read_as_shown() -> None:
    plain = videos.encoded("mp4", "libx264")
    turned = videos.make("turned.mp4", "-display_rotation", "90", "-i", plain.as_posix(), "-c", "copy")
    times, pictures, video = read(turned)
    upright_times, upright, _ = read(plain)
    assert (video.source.width, video.source.height) == (64, 96)
    assert times.tolist() == upright_times.tolist()
    apart = np.abs(np.rot90(upright, 1, (1, 2)).astype(int) - pictures).mean()
    assert apart < 3.0


def test_a_change_of_size_midway_changes_no_count() -> None:
    parts = [videos.encoded("ts", "libx264", size=size) for size in ("96x64", "128x96")]
    path = videos.FOLDER / "two_sizes.h264"
    videos.make("size_a.h264", "-i", parts[0].as_posix(), "-c", "copy")
    videos.make("size_b.h264", "-i", parts[1].as_posix(), "-c", "copy")
    path.write_bytes((videos.FOLDER / "size_a.h264").read_bytes() + (videos.FOLDER / "size_b.h264").read_bytes())
    times, pictures, _ = read(path)
    assert len(times) == len(pictures) == 50
    assert (np.diff(times) > 0).all()


def test_raw_streams_without_times_get_rising_ones() -> None:
    path = videos.make("raw.h264", *videos.moving(2), *_X264)
    times, _, _ = read(path)
    assert len(times) == 50
    assert (np.diff(times) > 0).all()


def test_a_clock_that_starts_again_goes_on() -> None:
    part = videos.make("restart_part.ts", *videos.moving(4), *_X264)
    path = videos.FOLDER / "restart.ts"
    path.write_bytes(part.read_bytes() * 2)
    times, _, video = read(path)
    assert len(times) == 200
    assert (np.diff(times) > 0).all()
    assert 7.9 < video.end - times[0] < 8.1


def test_digests_tell_whether_full_size_pictures_are_equal() -> None:
    path = videos.make("twice.mkv", *videos.moving(), "-vf", "loop=loop=1:size=25", "-c:v", "ffv1")
    _, _, full = oracle.read(path)
    with open_video(path, digests=True) as video:
        batches = list(video)
    digests = np.concatenate([b.digests for b in batches])  # type: ignore[misc]
    assert digests.shape == (50, 16)
    assert digests.dtype == np.uint8
    same = np.array([[a == b for b in full] for a in full])
    assert np.array_equal((digests[:, None] == digests).all(2), same)
    assert same.sum() > 50


def test_what_is_measured_is_the_frames_own() -> None:
    video = agree(videos.encoded("mp4", "libx264", seconds=2))
    assert video.source.duration == pytest.approx(2.0)
    assert video.source.declared == pytest.approx(2.0)
    assert video.source.fps == pytest.approx(25.0)
    assert video.end == pytest.approx(2.0)
    assert (video.source.codec, video.source.container.split(",")[0]) == ("h264", "mov")
    assert video.command[0].endswith("ffmpeg") or "ffmpeg" in video.command[0]
    assert any("Input #0" in line for line in video.log)


def test_one_frame_ends_after_the_declared_gap() -> None:
    _, _, video = read(videos.make("one_frame_mp4.mp4", *videos.moving(rate="10"), "-frames:v", "1", *_X264))
    assert video.end == pytest.approx(0.1)
    assert video.source.fps == 0.0


@pytest.mark.parametrize("name", ["none.mov", "none.avi", "none.mp4"])
def test_a_file_of_no_frames_is_empty_not_an_error(name: str) -> None:
    if name == "none.mp4":
        flags = ("-movflags", "empty_moov+frag_keyframe")
        whole = videos.make("fragments.mp4", *videos.moving(), *_X264, *flags).read_bytes()
        path = videos.FOLDER / name
        path.write_bytes(whole[: whole.index(b"moof") - 4])
    else:
        path = videos.make(name, *videos.moving(), "-frames:v", "0", "-c:v", "mpeg4")
    times, _, video = read(path)
    assert len(times) == 0
    assert (video.source.duration, video.source.frames, video.end) == (0.0, 0, 0.0)


def test_settings_out_of_range_are_refused() -> None:
    for wrong in ({"stream": -1}, {"stream": 1 << 32}, {"start": -1.0}, {"end": float("nan")}, {"start": float("inf")}):
        with pytest.raises(BadSetting):
            open_video("x.mp4", **wrong)  # type: ignore[arg-type]
