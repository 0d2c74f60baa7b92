"""The spots of an answer as a table of words, for the text and for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rich.cells import cell_len
from rich.text import Text

from loopfind.model.comparison import Comparison
from loopfind.model.report import Report
from loopfind.reports.spots import Airing, Spot, is_split, spots_of
from loopfind.reports.wording import clock, length, names

MOST_SPOTS = 10
"""Spots in the text at the most, unless asked for more; the format spots-csv has all."""
LEAST_SPOTS = 3
"""Spots from which on a table of them says more than the repeats do."""
HEAD = ("spot", "times", "length", "in all", "first", "last")
TO_THE_RIGHT = 4
"""Columns that end in line, from the first one on; the others begin in line."""


@dataclass(frozen=True)
class SpotRow:
    """A spot in words, in the order of HEAD. first, last: its first and its last airing. airings: where each starts."""

    number: str
    times: str
    length: str
    total: str
    first: Airing
    last: Airing
    airings: tuple[Airing, ...]

    def cells(self, called: Sequence[str]) -> tuple[str, ...]:
        """Return the cells of its row. called: names of the files, none where there is one alone."""
        return (
            self.number,
            self.times,
            self.length,
            self.total,
            *(place(one, called) for one in (self.first, self.last)),
        )


def spot_rows(answer: Report | Comparison) -> list[SpotRow]:
    """Return the spots of an answer that is like a day of broadcast: there are several, and they say more than its
    repeats do. Otherwise none."""
    spots = spots_of(answer)
    shown = [repeat for repeat in answer.repeats if repeat.kind == "repeat"]
    if len(spots) < LEAST_SPOTS or not (is_split(answer, spots) or len(shown) >= 2 * LEAST_SPOTS):
        return []
    return [_row(spot) for spot in spots]


def called_in(answer: Report | Comparison) -> list[str]:
    """Return the names of the files for a table, none where there is one file alone."""
    return names([source.path for source in answer.sources]) if isinstance(answer, Comparison) else []


def place(airing: Airing, called: Sequence[str]) -> str:
    """Return where an airing starts, with its file where there are several."""
    return f"{called[airing.file]} {clock(airing.start)}" if called else clock(airing.start)


def spot_lines(answer: Report | Comparison, width: int, most: int = MOST_SPOTS) -> Iterator[Text]:
    """Yield the table for the text, an empty line first; nothing where it would say no more than the repeats.

    width: cells of a line; columns that find no room in them are left out, the last ones first. most: spots.
    """
    rows, called = spot_rows(answer), called_in(answer)
    if not rows:
        return
    yield Text()
    yield Text("Spots", "bold")
    shown = [row.cells(called) for row in rows[:most]]
    wide = [max(map(cell_len, column)) for column in zip(HEAD, *shown, strict=True)]
    fit = [at for at, until in enumerate(accumulate(room + 2 for room in wide)) if until <= width] or [0]
    for number, cells in enumerate([HEAD, *shown]):
        line = Text(style="" if number else "dim")
        for at in fit:
            cell = Text(cells[at])
            space = " " * (wide[at] - cell.cell_len)
            line.append("  ").append_text(
                Text.assemble(space, cell) if at < TO_THE_RIGHT else Text.assemble(cell, space)
            )
        line.rstrip()
        yield line
    if len(rows) > most:
        pieces = (f"  ... and {len(rows) - most:,} more;", "  -o spots.csv lists all")
        whole = f"{pieces[0]}{pieces[1][1:]}"
        yield from (Text(line, "dim") for line in ([whole] if len(whole) <= width else pieces))


def _row(spot: Spot) -> SpotRow:
    return SpotRow(
        number=str(spot.number),
        times=f"{len(spot.airings):,}",
        length=length(spot.length),
        total=length(spot.total),
        first=spot.airings[0],
        last=spot.airings[-1],
        airings=spot.airings,
    )
