"""The alterations by which questions are learned: bodies that were not there."""

import numpy as np

from loopfind.engine.trajectory.light import Grey
from loopfind.settings import PICTURE_SIDE

_ROOM = 9  # pixels about the middle of a body that hold the largest


def with_body(pictures: Grey, generator: np.random.Generator, moving: bool) -> Grey:
    """Return pictures (n, 64, 64) in which a body of a random form, size and look is, at rest or on a straight way."""
    high, wide = generator.uniform(1.5, 6, 2)
    place = generator.uniform(6, PICTURE_SIDE - 6, 2)
    turn = generator.uniform(0, 2 * np.pi)
    steps = generator.uniform(0.3, 2.5) * np.array([np.sin(turn), np.cos(turn)]) if moving else np.zeros(2)
    power = generator.uniform(1.5, 5)
    level, contrast, wave = generator.uniform(10, 245), generator.uniform(0, 40), generator.uniform(0.3, 2, 2)
    shown = np.array(pictures, np.float32)
    for number in range(len(pictures)):
        there = place + steps * (number - len(pictures) / 2)
        top, left = np.clip(np.round(there).astype(int) - _ROOM, 0, PICTURE_SIDE)
        bottom, right = np.clip(np.round(there).astype(int) + _ROOM, 0, PICTURE_SIDE)
        y = np.arange(top, bottom, dtype=np.float32)[:, None] - there[0]
        x = np.arange(left, right, dtype=np.float32) - there[1]
        cover = np.clip(1.5 - (np.abs(y / high) ** power + np.abs(x / wide) ** power), 0, 1)
        look = np.clip(level + contrast * np.sin(wave[0] * y + wave[1] * x), 0, 255)
        region = shown[number, top:bottom, left:right]
        region += cover * (look - region)
    return shown
