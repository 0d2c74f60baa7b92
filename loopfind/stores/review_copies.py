"""The review queue of a library, copied into that of another one: findings, and every decision that is not there."""

from loopfind.stores.connections import Connection, Connections
from loopfind.stores.decisions import ReviewQueue

_ITEM = "key, kind, body, seconds, confidence, origin, found"
_LINE = "id, seen, decision, keep, note, reviewer, made, undoes"


def copy_reviews(source: Connections, target: Connections) -> int:
    """Copy findings and decisions; return how many decisions were copied. Each finding is copied with all of its
    decisions or not at all, and what is there stays, so that a copy that was cut off goes on. Raises LibraryError."""
    with source.reading() as connection:
        numbers = [number for (number,) in connection.execute("SELECT id FROM review_item ORDER BY id").fetchall()]
    return sum(_copy_item(source, target, number) for number in numbers)


def _copy_item(source: Connections, target: Connections, number: int) -> int:
    with source.snapshot() as connection:
        row = connection.execute(f"SELECT {_ITEM} FROM review_item WHERE id = ?", (number,)).fetchone()
        lines = connection.execute(f"SELECT {_LINE} FROM decision WHERE item = ? ORDER BY id", (number,)).fetchall()
    if row is None:
        return 0
    queue = ReviewQueue(target)
    with target.writing("review") as connection:
        connection.execute(
            f"INSERT INTO review_item ({_ITEM}, contested) VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
            " ON CONFLICT (key) DO NOTHING",
            tuple(row),
        )
        (item,) = connection.execute("SELECT id FROM review_item WHERE key = ?", (row[0],)).fetchone()
        copied = _copy_lines(connection, int(item), lines)
        if copied:
            queue.settle(connection, int(item))
    return copied


def _copy_lines(
    connection: Connection, item: int, lines: list[tuple[int, int, object, object, str, str, float, int]]
) -> int:
    """Add the lines of an item that are not there, with the numbers that they get here; return how many those are."""
    known = {
        (reviewer, made): line
        for line, reviewer, made in connection.execute(
            "SELECT id, reviewer, made FROM decision WHERE item = ?", (item,)
        ).fetchall()
    }
    numbers, copied = {0: 0}, 0
    for line, seen, decision, keep, note, reviewer, made, undoes in lines:
        there = known.get((reviewer, made))
        if there is None:
            undone = None if undoes is None else numbers.get(undoes)
            values = (item, numbers.get(seen, 0), decision, keep, note, reviewer, made, undone)
            (there,) = connection.execute(
                "INSERT INTO decision (item, seen, decision, keep, note, reviewer, made, undoes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                values,
            ).fetchone()
            copied += 1
        numbers[line] = int(there)
    return copied
