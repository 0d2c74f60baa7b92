"""The review queue of a library: findings that wait for a person, and every decision on them.

A finding is known by the contents that it is of, so that what was decided stands when files are moved, taken out and
added again. Nothing is written over: a decision, and the taking back of one, is one more line of a log, and what the
lines on an item come to stands beside the item for the order of the queue.
"""

import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, get_args

from loopfind.errors import LibraryError, ReviewRefused
from loopfind.model.library import CODES, SOUND
from loopfind.model.report import Occurrence
from loopfind.model.review import Decision
from loopfind.model.review_queue import (
    DecisionMade,
    ItemKind,
    QueuedItem,
    ReviewedFile,
    ReviewItem,
    Standing,
    standing_lines,
    state_of,
)
from loopfind.stores import schema
from loopfind.stores.connections import Connection, Connections

LONGEST_NOTE, LONGEST_NAME = 500, 60
"""Letters of a note, and of a reviewer's name."""

_WHERE: dict[Standing, str] = {
    "open": "decision IS NULL",
    "accept": "decision = 'accept'",
    "reject": "decision = 'reject'",
    "contested": "contested = 1",
    "decided": "decision IN ('accept', 'reject')",
    "all": "1 = 1",
}
_ORDER = "contested DESC, seconds DESC, id DESC"
_ITEM = "id, kind, body, seconds, confidence, origin"
_LINE = "id, seen, decision, keep, note, reviewer, made, undoes"
_PLACES = ("start", "end", "content_start", "content_end", "speed")
_FLAGS = ("reversed", "mirrored")
_WHOLE = ("start_frame", "end_frame", "turned", "file")


class NewDecision(NamedTuple):
    """A decision as a reviewer makes it. seen: `head` of the state that the reviewer was shown; the rest as in
    DecisionMade."""

    reviewer: str
    seen: int
    decision: Decision | None
    keep: int | None = None
    note: str = ""


class ReviewQueue:
    """The queue of a library, through its connections. Every method raises LibraryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def enter(self, items: Iterable[ReviewItem]) -> int:
        """Put findings into the queue, and return how many were not there. One that was keeps its decisions, and is of
        the job that found it last."""
        rows = [
            (item.key, item.kind, _body(item), item.seconds, item.confidence, item.origin, time.time())
            for item in items
        ]
        with self._connections.writing("review") as connection:
            before = _count(connection, "all")
            connection.executemany(
                "INSERT INTO review_item (key, kind, body, seconds, confidence, origin, found, contested)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (key) DO UPDATE SET kind = excluded.kind,"
                " body = excluded.body, seconds = excluded.seconds, confidence = excluded.confidence, origin ="
                " CASE excluded.origin WHEN 'library' THEN review_item.origin ELSE excluded.origin END",
                rows,
            )
            return _count(connection, "all") - before

    def counts(self) -> dict[Standing, int]:
        """Return how many items there are of each standing."""
        with self._connections.snapshot() as connection:
            rows = connection.execute(
                "SELECT decision, contested, count(*) FROM review_item GROUP BY decision, contested"
            ).fetchall()
        held = {(decision, bool(contested)): int(number) for decision, contested, number in rows}
        accepted, rejected = held.get(("accept", False), 0), held.get(("reject", False), 0)
        contested, fresh = held.get((None, True), 0), held.get((None, False), 0)
        decided, still = accepted + rejected, fresh + contested
        return {
            "open": still,
            "accept": accepted,
            "reject": rejected,
            "contested": contested,
            "decided": decided,
            "all": decided + still,
        }

    def items(self, standing: Standing, start: int = 0, most: int | None = None) -> list[QueuedItem]:
        """Return items in the order of the queue: contested ones, then those of most seconds. most: None for all."""
        limit = "" if most is None else f" LIMIT {int(most)} OFFSET {int(start)}"
        with self._connections.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {_ITEM} FROM review_item WHERE {_WHERE[standing]} ORDER BY {_ORDER}{limit}"
            ).fetchall()
            return [self._queued(connection, row) for row in rows]

    def items_of_origin(self, origin: str, most: int) -> list[QueuedItem]:
        """Return up to so many items of an origin, in the order of the queue."""
        with self._connections.snapshot() as connection:
            rows = connection.execute(
                f"SELECT {_ITEM} FROM review_item WHERE origin = ? ORDER BY {_ORDER} LIMIT {int(most)}", (origin,)
            ).fetchall()
            return [self._queued(connection, row) for row in rows]

    def item(self, number: int) -> QueuedItem:
        """Return one item. Raises KeyError where there is none of this number."""
        with self._connections.snapshot() as connection:
            return self._item(connection, number)

    def item_of(self, key: str) -> QueuedItem | None:
        """Return the item of a key, None where it is not in the queue."""
        with self._connections.snapshot() as connection:
            row = connection.execute(f"SELECT {_ITEM} FROM review_item WHERE key = ?", (key,)).fetchone()
            return None if row is None else self._queued(connection, row)

    def neighbour(self, number: int, way: int, standing: Standing = "all") -> int | None:
        """Return the number of the next item of a standing (way 1), or of the one before (way -1), as the queue is
        ordered; None behind its ends. Raises KeyError where there is no item of this number."""
        with self._connections.snapshot() as connection:
            row = connection.execute(
                "SELECT contested, seconds, id FROM review_item WHERE id = ?", (number,)
            ).fetchone()
            if row is None:
                raise KeyError(number)
            beyond, order = ("<", _ORDER) if way > 0 else (">", "contested, seconds, id")
            found = connection.execute(
                f"SELECT id FROM review_item WHERE {_WHERE[standing]} AND (contested, seconds, id) {beyond} (?, ?, ?)"
                f" ORDER BY {order} LIMIT 1",
                tuple(row),
            ).fetchone()
        return None if found is None else int(found[0])

    def decide(self, number: int, new: NewDecision) -> QueuedItem:
        """Add a decision to the log, whatever others have decided meanwhile; return the item as it is then.

        Raises KeyError where there is no such item, and ReviewRefused for a decision that says nothing.
        """
        name, note = _line(new.reviewer, LONGEST_NAME), _line(new.note, LONGEST_NOTE)
        if not name:
            raise ReviewRefused("a decision needs the name of who makes it")
        with self._connections.writing("review") as connection:
            item = self._locked(connection, number)
            if new.keep is not None and not 0 <= new.keep < len(item.item.files):
                raise ReviewRefused(f"there is no file {new.keep + 1} to keep in this finding")
            row = (number, new.seen, new.decision, new.keep, note, name, time.time(), None)
            return self._added(connection, number, row)

    def undo(self, reviewer: str) -> QueuedItem:
        """Take back the last decision of a reviewer that is not taken back; again, the one before that.

        Raises ReviewRefused where there is none, or somebody has decided on the same since.
        """
        name = _line(reviewer, LONGEST_NAME)
        with self._connections.writing("review") as connection:
            last = connection.execute(
                "SELECT id, item FROM decision WHERE reviewer = ? AND undoes IS NULL"
                " AND id NOT IN (SELECT undoes FROM decision WHERE undoes IS NOT NULL) ORDER BY id DESC LIMIT 1",
                (name,),
            ).fetchone()
            if last is None:
                raise ReviewRefused("there is nothing to take back")
            line, number = last
            item = self._locked(connection, number)
            standing = standing_lines(self._lines(connection, number))
            if standing[-1].id != line:
                since = standing[-1].reviewer
                raise ReviewRefused(f"{since} has decided on finding {number} since: look at it, and decide anew")
            row = (number, item.state.head, None, None, "", name, time.time(), line)
            return self._added(connection, number, row)

    def settle(self, connection: Connection, number: int) -> QueuedItem:
        """Bring an item up to date with its lines, within a transaction that writes; return it."""
        after = self._item(connection, number)
        connection.execute(
            "UPDATE review_item SET decision = ?, contested = ? WHERE id = ?",
            (after.state.decision, int(bool(after.state.contested)), number),
        )
        return after

    def history(self, number: int) -> list[DecisionMade]:
        """Return every line on an item, in order."""
        with self._connections.reading() as connection:
            return self._lines(connection, number)

    def since(self, line: int) -> list[tuple[int, DecisionMade]]:
        """Return, for every line after one, the number of its item and the line."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT item, {_LINE} FROM decision WHERE id > ? ORDER BY id", (line,)
            ).fetchall()
        return [(int(number), self._read_line(rest)) for number, *rest in rows]

    def last_line(self) -> int:
        """Return the id of the last line of the log, 0 for none."""
        with self._connections.reading() as connection:
            row = connection.execute("SELECT coalesce(max(id), 0) FROM decision").fetchone()
        return int(row[0])

    def holdings(self) -> tuple[int, float]:
        """Return how many contents with pictures the library holds, and their seconds."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT count(*), coalesce(sum(seconds), 0.0) FROM (SELECT max(duration) AS seconds FROM entry"
                f" WHERE codes = ? AND kind <> '{SOUND}' GROUP BY content) AS held",
                (CODES,),
            ).fetchone()
        return int(row[0]), float(row[1])

    def contents(self) -> dict[int, tuple[str, int]]:
        """Return, for each entry of the library, digest and size of its content."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT entry.id, digest, content.size FROM entry JOIN content ON content.id = content"
            )
            return {int(entry): (bytes(digest).hex(), int(size)) for entry, digest, size in rows}

    def entry_of(self, file: ReviewedFile) -> int | None:
        """Return an entry of the library for the pictures of a file, None where it holds none."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT min(entry.id) FROM entry JOIN content ON content.id = content"
                f" WHERE digest = ? AND content.size = ? AND codes = ? AND kind <> '{SOUND}' AND stream = 0",
                (bytes.fromhex(file.digest), file.size, CODES),
            ).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def paths(self, files: Sequence[ReviewedFile]) -> list[tuple[str, ...]]:
        """Return, for each file, where the library says that its content lies."""
        with self._connections.snapshot() as connection:
            return [
                tuple(
                    os.fsdecode(path)
                    for (path,) in connection.execute(
                        "SELECT path FROM file JOIN content ON content.id = content"
                        " WHERE digest = ? AND content.size = ? ORDER BY path",
                        (bytes.fromhex(file.digest), file.size),
                    )
                )
                for file in files
            ]

    def _locked(self, connection: Connection, number: int) -> QueuedItem:
        """Return an item that nobody else adds to until this transaction ends. Raises KeyError."""
        connection.execute("UPDATE review_item SET contested = contested WHERE id = ?", (number,))
        return self._item(connection, number)

    def _added(self, connection: Connection, number: int, row: tuple[object, ...]) -> QueuedItem:
        """Add a line, and bring the item up to date."""
        connection.execute(
            "INSERT INTO decision (item, seen, decision, keep, note, reviewer, made, undoes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return self.settle(connection, number)

    def _item(self, connection: Connection, number: int) -> QueuedItem:
        row = connection.execute(f"SELECT {_ITEM} FROM review_item WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return self._queued(connection, row)

    def _queued(self, connection: Connection, row: Sequence[Any]) -> QueuedItem:
        number, kind, body, seconds, confidence, origin = row
        item = _read_item(kind, body, seconds, confidence, origin)
        if item is None:
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return QueuedItem(int(number), item, state_of(self._lines(connection, number)))

    def _lines(self, connection: Connection, number: int) -> list[DecisionMade]:
        rows = connection.execute(f"SELECT {_LINE} FROM decision WHERE item = ? ORDER BY id", (number,)).fetchall()
        return [self._read_line(row) for row in rows]

    def _read_line(self, row: Sequence[Any]) -> DecisionMade:
        line, seen, decision, keep, note, reviewer, made, undoes = row
        whole = all(isinstance(one, int) for one in (line, seen, keep or 0, undoes or 0))
        texts = decision in (None, *get_args(Decision)) and isinstance(note, str) and isinstance(reviewer, str)
        if not whole or not texts or not isinstance(made, float):
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return DecisionMade(line, seen, decision, keep, note, reviewer, made, undoes)


def _count(connection: Connection, standing: Standing) -> int:
    row = connection.execute(f"SELECT count(*) FROM review_item WHERE {_WHERE[standing]}").fetchone()
    return int(row[0])


def _line(text: str, most: int) -> str:
    """Return a text on one line, cut to so many letters, without what a database does not take."""
    plain = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    return plain.encode("utf-8", "replace").decode()[:most].strip()


def _body(item: ReviewItem) -> str:
    """Return the files and stretches of an item as they are kept."""
    names = (*_PLACES, *_FLAGS, *_WHOLE)
    stretches = [[{name: getattr(one, name) for name in names} for one in shown] for shown in item.stretches]
    return json.dumps({"files": [asdict(file) for file in item.files], "stretches": stretches}, separators=(",", ":"))


def _read_item(kind: Any, body: Any, seconds: Any, confidence: Any, origin: Any) -> ReviewItem | None:
    """Return the item that a row holds, None for a row that is none."""
    try:
        whole = json.loads(body)
        files = tuple(ReviewedFile(**file) for file in whole["files"])
        stretches = tuple(tuple(Occurrence(**one) for one in shown) for shown in whole["stretches"])
        for file in files:
            bytes.fromhex(file.digest)
        numbers = (seconds, confidence, *(one for file in files for one in (file.size, file.duration, file.width)))
        places = [getattr(one, name) for shown in stretches for one in shown for name in _PLACES]
        there = {one.file for shown in stretches for one in shown}
        good = kind in get_args(ItemKind) and isinstance(origin, str) and 1 <= len(files) <= 2
        good = good and all(isinstance(one, int | float) for one in (*numbers, *places))
        if not good or not there <= set(range(len(files))):
            return None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return ReviewItem(kind, files, stretches, seconds, confidence, origin)
