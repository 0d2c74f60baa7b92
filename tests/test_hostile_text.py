"""Texts from outside - names, tags, complaints, notes - in every form that loopfind writes: they steer no terminal,
hide nothing, and make no line, no markup and no formula of their own."""

import csv
import io
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import samples
import videos

from loopfind.cli import tables
from loopfind.cli.app import run
from loopfind.errors import LoopfindError
from loopfind.media.ffmpeg.address import printable
from loopfind.model.comparison import Comparison
from loopfind.model.events import Missed
from loopfind.model.report import Report
from loopfind.model.video import Loss
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, SEVERAL
from loopfind.reports.formats.csv import csv_row, plain_cell
from loopfind.reports.formats.events import event_json, event_text
from loopfind.reports.wording import safe

EVIL = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "=cmd|' /C calc'!A0",
    "name\n=1+1\r\nEDL\t+2",
    "gpj.\u202eexe\u2066\u200b\ufeff\u3164",
    "a\u2028b\u2029c\x85d\x0be",
    "--> <b>&amp;</b> <!-- ]]> --> \"'`",
    "[x](javascript:alert(1)) | # * _ ![i](http://h/)",
    "[CHAPTER]\n;title=x\\",
    "\udcff\udcfe",
    "\uff1dSUM(1)",
    "x" * 3000,
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def hostile(report: Report, text: str) -> Report:
    """The report, with a text wherever one may come from outside."""
    source = replace(
        report.source, path=f"/videos/{text}.mp4", codec=text, container=text, unread=(text, f"{text} again")
    )
    return replace(
        report,
        source=source,
        losses=(Loss(1.0, 2.0, text),),
        verdict=replace(report.verdict, summary=text),
        repeats=tuple(replace(repeat, elsewhere=(text, text)) for repeat in report.repeats),
    )


def check(form: str, written: str, lines: int) -> None:
    """Fail where a text shows in what was written. lines: of the same with texts that are harmless."""
    odd = {letter for letter in written if not letter.isprintable()} - {"\n"}
    assert odd <= ({"\t"} if form == "audacity" else set()), form
    assert "\u3164" not in written or form in ("json", "otio"), form
    if form not in ("text", "youtube"):  # these are folded, and shortened
        assert written.count("\n") == lines, form
    if form in ("json", "otio"):
        json.loads(written)
    elif form == "fcpxml":
        ElementTree.fromstring(written)
    elif "csv" in form or form == "losslesscut":
        for row in csv.reader(io.StringIO(written)):
            assert not any(cell.startswith(FORMULA) and not number(cell) for cell in row), row
    elif form in ("srt", "vtt"):
        arrows = [line for line in written.splitlines() if "-->" in line]
        assert all(line[0].isdigit() and line.count("-->") == 1 for line in arrows)
        assert "<b>" not in written
    elif form == "markdown":
        assert "<b>" not in written and "](javascript" not in written and "![i](" not in written


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_a_format_of_one_file_shows_texts_as_they_are(form: str, text: str) -> None:
    write = load("format", form, FORMATS)
    plain = "".join(write(hostile(samples.three_and_a_loop(cycles=3), "name")))
    check(form, "".join(write(hostile(samples.three_and_a_loop(cycles=3), text))), plain.count("\n"))


def across(text: str) -> Comparison:
    made = samples.comparison()
    sources = tuple(
        replace(source, path=f"{place}/{text}" if place else text, codec=text)
        for place, source in enumerate(made.sources)
    )
    failures = tuple(replace(failure, path=text, what=text) for failure in made.failures)
    losses = tuple((Loss(1.0, 2.0, text),) for _ in made.sources)
    return replace(made, sources=sources, failures=failures, losses=losses, summary=text)


@pytest.mark.parametrize("form", SEVERAL)
@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
@pytest.mark.slow
def test_a_format_of_several_files_shows_texts_as_they_are(form: str, text: str) -> None:
    write = load("format", form, SEVERAL)
    check(form, "".join(write(across(text))), "".join(write(across("name"))).count("\n"))


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_lines_about_what_is_followed_are_one_line_each(text: str) -> None:
    event = Missed(Loss(1.0, 2.0, text))
    assert event_text(event).isprintable()
    line = "".join(event_json(event, lambda seconds: ""))
    assert line.isascii() and line.isprintable() and json.loads(line)
    assert samples.nothing(text)._repr_html_().isprintable()


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_a_name_is_printable_and_stays_what_it_is(text: str) -> None:
    assert safe(text).isprintable() and safe(safe(text)) == safe(text)
    assert printable(text).isprintable()


@pytest.mark.parametrize("mark", FORMULA)
def test_no_cell_begins_like_a_formula(mark: str) -> None:
    for text in (f"{mark}1", f" {mark}1", f"\n{mark}1"):
        assert not plain_cell(text).lstrip().startswith(FORMULA)
    (cells,) = csv.reader([csv_row([f"{mark}1", f"a;{mark}1", -1.5, None])])
    assert cells[2:] == ["-1.5", ""] and not cells[0].startswith(mark)
    # In a country whose lists are parted by semicolons the second cell is still one cell.
    assert f'"a;{safe(mark)}1"' in csv_row([f"a;{mark}1"])


@pytest.mark.parametrize("form", ["csv", "text"])
def test_tables_of_a_query_hold_no_formula(form: str) -> None:
    rows = [list(EVIL), [f"@{text}" for text in EVIL]]
    written = "".join(tables.format_rows([f"=c{n}" for n in range(len(EVIL))], rows, form))
    assert written.count("\n") == 3
    cells = [cell for line in written.splitlines() for cell in line.split("\t")]
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert not any(cell.startswith(FORMULA) for cell in cells)


NAMES = ("\x1b]0;owned\x07=cmd\n\u202e.mkv", "=1+1\t|x.mkv", "caf\udce9\u2028\x9b.mkv")


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.slow
def test_every_command_says_a_hostile_name_on_its_lines(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path(name).write_bytes(videos.encoded("mkv", "mpeg4", 1.0).read_bytes())
    Path(f"bad{name}").write_bytes(b"\0" * 1000)
    os.mkdir(f"d{name}")
    library = ("--library", f"l{name}")
    for words in (
        ["scan", name, "-v"],
        ["scan", f"bad{name}"],
        ["scan", f"gone{name}"],
        ["scan", f"d{name}"],
        ["scan", name, "--json"],
        ["scan", name, "--follow", "--stall", "0.2"],
        ["scan", name, "--packets-only"],
        ["scan", name, "-o", f"gone/{name}.csv"],
        ["scan", name, "--kind", name],
        ["compare", name, f"bad{name}"],
        ["compare", ".", "-v"],
        ["library", "add", ".", *library],
        ["library", "list", *library],
        ["library", "verify", *library],
        ["library", "query", 'SELECT path AS "\x1b[2J", char(27, 10, 8238) FROM files', *library],
        ["library", "query", f"SELECT '{name}' FROM {name}", *library],
        ["library", "remove", f"gone{name}", *library],
        ["library", "remove", name, *library],
        ["extract", f"bad{name}", "--out", f"o{name}"],
    ):
        run(words)
        said = capfd.readouterr()
        for stream in (said.out, said.err):
            odd = {letter for letter in stream if not letter.isprintable()} - {"\n"}
            assert odd <= {"\t"}, words
            assert "bug in loopfind" not in stream, words


def test_what_sqlite_says_of_a_hostile_library_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "l.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "x\x1b[2J\n" ("y\u202e")')
    connection.close()
    for words in (["list"], ["verify"], ["query", 'SELECT * FROM "x\x1b[2J\n"'], ["compare"]):
        assert run(["library", *words, "--library", str(path)]) == 1
        assert capfd.readouterr().err.rstrip("\n").isprintable()
    with pytest.raises(LoopfindError):
        Report.load(path)


@pytest.mark.parametrize("value", ["\ud800", 10**400, -(10**30), 1e308, [[]], {"a": 1}, "-->\n", True])
@pytest.mark.parametrize("key", ["path", "duration", "frames", "fps", "width"])
@pytest.mark.slow
def test_a_report_with_odd_values_is_written_or_refused(key: str, value: object, tmp_path: Path) -> None:
    whole = json.loads("".join(load("format", "json", FORMATS)(samples.three_and_a_loop(cycles=3))))
    whole["source"][key] = value
    (tmp_path / "report.json").write_text(json.dumps(whole))
    try:
        report = Report.load(tmp_path / "report.json")
    except LoopfindError:
        return
    for form in FORMATS:
        report.save(tmp_path / "written", form)
        assert {letter for letter in (tmp_path / "written").read_text() if not letter.isprintable()} <= {"\n", "\t"}


def test_a_report_of_an_odd_schema_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps({"schema": "\x1b[2J\n", "loopfind": "1"}))
    with pytest.raises(LoopfindError) as caught:
        Report.load(tmp_path / "report.json")
    assert str(caught.value).isprintable()
