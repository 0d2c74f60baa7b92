"""Compare the files of a library with one another, and look a video up in it."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from loopfind.arrays.disk import copied
from loopfind.compare.ranking import groups_of, matches_of
from loopfind.engine.candidates.library import QUESTIONS, IndexHits, Question, keys_in, postings, probes
from loopfind.engine.candidates.votes import FEWEST
from loopfind.engine.cross_file import CrossFileResult, linked
from loopfind.engine.signal.extract import signal_of
from loopfind.errors import BadSetting
from loopfind.model.comparison import Comparison, Shared
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.library import Reading
from loopfind.model.report import Repeat
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.cache import unkept
from loopfind.pipeline.reader import read_video
from loopfind.registry import load
from loopfind.reports.summaries import summary_of_matches, summary_of_shared
from loopfind.settings import CompareSettings, Settings
from loopfind.stores import STORE, STORES
from loopfind.stores.comparisons import Results
from loopfind.stores.postings import Postings
from loopfind.stores.sqlite import Library

BATCH = 120_000
"""Frames of files that are compared at a time, with all that was there before them: an hour and more. So much is
done again if the work is stopped, and memory holds so much."""

MOST_FILES = 200
"""Files that one video is laid beside: those of which most moments are alike."""

_IN_MEMORY = 400_000
"""Frames of files that share something whose sketches are in memory together, 115 MB; of more they lie on disk."""

_SHORT = 20_000  # frames of a file whose sketches are unpacked as it is read, 6 MB

_BACKGROUND = 40_000  # frames to tell by what is usual, where what was met is less


def compare_library(path: str | os.PathLike[str], watch: Watch | None = None) -> Comparison:
    """What the files of a library share, each two of them.

    Only what was added since the last time is compared; the answer is of all. Raises LibraryError, and BadSetting for
    a library of fewer than two files.
    """
    with _opened(path) as library:
        index(library, watch)
        results = Results(library.connections)
        standing, compared = results.standing(), results.compared()
        if len(standing) < 2:
            raise BadSetting("the library to compare", os.fsdecode(path), "it holds fewer than two videos; add some")
        shelf = _Shelf(library, standing)
        total = sum(frames for entry, _, frames in standing if entry not in compared)
        done = 0
        for batch in _batches(standing, compared):
            asked = {entry: _drawn(library, entry) for entry in batch}
            met = shelf.met(asked)
            files = shelf.files(met, asked, len(shelf))
            laid = _shared(files, met, CompareSettings(), shelf.frames)
            results.write(batch, [*files], laid.repeats, laid.pairs)
            done += sum(len(file) for file in asked.values())
            if watch is not None:
                watch(Progress("comparing", done, float(done), float(total)))
        entries = [entry for entry, _, _ in standing]
        known = {entry.id: entry.source for entry in library.entries()}
        sources = tuple(known[entry] for entry in entries)
        repeats, pairs = results.read(entries)
        return Comparison(
            sources=sources,
            settings=CompareSettings(),
            summary=summary_of_shared(repeats, pairs, len(entries)),
            repeats=repeats,
            pairs=pairs,
            losses=tuple(() for _ in entries),
            groups=groups_of(repeats, pairs, sources),
        )


def search_library(
    video: str,
    path: str | os.PathLike[str],
    settings: CompareSettings = CompareSettings(query=1),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Comparison:
    """What a video shares with the files of a library; the video, which need not be in it, is the first file of the
    answer, and the others are those that share something.

    Raises MediaError for a video that cannot be read, LibraryError, and BadSetting for an empty library.
    """
    with _opened(path) as library:
        number, reading = _guest(library, video, Settings(stream=settings.stream, stall=settings.stall), watch, log)
        index(library, watch)
        standing = Results(library.connections).standing()
        own = [content for entry, content, _ in standing if entry == number]
        shelf = _Shelf(library, [row for row in standing if row[1] not in own])
        asked = {_GUEST: reading.fingerprint}
        met = shelf.met(asked) if len(shelf) else np.zeros((5, 0), np.int64)
        files = shelf.files(met, asked, MOST_FILES)
        # As the last file it comes after all it may be taken from; in the answer it is the first one.
        laid = _shared(files, met, replace(settings, query=0), shelf.frames + len(reading.fingerprint))
        guest = len(files) - 1
        pairs = [pair for pair in laid.pairs if guest in pair.files]
        sharing = [guest, *sorted({file for pair in pairs for file in pair.files} - {guest})]
        places = {file: place for place, file in enumerate(sharing)}
        known = {entry.id: entry.source for entry in library.entries()} | {_GUEST: reading.source}
        sources = tuple(known[[*files][file]] for file in sharing) if files else (reading.source,)
        repeats = _kept(laid.repeats, places)
        shared = tuple(_placed(pair, places) for pair in pairs)
        matches = matches_of(repeats, shared, sources, 1)
        return Comparison(
            sources=sources,
            settings=settings,
            summary=summary_of_matches(matches, len(shelf) + 1, 1),
            repeats=repeats,
            pairs=shared,
            losses=(reading.losses, *(() for _ in sources[1:])),
            matches=matches,
        )


def _guest(
    library: Library, video: str, settings: Settings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[int | None, Reading]:
    """The video that is looked up: its entry, if the library has it, and what was read of it. It is not kept."""
    if not unkept(video):
        with contextlib.suppress(OSError):  # which reading it tells better
            entry = library.find(library.look(video), settings, codes=False)
            if entry is not None:
                reading = library.reading(entry, codes=False)
                shown = replace(reading.fingerprint, kind=Settings.kind)
                return entry, replace(reading, fingerprint=shown, source=replace(reading.source, path=video))
    return None, read_video(video, settings, (), watch, log)


def _kept(repeats: Sequence[Repeat], places: Mapping[int, int]) -> tuple[Repeat, ...]:
    """The repeats that the first file shows, with the files in their places."""
    kept: list[Repeat] = []
    for repeat in repeats:
        shown = [replace(o, file=places[o.file or 0]) for o in repeat.occurrences if (o.file or 0) in places]
        if len(shown) > 1 and any(o.file == 0 for o in shown):
            shown.sort(key=lambda o: (o.file or 0, o.start))
            kept.append(replace(repeat, id=len(kept) + 1, occurrences=tuple(shown)))
    return tuple(kept)


def _placed(pair: Shared, places: Mapping[int, int]) -> Shared:
    """The pair with the files in their places, the first file first."""
    one, other = (places[file] for file in pair.files)
    if one < other:
        return replace(pair, files=(one, other))
    return replace(pair, files=(other, one), seconds=pair.seconds[::-1], whole=pair.whole[::-1])


def index(library: Library, watch: Watch | None = None) -> None:
    """Put every entry into the index that is not in it yet. Raises LibraryError."""
    table = Postings(library.connections)
    missing = table.missing()
    made: dict[int, list[tuple[int, Ints, Ints]]] = {}
    for done, entry in enumerate(missing, 1):
        fingerprint = _drawn(library, entry)
        made[entry] = list(postings(signal_of(fingerprint))) if len(fingerprint) > 2 else []
        if len(made) == _AT_ONCE or done == len(missing):
            table.add(made)
            made = {}
        if watch is not None:
            watch(Progress("indexing", done, float(done), float(len(missing))))


_AT_ONCE = 100  # entries that are put into the index together


def _drawn(library: Library, entry: int) -> Fingerprint:
    """The fingerprint of an entry but for its codes, which are not asked for; so its kind is of no meaning either.
    The sketches of a short one are unpacked here, once."""
    file = replace(library.reading(entry, codes=False).fingerprint, kind=Settings.kind)
    return _at_hand(file, True) if len(file) <= _SHORT else file


_GUEST = 1 << 40  # the number of a video that is no entry: more than any entry's

_QUESTION, _OTHER, _OTHER_SHOWN, _ENTRY, _SHOWN = range(5)
"""Rows of a table (5, m) int64 of alike moments: number of the question, the file asked about and when it shows it, the
entry met and when it shows it, in milliseconds."""

_LAG, _PART, _OPEN_LAG = 200, 3000, 1000
"""Milliseconds within which lags are one; where the speed is open, those of one part of so many."""

_BRIEF, _ALONE = 250, 500
"""Milliseconds in which moments count as one: of plain copies and where the speed is open, and of changed copies."""

_NEEDED = ((False, FEWEST), (True, 2 * FEWEST))
"""How many must lie at one lag; twice as many where the speed is open, as then lags are wide, and pictures are more
like each other than motions."""


class _Shelf:
    """The entries of a library that may be met, and the index that leads to them."""

    def __init__(self, library: Library, standing: Sequence[tuple[int, int, int]]) -> None:
        self._library, self._postings = library, Postings(library.connections)
        self._entries = np.array([entry for entry, _, _ in standing], np.int64)
        self._contents = np.array([content for _, content, _ in standing], np.int64)
        self._frames = np.array([frames for _, _, frames in standing], np.int64)
        self._sizes = self._postings.sizes()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def frames(self) -> int:
        """Frames of all entries."""
        return int(self._frames.sum())

    def met(self, asked: Mapping[int, Fingerprint]) -> Ints:
        """Alike moments (5, m) of the files asked about, by number, and of entries with a lower number and another
        content, where they are enough to make a line."""
        numbers, codes = np.array([*asked], np.int64), _asked(list(asked.values()))
        tables = [self._near(table, codes, numbers) for table in sorted(self._sizes)]
        met = np.concatenate([np.zeros((5, 0), np.int64), *tables], axis=1)
        return _coherent(met)

    def _near(self, table: int, codes: Sequence[tuple[Ints, Ints, Words]], numbers: Ints) -> Ints:
        """What one table of the index has near the codes."""
        chosen = [n for n, question in enumerate(QUESTIONS) if table in question.tables]
        keys = np.concatenate([keys_in(codes[n][2], table) for n in chosen])
        order = np.argsort(keys)
        which, entries, shown = self._postings.near(table, keys[order], self._sizes[table])
        which = order[which]
        question = np.repeat(np.array(chosen), [len(codes[n][2]) for n in chosen])[which]
        others = numbers[np.concatenate([codes[n][0] for n in chosen])[which]]
        other_shown = np.concatenate([codes[n][1] for n in chosen])[which]
        known = (self._entries[self._place(entries)] == entries) & (entries < others)
        known[known] &= self._content(entries[known]) != self._content(others[known])
        return np.stack([question, others, other_shown, entries, shown])[:, known]

    def _place(self, numbers: Ints) -> Ints:
        """The place (m,) among the entries of each, where it is one."""
        return np.minimum(np.searchsorted(self._entries, numbers), len(self) - 1)

    def _content(self, numbers: Ints) -> Ints:
        """The content (m,) of entries; -1 for a guest."""
        at = self._place(numbers)
        return np.where(self._entries[at] == numbers, self._contents[at], -1)

    def files(self, met: Ints, asked: Mapping[int, Fingerprint], most: int) -> dict[int, Fingerprint]:
        """The entries that were met and the files asked about, by rising number; of the entries the `most` of which
        most moments were met. Where that is little, some other entries too, to tell by what is usual."""
        entries, counts = np.unique(met[_ENTRY], return_counts=True)
        chosen = {*entries[np.argsort(-counts, kind="stable")[:most]].tolist(), *np.unique(met[_OTHER]).tolist()}
        frames = int(self._frames[np.isin(self._entries, [*chosen])].sum())
        for place in np.random.default_rng(len(self)).permutation(len(self)).tolist():
            if frames >= _BACKGROUND or not chosen:
                break
            if self._frames[place] <= _BACKGROUND and int(self._entries[place]) not in chosen:
                chosen.add(int(self._entries[place]))
                frames += int(self._frames[place])
        in_memory = frames + sum(map(len, asked.values())) <= _IN_MEMORY
        files: dict[int, Fingerprint] = {}
        for number in sorted(chosen):
            file = asked[number] if number in asked else _drawn(self._library, number)
            if len(file) > 1:
                files[number] = _at_hand(file, in_memory)
        return files


def _at_hand(file: Fingerprint, in_memory: bool) -> Fingerprint:
    """The file with its sketches in memory, or in a file of their own: they are looked at again and again, and in a
    library they lie packed."""
    if in_memory:
        return replace(file, sketches=file.sketches[0 : len(file)])
    return replace(file, sketches=copied(file.sketches, SKETCH_CELLS))


def _coherent(met: Ints) -> Ints:
    """The moments of which FEWEST or more lie at one lag, for one question and two files; where the speed is open, in
    one part and at about one lag.

    Of a slow motion neighbouring moments are alike, so that one chance finds several: these count as one. Of the many
    ways in which a copy may be changed each would find something by chance, so that more of them count as one.
    """
    pair = np.unique((met[_QUESTION] << 58) ^ (met[_OTHER] << 29) ^ met[_ENTRY], return_inverse=True)[1].ravel()
    enough = np.bincount(pair, minlength=1)[pair] >= FEWEST
    met, pair = met[:, enough], pair[enough]
    speedy = np.array([question.picture for question in QUESTIONS])[met[_QUESTION]]
    backwards = np.array([question.backwards for question in QUESTIONS])[met[_QUESTION]]
    alone = np.array([_BRIEF if q.picture or q == Question() else _ALONE for q in QUESTIONS])
    lag = np.where(backwards, -1, 1) * met[_SHOWN] - met[_OTHER_SHOWN]
    group = _numbered(pair, np.where(speedy, met[_OTHER_SHOWN] // _PART, 0))
    wide = np.where(speedy, _OPEN_LAG, _LAG)
    part = met[_OTHER_SHOWN] // alone[met[_QUESTION]]
    first = np.unique(_numbered(_numbered(group, lag // wide), part), return_index=True)[1]
    order = first[np.lexsort((lag[first], group[first]))]
    runs = [_at_one_lag(order[speedy[order] == each], fewest, group, lag, wide) for each, fewest in _NEEDED]
    cells = group * (1 << 32) + lag // wide
    found = cells[np.concatenate(runs)]
    return np.asarray(met[:, np.isin(cells, [found + by for by in (-1, 0, 1)])])


def _at_one_lag(order: Ints, fewest: int, group: Ints, lag: Ints, wide: Ints) -> Ints:
    """Those of `order`, which is sorted by group and lag, of which `fewest` or more of one group lie at one lag."""
    last = fewest - 1
    low, high = order[: len(order) - last], order[last:]
    # Sorted by lag: so many in a row lie within the width if the first and the last do.
    near = (group[high] == group[low]) & (lag[high] - lag[low] <= wide[high])
    return np.asarray(order[np.unique(np.flatnonzero(near)[:, None] + np.arange(fewest))])


def _numbered(one: Ints, other: Ints) -> Ints:
    """A number (m,) for each different pair of values, from 0."""
    key = one * (int(other.max(initial=0)) - int(other.min(initial=0)) + 1) + (other - int(other.min(initial=0)))
    return np.asarray(np.unique(key, return_inverse=True)[1].ravel(), np.int64)


def _asked(files: Sequence[Fingerprint]) -> list[tuple[Ints, Ints, Words]]:
    """For each of QUESTIONS the number of the file among the given, when it shows it, and the code."""
    found: list[list[tuple[Ints, Ints, Words]]] = [[] for _ in QUESTIONS]
    for number, file in enumerate(files):
        if len(file) > 2:
            for rows, (shown, words) in zip(found, probes(signal_of(file)), strict=True):
                rows.append((np.full(len(shown), number), shown, words))
    nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    return [
        tuple(np.concatenate(column) for column in zip(nothing, *rows, strict=True))  # type: ignore[misc]
        for rows in found
    ]


def _shared(files: Mapping[int, Fingerprint], met: Ints, settings: CompareSettings, among: int) -> CrossFileResult:
    """What the files share, of which moments were met."""
    numbers = np.array([*files], np.int64)
    met = met[:, np.isin(met[_ENTRY], numbers) & np.isin(met[_OTHER], numbers)]
    if not met.shape[1]:
        return CrossFileResult()
    by_question = {}
    for number, question in enumerate(QUESTIONS):
        rows = met[:, met[_QUESTION] == number]
        places = (np.searchsorted(numbers, rows[side]) for side in (_ENTRY, _OTHER))
        file, other = places
        by_question[question] = IndexHits(file, rows[_SHOWN], other, rows[_OTHER_SHOWN])
    return linked(list(files.values()), by_question, settings, among)


def _batches(standing: Sequence[tuple[int, int, int]], compared: set[int]) -> Iterator[list[int]]:
    """The entries that are to be compared, BATCH frames or one at a time."""
    batch: list[int] = []
    held = 0
    for entry, _, frames in standing:
        if entry in compared:
            continue
        if batch and held + frames > BATCH:
            yield batch
            batch, held = [], 0
        batch.append(entry)
        held += frames
    if batch:
        yield batch


@contextlib.contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Library]:
    store = load("store", STORE, STORES)
    with store.open(path, make=False) as library:
        yield library
