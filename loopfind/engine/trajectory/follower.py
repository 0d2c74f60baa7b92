"""Follow a camera whose map is known: where each new sample lies in it, and how unusual each new window is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.camera import FixedCamera
from loopfind.engine.trajectory.camera_model import question_rows
from loopfind.engine.trajectory.differences import DifferenceWay
from loopfind.engine.trajectory.judgement import Judged
from loopfind.engine.trajectory.light import Background, Grey
from loopfind.engine.trajectory.looks import Differing, Movement, differing, movement_after
from loopfind.engine.trajectory.parameters import (
    ADAPT_EVERY,
    NEAR_REPORT,
    NOT_BACKGROUND,
    RETURN_SAMPLES,
    STEP,
    STILL,
    WINDOW_SAMPLES,
)
from loopfind.engine.trajectory.path import PathStretch
from loopfind.engine.trajectory.windows import windows_at
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.trajectory import CameraMap

_LONGEST_STEP = 5.0  # seconds between two samples that follow one another


@dataclass(frozen=True)
class FollowedSamples:
    """New samples, placed in the map. away (n,) bool: whether each shows another view. windows: those that ended."""

    path: PathStretch
    away: NDArray[np.bool_]
    windows: list[Judged]


class Follower:
    """Takes samples in order. The background follows the light."""

    def __init__(self, camera: FixedCamera, start: float, way: str) -> None:
        """start: seconds from which the map stands. way: as in TrajectorySettings."""
        self.camera = camera
        self._background = Background(camera.model.background.picture)
        self._differences: DifferenceWay | None = None
        if way == "differences":
            space = camera.model.subspace
            self._differences = DifferenceWay(space.basis, space.centre)
        self._picture: Bytes | None = None
        self._before: Grey = np.zeros((0, 64, 64), np.float32)
        self._moved: Movement | None = None
        self._seen: Differing | None = None
        self._times: Floats = np.zeros(0)
        self._since, self._score = 0, np.nan
        self._taken, self._adapted = 0, start
        self._start, self._end = start, start
        self._spent: Ints = np.zeros(len(camera.places.centres), np.int64)
        self._visits: Ints = np.zeros(len(camera.places.centres), np.int64)
        self._at, self._count = -1, 0

    @property
    def map(self) -> CameraMap:
        """The map as it stood until now."""
        return self.camera.as_map(self._start, self._end, self._spent, self._visits, self._count)

    def count(self, path: PathStretch) -> None:
        """Count what was spent in places along a stretch of the path."""
        for place in path.places.tolist():
            if place > 0:
                self._spent[place - 1] += 1
                self._visits[place - 1] += place != self._at
            self._at = place if place > 0 else self._at
        self._count += len(path)
        if len(path):
            self._end = float(path.times[-1])

    def follow(self, times: Floats, pictures: Bytes) -> FollowedSamples:
        """Take the next samples: times (n,), pictures (n, 64, 64)."""
        # However samples come in, the background follows them at the same ones.
        whole = range(ADAPT_EVERY - self._taken % ADAPT_EVERY, len(times), ADAPT_EVERY)
        cuts = [0, *whole, len(times)]
        moved, seen = self._measured(times[: cuts[1]], pictures[: cuts[1]])
        for low, high in pairwise(cuts[1:]):
            own, there = self._measured(times[low:high], pictures[low:high])
            moved, seen = moved.then(own), seen.then(there)
        windows, scores = list[Judged](), np.empty(len(times))
        if self._moved is None or self._seen is None:
            self._moved, self._seen, self._times = moved, seen, times
        else:
            self._moved, self._seen = self._moved.then(moved), self._seen.then(seen)
            self._times = np.concatenate([self._times, times])
        kept = len(self._times) - len(times)
        ends = [number for number in range(kept + 1, len(self._times) + 1) if self._ends(number - kept)]
        self._since += len(times)
        judged = dict(zip(ends, self._judged(np.array(ends, np.int64)), strict=True)) if ends else {}
        for number in range(len(times)):
            window = judged.get(kept + number + 1)
            if window is not None:
                windows.append(window)
                self._score = window.score
            scores[number] = self._score
        positions, places = self.camera.located(seen.coordinates)
        away = (seen.front > NOT_BACKGROUND).mean((1, 2)) > self.camera.model.away
        path = PathStretch(
            times,
            positions,
            places,
            np.full(len(times), self.camera.number),
            moved.pace[:, -4].astype(np.float64) / self.camera.usual_activity,
            scores,
        )
        self._forget()
        return FollowedSamples(path, away, windows)

    def _ends(self, number: int) -> bool:
        """Return whether a window ends with the so-manieth new sample."""
        count = self._since + number
        return count >= WINDOW_SAMPLES and (count - WINDOW_SAMPLES) % STEP == 0

    def _measured(self, times: Floats, pictures: Bytes) -> tuple[Movement, Differing]:
        differences = self._background.differences(pictures)
        earlier = None if self._picture is None else (self._picture, self._before[-1])
        moved = movement_after(earlier, pictures, differences, self.camera.model.change)
        seen = differing(differences, self._before, self.camera.model.subspace)
        if self._differences is not None:
            seen = replace(seen, coordinates=self._differences.follow(times, differences.reshape(len(times), -1)))
        self._before = np.concatenate([self._before, differences])[-STILL:]
        self._picture = pictures[-1]
        if earlier is None:
            self._adapted = float(times[0])
        self._taken += len(times)
        if self._taken % ADAPT_EVERY == 0:
            self._background.adapt(pictures[-1], min(float(times[-1]) - self._adapted, _LONGEST_STEP))
            self._adapted = float(times[-1])
        self._end = float(times[-1])
        return moved, seen

    def _judged(self, ends: Ints) -> Iterator[Judged]:
        moved, seen = self._moved, self._seen
        assert moved is not None and seen is not None
        windows = windows_at(ends, 0)
        rows = question_rows(moved, seen, self.camera.model.usual, windows)
        rarity = self.camera.model.rarity(rows)
        scores = (self.camera.model.calibrated.together(rarity) / self.camera.limit.rarity).tolist()
        for own, score, end in zip(rarity, scores, ends.tolist(), strict=True):
            detail, part = None, slice(end - WINDOW_SAMPLES, end)
            if score >= NEAR_REPORT:
                detail = self.camera.detail(own, moved.part(part), seen.part(part))
            yield Judged(float(self._times[end - WINDOW_SAMPLES]), float(self._times[end - 1]), score, own, detail)

    def _forget(self) -> None:
        """Keep what the next window may reach."""
        assert self._moved is not None and self._seen is not None
        part = slice(-(RETURN_SAMPLES - 1), None)
        self._moved, self._seen, self._times = self._moved.part(part), self._seen.part(part), self._times[part]
