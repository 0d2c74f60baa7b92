"""The nouns of a library: what was read of a video, and what is kept of which files."""

import os
from dataclasses import dataclass
from typing import Literal

from loopfind.model.comparison import Failure
from loopfind.model.fingerprint import Fingerprint, Track
from loopfind.model.sound import CodeRows
from loopfind.model.video import Loss, Source

CODES = 1
"""Version of the meaning of codes, sketches, details and times. One more whenever the same video would give others:
what a library kept under an older number is not used any more."""


SOUND, SOUND_BITS = "sound", 32
"""Kind of an entry that holds the codes of a sound, and their bits, which stand where others have their hash size."""


@dataclass(frozen=True)
class Reading:
    """A video that was read: its fingerprint, what is known of the file, and what of it was lost."""

    fingerprint: Fingerprint
    source: Source
    losses: tuple[Loss, ...]

    @property
    def track(self) -> Track:
        """The fingerprint, for those who do not ask for its codes."""
        return self.fingerprint


@dataclass(frozen=True)
class TrackReading:
    """A video that was read, without its codes."""

    track: Track
    source: Source
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class SoundReading:
    """A sound as a library keeps it: its codes, without its samples.

    codes: (n, 1) uint32, see SoundFingerprint. source: as `source_of_sound` describes it, with the size and digest of
    the file; its duration is that of the sound. start: seconds of the first sample. track: among the tracks of sound.
    paths: the files that hold it, sorted.
    """

    codes: CodeRows
    source: Source
    start: float
    track: int
    paths: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """A file as it is on disk now.

    path: its real path, as bytes, for a name need not be text. size: bytes. changed: nanoseconds, when it was last
    written. digest: 32 bytes that stand for what is in it (see stores/contents.py).
    """

    path: bytes
    size: int
    changed: int
    digest: bytes

    @property
    def name(self) -> str:
        return os.fsdecode(self.path)


Naming = Literal["first", "same", "changed", "moved", "another"]
"""A file as a library sees it: a name and a content that it has not, the name and content that it had, a name whose
content is another now, a content whose file lay elsewhere and is gone from there, one more name of a content."""


Lacking = Literal["pictures", "sound"]
"""A kind of stream that a content may be known to lack."""


@dataclass(frozen=True)
class Kept:
    """A file that was kept. entry: its number. naming, other: see Library.name."""

    entry: int
    naming: Naming
    other: str


@dataclass(frozen=True)
class Entry:
    """One content, read with one set of the settings that change codes.

    id: rises with every entry, and is never given twice. paths: the files that hold this content, sorted; none where
    all of them hold something else by now. source: as a Reading has it, its path the first of them. kind to end: as in
    Settings. bytes: what its fingerprint takes in the library. added: seconds since 1970.
    """

    id: int
    paths: tuple[str, ...]
    source: Source
    kind: str
    hash_size: int
    stream: int
    start: float | None
    end: float | None
    bytes: int
    added: float


@dataclass(frozen=True)
class EntryQuery:
    """A page of a list of entries. text: only those with it in a file's path, whatever its case. sounds: also those of
    sounds. offset: how many of those that fit come before the page."""

    text: str = ""
    sounds: bool = True
    newest_first: bool = True
    offset: int = 0
    limit: int = 30


@dataclass(frozen=True)
class EntryPage:
    """The entries that stand on a page. held: how many there are, whatever the text. total, seconds: number and length
    of those that fit. digests: of the contents of the entries."""

    held: int
    total: int
    seconds: float
    entries: tuple[Entry, ...]
    digests: tuple[bytes, ...]


Becoming = Literal["added", "re-read", "known", "moved", "another", "sound"]
"""Result of adding a file: read for the first time, read again as it had changed, as it was, at another place than
before, one more name of what the library had, or known without its sound, which is there now."""


@dataclass(frozen=True)
class Added:
    """A file that is in a library now. entry: of its pictures, None where it has none. sound: entry of its sound, None
    where it has none, or none is kept. other: where a moved file lay, or another name of the same content. unheard: why
    its sound is not kept, "" unless it could not be read."""

    path: str
    what: Becoming
    entry: int | None
    other: str
    seconds: float
    frames: int
    sound: int | None = None
    unheard: str = ""


@dataclass(frozen=True)
class Addition:
    """Results of adding files. refused: whether one that was named itself is a failure."""

    files: tuple[Added, ...]
    failures: tuple[Failure, ...]
    refused: bool


@dataclass(frozen=True)
class LibraryCopy:
    """Results of copying a library into another one.

    entries: that were copied; known: that the other one had. names, appearances, learned: names of files, appearances
    and what was learned of them, that are in the other one now. indexed: entries that came with their part of the
    index. compared: whether results of comparisons came too; they do where the other library has nothing else.
    """

    entries: int
    known: int
    names: int
    appearances: int
    learned: int
    indexed: int
    compared: bool


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a library. where: a file, an entry, or the library itself."""

    where: str
    what: str


@dataclass(frozen=True)
class Quarantined:
    """A content that is not read any more. path: a file that held it. size, digest: as in File. processes: how many
    ended as they read it. added: seconds since 1970."""

    path: str
    size: int
    digest: bytes
    processes: int
    added: float

    @property
    def why(self) -> str:
        """The reason in words, and what to do."""
        ended = f"in quarantine: it ended {self.processes} processes that read it"
        return f"{ended}; `loopfind library add --retry-quarantined` reads it again"
