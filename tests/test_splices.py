"""Changes of the picture at a frame: many frames at once, against each by itself as it is defined."""

import numpy as np
import pytest
import synthetic as s

from loopfind.engine.evidence import splices
from loopfind.engine.evidence.differences import cells_at
from loopfind.engine.evidence.parameters import SPLICE_WINDOW
from loopfind.engine.evidence.splices import Splice, splice_at, splices_at
from loopfind.engine.signal.extract import signal_of
from loopfind.model.fingerprint import Signal

PIECES = [(s.film(1), 0, 20), (s.camera(1), 5, 12), (s.film(1), 10, 14)]


def upper_quartile(changes: np.ndarray) -> float:
    return float(np.percentile(changes, 75)) if len(changes) else 0.0


def by_itself(signal: Signal, frame: int) -> Splice:
    """The splice, from the pictures around one frame."""
    n, reach = len(signal.times), max(3, round(SPLICE_WINDOW / signal.step))
    if not 0 < frame < n:
        return Splice(frame)
    low, high = max(1, frame - reach), min(n, frame + reach + 1)
    change = np.square(np.diff(cells_at(signal, np.arange(low - 1, high)), axis=0)).mean(1)
    own, before, after = float(change[frame - low]), change[: frame - low], change[frame - low + 1 :]
    others, floor = np.concatenate([before, after]), 2 * signal.noise
    calmer = min(upper_quartile(before), upper_quartile(after)) if len(before) and len(after) else np.inf
    beside = (upper_quartile(others), float(others.max(initial=0)), calmer)
    return Splice(frame, own, *(own / max(value, floor) for value in beside))


@pytest.mark.parametrize("fps", [5, 25])
@pytest.mark.slow
def test_many_seams_are_those_of_each_frame_by_itself(fps: int) -> None:
    signal = signal_of(s.shown(PIECES, fps))
    n = len(signal.times)
    wanted = [by_itself(signal, frame) for frame in range(-1, n + 2)]
    assert splices_at(signal, range(-1, n + 2)) == wanted
    some = np.random.default_rng(1).integers(-1, n + 1, 40).tolist()
    for frames in ([], [-1], [n], [0, 1, 2], [n - 1, n], [3, n - 3], list(range(60, 30, -1)), some):
        assert splices_at(signal, frames) == [wanted[frame + 1] for frame in frames]
        assert [splice_at(signal, frame) for frame in frames] == [wanted[frame + 1] for frame in frames]


@pytest.mark.slow
def test_what_is_usual_is_the_upper_quartile() -> None:
    rng = np.random.default_rng(2)
    for _ in range(3000):
        size, rest = int(rng.integers(0, 60)), rng.random() / 2
        changes = (rng.gamma(0.3, 20, size) * (rng.random(size) > rest)).astype(np.float32)
        assert splices.usual_change(changes) == upper_quartile(changes)
