"""The video on a web page, by a stand-in for yt-dlp: fetched, scanned, linked to its page, and gone afterwards."""

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import videos

from loopfind.cli.app import run
from loopfind.media.web_page import may_be_page

STAND_IN = """
import os, shutil

class utils:
    class DownloadError(Exception):
        pass

class YoutubeDL:
    def __init__(self, options):
        self.options = options

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def extract_info(self, url, download):
        assert download and self.options["noplaylist"] and os.path.exists(self.options["ffmpeg_location"])
        kind = url.rpartition("=")[2]
        if kind == "gone":
            raise utils.DownloadError("ERROR: [site] 1: Video unavailable\\nmore")
        if kind == "other":
            raise utils.DownloadError("ERROR: Unsupported URL: " + url)
        if kind == "list":
            return {"entries": []}
        if kind == "live":
            found = {"is_live": True, "webpage_url": url}
            assert self.options["match_filter"](found, incomplete=False)
            return found
        path = os.path.join(self.options["paths"]["home"], "video.mp4")
        shutil.copy(os.environ["STAND_IN_VIDEO"], path)
        with open(os.environ["STAND_IN_VIDEO"] + ".path", "w") as file:
            file.write(path)
        for hook in self.options["progress_hooks"]:
            hook({"status": "downloading", "downloaded_bytes": 5, "total_bytes": 10})
        return {"webpage_url": "https://video.example/watch?v=1", "requested_downloads": [{"filepath": path}]}
"""


class Page(SimpleHTTPRequestHandler):
    """Answers every address with a web page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><html><body>a video</body></html>")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Page))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/watch?v="
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def loader(tmp_path, monkeypatch):
    """A stand-in for yt-dlp, which puts this video where it is asked to. The name of a file tells where that was."""
    (tmp_path / "yt_dlp.py").write_text(STAND_IN)
    film = tmp_path / "film.mp4"
    film.write_bytes(videos.three_times().read_bytes())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "yt_dlp", raising=False)
    monkeypatch.setenv("STAND_IN_VIDEO", str(film))
    yield film.with_name("film.mp4.path")
    sys.modules.pop("yt_dlp", None)


@pytest.mark.slow
def test_the_video_of_a_page_is_scanned_and_linked_to_it(site, loader, capsys, tmp_path):
    page = tmp_path / "page.html"
    assert run([site + "good", "-o", "-", "-o", str(page), "--format", "json", "--format", "html", "-q"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["source"]["path"] == "https://video.example/watch?v=1" and report["verdict"]["looped"]
    first = report["repeats"][0]["occurrences"][0]["link"]
    assert first.startswith("https://video.example/watch?v=1#t=")
    fetched = loader.read_text()
    assert not (tmp_path / fetched).exists() and fetched not in page.read_text()


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("gone", "yt-dlp cannot fetch the video of this page: [site] 1: Video unavailable"),
        ("list", "it is a list of videos: name one of them"),
        ("live", "it is live: follow its stream instead"),
        ("other", "the source cannot be read"),
    ],
)
@pytest.mark.slow
def test_a_page_without_a_video_to_fetch_is_one_line(kind, says, site, loader, capsys):
    assert run([site + kind]) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and says in err


@pytest.mark.slow
def test_without_yt_dlp_the_line_says_what_to_install(site, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "yt_dlp", None)
    assert run([site + "good"]) == 1
    assert "pip install 'loopfind[url]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("video", "page"),
    [
        ("https://youtu.be/ID", True),
        ("HTTP://site/watch?v=a.mp4", True),
        ("https://site/film.mp4?token=1", False),
        ("rtsp://camera/1", False),
        ("film.mp4", False),
        ("http://[", False),
    ],
)
def test_an_address_of_a_file_is_no_page(video, page):
    assert may_be_page(video) == page
