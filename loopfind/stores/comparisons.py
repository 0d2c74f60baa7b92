"""Results of comparisons in the library: entries to compare, and what they share."""

from collections.abc import Iterable, Sequence

from loopfind.errors import LibraryError
from loopfind.model.comparison import Shared
from loopfind.model.library import CODES, SOUND
from loopfind.model.report import Occurrence, Repeat, counted_from_first_content
from loopfind.stores import schema
from loopfind.stores.checks import is_amount, is_repeat, is_stretch
from loopfind.stores.connections import Connection, Connections

_STANDING = f"""SELECT entry.id, content, frames, turn.number FROM entry JOIN content ON content.id = content
    LEFT JOIN turn ON turn.entry = entry.id WHERE entry.id IN (
        SELECT min(id) FROM entry WHERE codes = ? AND kind <> '{SOUND}' GROUP BY content, stream, start, "end")
    ORDER BY digest, stream, coalesce(start, -1), coalesce("end", -1)"""
REPEAT_COLUMNS = "kind, length, period, confidence, evidence"
NEW_REPEAT = f"INSERT INTO repeat ({REPEAT_COLUMNS}) VALUES (?, ?, ?, ?, ?) RETURNING id"
NEW_STRETCH = f"INSERT INTO stretch VALUES ({', '.join('?' * 16)})"
_PAIR = """INSERT INTO pair (a_entry, b_entry, seconds_a, seconds_b, whole_a, whole_b) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (a_entry, b_entry) DO UPDATE SET seconds_a = excluded.seconds_a, seconds_b = excluded.seconds_b,
        whole_a = excluded.whole_a, whole_b = excluded.whole_b"""


class Results:
    """The comparisons of a library."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def standing(self) -> list[tuple[int, int, int]]:
        """Entries to compare: id, content, and frames, in the order in which they are compared: those that have their
        turn by it, the others behind them by path. So answers are the same in whichever order files were added.

        Of a content that was read with several kinds or hash sizes one entry stands for all, as these make no
        difference.
        """
        with self._connections.snapshot() as connection:
            return [(entry, content, frames) for entry, content, frames, _ in _in_turn(connection)]

    def line_up(self) -> None:
        """Give entries that have no turn yet theirs, so that all who compare them have them in one order, and a
        comparison that was stopped goes on in it."""
        with self._connections.snapshot() as connection:
            if all(turn is not None for *_, turn in _in_turn(connection)):
                return
        with self._connections.writing() as connection:
            ((last,),) = connection.execute("SELECT coalesce(max(number), 0) FROM turn").fetchall()
            new = [entry for entry, _, _, turn in _in_turn(connection) if turn is None]
            rows = [(entry, number) for number, entry in enumerate(new, last + 1)]
            connection.executemany("INSERT INTO turn (entry, number) VALUES (?, ?)", rows)

    def compared(self) -> set[int]:
        """Entries that were compared with all that were there before them."""
        with self._connections.reading() as connection:
            return {number for (number,) in connection.execute("SELECT entry FROM compared")}

    def write(
        self, compared: Iterable[int], entries: Sequence[int], repeats: Sequence[Repeat], pairs: Sequence[Shared]
    ) -> None:
        """Note what was found, and that the compared entries need not be compared again; all or nothing.

        entries: the entry of each file that the repeats and pairs name. An entry that was removed meanwhile is left
        out, with what it shared.
        """
        with self._connections.writing() as connection:
            there = {number for (number,) in connection.execute("SELECT id FROM entry")}
            rows = [(number,) for number in compared if number in there]
            connection.executemany("INSERT INTO compared (entry) VALUES (?) ON CONFLICT DO NOTHING", rows)
            for repeat in repeats:
                shown = [o for o in repeat.occurrences if entries[o.file or 0] in there]
                if len(shown) < 2:
                    continue
                ((number,),) = connection.execute(
                    NEW_REPEAT,
                    (repeat.kind, repeat.length, repeat.period, repeat.confidence, repeat.evidence),
                ).fetchall()
                connection.executemany(
                    NEW_STRETCH,
                    [(number, entries[o.file or 0], *_stretch(o)) for o in shown],
                )
            for pair in pairs:
                sides = sorted(zip((entries[f] for f in pair.files), pair.seconds, pair.whole, strict=True))
                if all(entry in there for entry, _, _ in sides):
                    (a, seconds_a, whole_a), (b, seconds_b, whole_b) = sides
                    connection.execute(_PAIR, (a, b, seconds_a, seconds_b, whole_a, whole_b))

    def read(self, entries: Sequence[int]) -> tuple[tuple[Repeat, ...], tuple[Shared, ...]]:
        """Everything that was found between the entries, which are the files 0 to n - 1 of the answer; the pairs that
        share most first."""
        places = {entry: place for place, entry in enumerate(entries)}
        with self._connections.snapshot() as connection:
            ends = dict(connection.execute("SELECT id, closes FROM entry"))
            shown: dict[int, list[Occurrence]] = {}
            for repeat, entry, *rest in connection.execute("SELECT * FROM stretch ORDER BY repeat, start"):
                if entry in places:
                    self._check(is_stretch(rest, ends[entry]))
                    shown.setdefault(repeat, []).append(_occurrence(places[entry], *rest))
            for occurrences in shown.values():
                occurrences.sort(key=lambda one: one.file or 0)
            heads = connection.execute(f"SELECT id, {REPEAT_COLUMNS} FROM repeat ORDER BY id").fetchall()
            self._check(all(is_repeat(*head[1:]) for head in heads))
            kept = [(head, shown[head[0]]) for head in heads if len(shown.get(head[0], ())) > 1]
            repeats = tuple(
                Repeat(number, kind, length, period, confidence, evidence, counted_from_first_content(occurrences))
                for number, ((_, kind, length, period, confidence, evidence), occurrences) in enumerate(kept, 1)
            )
            rows = connection.execute("SELECT * FROM pair").fetchall()
            self._check(all(is_amount(part) for row in rows for part in row))
            pairs = [
                Shared((places[a], places[b]), (one, other), (bool(all_one), bool(all_other))).in_order()
                for a, b, one, other, all_one, all_other in rows
                if a in places and b in places
            ]
        return repeats, tuple(sorted(pairs, key=lambda pair: (-max(pair.seconds), pair.files)))

    def _check(self, sound: bool) -> None:
        """Raise LibraryError for what was not written by this."""
        if not sound:
            raise LibraryError(self._connections.shown, schema.DAMAGED)


def _in_turn(connection: Connection) -> list[tuple[int, int, int, int | None]]:
    """Return the entries to compare in their order: id, content, frames and turn of each."""
    rows = connection.execute(_STANDING, (CODES,)).fetchall()
    names: dict[int, bytes] = {}
    if any(turn is None for *_, turn in rows):
        names.update(connection.execute("SELECT content, path FROM file ORDER BY path DESC"))  # the first one stays
    return sorted(map(tuple, rows), key=lambda row: (row[3] is None, row[3] or 0, names.get(row[1], b"")))


def _stretch(o: Occurrence) -> tuple[object, ...]:
    """An occurrence as the columns of its row."""
    ranges = (*(o.start_range or (None, None)), *(o.end_range or (None, None)))
    shown = (o.start, o.end, o.start_frame, o.end_frame, o.reversed, o.mirrored, o.turned, o.speed)
    return (*shown, *ranges, o.content_start, o.content_end)


def _occurrence(
    file: int,
    start: float,
    end: float,
    start_frame: int,
    end_frame: int,
    backwards: int,
    mirrored: int,
    turned: int,
    speed: float,
    start_first: float | None,
    start_last: float | None,
    end_first: float | None,
    end_last: float | None,
    content_start: float,
    content_end: float,
) -> Occurrence:
    return Occurrence(
        start=start,
        end=end,
        start_frame=start_frame,
        end_frame=end_frame,
        reversed=bool(backwards),
        mirrored=bool(mirrored),
        speed=speed,
        start_range=None if start_first is None or start_last is None else (start_first, start_last),
        end_range=None if end_first is None or end_last is None else (end_first, end_last),
        turned=turned,
        content_start=content_start,
        content_end=content_end,
        file=file,
    )
