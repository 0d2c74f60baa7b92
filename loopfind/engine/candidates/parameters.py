"""Tuned numbers of the search for candidates."""

from loopfind.model.transform import Transform

LEAST_LAG = 0.3
"""Seconds, the shortest lag that is looked at: nearer than this a moving picture is simply like itself. Held by
`benchmarks/suite.py`."""

# Codes that are near each other

WORD_DRAWS = 10
"""Draws of bits by which the codes of a timeline are sorted, half as many for each question about changed copies. A
pair is missed by one draw often, but a repeat has many frames, and each draw is another chance for each. Held by
`tests/test_lsh.py`."""

BUCKET_REACH = 40
"""Later members of its bucket that a frame is paired with, in a bucket of no more members than that. Held by
`tests/test_lsh.py`."""

CROWDED_REACH = 8
"""The same in a larger bucket (a still scene, a day-long loop), where neighbours say the same. Held by
`benchmarks/day.py`."""

PAIRS_PER_FRAME = 3
"""Pairs for each frame that all draws together aim at; no draw gives its nearest members up for it. Held by
`benchmarks/day.py`."""

FREE_PAIRS = 4_000
"""Pairs that each draw may give besides, so that of a short file none are left out. Held by `benchmarks/suite.py`."""

WORD_BITS = (10, 26)
"""Least and most bits of a word; between them two more than the number of codes needs, so that chance fills few
buckets. Held by `benchmarks/day.py`."""

# Votes

COPY_SPEEDS = (0.5, 0.5713, 0.6667, 0.75, 0.8, 0.8333, 0.9, 0.9593, 1.0427, 1.1111, 1.2, 1.25, 1.3333, 1.5, 1.75, 2.0)
"""Speeds at which copies are looked for, as the copy's seconds per second of the original: what editors and rate
conversions use (24 to 25 frames a second is 1.0427 and 0.9593). A copy between two of them is found by the nearer one.
Held by `benchmarks/edits.py`."""

VOTE_SECONDS = 2.0
"""Seconds of the first occurrence whose matches vote together. Held by `benchmarks/suite.py`."""

FEWEST_VOTES = 4
"""Votes that make a candidate: chance puts two matches in one cell often, four hardly ever. Held by
`benchmarks/suite.py`."""

SHIFT_LAG_WIDTH = 1.01
"""Frames that one bin of lags is wide for copies at the speed of the original: their frames lie on one grid, and the
hundredth is for rounding. Held by `benchmarks/suite.py`."""

SPEED_LAG_WIDTH = 2.0
"""The same at another speed or backwards, where the frames of copy and original fall beside each other. Held by
`benchmarks/edits.py`."""

CELLS_BESIDE = 3
"""Bins of lag from a cell to those that tell by how much it stands out. Held by `benchmarks/suite.py`."""

SHARE_BESIDE = 0.5
"""Share of the votes beside a cell that is taken from its own, to rank candidates: in slow motion neighbouring lags get
nearly as many. Held by `benchmarks/suite.py`."""

SIFTED_PER_FOLLOWED = 4
"""Candidates that are sifted for each one to be followed. Held by `benchmarks/suite.py`."""

# Sieve

SIEVE_BESIDE = (-0.8, -0.5, -0.3, 0.3, 0.5, 0.8)
"""Seconds beside a line at which chance, and a still scene, agree as well as on it. Held by `benchmarks/suite.py`."""

SIEVE_AGREEMENT = 0.7
"""Share of the distance beside a line that its codes may have on it. Of 64 bits of motion a replay on a fixed camera
under heavy compression keeps five sixths, that is a third of the distance of strangers. Held by
`benchmarks/suite.py`."""

SIEVE_MARGIN = 6.0
"""Bits of 64, on average, by which codes must be nearer on a line than beside it. Over independent frames chance varies
by 4 bits, over two dozen neighbouring ones by about 1.5. Held by `benchmarks/suite.py`."""

SIEVE_NEAR = 0.15
"""Seconds to either side of a line at which the codes must already differ more: a slow scene compared with itself is
nearer still on one side, a replay is nearest on its line. Held by `benchmarks/suite.py`."""

SIEVE_SHARPNESS = 2.0
"""Bits of 64 by which they must. Held by `benchmarks/suite.py`."""

SIEVE_SHORTEST = 0.4
"""Seconds of a line that are looked at, however few frames voted for it. Held by `benchmarks/suite.py`."""

SIEVE_SAMPLES = 24
"""Instants at which the codes of a line are compared. Held by `benchmarks/day.py`."""

SIEVE_FEWEST_FRAMES = 3
"""Different frames that these must fall on. Held by `benchmarks/suite.py`."""

# Questions

ZOOMS = (
    *(Transform(across=s, down=s) for s in (1.11, 1.2, 0.9, 0.82, 0.75, 0.67)),
    Transform(across=0.75),
    Transform(down=0.75),
)
"""Crops and smaller pictures that are looked for, as scales of the content. Motion codes bear 5 % of zoom, and the rest
is fitted. Held by `benchmarks/edits.py`."""

ZOOM_TOLERANCE = 0.05
"""Share by which two zooms may differ for one of them to find copies of the other. Held by `benchmarks/edits.py`."""

SPEED_LINES = 7.0
"""Times the lines of one question about changed copies that are followed for all speeds together. Copies at another
speed are among the first 8 of them, one of 17 was the 26th. Held by `benchmarks/edits.py`."""

TWICE_CHANGED_SPEEDS = (0.5, 0.75, 0.8, 0.9, 1.1111, 1.25, 1.5, 2.0)
"""Speeds at which copies are looked for that were changed in another way as well. Held by
`tests/test_wild_answers.py`."""

TWICE_CHANGED_ZOOMS = tuple(Transform(across=s, down=s) for s in (1.11, 1.2, 0.9, 0.82, 0.75))
"""Zooms at which they are looked for. Held by `tests/test_wild_answers.py`."""

TWICE_CHANGED_SPED_ZOOMS = (TWICE_CHANGED_ZOOMS[0], TWICE_CHANGED_ZOOMS[3])
"""Those of them that are looked for at other speeds: one crop, one smaller picture. Held by
`tests/test_wild_answers.py`."""

TWICE_CHANGED_LINES = 2.0
"""Times the lines of one question about changed copies that are followed for all ways of changing a copy twice. Held by
`tests/test_wild_answers.py`."""

TWICE_CHANGED_VOTES = 12
"""Votes that make a candidate there: a copy of four seconds gets 19 and more, and chance seldom as many. Held by
`tests/test_wild_answers.py`."""

MOST_TWICE_CHANGED_FRAMES = 100_000
"""Frames up to which copies are looked for that were changed in two ways at once, an hour at 25 frames a second: there
are as many such questions as others. Held by `benchmarks/day.py`."""

TURNS = (
    Transform(turned=2),
    Transform(turned=1),  # and by three quarters, as either of two occurrences may be the turned one
    *(Transform(mirrored=True, turned=turned) for turned in (1, 2, 3)),
)
"""Turned copies, which are looked for across files: by half and by a quarter, and mirrored as well. By definition of
the quarter turns, of which either of two occurrences may be the turned one."""

INSETS = tuple(
    Transform(across=size, down=size, right=right * (size - 1) / 2, below=below * (size - 1) / 2, inset=True)
    for size in (2.0, 3.0)
    for right in (1, -1)
    for below in (1, -1)
)
"""Copies in a corner of another video, half or a third as wide and as high: looked for across files. Smaller ones hold
too few cells. Held by `benchmarks/edits.py`."""

CHANGING_BITS = 5
"""Bits of 64 by which the picture code of a frame must differ from the one before to say something about a lag. Held by
`benchmarks/suite.py`."""

CHANGING_GAP = 0.3
"""Seconds from a frame to the one before that it is compared with for that. Held by `benchmarks/suite.py`."""

SPARSE_GAP = 0.1
"""Seconds between the frames that are asked for changed copies: enough of them to vote. Held by
`benchmarks/edits.py`."""

PLAIN_LINES = (60, 2.0)
"""Lines followed for a question about plain copies: so many, and so many more for each minute of video. Held by
`benchmarks/suite.py`."""

CHANGED_LINES = (4, 0.1)
"""The same for a question about changed copies. There are many such questions, and a copy that lasts a few seconds has
a line among the best of its own. Held by `benchmarks/suite.py`."""

ACROSS_LINES = (60, 0.5)
"""The same across files, which are mostly compared because a changed copy is expected. Held by
`benchmarks/edits.py`."""

# The index of a library

INDEX_GAP = 0.2
"""Seconds between moments whose codes are in an index. Held by `benchmarks/library.py`."""

INDEX_PLAIN_GAP = 0.04
"""Seconds between moments of a file for which an index is asked for plain copies: each stored moment is met within half
a frame or so, wherever a copy begins. Held by `benchmarks/library.py`."""

INDEX_CHANGED_GAP = 0.12
"""The same for changed copies. Held by `benchmarks/library.py`."""

INDEX_PICTURE_TABLES = 3
"""Tables of an index that hold picture codes, after those of motion codes. Held by `benchmarks/library.py`."""

HIT_LAG_MS = 200
"""Milliseconds within which the lags of hits are one. Held by `benchmarks/library.py`."""

HIT_OPEN_LAG_MS = 1000
"""The same where the speed is open, as it is for pictures. Held by `benchmarks/library.py`."""

HIT_PART_MS = 3000
"""Milliseconds of a file whose hits are counted together where the speed is open, as lags drift. Held by
`benchmarks/library.py`."""

HIT_PLAIN_MS = 250
"""Milliseconds in which hits count as one, of plain copies and where the speed is open: in slow motion neighbouring
moments are alike, so that one chance finds several. Held by `benchmarks/library.py`."""

HIT_CHANGED_MS = 500
"""The same of changed copies: of the many ways in which a copy may be changed each would find something by chance. Held
by `benchmarks/library.py`."""

OPEN_SPEED_HITS = 2
"""Times FEWEST_VOTES that must lie at one lag where the speed is open: lags are wide there, and pictures are more like
each other than motions. Held by `benchmarks/library.py`."""

QUADRANTS = ("upper left", "upper right", "lower left", "lower right")
"""Quarters of the picture that are asked about by themselves, as a chat, a ticker or a watermark moves all the time and
drowns what repeats beside it. Held by `benchmarks/footage.py`."""

QUADRANT_LINES_SHARE = 0.3
"""Share of the lines of a question about plain copies that are followed for each of them. Held by
`benchmarks/footage.py`."""

MOST_QUADRANT_FRAMES = 100_000
"""Frames up to which all of them are asked about, an hour at 25 frames a second; of more, those SPARSE_GAP apart. Held
by `benchmarks/day.py`."""

PLAIN_COST, QUADRANT_COST, FLIPPED_COST, VIEW_COST, POOL_COST = 3.0, 2.0, 1.0, 0.1, 4.0
"""Times that a batch of candidates takes, as multiples of that of a mirrored one: plain, within a quadrant, mirrored or
backwards, of a zoom, of all speeds together. They weigh the progress that is shown, and nothing that is found. Held by
`tests/test_cli_progress.py`."""
