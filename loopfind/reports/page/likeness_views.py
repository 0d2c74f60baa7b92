"""View models of the page of likeness: its map, and cards with pictures of files that are alike."""

from dataclasses import dataclass
from typing import ClassVar

from loopfind.reports.page.played import PlayedFile
from loopfind.reports.page.views import LeftOut, Page


@dataclass(frozen=True)
class Dot:
    """A file on the map. x, y: on a plane of 1000 by 560. colour: of its group, -1 for none. href: of its card, "" for
    none."""

    x: float
    y: float
    colour: int
    words: str
    href: str
    asked: bool


@dataclass(frozen=True)
class MomentPair:
    """Two moments that are alike, each as a data URL with its time. The first is of the reference."""

    first: str
    first_at: str
    second: str
    second_at: str
    likeness: str


@dataclass(frozen=True)
class FileCard:
    """A file that is alike to the first of its group. strip: its dominant colours over time as a data URL, "" for
    none."""

    id: str
    rank: int
    name: str
    likeness: str
    says: str
    strip: str
    pairs: tuple[MomentPair, ...]
    words: str


@dataclass(frozen=True)
class AlikeCard:
    """A group of files that are alike to its reference."""

    id: str
    colour: int
    name: str
    says: str
    strip: str
    files: tuple[FileCard, ...]
    more: str
    proven: tuple[str, ...]


@dataclass(frozen=True)
class LikenessData:
    """Data for the scripts: none of the files is played."""

    files: tuple[PlayedFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LikenessPage(Page):
    """The page of likeness. grouped: whether of a whole library, not of one video. striped: whether it has strips."""

    template: ClassVar[str] = "likeness.html.j2"
    scripts: ClassVar[tuple[str, ...]] = ("common.js", "map.js")
    several: ClassVar[bool] = True

    grouped: bool
    striped: bool
    dots: tuple[Dot, ...]
    dots_more: str
    cards: tuple[AlikeCard, ...]
    cards_more: str
    losses: tuple[LeftOut, ...]
