"""Presentation times, strictly rising, made from the timestamps of a file.

Timestamps in order are kept to the tick. Others are mended:

- no time at all: the frame comes one declared frame after the one before;
- a time that leaps far ahead (more than 2.5 s, and more than four times the step before it) while one of the 100 frames
  after it does not: the leap is an error, and the frames in it are spread, at most one declared frame apart, before the
  first that is in order again;
- times that fall back and go on from there (a camera that restarted, files joined end to end): the clock goes on from
  the frame before by one declared frame, and the same shift holds from there on. Times go on from there where they stay
  back, after a fall of more than 2.5 s, or where they pass the old time without a step of more than one and a half
  usual ones;
- any other time at or before the one before it: one tick after that one.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints

_LOOK_AHEAD = 100
"""Marks held back at most. Below half a batch, so that a full buffer of pictures always has times to go with it."""
_LEAP = 2.5
_LEAP_STEPS = 4


def origin(start: int, numerator: int, denominator: int) -> int:
    """Return microseconds as ticks of numerator / denominator seconds."""
    return round(start * denominator / (numerator * 1_000_000))


class Clock:
    """Turns marks into seconds from the container's start.

    start: microseconds at which the container starts. gap: seconds from a frame to the next, as declared. sparse:
    whether only some frames are given, so that the usual step to the next is that of the frames before.
    altered: whether any time so far is not what the file says. restarts: ticks of the frames at which times fell back
    and stayed there. Memory: at most 100 marks are held back, and only at an irregular one.
    """

    def __init__(self, start: int, gap: float, sparse: bool = False) -> None:
        self._start, self._gap, self._sparse = start, gap, sparse
        self.altered, self.restarts = False, list[int]()
        self._base = b""
        self._numerator, self._denominator = 1, 1
        self._origin = self._frame = self._leap = self._shift = self._step = 0
        self._previous: int | None = None
        self._held: list[int | None] = []

    def read(self, marks: list[tuple[int | None, bytes]], last: bool = False) -> Floats:
        """Return seconds (n,) float64 of the frames that are settled; `last` says that no mark will follow."""
        settled: list[int] = []
        if not self._held:
            settled = self._all_regular(marks)
            marks = [] if settled else marks
        for pts, base in marks:
            if base != self._base:
                self._take_base(base)
            self._held.append(pts)
        held = self._held
        while held and (last or len(held) >= _LOOK_AHEAD or self._is_regular(held[0])):
            now = self._settle(held)
            self.altered |= now != held[0]
            if self._previous is not None:
                self._step = now - self._previous
            self._previous = now
            settled.append(now)
            del held[0]
        return self.seconds(settled)

    def seconds(self, ticks: list[int]) -> Floats:
        """Return ticks as seconds (n,) float64 from the container's start."""
        # Integers up to here and one division: the float nearest to the true time.
        return (np.array(ticks, np.int64) - self._origin) * self._numerator / self._denominator

    def _all_regular(self, marks: list[tuple[int | None, bytes]]) -> list[int]:
        """Return the ticks of all marks where each comes after the one before and none leaps; else nothing. The result
        is that of taking them one by one, only faster."""
        if self._previous is None:
            return []
        settled = [pts + self._shift for pts, _ in marks if pts is not None]
        if len(settled) != len(marks) or len(settled) < 2:
            return []
        steps = np.diff(settled, prepend=self._previous)
        if steps.min() <= 0 or steps.max() > self._leap:
            return []
        self.altered |= self._shift != 0
        self._previous, self._step = settled[-1], int(steps[-1])
        return settled

    def _take_base(self, base: bytes) -> None:
        if self._base:
            return
        self._base = base
        numerator, _, denominator = base.partition(b"/")
        self._numerator, self._denominator = max(1, int(numerator)), max(1, int(denominator))
        second = self._denominator / self._numerator
        self._origin = origin(self._start, self._numerator, self._denominator)
        self._frame = max(1, round(self._gap * second))
        self._leap = max(1, round(_LEAP * second))

    def _is_regular(self, pts: int | None) -> bool:
        if pts is None:
            return False
        return self._previous is None or 0 < pts + self._shift - self._previous <= self._far

    def _goes_on(self, previous: int, now: int, later: list[int]) -> bool:
        """Say whether a clock that fell back from `previous` to `now` goes on from there, by the frames after it."""
        passed = next((n for n, pts in enumerate(later) if pts > previous), len(later))
        if previous - now > self._leap and passed == len(later):
            return True
        usual = max(self._frame, self._step)
        steps = np.diff([now, *later[: passed + 1]])
        return previous - now >= usual and len(steps) > 1 and steps.min() > 0 and steps.max() <= 1.5 * usual

    @property
    def _far(self) -> int:
        """Ticks from which a step ahead is a leap."""
        return max(self._leap, _LEAP_STEPS * self._step)

    def _settle(self, held: list[int | None]) -> int:
        """Return the time, in ticks, of the first frame held back."""
        previous = self._previous
        if previous is None:
            return self._origin if held[0] is None else held[0]
        if held[0] is None:
            return previous + self._frame
        now = held[0] + self._shift
        later = [pts + self._shift if pts is not None else previous for pts in held[1:]]
        if now - previous > self._far:
            found = next((n for n, pts in enumerate(later) if previous < pts < now), None)
            if found is None:
                return now
            return previous + max(1, min(self._frame, (later[found] - previous) // (found + 2)))
        if now > previous:
            return now
        if self._goes_on(previous, now, later):
            ahead = previous + (max(self._frame, self._step) if self._sparse else self._frame)
            self._shift += ahead - now
            self.restarts.append(ahead)
            return ahead
        return previous + 1


def mended_packets(ticks: Ints, keys: NDArray[np.bool_], frame: int, second: int) -> tuple[Ints, list[int]]:
    """Return times of packets in the order of the file, (n,) ticks, on a clock that goes on where theirs falls back,
    and the places of the packets at which it does.

    Packets lie in the order in which they are decoded, so their times rise and fall by themselves. The clock fell back
    at a packet that a decoder can start at, and that is shown no later than what came before, as nothing before such a
    packet is shown after it; and at a fall of more than 2.5 s that is not made up for. keys: (n,) where a decoder can
    start. frame, second: in ticks.
    """
    mended, restarts, start, shift = ticks.copy(), list[int](), 0, 0
    least = np.where(keys, frame / 2, _LEAP * second)
    # Where a decoder can start at each, one may be out of its place.
    ahead = np.where(keys, 3 if keys.all() else 1, _LOOK_AHEAD)
    while start < len(ticks):
        latest = np.maximum.accumulate(ticks[start:])
        falls = 1 + np.flatnonzero(latest[:-1] - ticks[start + 1 :] >= least[start + 1 :])
        end = len(ticks)
        for fall in falls.tolist():
            place = start + fall
            if (ticks[place : place + ahead[place]] <= latest[fall - 1]).all():
                end = place
                break
        mended[start:end] += shift
        if end < len(ticks):
            restarts.append(end)
            shown = int(mended[start:end].max())
            # What comes behind the next such packet is shown after it, or by a clock that fell back once more.
            group = np.flatnonzero(keys[end + 1 : end + _LOOK_AHEAD])
            shift = shown + frame - int(ticks[end : end + 1 + int(group[0]) if len(group) else end + _LOOK_AHEAD].min())
        start = end
    return mended, restarts
