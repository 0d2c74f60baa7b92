"""Break what loopfind itself keeps - libraries, checkpoints and reports - and report what makes trouble.

    python benchmarks/fuzz_kept.py                      1,000 mutations of each
    python benchmarks/fuzz_kept.py --count 60 --seed 7  fewer, others
    python benchmarks/fuzz_kept.py --only reports       of one kind
    python benchmarks/fuzz_kept.py --keep DIR           what made trouble is kept there

Every second mutation is of bytes, in the ways of fuzz.py, and every other one of what they mean: SQL that changes
types, sizes, blobs, names and tables; keys and values of JSON; times, codes and digests of frames. A mutation is a
function of its seed and its number. Each is given to the commands that read it, several in one process. They may
answer, or refuse in one line. Counted as trouble is anything else: an exception, a warning, "this is a bug"; more than
LONGEST seconds or MEMORY bytes; a file that is left or written elsewhere; a repeat where nothing is shown twice; an
answer after a checkpoint that is not the answer without it; a written report that holds control characters or cannot
be parsed.
"""

import argparse
import contextlib
import copy
import csv
import gc
import hashlib
import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import fuzz
import imageio_ffmpeg
import numpy as np

from loopfind import Decoding, LoopfindError, Report, scan
from loopfind.cli.app import run
from loopfind.model.video import Progress
from loopfind.pipeline import Resume
from loopfind.reports.formats import FORMATS

LONGEST = 60
"""Seconds that the commands on one mutation may take."""
MEMORY = 1_500_000_000
"""Bytes resident that the process may take at most."""

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    0.5,
    1e308,
    -1e308,
    5e-324,
    2**31,
    2**53 + 1,
    2**62,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "x",
    "=1+1",
    "../../x",
    "/etc/hostname",
    "file:///etc/hostname",
    "http://127.0.0.1:1/x",
    "\0",
    "a\nb\x1b[2J\u202e\u2028",
    "\ud800",
    "-->\n\n",
    "x" * 100_000,
    [],
    {},
    [[]],
    [1, 2],
)
"""Values that are put in the place of others."""


@cache
def blobs() -> tuple[bytes, ...]:
    """Return bytes that are put in the place of others, the last of them a little that unpacks to much."""
    return (b"", b"\0", b"\xff" * 40, b"x\x9c\x03\0\0\0\0\1", bytes(200_000), zlib.compress(bytes(200_000_000), 9))


def drawn(folder: Path) -> None:
    """Draw videos with sound, and keep what loopfind makes of them.

    plain.sqlite holds two videos that share nothing, shared.sqlite one and the same shown twice; of that a report and a
    checkpoint are kept too, and what a scan answers.
    """
    life = "life=s=96x64:r=25:seed={}:ratio=0.3:mold=10:mold_color=gray"
    noise = "anoisesrc=r=22050:c=pink:a=0.5:seed={}"
    coded = ("-c:v", "mpeg4", "-g", "25", "-q:v", "4", "-c:a", "aac")
    for number in (1, 2):
        drawn = ("-f", "lavfi", "-i", life.format(number), "-f", "lavfi", "-i", noise.format(number))
        _ffmpeg(*drawn, "-t", "4", *coded, folder / f"{number}.mkv")
    _ffmpeg("-stream_loop", "1", "-i", folder / "1.mkv", "-c", "copy", folder / "twice.mkv")
    for name, videos in {"plain": ("1", "2"), "shared": ("1", "twice")}.items():
        library = ("--library", str(folder / f"{name}.sqlite"), "-q")
        _said("library", "add", *(str(folder / f"{video}.mkv") for video in videos), *library)
        _said("library", "compare", *library)
        _said("library", "similar", str(folder / "1.mkv"), *library)
    twice = str(folder / "twice.mkv")
    scan(twice).save(folder / "report.json")

    def stop(progress: Progress) -> None:
        if progress.frames >= 150:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        scan(twice, watch=stop, resume=Resume(folder / "checkpoint", every=0.0), decoding=Decoding(jobs=1))


def _ffmpeg(*words: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, words)]
    subprocess.run(command, check=True)


def _said(*words: str) -> tuple[int, str, str]:
    """Run one command line in this process; return its status, and what it wrote to both streams."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run([*words])
        out.flush()
        err.flush()
    return status, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()


def odd_json(value: Any, dice: random.Random) -> Any:
    """Return a JSON value with some of its keys and values changed, anywhere in it."""
    value = copy.deepcopy(value)
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        inner = value
        path: list[tuple[Any, Any]] = []
        while isinstance(inner, dict | list) and inner and (not path or dice.random() < 0.8):
            keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
            path.append((inner, dice.choice(keys)))
            inner = inner[path[-1][1]]
        if not path:
            return dice.choice(ODD)
        holder, key = path[-1]
        way = dice.choice(("replace", "replace", "remove", "copy", "nest", "scale"))
        if way == "remove":
            del holder[key]
        elif way == "copy":
            holder[key] = copy.deepcopy(dice.choice(path)[0])
        elif way == "nest":
            for _ in range(dice.choice((1, 5, 60))):
                holder[key] = [holder[key]]
        elif way == "scale" and isinstance(inner, int | float) and abs(inner) < 1e300:
            holder[key] = inner * dice.choice((-1, 0.001, 1.5, 1e3, 1e12))
        else:
            holder[key] = dice.choice(ODD)
    return value


def odd_library(path: Path, dice: random.Random) -> str:
    """Change a library by SQL, in a way that SQLite takes. Returns the statement."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for _ in range(dice.choice((1, 1, 3))):
            table = dice.choice([name for name in tables if not name.startswith("sqlite_")])
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] or ["rowid"]
            column = dice.choice(columns)
            value: Any = dice.choice((*ODD, *blobs()))
            if isinstance(value, list | dict):
                value = json.dumps(value) * 3
            if isinstance(value, str):
                value = value.encode("utf-8", "replace").decode()
            if isinstance(value, int) and abs(value) >= 1 << 63:
                value = float("inf")
            where = dice.choice(("", f" WHERE rowid % {dice.choice((2, 3))} = 0"))
            if table in ("pair", "posting", "lacking"):
                where = ""
            statement = dice.choice(
                (
                    f'UPDATE {table} SET "{column}" = ?1{where}',
                    f'UPDATE {table} SET "{column}" = ?1{where}',
                    f'UPDATE {table} SET "{column}" = "{column}" * -1.5{where}',
                    f'UPDATE {table} SET "{column}" = CAST("{column}" AS TEXT){where}',
                    f'UPDATE {table} SET "{column}" = CAST("{column}" AS BLOB){where}',
                    f'UPDATE {table} SET "{column}" = "{dice.choice(columns)}"{where}',
                    f"DELETE FROM {table}{where}",
                    f"INSERT INTO {table} SELECT * FROM {table}",
                    f"DROP TABLE {table}",
                    f"CREATE TRIGGER t AFTER UPDATE ON {table} BEGIN DELETE FROM content; END",
                    "UPDATE sqlite_master SET sql = replace(sql, 'INTEGER', 'TEXT')",
                    f"PRAGMA user_version = {dice.choice((0, 1, 2, 3, 99, -1))}",
                    f"PRAGMA application_id = {dice.choice((0, 7))}",
                    "UPDATE block SET data = (SELECT data FROM block AS other WHERE other.number <> block.number)",
                )
            )
            with contextlib.suppress(sqlite3.Error):
                connection.execute(statement, (value,) if "?1" in statement else ())
                connection.commit()
    return statement


def broken_bytes(path: Path, other: Path, dice: random.Random) -> None:
    """Change the bytes of a file in one of the ways of fuzz.py."""
    way = dice.choice((fuzz.flipped, fuzz.flipped, fuzz.flipped_head, fuzz.cut, fuzz.holed, fuzz.absurd, fuzz.spliced))
    path.write_bytes(way(bytearray(path.read_bytes()), other.read_bytes(), dice))


def library(whole: Path, work: Path, number: int, dice: random.Random) -> str:
    """Break a library and use it. Returns what is wrong with that, "" for nothing."""
    name, path = dice.choice(("plain", "plain", "shared")), work / "l.sqlite"
    shutil.copy(whole / f"{name}.sqlite", path)
    if number % 2:
        odd_library(path, dice)
    else:
        broken_bytes(path, whole / "1.mkv", dice)
    video = str(whole / dice.choice(("1.mkv", "2.mkv")))
    commands = [
        ("library", "list"),
        ("library", "compare"),
        ("library", "search", video),
        ("library", "search", video, "--align", "sound"),
        ("library", "similar", video),
        ("library", "add", video),
        ("library", "query", "SELECT * FROM files, stretches, sounds"),
        ("library", "remove", video),
        ("scan", video, "--cache", "--no-resume"),
        ("compare", str(whole / "1.mkv"), str(whole / "2.mkv"), "--cache"),
    ]
    for words in (("library", "verify"), *dice.sample(commands, 3)):
        status, said, complaint = _said(*words, "--library", str(path), "--json")
        if fault := _fault(status, complaint):
            return f"{' '.join(words)}: {fault}"
        if not status and words[1] != "verify":
            found = json.loads(said)
            if name == "plain" and words[0] != "library" and found.get("repeats"):
                return f"{' '.join(words)}: a repeat where there is none"
            if name == "plain" and words[1] in ("compare", "search") and not number % 2 and found["repeats"]:
                return f"{' '.join(words)}: a repeat where there is none"
    return ""


def checkpoint(whole: Path, work: Path, number: int, dice: random.Random) -> str:
    """Break a checkpoint and go on with it. Returns what is wrong with that, "" for nothing."""
    folder = work / "checkpoint"
    shutil.copytree(whole / "checkpoint", folder)
    (says,), (rows,) = folder.glob("*.json"), folder.glob("*.frames")
    if number % 4 == 1:
        says.write_text(json.dumps(odd_json(json.loads(says.read_text()), dice)))
    elif number % 4 == 3:  # frames that are not those of the video, with a digest that fits
        said = json.loads(says.read_text())
        data = np.frombuffer(rows.read_bytes(), np.uint8).copy()
        size = len(data) // said["frames"]
        row = data[: size * said["frames"]].reshape(-1, size)
        row[-60 + dice.randrange(60) :, dice.randrange(size)] ^= dice.choice((1, 64, 128, 255))
        rows.write_bytes(row.tobytes())
        said["rows"] = hashlib.blake2b(row.tobytes()).hexdigest()
        says.write_text(json.dumps(said))
    else:
        broken_bytes(dice.choice((says, rows)), rows, dice)
    video = str(whole / "twice.mkv")
    report = scan(video, resume=Resume(folder, every=0.0), decoding=Decoding(jobs=1))
    if number % 4 != 3 and report.to_dict() != Report.load(whole / "report.json").to_dict():
        return "another answer than without the checkpoint"
    return f"left {os.listdir(folder)}" if os.listdir(folder) else ""


def report(whole: Path, work: Path, number: int, dice: random.Random) -> str:
    """Break a report, turn it into every format, and cut clips by it. Returns what is wrong, "" for nothing."""
    path = work / "report.json"
    text = (whole / "report.json").read_text()
    if number % 2:
        path.write_text(json.dumps(odd_json(json.loads(text), dice)))
    else:
        path.write_text(text)
        broken_bytes(path, whole / "1.mkv", dice)
    try:
        loaded = Report.load(path)
    except LoopfindError as error:
        if not str(error).isprintable():
            return f"no clear line: {error!r}"
    else:
        for form in FORMATS:
            try:
                loaded.save(work / "written", form)
            except LoopfindError as error:
                if not str(error).isprintable():
                    return f"no clear line: {error!r}"
                continue
            if fault := unsafe(form, (work / "written").read_bytes()):
                return f"{form}: {fault}"
        loaded._repr_html_()
    if number % 5 == 0:
        words = ("extract", str(path), "--out", str(work / "clips"), "--as", dice.choice(("mp4", "gif")), "--most", "2")
        status, _, complaint = _said(*words, "-q")
        if fault := _fault(status, complaint):
            return f"extract: {fault}"
        if {*os.listdir(work)} - {"report.json", "written", "clips"}:
            return f"extract left {os.listdir(work)}"
    return ""


def _fault(status: int, complaint: str) -> str:
    """Return what is wrong with how a command ended."""
    if status not in (0, 1, 2, 3) or "bug in loopfind" in complaint or "Traceback" in complaint:
        return f"{status}: {complaint[:300]}"
    lines = complaint.splitlines()
    if any(not line.isprintable() or len(line) > 2000 for line in lines) or (status == 2 and len(lines) != 1):
        return f"{status}, no clear lines: {complaint[:300]!r}"
    return ""


def unsafe(form: str, data: bytes) -> str:
    """Return what is wrong with a report that was written in a format, "" for nothing."""
    text = data.decode()
    odd = {letter for letter in text if not letter.isprintable()} - {"\n"}
    if odd - ({"\t"} if form == "audacity" else set()):
        return f"unprintable {sorted(odd)!r}"
    if form in ("json", "otio"):
        json.loads(text, parse_constant=_no_constant)
    elif form == "fcpxml":
        ElementTree.fromstring(data)
    elif "csv" in form or form == "losslesscut":
        for row in csv.reader(text.splitlines()):
            for cell in row:
                if cell.startswith(FORMULA) and not _is_number(cell):
                    return f"a formula: {cell!r}"
    return ""


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


KINDS = {"libraries": library, "checkpoints": checkpoint, "reports": report}
"""Kind -> the function that breaks one and uses it."""


class Hung(BaseException):
    """A trial takes too long. No part of loopfind takes this for an error of a file."""


def trial(seed: int, whole: str, keep: str | None, job: tuple[str, int]) -> tuple[str, int, str, float]:
    """Break one thing in this process and use it: its kind and number, what trouble there was, how long it took."""
    kind, number = job
    dice = random.Random(f"{seed} {kind} {number}")
    with tempfile.TemporaryDirectory() as folder:
        work, scratch = Path(folder, "in"), Path(folder, "tmp")
        work.mkdir()
        scratch.mkdir()
        before, tempfile.tempdir = tempfile.tempdir, str(scratch)
        os.environ["XDG_CACHE_HOME"] = str(scratch / "none")
        began, files = time.monotonic(), len(os.listdir("/proc/self/fd"))

        def hang(*_: object) -> None:
            raise Hung(f"took more than {LONGEST} s")

        signal.signal(signal.SIGALRM, hang)
        signal.alarm(LONGEST)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                trouble = KINDS[kind](Path(whole), work, number, dice)
        except BaseException:
            trouble = traceback.format_exc()
        finally:
            signal.alarm(0)
            tempfile.tempdir = before
        gc.collect()
        if os.listdir(scratch):
            trouble = trouble or f"left files: {os.listdir(scratch)}"
        if len(os.listdir("/proc/self/fd")) > files:
            trouble = trouble or "left descriptors open"
        if multiprocessing.active_children() or _has_children():
            trouble = trouble or "left a process"
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > MEMORY:
            trouble = trouble or "took too much memory"
        if keep and trouble:
            shutil.copytree(work, Path(keep, f"{kind}-{number}"), dirs_exist_ok=True)
    return kind, number, trouble, time.monotonic() - began


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def trials(
    count: int, seed: int, jobs: int, kinds: Sequence[str] = tuple(KINDS), keep: str | None = None
) -> Iterator[tuple[str, int, str, float]]:
    """Kind, number, trouble and seconds of so many mutations of each kind."""
    with tempfile.TemporaryDirectory(prefix="loopfind-fuzz-") as whole:
        drawn(Path(whole))
        # A process for each few mutations, so that a peak of memory is one of those few.
        with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=50) as pool:
            task = partial(trial, seed, whole, keep)
            yield from pool.imap(task, [(kind, number) for kind in kinds for number in range(count)], chunksize=5)


def main() -> int:
    """Break, use, count; 1 if there was any trouble."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--keep", metavar="DIR")
    wanted = parser.parse_args()
    if wanted.keep:
        shutil.rmtree(wanted.keep, ignore_errors=True)
        os.makedirs(wanted.keep)
    keep = os.path.abspath(wanted.keep) if wanted.keep else None
    done, troubles = Counter[str](), Counter[str]()
    slowest = dict.fromkeys(KINDS, 0.0)
    kinds = [wanted.only] if wanted.only else list(KINDS)
    for kind, number, trouble, seconds in trials(wanted.count, wanted.seed, wanted.jobs, kinds, keep):
        done[kind] += 1
        slowest[kind] = max(slowest[kind], seconds)
        if trouble:
            troubles[kind] += 1
            print(f"{kind} {number}: {trouble}", flush=True)
    for kind in kinds:
        print(f"{done[kind]:,} {kind}, {troubles[kind]} with trouble; the slowest took {slowest[kind]:.1f} s")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
