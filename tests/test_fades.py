"""Fades: the quick way to tell one, against looking at every span as it is defined."""

import numpy as np
import pytest
import synthetic as s
from test_cuts import mixed

from loopfind.engine.evidence import fades as quick
from loopfind.engine.evidence.differences import Cells
from loopfind.engine.evidence.fades import fades
from loopfind.engine.evidence.parameters import FADE_CHANGE, FADE_EXCESS, LEAST_MIX_FRAMES, LEAST_MIX_SECONDS
from loopfind.engine.signal.extract import signal_of

SCENES = {
    "faded": [(mixed(s.film(1), s.film(2), 6.0, 6.6), 0, 12), (mixed(s.film(3), s.camera(1), 15.0, 16.5), 12, 20)],
    "cut": [(s.film(1), 0, 6), (s.film(2), 30, 36), (s.camera(1), 0, 8)],
    "calm": [(s.camera(1), 0, 20)],
}


def every_span(cells: Cells, at: int, step: float, around: Cells) -> bool:
    """As fades.is_mixed_around says it, span by span."""
    least = max(LEAST_MIX_FRAMES, round(LEAST_MIX_SECONDS / step))
    for span in range(least + 1, min(len(cells), len(around) // 2)):
        usual = float(np.median(np.square(around[span:] - around[:-span]).mean(1)))
        for low in sorted({max(0, at - back) for back in (span, 2 * span // 3, span // 2, span // 3, 0)}):
            part = cells[low : low + span + 1]
            if low + span < len(cells) and quick.lies_on_a_line(part, least, max(FADE_CHANGE, FADE_EXCESS * usual)):
                return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_a_quick_look_tells_the_same_fades(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = signal_of(s.shown(SCENES[name], 25))
    frames = range(0, len(signal.times), 8)
    told = [fades(signal, frame) for frame in frames]
    monkeypatch.setattr(quick, "is_mixed_around", every_span)
    assert told == [fades(signal, frame) for frame in frames]
    assert any(told) or name != "faded"
