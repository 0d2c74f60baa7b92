"""A service whose cameras are made up: `python fake_cameras.py FOLDER PORT CAMERA ...`; all but what they show is real.

The name of a camera says what its process does: see CAMERAS.
"""

import itertools
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import trajectories
from patience import let_pass

from loopfind.model.camera import Camera
from loopfind.model.events import Finding
from loopfind.model.trajectory import Followed, Moment, Trajectory
from loopfind.reports.formats.trajectory_events import followed_json

FIRST = "process of a camera"
PAUSE = 0.05
"""Seconds between two moments, once those that were there at the start have been written."""


def followed(found: Trajectory, seconds: int) -> Iterator[Followed]:
    """Yield what a trajectory that is followed for so many seconds reports: a moment of each, and the rest when due."""
    due: list[tuple[float, Followed]] = [(one.learned.end, one) for one in found.maps]
    for one in found.events:
        due.append((one.start + 3, replace(one, going_on=True)))
        due += [] if one.going_on else [(one.end, one)]
    for repeat in found.report.repeats:
        end = repeat.occurrences[-1].end
        due.append((end, Finding(repeat, False, end)))
    due.sort(key=lambda pair: pair[0])
    for second in range(seconds):
        while due and due[0][0] <= second:
            yield due.pop(0)[1]
        yield moment_of(found, second * round(found.rate))


def moment_of(found: Trajectory, sample: int) -> Moment:
    """Return the moment of a sample; while the first map is learned, it has no position."""
    time, learned = float(found.times[sample]), found.maps[0].learned.end
    if time < learned:
        return Moment(time, None, None, None, 1.0, None, time / learned)
    x, y, z = map(float, found.positions[sample])
    place = int(found.places[sample])
    return Moment(time, 1, (x, y, z), place if place > 0 else None, 1.0, float(found.scores[sample]), 1.0)


def line_of(event: Followed) -> str:
    """Return the line that a process writes of an event."""
    return "".join(followed_json(event, lambda _: None)) + "\n"


def _write(events: Iterable[Followed], at_once: int) -> None:
    for number, event in enumerate(events):
        sys.stdout.write(line_of(event))
        if number >= at_once:
            sys.stdout.flush()
            let_pass(PAUSE)
    sys.stdout.flush()


def yard() -> None:
    """Write 20 minutes in which three stretches are unusual, the last of which goes on; then be still."""
    _write(followed(trajectories.eventful(), 1200), 1100)
    threading.Event().wait()


def lane() -> None:
    """Learn a map."""
    _write(itertools.islice(followed(trajectories.plain(), 300), 300), 280)
    threading.Event().wait()


def gate() -> None:
    """End with what is wrong, which names the source."""
    sys.exit("loopfind: gate rtsp://me:secret@host/1: no such camera")


def dock() -> None:
    """Write some minutes, and end with another status than a good one."""
    _write(followed(trajectories.eventful(), 730), 10**6)
    sys.exit(9)


CAMERAS = {"yard": yard, "lane": lane, "gate": gate, "dock": dock}


def cameras(names: Iterable[str]) -> list[Camera]:
    """Return cameras of these names."""
    return [Camera(name, f"{name} rtsp://me:secret@host/1", ()) for name in names]


def serve(folder: str, port: str, names: Iterable[str]) -> None:
    """Serve with such cameras until a signal to end comes; say where on stdout."""
    from loopfind.pipeline.wall import Wall, WallOrder
    from loopfind.service import server
    from loopfind.service.cameras import CameraBoard
    from loopfind.service.settings import ServiceSettings

    settings = ServiceSettings(f"{folder}/kept.sqlite", f"{folder}/data", port=int(port))
    every = cameras(names)
    command, pauses = [sys.executable, __file__, FIRST], (0.3, 60.0)
    order = WallOrder(every, command, len(every), 60.0, dict(os.environ), pauses, 1 << 20)
    board = CameraBoard(every)
    wall = Wall(order, board.hear, lambda _: None)
    with server.bound_socket(settings) as listener, wall.beside():
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.serve(settings, listener, lambda: print(address, flush=True), board, ending=wall.stop)


if __name__ == "__main__":
    if sys.argv[1] == FIRST:
        CAMERAS[sys.argv[-1].partition(" ")[0]]()
    else:
        serve(sys.argv[1], sys.argv[2], sys.argv[3:])
