"""Draw the clips from which the suite's cases are cut: each 40 s, 320x180, 25 frames a second, lossless.

    film      shots of 1.5 to 4 s in places of their own
    walk      a hand-held camera that travels over a landscape
    yard      a fixed camera, bodies as tall as a tenth of the picture
    road      a fixed camera, movers of a few pixels and little contrast
    clock     a running clock on black, 96x20, to be laid over a video

Bodies and cameras move along seeded random paths without a period, so nothing in a clip is shown twice.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures"))

from make import Picture, Scene, Shape, bodies, noise, pan, texture, walk, waves

SHAPE = Shape(320, 180, 25)
SECONDS = 40
FRAMES = SECONDS * SHAPE.fps
CLOCK = Shape(96, 20, 25)

_FIGURES = ("75557", "26227", "71747", "71717", "55711", "74717", "74757", "71122", "75757", "75717")
"""The figures 0 to 9, five rows of three boxes each; a digit's bits are the boxes of a row."""


def film(seed: int) -> Scene:
    """Shots of 1.5 to 4 s: bodies in a room, waves, a travelling camera, one after another."""
    rng = np.random.default_rng(seed)
    shots: list[tuple[int, Scene]] = []
    at = 0
    while at < FRAMES:
        frames, kind, own = int(rng.integers(38, 100)), int(rng.integers(3)), int(rng.integers(1 << 30))
        if kind == 0:
            scene = bodies(SHAPE, own, own + 1, frames, 5, 0.7)
        else:
            scene = waves(SHAPE, own, 30) if kind == 1 else pan(SHAPE, own, frames)
        shots.append((at, scene))
        at += frames

    def frame(k: int) -> Picture:
        first, scene = next(shot for shot in reversed(shots) if shot[0] <= k)
        return scene(k - first)

    return frame


def street(seed: int, count: int, height: float, contrast: float) -> Scene:
    """A fixed camera: `count` movers, `height` pixels tall, `contrast` grey levels off the ground, in and out of the
    picture."""
    ground = texture(np.random.default_rng(seed), SHAPE.height, SHAPE.width, 28)
    rng = np.random.default_rng(seed + 1)
    ways = [walk(rng, FRAMES, 30, 0.4) for _ in range(count)]
    sizes, tints = rng.uniform(0.7, 1.4, (count, 2)) * height, rng.choice([-1, 1], count) * contrast
    light, whole = walk(rng, FRAMES, 100, 2.0)[:, 0], np.array([SHAPE.height, SHAPE.width])

    def frame(k: int) -> Picture:
        picture = ground + np.float32(light[k])
        for way, (tall, wide), tint in zip(ways, sizes, tints, strict=True):
            middle, size = (0.5 + way[k]) * whole, np.array([tall, wide])
            low = np.clip(np.floor(middle - size), 0, whole).astype(int)
            high = np.clip(np.ceil(middle + size), 0, whole).astype(int)
            y, x = np.mgrid[low[0] : high[0], low[1] : high[1]]
            cover = np.clip(1 - np.hypot((y - middle[0]) / tall, (x - middle[1]) / wide), 0, 0.3) / 0.3
            picture[low[0] : high[0], low[1] : high[1]] += (tint * cover[..., None]).astype(np.float32)
        return picture + noise(seed, k, SHAPE, 1.5)

    return frame


def clock(k: int) -> Picture:
    """Minutes, seconds and hundredths of frame k in figures of 3x5 boxes."""
    text = f"{k // 1500:02}{k // 25 % 60:02}{k % 25 * 4:02}"
    strip = np.zeros((5, 24), np.float32)
    for place, figure in enumerate(text):
        rows = [[int(row) >> 2 & 1, int(row) >> 1 & 1, int(row) & 1] for row in _FIGURES[int(figure)]]
        strip[:, 4 * place : 4 * place + 3] = rows
    return np.repeat(np.kron(strip, np.full((4, 4), 235, np.float32))[..., None], 3, axis=2)


def clips() -> dict[str, tuple[Shape, Scene]]:
    """Every clip by its name."""
    return {
        "film": (SHAPE, film(101)),
        "walk": (SHAPE, pan(SHAPE, 102, FRAMES)),
        "yard": (SHAPE, street(103, 6, 16, 70)),
        "road": (SHAPE, street(104, 7, 6, 40)),
        "clock": (CLOCK, clock),
    }


def draw(name: str, path: Path) -> None:
    """Write a clip as FFV1. Raises CalledProcessError where ffmpeg fails."""
    shape, scene = clips()[name]

    def pictures() -> Iterator[bytes]:
        for k in range(FRAMES):
            yield np.clip(np.rint(scene(k)), 0, 255).astype(np.uint8).tobytes()

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{shape.width}x{shape.height}", "-r", str(shape.fps), "-i", "-"]
    command += ["-c:v", "ffv1", "-level", "3", "-pix_fmt", "yuv420p", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for picture in pictures():
            child.stdin.write(picture)
        child.stdin.close()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
