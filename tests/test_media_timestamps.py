"""Times, the journal and losses by themselves: no video, no ffmpeg."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopfind.media.decode import losses
from loopfind.media.decode.timestamps import Clock
from loopfind.media.ffmpeg.log import MARK, Journal, Trouble

_BASE = b"1/1000"


def seconds(ticks: list[int | None], start: int = 0, cuts: tuple[int, ...] = ()) -> list[float]:
    clock = Clock(start, 0.04)
    marks = [(pts, _BASE) for pts in ticks]
    edges = [0, *cuts, len(marks)]
    parts = [clock.read(marks[a:b]) for a, b in itertools.pairwise(edges)]
    return np.concatenate([*parts, clock.read([], last=True)]).tolist()


def test_regular_times_are_kept_to_the_tick() -> None:
    assert seconds([100, 140, 180, 1180, 1221], start=100_000) == [0.0, 0.04, 0.08, 1.08, 1.121]


def test_a_missing_time_follows_by_one_frame() -> None:
    assert seconds([0, None, 80]) == [0.0, 0.04, 0.08]
    assert seconds([None, None, None]) == [0.0, 0.04, 0.08]


def test_a_repeated_time_follows_by_one_tick() -> None:
    assert seconds([0, 40, 40, 120]) == [0.0, 0.04, 0.041, 0.12]


def test_a_wrong_leap_does_not_spoil_the_rest() -> None:
    ticks: list[int | None] = [40 * n for n in range(100)]
    ticks[50:60] = [900_000 + 40 * n for n in range(10)]
    got = seconds(ticks)
    assert np.allclose(got[:50], 0.04 * np.arange(50), atol=1e-12)
    assert np.allclose(got[60:], 0.04 * np.arange(60, 100), atol=1e-12)


def test_a_true_leap_is_kept() -> None:
    assert seconds([0, 40, 900_000, 900_040]) == [0.0, 0.04, 900.0, 900.04]


def test_a_clock_that_starts_again_goes_on() -> None:
    assert seconds([9000, 9040, 0, 40, 80]) == [9.0, 9.04, 9.08, 9.12, 9.16]


@given(st.lists(st.none() | st.integers(-5000, 20_000), max_size=150), st.lists(st.integers(0, 150), max_size=4))
def test_times_rise_and_do_not_depend_on_how_marks_arrive(ticks: list[int | None], cuts: list[int]) -> None:
    whole = seconds(ticks)
    assert len(whole) == len(ticks)
    assert (np.diff(whole) > 0).all()
    assert seconds(ticks, cuts=tuple(sorted(cuts))) == whole


_SAID = (
    b"[info] Input #0, matroska,webm, from 'file:a\nb':\n"
    b"[info]   Duration: 01:02:03.50, start: -0.021000, bitrate: 9 kb/s\n"
    b"[info]   Stream #0:0: Audio: opus, 48000 Hz\n"
    b"[info]   Stream #0:1[0x2](und): Video: mjpeg (MJPG / 0x47504A4D), yuvj420p, 8x6, 90k tbr (attached pic)\n"
    b"[info]   Stream #0:2(eng): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 640x480 [SAR 1:1], 23.98 fps\n"
    b"[info]     Side data:\n[info]       Display Matrix: rotation of -90.00 degrees\n"
    b"[info] Stream mapping:\n[info]   Stream #0:2 -> #0:0 (h264 (native) -> rawvideo (native))\n"
    b"\x1f0 1/1000\n\x1f41 1/1000\n\x1b[0;39m[dec:h2\x1f83 1/1000\n64 @ 0x1] \x1b[0m"
    b"\x1b[0;33m[warning] \x1b[0m\x1b[0;33mcorrupt decoded frame\n\x1b[0m\x1b[0;35m[in#0 @ 0x1] \x1b[0m"
    b"\x1b[0;33m[warning] \x1b[0m\x1b[0;33mcorrupt input packet in stream 0\n\x1b[0m"
    b"\x1f-9223372036854775808 1/1000\n"
)


@given(st.lists(st.integers(0, len(_SAID)), max_size=6))
def test_the_journal_is_read_alike_wherever_it_is_cut(cuts: list[int]) -> None:
    journal = Journal()
    for first, last in itertools.pairwise([0, *sorted(cuts), len(_SAID)]):
        journal.feed(_SAID[first:last])
    journal.close()
    assert [pts for pts, _ in journal.marks] == [0, 41, 83, None]
    header = journal.header
    assert (header.container, header.duration, header.start) == ("matroska,webm", 3723.5, -21_000)
    assert (header.video.codec, header.video.size, header.video.rate) == ("h264", (480, 640), 23.98)
    assert header.video_count == 1
    assert journal.troubles == [Trouble("damaged", 3, 3)]
    assert not any(MARK.decode() in line for line in journal.said)


@pytest.mark.slow
def test_what_ffmpeg_says_without_end_stays_bounded() -> None:
    journal, endless = Journal(), b"x" * 10_000_000
    tracemalloc.start()
    for _ in range(50):
        journal.feed(
            b"\x1b[0;36m[h264 @ 0x1] \x1b[0m\x1b[1;31m[error] \x1b[0m\x1b[1;31mInvalid NAL unit size\n\x1b[0m" * 1000
        )
    journal.feed(endless)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(journal.said) <= 400
    assert kept < 1_000_000


_TIMES = np.arange(500) / 25


def test_what_lacks_before_the_end_is_lost_without_a_complaint_where_the_file_says_when_its_video_ends() -> None:
    assert losses.find_losses(_TIMES, 0.04, 20.0, [], 25.0) == ()
    (silent,) = losses.find_losses(_TIMES, 0.04, 20.0, [], 25.0, video_ends=24.9)
    assert (silent.start, silent.end, silent.what) == (20.0, 25.0, losses.CUT_SHORT)
    assert losses.find_losses(_TIMES, 0.04, 20.0, [], 20.7, video_ends=20.3) == ()


def test_a_gap_alone_is_no_loss_and_with_a_complaint_it_is() -> None:
    times = np.delete(_TIMES, slice(200, 250))
    end = float(times[-1]) + 0.04
    assert losses.find_losses(times, 0.04, end, [], 20.0) == ()
    (loss,) = losses.find_losses(times, 0.04, end, [Trouble("mild", 195, 196)], 20.0)
    assert (round(loss.start, 9), loss.end) == (8.0, 10.0)


def test_a_complaint_far_from_a_gap_does_not_make_it_a_loss() -> None:
    times = np.delete(_TIMES, slice(200, 250))
    assert losses.find_losses(times, 0.04, 20.0, [Trouble("mild", 400, 400)], 20.0) == ()


def test_a_false_duration_without_complaint_is_no_loss() -> None:
    assert losses.find_losses(_TIMES, 0.04, 20.0, [], 143_165.0) == ()
    assert losses.find_losses(_TIMES, 0.04, 20.0, [Trouble("serious", 10, 10)], 143_165.0)[-1].end < 2.0


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.sampled_from(["damaged", "serious", "mild"]), st.integers(0, 520), st.integers(0, 30)), max_size=8
    )
)
def test_losses_are_in_order_and_apart(troubles: list[tuple[str, int, int]]) -> None:
    times = np.delete(_TIMES, slice(100, 130))
    found = losses.find_losses(times, 0.04, 20.0, [Trouble(sort, n, n + more) for sort, n, more in troubles], 25.0)
    assert all(loss.start <= loss.end for loss in found)
    assert all(a.end < b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("back", [2, 3, 25, 62, 64, 65, 90, 175, 199])
def test_a_clock_that_is_put_back_by_any_time_goes_on(back: int) -> None:
    """Two recordings of eight seconds, the second by a clock that is so many frames behind."""
    first = [40 * n for n in range(200)]
    second = [40 * (200 - back + n) for n in range(200)]
    whole = seconds([*first, *second])
    assert whole == pytest.approx([n * 0.04 for n in range(400)])
    assert seconds([*first, *second], cuts=(77, 201, 202)) == whole


def test_pictures_that_change_places_are_no_clock_that_was_put_back() -> None:
    swapped: list[int | None] = [40 * n for n in range(200)]
    swapped[50:54] = [swapped[52], swapped[50], swapped[51], swapped[53]]
    times = seconds(swapped)
    assert times[-1] == 7.96 and (np.diff(times) > 0).all()


def test_what_a_decoder_complains_of_behind_the_end_of_a_range_is_no_loss() -> None:
    """A decoder is ahead of its reader, by as much as the machine lets it."""
    journal = Journal()
    journal.troubles = [Trouble("serious", 190, 190)]
    account = losses.LossAccount(1.0, skipped=25)
    account.add(1.0 + np.arange(38) * 0.04)
    assert account.find(journal, 0.04, 2.52, None, stopped=True) == ()
    journal.troubles = [Trouble("serious", 40, 190)]
    assert len(account.find(journal, 0.04, 2.52, None, stopped=True)) == 1
