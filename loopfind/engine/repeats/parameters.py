"""Tuned numbers of families, loops, stills, clusters and the first look."""

SAME_ENDS = 0.5
"""Seconds by which either end of one occurrence may be found apart. Half a second is more than the ends of two runs
over the same occurrence ever differ by, and less than any repeat worth a name of its own. Held by
`tests/test_repeats.py`."""

SAME_OCCURRENCE_SHARE = 0.85
"""Intersection over union of frames from which two spans are one occurrence whose ends were found slightly apart.
Nested content that is a little shorter stays a family of its own. Held by `tests/test_repeats.py`."""

ENDS_SLACK = 2
"""Frames by which a part may stick out of the stretch that holds it. Either end is found to a frame. Held by
`tests/test_repeats.py`."""

LEAST_TAIL = 8
"""Frames that a turn cut short must have to be named. With fewer, the end of the loop looks like noise. Held by
`tests/test_repeats.py`."""

MOST_TURNS = 24
"""Turns, the last ones, that a turn cut short is named with. A loop of thousands of turns needs no more to show what
its tail is a part of. Held by `tests/test_repeats.py`."""

TANDEM_SLACK = 1.5
"""Frame gaps that a run may fall short of its lag and still be a loop: two turns whose common end is undecided. Held by
`tests/test_repeats.py`."""

TURN_DRIFT = 0.5
"""Frame gaps by which the lag of a run may drift from a multiple of a loop's period with each turn, beyond
TANDEM_SLACK. A period is known to half a frame. Held by `tests/test_repeats.py`."""

LAST_TURN_SLACK = 2.5
"""Frame gaps that the last turn of a loop may lack and still be full: the very last frame of a turn is often undecided.
Held by `tests/test_repeats.py`."""

LEAST_STILL = 1.0
"""Seconds that a picture must stand still to be named. A shorter pause is part of what moves around it. Held by
`tests/test_scan.py`."""

STILL_NOISE = 4.0
"""How many times the codec's noise a frame may differ from itself nearby and be still. A frame in which something moves
differs by far more. Held by `tests/test_scan.py`."""

STILL_ALIKE = 1.0
"""Squared grey levels, mean difference up to which two motionless pictures are one picture. It is the rounding of a
sketch and the noise of a codec together. Held by `tests/test_scan.py`."""

STILL_CHANGED = 25.0
"""Squared grey levels, mean difference of what must be shown between two stills for them to be separate moments of one
picture. Held by `tests/test_scan.py`."""

MOST_STILLS = 2000
"""Still stretches that are compared, the longest ones. The number of pairs is bounded by it. Held by
`benchmarks/day.py`."""

MOMENT = 1.0
"""Seconds: occurrences of one hash value nearer to each other than this are one moment. A still scene is one moment,
however long. By definition of a moment."""

MOST_PAIRED_MOMENTS = 200
"""Moments of one picture that a first look pairs with one another. The number of pairs is bounded by it. Held by
`tests/test_fast.py`."""

LAG_STEP = 0.2
"""Seconds: a first look counts lags in one step of this length as the same. Key frames lie a frame or two beside the
same moment of a copy. Held by `tests/test_fast.py`."""

WHOLE_SHARE = 0.95
"""Share of what moves from which a run shows all of the picture again. Held by `tests/test_wild_answers.py`."""

MORE_PICTURE = 0.1
"""Share that a loop of a part of the picture lacks besides. Held by `tests/test_wild_answers.py`."""

LEAST_FREEZE = 5
"""Frames that a freeze lasts at the least, FREEZE_SECONDS where that is more. Rate conversions show a frame twice or
three times. Held by `tests/test_freezes.py`."""

FREEZE_SECONDS = 0.2
"""Seconds that a freeze lasts at the least. Held by `tests/test_freezes.py`."""

FREEZE_TIMES = 4.0
"""Times the usual row of equal frames that a freeze must be as long as: some encoders skip frames all the time. Held by
`tests/test_freezes.py`."""

FREEZE_AROUND = 1.0
"""Seconds beside a freeze in which the picture must move. Held by `tests/test_freezes.py`."""

FREEZE_NOISE = 4.0
"""Times the file's noise by which it must. Held by `tests/test_freezes.py`."""

FREEZE_MOTION = 1.0
"""Squared grey levels by which it must at the least. Held by `tests/test_freezes.py`."""

FREEZE_CUT = 3.0
"""Times the usual change beside a freeze above which the picture was cut there: a slide is another picture. Held by
`tests/test_freezes.py`."""

FREEZE_TRACE = 0.01
"""Squared grey levels up to which an encoder refines a frame that is held. Held by `tests/test_freezes.py`."""
