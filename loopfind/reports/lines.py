"""Styled lines that are built from pieces, never from markup, so that nothing in a file name is taken for a style."""

import re
from collections.abc import Iterable, Iterator

from rich.style import Style
from rich.text import Text

from loopfind.reports.wording import clock, safe

LABEL = 12
"""Width of the column of labels, in cells."""
NARROW = 60
"""Below this width the labels stand above their values."""


_WORD = re.compile(r"\d[\d.,]* (?:ms|s|min|h)\b\S*|\S+")
"""A word; a number stays with its unit."""


def words(text: str, style: str = "") -> list[Text]:
    """Return the words of a text as pieces."""
    return [Text(word, style) for word in _WORD.findall(safe(text))]


def wrapped(
    pieces: Iterable[Text], width: int, first: str | Text = "", margin: str = "", gap: str = " "
) -> Iterator[Text]:
    """Yield lines of as many pieces as fit: `first` begins the first line, `margin` the others. No piece is broken."""
    line, fresh = Text.assemble(first), True
    for piece in pieces:
        if not fresh and line.cell_len + len(gap) + piece.cell_len > width:
            yield line
            line, fresh = Text(margin), True
        line.append("" if fresh else gap).append_text(piece)
        fresh = False
    yield line


def fact(label: str, pieces: Iterable[Text], width: int) -> Iterator[Text]:
    """Yield a label and its value: side by side, or one above the other where there is little room."""
    if width >= NARROW:
        margin = " " * (LABEL + 2)
        yield from wrapped(pieces, width, Text(f"{label:<{LABEL}}  ", "cyan"), margin)
        return
    if label:
        yield Text(label, "cyan")
    yield from wrapped(pieces, width, "  ", "  ")


def moment(seconds: float, address: str = "") -> Text:
    """Return a time, as a hyperlink where there is an address."""
    return Text(clock(seconds), Style(underline=True, link=address) if address else "")
