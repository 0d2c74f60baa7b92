"""The tables of a library, and the steps by which an older one becomes a newer one.

A library says its version in `user_version`: how many of the STEPS have been taken. A new table or column is one more
step; steps that are there are never changed.

    content  what a file is: bytes and a digest of parts of them
    file     where a content lies, or lay when it was last looked at
    entry    what was read of a content, with one set of settings
    part     one table of an entry's fingerprint: times, codes, detail, sketches, and digests of other hash sizes
    block    some rows of a part
    repeat   one stretch of content that is shown at two or more places, and
    stretch  each of these places
    pair     two entries that share something, and how much
    compared which entries have been compared with all that were there before them
    indexed  which entries are in the index, and
    posting  the index: at which milliseconds of which entries a code is near a key (see stores/postings.py), or at
             which code of which sounds
    lacking  which streams of which contents hold no pictures, or no sound
    appearance  how a content appears at some moments, in one way, by one network
    learned  what was learned of all appearances of one way and network, such as a codebook
    job      what the service was asked to do, and what came of it
    review_item  a finding that a person decides on, and
    decision     each decision on it; what they come to stands in its decision and contested

An entry of the kind `sound` holds the codes of a track, and no pictures.
"""

import sqlite3
from contextlib import closing
from functools import cache

from loopfind.errors import LibraryError

APPLICATION = 0x6C6F6F70
"""`application_id` of every library: "loop"."""

_FIRST = (
    """CREATE TABLE content (
        id INTEGER PRIMARY KEY,
        size INTEGER NOT NULL,
        digest BLOB NOT NULL,
        UNIQUE (digest, size))""",
    """CREATE TABLE file (
        path BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        content INTEGER NOT NULL REFERENCES content ON DELETE CASCADE)""",
    "CREATE INDEX file_content ON file (content)",
    """CREATE TABLE entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        content INTEGER NOT NULL REFERENCES content ON DELETE CASCADE,
        codes INTEGER NOT NULL,
        kind TEXT NOT NULL,
        hash_size INTEGER NOT NULL,
        stream INTEGER NOT NULL,
        start REAL,
        "end" REAL,
        added REAL NOT NULL,
        closes REAL NOT NULL,
        duration REAL NOT NULL,
        frames INTEGER NOT NULL,
        fps REAL NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        codec TEXT NOT NULL,
        container TEXT NOT NULL,
        declared REAL,
        losses TEXT NOT NULL,
        bytes INTEGER NOT NULL)""",
    "CREATE INDEX entry_content ON entry (content)",
    """CREATE TABLE part (
        id INTEGER PRIMARY KEY,
        entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
        name TEXT NOT NULL,
        dtype TEXT NOT NULL,
        width INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        step INTEGER NOT NULL,
        digest BLOB NOT NULL,
        UNIQUE (entry, name))""",
    """CREATE TABLE block (
        part INTEGER NOT NULL REFERENCES part ON DELETE CASCADE,
        number INTEGER NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (part, number))""",
)

_FILES = """CREATE VIEW files AS
    SELECT CAST(file.path AS TEXT) AS path, entry.id AS entry, entry.duration, entry.frames, entry.fps, entry.width,
        entry.height, entry.codec, entry.container, entry.kind, entry.hash_size, entry.stream, entry.start,
        entry."end", file.size, file.changed / 1e9 AS changed, entry.added
    FROM entry JOIN file ON file.content = entry.content"""

_ENTRIES = """CREATE VIEW entries AS
    SELECT entry.id AS entry,
        (SELECT CAST(min(path) AS TEXT) FROM file WHERE file.content = entry.content) AS path,
        (SELECT count(*) FROM file WHERE file.content = entry.content) AS names,
        duration, frames, fps, kind, hash_size, stream, start, "end", bytes, added
    FROM entry"""

_COMPARISONS = (
    """CREATE TABLE repeat (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        length REAL NOT NULL,
        period REAL,
        confidence REAL NOT NULL,
        evidence TEXT NOT NULL)""",
    """CREATE TABLE stretch (
        repeat INTEGER NOT NULL REFERENCES repeat ON DELETE CASCADE,
        entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
        start REAL NOT NULL,
        "end" REAL NOT NULL,
        start_frame INTEGER NOT NULL,
        end_frame INTEGER NOT NULL,
        reversed INTEGER NOT NULL,
        mirrored INTEGER NOT NULL,
        turned INTEGER NOT NULL,
        speed REAL NOT NULL,
        start_first REAL,
        start_last REAL,
        end_first REAL,
        end_last REAL)""",
    "CREATE INDEX stretch_repeat ON stretch (repeat)",
    "CREATE INDEX stretch_entry ON stretch (entry)",
    """CREATE TABLE pair (
        a_entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
        b_entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
        seconds_a REAL NOT NULL,
        seconds_b REAL NOT NULL,
        whole_a INTEGER NOT NULL,
        whole_b INTEGER NOT NULL,
        PRIMARY KEY (a_entry, b_entry),
        CHECK (a_entry < b_entry)) WITHOUT ROWID""",
    "CREATE INDEX pair_other ON pair (b_entry)",
    "CREATE TABLE compared (entry INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE)",
    _FILES,
    _ENTRIES,
    """CREATE VIEW stretches AS
        SELECT repeat.id AS repeat, repeat.kind, entries.path, stretch.entry, stretch.start, stretch."end",
            stretch.start_frame, stretch.end_frame, stretch.reversed, stretch.mirrored, stretch.turned, stretch.speed,
            repeat.evidence, repeat.confidence
        FROM stretch JOIN repeat ON repeat.id = stretch.repeat JOIN entries ON entries.entry = stretch.entry""",
    """CREATE VIEW pairs AS
        SELECT a.path AS path_a, b.path AS path_b, seconds_a, seconds_b, whole_a, whole_b, a_entry, b_entry
        FROM pair JOIN entries AS a ON a.entry = a_entry JOIN entries AS b ON b.entry = b_entry""",
)

_INDEX = (
    "CREATE TABLE indexed (entry INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE)",
    """CREATE TABLE posting (
        key INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        shown INTEGER NOT NULL,
        PRIMARY KEY (key, entry, shown)) WITHOUT ROWID""",
)

_CONTENT = (
    "ALTER TABLE stretch ADD COLUMN content_start REAL NOT NULL DEFAULT 0",
    "ALTER TABLE stretch ADD COLUMN content_end REAL NOT NULL DEFAULT 0",
    # An older library does not say which part of the content each place shows: let it be the whole.
    """UPDATE stretch SET content_end = (
        SELECT max((other."end" - other.start) * other.speed) FROM stretch AS other
        WHERE other.repeat = stretch.repeat)""",
)

_SOUND = (
    """CREATE TABLE lacking (
        content INTEGER NOT NULL REFERENCES content ON DELETE CASCADE,
        what TEXT NOT NULL,
        stream INTEGER NOT NULL,
        PRIMARY KEY (content, what, stream)) WITHOUT ROWID""",
    """CREATE VIEW sounds AS
        SELECT entries.path, entry.id AS entry, entry.stream AS track, entry.closes - entry.duration AS begins,
            entry.duration, entry.codec, entry.container, entry.bytes, entry.added
        FROM entry JOIN entries ON entries.entry = entry.id WHERE entry.kind = 'sound'""",
)

_APPEARANCES = (
    """CREATE TABLE appearance (
        content INTEGER NOT NULL REFERENCES content ON DELETE CASCADE,
        way TEXT NOT NULL,
        model TEXT NOT NULL,
        stream INTEGER NOT NULL,
        width INTEGER NOT NULL,
        times BLOB NOT NULL,
        vectors BLOB NOT NULL,
        PRIMARY KEY (content, way, model, stream))""",
)

_LEARNED = (
    """CREATE TABLE learned (
        what TEXT NOT NULL,
        way TEXT NOT NULL,
        model TEXT NOT NULL,
        stream INTEGER NOT NULL,
        width INTEGER NOT NULL,
        files INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (what, way, model, stream))""",
)

_JOBS = (
    """CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        request TEXT NOT NULL,
        state TEXT NOT NULL,
        made REAL NOT NULL,
        changed REAL NOT NULL,
        version INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        holder TEXT NOT NULL,
        lease REAL NOT NULL,
        stopping INTEGER NOT NULL,
        stage TEXT NOT NULL,
        share REAL,
        problem TEXT,
        results TEXT NOT NULL,
        answer TEXT)""",
    "CREATE INDEX job_state ON job (state)",
    "CREATE INDEX job_changed ON job (changed)",
)

_REVIEW = (
    """CREATE TABLE review_item (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        seconds REAL NOT NULL,
        confidence REAL NOT NULL,
        origin TEXT NOT NULL,
        found REAL NOT NULL,
        decision TEXT,
        contested INTEGER NOT NULL)""",
    "CREATE INDEX review_item_order ON review_item (contested, seconds, id)",
    """CREATE TABLE decision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        item INTEGER NOT NULL REFERENCES review_item ON DELETE CASCADE,
        seen INTEGER NOT NULL,
        decision TEXT,
        keep INTEGER,
        note TEXT NOT NULL,
        reviewer TEXT NOT NULL,
        made REAL NOT NULL,
        undoes INTEGER)""",
    "CREATE INDEX decision_item ON decision (item)",
)

STEPS: tuple[tuple[str, ...], ...] = (
    *(_FIRST, _COMPARISONS, _INDEX, _CONTENT, _SOUND, _APPEARANCES, _LEARNED),
    *(_JOBS, _REVIEW),
)
"""Step n takes a library of version n to version n + 1."""

_CHECKED = ("content", "file", "entry", "compared", "indexed", "lacking")
"""Tables of a row a file, which are checked when a library is opened; the others are, where they are read."""

MOST_ID = (1 << 40) - 1
"""Largest number of an entry."""
_LARGEST = 1 << 62
"""Largest number of any other kind."""

VIEWS = ("files", "entries", "stretches", "pairs", "sounds")
"""Views for queries. Tables may change with any version, these do not."""


DAMAGED = "it is damaged: `loopfind library verify` tells more; to start anew delete it, then add the files again"
NONE = "there is no library yet: `loopfind library add` makes one"


def check(connection: sqlite3.Connection, shown: str) -> bool:
    """Return whether a database is a library with all steps taken; False for one that is new or older.

    Only reads. Raises LibraryError for a database that is something else, of a version still to come, or with other
    tables than the steps make: a trigger or a view of someone else's would do what it likes whenever it is used.
    """
    application, tables, version = _seen(connection)
    if application != APPLICATION and (application or tables or version):
        raise LibraryError(shown, "a database, but no library of loopfind: name another file")
    if version > len(STEPS):
        newer = f"made by a newer loopfind (version {version}; this one knows {len(STEPS)})"
        raise LibraryError(shown, f"{newer}: update loopfind, or name another library")
    if version < 0 or _made_of(connection, version) != _steps_make(version):
        raise LibraryError(shown, "its tables are not those that loopfind makes: name another file")
    for table in _CHECKED if version == len(STEPS) else ():
        if connection.execute(_wrong_row(table)).fetchone():
            raise LibraryError(shown, f"it is damaged, in its table {table}: delete it, then add the files again")
    return bool(version == len(STEPS))


@cache
def _wrong_row(table: str) -> str:
    """Return a query for a row of a table that holds what its columns do not take. SQLite keeps any value in any
    column, and infinity for a number."""
    with closing(_sample(len(STEPS))) as connection:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    sound = []
    for _, name, kind, needed, _, key in columns:
        one = f"typeof(\"{name}\") = '{kind.lower()}'"
        if kind in ("INTEGER", "REAL"):
            least, most = (0, MOST_ID) if key or name in ("content", "entry") else (-_LARGEST, _LARGEST)
            one += f' AND "{name}" BETWEEN {least} AND {most}'
        sound.append(f"({one})" if needed or key else f'("{name}" IS NULL OR {one})')
    return f"SELECT 1 FROM {table} WHERE NOT coalesce({' AND '.join(sound)}, 0) LIMIT 1"


def _made_of(connection: sqlite3.Connection, version: int) -> frozenset[tuple[str, ...]]:
    """Return type, name and text of the tables of a version, and of all that belongs to them."""
    ours = {table for _, _, table, _ in _steps_make(version)}
    found = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
    return frozenset(row for row in found if row[2] in ours)


@cache
def _steps_make(version: int) -> frozenset[tuple[str, ...]]:
    """Return what `_made_of` gives for a library on which so many steps were taken."""
    with closing(_sample(version)) as connection:
        made = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return frozenset(made)


def _sample(version: int) -> sqlite3.Connection:
    """Return an empty library in memory on which so many steps were taken."""
    connection = sqlite3.connect(":memory:")
    for step in STEPS[: max(0, version)]:
        for statement in step:
            connection.execute(statement)
    return connection


def _seen(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Application, number of tables and version, all read at one moment: another process may be making the library."""
    alone = not connection.in_transaction
    if alone:
        connection.execute("BEGIN")
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return application, tables, version
    finally:
        if alone:
            connection.execute("ROLLBACK")


def migrate(connection: sqlite3.Connection, shown: str) -> None:
    """Take the steps that are missing, all or none of them, whoever else may be about to do the same."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not check(connection, shown):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for step in STEPS[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
