"""Files whose index or clock leads elsewhere: all that seeks in them shows what one pass shows there."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind.media.clips import Cutter
from loopfind.media.decode.frame_reader import FrameReader
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.parallel import open_parallel
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.framecrc import time_is_place
from loopfind.media.ffmpeg.mp4_index import index_is_ordered
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.pieces import Piece
from loopfind.media.stills import read_stills
from loopfind.model.video import Frames

SECONDS, RATE = 40, 10
SCENE = ("-f", "lavfi", "-i", f"mandelbrot=s=96x64:r={RATE},trim=duration={SECONDS}")
EXACT = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")
GROUP = ("-g", f"{10 * RATE}", "-sc_threshold", "1000000000")
AVC = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", f"{10 * RATE}", "-sc_threshold", "0")
MPEG4 = ("-c:v", "mpeg4", "-q:v", "3", *GROUP)
MPEG2 = ("-c:v", "mpeg2video", "-q:v", "3", *GROUP)
TABLES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def sound(name: str, *coded: str) -> bytearray:
    scene = videos.make("honest-scene.mkv", *SCENE, *EXACT)  # which takes longer to draw than to encode
    return bytearray(videos.make(f"honest-{name}", "-i", scene.as_posix(), *coded).read_bytes())


def box(data: bytearray, *path: bytes) -> int:
    """The place of what a box of an MP4 file holds."""
    place, end = 0, len(data)
    for wanted in path:
        while data[place + 4 : place + 8] != wanted:
            place += int.from_bytes(data[place : place + 4], "big")
            assert place < end
        place, end = place + 8, place + int.from_bytes(data[place : place + 4], "big")
    return place


def every_picture_a_key(name: str, *coded: str) -> Callable[[], bytes]:
    def make() -> bytes:
        data = sound(name, *coded)
        place = box(data, *TABLES, b"stss")
        data[place - 4 : place] = b"free"
        return bytes(data)

    return make


def keys_elsewhere() -> bytes:
    data = sound("mpeg4.mp4", *MPEG4)
    place = box(data, *TABLES, b"stss")
    for entry in range(1, int.from_bytes(data[place + 4 : place + 8], "big")):
        at = place + 8 + 4 * entry
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") - 90).to_bytes(4, "big")
    return bytes(data)


def shown_earlier() -> bytes:
    """Offsets by which the second half is shown eight seconds earlier."""
    data = sound("avc.mp4", *AVC)
    ticks = int.from_bytes(data[box(data, b"moov", b"trak", b"mdia", b"mdhd") + 12 :][:4], "big")
    place = box(data, *TABLES, b"ctts")
    count = int.from_bytes(data[place + 4 : place + 8], "big")
    data[place] = 1
    for entry in range(count // 2, count):
        at = place + 8 + 8 * entry + 4
        data[at : at + 4] = struct.pack(">i", int.from_bytes(data[at : at + 4], "big") - 8 * ticks)
    return bytes(data)


def every_chunk_a_key(name: str, *coded: str) -> Callable[[], bytes]:
    def make() -> bytes:
        data = sound(name, *coded)
        place = data.rindex(b"idx1")
        for at in range(place + 8, place + 8 + int.from_bytes(data[place + 4 : place + 8], "little"), 16):
            data[at + 4 : at + 8] = (0x10).to_bytes(4, "little")
        return bytes(data)

    return make


def cues_elsewhere(by: int) -> Callable[[], bytes]:
    def make() -> bytes:
        data = sound("avc.mkv", *AVC)
        place = data.rindex(b"\x1c\x53\xbb\x6b")
        moved = 0
        while (place := data.find(b"\xb3", place + 1)) >= 0:
            length = data[place + 1] & 0x7F
            if data[place - 2] != 0xBB or length > 4:
                continue
            time = max(0, int.from_bytes(data[place + 2 : place + 2 + length], "big") + by)
            if time < 256**length:
                data[place + 2 : place + 2 + length] = time.to_bytes(length, "big")
                moved += 1
        assert moved > 1
        return bytes(data)

    return make


def times_twice() -> bytes:
    data = sound("avc.ts", *AVC)
    first, last = (len(data) // 188 * share // 5 * 188 for share in (2, 3))
    return bytes(data[:last] + data[first:last] + data[last:])


LIES: dict[str, Callable[[], bytes]] = {
    "all-keys.mp4": every_picture_a_key("mpeg4.mp4", *MPEG4),
    "all-keys-with-b.mp4": every_picture_a_key("avc.mp4", *AVC),
    "keys-elsewhere.mp4": keys_elsewhere,
    "shown-earlier.mp4": shown_earlier,
    "all-keys.avi": every_chunk_a_key("mpeg4.avi", *MPEG4),
    "without-times.avi": every_chunk_a_key("mpeg2.avi", *MPEG2),
    "cues-late.mkv": cues_elsewhere(9000),
    "cues-early.mkv": cues_elsewhere(-9000),
    "times-twice.ts": times_twice,
}


def taken(reader: FrameReader[Frames]) -> tuple[np.ndarray, np.ndarray]:
    with reader:
        batches = list(reader)
    return np.concatenate([b.times for b in batches]), np.concatenate([b.pictures for b in batches])


def small(still: np.ndarray) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(still).convert("L").resize((64, 64), Image.Resampling.BOX), float)


@pytest.mark.slow
@pytest.mark.parametrize("name", LIES)
def test_what_is_sought_is_what_one_pass_shows(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(LIES[name]())
    times, pictures = taken(open_video(path))
    for start, end in ((6.0, 7.0), (33.0, 34.0)):
        low, high = np.searchsorted(times, [start, end])
        part, shown = taken(open_video(path, 0, start, end))
        assert part.tolist() == times[low:high].tolist()
        assert np.array_equal(shown, pictures[low:high])
    part, shown = taken(open_parallel(ReadRequest(resolve(path)), 2, 5.0))
    assert part.tolist() == times.tolist() and np.array_equal(shown, pictures)
    wanted = [72, 184, 340]
    stills = dict(read_stills(path, 0, times[wanted].tolist(), 96))
    for place, still in stills.items():
        apart = np.abs(small(still) - pictures).mean(axis=(1, 2))
        assert apart[wanted[place]] <= apart.min() + 0.5  # of times that come twice the pictures do, too
    assert sorted(stills) == [0, 1, 2]
    clip = tmp_path / "clip.mp4"
    Cutter(path, 0).cut(Piece(float(times[240]), float(times[270]), 30, 240), str(clip))
    cut = taken(open_video(clip))[1]
    assert len(cut) == 30
    apart = np.abs(cut[0].astype(float) - pictures).mean(axis=(1, 2))
    assert apart[240] <= apart.min() + 0.5


@pytest.mark.slow
def test_a_recording_joined_with_itself_is_read_whole_side_by_side(tmp_path: Path) -> None:
    videos.run(*videos.moving(12), *AVC[:6], "-g", "25", str(tmp_path / "once.ts"))
    path = tmp_path / "twice.ts"
    path.write_bytes(2 * (tmp_path / "once.ts").read_bytes())
    times, pictures = taken(open_video(path))
    assert len(times) == 2 * 12 * 25
    beside, shown = taken(open_parallel(ReadRequest(resolve(path)), 2, 2.0))
    assert beside.tolist() == times.tolist() and np.array_equal(shown, pictures)


def ordered(data: bytes, folder: Path) -> bool | None:
    path = folder / "index.mp4"
    path.write_bytes(data)
    return index_is_ordered(bytes(path))


@pytest.mark.slow
def test_an_index_says_whether_its_times_are_in_order(tmp_path: Path) -> None:
    data = sound("avc.mp4", *AVC)
    assert ordered(bytes(data), tmp_path) is True
    assert ordered(shown_earlier(), tmp_path) is False
    # What is not there, is cut off, or claims more than there is, says nothing.
    assert ordered(b"", tmp_path) is None
    index = box(data, b"moov")
    assert ordered(bytes(data[: index + 300]), tmp_path) is None
    for table in (b"stts", b"ctts"):
        forged = data.copy()
        place = box(forged, *TABLES, table)
        forged[place + 4 : place + 8] = b"\xff\xff\xff\xff"
        assert ordered(bytes(forged), tmp_path) is None
    forged = data.copy()
    place = box(forged, *TABLES, b"stts")
    forged[place + 8 : place + 12] = b"\xff\xff\xff\x7f"
    assert ordered(bytes(forged), tmp_path) is None


def test_a_file_in_fragments_is_judged_by_its_packets(tmp_path: Path) -> None:
    path = tmp_path / "fragments.mp4"
    videos.run(*videos.moving(2), *AVC, "-movflags", "+frag_keyframe+empty_moov", str(path))
    assert index_is_ordered(bytes(path)) is None
    assert time_is_place(resolve(path), 0)
