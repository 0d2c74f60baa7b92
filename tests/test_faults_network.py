"""A server that fails at any byte: what came before counts, the loss is called what it is, and nothing hangs."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import draws
import pytest
import rtsp
import videos
from faulty_site import KINDS, Fault, serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patience import let_pass, wait_until

from loopfind import scan
from loopfind.cli.app import run
from loopfind.errors import MediaError, Unreadable
from loopfind.media.decode.losses import CUT_SHORT, SILENT
from loopfind.model.report import Report

CUT = "the connection was cut"


def film(container: str) -> bytes:
    return videos.encoded(container, "libx264", seconds=6).read_bytes()


def answered(data: bytes, fault: Fault, container: str) -> Report | str:
    """The report on what a server gives, or the line that says why there is none."""
    with serving(data, fault, f"film.{container}") as site:
        try:
            return scan(site.address, stall=1.0)
        except MediaError as error:
            return str(error)


@pytest.mark.parametrize("container", ["mkv", "ts"])
@pytest.mark.parametrize("kind", ["close", "reset"])
@pytest.mark.slow
def test_a_connection_that_is_cut_is_called_that(container: str, kind: str) -> None:
    data = film(container)
    whole = answered(data, Fault(), container)
    cut = answered(data, Fault(kind, len(data) // 2, seeks=False, drip=4096), container)
    assert isinstance(whole, Report) and isinstance(cut, Report)
    assert whole.losses == () and CUT in cut.losses[-1].what
    assert 0 < cut.source.frames < whole.source.frames
    if cut.source.declared is not None and container == "mkv":
        assert cut.losses[-1].end == pytest.approx(6.0, abs=0.1)
        assert cut.verdict.coverage < 0.75, "what is known to be missing was not judged"


@pytest.mark.parametrize("packets_only", [False, True])
@pytest.mark.parametrize("container", ["mkv", "ts"])
@pytest.mark.slow
def test_what_came_before_a_server_fell_silent_is_the_answer(container: str, packets_only: bool) -> None:
    data = videos.encoded(container, "libx264", seconds=12).read_bytes()  # ffmpeg looks at five before it begins
    with serving(data, Fault("stall", len(data) * 2 // 3, seeks=False), f"film.{container}") as site:
        report = scan(site.address, stall=1.0, packets_only=packets_only)
    assert report.losses[-1].what == SILENT and 150 < report.source.frames < 300
    assert report.losses[-1].start == pytest.approx(report.source.duration, abs=0.1)
    if container == "mkv":
        assert report.losses[-1].end == pytest.approx(12.0, abs=0.1)


@pytest.mark.slow
def test_of_an_rtsp_server_that_falls_silent_all_counts_that_came() -> None:
    path, over = videos.encoded("ts", "libx264", seconds=24), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    server = threading.Thread(target=rtsp.serve, args=(listening, path, rtsp.Way(30.0, 150, over)))
    server.start()
    try:
        report = scan(f"rtsp://127.0.0.1:{listening.getsockname()[1]}/camera", stall=2.0)
    finally:
        over.set()
        listening.close()
        server.join()
    assert report.losses[-1].what == SILENT and 100 < report.source.frames < 600


@pytest.mark.parametrize("greeting", [b"", b"RTSP/1.0 200 OK\r\n"])
@pytest.mark.slow
def test_an_rtsp_server_that_does_not_answer_is_given_up_in_one_line(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.sendall(greeting)
                while client.recv(4096):
                    pass

        server = threading.Thread(target=serve)
        server.start()
        with pytest.raises(Unreadable, match="nothing came for 1 s"):
            scan(f"rtsp://127.0.0.1:{listening.getsockname()[1]}/camera", stall=1.0)
        server.join()


@pytest.mark.slow
@given(
    kind=st.sampled_from(KINDS),
    container=st.sampled_from(["mkv", "ts", "flv"]),
    share=st.floats(0, 0.9),  # a container may declare half a second more than it holds
    seeks=st.booleans(),
)
@settings(max_examples=draws.examples(4), suppress_health_check=[HealthCheck.too_slow])
def test_whatever_goes_wrong_at_any_byte_is_said(kind: str, container: str, share: float, seeks: bool) -> None:
    data = film(container)
    answer = answered(data, Fault(kind, int(share * len(data)), seeks), container)
    if isinstance(answer, Report):
        # A broadcast finds its packets again, and rubbish that holds none is between two of them.
        assert answer.losses or (kind, container) == ("garbage", "ts"), "a loss that is not mentioned is a wrong claim"
    else:
        assert answer.isprintable() and "\n" not in answer


@pytest.mark.slow
def test_rubbish_that_a_demuxer_passes_over_in_silence_is_a_loss_all_the_same() -> None:
    data = film("flv")
    answer = answered(data, Fault("garbage", len(data) // 2), "flv")
    assert isinstance(answer, Report) and [loss.what for loss in answer.losses] == [CUT_SHORT]
    assert not answered(data, Fault(), "flv").losses


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("close"), "cannot be read"),
        (Fault("garbage"), "no video format"),
        (Fault("stall"), "nothing came for 1 s"),
        (Fault(redirect="file:///etc/hostname"), "cannot open it"),
        (Fault(redirect="/again"), "cannot be read"),
    ],
)
@pytest.mark.slow
def test_a_server_that_gives_no_video_is_refused_in_one_line(fault: Fault, says: str) -> None:
    answer = answered(film("mkv"), fault, "mkv")
    assert isinstance(answer, str) and says in answer


def test_packets_of_a_connection_that_was_cut_are_not_all_there_were() -> None:
    data = film("mkv")
    with serving(data, Fault("close", len(data) // 2), "film.mkv") as site:
        report = scan(site.address, stall=1.0, packets_only=True)
    assert [loss.what for loss in report.losses] == [CUT]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["close", "stall"])
def test_clips_of_a_connection_that_fails_are_given_up_in_one_line(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = videos.make(
        "three_times.mkv", "-stream_loop", "2", "-i", str(videos.encoded("mp4", "libx264", seconds=3)), "-c", "copy"
    )
    assert run([str(name), "-q", "--no-resume", "-o", str(tmp_path / "report.json")]) == 0
    data = name.read_bytes()
    with serving(data, Fault(kind, len(data) * 5 // 8), "film.mkv") as site:
        words = ["extract", str(tmp_path / "report.json"), "--out", str(tmp_path / "clips"), "--stall", "1"]
        assert run([*words, "--video", site.address]) == 1
    said = capfd.readouterr().err.strip().splitlines()
    assert len(said) == 1 and site.address in said[0] and ("cut" in said[0] or "nothing came" in said[0])
    assert not os.path.exists(tmp_path / "clips")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.slow
def test_readings_that_wait_for_a_silent_server_are_ended_at_once(name: str) -> None:
    number: int = getattr(signal, name)
    data = film("mkv")
    with serving(data, Fault("stall", len(data) // 2, seeks=False)) as site:
        words = [sys.executable, "-m", "loopfind", "compare", site.address, f"{site.address}?2", "--stall", "50"]
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: len(site.asked) >= 2)
        let_pass(3)  # until the readings have begun to wait
        child.send_signal(number)
        out, said = child.communicate(timeout=20)
    assert (child.returncode, out, said) == (128 + number, "", "")
