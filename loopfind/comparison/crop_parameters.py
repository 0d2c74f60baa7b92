"""Tuned numbers of proposals: when a part of one video's picture is proposed as all that another one shows."""

GLIMPSES_A_SECOND = 2
"""Pictures of a second of video that a network looks at: eight seconds of a copy give sixteen, of which FEWEST_AGREEING
are enough. Held by `benchmarks/edits.py`."""

NEAREST = 2
"""Moments of the other video that are most alike, which say at which lag a moment may be shown there. Held by
`benchmarks/edits.py`."""

FEWEST_AGREEING = 4
"""Moments that must agree on one lag, and pairs of pictures that must agree on one place. Two files of a minute have
four moments at some lag by chance; on a place, strangers never agreed. Held by `benchmarks/edits.py`."""

MOST_LIKELY_LAGS = 3
"""Lags of two files that are looked at more closely, those of the most moments. Held by `benchmarks/edits.py`."""

MOST_ALIKE = 8
"""Moments of a lag, the most alike ones, by which lags are ranked: four seconds of a copy are enough. Held by
`benchmarks/edits.py`."""

MOST_TRIED = 12
"""Lags of a file, with all others, at which pictures are laid into one another: copies are among the first few, and
each takes 0.1 s. Held by `benchmarks/edits.py`."""

PAIRS = 6
"""Pairs of pictures by which a place is found. Held by `benchmarks/edits.py`."""

LEAST_AT_PLACE = 0.6
"""Correlation that FEWEST_AGREEING pairs must have at their place. Copies had 0.8 to 1.0, strangers 0.5 at the most, of
the seven clips on which this was set. Held by `benchmarks/edits.py`."""

LEAST_AT_FIRST = 0.3
"""Correlation below which a first place is not looked at more closely. Held by `benchmarks/edits.py`."""

LEAST_SIDE_SHARE, SIDE_SHARES = 0.18, 30
"""The least share of a side that a picture inside another one may take, and how many shares between it and all are
tried: neighbours differ by 6 %, which a correlation bears. Held by `benchmarks/edits.py`."""

LEAST_WHOLE = 0.97
"""Share of both sides from which a part is all of the picture, which is compared without a network: a comparison bears
as much of a zoom. Held by `benchmarks/edits.py`."""

FLAT = 2.0
"""Grey levels of spread below which a picture shows nothing that could agree. Held by `benchmarks/edits.py`."""

EDGE_STEPS = (0.03, 0.015, 0.0075, 0.004)
"""Shares of its side by which the edges of a place are moved in turn: the last is a twentieth of a cell of a sketch.
Held by `benchmarks/edits.py`."""

MOST_KNOWN = 0.9
"""Share of a file from which what is found without a network is enough, and nothing more is proposed. Held by
`benchmarks/edits.py`."""
