"""Tuned numbers of the claims: what a run needs to be believed, and what would have been found."""

EVENT_STILL = 0.01
"""Squared grey levels, over one frame, up to which a picture has not moved: what a codec that skips a picture leaves.
Footage out of a camera, however calm, changes by more. Held by `tests/test_activity.py`."""

EVENT_SEEN = 1e-4
"""Share of the largest event's change that an event must change the picture by to count: a caret that blinks beside
windows that open is none. Held by `tests/test_activity.py`."""

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

MOST_RESIDUAL = 0.3
"""Share of the difference beside the line that may remain on it, over the telling frames. Copies leave 0.26 at the
most. Held by `benchmarks/footage.py`."""

LEAST_CONTRAST = 0.2
"""Share of the video's own two-frame change by which a run must be sharp in time. Copies under heavy compression keep
0.26; counters and machines of one rhythm, whose digits differ, have less than nothing. Held by
`benchmarks/footage.py`."""

LEAST_SEAMED_CONTRAST = 0.05
"""The same where the picture jumps at both ends: calm footage hardly differs from itself a moment later. Below, no lag
stands out. Held by `tests/test_wild_answers.py`."""

LEAST_CHANGED_SECONDS = 1.0
"""Seconds that a copy at another speed must last: over less, one slow movement fits another by the choice of the speed.
Held by `benchmarks/suite.py`."""

LEAST_TELLING_SECONDS = 0.2
"""Seconds of frames that must say anything at all. Held by `benchmarks/suite.py`."""

CONFIDENCE_CONSTANT = -6.53
"""Log odds of a run of which all measures are 0. Fitted together with CONFIDENCE_WEIGHTS. Held by
`benchmarks/fit_confidence.py`."""

CONFIDENCE_WEIGHTS = (0.75, 0.58, 3.75, 1.81, 1.01, 6.9, 0.47, 2.45, 1.57)
"""Log odds that are added for each nat by which the agreeing cells disagree less; nat by which a gap parts the match
from its rivals; whole of contrast; nat of length past a second; nat of the share of the replayed cells among all that
are replayed or covered; whole of the residual, off it; nat by which the picture jumps at both ends; a copy that keeps
its speed; an unchanged picture. The score, the noise and the number of replayed cells added nothing to these. Fitted to
3,321 runs of 445 videos, drawn up from recorded clips under the conditions of streams, cameras, broadcasts and edits,
and to 2,504 runs of drawn scenes, which weigh as much. With each clip left out in turn, of 933 runs at 0.99 and more
0.997 were true. Held by `benchmarks/fit_confidence.py`."""

SEAM_REACH = 2
"""Frames beside an end in which its jump is looked for, as ends are not settled yet. Held by
`benchmarks/fit_confidence.py`."""

MOST_SEAM = 50.0
"""Times the largest change beside it past which a larger jump says no more. Held by `benchmarks/fit_confidence.py`."""

MOST_GAP = 1000.0
"""Factor past which a larger gap says no more: the limit of what the confidence was fitted on. Held by
`benchmarks/fit_confidence.py`."""

MOST_ODDS = 9.0
"""Nats: the largest odds that are given, one in 8,000. Held by `benchmarks/calibration.py`."""

LEAST_CONFIDENCE = 0.7
"""Confidence that a claim needs: a wrong claim is worse than a miss. Held by `benchmarks/calibration.py`."""

SHORT_CLAIM = 2.0
"""Seconds below which a claim needs seams or more confidence: the movements of one body, which the false claims are,
last less. Held by `tests/test_laws_hard.py`."""

SMALL_PART = 13
"""Replayed cells, a tenth of the picture, below which a claim needs the same: a watermark that wanders over still
footage, or a ticker, fills no more. Held by `benchmarks/footage.py`."""

LEAST_BARE_SEAMS = 0.4
"""Nats by which both ends of such a claim must jump: one and a half times the largest change beside them. Held by
`benchmarks/fit_confidence.py`."""

LEAST_CONFIDENCE_OF_BARE = 0.9
"""Confidence that such a claim without such ends needs. Held by `tests/test_confidence.py`."""

LEAST_CONFIDENCE_OF_CROWDED = 0.97
"""Confidence that a claim needs of which a small part moves among much that goes on. Held by
`tests/test_wild_answers.py`."""

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

MOST_OF_PICTURE = 0.85
"""Share of what moves that a loop shows again, from which its multiples need not be looked at: two layers of 29 and 30
frames go round together after 870. Held by `tests/test_wild_answers.py`."""

MOST_PLAIN_RESIDUAL = 0.1
"""Share of the difference beside a plain run that may remain on it, up to which no zoom is looked at: a crop of 10 %
leaves more. Held by `benchmarks/edits.py`."""

TURNS_COMPARED = 5
"""Turns of a loop, spread over it, that are compared with the first ones. Held by `tests/test_wild_answers.py`."""

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

COPY_NOISE = 0.02
"""Squared grey levels by which two encodings of one picture differ at the least. Held by `benchmarks/footage.py`."""

FINDABLE_SHARE = 0.9
"""Share of the stretches asked about that would be found, at the shortest findable length. By definition of the
shortest findable."""

LEAST_PROMISED = 4
"""Moments asked about that a stretch with a promise of its own must hold: fewer are chance. Held by
`tests/test_promises.py`."""

STRETCH_WORTH = 20.0
"""Steps of FINDABLE_LENGTHS by which some moments must be promised less before a stretch of their own says so. Held by
`tests/test_promises.py`."""

FINDABLE_LENGTHS = tuple(0.4 * 1.2**k for k in range(25))
"""Seconds: the lengths asked about, up to 32 s. What moves seldom may need as long, and of copies of less than 0.4 s
too little is seen to look for them. By definition of the shortest findable."""

LEAST_SCORE_SHARE = 0.7
"""Share of the nats that rule out chance that a run must score to be measured further. Half a second of footage says no
more. Held by `benchmarks/footage.py`."""

MOST_FRAME_WORTH = 2.0
"""Frames that one counts for at most where fewer than 25 come in a second. Held by `benchmarks/footage.py`."""

AGREEMENT_FLOOR = 0.02
"""Share of disagreement below which less says no more: codecs leave as much. Held by `benchmarks/fit_confidence.py`."""

MOST_LENGTH = 3.0
"""Nats of length, in seconds, past which a longer run says no more. Held by `benchmarks/fit_confidence.py`."""

MOST_AGREEMENT_LOST = 0.05
"""Agreement that a stretch may lose when its ends are settled: more, and an end was moved past the content. Held by
`benchmarks/footage.py`."""

CLOSURE_RUNS = 200
"""Runs, the best ones, of which every two are asked what they imply: the work grows with their square. Held by
`benchmarks/day.py`."""

LEAST_SHARED = 0.5
"""Seconds that two runs must share to imply a third. Held by `benchmarks/footage.py`."""

CLOSURE_ROUNDS = 2
"""Times that the runs found are asked for what they imply. Held by `benchmarks/footage.py`."""

LEAST_AGREEMENT = 0.75
"""Agreement of the cells that agree at least by half, under which a run is no replay whatever else it shows. Held by
`benchmarks/fit_confidence.py`."""

RIM_ROWS = 2
"""Outermost rows of cells in which tickers run and clocks stand. Held by `benchmarks/footage.py`."""

LEAST_REPLAYED_SHARE = 0.3
"""Share of the cells that move that are replayed, the others being covered, under which a lag must be
LEAST_CROWDED_LAG. Of a road that goes by, the dashes that come round are a sixth. Held by `benchmarks/footage.py`."""

LEAST_CROWDED_LAG = 6.0
"""Seconds of lag from which a small part of the picture may come round by being shown again, and not by a rhythm. Held
by `benchmarks/footage.py`."""

LEAST_CROWDED_SCORE = 300.0
"""Nats that a run must score to rest on fewer than SMALL_PART cells among others that go on: twelve seconds of clear
motion. Held by `tests/test_wild_answers.py`."""

LEAST_RIM_SEAMS = 0.7
"""Nats by which an end must jump where nothing but the rim of the picture moves: twice the largest change beside
them. Held by `benchmarks/footage.py`."""

DIGIT_TURN = 10.0
"""Seconds after which the last digit of a clock is the same again. By definition of a clock."""

DIGIT_SLACK = 0.1
"""Seconds by which a lag may miss a whole number of turns of the last digit. Held by `tests/test_wild_answers.py`."""

MARK_WINDOW, LEAST_MARK_WINDOW = 300.0, 30.0
"""Seconds in which a mark that wanders is looked for, at the most and at the least. Held by
`tests/test_marks.py`."""

LEAST_WAVE = 0.7
"""Share of its course across, and of that down, that one wave must be, for what moves to be a mark that wanders. Marks
have 0.76 to 1.0, recorded footage 0.5 at the most. Held by `tests/test_marks.py`."""

LEAST_MARK_TURNS = 1.33
"""Periods of that wave that must be seen: any slow course is a part of one. Held by `tests/test_marks.py`."""

SHORTEST_MARK_TURN = 4.0
"""Seconds that a mark takes to and fro at the least. Held by `tests/test_marks.py`."""

MARK_APART = 1.0
"""Cells between the places of a mark in the two occurrences up to which these rest on it. Held by
`tests/test_marks.py`."""
