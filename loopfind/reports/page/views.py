"""View models: frozen values that the templates of the pages read.

A `ScanPage` or a `ComparisonPage` holds all words of one page, `Page` those of both. Templates decide nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from loopfind.reports.page.findings import FindingRow, ReviewData
from loopfind.reports.page.judged import JudgedView
from loopfind.reports.page.played import PlayedFile, PlayedRepeat
from loopfind.reports.page.sound_figures import SoundFigure

if TYPE_CHECKING:  # it is made of what is here
    from loopfind.reports.page.spots import SpotsView


@dataclass(frozen=True)
class Fact:
    """A label and its value."""

    label: str
    text: str


@dataclass(frozen=True)
class Anchor:
    """Words that link to a moment of a video. href: "" where the video cannot be linked to."""

    words: str
    href: str


@dataclass(frozen=True)
class GridPlace:
    """The place of a picture among those of its repeat: its column, the index of its occurrence, and its row."""

    column: int
    occurrence: int
    row: int


@dataclass(frozen=True)
class Picture:
    """A picture of one frame. src: a data URL, "" where there is none, for the reason that `missing` names.

    time: seconds, None where the video has no such frame. at: the time in words, with its link.
    """

    src: str
    alt: str
    time: float | None
    at: Anchor
    missing: str
    place: GridPlace | None = None


@dataclass(frozen=True)
class GridCell:
    """A picture of a grid, and what makes it look like its row's first: CSS factors, and quarter turns clockwise."""

    picture: Picture
    scale: str
    turned: int


@dataclass(frozen=True)
class GridRow:
    """Pictures of one moment, one for each column."""

    what: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class OccurrenceLine:
    """One occurrence in the table of its repeat. file: the name of its file, "" in a scan. how: how it differs from the
    first occurrence."""

    number: int
    file: str
    start: Anchor
    end: str
    frames: str
    how: str


@dataclass(frozen=True)
class CurveFigure:
    """A difference curve as SVG. says: the same in words. left, wide: the repeat, in pixels. ticks: (y, words) of the
    grey levels. times: (x, words, text anchor). along, beside: path data."""

    title: str
    says: str
    left: float
    wide: float
    ticks: tuple[tuple[float, str], ...]
    times: tuple[tuple[float, str, str], ...]
    along: str
    beside: str


@dataclass(frozen=True)
class RepeatCard:
    """One repeat with its occurrences, pictures and curves. grid: columns of pictures and of differences between them.
    more, no_pictures: notes on what is left out."""

    id: int
    name: str
    colour: int
    title: str
    open: bool
    belief: str
    occurrences: tuple[OccurrenceLine, ...]
    more: str
    heads: tuple[str, ...]
    grid: int
    rows: tuple[GridRow, ...]
    no_pictures: str
    curves: tuple[CurveFigure, ...]
    sounds: tuple[SoundFigure, ...]


@dataclass(frozen=True)
class CutCard:
    """A suspect cut. repeats: ids of repeats with a card. pictures: the last frame before it and the first after it, or
    none."""

    at: Anchor
    frame: int
    kind: str
    repeats: tuple[int, ...]
    more: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """The content that both kinds of page have.

    seriousness: found, unsure or nothing, the colour of the verdict. findings: the table of all repeats;
    findings_more: a note on those that it lacks. reviewable: whether a person may accept and reject them. left_out:
    a note on repeats without a card or pictures. looking: the player's first words. links_out: whether links lead
    to the videos. again, command, details: how the page was made. several: whether it is of several files; audible:
    whether of sounds, without pictures."""

    template: ClassVar[str]
    scripts: ClassVar[tuple[str, ...]]
    several: ClassVar[bool]
    reviewable: ClassVar[bool] = False
    audible: bool = False
    version: str
    name: str
    summary: str
    seriousness: str
    facts: tuple[Fact, ...]
    caution: str
    findings: tuple[FindingRow, ...]
    findings_more: str
    repeats: tuple[RepeatCard, ...]
    left_out: str
    looking: str
    noscript: str
    links_out: bool
    again: str
    command: str
    details: tuple[Fact, ...]
    data: Any


@dataclass(frozen=True)
class LegendEntry:
    """A repeat and its colour."""

    id: int
    name: str
    colour: int


class PlotLine(NamedTuple):
    """A line of the dot-plot: [start, end) seconds of one occurrence are shown again at [other_start, other_end).

    one, other: indices of the occurrences. other_start is above other_end where the one runs backwards against the
    other.
    """

    repeat: int
    one: int
    other: int
    start: float
    end: float
    other_start: float
    other_end: float


@dataclass(frozen=True)
class PlotStroke:
    """A line of the dot-plot and its mirror image, as path data on a square of 1000."""

    colour: int
    path: str


@dataclass(frozen=True)
class ScanData:
    """Data for the scripts of a scan's page. spans: (start, end, repeat, number of the occurrence). unjudged: (start,
    end, reason). why: reason -> words. cuts: seconds."""

    start: float
    end: float
    files: tuple[PlayedFile, ...]
    spans: tuple[tuple[float, float, int, int], ...]
    unjudged: tuple[tuple[float, float, str], ...]
    why: dict[str, str]
    cuts: tuple[float, ...]
    lines: tuple[PlotLine, ...]
    repeats: dict[int, PlayedRepeat]
    review: ReviewData


@dataclass(frozen=True, kw_only=True)
class ScanPage(Page):
    """The page of a scan. likeness: a data URL of the dot-plot's picture. heard: whether the video has sound.
    ticks: of both axes of that picture: percent, time."""

    template: ClassVar[str] = "scan.html.j2"
    scripts: ClassVar[tuple[str, ...]] = (
        "common.js",
        "findings.js",
        "timeline.js",
        "likeness.js",
        "review.js",
        "player.js",
    )
    several: ClassVar[bool] = False
    reviewable: ClassVar[bool] = True

    heard: bool
    judged: JudgedView
    spots: "SpotsView"
    timeline_words: str
    legend: tuple[LegendEntry, ...]
    legend_more: str
    overview: tuple[Picture, ...]
    no_pictures: str
    likeness: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[PlotStroke, ...]
    cuts: tuple[CutCard, ...]
    cuts_more: str
    data: ScanData


@dataclass(frozen=True)
class LeftOut:
    """A file, or a part of one, that could not be compared, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class MatchLine:
    """A file in which a clip was found. percent: the score as the length of a bar. repeats: ids, those with a card."""

    rank: int
    score: str
    percent: float
    file: Anchor
    share: str
    where: str
    repeats: tuple[int, ...]


@dataclass(frozen=True)
class MatchTable:
    """The matches of one clip, the best first."""

    name: str
    rows: tuple[MatchLine, ...]
    more: str


@dataclass(frozen=True)
class GroupLine:
    """A group of files. names: of the first files; more: how many it has besides, in words. repeats: ids of those with
    a card."""

    words: str
    whole: bool
    repeats: tuple[int, ...]
    names: tuple[str, ...]
    more: str


@dataclass(frozen=True)
class Bar:
    """An occurrence on the timeline of its file. left, wide: percent of the file. linked: whether its repeat has a
    card. changed: whether it differs from the first occurrence of its repeat."""

    id: int
    colour: int
    lane: int
    left: float
    wide: float
    changed: bool
    linked: bool
    says: str


@dataclass(frozen=True)
class FileTimeline:
    """A file of a comparison from its start to its end. strip: pictures spread over it. wave: of its sound, as path
    data, "" where that was not compared."""

    name: Anchor
    length: str
    share: str
    lanes: int
    bars: tuple[Bar, ...]
    more: str
    strip: tuple[Picture, ...]
    wave: str


class MatrixCell(NamedTuple):
    """Two files that share something. one, other: their places in the matrix. one_share, other_share: of each, how much
    is in the other, 0 to 1. seconds: how much that is. repeat: of the first repeat of both with a card, 0 for none."""

    one: int
    other: int
    one_share: float
    other_share: float
    seconds: float
    repeat: int


@dataclass(frozen=True)
class Matrix:
    """All files with all. order: numbers of the files, those that share with one another side by side."""

    order: tuple[int, ...]
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class ComparisonData:
    """Data for the scripts of a comparison's page. start, end: always 0, as files have no timeline in common."""

    files: tuple[PlayedFile, ...]
    matrix: Matrix
    repeats: dict[int, PlayedRepeat]
    start: float = 0
    end: float = 0


@dataclass(frozen=True, kw_only=True)
class ComparisonPage(Page):
    """The page of a comparison. matrix_words: how to read the matrix, "" where there is none. files: those that share
    something, with a timeline each; files_bare: a note on the others."""

    template: ClassVar[str] = "comparison.html.j2"
    scripts: ClassVar[tuple[str, ...]] = ("common.js", "findings.js", "matrix.js", "player.js")
    several: ClassVar[bool] = True
    heard: ClassVar[bool] = True

    spots: "SpotsView"
    losses: tuple[LeftOut, ...]
    losses_count: str
    losses_more: str
    matches: tuple[MatchTable, ...]
    matches_more: str
    groups: tuple[GroupLine, ...]
    groups_more: str
    pairs: tuple[str, ...]
    pairs_more: str
    matrix_words: str
    files: tuple[FileTimeline, ...]
    files_more: str
    files_bare: str
    data: ComparisonData
