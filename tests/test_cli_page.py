"""--html on the command line: written whole, beside the other answers, and refused before the scan where it must be."""

import os
import subprocess
import sys
from pathlib import Path

import fake_cli
import pytest

HERE = Path(__file__).parent


def run(*words: str, cwd: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    if not code:
        return fake_cli.run(*words, cwd=cwd)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)])}
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_writes_the_page_and_still_says_the_answer(tmp_path):
    done = run("film.mp4", "--html", "report.html", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Parts of this video are shown again")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>")
    assert '"href":"./film.mp4"' in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


@pytest.mark.slow
def test_the_player_looks_where_the_video_lies_seen_from_the_page(tmp_path):
    (tmp_path / "pages").mkdir()
    run("a #1?.mp4", "--html", "pages/report.html", "--json", cwd=tmp_path)
    assert '"href":"../a%20%231%3F.mp4"' in (tmp_path / "pages" / "report.html").read_text()


@pytest.mark.slow
def test_a_page_says_how_it_was_made_without_a_folder_of_the_sender(tmp_path, monkeypatch):
    home = tmp_path / "home" / "lovelace"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    run(str(home / "film.mp4"), "--html", str(tmp_path / "report.html"), cwd=home)
    text = (tmp_path / "report.html").read_text()
    assert "loopfind film.mp4 --html report.html" in text and "UTC" in text
    assert "lovelace" not in text and '"href":"./film.mp4"' in text


@pytest.mark.slow
def test_the_player_looks_where_it_is_told_to(tmp_path):
    run("film.mp4", "--html", "report.html", "--video-href", "https://example.org/v.mp4", cwd=tmp_path)
    text = (tmp_path / "report.html").read_text()
    assert '"href":"https://example.org/v.mp4"' in text
    assert "media-src blob: https://example.org;" in text


@pytest.mark.slow
def test_an_output_that_ends_in_html_is_the_page_and_nothing_else_is_said(tmp_path):
    done = run("film.mp4", "-o", "report.html", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    done = run("film.mp4", "-o", "other.html", "-o", "report.json", "-o", "-", "--json", cwd=tmp_path)
    assert done.stdout.startswith("{") and (tmp_path / "report.json").read_text() == done.stdout
    assert (tmp_path / "other.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("film.mp4", "--html", "-"), "--html cannot be '-'"),
        (("film.mp4", "--html", ""), "--html cannot be ''"),
        (("film.mp4", "--html", "film.mp4"), "this is the video"),
        (("film.mp4", "--html", "a.json", "-o", "a.json"), "this is the report of --output"),
        (("film.mp4", "--html", "a.html", "--video-href", "javascript:alert(1)"), "--video-href cannot be"),
        (("film.mp4", "--video-href", "v.mp4"), "add --html FILE"),
        (("film.mp4", "--html", "nowhere/a.html"), "its folder does not exist"),
        (("film.mp4", "-o", "a.html", "-o", "b.html"), "one page is written at a time"),
        (("film.mp4", "--format", "html"), "give the name of a file"),
    ],
)
def test_what_cannot_be_is_said_on_one_line(tmp_path, words, said):
    (tmp_path / "film.mp4").write_bytes(b"a video")
    done = run(*words, cwd=tmp_path)
    assert done.returncode in (1, 2) and not done.stdout
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert (tmp_path / "film.mp4").read_bytes() == b"a video"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
def test_a_scan_without_a_page_loads_no_template_engine(tmp_path):
    code = (
        "import sys\nfrom loopfind.cli import main\nstatus = main()\n"
        "assert not {'jinja2', 'loopfind.reports.page.scan'} & set(sys.modules)\nsys.exit(status)"
    )
    assert run(str(HERE.parent / "fixtures" / "none.mp4"), "--json", cwd=tmp_path, code=code).returncode == 0
