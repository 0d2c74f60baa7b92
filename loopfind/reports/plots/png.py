"""A drawing as PNG, drawn by pillow and written by imageio."""

from collections.abc import Iterator
from typing import Any

from loopfind.reports.plots.canvas import Disc, Drawing, Stroke, Word

SCALE = 2
"""Pixels of the file for one pixel of the drawing: sharp on today's screens."""

_FINER = 2  # drawn this much larger and shrunk, which smooths the lines
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def write(drawing: Drawing) -> Iterator[bytes]:
    """Yield the drawing as a PNG file, in one piece."""
    import imageio.v3 as imageio
    import numpy as np
    from PIL import Image, ImageDraw

    zoom = SCALE * _FINER
    image = Image.new("RGB", (drawing.width * zoom, drawing.height * zoom), drawing.paper)
    pen = ImageDraw.Draw(image)
    for part in drawing.parts:
        if isinstance(part, Stroke):
            _stroke(pen, part, zoom)
        elif isinstance(part, Disc):
            _disc(pen, part, zoom)
    image = image.resize((drawing.width * SCALE, drawing.height * SCALE), Image.Resampling.BOX)
    pen = ImageDraw.Draw(image)
    for part in drawing.parts:
        if isinstance(part, Word):
            _word(pen, part)
    yield imageio.imwrite("<bytes>", np.asarray(image), extension=".png")


def _stroke(pen: Any, stroke: Stroke, zoom: int) -> None:
    points = [(x * zoom, y * zoom) for x, y in stroke.points]
    if len(points) > 1:
        pen.line(points, stroke.colour, max(1, round(stroke.width * zoom)), joint="curve")
    radius = 1.5 * stroke.width * zoom
    for x, y in points if stroke.dots else ():
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), stroke.colour)


def _disc(pen: Any, disc: Disc, zoom: int) -> None:
    radius = (disc.radius + disc.width / 2) * zoom
    x, y = disc.x * zoom, disc.y * zoom
    width = max(1, round(disc.width * zoom))
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), disc.fill or None, disc.edge, width)


def _word(pen: Any, word: Word) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(word.size * SCALE)
    rim = {"stroke_width": round(1.5 * SCALE), "stroke_fill": word.halo} if word.halo else {}
    pen.text((word.x * SCALE, word.y * SCALE), word.text, word.colour, font, anchor=_ANCHORS[word.anchor], **rim)
