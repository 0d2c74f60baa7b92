"""A Final Cut Pro project (FCPXML 1.8): the whole video as one clip, a keyword over each occurrence, a marker at each
start and at each cut.

The form is that of "FCPXML Reference" by Apple; times are whole frames of the grid, as fractions of a second.
"""

from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from loopfind.model import Report
from loopfind.reports.grid import Grid, grid_of
from loopfind.reports.links import address
from loopfind.reports.showings import in_time
from loopfind.reports.wording import name, title


def write(report: Report) -> Iterator[str]:
    """The document, one line an element."""
    grid, source = grid_of(report), report.source
    video, place = quoteattr(name(source.path)), quoteattr(address(source.path))
    length = max(1, grid.nearest((report.settings.start or 0.0) + source.duration))
    size = f' width="{source.width}" height="{source.height}"' if source.width and source.height else ""
    whole, clock = _time(grid, length), f'tcFormat="{"DF" if grid.drops else "NDF"}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.8">\n  <resources>\n'
    yield f'    <format id="r1" frameDuration="{_time(grid, 1)}"{size}/>\n'
    yield f'    <asset id="r2" name={video} src={place} start="0s" duration="{whole}" hasVideo="1" format="r1"/>\n'
    yield f'  </resources>\n  <library>\n    <event name="loopfind">\n      <project name={video}>\n'
    yield f'        <sequence format="r1" duration="{whole}" tcStart="0s" {clock}>\n          <spine>\n'
    yield f'            <asset-clip ref="r2" name={video} offset="0s" start="0s" duration="{whole}" {clock}>\n'
    yield from _marks(report, grid)
    yield "            </asset-clip>\n          </spine>\n        </sequence>\n"
    yield "      </project>\n    </event>\n  </library>\n</fcpxml>\n"


def _marks(report: Report, grid: Grid) -> Iterator[str]:
    for showing in in_time(report):
        repeat, one = showing.repeat, showing.occurrence
        first = grid.number(one.start, one.start_frame)
        length = max(1, grid.number(one.end, one.end_frame) - first)
        note = quoteattr(title(repeat))
        yield _mark("keyword", grid, first, length, f"{repeat.kind.capitalize()} {repeat.id}", note)
        yield _mark("marker", grid, first, 1, showing.title, note)
    for number, cut in enumerate(report.cuts, 1):
        at = grid.number(cut.time, cut.frame)
        yield _mark("marker", grid, at, 1, f"Suspect cut {number} ({cut.kind})", '""')


def _mark(element: str, grid: Grid, first: int, length: int, value: str, note: str) -> str:
    times = f'start="{_time(grid, first)}" duration="{_time(grid, length)}"'
    return f"              <{element} {times} value={quoteattr(value)} note={note}/>\n"


def _time(grid: Grid, frames: int) -> str:
    """A number of frames as seconds: 1001/30000s, or 5s where they are whole."""
    return f"{Fraction(frames) / grid.rate}s"
