"""The index of a library: put in what is missing, and take moments and files out of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.disk import copied
from loopfind.engine.candidates.coherence import coherent
from loopfind.engine.candidates.library import QUESTIONS, IndexProbe, keys_in, postings, probes
from loopfind.engine.candidates.parameters import FEWEST_VOTES
from loopfind.engine.signal.extract import coded_timeline_of
from loopfind.engine.sound.library import sound_postings
from loopfind.model.candidate import IndexHits
from loopfind.model.dtypes import Ints, Words
from loopfind.model.fingerprint import Track
from loopfind.model.library import SOUND
from loopfind.model.transform import SKETCH_CELLS
from loopfind.model.video import Progress, Watch
from loopfind.stores.library import Library
from loopfind.stores.postings import Postings

_IN_MEMORY = 400_000
"""Frames of files that share something whose sketches are in memory together, 115 MB; of more they lie on disk."""

_SHORT = 20_000  # frames of a file whose sketches are unpacked as it is read, 6 MB
_BACKGROUND = 40_000  # frames to judge by what is usual, where the files that were met have fewer
StandingEntries = Sequence[tuple[int, int, int]]
"""Entries that can be compared: id, content and frames of each, in the order in which they are compared."""

_PAIR_CELLS = 1 << 22
"""Cells that the pairs of a question and two files are spread over to be counted."""
_IDS_A_PLACE = 16
"""Ids an entry up to which a table of all of them is made; more are where many entries were removed."""
_MIXERS = (0x5851F42D4C957, 0x2545F4914F6CD, 0x1B873593CC9E3)  # odd, so that neighbours do not meet in one cell


def update_index(library: Library, watch: Watch | None = None) -> None:
    """Put every entry into the index that is not in it yet. Raises LibraryError."""
    index = Postings(library.connections)
    missing, low = index.missing(), 0
    while low < len(missing):
        part = missing[low : low + index.at_once()]
        for done in index_entries(library, part):
            if watch is not None:
                watch(Progress("indexing", low + done, float(low + done), float(len(missing))))
        low += len(part)


def index_entries(library: Library, entries: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Put entries into the index together; yield how many are ready. entries: their ids and kinds. Raises
    LibraryError."""
    made: dict[int, list[tuple[int, Ints, Ints]]] = {}
    for done, (entry, kind) in enumerate(entries, 1):
        made[entry] = _sound_rows(library, entry) if kind == SOUND else _picture_rows(library, entry)
        if done == len(entries):
            Postings(library.connections).add(made)
        yield done


def _picture_rows(library: Library, entry: int) -> list[tuple[int, Ints, Ints]]:
    track = entry_track(library, entry)
    return list(postings(coded_timeline_of(track))) if len(track) > 2 else []


def _sound_rows(library: Library, entry: int) -> list[tuple[int, Ints, Ints]]:
    codes = library.sound(entry).codes
    return list(sound_postings(codes[0 : len(codes)][:, 0]))


def entry_track(library: Library, entry: int) -> Track:
    """Return the track of an entry. The sketches of a short one are unpacked here, once."""
    file = library.track(entry).track
    return _unpacked(file, True) if len(file) <= _SHORT else file


class IndexedEntries:
    """The entries of a library that may be met, with the index that leads to them.

    standing: the entries. sizes: table -> its rows, about; counted unless given. Entries go by their places among
    these, so that nothing depends on their ids. A file that is none of them goes by any number that is no place.
    """

    def __init__(self, library: Library, standing: StandingEntries, sizes: Mapping[int, int] | None = None) -> None:
        self._library, self._postings = library, Postings(library.connections)
        self._entries = np.array([entry for entry, _, _ in standing], np.int64)
        self._contents = np.array([content for _, content, _ in standing], np.int64)
        self._frames = np.array([frames for _, _, frames in standing], np.int64)
        self._sizes = self._postings.sizes() if sizes is None else sizes

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, place: int) -> int:
        """Return the id of the entry at a place."""
        return int(self._entries[place])

    def place(self, entry: int) -> int:
        """Return the place of an entry, by its id."""
        return int(self._places(np.array([entry]))[0])

    @property
    def frames(self) -> int:
        """Frames of all entries."""
        return int(self._frames.sum())

    def hits(self, asked: Mapping[int, Track]) -> IndexHits:
        """Return alike moments of the files asked about, by number, and of entries before them and of another
        content, where they are enough to make a line."""
        if not len(self):
            return IndexHits.concatenated([])
        moments = _moments_of(asked)
        tables = [(table, each) for tables, each in moments for table in tables if table in self._sizes]
        found = [self._found_in(table, each) for table, each in tables]
        # Most hits are one or two of their pair, by chance. They go before the others are made whole.
        votes = np.zeros(_PAIR_CELLS, np.uint16)
        for one in found:
            votes += np.minimum(np.bincount(one.cells, minlength=_PAIR_CELLS), FEWEST_VOTES).astype(np.uint16)
        return coherent(IndexHits.concatenated(one.hits(votes[one.cells] >= FEWEST_VOTES) for one in found))

    def _found_in(self, table: int, moments: "_Moments") -> "_Found":
        """Return what one table of the index has near moments, with earlier entries of other contents."""
        keys = keys_in(moments.words, table)
        which, entries, shown = self._postings.near(table, keys, self._sizes[table])
        asked = moments.file[which]
        places = self._places(entries)
        known = (self._entries[places] == entries) & (places < asked)
        known &= self._contents[places] != self._content(moments.file)[which]
        return _Found(moments, *(_narrowed(column[known]) for column in (which, places, shown)))

    def _places(self, entries: Ints) -> Ints:
        """Return the places (m,) of entries by their ids; any place for what is none."""
        if self._place_of is not None:
            return self._place_of[np.minimum(entries, len(self._place_of) - 1)]
        at = np.searchsorted(self._entries, entries, sorter=self._by_id)
        return self._by_id[np.minimum(at, len(self) - 1)]

    @cached_property
    def _by_id(self) -> Ints:
        """The places (n,) by rising id."""
        return np.argsort(self._entries)

    @cached_property
    def _place_of(self) -> Ints | None:
        """The place (m,) of each id, any for what is none; None where ids are spread so wide that it would be large."""
        last = int(self._entries.max())
        if last > _IDS_A_PLACE * len(self) + _IDS_A_PLACE:
            return None
        table = np.zeros(last + 1, np.int64)
        table[self._entries] = np.arange(len(self))
        return table

    def _content(self, numbers: Ints) -> Ints:
        """Return the content (m,) of entries by their places; -1 for a file that is no entry."""
        return np.where(numbers < len(self), self._contents[np.minimum(numbers, len(self) - 1)], -1)

    def files(self, hits: IndexHits, asked: Mapping[int, Track], most: int) -> dict[int, Track]:
        """Return the files that hits lead to, by rising number: those asked about, and the `most` entries with the most
        hits. Where that is little, some other entries are among them, to judge by what is usual."""
        places, counts = np.unique(hits.stored, return_counts=True)
        chosen = {*places[np.argsort(-counts, kind="stable")[:most]].tolist(), *np.unique(hits.asked).tolist()}
        frames = int(self._frames[[place for place in chosen if place < len(self)]].sum())
        for place in np.random.default_rng(len(self)).permutation(len(self)).tolist():
            if frames >= _BACKGROUND or not chosen:
                break
            if self._frames[place] <= _BACKGROUND and place not in chosen:
                chosen.add(place)
                frames += int(self._frames[place])
        in_memory = frames + sum(map(len, asked.values())) <= _IN_MEMORY
        files: dict[int, Track] = {}
        for number in sorted(chosen):
            file = asked[number] if number in asked else entry_track(self._library, self.entry(number))
            if len(file) > 1:
                files[number] = _unpacked(file, in_memory)
        return files


@dataclass(frozen=True)
class _Moments:
    """Moments asked about. question: (k,) uint8, number of the question. file: (k,) int64, number of the file.
    shown_ms: (k,) int64. words: (k,) uint64, their codes."""

    question: NDArray[np.uint8]
    file: Ints
    shown_ms: Ints
    words: Words

    @cached_property
    def mixed(self) -> Ints:
        """The part (k,) of the question and the file in the number of a cell."""
        return self.file * _MIXERS[1] + self.question * np.int64(_MIXERS[2])


@dataclass(frozen=True)
class _Found:
    """Moments of stored files near some of those asked about. which: (m,) int32, places among these. stored,
    stored_ms: (m,), see IndexHits; int32 where they fit, as there are millions."""

    moments: _Moments
    which: NDArray[np.integer]
    stored: NDArray[np.integer]
    stored_ms: NDArray[np.integer]

    @cached_property
    def cells(self) -> NDArray[np.int32]:
        """A number (m,) below _PAIR_CELLS for the question and the two files of each hit; some have one together."""
        mixed = self.stored * np.int64(_MIXERS[0])
        mixed += self.moments.mixed[self.which]
        return ((mixed >> 20) & (_PAIR_CELLS - 1)).astype(np.int32)

    def hits(self, chosen: NDArray[np.bool_]) -> IndexHits:
        """Return the hits that are chosen, (m,) bool."""
        which, moments = self.which[chosen], self.moments
        question = moments.question[which].astype(np.int64)
        stored, stored_ms = (column[chosen].astype(np.int64) for column in (self.stored, self.stored_ms))
        return IndexHits(question, stored, stored_ms, moments.file[which], moments.shown_ms[which])


def _narrowed(values: Ints) -> NDArray[np.integer]:
    """Return numbers, 0 or more, as int32 where they fit."""
    return values.astype(np.int32) if not len(values) or values.max() <= np.iinfo(np.int32).max else values


def _unpacked(file: Track, in_memory: bool) -> Track:
    """Return a file with its sketches in memory, or unpacked on disk: they are read again and again, and in a library
    they lie packed."""
    if in_memory:
        return replace(file, sketches=file.sketches[0 : len(file)])
    return replace(file, sketches=copied(file.sketches, SKETCH_CELLS))


def _moments_of(files: Mapping[int, Track]) -> list[tuple[range, _Moments]]:
    """Return the moments of files, by number, that each set of tables of the index is asked about."""
    sets = list(dict.fromkeys(question.tables for question in QUESTIONS))
    rows: list[list[tuple[int, int, IndexProbe]]] = [[] for _ in sets]
    for number, file in files.items():
        if len(file) > 2:
            for question, probe in enumerate(probes(coded_timeline_of(file))):
                rows[sets.index(QUESTIONS[question].tables)].append((question, number, probe))
    return [(tables, _joined(own)) for tables, own in zip(sets, rows, strict=True) if own]


def _joined(rows: Sequence[tuple[int, int, IndexProbe]]) -> _Moments:
    """Return the moments of questions and files as one table, question by question."""
    rows = sorted(rows, key=lambda row: row[0])
    counts = [len(probe.codes) for _, _, probe in rows]
    return _Moments(
        np.repeat(np.array([question for question, _, _ in rows], np.uint8), counts),
        np.repeat(np.array([number for _, number, _ in rows], np.int64), counts),
        np.concatenate([probe.shown_ms for _, _, probe in rows]),
        np.concatenate([probe.codes for _, _, probe in rows]),
    )
