"""Tuned numbers of likeness: how moments make the likeness of files, and by what a library tells strangers."""

BEST_SHARE = 0.5
"""Share of the moments of a query that count, the best ones: an edit of a video may leave out the others. Held by
`benchmarks/likeness.py`."""

STRANGERS = 30
"""Files by which a library tells how alike strangers are to one another. Held by `tests/test_neighbours.py`."""

STRANGER_MOMENTS = 3
"""Moments of each of them: they take half as long as the search itself. Held by
`tests/test_neighbours.py`."""

FEWEST_FILES = 20
"""Files without which a library cannot tell: a chance of 5 % is the least that so many show. By definition of a
share."""

MOST_MOMENTS = 5
"""Pairs of moments that an answer names at the most. By definition of an answer to be read."""

# Groups

MOST_FRIENDS = 100
"""Nearest files that are kept of each. By definition of a budget."""

STRANGER_QUANTILES = ((0.5, 0.75), (0.5, 0.9))
"""Shares of all pairs of files, from the least alike on, at which it is measured how alike strangers are: at first, and
once the pairs that are no strangers by that are left out. Held by `benchmarks/likeness_groups.py`."""

LEVEL_ROUNDS = 10
"""Times that it is measured at the most. Held by `tests/test_groups.py`."""

# Codebooks

MOST_WORDS = 256
"""Words of a codebook at the most. Held by `benchmarks/likeness.py`."""

WORD_WIDTH = 0.05
"""Likeness by which a word may be less near than the nearest one to count a third of it: with the nearest alone, edits
share no word with their originals. Held by `benchmarks/likeness.py`."""

VECTORS_PER_WORD = 4
"""Vectors for each word of a codebook, in a library of few. Held by `benchmarks/likeness.py`."""

MOST_LEARNED = 20_000
"""Vectors that a codebook is learned on, of a thousand files; more take longer, and it is a baseline. By definition of
a budget."""

CODEBOOK_ROUNDS = 15
"""Rounds of k-means, after which words hardly move. Held by `benchmarks/likeness.py`."""

# Large libraries

FEWEST_TO_SHORTLIST = 1000
"""Files from which a library is first searched by few numbers for each moment. Fewer are searched in full within a
quarter of a second. Held by `benchmarks/likeness.py`."""

COMPACT_NUMBERS = 128
"""Numbers for each moment in that search. Held by `benchmarks/likeness.py`."""

SHORTLISTED = 200
"""Files that are then compared by all numbers. Held by `benchmarks/likeness.py`."""

# Metrics

METRIC_RANK = 64
"""Directions in which vectors are changed: more learn the files by heart. Held by `benchmarks/likeness_train.py`."""

METRIC_MARGIN = 0.1
"""Likeness by which an edit should be nearer to its own moment than to any other. Held by
`benchmarks/likeness_train.py`."""

METRIC_STEP = 0.0005
"""Step of Adam. Held by `benchmarks/likeness_train.py`."""

METRIC_BATCH = 256
"""Edits of a step. Held by `benchmarks/likeness_train.py`."""

METRIC_ROUNDS = 20
"""Times that all edits are gone through. Held by `benchmarks/likeness_train.py`."""

SAME_MOMENT = 0.97
"""Likeness from which two moments show the same, whichever file they are of: a library holds copies. Held by
`benchmarks/likeness_train.py`."""
