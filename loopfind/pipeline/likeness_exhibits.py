"""Exhibits of likeness: a map of files, and pictures of those that are alike, read anew."""

import io
import os
from collections.abc import Callable, Sequence

import numpy as np

from loopfind.comparison.flat_map import flat_map
from loopfind.fingerprints.likeness_parameters import MOMENTS, PALETTE_SIDE
from loopfind.fingerprints.palette import palettes, strips
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.probe import header_of
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.likeness import Appearance, Vectors
from loopfind.model.likeness_exhibits import Glance, LikenessExhibits, MapPoint
from loopfind.model.video import Watch
from loopfind.pipeline.inputs import each
from loopfind.settings import LookSettings

_MOST_POINTS = 2000
_SIDE, _HEIGHT, _QUALITY = 192, 108, 72
"""Side of a picture that is read, height of one that is shown, and the quality of its JPEG."""
_WIDEST = 4.0


def likeness_exhibits(
    known: Sequence[tuple[str, Appearance]],
    asked: tuple[str, Vectors] | None,
    alike: Sequence[str],
    settings: LookSettings,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> LikenessExhibits:
    """Return a map of files, and looks at those that are alike. asked: the video that was asked for, and its
    vectors."""
    placed = [] if asked is None else [asked]
    # Those that are alike come first: a map has no room for all of a large library.
    wanted = set(alike)
    ordered = sorted(known, key=lambda pair: pair[0] not in wanted)
    placed += [(path, one.vectors.astype(np.float32)) for path, one in ordered[: _MOST_POINTS - len(placed)]]
    places = flat_map([vectors for _, vectors in placed]) if placed else np.zeros((0, 2))
    points = tuple(MapPoint(path, float(x), float(y)) for (path, _), (x, y) in zip(placed, places, strict=True))
    more = len(known) + (asked is not None) - len(placed)

    def look(path: str, *_: object) -> tuple[Glance, float]:
        return _look(path, settings), 0.0

    # A library of someone else's may hold addresses, which are not opened; the video was asked for.
    there = [path for path in alike if os.path.isabs(path) or (asked is not None and path == asked[0])]
    if settings.by == "sound":
        there = []
    seen = each([(path, False) for path in there], look, settings.jobs, watch, log)
    looks = {path: one for path, one in zip(there, seen, strict=True) if isinstance(one, Glance)}
    return LikenessExhibits(points, more, looks, tuple(one for one in seen if isinstance(one, Failure)))


def _look(path: str, settings: LookSettings) -> Glance:
    from PIL import Image

    where = address.resolve(path)
    times, pictures = spread_pictures(where, settings.stream, MOMENTS, _SIDE, settings.stall)
    videos = [stream for stream in header_of(where, settings.stall)[0].streams.values() if stream.is_video]
    width, height = videos[settings.stream].size if settings.stream < len(videos) else (16, 9)
    shape = float(np.clip(width / height, 1 / _WIDEST, _WIDEST)) if width and height else 16 / 9
    shots, small = [], []
    for picture in pictures:
        image, file = Image.fromarray(picture), io.BytesIO()
        image.resize((round(shape * _HEIGHT), _HEIGHT), Image.Resampling.BOX).save(file, "JPEG", quality=_QUALITY)
        shots.append(file.getvalue())
        small.append(np.asarray(image.resize((PALETTE_SIDE, PALETTE_SIDE), Image.Resampling.BOX)))
    return Glance(times, tuple(shots), strips(palettes(np.stack(small))))
