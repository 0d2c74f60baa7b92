"""Readers that take turns, used as one video."""

from typing import Self

from loopfind.media.decode.video import Video, measured
from loopfind.model.dtypes import Floats
from loopfind.model.video import Loss, Source


class DelegatingReader:
    """Says of itself what the reader that has its turn does, which is used as a Video is; attributes as of one.

    _alone: whether that is the last one, which tells all that is lost from now on.
    """

    def __init__(self, first: "Video | DelegatingReader") -> None:
        self._now = first
        self._source: Source | None = None
        self._until = 0.0
        self._alone = False

    @property
    def source(self) -> Source:
        return self._now.source if self._source is None else self._source

    @property
    def end(self) -> float:
        return self._now.end if self._source is None else self._until

    @property
    def losses(self) -> tuple[Loss, ...]:
        return self._now.losses

    @property
    def command(self) -> list[str]:
        return self._now.command

    @property
    def log(self) -> tuple[str, ...]:
        return self._now.log

    @property
    def troubled(self) -> bool:
        """Whether ffmpeg has complained of the input so far."""
        return self._now.troubled

    def account(self) -> tuple[Loss, ...]:
        """As of a Video that is read alone; nothing, and nothing is forgotten, while several readers take turns."""
        return self._now.account() if self._alone else ()

    def __enter__(self) -> Self:
        self._now.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every ffmpeg that runs. May be called twice."""
        self._now.close()

    def _measure(self, known: Source, times: Floats, rate: float, start: float) -> None:
        """Tell from now on of the video what its frames, given by all readers, make it; arguments as of `measured`."""
        self._source, _, self._until = measured(known, times, rate, start)
