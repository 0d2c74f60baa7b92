"""A library: what is kept comes back bit for bit, whatever becomes of the process, the disk and the files."""

import contextlib
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import draws
import numpy as np
import pytest
import servers
import synthetic as s
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from samples import showing

from loopfind.errors import BadSetting, LibraryError
from loopfind.fingerprints.sound import fingerprint_of
from loopfind.model.fingerprint import Fingerprint, Track
from loopfind.model.library import CODES, SOUND, EntryQuery, Reading
from loopfind.model.report import Repeat
from loopfind.model.sound import SOUND_RATE, AudioTrack, Sound
from loopfind.model.video import Loss, Source
from loopfind.settings import Settings
from loopfind.stores import STORES, blocks, schema
from loopfind.stores.comparisons import Results
from loopfind.stores.opener import QueryBudget, open_library, query_library
from loopfind.stores.sqlite import connections, tables

ROOT = Path(__file__).resolve().parent.parent
PLAIN = Settings(hash_size=12)
"""As the fingerprints that are drawn here have it."""

# A server takes a while to start.
SLOWER = {"postgresql": pytest.mark.slow}
every_store = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SLOWER[name]) if name in SLOWER else name for name in STORES]
)


def address(path, name="sqlite"):
    """Return the name of the library that stands for a path in a store."""
    return servers.shared().library(str(path)) if name == "postgresql" else path


def opened(path, name="sqlite", **more):
    return open_library(address(path, name), **more)


def video(folder, name="a.mp4", content=b"one"):
    """A file that stands for a video: nothing here decodes it."""
    path = Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))
    path.write_bytes(content)
    return path


def reading(seed=1, frames=300):
    drawn = s.shown([(s.camera(seed), 0, frames / 25)], 25, seed=seed)
    source = Source("given.mp4", drawn.end, frames, 25.0, 320, 180, "h264", "mov", 12.5)
    return Reading(drawn, source, (Loss(1.0, 2.5, "damaged pictures"),))


def replaced(read, hash_size, kind="ahash"):
    return replace(read, fingerprint=replace(read.fingerprint, hash_size=hash_size, kind=kind))


def same(one, other):
    """Return whether two readings are the same, bit for bit, but for the path of their source."""
    a, b = one.fingerprint, other.fingerprint
    for name in ("times", "codes", "detail", "sketches"):
        x, y = getattr(a, name), getattr(b, name)
        x, y = (np.ascontiguousarray(t[0 : len(t)]) for t in (x, y))
        assert (x.dtype, x.shape, x.tobytes()) == (y.dtype, y.shape, y.tobytes()), name
    assert (a.kind, a.hash_size, a.end) == (b.kind, b.hash_size, b.end)
    assert replace(one.source, path="") == replace(other.source, path="") and one.losses == other.losses
    return True


finite = st.floats(-1e9, 1e9)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@st.composite
def readings(draw):
    n, width = draw(st.integers(0, 300)), draw(st.sampled_from([2, 8, 72, 512]))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    times = draw(
        st.sampled_from(
            [
                np.arange(n) / 25,
                np.round(np.arange(n) * 1001 / 30) / 1000,
                np.sort(rng.uniform(-5, 1e6, n)),
                np.cumsum(rng.exponential(size=n) * 10.0 ** rng.integers(-6, 6)),
            ]
        )
    )
    detail = draw(hnp.arrays(np.float32, n, elements=st.floats(width=32), fill=st.just(np.float32(3.5))))
    fingerprint = Fingerprint(
        kind=draw(st.sampled_from(["ahash", "exact"])),
        hash_size=draw(st.integers(4, 64)),
        times=times,
        end=draw(finite),
        codes=rng.integers(0, 256, (n, width)).astype(np.uint8),
        detail=detail,
        sketches=(rng.integers(0, 65536, (n, 144)) >> draw(st.integers(0, 15))).astype(np.uint16),
    )
    source = Source("", draw(finite), n, draw(finite), *draw(st.tuples(*[st.integers(0, 2**40 - 1)] * 2)))
    source = replace(source, codec=draw(words), container=draw(words), declared=draw(st.none() | finite))
    losses = draw(st.lists(st.builds(Loss, finite, finite, words), max_size=3))
    return Reading(fingerprint, source, tuple(losses))


@pytest.mark.slow
@every_store
@settings(max_examples=draws.examples(13))
@given(readings(), st.data())
def test_what_is_kept_comes_back_bit_for_bit(name, read, data):
    # A server keeps all of them in one library: to make one takes longer than to fill it.
    where = Path("of all readings") if name == "postgresql" else None
    with tempfile.TemporaryDirectory() as folder, opened(where or Path(folder) / "l.sqlite", name) as library:
        sizes = {8: np.arange(len(read.fingerprint), dtype=np.uint64) * 0x9E3779B97F4A7C15}
        entry = library.add(library.look(video(folder)), PLAIN, read, sizes).entry
        back = library.reading(entry)
        assert same(read, back)
        n = len(read.fingerprint)
        low, high = sorted(data.draw(st.tuples(*[st.integers(-3, n + 3)] * 2)))
        assert np.array_equal(back.fingerprint.sketches[low:high], read.fingerprint.sketches[low:high])
        assert list(library.sizes(entry)) == [8] and np.array_equal(library.sizes(entry)[8], sizes[8])
        track = library.track(entry).track
        assert type(track) is Track and np.array_equal(track.sketches[0:n], read.fingerprint.sketches[0:n])
        assert (track.times.tobytes(), track.detail.tobytes(), track.end) == (
            back.fingerprint.times.tobytes(),
            back.fingerprint.detail.tobytes(),
            back.fingerprint.end,
        )
    with tempfile.TemporaryDirectory() as empty, pytest.raises(LibraryError, match="no library yet"):
        opened(Path(empty) / "l.sqlite", name, make=False)


@given(st.sampled_from(["u1", "<u2", "<f4", "<f8"]), st.integers(0, 50), st.integers(1, 9), st.data())
def test_a_block_comes_back_and_a_damaged_one_does_not(dtype, rows, width, data):
    size = np.dtype(dtype).itemsize
    table = np.frombuffer(data.draw(st.binary(min_size=rows * width * size, max_size=rows * width * size)), dtype)
    packed = blocks.pack_block(table.reshape(rows, width))
    assert blocks.unpack_block(packed, np.dtype(dtype), width, rows).tobytes() == table.tobytes()
    place, bit = data.draw(st.integers(0, len(packed) - 1)), data.draw(st.integers(0, 7))
    spoilt = bytearray(packed)
    spoilt[place] ^= 1 << bit
    with contextlib.suppress(ValueError):  # else the bit was one that says nothing
        assert blocks.unpack_block(bytes(spoilt), np.dtype(dtype), width, rows).tobytes() == table.tobytes()


@pytest.mark.slow
def test_a_block_unpacks_to_no_more_than_its_rows() -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    tracemalloc.start()
    with pytest.raises(ValueError, match="damaged"):
        blocks.unpack_block(bomb, np.dtype("<u2"), 144, 128)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(bomb) < 100_000 and peak < 1_000_000


FOREIGN = [
    "UPDATE part SET dtype = 'O'",
    "UPDATE part SET dtype = '<c16'",
    "UPDATE part SET width = 'wide'",
    "UPDATE part SET width = 1 << 40",
    "UPDATE part SET rows = -1",
    "UPDATE part SET rows = 1 << 50",
    "UPDATE part SET rows = rows - 1 WHERE name = 'detail'",
    "UPDATE part SET step = 0",
    "UPDATE part SET step = 1 << 60",
    "UPDATE block SET data = 'text'",
    "UPDATE block SET data = zeroblob(1000)",
    "UPDATE entry SET frames = 'many'",
    "UPDATE entry SET frames = frames + 1",
    "UPDATE entry SET closes = 9e999",
    "UPDATE entry SET duration = 'long'",
    "UPDATE entry SET width = -1",
    "UPDATE entry SET codec = x'00'",
    "UPDATE entry SET kind = x'05'",
    "UPDATE entry SET hash_size = 'big'",
    "DELETE FROM part WHERE name = 'times'",
    "DELETE FROM part WHERE name = 'sketches'",
    "UPDATE entry SET id = 1 << 50",
    "UPDATE entry SET added = 'now'",
    "UPDATE file SET path = 'text'",
    "UPDATE file SET changed = 9e99",
    "UPDATE content SET digest = 7",
    "UPDATE entry SET losses = '{'",
    "UPDATE entry SET losses = '[[1, 2]]'",
    'UPDATE entry SET losses = \'[["a", 2, "x"]]\'',
    "UPDATE entry SET losses = '[[1, 2, 3]]'",
]


@pytest.mark.parametrize("change", FOREIGN)
@pytest.mark.slow
def test_a_library_from_elsewhere_is_damaged_and_no_more(change, tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        number = library.add(library.look(video(tmp_path)), Settings(), reading()).entry
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        changed = True
        try:
            connection.execute(change)
        except sqlite3.IntegrityError:  # the schema itself refuses it
            changed = False
    if changed:
        with pytest.raises(LibraryError, match="damaged"), opened(path) as library:
            np.asarray(library.reading(number).fingerprint.sketches[0:10_000])
    else:
        with opened(path) as library:
            assert same(library.reading(number), reading())


NUMBERS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
DOUBLED = "WITH RECURSIVE n(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM n)"


@pytest.mark.parametrize(
    "sql",
    [
        f"{NUMBERS} SELECT count(*) FROM n",
        f"{NUMBERS} SELECT group_concat(x) FROM n",
        f"{NUMBERS} SELECT x FROM n ORDER BY -x",
        f"{DOUBLED} SELECT max(length(s)) FROM n",
        "SELECT replace(printf('%.*c', 9000, 'a'), 'a', printf('%.*c', 9000, 'a'))",
    ],
)
@pytest.mark.slow
def test_a_query_has_a_budget(sql, tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path):
        pass
    with (
        pytest.raises(LibraryError, match=r"more than 0\.2 s|too long|memory"),
        query_library(path, sql, QueryBudget(0.2)) as (_, rows),
    ):
        list(rows)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT randomblob(9)",
        "SELECT zeroblob(9)",
        "SELECT fts3_tokenizer('simple')",
        "SELECT hex(FTS3_Tokenizer('porter'))",
        "SELECT \"LOAD_extension\"('x')",
        "SELECT readfile('/etc/hostname')",
        "SELECT sqlite_log(1, 'x')",
        "SELECT * FROM pragma_database_list",
        "SELECT 1 FROM pragma_table_info('entry')",
        "PRAGMA database_list",
        "ATTACH ':memory:' AS x",
        "WITH x AS (SELECT 1) DELETE FROM entry",
        f"SELECT {', '.join(['1'] * 1000)}",
        f"SELECT '{'x' * 70_000}'",
        f"SELECT {'(' * 900}1{')' * 900}",
        "SELECT ?",
        "SAVEPOINT x",
        "BEGIN",
    ],
)
@pytest.mark.slow
def test_a_query_may_only_look_and_count(sql, tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path):
        pass
    with pytest.raises(BadSetting) as caught:
        ask(path, sql)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_library_is_for_its_owner_alone(suffix, tmp_path):
    before = os.umask(0)
    try:
        with opened(tmp_path / "l.sqlite") as library:
            library.add(library.look(video(tmp_path)), PLAIN, reading())
            assert os.stat(f"{tmp_path}/l.sqlite{suffix}").st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_library_that_is_shared_stays_shared(tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path):
        pass
    path.chmod(0o664)
    with opened(path) as library:
        library.add(library.look(video(tmp_path)), PLAIN, reading())
        assert path.stat().st_mode & 0o777 == 0o664


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER x AFTER INSERT ON entry BEGIN DELETE FROM content; END",
        "CREATE INDEX x ON entry (kind) WHERE kind <> 'ahash'",
        "DROP VIEW files",
        "ALTER TABLE entry ADD COLUMN x",
        "DROP TABLE pair",
        "DROP VIEW entries; CREATE VIEW entries AS SELECT 1 AS entry, randomblob(9) AS path",
        "PRAGMA user_version = 2",
        "PRAGMA user_version = -1",
    ],
)
@pytest.mark.slow
def test_a_library_whose_tables_are_others_is_refused(change, tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path):
        pass
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    with pytest.raises(LibraryError, match="name another file"):
        opened(path).close()
    with pytest.raises(LibraryError):
        ask(path, "SELECT * FROM entries")


@every_store
def test_a_content_is_one_entry_under_any_name_and_each_setting_that_changes_codes_its_own(name, tmp_path):
    read = reading()
    with opened(tmp_path / "l.sqlite", name) as library:
        a, b = video(tmp_path, "a.mp4"), video(tmp_path, b"caf\xe9 \n.mp4")
        library.add(library.look(a), PLAIN, read)
        assert library.name(library.look(b)) == ("another", str(a))
        assert library.name(library.look(b)) == ("same", "")
        others = [
            Settings(kind="dhash"),
            Settings(hash_size=8),
            Settings(stream=1),
            Settings(start=1.0),
            Settings(end=9),
        ]
        for other in others:
            assert library.find(library.look(b), other) is None
            library.add(library.look(b), other, replaced(read, other.hash_size, other.kind))
        assert len({library.find(library.look(b), other) for other in [PLAIN, *others]}) == 6
        assert library.find(library.look(a), replace(PLAIN, auto=True, link="https://x.org")) == 1
        assert library.find_track(library.look(a), Settings(kind="phash", stream=1)) == 4
        assert {entry.paths for entry in library.entries()} == {(str(a), str(b))}
        assert [entry.id for entry in library.entries()] == [1, 2, 3, 4, 5, 6]
        again = library.add(library.look(a), PLAIN, read).entry
        assert again == 7 and len(library.entries()) == 6, "what was kept before is replaced, and no number given twice"


@every_store
def test_moved_files_are_recognised_and_changed_ones_are_others(name, tmp_path, monkeypatch):
    a, b = video(tmp_path, "a.mp4"), tmp_path / "b.mp4"
    with opened(tmp_path / "l.sqlite", name) as library:
        assert library.add(library.look(a), PLAIN, reading()).naming == "first"
        a.rename(b)
        assert library.find(library.look(b), PLAIN) == 1
        assert library.name(library.look(b)) == ("moved", str(a))
        assert library.entries()[0].paths == (str(b),)
        b.write_bytes(b"two")
        changed = library.look(b)
        assert library.find(changed, PLAIN) is None
        kept = library.add(changed, PLAIN, reading(2))
        assert kept.naming == "changed" and [e.paths for e in library.entries()] == [(), (str(b),)]
        os.utime(b, (1, 1))
        assert library.name(library.look(b)) == ("same", "") and library.find(library.look(b), PLAIN) == 2
        monkeypatch.setattr(type(library).__module__ + ".digest_of", lambda *_: pytest.fail("it was read again"))
        assert library.find(library.look(b), PLAIN) == 2


@every_store
def test_some_entries_and_files_are_what_the_whole_lists_say_of_them(name, tmp_path):
    with opened(tmp_path / "l.sqlite", name) as library:
        names = ["Straße 1.mp4", "b.mp4", b"caf\xe9.mp4", "c.mp4", "STRASSE 2.mp4"]
        files = [video(tmp_path, named, b"%d" % number) for number, named in enumerate(names)]
        for number, file in enumerate(files):
            library.add(library.look(file), PLAIN, reading(number, 60))
        library.name(library.look(shutil.copy(files[1], tmp_path / "again.mp4")))
        library.remove(paths=[os.fsencode(files[3])])
        silence = fingerprint_of(Sound(np.zeros((12 * SOUND_RATE, 1), np.int16), 0.0, AudioTrack(0, "pcm_s16le")))
        library.add_sound(
            library.look(files[0]), Settings(), Source("", 12.0, 0, 0.0, 0, 0, "pcm_s16le", "wav"), silence
        )
        every, listed = library.entries(), library.files()
        assert len(every) == 5 and every[-1].kind == SOUND
        wanted = [3, 1, 99, 0, -1, 1 << 70]
        assert library.entries_of(wanted) == {one.id: one for one in every if one.id in wanted}
        assert library.entry(every[0].id) == every[0] and library.entry(4) is None
        digests = {path: file.digest for file in listed for path in [file.name]}
        for file in listed:
            assert library.files_at([file.name, "/nowhere", ""]) == {file.name: file}
            assert library.files_with(file.digest) == tuple(one for one in listed if one.digest == file.digest)
        assert library.files_with(b"") == () and library.files_at([]) == {}
        asked = itertools.product((True, False), (True, False), ("", "strasse"), (0, 1, 9))
        for sounds, newest_first, text, offset in asked:
            page = library.entry_page(EntryQuery(text, sounds, newest_first, offset, 2))
            held = [one for one in every if sounds or one.kind != SOUND][:: -1 if newest_first else 1]
            fit = [one for one in held if any(text in path.casefold() for path in one.paths)] if text else held
            assert (page.held, page.total) == (len(held), len(fit)) and page.entries == (*fit[offset : offset + 2],)
            assert page.seconds == pytest.approx(sum(one.source.duration for one in fit))
            assert page.digests == tuple(digests[one.paths[0]] for one in page.entries)


def test_a_change_in_any_part_that_is_looked_at_is_another_content(tmp_path):
    from loopfind.stores.digest import DIGESTED_PARTS, PART_BYTES, digest_of

    size = 3 * DIGESTED_PARTS * PART_BYTES
    path = video(tmp_path, content=bytes(size))
    seen = {digest_of(os.fsencode(path), size)}
    for place in (0, PART_BYTES - 1, size - PART_BYTES, size - 1):
        data = bytearray(size)
        data[place] = 1
        path.write_bytes(data)
        seen.add(digest_of(os.fsencode(path), size))
    path.write_bytes(bytes(size + 1))
    seen.add(digest_of(os.fsencode(path), size + 1))
    small = video(tmp_path, "small.mp4", bytes(100))
    seen.add(digest_of(os.fsencode(small), 100))
    assert len(seen) == 7


@every_store
def test_what_an_older_loopfind_kept_is_not_used_and_goes(name, tmp_path, monkeypatch):
    a = video(tmp_path)
    with opened(tmp_path / "l.sqlite", name) as library:
        library.add(library.look(a), PLAIN, reading())
        for module in (type(library).__module__, "loopfind.stores.entries", "loopfind.stores.entry_lists"):
            monkeypatch.setattr(f"{module}.CODES", CODES + 1)
        assert library.find(library.look(a), PLAIN) is None and library.entries() == ()
        library.add(library.look(a), PLAIN, replaced(reading(), 8))
        assert [entry.id for entry in library.entries()] == [2]
        monkeypatch.undo()
        assert library.entries() == ()


def older(path):
    """A library as the first version made it, with one entry."""
    connection = sqlite3.connect(path)
    for statement in schema.STEPS[0]:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {tables.APPLICATION}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO content VALUES (1, 3, x'00')")
    connection.execute("INSERT INTO file VALUES (?, 3, 0, 1)", (b"/old.mp4",))
    values = "1, 1, 1, 'ahash', 24, 0, NULL, NULL, 0, 9, 9, 225, 25, 320, 180, 'h264', 'mov', 1, '[]', 0"
    connection.execute(f"INSERT INTO entry VALUES ({values})")
    connection.commit()
    connection.close()


def test_an_older_library_is_brought_up_to_date_with_all_it_holds(tmp_path):
    older(tmp_path / "l.sqlite")
    with opened(tmp_path / "l.sqlite") as library:
        assert [entry.paths for entry in library.entries()] == [("/old.mp4",)]
        with library.connections.reading() as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.STEPS),)
            assert connection.execute("SELECT path, entry FROM files").fetchall() == [("/old.mp4", 1)]
            for view in schema.VIEWS:
                assert connection.execute(f"SELECT count(*) FROM {view}").fetchone() is not None


def test_what_an_older_library_shared_shows_the_whole_of_its_content(tmp_path):
    older(tmp_path / "l.sqlite")
    connection = sqlite3.connect(tmp_path / "l.sqlite")
    for statement in (
        *schema.STEPS[1],
        *schema.STEPS[2],
        "INSERT INTO repeat VALUES (1, 'repeat', 2, NULL, 1, 'replay')",
    ):
        connection.execute(statement)
    ranges = (None, None, None, None)
    rows = [(1, 1, 1.0, 3.0, 25, 75, 0, 0, 0, 1.0, *ranges), (1, 1, 5.0, 6.5, 125, 163, 0, 0, 0, 2.0, *ranges)]
    connection.executemany(f"INSERT INTO stretch VALUES ({', '.join('?' * 14)})", rows)
    connection.execute("PRAGMA user_version = 3")
    connection.commit()
    connection.close()
    with opened(tmp_path / "l.sqlite") as library:
        (repeat,), _ = Results(library.connections).read([1])
    assert [(o.content_start, o.content_end) for o in repeat.occurrences] == [(0.0, 3.0), (0.0, 3.0)]


@every_store
def test_repeats_of_a_library_come_back_with_the_content_that_each_place_shows(name, tmp_path):
    shown = (showing(1, 3, 25, 75, content_start=0.4, content_end=2.4, file=0), showing(5, 7.4, 125, 185, file=0))
    repeat = Repeat(1, "repeat", 2.0, None, 1.0, "replay", shown)
    with opened(tmp_path / "l.sqlite", name) as library:
        library.add(library.look(video(tmp_path)), PLAIN, reading())
        results = Results(library.connections)
        results.write([1], [1], [repeat], [])
        assert results.read([1]) == ((repeat,), ())


def test_a_step_that_fails_leaves_the_older_library_as_it_was(tmp_path, monkeypatch):
    older(tmp_path / "l.sqlite")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, ("CREATE TABLE more (x)", "CREATE TABLE more (x)")))
    with pytest.raises(LibraryError, match="already exists"):
        opened(tmp_path / "l.sqlite")
    monkeypatch.undo()
    with opened(tmp_path / "l.sqlite") as library:
        assert len(library.entries()) == 1


def test_a_newer_library_is_refused_in_one_line(tmp_path):
    opened(tmp_path / "l.sqlite").close()
    with sqlite3.connect(tmp_path / "l.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match=r"l\.sqlite: made by a newer loopfind .*: update loopfind"):
        opened(tmp_path / "l.sqlite")


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="no library of loopfind"):
        opened(path)
    assert path.read_bytes() == before
    path.write_bytes(b"dear diary" * 100)
    with pytest.raises(LibraryError, match="no library of loopfind"):
        opened(path)


def test_what_cannot_be_opened_says_so(tmp_path):
    with pytest.raises(LibraryError, match="cannot be opened"):
        opened(tmp_path / "nowhere" / "l.sqlite")
    with pytest.raises(LibraryError, match="a folder"):
        opened(tmp_path)


@pytest.mark.slow
def test_a_full_disk_is_said_and_takes_nothing_that_was_kept(tmp_path, monkeypatch):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        library.add(library.look(video(tmp_path)), PLAIN, reading(1))
    monkeypatch.setattr(
        connections, "CONNECTION_PRAGMAS", (*connections.CONNECTION_PRAGMAS, "PRAGMA max_page_count = 60")
    )
    with opened(path) as library:
        big = library.look(video(tmp_path, "b.mp4", b"two"))
        with pytest.raises(LibraryError, match=r"the disk is full.*make room"):
            library.add(big, PLAIN, reading(2, 3000))
        assert [os.path.basename(entry.paths[0]) for entry in library.entries()] == ["a.mp4"]
        assert library.find(big, PLAIN) is None and same(library.reading(1), reading(1))
    monkeypatch.undo()
    with opened(path) as library:
        library.add(big, PLAIN, reading(2, 3000))
        assert same(library.reading(2), reading(2, 3000))


@every_store
def test_a_reader_does_not_wait_for_a_writer_nor_see_half_an_entry(name, tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path, name) as one, opened(path, name, patience=0.2) as other:
        one.add(one.look(video(tmp_path)), PLAIN, reading(1))
        with one.connections.writing() as connection:
            connection.execute("DELETE FROM entry")
            assert len(other.entries()) == 1 and same(other.reading(1), reading(1))
            with pytest.raises(LibraryError, match=r"has been writing to it for 0\.2 s: try again"):
                other.add(other.look(video(tmp_path, "b.mp4", b"two")), PLAIN, reading(2))
        assert other.entries() == ()


def test_where_sqlite_itself_ended_what_was_read_the_disks_error_is_told(tmp_path):
    with opened(tmp_path / "l.sqlite") as library:
        failed = sqlite3.OperationalError("disk I/O error")
        failed.sqlite_errorcode = sqlite3.SQLITE_IOERR

        def fail():
            with library.connections.snapshot() as connection:
                connection.execute("ROLLBACK")
                raise failed

        with pytest.raises(LibraryError, match="the disk reported an error"):
            fail()
        assert library.entries() == ()


def descriptors(path):
    """How often this process has a file open."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return links.count(str(path))


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the kernel does not say what is open")


@needs_proc
def test_a_library_that_another_program_holds_is_not_left_open(tmp_path):
    path = tmp_path / "l.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE mine (x)")
        holder.execute("BEGIN EXCLUSIVE")
        held = connections.SqliteConnections(path, "l.sqlite", 0.1)
        with pytest.raises(LibraryError, match="another program"):
            held.prepare()
    assert descriptors(path) == 0


@needs_proc
def test_threads_that_have_ended_hold_no_connection(tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        before = descriptors(path)
        for _ in range(20):
            thread = threading.Thread(target=library.entries)
            thread.start()
            thread.join()
        assert descriptors(path) <= before + 1


@every_store
def test_many_threads_add_and_read_at_once(name, tmp_path):
    files = [video(tmp_path, f"{number}.mp4", b"%d" % number) for number in range(12)]
    failed = []
    with opened(tmp_path / "l.sqlite", name) as library:

        def work(first):
            try:
                for number in range(first, 12, 4):
                    kept = library.add(library.look(files[number]), PLAIN, reading(number, 200))
                    assert same(library.reading(kept.entry), reading(number, 200))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed and len(library.entries()) == 12


ADDER = textwrap.dedent("""
    import sys
    from pathlib import Path
    sys.path[:0] = ["tests", "."]
    import test_stores as t
    folder, first = Path(sys.argv[1]), int(sys.argv[2])
    with t.open_library(sys.argv[4]) as library:
        for number in range(first, first + 1000):
            path = t.video(folder, f"{number}.mp4", b"%d" % number)
            library.add(library.look(path), t.PLAIN, t.reading(number % 3, 700))
            print(number, flush=True)
            if number == first + int(sys.argv[3]):
                break
""")


def adder(folder, first, last, name="sqlite"):
    where = str(address(folder / "l.sqlite", name))
    words = [sys.executable, "-c", ADDER, str(folder), str(first), str(last), where]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_library_that_is_made_while_it_is_looked_at_is_no_foreign_database(tmp_path):
    class Watched(sqlite3.Connection):
        def execute(self, sql, *values):
            if "sqlite_master" in sql:
                other = sqlite3.connect(tmp_path / "l.sqlite", timeout=0, isolation_level=None)
                with contextlib.closing(other), contextlib.suppress(sqlite3.OperationalError):  # it finds it locked
                    tables.migrate(other, "l.sqlite")
            return super().execute(sql, *values)

    connection = sqlite3.connect(tmp_path / "l.sqlite", isolation_level=None, factory=Watched)
    with contextlib.closing(connection):
        assert not tables.check(connection, "l.sqlite")


@every_store
@pytest.mark.slow
def test_two_processes_add_at_once_even_to_a_library_that_neither_found(name, tmp_path):
    both = [adder(tmp_path, first, 5, name) for first in (0, 1000)]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    with opened(tmp_path / "l.sqlite", name) as library:
        assert len(library.entries()) == 12
        for entry in library.entries():
            assert same(library.reading(entry.id), reading(int(Path(entry.paths[0]).stem) % 3, 700))


@every_store
@pytest.mark.slow
def test_a_killed_process_loses_at_most_the_file_in_hand(name, tmp_path):
    process = adder(tmp_path, 0, 1000, name)
    said = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    said += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    done = [int(line) for line in said if line.strip()]
    with opened(tmp_path / "l.sqlite", name) as library:
        kept = [int(Path(entry.paths[0]).stem) for entry in library.entries()]
        assert kept[: len(done)] == done and len(kept) - len(done) in (0, 1)
        for number, entry in zip(kept, library.entries(), strict=True):
            assert same(library.reading(entry.id), reading(number % 3, 700))
        library.add(library.look(video(tmp_path)), PLAIN, reading())


@pytest.mark.parametrize("part", ["end", "middle", "all over"])
def test_a_damaged_library_says_so_and_gives_nothing_wrong(tmp_path, part):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        for number in range(4):
            library.add(library.look(video(tmp_path, f"{number}.mp4", b"%d" % number)), PLAIN, reading(number))
    data = bytearray(path.read_bytes())
    if part == "end":
        del data[len(data) // 2 :]
    for place in range(len(data) // 3, len(data) * 2 // 3, 1 if part == "middle" else 997):
        data[place] ^= 0xA5 if part != "end" else 0
    path.write_bytes(data)
    said = []
    try:
        with opened(path) as library:
            for number in range(4):
                try:
                    assert same(library.reading(number + 1), reading(number))
                except LibraryError as error:
                    said.append(str(error))
    except LibraryError as error:
        said.append(str(error))
    assert said
    for line in said:
        assert line.startswith(f"{path}: it is damaged") and "verify" in line and "\n" not in line


def test_a_copy_of_a_library_is_a_library(tmp_path):
    with opened(tmp_path / "l.sqlite") as library:
        library.add(library.look(video(tmp_path)), PLAIN, reading())
    shutil.copy(tmp_path / "l.sqlite", tmp_path / "copy.sqlite")
    with opened(tmp_path / "copy.sqlite") as library:
        assert same(library.reading(1), reading())


@every_store
def test_what_is_removed_is_gone_with_all_that_hung_on_it_and_its_space_comes_back(name, tmp_path):
    path, gone = tmp_path / "l.sqlite", video(tmp_path, "gone.mp4", b"3")
    with opened(path, name) as library:
        small = [video(tmp_path, f"{number}.mp4", b"%d" % number) for number in range(3)]
        ids = [library.add(library.look(file), PLAIN, reading(n, 200)).entry for n, file in enumerate(small)]
        big = library.add(library.look(gone), PLAIN, reading(9, 5000)).entry
        with library.connections.writing() as connection:
            for number, places in ((1, ids), (2, [big, ids[0]]), (3, [ids[0], ids[0]])):
                connection.execute("INSERT INTO repeat VALUES (?, 'repeat', 2, NULL, 0.9, 'replay')", (number,))
                ranges = (None, None, None, None)
                rows = [(number, entry, 1.0, 3.0, 25, 75, 0, 0, 0, 1.0, *ranges, 0.0, 2.0) for entry in places]
                connection.executemany(f"INSERT INTO stretch VALUES ({', '.join('?' * 16)})", rows)
            connection.execute("INSERT INTO pair VALUES (?, ?, 2, 2, 0, 0)", (ids[0], big))
            connection.execute("INSERT INTO compared VALUES (?)", (big,))
        library.connections.shrink()
        before = path.stat().st_size if name == "sqlite" else 0
        library.remove(paths=[os.fsencode(gone)])
        assert [entry.id for entry in library.entries()] == ids
        if name == "sqlite":  # a server uses the space again by itself
            assert path.stat().st_size < before / 2
        with library.connections.reading() as connection:
            assert connection.execute("SELECT DISTINCT repeat FROM stretches ORDER BY 1").fetchall() == [(1,), (3,)]
            assert connection.execute(
                "SELECT (SELECT count(*) FROM pair), (SELECT count(*) FROM compared)"
            ).fetchone() == (
                0,
                0,
            )
        library.name(library.look(shutil.copy(small[1], tmp_path / "copy.mp4")))
        library.remove(paths=[os.fsencode(small[1])])
        assert [entry.id for entry in library.entries()] == ids, "it still has another name"
        library.remove(entries=ids[:2])
        assert [file.name for file in library.files()] == [str(small[2])]
        assert list(library.verify()) == []


@every_store
def test_verify_tells_files_that_are_gone_or_changed_and_entries_that_do_not_read(name, tmp_path):
    with opened(tmp_path / "l.sqlite", name) as library:
        for number in range(4):
            library.add(library.look(video(tmp_path, f"{number}.mp4", b"%d" % number)), PLAIN, reading(number, 200))
        assert list(library.verify()) == []
        (tmp_path / "1.mp4").unlink()
        (tmp_path / "2.mp4").write_bytes(b"X")
        with library.connections.writing() as connection:
            connection.execute("DELETE FROM block WHERE part = 1")
            connection.execute("UPDATE block SET data = ? WHERE part = 8", (b"\0",))
        told = {problem.where: problem.what for problem in library.verify()}
        assert sorted(told) == [str(tmp_path / "1.mp4"), str(tmp_path / "2.mp4"), "entry 1", "entry 2"]
        assert "is gone" in told[str(tmp_path / "1.mp4")] and "was changed" in told[str(tmp_path / "2.mp4")]
        assert told["entry 1"].startswith("its times cannot") and told["entry 2"].startswith("its sketches cannot")


@pytest.mark.slow
def test_verify_unpacks_no_more_than_a_block_may_hold(tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        library.add(library.look(video(tmp_path)), PLAIN, reading())
    bomb = zlib.compress(bytes(100_000_000), 9)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE part SET width = 1 << 40, rows = 1, step = 1 WHERE name = 'sketches'")
        connection.execute("UPDATE block SET data = ? WHERE part = 4", (bomb,))
    tracemalloc.start()
    with opened(path) as library:
        assert any("sketches" in problem.what for problem in library.verify())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_verify_tells_what_is_wrong_with_the_database_itself(tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        for number in range(4):
            library.add(library.look(video(tmp_path, f"{number}.mp4", b"%d" % number)), PLAIN, reading(number, 400))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40_000] = bytes(40_000)
    path.write_bytes(data)
    with opened(path) as library:
        assert {str(path)} < {problem.where for problem in library.verify()}


def ask(path, sql):
    with query_library(path, sql) as (columns, rows):
        return columns, list(rows)


def test_a_query_reads_and_can_do_nothing_else(tmp_path):
    path = tmp_path / "l.sqlite"
    with opened(path) as library:
        library.add(library.look(video(tmp_path, b"caf\xe9.mp4")), PLAIN, reading())
        assert ask(path, "SELECT entry, path, frames FROM files") == (
            ["entry", "path", "frames"],
            [(1, f"{tmp_path}/caf\\xe9.mp4", 300)],
        )
        before = path.read_bytes()
        for sql in (
            "DELETE FROM entry",
            "SELECT 1; DELETE FROM entry",
            "ATTACH 'x.sqlite' AS x",
            "PRAGMA user_version = 1",
            "CREATE TEMP TABLE t (x)",
            "SELECT load_extension('x')",
            "SELECT nothing FROM files",
            "VACUUM INTO 'x.sqlite'",
            "",
            "SELECT '\0'",
        ):
            with pytest.raises(BadSetting):
                ask(path, sql)
        assert path.read_bytes() == before and len(library.entries()) == 1
    older(tmp_path / "old.sqlite")
    assert ask(tmp_path / "old.sqlite", "SELECT path FROM files")[1] == [("/old.mp4",)]
    with pytest.raises(LibraryError, match="no library yet"):
        ask(tmp_path / "none.sqlite", "SELECT 1")
    assert not (tmp_path / "none.sqlite").exists()
