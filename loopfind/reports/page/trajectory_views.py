"""View models of the page of a trajectory: its path as the scripts draw it, and cards of what is unusual."""

from dataclasses import dataclass
from typing import Any, ClassVar

from loopfind.reports.page.played import PlayedFile
from loopfind.reports.page.views import Anchor, Page


@dataclass(frozen=True)
class StillPicture:
    """A picture with the time it is of. src: a data URL, "" where there is none."""

    src: str
    at: Anchor
    alt: str
    time: float


@dataclass(frozen=True)
class UnusualCard:
    """A stretch that is unusual. region: left, top, width, height of the part that differs most, in percent; None for
    the whole. pictures: of its peak, and of the moment it was compared with."""

    id: int
    why: str
    measured: str
    start: Anchor
    end: str
    peak: StillPicture
    like: StillPicture
    region: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class PlaceCard:
    """A place, with a picture of it."""

    words: str
    says: str
    picture: StillPicture


@dataclass(frozen=True)
class AgainLine:
    """A stretch that comes again. time: seconds of its start."""

    start: Anchor
    end: str
    words: str
    time: float


@dataclass(frozen=True)
class PathData:
    """Data for the scripts.

    Of the drawn points: times in seconds, positions flat (3 a point), maps, places and scores, null for none. breaks:
    places in the points at which a new unbroken stretch begins. maps: id -> name. placed: (map, id, x, y, z, share,
    second). events: (id, map, start, end, peak, score, words). again: (start, end, whether the pictures are the same),
    of what is retraced. curve: seconds and scores for the curve. learned: (start, end) of the baselines. still_times,
    stills, links: of the pictures, the seconds, JPEG files in base64, and addresses.
    """

    files: tuple[PlayedFile, ...]
    start: float
    end: float
    times: list[float]
    positions: list[float]
    point_maps: list[int]
    point_places: list[int]
    scores: list[float]
    breaks: list[int]
    maps: list[tuple[int, str]]
    placed: list[tuple[int, int, float, float, float, float, float]]
    events: list[tuple[int, int, float, float, float, float, str]]
    again: list[tuple[float, float, bool]]
    curve: tuple[list[float], list[float]]
    learned: list[tuple[float, float]]
    still_times: list[float]
    stills: list[str]
    links: list[str]


@dataclass(frozen=True, kw_only=True)
class TrajectoryPage(Page):
    """The page of a trajectory. limits: what limits the answer. map_lines: each map in words."""

    template: ClassVar[str] = "trajectory.html.j2"
    scripts: ClassVar[tuple[str, ...]] = ("common.js", "trajectory.js")
    several: ClassVar[bool] = False

    limits: tuple[str, ...]
    map_lines: tuple[str, ...]
    path_words: str
    no_pictures: str
    cards: tuple[UnusualCard, ...]
    cards_more: str
    places: tuple[PlaceCard, ...]
    places_more: str
    again_lines: tuple[AgainLine, ...]
    again_more: str
    data: Any
