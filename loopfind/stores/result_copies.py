"""Copies of what a library found out from one library into another: lacks, likeness, its index, comparisons."""

from collections.abc import Mapping

from loopfind.errors import LibraryError
from loopfind.stores.comparisons import NEW_REPEAT, NEW_STRETCH, REPEAT_COLUMNS
from loopfind.stores.connections import Connections
from loopfind.stores.entries import content_of
from loopfind.stores.postings import NEW_INDEXED, NEW_POSTING, POSTINGS_AT_ONCE

_APPEARANCE = "way, model, stream, width, times, vectors"
_APPEARANCES_AT_ONCE = 64
_NEW_APPEARANCE = f"INSERT INTO appearance (content, {_APPEARANCE}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_NEXT_APPEARANCES = f"""SELECT digest, size, content, {_APPEARANCE} FROM appearance JOIN content ON content.id = content
    WHERE (content, way, model, stream) > (?, ?, ?, ?) ORDER BY content, way, model, stream LIMIT ?"""
_LEARNED = "what, way, model, stream, width, files, data"
_NEW_LEARNED = f"INSERT INTO learned ({_LEARNED}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_NEXT_POSTINGS = """SELECT key, entry, shown FROM posting WHERE (key, entry, shown) > (?, ?, ?)
    ORDER BY key, entry, shown LIMIT ?"""
_LEAST = -(1 << 62)


def copy_lacks(source: Connections, target: Connections) -> None:
    """Copy which streams of which contents hold no pictures, or no sound."""
    with source.reading() as asked:
        rows = asked.execute(
            "SELECT digest, size, what, stream FROM lacking JOIN content ON content.id = content ORDER BY content"
        ).fetchall()
    with target.writing() as connection:
        for digest, size, what, stream in rows:
            content = content_of(connection, digest, size)
            connection.execute("INSERT INTO lacking VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (content, what, stream))


def copy_appearances(source: Connections, target: Connections) -> int:
    """Copy how contents appear; what was written is read back. Return how many appearances there are.

    Raises LibraryError where one does not come back as it was. One that the other library had stays as it is there.
    """
    last, count = (_LEAST, "", "", _LEAST), 0
    while True:
        with source.reading() as asked:
            rows = asked.execute(_NEXT_APPEARANCES, (*last, _APPEARANCES_AT_ONCE)).fetchall()
        if not rows:
            return count
        last, count = (rows[-1][2], *rows[-1][3:6]), count + len(rows)
        with target.writing() as connection:
            for digest, size, _, *values in rows:
                content = content_of(connection, digest, size)
                if not connection.execute(_NEW_APPEARANCE, (content, *values)).rowcount:
                    continue
                found = connection.execute(
                    "SELECT width, times, vectors FROM appearance"
                    " WHERE content = ? AND way = ? AND model = ? AND stream = ?",
                    (content, *values[:3]),
                ).fetchone()
                if tuple(found) != tuple(values[3:]):
                    raise LibraryError(target.shown, "it does not give back what was written of likeness")


def copy_learned(source: Connections, target: Connections) -> int:
    """Copy what was learned, but for what the other library has learned itself; return how much there is."""
    with source.reading() as asked:
        rows = asked.execute(f"SELECT {_LEARNED} FROM learned").fetchall()
    with target.writing() as connection:
        for row in rows:
            connection.execute(_NEW_LEARNED, row)
    return len(rows)


def copy_index(source: Connections, target: Connections, entries: Mapping[int, int]) -> int:
    """Copy the index of the entries that the other library has not in its own; return how many that are. entries: of
    the first library -> of the other. What was cut off goes in again; a row that is there stays."""
    with source.reading() as asked:
        indexed = {number for (number,) in asked.execute("SELECT entry FROM indexed")}
    with target.reading() as asked:
        known = {number for (number,) in asked.execute("SELECT entry FROM indexed")}
    wanted = {old: new for old, new in entries.items() if old in indexed and new not in known}
    last = (_LEAST, _LEAST, _LEAST)
    while wanted:
        with source.reading() as asked:
            rows = asked.execute(_NEXT_POSTINGS, (*last, POSTINGS_AT_ONCE)).fetchall()
        if not rows:
            break
        last = tuple(rows[-1])
        moved = [(key, wanted[entry], shown) for key, entry, shown in rows if entry in wanted]
        with target.writing() as connection:
            connection.executemany(NEW_POSTING, moved)
    with target.writing() as connection:
        connection.executemany(NEW_INDEXED, [(number,) for number in wanted.values()])
    return len(wanted)


def copy_comparisons(source: Connections, target: Connections, entries: Mapping[int, int]) -> bool:
    """Copy what was found in comparisons, in the place of what was; all or nothing. Return whether that was done.

    It is where the other library has no entries but these, in the same order: else some of them were never compared
    with those that it had, and `library compare` finds out anew.
    """
    with source.snapshot() as asked:
        compared = [number for (number,) in asked.execute("SELECT entry FROM compared ORDER BY entry")]
        turns = asked.execute("SELECT entry, number FROM turn").fetchall()
        repeats = asked.execute(f"SELECT id, {REPEAT_COLUMNS} FROM repeat ORDER BY id").fetchall()
        stretches = asked.execute("SELECT * FROM stretch ORDER BY repeat, entry, start").fetchall()
        pairs = asked.execute("SELECT * FROM pair").fetchall()
    order = [entries[old] for old in sorted(entries)]
    if order != sorted(order):
        return False
    with target.writing() as connection:
        there = {number for (number,) in connection.execute("SELECT id FROM entry")}
        if there != set(order):
            return False
        for table in ("compared", "turn", "repeat", "pair"):  # stretches go with their repeats
            connection.execute(f"DELETE FROM {table}")
        connection.executemany(
            "INSERT INTO compared (entry) VALUES (?)", [(entries[old],) for old in compared if old in entries]
        )
        connection.executemany(
            "INSERT INTO turn (entry, number) VALUES (?, ?)",
            [(entries[old], number) for old, number in turns if old in entries],
        )
        made = {}
        for number, *head in repeats:
            rows = connection.execute(NEW_REPEAT, head).fetchall()
            made[number] = rows[0][0]
        connection.executemany(
            NEW_STRETCH,
            [(made[repeat], entries[old], *rest) for repeat, old, *rest in stretches if old in entries],
        )
        connection.executemany(
            "INSERT INTO pair (a_entry, b_entry, seconds_a, seconds_b, whole_a, whole_b) VALUES (?, ?, ?, ?, ?, ?)",
            [(entries[a], entries[b], *rest) for a, b, *rest in pairs if a in entries and b in entries],
        )
    return True
