"""Outputs of a report."""

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from loopfind.cli.output import choose_outputs
from loopfind.cli.terminal import fitted
from loopfind.errors import BadSetting, OutputError, UnknownPart
from loopfind.reports.files import write_file
from loopfind.reports.formats import FORMATS, SUFFIXES


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def fails() -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    place = tmp_path / "report.json"
    place.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write_file(str(place), fails())
    assert place.read_text() == "before"
    assert [*tmp_path.iterdir()] == [place]


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    place, link = tmp_path / "report.json", tmp_path / "link.json"
    place.write_text("before")
    place.chmod(0o640)
    link.symlink_to(place)
    write_file(str(link), ["after"])
    assert link.is_symlink() and place.read_text() == "after"
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    write_file(str(place), ["text"])
    assert os.read(reader, 99) == b"text" and place.is_fifo()
    os.close(reader)


def test_choosing_a_format(tmp_path: Path) -> None:
    assert choose_outputs([], [], ["v"]) == choose_outputs(["-"], [], ["v"]) == [("-", "text")]
    upper = str(tmp_path / "a.TXT")
    assert choose_outputs([upper], [], ["v"]) == [(upper, "text")]
    assert choose_outputs([], ["json"], ["v"]) == [("-", "json")]
    assert [*tmp_path.iterdir()] == []


def test_refuses_what_cannot_be_written_before_the_scan(tmp_path: Path) -> None:
    video = tmp_path / "video.json"
    video.touch()
    with pytest.raises(BadSetting, match="this is the video"):
        choose_outputs([str(video)], ["json"], [str(video)])
    for path, what in [
        (tmp_path, "folder"),
        (tmp_path / "no" / "a", "does not exist"),
        ("a\0b", "could not be written"),
    ]:
        with pytest.raises(OutputError, match=what):
            choose_outputs([str(path)], ["json"], ["v"])


def test_every_format_is_reachable_by_name_and_the_endings_by_themselves(tmp_path: Path) -> None:
    for name in FORMATS:
        assert choose_outputs([str(tmp_path / "a.dat")], [name], ["v"]) == [(str(tmp_path / "a.dat"), name)]
        assert choose_outputs([], [name], ["v"]) == [("-", name)]
    for suffix, name in SUFFIXES.items():
        assert choose_outputs([str(tmp_path / f"a{suffix}")], [], ["v"]) == [(str(tmp_path / f"a{suffix}"), name)]


def test_several_files_each_have_their_format(tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("a.json", "b.csv", "c.csv")]
    formats = ["json", "csv", "cuts-csv"]
    assert choose_outputs(names, formats, ["v"]) == [*zip(names, formats, strict=True)]
    assert choose_outputs([*names[:2], "-"], [], ["v"]) == [(names[0], "json"), (names[1], "csv"), ("-", "text")]


def test_what_is_asked_of_a_format_must_make_sense(tmp_path: Path) -> None:
    one, two = str(tmp_path / "a.csv"), str(tmp_path / "b.csv")
    for outputs, formats, words in [
        ([one, two], ["csv"], "1 format for 2 outputs.*one for each -o, in the same order"),
        ([], ["csv", "edl"], "2 formats for 1 output"),
        ([one, one], [], "named twice"),
        ([one, f"{tmp_path}/./a.csv"], ["csv", "cuts-csv"], "named twice"),
        (["-", "-"], ["csv", "edl"], "named twice"),
        (["a.docx"], [], r"let the name end in .json, .*--format \(cuts-csv, losslesscut, audacity, youtube have no"),
    ]:
        with pytest.raises(BadSetting, match=words):
            choose_outputs(outputs, formats, ["v"])
    with pytest.raises(UnknownPart, match="unknown format 'docx'"):
        choose_outputs([one], ["docx"], ["v"])


def test_text_on_a_terminal_is_broken_between_words_and_elsewhere_left_as_it_is(monkeypatch) -> None:
    class Screen(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    text = "  goes  0:01:15.000 - 0:01:21.000: repeat 2\n\nshort\n"
    assert fitted(text, Screen()) == ["  goes  0:01:15.000 -", "    0:01:21.000: repeat 2", "", "short"]
    assert fitted(text, StringIO()) == text.splitlines()
