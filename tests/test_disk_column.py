"""Rows on disk that come and go."""

import numpy as np
import pytest

from loopfind.arrays.disk import IN_MEMORY, Column, release_pages


@pytest.mark.parametrize("width", [None, 9])
def test_a_column_holds_what_a_plain_array_would(width: int | None) -> None:
    rng = np.random.default_rng(5)
    column, plain = Column(np.uint16, width), np.zeros((0,) if width is None else (0, width), np.uint16)
    for turn in range(400):
        rows = rng.integers(0, 65536, (int(rng.integers(0, 4000)), *plain.shape[1:]), np.uint16)
        low = int(rng.integers(max(0, len(plain) - 50), len(plain) + 1))
        column.put(low, rows)
        plain = np.concatenate([plain[:low], rows, plain[low + len(rows) :]])
        if turn % 7 == 0:
            gone = int(rng.integers(0, len(plain) + 1))
            column.drop(gone)
            plain = plain[gone:]
        if turn % 5 == 0:
            release_pages(column.rows)
        assert len(column) == len(plain) and np.array_equal(column.rows, plain)


def test_a_window_that_moves_on_takes_no_more_and_more_room() -> None:
    column = Column(np.float64)
    for turn in range(60):
        column.put(len(column), np.full(20_000, float(turn)))
        column.drop(max(0, len(column) - 40_000))
    assert len(column) == 40_000 and set(column.rows.tolist()) == {58.0, 59.0}
    assert column.size_on_disk <= 8 * IN_MEMORY


def test_a_row_behind_the_end_cannot_be_written() -> None:
    column = Column(np.float32)
    with pytest.raises(ValueError, match="row 1 cannot be written"):
        column.put(1, np.zeros(1))
