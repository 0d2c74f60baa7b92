"""Near-equal 64-bit codes by equal words: sort the codes by a few of their bits and pair up what falls together.

This is bit-sampling locality-sensitive hashing (Indyk & Motwani 1998) done by sorting. A frame pair is missed by one
word often, but a repeat has many frames and each of ten words is another chance; whoever needs one lucky equal hash
needs all 64 bits at once. Work and memory are bounded on any content: in a crowded bucket (a still scene, a day-long
loop) a frame is paired with the next few only, and no bucket loses its frames altogether.
"""

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
    turned = np.zeros(len(members), bool)
    turned[len(frames) :] = True
    bits = int(np.clip(np.ceil(np.log2(len(values))) + 2, 10, 26))
    rng = np.random.default_rng(_SEED)
    budget = _PAIRS_PER_FRAME * len(frames) // TABLES + 4_000
    firsts, seconds = [], []
    for _ in range(TABLES):
        word = _word(values, rng.choice(64, bits, replace=False))
        first, second = _pairs_of(word, members, turned, times, apart, budget, other is not None)
        firsts.append(first)
        seconds.append(second)
    return Matches(np.concatenate(firsts), np.concatenate(seconds))


def _word(codes: Words, bits: Ints) -> NDArray[np.uint32]:
    """The chosen bits of each code, side by side in a uint32."""
    word = np.zeros(len(codes), np.uint32)
    for bit in bits:
        word = (word << np.uint32(1)) | ((codes >> np.uint64(bit)).astype(np.uint32) & np.uint32(1))
    return word


def _pairs_of(
    word: NDArray[np.uint32],
    members: Ints,
    turned: NDArray[np.bool_],
    times: Floats,
    apart: float,
    budget: int,
    across: bool,
) -> tuple[Ints, Ints]:
    """Pairs within the buckets of one word, nearest in time first, at most about `budget` of them."""
    order = np.lexsort((members, word)) if across else np.argsort(word, kind="stable")
    ranked = word[order]
    edge = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    size = np.diff(np.append(edge, len(ranked)))
    left = np.repeat(edge + size, size) - np.arange(len(ranked)) - 1
    reach = np.repeat(np.where(size <= REACH, size, CROWDED_REACH), size)
    firsts, seconds, total = [], [], 0
    for ahead in range(1, REACH + 1):
        here = np.flatnonzero((left >= ahead) & (reach >= ahead))
        if not len(here):
            break
        a, b = order[here], order[here + ahead]
        keep = times[members[b]] - times[members[a]] >= apart
        if across:
            keep &= turned[a] != turned[b]
        a, b = a[keep], b[keep]
        if across:
            a, b = np.where(turned[a], b, a), np.where(turned[a], a, b)
        firsts.append(members[a])
        seconds.append(members[b])
        total += len(a)
        if total > budget:
            break
    return np.concatenate(firsts or [np.zeros(0, np.int64)]), np.concatenate(seconds or [np.zeros(0, np.int64)])
