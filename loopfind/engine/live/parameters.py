"""Tuned numbers of the search in footage that grows."""

LIVE_PORTION = 10.0
"""Seconds of new footage, or new sound, that are searched at a time at the least. Held by `benchmarks/following.py`."""

LIVE_PATIENCE = 5.0
"""Seconds without anything new after which what has come is searched, however little it is. Held by
tests/test_follow.py."""

LIVE_PAUSE_RATIO = 10.0
"""Pause between two searches: so many times as long as the last one took. Held by `benchmarks/following.py`."""

KEPT_EVERY = 0.1
"""Seconds between moments whose codes are kept, and between those that changed copies are sought for. Plain copies are
sought for at every new frame, so that one meets what is kept to the frame, wherever it begins; keeping more would cost
memory alone. Held by `benchmarks/following.py`."""

LIVE_LINES = (20, 3)
"""Candidates followed for each question about a portion: of plain copies, of changed ones. A portion is short, so a
copy in it is among its first candidates; changed copies are sought in some twenty ways, each of which finds something
by chance. Held by `benchmarks/following.py`."""

LIVE_MOTION_TABLES = 8
"""Sorted tables of motion codes. Each is another chance that two alike codes meet, and costs 8 bytes for a moment kept:
of a day, 55 MB for all. Held by `benchmarks/following.py`."""

LIVE_PICTURE_TABLES = 4
"""Sorted tables of picture codes: half as many as those of motion, since pictures that stand are looked up again and
again. Held by `benchmarks/following.py`."""

MOST_NEAR = 24
"""Moments taken on either side of a key at the most, the nearest, so that a scene that stands for hours costs no more
than another. Held by `benchmarks/following.py`."""

SEARCHED_AGAIN = 8.0
"""Seconds before a portion that are searched once more with it, so that no short repeat is cut in two. Held by
tests/test_live_detector.py."""

GOING_ON = 2.5
"""Seconds before the end of the footage within which a repeat that ends may yet go on: a little more than a line is
followed without gain. Held by tests/test_live_detector.py."""

SURE_LENGTH = 3.0
"""Seconds that a repeat must last before it is reported while it still goes on: of a shorter one the next seconds may
take much back. Held by tests/test_live_detector.py."""

LENGTHENED = 0.5
"""Seconds by which a reported finding must end later to be reported again, about what the ends of a repeat move as more
of the footage is known. Held by tests/test_live_detector.py."""

LONG_RUN = 120.0
"""Seconds from which a run that goes on is followed from near its end, not from its beginning: so a repeat of hours
costs no more at each portion. Held by `benchmarks/following.py`."""

LONG_RUN_TAIL = 60.0
"""Seconds before the end of a long run from which it is followed again: many times what a line is followed without
gain. Held by `benchmarks/following.py`."""

RUN_SEED = 4.0
"""Seconds at the end of a known run by which it is followed again: long enough to judge a line by, and short enough to
lie within every run that is reported while it goes on. Held by tests/test_live_detector.py."""

MOSTLY_KNOWN = 0.9
"""Share of what a repeat showed before that an ended finding must cover for it to be that finding, shown once more.
Held by tests/test_live_detector.py."""

SHARED_HALF = 0.5
"""Share of the shorter of two that a repeat and a known finding must have in common to be the same. By definition of a
majority, so that no two can claim one finding in full."""

NOISE_GROWTH = 1.02
"""Growth of the footage after which its noise is estimated anew. Noise changes slowly, and to estimate it at each
portion would go through all that is held. Held by `benchmarks/following.py`."""

MEAN_SHARE = 0.5
"""Share of the footage held that must have come since for its mean picture to be computed anew, with the bits that
depend on it: then the mean may have changed by as much as it will. Held by `benchmarks/following.py`."""

MOST_RECOMPUTED = 200_000
"""Frames of which the mean picture is computed anew at the most: of two hours and more it is known well, and to go
through a day of footage would keep what comes in waiting. Held by `benchmarks/following.py`."""
