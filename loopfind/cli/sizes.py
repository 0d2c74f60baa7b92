"""Hash sizes as they are given on a command line."""

import re

from loopfind.errors import BadSetting
from loopfind.settings import LARGEST_HASH, SMALLEST_HASH

AUTO = "auto"

_RANGE = re.compile(r"(\d+):(\d+)(?::(\d+))?", re.ASCII)
_LIST = re.compile(r"\d+(?:,\d+)*", re.ASCII)
_STEP = 4


def size(setting: str, text: str) -> int | None:
    """The hash size that `text` names; None for "auto". Raises BadSetting."""
    if text.strip().lower() == AUTO:
        return None
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or not SMALLEST_HASH <= int(text) <= LARGEST_HASH:
        raise BadSetting(setting, text, f"give a whole number from {SMALLEST_HASH} to {LARGEST_HASH}, or {AUTO}")
    return int(text)


def fixed(setting: str, text: str) -> int:
    """The hash size that `text` names, which cannot be "auto". Raises BadSetting."""
    found = size(setting, text)
    if found is None:
        raise BadSetting(setting, text, "what is chosen for one video does not suit the next; give a number")
    return found


def sizes(setting: str, text: str) -> tuple[int, ...]:
    """The hash sizes that `text` names, rising, each once: FROM:TO:STEP, both ends in, or a list with commas.

    Raises BadSetting for what is neither, for sizes that no hash has, and for a range that holds none.
    """
    text = text.replace(" ", "")
    takes = f"give sizes from {SMALLEST_HASH} to {LARGEST_HASH}, as 8:64:4 (from, to, step) or 8,16,24"
    if len(text) > 1000:
        raise BadSetting(setting, text[:20] + "...", takes)
    if found := _RANGE.fullmatch(text):
        low, high, step = (int(part) if part else _STEP for part in found.groups())
        if low > high:
            raise BadSetting(setting, text, "a range goes from the smaller size to the larger, as 8:64:4")
        if step == 0:
            raise BadSetting(setting, text, "the step must be 1 or more")
        if high > LARGEST_HASH:
            raise BadSetting(setting, text, takes)
        named = list(range(low, high + 1, step))
    elif _LIST.fullmatch(text):
        named = [int(part) for part in text.split(",")]
    else:
        raise BadSetting(setting, text, takes)
    if not all(SMALLEST_HASH <= one <= LARGEST_HASH for one in named):
        raise BadSetting(setting, text, takes)
    return tuple(sorted(set(named)))
