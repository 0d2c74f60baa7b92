"""Limits of a page: how much of each thing it holds, so that it stays below 10 MB and can be read.

A page says what it leaves out; the JSON report has everything.
"""

PAGE_BYTES = 3_900_000
"""Bytes of pictures; as text they take a third more."""

PAGE_REPEATS = 400
"""Repeats of a scan with a card, the first ones of the report; the timeline has all."""

PAGE_STRETCHES = 300
"""Repeats of a comparison with a card, the first ones of it."""

PAGE_OPEN = 4
"""Cards that are open when the page opens."""

PAGE_CURVED = 40
"""Cards with a curve for each column; those after them have the first one alone."""

PAGE_OCCURRENCES, PAGE_PLAYABLE = 20, 24
"""Occurrences of one repeat in the table of its card, and in the lists of the player."""

PAGE_GAPS = 60
"""Stretches that could not be judged."""

PAGE_SPOTS, PAGE_AIRINGS = 100, 40
"""Spots, and airings of one of them."""

PAGE_CUTS = 300
"""Suspect cuts of a scan."""

PAGE_SPANS = 10_000
"""Bars of the timeline of a scan, the longest."""

PAGE_MARKS = 300
"""Occurrences that are marked in the waveform of a whole sound, the longest."""

PAGE_LEGEND = 14
"""Repeats named below the timeline."""

PAGE_LINES = 3000
"""Lines of the dot-plot; a square of a few hundred points shows no more."""

PAGE_FILES, PAGE_BARS, PAGE_LANES = 120, 40, 4
"""Files of a comparison with a timeline, those that share the most; bars on one of them, and rows of bars."""

PAGE_MATRIX = 300
"""Files in the matrix of a comparison."""

PAGE_PAIRS, PAGE_GROUPS, PAGE_NAMES = 60, 60, 40
"""Pairs and groups of files, and files named of one group."""

PAGE_LOSSES = 60
"""Files and parts of files that could not be compared."""

PAGE_CLIPS, PAGE_MATCHES = 40, 30
"""Clips with a table of matches, and matches in one of them."""

PAGE_PATH = 12_000
"""Points of the path of a trajectory."""

PAGE_UNUSUAL, PAGE_PLACES, PAGE_AGAIN = 60, 40, 100
"""Unusual stretches of a trajectory with a card, those with the highest scores; places, and stretches that come
again."""
