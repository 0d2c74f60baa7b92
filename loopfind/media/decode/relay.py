"""Readers that take turns over one video, offered as one reader."""

from collections.abc import Iterator
from typing import Generic, Protocol, Self

from loopfind.media.decode.frame_reader import FrameReader, Given
from loopfind.model.video import Frames, Loss, Source


class Turns:
    """Whose turn it is among the readers of one video.

    reader: the one that has its turn. last: whether no other will have one, so that this one may account for what is
    lost from now on. earlier: what was lost in the turns of others that were whole.
    """

    def __init__(self, first: FrameReader[Frames]) -> None:
        self.reader, self.last = first, False
        self.earlier: tuple[Loss, ...] = ()
        self._measured: tuple[Source, float] | None = None

    @property
    def source(self) -> Source:
        """The video as measured on the frames of all readers; before their end, as the reader describes it."""
        return self.reader.source if self._measured is None else self._measured[0]

    @property
    def end(self) -> float:
        """Seconds at which the last frame of all readers stops being shown; before, of this one."""
        return self.reader.end if self._measured is None else self._measured[1]

    def give(self, reader: FrameReader[Frames], last: bool = False) -> None:
        """Give a reader its turn."""
        self.reader, self.last = reader, last

    def pass_on(self, reader: FrameReader[Frames]) -> None:
        """Give a reader its turn behind one that has read all that it had to read."""
        self.earlier += self.reader.losses
        self.reader, self.last = reader, True

    def finish(self, source: Source, end: float) -> None:
        """Take in what was measured on the frames of all readers."""
        self._measured = source, end


class Relay(Protocol[Given]):
    """How readers take turns over one video.

    first: the reader that is entered first, and says what the video is.
    """

    @property
    def first(self) -> FrameReader[Frames]: ...

    def frames(self, turns: Turns) -> Iterator[Given]:
        """All batches, in order, `first` having been entered; whoever has the turn is given it in `turns`."""
        ...

    def described(self, log: tuple[str, ...]) -> tuple[str, ...]:
        """The log of the reader that has its turn, with how the video was read."""
        ...


class RelayReader(Generic[Given]):
    """A FrameReader whose frames come from several readers in turn. relay: says which, and when."""

    def __init__(self, relay: Relay[Given]) -> None:
        self.relay, self._turns = relay, Turns(relay.first)

    @property
    def source(self) -> Source:
        return self._turns.source

    @property
    def end(self) -> float:
        return self._turns.end

    @property
    def losses(self) -> tuple[Loss, ...]:
        return (*self._turns.earlier, *self._turns.reader.losses)

    @property
    def command(self) -> list[str]:
        return self._turns.reader.command

    @property
    def log(self) -> tuple[str, ...]:
        return self.relay.described(self._turns.reader.log)

    @property
    def troubled(self) -> bool:
        return self._turns.reader.troubled

    def account(self) -> tuple[Loss, ...]:
        """The losses so far by the last reader; before its turn nothing is settled, and nothing is forgotten."""
        return self._turns.reader.account() if self._turns.last else ()

    def __enter__(self) -> Self:
        self._turns.reader.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._turns.reader.close()

    def __iter__(self) -> Iterator[Given]:
        return self.relay.frames(self._turns)
