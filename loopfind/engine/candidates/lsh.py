"""Pairs of frames with similar 64-bit codes: sort codes by a few of their bits, and pair those that are equal there.

This is bit-sampling locality-sensitive hashing (Indyk & Motwani 1998), done by sorting in place of hash tables. The
chosen bits of a code side by side are its word, and codes of one word are a bucket. One word often misses a pair of
frames, but a repeat has many frames, and each of ten words is another chance. Work and memory are bounded on any
content: in a crowded bucket (a still scene, a day-long loop) a frame is paired with the next few only, and no bucket
loses its frames altogether. Exact search by substrings (multi-index hashing, Norouzi, Punjani & Fleet 2012) has no such
bound.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import Pairs
from loopfind.engine.candidates.parameters import (
    BUCKET_REACH,
    CROWDED_REACH,
    FREE_PAIRS,
    PAIRS_PER_FRAME,
    WORD_BITS,
    WORD_DRAWS,
)
from loopfind.model.dtypes import Floats, Ints, Words

_SEED = 20170528
_AT_ONCE = 1 << 18

Places = NDArray[np.uint32]


def similar_pairs(
    codes: Words, times: Floats, usable: NDArray[np.bool_], apart: float, other: Words | None = None
) -> Pairs:
    """Return pairs of frames at least `apart` seconds from each other whose codes share a word.

    codes: (n,) uint64. times: (n,) seconds, rising. usable: (n,) bool, the frames to pair. other: (n,) uint64, codes
    of the same frames changed (mirrored, backwards): then a pair is a frame by its code and a frame by its other code,
    and `first` may lie after `second`. Without it first < second.
    """
    found, frames = Pairs(), np.flatnonzero(usable).astype(np.uint32)
    if len(frames) < 2:
        return found
    members = frames if other is None else np.concatenate([frames, frames])
    values = codes[frames] if other is None else np.concatenate([codes[frames], other[frames]])
    bits = int(np.clip(np.ceil(np.log2(len(values))) + 2, *WORD_BITS))
    rng = np.random.default_rng(_SEED)
    budget = PAIRS_PER_FRAME * len(frames) // WORD_DRAWS + FREE_PAIRS
    # Two codes a frame are for changed copies, of which there are many kinds: half the draws for each.
    for _ in range(WORD_DRAWS if other is None else WORD_DRAWS // 2):
        chosen = rng.choice(64, bits, replace=False)
        for a, b in _bucket_pairs(
            values, chosen, members, times, apart, budget, None if other is None else len(frames)
        ):
            found.append(a, b)
    return found


def _sorted_words(codes: Words, bits: Ints, changed_from: int | None) -> tuple[Places, Places]:
    """Return the words of codes (m,), rising, and the place of each word's code.

    Places rise among equal words. changed_from: where the changed codes begin, if there are any. Places are then twice
    that of the frame's code, and one more for its changed code.

    One sort of word and place together needs half the memory of an argsort, and half its time.
    """
    key = np.empty(len(codes), np.uint64)
    for low in range(0, len(codes), _AT_ONCE):
        part = codes[low : low + _AT_ONCE]
        word = np.zeros(len(part), np.uint64)
        for bit in bits:
            word <<= np.uint64(1)
            word |= (part >> np.uint64(bit)) & np.uint64(1)
        place = np.arange(low, low + len(part), dtype=np.uint64)
        if changed_from is not None:  # both words of a frame side by side, so that places rise with time
            changed = place >= changed_from
            place = place % np.uint64(changed_from) * np.uint64(2) + changed
        key[low : low + _AT_ONCE] = (word << np.uint64(32)) | place
    key.sort()
    ranked, order = np.empty(len(key), np.uint32), np.empty(len(key), np.uint32)
    np.right_shift(key, np.uint64(32), out=ranked, casting="unsafe")
    np.bitwise_and(key, np.uint64(0xFFFFFFFF), out=order, casting="unsafe")
    return ranked, order


def _bucket_pairs(
    codes: Words, bits: Ints, members: Places, times: Floats, apart: float, budget: int, changed_from: int | None
) -> Iterator[tuple[Places, Places]]:
    """Pair frames within the buckets of one draw of bits, the nearest in time first, about `budget` pairs at most.

    members: (m,) the frame of each code. changed_from: where the changed codes begin, if there are any.
    """
    ranked, order = _sorted_words(codes, bits, changed_from)
    total, here = 0, np.arange(len(ranked), dtype=np.uint32)
    for ahead in range(1, min(BUCKET_REACH, len(ranked) - 1) + 1):
        # Words are sorted: a code that shares its word with the one `ahead` of it shares it with all between.
        here = here[: np.searchsorted(here, len(ranked) - ahead)]
        here = _where(here, lambda part, ahead=ahead: ranked[part + ahead] == ranked[part])  # type: ignore[misc]
        if ahead == CROWDED_REACH + 1:
            here = _where(here, lambda part: _bucket_sizes(ranked, ranked[part]) <= BUCKET_REACH)
        if not len(here):
            return
        for low in range(0, len(here), _AT_ONCE):
            part = here[low : low + _AT_ONCE]
            a, b = order[part], order[part + np.uint32(ahead)]
            if changed_from is not None:
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
    """Return the places for which a condition holds, in parts: the whole would need several times their memory."""
    kept = np.empty(len(places), bool)
    for low in range(0, len(places), _AT_ONCE):
        kept[low : low + _AT_ONCE] = holds(places[low : low + _AT_ONCE])
    return places[kept]


def _bucket_sizes(ranked: Places, words: Places) -> Ints:
    """Return how many of the sorted words equal each of the given ones."""
    return np.searchsorted(ranked, words, "right") - np.searchsorted(ranked, words, "left")
