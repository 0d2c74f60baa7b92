"""Hash sizes as they are written on a command line."""

import re

from loopfind.errors import BadSetting
from loopfind.settings import LARGEST_HASH, SMALLEST_HASH

_AUTO = "auto"

_RANGE = re.compile(r"(\d+):(\d+)(?::(\d+))?", re.ASCII)
_LIST = re.compile(r"\d+(?:,\d+)*", re.ASCII)
_DEFAULT_STEP = 4


def parse_size(setting: str, text: str) -> int | None:
    """Return the hash size in `text`; None for "auto". Raises BadSetting."""
    if text.strip().lower() == _AUTO:
        return None
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or not SMALLEST_HASH <= int(text) <= LARGEST_HASH:
        raise BadSetting(setting, text, f"give a whole number from {SMALLEST_HASH} to {LARGEST_HASH}, or {_AUTO}")
    return int(text)


def parse_fixed_size(setting: str, text: str) -> int:
    """Return the hash size in `text`, which cannot be "auto". Raises BadSetting."""
    found = parse_size(setting, text)
    if found is None:
        raise BadSetting(setting, text, "what is chosen for one video does not suit the next; give a number")
    return found


def parse_sizes(setting: str, text: str) -> tuple[int, ...]:
    """Return the hash sizes in `text`, rising, each once: FROM:TO:STEP with both ends included, or a list with commas.

    Raises BadSetting for other text, for sizes that no hash has, and for an empty range.
    """
    text = text.replace(" ", "")
    forms = f"give sizes from {SMALLEST_HASH} to {LARGEST_HASH}, as 8:64:4 (from, to, step) or 8,16,24"
    if len(text) > 1000:
        raise BadSetting(setting, text[:20] + "...", forms)
    if found := _RANGE.fullmatch(text):
        low, high, step = (int(part) if part else _DEFAULT_STEP for part in found.groups())
        if low > high:
            raise BadSetting(setting, text, "a range goes from the smaller size to the larger, as 8:64:4")
        if step == 0:
            raise BadSetting(setting, text, "the step must be 1 or more")
        if high > LARGEST_HASH:
            raise BadSetting(setting, text, forms)
        named = list(range(low, high + 1, step))
    elif _LIST.fullmatch(text):
        named = [int(part) for part in text.split(",")]
    else:
        raise BadSetting(setting, text, forms)
    if not all(SMALLEST_HASH <= one <= LARGEST_HASH for one in named):
        raise BadSetting(setting, text, forms)
    return tuple(sorted(set(named)))
