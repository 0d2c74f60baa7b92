"""The contract that every reader of a video keeps, however it decodes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, Self, TypeVar

from loopfind.arrays.time_index import gap_of
from loopfind.model.dtypes import Floats
from loopfind.model.video import CheckFrames, Frames, Loss, RepeatedFrames, Source

Given = TypeVar("Given", bound=Frames | RepeatedFrames | CheckFrames, covariant=True)
"""The batches that a reader gives."""


class FrameReader(Protocol[Given]):
    """One video, read once: a `with` statement starts ffmpeg, its body iterates over the batches, its end reaps ffmpeg.

    Every attribute may be read at any time, before entry and after the end too. Entering raises a kind of MediaError
    for what cannot be read; so does iterating, where ffmpeg fails later or says nothing more.
    """

    @property
    def source(self) -> Source:
        """The source as far as it is known. Duration, frames and fps are measured once the last batch was read; until
        then its duration is the declared one, 0.0 where there is none."""
        ...

    @property
    def end(self) -> float:
        """Seconds at which the last frame stops being shown, once that was read."""
        ...

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Stretches that could not be read, once the last batch was; without those that `account` has given."""
        ...

    @property
    def command(self) -> list[str]:
        """The ffmpeg command, empty before entry."""
        ...

    @property
    def log(self) -> tuple[str, ...]:
        """Lines that ffmpeg said, at most 400, and how the video was read."""
        ...

    @property
    def troubled(self) -> bool:
        """Return whether ffmpeg has complained of the input, and no `account` has settled what was lost."""
        ...

    def account(self) -> tuple[Loss, ...]:
        """The losses so far, if they can be known by now; then the reader forgets them, and what they were found from.

        Source and end are measured without the frames that it forgets, so memory does not grow with what was read.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """End every ffmpeg that runs, and reap it. May be called at any time, and twice."""
        ...

    def __iter__(self) -> Iterator[Given]:
        """The batches in the order of display, once."""
        ...


def measured(known: Source, times: Floats, declared_rate: float, start: float) -> tuple[Source, float, float]:
    """Measure a video on its frames at `times`, (n,) seconds.

    Returns the source with duration, frames and fps as measured, the usual seconds from frame to frame, and the seconds
    at which the last frame stops being shown. declared_rate: frames a second, for fewer than two frames. start: seconds
    at which a video without frames ends.
    """
    gap = gap_of(times, 1 / declared_rate)
    end = float(times[-1]) + gap if len(times) else start
    length = end - float(times[0]) if len(times) else 0.0
    rate = 1 / gap if len(times) > 1 else 0.0
    return replace(known, duration=length, frames=len(times), fps=rate), gap, end
