"""Likeness within a library: the files that look like a video, by a few moments of each. What was seen is kept."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import rounded
from loopfind.comparison.neighbours import Query, alike_moments, query_of, rank
from loopfind.errors import BadSetting, LibraryError, MediaError, Unreadable
from loopfind.fingerprints.network import Network, load_network
from loopfind.fingerprints.palette import palette_vectors
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.likeness import Appearance, AppearanceKey, Likeness, Neighbour, Vectors
from loopfind.model.video import Watch
from loopfind.pipeline.cache import why_unkept
from loopfind.pipeline.comparing import compare
from loopfind.pipeline.inputs import each
from loopfind.settings import LIKENESS_WAYS, CompareSettings, SimilarSettings
from loopfind.stores import schema
from loopfind.stores.appearances import Appearances
from loopfind.stores.sqlite import Library

MOMENTS = 20
"""Moments of a video that are looked at, as in VideoSimilarity."""
_PALETTE_SIDE = 64
_IN_PARTS = 8
"""Moments of a query that are also looked at in parts, to find a video inside another picture."""


def similar(
    video: str,
    library: str | os.PathLike[str],
    settings: SimilarSettings = SimilarSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Likeness:
    """Return the files of a library that look like a video, the nearest first. Files that were not looked at in this
    way before are, and what is seen is kept.

    Raises BadSetting, MissingExtra, MediaError for a video that cannot be read, and LibraryError.
    """
    if settings.by not in LIKENESS_WAYS:
        raise BadSetting("the way to be alike", settings.by, f"it takes {' or '.join(LIKENESS_WAYS)}")
    if settings.nearest < 1:
        raise BadSetting("the number of neighbours", settings.nearest, "it takes 1 or more")
    if settings.model and settings.by != "cnn":
        raise BadSetting("the model", settings.model, "only --by cnn looks with a network")
    eye = _Eye(settings)
    with Library.open(library, make=False) as held:
        query = eye.query(video)
        failures = _look_at_missing(held, eye, settings, watch, log)
        where = address.resolve(video)
        own = b"" if where.local is None or why_unkept(where) else held.look(where.name).digest
        every = Appearances(held.connections).held(eye.key)
        shown = held.shown
    known = [(os.fsdecode(file.path), one) for file, one in every if file.digest != own]
    appearances = [one for _, one in known]
    if appearances and appearances[0].vectors.shape[1] != query.vectors.shape[1]:
        raise LibraryError(shown, schema.DAMAGED)
    scores, chances = rank(query, appearances)
    neighbours = tuple(
        Neighbour(
            known[number][0],
            round(float(scores[number]), 4),
            None if chances is None else round(float(chances[number]), 4),
            alike_moments(query, known[number][1]),
        )
        for number in np.argsort(-scores, kind="stable")[: settings.nearest]
    )
    answer = Likeness(video, eye.key, neighbours, len(known), len(known) < len(every), failures)
    return _proved(answer, settings, watch, log) if settings.prove and neighbours else answer


class _Eye:
    """A way of looking: how large pictures are, and what they become."""

    def __init__(self, settings: SimilarSettings) -> None:
        self._network: Network | None = load_network(settings.model) if settings.by == "cnn" else None
        self._side = self._network.card.side if self._network else _PALETTE_SIDE
        self._stream, self._stall = settings.stream, settings.stall
        self.key = AppearanceKey(settings.by, self._network.digest if self._network else "", settings.stream)

    def look(self, path: str) -> Appearance:
        """Return how a file appears."""
        times, pictures = spread_pictures(address.resolve(path), self._stream, MOMENTS, self._side, self._stall)
        return Appearance(self.key, times, rounded(self._seen(pictures)))

    def query(self, path: str) -> Query:
        """Return an appearance to search with: a network also sees quarters of the pictures, and their middle."""
        if self._network is None:
            return query_of(self.look(path))
        side, half = self._side, self._side // 2
        times, large = spread_pictures(address.resolve(path), self._stream, MOMENTS, 2 * side, self._stall)
        chosen = np.linspace(0, len(large) - 1, min(_IN_PARTS, len(large))).round().astype(np.intp)
        corners = ((0, 0), (0, side), (side, 0), (side, side), (half, half))
        parts = [self._seen(large[chosen, top : top + side, left : left + side]) for top, left in corners]
        return Query(self._seen(_halved(large)), np.concatenate(parts), np.tile(chosen, len(parts)), times)

    def _seen(self, pictures: NDArray[np.uint8]) -> Vectors:
        return palette_vectors(pictures) if self._network is None else self._network.vectors(pictures)


def _halved(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures at half their side, four pixels averaged to one."""
    count, side = pictures.shape[:2]
    means = pictures.reshape(count, side // 2, 2, side // 2, 2, 3).mean((2, 4))
    return np.asarray(np.rint(means), np.uint8)


def _look_at_missing(
    library: Library, eye: _Eye, settings: SimilarSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[Failure, ...]:
    """Look at the files of a library of which no appearance is kept; return those that cannot be looked at."""
    appearances = Appearances(library.connections)

    def one(path: str, *_: object) -> tuple[None, float]:
        try:
            file = library.look(path)
            appearance = eye.look(path)
            if library.look(path) != file:
                raise Unreadable(path, "it changed while it was looked at: ask once more")
        except OSError as error:
            raise Unreadable(path, f"it cannot be read: {error.strerror}") from error
        appearances.add(file, appearance)
        return None, 0.0

    found = each([(path, False) for path in appearances.missing(eye.key)], one, settings.jobs, watch, log)
    return tuple(item for item in found if isinstance(item, Failure))


def _proved(
    answer: Likeness, settings: SimilarSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> Likeness:
    """Return the answer with what the engine finds between the video and its neighbours: likeness is no proof. What is
    proven stands before what is merely alike."""
    # A library of someone else's may hold addresses, which are not opened.
    there = [neighbour.path for neighbour in answer.neighbours if os.path.isabs(neighbour.path)]
    failures = list(answer.failures)
    wanted = CompareSettings(query=1, jobs=settings.jobs, stream=settings.stream, stall=settings.stall)
    found = None
    while there and found is None:
        try:
            found = compare([answer.video, *there], wanted, watch, log)
        except MediaError as error:
            broken = [path for path in there if address.printable(path) == error.path]
            if not broken:
                raise
            # A neighbour that is gone, or was broken since it was looked at, costs the others no proof.
            there.remove(broken[0])
            failures.append(Failure(error.path, error.what))
    if found is None:
        return replace(answer, failures=tuple(failures))
    seconds = {found.sources[pair.files[1]].path: pair.seconds[1] for pair in found.pairs}
    proven = [
        replace(one, proven=round(seconds.get(one.path, 0.0), 3) if one.path in there else None)
        for one in answer.neighbours
    ]
    ranked = sorted(proven, key=lambda one: (not one.proven, -one.likeness))
    return replace(answer, neighbours=tuple(ranked), failures=tuple(failures), comparison=found)
