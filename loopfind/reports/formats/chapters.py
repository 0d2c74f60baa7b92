"""A video cut into chapters that follow one another without gap or overlap, as players want them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from loopfind.model.report import Report
from loopfind.reports.wording import count

NOTHING = "Not repeated"
_MOST = 3
"""Names in one title at the most, where stretches overlap."""


@dataclass(frozen=True)
class Chapter:
    """[start, end) in microseconds, and the names of what is shown there; none where nothing repeats."""

    start: int
    end: int
    names: tuple[str, ...]

    @property
    def title(self) -> str:
        """The names on one line, or that nothing is repeated."""
        shown = list(self.names[:_MOST])
        if len(self.names) > _MOST:
            shown.append(count(len(self.names) - _MOST, "more", "more"))
        return "; ".join(shown) or NOTHING


def chapters(report: Report, stretches: Iterable[tuple[float, float, str]]) -> Iterator[Chapter]:
    """Yield the video cut at each start and end of the stretches (start and end in seconds, name)."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    names: list[str] = []
    for start, end, title in stretches:
        first, last = _ticks(start), _ticks(end)
        if first < last:
            starts.setdefault(first, []).append(len(names))
            ends.setdefault(last, []).append(len(names))
            names.append(title)
    whole = _ticks((report.settings.start or 0.0) + report.source.duration)
    bounds = sorted({0, *starts, *ends, max([whole, *ends])})
    shown: dict[int, None] = {}
    for start, end in pairwise(bounds):
        for number in ends.get(start, ()):
            del shown[number]
        shown.update(dict.fromkeys(starts.get(start, ())))
        yield Chapter(start, end, tuple(names[number] for number in shown))


def _ticks(seconds: float) -> int:
    return max(0, round(seconds * 1e6))
