"""The tracker: learns the map of a fixed camera, follows its path, and learns anew where the camera shows something
else."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.engine.trajectory.baseline import Baseline
from loopfind.engine.trajectory.camera import FixedCamera, learn_camera
from loopfind.engine.trajectory.events import EventLog
from loopfind.engine.trajectory.follower import FollowedSamples, Follower
from loopfind.engine.trajectory.parameters import (
    BACK,
    FEWEST_SAMPLES,
    MANY,
    MANY_TIME,
    OFTEN,
    OFTEN_TIME,
    REMEMBERED,
    SETTLED_SAMPLES,
    STEP,
    WINDOW_SAMPLES,
)
from loopfind.engine.trajectory.path import PathStretch, unknown
from loopfind.engine.trajectory.views import differ, same_scene
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.trajectory import CameraMap, Unusual, WhyLearned

_AT_ONCE = 64

Tracked = PathStretch | CameraMap | Unusual


class Tracker:
    """Takes samples in order.

    baseline: seconds that a map is learned from. rate: samples a second. false_alarms, way: as in TrajectorySettings.
    """

    def __init__(self, baseline: float, rate: float, false_alarms: float, way: str = "pictures") -> None:
        self._length, self._rate, self._way = baseline, rate, way
        self._false_alarms = false_alarms
        self._log = EventLog(itertools.count(1))
        self._numbers = itertools.count(1)
        self._why: WhyLearned = "first"
        self._baseline: Baseline | None = Baseline()
        self._follower: Follower | None = None
        self._known: list[FixedCamera] = []
        self._often = 0.0
        self._elsewhere: Elsewhere | None = None

    @property
    def learned(self) -> float:
        """Return the share of the baseline that is there, 0 to 1."""
        return 1.0 if self._baseline is None else min(1.0, self._baseline.seconds / self._length)

    def add(self, times: Floats, pictures: Bytes) -> Iterator[Tracked]:
        """Take samples: times (n,) seconds, rising; pictures (n, 64, 64) uint8. Yield what is known of them, and of
        those before."""
        for low in range(0, len(times), _AT_ONCE):
            part = slice(low, low + _AT_ONCE)
            if self._follower is None:
                yield from self._gather(times[part], pictures[part])
            else:
                yield from self._follow(self._follower, times[part], pictures[part])

    def finish(self) -> Iterator[Tracked]:
        """Yield what is left at the end of the footage."""
        if self._baseline is not None:
            yield from self._learn(self._baseline)
        elif self._elsewhere is not None:  # whether for good, nobody knows
            yield from self._leave(float(self._elsewhere.paths[0].times[0]))
            yield from self._elsewhere.paths
        yield from self._log.end()
        if self._follower is not None:
            yield self._follower.map

    def _gather(self, times: Floats, pictures: Bytes) -> Iterator[Tracked]:
        baseline = self._baseline
        assert baseline is not None
        # However samples come in, the same ones are learned from.
        count = baseline.until(times, self._length)
        baseline.add(times[:count], pictures[:count])
        parted = baseline.parted()
        if parted is not None:
            before, after = parted
            yield from self._learn(before, whole=False)
            self._baseline, self._why = after, "moved"
        elif baseline.seconds >= self._length and len(baseline) >= FEWEST_SAMPLES:
            yield from self._learn(baseline)
        yield from self.add(times[count:], pictures[count:])

    def _learn(self, baseline: Baseline, whole: bool = True) -> Iterator[Tracked]:
        """Learn a map of what was gathered, and yield how it is placed in it. whole: whether the view stands still."""
        times, pictures, breaks = baseline.samples()
        if len(times) < FEWEST_SAMPLES:
            yield unknown(times)
            return
        camera, path, windows = learn_camera(
            next(self._numbers), self._why, times, pictures, breaks, self._rate, self._false_alarms
        )
        follower = Follower(camera, camera.learned.start, self._way)
        follower.count(path)
        yield follower.map
        yield path
        for window in windows:
            yield from self._log.add(window, camera, held=False)
        self._known = [*self._known, camera][-REMEMBERED:]
        if whole:
            self._baseline, self._follower, self._often = None, follower, 0.0
            self._log.risen(np.inf)
        else:
            yield from self._log.end()

    def _follow(self, follower: Follower, times: Floats, pictures: Bytes) -> Iterator[Tracked]:
        followed = follower.follow(times, pictures)
        yield from self._settle(follower, followed, pictures)
        if self._follower is not follower:
            return
        held = self._elsewhere is not None
        for window in followed.windows if follower.camera.model.fits else ():
            yield from self._log.add(window, follower.camera, held)
            self._often += (float(window.score >= 1) - self._often) * min(1.0, STEP / self._rate / OFTEN_TIME)
        many = self._log.risen(float(times[-1]) - MANY_TIME) >= MANY
        if not held and (self._often > OFTEN or many):
            yield from self._log.end()
            yield follower.map
            self._begin("usual")

    def _settle(self, follower: Follower, followed: FollowedSamples, pictures: Bytes) -> Iterator[Tracked]:
        """Yield the path as far as it is known to be of this view. What shows another one is kept until it is back, or
        has come to stay."""
        away = followed.away
        if self._elsewhere is None and not away.any():
            follower.count(followed.path)
            yield followed.path
            return
        begin = 0
        if self._elsewhere is None:
            begin = int(np.argmax(away))
            follower.count(followed.path.part(slice(0, begin)))
            yield followed.path.part(slice(0, begin))
            self._elsewhere = Elsewhere()
        for number in range(begin, len(away)):
            self._elsewhere.add(followed.path.part(slice(number, number + 1)), pictures[number], bool(away[number]))
        if self._elsewhere.back >= BACK:
            for path in self._elsewhere.paths:
                follower.count(path)
                yield path
            self._elsewhere = None
        elif len(self._elsewhere.paths) >= SETTLED_SAMPLES:
            yield from self._look_elsewhere(follower, self._elsewhere)

    def _look_elsewhere(self, follower: Follower, elsewhere: "Elsewhere") -> Iterator[Tracked]:
        """Another view is there for good: take a map that is known, or learn one."""
        times = np.concatenate([path.times for path in elsewhere.paths])
        pictures = np.stack(elsewhere.pictures)
        began = float(times[0])
        yield from self._leave(began)
        yield replace(follower.map, end=began)
        self._elsewhere = None
        view = np.median(pictures[len(pictures) // 2 :: 4], axis=0).astype(np.float32)
        for camera in reversed(self._known):
            if camera is not follower.camera and not differ(camera.model.background.picture, view):
                self._follower = Follower(camera, began, self._way)
                yield from self._follow(self._follower, times, pictures)
                return
        same = same_scene(follower.camera.model.background.picture, view)
        self._begin("light" if same else "moved")
        yield from self._gather(times, pictures)

    def _begin(self, why: WhyLearned) -> None:
        self._baseline, self._follower, self._why, self._often = Baseline(), None, why, 0.0
        self._log.risen(np.inf)

    def _leave(self, began: float) -> Iterator[Tracked]:
        """End what is unusual where another view began, unless it is nothing but that view."""
        if not self._log.withdraw(began - 2 * WINDOW_SAMPLES / self._rate):
            yield from self._log.end(began)


class Elsewhere:
    """The footage since the camera last showed the view that is known. back: samples since then that show it
    again."""

    def __init__(self) -> None:
        self.paths: list[PathStretch] = []
        self.pictures: list[Bytes] = []
        self.back = 0

    def add(self, path: PathStretch, picture: Bytes, away: bool) -> None:
        """Take the next sample."""
        self.paths.append(path)
        self.pictures.append(picture)
        self.back = 0 if away else self.back + 1
