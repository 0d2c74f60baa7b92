"""Budget of sound: a file of a few kilobytes may claim days of it, by its times or by its rate of samples.

Every second is kept and searched, whether anything is heard in it or not. Speech takes the fewest bytes: codecs of
radios 90 a second, and pauses half of that.
"""

import math

from loopfind.media.ffmpeg.address import Address, file_size

FREE_SECONDS = 3600.0
"""Seconds that any file may hold, its holes among them."""
FEWEST_BYTES = 45.0
"""Bytes that a second beyond these takes of the file at least."""
LATEST_START = 86400.0
"""Seconds after which a sound may begin."""


class BeyondBudget(Exception):
    """A sound is longer than its file can hold. Its words go on behind "its sound"."""


def most_seconds(address: Address, unbounded: bool) -> float:
    """Return the seconds of sound that a file may hold; of what is no local file the bytes are not known."""
    size = None if unbounded else file_size(address)
    return math.inf if size is None else max(FREE_SECONDS, size / FEWEST_BYTES)
