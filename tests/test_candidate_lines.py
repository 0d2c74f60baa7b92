"""The line of a candidate: plain, shifted alone, or at another speed."""

import numpy as np
import pytest

from loopfind.engine.repeats.cuts import cuts_of
from loopfind.engine.repeats.families import Family, FamilyOccurrence
from loopfind.engine.repeats.spans import Stretch
from loopfind.model.candidate import Line, same_speed
from loopfind.model.fingerprint import Signal
from loopfind.model.transform import Transform

ROUNDED = 0.9593 * (1 / 0.9593)
"""A copy of a copy, back at its own speed but for the last bit."""


@pytest.mark.parametrize(
    ("slope", "keeps_speed", "is_shift"),
    [(1.0, True, True), (ROUNDED, True, True), (-1.0, True, False), (1.0001, False, False), (0.5, False, False)],
)
def test_a_line_knows_what_it_does_to_time(slope: float, keeps_speed: bool, is_shift: bool) -> None:
    line = Line(slope, 5.0, 0.0, 2.0, 9)
    assert (line.keeps_speed, line.is_shift, line.is_plain) == (keeps_speed, is_shift, is_shift)


def test_a_line_of_a_changed_picture_is_not_plain() -> None:
    line = Line(1.0, 5.0, 0.0, 2.0, 9, Transform(mirrored=True))
    assert line.is_shift and not line.is_plain


def test_a_speed_that_is_one_but_for_rounding_is_no_change_that_names_a_cut() -> None:
    """Two plain showings of a picture that never jumps: the first is named at either end, as nothing parts them."""
    assert ROUNDED != 1 and same_speed(ROUNDED)
    n = 400
    words, cells = np.zeros(n, np.uint64), np.zeros((n, 144), np.uint16)
    signal = Signal(
        times=np.arange(n) / 10,
        step=0.1,
        cells=cells,
        motion=words,
        picture=words,
        moving=np.zeros(n, bool),
        lively=np.zeros(n, np.float32),
        noise=0.1,
        blocks=cells[:, :9],
    )
    one, other = Stretch(50, 100, 5.0, 10.0), Stretch(200, 250, 20.0, 25.0)
    cuts = cuts_of([Family((FamilyOccurrence(one, offset=5.0), FamilyOccurrence(other, ROUNDED, offset=20.0)))], signal)
    assert [cut.frame for cut in cuts] == [50, 100]
