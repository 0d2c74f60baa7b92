"""The timeline of a report as a row of marks, and its repeats as rows of a table."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from loopfind.model.report import Repeat, Report
from loopfind.reports.lines import LABEL, NARROW, fact, moment, words, wrapped
from loopfind.reports.links import Link
from loopfind.reports.wording import (
    also,
    changes,
    clock,
    confidence_in_words,
    length,
    noted,
    part_of_picture,
    showings,
    sound_in_words,
)

STYLES = {"repeat": "red", "loop": "magenta", "still": "cyan"}
"""Kind of a repeat -> its colour, on the bar and in the table."""

_NOTHING, _UNJUDGED, _LATER = ".-+"
_HEADS = ("", "kind", "what is shown", "first at", "last at", "confidence")
_NUMBER, _FIRST, _LAST = 0, 3, 4


def timeline_bar(report: Report, width: int) -> Iterator[Text]:
    """Yield the timeline as marks of equal length with the number of the repeat that is shown, and what they mean."""
    marks = width - 2 if width < NARROW else width - LABEL - 2
    begin = report.settings.start or 0.0
    end = max([begin + report.source.duration, *(one.end for r in report.repeats for one in r.occurrences)])
    seconds = max(end - begin, 1e-9) / marks
    bar = [(_NOTHING, "dim")] * marks

    def paint(start: float, stop: float, mark: str, style: str) -> None:
        first = min(max(0, int((start - begin) / seconds)), marks - 1)
        last = min(max(first + 1, round((stop - begin) / seconds)), marks)
        bar[first:last] = [(mark, style)] * (last - first)

    unjudged = report.unjudged if not report.is_of_sound or report.sound is None else report.sound.unjudged
    for piece in unjudged:
        paint(piece.start, piece.end, _UNJUDGED, "dim")
    for repeat in reversed(report.repeats):  # the first ones are painted last, and so are seen
        mark = str(repeat.id) if repeat.id < 10 else _LATER
        for one in repeat.occurrences:
            paint(one.start, one.end, mark, f"bold {STYLES[repeat.kind]} reverse")
    pieces = [(mark * len([*same]), style) for (mark, style), same in groupby(bar)]
    yield from fact("Timeline", [Text.assemble(*pieces)], width)
    seen = {mark for mark, _ in bar}
    meaning = [f"{clock(begin)} to {clock(end)}, {length(round(seconds, 1 if seconds >= 1 else 3))} a mark"]
    meaning += ["- could not be judged"] * (_UNJUDGED in seen) + ["+ a repeat from 10 on"] * (_LATER in seen)
    yield from fact("", words("; ".join(meaning), "dim"), width)


def repeat_rows(repeats: Sequence[Repeat], width: int, link: Link, hyperlinks: bool, addresses: bool) -> Iterator[Text]:
    """Yield a row for each repeat, and below it what is unusual about it.

    hyperlinks: a time is itself a link. addresses: the addresses of both times are written below the row.
    """
    rows = [_cells(repeat, link if hyperlinks else lambda seconds: "") for repeat in repeats]
    wide = [max(len(head), *(row[at].cell_len for row in rows)) for at, head in enumerate(_HEADS)]
    margin = " " * (wide[_NUMBER] + 4)
    aligned = 2 * len(wide) + sum(wide) <= width
    if aligned:
        heads = "".join(f"  {head:<{width}}" for head, width in zip(_HEADS, wide, strict=True))
        yield Text(heads.rstrip(), "dim")
    for repeat, row in zip(repeats, rows, strict=True):
        row[_NUMBER].pad_left(wide[_NUMBER] - row[_NUMBER].cell_len)
        if aligned:
            for cell, to in zip(row[1:], wide[1:], strict=True):
                cell.pad_right(to - cell.cell_len)
        else:
            row[_FIRST], row[_LAST] = (
                Text("first at ").append_text(row[_FIRST]),
                Text("last at ").append_text(row[_LAST]),
            )
        yield from wrapped(filter(None, row), width, "  ", margin, "  ")
        if unusual := _unusual(repeat):
            yield from wrapped(words(unusual, "yellow"), width, margin, margin)
        if addresses:
            places = (repeat.occurrences[0].start, repeat.occurrences[-1].start)
            yield from wrapped([Text(link(place)) for place in places if link(place)], width, margin, margin, "  ")


def _cells(repeat: Repeat, link: Link) -> list[Text]:
    first, last = repeat.occurrences[0].start, repeat.occurrences[-1].start
    return [
        Text(str(repeat.id), "bold"),
        Text(repeat.kind, f"bold {STYLES[repeat.kind]}"),
        Text(showings(repeat)),
        moment(first, link(first)),
        moment(last, link(last)),
        Text(confidence_in_words(repeat)),
    ]


def _unusual(repeat: Repeat) -> str:
    """Return what sets a repeat apart from a plain copy with its sound, in words; "" for nothing."""
    changed = [", ".join(changes(one)) for one in repeat.occurrences]
    notes, copies = [], len(changed) - 1
    for change in dict.fromkeys(filter(None, changed)):
        often = changed.count(change)
        notes.append(change if often >= copies else f"{often:,} of {len(changed):,} {change}")
    if part := part_of_picture(repeat):
        notes.append(f"in {part}")
    if repeat.sound in ("apart", "runs on"):
        notes.append(sound_in_words(repeat))
    return "; ".join([*notes, *also(repeat), *noted(repeat)])
