"""Cameras of the service: what is kept of them, what ends with them, and what their pages and the API say."""

import json
import os
import signal
import sys
import urllib.request
from dataclasses import asdict, replace

import pytest
import trajectories
from fake_cameras import cameras, followed, line_of
from fastapi.testclient import TestClient
from patience import wait_until
from test_service_browser import running
from test_service_pages import HERE, check_page, words

from loopfind.cli.app import build, run
from loopfind.cli.cameras import read_cameras
from loopfind.model.camera import Camera
from loopfind.model.events import Finding, Missed
from loopfind.model.trajectory import Moment, Unusual
from loopfind.model.video import Loss
from loopfind.pipeline.wall import Wall, WallOrder
from loopfind.service.app import create_app
from loopfind.service.cameras import KEPT_EVENTS, KEPT_MAPS, KEPT_MOMENTS, CameraBoard
from loopfind.service.settings import ServiceSettings

EVENTFUL = trajectories.eventful()
EVENT = EVENTFUL.events[0]
STARTED = {"event": "camera", "state": "started", "said": "", "again_in": None}


def lines_of(name, *events):
    """Yield the lines in which a camera reports events, each as it comes, or the fields of a line."""
    for event in events:
        value = event if isinstance(event, dict) else json.loads(line_of(event))
        yield json.dumps({"camera": name, **value})


def reported(board, name, *events):
    """Have a camera report events."""
    for line in lines_of(name, *events):
        board.hear(line)


def failed(said="gone"):
    return {"event": "camera", "state": "failed", "said": said, "again_in": 2.0}


@pytest.fixture(scope="module")
def followed_yard():
    """All that the camera in the yard says, which every board hears."""
    return list(lines_of("yard", STARTED, *followed(EVENTFUL, 1200)))


@pytest.fixture
def board(followed_yard):
    made = CameraBoard(cameras(["yard", "<b>lane", "gate 2"]), clock=lambda: 1.8e9)
    for line in followed_yard:
        made.hear(line)
    return made


@pytest.fixture
def client(board, tmp_path):
    settings = ServiceSettings(str(tmp_path / "kept.sqlite"), str(tmp_path / "data"), rate=1e6, burst=10**6)
    with TestClient(create_app(settings, board), base_url="http://127.0.0.1:8765", follow_redirects=False) as made:
        made.headers.update(HERE)
        yield made


def moment(time, **more):
    return Moment(**{**asdict(Moment(time, 1, (0.1, 0.2, 0.3), 2, 1.0, 0.5, 1.0)), **more})


@pytest.mark.slow
def test_an_hour_of_moments_and_the_newest_events_are_kept_and_no_more(board):
    reported(board, "gate 2", STARTED, *(moment(half / 2) for half in range(7500)))
    reported(board, "gate 2", *(replace(EVENT, id=number) for number in range(KEPT_EVENTS + 50)))
    reported(board, "gate 2", *(replace(EVENTFUL.maps[0], id=number) for number in range(KEPT_MAPS + 5)))
    reported(board, "gate 2", *(Missed(Loss(number, number + 1.0, "damaged")) for number in range(KEPT_EVENTS + 9)))
    sight = board.sight("gate 2")
    assert [one.what.time for one in sight.moments] == [second + 0.5 for second in range(3750 - KEPT_MOMENTS, 3750)]
    assert [one.what.id for one in sight.events] == [*range(50, KEPT_EVENTS + 50)]
    assert [one.id for one in sight.maps] == [*range(5, KEPT_MAPS + 5)]
    assert len(sight.losses) == KEPT_EVENTS and sight.unread == 0
    assert len(board.sight("yard").moments) == 1200, "what another camera reports is not touched"


@pytest.mark.slow
def test_a_loop_of_any_number_of_cycles_is_kept_in_a_line(board):
    (repeat, _) = EVENTFUL.report.repeats
    long = replace(repeat, kind="loop", period=1.0, occurrences=repeat.occurrences * 500)
    reported(board, "gate 2", STARTED, Finding(long, True, 9.0), Finding(long, False, 9.0))
    (shown,) = board.sight("gate 2").findings
    assert (shown.what.times, shown.what.going_on, shown.what.kind) == (1000, False, "loop")
    assert len(repr(shown)) < 500


def test_an_event_stays_one_and_is_unusual_now_until_it_has_ended(board):
    reported(board, "gate 2", STARTED, replace(EVENT, going_on=True), moment(3.0))
    assert [one.id for one in board.sight("gate 2").unusual_now] == [EVENT.id]
    reported(board, "gate 2", EVENT)
    sight = board.sight("gate 2")
    assert sight.unusual_now == () and [one.what for one in sight.events] == [EVENT]


def test_a_process_that_is_started_again_begins_anew_and_what_was_unusual_stays_known(board):
    reported(board, "gate 2", STARTED, replace(EVENT, going_on=True), EVENTFUL.maps[0], moment(3.0))
    reported(board, "gate 2", failed())
    assert board.sight("gate 2").unusual_now == () and board.sight("gate 2").moment.what.time == 3.0
    reported(board, "gate 2", STARTED, EVENT)
    sight = board.sight("gate 2")
    assert (sight.run, sight.moments, sight.maps, sight.moment) == (2, (), (), None)
    assert [(one.run, one.what.id) for one in sight.events] == [(1, EVENT.id), (2, EVENT.id)]


@pytest.mark.slow
def test_a_line_that_makes_no_sense_is_counted_and_changes_nothing(board, client):
    before = board.sight("yard")
    wrong = (
        *({"event": "moment"}, {"event": "moment", "time": "soon"}, {}, {"event": "finding", "repeat": {}}),
        {"event": "unusual", **asdict(EVENT), "reasons": ["suspected"]},
    )
    reported(board, "yard", *wrong, {"event": "alive", "wall": "now"}, {"event": "of a later version"})
    after = board.sight("yard")
    assert after.unread == len(wrong) and after.events == before.events and after.moments == before.moments
    assert "5 lines of its process made no sense" in words(client.get("/cameras/yard"))


def test_a_source_is_neither_shown_nor_in_what_its_process_complains_of(board, client):
    reported(board, "gate 2", failed("gate 2 rtsp://me:secret@host/1: no route to rtsp://me:secret@host:554/1"))
    for address in ("/cameras", "/cameras/gate%202", "/v1/cameras", "/v1/cameras/gate%202"):
        assert "secret" not in client.get(address).text
    assert "gate 2: no route to rtsp://host:554/1; it is started again after 2 s" in words(
        client.get("/cameras/gate%202")
    )


@pytest.mark.slow
def test_a_camera_that_is_over_says_why(board, client):
    reported(board, "gate 2", STARTED, moment(3.0), {**failed("silent"), "state": "ended", "again_in": None})
    assert "The camera ended: nothing came any more." in words(client.get("/cameras/gate%202"))
    assert "Not followed now" in words(client.get("/cameras"))


def test_the_pages_say_how_cameras_stand_and_keep_their_policy(board, client):
    for address in ("/cameras", "/cameras/yard", "/cameras/gate%202", "/cameras/%3Cb%3Elane"):
        check_page(client, client.get(address))
    listed, shown = words(client.get("/cameras")), words(client.get("/cameras/yard"))
    for text in (listed, shown):
        assert "Unusual since 0:19:50.000: a part of the picture changed and stays so" in text
        assert "At 0:19:59.000 of the footage: at place 3, score 0.35" in text
    assert "&lt;b&gt;lane Not followed yet is being started" in listed and "<b>lane" not in client.get("/cameras").text
    assert "a known path backwards, something that was never seen there, in the lower right of the picture" in shown
    assert "2.48 by chance about once in 50 h" in shown and "0:19:50.000 - now" in shown
    assert "Repeat 1: 0:16:40.000 - 0:17:00.000 shows what 0:05:00.000 showed" in shown
    assert "Map 1, the first one: learned from 0:00:00.000 - 0:10:00.000 (10 min)" in shown
    assert client.get("/cameras/none").status_code == 404
    assert client.get("/cameras/none/live").status_code == 404


@pytest.mark.slow
def test_limits_of_what_is_called_unusual_are_said(board, client):
    reported(board, "gate 2", STARTED, moment(3.0, map=None, position=None, place=None, score=None, learned=0.25))
    assert "Its map is being learned: 25% of the baseline is there" in words(client.get("/cameras/gate%202"))
    reported(board, "gate 2", replace(EVENTFUL.maps[0], fits=False), moment(4.0, score=None))
    text = words(client.get("/cameras/gate%202"))
    assert "Nothing can be called unusual" in text and "it does not fit new footage of its own baseline" in text


def test_without_cameras_the_page_says_how_to_follow_some(tmp_path):
    settings = ServiceSettings(str(tmp_path / "kept.sqlite"), str(tmp_path / "data"))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        assert "loopfind serve --cameras cameras.toml" in words(client.get("/cameras"))
        assert client.get("/v1/cameras").json() == []


def test_whoever_is_not_signed_in_sees_no_camera(board, tmp_path):
    secret = ServiceSettings(str(tmp_path / "kept.sqlite"), str(tmp_path / "data"), token="t" * 20)
    with TestClient(create_app(secret, board), base_url="http://127.0.0.1:8765", follow_redirects=False) as client:
        page = client.get("/cameras/yard", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        for address in ("/v1/cameras", "/v1/cameras/yard", "/cameras/yard/live", "/live/cameras"):
            assert client.get(address).status_code == 401


def messages(client, address, count, headers=None):
    """The first messages of a stream, as (event, data), and the id of the last one."""
    found, event, data, mark = [], "", [], ""
    with client.stream("GET", address, headers=headers or {}) as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                mark = value
            elif not line and data:
                found.append((event, "\n".join(data)))
                event, data = "", []
                if len(found) == count:
                    break
    return found, mark


@pytest.mark.slow
def test_a_page_that_comes_back_gets_what_it_missed_and_one_of_another_service_all(board, client):
    (page, drawn), mark = messages(client, "/cameras/yard/live", 2)
    assert page[0] == "" and "hx-partial" in page[1] and drawn[0] == "drawn"
    first = json.loads(drawn[1])
    assert first["fresh"] and len(first["moments"]) == 1200 and first["events"][-1] == [1190.0, None]
    assert [place[0] for place in first["maps"][0]["places"]] == [4, 2, 1, 3]
    reported(board, "yard", moment(1200.0), moment(1201.0))
    (page, drawn), mark = messages(client, "/cameras/yard/live", 2, {"Last-Event-ID": mark})
    again = json.loads(drawn[1])
    assert [one[0] for one in again["moments"]] == [1200.0, 1201.0] and not again["fresh"]
    assert "maps" not in again and "hx-partial" not in page[1], "lists come when something in them is new"
    reported(board, "yard", replace(EVENTFUL.events[2], going_on=False))
    (page, drawn), _ = messages(client, "/cameras/yard/live", 2, {"Last-Event-ID": mark})
    assert "hx-partial" in page[1] and json.loads(drawn[1])["events"][-1] == [1190.0, 1200.0]
    for other in (f"0000.{board.sight('yard').number}", "nonsense", f"{board.mark}.x"):
        (_, drawn), _ = messages(client, "/cameras/yard/live", 2, {"Last-Event-ID": other})
        assert json.loads(drawn[1])["fresh"]


@pytest.mark.slow
def test_the_list_is_sent_when_a_camera_reports(board, client):
    (first,), mark = messages(client, "/live/cameras", 1)
    assert "is being started" in first[1]
    reported(board, "gate 2", failed("no route"))
    (again,), _ = messages(client, "/live/cameras", 1, {"Last-Event-ID": mark})
    assert "no route" in again[1]


def test_programs_see_the_same(board, client):
    listed = client.get("/v1/cameras").json()
    assert [one["name"] for one in listed] == ["yard", "<b>lane", "gate 2"]
    yard, lane, _ = listed
    assert (yard["state"], yard["run"], yard["moment"]["time"], yard["moment_came"]) == ("started", 1, 1199.0, 1.8e9)
    assert [one["id"] for one in yard["unusual"]] == [3] and (lane["state"], lane["moment"]) == ("starting", None)
    one = client.get(yard["links"]["self"], params={"moments": 2, "events": 1}).json()
    assert one["camera"] == yard and [each["time"] for each in one["moments"]] == [1198.0, 1199.0]
    (event,) = one["events"]
    assert event["run"] == 1 and Unusual(**event["event"]).per_hour == EVENTFUL.events[2].per_hour
    assert one["repeats"][0]["repeat"]["first"] == 300.0 and one["maps"][0]["places"][0]["id"] == 4
    none = client.get("/v1/cameras/yard", params={"moments": 0, "events": 0}).json()
    assert none["moments"] == none["events"] == none["repeats"] == []
    assert client.get("/v1/cameras/none").status_code == 404
    assert client.get("/v1/cameras/yard", params={"moments": 3601}).status_code == 422
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert {"/v1/cameras", "/v1/cameras/{name}"} <= paths.keys() and not [path for path in paths if "live" in path]


CHILD = """
import os, sys
def say(event, rest):
    print(f'{{"schema": 1, "event": "{event}", {rest}}}', flush=True)
say("missed", f'"start": 0.0, "end": {os.getpid()}, "what": "its number"')
say("end", '"why": "silent", "said": "", "report": "' + "x" * 100_000 + '"')
say("missed", '"start": 1.0, "end": 2.0, "what": "after a long line"')
if sys.argv[-1] == "dies":
    sys.exit(9)
sys.stdin = open(os.devnull)
import threading
threading.Event().wait()
"""
"""A process that says its number and a line that is too long, and then ends or waits."""


def is_alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(os.name == "nt", reason="whether a process is there is asked by a signal")
def test_processes_run_beside_the_service_are_started_again_and_end_with_it_at_once():
    every = [Camera(name, name, ()) for name in ("stays", "dies")]
    board = CameraBoard(every)
    command = [sys.executable, "-S", "-c", CHILD]
    order = WallOrder(every, command, 2, 60.0, dict(os.environ), (0.01,), most_line=1000)
    with Wall(order, board.hear, lambda _: None).beside():
        wait_until(lambda: board.sight("dies").run > 2 and len(board.sight("stays").losses) == 2)
        said = [one.what.what for one in board.sight("stays").losses]
        numbers = [int(one.what.end) for one in board.sight("stays").losses if one.what.start == 0]
        assert is_alive(numbers[0])
    assert said == ["its number", "after a long line"], "a line that is too long is left out, and those after it not"
    assert not is_alive(numbers[0]) and board.sight("stays").unread == 0
    runs = {one.run for one in board.sight("dies").losses}
    assert {1, 2} <= runs, "it was started again"


@pytest.mark.slow
def test_the_command_follows_the_cameras_of_its_file_until_it_ends(tmp_path):
    path = tmp_path / "cameras.toml"
    path.write_text(f'baseline = "1:00"\nstall = 20\n[[camera]]\nname = "yard"\nsource = "{tmp_path}/none.mkv"\n')
    library, data = ("--library", str(tmp_path / "kept.sqlite")), ("--data", str(tmp_path / "data"))
    command = [sys.executable, "-m", "loopfind", "serve", "--port", "0", "--no-worker", *library, *data]
    with running([*command, "--cameras", str(path)]) as (process, address):
        with urllib.request.urlopen(f"{address}/cameras/yard/live", timeout=60) as answer:
            assert next(line for line in answer if b"failed: yard: no such file: check the name" in line)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


BOTH = """
stall = 60
window = "6h"
baseline = "5m"
[[camera]]
name = "gate"
source = "rtsp://10.0.0.5/stream"
[[camera]]
name = "yard"
source = "rtsp://10.0.0.6/stream"
false-alarms = 0.1
stream = 1
no-sound = true
"""


def test_one_file_serves_both_and_each_command_takes_what_is_its_own(tmp_path):
    path = tmp_path / "cameras.toml"
    path.write_text(BOTH)
    commands = build().commands
    gate, yard = read_cameras(str(path), commands, "trajectory")
    assert gate.words == ("--stall=60", "--window=6h", "--baseline=5m")
    assert yard.words == ("--stall=60", "--window=6h", "--baseline=5m", "--false-alarms=0.1", "--stream=1")
    gate, yard = read_cameras(str(path), commands, "scan")
    assert yard.words == ("--stall=60", "--window=6h", "--stream=1", "--no-sound")


GOOD = '[[camera]]\nname = "gate"\nsource = "rtsp://h/1"\n'
BAD_FILES = {
    GOOD + 'false-alarms = "few"\n': "line 1: Invalid value for '--false-alarms'",
    GOOD + "baseline = 3\n": "line 1: --baseline cannot be '3'",
    GOOD + 'baseline = "soon"\n': "line 1: --baseline",
    GOOD + 'window = "soon"\n': "line 1: --window",
    GOOD + "way = 3\n": "line 1: there is no key way",
    GOOD.replace("gate", "a/b"): "the name a/b is part of an address",
    GOOD.replace("gate", ".."): "the name .. is part of an address",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_service_with_a_bad_list_of_cameras_is_one_line(text, tmp_path, capsys):
    path = tmp_path / "cameras.toml"
    path.write_text(text)
    assert run(["serve", "--port", "0", "--no-worker", "--cameras", str(path)]) == 2
    answered, said = capsys.readouterr()
    assert not answered and said.count("\n") == 1 and said.startswith(f"loopfind: {path}") and BAD_FILES[text] in said
