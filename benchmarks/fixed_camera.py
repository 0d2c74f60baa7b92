"""Footage of a fixed camera as arrays: its background, what moves before it, its noise, and how much moves when."""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

WIDTH, HEIGHT = 320, 180

BLOCK = 8
"""Pixels a side of the blocks whose change is movement."""

STEP = 0.2
"""Seconds over which movement is measured."""

STATE = 16
"""Pixels a side of the blocks whose usual state is the background."""

LEAST_CHANGE, SURE_CHANGE = 7.0, 16.0
"""Grey levels of difference to the background from which a pixel begins to be, and surely is, what moves."""

SOFT = 6
"""Pixels around a part of a picture that make a difference to what moves in it."""

QUIET = 2.0
"""Seconds of the quietest footage that a camera's noise is taken from."""

SMALL = 64
"""Pixels a side of the pictures that loopfind reads."""

QUALITY = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23")

_BATCH = 250

Pictures = NDArray[np.uint8]
"""Grey levels (n, height, width)."""

Levels = NDArray[np.float32]
"""Grey levels, or shares of 0 to 1."""


def ffmpeg() -> list[str]:
    """Return the program and the words that every command of it begins with."""
    return [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]


@dataclass(frozen=True, eq=False)
class Footage:
    """Footage in grey. rate: frames a second. pictures: (n, height, width)."""

    name: str
    rate: float
    pictures: Pictures

    @property
    def seconds(self) -> float:
        return len(self.pictures) / self.rate

    def thinned(self, rate: float) -> "Footage":
        """Return every n-th picture, so that there are about `rate` a second."""
        step = max(1, round(self.rate / rate))
        return Footage(self.name, self.rate / step, self.pictures[::step])

    def frame(self, seconds: float) -> int:
        """Return the number of the frame nearest to an instant."""
        return round(seconds * self.rate)

    @cached_property
    def background(self) -> Levels:
        """The picture without what moves, (height, width): of each block the state that it is most often in, by itself
        and what is around it, as people who stand in one place differ and what is behind them does not."""
        chosen = np.linspace(0, len(self.pictures) - 1, min(len(self.pictures), 151)).astype(int)
        seen = self.pictures[chosen]
        even = np.asarray(seen / _light(seen, np.median(seen, axis=0))[:, None, None], np.float32)
        answer = np.empty(seen.shape[1:], np.float32)
        often = max(2, len(seen) // 5)
        for top in range(0, seen.shape[1], STATE):
            for left in range(0, seen.shape[2], STATE):
                around = even[:, max(0, top - STATE // 2) : top + 3 * STATE // 2]
                around = around[:, :, max(0, left - STATE // 2) : left + 3 * STATE // 2].reshape(len(seen), -1)
                squares = (around**2).sum(1)
                apart = squares[:, None] + squares - 2 * around @ around.T
                state = int(np.argmin(np.partition(apart, often, axis=1)[:, often]))
                alike = np.argsort(apart[state])[:often]
                block = even[alike, top : top + STATE, left : left + STATE]
                answer[top : top + STATE, left : left + STATE] = np.median(block, axis=0)
        return answer

    def light(self, pictures: Pictures) -> Levels:
        """Return how bright each picture is, (n,): 1 is as bright as the background."""
        return _light(pictures, self.background)

    def moving(self, pictures: Pictures, part: tuple[slice, slice] = (slice(None), slice(None))) -> Levels:
        """Return how far each pixel of a part of the picture belongs to what moves, (n, height, width), 0 to 1, with
        soft edges."""
        rows, columns = (
            slice(max(0, (one.start or 0) - SOFT), None if one.stop is None else one.stop + SOFT) for one in part
        )
        behind = self.light(pictures)[:, None, None] * self.background[rows, columns]
        near = ndimage.uniform_filter(np.abs(pictures[:, rows, columns] - behind), (0, 5, 5))
        sure = np.clip((near - LEAST_CHANGE) / (SURE_CHANGE - LEAST_CHANGE), 0, 1)
        wide = ndimage.uniform_filter(ndimage.maximum_filter(sure, (0, 5, 5)), (0, 3, 3))
        inside = (
            slice((one.start or 0) - (around.start or 0), None if one.stop is None else one.stop - (around.start or 0))
            for one, around in zip(part, (rows, columns), strict=True)
        )
        return np.asarray(wide[:, *inside], np.float32)

    @cached_property
    def movement(self) -> Levels:
        """How much moves at each frame, (n,): what the means of the blocks change beyond the usual, in grey levels."""
        count, high, wide = self.pictures.shape
        down, across = high // BLOCK, wide // BLOCK
        means = np.empty((count, down, across), np.float32)
        for low in range(0, count, _BATCH):
            part = self.pictures[low : low + _BATCH, : down * BLOCK, : across * BLOCK]
            means[low : low + _BATCH] = part.reshape(-1, down, BLOCK, across, BLOCK).mean((2, 4), dtype=np.float32)
        step = max(1, self.frame(STEP))
        change = np.abs(means[step:] - means[:-step])
        usual = np.median(change, axis=0)
        beyond = np.maximum(change - 5 * usual - 0.5, 0).mean((1, 2))
        return np.asarray(np.concatenate([np.full(step, beyond[0]), beyond]), np.float32)

    @cached_property
    def noise(self) -> Levels:
        """The noise of the camera: the quietest QUIET seconds without their mean, (n, height, width)."""
        length = min(len(self.pictures), max(2, self.frame(QUIET)))
        sums = np.concatenate([[0.0], np.cumsum(self.movement, dtype=np.float64)])
        low = int(np.argmin(sums[length:] - sums[:-length]))
        quiet = self.pictures[low : low + length].astype(np.float32)
        # Lit evenly, so that exposure that hunts is no noise.
        quiet /= self.light(self.pictures[low : low + length])[:, None, None]
        left = quiet - np.median(quiet, axis=0)
        # What moved all the same is left out.
        return np.asarray(np.where(np.abs(left) > 6 * left.std() + 2, 0, left), np.float32)

    @cached_property
    def small(self) -> Pictures:
        """All pictures as loopfind reads them, (n, SMALL, SMALL)."""
        return reduced(self.pictures)


def _light(pictures: Pictures, background: Levels) -> Levels:
    behind = background[::4, ::4]
    lit = behind > 16
    return np.asarray(np.maximum(np.median(pictures[:, ::4, ::4][:, lit] / behind[lit], axis=1), 0.1), np.float32)


def footage(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Footage:
    """Read a video whole, at its own rate, as pictures of (width, height) pixels."""
    reader = imageio_ffmpeg.read_frames(str(path))
    rate = float(next(reader)["fps"])
    reader.close()
    command = [*ffmpeg(), "-i", str(path), "-map", "0:v:0", "-vf", f"scale={size[0]}:{size[1]}:flags=area,format=gray"]
    raw = subprocess.run([*command, "-fps_mode", "cfr", "-r", f"{rate}", "-f", "rawvideo", "-"], capture_output=True)
    pictures = np.frombuffer(raw.stdout, np.uint8).reshape(-1, size[1], size[0])
    if not len(pictures):
        raise SystemExit(f"{path}: cannot be read: {raw.stderr.decode(errors='replace').strip()}")
    return Footage(path.stem, rate, pictures)


def encode(batches: Iterable[Pictures], rate: float, path: Path, quality: tuple[str, ...] = QUALITY) -> None:
    """Encode pictures as a video, at once or not at all. Raises CalledProcessError where ffmpeg fails."""
    part = path.with_suffix(".part" + path.suffix)
    batches = iter(batches)
    first = next(batches)
    shape = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{first.shape[2]}x{first.shape[1]}", "-r", f"{rate}"]
    command = [*ffmpeg(), *shape, "-i", "-", *quality, "-pix_fmt", "yuv420p", str(part)]
    command[1:2] = []  # it reads what is written to it
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for pictures in _with(first, batches):
            child.stdin.write(np.ascontiguousarray(pictures).tobytes())
        child.stdin.close()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    part.replace(path)


def _with(first: Pictures, rest: Iterator[Pictures]) -> Iterator[Pictures]:
    yield first
    yield from rest


def reduced(pictures: Pictures, side: int = SMALL) -> Pictures:
    """Return pictures (n, height, width) as (n, side, side), by area, as loopfind reads them."""
    down, across = _shares(pictures.shape[1], side), _shares(pictures.shape[2], side)
    answer = np.empty((len(pictures), side, side), np.uint8)
    for low in range(0, len(pictures), _BATCH):
        part = down @ (pictures[low : low + _BATCH].astype(np.float32) @ across.T)
        answer[low : low + _BATCH] = np.clip(part + 0.5, 0, 255)
    return answer


def _shares(length: int, count: int) -> Levels:
    """Return the share (count, length) of each pixel of a side in each of `count` equal parts of it."""
    edges, pixels = length * np.arange(count + 1) / count, np.arange(length)
    held = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.maximum(held, 0) * count / length, np.float32)


def sheet(pictures: Pictures, columns: int, path: Path) -> None:
    """Save pictures as one PNG, in rows of `columns`."""
    from PIL import Image

    lack = -len(pictures) % columns
    full = np.concatenate([pictures, np.zeros((lack, *pictures.shape[1:]), np.uint8)])
    rows = full.reshape(-1, columns, *pictures.shape[1:]).transpose(0, 2, 1, 3)
    Image.fromarray(rows.reshape(-1, columns * pictures.shape[2])).save(path)
