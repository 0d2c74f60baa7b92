"""The whole answer to one scan."""

import os
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from loopfind.model.crop import Crop
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.made import Made
from loopfind.model.review import ReviewedFinding
from loopfind.model.video import Loss, Source, Span
from loopfind.registry import load_entry
from loopfind.settings import Settings

if TYPE_CHECKING:
    from imagehash import ImageHash

RepeatKind = Literal["repeat", "loop", "still"]

Evidence = Literal["exact", "replay", "indeterminate"]

Of = Literal["picture", "sound", "both"]

SoundBeside = Literal["together", "apart", "runs on", "not judged"]
"""How the sound of a repeat of pictures behaves: shown again with them, shown again a little earlier or later, another
one runs on under them, or nothing is known of it."""

CutKind = Literal["hard", "fade", "seamless", "copied"]


@dataclass(frozen=True)
class Occurrence:
    """One showing of a repeat: [start, end) seconds, [start_frame, end_frame) frames.

    content_start, content_end: the part [content_start, content_end) of the repeat's content that it shows, in seconds
    of the content, which is counted from the earliest that any occurrence shows, at the speed of the first one. Where
    it runs backwards, it shows content_end at its start and content_start at its end. Two occurrences are aligned by
    their content, not by their starts.
    start_range, end_range: the earliest and latest instants that the content allows for each end. turned: degrees
    clockwise, before it is mirrored. file: the number of its file, from 0, where several are compared. pitch: how many
    times as high as in the first occurrence a sound is, which is its speed where it was simply played faster; None of
    pictures. crop: the part of the picture that shows it, None for all of it.
    """

    start: float
    end: float
    start_frame: int
    end_frame: int
    content_start: float = field(kw_only=True)
    content_end: float = field(kw_only=True)
    reversed: bool = False
    mirrored: bool = False
    speed: float = 1.0
    start_range: tuple[float, float] | None = None
    end_range: tuple[float, float] | None = None
    turned: int = 0
    file: int | None = None
    pitch: float | None = None
    crop: Crop | None = None

    @overload
    def content_at(self, time: float) -> float: ...

    @overload
    def content_at(self, time: Floats) -> Floats: ...

    def content_at(self, time: float | Floats) -> float | Floats:
        """Return the second of the content that is shown at `time` seconds; the line goes on past the ends."""
        gone = (time - self.start) * self._content_per_second
        return self.content_end - gone if self.reversed else self.content_start + gone

    @overload
    def time_of(self, content: float) -> float: ...

    @overload
    def time_of(self, content: Floats) -> Floats: ...

    def time_of(self, content: float | Floats) -> float | Floats:
        """Return the time in seconds at which a second of the content is shown; the line goes on past the ends."""
        gone = self.content_end - content if self.reversed else content - self.content_start
        return self.start + gone / self._content_per_second

    def shared_span(self, other: "Occurrence") -> tuple[float, float]:
        """Return the part [start, end) of this occurrence, in seconds, whose content the other one shows too; all of it
        where they share none."""
        low = max(self.content_start, other.content_start)
        high = min(self.content_end, other.content_end)
        if low >= high or (low, high) == (self.content_start, self.content_end):
            return self.start, self.end
        start, end = sorted((self.time_of(low), self.time_of(high)))
        return start, end

    @property
    def _content_per_second(self) -> float:
        length, shown = self.end - self.start, self.content_end - self.content_start
        return shown / length if length > 0 and shown > 0 else self.speed


def counted_from_first_content(occurrences: Sequence[Occurrence]) -> tuple[Occurrence, ...]:
    """Return the occurrences of one repeat with their content counted from the earliest that any of them shows.

    Content seconds are rounded to the microsecond, as a composition of lines leaves less than that.
    """
    # Adding 0.0 leaves no -0.0.
    zero = min((one.content_start for one in occurrences), default=0.0)
    return tuple(
        replace(
            one, content_start=round(one.content_start - zero, 6) + 0.0, content_end=round(one.content_end - zero, 6)
        )
        for one in occurrences
    )


@dataclass(frozen=True)
class Repeat:
    """One stretch of content with two or more occurrences.

    length: seconds, that of the middle occurrence by length; of stills, that of the shortest. content_length is that of
    the content. period: seconds, for loops alone. confidence: the chance that the claim is true, 0 to 1. elsewhere:
    names of the other files that show it, where this is reported of one of several that were compared. picture_share:
    of what moves in the picture, the share that is shown again, 0 to 1; a chat, a clock or a watermark covers the rest.
    None where it was not measured. of: what is shown again. sound: how the sound behaves where pictures are, None where
    it was not read. sound_offset: seconds by which the sound comes later at the second occurrence than at the first,
    compared with the picture; None where it does not come again. note: of a person who reviewed it, "" for none.
    """

    id: int
    kind: RepeatKind
    length: float
    period: float | None
    confidence: float
    evidence: Evidence
    occurrences: tuple[Occurrence, ...]
    elsewhere: tuple[str, ...] = ()
    picture_share: float | None = None
    of: Of = "picture"
    sound: SoundBeside | None = None
    sound_offset: float | None = None
    note: str = ""

    @property
    def content_length(self) -> float:
        """Seconds of the content, of which each occurrence shows a part: the largest content_end."""
        return max((one.content_end for one in self.occurrences), default=0.0)


@dataclass(frozen=True)
class Cut:
    """A suspect splice: consecutive frames that were not consecutive when recorded, at an end of a repeat."""

    time: float
    frame: int
    repeats: tuple[int, ...]
    kind: CutKind


def cuts_at(cuts: Sequence[Cut], numbers: Set[int]) -> tuple[Cut, ...]:
    """Return the cuts at the repeats with these numbers, without the numbers of others."""
    kept = (replace(cut, repeats=tuple(number for number in cut.repeats if number in numbers)) for cut in cuts)
    return tuple(cut for cut in kept if cut.repeats)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Frames that share a hash value at two or more separate moments.

    Cluster c holds frames[offsets[c]:offsets[c + 1]]: one frame, the first, of each moment.
    frames: (m,) int64, rising within a cluster. times: (m,) seconds. offsets: (clusters + 1,) int64. codes: (n, width)
    uint8, of every frame of the file, on disk where they are many; None where they are not at hand, as in a report that
    was read from a file. Two are equal where frames, times and offsets hold equal values, with codes at hand or not.
    """

    frames: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    times: Floats = field(default_factory=lambda: np.zeros(0))
    offsets: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    codes: Bytes | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Clusters):
            return NotImplemented
        return (
            np.array_equal(self.offsets, other.offsets)
            and np.array_equal(self.frames, other.frames)
            and np.array_equal(self.times, other.times)
        )

    def __hash__(self) -> int:
        # Without the times: 0.0 and -0.0 are equal, but not byte for byte.
        return hash((self.offsets.astype(np.int64).tobytes(), self.frames.astype(np.int64).tobytes()))


@dataclass(frozen=True)
class Verdict:
    """The answer in numbers, and in one sentence for a person.

    looped: whether any repeat is a loop. repeated_seconds: length of the timeline that is shown more than once, every
    occurrence counted. repeated_share: its share of the duration. coverage: share of the timeline in which a repeat
    could have been found. shortest_findable: seconds, the shortest repeat that would have been found in nine tenths of
    it; None where nothing could be judged, or too little. picture_coverage: share of the picture in which one could
    have been found, on average over what could be judged; None where nothing could.
    """

    looped: bool
    repeated_seconds: float
    repeated_share: float
    coverage: float
    shortest_findable: float | None
    summary: str
    picture_coverage: float | None = None


@dataclass(frozen=True)
class Freeze:
    """One decoded frame shown in a row: [start, end) seconds, [start_frame, end_frame) frames. It is no repeat."""

    start: float
    end: float
    start_frame: int
    end_frame: int


@dataclass(frozen=True)
class Findable:
    """How short a plain repeat would have been found in a stretch of the timeline.

    start, end: seconds. shortest: seconds, None where no length up to half a minute is enough. picture_coverage: share
    of the picture that moves there, so that a repeat would have shown in it.
    """

    start: float
    end: float
    shortest: float | None
    picture_coverage: float


@dataclass(frozen=True)
class Unjudged:
    """A stretch in which no repeat could have been found, and why."""

    start: float
    end: float
    why: Literal["blank", "still", "lost", "packets"]


@dataclass(frozen=True)
class UnjudgedSound:
    """A stretch of sound in which no repeat could have been found, and why. lost: the file holds none there, though it
    goes on behind."""

    start: float
    end: float
    why: Literal["silent", "steady", "lost"]


@dataclass(frozen=True)
class Rhythm:
    """A stretch, seconds, in which a machine keeps time: the same sounds every `step` seconds, or multiples of it. It
    is no repeat, and no sign of a cut."""

    start: float
    end: float
    step: float


@dataclass(frozen=True)
class SoundAnswer:
    """The answer for the sound of a file. Its repeats are among those of the report.

    track: its number among the tracks of sound, from 0. others: how many more there are, which were not read. start,
    end: seconds. repeated_seconds: length of what is heard more than once, every occurrence counted. coverage: share of
    the sound in which a repeat could have been found. shortest_findable: seconds, the shortest plain one that would
    have been found in it; None where nothing could be judged. unjudged: stretches, rhythms: what a machine plays.
    other_speeds: whether copies at another speed or pitch were looked for, as is done in a sound that is not too long.
    """

    track: int
    codec: str
    others: int
    start: float
    end: float
    repeated_seconds: float
    coverage: float
    shortest_findable: float | None
    summary: str
    unjudged: tuple[UnjudgedSound, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    other_speeds: bool = False


@dataclass(frozen=True, repr=False)
class Report:
    """The whole answer to one scan.

    findable: what would have been found, stretch by stretch, outside of `unjudged`. coverage_map: rows of the picture,
    from the top, each of as many cells from the left: the share of what could be judged in which a repeat would have
    shown in that cell; empty where nothing could be judged. choice: why this hash size was chosen, where that was left
    to a sweep. leaps: stretches without a frame over which the clock of the file leapt ahead. sound: None where there
    is none, or none was read. review: of a person; what it rejects is not among the repeats. made: how it
    was made, where a command line made it; two answers that were made otherwise may be equal.
    """

    source: Source
    settings: Settings
    verdict: Verdict
    repeats: tuple[Repeat, ...] = ()
    cuts: tuple[Cut, ...] = ()
    clusters: Clusters = field(default_factory=Clusters)
    unjudged: tuple[Unjudged, ...] = ()
    losses: tuple[Loss, ...] = ()
    choice: str | None = None
    frozen: tuple[Freeze, ...] = ()
    findable: tuple[Findable, ...] = ()
    coverage_map: tuple[tuple[float, ...], ...] = ()
    leaps: tuple[Span, ...] = ()
    sound: SoundAnswer | None = None
    review: tuple[ReviewedFinding, ...] = ()
    made: Made | None = field(default=None, compare=False)

    @property
    def is_of_sound(self) -> bool:
        """Return whether the file holds sound without pictures."""
        return self.sound is not None and not self.source.width

    def __repr__(self) -> str:
        return f"<Report of {self.source.path!r}: {self.verdict.summary}>"

    def _repr_html_(self) -> str:
        """Return the verdict and a table of occurrences, for notebooks."""
        shown: str = load_entry("loopfind.reports.conversion:report_as_html")(self)
        return shown

    @staticmethod
    def load(path: str | os.PathLike[str]) -> "Report":
        """Return the report in a JSON file that loopfind wrote. Raises Unreadable and BadReport."""
        report: Report = load_entry("loopfind.reports.conversion:load_report")(path)
        return report

    def reviewed(self, path: str | os.PathLike[str]) -> "Report":
        """Return the report without what the review in a JSON file rejects, with its notes. Raises BadReview."""
        left: Report = load_entry("loopfind.reports.conversion:reviewed_report")(self, path)
        return left

    def save(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write the report, whole or not at all, in the format that the name's ending asks for, or in that named.

        Raises BadSetting for an ending that no format has, UnknownPart, and OutputError.
        """
        load_entry("loopfind.reports.conversion:save_report")(self, path, format)

    def to_dict(self) -> dict[str, Any]:
        """Return the machine form: what --json writes, of plain dicts, lists, texts and numbers."""
        whole: dict[str, Any] = load_entry("loopfind.reports.conversion:report_as_dict")(self)
        return whole

    def to_dataframe(self) -> Any:
        """Return a pandas.DataFrame with a row for each occurrence. Raises MissingExtra where pandas is not there."""
        return load_entry("loopfind.reports.conversion:report_as_dataframe")(self)

    def cluster_hashes(self) -> "list[ImageHash]":
        """Return the hash value that the frames of each cluster share, as the package imagehash has them.

        Raises BadReport where the codes are not at hand: in a report that was read from a file, and where the hash
        size was chosen by a sweep.
        """
        hashes: list[ImageHash] = load_entry("loopfind.reports.conversion:report_cluster_hashes")(self)
        return hashes
