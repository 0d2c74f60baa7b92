"""Tuned numbers of how videos appear: which moments are looked at, and what is seen in them."""

from loopfind.fingerprints.mel import Mel
from loopfind.model.sound import SOUND_RATE

MOMENTS = 20
"""Moments of a video that are looked at, as many as VideoSimilarity has. Held by `benchmarks/likeness.py`."""

MOMENTS_IN_PARTS = 8
"""Moments of a query that are also looked at in parts, to find a video inside another picture: each takes the network
five times more. Held by `benchmarks/likeness.py`."""

TRAINED_MOMENTS = 5
"""Moments of a file on which a metric is trained, each with eight edits: more files teach more than more moments. Held
by `benchmarks/likeness_train.py`."""

# Palettes

PALETTE_SIDE = 64
"""Side in pixels of the pictures whose colours are taken. Held by `benchmarks/likeness.py`."""

COLOURS = 5
"""Dominant colours of a picture. Held by `benchmarks/likeness.py`."""

PALETTE_POINTS = 32
"""Side of the picture whose points are clustered: more take longer, and move no colour. Held by
`benchmarks/likeness.py`."""

PALETTE_ROUNDS = 10
"""Rounds of k-means, after which colours hardly move. Held by `benchmarks/likeness.py`."""

COLOUR_SPREAD = (7.0, 8.0, 8.0)
"""Distances, in lightness and the two colour axes of Lab, at which colours are still alike. Twice as wide finds fewer
pictures, and the square root of shares does not help. Held by `benchmarks/likeness.py`."""

# The network

NETWORK_SIDE = 160
"""Side in pixels of the pictures that loopfind's own network looks at: 224 takes twice as long. Held by
`benchmarks/likeness.py`."""

# Sound

TIMBRE_SECONDS = 2.0
"""Seconds of the pieces of sound that are compared: of four seconds, fewer noisy and faster copies are found. Held by
`benchmarks/likeness_sound.py`."""

TIMBRE_MEL = Mel(SOUND_RATE, 512, 256, 40, 60.0, 5000.0, 0.01)
"""The log-mel spectrum of these: windows of 46 ms, 40 bands up to 5 kHz; what is added keeps faint noise out.
Held by `benchmarks/likeness_sound.py`."""
