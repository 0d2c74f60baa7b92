"""The files of a large library that may be nearest: by few numbers for each moment, so that not all are read."""

import contextlib
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from loopfind.arrays.directions import rounded
from loopfind.comparison.likeness_parameters import COMPACT_NUMBERS, FEWEST_TO_SHORTLIST, SHORTLISTED
from loopfind.comparison.neighbours import Query, best_half, rank
from loopfind.comparison.projection import compacted
from loopfind.errors import LibraryUnwritable
from loopfind.model.dtypes import Floats
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.stores.appearances import Appearances
from loopfind.stores.qdrant import VectorCollection, likeness_by_content

_AT_ONCE = 256
"""Appearances that are made compact, or put into a collection, at a time."""
_LEAST_NEAREST = 50
"""Contents that are asked for by each vector of a query at the least."""


class Shortlist(NamedTuple):
    """Files of a library, to be ranked. files: with their appearances. chances: of each of these, see Ranking.
    searched: files that were looked through. itself: whether one was left out."""

    files: list[tuple[File, Appearance]]
    chances: Floats | None
    searched: int
    itself: bool


def shortlist_of(
    appearances: Appearances, key: AppearanceKey, query: Query, left_out: bytes, nearest: int
) -> Shortlist | None:
    """Return the files that may be among the nearest to a query, None in a library of few, where all are ranked.

    left_out: digest of a file that does not count. nearest: files that are wanted. Raises LibraryError.
    """
    if query.vectors.shape[1] < 2 * COMPACT_NUMBERS or appearances.count(key) < FEWEST_TO_SHORTLIST:
        return None
    compact = replace(key, model=f"{key.model}/{COMPACT_NUMBERS}")
    held = [*appearances.held(compact), *_made_compact(appearances, key, compact)]
    every = [(file, one) for file, one in held if file.digest != left_out]
    asked = Query(compacted(query.vectors), compacted(query.parts), query.owners, query.times)
    scores, chances = rank(asked, [one for _, one in every])
    best = np.argsort(-scores, kind="stable")[: max(SHORTLISTED, 2 * nearest)]
    found = appearances.held(key, [every[int(number)][0].path for number in best])
    places = {every[int(number)][0].path: int(number) for number in best}
    order = np.array([places[file.path] for file, _ in found], np.intp)
    return Shortlist(found, None if chances is None else chances[order], len(every), len(every) < len(held))


def shortlist_in(
    vectors: VectorCollection, appearances: Appearances, key: AppearanceKey, query: Query, left_out: bytes, nearest: int
) -> Shortlist:
    """Return the files that may be among the nearest to a query, as a collection of vectors finds them. It is filled
    first with what it lacks, and what the library holds no more is taken out. The others are as in `shortlist_of`;
    there are no chances, as nothing is compared with all.

    Raises LibraryError.
    """
    there, held = appearances.contents(key), vectors.digests()
    if gone := held - set(there):
        vectors.remove(gone)
    lacking = [path for digest, path in there.items() if digest not in held]
    for low in range(0, len(lacking), _AT_ONCE):
        part = appearances.held(key, lacking[low : low + _AT_ONCE])
        vectors.add((file.digest.hex(), one) for file, one in part)
    itself = left_out.hex() in there
    if not there:
        return Shortlist([], None, 0, itself)
    found = vectors.nearest(np.concatenate([query.vectors, query.parts]), max(_LEAST_NEAREST, 2 * nearest))
    scores = {
        digest: best_half(query, alike) for digest, alike in likeness_by_content(found).items() if digest in there
    }
    best = sorted(scores, key=lambda digest: (-scores[digest], digest))[: max(SHORTLISTED, 2 * nearest)]
    files = appearances.held(key, [there[digest] for digest in best if digest != left_out.hex()])
    return Shortlist(files, None, len(there) - itself, itself)


def _made_compact(
    appearances: Appearances, key: AppearanceKey, compact: AppearanceKey
) -> list[tuple[File, Appearance]]:
    """Return the files of which nothing compact was kept, and keep it, if the library takes anything just now."""
    lacking, made = appearances.lacking(key, compact), list[tuple[File, Appearance]]()
    for low in range(0, len(lacking), _AT_ONCE):
        for file, one in appearances.held(key, lacking[low : low + _AT_ONCE]):
            made.append((file, Appearance(compact, one.times, rounded(compacted(one.vectors)))))
    with contextlib.suppress(LibraryUnwritable):
        for file, one in made:
            appearances.add(file, one)
    return made
