"""Tuned numbers of time warping."""

SERIES_RATE = 25.0
"""Samples a second of a series, unless the shorter file of a pair would have more than MOST_SAMPLES: about the frames
that there are, as more would be interpolated. Held by `benchmarks/warping.py`."""

MOST_SAMPLES = 2000
"""Samples of the shorter file of a pair at most; a pair of longer files is compared at a lower rate. The time that a
pair takes grows with the square of it. Held by `benchmarks/warping.py`."""

CHANGE_SPAN = 0.8
"""Seconds over which a change of colour is taken: shorter ones are noise, longer ones blur cuts. Held by
`benchmarks/warping.py`."""

BLACK_LIGHT = 8.0 / 255
"""Added to a colour before its logarithm, as a share of full: below it, codecs change more than pictures do. Held by
`benchmarks/warping.py`."""

STALL_PENALTY = 0.1
"""Cost of a step on which one side stands still, beside what its samples cost: without it a path dwells wherever the
two are alike, and wanders to look-alikes. Held by `benchmarks/warping.py`."""

FIRST_SHARES = (1 / 8, 3 / 8)
"""Shares of the query that are aligned before all of it is: they cost little, and most places are given up by then.
They change the time that a search takes, and no answer. Held by `benchmarks/warping.py`."""

KNOT_SLACK = 3.0
"""Samples by which a path may stray from the lines between its knots: where colours barely change it wavers. Held by
`benchmarks/warping.py`."""

WARP_LENGTHS = (5.0, 15.0)
"""Seconds of the shorter file between which ALIKE_DISTANCES holds along a line, and no further beyond; a shorter file
is never called alike. The longer the files, the further away are look-alikes. Held by `benchmarks/warping.py`."""

ALIKE_DISTANCES = (0.25, 0.35)
"""Distance up to which two files are called alike, at either of WARP_LENGTHS: changes of the shorter file are 1 on the
whole, so 0 is the same colours and about 1 nothing in common. Held by `benchmarks/warping.py`."""

FARTHEST_PATH = 0.4
"""Distance up to which a path is reported. Files further apart are not aligned to the end. Held by
`benchmarks/warping.py`."""

BUSY_SECONDS = 2.5
"""Seconds among which the changes of the shorter file must spread: one flash is like any other, and takes up two. Held
by `benchmarks/warping.py`."""

LEAST_CHANGE = 0.005
"""Changes of the shorter file on the whole, of the logarithm of light, under which its colours say nothing: half a
hundredth, where codecs alone make a quarter of that. Held by `benchmarks/warping.py`."""

LONGEST_WARPED = 30 * 86400.0
"""Seconds that the times of a file may span: its series takes memory by them, however few frames it has. By definition
of a budget."""

# Sound

CHROMA_MEAN = 1.0
"""Seconds on either side whose mean is taken from a chroma, so that what changes counts: a held note is like any other.
Held by `benchmarks/warping.py`."""

CHROMA_SILENCE = 1000.0
"""Amplitude of a window under which a chroma is small: below it, codecs are heard alone. Held by
`benchmarks/warping.py`."""

TRANSPOSED = (0, 1, -1, 2, -2, 3, -3, 4, -4)
"""Half semitones by which a sound is turned back: up to 12 % faster or slower played without its pitch kept. Held by
`benchmarks/warping.py`."""

ALIKE_SOUNDS = (0.6, 0.7)
"""Distance up to which two sounds are called alike, at either of WARP_LENGTHS. Held by `benchmarks/warping.py`."""

FARTHEST_SOUND = 0.75
"""Distance up to which a path of sounds is reported. Held by `benchmarks/warping.py`."""

LEAST_SOUND = 0.1
"""Changes of the shorter sound on the whole under which its chroma says nothing. Held by `benchmarks/warping.py`."""

LONGEST_HEARD = 2 * 86400.0
"""Seconds of a sound whose tones are held in memory, 200 MB a day. By definition of a budget."""
