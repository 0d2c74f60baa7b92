"""Every tuned number of trajectories, with its reason. benchmarks/trajectory.py and benchmarks/planted.py measure
them."""

SAMPLE_RATE = 10.0
"""Samples a second that are aimed at: every n-th frame is one. What a person does in a tenth of a second shows; twice
as many cost twice as much, and moved no figure."""

WINDOW_SAMPLES = 20
"""Samples of a window that is judged, some two seconds: half of the shortest oddity that is looked for."""

MOTION_SAMPLES = 35
"""Samples of the longer windows in which motion is judged: which way it goes, and how fast, shows in several
seconds."""

RETURN_SAMPLES = 80
"""Samples within which a window is looked for in reverse: what is shown backwards for four seconds comes back within
eight."""

RETURN_NOISE = 1500.0
"""Sum of squares over the picture, grey levels, that two samples of the same differ by at the least: 0.6 a pixel."""

STEP = 5
"""Samples from one window that is judged to the next."""

FOLDS = 5
"""Parts of a baseline, each judged by what the others teach."""

GUARD = 20
"""Samples beside a part that teach nothing about it, as they show the same movements: one window."""

NEVER_KNOWN = 3000
"""Samples of a baseline that are new, five minutes of them, from which it is known what never was where. At ten minutes
of drawn cameras it raises the area of small bodies by a tenth; at half a minute each part holds what the others never
showed, and small bodies score lower."""

MOST_BASELINE_SAMPLES = 8000
"""Samples of a baseline that are kept, 33 MB: ten minutes of a camera of 25 frames a second, of which every other one
counts. A longer baseline is thinned by passages."""

PASSAGE = 100
"""Samples that follow one another where a baseline is thinned."""

FEWEST_SAMPLES = 200
"""Samples, some 20 s, under which nothing is learned: each part would hold two windows."""

DIMENSIONS = 256
"""Dimensions of the subspace that the map lies in. What moves may be few pixels: a mouse, whose full Isomap asks for
the most, agrees to 0.84 by 128 of them and to 0.93 to 0.97 by 256; other cameras agree to 0.98 by either."""

KNOWN_DIMENSIONS = 128
"""Dimensions, the first ones, that tell what is known from what is strange. More of them show what was never there,
too."""

SUBSPACE_SAMPLES = 1200
"""Samples that a subspace is fitted to, spread evenly: fitting goes with the square of them. 600 are too few for 256
dimensions: 0.83 for the mouse."""

LANDMARKS = 2500
"""Samples of the baseline that the map is learned from, spread evenly in time: the mouse agrees to 0.93 by 2,000, 0.95
by 2,500, 0.97 by 3,000, and the distances between them take 4 bytes each. Farthest first, as it is often done, picks
what is odd and distorts the rest."""

NEIGHBOURS = 20
"""Neighbours in the graph of the map. With 10 the graph has shortcuts, so that two full Isomaps of halves of one clip
agree to 0.62 to 0.97 only."""

BLOCK_SIDE, BLOCK_STEP = 8, 4
"""Side of a block of the picture in pixels, and pixels from one to the next: 15 by 15 blocks that overlap."""

REACH = 7
"""Pixels in each direction that a block is followed from one sample to the next: across the picture in a second."""

LEAST_BLOCK_CHANGE, NOISE_MARGIN = 1.5, 4.0
"""Grey levels by which a block must change on average to be followed, and times what is usual: the larger counts."""

CLOSE_LIGHT = 15.0
"""Grey levels within which pixels are taken for background where the light is measured."""

LEAST_LIT = 400
"""Pixels of the background, of 4,096, under which the light is not measured but for its mean."""

ADAPTING = 0.05
"""Grey levels a second by which the background follows the picture: light that drifts is followed, what passes is not.
With 0.25, what rested for 20 s left a ghost behind, which then stood out."""

STILL_AT = (0, 6, 12, 18, 24)
"""Samples back of which the median is taken to see what stays: it was there for more than half of 2.4 s. What is there
at all of them stands. With nine samples, or over 2 or 3 s, what was left on drawn roads scores as high or lower."""

STILL = STILL_AT[-1]
"""Samples before a sample that are looked back at."""

RIDGE = 50.0
"""Weight of the ridge for the arrow of time. 10 to 100 differ little."""

SHRINKAGE = 1.0
"""Part of an identity matrix that is added to covariances of standardised features."""

BODIES = 20
"""Windows of each part that are shown with a body that was not there."""

BEYOND = (1.5, 2.5)
"""Times the usual pace of a region beyond which what moves there is counted as fast."""

PACES = (2, 3)
"""Times its pace at which a baseline is shown to learn what faster is."""

QUESTION_WEIGHTS = {
    "arrow": 1.0,
    "returns": 1.0,
    "faster": 1.0,
    "stands": 1.0,
    "jumps": 1.0,
    "passing": 0.7,
    "left": 0.7,
    "distance": 0.7,
    "never there": 0.5,
    "never stood": 0.5,
}
"""How much each question counts beside the others. Three ask about one matter, what a thing looks like, and mostly
agree; with 1 each they drowned what moves three times as fast, with 0.5 they lost small things. What never was before
comes by in any hour: with 1 for both questions about it, one drawn hour of four passed the limit, with 0.5 all come to
0.85 of it at the most."""

USUAL_WEIGHT = 0.05
"""Weight of how rare a question finds what half of the chunks reach, so that two windows are seldom equal."""

CHUNK_SAMPLES = 100
"""Samples, some 10 s, whose highest score counts once: windows beside one another are of one movement."""

TAIL = (0.5, 0.9)
"""Quantiles of the highest scores of chunks from which their tail is taken. The highest of all is not used: a baseline
may hold what is unusual."""

OTHER_CAMERAS = 6.0
"""Chunks of a baseline, a minute, that count as much as what other cameras showed. With none, half a minute in which
nothing comes back the way that it went makes a tail so short that all does so later; with 3 to 24 the planted passages
that score higher differ by few."""

QUESTION_PRIORS = {
    "arrow": (1.3, 1.0, 0.6),
    "returns": (1.0, 1.0, 0.4),
    "faster": (2.0, 1.0, 0.7),
    "stands": (2.0, 1.2, 0.6),
    "jumps": (0.45, 2.0, 1.2),
    "passing": (1.7, 1.1, 0.8),
    "left": (1.2, 1.1, 0.8),
    "distance": (0.4, 1.0, 0.7),
    "never there": (0.25, 1.0, 0.9),
    "never stood": (0.25, 0.8, 1.4),
}
"""Of each question, what is about the middle of nine clips of fixed cameras: the spread of its answers at one activity,
and in such spreads the level that the highest of every other chunk passes and the scale of their tail."""

TOGETHER_PRIOR = (1.3, 1.3)
"""The level and the scale of all questions together, as they are combined."""

TAIL_DOUBT = 1.3
"""Times for which the tail of all questions together is taken for longer than it was found."""

FRONT = 8.0
"""Grey levels from which a pixel is taken to differ from the background, where the share of such pixels is counted."""

NOT_BACKGROUND = 12.0
"""Grey levels (root mean square) by which a block differs that does not show the background."""

AWAY, AWAY_MARGIN = 0.6, 0.25
"""Share of the blocks that do not show the background from which the camera shows something else; or so much more than
what the baseline reached."""

FITS = 0.5
"""Share of the blocks that do not show the background, half of the time, under which a camera is taken for a fixed
one."""

SETTLED_SAMPLES = 200
"""Samples, some 20 s, after which what is shown instead is there for good."""

SAME_EDGES = 0.6
"""Correlation of the edges with those of the background above which the scene is the same and the light changed."""

FEWEST_REST = 10
"""Samples over which the path hardly moves at a rest: a second."""

REST_STEP = 0.08
"""Share of the spread of the path that it moves in a second at a rest, at the most."""

NEAR_PLACE = 0.15
"""Share of the spread of the path within which two rests are of the same place."""

MOST_REST_STATES, LEAST_SHARE = 12, 0.01
"""Places that a map has at the most, and the share of the time that one lasts at the least."""

EVENT_ENDS = 0.7
"""An event goes on while the score is at least this."""

EVENT_PAUSE = 3.0
"""Seconds after which what is unusual again is another event. What goes on for minutes dips for a second or two."""

REASONS_WITHIN, MOST_REASONS = 0.7, 3
"""Share of the rarity of the first reason that another one has at the least, to be named too; and how many are
named."""

REMEMBERED = 4
"""Maps that are kept for a camera that comes back to an earlier view; each takes some 35 MB."""

OFTEN, OFTEN_TIME = 0.3, 300.0
"""Share of the time that may be unusual before a map is taken for outdated, and the seconds it is averaged over."""

MANY, MANY_TIME = 6, 600.0
"""Events within so many seconds after which a map is taken for outdated too; one that went on after a pause counts
again. What happens that often is usual."""

CHECK_EVERY = 50
"""Samples of a baseline between two looks at whether another view came."""

ADAPT_EVERY = 16
"""Samples after which the background follows the picture."""

NEAR_REPORT = 0.9
"""Score from which it is looked at what a window shows."""

BACK = 5
"""Samples of the known view after which the camera is back from another one."""

SLOW_PACES = (0.2, 0.7)
"""Times its usual pace between which what stands is said to be slower: it moves."""

PASSAGE_SECONDS, PASSAGE_STEP = 4.0, 1.0
"""Seconds of a window that is looked for among earlier ones, and seconds from one to the next. Shorter ones are alike
by chance: a step of a mouse is over in one second."""

PASSAGE_RATE, PASSAGE_DIMENSIONS = 5.0, 16
"""Points a second, and dimensions, of the path along which all earlier windows are looked at. What is shown again is
the same in any directions; 16 leave few others in between."""

PASSAGE_PEAKS = 6
"""Earlier windows that are looked at in full: the nearest ones along that path."""

PASSAGE_HOURS = 4.0
"""Hours in which a window is looked for: 70 MB at most, and as many as keep the cost below a millisecond a sample."""

CELL_SIDE, CELL_FLOOR = 16, 0.7
"""Cells in each direction of a picture; grey levels under which what a cell does is taken for noise."""

CUT = 30.0
"""Times the energy of a step from one sample to the next that four in five of a window stay below, from which it is a
cut. Otherwise a title card or black between two scenes, shown twice, would be a retrace of what stands around it."""

SAME_PASSAGE = 1.0
"""Seconds within which two lags are of the same passage."""

LEAST_OTHER_LAG, SHORTEST_RETRACED_LAG = 1.0, 5.0
"""Seconds of the shortest lag that others are compared at, and of the shortest of a retrace. What is as near a second
or two before is periodic, or hardly moves."""

LEAST_MOVES = 4.0
"""Grey levels by which the four cells that move most do so at the least."""

RETRACED, UNLIKE_OTHERS = 0.12, 0.25
"""Distance of a window to what it retraces at the most, and as a share of that to the nearest other passage. What was
played again lies at 0.02 to 0.08 and below a tenth; honest clips of fixed cameras come to 0.09 and 0.24, and hours of
drawn ones to 0.04 and 0.08, where three in a row at one lag and pace come about less than once an hour."""

STILL_RETRACED, STILL_UNLIKE = 0.4, 0.7
"""The same for windows between those, in which little moves."""

FEWEST_RETRACED = 3
"""Windows of a retrace that are as near as that. Among hours of bodies that pass on the same roads two are so by
chance."""

SAME_PACE = 0.01
"""Seconds by which the lag may change in a second. What was played again stays within 0.008; what passes by chance as
another one did, to within a tenth of the distance, differs by 0.02 or more."""

SHORTEST_RETRACE = 3.0
"""Seconds."""

MOST_RETRACES = 10_000
"""Retraces that are kept, the latest."""

LEAST_TRAFFIC = 0.2
"""Times the mean of all regions that must move in one for things to pass there."""

SHOWN_BEFORE = 50
"""Samples before a sample from which it is asked whether it was shown before: five seconds."""

FEWEST_MOVING_BLOCKS = 6.0
"""Blocks that surely moved, from which a sample is asked whether it was shown before."""

SHOWN_AGAIN, SHARE_AGAIN = 0.6, 0.5
"""Share of its own step from one sample to the next within which what moves was shown before; and share of the moving
samples of a passage that were, from which the passage was. Where three blocks or more moved, 0.76 to 1.00 of the
samples lie within that of cameras that show the same passages again, and 0.03 to 0.30 of others."""
