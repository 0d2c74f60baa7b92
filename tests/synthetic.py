"""Fingerprints drawn without any video: scenes as functions of recording time, put end to end, with a codec's noise.

synthetic.shown([(film(1), 0, 20), (film(1), 5, 8)], fps=25)    20 s of a film, then its seconds 5 to 8 once more
synthetic.answer(fingerprint)                                   the report on it

A scene gives the same picture for the same instant, at whatever rate it is asked for, so one timeline can be shown at
any frame rate. The noise is drawn anew for each frame shown, as an encoder spoils each showing in its own way.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from loopfind.engine import find
from loopfind.model.dtypes import Floats
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Report
from loopfind.model.video import Source
from loopfind.pipeline.answer import report_of
from loopfind.settings import Settings

SIDE = 12
CELLS = SIDE * SIDE
NOISE = 0.15
"""Grey levels: what H.264 at CRF 28 leaves in the mean of a cell."""

Scene = Callable[[Floats], np.ndarray]
"""Cells (n, 144) float in grey levels at instants (n,) of the recording, seconds."""

Piece = tuple[Scene, float, float]
"""A scene from a second of its recording to another."""


def path(rng: np.random.Generator, size: float, fastest: float = 0.6) -> Callable[[Floats], Floats]:
    """A smooth way about 0 without a period: a sum of waves (n,), standard deviation `size`, up to `fastest` Hz."""
    rates, phases = rng.uniform(0.03, fastest, 12), rng.uniform(0, 2 * np.pi, 12)

    def at(t: Floats) -> Floats:
        return np.sin(2 * np.pi * np.outer(t, rates) + phases).sum(1) * size / np.sqrt(6)

    return at


def room(seed: int, contrast: float = 28.0) -> np.ndarray:
    """A standing background: cells (144,), detail at every scale."""
    rng = np.random.default_rng((seed, 1))
    radius = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :]) + 1 / SIDE
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((SIDE, SIDE))) / radius).real
    return (rng.uniform(90, 150) + contrast * field / field.std()).ravel()


def camera(seed: int, where: int = 0, bodies: int = 5, size: float = 0.11) -> Scene:
    """A fixed camera on room `where` in which bodies wander, in and out of the picture. size: of a body, share of the
    side."""
    rng = np.random.default_rng((seed, 2))
    standing, y = room(where), (np.arange(SIDE) + 0.5) / SIDE
    ways = [
        (path(rng, 0.36), path(rng, 0.36), rng.uniform(0.7, 1.4) * size, rng.uniform(-90, 90)) for _ in range(bodies)
    ]
    light = path(rng, 3.0, 0.1)

    def at(t: Floats) -> np.ndarray:
        cells = standing + light(t)[:, None]
        for down, across, wide, bright in ways:
            rows = np.exp(-(((y - 0.5 - down(t)[:, None]) / wide) ** 2))
            columns = np.exp(-(((y - 0.5 - across(t)[:, None]) / wide) ** 2))
            cells += bright * (rows[:, :, None] * columns[:, None, :]).reshape(len(t), CELLS)
        return cells

    return at


def film(seed: int, shot: float = 3.0) -> Scene:
    """Shots of 0.5 to 1.5 times `shot` seconds, each in a place of its own with bodies and light of its own; 1000 s
    of them."""
    rng = np.random.default_rng((seed, 3))
    cuts = np.cumsum(rng.uniform(0.5, 1.5, round(1000 / shot)) * shot)
    scenes: dict[int, Scene] = {}

    def at(t: Floats) -> np.ndarray:
        cells, which = np.empty((len(t), CELLS)), np.searchsorted(cuts, t, side="right")
        for number in np.unique(which).tolist():
            name = 1000 * seed + number + 1
            scene = scenes.setdefault(number, camera(name, where=name, bodies=4, size=0.2))
            cells[which == number] = scene(t[which == number])
        return cells

    return at


def lanes(seed: int) -> Scene:
    """A fixed camera on a road: cars of three makes pass in two lanes, about as fast as each other, when they like.

    Many passes look alike, and none is another one: cars of one make differ by a twentieth in size, shade and lane, and
    none keeps its speed to the last.
    """
    rng = np.random.default_rng((seed, 5))
    count, y = 80, (np.arange(SIDE) + 0.5) / SIDE
    cars = zip(
        np.cumsum(rng.exponential(2.2, count)),
        rng.choice((60, -50, 35), count) * rng.normal(1, 0.05, count),
        rng.normal(1, 0.05, count),
        rng.integers(0, 2, count),
        rng.normal(0, 0.005, count),
        rng.normal(0.3, 0.03, count),
        rng.normal(0, 0.01, count),
        strict=True,
    )
    drawn = list(cars)

    def at(t: Floats) -> np.ndarray:
        cells = np.tile(room(seed % 7), (len(t), 1))
        for enter, shade, size, way, aside, speed, gain in drawn:
            seen = np.flatnonzero((t >= enter) & (t <= enter + 1.6 / speed))
            since = t[seen] - enter
            gone = since * (speed + gain * since) - 0.2
            across = np.exp(-(((y - (gone if way else 1 - gone)[:, None]) / (0.09 * size)) ** 2))
            down = np.exp(-(((y - (0.6 if way else 0.45) - aside) / (0.07 * size)) ** 2))
            cells[seen] += shade * (down[None, :, None] * across[:, None, :]).reshape(-1, CELLS)
        return cells

    return at


def still(seed: int) -> Scene:
    """One motionless picture."""
    picture = room(seed)
    return lambda t: np.repeat(picture[None], len(t), axis=0)


def black(t: Floats) -> np.ndarray:
    """Nothing at all."""
    return np.full((len(t), CELLS), 16.0)


def static(seed: int) -> Scene:
    """An untuned receiver: every frame is noise of its own."""

    def at(t: Floats) -> np.ndarray:
        draws = [np.random.default_rng((seed, round(1000 * x))).normal(128, 12, CELLS) for x in t.tolist()]
        return np.stack(draws) if draws else np.zeros((0, CELLS))

    return at


def backwards(scene: Scene) -> Scene:
    """The scene run backwards: its instant t is the original's instant -t."""
    return lambda t: scene(-t)


def mirrored(scene: Scene) -> Scene:
    """The scene mirrored left to right."""
    return lambda t: scene(t).reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(-1, CELLS)


def shown(pieces: Sequence[Piece], fps: float = 25.0, noise: float = NOISE, seed: int = 0) -> Fingerprint:
    """The pieces end to end at a steady rate; each lasts a whole number of frames. seed: of the codec's noise."""
    cells, at = [], 0
    for scene, start, end in pieces:
        frames = round((end - start) * fps)
        cells.append(scene(start + np.arange(frames) / fps))
        at += frames
    return fingerprint(np.concatenate(cells) if cells else np.zeros((0, CELLS)), np.arange(at) / fps, noise, seed)


def fingerprint(cells: np.ndarray, times: Floats, noise: float = NOISE, seed: int = 0) -> Fingerprint:
    """Cells (n, 144) shown at `times` (n,) seconds, with a codec's noise, as a fingerprint; codes as aHash makes
    them."""
    rng = np.random.default_rng((seed, 4))
    spoiled = cells + noise * rng.standard_normal(cells.shape, np.float32) if noise else cells
    sketches = np.clip(np.rint(256 * spoiled), 0, 65535).astype(np.uint16)
    gap = float(np.median(np.diff(times))) if len(times) > 1 else 0.04
    return Fingerprint(
        kind="ahash",
        hash_size=SIDE,
        times=np.asarray(times, np.float64),
        end=float(times[-1]) + gap if len(times) else 0.0,
        codes=np.packbits(spoiled > spoiled.mean(1, keepdims=True), axis=1),
        detail=cells.std(1).astype(np.float32),
        sketches=sketches,
    )


def frozen(frames: int, fps: float = 25.0) -> Fingerprint:
    """One picture, bit for bit the same in every frame, in no more memory than one."""
    one = fingerprint(room(0)[None], np.zeros(1), noise=0)
    times = np.arange(frames) / fps
    return replace(
        one,
        times=times,
        end=frames / fps,
        codes=np.broadcast_to(one.codes, (frames, one.codes.shape[1])),
        detail=np.broadcast_to(one.detail, (frames,)),
        sketches=np.broadcast_to(np.asarray(one.sketches), (frames, CELLS)),
    )


def later(file: Fingerprint, seconds: float) -> Fingerprint:
    """The same frames, all of them so many seconds later."""
    return replace(file, times=file.times + seconds, end=file.end + seconds)


def joined(one: Fingerprint, other: Fingerprint) -> Fingerprint:
    """One file after the other, each frame as it is."""
    parts = (one, later(other, one.end))
    return replace(
        one,
        times=np.concatenate([part.times for part in parts]),
        end=parts[1].end,
        codes=np.concatenate([part.codes for part in parts]),
        detail=np.concatenate([part.detail for part in parts]),
        sketches=np.concatenate([part.sketches[0 : len(part)] for part in parts]),
    )


def kept(file: Fingerprint, frames: np.ndarray) -> Fingerprint:
    """The fingerprint with only the given frames: a variable rate."""
    sketches = np.asarray(file.sketches[0 : len(file)])[frames]
    return replace(
        file, times=file.times[frames], codes=file.codes[frames], detail=file.detail[frames], sketches=sketches
    )


def answer(file: Fingerprint) -> Report:
    """The report on a fingerprint, at default settings."""
    first = float(file.times[0]) if len(file) else 0.0
    fps = 1 / float(np.median(np.diff(file.times))) if len(file) > 1 else 0.0
    source = Source("drawn.mkv", file.end - first, len(file), fps, 320, 180)
    return report_of(find(file), source, Settings(), times=file.times)
