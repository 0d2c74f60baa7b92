"""Pieces of a file that are cut out or shown: spans, and the changes that are undone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A span [start, end) in seconds from the container's start, and its number of frames.

    first: number of its first frame in the file, None where frames were not counted from the file's start. heard:
    whether its ends are those of a sound, which may lie between frames.
    """

    start: float
    end: float
    frames: int
    first: int | None
    heard: bool = False

    @property
    def last(self) -> int:
        """Number of the first frame after the piece, counted as `first` is."""
        return (self.first or 0) + self.frames


@dataclass(frozen=True)
class Look:
    """The changes of a piece that are undone where it is shown beside another. pitch: how many times as high it sounds,
    None where that goes with the speed."""

    reversed: bool = False
    mirrored: bool = False
    speed: float = 1.0
    pitch: float | None = None


Side = tuple[Piece, Look]
"""One of two pieces that are shown beside each other, and what is undone."""
LONGEST_REVERSED = 20.0
"""Seconds of a piece that are reversed at most: ffmpeg holds all its pictures in memory."""


def shortened(sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Return the parts of two pieces that are shown beside each other, once their changes are undone: where one is
    reversed, the first LONGEST_REVERSED seconds."""
    if not any(look.reversed for _, look in sides):
        return sides
    first, second = ((_first_seconds(piece, look), look) for piece, look in sides)
    return first, second


def _first_seconds(piece: Piece, look: Look) -> Piece:
    length = min(piece.end - piece.start, LONGEST_REVERSED / look.speed)
    start = piece.end - length if look.reversed else piece.start
    return Piece(start, start + length, piece.frames, None, piece.heard)
