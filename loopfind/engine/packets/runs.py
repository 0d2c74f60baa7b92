"""Copied packets: stretches of a video stream whose packets stand in the file more than once, byte for byte.

Eight packets in a row are one word; of each word the nearest earlier showing gives a lag, and each lag that leads to
one is followed both ways for as long as the packets are equal. Of loops this finds the period itself, as in the theory
of runs in strings (Kolpakov & Kucherov 1999), and of other repeats a chain from showing to showing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.model.candidate import Line, Run
from loopfind.model.dtypes import Bytes, Floats, Ints, Words

WORD = 8
"""Packets that must be equal in a row before a lag is looked at."""
LEAST = 12
"""Packets that say something, which a stretch must have at least to be claimed."""
SHORTEST = 0.5
"""Seconds that a stretch must last at least."""
_TELLING = 0.005
"""Bits a pixel above which a packet that needs others says that something moved: of a picture that stands still, a
codec writes a bit for each block of 16 x 16 pixels at most."""
_MOST_STARTS = 20_000
"""Lags that are followed at most, the ones that most words share first."""
_CONFIDENCE = 0.9999


@dataclass(frozen=True)
class PacketSequence:
    """Packets in the order of the file, numbered so that equal ones have equal numbers.

    ids: (n,) int64. telling: (n,) bool, whether a packet says that something moved. keys: (n,) bool, whether a decoder
    can start at it. times: (n,) seconds at which it is shown.
    """

    ids: Ints
    telling: NDArray[np.bool_]
    keys: NDArray[np.bool_]
    times: Floats


@dataclass(frozen=True)
class Display:
    """The order in which packets (n,) are shown.

    order: (n,) int64, the packet of each frame. rank: (n,) int64, the frame of each packet. times: (n,) seconds at
    which each frame is shown.
    """

    order: Ints
    rank: Ints
    times: Floats


def display_of(sequence: PacketSequence) -> Display:
    """The packets in the order in which they are shown."""
    order = np.argsort(sequence.times, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Display(order, rank, sequence.times[order])


def sequence_of(hashes: Bytes, sizes: Ints, keys: NDArray[np.bool_], times: Floats, pixels: int) -> PacketSequence:
    """hashes: (n, 16) uint8. sizes: (n,) bytes. pixels: of a picture."""
    if not len(sizes):
        return PacketSequence(np.zeros(0, np.int64), keys, keys, times)
    halves = np.ascontiguousarray(hashes).view(np.uint64).reshape(-1, 2)
    mixed = halves[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= halves[:, 1]
    mixed ^= sizes.view(np.uint64) << np.uint64(40)
    ids = _numbered(mixed)
    telling = sizes * 8 >= _TELLING * pixels
    # A key packet is large whatever it shows; it tells something where it is not the one before it over again.
    places = np.flatnonzero(keys)
    telling[places] = np.diff(ids[places], prepend=-1) != 0
    return PacketSequence(ids, telling, keys, times)


def _numbered(values: Words) -> Ints:
    """Numbers (n,) int64 from 0 on in the order of the values (n,), equal for equal ones, as of np.unique, in half its
    memory."""
    order = np.argsort(values, kind="stable")
    values = values[order]
    rises = np.zeros(len(values), np.int64)
    np.cumsum(values[1:] != values[:-1], out=rises[1:])
    del values
    ids = np.empty_like(rises)
    ids[order] = rises
    return ids


def copies_of(sequence: PacketSequence, step: float) -> list[Run]:
    """The stretches that are copied, each with the nearest earlier showing of the same. step: seconds between frames.

    A stretch begins with a packet that a decoder can start at, as only then equal packets are equal pictures.
    """
    display = display_of(sequence)
    runs = [_run(sequence, display, step, *found) for found in stretches(sequence)]
    return sorted((run for run in runs if run is not None), key=lambda run: (run.first, run.other_first))


def stretches(sequence: PacketSequence) -> list[tuple[int, int, int]]:
    """First packet, last packet, and lag of each stretch that equals an earlier one."""
    found: list[tuple[int, int, int]] = []
    reached: dict[int, list[tuple[int, int]]] = {}
    for place, lag in _starts(sequence):
        if any(low <= place < high for low, high in reached.get(lag, ())):
            continue
        low, high = _followed(sequence.ids, place, lag)
        reached.setdefault(lag, []).append((low, high))
        found.append((low, high, lag))
    return found


def _starts(sequence: PacketSequence) -> list[tuple[int, int]]:
    """Packets from which a lag is to be followed, and the lag."""
    ids, count = sequence.ids, len(sequence.ids) - WORD + 1
    if count < 2:
        return []
    letters = _mixed(ids.view(np.uint64))
    words, factor = np.zeros(count, np.uint64), 1
    for place in range(WORD):
        words += letters[place : place + count] * np.uint64(factor)
        factor = factor * 0x9E3779B97F4A7C15 % (1 << 64)
    del letters
    told = np.zeros(len(ids) + 1, np.int32)
    np.cumsum(sequence.telling, out=told[1:])
    usable = np.flatnonzero(told[WORD:] - told[:count] >= WORD // 2).astype(np.int32)
    del told
    order = usable[np.argsort(words[usable], kind="stable")]
    del usable
    again = np.flatnonzero(words[order[1:]] == words[order[:-1]])
    places, lags = order[again + 1], order[again + 1] - order[again]
    del order, again, words
    by_lag = np.lexsort((places, lags))
    places, lags = places[by_lag], lags[by_lag]
    if not len(places):
        return []
    first = np.flatnonzero(np.concatenate(([True], (np.diff(lags) != 0) | (np.diff(places) > WORD))))
    lengths = np.diff(np.append(first, len(places)))
    chosen = first[np.argsort(-lengths, kind="stable")[:_MOST_STARTS]]
    return list(zip(places[chosen].tolist(), lags[chosen].tolist(), strict=True))


def _mixed(numbers: Words) -> Words:
    """Numbers (n,) whose bits all depend on all bits of the given ones: the last steps of SplitMix64 (Steele, Lea &
    Flood 2014)."""
    mixed = numbers + np.uint64(1)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _followed(ids: Ints, place: int, lag: int) -> tuple[int, int]:
    """The packets [low, high) around `place` that all equal those `lag` before them."""
    high, reach = place, 256
    while high < len(ids):
        until = min(len(ids), high + reach)
        unlike = np.flatnonzero(ids[high:until] != ids[high - lag : until - lag])
        if len(unlike):
            high += int(unlike[0])
            break
        high, reach = until, reach * 2
    low, reach = place, 256
    while low > lag:
        since = max(lag, low - reach)
        unlike = np.flatnonzero(ids[since:low] != ids[since - lag : low - lag])
        if len(unlike):
            low = since + int(unlike[-1]) + 1
            break
        low, reach = since, reach * 2
    return low, high


def _run(sequence: PacketSequence, display: Display, step: float, low: int, high: int, lag: int) -> Run | None:
    """A stretch of packets as the frames that are shown of it; None where it is not to be claimed."""
    keys = np.flatnonzero(sequence.keys[low:high] & sequence.keys[low - lag : high - lag])
    if not len(keys):
        return None
    low += int(keys[0])
    rank, shown = display.rank, display.times
    telling = int(sequence.telling[low:high].sum())
    frames = min(_in_a_row(rank, low, high), _in_a_row(rank, low - lag, high - lag))
    first, other = int(rank[low - lag]), int(rank[low])
    if telling < LEAST or frames < WORD or other <= first:
        return None

    def when(frame: int) -> float:
        return float(shown[frame]) if frame < len(shown) else float(shown[-1]) + step

    offset = float(np.median(shown[other : other + frames] - shown[first : first + frames]))
    start, end, other_start, other_end = when(first), when(first + frames), when(other), when(other + frames)
    if min(end - start, other_end - other_start) < SHORTEST:
        return None
    return Run(
        line=Line(1.0, offset, start, end, frames),
        first=first,
        last=first + frames,
        other_first=other,
        other_last=other + frames,
        start=start,
        end=end,
        other_start=other_start,
        other_end=other_end,
        start_range=(start, start),
        end_range=(end, end),
        score=float(telling),
        contrast=1.0,
        residual=0.0,
        informative=telling,
        confidence=_CONFIDENCE,
    )


def _in_a_row(rank: Ints, low: int, high: int) -> int:
    """How many frames, from that of packet `low` on, are shown in a row out of the packets [low, high)."""
    places = np.sort(rank[low:high])
    places = places[np.searchsorted(places, rank[low]) :]
    apart = np.flatnonzero(np.diff(places) != 1)
    return int(apart[0]) + 1 if len(apart) else len(places)
