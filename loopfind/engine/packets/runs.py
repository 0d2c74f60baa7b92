"""Copied packets: stretches of a stream that stand in the file more than once, byte for byte.

Eight packets in a row are a word. The nearest earlier place of each word gives a lag, and each lag is followed both
ways for as long as the packets are equal. Of a loop this finds the period itself, as in the theory of runs in strings
(Kolpakov & Kucherov 1999), and of other repeats a chain from occurrence to occurrence.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.packets.parameters import (
    COPY_CONFIDENCE,
    LEAST_TELLING_PACKETS,
    MOST_LAGS,
    PACKET_WORD,
    SHORTEST_COPY,
    TELLING_BITS,
)
from loopfind.model.candidate import Line, Run
from loopfind.model.dtypes import Bytes, Floats, Ints, Words


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
    """Return the order in which packets are shown."""
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
    ids = _number_values(mixed)
    telling = sizes * 8 >= TELLING_BITS * pixels
    # A key packet is large whatever it shows; it tells something where it is not the one before it over again.
    places = np.flatnonzero(keys)
    telling[places] = np.diff(ids[places], prepend=-1) != 0
    return PacketSequence(ids, telling, keys, times)


def _number_values(values: Words) -> Ints:
    """Number values (n,) from 0 in their order, equal ones alike: (n,) int64. As np.unique, in half its memory."""
    order = np.argsort(values, kind="stable")
    values = values[order]
    rises = np.zeros(len(values), np.int64)
    np.cumsum(values[1:] != values[:-1], out=rises[1:])
    del values
    ids = np.empty_like(rises)
    ids[order] = rises
    return ids


def copied_runs(sequence: PacketSequence, step: float) -> list[Run]:
    """Return copied stretches as runs, each with its nearest earlier occurrence. step: seconds between frames.

    A stretch begins with a packet that a decoder can start at, as only then equal packets are equal pictures.
    """
    display = display_of(sequence)
    runs = [_run_of(sequence, display, step, stretch) for stretch in copied_stretches(sequence)]
    return sorted((run for run in runs if run is not None), key=lambda run: (run.first, run.other_first))


class CopiedStretch(NamedTuple):
    """Packets [first, last) that equal those `lag` packets before them."""

    first: int
    last: int
    lag: int


def copied_stretches(sequence: PacketSequence) -> list[CopiedStretch]:
    """Return the stretches that equal an earlier one, those of the lags that most words share first."""
    found: list[CopiedStretch] = []
    reached: dict[int, list[tuple[int, int]]] = {}
    for place, lag in _lags_to_follow(sequence):
        if any(low <= place < high for low, high in reached.get(lag, ())):
            continue
        low, high = _extend(sequence.ids, place, lag)
        reached.setdefault(lag, []).append((low, high))
        found.append(CopiedStretch(low, high, lag))
    return found


def _lags_to_follow(sequence: PacketSequence) -> list[tuple[int, int]]:
    """Return packets from which a lag is to be followed, each with the lag."""
    ids, count = sequence.ids, len(sequence.ids) - PACKET_WORD + 1
    if count < 2:
        return []
    letters = _mix_bits(ids.view(np.uint64))
    words, factor = np.zeros(count, np.uint64), 1
    for place in range(PACKET_WORD):
        words += letters[place : place + count] * np.uint64(factor)
        factor = factor * 0x9E3779B97F4A7C15 % (1 << 64)
    del letters
    telling = np.zeros(len(ids) + 1, np.int32)
    np.cumsum(sequence.telling, out=telling[1:])
    usable = np.flatnonzero(telling[PACKET_WORD:] - telling[:count] >= PACKET_WORD // 2).astype(np.int32)
    del telling
    order = usable[np.argsort(words[usable], kind="stable")]
    del usable
    again = np.flatnonzero(words[order[1:]] == words[order[:-1]])
    places, lags = order[again + 1], order[again + 1] - order[again]
    del order, again, words
    by_lag = np.lexsort((places, lags))
    places, lags = places[by_lag], lags[by_lag]
    if not len(places):
        return []
    first = np.flatnonzero(np.concatenate(([True], (np.diff(lags) != 0) | (np.diff(places) > PACKET_WORD))))
    lengths = np.diff(np.append(first, len(places)))
    chosen = first[np.argsort(-lengths, kind="stable")[:MOST_LAGS]]
    return list(zip(places[chosen].tolist(), lags[chosen].tolist(), strict=True))


def _mix_bits(numbers: Words) -> Words:
    """Return numbers (n,) of which each bit depends on all bits of the given one, by the last steps of SplitMix64
    (Steele, Lea & Flood 2014)."""
    mixed = numbers + np.uint64(1)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _extend(ids: Ints, place: int, lag: int) -> tuple[int, int]:
    """Extend a place to the packets [low, high) around it that all equal those `lag` before them."""
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


def _run_of(sequence: PacketSequence, display: Display, step: float, stretch: CopiedStretch) -> Run | None:
    """Return a stretch of packets as a run of the frames that show it; None where it is not to be claimed."""
    low, high, lag = stretch
    keys = np.flatnonzero(sequence.keys[low:high] & sequence.keys[low - lag : high - lag])
    if not len(keys):
        return None
    low += int(keys[0])
    rank, shown = display.rank, display.times
    telling = int(sequence.telling[low:high].sum())
    frames = min(_frames_in_a_row(rank, low, high), _frames_in_a_row(rank, low - lag, high - lag))
    first, other = int(rank[low - lag]), int(rank[low])
    if telling < LEAST_TELLING_PACKETS or frames < PACKET_WORD or other <= first:
        return None

    def when(frame: int) -> float:
        return float(shown[frame]) if frame < len(shown) else float(shown[-1]) + step

    offset = float(np.median(shown[other : other + frames] - shown[first : first + frames]))
    start, end, other_start, other_end = when(first), when(first + frames), when(other), when(other + frames)
    if min(end - start, other_end - other_start) < SHORTEST_COPY:
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
        confidence=COPY_CONFIDENCE,
    )


def _frames_in_a_row(rank: Ints, low: int, high: int) -> int:
    """Count the frames in a row, from that of packet `low` on, that packets [low, high) show."""
    places = np.sort(rank[low:high])
    places = places[np.searchsorted(places, rank[low]) :]
    apart = np.flatnonzero(np.diff(places) != 1)
    return int(apart[0]) + 1 if len(apart) else len(places)
