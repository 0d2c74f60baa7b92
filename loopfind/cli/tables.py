"""Rows of a table as text, CSV or JSON, written as they come."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

_LOOKED_AT = 200
"""Rows that the columns of a table on a terminal are made to fit."""

_WIDEST = 100

Cell = str | int | float | bytes | None


def written(columns: Sequence[str], found: Iterable[Sequence[Cell]], form: str) -> Iterator[str]:
    """A row a line. form: "json" is a list of objects, "csv" has commas, "text" is for people on a terminal, and
    anywhere else has tabs."""
    if form == "json":
        return _objects(_distinct(columns), found)
    if form == "csv":
        return _commas(columns, found)
    if sys.stdout is not None and sys.stdout.isatty():
        return _aligned(columns, found)
    return _tabs(columns, found)


def _distinct(columns: Sequence[str]) -> list[str]:
    """Names for the values of an object, where a name may come twice: path, path_2."""
    names: list[str] = []
    for column in columns:
        number, name = 1, column
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _plain(cell: Cell) -> str:
    """A cell in words: nothing for NULL, bytes as SQL writes them."""
    if cell is None:
        return ""
    return f"x'{cell.hex()}'" if isinstance(cell, bytes) else str(cell)


def _objects(names: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from loopfind.reports.formats.json import plain

    between = "["
    for row in found:
        values = {
            name: _plain(cell) if isinstance(cell, bytes) else cell for name, cell in zip(names, row, strict=True)
        }
        yield f"{between}\n {json.dumps(plain(values), allow_nan=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def _commas(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in chain([columns], found):
        writer.writerow([_plain(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _tabs(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from loopfind.reports.wording import safe

    for row in chain([columns], found):
        yield "\t".join(safe(_plain(cell)) for cell in row) + "\n"


def _aligned(columns: Sequence[str], found: Iterable[Sequence[Cell]]) -> Iterator[str]:
    from rich.cells import cell_len

    from loopfind.reports.wording import safe

    coming = iter(found)
    first = [[safe(_plain(cell)) for cell in row] for row in chain([columns], islice(coming, _LOOKED_AT))]
    wide = [min(_WIDEST, max(cell_len(row[place]) for row in first)) for place in range(len(columns))]
    for row in chain(first, ([safe(_plain(cell)) for cell in row] for row in coming)):
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, wide, strict=True)]
        yield "  ".join(padded).rstrip() + "\n"
