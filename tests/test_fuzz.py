"""Broken and hostile files, libraries, checkpoints and reports: short forms of benchmarks/fuzz.py and fuzz_kept.py."""

import random
import sys
from pathlib import Path

import draws
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import fuzz
import fuzz_kept


@pytest.mark.slow
def test_no_broken_file_makes_trouble() -> None:
    found = list(fuzz.trials(draws.examples(10), 11, 2))
    assert len(found) == draws.examples(10)
    assert {way for _, way, *_ in found} == {way.__name__ for way in fuzz.WAYS}
    assert [(number, trouble) for number, _, _, trouble, _ in found if trouble] == []


@pytest.mark.every_moment  # as the processes that it starts do
@pytest.mark.slow
def test_nothing_broken_that_loopfind_keeps_makes_trouble() -> None:
    found = list(fuzz_kept.trials(draws.examples(1), 12, 2))
    assert len(found) == draws.examples(len(fuzz_kept.KINDS))
    assert [(kind, number, trouble) for kind, number, trouble, _ in found if trouble] == []


def test_every_second_mutation_is_of_what_the_bytes_mean() -> None:
    dice = random.Random(1)
    value = {"a": [1, {"b": "text"}], "c": 2.5}
    changed = [fuzz_kept.odd_json(value, dice) for _ in range(50)]
    assert value == {"a": [1, {"b": "text"}], "c": 2.5}
    assert sum(one != value for one in changed) > 40
