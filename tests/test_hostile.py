"""Inputs that someone else made: they open no other file and no address, and nothing is waited for without end."""

import csv
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import videos
from halting_pipe import halting

from loopfind.cli.app import run
from loopfind.errors import BadSetting, Broken, MediaError, NotVideo, Unreadable
from loopfind.media.decode import budget
from loopfind.media.decode.losses import SILENT
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import watchdog
from loopfind.model.library import File
from loopfind.pipeline.scanning import scan
from loopfind.settings import Decoding, Settings
from loopfind.stores.checkpoints import Damaged, checkpoint_of


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server for the folder of test videos, and what was asked of it."""
    asked: list[str] = []

    class Noting(SimpleHTTPRequestHandler):
        def log_message(self, *words: object) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Noting, directory=videos.FOLDER.as_posix())) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def count(path: object, **wanted: object) -> int:
    with open_video(path, **wanted) as video:  # type: ignore[arg-type]
        return sum(map(len, video))


LISTS = {
    "list.ffconcat": "ffconcat version 1.0\nfile '{name}'\n",
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{name}\n#EXT-X-ENDLIST\n",
    "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" mediaPresentationDuration="PT4S"><Period><AdaptationSet '
    'mimeType="video/mp4"><Representation id="0" bandwidth="1000" width="96" height="64"><BaseURL>{name}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 33\n",
    "list.xml": '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">'
    "<Id>{name}</Id></CompositionPlaylist>\n",
    "list.idx": "# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: 000000000\n",
    "list.asx": '<asx version="3.0"><entry><ref href="{name}"/></entry></asx>\n',
    "list.pls": "[playlist]\nFile1={name}\nNumberOfEntries=1\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("form", LISTS)
def test_a_list_opens_nothing_that_it_names(tmp_path: Path, site: tuple[str, list[str]], form: str) -> None:
    piece = videos.encoded("ts", "libx264")
    (tmp_path / "beside.ts").write_bytes(piece.read_bytes())
    address, asked = site
    for named in (f"{address}/{piece.name}", "beside.ts", "file:///etc/hostname", piece.as_posix()):
        for name in (form, "list.mp4", "list.ts"):
            (tmp_path / name).write_text(LISTS[form].format(name=named))
            with pytest.raises(MediaError) as caught:
                count(tmp_path / name)
            assert isinstance(caught.value, NotVideo | Broken)
            assert str(caught.value).isprintable()
    assert not asked


@pytest.mark.slow
def test_a_list_hidden_behind_other_bytes_opens_nothing(tmp_path: Path, site: tuple[str, list[str]]) -> None:
    piece = videos.encoded("ts", "libx264")
    address, asked = site
    for form in ("list.m3u8", "list.mpd", "list.sdp"):
        text = LISTS[form].format(name=f"{address}/{piece.name}").encode()
        for data in (text + b"\0" * 999, b"\xef\xbb\xbf" + text, b"\n\n" + text, b"\0\0\0\x18ftypisom" + text):
            (tmp_path / "list.mp4").write_bytes(data)
            with pytest.raises(MediaError):
                count(tmp_path / "list.mp4")
    assert not asked


def test_an_external_track_is_not_opened(tmp_path: Path) -> None:
    path = videos.make("outside.mov", *videos.moving(), "-c:v", "mpeg4")
    (tmp_path / "beside.mov").write_bytes(path.read_bytes())
    data = path.read_bytes()
    inner = b"\0\0\0\x1c" + b"dref" + b"\0\0\0\0\0\0\0\1" + b"\0\0\0\x0curl \0\0\0\1"
    assert inner in data
    # Not in the file itself any more, and by the name of the one beside it.
    (tmp_path / "made.mov").write_bytes(data.replace(inner, inner.replace(b"url \0\0\0\1", b"alis\0\0\0\0")))
    with open_video(tmp_path / "made.mov") as video:
        assert sum(map(len, video)) == 25
        assert "-enable_drefs" not in video.command  # off unless it is asked for


def test_what_the_user_names_is_read(site: tuple[str, list[str]]) -> None:
    address, asked = site
    piece = videos.encoded("ts", "libx264")
    (videos.FOLDER / "named.m3u8").write_text(LISTS["list.m3u8"].format(name=piece.name))
    assert count(f"{address}/named.m3u8") == 25
    assert asked == ["/named.m3u8", f"/{piece.name}"]
    assert count(f"concat:{piece}|{piece}") == 50
    assert count(f"subfile,,start,0,end,{piece.stat().st_size},,:{piece}") == 25


def test_what_an_address_leads_to_is_no_local_file(site: tuple[str, list[str]]) -> None:
    piece = videos.encoded("ts", "libx264")
    (videos.FOLDER / "leads.m3u8").write_text(LISTS["list.m3u8"].format(name=f"file://{piece}"))
    with pytest.raises(MediaError):
        count(f"{site[0]}/leads.m3u8")


@pytest.mark.parametrize(
    "name", ["concat:b.mp4", "pipe:0.mp4", "a%03d.mp4", "data:,x.mp4", "-", "x\ty.mp4", "[a]*?{b}.mp4"]
)
@pytest.mark.slow
def test_a_file_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(videos.encoded("mp4", "libx264").read_bytes())
    assert count(f"./{name}") == 25
    if name != "-":
        assert count(name) == 25


def test_a_picture_of_absurd_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(videos.make("huge.avi", *videos.moving(), "-c:v", "mjpeg").read_bytes())
    at = data.index(b"\xff\xc0")
    while at > 0:
        data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
        at = data.find(b"\xff\xc0", at + 1)
    (tmp_path / "huge.avi").write_bytes(data)
    with pytest.raises(Broken):
        count(tmp_path / "huge.avi")


def test_a_silent_source_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.05)
    pipe = tmp_path / "silent.mkv"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match=r"nothing came for 0.3 s: .*--stall"):
        count(pipe, stall=0.3)


@pytest.mark.slow
def test_of_a_pipe_that_falls_silent_all_counts_that_came(tmp_path: Path) -> None:
    data = videos.encoded("ts", "mpeg2video", seconds=8).read_bytes()
    with halting(tmp_path / "halting.ts", data[: len(data) * 3 // 4]) as pipe:
        report = scan(pipe, stall=1.0)
    assert 100 < report.source.frames < 200
    assert (report.losses[-1].what, report.losses[-1].start) == (SILENT, report.source.duration)


@pytest.mark.slow
def test_the_command_line_gives_up_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "silent.mkv"
    os.mkfifo(pipe)
    for command in (["scan"], ["sweep"]):
        assert run([*command, pipe.as_posix(), "--stall", "0.2"]) == 1
        said = capfd.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and "nothing came for 0.2 s" in said.err
    with pytest.raises(BadSetting):
        open_video(pipe, stall=0.0)


@pytest.mark.slow
def test_clips_are_not_waited_for_without_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A server that hands a video out once, and then says nothing more."""
    film = videos.make("silent-server.mp4", *videos.moving(3.0), "-c:v", "libx264", "-g", "25")
    looped = tmp_path / "looped.mp4"
    videos.run("-stream_loop", "1", "-i", str(film), "-c", "copy", str(looped))
    report = tmp_path / "report.json"
    assert run([str(looped), "-o", str(report), "-q"]) == 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/looped.mp4"
        began = time.monotonic()
        words = ["extract", str(report), "--out", str(tmp_path / "clips"), "--video", address, "--stall", "1"]
        assert run(words) == 1
    assert time.monotonic() - began < 30
    assert "address" in capfd.readouterr().err and not (tmp_path / "clips").exists()


@pytest.mark.slow
def test_a_report_opens_no_address_by_itself(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        film = videos.make("address-report.mp4", *videos.moving(2.0), "-c:v", "libx264", "-g", "25")
        looped = tmp_path / "looped.mp4"
        videos.run("-stream_loop", "1", "-i", str(film), "-c", "copy", str(looped))
        report = tmp_path / "report.json"
        assert run([str(looped), "-o", str(report), "-q"]) == 0
        for name in (f"http://127.0.0.1:{server.getsockname()[1]}/x.mp4", f"tcp:127.0.0.1:{server.getsockname()[1]}"):
            changed = json.loads(report.read_text())
            changed["source"]["path"] = name
            report.write_text(json.dumps(changed))
            capfd.readouterr()
            wanted = 2 if "//" in name else 0  # the other one is no name of a file, and its link is read
            assert run(["extract", str(report), "--out", str(tmp_path / "clips"), "-q"]) == wanted
        with pytest.raises(TimeoutError):
            server.accept()


def test_files_that_cannot_be_joined_are_not_half_read() -> None:
    film = videos.encoded("mp4", "libx264")
    with pytest.raises(Unreadable, match="cannot be joined"):
        count(f"concat:{film}|{film}")


@pytest.mark.slow
def test_a_cell_of_a_table_is_no_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "=cmd|calc!A0.mp4"
    videos.run("-stream_loop", "1", "-i", str(videos.encoded("mp4", "libx264", 3.0)), "-c", "copy", f"file:{name}")
    assert run(["compare", name, str(videos.encoded("mp4", "libx264", 3.0)), "-o", "shared.csv", "-q"]) == 0
    cells = [cell for row in csv.reader((tmp_path / "shared.csv").read_text().splitlines()) for cell in row]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in cells)


NESTED, LONG, ENDLESS = "[" * 100_000, '{"frames": 1' + "0" * 400 + "}", '{"losses": [[1e999, 2, "x"]]}'


PADDED = " " * (17 << 20) + "{}"


@pytest.mark.parametrize("said", [NESTED, LONG, ENDLESS, PADDED, "nan", "", None], ids=range(7))
def test_a_checkpoint_from_elsewhere_is_begun_anew(said: str | None, tmp_path: Path) -> None:
    """said: what stands in the place of its description; None for times that are none, with a digest that fits."""
    file = File(b"/film.mp4", 5, 6, b"digest")
    kept = checkpoint_of(tmp_path, file, Settings(), 72)
    rows = np.zeros(10, kept.row)
    rows["time"] = np.nan if said is None else np.arange(10)
    kept.add(iter([rows]), ())
    kept.close()
    (path,) = tmp_path.glob("*.json")
    if said is not None:
        path.write_text(said)
    again = checkpoint_of(tmp_path, file, Settings(), 72)
    if said is None:
        with pytest.raises(Damaged):
            list(again.rows())
    else:
        assert again.count == 0 and not path.exists()
    again.close()


@pytest.mark.slow
def test_a_small_file_may_not_unpack_to_hours_of_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIF whose pictures are all alike takes some 20 bytes a picture, however large these are."""
    path = tmp_path / "bomb.gif"
    videos.run("-f", "lavfi", "-i", "color=red:s=2000x1500:r=25", "-t", "4", str(path))
    assert count(path) == 100
    monkeypatch.setattr(budget, "FREE_PIXELS", 10_000_000)
    monkeypatch.setattr(budget, "PIXELS_A_BYTE", 1000)
    with pytest.raises(Broken, match="--no-budget"):
        count(path)
    with pytest.raises(Broken, match="--no-budget"):
        scan(path)
    assert scan(path, decoding=Decoding(unbounded=True)).source.frames == 100
