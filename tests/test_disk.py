"""Tables on disk hold what was put into them, however much that is and however they are read."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from loopfind.arrays.disk import IN_MEMORY, Pairs, Scratch, release_pages
from loopfind.arrays.time_index import nearest
from loopfind.arrays.vector import Vector

LARGE = IN_MEMORY // 72 + 1000


def table(rows: int) -> tuple[Scratch, np.ndarray]:
    """A table on disk, filled in uneven parts, and the same rows in memory."""
    drawn = np.random.default_rng(rows).integers(0, 256, (rows, 72), np.uint8)
    disk = Scratch(72, np.uint8)
    for part in np.array_split(drawn, 7):
        disk.append(part)
    return disk, drawn


@pytest.mark.parametrize("rows", [0, 1, 500, LARGE])
def test_a_mapped_table_is_what_was_added_and_outlives_the_scratch(rows: int) -> None:
    disk, drawn = table(rows)
    mapped = disk.mapped()
    disk.close()
    del disk
    for _ in range(2):
        assert mapped.shape == drawn.shape and np.array_equal(mapped, drawn)
        release_pages(mapped)
        release_pages(mapped[1:])


def test_rows_are_read_and_added_while_the_table_is_mapped() -> None:
    disk, drawn = table(LARGE)
    mapped = disk.mapped()
    disk.append(drawn[:5])
    assert len(disk) == LARGE + 5 and np.array_equal(disk[LARGE : LARGE + 5], drawn[:5])
    assert np.array_equal(mapped, drawn) and np.array_equal(disk.mapped()[LARGE:], drawn[:5])


@pytest.mark.parametrize("rows", [500, LARGE])
@pytest.mark.slow
def test_threads_that_read_at_once_each_read_what_they_asked_for(rows: int) -> None:
    disk, drawn = table(rows)

    def torn(seed: int) -> int:
        lows = np.random.default_rng(seed).integers(0, rows - 9, 3000).tolist()
        return sum(not np.array_equal(disk[low : low + 9], drawn[low : low + 9]) for low in lows)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(torn, range(4))) == 0
    finally:
        sys.setswitchinterval(before)


def test_a_closed_table_is_not_read_as_an_empty_one() -> None:
    for rows in (5, LARGE):
        disk, drawn = table(rows)
        disk.close()
        with pytest.raises(ValueError, match="closed"):
            disk[0:3]
        with pytest.raises(ValueError, match="closed"):
            disk.append(drawn)


def test_a_vector_grows_while_what_it_gave_out_stays() -> None:
    vector, drawn = Vector(np.float64), np.random.default_rng(2).uniform(size=500)
    given = []
    for part in np.array_split(drawn, 9):
        vector.append(part)
        given.append(vector.array())
    for array in given:
        assert np.array_equal(array, drawn[: len(array)])
    assert len(given[-1]) == len(vector) == 500 and np.array_equal(vector[3:9], drawn[3:9])


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="the kernel does not say what a map holds")
def test_pages_that_were_let_go_take_no_memory() -> None:
    disk, drawn = table(20 * LARGE)
    mapped = disk.mapped()
    held = []
    for _ in range(2):
        assert int(mapped.sum()) == int(drawn.sum())
        held.append(resident())
        release_pages(mapped)
        held.append(resident())
    assert min(held[::2]) > mapped.nbytes / 2 and max(held[1::2]) == 0


def resident() -> int:
    """Bytes of nameless files that are in this process's memory."""
    here, total = False, 0
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0]:
            here = line.endswith("(deleted)") and os.sep in line
        elif here and line.startswith("Rss:"):
            total += 1024 * int(line.split()[1])
    return total


def test_pairs_come_back_in_batches_and_whole_in_their_order() -> None:
    rng, found = np.random.default_rng(5), Pairs()
    drawn = rng.integers(0, 1 << 32, (2, 700_000), np.uint64)
    found.append(*drawn[:, :10])
    found.append(*drawn[:, 10:])
    for _ in range(2):
        batches = list(found)
        assert len(batches) > 1 and len(found) == drawn.shape[1]
        assert np.array_equal(np.concatenate([batch.first for batch in batches]), drawn[0])
        assert np.array_equal(np.concatenate([batch.second for batch in batches]), drawn[1])
    assert np.array_equal(found.first, drawn[0]) and np.array_equal(found.second, drawn[1])


def test_the_nearest_frame_is_the_nearest_however_many_are_asked_for() -> None:
    rng = np.random.default_rng(6)
    times, wanted = np.cumsum(rng.uniform(0.01, 0.1, 300)), rng.uniform(-1, 20, 150_000)
    found = nearest(times, wanted)
    every = np.abs(times[None] - wanted[:2000, None])
    assert np.array_equal(np.abs(times[found[:2000]] - wanted[:2000]), every.min(1))
    parts = [nearest(times, part) for part in np.array_split(wanted, 11)]
    assert found.dtype == np.int64 and np.array_equal(found, np.concatenate(parts))


@pytest.mark.slow
@pytest.mark.parametrize("rate", ["even", "rounded", "variable", "a long gap"])
def test_the_nearest_frame_is_the_same_guessed_or_sought(rate: str) -> None:
    rng = np.random.default_rng(7)
    times = np.arange(3000) / 29.97
    if rate == "rounded":
        times = np.round(times, 3)
    elif rate == "variable":
        times = np.cumsum(rng.uniform(0.001, 0.2, 3000))
    elif rate == "a long gap":
        times[1700:] += 500
    half = 0.5 / 29.97
    for wanted in (
        rng.uniform(times[0] - 5, times[-1] + 5, 5000),
        rng.choice(times, 5000) + rng.choice([0, half, -half, 1e-9], 5000),
    ):
        every = np.abs(times[None] - wanted[:, None])
        found = nearest(times, wanted)
        one_by_one = [int(nearest(times, wanted[k : k + 1])[0]) for k in range(0, 5000, 10)]
        assert np.array_equal(every[np.arange(5000), found], every.min(1))
        assert found[::10].tolist() == one_by_one
