"""Copies at another speed or pitch, followed in the samples.

The slower showing is played as much faster as makes it as high as the other one, and both are made white. Then a copy
agrees with it, if not at one lag: a program that changes the tempo alone cuts the sound into pieces of some 40 ms, and
moves each by as much as makes it fit. So each window of 46 ms looks for its own lag near the line. Strangers find a
correlation of 0.2 to 0.45 in that way, copies one of 0.5 to 1, whichever program made them.
"""

from dataclasses import dataclass

import numpy as np

from loopfind.engine.sound.changed_words import ChangedLine
from loopfind.engine.sound.parameters import (
    CHANGED_GIVEN_UP,
    CHANGED_LOOK,
    CHANGED_PITCHES,
    CHANGED_REACH,
    CHANGED_RIVALS,
    CHANGED_WINDOW,
    LEAST_CHANGED,
    PURE_SPREAD,
    RIVAL_PITCHES,
)
from loopfind.engine.sound.resampled import raised_part
from loopfind.engine.sound.white import White, WhiteSound
from loopfind.model.dtypes import Floats
from loopfind.model.sound import SOUND_RATE

_LEAST_ENERGY, _GOOD = 0.05, 0.45
_LONGEST_FIT, _FEWEST_FITTED = 6 * SOUND_RATE, 8
_AROUND = 2 * CHANGED_WINDOW
_MOST_ALONE, _PERIOD = 60, 30
"""Windows that are looked at for tones, and the least samples from one to what it is like: a period of 370 Hz."""
_IN_LOOK = CHANGED_LOOK // CHANGED_WINDOW
_SLOPE_SLACK, _SLOPE_DRIFT, _SAME_PITCH = 0.004, 0.02, 0.006


@dataclass(frozen=True)
class ChangedRun:
    """Two showings of one sound, of which one is faster or higher: samples [start, end) of that one, and
    [other_start, other_end) of the other.

    speed: samples of the other per sample of the faster one. pitch: how many times as high as the other it is.
    correlation: mean of its windows. rival: the same at other places and pitches. heard: samples along it at which
    anything is heard. pure: whether it was played faster as a whole, so that one line of time holds all along it.
    own: mean correlation of its windows with the sound right beside them, near 1 for a tone.
    """

    start: int
    end: int
    other_start: float
    speed: float
    pitch: float
    correlation: float
    rival: float
    heard: float
    pure: bool
    own: float

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def other_end(self) -> float:
        return self.other_at(self.end)

    def other_at(self, sample: float) -> float:
        """Return the sample of the other showing that is heard at one of the faster one."""
        return self.other_start + (sample - self.start) * self.speed

    def start_at(self, sample: float) -> float:
        """Return the sample of the faster showing that is heard at one of the other."""
        return self.start + (sample - self.other_start) / self.speed

    @property
    def score(self) -> float:
        """How much speaks for it: samples that are heard, by how much better they agree than other places do."""
        return self.heard * (self.correlation - self.rival)

    @property
    def contrast(self) -> float:
        """How much better it agrees than other places do, 0 to 1."""
        return max(0.0, 1 - self.rival / max(self.correlation, 0.01))


@dataclass(frozen=True)
class _Way:
    """The way of time from the faster showing to the raised slower one: sample i lies at slope * i + offset."""

    slope: float
    offset: float

    def at(self, sample: float) -> float:
        return self.slope * sample + self.offset


@dataclass(frozen=True)
class _Windows:
    """Windows of the faster showing, (n,) each: the first sample, the place in the raised other one, the correlation,
    and whether anything is heard."""

    begins: Floats
    places: Floats
    r: Floats
    heard: np.ndarray

    @property
    def mean(self) -> float:
        """The mean correlation; 0 where too little is heard."""
        return float(self.r[self.heard].mean()) if self.heard.mean() >= 0.5 else 0.0

    def joined(self, later: "_Windows") -> "_Windows":
        names = ("begins", "places", "r", "heard")
        return _Windows(*(np.concatenate([getattr(self, name), getattr(later, name)]) for name in names))

    def between(self, first: int, last: int) -> "_Windows":
        part = slice(first, last)
        return _Windows(self.begins[part], self.places[part], self.r[part], self.heard[part])


def changed_run(white: WhiteSound, found: ChangedLine) -> ChangedRun | None:
    """Return the run on a candidate, None where there is none."""
    line = found.line
    begin = round((line.start + line.end) / 2 * SOUND_RATE) - CHANGED_LOOK // 2

    def way_at(pitch: float, away: float = 0.0) -> _Way:
        return _Way(line.slope / pitch, (line.offset + away) * SOUND_RATE / pitch)

    first = _looked(white, way_at(found.pitch), found.pitch, begin)
    if first.mean < LEAST_CHANGED:
        return None
    pitches = [found.pitch * factor for factor in CHANGED_PITCHES]
    looks = {other: first if other == found.pitch else _looked(white, way_at(other), other, begin) for other in pitches}
    pitch = max(looks, key=lambda other: looks[other].mean)
    beside = max(_looked(white, way_at(pitch, away), pitch, begin).mean for away in CHANGED_RIVALS)
    # A tone, a siren, agree with themselves a little higher as well.
    higher = max(
        _looked(white, way_at(other), other, begin).mean for other in (pitch * factor for factor in RIVAL_PITCHES)
    )
    rivals = beside, max(beside, higher)
    run = _followed(white, way_at(pitch), pitch, looks[pitch], rivals)
    for _ in range(2):
        if run is None or not run.pure or abs(run.speed / pitch - 1) < 1e-5:
            return run
        # One that was played faster as a whole is as much higher, and its time says more exactly by how much.
        pitch = run.speed
        way = _Way(1.0, run.other_start / pitch - run.start)
        run = _followed(white, way, pitch, _looked(white, way, pitch, begin), rivals) or run
    return run


def _looked(white: WhiteSound, way: _Way, pitch: float, begin: int) -> _Windows:
    """Return the windows of a look from a sample on, each where it agrees best near a way."""
    size, reach = CHANGED_WINDOW, CHANGED_REACH
    begins = begin + size * np.arange(_IN_LOOK)
    expected = np.round(way.slope * begins + way.offset).astype(np.int64)
    low = int(expected[0]) - reach
    other = raised_part(white.sound.samples, pitch, low, int(expected[-1]) + size + reach)
    first = white.part(begin, begin + CHANGED_LOOK).reshape(_IN_LOOK, size)
    second = other[(expected - reach - low)[:, None] + np.arange(size + 2 * reach)]
    shifts, r = _best_shifts(first, second)
    energy = np.minimum(np.square(first).mean(1), np.square(second).mean(1))
    return _Windows(begins.astype(np.float64), expected - reach + shifts, r, energy > _LEAST_ENERGY)


def _best_shifts(first: White, second: White) -> tuple[Floats, Floats]:
    """Return at which shift each row of `second` (n, m + k) agrees best with that of `first` (n, m), to a fraction of a
    sample, and the correlation there, (n,) each."""
    size, wide = first.shape[1], second.shape[1]
    length = 1 << (wide - 1).bit_length()
    product = np.conj(np.fft.rfft(first, length)) * np.fft.rfft(second, length)
    whole = np.fft.irfft(product, length)[:, : wide - size + 1]
    total = np.pad(np.cumsum(np.square(second, dtype=np.float64), 1), ((0, 0), (1, 0)))
    there = total[:, size:] - total[:, : wide - size + 1]
    own = np.square(first, dtype=np.float64).sum(1)[:, None]
    normal = whole / np.sqrt(np.maximum(there * own, 1e-6))
    at = np.argmax(normal, 1)
    rows, inner = np.arange(len(at)), np.clip(at, 1, normal.shape[1] - 2)
    before, here, after = (normal[rows, inner + k] for k in (-1, 0, 1))
    bend = before - 2 * here + after
    part = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    shift = np.where(at == inner, inner + np.clip(part, -0.5, 0.5), at)
    return np.asarray(shift, np.float64), np.asarray(normal[rows, at], np.float64)


def _followed(
    white: WhiteSound, way: _Way, pitch: float, seed: _Windows, rivals: tuple[float, float]
) -> ChangedRun | None:
    """Return the run through a look. rivals: how well strangers agree, at other places, and at other pitches too."""
    way = _steered(seed, way)
    middle = (rivals[0] + seed.mean) / 2
    half = len(seed.r) // 2
    back, forth = seed.between(0, half), seed.between(half, len(seed.r))
    before = _walked(white, pitch, back, way, middle, -1)
    after = _walked(white, pitch, forth, way, middle, 1)
    along = before.joined(after)
    if len(along.r) < _IN_LOOK // 2:
        return None
    fit = _fitted(along, way)
    off = along.places - fit.slope * along.begins - fit.offset
    good = along.heard & (along.r >= _GOOD)
    spread = float(np.median(np.abs(off[good]))) if good.sum() >= _FEWEST_FITTED else np.inf
    if spread > CHANGED_REACH:
        return None
    pure = spread <= PURE_SPREAD and abs(fit.slope - 1) <= _SLOPE_SLACK
    start = _fine_end(white, pitch, fit, along, off, middle, -1)
    end = _fine_end(white, pitch, fit, along, off, middle, 1)
    if end - start < CHANGED_WINDOW:
        return None
    kept = along.heard & (along.begins >= start - CHANGED_WINDOW) & (along.begins < end)
    speed = fit.slope * pitch
    height = 1.0 if abs(pitch - 1) <= _SAME_PITCH else pitch
    return ChangedRun(
        start,
        end,
        fit.at(start) * pitch,
        speed,
        speed if pure else height,
        float(along.r[kept].mean()) if kept.any() else 0.0,
        rivals[1],
        float(kept.sum() * CHANGED_WINDOW),
        pure,
        _own(white, along.begins[kept]),
    )


def _own(white: WhiteSound, begins: Floats) -> float:
    """Return the mean correlation of windows with the sound right beside them, of some of them."""
    some = begins[:: max(1, len(begins) // _MOST_ALONE)].astype(np.int64)
    if not len(some):
        return 0.0
    pieces = [white.part(at - CHANGED_REACH, at + CHANGED_WINDOW + CHANGED_REACH) for at in some]
    wide, middle = np.stack(pieces), slice(CHANGED_REACH, CHANGED_REACH + CHANGED_WINDOW)
    apart = CHANGED_REACH - _PERIOD
    sides = (wide[:, : CHANGED_WINDOW + apart], wide[:, -CHANGED_WINDOW - apart :])
    return float(np.maximum(*(_best_shifts(wide[:, middle], side)[1] for side in sides)).mean())


def _walked(white: WhiteSound, pitch: float, seen: _Windows, way: _Way, middle: float, step: int) -> _Windows:
    """Return the windows from the middle of a look on, forwards or backwards, as far as they speak for a copy: those of
    the highest sum, until too much speaks against it (X-drop, as in BLAST)."""
    while True:
        gains = np.cumsum((np.where(seen.heard, seen.r - middle, 0.0))[::step])
        best = int(np.argmax(gains)) if len(gains) and gains.max() > 0 else -1
        begin = int(seen.begins[-1]) + CHANGED_WINDOW if step > 0 else int(seen.begins[0]) - CHANGED_LOOK
        is_over = begin < 0 or begin > len(white)
        silent = np.flatnonzero(seen.heard[::step])
        waited = len(seen.r) - (silent[-1] if len(silent) else 0)
        if is_over or gains[best] - gains[-1] > CHANGED_GIVEN_UP or waited > 2 * _IN_LOOK:
            kept = best + 1
            return seen.between(0, kept) if step > 0 else seen.between(len(seen.r) - kept, len(seen.r))
        recent = (
            seen.between(-_LONGEST_FIT // CHANGED_WINDOW, len(seen.r))
            if step > 0
            else seen.between(0, _LONGEST_FIT // CHANGED_WINDOW)
        )
        way = _steered(recent, way)
        more = _looked(white, way, pitch, begin)
        seen = seen.joined(more) if step > 0 else more.joined(seen)


def _steered(windows: _Windows, way: _Way) -> _Way:
    """Return the line of some windows, the way as it was where that leads elsewhere."""
    near = _fitted(windows, way)
    return near if abs(near.slope - way.slope) <= _SLOPE_DRIFT else way


def _fitted(windows: _Windows, way: _Way) -> _Way:
    """Return the line on which most of the windows that agree lie, the way as it was where too few do."""
    good = np.flatnonzero(windows.heard & (windows.r >= _GOOD))
    if len(good) < _FEWEST_FITTED:
        return way
    begins, places = windows.begins[good] - windows.begins[0], windows.places[good]
    # The median of the slopes between far pairs (Theil 1950, Sen 1968), as one in three may lie anywhere.
    half = len(good) // 2
    slope = float(np.median((places[half : 2 * half] - places[:half]) / (begins[half : 2 * half] - begins[:half])))
    offset = float(np.median(places - slope * begins))
    for _ in range(4):
        off = np.abs(places - slope * begins - offset)
        kept = off <= max(1.0, 2.5 * float(np.median(off)))
        if kept.sum() < _FEWEST_FITTED:
            break
        slope, offset = (float(value) for value in np.polyfit(begins[kept], places[kept], 1))
    return _Way(slope, offset - slope * float(windows.begins[0]))


def _fine_end(
    white: WhiteSound, pitch: float, fit: _Way, along: _Windows, off: Floats, middle: float, step: int
) -> int:
    """Return the sample at which a run begins or ends: where the sum of what speaks for it is highest."""
    edge = int(along.begins[0]) if step < 0 else int(along.begins[-1]) + CHANGED_WINDOW
    near = np.flatnonzero(along.heard & (along.r >= _GOOD))
    near = near[-3:] if step > 0 else near[:3]
    shift = float(np.median(off[near])) if len(near) else 0.0
    low, high = max(0, edge - _AROUND), min(len(white), edge + _AROUND)
    there = round(fit.at(low) + shift)
    one = white.part(low, high)
    other = raised_part(white.sound.samples, pitch, there, there + len(one))
    speaks = one * other - middle * (np.square(one) + np.square(other)) / 2
    if step < 0:
        return high - (int(np.argmax(np.cumsum(speaks[::-1]))) + 1)
    return low + int(np.argmax(np.cumsum(speaks))) + 1
