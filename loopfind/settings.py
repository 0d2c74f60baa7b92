"""Settings of scans, sweeps and comparisons. They stand apart from the other nouns, as help texts read them and must
not wait for numpy."""

from dataclasses import dataclass, field
from typing import Literal

PICTURE_SIDE = 64
"""Side in pixels of the grey picture that the decoder hands over: the largest hash size, so each derives from it."""

SMALLEST_HASH, LARGEST_HASH = 4, 64


STALL = 120.0
"""Seconds without a byte from the reader after which it is given up: a disk wakes up, and a network comes back, in
less."""
SOUND_FORMS = ("flac", "wav", "m4a")
"""Forms of a clip of sound, each the ending of its name."""
MOST_STREAMS = 10_000
"""Streams that a file may have: ffmpeg reads no more than a thousand, and takes a number past its own for another."""
MOST_JOBS = 256
"""Files, or parts of one, that are read side by side at the most."""


@dataclass(frozen=True)
class Settings:
    """Settings of a scan. Each default stands here and nowhere else.

    start, end: limits of the scan in seconds from the container's start; None is the file's own end.
    stream: which video stream, from 0, cover art not counted.
    auto: choose the hash size by a sweep over SIZES in the same decode; hash_size stands where there is nothing to
    choose by.
    link: the page the video is watched at; empty for links into the file itself.
    stall: seconds without a byte after which nothing more is waited for.
    packets_only: decode nothing; find what was copied packet by packet, and nothing else.
    fast: a first look, at key frames alone.
    sound: also search the sound. audio_stream: which track of sound, from 0.
    """

    kind: str = "ahash"
    hash_size: int = 24
    stream: int = 0
    start: float | None = None
    end: float | None = None
    auto: bool = False
    link: str = ""
    stall: float = STALL
    packets_only: bool = False
    fast: bool = False
    sound: bool = True
    audio_stream: int = 0


@dataclass(frozen=True)
class ClusterSettings:
    """The processes that share the work, which make no difference to the answer; none, and this one does it.

    workers: how many to start on this machine. scheduler: address of a Dask scheduler whose workers do the work.
    """

    workers: int = 0
    scheduler: str = ""

    @property
    def wanted(self) -> bool:
        """True where other processes are to do the work."""
        return self.workers > 0 or bool(self.scheduler)


@dataclass(frozen=True)
class Decoding:
    """The way a video is decoded, which makes no difference to the answer.

    jobs: decoders side by side for one file, None for as many as there are cores. hwaccel: ffmpeg's name of a way to
    decode in hardware (`ffmpeg -hwaccels` lists them), "" for none; it takes one pass. threads: of a decoder that reads
    a file in one pass, None for as many as it likes. unbounded: read a small file however much it unpacks to.
    """

    jobs: int | None = None
    hwaccel: str = ""
    threads: int | None = None
    unbounded: bool = False


QUERY_SECONDS = 60.0
"""Seconds that a query to a library may take, unless asked for more."""

QUERY_MEGABYTES = 512
"""Megabytes that SQLite may hold for a query to a library, unless asked for more."""

WINDOW, SHORTEST_WINDOW = 86400.0, 60.0
"""Seconds of footage that are held while a recording is followed, and at the least."""

DONE = "done"
"""The last stage of the progress of a file, where several are read."""

SIZES = tuple(range(8, 65, 4))
"""Hash sizes that a sweep tries."""


@dataclass(frozen=True)
class SweepSettings:
    """Settings of a sweep: every size of every kind. Each default stands here and nowhere else.

    start, end, stream, stall: as for a scan. sample: seconds to read of the video, None for all of it.
    """

    kinds: tuple[str, ...] = ("ahash",)
    sizes: tuple[int, ...] = SIZES
    stream: int = 0
    start: float | None = None
    end: float | None = None
    sample: float | None = None
    stall: float = STALL


@dataclass(frozen=True)
class SteadySettings:
    """Settings of `steady`. Each default stands here and nowhere else. start, end, stream, stall: as for a scan."""

    stream: int = 0
    start: float | None = None
    end: float | None = None
    stall: float = STALL


@dataclass(frozen=True)
class CompareSettings:
    """Settings of a comparison.

    own: also find what repeats inside one file. query: how many of what is named, the first ones, are looked for in all
    the others, which are not compared among themselves; 0 to compare all with all. jobs: files read at a time. stream,
    stall: as for a scan; of sounds, stream is the number of the track. align: one of ALIGNMENTS. band: how far a warped
    path may stray from even speed, as a share of the shorter file, at most half; band_seconds: the same in seconds.
    kind: of what is compared, one of COMPARED_KINDS; "" for the first of these.
    """

    own: bool = False
    query: int = 0
    jobs: int = 1
    stream: int = 0
    align: str = "engine"
    band: float = 0.15
    band_seconds: float | None = None
    stall: float = STALL
    kind: str = ""

    def joins(self, one: int, other: int) -> bool:
        """Return whether two files, by their numbers, are compared with each other; or one with itself."""
        if one == other:
            return self.own and not self.query
        return not self.query or (one < self.query) != (other < self.query)


LIKENESS_WAYS = ("palette", "cnn", "bag", "sound")
"""Ways in which files may be alike: by their dominant colours, by what a network sees in them, by how often it sees
what, or by what is heard."""


@dataclass(frozen=True)
class LookSettings:
    """Settings of a look at files. Each default stands here and nowhere else.

    by: one of LIKENESS_WAYS. model: path of a network as ONNX, "" for what comes with loopfind. prove: whether the
    engine compares the files that are alike. jobs: files read at a time. stream, audio_stream, stall: as for a scan.
    cluster: the processes that look at files; none, and this one does.
    """

    by: str = "palette"
    model: str = ""
    prove: bool = False
    jobs: int = 1
    stream: int = 0
    audio_stream: int = 0
    stall: float = STALL
    cluster: ClusterSettings = ClusterSettings()


@dataclass(frozen=True)
class SimilarSettings(LookSettings):
    """Settings of a search for files that look alike. nearest: files to list. vectors: address of collections that the
    nearest are looked for in, "" for the library itself; it may hold a key."""

    nearest: int = 10
    vectors: str = field(default="", repr=False)


@dataclass(frozen=True)
class GroupSettings(LookSettings):
    """Settings of groups of files that look alike. chance: share of files that may have a stranger for alike. level:
    likeness from which files are alike, None for what the library itself shows."""

    chance: float = 0.01
    level: float | None = None


@dataclass(frozen=True)
class KnnSettings(LookSettings):
    """Settings of scores on labelled files. counts: of the nearest files by which they are scored."""

    counts: tuple[int, ...] = (1, 5, 10)


ALIGNMENTS = ("engine", "dtw", "sound")
"""Ways to compare files: by what moves in the pictures, to the frame; by mean colours or by tones, with time warped; by
what is heard, to the millisecond."""

COMPARED_KINDS = {"engine": ("", "cnn"), "dtw": ("color", "chroma"), "sound": ("sound", "chromaprint")}
"""Kinds that each way of aligning can compare: what moves, "", or cnn for what moves in parts of pictures too; mean
colours, or the tones of the sound; codes of sound, loopfind's own, or these with Chromaprint beside them."""

Keep = Literal["first", "best"]
"""The occurrence of a repeat that stays in a clean copy: the earliest, or the sharpest one."""


@dataclass(frozen=True)
class CleanSettings:
    """How a copy without repeats is made.

    keep: which occurrence of each repeat stays. sure: confidence from which a repeat is removed; what is removed by
    mistake is gone for whoever has the copy alone. encode: copy no packets. track: of sound that the copy has, None for
    all. sound: whether it has any. stall: seconds without a byte after which reading is given up. unbounded: however
    much the file unpacks to.
    """

    keep: Keep = "first"
    sure: float = 0.9
    encode: bool = False
    track: int | None = None
    sound: bool = True
    stall: float = STALL
    unbounded: bool = False


LOOP_FORMS = ("mp4", "gif", "webp", "apng")
"""Forms of a turn that goes round, each the ending of its name."""


@dataclass(frozen=True)
class SeamSettings:
    """Settings of a search for seams.

    stream: which video stream, from 0. start, end: limits of the search in seconds, None for the file's own. shortest,
    longest: seconds that a turn may last. most: seams that are listed. stall: seconds without a byte after which
    nothing more is waited for. unbounded: however much the file unpacks to.
    """

    stream: int = 0
    start: float | None = None
    end: float | None = None
    shortest: float = 1.0
    longest: float = 20.0
    most: int = 10
    stall: float = STALL
    unbounded: bool = False


SHORTEST_BASELINE = 20.0
"""Seconds of the shortest baseline."""

TRAJECTORY_WAYS = ("pictures", "differences", "vectors")
"""Ways into the map of a camera: by the pictures themselves, by their differences alone, by the motion vectors of the
coded stream."""


@dataclass(frozen=True)
class TrajectorySettings:
    """Settings of a trajectory. Each default stands here and nowhere else.

    baseline: seconds of footage that a map is learned from; of a file that is shorter, all of it. Its own moments are
    judged by what the other parts of it teach.
    way: one of TRAJECTORY_WAYS. false_alarms: events an hour that may be reported where nothing is unusual, as far as
    the baseline lets it be known. stream, start, end, stall, unbounded: as for a scan.
    """

    baseline: float = 600.0
    way: str = "pictures"
    false_alarms: float = 0.1
    stream: int = 0
    start: float | None = None
    end: float | None = None
    stall: float = STALL
    unbounded: bool = False
