"""Frames that need not be decoded: the packets that make them were decoded earlier in the file.

From one packet that a decoder can start at to the next one is a group of pictures. Behind the first whole group of a
copied stretch a decoder is in the state that it was in at the original, and gives the same pictures from there on. A
container may be wrong about such packets, so a reader that leaves frames out decodes some at both ends to check.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.packets.runs import CopiedStretch, Display, PacketSequence, copied_stretches, display_of


@dataclass(frozen=True)
class KnownFrames:
    """Frames [first, last), each the picture of the one `back` frames before it."""

    first: int
    last: int
    back: int


def known_frames(sequence: PacketSequence, begin: int, end: int, least: float) -> list[KnownFrames]:
    """Return which of the frames [begin, end), counted from `begin`, need not be decoded.

    They are in order, do not overlap, and last `least` seconds or more each.
    """
    copied = sorted(copied_stretches(sequence), key=lambda stretch: stretch.first - stretch.last)
    display = display_of(sequence)
    shown = display.times
    free = np.zeros(len(shown), np.bool_)
    free[begin:end] = True
    found: list[KnownFrames] = []
    for stretch in copied:
        whole = _whole_groups(sequence, display, stretch)
        if whole is None:
            continue
        first, last = max(whole.first, begin + whole.back), min(whole.last, end)
        for one, other in _free_spans(free, first, last):
            if shown[other - 1] - shown[one] >= least:
                found.append(KnownFrames(one - begin, other - begin, whole.back))
                free[one:other] = False
    return sorted(found, key=lambda known: known.first)


def _whole_groups(sequence: PacketSequence, display: Display, stretch: CopiedStretch) -> KnownFrames | None:
    """Return the frames of a copied stretch from its second group on, as far as their order is that of the original."""
    low, high, lag = stretch
    keys = low + np.flatnonzero(sequence.keys[low:high] & sequence.keys[low - lag : high - lag])
    if len(keys) < 2:
        return None
    order, rank = display.order, display.rank
    first = int(rank[keys[1]])
    back = first - int(rank[keys[1] - lag])
    packets = order[first : first + high - int(keys[1])]
    alike = (packets >= keys[0]) & (packets < high)
    alike[alike] = rank[packets[alike] - lag] + back == first + np.flatnonzero(alike)
    wrong = np.flatnonzero(~alike)
    last = first + (int(wrong[0]) if len(wrong) else len(packets))
    return KnownFrames(first, last, back) if back > 0 and last > first else None


def _free_spans(free: NDArray[np.bool_], first: int, last: int) -> list[tuple[int, int]]:
    """Return the free stretches within [first, last)."""
    if first >= last:
        return []
    edges = np.flatnonzero(np.diff(free[first:last].astype(np.int8), prepend=0, append=0)) + first
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
