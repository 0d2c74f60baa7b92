"""Near-equal 64-bit codes by equal words: sort the codes by a few of their bits and pair up what falls together.

This is bit-sampling locality-sensitive hashing (Indyk & Motwani 1998) done by sorting. A frame pair is missed by one
word often, but a repeat has many frames and each of ten words is another chance; whoever needs one lucky equal hash
needs all 64 bits at once. Work and memory are bounded on any content: in a crowded bucket (a still scene, a day-long
loop) a frame is paired with the next few only, and no bucket loses its frames altogether.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs
from loopfind.model.dtypes import Floats, Ints, Words

TABLES = 10
REACH, CROWDED_REACH = 40, 8
"""How many later members of its bucket a frame is paired with, in a bucket of at most REACH members and in a larger
one."""

_PAIRS_PER_FRAME = 3
_SEED = 20170528
_AT_ONCE = 1 << 18

Places = NDArray[np.uint32]


def match(codes: Words, times: Floats, usable: NDArray[np.bool_], apart: float, other: Words | None = None) -> Pairs:
    """Pairs of frames at least `apart` seconds from each other whose codes share a word.

    codes: (n,) uint64. times: (n,) seconds, rising. usable: (n,) bool, the frames to pair. other: (n,) codes of the
    same frames seen another way (mirrored, backwards): then a pair is a frame's code and another frame's other code,
    and `first` may lie after `second`. Without it first < second.
    """
    found, frames = Pairs(), np.flatnonzero(usable).astype(np.uint32)
    if len(frames) < 2:
        return found
    members = frames if other is None else np.concatenate([frames, frames])
    values = codes[frames] if other is None else np.concatenate([codes[frames], other[frames]])
    bits = int(np.clip(np.ceil(np.log2(len(values))) + 2, 10, 26))
    rng = np.random.default_rng(_SEED)
    budget = _PAIRS_PER_FRAME * len(frames) // TABLES + 4_000
    # Codes seen two ways come of changed copies, which are asked for in many ways: half the tables for each.
    for _ in range(TABLES if other is None else TABLES // 2):
        chosen = rng.choice(64, bits, replace=False)
        for a, b in _pairs_of(values, chosen, members, times, apart, budget, None if other is None else len(frames)):
            found.append(a, b)
    return found


def _ranked(codes: Words, bits: Ints, turned_from: int | None) -> tuple[Places, Places]:
    """The word of each code, which is the chosen bits of it side by side, rising; and whose word it is.

    Places rise among equal words. One sort of word and place together needs half the memory of an argsort, and half
    its time.
    """
    key = np.empty(len(codes), np.uint64)
    for low in range(0, len(codes), _AT_ONCE):
        part = codes[low : low + _AT_ONCE]
        word = np.zeros(len(part), np.uint64)
        for bit in bits:
            word <<= np.uint64(1)
            word |= (part >> np.uint64(bit)) & np.uint64(1)
        place = np.arange(low, low + len(part), dtype=np.uint64)
        if turned_from is not None:  # the two words of one frame side by side, so that places rise with time
            turned = place >= turned_from
            place = place % np.uint64(turned_from) * np.uint64(2) + turned
        key[low : low + _AT_ONCE] = (word << np.uint64(32)) | place
    key.sort()
    ranked, order = np.empty(len(key), np.uint32), np.empty(len(key), np.uint32)
    np.right_shift(key, np.uint64(32), out=ranked, casting="unsafe")
    np.bitwise_and(key, np.uint64(0xFFFFFFFF), out=order, casting="unsafe")
    return ranked, order


def _pairs_of(
    codes: Words, bits: Ints, members: Places, times: Floats, apart: float, budget: int, turned_from: int | None
) -> Iterator[tuple[Places, Places]]:
    """Pairs of frames within the buckets of one word, nearest in time first, at most about `budget` of them.

    members: (m,) the frame of each code. turned_from: where the codes of the other view begin, if there are any.
    """
    ranked, order = _ranked(codes, bits, turned_from)
    total, here = 0, np.arange(len(ranked), dtype=np.uint32)
    for ahead in range(1, min(REACH, len(ranked) - 1) + 1):
        # Sorted words: whoever shares its word with the one `ahead` of it shares it with all between.
        here = here[: np.searchsorted(here, len(ranked) - ahead)]
        here = _where(here, lambda part, ahead=ahead: ranked[part + ahead] == ranked[part])  # type: ignore[misc]
        if ahead == CROWDED_REACH + 1:
            here = _where(here, lambda part: _sizes(ranked, ranked[part]) <= REACH)
        if not len(here):
            return
        for low in range(0, len(here), _AT_ONCE):
            part = here[low : low + _AT_ONCE]
            a, b = order[part], order[part + np.uint32(ahead)]
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


def _where(places: Places, holds: Callable[[Places], NDArray[np.bool_]]) -> Places:
    """The places for which something holds; asked in parts, as the whole would need several times their memory."""
    kept = np.empty(len(places), bool)
    for low in range(0, len(places), _AT_ONCE):
        kept[low : low + _AT_ONCE] = holds(places[low : low + _AT_ONCE])
    return places[kept]


def _sizes(ranked: Places, words: Places) -> Ints:
    """How many times each of the words is among the ranked ones."""
    return np.searchsorted(ranked, words, "right") - np.searchsorted(ranked, words, "left")
