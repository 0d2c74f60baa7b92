"""A drawing: strokes and words on a sheet, which any plot format can write."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Stroke:
    """A line through points (x, y), in pixels from the upper left corner; dots: whether each has a mark."""

    points: tuple[tuple[float, float], ...]
    colour: str
    width: float = 1.0
    dots: bool = False


@dataclass(frozen=True)
class Word:
    """Text on one line; (x, y): pixels of the start, middle or end of its baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass
class Drawing:
    """Strokes and words on a sheet of width times height pixels, the later ones on top."""

    width: int
    height: int
    paper: str
    parts: list[Stroke | Word] = field(default_factory=list)

    def add(self, *parts: Stroke | Word) -> None:
        """Put parts on top."""
        self.parts.extend(parts)
