"""Groups within a library: the files that look alike, by a few moments of each. What was seen is kept."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from loopfind.comparison.likeness_groups import Star, Strangers, nearest_files, stars, strangers_of
from loopfind.comparison.likeness_parameters import FEWEST_FILES
from loopfind.comparison.neighbours import alike_moments, query_of
from loopfind.errors import BadSetting, TooFewFiles
from loopfind.model.likeness import AlikeGroup, Appearance, LikenessGroups, Neighbour
from loopfind.model.likeness_exhibits import LikenessExhibits
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.appearances import eye_of, look_at_missing
from loopfind.pipeline.likeness_exhibits import likeness_exhibits
from loopfind.pipeline.likeness_proof import proof_of, proven_first
from loopfind.pipeline.likeness_spaces import metric_of, space_of
from loopfind.settings import GroupSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library

_MOST_PROVED, _MOST_TOGETHER = 200, 50
"""Files that the engine compares at the most, and of one group; those of the largest groups."""
SHOWN_FILES = 120
"""Files of which a page has pictures, those of the largest groups."""
_LEAST_CHANCE = 1e-4
"""Chance below which a library says nothing: it has too few pairs."""


def groups(
    library: str | os.PathLike[str],
    settings: GroupSettings = GroupSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> LikenessGroups:
    """Return the files of a library that look alike, in groups. Files that were not looked at in this way before are,
    and what is seen is kept.

    Raises BadSetting, MissingExtra and LibraryError.
    """
    return _grouped(library, settings, watch, log)[0]


def groups_to_show(
    library: str | os.PathLike[str],
    settings: GroupSettings = GroupSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> tuple[LikenessGroups, LikenessExhibits]:
    """Return the same with exhibits for a page. Raises as `groups` does."""
    answer, known = _grouped(library, settings, watch, log)
    alike = [path for group in answer.groups for path in (group.reference, *(one.path for one in group.others))]
    return answer, likeness_exhibits(known, None, alike[:SHOWN_FILES], settings, watch, log)


def _grouped(
    library: str | os.PathLike[str], settings: GroupSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[LikenessGroups, list[tuple[str, Appearance]]]:
    """Return the answer, and the files as they were compared."""
    if not 0 < settings.chance <= 0.5:
        raise BadSetting("the chance of a stranger", settings.chance, "it takes a share above 0, up to 0.5")
    if settings.level is not None and not 0 < settings.level <= 1:
        raise BadSetting("the level", settings.level, "it takes a likeness above 0, up to 1")
    eye = eye_of(settings)
    with open_library(library, make=False) as held:
        failures = look_at_missing(held, library, eye, settings, watch, log)
        every = Appearances(held.connections).held(eye.key)
        shown = held.shown
        metric = metric_of(held.connections, settings.by, eye.key)
        # With their centre taken from vectors more strangers lie together than were asked for.
        space = space_of(held.connections, shown, settings.by, eye.key, [one for _, one in every], metric, None)
    names = [os.fsdecode(file.path) for file, _ in every]
    if settings.level is None and len(every) < FEWEST_FILES:
        held_files = "1 file" if len(every) == 1 else f"{len(every)} files"
        what = f"it holds {held_files} to compare, and {FEWEST_FILES} are the fewest that show how alike strangers are"
        raise TooFewFiles(shown, what, ", or say from where on files are alike, such as --level 0.9")
    nearest = nearest_files(space.ranked, None if watch is None else _compared(watch, len(every)))
    strangers = strangers_of(nearest, settings.chance) if len(every) >= FEWEST_FILES else None
    level = settings.level if strangers is None or settings.level is not None else strangers.level(settings.chance)
    assert level is not None
    found = tuple(_group(star, names, space.seen, strangers) for star in stars(nearest, level))
    chance = None if settings.level is not None else settings.chance
    answer = LikenessGroups(space.key, found, len(every), round(level, 4), chance, failures)
    if settings.prove:
        answer = _proved(answer, settings, watch, log)
    return answer, list(zip(names, space.ranked, strict=True))


def _compared(watch: Watch, count: int) -> Callable[[int], None]:
    def seen(done: int) -> None:
        watch(Progress(f"compared {done} of {count}", 0, 0.0, None, share=done / count))

    return seen


def _group(
    star: Star, names: Sequence[str], appearances: Sequence[Appearance], strangers: Strangers | None
) -> AlikeGroup:
    """Return a star with what is alike in its files."""
    query, others = query_of(appearances[star.centre]), []
    for number, likeness in star.others:
        chance = None if strangers is None else _chance(strangers, likeness)
        moments = alike_moments(query, appearances[number])
        others.append(Neighbour(names[number], round(likeness, 4), chance, moments))
    return AlikeGroup(names[star.centre], tuple(others))


def _chance(strangers: Strangers, likeness: float) -> float:
    return round(max(_LEAST_CHANCE, float(strangers.chance(np.array(likeness)))), 4)


def _proved(
    answer: LikenessGroups, settings: GroupSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> LikenessGroups:
    """Return the answer with what the engine finds between the files of its groups: likeness is no proof."""
    failures, found, left = list(answer.failures), list[AlikeGroup](), _MOST_PROVED
    for group in answer.groups:
        asked = [group.reference, *(one.path for one in group.others)][: min(left, _MOST_TOGETHER)]
        left -= len(asked)
        proof = proof_of(asked, None, settings, watch, log)
        failures += proof.failures
        seconds = dict.fromkeys(proof.files, 0.0) if group.reference in proof.files else {}
        seconds |= {pair.other: pair.seconds for pair in proof.pairs if pair.path == group.reference}
        pairs = sorted(proof.pairs, key=lambda pair: -pair.seconds)
        found.append(replace(group, others=proven_first(group.others, seconds), proven=tuple(pairs)))
    return replace(answer, groups=tuple(found), failures=tuple(dict.fromkeys(failures)))
