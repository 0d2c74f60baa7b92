"""The service as processes: killed, cut off and attacked, it loses no job, does none twice, and shows nothing else."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2 as httpx
import pytest
import videos
from hostile_requests import answer_to, gif_bomb, hostile
from patience import wait_until

from loopfind import scan
from loopfind.cli.app import run
from loopfind.errors import Unreadable
from loopfind.model.job import Job, JobRequest
from loopfind.service.fetch import fetch
from loopfind.service.refusals import Refused
from loopfind.service.settings import ServiceSettings
from loopfind.service.tasks import outcome_of
from loopfind.stores.jobs import Jobs
from loopfind.stores.opener import open_library

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent


class Running:
    """A `loopfind serve` and what it started."""

    def __init__(self, folder, *words):
        self.folder = folder
        command = [sys.executable, "-m", "loopfind", "serve", "--library", str(folder / "kept.sqlite")]
        command += ["--data", str(folder / "data"), "--port", "0", "--lease", "2", "--rate", "1000", *words]
        self.said = open(folder / "said.txt", "ab")  # noqa: SIM115 - closed by end
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.said, cwd=ROOT, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address, (folder / "said.txt").read_text()
        self.client = httpx.Client(base_url=self.address, timeout=60)

    def children(self):
        """Process ids of the workers beside it."""
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(number) for listed in found for number in listed.read_text().split()]

    def job(self, number):
        return self.client.get(f"/v1/jobs/{number}").json()

    def over(self, number):
        job = self.job(number)
        return job if job["state"] in ("done", "failed", "cancelled") else None

    def end(self, number=signal.SIGTERM):
        """Send it a signal, and wait for its end. Return its exit status."""
        self.client.close()
        self.process.send_signal(number)
        status = self.process.wait(30)
        self.process.stdout.close()
        self.said.close()
        return status


@pytest.fixture
def running(tmp_path):
    """Start services that are ended after the test."""
    started = []

    def start(*words):
        started.append(Running(tmp_path, *words))
        return started[-1]

    yield start
    for service in started:
        if service.process.returncode is None:
            service.end()


@pytest.fixture(scope="module")
def clip():
    return videos.encoded("mp4", "libx264").read_bytes()


def put(service, name, data, key):
    return service.client.put(f"/v1/uploads/{name}", content=data, headers={"Idempotency-Key": key})


def groups_alive(number):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(number, 0)
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_whatever_is_killed_each_job_is_done_once(running, clip, tmp_path):
    service = running("--jobs", "2")
    keys = [f"key-number-{number}" for number in range(2)]
    numbers = [put(service, f"{key}.mp4", clip, key).json()["id"] for key in keys]
    wait_until(lambda: service.job(numbers[0])["state"] == "running", what="a job that runs")
    (worker,) = service.children()
    os.kill(worker, signal.SIGKILL)  # the worker: another one takes its jobs once their leases are over
    wait_until(lambda: [one for one in service.children() if one != worker], what="another worker")
    (worker,) = service.children()
    assert service.end(signal.SIGKILL) == -signal.SIGKILL  # the service: its worker ends by itself
    wait_until(lambda: not groups_alive(worker), what="the end of the worker")
    again = running("--jobs", "2")
    assert [put(again, f"{key}.mp4", clip, key).json()["id"] for key in keys] == numbers  # asked once more
    jobs = [wait_until(lambda number=number: again.over(number), 90, f"the end of job {number}") for number in numbers]
    assert [job["state"] for job in jobs] == ["done"] * 2 and len(again.client.get("/v1/jobs").json()) == 2
    assert all(job["answer"]["answer"] == "new" and job["attempts"] >= 1 for job in jobs)
    assert again.client.get(jobs[0]["links"]["report"]).json()["schema"] == 1
    page = again.client.get(jobs[0]["links"]["page"])
    assert page.headers["content-type"].startswith("text/html") and "sha256-" in page.text
    assert again.end(signal.SIGINT) == 0
    assert len(os.listdir(tmp_path / "data" / "results")) >= 2 and os.listdir(tmp_path / "data" / "work") == []
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def test_a_job_is_cancelled_with_its_processes_and_one_over_its_limit_is_ended(running, tmp_path):
    long = videos.make("minutes.mp4", *videos.moving(seconds=100), "-c:v", "libx264", "-preset", "ultrafast")
    service = running("--root", str(long.parent), "--job-time", "2")
    cancelled = service.client.post("/v1/jobs", json={"path": long.name, "work": "scan"}).json()["id"]
    wait_until(lambda: service.job(cancelled)["state"] == "running", what="a job that runs")
    assert service.client.delete(f"/v1/jobs/{cancelled}").json()["stopping"]
    assert wait_until(lambda: service.over(cancelled), what="its end")["state"] == "cancelled"
    limited = service.client.post("/v1/jobs", json={"path": long.name, "work": "scan"}).json()["id"]
    job = wait_until(lambda: service.over(limited), what="its end")
    assert job["problem"] == {"status": 422, "title": "Too long", "detail": "it took more than 2 s"}
    bomb = put(service, "bomb.gif", gif_bomb(), "key-of-a-bomb").json()["id"]  # a small file of large pictures
    assert wait_until(lambda: service.over(bomb), 60, "its end")["state"] == "failed"
    assert os.listdir(tmp_path / "data" / "results") == []


def test_hostile_requests_end_in_no_bug_no_wait_and_nothing_from_elsewhere(running, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.mp4").write_text("THE SECRET")
    (root / "outside").symlink_to(tmp_path)
    service = running("--no-worker", "--root", str(root), "--patience", "1")
    with open_library(tmp_path / "kept.sqlite") as library:
        Jobs(library.connections).add(JobRequest("scan", "a.mp4", "path", "outside/secret.mp4"), "a job of old")
    where = ("127.0.0.1", int(service.address.rstrip("/").rpartition(":")[2]))
    rng = random.Random(7)
    asked = [hostile(rng, number) for number in range(280)]
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda one: answer_to(where, one), asked))
    wrong = [
        (one.kind, one.data[:300], status)
        for one, (status, said) in zip(asked, answers, strict=True)
        if (status or 0) >= 500 or b"root:x:" in said or b"THE SECRET" in said
    ]
    assert not wrong
    assert service.client.get("/health").status_code == 200
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    assert int(status.partition("VmHWM:")[2].split()[0]) < 300_000  # kB
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def test_a_video_served_alone_is_scanned_and_goes_with_the_service(tmp_path):
    clip = videos.encoded("mp4", "libx264")
    command = [sys.executable, "-m", "loopfind", "serve", str(clip), "--port", "0", "--no-open"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    address = process.stdout.readline().strip()
    host, _, number = address.rpartition("/jobs/")
    with httpx.Client(base_url=host, timeout=60) as client:
        assert client.get("/", follow_redirects=False).headers["location"] == f"/jobs/{number}"
        wait_until(lambda: client.get(f"/v1/jobs/{number}").json()["state"] == "done", 60, "the scan")
        assert client.get(f"/v1/jobs/{number}/report").json()["source"]["path"] == clip.name
    process.terminate()
    assert process.wait(30) == 0 and os.listdir(tmp_path) == []
    process.stdout.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "--token-file"),
        (["--root", "nowhere"], "there is no such folder"),
        (["--token-file", "nowhere"], "cannot be read"),
        (["nowhere.mp4"], "no such file"),
        (["--no-worker", "{clip}"], "would not be scanned"),
        (["--cameras", "nowhere.toml", "{clip}"], "a video is served alone"),
        (["--cameras", "nowhere.toml"], "No such file"),
        (["--data", "/dev/null/x"], "cannot be made"),
    ],
)
def test_what_cannot_be_served_is_said_in_a_line(words, said, tmp_path, monkeypatch, capsys):
    clip = str(videos.encoded("mp4", "libx264"))
    if "mp4" not in words[-1] and words[-1] != "{clip}":
        words = [*words, "--library", str(tmp_path / "kept.sqlite")]
    monkeypatch.chdir(tmp_path)
    status = run(["serve", "--port", "0", *(word.replace("{clip}", clip) for word in words)])
    answered, complained = capsys.readouterr()
    assert status in (1, 2) and said in complained and complained.count("\n") == 1 and not answered


class Site(BaseHTTPRequestHandler):
    """A site with a file, and with ways that lead on."""

    def do_GET(self):
        place = {"/on": "/a.mp4", "/round": "/round", "/away": "ftp://127.0.0.1/a", "/user": "http://a:b@127.0.0.1/"}
        way = self.path.partition("?")[0]
        if way in place:
            self.send_response(302)
            self.send_header("Location", place[way])
            self.end_headers()
            return
        self.send_response(200 if self.path.startswith("/a.mp4") else 404)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * (500 if "cut" in self.path else 1000))

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_file_at_an_address_is_fetched_and_each_step_of_the_way_is_checked(site, tmp_path):
    path = tmp_path / "fetched"
    seen = []
    fetch(f"{site}/on?signature=secret", str(path), 1000, 10, True, lambda *now: seen.append(now))
    assert path.read_bytes() == b"x" * 1000 and seen[-1] == (1000, 1000)
    with pytest.raises(Refused, match="private network"):
        fetch(f"{site}/a.mp4", str(path), 1000, 10, False)
    for way in ("away", "user"):
        with pytest.raises(Refused):
            fetch(f"{site}/{way}", str(path), 1000, 10, True)
    for way, why in (("round", "more than 5 times"), ("none", "404"), ("a.mp4?cut", "broke off")):
        with pytest.raises(Unreadable, match=why) as caught:
            fetch(f"{site}/{way}", str(path), 1000, 10, True)
        assert "?" not in str(caught.value)
    with pytest.raises(Unreadable, match="more than 999 bytes"):
        fetch(f"{site}/a.mp4", str(path), 999, 10, True)


def asked(place, kind="address", work="check", **more):
    """A job as a worker has it."""
    return Job(1, "a key", JobRequest(work, "a.mp4", kind, place, **more), "running", 1.0, 1.0)


def worked(job, settings, tmp_path):
    """The outcome of a job, in this process, and the folder of its results."""
    folder = tmp_path / "results"
    folder.mkdir()
    return outcome_of(job, settings, str(folder), lambda _: None), folder


@pytest.fixture
def settings(tmp_path):
    with open_library(tmp_path / "kept.sqlite"):
        return ServiceSettings(str(tmp_path / "kept.sqlite"), str(tmp_path), root=str(videos.FOLDER), private=True)


def test_a_job_writes_its_answer_a_report_a_page_and_every_export(settings, tmp_path):
    clip = videos.encoded("mp4", "libx264")
    outcome, folder = worked(asked(clip.name, "path"), settings, tmp_path)
    assert outcome.problem is None and outcome.answer["answer"] == "new" and outcome.answer["kept"] is False
    full = json.loads((folder / "answer.json").read_text())
    assert full["summary"] == outcome.answer["summary"] and full["digest"] and full["searched"] == 0
    assert json.loads((folder / "report.json").read_text())["source"]["path"] == "a.mp4"
    assert {path.name for path in (folder / "exports").iterdir()} >= {"json", "csv", "markdown", "edl", "vtt"}
    assert str(videos.FOLDER) not in (folder / "page.html").read_text()


def test_groups_of_a_small_library_say_how_many_files_they_take(settings, tmp_path):
    outcome, _ = worked(asked("", "library", "groups"), settings, tmp_path)
    assert outcome.problem.status == 409 and outcome.problem.title == "Too few files"
    assert outcome.problem.detail.startswith("the library: it holds 0 files to compare, and 20 are the fewest")
    assert outcome.problem.detail.endswith("add more") and str(tmp_path) not in outcome.problem.detail


def test_what_repeats_is_cut_out_where_clips_are_asked_for(settings, tmp_path):
    where = replace(settings, root=str(ROOT / "fixtures"))
    outcome, folder = worked(asked("replay.mp4", "path", "scan", clips=True), where, tmp_path)
    assert outcome.answer["repeats"] == 1
    assert sorted(os.listdir(folder / "clips")) == ["repeat-1a.mp4", "repeat-1b.mp4"]
    lengths = [scan(folder / "clips" / name).source.frames for name in ("repeat-1a.mp4", "repeat-1b.mp4")]
    shown = json.loads((folder / "report.json").read_text())["repeats"][0]["occurrences"]
    assert lengths == [one["end_frame"] - one["start_frame"] for one in shown]


def test_what_lies_at_an_address_is_worked_on_as_a_file_and_what_is_no_video_is_said(settings, site, tmp_path):
    outcome, _ = worked(asked(f"{site}/a.mp4"), settings, tmp_path)
    assert outcome.problem.status == 415 and str(tmp_path) not in outcome.problem.detail


@pytest.mark.parametrize(
    ("place", "kind", "status"),
    [("../secret", "path", 404), ("9", "entry", 410), ("http://127.0.0.1:1/a", "address", 422)],
)
def test_a_place_is_checked_once_more_where_it_is_read(settings, tmp_path, place, kind, status):
    assert worked(asked(place, kind), settings, tmp_path)[0].problem.status == status


def test_no_job_enters_a_private_network(settings, site, tmp_path):
    guarded = replace(settings, private=False)
    assert worked(asked(f"{site}/a.mp4"), guarded, tmp_path)[0].problem.status == 403
