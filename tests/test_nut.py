"""NUT, in which ffmpeg hands on several raw streams, against PyAV: any streams, cut anywhere, damaged anywhere."""

import subprocess
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import videos
from hypothesis import given
from hypothesis import strategies as st

from loopfind.media.ffmpeg.nut import FILE_ID, DamagedNut, NutPacket, NutReader
from loopfind.media.ffmpeg.process import executable

SCENE = ("-f", "lavfi", "-i", "testsrc2=s=48x32:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2:r=8000")
GREY, COLOURS = ("-vf", "scale=16:16,format=gray"), ("-vf", "scale=4:4,format=rgb48le")
STREAMS = {
    "pictures": ("-map", "0:v", *GREY),
    "large": ("-map", "0:v", "-vf", "scale=320:240,format=gray"),
    "uneven": ("-map", "0:v", "-vf", "select='not(eq(mod(n,7),3))*not(between(n,20,31))',format=gray"),
    "late": ("-map", "0:v", *GREY, "-output_ts_offset", "90000"),
    "pictures, colours and sound": (
        *("-map", "0:v", "-map", "0:v", "-map", "1:a", "-filter:v:0", GREY[1], "-filter:v:1", COLOURS[1]),
        *("-c:a", "pcm_f32le", "-ac", "2"),
    ),
    # Frames that begin with what the container leaves out.
    "black": ("-map", "0:v", "-vf", "drawbox=t=fill:c=black,scale=16:16,format=gray"),
    "tags": ("-map", "0:v", *GREY, "-metadata", f"title={'x' * 5000}"),
}


@cache
def written(name: str) -> Path:
    words = ("-c:v", "rawvideo", *STREAMS[name], "-fps_mode", "passthrough", "-f", "nut")
    return videos.make(f"nut-{name.replace(' ', '-')}.nut", *SCENE, *words)


def packets(data: bytes, step: int = 1 << 16) -> tuple[NutReader, list[NutPacket]]:
    reader, found = NutReader(), list[NutPacket]()
    for place in range(0, len(data), step):
        found += reader.feed(data[place : place + step])
    reader.close()
    return reader, found


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_what_pyav_reads(name: str) -> None:
    reader, found = packets(written(name).read_bytes())
    with av.open(written(name).as_posix()) as container:
        theirs = [packet for packet in container.demux() if packet.size]
        assert [stream.kind for stream in reader.streams] == [stream.type for stream in container.streams]
        for mine, stream in zip(reader.streams, container.streams, strict=True):
            if stream.type == "video":
                assert mine.size == (stream.codec_context.width, stream.codec_context.height)
            else:
                assert (mine.rate, mine.channels) == (stream.codec_context.sample_rate, stream.codec_context.channels)
    mine = [(p.stream, p.ticks * reader.streams[p.stream].base, p.data) for p in found]
    assert mine == [(p.stream_index, p.pts * Fraction(p.time_base), bytes(p)) for p in theirs]


@pytest.mark.parametrize("step", [1, 7, 4096])
def test_bytes_may_be_cut_anywhere(step: int) -> None:
    data = written("pictures, colours and sound").read_bytes()[:40_000]
    whole, cut = NutReader(), NutReader()
    expected = whole.feed(data)
    assert len(expected) > 20
    assert [
        packet for place in range(0, len(data), step) for packet in cut.feed(data[place : place + step])
    ] == expected


def test_sound_comes_beside_pictures_with_its_times() -> None:
    reader, found = packets(written("pictures, colours and sound").read_bytes())
    (number,) = (n for n, stream in enumerate(reader.streams) if stream.kind == "audio")
    sound = reader.streams[number]
    parts = [packet for packet in found if packet.stream == number]
    samples = [np.frombuffer(part.data, "<f4").reshape(-1, sound.channels) for part in parts]
    words = [executable(), "-v", "error", *SCENE, "-map", "1:a", "-ac", "2", "-f", "f32le", "pipe:1"]
    alone = subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout
    assert np.array_equal(np.concatenate(samples), np.frombuffer(alone, "<f4").reshape(-1, 2))
    begin = np.cumsum([0, *map(len, samples)])[:-1]
    assert [part.ticks * sound.base * sound.rate for part in parts] == begin.tolist()
    assert sum(packet.stream == 0 for packet in found) == 50


def read_until_it_fails(data: bytes) -> int:
    """Bytes of the frames that come before the end or an error."""
    reader, size = NutReader(), 0
    try:
        for place in range(0, len(data), 3000):
            size += sum(len(packet.data) for packet in reader.feed(data[place : place + 3000]))
        reader.close()
    except DamagedNut:
        pass
    return size


@given(st.data())
def test_damaged_bytes_end_in_an_error_or_in_frames_no_larger_than_they(data: st.DataObject) -> None:
    known = written("pictures, colours and sound").read_bytes()[:30_000]
    broken = bytearray(known)
    for _ in range(data.draw(st.integers(1, 3))):
        # Headers, where most can go wrong, and anywhere.
        last = data.draw(st.sampled_from([400, len(known) - 1]))
        broken[data.draw(st.integers(0, last))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(known)))
    # What is left out at the beginning of frames adds a few bytes to each.
    assert read_until_it_fails(bytes(broken[:end])) <= 2 * len(known)


@given(st.binary(max_size=2000).filter(lambda data: not data.startswith(FILE_ID)))
def test_what_is_no_nut_is_an_error_at_once(data: bytes) -> None:
    with pytest.raises(DamagedNut):
        packets(data)


@pytest.mark.parametrize("wanted", [1, 300, 20_000])
def test_an_end_within_a_frame_is_an_error(wanted: int) -> None:
    with pytest.raises(DamagedNut, match="ends too early"):
        packets(written("large").read_bytes()[:-wanted][: 10**6])


def test_each_damaged_byte_of_a_header_is_noticed() -> None:
    data = written("pictures").read_bytes()
    begin = data.index(bytes.fromhex("4e4d7a561f5f04ad"))
    end = data.index(bytes.fromhex("4e49ab68b596ba78"))
    for place in range(begin, end):
        broken = bytearray(data)
        broken[place] ^= 0x10
        with pytest.raises(DamagedNut):
            packets(bytes(broken))


def test_a_claim_of_gigabytes_takes_none() -> None:
    """A header or a frame that says it is huge is an error, and is not waited for."""
    data = written("pictures").read_bytes()
    start = data.index(bytes.fromhex("4e4be4adeeca4569"))
    reader = NutReader()
    reader.feed(data[:start])
    with pytest.raises(DamagedNut, match="too long"):
        reader.feed(data[start : start + 8] + b"\x90\x80\x80\x80\x00")
