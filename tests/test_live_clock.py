"""The clocks of a live source's connections become one timeline: the laws of the reconciler."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats
from loopfind.model.video import Loss
from loopfind.pipeline.live_clock import (
    CLOCK_SLACK,
    HOLE_GAPS,
    SHORTEST_ABSENCE,
    Arrival,
    LiveClock,
    Seen,
    connected,
    reconcile,
)

GAP = 1 / 32
"""Seconds between frames. All times here are multiples of a power of two, so that sums of them are exact."""


@dataclass(frozen=True)
class Batch:
    """Frames that came at a moment on the wall: number of the connection, times by its clock, and whether that clock
    began anew with the first of them."""

    connection: int
    now: float
    times: Floats
    restarted: bool = False


def always(times: Floats) -> NDArray[np.bool_]:
    return np.ones(len(times), bool)


def never(times: Floats) -> NDArray[np.bool_]:
    return np.zeros(len(times), bool)


def played(batches: Sequence[Batch], seen: Seen = always) -> tuple[list[float], list[Loss], list[int], LiveClock]:
    """The times and losses of a timeline, how many frames of each batch were dropped, and the clock at the end."""
    clock, connection = LiveClock(), -1
    times: list[float] = []
    losses: list[Loss] = []
    dropped: list[int] = []
    for batch in batches:
        if batch.connection != connection:
            clock, connection = connected(clock, 0.0), batch.connection
        known = reconcile(clock, batch.times, Arrival(batch.now, GAP, batch.restarted), seen)
        clock = known.clock
        assert len(known.times) + known.dropped == len(batch.times)
        times += known.times.tolist()
        losses += known.losses
        dropped.append(known.dropped)
    return times, losses, dropped, clock


def frames(start: float, count: int) -> Floats:
    """Times (count,) of frames one usual gap apart."""
    return start + GAP * np.arange(count)


@st.composite
def sources(draw: st.DrawFn) -> list[Batch]:
    """Return what a source sends over some connections: each connection's clock rises, and begins anywhere."""
    batches: list[Batch] = []
    now = 0.0
    for connection in range(draw(st.integers(1, 4))):
        now += draw(st.integers(0, 300))
        at = draw(st.integers(-200, 400))
        for number in range(draw(st.integers(1, 4))):
            gaps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 7, 80 * 32]), min_size=1, max_size=9))
            times = at + GAP * np.cumsum(gaps)
            at = float(times[-1])
            now += draw(st.integers(0, 160)) / 32
            batches.append(Batch(connection, now, times, bool(number) and draw(st.booleans())))
    return batches


@pytest.mark.slow
@given(sources(), st.booleans())
def test_times_rise_strictly_whatever_the_clocks_say(batches: list[Batch], believed: bool) -> None:
    times, losses, _, clock = played(batches, always if believed else never)
    assert (np.diff(times) > 0).all() and clock.last == times[-1]
    assert all(loss.start < loss.end for loss in losses)


@given(sources(), st.booleans(), st.data())
@pytest.mark.slow
def test_splitting_a_batch_in_two_changes_nothing(batches: list[Batch], believed: bool, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(batches) - 1))
    batch = batches[number]
    at = data.draw(st.integers(0, len(batch.times)))
    parts = [
        Batch(batch.connection, batch.now, part, batch.restarted and not first)
        for first, part in ((0, batch.times[:at]), (at, batch.times[at:]))
        if len(part)
    ]
    seen = always if believed else never
    times, losses, dropped, clock = played(batches, seen)
    again = played([*batches[:number], *parts, *batches[number + 1 :]], seen)
    assert (again[0], again[1], sum(again[2]), again[3]) == (times, losses, sum(dropped), clock)


@given(sources(), st.booleans(), st.integers(-1000, 1000))
@pytest.mark.slow
def test_a_clock_that_begins_elsewhere_moves_everything_and_changes_nothing_else(
    batches: list[Batch], believed: bool, by: int
) -> None:
    seen = always if believed else never
    times, losses, dropped, _ = played(batches, seen)
    moved = played([Batch(b.connection, b.now, b.times + by, b.restarted) for b in batches], seen)
    assert moved[0] == [time + by for time in times] and moved[2] == dropped
    assert moved[1] == [Loss(loss.start + by, loss.end + by, loss.what) for loss in losses]


@given(st.integers(1, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), max_size=5))
def test_what_a_server_sends_again_is_dropped_and_what_is_new_is_kept_once(
    count: int, connections: list[tuple[int, int]]
) -> None:
    """Each connection begins so many frames before the end of what was sent, and goes on for so many."""
    batches, until = [Batch(0, 1.0, frames(0.0, count))], count
    for number, (back, more) in enumerate(connections, 1):
        first = max(0, until - back)
        batches.append(Batch(number, 1.0 + number, frames(GAP * first, more)))
        until = max(until, first + more)
    times, losses, dropped, _ = played(batches)
    assert times == frames(0.0, until).tolist() and losses == []
    assert sum(dropped) == sum(len(batch.times) for batch in batches) - until


@given(st.integers(1, 60), st.integers(0, 64 * 32), st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_what_is_missing_after_a_lost_connection_is_reported_once(count: int, missing: int, parts: list[int]) -> None:
    at = GAP * (count + missing)
    batches = [Batch(0, 1.0, frames(0.0, count))]
    for part in parts:
        batches.append(Batch(1, 11.0, frames(at, part)))
        at += GAP * part
    times, losses, dropped, _ = played(batches)
    gap = Loss(GAP * count, GAP * (count + missing), "the connection was lost")
    assert losses == ([gap] if missing + 1 > HOLE_GAPS else [])
    assert sum(dropped) == 0 and times[count] == GAP * (count + missing)


@given(st.lists(st.lists(st.integers(1, 90), min_size=1, max_size=9), min_size=1, max_size=5))
def test_gaps_on_one_connection_are_not_the_clocks_to_report(gaps: list[list[int]]) -> None:
    at = np.cumsum([0, *map(sum, gaps)])[:-1]
    batches = [Batch(0, float(n), GAP * (a + np.cumsum(own))) for n, (a, own) in enumerate(zip(at, gaps, strict=True))]
    times, losses, dropped, _ = played(batches)
    assert losses == [] and sum(dropped) == 0
    assert times == np.concatenate([batch.times for batch in batches]).tolist()


@pytest.mark.parametrize("leap", [-5.0, CLOCK_SLACK + 20.0])
def test_a_clock_that_cannot_be_the_sources_is_replaced_by_the_one_on_the_wall(leap: float) -> None:
    """Ten seconds after a second of footage another connection begins, by a clock that is behind or far ahead."""
    times, losses, dropped, clock = played(
        [Batch(0, 1.0, frames(0.0, 33)), Batch(1, 11.0, frames(1 + leap, 32))], never
    )
    assert times[33:] == frames(11.0, 32).tolist() and sum(dropped) == 0
    assert losses == [Loss(1 + GAP, 11.0, "the connection was lost, and times go on by the clock on the wall")]
    assert clock.offset == 10.0 - leap


@given(st.integers(0, 20 * 32))
def test_a_source_that_was_away_on_one_connection_goes_on_by_the_clock_on_the_wall(ticks: int) -> None:
    """The decoder lets times go on as if nothing had happened; the arrivals show for how long the source was away."""
    away = GAP * ticks
    batches = [Batch(0, 1.0, frames(0.0, 32)), Batch(0, 2.0, frames(1.0, 32))]
    times, losses, _, _ = played([*batches, Batch(0, 2.0 + GAP + away, frames(2.0, 1), True)])
    if away < SHORTEST_ABSENCE:
        assert losses == [] and times == frames(0.0, 65).tolist()
    else:
        why = "the source began anew, and times go on by the clock on the wall"
        assert losses == [Loss(2.0, 2.0 + away, why)] and times[-1] == 2.0 + away


def test_frames_that_claim_a_time_are_compared_only_where_a_connection_begins() -> None:
    asked: list[list[float]] = []

    def seen(times: Floats) -> NDArray[np.bool_]:
        asked.append(times.tolist())
        return always(times)

    played([Batch(0, 1.0, frames(0.0, 4)), Batch(0, 2.0, frames(1.0, 4)), Batch(1, 3.0, frames(1.0, 6))], seen)
    assert asked == [frames(1.0, 4).tolist()]
