"""Trajectories made by hand: random walks between places, with events, for tests of what is shown of them."""

import io
from dataclasses import replace
from functools import cache

import numpy as np
import samples
from PIL import Image

from loopfind.exhibits.trajectory import shown_moments
from loopfind.model.exhibits import Origin
from loopfind.model.report import Repeat
from loopfind.model.trajectory import CameraMap, RestPlace, Retrace, Trajectory, Unusual
from loopfind.model.trajectory_exhibits import TrajectoryExhibits
from loopfind.model.video import Loss, Span
from loopfind.settings import TrajectorySettings

RATE = 10.0
CORNERS = np.array([[0.0, 0.0, 0.0], [3.0, 0.4, 0.5], [1.4, 2.2, 1.1], [-0.8, 1.6, -0.9]])


def walk(count, seed=1):
    """Positions (count, 3) float32 and places (count,): it stays at a corner, and goes to another in turns."""
    draw = np.random.default_rng(seed)
    positions, places = [np.zeros((0, 3))], [np.zeros(0, np.int64)]
    here, held = 0, 0
    while held < count:
        stay, go = int(draw.integers(30, 90)), int(draw.integers(20, 50))
        there = int((here + draw.integers(1, len(CORNERS))) % len(CORNERS))
        part = np.linspace(0, 1, go, endpoint=False)[:, None]
        bend = 0.5 * np.sin(np.pi * part) * draw.normal(0, 1, 3)
        positions += [
            np.repeat(CORNERS[here][None], stay, 0),
            CORNERS[here] * (1 - part) + CORNERS[there] * part + bend,
        ]
        places += [np.full(stay, here + 1), np.full(go, -1)]
        here, held = there, held + stay + go
    noise = draw.normal(0, 0.05, (count, 3))
    return (np.concatenate(positions)[:count] + noise).astype(np.float32), np.concatenate(places)[:count]


def places_of(times, places):
    """The corners as places, by share."""
    found = []
    for number in range(1, len(CORNERS) + 1):
        at = np.flatnonzero(places == number)
        if len(at):
            visits = int((np.diff(at) > 1).sum()) + 1
            found.append(
                RestPlace(
                    number,
                    tuple(CORNERS[number - 1].tolist()),
                    round(len(at) / len(times), 3),
                    visits,
                    float(times[at[len(at) // 2]]),
                )
            )
    return tuple(sorted(found, key=lambda place: -place.share))


@cache
def plain(minutes=20.0, path=samples.SOURCE.path, link=""):
    """One map that fits, and nothing unusual behind its baseline of 10 minutes."""
    count = int(60 * minutes * RATE)
    times = np.arange(count) / RATE
    positions, places = walk(count)
    learned = times < 600
    scores = np.abs(np.random.default_rng(2).normal(0.2, 0.1, count))
    scores[learned] = np.nan
    end = float(times[-1]) + 1 / RATE
    camera_map = CameraMap(1, "first", Span(0.0, 600.0), 0.0, end, 0.931, True, places_of(times, places))
    report = samples.nothing(path)
    report = replace(
        report,
        source=replace(report.source, duration=end, frames=3 * count),
        settings=replace(report.settings, link=link),
    )
    return Trajectory(
        report.source,
        TrajectorySettings(),
        RATE,
        times,
        positions,
        places,
        np.ones(count, np.int64),
        np.ones(count),
        scores,
        (camera_map,),
        (),
        (),
        report,
    )


@cache
def eventful(path=samples.SOURCE.path, link=""):
    """The same with three unusual stretches, a retraced one that the engine confirms, one that it does not, and a
    repeat that the path does not show."""
    found = plain(path=path, link=link)
    positions, scores = found.positions.copy(), found.scores.copy()
    for start, end, far in ((7200, 7260, 2.0), (9000, 9080, -1.5)):
        rise = np.sin(np.linspace(0, np.pi, end - start))
        positions[start:end] += (far * rise[:, None] * np.array([1.0, -0.5, 0.8])).astype(np.float32)
        scores[start:end] = 2.5 * rise
    positions[10000:10200] = positions[3000:3200]
    events = (
        Unusual(1, 1, 720.0, 726.0, 723.1, 2.48, 0.02, ("backwards", "object"), None, 182.1, (0.6, 0.55, 0.2, 0.3)),
        Unusual(2, 1, 900.0, 908.0, 904.0, 1.62, 0.31, ("faster",), 2.3, 61.0, None, False, 2),
        Unusual(3, 1, 1190.0, 1200.0, 1196.5, 1.05, 0.49, ("changed",), None, 244.4, (0.05, 0.1, 0.1, 0.1), True),
    )
    retraces = (Retrace(1000.0, 1020.0, 700.0, 0.02, 1), Retrace(1100.0, 1108.0, 950.0, 0.31, None))
    repeats = (
        Repeat(
            1,
            "repeat",
            20.0,
            None,
            0.998,
            "replay",
            (samples.occurrence(300.0, 20.0), samples.occurrence(1000.0, 20.0)),
        ),
        Repeat(2, "repeat", 8.0, None, 0.97, "exact", (samples.occurrence(60.0, 8.0), samples.occurrence(900.0, 8.0))),
    )
    return replace(
        found,
        positions=positions,
        scores=scores,
        events=events,
        retraces=retraces,
        report=replace(found.report, repeats=repeats),
        losses=(Loss(400.0, 401.5, "2 damaged packets"),),
    )


@cache
def relearned():
    """Two maps, the second of another view that does not fit, with samples between them that have none."""
    found = plain(30.0)
    maps, positions, scores = found.map_ids.copy(), found.positions.copy(), found.scores.copy()
    maps[12000:12600], maps[12600:] = -1, 2
    positions[12000:12600], scores[12000:] = np.nan, np.nan
    (first,) = found.maps
    second = CameraMap(2, "moved", Span(1200.0, 1260.0), 1260.0, 1800.0, 0.402, False, ())
    places = found.places.copy()
    places[12000:] = -1
    return replace(
        found,
        maps=(replace(first, end=1200.0), second),
        map_ids=maps,
        places=places,
        positions=positions,
        scores=scores,
    )


def sampled(found, kept):
    """The same with the samples at some places alone."""
    names = ("times", "positions", "places", "map_ids", "activity", "scores")
    return replace(found, **{name: getattr(found, name)[kept].copy() for name in names})


def small(link=""):
    """An eventful one of few samples, for a file to compare with."""
    found = sampled(eventful(link=link), np.array([0, 1, 7230, 11999]))
    found.map_ids[1], found.places[1] = -1, -1
    found.positions[:] = found.positions.round(2)
    found.positions[1] = np.nan
    return replace(found, source=replace(found.source, unread=("video stream 1: mjpeg, 160x120",)))


def pictures(found, most=60):
    """Exhibits with a drawn picture for each moment: grey, the lighter the later."""
    times = shown_moments(found, most)
    shots = []
    for time in times.tolist():
        file = io.BytesIO()
        level = int(60 + 150 * time / max(1.0, float(found.times[-1])))
        Image.new("RGB", (96, 54), (level, level, 90)).save(file, "JPEG")
        shots.append(file.getvalue())
    return TrajectoryExhibits(times, tuple(shots), Origin(1 << 20, "ab" * 32))
