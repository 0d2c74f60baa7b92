"""The trajectory of a fixed camera: one decode for its path and for what the engine finds again."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from loopfind.engine import find
from loopfind.engine.trajectory.parameters import SAMPLE_RATE
from loopfind.engine.trajectory.path import PathStretch, joined
from loopfind.engine.trajectory.retraces import Retracer
from loopfind.engine.trajectory.sampler import Sampler
from loopfind.engine.trajectory.tracker import Tracked, Tracker
from loopfind.engine.trajectory.vectors import VectorWay, region_in_cells
from loopfind.errors import BadSetting, MissingExtra, StillStream
from loopfind.media.ffmpeg import address
from loopfind.media.motion_vectors import read_motion
from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.events import Ended
from loopfind.model.report import Repeat, Report
from loopfind.model.trajectory import (
    CameraMap,
    Followed,
    Moment,
    Retrace,
    Trajectory,
    TrajectoryEnded,
    Unusual,
)
from loopfind.model.video import Frames, Watch
from loopfind.pipeline.answer import report_of
from loopfind.pipeline.following import Following
from loopfind.pipeline.inputs import changed_settings
from loopfind.pipeline.live_source import LiveRequest
from loopfind.pipeline.reader import read_video
from loopfind.reports.summaries import search_progress
from loopfind.settings import SHORTEST_BASELINE, TRAJECTORY_WAYS, WINDOW, Decoding, Settings, TrajectorySettings

MOST_PATH_SAMPLES = 1_000_000
"""Samples of a path that are kept, 50 MB: a day. Of a longer one every second is kept, then every fourth, and so on."""

LAG_AGREES = 0.25
"""Seconds by which the lags of a retrace and of a repeat that it agrees with may differ: some samples."""

MOST_EVENTS = 10_000
"""Events that are kept, the latest."""


def trajectory(
    path: str | os.PathLike[str],
    settings: TrajectorySettings = TrajectorySettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    **changes: Any,
) -> Trajectory:
    """Learn the map of a fixed camera, follow its path through it, and say what is unusual against the baseline.

    path: a file, "-" for standard input, or an address that ffmpeg can open. changes: settings by name. watch, log: as
    for `scan`. What the video shows more than once is in `report`, from the same decode. Raises MediaError for a video
    that cannot be read, UsageError for settings that cannot be met, MissingExtra without scikit-learn.
    """
    settings = changed_settings(settings, changes)
    check_trajectory_settings(settings)
    where = address.resolve(os.fspath(path))
    moved = _walk_by_vectors(where, settings) if settings.way == "vectors" else None
    while True:
        scanned = _scan_settings(settings)
        walk = moved or Walk(settings)
        others = [] if moved else [walk]
        try:
            reading = read_video(
                where, scanned, others=others, watch=watch, log=log, decoding=Decoding(unbounded=settings.unbounded)
            )
        except StillStream as error:  # such as a cover that is not marked as one
            if settings.stream >= error.other:
                raise
            settings = replace(settings, stream=error.other)
            continue
        break
    walk.finish()
    fingerprint = reading.fingerprint
    if watch is not None:
        watch(search_progress(fingerprint.end))
    source = replace(reading.source, frames=len(fingerprint))
    report = report_of(find(fingerprint), source, scanned, reading.losses, times=fingerprint.times)
    return walk.answer(report)


def follow_trajectory(
    path: str | os.PathLike[str],
    settings: TrajectorySettings = TrajectorySettings(),  # noqa: B008 - frozen
    window: float = WINDOW,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    halted: Callable[[], bool] = lambda: False,
    note: Callable[[str], None] = lambda line: None,
    **changes: Any,
) -> Iterator[Followed]:
    """Follow the trajectory of a recording that still grows, or of a live source.

    Yields a Moment about once a second; a CameraMap when one was learned, and again when it stands no more; an Unusual
    when it is sure and once more when it has ended; a Finding and a Missed as `follow` does; and a TrajectoryEnded at
    the end. window: seconds of footage in which repeats are looked for. halted, note: as for `follow`. Memory is
    bounded, however long the source goes on. Raises what `trajectory` raises.
    """
    settings = changed_settings(settings, changes)
    check_trajectory_settings(settings)
    if settings.way == "vectors":
        takes = "motion vectors are read from files that are whole; what goes on is followed by pictures or differences"
        raise BadSetting("way", settings.way, takes)
    walk = Walk(settings)
    decoding = Decoding(unbounded=settings.unbounded)
    request = LiveRequest(os.fspath(path), _scan_settings(settings), window, decoding, watch, log, halted, note)
    for event in Following(request, walk.take).events():
        if not isinstance(event, Ended):
            yield event
            continue
        yield from walk.finish()
        yield TrajectoryEnded(walk.answer(event.report), event.why, event.said)


def check_trajectory_settings(settings: TrajectorySettings) -> None:
    """Raise BadSetting or MissingExtra for what cannot be met, before anything is read."""
    if not SHORTEST_BASELINE <= settings.baseline < float("inf"):
        raise BadSetting("baseline", settings.baseline, f"give {SHORTEST_BASELINE:g} seconds or more, such as 10m")
    if not 0 < settings.false_alarms <= 1000:
        raise BadSetting("false_alarms", settings.false_alarms, "give events an hour, above 0 and at most 1000")
    if settings.way not in TRAJECTORY_WAYS:
        raise BadSetting("way", settings.way, f"give one of {', '.join(TRAJECTORY_WAYS)}")
    try:
        import sklearn  # noqa: F401 - learning comes after minutes of reading
    except ImportError:
        raise MissingExtra("the map of a camera", "scikit-learn", "explore") from None


def _walk_by_vectors(where: address.Address, settings: TrajectorySettings) -> "Walk":
    """Return a trajectory in the making that has taken the motion of a file, up to its end. Raises NoMotionVectors."""
    walk, way = Walk(settings), VectorWay()
    stream, start, end, unbounded = settings.stream, settings.start, settings.end, settings.unbounded
    for motion in read_motion(where, stream, start, end, apart=1 / SAMPLE_RATE, unbounded=unbounded):
        walk.add(Frames(0, motion.times, way.follow(motion)))
    return walk


def _scan_settings(settings: TrajectorySettings) -> Settings:
    return Settings(stream=settings.stream, start=settings.start, end=settings.end, stall=settings.stall, sound=False)


class Walk:
    """A trajectory in the making: takes batches of frames, and keeps what the answer needs in bounded memory."""

    def __init__(self, settings: TrajectorySettings) -> None:
        self._settings, self._sampler = settings, Sampler()
        self._tracker: Tracker | None = None
        self._paths: list[PathStretch] = []
        self._every, self._kept, self._count = 1, 0, 0
        self._maps: dict[int, list[CameraMap]] = {}
        self._events: dict[int, Unusual] = {}
        self._retracer = Retracer()
        self._said = -np.inf

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        for _ in self.take(frames):
            pass

    def take(self, frames: Frames) -> Iterator[Moment | CameraMap | Unusual]:
        """Take the next batch, and yield what comes of it."""
        yield from self._track(*self._sampler.add(frames.times, frames.pictures))

    def finish(self) -> list[Moment | CameraMap | Unusual]:
        """Take the end of the footage, and return what comes of it."""
        found = [*self._track(*self._sampler.end())]
        if self._tracker is not None:
            for tracked in self._tracker.finish():
                found += self._keep(tracked)
        return found

    def _track(self, times: Floats, pictures: Bytes) -> Iterator[Moment | CameraMap | Unusual]:
        if not len(times):
            return
        if self._tracker is None:
            self._tracker = Tracker(
                self._settings.baseline, self._sampler.rate, self._settings.false_alarms, self._settings.way
            )
        self._retracer.add(times, pictures)
        silent = True
        for tracked in self._tracker.add(times, pictures):
            for event in self._keep(tracked):
                silent = silent and not isinstance(event, Moment)
                yield event
        last = float(times[-1])
        if silent and last >= self._said + 1:  # while a map is learned, or something else is shown
            self._said = last
            yield Moment(last, None, None, None, 0.0, None, self._tracker.learned)

    def _keep(self, tracked: Tracked) -> Iterator[Moment | CameraMap | Unusual]:
        if isinstance(tracked, PathStretch):
            self._keep_path(tracked)
            yield from self._moments(tracked)
        elif isinstance(tracked, CameraMap):
            stood = self._maps.setdefault(tracked.id, [])
            if stood and stood[-1].start == tracked.start:
                stood[-1] = tracked
            else:
                stood.append(tracked)
            yield tracked
        else:
            if self._settings.way == "vectors" and tracked.region is not None:
                tracked = replace(tracked, region=region_in_cells(tracked.region))
            self._events[tracked.id] = tracked
            if len(self._events) > MOST_EVENTS:
                del self._events[next(iter(self._events))]
            yield tracked

    def _moments(self, path: PathStretch) -> Iterator[Moment]:
        if not len(path) or path.map_ids[-1] < 0:
            return
        for number in np.flatnonzero(path.times >= self._said + 1).tolist():
            time = float(path.times[number])
            if time < self._said + 1:
                continue
            self._said = time
            x, y, z = (float(one) for one in path.positions[number])
            place, score = int(path.places[number]), float(path.scores[number])
            yield Moment(
                time,
                int(path.map_ids[number]),
                (x, y, z),
                None if place < 0 else place,
                float(path.activity[number]),
                None if np.isnan(score) else score,
                1.0,
            )

    def _keep_path(self, path: PathStretch) -> None:
        first = -self._count % self._every
        self._count += len(path)
        kept = path.part(slice(first, None, self._every))
        self._paths.append(kept)
        self._kept += len(kept)
        if self._kept > MOST_PATH_SAMPLES:
            whole = joined(self._paths)
            self._every *= 2
            self._paths = [whole.part(slice(None, None, 2))]
            self._kept = len(self._paths[0])

    def answer(self, report: Report) -> Trajectory:
        """Return the whole answer. report: what the engine says of the same video."""
        path = joined(self._paths)
        maps = [stood for known in self._maps.values() for stood in known]
        return Trajectory(
            source=report.source,
            settings=self._settings,
            rate=self._sampler.rate / self._every,
            times=path.times,
            positions=path.positions,
            places=path.places,
            map_ids=path.map_ids,
            activity=path.activity,
            scores=path.scores,
            maps=tuple(sorted(maps, key=lambda one: one.start)),
            events=tuple(_with_repeat(event, report) for event in self._events.values()),
            retraces=tuple(_beside(one, report.repeats) for one in self._retracer.found()),
            report=report,
            losses=report.losses,
        )


def _with_repeat(event: Unusual, report: Report) -> Unusual:
    """Return an event with the repeat that shows most of it."""
    for repeat in report.repeats:
        for occurrence in repeat.occurrences:
            shared = min(event.end, occurrence.end) - max(event.start, occurrence.start)
            if repeat.kind != "still" and shared >= 0.5 * (event.end - event.start):
                return replace(event, repeat=repeat.id)
    return event


def _beside(retrace: Retrace, repeats: tuple[Repeat, ...]) -> Retrace:
    """Return a retrace with the repeat of the engine that agrees with most of it: the same moments, at the same lag."""
    agreed = {repeat.id: _agreed(retrace, repeat) for repeat in repeats if repeat.kind != "still"}
    best = max(agreed, key=agreed.__getitem__, default=None)
    return retrace if best is None or agreed[best] <= 0 else replace(retrace, repeat=best)


def _agreed(retrace: Retrace, repeat: Repeat) -> float:
    """Return the seconds in which a repeat shows again what a retrace does; 0 where that is less than half of the
    shorter of the two."""
    shown = [one for one in repeat.occurrences if not one.reversed]
    begins = np.array([one.start - one.content_start for one in shown])  # of the content, had it been shown from there
    seconds, shortest = 0.0, retrace.end - retrace.start
    for one in shown:
        shared = min(retrace.end, one.end) - max(retrace.start, one.start)
        lags = one.start - one.content_start - begins
        if shared > 0 and (np.abs(lags - retrace.lag) <= LAG_AGREES).any():
            seconds, shortest = seconds + shared, min(shortest, one.end - one.start)
    return seconds if seconds >= shortest / 2 else 0.0
