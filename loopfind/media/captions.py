"""Captions under pictures side by side: a bar of text, drawn by Pillow, as not every ffmpeg can draw letters."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loopfind.media.pieces import Side

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

Caption = Callable[[float], str]
"""The words under a picture, by the second of the video that it shows."""
LEAST_WIDTH = 160
"""Pixels across a picture from which there is room for words under it."""
_LETTERS, _MARGIN = 0.62, 6
"""Share of the height of a bar that letters take, and pixels beside them."""
_PAPER, _INK = (16, 16, 16), (235, 235, 235)


def bar_height(width: int) -> int:
    """Return the pixels down a bar under pictures so many pixels across, an even number."""
    return 2 * max(8, round(width / 40))


def draw_bar(words: Sequence[str], width: int) -> NDArray[np.uint8]:
    """Return a bar with words under each of some pictures, (height, pictures * width, 3) uint8. Words that are too long
    lose their end."""
    from PIL import Image, ImageDraw

    height = bar_height(width)
    parts = []
    for each in words:
        image = Image.new("RGB", (width, height), _PAPER)
        ImageDraw.Draw(image).text((_MARGIN, height / 2), each, fill=_INK, font=_font(height), anchor="lm")
        parts.append(np.asarray(image))
    return np.hstack(parts)


def captions_of(sides: Sequence[Side], captions: Sequence[Caption], seconds: float) -> list[str]:
    """Return the words under each side, so many seconds after all of them have begun."""
    words = []
    for (piece, look), caption in zip(sides, captions, strict=True):
        gone = seconds / look.speed
        words.append(
            caption(max(piece.start, piece.end - gone) if look.reversed else min(piece.start + gone, piece.end))
        )
    return words


def drawn_bars(
    sides: Sequence[Side], captions: Sequence[Caption], width: int, rate: float, count: int
) -> Iterator[bytes]:
    """Yield bars for so many pictures at a rate, each as raw bytes."""
    for number in range(count):
        yield draw_bar(captions_of(sides, captions, number / rate), width).tobytes()


@lru_cache(maxsize=8)
def _font(height: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size=_LETTERS * height)
