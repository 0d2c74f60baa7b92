"""Order statistics of small arrays are those of numpy, to the bit."""

import numpy as np
import pytest

from loopfind.arrays.order import median_of_even, upper_quartile


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 33, 250])
def test_the_upper_quartile_is_that_of_numpy(dtype: type, count: int) -> None:
    rng = np.random.default_rng(count)
    for scale in (1e-3, 1.0, 1e4):
        values = (scale * rng.exponential(size=count)).astype(dtype)
        kept = values.copy()
        assert upper_quartile(values) == float(np.percentile(values, 75))
        assert np.array_equal(values, kept)


@pytest.mark.parametrize("rows", [2, 4, 6])
def test_the_median_of_even_rows_is_that_of_numpy(rows: int) -> None:
    values = np.random.default_rng(rows).exponential(size=(rows, 144)).astype(np.float32)
    assert np.array_equal(median_of_even(values), np.median(values, axis=0))
