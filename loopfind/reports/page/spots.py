"""Spots on a page: a table of what was shown more than once, each with all its airings."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.links import Link
from loopfind.reports.page.limits import PAGE_AIRINGS, PAGE_SPOTS
from loopfind.reports.page.views import Anchor
from loopfind.reports.spot_table import called_in, place, spot_rows


@dataclass(frozen=True)
class SpotLine:
    """A spot: its number, how often it was aired, how long it is and that in all, and all its airings."""

    number: str
    times: str
    length: str
    total: str
    first: Anchor
    last: Anchor
    airings: tuple[Anchor, ...]
    more: str


@dataclass(frozen=True)
class SpotsView:
    """The table of spots. more: how many are left out, in words."""

    rows: tuple[SpotLine, ...]
    more: str


def spots_view(answer: Report | Comparison, links: Sequence[Link]) -> SpotsView:
    """Return the table of spots, without rows where the repeats say as much. links: of each file."""
    rows, called = spot_rows(answer), called_in(answer)
    return SpotsView(
        rows=tuple(
            SpotLine(
                number=row.number,
                times=row.times,
                length=row.length,
                total=row.total,
                first=Anchor(place(row.first, called), links[row.first.file](row.first.start)),
                last=Anchor(place(row.last, called), links[row.last.file](row.last.start)),
                airings=tuple(
                    Anchor(place(one, called), links[one.file](one.start)) for one in row.airings[:PAGE_AIRINGS]
                ),
                more=_more(len(row.airings) - PAGE_AIRINGS),
            )
            for row in rows[:PAGE_SPOTS]
        ),
        more=_more(len(rows) - PAGE_SPOTS),
    )


def _more(number: int) -> str:
    """Return the note on what is left out, "" for nothing."""
    return f"and {number:,} more; -o spots.csv lists all" if number > 0 else ""
