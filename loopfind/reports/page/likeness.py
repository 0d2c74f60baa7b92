"""The page of likeness: a map of files, and pictures of those that are alike beside one another."""

import base64
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from loopfind.model.comparison import Failure
from loopfind.model.likeness import AlikeGroup, AppearanceKey, Likeness, LikenessGroups, Neighbour
from loopfind.model.likeness_exhibits import Glance, LikenessExhibits
from loopfind.model.version import version
from loopfind.reports.formats.likeness import (
    LEAST_PROVEN,
    LIKENESS_WORDS,
    about,
    caution,
    neighbour_words,
    proven_besides,
)
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.figures import png_url
from loopfind.reports.page.likeness_views import AlikeCard, Dot, FileCard, LikenessData, LikenessPage, MomentPair
from loopfind.reports.page.limits import PAGE_LOSSES
from loopfind.reports.page.render import rendered
from loopfind.reports.page.views import Fact, LeftOut
from loopfind.reports.wording import count, cut_off, names, safe, share
from loopfind.reports.wording import name as name_of

_PAIRS, _FILES, _CARDS = 3, 60, 100
"""Pairs of moments of a file, files of a group, and groups, that a page shows."""
_WIDTH, _HEIGHT, _MARGIN = 1000, 560, 24


def write_similar(answer: Likeness, shown: LikenessExhibits, command: str) -> Iterator[str]:
    """Yield the page of files that are like one."""
    whole = AlikeGroup(answer.video, answer.neighbours)
    verb = "sounds" if answer.key.what == "sound" else "looks"
    nearest = answer.neighbours[0] if answer.neighbours else None
    summary = "The library holds no other file to compare it with."
    if nearest is not None:
        summary = f"{name_of(nearest.path)} {verb} most like it, with a likeness of {nearest.likeness:.3f}."
    facts = [
        Fact("Compared by", LIKENESS_WORDS[answer.key.way]),
        Fact("Other files of the library", f"{answer.searched:,}"),
        *_proof_fact(answer.neighbours),
    ]
    if answer.itself:
        facts.append(Fact("Left out", "the file itself, which the library holds too"))
    proven = any((one.proven or 0) >= LEAST_PROVEN for one in answer.neighbours)
    yield from _page(
        answer.key,
        name_of(answer.video),
        summary,
        proven,
        facts,
        [whole],
        shown,
        answer.failures,
        command,
        answer.video,
    )


def write_groups(answer: LikenessGroups, shown: LikenessExhibits, command: str) -> Iterator[str]:
    """Yield the page of the files of a library that are alike."""
    alike = sum(1 + len(group.others) for group in answer.groups)
    summary = f"{alike:,} of {count(answer.searched, 'file')} {'is' if alike == 1 else 'are'} alike, in "
    summary += f"{count(len(answer.groups), 'group')}." if answer.groups else "no group."
    level = f"from a likeness of {answer.level:.3f} on"
    if answer.chance is not None:
        level += f", which strangers reach for about {share(answer.chance)} of files"
    others = [one for group in answer.groups for one in group.others]
    facts = [
        Fact("Compared by", LIKENESS_WORDS[answer.key.way]),
        Fact("Called alike", level),
        Fact("Groups", f"{len(answer.groups):,}"),
        *_proof_fact(others),
    ]
    proven = any(pair.seconds >= LEAST_PROVEN for group in answer.groups for pair in group.proven or ())
    yield from _page(
        answer.key, "The whole library", summary, proven, facts, answer.groups, shown, answer.failures, command, None
    )


def _page(
    key: AppearanceKey,
    name: str,
    summary: str,
    proven: bool,
    facts: Sequence[Fact],
    groups: Sequence[AlikeGroup],
    shown: LikenessExhibits,
    failures: Sequence[Failure],
    command: str,
    video: str | None,
) -> Iterator[str]:
    called = _called(groups, shown)
    cards = tuple(_card(number, group, shown, called, video is None) for number, group in enumerate(groups[:_CARDS], 1))
    lost = list(dict.fromkeys([*failures, *shown.failures]))
    yield from rendered(
        LikenessPage(
            version=version(),
            name=name,
            summary=summary,
            seriousness="found" if proven else "unsure" if groups and groups[0].others else "nothing",
            facts=tuple(facts),
            caution=caution(key),
            findings=(),
            findings_more="",
            repeats=(),
            left_out="",
            looking="",
            noscript="Without scripts, the map does not say the name of a file under the pointer.",
            links_out=False,
            again="The same command makes this page again, on the same library.",
            command=command,
            details=tuple(_details(key)),
            data=LikenessData(),
            grouped=video is None,
            striped=any(card.strip or any(file.strip for file in card.files) for card in cards),
            dots=_dots(shown, groups, called, video),
            dots_more=cut_off(shown.more, "more file that is not on the map", "more files that are not on the map"),
            cards=cards,
            cards_more=cut_off(len(groups) - _CARDS, "more group", "more groups"),
            losses=tuple(
                LeftOut(called.get(one.path) or name_of(one.path), safe(one.what)) for one in lost[:PAGE_LOSSES]
            ),
        )
    )


def _details(key: AppearanceKey) -> Iterator[Fact]:
    yield Fact("loopfind", version())
    if key.model:
        yield Fact("Model", key.model)
    yield Fact("Track of sound" if key.what == "sound" else "Video stream", str(key.stream))


def _proof_fact(others: Sequence[Neighbour]) -> list[Fact]:
    asked = [one.proven for one in others if one.proven is not None]
    shown = sum(seconds >= LEAST_PROVEN for seconds in asked)
    return [Fact("Proven by the engine", f"{shown:,} of {len(asked):,}")] if asked else []


def _called(groups: Sequence[AlikeGroup], shown: LikenessExhibits) -> Mapping[str, str]:
    """Return a name for each path on the page: no more of its folders than tells it from the others, as a page may be
    sent on."""
    listed = [path for group in groups for path in (group.reference, *(one.path for one in group.others))]
    paths = [*dict.fromkeys([*listed, *(point.path for point in shown.points)])]
    return dict(zip(paths, names(paths), strict=True))


def _card(
    number: int, group: AlikeGroup, shown: LikenessExhibits, called: Mapping[str, str], grouped: bool
) -> AlikeCard:
    files = tuple(
        _file(number, rank, group.reference, one, shown, called) for rank, one in enumerate(group.others[:_FILES], 1)
    )
    return AlikeCard(
        id=f"group-{number}",
        colour=colour_of(number),
        name=called[group.reference],
        says=count(len(group.others), "file") + (" like it" if grouped else ", the nearest first"),
        strip=_strip(shown.looks.get(group.reference)),
        files=files,
        more=cut_off(len(group.others) - _FILES),
        proven=tuple(proven_besides(group, called)),
    )


def _file(
    group: int, rank: int, reference: str, one: Neighbour, shown: LikenessExhibits, called: Mapping[str, str]
) -> FileCard:
    here, there = shown.looks.get(reference), shown.looks.get(one.path)
    pairs = [
        MomentPair(
            _shot(here, pair.time),
            about(pair.time),
            _shot(there, pair.other),
            about(pair.other),
            f"{pair.likeness:.3f}",
        )
        for pair in one.moments[:_PAIRS]
    ]
    words = ", ".join(f"{pair.first_at} is like {pair.second_at} there" for pair in pairs)
    seen = tuple(pairs) if here is not None and there is not None else ()
    return FileCard(
        id=f"file-{group}-{rank}",
        rank=rank,
        name=called[one.path],
        likeness=f"{one.likeness:.3f}",
        says=neighbour_words(one),
        strip=_strip(there),
        pairs=seen,
        words=words,
    )


def _shot(look: Glance | None, time: float) -> str:
    """Return the picture nearest to a time as a data URL."""
    if look is None:
        return ""
    nearest = int(np.abs(look.times - time).argmin())
    return "data:image/jpeg;base64," + base64.b64encode(look.shots[nearest]).decode()


def _strip(look: Glance | None) -> str:
    """Return the dominant colours of a file over time, side by side, as a data URL."""
    return "" if look is None else png_url(np.ascontiguousarray(look.strips.transpose(1, 0, 2)))


def _dots(
    shown: LikenessExhibits, groups: Sequence[AlikeGroup], called: Mapping[str, str], video: str | None
) -> tuple[Dot, ...]:
    cards = dict[str, tuple[int, str]]()
    for number, group in enumerate(groups[:_CARDS], 1):
        cards[group.reference] = colour_of(number), f"#group-{number}"
        for rank, one in enumerate(group.others[:_FILES], 1):
            cards[one.path] = colour_of(number), f"#file-{number}-{rank}"
    found = []
    for point in shown.points:
        colour, href = cards.get(point.path, (-1, ""))
        x = _MARGIN + point.x * (_WIDTH - 2 * _MARGIN)
        y = _HEIGHT - _MARGIN - point.y * (_HEIGHT - 2 * _MARGIN)
        found.append(Dot(round(x, 1), round(y, 1), colour, called[point.path], href, point.path == video))
    return tuple(sorted(found, key=lambda dot: (dot.asked, dot.colour >= 0)))
