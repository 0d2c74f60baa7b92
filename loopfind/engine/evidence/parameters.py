"""Tuned numbers of the comparison: what is aligned, followed and measured, and where a stretch ends."""

LAGS_BESIDE = (-0.8, -0.5, -0.3, 0.3, 0.5, 0.8)
"""Seconds beside the line at which a still scene would match as well as on it. Within them a moving picture changes,
and the light of a day does not. Held by `benchmarks/suite.py`."""

HOP = 0.2
"""Seconds over which a difference must change to count in full. It is the gap of the motion signal. Held by
`benchmarks/suite.py`."""

SLOW_HOP = 0.8
"""The same for the regions of a picture in which too little changes within HOP. Held by `benchmarks/footage.py`."""

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

FOREIGN_TIMES = 10.0
"""Times what a frame differs by beside the line that it must differ on it to be of another content. Held by
`benchmarks/footage.py`."""

FOREIGN_LEVEL = 2.0
"""Squared grey levels that it must differ by at the least: codecs redraw a standing picture by less. Held by
`benchmarks/footage.py`."""

SCORE_DROP = 12.0
"""Nats by which the score must fall behind its best before a stretch is given up. That is about half a second of clear
contradiction. Held by `benchmarks/suite.py`."""

ISLAND_REST = 0.5
"""Seconds that say nothing, after which a stretch ends unless what follows says ISLAND_NATS. Held by
`benchmarks/footage.py`."""

ISLAND_NATS = 6.5
"""Nats that must follow such a rest: a quarter of a second of clear agreement. Two cars that enter the picture in one
place agree for a fifth. Held by `benchmarks/footage.py`."""

LAST_DROP = 4.0
"""Nats by which the score must fall behind its best where the file ends before it falls by SCORE_DROP, for what was
best to have ended there. Held by `tests/test_wild_answers.py`."""

LEAST_SAY = 0.1
"""Nats below which a frame says nothing. Held by `benchmarks/footage.py`."""

OPEN_NATS = 1.5
"""Nats within which two ends are as likely as each other: the content leaves open which one it is. Held by
`benchmarks/suite.py`."""

LEAST_FIRST_NATS = 6.0
"""Nats that the first stretch around a seed must score for more to be measured: a claim needs three times as many. Held
by `benchmarks/footage.py`."""

LEAST_SEED_CONTRAST = 0.1
"""Contrast that the seed of a line must show to be followed at all. A claim needs four times as much over the whole
stretch. Held by `benchmarks/suite.py`."""

GROW_SECONDS = 2.0
"""Seconds searched past a seed, doubled while the stretch goes on. After so many without gain its end is behind. Held
by `benchmarks/suite.py`."""

SEED_SECONDS = 0.4
"""Seconds that a seed must have to show how sharp it is. Held by `benchmarks/suite.py`."""

SEED_BITS = 16
"""Bits of 64 by which the motion codes of a frame and its partner may differ in the telling part of a seed: half of
what strangers differ by. Held by `benchmarks/suite.py`."""

SEED_PART = 0.75
"""Share of a seed up to which its telling part is followed in its place. Held by `benchmarks/suite.py`."""

SEED_FEWEST = 5
"""Frames that such a part has at least. Held by `benchmarks/suite.py`."""

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

LEAST_CONTRAST_FRAMES = 3
"""Frames that are enough to measure contrast. Held by `benchmarks/footage.py`."""

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

REPLAYED_SHARE = 0.25
"""Share of its difference beside the line that a cell may keep on it to count as replayed. Codecs leave true copies 0.0
to 0.1; look-alikes keep half and more of most cells. Held by `benchmarks/footage.py`."""

COVERED_SHARE = 0.6
"""Share from which a cell counts as covered. Chats, tickers and clocks keep 0.9 and more. Held by
`benchmarks/footage.py`."""

OUTLIER_SHARE = 0.8
"""Share of a cell's frames that is typical of it: what passes by, as a watermark, differs in fewer of the rest. Held by
`benchmarks/footage.py`."""

OUTLIER_CAP = 4.0
"""Times the largest typical difference of a cell at which others are cut. Held by `benchmarks/footage.py`."""

TELLING_NOISE = 3.0
"""Times the file's noise by which a cell must differ beside the line, past TELLING_LEVEL, to say anything on it. Held
by `benchmarks/footage.py`."""

TELLING_LEVEL = 0.5
"""Squared grey levels that it must differ by besides: the codec's own changes in a cell that stands still. Held by
`benchmarks/footage.py`."""

TELLING_QUIET = 10.0
"""Times the noise that TELLING_LEVEL is at most: in quiet footage a cell changes less where it stands still. Held by
`benchmarks/footage.py`."""

LEAST_AGREEING_SHARE = 0.35
"""Share of its difference beside the line up to which a cell of a line that was not followed yet is taken to agree.
Held by `benchmarks/footage.py`."""

LEAST_CELLS = 4
"""Cells that must agree before others are taken to be covered. Held by `benchmarks/footage.py`."""

LEAST_CELL_SHARE = 0.1
"""Share of the telling cells that must agree for the same: a chat and a ticker may move in most of the cells that move
at all. Held by `benchmarks/footage.py`."""

LIGHT_SECONDS = 1.0
"""Seconds over which one gain and offset hold where the light drifts. Held by `benchmarks/footage.py`."""

PASSING_CAP = 4.0
"""Times what a cell usually differs by at which it counts no more in one frame, where something passes over the
picture. Held by `benchmarks/footage.py`."""

SPARED_SHARE = 0.2
"""Share of the cells that may be spared in a frame, those under a passing watermark in the one and in the other
occurrence. Held by `benchmarks/footage.py`."""

SPARED_OF_TELLING = 0.5
"""Share of the telling cells that may be spared at the most, so that the rest still says something. Held by
`benchmarks/footage.py`."""

LEAST_WEIGHT = 0.15
"""Share of the picture that must be left once covered cells are out. Held by `benchmarks/footage.py`."""

PASSING = 2.0
"""Times what agreeing cells differ by typically that they differ by with their outliers, where something passes over
the picture. Held by `benchmarks/footage.py`."""

GO_ON_SECONDS = 1.5
"""Seconds past an end in which content that goes on shows. Held by `benchmarks/footage.py`."""

GO_ON_AGREEMENT = 0.8
"""Agreement of what moves there from which the content goes on. Held by `benchmarks/footage.py`."""

BLANK_LEVELS = 3.0
"""Grey levels by which a cell of a blank picture may differ from most of it. Held by `benchmarks/footage.py`."""

BLANK_SHARE = 0.85
"""Share of the cells from which a picture that is even is blank: the rest may be a logo or a clock. Held by
`benchmarks/footage.py`."""

FADE_INSIDE = 0.5
"""Seconds of a stretch before its end that show how much a true match differs there. Held by
`benchmarks/footage.py`."""

FADE_BEYOND = 2.5
"""Seconds past an end in which a dissolve is over: most last up to two. Held by `benchmarks/footage.py`."""

FADE_CONTRAST = 12.0
"""Times what a true match differs by, or the file's noise, that the pictures must differ by past a dissolve. Held by
`benchmarks/footage.py`."""

FADE_SHARES = (0.06, 0.7)
"""Shares of the difference past a dissolve at which it begins, and is nearly over. Held by `benchmarks/footage.py`."""

FADE_MIDDLE = 0.25
"""Share of it in the middle of a dissolve. By definition of a mix of two halves."""

OVERLAY_JUMP = 4.0
"""Times the change before and after it that the change to a frame must be, to be that of text. Held by
`tests/test_promises.py`."""

OVERLAY_SHARE = 0.7
"""Share of all that changes in a cell that must change so, for the cell to be overlaid. Held by
`tests/test_promises.py`."""

CUT_SHARE = 0.6
"""Share of the picture that jumps at a cut, where the change of a cell says nothing of an overlay. Held by
`tests/test_promises.py`."""
