"""A library, whichever database it is in.

Every entry is written in one transaction, so it is there whole or not at all, and what a process had finished stays
when it is killed. Readers do not wait for writers; writers wait for one another.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from loopfind.errors import LibraryError
from loopfind.model.dtypes import Words
from loopfind.model.fingerprint import Fingerprint, Track
from loopfind.model.library import (
    CODES,
    SOUND,
    SOUND_BITS,
    Entry,
    EntryPage,
    EntryQuery,
    File,
    Kept,
    Lacking,
    Naming,
    Problem,
    Reading,
    SoundReading,
    TrackReading,
)
from loopfind.model.sound import SoundFingerprint, code_count
from loopfind.model.video import Source, Watch
from loopfind.settings import Settings
from loopfind.stores import checks, entry_lists, maintenance, schema
from loopfind.stores.blocks import AnyRows, ReadableRows
from loopfind.stores.connections import Connection, Connections
from loopfind.stores.digest import digest_of
from loopfind.stores.entries import KEY, NewEntry, add_entry, named_file, paths_of
from loopfind.stores.places import look_at
from loopfind.stores.tables import Stored, Tables

_AS_IT_WAS = "FROM file JOIN content ON content.id = content WHERE path = ? AND file.size = ? AND changed = ?"
_SEEN = f"codes = ? AND kind <> '{SOUND}' AND stream = ? AND start IS ? AND \"end\" IS ?"
_HELD = (
    "SELECT content, kind, hash_size, closes, duration, frames, fps, width, height, codec, container, declared, losses"
    " FROM entry WHERE id = ?"
)


class Library:
    """Made by `open_library`; to be used in a `with` statement, by any number of threads.

    Every method raises LibraryError for a library that is damaged, full, not to be written, not to be reached, or held
    by another program for longer than the patience that it was opened with.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections, self._tables = connections, Tables(connections)

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the library; sketches of its readings can be read no more."""
        self._connections.close()

    @property
    def shown(self) -> str:
        """The name of the library, for messages."""
        return self._connections.shown

    @property
    def connections(self) -> Connections:
        """The connections that further tables are read and written through."""
        return self._connections

    def look(self, path: str | os.PathLike[str]) -> File:
        """Return the file as it is now. Where size and time of change are as they were, its content is not read again.

        Raises OSError for a file that cannot be read, and Unreadable for an object that cannot.
        """
        real, size, changed = look_at(path)
        with self._connections.reading() as connection:
            row = connection.execute(f"SELECT digest {_AS_IT_WAS}", (real, size, changed)).fetchone()
        return File(real, size, changed, digest_of(real, size) if row is None else row[0])

    def find(self, file: File, settings: Settings) -> int | None:
        """Return the id of the entry for this content and these settings."""
        key = (CODES, settings.kind, settings.hash_size, settings.stream, settings.start, settings.end)
        return self._find(file, KEY, key)

    def find_track(self, file: File, settings: Settings) -> int | None:
        """Return the id of an entry for this content, stream and limits, whatever its kind and hash size."""
        return self._find(file, _SEEN, (CODES, settings.stream, settings.start, settings.end))

    def _find(self, file: File, condition: str, key: tuple[object, ...]) -> int | None:
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT entry.id FROM entry JOIN content ON content.id = entry.content"
                f" WHERE digest = ? AND size = ? AND {condition} ORDER BY entry.id",
                (file.digest, file.size, *key),
            ).fetchone()
        return None if row is None else int(row[0])

    def name(self, file: File) -> tuple[Naming, str]:
        """Note which content lies at the path of the file; returns what is new about that, and the path that a moved
        file had, or another name of the content."""
        with self._connections.reading() as connection:  # first, for a reader need not wait for writers
            row = connection.execute(f"SELECT digest {_AS_IT_WAS}", (file.path, file.size, file.changed)).fetchone()
        if row is not None and row[0] == file.digest:
            return "same", ""
        with self._connections.writing() as connection:
            return named_file(connection, file)[1:]

    def add(self, file: File, settings: Settings, reading: Reading, sizes: Mapping[int, Words] | None = None) -> Kept:
        """Keep what was read of a file, and note where it lies.

        settings: the stream and limits that it was read with. sizes: hash size -> digests (n,) uint64 of the codes at
        that size, where they were made too. What was kept of the same content with the same settings goes. Rows are
        read and written a slice at a time.
        """
        drawn = reading.fingerprint
        parts: dict[str, ReadableRows] = {
            "times": drawn.times[:, None],
            "codes": drawn.codes,
            "detail": drawn.detail[:, None],
            "sketches": drawn.sketches,
            **{f"size {size}": digests[:, None] for size, digests in (sizes or {}).items()},
        }
        with self._connections.writing() as connection:
            content, naming, other = named_file(connection, file)
            held = NewEntry(drawn.kind, drawn.hash_size, settings.stream, drawn.end, reading.source, reading.losses)
            entry = add_entry(connection, content, settings, held, parts)
        return Kept(entry, naming, other)

    def find_sound(self, file: File, settings: Settings) -> int | None:
        """Return the id of the entry of the sound of this content, with the track and limits of the settings."""
        return self._find(file, KEY, (CODES, SOUND, SOUND_BITS, settings.audio_stream, settings.start, settings.end))

    def lacks(self, file: File, what: Lacking, stream: int) -> bool:
        """Say whether this content is known to hold no such stream."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM lacking JOIN content ON content.id = content"
                " WHERE digest = ? AND size = ? AND what = ? AND stream = ?",
                (file.digest, file.size, what, stream),
            ).fetchone()
        return row is not None

    def add_sound(self, file: File, settings: Settings, source: Source, fingerprint: SoundFingerprint) -> Kept:
        """Keep the codes of a sound that was read of a file, and note where the file lies. source: of the sound."""
        held = NewEntry(SOUND, SOUND_BITS, settings.audio_stream, fingerprint.sound.end, source)
        with self._connections.writing() as connection:
            content, naming, other = named_file(connection, file)
            entry = add_entry(connection, content, settings, held, {"codes": fingerprint.codes[:, None]})
        return Kept(entry, naming, other)

    def add_lack(self, file: File, what: Lacking, stream: int) -> None:
        """Note that a content holds no such stream, so that it need not be looked for again."""
        with self._connections.writing() as connection:
            content = named_file(connection, file)[0]
            connection.execute("INSERT INTO lacking VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (content, what, stream))

    def sound(self, entry: int) -> SoundReading:
        """Return what is kept of a sound; its codes are read a slice at a time. Raises KeyError for no such entry."""
        with self._connections.snapshot() as connection:
            row = connection.execute(_HELD, (entry,)).fetchone()
            if row is None:
                raise KeyError(entry)
            content, _, _, closes, duration, frames, *rest, _ = row
            ((track, size, digest),) = connection.execute(
                "SELECT stream, size, digest FROM entry JOIN content ON content.id = content WHERE entry.id = ?",
                (entry,),
            )
            paths, codes = paths_of(connection, content), self.rows(entry, "codes")
        known = checks.is_source(duration, frames, *rest) and checks.is_number(closes) and codes.width == 1
        if not known or duration < 0 or codes.dtype != np.uint32 or len(codes) != code_count(duration):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        source = replace(Source(paths[0] if paths else "", duration, frames, *rest), size=size, digest=digest.hex())
        return SoundReading(codes, source, closes - duration, track, paths)

    def reading(self, entry: int) -> Reading:
        """Return what was read, as it was. Its sketches are read from the library a slice at a time, for as long as
        this is open; the rest is in memory, 12 bytes a frame and the codes.

        The path of its source is the first of the files that hold it, or empty. Raises KeyError where there is no such
        entry.
        """
        with self._connections.snapshot() as connection:
            read, kind, hash_size = self._track(connection, entry)
            fingerprint = Fingerprint(
                times=read.track.times,
                end=read.track.end,
                detail=read.track.detail,
                sketches=read.track.sketches,
                kind=kind,
                hash_size=hash_size,
                codes=_whole(self.rows(entry, "codes")),
            )
        return Reading(fingerprint, read.source, read.losses)

    def track(self, entry: int) -> TrackReading:
        """Return what was read but for its codes, as `reading` does."""
        with self._connections.snapshot() as connection:
            return self._track(connection, entry)[0]

    def _track(self, connection: Connection, entry: int) -> tuple[TrackReading, str, int]:
        """Return what was read but for its codes, with the kind and hash size of these."""
        row = connection.execute(_HELD, (entry,)).fetchone()
        if row is None:
            raise KeyError(entry)
        content, kind, hash_size, closes, duration, frames, *rest, losses = row
        paths = paths_of(connection, content)
        tables = self._tables.several(entry, "times", "detail", "sketches")
        if len(tables) < 3:
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        times = _whole(tables["times"])
        lost = checks.losses_in(losses)
        known = checks.is_source(duration, frames, *rest) and isinstance(kind, str) and isinstance(hash_size, int)
        if lost is None or not known or not checks.are_times(times, closes, frames):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        track = Track(
            times=times[:, 0],
            end=closes,
            detail=_whole(tables["detail"])[:, 0],
            sketches=tables["sketches"],
        )
        source = Source(paths[0] if paths else "", duration, frames, *rest)
        if not len(track.times) == len(track.detail) == len(track.sketches):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return TrackReading(track, source, lost), kind, hash_size

    def rows(self, entry: int, name: str = "sketches") -> Stored:
        """One table of an entry that is there, (n, width), read a slice at a time."""
        try:
            return self._tables.rows(entry, name)
        except KeyError:
            raise LibraryError(self._connections.shown, schema.DAMAGED) from None

    def sizes(self, entry: int) -> dict[int, Words]:
        """Hash size -> digests (n,) uint64 of the codes at that size, as far as they were kept with the entry."""
        with self._connections.snapshot() as connection:
            names = connection.execute(
                "SELECT name FROM part WHERE entry = ? AND name LIKE 'size %'", (entry,)
            ).fetchall()
            return {int(name.removeprefix("size ")): self._tables.whole(entry, name)[:, 0] for (name,) in names}

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries that can be used, in the order in which they were added."""
        return entry_lists.all_entries(self._connections)

    def entry(self, number: int) -> Entry | None:
        """Return the entry of a number; None where there is none that can be used."""
        return self.entries_of([number]).get(number)

    def entries_of(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """Return entries that can be used, by number; numbers that none has are left out."""
        return entry_lists.some_entries(self._connections, numbers)

    def entry_page(self, query: EntryQuery) -> EntryPage:
        """Return a page of the entries that a query asks for."""
        return entry_lists.entry_page(self._connections, query)

    def files(self) -> tuple[File, ...]:
        """Return every file that is named, as it was when it was last looked at, sorted by path."""
        return entry_lists.all_files(self._connections)

    def files_at(self, paths: Sequence[str]) -> dict[str, File]:
        """Return the files at some paths, by path; paths that the library does not name are left out."""
        return entry_lists.files_at(self._connections, paths)

    def files_with(self, digest: bytes) -> tuple[File, ...]:
        """Return the files that hold a content, sorted by path."""
        return entry_lists.files_with(self._connections, digest)

    def remove(self, entries: Iterable[int] = (), paths: Iterable[bytes] = ()) -> None:
        """Take out entries by id and files by their real paths, and give the space back to the disk. A content goes
        with its last entry and with its last file; what was found in comparisons goes with either side."""
        maintenance.remove(self._connections, entries, paths)

    def outdated(self) -> tuple[int, ...]:
        """Entries of an older loopfind, which are of no use any more."""
        return maintenance.outdated(self._connections)

    def verify(self, watch: Watch | None = None) -> Iterator[Problem]:
        """Yield the faults of the database, of what was kept, and of the files; nothing is changed."""
        return maintenance.verify(self._connections, watch)


def _whole(table: Stored) -> AnyRows:
    """Return all rows of a table, in memory."""
    return table[0 : len(table)]
