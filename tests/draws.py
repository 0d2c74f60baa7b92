"""How many random examples the tests draw: few in a plain run, and four times as many with `pytest --draws 4`.

The settings of hypothesis ask `examples`, and lists of seeds ask `some`. Nothing else depends on the option.
"""

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

Each = TypeVar("Each")

_times = 1


def multiply(times: int) -> None:
    """Draw `times` as many; before the modules of tests are loaded."""
    global _times
    _times = times


def examples(count: int) -> int:
    """Return how many examples are drawn where a plain run draws `count`."""
    return count * _times


def some(values: Iterable[Each], count: int) -> list[Each]:
    """Return the first `count` of values in a plain run, and as many times more, as far as there are any."""
    return list(islice(values, examples(count)))
