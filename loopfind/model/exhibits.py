"""Exhibits of a scan or a comparison: the frames, curves and pictures by which a person judges a finding.

A report says what was found; exhibits let a person see it. They are made only where someone wants to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.transform import Transform


@dataclass(frozen=True, order=True)
class ShownFrame:
    """A frame of which a picture is shown.

    file: number of its file, from 0; always 0 in a scan. frame: its number among the frames that were read, from 0.
    time: its presentation time in seconds. Two are the same where file and frame are.
    """

    file: int
    frame: int
    time: float = field(compare=False)


Shots = dict[ShownFrame, bytes]
"""JPEG files of frames. A frame that could not be read again is missing."""


@dataclass(frozen=True)
class Curve:
    """The difference between two occurrences along the run that joins them, and past both its ends.

    other: index of the occurrence that the first column is compared with. times: (m,) seconds on the first side,
    rising. along: (m,) grey levels of difference on the run, NaN where one of the two shows nothing. beside: (m,) the
    same a little earlier or later.
    """

    other: int
    times: Floats
    along: Floats
    beside: Floats


@dataclass(frozen=True)
class Row:
    """Frames that show the same content, one for each column, None where an occurrence has no such frame.

    what: name of the moment, such as "first frame".
    """

    what: str
    frames: tuple[ShownFrame | None, ...]


@dataclass(frozen=True)
class Exhibit:
    """The exhibit of one repeat.

    repeat: its id. columns: indices of the occurrences shown; the others are compared with the first one. views: for
    each column, the transform that makes its picture look like the first one's. rows: matching frames, in order.
    """

    repeat: int
    columns: tuple[int, ...]
    views: tuple[Transform, ...]
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]

    def frames(self) -> Iterator[ShownFrame]:
        """Yield every frame of the rows, row by row."""
        for row in self.rows:
            yield from (frame for frame in row.frames if frame is not None)


@dataclass(frozen=True)
class CutFrames:
    """The last frame before a cut and the first after it. cut: index of the cut in the report's list."""

    cut: int
    before: ShownFrame
    after: ShownFrame


@dataclass(frozen=True)
class SoundImage:
    """A stretch of sound, [start, end) seconds, to be looked at.

    levels: (rows, columns) uint8, a spectrogram from 0 Hz below to `highest` Hz above, loud notes bright. wave: (2,
    columns) the lowest and the highest sample of each column, -1 to 1.
    """

    start: float
    end: float
    levels: Bytes
    wave: Floats
    highest: float


@dataclass(frozen=True)
class SoundStrip:
    """An occurrence of what is heard again, with what is heard beside it.

    repeat: its id. occurrence: its index. heard_start, heard_end: seconds of the part that is heard again.
    """

    repeat: int
    occurrence: int
    heard_start: float
    heard_end: float
    image: SoundImage


@dataclass(frozen=True)
class Origin:
    """The identity of the file itself: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class ComparisonExhibits:
    """The exhibits of a comparison.

    overview: file number -> frames spread over the file. shown: an exhibit for each repeat. sounds: strips of what is
    heard in several files; waves: file number -> its sound, those of files whose sounds were compared.
    """

    overview: dict[int, tuple[ShownFrame, ...]] = field(default_factory=dict)
    shown: tuple[Exhibit, ...] = ()
    shots: Shots = field(default_factory=dict)
    sounds: tuple[SoundStrip, ...] = ()
    waves: dict[int, SoundImage] = field(default_factory=dict)

    def frames(self) -> Iterator[ShownFrame]:
        """Yield all frames to be shown in order of importance: the overview, then the repeats. Some come twice."""
        for spread in self.overview.values():
            yield from spread
        for exhibit in self.shown:
            yield from exhibit.frames()


@dataclass(frozen=True)
class Exhibits:
    """The exhibits of a scan.

    likeness: (k, k) uint8, how alike the pictures of two moments are, 255 for the most alike. Row and column i stand
    for the middle of the i-th of k equal parts of [start, end) seconds. overview: frames spread over the video.
    shown: an exhibit for each repeat. origin: None for what is no file. sounds: strips of what is heard again.
    """

    start: float
    end: float
    likeness: Bytes
    overview: tuple[ShownFrame, ...] = ()
    shown: tuple[Exhibit, ...] = ()
    cuts: tuple[CutFrames, ...] = ()
    shots: Shots = field(default_factory=dict)
    origin: Origin | None = None
    sounds: tuple[SoundStrip, ...] = ()

    def frames(self) -> Iterator[ShownFrame]:
        """Yield all frames to be shown in order of importance: the overview, then the cuts, then the repeats. Some
        come twice."""
        yield from self.overview
        for cut in self.cuts:
            yield from (cut.before, cut.after)
        for exhibit in self.shown:
            yield from exhibit.frames()


@dataclass(frozen=True)
class SoundExhibits:
    """The exhibits of a file that holds sound alone. whole: all of it. sounds: strips of what is heard again."""

    whole: SoundImage
    sounds: tuple[SoundStrip, ...] = ()
    origin: Origin | None = None
