"""Groups of files that are alike: the nearest of each, and the likeness from which they are no strangers.

The level is that of the library itself. Of strangers, the share of pairs whose distance is less falls off with a power
of the distance, which is what extreme value theory has for a least value (Fisher & Tippett 1928). Two quantiles of all
pairs, most of which are strangers in any library, give that power; pairs that are alike by it are left out, and it is
taken anew until nothing changes.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.comparison.likeness_parameters import BEST_SHARE, LEVEL_ROUNDS, MOST_FRIENDS, STRANGER_QUANTILES
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Appearance

_AT_ONCE = 128
"""Files whose moments are compared with those of as many others at a time."""
_LEAST = 1e-4
"""Distance that is the same as none: vectors are rounded to a byte a number."""
_BINS = 4000
_LEAST_WIDTH = 0.02


class Nearest(NamedTuple):
    """The files nearest to each of n files, the nearest first. files: (n, k), -1 for none. likenesses: (n, k). pairs:
    (4000,) of all pairs of files, how many have each likeness from -1 to 1."""

    files: NDArray[np.intp]
    likenesses: Floats
    pairs: NDArray[np.int64]


class Strangers(NamedTuple):
    """How alike strangers are. place, share: a negative logarithm of distance, and the share of pairs beyond it. width:
    what is to be added for a share that is smaller by a factor of e. others: files beside each."""

    place: float
    share: float
    width: float
    others: int

    def chance(self, likenesses: Floats) -> Floats:
        """Return the share of files whose nearest stranger is as alike or more."""
        apart = -np.log(np.maximum(1 - likenesses, _LEAST))
        pairs = self.share * np.exp(np.clip((self.place - apart) / self.width, -700, 700))
        return np.asarray(-np.expm1(self.others * np.log1p(-np.clip(pairs, 0, 1 - 1e-12))))

    def level(self, chance: float) -> float:
        """Return the likeness that the nearest stranger of this share of files reaches."""
        pairs = -np.expm1(np.log1p(-chance) / self.others)
        return float(1 - np.exp(-self.place - self.width * np.log(self.share / pairs)))


class Star(NamedTuple):
    """A file, and the files that are alike to it, the nearest first, with how alike they are."""

    centre: int
    others: tuple[tuple[int, float], ...]


def nearest_files(appearances: Sequence[Appearance], watch: Callable[[int], None] | None = None) -> Nearest:
    """Return the nearest files to each of several. Two files are as alike as the one is to the other, or the other to
    the one, whichever is more. watch: called with how many files are done."""
    count, most = len(appearances), min(MOST_FRIENDS, max(1, len(appearances) - 1))
    files, likenesses = np.full((count, most), -1, np.intp), np.full((count, most), -np.inf)
    pairs = np.zeros(_BINS, np.int64)

    def take(rows: NDArray[np.intp], columns: NDArray[np.intp], found: Floats) -> None:
        both = np.concatenate([likenesses[rows], found], 1)
        names = np.concatenate([files[rows], np.broadcast_to(columns, found.shape)], 1)
        best = np.argsort(-both, axis=1, kind="stable")[:, :most]
        likenesses[rows], files[rows] = np.take_along_axis(both, best, 1), np.take_along_axis(names, best, 1)

    for low in range(0, count, _AT_ONCE):
        mine = np.arange(low, min(count, low + _AT_ONCE))
        ours = _Block(appearances[low : low + _AT_ONCE])
        for start in range(low, count, _AT_ONCE):
            theirs = np.arange(start, min(count, start + _AT_ONCE))
            found = ours.alike(ours if start == low else _Block(appearances[start : start + _AT_ONCE]))
            values = found[np.triu_indices(len(found), 1)] if start == low else found.ravel()
            pairs += np.histogram(values, _BINS, (-1, 1))[0]
            if start == low:
                np.fill_diagonal(found, -np.inf)
            take(mine, theirs, found)
            if start > low:
                take(theirs, mine, found.T)
        if watch is not None:
            watch(int(mine[-1]) + 1)
    return Nearest(np.where(np.isfinite(likenesses), files, -1), likenesses, pairs)


def likeness_rows(appearances: Sequence[Appearance]) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    """Yield the likeness (m, n) of some of n files to all, with the numbers of these; that of a file to itself is 1."""
    count = len(appearances)
    for low in range(0, count, _AT_ONCE):
        ours = _Block(appearances[low : low + _AT_ONCE])
        parts = [ours.alike(_Block(appearances[start : start + _AT_ONCE])) for start in range(0, count, _AT_ONCE)]
        yield np.arange(low, min(count, low + _AT_ONCE)), np.concatenate(parts, 1)


def strangers_of(nearest: Nearest, chance: float) -> Strangers:
    """Return how alike strangers are among many files. chance: at which a pair counts as no strangers."""
    values = np.linspace(-1, 1, _BINS + 1)[1:]
    apart, others = -np.log(np.maximum(1 - values, _LEAST)), len(nearest.files) - 1
    pairs, level, found = nearest.pairs, np.inf, None
    for turn in range(LEVEL_ROUNDS):
        # At first there may be many who are none among the nearer pairs.
        low, high = STRANGER_QUANTILES[min(turn, 1)]
        below = np.cumsum(np.where(values <= level, pairs, 0))
        one, other = (float(apart[np.searchsorted(below, share * below[-1])]) for share in (low, high))
        width = max((other - one) / np.log((1 - low) / (1 - high)), _LEAST_WIDTH)
        found = Strangers(other, 1 - high, width, others)
        if (reached := found.level(chance)) == level:
            break
        level = reached
    assert found is not None
    return found


def stars(nearest: Nearest, level: float) -> list[Star]:
    """Return the files that are alike from a level on as stars, the largest first. All files of a star are alike to the
    one in its middle, so that no chain of likenesses joins strangers. Each file is in one star at most."""
    near = (nearest.likenesses >= level) & (nearest.files >= 0)
    friends = [
        dict(zip(row[held].tolist(), values[held].tolist(), strict=True))
        for row, values, held in zip(nearest.files, nearest.likenesses, near, strict=True)
    ]
    for number, row in enumerate(friends):  # a file with very many may not be named by all of them
        for other, likeness in row.items():
            friends[other].setdefault(number, likeness)
    free, found = set(range(len(friends))), list[Star]()

    def worth(number: int) -> tuple[int, float, int]:
        left = [likeness for other, likeness in friends[number].items() if other in free]
        return -len(left), -sum(left), number

    # What a file is worth falls as others are taken, so the first one that is still worth as much is the best.
    queue = [worth(number) for number in free]
    heapq.heapify(queue)
    while queue and queue[0][0] < 0:
        known = heapq.heappop(queue)
        centre = known[2]
        if centre not in free:
            continue
        if worth(centre) != known:
            heapq.heappush(queue, worth(centre))
            continue
        others = [(other, friends[centre][other]) for other in free & friends[centre].keys()]
        found.append(Star(centre, tuple(sorted(others, key=lambda pair: (-pair[1], pair[0])))))
        free -= {centre, *(other for other, _ in others)}
    return found


class _Block:
    """The moments of some files: all vectors, and where those of each file begin."""

    def __init__(self, appearances: Sequence[Appearance]) -> None:
        self.vectors = unit(np.concatenate([one.vectors for one in appearances]))
        self.firsts = np.cumsum([0, *(len(one.vectors) for one in appearances)])

    def alike(self, other: "_Block") -> Floats:
        """Return the likeness (n, m) of each file to each of another block, the larger of both ways."""
        products = self.vectors @ other.vectors.T
        there = np.maximum.reduceat(products, other.firsts[:-1], axis=1)
        back = np.maximum.reduceat(products, self.firsts[:-1], axis=0)
        return np.maximum(_best_half(there, self.firsts), _best_half(back.T, other.firsts).T)


def _best_half(nearest: NDArray[np.float32], firsts: NDArray[np.intp]) -> Floats:
    """Return the mean (n, m) over the better half of the moments of each of n files."""
    found = np.empty((len(firsts) - 1, nearest.shape[1]))
    for number, (first, last) in enumerate(pairwise(firsts)):
        best = max(1, round(BEST_SHARE * int(last - first)))
        found[number] = np.sort(nearest[first:last], axis=0)[-best:].mean(0)
    return found
