"""The alterations by which questions are learned: a baseline faster, held, cut, and with bodies that were not there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loopfind.engine.trajectory.light import Background, Grey
from loopfind.engine.trajectory.looks import Differing, Movement, differing, movement, movement_after
from loopfind.engine.trajectory.parameters import BODIES, FOLDS, PACES, STEP, STILL, WINDOW_SAMPLES
from loopfind.engine.trajectory.subspace import Subspace
from loopfind.engine.trajectory.windows import (
    Usual,
    Windows,
    body_rows,
    body_windows,
    jump_windows,
    motion_activity,
    pace_windows,
    standing_windows,
    windows_at,
    windows_in,
)
from loopfind.model.dtypes import Bytes, Ints
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


@dataclass(frozen=True)
class AlteredRows:
    """The numbers by which a question judges altered windows: rows (m, k) float32, and the part (m,) of the baseline of
    each."""

    rows: Grey
    folds: Ints

    def without(self, fold: int) -> Grey:
        """Return the rows of the other parts."""
        others: Grey = self.rows[self.folds != fold]
        return others


@dataclass(frozen=True)
class Altering:
    """Makes altered windows of a baseline.

    pictures (n, 64, 64): of it. passages: samples [first, end) that follow one another. spans: the same, each within
    one part. folds (n,): the part of each sample. spaces, usual: the subspace and the levels that the other parts
    teach, of each part. background, change: as in a model.
    """

    pictures: Bytes
    passages: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    folds: Ints
    background: Background
    change: float
    spaces: list[Subspace]
    usual: list[Usual]
    generator: np.random.Generator

    def all_ways(self, moved: Movement, seen: Differing) -> list[AlteredRows]:
        """Return windows that are faster, held, cut, and with a body that moves or stands. moved, seen: of the
        baseline."""
        return [self.faster(), self.held(moved, seen), self.cut(moved), self.bodies(True), self.bodies(False)]

    def faster(self) -> AlteredRows:
        """Return windows at other paces. Parts that follow one another are taken together, as three times its pace
        makes a third of a part."""
        rows, folds = [], []
        for low, high in self.passages:
            for pace in PACES:
                taken = np.arange(low, high, pace)
                if len(taken) < WINDOW_SAMPLES:
                    continue
                shown = self.pictures[taken]
                moved = movement_after(None, shown, self.background.differences(shown), self.change)
                windows = windows_in(0, len(moved))
                active = motion_activity(moved.pace, windows)
                windows = windows.part(active >= np.median(active))
                of_fold = self.folds[taken[windows.ends - 1]]
                for fold in np.unique(of_fold).tolist():
                    own = windows.part(of_fold == fold)
                    rows.append(pace_windows(moved.pace, self.usual[fold], own))
                    folds.append(np.full(len(own), fold))
        return AlteredRows(np.concatenate(rows), np.concatenate(folds))

    def held(self, moved: Movement, seen: Differing) -> AlteredRows:
        """Return windows in which the last sample is held."""
        last = np.arange(WINDOW_SAMPLES - 1, len(self.pictures), STEP)
        fronts = seen.front.mean((1, 2))
        last = last[fronts[last] >= np.median(fronts)]
        pace = np.zeros((len(last), WINDOW_SAMPLES, moved.pace.shape[1]), np.float32)
        pace[..., -4] = np.quantile(moved.pace[:, -4], 0.05)  # the noise of the camera goes on
        pace[..., -3] = moved.pace[last, -3][:, None]
        pace[..., -1] = moved.pace[last, -1][:, None]
        front = np.repeat(seen.front[last], WINDOW_SAMPLES, axis=0)
        ends = np.arange(1, len(last) + 1) * WINDOW_SAMPLES
        windows = Windows(ends, ends - WINDOW_SAMPLES, ends - WINDOW_SAMPLES)
        return AlteredRows(standing_windows(pace.reshape(-1, moved.pace.shape[1]), front, windows), self.folds[last])

    def cut(self, moved: Movement) -> AlteredRows:
        """Return windows in which the footage goes on elsewhere, or in which a body is there at once. moved: of the
        baseline, as which a window moves until then."""
        rows, folds = [], []
        places = list(self._places())
        for number, (fold, low, high) in enumerate(places):
            shown = self.pictures[low:high].copy()
            at = int(self.generator.integers(len(shown) - WINDOW_SAMPLES // 2, len(shown) - 1))
            if number % 3:
                other = [one for one in places if one[0] == fold]
                begin = other[int(self.generator.integers(len(other)))][1]
                shown[at:] = self.pictures[begin : begin + len(shown) - at]
            else:
                shown[at:] = with_body(shown[at:].astype(np.float32), self.generator, False).round()
            differences = self.background.differences(shown)
            first = movement_after(None, shown[:1], differences[:1], self.change).pace
            then = movement(shown[at - 1 :], differences[at - 1 :], self.change).pace
            pace = np.concatenate([first, moved.pace[low + 1 : low + at], then])
            rows.append(jump_windows(pace, windows_at(np.array([len(shown)]), 0)))
            folds.append(fold)
        return AlteredRows(np.concatenate(rows), np.array(folds))

    def bodies(self, moving: bool) -> AlteredRows:
        """Return windows with a body that was not there."""
        rows, folds = [], []
        for fold, low, high in self._places():
            shown = with_body(self.pictures[low:high].astype(np.float32), self.generator, moving)
            seen = differing(self.background.differences(shown), shown[:0], self.spaces[fold])
            rows.append(body_windows(body_rows(seen, self.usual[fold]), windows_at(np.array([len(shown)]), 0)))
            folds.append(fold)
        return AlteredRows(np.concatenate(rows), np.array(folds))

    def _places(self) -> Iterator[tuple[int, int, int]]:
        length = WINDOW_SAMPLES + STILL // 2
        for fold in range(FOLDS):
            fitting = [(low, high) for low, high in self.spans if self.folds[low] == fold and high - low >= length]
            for _ in range(BODIES if fitting else 0):
                low, high = fitting[self.generator.integers(len(fitting))]
                begin = int(self.generator.integers(low, high - length + 1))
                yield fold, begin, begin + length
