"""Broken and hostile files: a short form of benchmarks/fuzz.py."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import fuzz


@pytest.mark.slow
def test_no_broken_file_makes_trouble() -> None:
    found = list(fuzz.trials(48, 11, 2))
    assert len(found) == 48
    assert {way for _, way, *_ in found} == {way.__name__ for way in fuzz.WAYS}
    assert [(number, trouble) for number, _, _, trouble, _ in found if trouble] == []
