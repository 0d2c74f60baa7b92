"""The report as a person reads it."""

from dataclasses import replace
from pathlib import Path

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from rich.text import Text

from loopfind.model.report import Freeze, Report
from loopfind.reports import wording
from loopfind.reports.detail import ROWS, Detail
from loopfind.reports.formats.text import report_lines, write

GOLDEN = Path(__file__).parent / "golden"


BLOCKS = Detail(blocks=True)


def plain(report: Report, width: int = 80, detail: Detail = ROWS) -> list[str]:
    return [line.plain for line in report_lines(report, width, detail=detail)]


def test_is_what_it_was() -> None:
    """To accept a change: rewrite the files with what the test prints."""
    report = samples.three_and_a_loop("https://youtu.be/abc")
    assert "".join(write(report)) == (GOLDEN / "report.txt").read_text()
    assert "".join(write(report, BLOCKS)) == (GOLDEN / "report-blocks.txt").read_text()


def test_says_the_verdict_first() -> None:
    assert plain(samples.nothing())[0] == "Nothing in this video is shown twice."


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("report", [samples.nothing(), samples.three_and_a_loop(), samples.many()])
@pytest.mark.slow
def test_keeps_to_the_width(report: Report, width: int) -> None:
    for detail in (ROWS, BLOCKS):
        for line in report_lines(report, width, hyperlinks=True, detail=detail):
            assert line.cell_len <= max(width, 30)  # a span of time is never broken


def test_many_occurrences_are_summed_up() -> None:
    text = "\n".join(plain(samples.three_and_a_loop(), detail=BLOCKS))
    assert "1,000 cycles of 0.5 s" in text
    assert "... and 988 more cycles; --all lists all" in text


def test_three_hundred_repeats_are_a_short_report() -> None:
    text, blocks = plain(samples.many()), plain(samples.many(), detail=BLOCKS)
    assert len(text) < 70 and len(blocks) < 200
    assert "  ... and 280 more repeats; --all lists all" in text and "  ... and 295 more cuts; --all lists all" in text
    assert "... and 280 more repeats; --all lists all" in blocks


@pytest.mark.slow
def test_all_is_all() -> None:
    frozen = tuple(Freeze(9.0 * n, 9.0 * n + 1, 270 * n, 270 * n + 30) for n in range(7))
    report = replace(samples.many(), frozen=frozen)
    assert any("... and 2 more; --all lists all" in line for line in plain(report))
    for detail, head in ((replace(ROWS, every=True), "  300  repeat"), (replace(BLOCKS, every=True), "Repeat 300: ")):
        text = plain(report, detail=detail)
        assert any(line.startswith(head) for line in text) and any("cut 300" in line for line in text)
        assert not any("more" in line for line in text)


def test_a_sound_is_promised_no_share() -> None:
    """The length for sounds is that of the shortest run that is claimed."""
    report = samples.three_and_a_loop()
    heard = replace(report, source=replace(report.source, width=0, height=0), findable=())
    for one, promised in ((report, True), (heard, False)):
        text = " ".join(" ".join(plain(one)).split())
        assert "where a plain repeat of 1 s or longer would have been found" in text
        assert ("found nine times out of ten" in text) == promised


def test_in_brief_it_is_one_line() -> None:
    report = samples.nothing()
    assert plain(report, 40, Detail(brief=True)) == ["film.mp4: Nothing in this video is shown twice."]


def test_the_timeline_shows_what_is_where() -> None:
    """Each mark of the bar is a share of the video, with the first of the repeats that are shown then."""
    report = samples.three_and_a_loop()
    (bar,) = [line.removeprefix("Timeline").strip() for line in plain(report, 74) if line.startswith("Timeline")]
    minutes = dict(enumerate(bar))
    assert len(bar) == 60
    assert [minutes[at] for at in (0, 3, 8, 16, 25, 35, 42, 59)] == ["-", "1", "2", "3", "4", "-", "1", "."]


def test_a_colour_stands_for_a_kind() -> None:
    """In the bar as in the rows."""

    def colours(line: Text, piece: str) -> str:
        return " ".join(str(span.style) for span in line.spans if piece in line.plain[span.start : span.end])

    lines = [*report_lines(samples.three_and_a_loop())]
    bar = next(line for line in lines if line.plain.startswith("Timeline"))
    for number, kind, colour in (("1", "repeat", "red"), ("3", "still", "cyan"), ("4", "loop", "magenta")):
        row = next(line for line in lines if line.plain.startswith(f"  {number}  {kind}"))
        assert colour in colours(bar, number) and colour in colours(row, kind)


def test_each_moment_is_a_hyperlink_or_shows_its_address() -> None:
    report = samples.three_and_a_loop("https://youtu.be/abc")
    spans = [span for line in report_lines(report, hyperlinks=True) for span in line.spans]
    linked = [span.style.link for span in spans if isinstance(span.style, Style)]
    assert "https://youtu.be/abc?t=142s" in linked
    assert not any("https:" in line.plain for line in report_lines(report, hyperlinks=True))
    assert all(any("https://youtu.be/abc?t=142s" in line for line in plain(report, detail=d)) for d in (ROWS, BLOCKS))


def test_standard_input_has_no_links() -> None:
    assert not any("://" in line for line in plain(samples.three_and_a_loop(path="-")))


@pytest.mark.slow
@given(st.text(), st.text(), st.text())
def test_nothing_in_a_video_can_steer_the_terminal(path: str, summary: str, lost: str) -> None:
    report = samples.three_and_a_loop(path=path or "x")
    report = replace(report, verdict=replace(report.verdict, summary=summary))
    report = replace(report, losses=(replace(report.losses[0], what=lost),))
    for line in report_lines(report, hyperlinks=True):
        assert line.plain.isprintable() or not line.plain
    assert all(line.isprintable() for line in "".join(write(report)).split("\n"))


def test_markup_in_a_name_is_only_a_name() -> None:
    assert any("[bold]x[/].mp4" in line for line in plain(samples.nothing("[bold]x[/].mp4")))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0:00:00.000"),
        (59.9996, "0:01:00.000"),
        (3661.0014, "1:01:01.001"),
        (-1.5, "-0:00:01.500"),
        (360_000.0, "100:00:00.000"),
        (float("nan"), "unknown"),
    ],
)
def test_clock(seconds: float, words: str) -> None:
    assert wording.clock(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.48, "0.48 s"),
        (12.3456, "12.346 s"),
        (59.9999, "1 min"),
        (251.2, "4 min 11.2 s"),
        (7199.99, "2 h"),
        (7500.0, "2 h 5 min"),
        (float("inf"), "unknown"),
    ],
)
def test_length(seconds: float, words: str) -> None:
    assert wording.length(seconds) == words


def test_share_never_rounds_to_all_or_nothing() -> None:
    assert [wording.share(part) for part in (0, 0.0001, 0.0873, 0.5, 0.99951, 1)] == [
        "0%",
        "under 0.1%",
        "8.7%",
        "50%",
        "over 99.9%",
        "100%",
    ]


def test_safe_shows_bytes_and_escapes() -> None:
    assert wording.safe("a\x1b[31m\u202e\udce9\n") == "a\\x1b[31m\\u202e\\xe9\\x0a"
