"""An edit decision list (CMX 3600): all occurrences played one after the other, repeat by repeat.

The form is that of "CMX 3600" as editors read it today: reel AX, one video track, cuts alone; the name of the file
stands in a remark to each event. What has no timecode of its own counts from 00:00:00:00 at its first frame.
"""

from collections.abc import Iterable, Iterator

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.formats.timecode import Grid, common, grid_of, grids_of
from loopfind.reports.rows import OccurrenceRow, occurrence_rows
from loopfind.reports.wording import name, safe


def write(report: Report) -> Iterator[str]:
    """Yield an event for each occurrence, on the grid of `timecode.py`. Events go on past 999, and hours past 23."""
    grid = grid_of(report).in_timecode()
    yield from _list(name(report.source.path), grid, occurrence_rows(report), [grid], [report.source.path])


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield the same for several files, each event with its own. The list has the rate of the fastest file; an instant
    of a file at another rate is the nearest one at this rate."""
    grids, paths = [grid.in_timecode() for grid in grids_of(comparison)], [source.path for source in comparison.sources]
    yield from _list(f"{len(paths)} files compared", common(grids), occurrence_rows(comparison), grids, paths)


def _list(title: str, grid: Grid, shown: Iterable[OccurrenceRow], grids: list[Grid], paths: list[str]) -> Iterator[str]:
    yield f"TITLE: {title}\nFCM: {'DROP FRAME' if grid.drops else 'NON-DROP FRAME'}\n"
    said = ""
    if grid.part_of is not None:
        said = f"{float(grid.part_of):g} frames a second, counted at {float(grid.rate):g}: timecode holds no more"
    played = 0
    for number, row in enumerate(shown, 1):
        one = row.occurrence
        path, own = paths[one.file or 0], grids[one.file or 0]
        place = own if own.rate == grid.rate else grid
        first = place.number(one.start, one.start_frame)
        last = max(first + 1, place.number(one.end, one.end_frame))
        codes = " ".join(map(grid.timecode, (first, last, played, played + last - first)))
        yield f"\n{number:03}  AX       V     C        {codes}\n* FROM CLIP NAME: {name(path)}\n"
        if len(paths) > 1:
            yield f"* SOURCE FILE: {safe(path)}\n"
        yield f"* COMMENT: {row.title}\n"
        if number == 1 and said:
            yield f"* COMMENT: {said}\n"
        played += last - first
