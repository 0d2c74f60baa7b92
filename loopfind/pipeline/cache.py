"""Read a video through a library: what it holds is not decoded again, and what it lacks is kept."""

import contextlib
import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar
from weakref import WeakValueDictionary

from loopfind.arrays.disk import copied
from loopfind.errors import BadSetting, LibraryError, LibraryUnwritable, LoopfindError, Unreadable, exhausted
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.media.ffmpeg.address import Address, is_text
from loopfind.model.dtypes import Rows
from loopfind.model.library import File, Naming, Reading, TrackReading
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Frames, Source, Watch
from loopfind.pipeline.reader import ONE_PASS, Taker, read_video
from loopfind.pipeline.resume import OpenCheckpoint
from loopfind.pipeline.sound import sound_fingerprint, source_of_sound
from loopfind.settings import Decoding, Settings
from loopfind.stores.opener import open_library
from loopfind.stores.places import look_at
from loopfind.stores.quarantine import Quarantine
from loopfind.stores.tables import NEAR

if TYPE_CHECKING:
    from loopfind.stores.library import Library

_CHANGED = "changed while it was read, so it is not kept: read it once more"
FRAMES_AT_HAND = NEAR // (2 * SKETCH_CELLS)
"""Frames up to which a library holds all sketches of a video at hand, if it is the only one."""


@dataclass(frozen=True)
class Cache:
    """The library that readings go through. note: called with a line for each that could not be kept, and why; where
    there is none, a library that fails raises its LibraryError after the reading."""

    path: str | os.PathLike[str]
    note: Callable[[str], None] | None = None


@dataclass(frozen=True)
class CachedReading:
    """A reading, and how it was come by. decoded: whether the video was read, not the library alone. entry: of the
    library, None where it was not kept. naming, other: see Library.name; "" where nothing was looked up."""

    reading: Reading
    decoded: bool
    entry: int | None = None
    naming: Naming | Literal[""] = ""
    other: str = ""


@dataclass(frozen=True)
class CachedSound:
    """The sound of a file in a library. entry: None where it has none. decoded: whether it was read just now. naming,
    other: see Library.name."""

    entry: int | None
    decoded: bool
    source: Source | None = None
    naming: Naming | Literal[""] = ""
    other: str = ""


def why_unkept(where: Address) -> str:
    """Return why a video cannot be kept in a library, as a sentence; "" if it can."""
    if where.is_stdin:
        return "standard input has no name to know it by again"
    if where.is_signed:
        return ""
    if where.local is None:
        return "what lies at an address may change unseen"
    try:
        regular = stat.S_ISREG(os.stat(where.local).st_mode)
    except OSError:  # numbered pictures, named by a pattern
        regular = False
    if not regular:
        return "it is no plain file"
    return "it is a text, which may name files but is no video" if is_text(where.local) else ""


Taken = TypeVar("Taken")


@contextlib.contextmanager
def open_reader(cache: Cache | None, decoding: Decoding = ONE_PASS) -> "Iterator[CachingReader]":
    """Open a reader of videos; through a library, where there is a cache, for as long as the body lasts.

    Where the cache has a note, a library that takes nothing just now costs no answer: it is noted, and videos are read.
    Raises LibraryError.
    """
    with contextlib.ExitStack() as opened:
        library, note = None, None if cache is None else cache.note
        if cache is not None:
            try:
                library = opened.enter_context(open_library(cache.path))
            except LibraryUnwritable as error:
                if note is None:
                    raise
                note(f"nothing is kept: {error}")
        yield CachingReader(library, note, decoding)


class CachingReader:
    """Made by `open_reader`; for any number of threads. library: None reads every video anew."""

    def __init__(self, library: "Library | None", note: Callable[[str], None] | None, decoding: Decoding) -> None:
        self._library, self._note, self._decoding = library, note, decoding
        self._guard = threading.Lock()
        self._turns = WeakValueDictionary[bytes, threading.Lock]()  # each for as long as someone holds it
        self._takes = True

    def read(
        self,
        where: Address,
        settings: Settings,
        *,
        sizes: SizeDigests | None = None,
        others: Sequence[Taker[Frames]] = (),
        watch: Watch | None = None,
        log: Callable[[str], None] | None = None,
        checkpoint: OpenCheckpoint | None = None,
    ) -> CachedReading:
        """Read one video as `read_video` does, or take what is kept of the same content, with its path as given.

        sizes: is to hold the digests of its sizes. others: take the batches of what is decoded, and nothing else.
        checkpoint: as for `read_video`.
        Raises MediaError, UsageError, and LibraryError for a library that cannot be read.
        """
        takers = [*others, *([] if sizes is None else [sizes])]

        def decode() -> Reading:
            return read_video(
                where,
                settings,
                others=takers,
                watch=watch,
                log=log,
                decoding=self._decoding,
                checkpoint=checkpoint,
            )

        return self._take_or_decode(where, settings, sizes, self._whole, decode)

    def track(
        self,
        where: Address,
        settings: Settings,
        *,
        others: Sequence[Taker[Frames]] = (),
        watch: Watch | None = None,
        log: Callable[[str], None] | None = None,
    ) -> TrackReading:
        """Read one video as `read` does, for those who do not ask for codes: what is kept serves whatever its kind and
        hash size. settings: of the codes that are kept where the video is decoded."""

        def decode() -> Reading:
            return read_video(where, settings, others=others, watch=watch, log=log, decoding=self._decoding)

        read = self._take_or_decode(where, settings, None, self._track, decode)
        if isinstance(read, TrackReading):
            return read
        return TrackReading(read.reading.track, read.reading.source, read.reading.losses)

    def _take_or_decode(
        self,
        where: Address,
        settings: Settings,
        sizes: SizeDigests | None,
        take: "Callable[[Library, File, str, Settings, SizeDigests | None], Taken | None]",
        decode: Callable[[], Reading],
    ) -> "Taken | CachedReading":
        """Take a video from the library, or decode it and keep it there. take: gives what the library has of the file,
        for a path to show, None where that is not all that is asked for."""
        if self._library is None or (why := "a first look is not all of it" if settings.fast else why_unkept(where)):
            if self._library is not None and self._note is not None:
                self._note(f"{where.shown}: not kept in the library: {why}")
            return CachedReading(decode(), True)
        file = _looked_at(self._library, where)
        with self._turn(file.digest):  # the same content under two names is decoded once
            try:
                taken = take(self._library, file, where.name, settings, sizes)
            except KeyError:  # it was removed just now
                taken = None
            return self._keep(self._library, file, settings, sizes, decode()) if taken is None else taken

    def _whole(
        self, library: "Library", file: File, shown: str, settings: Settings, sizes: SizeDigests | None
    ) -> CachedReading | None:
        """Take the reading of a file, with its codes and the sizes that are wanted."""
        entry = library.find(file, settings)
        if entry is None or (sizes is not None and not sizes.fill(library.sizes(entry))):
            return None
        reading = library.reading(entry)
        fingerprint = replace(reading.fingerprint, sketches=_at_hand(reading.fingerprint.sketches))
        reading = replace(reading, fingerprint=fingerprint, source=_named(reading.source, shown, file))
        return CachedReading(reading, False, entry, *self._name(library, file))

    def _track(
        self, library: "Library", file: File, shown: str, settings: Settings, sizes: SizeDigests | None
    ) -> TrackReading | None:
        """Take the track of a file."""
        entry = library.find_track(file, settings)
        if entry is None:
            return None
        reading = library.track(entry)
        self._name(library, file)
        track = replace(reading.track, sketches=_at_hand(reading.track.sketches))
        return replace(reading, track=track, source=_named(reading.source, shown, file))

    def _name(self, library: "Library", file: File) -> tuple[Naming | Literal[""], str]:
        if self._takes:
            try:
                return library.name(file)
            except LibraryError as error:
                self._complain(error)
        return "", ""

    def _keep(
        self, library: "Library", file: File, settings: Settings, sizes: SizeDigests | None, reading: Reading
    ) -> CachedReading:
        """Keep what was read of a file, if that is still the file."""
        if not self._takes:
            return CachedReading(reading, True)
        try:
            if not _is_still(file):
                raise Unreadable(reading.source.path, _CHANGED)
            kept = library.add(file, settings, reading, None if sizes is None else sizes.by_size())
        except (LibraryError, Unreadable) as error:
            self._complain(error)
            return CachedReading(reading, True)
        return CachedReading(reading, True, kept.entry, kept.naming, kept.other)

    def why_quarantined(self, where: Address) -> str:
        """Return why a file must not be read, as a sentence; "" if it may be."""
        assert self._library is not None
        held = {(one.size, one.digest): one for one in Quarantine(self._library.connections).all()}
        if not held:
            return ""
        file = _looked_at(self._library, where)
        found = held.get((file.size, file.digest))
        return "" if found is None else found.why

    def lacks_pictures(self, where: Address, settings: Settings) -> bool:
        """Say whether the library knows a file as one without pictures."""
        assert self._library is not None
        return self._library.lacks(_looked_at(self._library, where), "pictures", settings.stream)

    def keep_lack(self, where: Address, settings: Settings) -> None:
        """Note in the library that a file has no pictures."""
        assert self._library is not None
        self._library.add_lack(_looked_at(self._library, where), "pictures", settings.stream)

    def keep_sound(self, where: Address, settings: Settings) -> CachedSound:
        """Keep the codes of the sound of a file, unless that was done before; it must be a file that can be kept.

        Raises MediaError, also for a file that changed meanwhile, and LibraryError.
        """
        library = self._library
        assert library is not None
        file = _looked_at(library, where)
        with self._turn(file.digest):
            entry = library.find_sound(file, settings)
            if entry is not None:
                return CachedSound(entry, False, library.sound(entry).source, *library.name(file))
            if library.lacks(file, "sound", settings.audio_stream):
                return CachedSound(None, False)
            try:
                fingerprint = sound_fingerprint(where, settings, self._decoding.unbounded)
            except BadSetting:  # it has fewer tracks than that
                fingerprint = None
            if not _is_still(file):
                raise Unreadable(where.shown, _CHANGED)
            if fingerprint is None:
                library.add_lack(file, "sound", settings.audio_stream)
                return CachedSound(None, True)
            source = source_of_sound(where, fingerprint.sound)
            kept = library.add_sound(file, settings, source, fingerprint)
            return CachedSound(kept.entry, True, source, kept.naming, kept.other)

    @property
    def files_in_use(self) -> int:
        """Files that some thread is reading, or waits to read."""
        return len(self._turns)

    def _complain(self, error: LoopfindError) -> None:
        """Say that something could not be kept; raise it where nobody would hear. A library that takes nothing just now
        is not tried again, and that is said once for all files."""
        if self._note is None:
            raise error
        with self._guard:
            full, said = isinstance(error, LibraryUnwritable), not self._takes
            self._takes &= not full
        if not full:
            self._note(str(error))
        elif not said:
            self._note(f"nothing more is kept: {error}")

    def _turn(self, digest: bytes) -> threading.Lock:
        with self._guard:
            return self._turns.setdefault(digest, threading.Lock())


def _looked_at(library: "Library", where: Address) -> File:
    """Return a file as it is now. Raises Unreadable."""
    try:
        return library.look(where.name if where.local is None else os.fsdecode(where.local))
    except OSError as error:
        if exhausted(error):  # which is no fault of the file
            raise
        raise Unreadable(where.shown, f"cannot be read: {error.strerror}") from None


def _is_still(file: File) -> bool:
    """Say whether a file is as it was when it was looked at."""
    try:
        return look_at(file.name)[1:] == (file.size, file.changed)
    except (OSError, Unreadable):
        return False


def _named(source: Source, shown: str, file: File) -> Source:
    """Return a source that was kept as that of a file, whose path is `shown`."""
    return replace(source, path=shown, size=file.size, digest=file.digest.hex())


def _at_hand(sketches: Rows) -> Rows:
    """Return the sketches, of a long video unpacked to disk, as a decoded one has them: the engine reads them often."""
    return sketches if len(sketches) <= FRAMES_AT_HAND else copied(sketches, SKETCH_CELLS)
