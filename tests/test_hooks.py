"""Commands and addresses that take findings: each gets all of them, in order, and never holds up the reading."""

import http.server
import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import samples
import videos

from loopfind.cli.app import run
from loopfind.cli.hook_command import HookCommand
from loopfind.cli.hook_webhook import Webhook
from loopfind.cli.hooks import MOST_WAITING, Hook, Hooks
from loopfind.errors import BadSetting
from loopfind.model.events import Finding
from loopfind.reports.formats.findings import FindingMaker, finding_of_report

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
LOOP = Path(__file__).resolve().parent.parent / "fixtures" / "loop.mp4"
ODD = "rtsp://cam/$(touch here)`x`;'\"\n&|"


def finding(video=ODD, number=1, going_on=True, now=NOW):
    repeat = samples.three_and_a_loop().repeats[number - 1]
    maker = FindingMaker(video, lambda seconds: "", NOW - timedelta(hours=1), "://" in video)
    return maker.of(Finding(repeat, going_on, repeat.occurrences[-1].start + 3.0), now)


def script(folder, body):
    path = folder / "hook.py"
    path.write_text(f"import json, os, sys, threading\n{body}\n")
    return f"{sys.executable} '{path}' '{folder / 'said.json'}'"


def test_a_finding_has_its_time_on_the_wall_and_an_id_of_its_own():
    one, later = finding(), finding(going_on=False, now=NOW + timedelta(seconds=9))
    assert one["wall"] == "2026-03-01T12:00:30.000+00:00" and one["shown"] == "2026-03-01T12:00:27.000+00:00"
    assert one["id"] == later["id"] != finding(number=2)["id"]
    assert finding("film.mkv")["shown"] is None and finding("film.mkv")["id"] != one["id"]


def test_a_command_gets_json_and_plain_fields_and_no_shell_reads_them(tmp_path):
    known = "dict((k, v) for k, v in os.environ.items() if k.startswith('LOOPFIND_FINDING'))"
    command = script(tmp_path, f"json.dump([json.load(sys.stdin), {known}], open(sys.argv[1], 'w'))")
    said = []
    with Hooks([HookCommand(command)], said.append) as hooks:
        hooks.send(finding())
    given, variables = json.loads((tmp_path / "said.json").read_text())
    assert said == [] and given == finding()
    assert variables["LOOPFIND_FINDING_VIDEO"] == ODD
    assert variables["LOOPFIND_FINDING_ID"] == given["id"] and variables["LOOPFIND_FINDING_NUMBER"] == "1"
    assert variables["LOOPFIND_FINDING_GOING_ON"] == "true" and variables["LOOPFIND_FINDING_START"] == "2403.2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("sys.exit('no\\nmore')", "ended with status 1: no"),
        ("sys.stdin.close(); sys.exit(7)", "ended with status 7"),
        ("threading.Event().wait()", "was ended, as it ran for 0.5 s"),
    ],
)
def test_a_command_that_fails_or_hangs_is_one_line(body, says, tmp_path):
    said = []
    with Hooks([HookCommand(script(tmp_path, body), 0.5 if "wait" in body else 30.0)], said.append) as hooks:
        hooks.send(finding() | {"padding": ["x" * 300_000], "text": "x" * 300_000})
    assert len(said) == 1 and said[0].startswith("loopfind: --exec: ") and says in said[0]


@pytest.mark.parametrize("command", ["no-such-program-here x", "'open", ""])
def test_a_command_that_cannot_be_run_is_said_before_the_reading(command):
    with pytest.raises(BadSetting, match="--exec cannot be"):
        HookCommand(command)


class Slow(Hook):
    """Waits until it may go on, and counts."""

    name = "--slow"

    def __init__(self):
        self.go, self.begun, self.done = threading.Event(), threading.Event(), 0

    def act(self, finding, over):
        self.begun.set()
        self.go.wait(30)
        self.done += 1


def test_a_hook_that_hangs_holds_nothing_up_and_takes_no_more_than_it_may():
    slow, said, one = Slow(), [], finding()
    with Hooks([slow], said.append) as hooks:
        hooks.send(one)
        slow.begun.wait(30)
        for _ in range(MOST_WAITING + 2):
            hooks.send(one)
        assert len(said) == 2 and "100 findings wait already" in said[0]
        slow.go.set()
    assert slow.done == MOST_WAITING + 1


@pytest.fixture
def server():
    """A server that answers with the codes in `answers`, then with 200. It keeps what was posted."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    answers, posted = [], []
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/secret", answers, posted
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize(
    ("codes", "tries", "says"),
    [
        ([], 1, ""),
        ([500, 429, 503], 4, ""),
        ([500] * 9, 4, "it answers 500"),
        ([404], 1, "it answers 404"),
        ([302], 1, "it answers 302"),
    ],
)
def test_a_finding_is_posted_and_tried_again_where_that_may_help(codes, tries, says, server):
    address, answers, posted = server
    answers += codes
    said = []
    with Hooks([Webhook(address, (0.0, 0.0, 0.0))], said.append) as hooks:
        hooks.send(finding())
    assert [json.loads(body) for _, body in posted] == [finding()] * tries and posted[0][0] == "application/json"
    assert len(said) == bool(says) and "secret" not in "".join(said) and all(says in line for line in said)


def test_a_server_that_is_away_is_one_line():
    said = []
    with Hooks([Webhook("http://127.0.0.1:1/secret", ())], said.append) as hooks:
        hooks.send(finding())
    assert len(said) == 1 and said[0].startswith("loopfind: --webhook: http://127.0.0.1 did not take a finding: ")
    for address in ("ftp://x/y", "file:///etc/passwd", "http://", "x", "http://[x"):
        with pytest.raises(BadSetting, match="give an http or https address"):
            Webhook(address)


def test_what_was_scanned_has_the_same_id_each_time(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_text("x")
    report = samples.three_and_a_loop(path=str(path), cycles=3)
    one, other = finding_of_report(report, NOW), finding_of_report(report, NOW + timedelta(days=1))
    assert one["id"] == other["id"] and one["found"] == "1 loop, 2 repeats" and json.dumps(one)
    path.write_text("xy")
    assert finding_of_report(report, NOW)["id"] != one["id"]


@pytest.mark.slow
def test_what_is_followed_runs_a_command_for_each_finding(tmp_path, capsys):
    film = videos.make("hooked.mkv", "-i", str(LOOP), "-t", "24", "-c", "copy")
    command = script(tmp_path, "open(sys.argv[1], 'a').write(sys.stdin.read())")
    assert run([str(film), "--follow", "--stall", "1", "--json", "-q", "--no-sound", "--exec", command]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [json.loads(line) for line in (tmp_path / "said.json").read_text().splitlines()]
    assert [one["repeat"] for one in found] == [event["repeat"] for event in events if event["event"] == "finding"]
    assert len({one["id"] for one in found}) == len({one["repeat"]["id"] for one in found}) >= 1
    assert run([str(film), "--exec", command]) == 2 and "add --follow or --watch" in capsys.readouterr().err
