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

FEW_CODES = 1 << 12
"""Codes that are paired in one step rather than reach by reach: their pairs take little memory, and a step takes more
time than what it does. By definition it changes no pair."""

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
    draws = [rng.choice(64, bits, replace=False) for _ in range(WORD_DRAWS if other is None else WORD_DRAWS // 2)]
    changed_from = None if other is None else len(frames)
    few = len(values) <= FEW_CODES
    pairs_of = _few_bucket_pairs if few else _bucket_pairs
    sorted_words = (
        _few_sorted_words(values, draws, changed_from)
        if few
        else (_sorted_words(values, chosen, changed_from) for chosen in draws)
    )
    for ranked, order in sorted_words:
        for a, b in pairs_of(ranked, order, members, times, apart, budget, changed_from is not None):
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


def _few_sorted_words(codes: Words, draws: list[Ints], changed_from: int | None) -> Iterator[tuple[Places, Places]]:
    """Yield what `_sorted_words` returns for each draw of bits, of few codes: all words are made by one product of
    matrices, which is exact, as no word has as many bits as a double holds."""
    bits = np.unpackbits(codes.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    weights = np.zeros((64, len(draws)))
    for number, chosen in enumerate(draws):
        weights[chosen, number] = 2.0 ** np.arange(len(chosen))[::-1]
    words = (bits.astype(np.float64) @ weights).astype(np.uint64)
    place = np.arange(len(codes), dtype=np.uint64)
    if changed_from is not None:
        place = place % np.uint64(changed_from) * np.uint64(2) + (place >= changed_from)
    for number in range(len(draws)):
        key = np.sort((words[:, number] << np.uint64(32)) | place)
        yield (key >> np.uint64(32)).astype(np.uint32), key.astype(np.uint32)


def _few_bucket_pairs(
    ranked: Places, order: Places, members: Places, times: Floats, apart: float, budget: int, changed: bool
) -> Iterator[tuple[Places, Places]]:
    """Yield the pairs of `_bucket_pairs` in its order, of few codes: those of every reach at a time."""
    begins = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    sizes = np.diff(np.append(begins, len(ranked)))
    within = np.arange(len(ranked)) - np.repeat(begins, sizes)
    sizes = np.repeat(sizes, sizes)
    reach = np.minimum(sizes - 1 - within, np.where(sizes <= BUCKET_REACH, BUCKET_REACH, CROWDED_REACH))
    here = np.repeat(np.arange(len(ranked)), reach)
    ahead = np.arange(1, len(here) + 1) - np.repeat(np.cumsum(reach) - reach, reach)
    nearest_first = np.argsort(ahead.astype(np.uint8), kind="stable")
    here, ahead = here[nearest_first], ahead[nearest_first]
    a, b = order[here], order[here + ahead]
    if changed:
        across = (a & 1) != (b & 1)
        a, b, ahead = a[across], b[across], ahead[across]
        a, b = np.where(a & 1, b, a) >> 1, np.where(a & 1, a, b) >> 1
    a, b = members[a], members[b]
    keep = np.abs(times[b] - times[a]) >= apart
    a, b, ahead = a[keep], b[keep], ahead[keep]
    total = np.cumsum(np.bincount(ahead, minlength=1))
    last = int(np.searchsorted(total, budget, "right"))
    end = int(total[last]) if last < len(total) else len(a)
    yield a[:end], b[:end]


def _bucket_pairs(
    ranked: Places, order: Places, members: Places, times: Floats, apart: float, budget: int, changed: bool
) -> Iterator[tuple[Places, Places]]:
    """Pair frames within the buckets of one draw of bits, the nearest in time first, about `budget` pairs at most.

    ranked, order: (m,) sorted words and their places. members: (m,) the frame of each code. changed: whether places
    are of codes and of changed codes, as `_sorted_words` numbers them.
    """
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
            if changed:
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
