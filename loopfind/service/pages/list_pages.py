"""Lists in pages of thirty."""

from dataclasses import dataclass

from loopfind.service.pages.frame import with_query

PER_PAGE = 30
"""Lines on a page of a list."""


@dataclass(frozen=True)
class Pages:
    """The page of a list that is shown. number: from 1. previous, next: addresses, "" for none."""

    number: int
    last: int
    previous: str
    next: str

    @property
    def start(self) -> int:
        """Return the place of the first line, from 0."""
        return (self.number - 1) * PER_PAGE


def pages_of(lines: int, number: int, path: str, **kept: object) -> Pages:
    """Return where a page lies in a list of so many lines; one behind the end is the last. kept: of the address."""
    last = max(1, -(-lines // PER_PAGE))
    here = min(max(1, number), last)

    def address(to: int) -> str:
        return with_query(path, **kept, page=to) if 1 <= to <= last else ""

    return Pages(here, last, address(here - 1), address(here + 1))
