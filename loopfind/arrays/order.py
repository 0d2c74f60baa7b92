"""Order statistics of small arrays, for which numpy's own take most of their time to prepare."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32] | NDArray[np.float64]


def upper_quartile(values: Values) -> float:
    """Return np.percentile(values, 75) of (m,) values, one or more."""
    place, quarters = divmod(3 * (len(values) - 1), 4)
    if not quarters:
        return float(np.partition(values, place)[place])
    low, high = np.partition(values, (place, place + 1))[place : place + 2]
    part = values.dtype.type(quarters / 4)
    return float(low + (high - low) * part if quarters < 2 else high - (high - low) * (1 - part))


def median_of_even(rows: Values) -> Values:
    """Return np.median(rows, axis=0) of an even number of rows (k, m): the mean of the two in the middle."""
    half = len(rows) // 2
    middle: Values = np.partition(rows, (half - 1, half), axis=0)[half - 1 : half + 1].mean(0)
    return middle
