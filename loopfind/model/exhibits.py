"""What is shown of a finding so that a person can judge it: pictures, curves, and the video laid over itself.

A report says what was found; exhibits let a person see it. They are made only where someone wants to look.
"""

from dataclasses import dataclass, field

from loopfind.model.dtypes import Bytes, Floats
from loopfind.model.transform import Transform


@dataclass(frozen=True)
class Curve:
    """How much two showings differ along the run that joins them, and past both its ends.

    other: index of the occurrence that the first shown one is compared with. times: (m,) seconds on the first side,
    rising. along: (m,) grey levels of difference on the run, NaN where one of the two shows nothing; beside: (m,) the
    same a little earlier or later.
    """

    other: int
    times: Floats
    along: Floats
    beside: Floats


@dataclass(frozen=True)
class Row:
    """Frames that show the same content. times: seconds, one for each column; None where that one has no frame."""

    what: str
    times: tuple[float | None, ...]


@dataclass(frozen=True)
class Exhibit:
    """What is shown of one repeat.

    repeat: its id. columns: indices of the occurrences shown, the first being what the others are compared with.
    views: for each column, how its picture is to be seen to look like the first. rows: matching moments, in order.
    """

    repeat: int
    columns: tuple[int, ...]
    views: tuple[Transform, ...]
    rows: tuple[Row, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Seam:
    """The last frame before a cut and the first after it. cut: its place in the report's list."""

    cut: int
    before: float
    after: float


@dataclass(frozen=True)
class Origin:
    """The file itself: bytes, and the SHA-256 of them in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class ComparisonExhibits:
    """All that is shown of one comparison.

    overview: file number -> seconds of frames spread over it. shown: of each stretch; the times of a row are those of
    the file that the column's occurrence is in. shots: JPEG files by the number of their file and the time of their
    frame; what could not be read again is not there. files: for each of `shown`, the file of each column.
    """

    overview: dict[int, tuple[float, ...]] = field(default_factory=dict)
    shown: tuple[Exhibit, ...] = ()
    files: tuple[tuple[int, ...], ...] = ()
    shots: dict[tuple[int, float], bytes] = field(default_factory=dict)

    def moments(self) -> dict[int, list[float]]:
        """Times of all frames that are to be shown, rising, each once, by the number of their file."""
        times: dict[int, set[float]] = {file: set(found) for file, found in self.overview.items()}
        for exhibit, files in zip(self.shown, self.files, strict=True):
            for row in exhibit.rows:
                for file, time in zip(files, row.times, strict=True):
                    if time is not None:
                        times.setdefault(file, set()).add(time)
        return {file: sorted(found) for file, found in times.items()}


@dataclass(frozen=True)
class Exhibits:
    """All that is shown of one scan.

    likeness: (k, k) uint8, how alike the pictures of two moments are, 255 for the most alike; row and column i stand
    for the middle of the i-th of k equal parts of [start, end) seconds. overview: seconds of frames spread over the
    video. shots: JPEG files by the time of their frame; what could not be read again is not there. origin: None for
    what is no file.
    """

    start: float
    end: float
    likeness: Bytes
    overview: tuple[float, ...] = ()
    shown: tuple[Exhibit, ...] = ()
    seams: tuple[Seam, ...] = ()
    shots: dict[float, bytes] = field(default_factory=dict)
    origin: Origin | None = None

    def moments(self) -> list[float]:
        """Times of all frames that are to be shown, rising, each once."""
        times = set(self.overview)
        for exhibit in self.shown:
            times |= {time for row in exhibit.rows for time in row.times if time is not None}
        for seam in self.seams:
            times |= {seam.before, seam.after}
        return sorted(times)
