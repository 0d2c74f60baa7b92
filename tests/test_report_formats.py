"""Rules that every format holds to."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
import samples

from loopfind.errors import UnknownPart
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("report", [samples.nothing(), samples.three_and_a_loop(), samples.many()])
def test_a_format_writes_whole_lines_twice_the_same(name: str, report: samples.Report) -> None:
    write = load("format", name, FORMATS)
    pieces = write(report)
    assert isinstance(pieces, Iterator)
    text = "".join(pieces)
    # A list without a head is empty where nothing repeats.
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    assert text == "".join(write(report))


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_takes_any_name_and_an_empty_report(name: str) -> None:
    report = samples.three_and_a_loop(cycles=3)
    report = replace(report, source=replace(report.source, path="/v/caf\udce9\x1b[31m\x07\n.mp4"))
    check_text("".join(load("format", name, FORMATS)(report)))
    report = samples.nothing("caf\udce9\x1b[31m.mp4")
    report = replace(report, source=replace(report.source, frames=0, duration=0.0))
    check_text("".join(load("format", name, FORMATS)(report)))


def check_text(text: str) -> None:
    """Fail where a file or a terminal could not take the text."""
    text.encode("utf-8")
    controls = {letter for letter in text if unicodedata.category(letter) == "Cc"}
    assert controls <= {"\n", "\t"}, "pass names through loopfind.reports.wording.safe"


def test_each_suffix_names_a_format() -> None:
    assert {*SUFFIXES.values()} <= {*FORMATS, PAGE}
    with pytest.raises(UnknownPart, match="choose one of json, text, "):
        load("format", "docx", FORMATS)
