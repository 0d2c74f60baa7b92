"""A recording is followed while it grows, a live source over connections that are lost; the last answer is a scan's."""

import contextlib
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import in_process
import pytest
import rtsp
import sounds
import videos
from patience import let_pass, wait_until

from loopfind import LoopfindError, Report, Settings, follow, scan
from loopfind.errors import BadSetting, Broken, Unreadable, UsageError
from loopfind.media.decode.growing_file import Tail
from loopfind.model.events import Ended, Event, Finding, Missed
from loopfind.reports.formats.events import event_text

ROOT = Path(__file__).resolve().parent.parent
LOOP, NONE = ROOT / "fixtures" / "loop.mp4", ROOT / "fixtures" / "none.mp4"
CONTAINERS = {
    "mkv": (),
    "ts": (),
    "mp4": ("-movflags", "+frag_keyframe+empty_moov"),
}
"""Containers that can be read while they are written, and what makes them so."""


def whole_loop(container: str) -> Path:
    """A fixture in a container that can be read while it is written."""
    path = videos.FOLDER / f"followed-whole.{container}"
    return path if path.exists() else videos.make(path.name, "-i", str(LOOP), "-c", "copy", *CONTAINERS[container])


def remuxed(container: str, source: Path = LOOP) -> Path:
    """A fixture from 4 to 30 s, in a container that can be read while it is written; a loop in it begins at 8 s."""
    part = videos.FOLDER / f"followed-{source.stem}.mp4"
    if not part.exists():
        coded = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-g", "50")
        videos.make(part.name, "-ss", "4", "-t", "26", "-i", str(source), *coded)
    path = part.with_suffix(f".{container}") if container != "mp4" else part.with_stem(f"{part.stem}-fragments")
    return path if path.exists() else videos.make(path.name, "-i", str(part), "-c", "copy", *CONTAINERS[container])


@contextlib.contextmanager
def writing(source: Path, path: Path, pieces: int = 12) -> Iterator[None]:
    """Another process's recording: the bytes of `source` come into `path` little by little."""
    data, over = source.read_bytes(), threading.Event()
    size = -(-len(data) // pieces)

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for low in range(0, len(data), size):
                file.write(data[low : low + size])
                if over.wait(0.1):
                    return

    path.touch()
    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def told(events: list[Event]) -> tuple[list[Finding], list[Missed], Ended]:
    """The findings, the losses, and the end, which comes last and once."""
    assert [isinstance(event, Ended) for event in events] == [False] * (len(events) - 1) + [True]
    last = events[-1]
    assert isinstance(last, Ended)
    return [e for e in events if isinstance(e, Finding)], [e for e in events if isinstance(e, Missed)], last


def answer(report: Report) -> dict[str, Any]:
    """Return what a report says, but for the name of its file and what only a finished file declares."""
    return vars(report) | {"source": (report.source.duration, report.source.frames), "settings": None}


def same_answer(one: Report, other: Report) -> None:
    mine, theirs = answer(one), answer(other)
    clusters = [mine.pop("clusters"), theirs.pop("clusters")]
    assert mine == theirs
    assert clusters[0].frames.tolist() == clusters[1].frames.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_file_that_grows_is_read_to_its_end_and_answered_as_a_scan_does(container: str, tmp_path: Path) -> None:
    source, path, seen = whole_loop(container), tmp_path / f"growing.{container}", list[int]()

    def whole() -> bool:
        # The last frames come out of the decoder once it knows that no more will come.
        return bool(seen) and seen[-1] >= 980 and path.stat().st_size == source.stat().st_size

    with writing(source, path):
        events = list(follow(str(path), watch=lambda p: seen.append(p.frames or seen[-1]), halted=whole))
    findings, missed, end = told(events)
    assert (end.why, missed, path.read_bytes()) == ("asked", [], source.read_bytes())
    assert {finding.repeat.kind for finding in findings} == {"loop"} and not findings[-1].going_on
    same_answer(end.report, scan(str(path), resume=None))
    mine, theirs = findings[-1].repeat, end.report.repeats[0]
    assert [o.start_frame for o in mine.occurrences] == [o.start_frame for o in theirs.occurrences]


@pytest.mark.slow
def test_every_byte_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"begin")
    got = b""
    with Tail(path, 1.0) as tail:
        while len(got) < 5:
            got += os.read(tail.fd, 100)
        with path.open("ab") as file:
            file.write(b" and end")
        while piece := os.read(tail.fd, 100):
            got += piece
    assert (got, tail.ended) == (b"begin and end", "silent")


def cut_off(path: Path) -> None:
    path.write_bytes(b"")


def replaced(path: Path) -> None:
    path.with_suffix(".new").write_bytes(b"another one")
    path.with_suffix(".new").replace(path)


@pytest.mark.parametrize(
    ("change", "says"), [(cut_off, "cut off"), (Path.unlink, "removed"), (replaced, "another file")]
)
def test_a_file_that_is_not_the_same_any_more_is_noticed(
    change: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"begin")
    with Tail(path, 60.0) as tail:
        assert os.read(tail.fd, 100) == b"begin"
        change(path)
        assert (os.read(tail.fd, 100), tail.ended) == (b"", "changed") and says in tail.said


def test_a_disk_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe to which nobody writes keeps its reader waiting as a network mount does that went away."""
    path = tmp_path / "silent"
    os.mkfifo(path)
    before, threads = set(os.listdir("/proc/self/fd")), set(threading.enumerate())
    writer = os.open(path, os.O_RDWR)
    with Tail(path, 60.0, farewell=0.1):
        (hung,) = set(threading.enumerate()) - threads
    assert hung.is_alive()
    os.write(writer, b"awake")
    hung.join(10.0)
    os.close(writer)
    assert not hung.is_alive() and set(os.listdir("/proc/self/fd")) == before


@pytest.mark.slow
def test_it_ends_with_the_whole_answer_when_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "growing.mkv"
    path.write_bytes(remuxed("mkv").read_bytes())
    seen: list[int] = []
    events = list(follow(str(path), watch=lambda p: seen.append(p.frames), halted=lambda: max(seen, default=0) > 550))
    _, _, end = told(events)
    assert end.why == "asked" and end.report.verdict.looped


@pytest.mark.slow
def test_leaving_it_leaves_no_decoder_and_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "growing.mkv"
    path.write_bytes(remuxed("mkv").read_bytes())
    for _ in follow(str(path)):
        break
    wait_until(lambda: threading.active_count() == 1, what="the end of all threads")


@pytest.mark.slow
def test_the_limits_of_the_settings_hold(tmp_path: Path) -> None:
    _, _, end = told(list(follow(str(remuxed("mkv")), Settings(start=6.0, end=22.0))))
    assert end.why == "end"
    same_answer(end.report, scan(str(remuxed("mkv")), Settings(start=6.0, end=22.0)))


@pytest.mark.parametrize("settings", [Settings(auto=True), Settings(fast=True), Settings(packets_only=True)])
def test_what_takes_the_whole_file_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError):
        follow(str(LOOP), settings)


def test_a_window_that_holds_next_to_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="60 seconds"):
        follow(str(LOOP), window=5.0)


@pytest.mark.slow
def test_what_cannot_be_followed_is_refused_in_one_line(tmp_path: Path) -> None:
    path = videos.make("index-behind.mp4", "-i", str(LOOP), "-c", "copy")
    with pytest.raises(Broken, match="cannot be followed"):
        list(follow(str(path), Settings(stall=1.0)))
    (tmp_path / "empty.ts").touch()
    with pytest.raises(Unreadable, match="an empty file"):
        list(follow(str(tmp_path / "empty.ts"), Settings(stall=1.0)))
    (tmp_path / "text.ts").write_text("no video\n" * 100)
    with pytest.raises(LoopfindError):
        list(follow(str(tmp_path / "text.ts"), Settings(stall=1.0)))


# Live sources, served on loopback.


def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def ffmpeg(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *words]
    # A process of its own, so that the test for decoders that are left does not take it for one while it runs.
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.kill()


def patiently(source: str, **more: Any) -> list[Event]:
    """The events of a source whose server is not there yet."""

    def events() -> list[Event]:
        try:
            return list(follow(source, **more))
        except Unreadable as error:
            if "refuses" not in str(error):
                raise
            return []

    return wait_until(events)


@pytest.mark.slow
def test_a_stream_that_ffmpeg_serves_is_followed_to_its_end() -> None:
    address = f"http://127.0.0.1:{port()}/live.ts"
    notes: list[str] = []
    with ffmpeg("-i", str(remuxed("ts")), "-c", "copy", "-f", "mpegts", "-listen", "1", address):
        events = patiently(address, settings=Settings(stall=4.0), note=notes.append)
    findings, missed, end = told(events)
    assert (end.why, missed) == ("silent", []) and findings[-1].repeat.kind == "loop"
    assert end.report.repeats[0].occurrences == scan(str(remuxed("ts"))).repeats[0].occurrences
    assert notes and all("trying again" in note for note in notes)


@pytest.mark.slow
def test_hls_is_followed(tmp_path: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *words: Any) -> None:
            super().__init__(*words, directory=str(tmp_path))

        def log_message(self, *words: Any) -> None:
            pass

    videos.run("-i", str(remuxed("ts")), "-c", "copy", "-f", "hls", "-hls_list_size", "0", str(tmp_path / "live.m3u8"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/live.m3u8"
        _, missed, end = told(list(follow(address, Settings(stall=3.0))))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert missed == [] and end.report.source.frames == 650 and end.report.verdict.looped


Serve = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(*connections: Path | tuple[Path, float]) -> Iterator[str]:
    """The address of a server that sends each of these files, or a share of it, to one client after the other, and then
    is gone."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(60)

    def serve() -> None:
        for sent in connections:
            path, share = sent if isinstance(sent, tuple) else (sent, 1.0)
            data = path.read_bytes()
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.recv(4096)
                client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + data[: int(len(data) * share)])
        listening.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/live.ts"
    finally:
        listening.close()
        thread.join()


@pytest.mark.slow
def test_what_a_server_sends_again_after_a_lost_connection_is_no_repeat() -> None:
    path = remuxed("ts", NONE)
    with serving((path, 0.5), (path, 0.7), path) as address:
        notes: list[str] = []
        findings, _, end = told(list(follow(address, Settings(stall=4.0), note=notes.append)))
    assert findings == [] and end.report.repeats == ()
    assert end.report.source.frames >= 0.99 * scan(str(path)).source.frames
    assert len(notes) >= 3


@pytest.mark.slow
def test_rtsp_that_restarts_in_the_middle_is_followed_as_one() -> None:
    path, listening = remuxed("ts"), socket.create_server(("127.0.0.1", 0))
    # The second connection begins anew, so that what was sent before the restart comes once more.
    ways = rtsp.Way(16.0, most=path.stat().st_size * 2 // 3 // rtsp.PACKET), rtsp.Way(16.0)
    server = threading.Thread(target=lambda: [rtsp.serve(listening, path, way) for way in ways])
    server.start()
    notes: list[str] = []
    try:
        address = f"rtsp://127.0.0.1:{listening.getsockname()[1]}/camera"
        findings, _, end = told(list(follow(address, Settings(stall=6.0), note=notes.append)))
    finally:
        listening.close()
        server.join()
    assert {finding.repeat.kind for finding in findings} == {"loop"} and len(end.report.repeats) == 1
    assert 617 <= end.report.source.frames <= 650 and "trying again" in notes[0]


@pytest.mark.slow
def test_what_was_missed_while_there_was_no_connection_is_told() -> None:
    with serving(remuxed("ts", NONE), remuxed("ts")) as address:
        findings, missed, end = told(list(follow(address, Settings(stall=4.0))))
    (gap,) = (told.loss for told in missed)
    length = 26.0
    assert gap.start == pytest.approx(length, abs=0.2) and gap.end >= gap.start + 0.5
    assert "connection was lost" in gap.what and end.report.losses == (gap,)
    # What the other stream shows is shown after the gap, by the clock on the wall.
    loop = findings[-1].repeat
    assert loop.kind == "loop" and loop.occurrences[0].start == pytest.approx(gap.end + 8, abs=0.2)


def test_a_source_that_never_answers_is_an_error() -> None:
    with pytest.raises(Unreadable, match="refuses the connection"):
        list(follow(f"http://127.0.0.1:{port()}/nothing.ts", Settings(stall=2.0)))


# The command line.


@contextlib.contextmanager
def command(*words: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "loopfind", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    with subprocess.Popen(line, text=True, env=environment, **pipes) as child:
        try:
            yield child
        finally:
            child.kill()


def ran(*words: str, **more: Any) -> tuple[int, str, str]:
    with command(*words, **more) as child:
        out, said = child.communicate(timeout=300)
    return child.returncode, out, said


@pytest.mark.slow
def test_each_event_is_a_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "growing.mkv"
    with writing(remuxed("mkv"), path):
        status, out, said = ran(str(path), "--follow", "--json", "--stall", "8")
    events = [json.loads(line) for line in out.splitlines()]
    assert (status, {event["schema"] for event in events}) == (0, {1})
    assert [event["event"] for event in events][-2:] == ["finding", "end"] and "not grown for 8 s" in said
    assert events[-2]["repeat"]["kind"] == "loop" and events[-1]["report"]["verdict"]["looped"]


@pytest.mark.slow
def test_an_alarm_ends_at_the_first_finding_though_the_recording_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "growing.ts"
    path.write_bytes(remuxed("ts").read_bytes())
    status, out, said = ran(str(path), "--follow", "--fail-on-repeats", "--stall", "600")
    assert (status, said, len(out.splitlines())) == (3, "", 1)
    assert out.startswith(("Loop 1", "Repeat 1"))  # as much of it as was read when it was first looked at


def wait_for_the_loop(child: subprocess.Popen[str]) -> None:
    """Read what a follower says until it has seen so much of a loop that it calls it one."""
    assert child.stdout is not None
    assert any(line.startswith("Loop 1") for line in child.stdout)


@pytest.mark.slow
def test_ctrl_c_ends_it_with_the_whole_answer(tmp_path: Path) -> None:
    path = tmp_path / "growing.mkv"
    path.write_bytes(remuxed("mkv").read_bytes())
    with command(str(path), "--follow", "--stall", "60", "-o", str(tmp_path / "report.json")) as child:
        wait_for_the_loop(child)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=300)
    assert (child.returncode, said) == (0, "")
    assert json.loads((tmp_path / "report.json").read_text())["verdict"]["looped"]


@pytest.mark.slow
def test_standard_input_is_followed() -> None:
    with remuxed("ts").open("rb") as file:
        status, out, _ = ran("-", "--follow", stdin=file)
    assert status == 0 and "Loop 1" in out and "shown more than once" in out


@pytest.mark.slow
def test_a_camera_that_was_away_and_came_back_on_the_same_line_is_told() -> None:
    parts = []
    for number, (start, end) in enumerate(((0, 6), (6, 9))):
        turned = ("-vf", f"trim={start}:{end},setpts=PTS-STARTPTS", "-c:v", "mpeg2video", "-g", "12")
        parts.append(videos.make(f"follow-away-{number}.ts", *videos.moving(end), *turned))
    with command("-", "--follow", "--json", stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.buffer.write(parts[0].read_bytes())
        child.stdin.flush()
        let_pass(5.0)
        child.stdin.buffer.write(parts[1].read_bytes())
        child.stdin.flush()
        out, _ = child.communicate(timeout=300)
    *events, last = (json.loads(line) for line in out.splitlines())
    (missed,) = (event for event in events if "began anew" in event.get("what", ""))
    length = missed["end"] - missed["start"]
    # Counted from when the follower, which was started together with the camera, had read what came before.
    assert missed["event"] == "missed" and 1.0 < length < 20 and missed["start"] == pytest.approx(6.0, abs=0.5)
    assert {name: missed[name] for name in ("start", "end", "what")} in last["report"]["losses"]
    assert last["report"]["source"]["duration"] == pytest.approx(9 + length, abs=0.3)


@pytest.mark.slow
def test_what_changed_while_it_was_followed_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "growing.ts"
    path.write_bytes(remuxed("ts").read_bytes())
    with command(str(path), "--follow", "--stall", "60") as child:
        wait_for_the_loop(child)
        path.write_bytes(b"")
        out, said = child.communicate(timeout=300)
    assert child.returncode == 1 and len(said.splitlines()) == 1 and "it was cut off" in said
    assert "shown more than once" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        *(("--follow", word) for word in ("--fast", "--packets-only", "--cache")),
        *(("--follow", "--open", "1"), ("--follow", "--hash-size", "auto"), ("--follow", "--html", "page.html")),
        *(("--follow", "--window", "5"), ("--follow", "--window", "x"), ("--window", "24h")),
    ],
)
def test_what_does_not_go_with_following_is_wrong_usage(words: tuple[str, ...]) -> None:
    done = in_process.loopfind(LOOP, *words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def the_talk() -> sounds.Wave:
    return sounds.talk(14, 41)


def with_sound() -> Path:
    """A scene of 14 s of which four seconds are heard again at 10 s."""
    heard = sounds.joined(sounds.part(the_talk(), 0, 10), sounds.part(the_talk(), 3, 7))
    source = sounds.written("followed-sound", heard.tobytes()).as_posix()
    path = videos.FOLDER / "followed-sound.mkv"
    made = (*videos.moving(14), "-i", source, "-c:v", "mpeg4", "-c:a", "flac")
    return path if path.exists() else videos.make(path.name, *made)


@pytest.mark.slow
@pytest.mark.usefixtures("few_speeds")
def test_the_whole_answer_on_a_file_has_its_sound_as_a_scan_has(tmp_path: Path) -> None:
    source, path = with_sound(), tmp_path / "growing.mkv"
    with writing(source, path):
        found, _, end = told(list(follow(path, stall=7.0)))
    scanned = scan(path)
    assert "sound" in [repeat.of for repeat in scanned.repeats]
    # What is only heard again is reported on the way too.
    *_, heard = [one for one in found if one.repeat.of == "sound"]
    (shown,) = [repeat for repeat in scanned.repeats if repeat.of == "sound"]
    assert not heard.going_on and heard.repeat.occurrences == shown.occurrences
    assert event_text(heard).endswith("is heard what was heard at 0:00:03.002")
    assert len({(one.repeat.of, one.repeat.id) for one in found}) == len({one.repeat.id for one in found})
    # Under the numbers by which they were reported.
    numbers = {one.repeat.of == "sound": one.repeat.id for one in found if not one.going_on}
    assert [one.id for one in end.report.repeats if one.of == "sound"] == [numbers[True]]
    assert numbers[False] in [one.id for one in end.report.repeats if one.of != "sound"]
    assert [replace(one, id=0) for one in end.report.repeats] == [replace(one, id=0) for one in scanned.repeats]
    assert (end.report.sound, end.report.verdict) == (scanned.sound, scanned.verdict)


@pytest.mark.slow
def test_the_sound_of_a_followed_file_is_that_of_what_is_held(tmp_path: Path) -> None:
    found, _, end = told(list(follow(with_sound(), start=2.0, end=9.0, stall=30.0)))
    assert all(one.repeat.of != "sound" for one in found)
    assert end.report.sound is not None and "sound" not in [repeat.of for repeat in end.report.repeats]
    assert (end.report.sound.start, end.report.sound.end) == pytest.approx((2.0, 9.0), abs=0.01)
    silent = told(list(follow(with_sound(), end=3.0, stall=30.0, sound=False)))[2]
    assert silent.report.sound is None


def test_a_track_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(BadSetting, match="has 1, numbered from 0"):
        next(follow(with_sound(), audio_stream=1, stall=30.0))
    with pytest.raises(BadSetting, match="numbered from 0"):
        follow(with_sound(), audio_stream=-1)
