"""A file decoded in ranges side by side: the frames, times, digests, colours, losses and measures of one pass, bit for
bit; and one pass where it cannot be."""

import contextlib
import os
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import videos
from conftest import decoders
from patience import wait_until

from loopfind.media.decode import parallel, segment
from loopfind.media.decode.decoder import Decoder
from loopfind.media.decode.frame_reader import FrameReader
from loopfind.media.decode.one_pass import open_video
from loopfind.media.decode.parallel import ParallelDecoding, open_parallel
from loopfind.media.decode.relay import RelayReader
from loopfind.media.decode.spill import SpillQueue
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.header import Header
from loopfind.media.ffmpeg.process import executable
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.model.video import Frames

_SHORTEST = 1.5


def split(path: Path, shortest: float, jobs: int = 2, **asked: Any) -> tuple[RelayReader[Frames], ParallelDecoding]:
    """A reader of segments, and how it reads."""
    video = open_parallel(ReadRequest(resolve(path), **asked), jobs, shortest)
    assert isinstance(video, RelayReader) and isinstance(video.relay, ParallelDecoding)
    return video, video.relay


def all_of(video: FrameReader[Frames]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Everything the batches hold, and the numbers of their first frames."""
    with video:
        batches = list(video)
    names = ("times", "pictures", "digests", "colours")
    return {
        name: np.concatenate([getattr(b, name) for b in batches])
        for name in names
        if getattr(batches[0], name) is not None
    }, [b.first for b in batches]


def same_as_one_pass(path: Path, shortest: float = _SHORTEST, jobs: int = 2, **asked: Any) -> ParallelDecoding:
    """Read both ways; how the segments were read."""
    one = open_video(path, **asked)
    two, how = split(path, shortest, jobs, **asked)
    (whole, _), (parts, firsts) = all_of(one), all_of(two)
    assert whole.keys() == parts.keys()
    for name, values in whole.items():
        assert np.array_equal(values, parts[name]), name
    assert all(b > a for a, b in pairwise(firsts))
    assert (one.source, one.end, one.losses) == (two.source, two.end, two.losses)
    return how


SPLIT = {"closed.mp4", "open.mkv", "open.mp4", "open5.mp4", "mpeg2.mkv", "vp9.webm", "mjpeg.mov", "ffv1.mkv"}
"""Those of which it is known that they can be; the others need only be right."""


def coded(name: str) -> Path:
    path = videos.FOLDER / f"split_{name}"
    return path if path.exists() else videos.make(path.name, *videos.moving(9), *videos.CODED[name])


def group(name: str) -> float:
    """The length of a group of pictures of that file, in seconds."""
    arguments = videos.CODED[name]
    return int(arguments[arguments.index("-g") + 1]) / 25


@pytest.mark.slow
@pytest.mark.parametrize("name", videos.CODED)
def test_ranges_are_one_pass(name: str) -> None:
    read = same_as_one_pass(coded(name))
    if name in SPLIT:
        assert (read.why, read.segments > 2) == ("", True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["open.mp4", "mpeg2.mkv"])
def test_digests_and_colours_and_limits_too(name: str) -> None:
    read = same_as_one_pass(coded(name), 1.0, 3, digests=True, colours=True, start=1.3, end=7.7)
    assert (read.why, read.segments > 2) == ("", True)


@pytest.mark.slow
@pytest.mark.parametrize("more", [True, False])
def test_frames_that_wait_on_disk_are_the_same(more: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "FEWEST_WAITING", 0)
    monkeypatch.setattr(parallel, "WAITING_BATCHES", 1)
    read = same_as_one_pass(coded("open.mp4"), 1.0, 3, digests=more, colours=more)
    assert (read.why, read.segments > 2) == ("", True)


@pytest.mark.slow
def test_a_variable_rate_is_kept() -> None:
    path = videos.make(
        "split_vfr.mkv", *videos.moving(14), "-vf", "select='not(mod(n,3))+gt(mod(n,50),30)'", "-fps_mode", "vfr",
        "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "15",
    )  # fmt: skip
    assert same_as_one_pass(path, 2.0).segments > 1


@pytest.mark.slow
def test_an_edit_list_is_kept() -> None:
    path = videos.make("split_edit.mp4", "-ss", "0.7", "-i", coded("open.mp4").as_posix(), "-c", "copy")
    assert same_as_one_pass(path).segments > 1


@pytest.mark.slow
@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["closed.mp4", "mpeg2.ts", "mpeg4.avi", "vp9.webm"])
def test_damage_is_left_to_one_pass(name: str, where: float) -> None:
    path = videos.damaged(coded(name), f"split_{where}_{name}", where, where + 0.02)
    one, (two, _) = open_video(path), split(path, _SHORTEST)
    (whole, _), (parts, _) = all_of(one), all_of(two)
    assert whole.keys() == parts.keys() and np.array_equal(whole["times"], parts["times"])
    # What decoder threads make of a damaged picture is not always the same, in one pass neither; and so on up to the
    # next picture that needs no other.
    sound, beside = np.ones(len(whole["times"]), bool), group(name) + 0.2
    for loss in (*one.losses, *two.losses):
        sound &= (whole["times"] < loss.start - beside) | (whole["times"] > loss.end + beside)
    assert np.mean(sound) > 0.6
    assert all(np.array_equal(whole[name][sound], parts[name][sound]) for name in whole)
    assert (one.source, bool(one.losses)) == (two.source, bool(two.losses))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["closed.mp4", "mpeg2.ts", "mpeg2.mkv", "vp9.webm"])
def test_what_lies_before_the_damage_is_not_read_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = videos.make(f"split_long_{name}", *videos.moving(30, size="160x90"), *videos.CODED[name])
    path = videos.damaged(sound, f"split_late_{name}", 0.9, 0.905)
    one, (two, _) = open_video(path), split(path, 3.0)
    opened: list[object] = []
    real = parallel.OnePassReader
    monkeypatch.setattr(parallel, "OnePassReader", lambda given: opened.append(given) or real(given))
    (whole, _), (parts, firsts) = all_of(one), all_of(two)
    since = float(two.log[0].removeprefix("read in one pass after all from ").partition(" ")[0])
    assert len(opened) == 1 and 3.0 <= since < one.losses[0].start
    assert np.array_equal(whole["times"], parts["times"]) and all(b > a for a, b in pairwise(firsts))
    before = whole["times"] < one.losses[0].start - group(name) - 0.2
    assert np.mean(before) > 0.7
    assert all(np.array_equal(whole[name][before], parts[name][before]) for name in whole)
    assert (one.source, one.end, len(one.losses)) == (two.source, two.end, len(two.losses))
    assert abs(one.losses[0].start - two.losses[0].start) < 0.5 and abs(one.losses[0].end - two.losses[0].end) < 0.5


@pytest.mark.slow
def test_where_the_last_range_cannot_begin_again_one_pass_begins_at_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound = videos.make("split_long_closed.mp4", *videos.moving(30, size="160x90"), *videos.CODED["closed.mp4"])
    path = videos.damaged(sound, "split_late_closed.mp4", 0.9, 0.905)
    one, (two, how) = open_video(path), split(path, 3.0)
    begun, refused = dict[float, segment.Segment](), list[float]()
    real = segment.segment_at

    def begin(request: ReadRequest, decoder: Decoder, seek: float, header: Header) -> segment.Segment | None:
        found = real(request, decoder, seek, header)
        if seek in begun and not refused:
            refused.append(seek)
            return None
        if found is not None:
            begun.setdefault(seek, found)
        return found

    monkeypatch.setattr(parallel, "segment_at", begin)
    (whole, _), (parts, firsts) = all_of(one), all_of(two)
    (last,) = refused
    before = begun[max(seek for seek in begun if seek < last)].start
    assert before is not None and how.described(())[0].startswith(
        f"read in one pass after all from {before.time:.3f} s"
    )
    assert np.array_equal(whole["times"], parts["times"]) and all(b > a for a, b in pairwise(firsts))
    assert (one.source, one.end, len(one.losses)) == (two.source, two.end, len(two.losses))


@pytest.mark.slow
def test_a_range_may_begin_though_its_decoder_is_in_the_damage_behind_already() -> None:
    sound = videos.make("split_long_closed.mp4", *videos.moving(30, size="160x90"), *videos.CODED["closed.mp4"])
    path = videos.damaged(sound, "split_late_closed.mp4", 0.9, 0.905)
    whole = open_video(path)
    times = all_of(whole)[0]["times"]
    with open_video(path) as first:
        # So far before the damage that no complaint can be ahead of its frame by all of the way.
        request, place = ReadRequest(resolve(path)), whole.losses[0].start - 8
        with contextlib.closing(Decoder(request, place)) as decoder:
            parts = list[Frames]()
            while not decoder.journal.troubles:
                parts.append(decoder.next_batch())
                assert len(parts[-1])
            times_ahead, pictures = (
                np.concatenate([getattr(b, name) for b in parts]) for name in ("times", "pictures")
            )
            decoder.put_back(Frames(0, times_ahead, pictures))
            begun = segment.segment_at(request, decoder, place, first.header)
            assert begun is not None and begun.start is not None
            reader = begun.read_on()
            assert reader.troubled
            rest = np.concatenate([batch.times for batch in reader])
    assert np.array_equal(rest, times[times >= begun.start.time])
    (loss,), (wanted,) = reader.losses, whole.losses
    assert (loss.start, loss.end) == pytest.approx((wanted.start, wanted.end), abs=0.5)


@pytest.mark.slow
def test_a_file_cut_short_is_left_to_one_pass() -> None:
    path = videos.cut_short(coded("open.mkv"), "split_short.mkv", 0.7)
    assert same_as_one_pass(path).why


@pytest.mark.slow
def test_a_joint_that_does_not_agree_is_left_to_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def alike(*_: object) -> bool:
        asked.append(1)
        return len(asked) < 2

    monkeypatch.setattr(segment, "frames_agree", alike)
    read = same_as_one_pass(coded("closed.mp4"))
    assert "differ" in read.why
    assert read.described(())[0].startswith("read in one pass after all")


def test_a_disagreement_of_one_pixel_or_tick_is_seen() -> None:
    times, pictures = np.arange(4.0), np.zeros((4, 64, 64), np.uint8)
    whole, other = Frames(0, times, pictures), pictures[1:].copy()
    assert segment.frames_agree(whole, Frames(0, times[1:], other))
    assert not segment.frames_agree(whole, Frames(0, times[1:] + 1e-9, other))
    assert not segment.frames_agree(whole.part(slice(2, None)), Frames(0, times[1:], other))
    other[1, 9, 9] = 1
    assert not segment.frames_agree(whole, Frames(0, times[1:], other))


@pytest.mark.parametrize("name", ["raw.h264", "one_group.mp4"])
@pytest.mark.slow
def test_what_has_no_place_to_begin_at_is_read_in_one_pass(name: str) -> None:
    path = videos.make(f"split_{name}", *videos.moving(14), "-c:v", "libx264", "-preset", "ultrafast", "-g", "9999")
    assert same_as_one_pass(path, 4.0).segments == 1


def test_a_short_file_is_read_in_one_pass() -> None:
    assert same_as_one_pass(coded("closed.mp4"), parallel.SHORTEST_SEGMENT).segments == 1


@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_decoders_that_are_equally_fast_end_together(jobs: int) -> None:
    for end in range(90, 9000, 70):
        marks = parallel.marks_of(10.0, end, jobs, 40.0, 300.0)
        lengths = np.diff([10.0, *marks, end])
        assert len(lengths) == 1 or 39.999 <= lengths.min() <= lengths.max() < 340
        busy = [0.0] * jobs
        for length in lengths:
            busy[busy.index(min(busy))] += length
        if end - 10 >= 2 * 40 * jobs:
            assert max(busy) - min(busy) < 0.001
    assert parallel.marks_of(0.0, 79.0, jobs, 40.0, 300.0) == []


@pytest.mark.slow
def test_no_more_decoders_are_made_than_there_are_ranges() -> None:
    path, threads = videos.encoded("mkv", "mpeg4", seconds=20, size="64x48"), threading.active_count()
    video, _ = split(path, 4.0, 1000)
    with video:
        most = max(threading.active_count() for _ in video)
    assert most < threads + 50


@pytest.mark.slow
@pytest.mark.parametrize("wreck", ["close", "raise"])
def test_leaving_early_leaves_nothing(wreck: str) -> None:
    path = videos.encoded("mkv", "mpeg4", seconds=200, size="64x48")
    before, threads = set(os.listdir("/proc/self/fd")), threading.active_count()

    def leave() -> None:
        with split(path, 4.0, 3)[0] as video:
            for _ in video:
                if wreck == "raise":
                    raise KeyboardInterrupt
                break

    if wreck == "raise":
        with pytest.raises(KeyboardInterrupt):
            leave()
    else:
        leave()
    assert not decoders()
    wait_until(lambda: threading.active_count() == threads, what="the end of all threads")
    assert set(os.listdir("/proc/self/fd")) == before


@pytest.mark.slow
def test_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WAITING_BATCHES", 2)
    monkeypatch.setattr(parallel, "FEWEST_WAITING", 2)
    path = videos.encoded("mkv", "mpeg4", seconds=200, size="64x48")
    monkeypatch.setattr(parallel, "WAITING_ON_DISK", 2000)
    most: list[tuple[int, int]] = []
    real = SpillQueue.put

    def counted(self: SpillQueue, *given: Any) -> None:
        real(self, *given)
        most.append((self.in_memory, self.on_disk))

    monkeypatch.setattr(SpillQueue, "put", counted)
    assert same_as_one_pass(path, 20.0, 3).segments > 3
    in_memory, on_disk = (max(column) for column in zip(*most, strict=True))
    assert in_memory <= 2 and 0 < on_disk <= 1000


@pytest.mark.slow
def test_a_decoder_that_says_nothing_more_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg that was killed may leave its pipes open behind it, in a process of its own."""
    path, real = videos.encoded("mkv", "mpeg4", seconds=60, size="64x48"), executable()
    ffmpeg, kept, held = tmp_path / "ffmpeg", tmp_path / "kept", tmp_path / "held"
    os.mkfifo(held)
    silent = f'"{real}" "$@" >{kept}.$$ 2>{kept}.said.$$; cat {kept}.said.$$ >&2; head -c 400000 {kept}.$$'
    silent += f"; cat {held} & wait"
    ffmpeg.write_text(f'#!/bin/sh\ncase "$*" in *-ss*) {silent} ;; *) exec "{real}" "$@" ;; esac\n')
    ffmpeg.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", ffmpeg.as_posix())
    threads, holder = threading.active_count(), os.open(held, os.O_RDWR)
    with split(path, 4.0)[0] as video:
        frames = iter(video)
        next(frames)
        began = time.monotonic()
        frames.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 15
    os.close(holder)
    wait_until(lambda: threading.active_count() == threads, what="the end of those that waited for the pipes alone")


def test_every_attribute_of_a_reader_may_be_read_before_it_is_entered() -> None:
    path = coded("closed.mp4")
    reader = open_video(path)
    readers: list[FrameReader[Frames]] = [reader, split(path, _SHORTEST)[0]]
    for video in readers:
        assert (video.source.path, video.source.frames, video.end) == (str(path), 0, 0.0)
        assert (video.command, video.log, video.losses, video.account(), video.troubled) == ([], (), (), (), False)
    assert (len(reader.restarts), reader.declared_rate, reader.origin, reader.seekable) == (0, 25.0, 0.0, True)
