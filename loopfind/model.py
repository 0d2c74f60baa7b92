"""The nouns: frozen values that the stages hand to one another.

Time is seconds as float64, counted from the container's start, as players show it. Frame numbers are display order,
from 0 at the first frame scanned. Spans are half-open: `end` is the time at which the first frame after it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from loopfind.parts import Parts
from loopfind.settings import DONE as DONE
from loopfind.settings import LARGEST_HASH as LARGEST_HASH
from loopfind.settings import PICTURE_SIDE as PICTURE_SIDE
from loopfind.settings import SMALLEST_HASH as SMALLEST_HASH
from loopfind.settings import Settings as Settings
from loopfind.settings import SweepSettings as SweepSettings
from loopfind.views import PLAIN, View

Bytes = NDArray[np.uint8]
Colours = NDArray[np.uint16]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sketches = NDArray[np.uint16]
Words = NDArray[np.uint64]


BLANK = 3.0
"""Grey levels of spread in a picture under which it shows nothing."""


class Rows(Protocol):
    """Rows of a uint16 table (n, width), in memory or on disk, read a slice at a time."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sketches: ...


@dataclass(frozen=True)
class Progress:
    """How far a stage is. `position` and `duration` are seconds of video; duration is None where nobody knows it.
    file: the one that this is about, where several are read, and "" for all. share: of the work, where it is known."""

    stage: str
    frames: int
    position: float
    duration: float | None
    file: str = ""
    share: float | None = None


Watch = Callable[[Progress], None]
"""Called now and then with how far the work is; raising stops the work cleanly."""


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
    """What is known of the video itself.

    duration: seconds, measured on the frames once they were read. declared: what the container says, None where it is
    silent. fps: frames a second as measured (the inverse of the median gap), 0.0 for fewer than two frames.
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
        """Some frames of the batch, in a row."""
        digests = None if self.digests is None else self.digests[part]
        colours = None if self.colours is None else self.colours[part]
        first = self.first + (part.start or 0)
        return Frames(first, self.times[part], self.pictures[part], digests, colours)


@dataclass(frozen=True)
class Again:
    """Consecutive frames that need no decoding, as each is the very picture `back` frames before it.

    first: number of the first one. times: (n,) seconds.
    """

    first: int
    times: Floats
    back: int

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True)
class Proof:
    """Frames that were given before, decoded once more to be compared with what is known of them."""

    frames: Frames

    @property
    def times(self) -> Floats:
        """(n,) seconds."""
        return self.frames.times

    def __len__(self) -> int:
        """It adds no frames."""
        return 0


@dataclass(frozen=True)
class Loss:
    """A stretch that could not be read as it was recorded, and why."""

    start: float
    end: float
    what: str


@dataclass(frozen=True)
class Fingerprint:
    """What stands for a whole file.

    times: (n,) seconds, rising. end: when the last frame stops being shown. codes: (n, width) uint8, packed bits of
    one kind at one hash size. detail: (n,) float32, standard deviation of the picture in grey levels; near 0 is
    blank. sketches: (n, 144) uint16, 256 times the mean grey of 12 x 12 cells (see fingerprints/sketch.py), which the
    engine judges by.
    """

    kind: str
    hash_size: int
    times: Floats
    end: float
    codes: Bytes
    detail: NDArray[np.float32]
    sketches: Rows

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True)
class Signal:
    """What the engine reads off the sketches: where to look for repeats, and what to judge them by.

    times: (n,) seconds. step: seconds, the median gap between frames. cells: (n, 144) uint16, the sketches. motion,
    picture: (n,) uint64, signs of the 64 lowest frequencies of what moved in the last fifth of a second, and of the
    picture less the file's mean picture. moving: (n,) bool, whether the motion bits mean anything. lively: (n,)
    float32, by how much the picture differs from itself around half a second away, in squared grey levels. noise:
    squared grey levels, what the codec alone changes between two showings of one picture, as far as the file tells.
    blocks: (n, 9) uint16, 256 times the mean grey of 3 x 3 blocks of the picture.
    parts: the files, where the timeline is made of several.
    """

    times: Floats
    step: float
    cells: Rows
    motion: Words
    picture: Words
    moving: NDArray[np.bool_]
    lively: NDArray[np.float32]
    noise: float
    blocks: Sketches
    parts: Parts | None = None


@dataclass(frozen=True)
class Matches:
    """Pairs of alike frames: first (m,) and second (m,) int64 frame numbers."""

    first: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Line:
    """A candidate: what is shown at t, for start <= t < end, may be shown again at slope * t + offset.

    slope is the copy's seconds per second of the first showing; negative where the copy runs backwards. votes: how
    many matches lie on it. view: what was done to one showing's picture to make the other's; `viewed_first` where the
    second showing is the changed one, so that the first is to be viewed before they are compared.
    """

    slope: float
    offset: float
    start: float
    end: float
    votes: int
    view: View = PLAIN
    viewed_first: bool = False


@dataclass(frozen=True)
class Run:
    """A line followed to its ends: frames [first, last) of the file match frames along the line.

    start, end and the other side's start, end are seconds; other_first, other_last are frames of the other side, in
    rising order even where it runs backwards. start_range and end_range: the instants of this side that the content
    allows for each end. score: nats in favour of one recording shown twice, against the same view at another moment.
    contrast: near 1 where the match is as sharp in time as the video's own motion, near 0 where it is not; residual:
    what is left of the difference that other lags show, 0 for a perfect copy. informative: how many frames say
    anything. confidence: chance that it is one recording shown twice, 0 until it is claimed.
    """

    line: Line
    first: int
    last: int
    other_first: int
    other_last: int
    start: float
    end: float
    other_start: float
    other_end: float
    start_range: tuple[float, float]
    end_range: tuple[float, float]
    score: float
    contrast: float
    residual: float
    informative: int
    confidence: float = 0.0


RepeatKind = Literal["repeat", "loop", "still"]
Evidence = Literal["exact", "replay", "similar", "indeterminate"]
CutKind = Literal["hard", "fade", "seamless", "copied"]


@dataclass(frozen=True)
class Occurrence:
    """Where a repeat is shown: [start, end) seconds, [start_frame, end_frame) frames.

    start_range, end_range: the earliest and latest instants that the content allows for each end. turned: degrees
    clockwise, before it is mirrored. file: number of the file it is in, from 0, where several are compared.
    """

    start: float
    end: float
    start_frame: int
    end_frame: int
    reversed: bool = False
    mirrored: bool = False
    speed: float = 1.0
    start_range: tuple[float, float] | None = None
    end_range: tuple[float, float] | None = None
    turned: int = 0
    file: int | None = None


@dataclass(frozen=True)
class Repeat:
    """One stretch of content with two or more occurrences. period is in seconds and set for loops alone.

    elsewhere: what the other files are called that show it, where this is told of one of several that were compared.
    """

    id: int
    kind: RepeatKind
    length: float
    period: float | None
    confidence: float
    evidence: Evidence
    occurrences: tuple[Occurrence, ...]
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """A suspect splice: consecutive frames that were not consecutive when recorded, at an end of a repeat."""

    time: float
    frame: int
    repeats: tuple[int, ...]
    kind: CutKind


@dataclass(frozen=True)
class Clusters:
    """Frames that share a hash value at two or more separate moments.

    Cluster c holds frames[offsets[c]:offsets[c + 1]]: one frame, the first, of each moment.
    frames: (m,) int64, rising within a cluster. times: (m,) seconds. offsets: (clusters + 1,) int64.
    """

    frames: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    times: Floats = field(default_factory=lambda: np.zeros(0))
    offsets: Ints = field(default_factory=lambda: np.zeros(1, np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True)
class Verdict:
    """The answer in numbers, and in one sentence for a person.

    looped: whether any repeat is a loop. repeated_seconds: length of the timeline that is shown more than once, every
    occurrence counted; repeated_share: of the duration. coverage: share of the timeline in which a repeat could have
    been found. shortest_findable: seconds, the shortest repeat that would have been found there; None where nothing
    could be judged, or too little to tell.
    """

    looped: bool
    repeated_seconds: float
    repeated_share: float
    coverage: float
    shortest_findable: float | None
    summary: str


@dataclass(frozen=True)
class Unjudged:
    """A stretch in which no repeat could have been found, and why."""

    start: float
    end: float
    why: Literal["blank", "still", "lost", "packets"]


@dataclass(frozen=True)
class Report:
    """The whole answer to one scan. choice: why the hash size was chosen, where that was left to a sweep."""

    source: Source
    settings: Settings
    verdict: Verdict
    repeats: tuple[Repeat, ...] = ()
    cuts: tuple[Cut, ...] = ()
    clusters: Clusters = field(default_factory=Clusters)
    unjudged: tuple[Unjudged, ...] = ()
    losses: tuple[Loss, ...] = ()
    choice: str | None = None
