"""The index of a library: put in what is missing, and take moments and files out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from loopfind.arrays.disk import copied
from loopfind.engine.candidates.coherence import coherent
from loopfind.engine.candidates.library import QUESTIONS, keys_in, postings, probes
from loopfind.engine.signal.extract import signal_of
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
_AT_ONCE = 100  # entries that are put into the index together


def update_index(library: Library, watch: Watch | None = None) -> None:
    """Put every entry into the index that is not in it yet. Raises LibraryError."""
    table = Postings(library.connections)
    missing = table.missing()
    made: dict[int, list[tuple[int, Ints, Ints]]] = {}
    for done, (entry, kind) in enumerate(missing, 1):
        made[entry] = _sound_rows(library, entry) if kind == SOUND else _picture_rows(library, entry)
        if len(made) == _AT_ONCE or done == len(missing):
            table.add(made)
            made = {}
        if watch is not None:
            watch(Progress("indexing", done, float(done), float(len(missing))))


def _picture_rows(library: Library, entry: int) -> list[tuple[int, Ints, Ints]]:
    track = entry_track(library, entry)
    return list(postings(signal_of(track))) if len(track) > 2 else []


def _sound_rows(library: Library, entry: int) -> list[tuple[int, Ints, Ints]]:
    codes = library.sound(entry).codes
    return list(sound_postings(codes[0 : len(codes)][:, 0]))


def entry_track(library: Library, entry: int) -> Track:
    """Return the track of an entry. The sketches of a short one are unpacked here, once."""
    file = library.track(entry).track
    return _unpacked(file, True) if len(file) <= _SHORT else file


class IndexedEntries:
    """The entries of a library that may be met, with the index that leads to them.

    standing: id, content and frames of each entry, by rising id. Files that are asked about go by numbers as well: by
    their entry's id, or by any number above every id.
    """

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

    def hits(self, asked: Mapping[int, Track]) -> IndexHits:
        """Return alike moments of the files asked about, by number, and of entries with a lower number and another
        content, where they are enough to make a line."""
        if not len(self):
            return IndexHits.concatenated([])
        numbers, codes = np.array([*asked], np.int64), _codes_of(list(asked.values()))
        used = sorted({table for question in QUESTIONS for table in question.tables} & {*self._sizes})
        return coherent(IndexHits.concatenated(self._hits_in(table, codes, numbers) for table in used))

    def _hits_in(self, table: int, codes: Sequence[tuple[Ints, Ints, Words]], numbers: Ints) -> IndexHits:
        """Return what one table of the index has near the codes."""
        chosen = [n for n, question in enumerate(QUESTIONS) if table in question.tables]
        keys = np.concatenate([keys_in(codes[n][2], table) for n in chosen])
        order = np.argsort(keys)
        which, entries, shown = self._postings.near(table, keys[order], self._sizes[table])
        which = order[which]
        question = np.repeat(np.array(chosen), [len(codes[n][2]) for n in chosen])[which]
        asked = numbers[np.concatenate([codes[n][0] for n in chosen])[which]]
        asked_ms = np.concatenate([codes[n][1] for n in chosen])[which]
        known = (self._entries[self._place(entries)] == entries) & (entries < asked)
        known[known] &= self._content(entries[known]) != self._content(asked[known])
        return IndexHits(question, entries, shown, asked, asked_ms).where(known)

    def _place(self, numbers: Ints) -> Ints:
        """Return the place (m,) of each number among the entries, where it is one."""
        return np.minimum(np.searchsorted(self._entries, numbers), len(self) - 1)

    def _content(self, numbers: Ints) -> Ints:
        """Return the content (m,) of entries; -1 for a file that is no entry."""
        at = self._place(numbers)
        return np.where(self._entries[at] == numbers, self._contents[at], -1)

    def files(self, hits: IndexHits, asked: Mapping[int, Track], most: int) -> dict[int, Track]:
        """Return the files that hits lead to, by rising number: those asked about, and the `most` entries with the most
        hits. Where that is little, some other entries are among them, to judge by what is usual."""
        entries, counts = np.unique(hits.stored, return_counts=True)
        chosen = {*entries[np.argsort(-counts, kind="stable")[:most]].tolist(), *np.unique(hits.asked).tolist()}
        frames = int(self._frames[np.isin(self._entries, [*chosen])].sum())
        for place in np.random.default_rng(len(self)).permutation(len(self)).tolist():
            if frames >= _BACKGROUND or not chosen:
                break
            if self._frames[place] <= _BACKGROUND and int(self._entries[place]) not in chosen:
                chosen.add(int(self._entries[place]))
                frames += int(self._frames[place])
        in_memory = frames + sum(map(len, asked.values())) <= _IN_MEMORY
        files: dict[int, Track] = {}
        for number in sorted(chosen):
            file = asked[number] if number in asked else entry_track(self._library, number)
            if len(file) > 1:
                files[number] = _unpacked(file, in_memory)
        return files


def _unpacked(file: Track, in_memory: bool) -> Track:
    """Return a file with its sketches in memory, or unpacked on disk: they are read again and again, and in a library
    they lie packed."""
    if in_memory:
        return replace(file, sketches=file.sketches[0 : len(file)])
    return replace(file, sketches=copied(file.sketches, SKETCH_CELLS))


def _codes_of(files: Sequence[Track]) -> list[tuple[Ints, Ints, Words]]:
    """Return for each of QUESTIONS the places of files among the given, when they show a moment, in milliseconds, and
    its code: (n,) each."""
    found: list[list[tuple[Ints, Ints, Words]]] = [[] for _ in QUESTIONS]
    for place, file in enumerate(files):
        if len(file) > 2:
            for rows, (shown, words) in zip(found, probes(signal_of(file)), strict=True):
                rows.append((np.full(len(shown), place), shown, words))
    nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    return [
        tuple(np.concatenate(column) for column in zip(nothing, *rows, strict=True))  # type: ignore[misc]
        for rows in found
    ]
