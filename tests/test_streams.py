"""The stream of a file that is read, what is said of the others, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind.errors import Broken, NotVideo, StillStream, Unreadable
from loopfind.media.decode.one_pass import open_video
from loopfind.media.encryption import is_encrypted
from loopfind.pipeline.scanning import scan, scan_to_show
from loopfind.settings import Settings

PLAIN = ("-c:v", "libx264", "-g", "25", "-bf", "0")


@pytest.fixture(scope="module")
def thumbed() -> Path:
    """A file whose first video stream is a picture that is not marked as a cover."""
    film = videos.make("streams.mp4", *videos.moving(3.0), *PLAIN)
    picture = videos.make("streams-cover.mov", "-i", str(film), "-frames:v", "1", "-c:v", "mjpeg")
    both = ("-map", "0:v", "-map", "1:v", "-c", "copy")
    return videos.make("streams-thumbed.mp4", "-i", str(picture), "-i", str(film), *both)


@pytest.mark.slow
def test_the_stream_that_holds_the_video_is_read_and_the_other_named(thumbed: Path) -> None:
    report = scan(thumbed)
    assert (report.source.frames, report.settings.stream) == (75, 1)
    assert [words.partition(":")[0] for words in report.source.unread] == ["video stream 0"]
    assert scan(thumbed, fast=True).source.frames == 3
    shown, exhibits = scan_to_show(str(thumbed), Settings())
    assert shown.source.frames == 75 and exhibits.shots


def test_a_stream_of_one_picture_says_where_the_video_is(thumbed: Path) -> None:
    with pytest.raises(StillStream, match="--stream 1") as caught, open_video(thumbed):
        pass
    assert caught.value.other == 1


@pytest.mark.slow
def test_a_stream_that_goes_on_under_another_pid_is_one_video(tmp_path: Path) -> None:
    first = tmp_path / "first.ts"
    second = tmp_path / "second.ts"
    videos.run(*videos.moving(3.0), *PLAIN, str(first))
    videos.run(*videos.moving(3.0), *PLAIN, "-mpegts_start_pid", "300", "-output_ts_offset", "3", str(second))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    report = scan(joined)
    assert (report.source.frames, report.source.unread) == (150, ())
    assert report.verdict.looped and report.repeats[0].period == pytest.approx(3.0)


@pytest.mark.slow
def test_two_views_beside_each_other_are_no_one_video(tmp_path: Path) -> None:
    path = tmp_path / "views.ts"
    videos.run(*videos.moving(3.0), *videos.moving(3.0, size="128x96"), "-map", "0", "-map", "1", *PLAIN, str(path))
    report = scan(path)
    assert report.source.frames == 75
    assert report.source.unread == ("video stream 1: h264, 128x96",)


def test_a_picture_as_a_video_format_is_refused(tmp_path: Path) -> None:
    for name in ("one.gif", "one.apng", "one.webp"):
        path = tmp_path / name
        videos.run(*videos.moving(1.0), "-frames:v", "1", str(path))
        with pytest.raises(NotVideo, match="a single picture"):
            scan(path)


# ---- pictures by number ----


def test_pictures_may_be_numbered_from_any_number_on(tmp_path: Path) -> None:
    videos.run(*videos.moving(1.0), "-start_number", "1001", str(tmp_path / "x_%04d.png"))
    assert scan(tmp_path / "x_%04d.png").source.frames == 25
    (tmp_path / "x_1010.png").unlink()
    with pytest.raises(Unreadable, match="number 1010 is missing, of 1001 to 1025"):
        scan(tmp_path / "x_%04d.png")


def test_numbers_are_read_as_the_pattern_has_them(tmp_path: Path) -> None:
    for number in (8, 9, 10, 11):
        videos.run(*videos.moving(0.04), "-frames:v", "1", "-update", "1", str(tmp_path / f"a%{number}.png"))
    (tmp_path / "a%x.png").write_bytes(b"")
    assert scan(tmp_path / "a%%%d.png").source.frames == 4
    with pytest.raises(Unreadable, match="no picture has such a name"):
        scan(tmp_path / "b%d.png")


# ---- encryption ----


def encrypted(path: Path) -> Path:
    key = ("-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8")
    videos.run(*videos.moving(2.0), *PLAIN, "-encryption_scheme", "cenc-aes-ctr", *key, str(path))
    return path


@pytest.mark.parametrize("packets_only", [False, True])
@pytest.mark.slow
def test_an_encrypted_mp4_is_refused(tmp_path: Path, packets_only: bool) -> None:
    path = encrypted(tmp_path / "cenc.mp4")
    with pytest.raises(Broken, match="encrypted"):
        scan(path, packets_only=packets_only)


def test_a_scrambled_transport_stream_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scrambled.ts"
    videos.run(*videos.moving(2.0), *PLAIN, str(path))
    packets = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 188).copy()
    video = (packets[:, 1].astype(int) & 0x1F) * 256 + packets[:, 2] == 0x100
    packets[video, 3] |= 0x80
    packets[video, 4:] ^= np.random.default_rng(1).integers(0, 256, (int(video.sum()), 184), np.uint8)
    path.write_bytes(packets.tobytes())
    with pytest.raises(Broken, match="encrypted"):
        scan(path)


def element(number: str, *inside: bytes) -> bytes:
    data = b"".join(inside)
    return bytes.fromhex(number) + (len(data) | 1 << 28).to_bytes(4, "big") + data


@pytest.mark.parametrize("live", [False, True])
def test_an_encrypted_matroska_file_is_refused(tmp_path: Path, live: bool) -> None:
    """live: the segment has no known size."""
    scheme = element("47e1", b"\x05")
    encodings = element("6d80", element("6240", element("5033", b"\x01"), element("5035", scheme)))
    tracks = element(
        "1654ae6b", element("ae", element("d7", b"\x01")), element("ae", element("d7", b"\x02"), encodings)
    )
    body = element("1549a966", b"\x00" * 40) + tracks
    segment = bytes.fromhex("18538067 01ffffffffffffff") + body if live else element("18538067", body)
    path = tmp_path / "encrypted.mkv"
    path.write_bytes(element("1a45dfa3", b"\x42\x82\x88matroska") + segment)
    assert is_encrypted(os.fsencode(path))
    path.write_bytes(path.read_bytes().replace(encodings, element("ec", encodings)))  # a void, which holds nothing
    assert not is_encrypted(os.fsencode(path))


def test_no_other_file_is_called_encrypted(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.mkv", "a.ts", "a.avi", "a.mov", "a.flv"):
        path = tmp_path / name
        videos.run(*videos.moving(1.0), *PLAIN, str(path))
        assert not is_encrypted(os.fsencode(path))
        for length in (0, 3, 11, 40, 200):
            cut = tmp_path / f"{length}-{name}"
            cut.write_bytes(path.read_bytes()[:length])
            assert not is_encrypted(os.fsencode(cut))
