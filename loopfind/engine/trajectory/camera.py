"""A camera whose map was learned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.camera_model import Model, learn
from loopfind.engine.trajectory.chart import Chart, learn_chart
from loopfind.engine.trajectory.judgement import Judged, Limit, WindowDetail, detail_of
from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.looks import Differing, Movement
from loopfind.engine.trajectory.parameters import NEAR_REPORT, STEP, WINDOW_SAMPLES
from loopfind.engine.trajectory.path import PathStretch
from loopfind.engine.trajectory.places import RestStates, find_places
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.trajectory import CameraMap, RestPlace, WhyLearned
from loopfind.model.video import Span


@dataclass(frozen=True)
class FixedCamera:
    """A camera whose map is known. number, why: of its map. times (m,): seconds of the landmarks. usual_activity: grey
    levels by which a sample differs from the one before, in the middle of the busier half of the baseline. limit: from
    which a window is reported."""

    number: int
    why: WhyLearned
    learned: Span
    model: Model
    chart: Chart
    places: RestStates
    times: Floats
    place_times: Floats
    usual_activity: float
    limit: Limit

    def located(self, coordinates: Grey) -> tuple[NDArray[np.float32], Ints]:
        """Return the positions (n, 3) of samples with coordinates (n, k), and the numbers of their places (n,), from 1;
        -1 for none."""
        places = self.places.at(coordinates)
        return self.chart.place(coordinates)[0], np.where(places >= 0, places + 1, -1)

    def as_map(self, start: float, end: float, spent: Ints, visits: Ints, count: int) -> CameraMap:
        """Return the map as it stood for [start, end) seconds. spent, visits (p,): samples in each place, and how often
        it was come to; count: of all samples."""
        positions, _ = self.chart.place(self.places.centres)
        places = tuple(
            RestPlace(
                number + 1,
                (float(position[0]), float(position[1]), float(position[2])),
                float(spent[number]) / max(1, count),
                int(visits[number]),
                float(self.place_times[number]),
            )
            for number, position in enumerate(positions)
        )
        model = self.model
        return CameraMap(self.number, self.why, self.learned, start, end, model.subspace.kept, model.fits, places)

    def detail(self, rarity: Floats, moved: Movement, seen: Differing) -> WindowDetail:
        """Return what is said of a window. moved, seen: of its samples."""
        return detail_of(rarity, moved, seen, self.model, self.chart, self.times)


def learn_camera(
    number: int, why: WhyLearned, times: Floats, pictures: Bytes, breaks: Ints, rate: float, false_alarms: float
) -> tuple[FixedCamera, PathStretch, list[Judged]]:
    """Learn a camera from its baseline. Return it, the path of the baseline, and its windows as they were judged.

    times (n,), pictures (n, 64, 64), breaks: as for `learn`. rate: samples a second. false_alarms: as in
    TrajectorySettings.
    """
    learned = learn(pictures, breaks)
    model = learned.model
    limit = Limit(rate, false_alarms)
    coordinates = learned.seen.coordinates
    chart, places = learn_chart(coordinates), find_places(coordinates)
    activity = learned.moved.pace[:, -4].astype(np.float64)
    camera = FixedCamera(
        number,
        why,
        Span(float(times[0]), float(times[-1])),
        model,
        chart,
        places,
        times[chart.samples],
        times[places.samples],
        max(1e-6, float(np.quantile(activity, 0.75))),
        limit,
    )
    positions, at = camera.located(coordinates)
    scores, windows = np.full(len(times), np.nan), list[Judged]()
    rarity = model.calibrated.together(learned.rarity)
    for row, end in enumerate(learned.rows.windows.ends.tolist()):
        score = float(rarity[row]) / limit.rarity
        scores[end - STEP : end] = score
        part, detail = slice(end - WINDOW_SAMPLES, end), None
        if score >= NEAR_REPORT:
            detail = camera.detail(learned.rarity[row], learned.moved.part(part), learned.seen.part(part))
        windows.append(
            Judged(float(times[end - WINDOW_SAMPLES]), float(times[end - 1]), score, learned.rarity[row], detail)
        )
    if not model.fits:
        windows = []
    path = PathStretch(times, positions, at, np.full(len(times), number), activity / camera.usual_activity, scores)
    return camera, path, windows
