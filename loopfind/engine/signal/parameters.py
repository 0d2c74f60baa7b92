"""Tuned numbers of the signal."""

MOTION_GAP = 0.2
"""Seconds between the two pictures whose difference is motion. Longer gaps gather more of a slow motion over the
codec's noise, shorter ones blur less: at 0.1 s half as many true frames match on fixed cameras, and at 0.4 s short
stretches lose too much to the splice before them. Held by `benchmarks/suite.py`."""

LIVELY_GAPS = (0.3, 0.8)
"""Seconds between a picture and those that tell how lively it is: whether another lag would show a difference. The
nearer one is longer than MOTION_GAP, the further one shorter than most shots. Held by `benchmarks/suite.py`."""

NOISE_BOUNDS = (0.003, 1.0)
"""Squared grey levels within which the codec noise of a file is taken to lie. The lower one is the rounding of a 64 x
64 picture to whole levels, seen through cells; the upper one is what heavy compression leaves in a cell, where the
quietest tenth of a film still moves. Held by `benchmarks/suite.py`."""

QUIET_PERCENTILE = 10
"""Percentile of the motion of a file that is taken for its codec noise: a tenth of nearly any recording is at rest.
Held by `benchmarks/suite.py`."""

QUIET_SECONDS = 0.5
"""Seconds over which motion is averaged before its quietest part is sought, so that single still frames inside a motion
do not count. Held by `benchmarks/suite.py`."""

DIGITAL_STILLNESS = 1e-4
"""Squared grey levels up to which nothing at all moves, not even noise: such frames say nothing about the codec. By
definition of a sketch, whose least step, 1/256 level in one of 144 cells, is a thousandth of that."""

NOISE_WINDOW = 30.0
"""Seconds of a file that are judged by one level of noise, as files are joined from parts of different quality. Held by
`benchmarks/suite.py`."""

MOVING_RATIO = 3.0
"""Times the codec noise thereabouts above which the bits of a motion mean anything: below, they are the codec's own.
Held by `benchmarks/suite.py`."""

MOVING_ENERGY = 1.0
"""Squared grey levels above which the bits of a motion mean something whatever the noise: in a file that never rests,
what passes for noise is motion. Held by `benchmarks/suite.py`."""

PARTNER_SLACK = 0.35
"""Frames by which the partner of a frame may miss the instant MOTION_GAP before it; on a variable rate some frames have
no partner, and their motion means nothing. By definition of the nearest frame, which is at most half a frame away."""

MEAN_FRAMES = 2000
"""Frames, spread over the file, whose mean is its mean picture: one scene weighs little in them, and a day on disk is
not read twice for it. Held by `benchmarks/day.py`."""

FILE_GAP = 1.2
"""Seconds of noise between two files on one timeline: more than a run bears of what contradicts it. Held by
`benchmarks/across.py`."""

FILE_GAP_FRAMES = 8
"""Frames of noise between two files at the least, whatever their rate. Held by `benchmarks/across.py`."""
