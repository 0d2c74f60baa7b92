"""Selection of the moments of a trajectory to show, and their pictures, within what one page can hold."""

from itertools import chain

import numpy as np

from loopfind.arrays.time_index import nearest
from loopfind.media.ffmpeg import address
from loopfind.media.identity import origin_of
from loopfind.media.stills import shots
from loopfind.model.dtypes import Floats
from loopfind.model.trajectory import Trajectory
from loopfind.model.trajectory_exhibits import TrajectoryExhibits
from loopfind.model.video import Progress, Watch

MOST_MOMENT_PICTURES = 300
"""Pictures of a page; with all of them it stays below 4 MB."""

MOST_EVENTS_SHOWN, MOST_PLACES_SHOWN = 60, 40
"""Events that are shown with the moments that they were compared with, those with the highest scores; and places."""

_WIDTH, _QUALITY = 200, 60


def shown_moments(found: Trajectory, most: int = MOST_MOMENT_PICTURES) -> Floats:
    """Return the moments to show, (n,) seconds, rising: of what is unusual the peak and what it was compared with, of
    each place one that shows it, of what is retraced the start of both, and others spread evenly over the time."""
    if not len(found.times):
        return np.zeros(0)
    events = sorted(found.events, key=lambda one: -one.score)[:MOST_EVENTS_SHOWN]
    places = sorted((place for one in found.maps for place in one.places), key=lambda one: -one.share)
    wanted = list(chain.from_iterable((one.peak, one.like) for one in events))
    wanted += [place.moment for place in places[:MOST_PLACES_SHOWN]]
    wanted += list(chain.from_iterable((one.start, one.start - one.lag) for one in found.retraces))
    chosen = list(dict.fromkeys(nearest(found.times, np.array(wanted)).tolist()))[:most] if wanted else []
    spread = max(0, most - len(chosen))
    places_of_spread = (np.arange(spread) + 0.5) * len(found.times) / max(1, spread)
    return np.asarray(found.times[np.unique([*chosen, *places_of_spread.astype(np.int64).tolist()])], np.float64)


def trajectory_exhibits(found: Trajectory, watch: Watch | None = None) -> TrajectoryExhibits:
    """Read the pictures to show, as far as the video can be read again."""
    where = address.resolve(found.source.path)
    wanted = shown_moments(found)
    taken = dict[int, bytes]()
    for place, shot in shots(where, found.settings.stream, wanted.tolist(), _WIDTH, _QUALITY):
        taken[place] = shot
        if watch is not None:
            watch(Progress("taking pictures", len(taken), float(wanted[place]), float(wanted[-1])))
    places = sorted(taken)
    return TrajectoryExhibits(wanted[places], tuple(taken[place] for place in places), origin_of(where))
