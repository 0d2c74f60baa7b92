"""The answer to whether a video is new to a library."""

from dataclasses import dataclass
from typing import Literal

from loopfind.model.comparison import Place
from loopfind.model.likeness import Neighbour
from loopfind.model.report import Unjudged
from loopfind.model.video import Loss

Novelty = Literal["duplicate", "holds part of", "new"]
"""A video all of which is in one file of the library, one of which some is in one or more files, or neither."""

Witness = Literal["content", "pictures", "sound"]
"""The proof that a file is known: the same bytes, what moves in the pictures, or the samples of the sound."""


@dataclass(frozen=True)
class KnownFile:
    """A file of the library that shows something of an upload.

    path: where it lies, "" for one whose file is gone. digest: of its content, in hexadecimal. by: what shows it.
    score, share, confidence, closeness, whole, places: as in Match, the upload being the clip; all 1 and the whole for
    the same bytes.
    """

    path: str
    digest: str
    by: Witness
    score: float
    share: float
    confidence: float
    closeness: float
    whole: bool
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Resemblance:
    """A file of the library that looks like an upload at moments one behind the other, where that proves nothing.

    path: where it lies, "" for one whose file is gone. seconds: of the upload that look like it, at one distance in
    time; a rough figure.
    """

    path: str
    seconds: float


CaveatKind = Literal["unjudged", "little moves", "shorter pieces", "looks alike"]
"""A reason why a known video may be called new: stretches in which nothing can be judged; so little moves that no
length is enough; pieces that are too short to be found; and moments that look like some of a file without proof."""


@dataclass(frozen=True)
class Caveat:
    """A limit of an answer. said: the same as a clause of a sentence."""

    kind: CaveatKind
    said: str


@dataclass(frozen=True)
class UploadCheck:
    """The answer for one video.

    video: its name. digest: of its content, in hexadecimal. duration: seconds. answer: see Novelty. summary: the same
    in a sentence, with what limits it. known: the files that show something of it, the best first. fresh: seconds of it
    that were judged and are in no file of the library. findable: seconds that a repeat within it would have to last to
    be found, None where that is not known: then no more can be said of other files. unjudged: stretches in which
    nothing could be found, and unjudged_seconds their length. losses: what could not be read. searched: contents that
    it was compared with. model: what it was compared by. alike: files that are alike without proof, the nearest first,
    and alike_model what says so, "" where nobody asked. failures: what of the search failed, a line each. resembles:
    files that look like it where nothing was proven, the most seconds first. caveats: what limits the answer; an answer
    `new` has one at least.
    """

    video: str
    digest: str
    duration: float
    answer: Novelty
    summary: str
    known: tuple[KnownFile, ...]
    fresh: float
    findable: float | None
    unjudged: tuple[Unjudged, ...]
    unjudged_seconds: float
    losses: tuple[Loss, ...]
    searched: int
    model: str
    alike: tuple[Neighbour, ...] = ()
    alike_model: str = ""
    failures: tuple[str, ...] = ()
    resembles: tuple[Resemblance, ...] = ()
    caveats: tuple[Caveat, ...] = ()
