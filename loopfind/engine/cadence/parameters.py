"""Tuned numbers of cadence."""

LIVELY = 0.5
"""Squared grey levels by which some frame of a period must change for the period to say anything: where nothing moves
all frames are alike. Held by `benchmarks/steady.py`."""

CODEC_CHANGE = 0.05
"""Squared grey levels that are added to each change before its logarithm is taken: less is the encoder's doing. Held by
`benchmarks/steady.py`."""

CONTRAST_SHARE = 0.35
"""Logarithm of the contrast that a period must have for a stretch to be longer with it than without. Held by
`benchmarks/steady.py`."""

CONTRAST_CAP = 2.0
"""Logarithm of the contrast of a period above which more of it counts no more: one period is no stretch. Held by
`benchmarks/steady.py`."""

CONTRAST_LOSS = 6.0
"""Sum of such logarithms that may be lost again before a stretch ends: some periods move too little. Held by
`benchmarks/steady.py`."""

LEAST_PERIODS = 8
"""Periods that a stretch has at the least, of those that say something. Held by `benchmarks/steady.py`."""

LEAST_CERTAINTY = 7.0
"""How many times its own standard error the mean contrast of a stretch must be. Held by `benchmarks/steady.py`."""

LEAST_GAP = 0.2
"""Logarithm by which all frames that should change more must do so, in the middle of a stretch, than all that should
change less. Held by `benchmarks/steady.py`."""

WHOLE_CONTRAST = 2.3
"""Logarithm of the contrast from which frames of little change are the frame before, shown again; a frame mixed of two
fields, or one that was left out elsewhere, makes less. Held by `benchmarks/steady.py`."""

HELD = 0.02
"""Squared grey levels up to which a single frame is the one before it. Held by `benchmarks/steady.py`."""

HELD_SHARE = 0.01
"""Share of the change around it up to which it is. Held by `benchmarks/steady.py`."""

AROUND = 12
"""Frames to either side of one that tell how much changes around it. Held by `benchmarks/steady.py`."""

REFINED_SHARE = 0.125
"""Share of the change beyond a freeze up to which a frame at its end belongs to it. Held by `benchmarks/steady.py`."""

GAP_FRAMES = 1.5
"""Usual gaps between frames from which a gap lacks frames. By definition of one."""

MOST_UNEVEN = 0.05
"""Share of the gaps that may be uneven for a file to have one rate; else its clock is its own, and nothing is said to
be lacking. Held by `tests/test_steady.py`."""
