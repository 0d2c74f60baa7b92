"""A drawn road before a fixed camera: bright cars go from left to right along it, now and then."""

import numpy as np

RATE = 10.0
SIDE = 64


def background(seed=1):
    """Return a picture (64, 64) with structure at several sizes."""
    generator = np.random.default_rng(seed)
    rough = generator.uniform(60, 150, (8, 8)).repeat(8, 0).repeat(8, 1)
    return rough + generator.uniform(-12, 12, (SIDE, SIDE))


def road(count, seed, scene=1):
    """Return pictures (count, 64, 64) uint8 of a road, with the noise of a sensor."""
    generator = np.random.default_rng(seed)
    shown = np.repeat(background(scene)[None], count, 0)
    at = 0
    while at < count:
        at += int(generator.integers(5, 25))
        speed, row, level = generator.uniform(1.6, 2.2), int(generator.integers(28, 34)), generator.uniform(190, 240)
        for step in range(int((SIDE + 12) / speed)):
            if at + step < count:
                car(shown[at + step], row, step * speed - 12, level)
        at += int((SIDE + 12) / speed)
    return np.clip(shown + generator.normal(0, 1.0, shown.shape), 0, 255).astype(np.uint8)


def car(picture, row, left, level):
    """Draw a car that is brighter in front, so that it shows which way it goes."""
    for part, (low, high) in enumerate(((0, 4), (4, 8), (8, 12))):
        first, last = np.clip([round(left) + low, round(left) + high], 0, SIDE)
        picture[row : row + 6, first:last] = level * (0.5, 0.75, 1.0)[part]


def times(count, start=0.0):
    return start + np.arange(count) / RATE
