"""Rows of a table as text, CSV or JSON, written as they come."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

_MEASURED_ROWS, _MEASURED_LETTERS = 200, 1_000_000
"""Rows, and letters of them, by which the widths of columns are chosen on a terminal."""

_WIDEST_CELL = 100
"""Columns of the terminal that a cell takes at most; a longer one pushes the rest of its row aside."""

Cell = str | int | float | bytes | None


def format_rows(columns: Sequence[str], found: Iterable[Sequence[Cell]], form: str) -> Iterator[str]:
    """Yield the table as text, a row a line, as rows come.

    form: "json" for a list of objects, "csv" for commas, "text" for aligned columns on a terminal and tabs elsewhere.
    """
    if form == "json":
        return _json_objects(_distinct_names(columns), found)
    if form == "csv":
        return _csv_lines(columns, found)
    if sys.stdout is not None and sys.stdout.isatty():
        return _aligned_lines(columns, found)
    return _tabbed_lines(columns, found)


def _distinct_names(columns: Sequence[str]) -> list[str]:
    """Return a name for each column that no other has: path, path_2."""
    names: list[str] = []
    for column in columns:
        number, name = 1, column
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _cell_text(cell: Cell) -> str:
    """Return a cell as text: nothing for NULL, bytes as SQL writes them."""
    if cell is None:
        return ""
    return f"x'{cell.hex()}'" if isinstance(cell, bytes) else str(cell)


def _json_objects(names: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from loopfind.reports.formats.json import jsonable

    between = "["
    for row in found:
        values = {
            name: _cell_text(cell) if isinstance(cell, bytes) else cell for name, cell in zip(names, row, strict=True)
        }
        yield f"{between}\n {json.dumps(jsonable(values), allow_nan=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def _csv_lines(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from loopfind.reports.formats.csv import csv_row

    for row in chain([columns], found):
        yield csv_row([cell if isinstance(cell, int | float) else _cell_text(cell) for cell in row])


def _tabbed_lines(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from loopfind.reports.formats.csv import plain_cell

    for row in chain([columns], found):
        cells = (str(cell) if isinstance(cell, int | float) else plain_cell(_cell_text(cell)) for cell in row)
        yield "\t".join(cells) + "\n"


def _aligned_lines(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from rich.cells import cell_len

    from loopfind.reports.wording import safe

    coming = iter(found)
    first, letters = [[safe(column) for column in columns]], 0
    for row in islice(coming, _MEASURED_ROWS):
        first.append([safe(_cell_text(cell)) for cell in row])
        letters += sum(map(len, first[-1]))
        if letters > _MEASURED_LETTERS:
            break
    wide = [min(_WIDEST_CELL, max(cell_len(row[place]) for row in first)) for place in range(len(columns))]
    for row in chain(first, ([safe(_cell_text(cell)) for cell in row] for row in coming)):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, wide, strict=True)]
        yield "  ".join(padded).rstrip() + "\n"
