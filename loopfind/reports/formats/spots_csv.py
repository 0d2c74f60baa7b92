"""Every spot as a row of a table with commas: how often it was aired, and when."""

from collections.abc import Iterator, Sequence

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.formats.csv import csv_row
from loopfind.reports.links import Link, linker
from loopfind.reports.spots import Spot, spots_of
from loopfind.reports.wording import names

SPOT_COLUMNS = ("spot", "count", "length", "total", "first", "last", "of", "repeats", "airings", "link")
SPOT_FILE_COLUMNS = ("files", "first_file", "last_file")
"""Further columns of a comparison: how many files show the spot, and those of its first and its last airing."""


def write(report: Report) -> Iterator[str]:
    """Yield a head and a row for each spot. Times are seconds; airings are their starts, parted by "; "; repeats are
    ids, parted by spaces; the link is to the first airing."""
    link = linker(report.settings.link, report.source.path)
    yield csv_row(SPOT_COLUMNS)
    for spot in spots_of(report):
        yield csv_row(_cells(spot, [link], None))


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield the same for several files, the name of its file before each airing."""
    paths = [source.path for source in comparison.sources]
    links, called = [linker("", path) for path in paths], names(paths)
    yield csv_row((*SPOT_COLUMNS, *SPOT_FILE_COLUMNS))
    for spot in spots_of(comparison):
        files = [one.file for one in spot.airings]
        yield csv_row((*_cells(spot, links, called), len(set(files)), paths[files[0]], paths[files[-1]]))


def _cells(spot: Spot, links: Sequence[Link], called: Sequence[str] | None) -> tuple[object, ...]:
    """Return the cells of a spot. called: names of the files, None for a single one."""
    first, last = spot.airings[0], spot.airings[-1]
    starts = [_rounded(one.start) for one in spot.airings]
    if called is None:
        airings = "; ".join(map(str, starts))
    else:
        airings = "; ".join(f"{called[one.file]} {start}" for one, start in zip(spot.airings, starts, strict=True))
    return (
        spot.number,
        len(spot.airings),
        _rounded(spot.length),
        _rounded(spot.total),
        _rounded(first.start),
        _rounded(last.start),
        "sound" if spot.sound else "picture",
        " ".join(map(str, spot.repeats)),
        airings,
        links[first.file](first.start),
    )


def _rounded(seconds: float) -> float:
    """Return seconds to the microsecond: sums and differences leave less than that."""
    return round(seconds, 6)
