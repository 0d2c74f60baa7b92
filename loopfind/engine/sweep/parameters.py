"""Tuned numbers of the advice on a hash size, and of the windows that a sweep reads."""

AS_GOOD = 0.98
"""Share of the best F1 that a size must reach to do as well as the best one. Held by `benchmarks/sweep.py`."""

USEFUL_F1 = 0.5
"""F1 below which no size tells repeats from look-alikes; the best of them is still the best. Held by
`benchmarks/sweep.py`."""

PAIRED_AHEAD = 32
"""Later moments of its bucket that a moment is paired with: a picture that comes back a thousand times counts a
thousand times, not half a million. Held by `benchmarks/sweep.py`."""

PAIR_SLACK = 1
"""Frames by which a pair of equal frames may miss the confirmed pair of moments. By definition of a frame, as the ends
of a run are known to one."""

ORIGIN_SLACK = 0.35
"""Frames by which the partner of a frame may miss the line of a run at the speed of the original. Held by
`tests/test_sweep.py`."""

SPEED_ORIGIN_SLACK = 0.75
"""The same at another speed, where frames fall beside each other. Held by `tests/test_sweep.py`."""

MERGED_SHARE = 0.5
"""Share of the moving frames that equal the one before, from which a size is said to merge neighbours. Held by
`benchmarks/sweep.py`."""

SHORTEST_SWEEP_WINDOW = 2.0
"""Seconds that a window must have for its frames to say anything. Held by `benchmarks/sweep.py`."""
