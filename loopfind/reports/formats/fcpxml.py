"""A Final Cut Pro project (FCPXML 1.8): the whole video as one clip, a keyword over each occurrence, a marker at each
start and at each cut. Of several files it has each occurrence as a clip of its own file, one after another.

The form is that of "FCPXML Reference" by Apple; times are whole frames of the grid, as fractions of a second.
"""

from collections.abc import Iterator
from fractions import Fraction
from xml.sax.saxutils import quoteattr

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.model.video import Source
from loopfind.reports.formats.timecode import Grid, common, grid_of, grids_of
from loopfind.reports.links import address
from loopfind.reports.rows import OccurrenceRow, occurrence_rows, rows_in_time
from loopfind.reports.wording import name, title

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.8">\n  <resources>\n'
_CLIP_ENDS = "            </asset-clip>\n"
_FOOT = "          </spine>\n        </sequence>\n      </project>\n    </event>\n  </library>\n</fcpxml>\n"


def write(report: Report) -> Iterator[str]:
    """Yield the document, a line for each element."""
    grid, source = grid_of(report), report.source
    length = max(1, grid.nearest((report.settings.start or 0.0) + source.duration))
    yield _HEAD + _format(1, grid, source) + _asset(2, 1, source, _time(grid, length))
    yield from _opening(name(source.path), grid, length)
    yield _clip(2, source, grid, 0, Fraction(0), length)
    for row in rows_in_time(report):
        yield from _marked(row, grid)
    yield from _cuts(report, grid)
    yield _CLIP_ENDS + _FOOT


def write_several(comparison: Comparison) -> Iterator[str]:
    """Yield every occurrence as a clip, repeat by repeat, with its exact span as a keyword in it. The sequence has the
    rate of the fastest file; a clip starts at a frame of its own file and lasts whole frames of the sequence."""
    grids, sources = grids_of(comparison), comparison.sources
    grid = common(grids) if grids else Grid(Fraction(25), False, 0)
    largest = max(sources, key=lambda source: source.width * source.height, default=Source("", 0.0, 0, 0.0, 0, 0))
    yield _HEAD + _format(1, grid, largest)
    for number, (own, source) in enumerate(zip(grids, sources, strict=True)):
        ends = [
            own.number(one.end, one.end_frame)
            for repeat in comparison.repeats
            for one in repeat.occurrences
            if one.file == number
        ]
        length = max([1, own.nearest(source.duration), *ends])
        yield _format(2 + 2 * number, own, source)
        yield _asset(3 + 2 * number, 2 + 2 * number, source, _time(own, length))
    lengths = [max(1, grid.nearest(one.occurrence.end - one.occurrence.start)) for one in occurrence_rows(comparison)]
    yield from _opening(f"{len(sources)} files compared", grid, max(1, sum(lengths)))
    played = 0
    for row, length in zip(occurrence_rows(comparison), lengths, strict=True):
        one, number = row.occurrence, row.occurrence.file or 0
        start = Fraction(grids[number].number(one.start, one.start_frame)) / grids[number].rate
        yield _clip(3 + 2 * number, sources[number], grid, played, start, length)
        yield from _marked(row, grids[number])
        yield _CLIP_ENDS
        played += length
    yield _FOOT


def _format(number: int, grid: Grid, source: Source) -> str:
    size = f' width="{source.width}" height="{source.height}"' if source.width and source.height else ""
    return f'    <format id="r{number}" frameDuration="{_time(grid, 1)}"{size}/>\n'


def _asset(number: int, form: int, source: Source, whole: str) -> str:
    video, place = quoteattr(name(source.path)), quoteattr(address(source.path))
    about = f'start="0s" duration="{whole}" hasVideo="1" format="r{form}"'
    return f'    <asset id="r{number}" name={video} src={place} {about}/>\n'


def _opening(title: str, grid: Grid, length: int) -> Iterator[str]:
    yield f'  </resources>\n  <library>\n    <event name="loopfind">\n      <project name={quoteattr(title)}>\n'
    yield f'        <sequence format="r1" duration="{_time(grid, length)}" tcStart="0s" {_timecode_format(grid)}>\n'
    yield "          <spine>\n"


def _clip(number: int, source: Source, grid: Grid, offset: int, start: Fraction, length: int) -> str:
    video, times = quoteattr(name(source.path)), f'start="{start}s" duration="{_time(grid, length)}"'
    place = f'offset="{_time(grid, offset)}" {times} {_timecode_format(grid)}'
    return f'            <asset-clip ref="r{number}" name={video} {place}>\n'


def _marked(row: OccurrenceRow, grid: Grid) -> Iterator[str]:
    """Yield the keyword over an occurrence and the marker at its start."""
    repeat, one = row.repeat, row.occurrence
    first = grid.number(one.start, one.start_frame)
    length = max(1, grid.number(one.end, one.end_frame) - first)
    note = quoteattr(title(repeat))
    yield _mark("keyword", grid, first, length, f"{repeat.kind.capitalize()} {repeat.id}", note)
    yield _mark("marker", grid, first, 1, row.title, note)


def _cuts(report: Report, grid: Grid) -> Iterator[str]:
    for number, cut in enumerate(report.cuts, 1):
        at = grid.number(cut.time, cut.frame)
        yield _mark("marker", grid, at, 1, f"Suspect cut {number} ({cut.kind})", '""')


def _mark(element: str, grid: Grid, first: int, length: int, value: str, note: str) -> str:
    times = f'start="{_time(grid, first)}" duration="{_time(grid, length)}"'
    return f"              <{element} {times} value={quoteattr(value)} note={note}/>\n"


def _timecode_format(grid: Grid) -> str:
    return f'tcFormat="{"DF" if grid.drops else "NDF"}"'


def _time(grid: Grid, frames: int) -> str:
    """Return a number of frames as seconds: 1001/30000s, or 5s where they are whole."""
    return f"{Fraction(frames) / grid.rate}s"
