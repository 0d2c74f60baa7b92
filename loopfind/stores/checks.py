"""Soundness of what a library holds: it may be someone else's, and SQLite keeps any value in any column."""

import json
import math
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from loopfind.model.report import Evidence, RepeatKind
from loopfind.model.video import Loss
from loopfind.stores.blocks import AnyRows

_MOST_LOSSES = 100_000
_TYPES = ("<f4", "<f8", "|u1", "<u2", "<u4", "<u8", "<i8")
_WIDEST, _MOST_ROWS, _LARGEST_BLOCK = 1 << 16, 1 << 33, 1 << 24
"""Bounds of the tables that are read: numbers in a row, rows, and bytes of a block. None that is written comes near."""


def is_table(dtype: object, width: Any, rows: Any, step: Any) -> bool:
    """Say whether these can be of a table: the type of its numbers, how many are in a row, rows, and rows in a block.
    What its blocks unpack to is bounded then."""
    limits = ((width, _WIDEST), (rows, _MOST_ROWS), (step, _MOST_ROWS))
    if dtype not in _TYPES or not all(type(value) is int and 0 <= value <= most for value, most in limits):
        return False
    return bool(0 < step * max(1, width) * np.dtype(str(dtype)).itemsize <= _LARGEST_BLOCK)


def is_number(value: object) -> bool:
    """Say whether a value is a number that is finite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_amount(value: Any) -> bool:
    """Say whether a value is a finite number that is not below 0."""
    return is_number(value) and value >= 0


def is_source(duration: object, frames: object, *rest: object) -> bool:
    """Say whether these can describe a video: duration, frames, then fps, width, height, codec, container, declared."""
    if len(rest) != 6:
        return False
    fps, width, height, codec, container, declared = rest
    counts = all(isinstance(value, int) and 0 <= value < 1 << 40 for value in (frames, width, height))
    texts = isinstance(codec, str) and isinstance(container, str)
    return counts and texts and all(map(is_number, (duration, fps))) and (declared is None or is_number(declared))


def are_times(times: AnyRows, closes: object, frames: object) -> bool:
    """Say whether rows (n, 1) are the times of so many frames, rising, of which the last is over at `closes`."""
    if times.shape[1] != 1 or times.dtype != np.float64 or len(times) != frames or not is_number(closes):
        return False
    return bool(np.isfinite(times).all() and (np.diff(times[:, 0]) > 0).all())


def is_repeat(kind: object, length: object, period: object, confidence: object, evidence: object) -> bool:
    """Say whether these can be of a repeat."""
    known = kind in get_args(RepeatKind) and evidence in get_args(Evidence)
    return known and all(map(is_amount, (length, confidence, 0 if period is None else period)))


def is_stretch(values: Sequence[Any], closes: float) -> bool:
    """Say whether the columns of a stretch, from its start on, can be of a video that is over at `closes` seconds."""
    start, end, first, last, backwards, mirrored, turned, speed, *rest = values
    ranges, content = rest[:4], rest[4:]
    whole = all(isinstance(one, int) for one in (first, last, backwards, mirrored, turned))
    there = all(map(is_number, (start, end, speed, *content)))
    if not whole or not there or not all(one is None or is_number(one) for one in ranges):
        return False
    return bool(start < end <= closes + 1.0 and 0 <= first <= last and speed > 0 and 0 <= content[0] <= content[1])


def losses_in(text: Any) -> tuple[Loss, ...] | None:
    """Return the losses that a text lists, None for one that lists none."""
    try:
        return losses_of(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None


def losses_of(listed: object) -> tuple[Loss, ...] | None:
    """Return the losses of a list of [start, end, what], None for anything else."""
    if not isinstance(listed, list) or len(listed) > _MOST_LOSSES:
        return None
    if not all(isinstance(row, list) and len(row) == 3 for row in listed):
        return None
    losses = tuple(Loss(start, end, what) for start, end, what in listed)
    sound = all(is_number(one.start) and is_number(one.end) and isinstance(one.what, str) for one in losses)
    return losses if sound else None
