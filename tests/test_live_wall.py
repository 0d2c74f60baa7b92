"""Many cameras at once: each is followed as one alone would be, and kept running whatever becomes of the others."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import pytest
import videos
from patience import wait_until

from loopfind.cli.app import build, run
from loopfind.cli.cameras import read_cameras
from loopfind.model.camera import Camera
from loopfind.pipeline.wall import Wall, WallOrder

ROOT = Path(__file__).resolve().parent.parent
GOOD = '[[camera]]\nname = "gate"\nsource = "rtsp://h/1"\n'
BAD_FILES = {
    "window = \n" + GOOD: "Invalid value (at line 1",
    "": "it names no camera",
    "camera = 3\n": "camera is a list of tables",
    GOOD + "windw = 3\n": "line 1: there is no key windw: did you mean window",
    "stal = 3\n" + GOOD: "there is no key stal: did you mean stall",
    GOOD + GOOD.replace("gate", "Gate"): "line 4: the name Gate is that of another camera already (",
    '[[camera]]\nname = "a"\n': "line 1: source is missing",
    '[[camera]]\nsource = "a"\nname = 7\n': "line 1: name is missing or no text",
    GOOD + 'window = "soon"\n': "line 1: --window",
    GOOD + 'window = "00:01"\n': "line 1: --window cannot be",
    GOOD + 'kind = "odd"\n': "line 1: unknown kind",
    GOOD + "stream = -1\n": "line 1: Invalid value for '--stream'",
    GOOD + "stream = true\n": "line 1: stream takes a value",
    GOOD + "no-sound = 3\n": "line 1: no-sound cannot be 3",
    GOOD + "stall = [1]\n": "line 1: stall cannot be",
    GOOD.replace("rtsp://h/1", "-"): "standard input cannot be shared",
    "\xff": "no text in UTF-8",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_bad_list_of_cameras_is_one_line_with_the_place(text, tmp_path, capsys):
    path = tmp_path / "cameras.toml"
    path.write_bytes(text.encode("latin-1"))
    assert run(["follow-many", str(path)]) == 2
    answered, said = capsys.readouterr()
    assert not answered and said.count("\n") == 1 and said.startswith(f"loopfind: {path}") and BAD_FILES[text] in said


def test_the_example_names_cameras_with_the_options_of_all_and_their_own():
    gate, yard = read_cameras(str(ROOT / "docs" / "deploy" / "cameras.toml"), build().commands, "scan")
    assert gate == Camera("gate", "rtsp://10.0.0.5/stream", ("--window=6h", "--stall=60"))
    assert yard == Camera("yard", "rtsp://10.0.0.6/stream", ("--window=30:00", "--stall=60", "--no-sound"))


def test_a_list_that_is_not_there_and_signs_of_life_without_json_are_said(tmp_path, capsys):
    assert run(["follow-many", str(tmp_path / "none.toml")]) == 2 and "No such file" in capsys.readouterr().err
    assert run(["a.mkv", "--alive", "3"]) == 2 and "it belongs to --follow" in capsys.readouterr().err
    assert run(["a.mkv", "--follow", "--alive", "3"]) == 2 and "add --json" in capsys.readouterr().err


CHILD = """
import signal, sys, threading
source = sys.argv[-1]
def say(event, rest=""):
    # In one piece: a signal may come between a text and the end of its line.
    sys.stdout.write(f'{{"schema": 1, "event": "{event}"{rest}}}\\n')
    sys.stdout.flush()
def asked(*_):
    say("end", ', "why": "asked", "said": "", "report": {}')
    sys.exit(0)
if source == "fails":
    sys.exit("loopfind: no such camera")
if source == "refused":
    print("loopfind: no such option", file=sys.stderr)
    sys.exit(2)
if source == "silent" or source.endswith(".mkv"):
    say("end", ', "why": "silent", "said": "", "report": {}')
    sys.exit(0)
signal.signal(signal.SIGINT, asked)
say("finding", ', "time": 1.0')
while source != "hangs":
    say("alive")
    threading.Event().wait(0.02)
threading.Event().wait(60)
"""
"""A process that does as its source says, in the place of one that follows it."""


in_good_order = pytest.mark.skipif(os.name == "nt", reason="no signal asks another process to end in good order")


@pytest.fixture(autouse=True)
def heeded():
    """Have Ctrl-C heeded by the processes that are started, also where the tests themselves run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Watched:
    """A wall of such processes, in a thread, and what it says."""

    def __init__(self, sources, at_once=10, hang=20.0, reads=None):
        self.lines, self.notes, self.presses = defaultdict(list), [], 0
        self._reads = reads
        cameras = [Camera(source, source, ("--window=60",)) for source in sources]
        command = [sys.executable, "-c", CHILD]
        order = WallOrder(cameras, command, at_once, hang, dict(os.environ), (0.01, 0.02, 0.04))
        self.wall = Wall(order, self.tell, self.notes.append)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.followed = self.wall.run(lambda: self.presses)

    def tell(self, line):
        value = json.loads(line)
        assert next(iter(value)) == "camera"
        self.lines[value.pop("camera")].append(value)
        return self._reads is None or self._reads > sum(map(len, self.lines.values()))

    def states(self, camera):
        return [line.get("state", line["event"]) for line in self.lines[camera]]

    def end(self):
        self.presses += 1
        self.thread.join(30)
        assert not self.thread.is_alive()


@in_good_order
@pytest.mark.slow
def test_a_camera_that_fails_is_started_again_with_growing_pauses_while_others_go_on(tmp_path):
    over = tmp_path / "over.mkv"
    over.write_bytes(b"x")
    watched = Watched(["good", "fails", "silent", "refused", str(over)])
    wait_until(lambda: watched.states("fails").count("failed") > 4 and watched.states("silent").count("ended") > 2)
    wait_until(lambda: "finding" in watched.states("good"))
    watched.end()
    pauses = [line["again_in"] for line in watched.lines["fails"] if line.get("state") == "failed"]
    assert pauses[:5] == [0.01, 0.02, 0.04, 0.04, 0.04]
    assert {line["said"] for line in watched.lines["fails"] if line.get("state") == "failed"} == {"no such camera"}
    assert watched.states("refused") == ["started", "refused"], "wrong usage is not tried again"
    assert watched.states(str(over)) == ["started", "end", "ended"], "a file that is over is not read again"
    assert watched.states("good") == ["started", "finding", "end"] and watched.followed
    assert watched.lines["good"][-1]["why"] == "asked"
    assert "loopfind: fails: no such camera" in watched.notes


@pytest.mark.slow
@in_good_order
def test_a_camera_that_gives_no_sign_of_life_is_ended_and_started_again():
    watched = Watched(["hangs", "good"], hang=2.0)
    wait_until(lambda: watched.states("hangs").count("started") == 2 and "finding" in watched.states("good"))
    watched.end()
    assert watched.states("hangs")[:4] == ["started", "finding", "hung", "started"]
    assert watched.states("good") == ["started", "finding", "end"]


@in_good_order
def test_no_more_cameras_run_than_are_wanted_and_those_that_wait_are_named(tmp_path):
    over = tmp_path / "over.mkv"
    over.write_bytes(b"x")
    watched = Watched(["good", "other good"], at_once=1)
    wait_until(lambda: {"waiting", "finding"} <= {*watched.states("good"), *watched.states("other good")})
    watched.end()
    assert sorted(watched.states("good") + watched.states("other good")) == ["end", "finding", "started", "waiting"]
    done = Watched([str(over), "refused"], at_once=1)
    done.thread.join(30)
    assert "ended" in done.states(str(over)) and "refused" in done.states("refused"), "a place that is free is taken"
    alone = Watched(["refused"])
    alone.thread.join(30)
    assert not alone.followed


@in_good_order
def test_where_nobody_reads_any_more_all_cameras_end():
    watched = Watched(["good", "other good"], reads=3)
    watched.thread.join(30)
    assert not watched.thread.is_alive()


@pytest.mark.slow
@in_good_order
def test_cameras_are_followed_as_one_alone_would_be_until_ctrl_c(tmp_path):
    loop = videos.make("wall.mkv", "-i", str(ROOT / "fixtures" / "loop.mp4"), "-c", "copy", "-an")
    (tmp_path / "cameras.toml").write_text(
        f'window = "2:00"\nno-sound = true\n[[camera]]\nname = "gate"\nsource = "{loop}"\n'
        f'[[camera]]\nname = "yard"\nsource = "{tmp_path}/none.mkv"\n'
    )
    command = [sys.executable, "-m", "loopfind", "follow-many", "cameras.toml", "--at-once", "2"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=here())
    assert process.stdout is not None and process.stderr is not None
    seen = []
    for line in process.stdout:
        seen.append(json.loads(line))
        found = {one["camera"] for one in seen if one["event"] == "finding"}
        failed = {one["camera"] for one in seen if one.get("state") == "failed"}
        if found == {"gate"} and failed == {"yard"}:
            break
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    (end,) = [one for line in rest.splitlines() if (one := json.loads(line))["event"] == "end"]
    assert (end["camera"], end["why"]) == ("gate", "asked") and end["report"]["repeats"][0]["kind"] == "loop"
    assert process.returncode == 0 and b"none.mkv: no such file" in errors and b"Traceback" not in errors


def here():
    return os.environ | {"PYTHONPATH": str(ROOT)}
