"""A copy of a library into another one: all that it holds, in any store, whatever interrupts it."""

import contextlib
import json
import os
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
import servers
import synthetic as s
from test_library_search import fill, films, seek

from loopfind.cli.app import run
from loopfind.errors import BadSetting, LibraryError
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey, Learned
from loopfind.pipeline import compare_library
from loopfind.pipeline.library_copy import copy_library
from loopfind.pipeline.library_index import update_index
from loopfind.reports.formats import comparisons
from loopfind.stores.appearances import Appearances
from loopfind.stores.learned import LearnedTable
from loopfind.stores.opener import open_library


def shown():
    return [films()[number] for number in (0, 1, 6)]


KEY = AppearanceKey("palette", "1", 0)
TABLES = ("content", "file", "entry", "part", "block", "repeat", "stretch", "pair", "compared", "indexed", "posting")
TABLES = (*TABLES, "turn", "lacking", "appearance", "learned")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library with three files, two of which share something, and all else that one may hold."""
    path = tmp_path_factory.mktemp("copied") / "from.sqlite"
    fill(path, shown())
    with open_library(path) as held:
        one = File(b"/nowhere/0.mkv", 0, 0, (0).to_bytes(32, "big"))
        vectors = np.arange(12, dtype=np.int8).reshape(3, 4)
        Appearances(held.connections).add(one, Appearance(KEY, np.arange(3.0), vectors))
        LearnedTable(held.connections).keep(Learned("codebook", KEY, 3, np.ones((2, 4), np.float16)))
        held.name(replace(one, path=b"/nowhere/caf\xe9.mkv"))
        held.add_lack(File(b"/nowhere/mute.mkv", 7, 1, b"7" * 32), "sound", 0)
    compare_library(path)
    return path


def tables(at):
    """Return all rows of a library; of a content without what depends on the store."""
    with open_library(at) as held, held.connections.reading() as connection:
        return {table: sorted(map(tuple, connection.execute(f"SELECT * FROM {table}"))) for table in TABLES}


def by_content(rows):
    """Return rows with the digest of a content in the place of its number, which a server may give otherwise."""
    names = {number: digest for number, _, digest in rows["content"]}
    places = {"content": 0, "file": 3, "entry": 1, "lacking": 0, "appearance": 0}
    return {
        table: sorted(
            (*row[: places[table]], names[row[places[table]]], *row[places[table] + 1 :]) if table in places else row
            for row in found
        )
        for table, found in rows.items()
    }


def answers(at, monkeypatch):
    """Return what a comparison and a search of a library say, as JSON."""
    clip = s.shown([(s.film(1), 3, 9)], 25, seed=31)
    found = [compare_library(at), seek(at, monkeypatch, clip)]
    return ["".join(comparisons.as_json(one)) for one in found]


@pytest.mark.slow
def test_a_copy_holds_all_and_gives_the_same_answers_in_any_store(library, tmp_path, monkeypatch):
    there, back = servers.shared().library(str(tmp_path)), tmp_path / "back.sqlite"
    copied = copy_library(library, there)
    assert (copied.entries, copied.known, copied.names, copied.appearances, copied.learned) == (3, 0, 4, 1, 1)
    assert copied.indexed == 3 and copied.compared
    assert by_content(tables(there)) == by_content(tables(library))
    copy_library(there, back)
    assert by_content(tables(back)) == by_content(tables(library))
    wanted = answers(library, monkeypatch)
    assert answers(there, monkeypatch) == answers(back, monkeypatch) == wanted
    again = copy_library(library, there)
    assert (again.entries, again.known, again.indexed, again.compared) == (0, 3, 0, True)
    assert answers(there, monkeypatch) == wanted
    # What is added later is compared with what came, which was taken by path: the first file was named anew.
    fill(there, [s.shown([(s.film(5), 2, 9)], 25, seed=8)], first=7)
    assert {pair.files for pair in compare_library(there).pairs} == {(0, 2), (1, 3)}


@pytest.mark.slow
def test_a_copy_that_is_stopped_goes_on(library, tmp_path):
    target, stops = tmp_path / "to.sqlite", 0
    for last in range(1, 5):

        def stop(progress, last=last):
            if progress.share is not None and progress.share * 4 >= last:
                raise KeyboardInterrupt

        try:
            copy_library(library, target, stop)
        except KeyboardInterrupt:
            stops += 1
        with open_library(target) as held:
            assert not [problem for problem in held.verify() if not problem.where.startswith("/nowhere")]
    assert stops == 4 and copy_library(library, target).known == 3
    assert by_content(tables(target)) == by_content(tables(library))


@pytest.mark.slow
def test_a_library_that_holds_something_else_keeps_it_and_is_compared_anew(library, tmp_path):
    target = tmp_path / "to.sqlite"
    fill(target, [films()[2]], first=9)
    fill(target, [replace(films()[1], hash_size=8)], first=1)
    copied = copy_library(library, target)
    assert (copied.entries, copied.compared) == (3, False)
    with open_library(target) as held:
        assert [entry.id for entry in held.entries()] == [1, 2, 3, 4, 5]
        update_index(held)
    assert len(compare_library(target).pairs) == 1


@pytest.mark.slow
def test_what_is_damaged_is_not_copied(library, tmp_path):
    source, target = tmp_path / "from.sqlite", tmp_path / "to.sqlite"
    with contextlib.closing(sqlite3.connect(library)) as one, contextlib.closing(sqlite3.connect(source)) as other:
        one.backup(other)
        other.execute("UPDATE block SET data = zeroblob(9) WHERE part = (SELECT max(id) FROM part WHERE entry = 2)")
        other.commit()
    with pytest.raises(LibraryError, match=r"from\.sqlite: entry 2: it is damaged"):
        copy_library(source, target)
    with open_library(target) as held:
        assert [entry.id for entry in held.entries()] == [1]


@pytest.mark.slow
def test_the_command_says_what_was_copied(library, tmp_path, capsys):
    target = str(tmp_path / "to.sqlite")
    assert run(["library", "copy", str(library), target, "-q"]) == 0
    assert capsys.readouterr().out.startswith(f"3 entries copied: {library} to {target}\nwith 4 names of files")
    assert run(["library", "copy", str(library), target, "-q", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["from"], said["to"], said["entries"], said["known"]) == (str(library), target, 0, 3)
    os.symlink(target, tmp_path / "link.sqlite")
    for source, to, status in ((target, str(tmp_path / "link.sqlite"), 2), (str(tmp_path / "no"), target, 1)):
        assert run(["library", "copy", source, to]) == status
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(BadSetting, match="it is the one to copy"):
        copy_library(library, library)
