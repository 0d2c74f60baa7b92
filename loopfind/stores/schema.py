"""The tables of a library, and the steps by which an older one becomes a newer one.

A library says its version: how many of the STEPS have been taken. A new table or column is one more step; steps that
are there are never changed. They are written for SQLite; other stores translate them.

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
    index_size  how many rows the index has of each of its tables, and of what it held when they were counted
    lacking  which streams of which contents hold no pictures, or no sound
    appearance  how a content appears at some moments, in one way, by one network
    learned  what was learned of all appearances of one way and network, such as a codebook
    job      what the service was asked to do, and what came of it
    review_item  a finding that a person decides on, and
    decision     each decision on it; what they come to stands in its decision and contested
    quarantine  contents that are not read any more, as they ended every process that read them

An entry of the kind `sound` holds the codes of a track, and no pictures.
"""

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

_INDEX_SIZES = (
    """CREATE TABLE index_size (
        number INTEGER PRIMARY KEY,
        stamp TEXT NOT NULL,
        rows INTEGER NOT NULL)""",
)

_REVIEW_ORDER = (
    "CREATE INDEX review_item_standing ON review_item (decision, contested, seconds, id)",
    "CREATE INDEX review_item_origin ON review_item (origin)",
)

_QUARANTINE = (
    """CREATE TABLE quarantine (
        size INTEGER NOT NULL,
        digest BLOB NOT NULL,
        path BLOB NOT NULL,
        processes INTEGER NOT NULL,
        added REAL NOT NULL,
        PRIMARY KEY (digest, size))""",
)

_TURNS = (
    """CREATE TABLE turn (
        entry INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
        number INTEGER NOT NULL)""",
    # An older library was compared in the order in which it was added.
    "INSERT INTO turn (entry, number) SELECT entry, entry FROM compared",
)

STEPS: tuple[tuple[str, ...], ...] = (
    *(_FIRST, _COMPARISONS, _INDEX, _CONTENT, _SOUND, _APPEARANCES, _LEARNED),
    *(_JOBS, _REVIEW, _INDEX_SIZES),
    *(_REVIEW_ORDER, _QUARANTINE, _TURNS),
)
"""Step n takes a library of version n to version n + 1."""

VIEWS = ("files", "entries", "stretches", "pairs", "sounds")
"""Views for queries. Tables may change with any version, these do not."""

DAMAGED = "it is damaged: `loopfind library verify` tells more; to start anew delete it, then add the files again"
NONE = "there is no library yet: `loopfind library add` makes one"
