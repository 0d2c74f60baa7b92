"""Content: the part of a repeat that each occurrence shows, so that any two of them can be aligned."""

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import showing

from loopfind.engine.repeats.assemble import families_in, repeats_of
from loopfind.model.candidate import Line, Run
from loopfind.model.fingerprint import Timeline
from loopfind.model.report import Repeat, counted_from_first_content
from loopfind.reports.wording import part_shown

STEP = 0.04
TIMES = np.arange(12_000) * STEP
PLACES = 1500
"""Frames between the places at which one content is shown."""


@dataclass(frozen=True)
class Place:
    """A place that shows content: second c of it at c / speed + offset seconds."""

    speed: float
    offset: float

    def time_of(self, content: float) -> float:
        return content / self.speed + self.offset


def run_between(one: Place, other: Place, start: float, end: float, score: float = 100.0) -> Run:
    """A run along the line of two places, over content [start, end), with its ends at frames."""
    slope = one.speed / other.speed
    shift = other.offset - slope * one.offset
    # A line pairs the instants at which frames begin; backwards, the copy of a frame ends where the frame begins.
    line = Line(slope, shift - (STEP if slope < 0 else 0.0), 0.0, 0.0, 50)
    first, last = (round(t / STEP) for t in sorted((one.time_of(start), one.time_of(end))))
    low, high = (round((slope * t * STEP + shift) / STEP) for t in (first, last))
    low, high = sorted((low, high))
    start, end = first * STEP, last * STEP
    ends = (start, end, low * STEP, high * STEP)
    return Run(line, first, last, low, high, *ends, (start, start), (end, end), score, 0.7, 0.02, last - first)


def found(runs: list[Run]) -> list[Repeat]:
    timeline = Timeline(TIMES, STEP)
    return repeats_of(families_in(runs, timeline), timeline, float(TIMES[-1]) + STEP)


def assert_paired(repeat: Repeat, places: list[Place]) -> None:
    """Any two occurrences, aligned by content, pair the instants that are the same content; none shows more than is
    counted. places: in the order of the occurrences."""
    assert len(repeat.occurrences) == len(places)
    shown = [*zip(repeat.occurrences, places, strict=True)]
    for (one, place), (other, there) in combinations(shown, 2):
        slope = place.speed / there.speed
        for time in np.linspace(one.start, one.end, 5):
            wanted = slope * (time - place.offset) + there.offset
            assert other.time_of(one.content_at(time)) == pytest.approx(wanted, abs=STEP / 2 + 1e-5)
    assert min(one.content_start for one in repeat.occurrences) == 0
    for one, _ in shown:
        ends = (one.content_end, one.content_start) if one.reversed else (one.content_start, one.content_end)
        assert (one.content_at(one.start), one.content_at(one.end)) == pytest.approx(ends)
        assert one.content_end - one.content_start == pytest.approx((one.end - one.start) * one.speed, rel=1e-3)


cut = st.floats(0, 0.24)
"""Seconds that may lack at an end: two runs over one occurrence then differ by less than half a second."""


@given(st.data())
@pytest.mark.slow
def test_any_two_occurrences_of_a_family_pair_what_its_runs_pair(data) -> None:
    speeds = [
        1.0,
        *data.draw(st.lists(st.sampled_from([1.0, 1.0, 0.9, 1.1, 1.25, -1.0, -1.1]), min_size=1, max_size=4)),
    ]
    # The first second of a place may be shown between two frames.
    places = [
        Place(speed, (PLACES * (k + 1) + data.draw(st.floats(-0.5, 0.5))) * STEP) for k, speed in enumerate(speeds)
    ]
    runs = []
    for k in range(1, len(places)):
        # Each is joined to one of those before it: so the lines of several runs are composed.
        known = data.draw(st.integers(0, k - 1)) if speeds[k] == 1.0 else 0
        start, end = data.draw(cut), 12 - data.draw(cut)
        pair = (places[known], places[k])
        runs.append(run_between(*pair, start, end, score=data.draw(st.sampled_from([10.0, 20.0]))))
    repeats = found(runs)
    assert len(repeats) == 1
    assert_paired(repeats[0], places)


def test_copies_at_nine_tenths_and_eleven_tenths_of_the_speed_are_one_family() -> None:
    first, slow, fast = Place(1.0, 40.0), Place(0.9, 100.0), Place(1.1, 160.0)
    (repeat,) = found([run_between(first, slow, 0, 10), run_between(first, fast, 0, 10)])
    assert [one.speed for one in repeat.occurrences] == [1.0, 0.9, 1.1]
    assert_paired(repeat, [first, slow, fast])


def test_an_occurrence_that_begins_later_in_the_content_says_so() -> None:
    places = [Place(1.0, 40.0), Place(1.0, 100.0), Place(-1.0, 170.0)]
    runs = [run_between(places[0], places[1], 0.4, 10, 50.0), run_between(places[0], places[2], 0, 9.6, 90.0)]
    (repeat,) = found(runs)
    spans = [(one.content_start, one.content_end) for one in repeat.occurrences]
    assert spans == [(0, 9.6), (0.4, 10), (0, 9.6)]
    assert repeat.content_length == 10
    assert repeat.occurrences[1].shared_span(repeat.occurrences[2]) == pytest.approx((100.4, 109.6))
    assert repeat.occurrences[2].shared_span(repeat.occurrences[1]) == pytest.approx((160.4, 169.6))


@given(st.integers(20, 80), st.integers(2, 8), st.floats(0, 0.99), st.floats(0.05, 0.95))
def test_turns_of_a_loop_and_its_last_one_cut_short_are_whole_periods_apart(frames, turns, part, more) -> None:
    # The longest lag is a whole number of frames, and a period need not be one.
    period = frames + int(part * (turns - 1)) / (turns - 1)
    length = round((turns + more) * period)
    turn = Place(1.0, 40.0)
    runs = [
        run_between(turn, Place(1.0, 40.0 + lag * period * STEP), 0, (length - round(lag * period)) * STEP)
        for lag in range(1, turns)
    ]
    for repeat in found(runs):
        first = round((repeat.occurrences[0].start - 40.0) / (period * STEP))
        places = [Place(1.0, 40.0 + (first + k) * period * STEP) for k in range(len(repeat.occurrences))]
        assert_paired(repeat, places)


@given(st.floats(0.1, 0.4), st.sampled_from([1.0, -1.0]))
def test_what_a_longer_run_carries_a_part_to_shows_that_part(later, speed) -> None:
    """Twenty seconds are shown twice, and five seconds within them a third time."""
    first, again, part = Place(1.0, 40.0), Place(1.0, 100.0), Place(speed, 220.0)
    runs = [run_between(first, again, 0, 20), run_between(first, part, 5 + later, 10)]
    short = next(repeat for repeat in found(runs) if len(repeat.occurrences) == 3)
    assert_paired(short, [first, again, part])


def test_content_that_begins_at_zero_has_no_sign() -> None:
    shown = counted_from_first_content([showing(3, 5, 75, 125), showing(9, 11, 225, 275, content_start=-0.0)])
    assert [str(one.content_start) for one in shown] == ["0.0", "0.0"]


def test_a_still_is_shown_from_its_start_on() -> None:
    one, other = showing(3, 5, 75, 125), showing(9, 12, 225, 300)
    assert other.time_of(one.content_at(4)) == 10
    assert one.shared_span(other) == (3, 5)
    assert other.shared_span(one) == (9, 11)


def test_occurrences_that_share_no_content_are_shown_whole() -> None:
    one = showing(3, 5, 75, 125)
    assert one.shared_span(showing(9, 11, 225, 275, content_start=2.0, content_end=4.0)) == (3, 5)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0.0, 10.0, []),
        (0.05, 9.95, []),
        (0.43, 9.7, ["shows 0.43 s to 9.7 s of it"]),
        (0.0, 9.9, ["shows 0 s to 9.9 s of it"]),
    ],
)
def test_a_part_is_named_where_more_than_a_frame_and_a_half_is_left_out(start, end, words) -> None:
    part = showing(50, 50 + end - start, 1250, 1500, content_start=start, content_end=end)
    repeat = Repeat(1, "repeat", 10.0, None, 1.0, "replay", (showing(10, 20, 250, 500), part))
    assert part_shown(part, repeat, 25.0) == words
    assert part_shown(part, replace(repeat, kind="still"), 25.0) == []
