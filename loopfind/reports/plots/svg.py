"""A drawing as SVG."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from loopfind.reports.plots.canvas import Disc, Drawing, Stroke, Word


def write(drawing: Drawing) -> Iterator[bytes]:
    """Yield the drawing as an SVG 1.1 document in UTF-8; it needs no font and no other file."""
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="Helvetica, Arial, sans-serif">\n'.encode()
    yield f'<rect width="100%" height="100%" fill={quoteattr(drawing.paper)}/>\n'.encode()
    for part in drawing.parts:
        yield _drawn(part).encode()
    yield b"</svg>\n"


def _drawn(part: Stroke | Disc | Word) -> str:
    if isinstance(part, Stroke):
        return _stroke(part)
    return _disc(part) if isinstance(part, Disc) else _word(part)


def _disc(disc: Disc) -> str:
    place = f'cx="{disc.x:.2f}" cy="{disc.y:.2f}" r="{disc.radius:g}"'
    fill, edge = quoteattr(disc.fill or "none"), quoteattr(disc.edge)
    return f'<circle {place} fill={fill} stroke={edge} stroke-width="{disc.width:g}"/>\n'


def _stroke(stroke: Stroke) -> str:
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in stroke.points)
    colour = quoteattr(stroke.colour)
    line = f'<polyline points="{path}" fill="none" stroke={colour} stroke-width="{stroke.width:g}"/>\n'
    if not stroke.dots:
        return line
    radius = 1.5 * stroke.width
    return line + "".join(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}" fill={colour}/>\n' for x, y in stroke.points
    )


def _word(word: Word) -> str:
    place = f'x="{word.x:.2f}" y="{word.y:.2f}" font-size="{word.size:g}" text-anchor="{word.anchor}"'
    if word.halo:
        place += f' stroke={quoteattr(word.halo)} stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
    return f"<text {place} fill={quoteattr(word.colour)}>{escape(word.text)}</text>\n"
