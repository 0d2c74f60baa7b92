"""The files of a large library that may be nearest: by few numbers for each moment, so that not all are read."""

import contextlib
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from loopfind.arrays.directions import rounded
from loopfind.comparison.likeness_parameters import COMPACT_NUMBERS, FEWEST_TO_SHORTLIST, SHORTLISTED
from loopfind.comparison.neighbours import Query, rank
from loopfind.comparison.projection import compacted
from loopfind.errors import LibraryUnwritable
from loopfind.model.dtypes import Floats
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.stores.appearances import Appearances

_AT_ONCE = 256
"""Appearances that are made compact at a time."""


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
