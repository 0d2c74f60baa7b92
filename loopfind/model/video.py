"""A video, its frames, and what was lost of it.

Time is seconds as float64, counted from the container's start, as players show it. Frame numbers are display order,
from 0 at the first frame scanned. Spans are half-open: `end` is the time at which the first frame after it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from loopfind.model.dtypes import Bytes, Colours, Floats


@dataclass(frozen=True)
class Progress:
    """How far a stage of the work is.

    stage: what is done. frames: how many are done. position, duration: seconds of video; duration is None where nobody
    knows it. file: its path, where several files are read, and "" for all of them. share: of the work, 0 to 1, where it
    is known.
    """

    stage: str
    frames: int
    position: float
    duration: float | None
    file: str = ""
    share: float | None = None

    @property
    def done(self) -> float | None:
        """Return the share that is done, 0 to 1; None where neither that nor the duration is known."""
        if self.share is not None or not self.duration:
            return self.share
        return min(1.0, max(0.0, self.position / self.duration))


Watch = Callable[[Progress], None]
"""Called now and then with how far the work is. If it raises, the work stops cleanly."""


@dataclass(frozen=True)
class Span:
    """A stretch of the timeline, [start, end) in seconds."""

    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Source:
    """A video, as its container and its frames describe it.

    duration: seconds, measured on the frames once they are read. declared: seconds that the container declares, None
    where it declares none. fps: frames a second as measured (the inverse of the median gap), 0.0 for fewer than two
    frames. unread: the other video streams of the file, in words. size, digest: bytes of the file, and what stands for
    what is in it (see stores/digest.py), in hexadecimal; None for anything but a file on disk. sounds: tracks of sound,
    None where that is not known; no part of the machine form, as a library does not keep it.
    """

    path: str
    duration: float
    frames: int
    fps: float
    width: int
    height: int
    codec: str = ""
    container: str = ""
    declared: float | None = None
    unread: tuple[str, ...] = ()
    size: int | None = None
    digest: str | None = None
    sounds: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Frames:
    """A batch of consecutive frames in display order.

    first: number of the first one. times: (n,) seconds. pictures: (n, 64, 64) uint8 grey.
    digests: (n, 16) uint8, a digest of each full-size decoded picture, where asked for. colours: (n, 3) uint16, mean
    red, green and blue of each picture as shown, where asked for; 0 is none and 65535 full, whatever the video's own
    depth and range.
    """

    first: int
    times: Floats
    pictures: Bytes
    digests: Bytes | None = None
    colours: Colours | None = None

    def __len__(self) -> int:
        return len(self.times)

    def part(self, part: slice) -> "Frames":
        """Return some frames of the batch, in a row."""
        digests = None if self.digests is None else self.digests[part]
        colours = None if self.colours is None else self.colours[part]
        first = self.first + (part.start or 0)
        return Frames(first, self.times[part], self.pictures[part], digests, colours)


@dataclass(frozen=True)
class RepeatedFrames:
    """Consecutive frames that need no decoding: each shows the same picture as the frame `back` frames before it.

    first: number of the first one. times: (n,) seconds.
    """

    first: int
    times: Floats
    back: int

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True)
class CheckFrames:
    """Frames that were read before, decoded once more to check what is known of them."""

    frames: Frames

    @property
    def times(self) -> Floats:
        """(n,) seconds."""
        return self.frames.times

    def __len__(self) -> int:
        """Return 0, as they add no frames."""
        return 0


@dataclass(frozen=True)
class Loss:
    """A stretch that could not be read as it was recorded, and the reason."""

    start: float
    end: float
    what: str
