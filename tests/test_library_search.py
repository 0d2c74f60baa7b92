"""A library compares its files with one another and finds a video in them: by an index, with the answer of a
comparison."""

import json
import shutil
import sqlite3
from dataclasses import replace
from functools import cache

import draws
import numpy as np
import pytest
import synthetic as s
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loopfind.arrays import lsh_forest
from loopfind.cli.app import run
from loopfind.engine.candidates.library import postings
from loopfind.engine.cross_file import across
from loopfind.engine.signal.extract import coded_timeline_of, signal_of
from loopfind.errors import BadSetting, LibraryError
from loopfind.model.library import File, Reading, TrackReading
from loopfind.model.transform import Transform, matrix
from loopfind.model.video import Source
from loopfind.pipeline import library_compare, library_search
from loopfind.pipeline.library_compare import compare_library
from loopfind.pipeline.library_index import IndexedEntries, update_index
from loopfind.settings import CompareSettings, Settings
from loopfind.stores import postings as stored
from loopfind.stores.opener import open_library
from loopfind.stores.postings import Postings


@cache
def films():
    """Seven files. The first two share seven seconds; the next two show one film forwards and backwards, the next two
    another and its mirror image at another rate; the last one shares nothing."""
    return [
        s.shown([(s.film(1), 0, 14)], 25, seed=1),
        s.shown([(s.film(2), 0, 3), (s.film(1), 2, 9), (s.film(2), 3, 6)], 25, seed=2),
        s.shown([(s.film(3), 0, 12)], 25, seed=3),
        s.shown([(s.backwards(s.film(3)), -10, -2)], 25, seed=4),
        s.shown([(s.film(4), 0, 12)], 30, seed=5),
        s.shown([(s.mirrored(s.film(4)), 1, 11)], 25, seed=6),
        s.shown([(s.film(5), 0, 10)], 25, seed=7),
    ]


PAIRS = {(0, 1), (2, 3), (4, 5)}


def fill(path, files, first=0):
    fill_in_order(path, enumerate(files, first))


def fill_in_order(path, numbered):
    with open_library(path) as library:
        for number, drawn in numbered:
            name = f"/nowhere/{number}.mkv"
            source = Source(name, drawn.end, len(drawn), 25.0, 640, 360)
            file = File(name.encode(), number, 0, number.to_bytes(32, "big"))
            library.add(file, Settings(hash_size=drawn.hash_size), Reading(drawn, source, ()))


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "library.sqlite"
    fill(path, films())
    return path


@pytest.fixture(scope="module")
def compared_once(tmp_path_factory):
    """A library whose files were compared, and the answer."""
    path = tmp_path_factory.mktemp("compared") / "library.sqlite"
    fill(path, films())
    return path, compare_library(path)


@pytest.fixture
def compared(compared_once, tmp_path):
    """A copy of that library."""
    return shutil.copy(compared_once[0], tmp_path / "compared.sqlite")


def spans(repeats):
    return sorted([(o.file, round(o.start, 1), round(o.end, 1)) for o in repeat.occurrences] for repeat in repeats)


@pytest.mark.slow
def test_a_library_finds_what_a_comparison_of_its_files_finds(compared_once):
    _, answer = compared_once
    repeats, pairs = across(films(), CompareSettings())
    assert {pair.files for pair in answer.pairs} == {pair.files for pair in pairs} == PAIRS
    assert spans(answer.repeats) == spans(repeats)
    shown = {o.file: o for repeat in answer.repeats for o in repeat.occurrences}
    assert shown[3].reversed and shown[5].mirrored and not shown[1].reversed


@pytest.mark.slow
def test_the_order_in_which_files_are_added_makes_no_difference(tmp_path):
    one, other, clip = tmp_path / "one.sqlite", tmp_path / "other.sqlite", films()[1]
    asked = TrackReading(clip, Source("clip", clip.end, len(clip), 25.0, 640, 360), ())
    for *orders, shared in (((0, 2, 3), (3, 0, 2), {(1, 2)}), ((1, 4), (4, 1), {(1, 2), (0, 3)})):
        for place, numbers in zip((one, other), orders, strict=True):
            fill_in_order(place, [(number, films()[number]) for number in numbers])
        answer = compare_library(one)
        assert answer == compare_library(other) and {pair.files for pair in answer.pairs} == shared
    with open_library(one) as this, open_library(other) as that:
        ways = [[entry.source.path for entry in library.entries()] for library in (this, that)]
        assert ways[0] != ways[1]
        found = library_search.search_reading(this, asked, CompareSettings(query=1))
        assert found == library_search.search_reading(that, asked, CompareSettings(query=1)) and len(found.matches) == 2


@pytest.mark.slow
def test_only_what_is_new_is_compared_and_the_answer_is_of_all(compared_once, compared, monkeypatch):
    library, (_, before) = compared, compared_once
    fill(library, [s.shown([(s.film(5), 2, 9)], 25, seed=8)], first=7)
    asked = []
    hits = IndexedEntries.hits

    def watched(self, files):
        asked.append([*files])
        return hits(self, files)

    monkeypatch.setattr(IndexedEntries, "hits", watched)
    after = compare_library(library)
    assert asked == [[7]]
    assert {pair.files for pair in after.pairs} == PAIRS | {(6, 7)}
    assert spans(before.repeats) == [row for row in spans(after.repeats) if row[0][0] != 6]
    assert compare_library(library) == after and asked == [[7]]


@pytest.mark.slow
def test_batches_make_no_difference(compared_once, tmp_path, monkeypatch):
    _, whole = compared_once
    fill(tmp_path / "again.sqlite", films())
    monkeypatch.setattr(library_compare, "COMPARED_AT_ONCE", 1)
    parts = compare_library(tmp_path / "again.sqlite")
    assert {pair.files for pair in parts.pairs} == PAIRS and spans(parts.repeats) == spans(whole.repeats)


@pytest.mark.slow
def test_what_was_finished_before_an_interruption_is_kept(library, monkeypatch):
    monkeypatch.setattr(library_compare, "COMPARED_AT_ONCE", 1)

    def stop(progress):
        if progress.stage == "comparing" and progress.frames > 700:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_library(library, stop)
    with sqlite3.connect(library) as connection:
        (done,) = connection.execute("SELECT count(*) FROM compared").fetchone()
        assert connection.execute("SELECT count(*) FROM pairs").fetchone() == (1,)
    assert 2 <= done < len(films())
    assert {pair.files for pair in compare_library(library).pairs} == PAIRS


@pytest.mark.slow
def test_entries_of_one_content_are_one_file_and_what_is_removed_is_found_no_more(library):
    with open_library(library) as opened:
        drawn = replace(films()[0], hash_size=8)
        file = File(b"/nowhere/0.mkv", 0, 0, (0).to_bytes(32, "big"))
        source = Source("/nowhere/0.mkv", drawn.end, len(drawn), 25.0, 640, 360)
        opened.add(file, Settings(hash_size=8), Reading(drawn, source, ()))
    answer = compare_library(library)
    assert len(answer.sources) == len(films()) and {pair.files for pair in answer.pairs} == PAIRS
    with open_library(library) as opened:
        opened.remove([1])
    answer = compare_library(library)
    assert {answer.sources[file].path for pair in answer.pairs for file in pair.files} >= {"/nowhere/0.mkv"}
    with open_library(library) as opened:
        opened.remove(entry.id for entry in opened.entries() if entry.source.path == "/nowhere/0.mkv")
    assert len(compare_library(library).pairs) == 2
    with sqlite3.connect(library) as connection:
        assert connection.execute("SELECT count(*) FROM posting WHERE entry = 1").fetchone() == (0,)


def seek(library, monkeypatch, drawn):
    """The answer for a drawn video, as if it had been read."""
    source = Source("clip.mp4", drawn.end, len(drawn), 25.0, 640, 360)

    monkeypatch.setattr(library_search, "read_video", lambda *_, **__: Reading(drawn, source, ()))
    return library_search.search_library("-", library)  # which is not looked for in the library


HELD = matrix(Transform(turned=1))
CHANGES = {
    "as it was": lambda t: s.film(1)(t),
    "turned": lambda t: s.film(1)(t) @ HELD.T,
    "darker": lambda t: s.film(1)(t) * 0.8,
    "backwards": lambda t: s.film(1)(-t),
    "faster": lambda t: s.film(1)(1.25 * t),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_a_clip_is_found_in_the_file_it_was_taken_from(compared, monkeypatch, name):
    start, end = {"backwards": (-12, -3), "faster": (2.4, 9.6)}.get(name, (3, 12))
    answer = seek(compared, monkeypatch, s.shown([(CHANGES[name], start, end)], 25, seed=31))
    best = answer.matches[0]
    assert answer.sources[0].path == "clip.mp4" and answer.sources[best.file].path == "/nowhere/0.mkv"
    assert best.share > 0.85 and best.places[0].there_start == pytest.approx(3, abs=0.6)
    assert {answer.sources[match.file].path for match in answer.matches} <= {"/nowhere/0.mkv", "/nowhere/1.mkv"}


def test_a_clip_that_is_in_no_file_is_found_nowhere(compared, monkeypatch):
    answer = seek(compared, monkeypatch, s.shown([(s.film(77), 0, 9)], 25, seed=32))
    assert answer.matches == () and answer.repeats == () and len(answer.sources) == 1
    assert "7 files" in answer.summary


def test_looking_up_keys_gives_what_reading_the_table_gives(library):
    with open_library(library) as opened:
        update_index(opened)
        table = Postings(opened.connections)
        sizes = table.sizes()
        assert sum(sizes.values()) > 1000
        for number, keys, _ in postings(signal_of(films()[1])):
            keys = np.sort(keys)
            bits = lsh_forest.shared_bits(sizes[number])
            one = sorted(zip(*(part.tolist() for part in table.look_up(number, keys, bits)), strict=True))
            other = sorted(zip(*(part.tolist() for part in table.merge(number, keys, bits)), strict=True))
            assert one == other and len(one) >= len(keys)


def test_sizes_of_the_index_are_counted_once_and_again_where_it_has_changed(library):
    with open_library(library) as opened:
        update_index(opened)
        counted = Postings(opened.connections).sizes()
        with opened.connections.writing() as connection:
            connection.execute("UPDATE index_size SET rows = rows + 1")
        assert Postings(opened.connections).sizes() == {table: rows + 1 for table, rows in counted.items()}
        opened.remove([opened.entries()[0].id])
        fewer = Postings(opened.connections).sizes()
        assert fewer.keys() == counted.keys() and sum(fewer.values()) < sum(counted.values())
        with opened.connections.writing() as connection:
            connection.execute("DELETE FROM index_size")
        assert Postings(opened.connections).sizes() == fewer


def test_a_table_read_in_parts_is_the_table(library, monkeypatch):
    with open_library(library) as opened:
        update_index(opened)
        keys = np.sort(next(iter(postings(signal_of(films()[1]))))[1])
        whole = Postings(opened.connections).near(0, keys, 1)
        monkeypatch.setattr(stored, "POSTINGS_AT_ONCE", 7)
        parts = Postings(opened.connections).near(0, keys, 1)
        assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_an_index_of_many_batches_is_that_of_one(library, monkeypatch):
    rows, told = [], []
    for fewest in (100, 1):
        monkeypatch.setattr(stored, "FEWEST_ENTRIES_AT_ONCE", fewest)
        monkeypatch.setattr(stored, "POSTINGS_AT_ONCE", 100 * fewest)
        with open_library(library) as opened:
            assert Postings(opened.connections).at_once() == fewest
            update_index(opened, lambda progress: told.append(progress.frames))
            with opened.connections.writing() as connection:
                rows.append(connection.execute("SELECT * FROM posting ORDER BY key, entry, shown").fetchall())
                connection.execute("DELETE FROM posting")
                connection.execute("DELETE FROM indexed")
    assert rows[0] == rows[1] and len(rows[0]) > 1000
    assert told == 2 * [*range(1, len(films()) + 1)]


def test_what_an_index_is_asked_with_is_the_same_part_of_the_signal():
    files = (*films(), s.shown([(s.film(8), 0, 140)], 30, seed=8))
    for file in files:
        whole, part = signal_of(file), coded_timeline_of(file)
        for name in ("times", "step", "cells", "motion", "picture", "moving"):
            assert np.array_equal(getattr(whole, name), getattr(part, name)), name
    assert len(files[-1]) > 4096  # more than one block of frames


codes = hnp.arrays(np.uint64, st.integers(1, 60), elements=st.integers(0, 2**64 - 1))


@settings(max_examples=draws.examples(30), deadline=None)
@given(codes, codes, st.integers(1, 12), st.integers(1, 5))
@pytest.mark.slow
def test_near_keys_are_those_that_share_their_first_bits_the_nearest_first(ours, theirs, bits, most):
    keys, rows = np.sort(lsh_forest.keys_of(ours, 1)), np.sort(lsh_forest.keys_of(theirs, 1))
    found = sorted(zip(*(part.tolist() for part in lsh_forest.near(keys, rows, bits, most)), strict=True))
    wanted = []
    for place, key in enumerate(keys.tolist()):
        alike = [
            n
            for n, row in enumerate(rows.tolist())
            if row >> (lsh_forest.BITS - bits) == key >> (lsh_forest.BITS - bits)
        ]
        before, after = [n for n in alike if rows[n] < key], [n for n in alike if rows[n] >= key]
        wanted += [(place, n) for n in before[-most:] + after[:most]]
    assert found == sorted(wanted)


@given(st.integers(0, 2**64 - 1), st.integers(0, 4))
def test_a_key_is_made_of_bits_of_its_code(code, table):
    order = np.random.default_rng((20051, table)).permutation(64)[: lsh_forest.BITS]
    bits = [(code >> int(bit)) & 1 for bit in order]
    assert lsh_forest.keys_of(np.array([code], np.uint64), table)[0] == int("".join(map(str, bits)), 2)


def test_a_library_with_nothing_to_compare_says_so(tmp_path):
    fill(tmp_path / "one.sqlite", films()[:1])
    with pytest.raises(BadSetting, match="fewer than two"):
        compare_library(tmp_path / "one.sqlite")
    with pytest.raises(LibraryError, match="no library yet"):
        compare_library(tmp_path / "none.sqlite")


@pytest.mark.slow
def test_the_commands_write_what_a_comparison_writes(compared, tmp_path, capsys):
    library = compared
    place = tmp_path / "shared.csv"
    assert run(["library", "compare", "--library", str(library), "-q", "-o", str(place), "--fail-on-repeats"]) == 3
    assert place.read_text().count("\n") == 7
    assert run(["library", "compare", "--library", str(library), "--json", "-q"]) == 0
    assert len(json.loads(capsys.readouterr().out)["pairs"]) == 3
    assert run(["library", "compare", "--library", str(library), "-o", str(tmp_path / "page.html")]) == 2
    assert run(["library", "search", str(tmp_path / "no.mp4"), "--library", str(library)]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert run(["library", "query", "SELECT count(*) FROM pairs", "--library", str(library), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["count(*)"] == 3
