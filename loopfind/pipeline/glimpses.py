"""Glimpses of a video: what a network sees of it, and of parts of its pictures, at a steady rate."""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.area import resized
from loopfind.arrays.directions import rounded
from loopfind.arrays.disk import Scratch
from loopfind.comparison.crop_parameters import GLIMPSES_A_SECOND
from loopfind.comparison.crops import Glimpses
from loopfind.fingerprints.network import Network
from loopfind.media.ffmpeg import address
from loopfind.media.steady import steady_pictures
from loopfind.model.crop import UNCROPPED, Crop
from loopfind.model.library import TrackReading
from loopfind.model.video import Loss
from loopfind.pipeline.inputs import CancelToken

PARTS = (
    UNCROPPED,
    *(Crop(left, top, 1 / 2, 1 / 2) for left in (0.0, 1 / 2) for top in (0.0, 1 / 2)),
    Crop(1 / 4, 1 / 4, 1 / 2, 1 / 2),
    *(Crop(left, top, 1 / 3, 1 / 3) for left in (0.0, 2 / 3) for top in (0.0, 2 / 3)),
)
"""Parts of a picture that a network looks at, the whole first. A copy in a corner, half or a third as wide, fills one
of the others, and what is left of one that was cropped is much like its middle."""

_STRETCH = 20.0
"""Seconds of pictures that are at hand at a time."""
_SIDE = 160
"""Side in pixels of the pictures that say where a part lies."""
_LIGHT = np.array([0.299, 0.587, 0.114], np.float32)
_UNSEEN = "no picture of it could be decoded for the network, so parts of its pictures were not compared"


def glimpses_of(
    reading: TrackReading, network: Network, stream: int, stall: float, halt: CancelToken
) -> tuple[Glimpses, tuple[Loss, ...]]:
    """Return what a network sees of a video that was read, and what it could not look at.

    Raises Unreadable for what can be read once only.
    """
    track, side = reading.track, network.card.side
    where = address.resolve(reading.source.path)
    times, losses = list[float](), list[Loss]()
    seen: Scratch | None = None
    grey = Scratch(_SIDE * _SIDE, np.uint8)
    for begin in np.arange(0.0, track.end, _STRETCH).tolist():
        end = min(begin + _STRETCH, track.end)
        if np.searchsorted(track.times, begin) == np.searchsorted(track.times, end):
            continue  # nothing is shown there
        halt.check()
        shown, pictures, decoded = steady_pictures(where, stream, begin, end, GLIMPSES_A_SECOND, 2 * side, stall)
        if not decoded:
            losses.append(Loss(begin, end, _UNSEEN))
        if not len(shown):
            continue
        vectors = _in_parts(network, pictures)
        seen = Scratch(vectors[0].size, np.int8) if seen is None else seen
        seen.append(vectors.reshape(len(vectors), -1))
        light = np.asarray(pictures @ _LIGHT, np.float32)
        grey.append(np.rint(resized(light, UNCROPPED, _SIDE, _SIDE)).astype(np.uint8).reshape(len(light), -1))
        times += shown.tolist()
    vectors = np.zeros((0, len(PARTS), 1), np.int8) if seen is None else seen.mapped()
    source = reading.source
    shape = source.width / source.height if source.width and source.height else 1.0
    held = Glimpses(
        np.array(times),
        vectors.reshape(len(times), len(PARTS), -1),
        grey.mapped().reshape(-1, _SIDE, _SIDE),
        shape,
    )
    return held, tuple(losses)


def _in_parts(network: Network, pictures: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the vectors (n, PARTS, d) of pictures (n, side, side, 3)."""
    side = network.card.side
    planes = np.asarray(pictures.transpose(3, 0, 1, 2), np.float32)
    found = []
    for part in PARTS:
        held = np.stack([resized(plane, part, side, side) for plane in planes], axis=-1)
        found.append(rounded(network.vectors(np.rint(held).astype(np.uint8))))
    return np.stack(found, axis=1)
