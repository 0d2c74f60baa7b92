"""An edit decision list (CMX 3600): all occurrences played one after the other, repeat by repeat.

The form is that of "CMX 3600" as editors read it today: reel AX, one video track, cuts alone; the name of the file
stands in a remark to each event. What has no timecode of its own counts from 00:00:00:00 at its first frame.
"""

from collections.abc import Iterator

from loopfind.model import Report
from loopfind.reports.grid import grid_of
from loopfind.reports.showings import showings
from loopfind.reports.wording import name


def write(report: Report) -> Iterator[str]:
    """One event an occurrence, on the grid of `grid.py`; events go on beyond 999, and hours beyond 23."""
    grid, video = grid_of(report), name(report.source.path)
    yield f"TITLE: {video}\nFCM: {'DROP FRAME' if grid.drops else 'NON-DROP FRAME'}\n"
    played = 0
    for number, showing in enumerate(showings(report), 1):
        one = showing.occurrence
        first = grid.number(one.start, one.start_frame)
        last = max(first + 1, grid.number(one.end, one.end_frame))
        codes = " ".join(map(grid.timecode, (first, last, played, played + last - first)))
        yield f"\n{number:03}  AX       V     C        {codes}\n"
        yield f"* FROM CLIP NAME: {video}\n* COMMENT: {showing.title}\n"
        played += last - first
