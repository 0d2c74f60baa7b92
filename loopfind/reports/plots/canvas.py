"""A drawing: strokes, discs and words on a sheet, which any plot format can write."""

from dataclasses import dataclass, field
from typing import Literal

TextAnchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Stroke:
    """A line through points (x, y), in pixels from the upper left corner; dots: whether each has a mark."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dots: bool = False


@dataclass(frozen=True)
class Disc:
    """A circle around (x, y), in pixels. fill: its colour inside, "" for none."""

    x: float
    y: float
    radius: float
    edge: str
    width: float = 1.5
    fill: str = ""


@dataclass(frozen=True)
class Word:
    """Text on one line; (x, y): pixels of the start, middle or end of its baseline. halo: colour of a rim around its
    letters, which keeps them legible on lines, "" for none."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: TextAnchor = "start"
    halo: str = ""


@dataclass
class Drawing:
    """Strokes, discs and words on a sheet of width times height pixels, the later ones on top."""

    width: int
    height: int
    paper: str
    parts: list[Stroke | Disc | Word] = field(default_factory=list)

    def add(self, *parts: Stroke | Disc | Word) -> None:
        """Put parts on top."""
        self.parts.extend(parts)
