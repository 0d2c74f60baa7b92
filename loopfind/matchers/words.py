"""Near-equal 64-bit codes by equal words: sort the codes by a few of their bits and pair up what falls together.

This is bit-sampling locality-sensitive hashing (Indyk & Motwani 1998) done by sorting. A frame pair is missed by one
word often, but a repeat has many frames and each of ten words is another chance; whoever needs one lucky equal hash
needs all 64 bits at once. Work and memory are bounded on any content: in a crowded bucket (a still scene, a day-long
loop) a frame is paired with the next few only, and no bucket loses its frames altogether.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.model import Floats, Ints, Matches, Words

TABLES = 10
REACH, CROWDED_REACH = 40, 8
"""How many later members of its bucket a frame is paired with, in a bucket of at most REACH members and in a larger
one."""

_PAIRS_PER_FRAME = 3
_SEED = 20170528


def match(codes: Words, times: Floats, usable: NDArray[np.bool_], apart: float, other: Words | None = None) -> Matches:
    """Pairs of frames at least `apart` seconds from each other whose codes share a word.

    codes: (n,) uint64. times: (n,) seconds, rising. usable: (n,) bool, the frames to pair. other: (n,) codes of the
    same frames seen another way (mirrored, backwards): then a pair is a frame's code and another frame's other code,
    and `first` may lie after `second`. Without it first < second.
    """
    frames = np.flatnonzero(usable)
    if len(frames) < 2:
        return Matches(np.zeros(0, np.int64), np.zeros(0, np.int64))
    members = frames if other is None else np.concatenate([frames, frames])
    values = codes[frames] if other is None else np.concatenate([codes[frames], other[frames]])
    bits = int(np.clip(np.ceil(np.log2(len(values))) + 2, 10, 26))
    rng = np.random.default_rng(_SEED)
    budget = _PAIRS_PER_FRAME * len(frames) // TABLES + 4_000
    firsts, seconds = [], []
    # Codes seen two ways come of changed copies, which are asked for in many ways: half the tables for each.
    for _ in range(TABLES if other is None else TABLES // 2):
        word = _word(values, rng.choice(64, bits, replace=False))
        for a, b in _pairs_of(word, members, times, apart, budget, None if other is None else len(frames)):
            firsts.append(a)
            seconds.append(b)
    empty = [np.zeros(0, np.int64)]
    return Matches(np.concatenate(firsts or empty), np.concatenate(seconds or empty))


def _word(codes: Words, bits: Ints) -> NDArray[np.uint32]:
    """The chosen bits of each code, side by side in a uint32."""
    word = np.zeros(len(codes), np.uint32)
    for bit in bits:
        word <<= np.uint32(1)
        word |= ((codes >> np.uint64(bit)) & np.uint64(1)).astype(np.uint32)
    return word


def _pairs_of(
    word: NDArray[np.uint32], members: Ints, times: Floats, apart: float, budget: int, turned_from: int | None
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of frames within the buckets of one word, nearest in time first, at most about `budget` of them.

    members: (m,) the frame of each word. turned_from: where the words of the other view begin, if there are any.
    """
    # One sort of word and place together needs half the memory of an argsort, and half its time.
    if turned_from is None:
        places = np.arange(len(word), dtype=np.uint64)
    else:  # the two words of one frame side by side, so that places rise with time
        places = np.arange(len(word), dtype=np.uint64) % np.uint64(turned_from) * np.uint64(2)
        places[turned_from:] += np.uint64(1)
    key = (word.astype(np.uint64) << np.uint64(32)) | places
    key.sort()
    ranked, order = (key >> np.uint64(32)).astype(np.uint32), (key & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    del key, places
    total, here = 0, np.arange(len(ranked))
    for ahead in range(1, min(REACH, len(ranked) - 1) + 1):
        # Sorted words: whoever shares its word with the one `ahead` of it shares it with all between.
        here = here[: np.searchsorted(here, len(ranked) - ahead)]
        here = here[ranked[here + ahead] == ranked[here]]
        if ahead == CROWDED_REACH + 1:
            size = np.searchsorted(ranked, ranked[here], "right") - np.searchsorted(ranked, ranked[here], "left")
            here = here[size <= REACH]
        if not len(here):
            return
        a, b = order[here].astype(np.int64), order[here + ahead].astype(np.int64)
        if turned_from is not None:
            across = (a & 1) != (b & 1)
            a, b = a[across], b[across]
            a, b = np.where(a & 1, b, a) >> 1, np.where(a & 1, a, b) >> 1
        a, b = members[a], members[b]
        keep = np.abs(times[b] - times[a]) >= apart
        yield a[keep], b[keep]
        total += int(keep.sum())
        if total > budget:
            return
