"""Candidates between a sound and a library of sounds, by the library's index, and what codes alone can show.

Words of every fourth code of a stored sound lie in the index (`sound_postings`). A sound that is looked up asks with
its words at steps finer than a hop (`sound_probes`), so that each stored word is met where it lies, wherever the sound
was cut. Entries that are met often at one lag are compared there code by code (`stretches_on`); whatever agrees is a
candidate, which the samples prove, or, where these are gone, the codes themselves if they are clear enough.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from loopfind.arrays.lsh_forest import TABLES, keys_of
from loopfind.engine.sound.parameters import (
    ALIKE_CODES,
    ALONE_CONTRAST,
    ALONE_SECONDS,
    ALONE_WRONG,
    FEWEST_MET,
    INDEX_HOPS,
    LOOSER_BITS,
    MOST_MET_PLACES,
    SHORTEST_BY_CODES,
)
from loopfind.engine.sound.trace import best_stretch
from loopfind.engine.sound.words import words_of
from loopfind.model.dtypes import Floats, Ints, Words
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, SOUND_WINDOW, Codes

FIRST_TABLE = 16
"""Number of the first table of an index that holds words of sound: behind those of pictures."""

_LAG_WIDTH = 2 * SOUND_HOP
_STEPS = ((60.0, 4, 1), (600.0, 2, 1), (3600.0, 1, 1), (float("inf"), 1, 2))
"""Seconds up to which a sound is asked about in so many steps a hop, at every so many hops."""
_SHORT = 60.0
"""Seconds up to which a sound is asked about loosely."""
_BESIDE = [by for away in range(5, 111) for by in (-away, away)]
"""Hops beside a lag at which other sounds are as alike: up to 2.5 s, the bar of a machine."""
_MOST_STRETCHES = 20
_FAR = 1 << 40


class SoundPosting(NamedTuple):
    """Rows of one table of an index for a sound. table: its number. keys: (n,) int64. hops: (n,) int64, its codes."""

    table: int
    keys: Ints
    hops: Ints


class SoundProbes(NamedTuple):
    """Words of a sound that is looked up. samples: (n,) int64, where each begins. words: (n,) uint64. looser: how many
    bits of a key fewer must agree than usual."""

    samples: Ints
    words: Words
    looser: int


class SoundHits(NamedTuple):
    """Words of stored sounds that are near those of another one, (n,) int64 each.

    entries: of the library. hops: their codes. samples: where the words of the other sound begin.
    """

    entries: Ints
    hops: Ints
    samples: Ints


@dataclass(frozen=True)
class MetPlace:
    """A place at which a stored sound may lie.

    entry: of the library. lag: samples by which it comes later there. votes: how many of its words say so.
    """

    entry: int
    lag: int
    votes: int


@dataclass(frozen=True)
class CodeStretch:
    """A stretch [start, end) of a sound, in samples, whose codes are those of a stored sound `lag` samples later.

    wrong: the share of their bits that differ. contrast: how much larger it is beside the lag, at the least; 0 where
    too many are wrong for codes alone to show anything.
    """

    entry: int
    lag: int
    start: int
    end: int
    wrong: float
    contrast: float

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SOUND_RATE

    @property
    def weight(self) -> float:
        """How much speaks for it."""
        return self.seconds * (ALIKE_CODES - self.wrong)

    @property
    def is_clear(self) -> bool:
        """Say whether the codes alone show that it is one recording."""
        return self.seconds >= ALONE_SECONDS and self.wrong <= ALONE_WRONG and self.contrast >= ALONE_CONTRAST


def sound_postings(codes: Codes) -> Iterator[SoundPosting]:
    """Yield what an index holds of a sound, table by table. codes: (n,)."""
    words, usable = words_of(codes)
    hops = np.flatnonzero(usable[::INDEX_HOPS]) * INDEX_HOPS
    for table in range(TABLES):
        yield SoundPosting(FIRST_TABLE + table, keys_of(words[hops], table), hops)


def steps_in_hop(samples: int) -> int:
    """Return in how many steps a hop a sound of so many samples is looked up: more for a short one."""
    return next(steps for most, steps, _ in _STEPS if samples <= most * SOUND_RATE)


def sound_probes(shifted: Mapping[int, Codes], samples: int) -> SoundProbes:
    """Return what an index is asked with about a sound. shifted: its codes from each of some of its first samples on.
    samples: how many it has."""
    every = next(every for most, _, every in _STEPS if samples <= most * SOUND_RATE)
    begins, found = list[Ints](), list[Words]()
    for low, codes in shifted.items():
        words, usable = words_of(codes, every)
        begins.append(np.flatnonzero(usable) * (every * SOUND_HOP) + low)
        found.append(words[usable])
    looser = LOOSER_BITS if samples <= _SHORT * SOUND_RATE else 0
    return SoundProbes(np.concatenate(begins), np.concatenate(found), looser)


def places_met(hits: SoundHits) -> list[MetPlace]:
    """Return the places that most words say, the best first."""
    lags = hits.hops * SOUND_HOP - hits.samples
    best = dict[tuple[int, int], MetPlace]()
    for shift in (0, _LAG_WIDTH // 2):  # so that no lag lies at an edge both times
        cells = (lags + shift + _FAR) // _LAG_WIDTH
        rows = np.unique(np.stack([hits.entries, cells, hits.hops]), axis=1)
        where, votes = np.unique(rows[:2], axis=1, return_counts=True)
        enough = np.flatnonzero(votes >= FEWEST_MET)
        for entry, cell, count in zip(*where[:, enough].tolist(), votes[enough].tolist(), strict=True):
            lag = cell * _LAG_WIDTH + _LAG_WIDTH // 2 - shift - _FAR
            beside = [key for key in ((entry, lag // _LAG_WIDTH + by) for by in (-1, 0, 1)) if key in best]
            if all(best[key].votes < count for key in beside):
                for key in beside:
                    del best[key]
                best[entry, lag // _LAG_WIDTH] = MetPlace(entry, lag, count)
    return sorted(best.values(), key=lambda place: (-place.votes, place.entry, place.lag))[:MOST_MET_PLACES]


def stretches_on(place: MetPlace, shifted: Mapping[int, Codes], stored: Codes) -> list[CodeStretch]:
    """Return the stretches in which a sound and a stored one are alike about a lag. shifted: as for sound_probes.
    stored: (n,), the codes of the other one."""
    best: tuple[float, int, int, Floats] | None = None
    for low, codes in shifted.items():
        for hops in {round((place.lag + low) / SOUND_HOP) + by for by in (-1, 0, 1)}:
            wrong = _wrong_bits(codes, stored, hops)
            score = best_stretch(ALIKE_CODES - wrong)[2]
            if best is None or score > best[0]:
                best = score, low, hops, wrong
    if best is None or best[0] <= 0:
        return []
    _, low, hops, wrong = best
    codes, gains = shifted[low], ALIKE_CODES - wrong
    found = list[CodeStretch]()
    for _ in range(_MOST_STRETCHES):
        first, last, score = best_stretch(gains)
        if score <= 0 or (last - first) * SOUND_HOP < SHORTEST_BY_CODES * SOUND_RATE:
            break
        gains[first:last] = -1.0
        share = float(wrong[first:last].mean())
        contrast = _contrast(codes, stored, hops, slice(first, last)) if share <= ALONE_WRONG else 0.0
        # A code looks at a window, and speaks of the hop in its middle.
        start, end = (at * SOUND_HOP + low + (SOUND_WINDOW - SOUND_HOP) // 2 for at in (first, last))
        found.append(CodeStretch(place.entry, hops * SOUND_HOP - low, start, end, share, contrast))
    return found


def without_repeated(stretches: Sequence[CodeStretch]) -> list[CodeStretch]:
    """Return the stretches but for those that were found twice, from two places: the better ones first."""
    kept = list[CodeStretch]()
    for one in sorted(stretches, key=lambda s: (s.wrong, s.entry, s.start)):
        same = (k for k in kept if k.entry == one.entry and abs(k.lag - one.lag) < _LAG_WIDTH)
        if not any(k.start < one.end and one.start < k.end for k in same):
            kept.append(one)
    return kept


def _wrong_bits(codes: Codes, stored: Codes, hops: int) -> Floats:
    """Return for each of codes (n,) the share of bits that the stored code `hops` later has otherwise; 1 where there is
    none."""
    wrong = np.ones(len(codes))
    low, high = max(0, -hops), min(len(codes), len(stored) - hops)
    if low < high:
        wrong[low:high] = np.bitwise_count(codes[low:high] ^ stored[low + hops : high + hops]) / 32
    return wrong


def _contrast(codes: Codes, stored: Codes, hops: int, part: slice) -> float:
    """Return by how much the share of wrong bits of a part is larger at other lags nearby, at the least."""
    there, best = float(_wrong_bits(codes, stored, hops)[part].mean()), 1.0
    for by in _BESIDE:
        wrong = _wrong_bits(codes, stored, hops + by)[part]
        wrong = wrong[wrong < 1.0]
        if 2 * len(wrong) > part.stop - part.start:
            best = min(best, float(wrong.mean()))
    return best - there if best < 1.0 else 0.0
