"""The frame that is shown at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loopfind.arrays.time_index import nearest, nearest_of


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 60))
def test_the_nearest_of_some_frames_is_that_of_their_times(seed: int, some: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.integers(1, 5, some + more) / 4)
    frames = np.sort(rng.choice(some + more, some, replace=False))
    wanted = rng.integers(-8, 8 * (some + more), 50) / 8
    assert np.array_equal(nearest_of(frames, times, wanted), frames[nearest(times[frames], wanted)])
