"""Coverage on a page: what would have been found, and what could not be judged."""

from dataclasses import dataclass

from loopfind.model.report import Report
from loopfind.reports.page.limits import PAGE_GAPS
from loopfind.reports.rows import unjudged_but_lost
from loopfind.reports.wording import (
    LEAP,
    WHY,
    clock,
    count,
    cut_off,
    found_mostly,
    promise_in_words,
    safe,
    share,
)

MAP_WIDTH = 240  # pixels


@dataclass(frozen=True)
class MapCell:
    """A cell of the picture. share: of the time in which a repeat would have shown in it."""

    x: int
    y: int
    share: float


@dataclass(frozen=True)
class CoverageMap:
    """A map of the picture: where a repeat would have shown.

    columns, rows: of cells. width, height: pixels of the page. cells: those in which one would have shown.
    """

    columns: int
    rows: int
    width: int
    height: int
    cells: tuple[MapCell, ...]


@dataclass(frozen=True)
class Gap:
    """A stretch of the timeline, and what is said of it: why it could not be judged, or what would have shown."""

    span: str
    why: str


@dataclass(frozen=True)
class JudgedView:
    """How much of a video could be judged. words: in a sentence or two. promises: what would have been found, stretch
    by stretch. gaps: what could not be judged; count: how many these are; more: how many of them are left out."""

    words: str
    map: CoverageMap | None
    promises: tuple[Gap, ...]
    gaps: tuple[Gap, ...]
    count: str
    more: str


def judged_view(report: Report) -> JudgedView:
    """Return what a page says of the coverage of a report."""
    number = len(gaps_of(report))
    return JudgedView(
        words=_words(report),
        map=_coverage_map(report),
        promises=_promises(report),
        gaps=_gap_words(report),
        count=count(number, "stretch", "stretches"),
        more=cut_off(number - PAGE_GAPS),
    )


def _words(report: Report) -> str:
    verdict = report.verdict
    if verdict.coverage == 0:
        return "None of this video could be judged: nothing moves in it for long enough."
    found = "a plain repeat would have been found if it is long and unlike enough, but how long it must be is not known"
    if verdict.shortest_findable is not None:
        found = f"a plain repeat {found_mostly(verdict.shortest_findable)}"
    if verdict.coverage >= 1:
        where = "nearly everywhere" if len(report.findable) > 1 else "everywhere"
        return f"Nothing was left out: {where} in the video {found}."
    return (
        f"{share(1 - verdict.coverage)} of the video could not be judged: where nothing moves, or the picture is blank "
        f"or lost, no one can tell a replay from a still view. In the rest, {found}."
    )


def _coverage_map(report: Report) -> CoverageMap | None:
    rows = report.coverage_map
    if not rows:
        return None
    source = report.source
    height = round(MAP_WIDTH * source.height / source.width) if source.width and source.height else MAP_WIDTH
    cells = tuple(MapCell(x, y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell > 0)
    return CoverageMap(len(rows[0]), len(rows), MAP_WIDTH, height, cells)


def _promises(report: Report) -> tuple[Gap, ...]:
    if len(report.findable) < 2:
        return ()
    return tuple(Gap(f"{clock(one.start)} - {clock(one.end)}", promise_in_words(one)) for one in report.findable)


def gaps_of(report: Report) -> list[tuple[float, float, str]]:
    """Return what could not be judged: start, end, reason."""
    gaps = [(piece.start, piece.end, str(piece.why)) for piece in unjudged_but_lost(report)]
    return gaps + [(loss.start, loss.end, "lost") for loss in report.losses]


def _gap_words(report: Report) -> tuple[Gap, ...]:
    found = [(piece.start, piece.end, WHY.get(piece.why, piece.why)) for piece in unjudged_but_lost(report)]
    found += [(loss.start, loss.end, f"{WHY['lost']}: {safe(loss.what)}") for loss in report.losses]
    found += [(leap.start, leap.end, LEAP) for leap in report.leaps]
    return tuple(Gap(f"{clock(start)} - {clock(end)}", why) for start, end, why in sorted(found)[:PAGE_GAPS])
