"""The laws of the one clock rule, and the reader's clock equal to the plain one."""

import itertools

import numpy as np
import plain_clock
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loopfind.media.decode.timestamps import Clock, mended_packets

BASES = {(1, 1000): 40, (1, 90_000): 3600, (1, 12_800): 512, (1001, 30_000): 1, (1, 1_000_000_000): 40_000_000}
"""Seconds of a tick as a fraction -> ticks of a frame."""

bases = st.sampled_from(list(BASES))


def read(
    ticks: list[int | None], base: tuple[int, int] = (1, 1000), start: int = 0, cuts: tuple[int, ...] = ()
) -> tuple[list[int], Clock]:
    """Ticks as the reader's clock has them, in batches that are cut where it is said."""
    clock = Clock(start, BASES[base] * base[0] / base[1])
    marks = [(pts, b"%d/%d" % base) for pts in ticks]
    parts = [clock.read(marks[a:b]) for a, b in itertools.pairwise([0, *cuts, len(marks)])]
    seconds = np.concatenate([*parts, clock.read([], last=True)])
    origin = round(start * base[1] / (base[0] * 1_000_000))
    return [origin + round(second * base[1] / base[0]) for second in seconds.tolist()], clock


def plain(ticks: list[int | None], base: tuple[int, int] = (1, 1000), start: int = 0) -> tuple[list[int], list[int]]:
    origin = round(start * base[1] / (base[0] * 1_000_000))
    return plain_clock.plain_times(ticks, BASES[base], base[1] / base[0], origin)


def clip(first: int, frames: int, frame: int = 40) -> list[int]:
    return [first + frame * n for n in range(frames)]


def lasts(*frames: int, frame: int = 40) -> list[int]:
    """Steps of footage that has no gap."""
    return [frame] * (sum(frames) - 1)


@st.composite
def wild(draw: st.DrawFn) -> list[int | None]:
    """Times as files have them: clips that begin anywhere, each with steps of its own, with some times missing, wrong,
    repeated or a tick early or late."""
    ticks: list[int | None] = []
    for _ in range(draw(st.integers(1, 5))):
        now = draw(st.integers(-3000, 20_000))
        steps = draw(st.lists(st.sampled_from([40, 40, 40, 40, 41, 39, 500, 1, 3000]), max_size=60))
        if draw(st.booleans()):
            steps = [draw(st.sampled_from([40, 500]))] * draw(st.integers(1, 120))
        for step in steps:
            ticks.append(now)
            now += step
    for place in draw(st.lists(st.integers(0, max(0, len(ticks) - 1)), max_size=4)):
        if ticks:
            ticks[place] = draw(st.none() | st.integers(-5000, 90_000))
    return ticks


@given(wild(), st.lists(st.integers(0, 400), max_size=5))
@pytest.mark.slow
def test_the_clock_is_the_plain_one_however_times_arrive(ticks: list[int | None], cuts: list[int]) -> None:
    shown, restarts = plain(ticks)
    mine, clock = read(ticks, cuts=tuple(sorted(min(cut, len(ticks)) for cut in cuts)))
    assert mine == shown
    assert clock.restarts == restarts
    assert len(shown) == len(ticks)
    assert all(b > a for a, b in itertools.pairwise(shown))


@given(wild(), bases, st.integers(-(10**9), 10**12))
def test_a_prefix_moves_all_and_changes_nothing_else(ticks: list[int | None], base: tuple[int, int], by: int) -> None:
    scaled = [None if tick is None else tick * BASES[base] // 40 for tick in ticks]
    known = [tick for tick in scaled if tick is not None]
    if not known or scaled[0] is None:
        return
    here, _ = plain(scaled, base)
    moved, _ = plain([None if tick is None else tick + by for tick in scaled], base)
    assert moved == [tick + by for tick in here]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("start", [0, -21_000, 120_000_000, 3_600_500_000, 95_443_000_000])
def test_seconds_are_the_same_to_the_bit_wherever_the_container_starts(base: tuple[int, int], start: int) -> None:
    frame = BASES[base]
    origin = round(start * base[1] / (base[0] * 1_000_000))
    clocks = [Clock(begin, frame * base[0] / base[1]) for begin in (0, start)]
    marks = [[(tick + by, b"%d/%d" % base) for tick in clip(0, 300, frame)] for by in (0, origin)]
    first, second = (clock.read(given, last=True) for clock, given in zip(clocks, marks, strict=True))
    assert np.array_equal(first, second)


@given(st.integers(-5000, 5000), st.lists(st.integers(1, 100), max_size=300), bases)
def test_times_in_order_come_out_to_the_tick(first: int, steps: list[int], base: tuple[int, int]) -> None:
    frame = BASES[base]
    ticks = np.cumsum([first, *(max(1, step * frame // 40) for step in steps)]).tolist()
    assert read(ticks, base)[0] == ticks


@given(
    st.integers(60, 200),
    st.integers(60, 200),
    st.integers(2, 200) | st.integers(200, 90_000_000),
    st.sampled_from([40, 500, 33]),
)
@example(200, 200, 199, 40)
def test_two_clips_last_as_long_as_both_by_whatever_the_second_falls_back(
    one: int, two: int, back: int, frame: int
) -> None:
    first = clip(0, one, frame)
    second = clip(frame * (one - back), two, frame)
    clock = Clock(0, frame / 1000)
    shown = clock.read([(tick, b"1/1000") for tick in first + second], last=True)
    assert np.round(np.diff(shown) * 1000).astype(int).tolist() == lasts(one, two, frame=frame)


@pytest.mark.parametrize("bits", [24, 32, 33])
@pytest.mark.parametrize("frame", [40, 500])
def test_a_counter_that_began_again_from_0_goes_on(bits: int, frame: int) -> None:
    uneven = np.cumsum([0, *([frame, frame + 1, frame - 1] * 50)])
    ticks = ((1 << bits) - 50 * frame + uneven) % (1 << bits)
    shown, clock = read(ticks.tolist())
    assert np.diff(shown).tolist() == np.diff(uneven).tolist()
    assert not clock.restarts


def test_a_counter_of_31_bits_that_is_taken_for_one_of_32_goes_on() -> None:
    counted = clip((1 << 31) - 2000, 200)
    ticks = [tick + (1 << 31) if tick >= 1 << 31 else tick for tick in counted]
    assert read([*ticks])[0] == counted == plain([*ticks])[0]
    order = np.arange(200).reshape(-1, 4)[:, [0, 3, 1, 2]].ravel()
    mended, restarts = mended_packets(np.array(ticks)[order], order % 20 == 0, 40, 1000)
    assert mended.tolist() == np.array(counted)[order].tolist() and len(restarts) == 1


@pytest.mark.parametrize("back", [61, 3592, 40_000])
def test_a_clock_that_was_put_back_is_none_that_ran_over(back: int) -> None:
    """A clock put back by more than a minute, which ffmpeg takes for one that ran over in transport streams."""
    clips = (clip(90_000 * 50_000, 200, 3600), clip((1 << 33) + 90_000 * (50_000 - back), 200, 3600))
    shown, clock = read([*clips[0], *clips[1]], (1, 90_000))
    assert np.diff(shown).tolist() == lasts(200, 200, frame=3600) and len(clock.restarts) == 1
    mended, restarts = mended_packets(np.array([*clips[0], *clips[1]]), np.arange(400) % 25 == 0, 3600, 90_000)
    assert mended.tolist() == shown == plain([*clips[0], *clips[1]], (1, 90_000))[0]
    assert restarts == [200]


CLIPS = {
    "the second half first": [(10_000, 250), (0, 250)],
    "of three the last first": [(20_000, 250), (0, 250), (10_000, 250)],
    "short ones": [(15_000, 20), (10_000, 20), (5000, 20), (0, 20)],
    "shorter than what is looked ahead": [(0, 50), (10_000, 50), (2000, 50), (30_000, 30), (4000, 60)],
    "with seconds missing": [(20_000, 250), (33_000, 100), (0, 250), (13_500, 250)],
    "again and again": [(0, 60)] * 5,
}


@pytest.mark.parametrize("name", CLIPS)
def test_clips_out_of_order_keep_their_steps_and_none_is_squeezed(name: str) -> None:
    """A time between two clips is believed where the next begins later than the last one ended, else there is none."""
    clips = CLIPS[name]
    shown, _ = read([tick for first, frames in clips for tick in clip(first, frames)])
    steps = np.split(np.diff(shown), np.cumsum([frames for _, frames in clips])[:-1])
    for (first, frames), later, part in zip(clips, [*clips[1:], None], steps, strict=True):
        assert part[: frames - 1].tolist() == lasts(frames)
        if later is not None:
            ahead = later[0] - (first + 40 * (frames - 1))
            assert part[-1] == 40 if ahead <= 40 else part[-1] >= 40


def test_a_leap_that_stays_is_believed() -> None:
    shown, clock = read([*clip(0, 200), *clip(1_808_000, 200)])
    assert shown == [*clip(0, 200), *clip(1_808_000, 200)]
    assert not clock.altered


@given(st.integers(2, 15), st.integers(120, 160), st.integers(3000, 10**9))
def test_times_that_are_wrong_for_a_while_change_nothing_behind_them(count: int, first: int, by: int) -> None:
    ticks = clip(0, 400)
    wrong = [tick + by if first <= n < first + count else tick for n, tick in enumerate(ticks)]
    assert read(wrong)[0] == ticks


@given(st.lists(st.integers(0, 199), max_size=10, unique=True))
def test_missing_and_early_times_hold_up_nothing(places: list[int]) -> None:
    ticks: list[int | None] = [*clip(0, 200)]
    for place in places:
        ticks[place] = None
    assert read(ticks)[0] == clip(0, 200) if 0 not in places else True
    jitter = [tick + n % 3 - 1 for n, tick in enumerate(clip(0, 200))]
    assert read([*jitter])[0] == jitter


# ---- packets ----


@st.composite
def packets(draw: st.DrawFn) -> tuple[list[int], list[bool]]:
    """Packets of recordings joined in any order, with B-frames or without, some times wrong."""
    ticks, keys = list[int](), list[bool]()
    for _ in range(draw(st.integers(1, 5))):
        count, group = draw(st.integers(2, 90)), draw(st.sampled_from([1, 12, 25]))
        depth = draw(st.sampled_from([1, 3]))
        first = draw(st.integers(0, 300)) * 40
        order = sorted(
            range(count), key=lambda n: (n // group, -(-(n % group) // depth) * depth, n % group % depth != 0)
        )
        ticks += [first + 40 * n for n in order]
        keys += [n % group == 0 for n in order]
    for place in draw(st.lists(st.integers(1, len(ticks) - 1), max_size=3)):
        ticks[place] = draw(st.integers(0, 90_000))
    return ticks, keys


@given(packets())
def test_packets_are_mended_as_by_the_plain_rule(given_packets: tuple[list[int], list[bool]]) -> None:
    ticks, keys = given_packets
    mended, restarts = mended_packets(np.array(ticks), np.array(keys), 40, 1000)
    assert (mended.tolist(), restarts) == plain_clock.plain_packets(ticks, keys, 40, 1000)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(30, 120)), min_size=1, max_size=5))
def test_packets_in_the_order_of_display_have_the_clock_of_frames(clips: list[tuple[int, int]]) -> None:
    ticks = [tick for first, frames in clips for tick in clip(40 * first, frames)]
    mended, _ = mended_packets(np.array(ticks), np.arange(len(ticks)) % 1 == 0, 40, 1000)
    assert np.abs(mended - plain(ticks)[0]).max() <= 1  # a time that comes twice is moved by a tick


def test_thousands_of_restarts_are_mended_one_by_one() -> None:
    ticks = np.tile(np.arange(50) * 40, 4000)
    mended, restarts = mended_packets(ticks, np.arange(len(ticks)) % 25 == 0, 40, 1000)
    assert np.array_equal(mended, 40 * np.arange(len(ticks))) and len(restarts) == 3999
