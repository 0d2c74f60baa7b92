"""Likeness within a library: the files that look like a video, by a few moments of each. What was seen is kept."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from loopfind.comparison.neighbours import Query, alike_moments, rank
from loopfind.errors import BadSetting, LibraryError
from loopfind.media.ffmpeg import address
from loopfind.model.likeness import Appearance, AppearanceKey, Likeness, Neighbour
from loopfind.model.likeness_exhibits import LikenessExhibits
from loopfind.model.video import Watch
from loopfind.pipeline.appearances import eye_of, look_at_missing
from loopfind.pipeline.cache import why_unkept
from loopfind.pipeline.likeness_exhibits import likeness_exhibits
from loopfind.pipeline.likeness_proof import proof_of, proven_first
from loopfind.pipeline.likeness_shortlist import Shortlist, shortlist_in, shortlist_of
from loopfind.pipeline.likeness_spaces import metric_of, space_of
from loopfind.settings import SimilarSettings
from loopfind.stores import schema
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library
from loopfind.stores.qdrant import open_vectors


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
    return _searched(video, library, settings, watch, log)[0]


def similar_to_show(
    video: str,
    library: str | os.PathLike[str],
    settings: SimilarSettings = SimilarSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> tuple[Likeness, LikenessExhibits]:
    """Return the same with exhibits for a page. Raises as `similar` does."""
    answer, known, asked = _searched(video, library, settings, watch, log)
    alike = [video, *(one.path for one in answer.neighbours)]
    return answer, likeness_exhibits(known, (video, asked.vectors), alike, settings, watch, log)


def _searched(
    video: str,
    library: str | os.PathLike[str],
    settings: SimilarSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> tuple[Likeness, list[tuple[str, Appearance]], Query]:
    """Return the answer, the files that were ranked, as they were, and the query as it was compared with them."""
    if settings.nearest < 1:
        raise BadSetting("the number of neighbours", settings.nearest, "it takes 1 or more")
    eye = eye_of(settings)
    with open_library(library, make=False) as held:
        query = eye.query(video)
        failures = look_at_missing(held, library, eye, settings, watch, log)
        where = address.resolve(video)
        own = b"" if why_unkept(where) else held.look(where.name).digest
        table = Appearances(held.connections)
        metric = metric_of(held.connections, settings.by, eye.key)
        # What is kept for a shortlist is of the network's own vectors.
        learned = settings.by == "bag" or metric is not None
        few = _few(table, eye.key, query, own, settings, learned)
        every = table.held(eye.key) if few is None else few.files
        known = [(os.fsdecode(file.path), one) for file, one in every if file.digest != own]
        searched, itself = (len(known), len(known) < len(every)) if few is None else (few.searched, few.itself)
        if known and known[0][1].vectors.shape[1] != query.vectors.shape[1]:
            raise LibraryError(held.shown, schema.DAMAGED)
        space = space_of(
            held.connections, held.shown, settings.by, eye.key, [one for _, one in known], metric, eye.centre
        )
    asked = space.asked(query)
    scores, chances = rank(asked, space.ranked)
    chances = chances if few is None else few.chances
    neighbours = tuple(
        Neighbour(
            known[number][0],
            round(float(scores[number]), 4),
            None if chances is None else round(float(chances[number]), 4),
            alike_moments(space.named(query), space.seen[number]),
        )
        for number in np.argsort(-scores, kind="stable")[: settings.nearest]
    )
    answer = Likeness(video, space.key, neighbours, searched, itself, failures)
    if settings.prove and neighbours:
        answer = _proved(answer, settings, watch, log)
    return answer, [(path, one) for (path, _), one in zip(known, space.ranked, strict=True)], asked


def _few(
    table: Appearances, key: AppearanceKey, query: Query, own: bytes, settings: SimilarSettings, learned: bool
) -> Shortlist | None:
    """Return the files that are ranked, None for all of them. own: digest of the video itself. learned: whether they
    are compared by what the library has learned, which is in no collection."""
    if not settings.vectors:
        return None if learned else shortlist_of(table, key, query, own, settings.nearest)
    if learned:
        why = "the library compares by what it has learned, which is in no collection: leave one of the two out"
        raise BadSetting("--vectors", settings.by, why)
    with open_vectors(settings.vectors, key) as vectors:
        return shortlist_in(vectors, table, key, query, own, settings.nearest)


def _proved(
    answer: Likeness, settings: SimilarSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> Likeness:
    """Return the answer with what the engine finds between the video and its neighbours: likeness is no proof. What is
    proven stands before what is merely alike."""
    proof = proof_of([one.path for one in answer.neighbours], answer.video, settings, watch, log)
    seconds = dict.fromkeys(proof.files, 0.0) | {pair.other: pair.seconds for pair in proof.pairs}
    failures = (*answer.failures, *proof.failures)
    ranked = proven_first(answer.neighbours, seconds)
    return replace(answer, neighbours=ranked, failures=failures, comparison=proof.comparison)
