"""Tuned numbers of the evidence: what is compared, what a frame may say, and what a claim needs."""

import math

LAGS_BESIDE = (-0.8, -0.5, -0.3, 0.3, 0.5, 0.8)
"""Seconds beside the line at which a still scene would match as well as on it. Within them a moving picture changes,
and the light of a day does not. Held by `benchmarks/suite.py`."""

HOP = 0.2
"""Seconds over which a difference must change to count in full. It is the gap of the motion signal. Held by
`benchmarks/suite.py`."""

ALLOWANCE = 1.0
"""Squared grey levels of standing difference that a codec leaves between two occurrences of one background; 8 times the
file's noise where that is more. Held by `benchmarks/suite.py`."""

FRAME_SLACK = 0.35
"""Frame gaps by which the nearest frame may miss the instant that a line leads to, and still be its partner. On a
variable rate some instants have no frame of their own. Held by `benchmarks/suite.py`."""

CHANGED_FRAME_SLACK = 0.75
"""The same for a copy at another speed, whose instants fall between frames. Held by `benchmarks/suite.py`."""

BETWEEN_FRAMES = 0.75
"""Frame gaps by which a frame of the other side may lie off the instant and still be what is shown there. Held by
`tests/test_compare.py`."""

MOST_MISFIT = 0.7
"""A line is followed if its frames differ by at most this share of what they differ beside it. Most candidates are
chance, and differ by as much as any two moments. Held by `benchmarks/suite.py`."""

ALIGN_BESIDE = 0.1
"""Seconds to either side of a line at which it must fit worse. A slow scene aligned with itself fits better still on
one side. Held by `benchmarks/suite.py`."""

MOST_ALIGNED = 0.9
"""Share of what the frames differ by ALIGN_BESIDE seconds aside that they may differ by on the line. Held by
`benchmarks/suite.py`."""

NATS_A_SECOND = 25.0
"""Nats that one second of evidence may weigh. Neighbouring frames are not independent, so seconds count and not frames.
Held by `benchmarks/suite.py`."""

MOST_FRAME_NATS = 2.0
"""Nats that one frame may speak for a line, before scaling: one bright flash must not decide. Held by
`benchmarks/suite.py`."""

LEAST_FRAME_NATS = -1.0
"""Nats that one frame may speak against a line, before scaling: one damaged frame must not decide. Held by
`benchmarks/suite.py`."""

SCORE_DROP = 12.0
"""Nats by which the score must fall behind its best before a stretch is given up. That is about half a second of clear
contradiction. Held by `benchmarks/suite.py`."""

OPEN_NATS = 1.5
"""Nats within which two ends are as likely as each other: the content leaves open which one it is. Held by
`benchmarks/suite.py`."""

LEAST_SEED_CONTRAST = 0.1
"""Contrast that the seed of a line must show to be followed at all. A claim needs four times as much over the whole
stretch. Held by `benchmarks/suite.py`."""

GROW_SECONDS = 2.0
"""Seconds searched past a seed, doubled while the stretch goes on. After so many without gain its end is behind. Held
by `benchmarks/suite.py`."""

SEED_SECONDS = 0.4
"""Seconds that a seed must have to show how sharp it is. Held by `benchmarks/suite.py`."""

COARSE_SPREAD = 0.06
"""Share by which speed and zoom are first fitted: past the grid of the candidates. Held by `benchmarks/edits.py`."""

FINE_SPREAD = 0.006
"""Share by which speed and zoom are fitted once more: within a step of the first fit. Held by `benchmarks/edits.py`."""

GAIN_BOUNDS = (0.4, 2.5)
"""Changes of contrast, as factors, that are believed. Past them the regression has found something else. Held by
`benchmarks/edits.py`."""

BAR_LEVEL = 20.0
"""Grey levels up to which a cell that never changes is part of a bar. Black of limited range is 16. Held by
`benchmarks/edits.py`."""

LARGEST_BARS = 0.5
"""Share of the cells that bars may cover. Held by `benchmarks/edits.py`."""

LARGEST_OVERLAY = 0.3
"""Share of the cells that an overlay may cover. With more, what is left proves nothing. Held by
`benchmarks/edits.py`."""

CONTRAST_LAG = 0.08
"""Seconds by which the line is moved to measure contrast, two frames at the least. Held by `benchmarks/suite.py`."""

SPLICE_WINDOW = 0.4
"""Seconds on either side that show how much the picture usually changes from one frame to the next. Held by
`benchmarks/suite.py`."""

LEAST_JUMP = 8.0
"""Times the usual change, in squared grey levels, from which a change is a jump. Within one shot a frame in a hundred
reaches it (a stutter, a key frame). A splice inside the view of one fixed camera reaches 15 and more, one between
scenes hundreds. Held by `benchmarks/suite.py`."""

LEAST_RATIO = 4.0
"""Times the usual change from which a splice shows where the score already says that a stretch ends. One frame in a
hundred reaches it by chance. Held by `benchmarks/suite.py`."""

LEAST_PEAK = 1.5
"""Times the largest change beside it from which a splice shows in the same case. One frame in a hundred reaches it by
chance. Held by `benchmarks/suite.py`."""

LEAST_ONSET = 100.0
"""Times the usual change on its calmer side from which a splice shows in the same case: a splice from a calm picture to
a violent one is no larger than what follows it. One frame in two hundred reaches it by chance. Held by
`benchmarks/suite.py`."""

HARD_CUT = 20.0
"""Squared grey levels, mean over the picture: a change that a viewer sees as a cut. Held by `tests/test_cuts.py`."""

JUMP_WORTH = 6.0
"""Nats of score that an end may give up for a jump: a clear one is worth log(400) = 6. Held by
`benchmarks/suite.py`."""

STRANGE_SHARE = 0.1
"""Share of what a frame differs by beside the line, above which it may be another picture where a stretch ends. Held by
`tests/test_cuts.py`."""

STRANGE_LEVELS = 25.0
"""Squared grey levels beside the line above which it may be. Held by `tests/test_cuts.py`."""

STRANGE_WEIGHT = 3.0
"""How many times as much frames of another picture weigh where a stretch would end in them, whatever jumps behind them.
One may be the codec's blend of the two pictures at a splice, three in a row are not. Followed by frames that agree
again they are a subtitle. Held by `tests/test_cuts.py`."""

FADE_REACH = 1.0
"""Seconds searched on either side of an end: fades last from a third of a second to two seconds. Held by
`tests/test_fades.py`."""

LEAST_MIX_FRAMES = 3
"""Frames that must be mixes of two pictures. Fewer are the codec's blend at a hard cut. Held by
`tests/test_fades.py`."""

LEAST_MIX_SECONDS = 0.2
"""Seconds that must be mixes, for the same reason. Held by `tests/test_fades.py`."""

FADE_CHANGE = 100.0
"""Squared grey levels by which the two pictures of a fade must differ. Held by `tests/test_fades.py`."""

FADE_EXCESS = 3.0
"""Times by which they must differ more than pictures as far apart in time usually do around there. Two moments of one
shot often lie on a line too, but near each other. Held by `tests/test_fades.py`."""

FADE_SURROUND = 4.0
"""Seconds on either side that show how much pictures usually differ. Held by `tests/test_fades.py`."""

MOST_OFF_LINE = 0.08
"""Share of the difference of the two pictures by which mixes may miss the line between them, as what moves in them goes
on moving. One frame in fifteen of ordinary footage is taken for one of a fade at this level. Held by
`tests/test_fades.py`."""

MOST_FADE_STEP = 0.34
"""Share of the way that one frame of a fade may make. More is a cut. Held by `tests/test_fades.py`."""

MOST_FADE_BACK = 0.05
"""Share of the way by which a frame of a fade may fall behind the one before it, for motion in the pictures. Held by
`tests/test_fades.py`."""

MIX_SHARES = (0.1, 0.9)
"""Shares of the second picture between which a frame is a mix. Held by `tests/test_fades.py`."""

EVENT_STILL = 0.01
"""Squared grey levels, over one frame, up to which a picture has not moved: what a codec that skips a picture leaves.
Footage out of a camera, however calm, changes by more. Held by `tests/test_activity.py`."""

EVENT_REST = 0.2
"""Seconds without a change that part one event from the next. Held by `tests/test_activity.py`."""

LASTING_EVENT = 0.5
"""Seconds of unbroken motion that count as one more event: a program's own movements are over by then. Held by
`tests/test_activity.py`."""

RESTING_SHARE = 0.25
"""Share of its time that a stretch must stand still for its events to be counted. Held by `tests/test_activity.py`."""

LEAST_EVENTS = 4.0
"""Events that are enough: three intervals. Repeated steps on a recorded screen reach 3.2, replays of one 5. Held by
`tests/test_activity.py`."""

SCORE_MARGIN = 8.0
"""Nats above the log of the places tried: a chance agreement of that size comes once in 3,000 files. By definition of
the odds."""

LEAST_CONTRAST = 0.4
"""Share of the video's own two-frame change. Look-alikes reach 0.3, recoded replays on fixed cameras keep 0.41 and
more. Held by `benchmarks/suite.py`."""

LEAST_CHANGED_CONTRAST = 0.6
"""The same for a copy at another speed or backwards. It keeps 0.7, and what only fits by the choice of the speed
reaches 0.55. Held by `benchmarks/suite.py`."""

MOST_STRANGE_CELL = 60.0
"""Squared grey levels by which the most different cell, after CLOCK_CELLS of them, may change between two occurrences.
Replays stay below 15, copies at another quality included. A screen that shows the same steps again with another text,
timer or cursor has hundreds. Held by `benchmarks/suite.py`."""

CLOCK_CELLS = 8
"""Cells that are left out of it, the most different ones: a running clock. Held by `benchmarks/suite.py`."""

MOST_RESIDUAL = 0.15
"""Share of the difference beside the line that remains on it, over the telling frames. Replays leave 0.0 to 0.1 of it,
a second car of the same kind on the same road a third and more. Held by `benchmarks/suite.py`."""

SPEED_NATS = math.log(200)
"""Nats more for a copy at another speed: 200 speeds were tried besides the plain one. By definition of the odds."""

VIEW_NATS = math.log(30)
"""Nats more for a copy of a changed picture: 30 transforms were tried besides the plain one. By definition of the
odds."""

LEAST_CHANGED_SECONDS = 1.0
"""Seconds that a copy at another speed must last: over less, one slow movement fits another by the choice of the speed.
Held by `benchmarks/suite.py`."""

LEAST_TELLING_SECONDS = 0.2
"""Seconds of frames that must say anything at all. Held by `benchmarks/suite.py`."""

CONFIDENCE_CONSTANT = -12.03
"""Log odds of a run of which all measures are 0. Fitted together with CONFIDENCE_WEIGHTS. Held by
`benchmarks/fit_confidence.py`."""

CONFIDENCE_WEIGHTS = (1.35, 0.76, 9.33, 0.73, 1.30, 0.79)
"""Log odds that are added for each nat by which a gap parts the match from its rivals; nat by which it differs from the
other occurrence by less than noise would; whole of contrast; nat of length past a second; a copy that keeps its speed;
nat of the nats by which chance is unlikely. Fitted to 1,137 runs of drawn footage of seeds from 1001 on, when rivals
were still looked at evenly over a stretch and noise through a zoom was counted. A fit to 566 runs of the present engine
is no better: held back in turn it loses 0.092 nats a run, these weights lose 0.071 on the same runs, and of the 431
runs that they put at 0.99 and more all were true. Held by `benchmarks/fit_confidence.py`."""

MOST_GAP = 1000.0
"""Factor past which a larger gap says no more: the limit of what the confidence was fitted on. Held by
`benchmarks/fit_confidence.py`."""

MOST_NOISE = math.log(20)
"""Nats past which a match above the codec's noise says no more, for the same reason. Held by
`benchmarks/fit_confidence.py`."""

MOST_ODDS = 9.0
"""Nats: the largest odds that are given, one in 8,000. Held by `benchmarks/calibration.py`."""

LEAST_CONFIDENCE = 0.5
"""Confidence that a claim needs: it must be more likely true than not. By definition of a claim."""

LONG_CLAIM = 5.0
"""Seconds from which on less confidence is needed. Most movements of one body, which the false claims are, are over by
then. Held by `benchmarks/calibration.py`."""

LEAST_CONFIDENCE_OF_LONG = 0.15
"""Confidence that a claim of LONG_CLAIM seconds or more needs. Recorded copies under heavy compression or at another
speed reach no more. It was set with recorded videos in view, so a claim of 0.15 to 0.5 may well be false. Held by
`benchmarks/calibration.py`."""

LEAST_GAP = 2.5
"""The least factor, in squared grey levels, between the alike and the best of the rest, for a long stretch. Held by
`benchmarks/suite.py`."""

LEAST_GAP_OF_A_SECOND = 30.0
"""The same for a stretch of one second; it falls as the length grows, down to LEAST_GAP. A short movement of one animal
finds others 7 times nearer than the next, a car in a lane of alike cars 15 to 25 times. Held by
`benchmarks/suite.py`."""

CHANGED_GAP = 4.0
"""LEAST_GAP of a copy at another speed or backwards, which is held to a higher contrast besides. Held by
`benchmarks/suite.py`."""

CHANGED_GAP_OF_A_SECOND = 40.0
"""LEAST_GAP_OF_A_SECOND of such a copy. Held by `benchmarks/suite.py`."""

ALIKE_FACTOR = 4.0
"""Factor in squared grey levels up to which replays of one stretch differ from it alike: copies made at another
quality. Held by `benchmarks/suite.py`."""

EXACT_LEVEL = 0.05
"""Squared grey levels: what differs by no more, and by less than half the codec's noise, needs no gap, as nothing could
agree better. Held by `benchmarks/suite.py`."""

OWN_SECONDS = 0.5
"""Seconds around the stretch itself and around its match in which a moment is no other one. Held by
`benchmarks/suite.py`."""

MATCH_FLOOR = 0.003
"""Squared grey levels, or a quarter of the codec's noise where that is less: no match is taken to be nearer, as cells
of whole grey levels are rounded by as much. By definition of a sketch."""

TAIL_VALUES = 10
"""Values of the rest that show how thin it grows towards 0. Held by `benchmarks/fit_confidence.py`."""

LEAST_TAIL_SPREAD = 0.1
"""Nats: the least spread of the logarithms of these values. Held by `benchmarks/fit_confidence.py`."""

MOST_PLACES = 60_000
"""Places that a stretch is compared with: all of forty minutes at 25 frames a second, a spread of more. Held by
`benchmarks/day.py`."""

FEWER_PLACES = 20_000
"""The same where files are compared, as most places there are of other footage altogether. Held by
`benchmarks/across.py`."""

NEAREST_IN_FULL = 128
"""Half seconds that are measured in full after a first look at all of them. Held by `tests/test_uniqueness.py`."""

SAME_READING = 0.4
"""Seconds within which two runs that pair one moment with nearly the same other one are two readings of one repeat.
Held by `benchmarks/suite.py`."""

CHANGED_WORTH = 0.8
"""Share of its score that a changed copy counts against an unchanged one: it must score that much better to be believed
instead. Held by `benchmarks/edits.py`."""

SEED_TRIES = 3
"""Times that a line is followed in vain before those within half a frame of it are left out. What a seed shows of the
copy's brightness or zoom may mislead, but not three seeds. Held by `benchmarks/day.py`."""

LONGEST_OVERLAY = 10.0
"""Seconds between two pieces of one repeat that an overlay parts: a subtitle stands for up to seven. Held by
`benchmarks/edits.py`."""

LONGEST_REST = 30.0
"""Seconds without motion between two pieces. That both lie at one lag leaves no doubt that they belong together; the
limit keeps two moments of a quiet night from claiming the night. Held by `benchmarks/suite.py`."""

OVERLAY_AGREEMENT = 0.9
"""Share of the frames between that must agree, once the cells under the overlay are left out. Held by
`benchmarks/edits.py`."""

REST_NOISE = 2.0
"""How many times the file's noise two occurrences of a motionless picture may differ by: one of them may be recoded.
Held by `benchmarks/suite.py`."""

LONGEST_JUDGED = 10.0
"""Seconds: a frame counts as judged if a stretch of at most this length around it says enough. By definition of
coverage."""

FINDABLE_SHARE = 0.9
"""Share of the stretches asked about that would be found, at the shortest findable length. By definition of the
shortest findable."""

FINDABLE_LENGTHS = tuple(0.3 * 1.2**k for k in range(27))
"""Seconds: the lengths asked about, up to 34 s. What moves seldom may need as long. By definition of the shortest
findable."""
