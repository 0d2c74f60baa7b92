"""A camera that is followed, and how its process stands."""

from dataclasses import dataclass
from typing import Literal

CameraState = Literal["waiting", "started", "ended", "failed", "hung", "refused"]
"""waiting: for a place. ended, failed, hung: started again, unless a file is over. refused: wrong usage, and over."""


@dataclass(frozen=True)
class Camera:
    """A camera that is followed. source: a file or an address. words: its options, as on a command line."""

    name: str
    source: str
    words: tuple[str, ...]
