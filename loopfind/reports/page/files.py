"""Files of a comparison on its page: a timeline for each that shares something, and the matrix of all with all."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from loopfind.arrays.time_index import covered
from loopfind.model.comparison import Comparison
from loopfind.model.exhibits import ComparisonExhibits
from loopfind.model.report import Occurrence
from loopfind.reports.links import Link
from loopfind.reports.page.cards import CardMaker
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.limits import PAGE_BARS, PAGE_FILES, PAGE_LANES, PAGE_MATRIX
from loopfind.reports.page.sound_figures import wave_path
from loopfind.reports.page.views import Anchor, Bar, FileTimeline, Matrix, MatrixCell
from loopfind.reports.phrases import shares
from loopfind.reports.wording import changes, clock, count, length, share


@dataclass(frozen=True)
class _Shown:
    """An occurrence on the timeline of its file. number: its place in its repeat, from 1."""

    repeat: int
    number: int
    occurrence: Occurrence


@dataclass(frozen=True)
class Timelines:
    """The files that share the most. more: how many others share something; bare: how many share nothing."""

    shown: tuple[FileTimeline, ...]
    more: int
    bare: int


def timelines_of(
    comparison: Comparison,
    names: Sequence[str],
    links: Sequence[Link],
    cards: CardMaker,
    exhibits: ComparisonExhibits,
) -> Timelines:
    """Return a timeline for each of the files that share the most, with a bar for each occurrence in it."""
    own: list[list[_Shown]] = [[] for _ in names]
    for repeat in comparison.repeats:
        for number, one in enumerate(repeat.occurrences, 1):
            own[one.file or 0].append(_Shown(repeat.id, number, one))
    seconds = [covered((one.occurrence.start, one.occurrence.end) for one in found) for found in own]
    sharing = [file for file, found in enumerate(own) if found]
    shown = sorted(sorted(sharing, key=lambda file: -seconds[file])[:PAGE_FILES])
    rows = []
    for file in shown:
        duration = comparison.sources[file].duration
        bars, lanes = _bars(own[file], duration, cards)
        strip = [
            cards.picture(frame, f"{names[file]} at {clock(frame.time)}") for frame in exhibits.overview.get(file, ())
        ]
        more = len(own[file]) - PAGE_BARS
        rows.append(
            FileTimeline(
                name=Anchor(names[file], links[file](0.0)),
                length=length(duration),
                share=share(min(1.0, seconds[file] / duration) if duration > 0 else 0.0),
                lanes=lanes,
                bars=bars,
                more=f"and {count(more, 'shorter one')}" if more > 0 else "",
                strip=tuple(picture for picture in strip if picture.src),
                wave=wave_path(exhibits.waves[file].wave) if file in exhibits.waves else "",
            )
        )
    return Timelines(tuple(rows), len(sharing) - len(shown), len(names) - len(sharing))


def _bars(found: Sequence[_Shown], duration: float, cards: CardMaker) -> tuple[tuple[Bar, ...], int]:
    """Return the longest occurrences in a file as bars in as many lanes as they need, and how many lanes those are."""
    longest = sorted(found, key=lambda one: one.occurrence.start - one.occurrence.end)[:PAGE_BARS]
    whole = max([duration, *(one.occurrence.end for one in longest), 1e-9])
    bars, ends = [], list[float]()
    for place, shown in enumerate(sorted(longest, key=lambda one: (one.occurrence.start, one.repeat))):
        one = shown.occurrence
        free = [lane for lane, until in enumerate(ends) if until <= one.start + 1e-6]
        lane = free[0] if free else len(ends) if len(ends) < PAGE_LANES else place % PAGE_LANES
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = max(ends[lane], one.end)
        how = ", ".join(["", *changes(one)])
        bars.append(
            Bar(
                id=shown.repeat,
                colour=colour_of(shown.repeat),
                lane=lane,
                left=round(100 * max(0.0, one.start) / whole, 3),
                wide=round(100 * (one.end - one.start) / whole, 3),
                changed=bool(how),
                linked=bool(cards.linked([shown.repeat], 1)),
                says=f"Repeat {shown.repeat}, occurrence {shown.number}: {clock(one.start)} to {clock(one.end)}{how}",
            )
        )
    return tuple(bars), max(1, len(ends))


def matrix_of(comparison: Comparison, cards: CardMaker) -> Matrix:
    """Return how much any two files share."""
    order = _side_by_side(comparison)[:PAGE_MATRIX]
    place = {file: at for at, file in enumerate(order)}
    first = _first_repeats(comparison, cards)
    cells = []
    for pair in comparison.pairs:
        if {*pair.files} <= place.keys():
            one, other = pair.files
            parts = [round(part, 4) for part in shares(pair, comparison.sources)]
            repeat = first.get((one, other), 0)
            cells.append(MatrixCell(place[one], place[other], parts[0], parts[1], round(max(pair.seconds), 3), repeat))
    return Matrix(tuple(order), tuple(cells))


def _side_by_side(comparison: Comparison) -> list[int]:
    """Return the files that share something, those that share with one another side by side."""
    beside: dict[int, list[int]] = {}
    for pair in comparison.pairs:
        one, other = pair.files
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    order: dict[int, None] = {}
    for start in sorted(beside):
        waiting = [start]
        while waiting:
            file = waiting.pop(0)
            if file not in order:
                order[file] = None
                waiting += [other for other in sorted(beside[file]) if other not in order]
    return list(order)


def _first_repeats(comparison: Comparison, cards: CardMaker) -> Mapping[tuple[int, int], int]:
    """Return for any two files the id of the first repeat of both that has a card."""
    first: dict[tuple[int, int], int] = {}
    for repeat in comparison.repeats:
        if not cards.linked([repeat.id], 1):
            continue
        files = sorted({one.file or 0 for one in repeat.occurrences})[:PAGE_MATRIX]
        for at, one in enumerate(files):
            for other in files[at + 1 :]:
                first.setdefault((one, other), repeat.id)
    return first


def matrix_words(matrix: Matrix, sharing: Set[int]) -> str:
    """Return how to read the matrix; "" where there are too few files for one. sharing: all files that share."""
    if len(matrix.order) < 3:
        return ""
    more = f" These are {len(matrix.order):,} of {len(sharing):,}." if len(sharing) > len(matrix.order) else ""
    return (
        "A square stands out the more, the more of the file in its row is also in that of its column. Files that share "
        f"nothing are left out.{more}"
    )
