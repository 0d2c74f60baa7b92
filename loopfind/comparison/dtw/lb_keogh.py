"""What a warping path must cost at least: LB_Keogh (Keogh & Ratanamahatana 2005), for series of several channels.

A sample of the query is matched to some sample within the band. The dearest that can be said without trying is how far
it lies outside all values that the band holds, channel by channel.
"""

import numpy as np

from loopfind.model.dtypes import Floats, Ints


def envelope(series: Floats, reach: int) -> tuple[Floats, Floats]:
    """Least and greatest of each sample and `reach` on either side, as far as there are any: two of the shape (n, d).

    By windows of twice the length each time: n * log(reach) steps.
    """
    padding = ((reach, reach), (0, 0))
    low = np.pad(series, padding, constant_values=np.inf)
    high = np.pad(series, padding, constant_values=-np.inf)
    width, wanted = 1, 2 * reach + 1
    while width < wanted:
        step = min(width, wanted - width)
        low, high = np.minimum(low[:-step], low[step:]), np.maximum(high[:-step], high[step:])
        width += step
    return low, high


def bounds_at(query: Floats, low: Floats, high: Floats, places: Ints) -> Floats:
    """What each sample of the query costs at least, at each place: (places, n) float64.

    query: (n, d). low, high: (m, d), envelopes of the series as wide as the band. places: (p,), from 0 to m - n: sample
    i of the query may be matched to samples within the band about place + i. Costs are squared distances. The sum of a
    row bounds every path from below, as a path has each sample of the query in it.
    """
    n = len(query)
    costs = np.empty((len(places), n))
    for row, place in enumerate(places.tolist()):
        over = np.maximum(query - high[place : place + n], 0)
        under = np.maximum(low[place : place + n] - query, 0)
        costs[row] = np.square(over + under).sum(axis=1)
    return costs
