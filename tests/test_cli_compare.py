"""loopfind compare on real files: what it writes and where, what it refuses, and that it ranks."""

import csv
import json
import shutil

import pysubs2
import pytest
import videos
from in_process import loopfind


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A film, the first half of it and its last quarter, something else, and a text."""
    place = tmp_path_factory.mktemp("compared")
    source = "testsrc2=s=96x64:r=25:d=8,noise=alls=20:allf=t"
    film = videos.make("cli-film.mkv", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "23")
    other = videos.make("cli-other.mp4", "-f", "lavfi", "-i", "mandelbrot=s=96x64:r=25", "-t", "3", "-c:v", "mpeg4")
    cut = {"half": ("-t", "4"), "quarter": ("-ss", "6")}
    parts = [
        videos.make(f"cli-{name}.mp4", *limits, "-i", film.as_posix(), "-c:v", "mpeg4", "-q:v", "4")
        for name, limits in cut.items()
    ]
    for file in (film, other, *parts):
        shutil.copy(file, place)
    (place / "notes.txt").write_text("no video")
    return place


def run(*words, cwd):
    return loopfind("compare", *words, cwd=cwd)


@pytest.mark.slow
def test_one_comparison_is_written_in_as_many_forms_as_asked_for(folder, tmp_path):
    forms = ["json", "csv", "md", "otio", "edl", "fcpxml", "txt", "html", "srt"]
    words = [word for form in forms for word in ("-o", str(tmp_path / f"shared.{form}"))]
    film = "cli-film.mkv"
    done = run(film, "cli-quarter.mp4", *words, "--for", film, "-q", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.suffix[1:] for path in tmp_path.iterdir()) == sorted(forms)
    value = json.loads((tmp_path / "shared.json").read_text())
    (repeat,) = value["repeats"]
    assert [o["file"] for o in repeat["occurrences"]] == [film, "cli-quarter.mp4"]
    with (tmp_path / "shared.csv").open() as file:
        assert [row["path"] for row in csv.DictReader(file)] == [str(folder / o["file"]) for o in repeat["occurrences"]]
    (line,) = pysubs2.load(str(tmp_path / "shared.srt"))
    assert line.start == 6000 and line.text == "Repeat 1, also in cli-quarter.mp4: 2 s"
    page = (tmp_path / "shared.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>") and "data:image/jpeg" in page and "As typed" in page


@pytest.mark.slow
def test_the_best_match_stands_first_and_what_shares_nothing_is_only_counted(folder):
    done = run("--query", "cli-film.mkv", "--in", ".", "--json", cwd=folder)
    value = json.loads(done.stdout)
    found = [(match["rank"], match["file"], round(match["share"], 2)) for match in value["matches"]]
    assert found == [(1, "./cli-half.mp4", 0.5), (2, "./cli-quarter.mp4", 0.25)]
    assert value["summary"] == "The clip was looked for in 3 files and found in 2 of them." and value["groups"] == []
    assert [failure["path"] for failure in value["failures"]] == ["./notes.txt"]


@pytest.mark.slow
def test_several_clips_are_looked_for_in_several_places(folder, tmp_path):
    (tmp_path / "clips").mkdir()
    for name in ("cli-quarter.mp4", "cli-other.mp4"):
        shutil.copy(folder / name, tmp_path / "clips" / name)
    done = run("--query", str(tmp_path / "clips"), "--in", "cli-film.mkv", "--in", "cli-half.mp4", cwd=folder)
    assert done.stdout.startswith("2 clips were looked for in 2 files and 1 was found in 1 of them.")
    assert "No match for cli-other.mp4" in done.stdout and "all of it" in done.stdout


FILM, OTHER = "cli-film.mkv", "cli-other.mp4"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([FILM, OTHER, "-o", "a.srt"], "say of which with --for FILE"),
        ([FILM, OTHER, "-o", "a.srt", "--for", "cli-half.mp4"], "it is not among the files that are compared"),
        ([FILM, OTHER, "-o", "a.csv", "--for", FILM], "it is for a format that belongs to one file"),
        ([FILM, OTHER, "-o", "a.csv", "--format", "cuts-csv"], "loopfind FILE -o cuts.csv --format cuts-csv"),
        ([FILM, OTHER, "-o", "a.docx"], "let the name end in"),
        ([FILM, OTHER, "--format", "docx"], "unknown format 'docx'"),
        ([FILM, OTHER, "-o", OTHER, "--format", "csv"], "this is the video, and would be lost"),
        ([FILM, ".", "-o", "cli-half.mp4", "--format", "csv"], "this file is compared too, and would be lost"),
        ([FILM, OTHER, "-o", "a.html", "--html", "b.html"], "one page is written at a time"),
        ([FILM, OTHER, "--html", "-"], "give the name of a file"),
        ([FILM, OTHER, "--format", "html"], "give the name of a file"),
        ([FILM, OTHER, "-o", "a.csv", "--format", "csv", "--json"], "--json chooses the format already"),
        (["--query", FILM], "--in FOLDER"),
        (["--in", "."], "--query CLIP"),
        ([OTHER, "--query", FILM, "--in", "."], "leave this out"),
        (["--query", FILM, "--in", ".", "--self"], "leave one of the two out"),
    ],
)
def test_what_cannot_be_is_said_on_one_line_and_nothing_is_written(folder, words, said):
    before = sorted(folder.iterdir())
    done = run(*words, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.slow
def test_the_file_that_a_format_is_for_must_have_been_read(folder):
    done = run(FILM, ".", "-o", "a.srt", "--for", "notes.txt", cwd=folder)
    assert done.returncode == 2 and "it could not be read" in done.stderr
    assert not (folder / "a.srt").exists()


@pytest.mark.slow
def test_how_to_play_each_place_is_said_where_more_words_are_wanted(folder):
    done = run(FILM, "cli-quarter.mp4", "-v", cwd=folder)
    assert "mpv --start=6 cli-film.mkv" in done.stderr and "mpv --start=0 cli-quarter.mp4" in done.stderr
