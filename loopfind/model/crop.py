"""A part of a picture, which may be all that another video shows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Crop:
    """A rectangle of a picture. left, top, width, height: shares of its width and of its height, from 0 to 1."""

    left: float
    top: float
    width: float
    height: float


UNCROPPED = Crop(0.0, 0.0, 1.0, 1.0)
"""All of a picture."""
