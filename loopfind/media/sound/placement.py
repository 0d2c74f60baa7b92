"""Samples in their places: packets of sound with their times, as one row without holes."""

import math
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Scratch
from loopfind.media.decode.timestamps import Clock
from loopfind.media.sound.budget import LATEST_START, BeyondBudget
from loopfind.model.video import Span

_JITTER = 0.005
"""Seconds by which a packet may lie beside the place where the one before ends and follow it: times are rounded to
milliseconds in some containers, and the clock of a sound card runs a little beside that of the pictures."""
_NAMED_GAP = 0.1
"""Seconds without sound from which a gap is named."""
_STRAYED = 8
"""Packets in a row that must lie beside their place for the clock to have gone another way: Vorbis writes the time of a
single one 6 ms off where its blocks change."""
_AT_ONCE = 1 << 20
_UNLIMITED = 1 << 48


class Placer:
    """Takes packets and their times in their order, and puts each where its time says.

    start: microseconds at which the container starts. limits: seconds [low, high) of which samples are kept. rate:
    samples a second. most: returns how many seconds there may be by now. first: seconds of the first packet, infinite
    before there is one.
    """

    def __init__(
        self,
        start: int,
        limits: tuple[float, float],
        rate: int,
        channels: int,
        most: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._start, self._limits, self._rate, self._channels, self._most = start, limits, rate, channels, most
        self._allowed = 0.0
        self._clock: Clock | None = None
        self._times: deque[float] = deque()
        self._packets: deque[NDArray[np.int16]] = deque()
        self._begin: float | None = None
        self._strayed, self._passed = 0, False
        self._forgotten = 0
        self.first = float("inf")
        self.samples = Scratch(channels, np.int16)
        self.gaps: list[Span] = []

    @property
    def begin(self) -> float:
        """Seconds of the first sample that was kept; the start of the limits before there is any."""
        return self._limits[0] if self._begin is None else self._begin

    @property
    def reached(self) -> float:
        """Seconds at which the last sample that was kept is over."""
        return self.begin + len(self.samples) / self._rate

    @property
    def full(self) -> bool:
        """Return whether all is there up to the end of the limits."""
        return self._passed or (self._begin is not None and not self._room)

    def add(self, packets: list[bytes], marks: list[tuple[int | None, bytes]], last: bool = False) -> None:
        """Take packets of samples, as int16, and marks: the time of each packet in ticks, and the seconds of a tick.
        Either may come first. last: no more will come. Raises BeyondBudget."""
        size = 2 * self._channels
        self._packets.extend(
            np.frombuffer(data[: len(data) // size * size], "<i2").reshape(-1, self._channels) for data in packets
        )
        if self._clock is None:
            if not self._packets or not marks:
                return
            self._clock = Clock(self._start, max(1, len(self._packets[0])) / self._rate)
        self._times.extend(self._clock.read(marks, last).tolist())
        marks.clear()
        while self._times and self._packets:
            time = self._times.popleft()
            self.first = min(self.first, time)
            self._place(time, self._packets.popleft())

    def forget(self, count: int) -> None:
        """Forget so many samples at the beginning, and the gaps in them."""
        kept = Scratch(self._channels, np.int16)
        for low in range(count, len(self.samples), _AT_ONCE):
            kept.append(self.samples[low : low + _AT_ONCE])
        count = min(count, len(self.samples))
        self.samples.close()
        self.samples, self._begin = kept, self.begin + count / self._rate
        self._forgotten += count
        self.gaps = [gap for gap in self.gaps if gap.end > self.begin]

    def _place(self, time: float, samples: NDArray[np.int16]) -> None:
        """Put samples that begin at `time` seconds behind those that are there."""
        low, high = self._limits
        self._passed = time >= high
        if self._begin is None:
            early = max(0, int(np.ceil((low - time) * self._rate - 1e-6)))
            if early >= len(samples) or self._passed:
                return
            samples, time = samples[early:], time + early / self._rate
            if time - low > LATEST_START:
                raise BeyondBudget(f"begins after {time - low:,.0f} s, which cannot be believed")
            self._begin = time
        beside = self._settled(round((time - self.reached) * self._rate))
        if beside > 0:
            beside = min(beside, self._room)
            self._spend(beside)
            if beside >= _NAMED_GAP * self._rate:
                self.gaps.append(Span(self.reached, self.reached + beside / self._rate))
            for at in range(0, beside, _AT_ONCE):
                self.samples.append(np.zeros((min(_AT_ONCE, beside - at), self._channels), np.int16))
        elif beside < 0:
            samples = samples[-beside:]
        if len(kept := samples[: self._room]):
            self._spend(len(kept))
            self.samples.append(kept)

    def _spend(self, more: int) -> None:
        """Raise BeyondBudget where so many samples more are too many."""
        seconds = (self._forgotten + len(self.samples) + more) / self._rate
        if seconds > self._allowed:
            self._allowed = self._most()
        if seconds > self._allowed:
            what = f"lasts {seconds:,.0f} s and more, which so small a file cannot hold"
            raise BeyondBudget(f"{what}: to read it whatever that takes, give --no-budget")

    def _settled(self, beside: int) -> int:
        """Return by how many samples a packet lies beside the end of the one before, 0 where that is rounding, or a
        single packet's time is."""
        self._strayed = self._strayed + 1 if abs(beside) > round(_JITTER * self._rate) else 0
        if abs(beside) < _NAMED_GAP * self._rate and self._strayed < _STRAYED:
            return 0
        self._strayed = 0
        return beside

    @property
    def _room(self) -> int:
        """Samples up to the end of the limits."""
        left = (self._limits[1] - self.reached) * self._rate
        return _UNLIMITED if left > _UNLIMITED else max(0, int(left + 1e-6))
