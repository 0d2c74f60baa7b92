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

LEAST_MEAN_CONTRAST = 0.5
"""Logarithm of the contrast that a stretch must have in the mean of all its periods, where those that say nothing count
as 0: if hardly any moves, those that do are pictures that an encoder renews. Held by `tests/test_steady.py`."""

LEAST_CONTRAST_AGAIN = 0.75
"""The same where frames are shown again: these hardly change. Held by `tests/test_steady.py`."""

MOST_UNLIKE = 1.7
"""Logarithm by which the frames of one sort may differ in the middle of a stretch: where one of those that should move
does and the next does not, the pattern is another. Held by `tests/test_steady.py`."""

LEAST_LONE_GAP = 0.75
"""The same as LEAST_GAP where one frame of three or more is shown twice: a picture that an encoder renews before it
leaves the one after it calmer than the rest. Held by `benchmarks/steady.py`."""

WHOLE_CONTRAST = 2.3
"""Logarithm of the contrast from which two frames of five that change little are the frame before, shown again; frames
mixed of two fields make less. Held by `benchmarks/steady.py`."""

TWICE_THE_WAY = 1.6
"""Logarithm of the contrast from which all but one frame of a period are shown again, and none is left out before that
one: twice the way makes four times the change, squared, at the most, and noise less. Held by `benchmarks/steady.py`."""

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
