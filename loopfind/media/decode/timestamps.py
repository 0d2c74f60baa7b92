"""Presentation times, strictly rising, made from the timestamps of a file.

Timestamps in order are kept to the tick. Others are mended:

- no time at all: the frame comes one declared frame after the one before;
- a time that leaps far ahead (more than 2.5 s, and more than four times the step before it) while one of the 100 frames
  after it does not: the leap is an error, and the frames in it are spread, at most one declared frame apart, before the
  first that is in order again. Where 16 frames or more have no room there, they are a clip out of order, and believed;
- times that fall back and go on from there (a camera that restarted, files joined end to end): the clock goes on from
  the frame before by one declared frame, and the same shift holds from there on. Times go on from there where they stay
  back, after a fall of more than 2.5 s; where they pass the old time without a step of more than one and a half usual
  ones; or where 16 frames or more follow one another so. A counter of 24, 32 or 33 bits that began again from 0 goes on
  by the step that it counted, and so does one of 31 bits, as in FLV, which ffmpeg takes for one of 32 and makes leap;
- any other time at or before the one before it: one tick after that one.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.model.dtypes import Floats, Ints

_LOOK_AHEAD = 100
"""Marks held back at most. Below half a batch, so that a full buffer of pictures always has times to go with it."""
_LEAP = 2.5
_LEAP_STEPS = 4
_ORDINARY = 1.5
"""Usual steps that a step may last and be an ordinary one."""
_CLIP = 16
"""Frames from which times out of order, each an ordinary step after the last, are a clip: no error is so long and so
regular, and no decoder puts so many out of order."""
_ROOM = 0.9
"""Share of a frame that each frame of a leap must have room for to be one by an error: the clock went on beside it."""
_FEWEST_AT_ONCE = 64
"""Packets that are looked at together after one that is irregular, and twice as many each time that none is."""
_HALF = 1 << 31
"""Ticks that ffmpeg adds too much where a counter of 31 bits began again, as it takes it for one of 32."""
_MPEG, _MPEG_SECOND = 1 << 33, 90_000
"""Ticks after which clocks of MPEG streams begin again from 0, and those of a second."""
_MOST_OVERCOUNTS = 100
"""Such places in one file, as each takes a look at all behind it; more are no clock but a forgery."""
_WRAPS = tuple(1 << bits for bits in (24, 32, 33))
"""Ticks at which counters begin again from 0: of FLV and RTP, and of MPEG streams."""


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
        usual = self._usual
        steps = np.diff([now, *later[: passed + 1]])
        if previous - now < usual or len(steps) < 2:
            return False
        odd = np.flatnonzero((steps <= 0) | (steps > _ORDINARY * usual))
        return not len(odd) or int(odd[0]) + 1 >= _CLIP

    @property
    def _usual(self) -> int:
        """Ticks of a usual step."""
        return max(self._frame, self._step)

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
        later = [pts + self._shift if pts is not None else previous for pts in held[1:_LOOK_AHEAD]]
        if now - previous > self._far:
            behind = now - min(_CLIP * self._frame, (now - previous) // 2)
            found = next((n for n, pts in enumerate(later) if previous < pts < behind), None)
            if found is not None:
                room = (later[found] - previous) // (found + 2)
                if found + 1 >= _CLIP and room < _ROOM * min(self._frame, self._step or self._frame):
                    return now
                return previous + max(1, min(self._frame, room))
            over = _overcounted(now - previous, self._usual, self._denominator // self._numerator)
            later = [pts - over if pts - previous > self._far else pts for pts in later]
            self._shift -= over
            now -= over
        if now > previous:
            return now
        for wrap in _WRAPS:
            if 0 < now + wrap - previous <= _ORDINARY * self._usual:
                self._shift += wrap
                return now + wrap
        if self._goes_on(previous, now, later):
            ahead = previous + (self._usual if self._sparse else self._frame)
            self._shift += ahead - now
            self.restarts.append(ahead)
            return ahead
        return previous + 1


def mended_packets(ticks: Ints, keys: NDArray[np.bool_], frame: int, second: int) -> tuple[Ints, list[int]]:
    """Return times of packets in the order of the file, (n,) ticks, on a clock that goes on where theirs falls back,
    and the places of the packets at which it does.

    Packets lie in the order in which they are decoded, so their times rise and fall by themselves. The clock fell back
    at a packet that a decoder can start at, and that is shown no later than what came before, as nothing before such a
    packet is shown after it; and at a fall of more than 2.5 s that is not made up for. A leap that is an error counts
    as for Clock. keys: (n,) where a decoder can start. frame, second: in ticks.
    """
    own, mended, restarts = ticks.copy(), ticks.copy(), list[int]()
    start, shift, overcounted = 0, 0, list[int]()
    far = max(round(_LEAP * second), _CLIP * frame)
    for place, latest in _irregular(own, keys, frame, second, far):
        if own[place] > latest:
            # Pictures that are decoded behind it may be shown before a counter began again.
            over = _overcounted(int(own[place]) - latest, frame, second)
            if over != _HALF and _error_length(own[place : place + _LOOK_AHEAD], latest, frame):
                _spread(own[place : place + _LOOK_AHEAD], latest, frame)
            else:
                own[place:][own[place:] > latest + far] -= over
                overcounted.append(place)
            continue
        mended[start:place] = own[start:place] + shift
        restarts.append(place)
        # What comes behind the next such packet is shown after it, or by a clock that fell back once more.
        group = np.flatnonzero(keys[place + 1 : place + _LOOK_AHEAD])
        end = place + 1 + int(group[0]) if len(group) else place + _LOOK_AHEAD
        shift, start = int(mended[start:place].max()) + frame - int(own[place:end].min()), place
    mended[start:] = own[start:] + shift
    return mended, sorted({*restarts, *overcounted})


def _irregular(ticks: Ints, keys: NDArray[np.bool_], frame: int, second: int, far: int) -> Iterator[tuple[int, int]]:
    """Yield the places of packets whose times leap ahead by no footage or fall back for good, each with the latest time
    before it on the same clock. Times may be mended from the place on, before the next one is asked for."""
    least = np.where(keys, frame / 2, _LEAP * second)
    # Where a decoder can start at each, one may be out of its place.
    ahead = np.where(keys, 3 if keys.all() else 1, _LOOK_AHEAD)
    place, count = 1, len(ticks)
    latest = int(ticks[0]) if count else 0
    width, overcounts = _FEWEST_AT_ONCE, 0
    while place < count:
        part = ticks[place : place + width]
        before = np.maximum.accumulate(np.concatenate(([latest], part)))[:-1]
        fell, leapt = before - part >= least[place : place + width], part - before > far
        for n in np.flatnonzero(fell | leapt).tolist():
            at, known = place + n, int(before[n])
            over = bool(
                leapt[n] and overcounts < _MOST_OVERCOUNTS and _overcounted(int(ticks[at]) - known, frame, second)
            )
            if over or (leapt[n] and _error_length(ticks[at : at + _LOOK_AHEAD], known, frame)):
                overcounts += over
                yield at, known
                place, latest, width = at, known, _FEWEST_AT_ONCE
                break
            if fell[n] and (ticks[at : at + ahead[at]] <= known).all():
                yield at, known
                place, latest, width = at + 1, int(ticks[at]), _FEWEST_AT_ONCE
                break
        else:
            place, latest, width = place + len(part), max(latest, int(part.max())), 2 * width


def _overcounted(leap: int, step: int, second: int) -> int:
    """Return the ticks that ffmpeg added to times that leapt, as it took the clock for one that ran over; 0 for none.

    Of a transport stream, whose clock has 33 bits of 1/90000 s, it does so where a clock was put back by more than a
    minute. A leap of half of all that such a clock counts may as well be the fall. step, second: in ticks.
    """
    if abs(leap - _HALF) <= _CLIP * step:
        return _HALF
    return _MPEG if second == _MPEG_SECOND and _MPEG // 2 <= leap <= _MPEG else 0


def _error_length(ticks: Ints, latest: int, frame: int) -> int:
    """Return how many of the first packets, shown far behind `latest`, are so by an error; 0 where they are footage."""
    reorder = _CLIP * frame
    behind = ticks[0] - min(reorder, (ticks[0] - latest) // 2)
    near = np.flatnonzero((ticks > latest - reorder) & (ticks < behind))
    if not len(near):
        return 0
    length = int(near[0])
    return 0 if length >= _CLIP and (int(ticks[length]) - latest) // (length + 1) < _ROOM * frame else length


def _spread(ticks: Ints, latest: int, frame: int) -> None:
    """Give the packets of a leap that is an error times before that of the next one."""
    length = _error_length(ticks, latest, frame)
    for place in range(length):
        latest += max(1, min(frame, (int(ticks[length]) - latest) // (length - place + 1)))
        ticks[place] = latest
