"""Read a video through a library: what it holds is not decoded again, and what it lacks is kept."""

import contextlib
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from weakref import WeakValueDictionary

from loopfind.arrays.disk import copied
from loopfind.errors import LibraryError, LoopfindError, Unreadable
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.media.ffmpeg import address
from loopfind.model.library import File, Naming, Reading
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Frames, Watch
from loopfind.pipeline.reader import ONE_PASS, Taker, read_video
from loopfind.pipeline.resume import Resume
from loopfind.registry import load
from loopfind.settings import Decoding, Settings
from loopfind.stores import STORE, STORES
from loopfind.stores.checkpoints import Checkpoint
from loopfind.stores.tables import NEAR

if TYPE_CHECKING:
    from loopfind.stores.sqlite import Library

FEW = NEAR // (2 * SKETCH_CELLS)
"""Frames up to which a library holds all sketches of a video at hand, if it is the only one."""


@dataclass(frozen=True)
class Cache:
    """The library that readings go through. note: called with a line for each that could not be kept, and why; where
    there is none, a library that fails raises its LibraryError after the reading."""

    path: str | os.PathLike[str]
    note: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Read:
    """A reading, and how it was come by. decoded: whether the video was read, not the library alone. entry: of the
    library, None where it was not kept. naming, other: see Library.name; "" where nothing was looked up."""

    reading: Reading
    decoded: bool
    entry: int | None = None
    naming: Naming | Literal[""] = ""
    other: str = ""


def unkept(path: str) -> str:
    """Why a video cannot be kept in a library, as a sentence; "" if it can. Raises MediaError as the reader does."""
    place = address.find(path)
    if place.is_stdin:
        return "standard input has no name to know it by again"
    if place.local is None:
        return "what lies at an address may change unseen"
    try:
        regular = stat.S_ISREG(os.stat(place.local).st_mode)
    except OSError:  # numbered pictures, named by a pattern
        regular = False
    if not regular:
        return "it is no plain file"
    return "it is a text, which may name files but is no video" if address.is_text(place.local) else ""


@contextlib.contextmanager
def reader(cache: Cache | None, decoding: Decoding = ONE_PASS) -> "Iterator[Reader]":
    """Reads videos; through a library, where there is a cache, for as long as the body lasts. Raises LibraryError."""
    if cache is None:
        yield Reader(None, None, decoding)
    else:
        store = load("store", STORE, STORES)
        with store.open(cache.path) as library:
            yield Reader(library, cache.note, decoding)


class Reader:
    """Made by `reader`; for any number of threads. library: None reads every video anew."""

    def __init__(self, library: "Library | None", note: Callable[[str], None] | None, decoding: Decoding) -> None:
        self._library, self._note, self._decoding = library, note, decoding
        self._guard = threading.Lock()
        self._turns = WeakValueDictionary[bytes, threading.Lock]()  # each for as long as someone holds it

    def read(
        self,
        path: str,
        settings: Settings,
        many: SizeDigests | None = None,
        others: Sequence[Taker[Frames]] = (),
        watch: Watch | None = None,
        log: Callable[[str], None] | None = None,
        codes: bool = True,
        checkpoint: tuple[Checkpoint, File] | None = None,
        resume: Resume | None = None,
    ) -> Read:
        """Read one video as `read_video` does, or take what is kept of the same content, with its path as given.

        many: is to hold the digests of its sizes. others: take the batches of what is decoded, and nothing else.
        codes: False where these are not needed; then any kind and hash size will do, and codes may be (n, 0).
        checkpoint, resume: as of `read_video`.
        Raises MediaError, UsageError, and LibraryError for a library that cannot be read.
        """
        takers = [*others, *([] if many is None else [many])]
        if self._library is None or (why := "a first look is not all of it" if settings.fast else unkept(path)):
            if self._library is not None and self._note is not None:
                self._note(f"{address.printable(path)}: not kept in the library: {why}")
            return Read(read_video(path, settings, takers, watch, log, self._decoding, checkpoint, resume), True)
        place = address.find(path)
        try:
            file = self._library.look(os.fsdecode(place.local or path))
        except OSError as error:
            raise Unreadable(place.shown, f"cannot be read: {error.strerror}") from None
        with self._turn(file.digest):  # the same content under two names is decoded once
            found = self._found(self._library, file, settings, many, codes)
            if found is not None:
                entry, reading = found
                naming, other = self._named(self._library, file)
                source = replace(reading.source, path=place.shown)
                return Read(replace(reading, source=source), False, entry, naming, other)
            reading = read_video(path, settings, takers, watch, log, self._decoding, checkpoint, resume)
            return self._kept(self._library, file, settings, many, reading)

    def _found(
        self, library: "Library", file: File, settings: Settings, many: SizeDigests | None, codes: bool
    ) -> tuple[int, Reading] | None:
        """What the library has of this content, if that is all that is asked for."""
        entry = library.find(file, settings, codes)
        if entry is None:
            return None
        try:
            if many is not None and not many.fill(library.sizes(entry)):
                return None
            reading = _near(library.reading(entry, codes))
        except KeyError:  # it was removed just now
            return None
        if not codes:
            shown = replace(reading.fingerprint, kind=settings.kind, hash_size=settings.hash_size)
            reading = replace(reading, fingerprint=shown)
        return entry, reading

    def _named(self, library: "Library", file: File) -> tuple[Naming | Literal[""], str]:
        try:
            return library.name(file)
        except LibraryError as error:
            self._complain(error)
            return "", ""

    def _kept(
        self, library: "Library", file: File, settings: Settings, many: SizeDigests | None, reading: Reading
    ) -> Read:
        """Keep what was read of a file, if that is still the file."""
        try:
            now = os.stat(file.path)
            same = (now.st_size, now.st_mtime_ns) == (file.size, file.changed)
        except OSError:
            same = False
        try:
            if not same:
                raise Unreadable(reading.source.path, "changed while it was read, so it is not kept: read it once more")
            kept = library.add(file, settings, reading, None if many is None else many.by_size())
        except (LibraryError, Unreadable) as error:
            self._complain(error)
            return Read(reading, True)
        return Read(reading, True, kept.entry, kept.naming, kept.other)

    def _complain(self, error: LoopfindError) -> None:
        """Say that something could not be kept; raise it where nobody would hear."""
        if self._note is None:
            raise error
        self._note(str(error))

    def _turn(self, digest: bytes) -> threading.Lock:
        with self._guard:
            return self._turns.setdefault(digest, threading.Lock())


def _near(reading: Reading) -> Reading:
    """The reading, a long one with its sketches unpacked to disk, as a decoded one has them: the engine reads the same
    rows many times over."""
    rows = reading.fingerprint.sketches
    if len(rows) <= FEW:
        return reading
    return replace(reading, fingerprint=replace(reading.fingerprint, sketches=copied(rows, SKETCH_CELLS)))
