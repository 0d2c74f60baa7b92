"""The service under load, killed, and attacked.

    python benchmarks/service.py uploads FOLDER --work DIR     seconds from upload to answer, many uploads at once
    python benchmarks/service.py answers FOLDER --work DIR     what uploads are called, and what limits each answer
    python benchmarks/service.py killed FOLDER --work DIR      kill -9 of service and worker at ten moments
    python benchmarks/service.py hostile --work DIR            requests that nobody makes in good faith

FOLDER holds videos, each of another recording. Pieces of 8 s, 320 pixels wide, are cut out of them in DIR. The pieces
of every other video are in the library; the other entries are drawn, clips of 30 s as those of benchmarks/library.py,
--entries of them. An upload is 6 s of a piece, encoded anew: every other one is in the library. --at-once clients each
upload one after the other, and wait for the answer as events. `answers` checks the same uploads one by one, in this
process and without a service. `killed` sends the uploads too, each with a key of its
own, asks again whenever it gets no answer, and kills the worker and the whole service in turn. `hostile` sends requests
of tests/hostile_requests.py and uploads of GIF bombs for a worker, and looks for bugs, waits, files from elsewhere and
memory. What is made already is not made again.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import library as drawn
import numpy as np
from hostile_requests import HostileRequest, answer_to, gif_bomb, hostile
from suite import ffmpeg

from loopfind import scan
from loopfind.errors import MediaError
from loopfind.model.job import JobRequest
from loopfind.pipeline.library_add import add
from loopfind.pipeline.library_index import update_index
from loopfind.pipeline.upload_check import check_upload
from loopfind.reports.formats.uploads import check_form
from loopfind.stores.jobs import Jobs
from loopfind.stores.opener import open_library

SECONDS, APART, MOST_PIECES, UPLOAD = 8.0, 10.0, 6, 6.0
OVER = ("done", "failed", "cancelled")
Uploads = list[tuple[Path, bool]]
"""Uploads, and whether each is in the library."""
USUAL = "shorter pieces"
"""The caveat that nearly every answer has."""
PATIENCE = 900.0
"""Seconds that a client waits for an answer."""


def pieces_of(folder: Path, work: Path) -> dict[str, list[Path]]:
    """Video -> the pieces that were cut out of it; a video that is too short has none."""
    work.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Path]] = {}
    for video in sorted(path for path in folder.iterdir() if path.is_file() and path.suffix not in (".tsv", ".json")):
        for number in range(MOST_PIECES):
            piece = work / f"{video.stem}.{number}.mp4"
            if not piece.exists():
                with contextlib.suppress(RuntimeError, SystemExit, subprocess.CalledProcessError):
                    cut(video, 1.0 + number * APART, SECONDS, piece)
            if piece.exists() and length_of(piece) >= SECONDS - 0.5:
                found.setdefault(video.name, []).append(piece)
    return found


def length_of(video: Path) -> float:
    """Seconds of a video, 0 for a file that is none."""
    try:
        return scan(video, fast=True, sound=False).source.declared or 0.0
    except MediaError:
        return 0.0


def cut(video: Path, start: float, seconds: float, path: Path, quality: int = 26) -> None:
    """Write a part of a video, 320 pixels wide, whole or not at all."""
    part = path.with_suffix(".part.mp4")
    small = ["-vf", "scale=320:-2,setsar=1,format=yuv420p", "-an", "-c:v", "libx264", "-preset", "veryfast"]
    ffmpeg("-ss", start, "-t", seconds, "-i", video, *small, "-crf", str(quality), part)
    part.replace(path)


def made_library(pieces: Sequence[Path], entries: int, work: Path) -> Path:
    """A library of drawn clips and of real pieces."""
    path = work / f"library-{entries}.sqlite"
    if not path.exists():
        part = work / "library.part.sqlite"
        part.unlink(missing_ok=True)
        if entries:
            drawn.fill(str(part), entries)
        add([str(piece) for piece in pieces], part)
        with open_library(part) as held:
            update_index(held)
        part.replace(path)
    return path


def made_uploads(pieces: dict[str, list[Path]], count: int, work: Path, rng: np.random.Generator) -> Uploads:
    """Uploads, and whether each is in the library."""
    names, made = sorted(pieces), []
    for number in range(count):
        old = number % 2 == 0
        some = [piece for name in names[0 if old else 1 :: 2] for piece in pieces[name]]
        piece = some[int(rng.integers(len(some)))]
        start = round(float(rng.uniform(0, SECONDS - UPLOAD - 0.2)), 2)
        path = work / f"upload.{number:03}.{'old' if old else 'new'}.mp4"
        if not path.exists():
            cut(piece, start, UPLOAD, path, 30)
        made.append((path, old))
    return made


class Running:
    """A `loopfind serve` of a library, which can be killed and started again at the same port."""

    def __init__(self, library: Path, data: Path, *words: str) -> None:
        self._words, self._port = ["--library", str(library), "--data", str(data), "--lease", "3", *words], 0
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "loopfind", "serve", "--port", str(self._port), "--rate", "10000", "-q"]
        self.process = subprocess.Popen([*command, *self._words], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip().rstrip("/")
        self._port = int(self.address.rpartition(":")[2])

    @property
    def where(self) -> tuple[str, int]:
        """Host and port."""
        return "127.0.0.1", self._port

    def workers(self) -> list[int]:
        """Process ids of its worker."""
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(number) for one in listed for number in one.read_text().split()]

    def peak(self) -> float:
        """Most memory that it has held, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def kill(self) -> None:
        """Kill the service itself, -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self.process.wait()

    def asked(self, method: str, path: str, data: bytes | None = None, key: str = "") -> Any:
        """The JSON of an answer."""
        headers = {"Idempotency-Key": key} if key else {}
        if data is not None:
            headers["Content-Type"] = "video/mp4"
        with urlopen(Request(self.address + path, data, headers, method=method), timeout=120) as answer:  # noqa: S310
            return json.load(answer)

    def watched(self, number: int) -> Any:
        """A job once it is over, as its events have it."""
        with urlopen(f"{self.address}/v1/jobs/{number}/events", timeout=PATIENCE) as events:  # noqa: S310
            for line in events:
                if line.startswith(b"data: ") and (job := json.loads(line[6:]))["state"] in OVER:
                    return job
        raise URLError("the stream ended before the job")


def answered(service: Running, path: Path, key: str) -> tuple[Any, float]:
    """The job of an upload, once it is over, and the seconds that took. Asks again where it gets no answer."""
    began = time.perf_counter()
    data, number = path.read_bytes(), None
    while time.perf_counter() - began < PATIENCE:
        try:
            if number is None:
                number = service.asked("PUT", f"/v1/uploads/{path.name}", data, key)["id"]
            return service.watched(number), time.perf_counter() - began
        except HTTPError as error:
            if error.code < 500 and error.code not in (409, 429):
                raise
        except (OSError, ValueError):  # it is being started again
            pass
        time.sleep(0.3)
    raise TimeoutError(f"{path.name} got no answer")


def sent(service: Running, uploads: Uploads, at_once: int) -> list[tuple[Any, float]]:
    """The jobs of uploads, and the seconds of each."""
    with ThreadPoolExecutor(at_once) as clients:
        return list(clients.map(lambda one: answered(service, one[0], f"key-of-{one[0].stem}"), uploads))


def figures(jobs: Sequence[tuple[Any, float]], uploads: Uploads) -> str:
    """How long it took, and how often it was right."""
    seconds = np.array([taken for _, taken in jobs])
    p50, p99 = np.percentile(seconds, 50), np.percentile(seconds, 99)
    halves = told([job["answer"] or {"answer": job["state"]} for job, _ in jobs], uploads)
    return f"p50 {p50:.1f} s, p99 {p99:.1f} s, most {seconds.max():.1f} s; {halves}"


def told(answers: Sequence[dict[str, Any]], uploads: Uploads) -> str:
    """How often each answer was given, and what was said beside those that were called new."""
    called, caveats = Counter[tuple[bool, str]](), {True: Counter[str](), False: Counter[str]()}
    for answer, (_, old) in zip(answers, uploads, strict=True):
        called[old, answer["answer"]] += 1
        if answer["answer"] == "new":
            kinds = {one["kind"] for one in answer["caveats"]} - {USUAL}
            caveats[old].update([*kinds, "one of these" if kinds else f"only {USUAL}"])
    names = {True: "known", False: "new"}
    halves = [f"{names[old]} called {words}: {number}" for (old, words), number in sorted(called.items())]
    halves += [f"said of {names[old]} ones called new: {dict(found)}" for old, found in caveats.items() if found]
    return "; ".join(halves)


def answers(words: argparse.Namespace) -> None:
    """Print what uploads are called, and what limits each answer."""
    pieces, uploads, library = everything(words)
    found = list[dict[str, Any]]()
    for path, old in uploads:
        try:
            check = check_form(check_upload(str(path), library).check)
        except MediaError as error:
            check = {"answer": "failed", "summary": error.what}
        found.append(check)
        if old and check["answer"] != "duplicate":
            print(f"{path.name}: {check['answer']}: {check['summary']}", flush=True)
    print(f"{len(uploads)} uploads, {pieces} pieces and {words.entries:,} drawn entries: {told(found, uploads)}")


@contextlib.contextmanager
def running(library: Path, work: Path, *words: str) -> Iterator[Running]:
    """A service of a copy of a library, with data of its own."""
    data = work / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    shutil.copy(library, data / "library.sqlite")
    service = Running(data / "library.sqlite", data, *words)
    try:
        yield service
    finally:
        service.end()


def measured(words: argparse.Namespace) -> None:
    """Print how long uploads take, one at a time and many at once."""
    pieces, uploads, library = everything(words)
    with running(library, words.work, "--jobs", str(words.jobs)) as service:
        sent(service, uploads[:1], 1)  # what is loaded once is loaded
        alone = sent(service, uploads[1:9], 1)
        print(f"alone: {figures(alone, uploads[1:9])}", flush=True)
        began, used, own = time.perf_counter(), processor(), taken_by(service.process.pid)
        jobs = sent(service, uploads[9:], words.at_once)
        taken, used = time.perf_counter() - began, processor() - used
        print(f"{len(jobs)} uploads, {words.at_once} at once, {words.jobs} jobs at a time:")
        print(figures(jobs, uploads[9:]))
        own = taken_by(service.process.pid) - own
        print(f"a job took {own / len(jobs):.2f} s of processor time, with its share of service and worker")
        print(f"all in {taken:.0f} s; {used:.0f} s of {os.cpu_count()} cores were used, by everything on the machine")
        print(f"the service held {service.peak():.0f} MB at most; {pieces} pieces, {words.entries:,} entries")


def processor() -> float:
    """Seconds of processor time that this machine has used, all its programs together."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    busy = [int(field) for place, field in enumerate(fields[:8]) if place not in (3, 4)]
    return sum(busy) / os.sysconf("SC_CLK_TCK")


def taken_by(process: int) -> float:
    """Seconds of processor time that a process has used, with all that it started, also what has ended."""
    ticks = 0
    for one in descendants(process):
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def everything(words: argparse.Namespace) -> tuple[int, Uploads, Path]:
    """How many pieces there are, the uploads, and the library."""
    pieces = pieces_of(words.folder, words.work / "pieces")
    known = [piece for name in sorted(pieces)[::2] for piece in pieces[name]]
    library = made_library(known, words.entries, words.work)
    rng = np.random.default_rng(words.seed)
    extra = 9 if words.what == "uploads" else 0
    return len(known), made_uploads(pieces, words.uploads + extra, words.work / "pieces", rng), library


def killed(words: argparse.Namespace) -> None:
    """Print what becomes of jobs while the worker and the service are killed in turn."""
    _, uploads, library = everything(words)
    rng = random.Random(words.seed)
    with running(library, words.work, "--jobs", str(words.jobs)) as service:
        over = threading.Event()
        done: list[str] = []

        def kill_now_and_then() -> None:
            while len(done) < words.kills and not over.wait(rng.uniform(*words.pause)):
                if len(done) % 2:
                    service.kill()
                    done.append("service")
                    service.start()
                elif workers := service.workers():
                    os.kill(workers[0], signal.SIGKILL)
                    done.append("worker")

        killer = threading.Thread(target=kill_now_and_then)
        killer.start()
        jobs = sent(service, uploads, words.at_once)
        over.set()
        killer.join()
        listed = service.asked("GET", "/v1/jobs?limit=200")
        whole = [job for job in listed if job["state"] == "done"]
        results = [service.asked("GET", job["links"]["answer"]) for job in whole]
        tried = Counter(job["attempts"] for job in listed)
        states = dict(Counter(job["state"] for job in listed))
        print(f"{len(done)} kills: {dict(Counter(done))}; {len(uploads)} uploads")
        print(f"{len({job['id'] for job, _ in jobs})} jobs answered, {len(listed)} in the store: {states}")
        print(f"{len(results)} answers read back")
        print(f"begun once, twice, ...: {dict(sorted(tried.items()))}; {figures(jobs, uploads)}")


def attacked(words: argparse.Namespace) -> None:
    """Print what comes of hostile requests."""
    root, empty = words.work / "root", words.work / "empty.sqlite"
    root.mkdir(parents=True, exist_ok=True)
    (words.work / "secret.mp4").write_text("THE SECRET")
    with contextlib.suppress(FileExistsError):
        (root / "outside").symlink_to(words.work)
    with open_library(empty) as library:
        Jobs(library.connections).add(JobRequest("scan", "a.mp4", "path", "outside/secret.mp4"), "a job of old")
    rng = random.Random(words.seed)
    asked = [hostile(rng, number) for number in range(words.requests)]
    bombs = [HostileRequest("bomb", bomb_request(number)) for number in range(words.bombs)]
    limits = ("--patience", "2", "--job-time", "20", "--job-memory", "1", "--root", str(root))
    with running(empty, words.work, *limits) as service:
        before, most, over = service.peak(), [0.0], threading.Event()

        def look() -> None:
            while not over.wait(0.5):
                most[0] = max(most[0], sum(map(resident, descendants(service.process.pid))))

        watcher = threading.Thread(target=look)
        watcher.start()
        began = time.perf_counter()
        wrong, kinds, longest = [], Counter[tuple[str, int | None]](), 0.0

        def one(request: HostileRequest) -> tuple[HostileRequest, int | None, bytes, float]:
            start = time.perf_counter()
            try:
                status, said = answer_to(service.where, request, 60)
            except TimeoutError:
                status, said = 599, b""
            return request, status, said, time.perf_counter() - start

        with ThreadPoolExecutor(words.at_once) as clients:
            for request, status, said, seconds in clients.map(one, [*bombs, *asked]):
                kinds[request.kind, status] += 1
                longest = max(longest, seconds)
                if (status or 0) >= 500 or b"root:x:" in said or b"THE SECRET" in said:
                    wrong.append((request.kind, status, request.data[:200]))
        taken = time.perf_counter() - began
        states = settled(service)
        over.set()
        watcher.join()
        statuses = Counter(status for _, status in kinds.elements())
        shown = ", ".join(f"{status or 'closed'}: {count}" for status, count in sorted(statuses.items(), key=str))
        print(f"{sum(kinds.values())} requests in {taken:.0f} s, {words.at_once} at once, the longest {longest:.1f} s")
        print(f"answers: {shown}")
        print(f"bugs, waits without end, or files from elsewhere: {len(wrong)}", *wrong[:5], sep="\n")
        print(f"the service held {before:.0f} MB before and {service.peak():.0f} MB at most")
        print(f"with its worker and all jobs {most[0] / 1e6:.0f} MB at most; {words.bombs} bombs; jobs: {states}")
        print(f"it still answers: {service.asked('GET', '/health')['status']}")


def bomb_request(number: int) -> bytes:
    """An upload of a GIF bomb."""
    body = gif_bomb(200, 4000 + 3000 * number)
    lines = [f"PUT /v1/uploads/bomb{number}.gif HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def settled(service: Running) -> dict[str, int]:
    """States of the jobs once none waits or runs any more."""
    while service.asked("GET", "/v1/jobs?state=waiting&state=running"):
        time.sleep(0.5)
    return dict(Counter(job["state"] for job in service.asked("GET", "/v1/jobs?limit=200")))


def descendants(process: int) -> list[int]:
    """A process and all that it started."""
    found = [process]
    for one in found:
        with contextlib.suppress(OSError):
            for listed in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, listed.read_text().split())
    return found


def resident(process: int) -> float:
    """Bytes that a process holds in memory, its share of what it has in common with others; 0 for one that ended."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/smaps_rollup").read_text().partition("Pss:")[2].split()[0]) * 1024
    return 0.0


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("uploads", "answers", "killed", "hostile"))
    parser.add_argument("folder", type=Path, nargs="?", help="videos, each of another recording")
    parser.add_argument("--work", type=Path, required=True, help="where everything is made")
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pause", type=float, nargs=2, default=(2.0, 8.0), help="seconds between two kills")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--bombs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    {"uploads": measured, "answers": answers, "killed": killed, "hostile": attacked}[words.what](words)


if __name__ == "__main__":
    main()
