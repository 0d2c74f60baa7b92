"""How an answer came about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Made:
    """When, with what and by which command an answer was made.

    date: UTC, as in ISO 8601. ffmpeg: its version, "" where that is not known. platform: the system and Python.
    command: as it was typed, but files by their names without their folders, so that it can be sent on.
    """

    date: str
    ffmpeg: str
    platform: str
    command: str
