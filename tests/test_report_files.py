"""The files for other programs: read back by what reads them, every time leads to its frame, odd names do no harm."""

import csv
import io
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import draws
import imageio_ffmpeg
import numpy as np
import pysubs2
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import showing
from timelines import otio

from loopfind.model.report import Cut, Repeat, Report
from loopfind.registry import load
from loopfind.reports.formats import FORMATS
from loopfind.reports.formats.timecode import grid_of
from loopfind.reports.rows import occurrence_rows, rows_in_time
from loopfind.settings import Settings

Spans = list[tuple[float, float]]
ODD = "/v/a=b;c#d\\e\n\"f\" <g> & 'h' --> |i| *j* caf\udce9 \x1b[31m ü.mp4"
NTSC = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
RATES = NTSC | {"25": Fraction(25), "50": Fraction(50), "variable": None}


def written(name: str, report: Report) -> str:
    return "".join(load("format", name, FORMATS)(report))


@dataclass(frozen=True)
class Drawn:
    """A report and the times of all frames of its video, seconds."""

    report: Report
    times: np.ndarray


@st.composite
def drawn(draw: st.DrawFn, rate: Fraction | None, tick: Fraction) -> Drawn:
    """A video of a few minutes to some hours with repeats at random frames, its times rounded to the container's
    tick."""
    count = draw(st.integers(50, 4000))
    if rate is None:
        seed = draw(st.integers(0, 99))
        gaps = np.random.default_rng(seed).choice(
            [1 / 60, 1 / 30, 0.04, 0.1, 0.5], count, p=[0.2, 0.6, 0.1, 0.05, 0.05]
        )
        exact = np.concatenate([[0.0], np.cumsum(gaps)[:-1]])
    else:
        # Far into a day of video, where a rate that is a little wrong would show.
        offset = draw(st.sampled_from([0, 0, 1_000_000]))
        exact = np.arange(offset + count) / float(rate)
    times = np.round(exact / float(tick)) * float(tick)
    last = len(times) - 1
    frames = st.integers(max(0, last - 4000), last - 1)
    repeats = []
    for number in range(draw(st.integers(1, 4))):
        occurrences = []
        for first in draw(st.lists(frames, min_size=2, max_size=4)):
            end = draw(st.integers(first + 1, last))
            occurrences.append(showing(float(times[first]), float(times[end]), first, end))
        kind = draw(st.sampled_from(["repeat", "still"]))
        repeats.append(Repeat(number + 1, kind, 1.0, None, 0.9, "replay", tuple(occurrences)))
    cuts = tuple(
        Cut(float(times[at]), at, (1,), "hard") for at in draw(st.lists(frames, max_size=3, unique=True).map(sorted))
    )
    gap = float(np.median(np.diff(times)))
    length = float(times[-1]) + gap
    source = replace(samples.SOURCE, duration=length, frames=len(times), fps=1 / gap)
    report = replace(samples.nothing(), source=source, repeats=tuple(repeats), cuts=cuts)
    return Drawn(report, times)


def spans(report: Report) -> Spans:
    return [(one.occurrence.start, one.occurrence.end) for one in rows_in_time(report)]


def read_csv(text: str, report: Report) -> Spans:
    return sorted((float(row["start"]), float(row["end"])) for row in csv.DictReader(io.StringIO(text)))


def read_losslesscut(text: str, report: Report) -> Spans:
    return [(float(start), float(end)) for start, end, _ in csv.reader(io.StringIO(text))]


def read_audacity(text: str, report: Report) -> Spans:
    rows = [line.split("\t") for line in text.splitlines()]
    return [(float(start), float(end)) for start, end, _ in rows if start != end]


def read_subtitles(text: str, report: Report) -> Spans:
    return [(line.start / 1000, line.end / 1000) for line in pysubs2.SSAFile.from_string(text)]


def read_otio(text: str, report: Report) -> Spans:
    timeline = otio().adapters.read_from_string(text, "otio_json")
    (clip,) = timeline.find_clips()
    ranges = [mark.marked_range for mark in clip.markers if "occurrence" in mark.metadata["loopfind"]]
    return [(one.start_time.to_seconds(), one.end_time_exclusive().to_seconds()) for one in ranges]


def seconds(text: str) -> float:
    return float(Fraction(text.removesuffix("s")))


def read_fcpxml(text: str, report: Report) -> Spans:
    keywords = [mark.attrib for mark in ElementTree.fromstring(text).iter("keyword")]
    return [(seconds(one["start"]), seconds(one["start"]) + seconds(one["duration"])) for one in keywords]


def read_edl(text: str, report: Report) -> Spans:
    """By OpenTimelineIO's own reading of timecode; whether it takes the whole list is seen in another test."""
    rate = float(grid_of(report).in_timecode().rate)
    rows = re.findall(r"^\d{3,}  AX       V     C        (\S+) (\S+) (\S+) (\S+)$", text, re.MULTILINE)
    whole = [[otio().opentime.from_timecode(code, rate).to_seconds() for code in row] for row in rows]
    return sorted((start, end) for start, end, _, _ in whole)


READERS: dict[str, Callable[[str, Report], Spans]] = {
    "csv": read_csv,
    "losslesscut": read_losslesscut,
    "audacity": read_audacity,
    "srt": read_subtitles,
    "vtt": read_subtitles,
    "otio": read_otio,
    "fcpxml": read_fcpxml,
    "edl": read_edl,
}
ON_A_GRID = {"edl", "fcpxml"}
HELD_ELSEWHERE = {
    "json": "times in full, by tests/test_report_json.py",
    "text": "for people, by tests/test_report_text.py",
    "markdown": "for people, by test_markdown_links_and_escapes",
    "cuts-csv": "no occurrences, by test_cuts_lead_back_to_their_frames",
    "spots-csv": "spots, by tests/test_spots.py",
    "ffmetadata": "chapters, by test_chapters_follow_one_another_and_start_where_something_does",
    "youtube": "whole seconds, by test_youtube_chapters_are_as_youtube_wants_them",
}
"""Formats whose times READERS does not read back: what they hold instead, and what holds them to it."""


def frames(times: np.ndarray, found: Sequence[float]) -> list[int]:
    return [int(np.abs(times - one).argmin()) for one in found]


@pytest.mark.parametrize("name", FORMATS)
def test_the_times_of_every_format_are_read_back(name: str) -> None:
    assert (name in READERS) != (name in HELD_ELSEWHERE), (
        f"{name} is a new format: add a function to READERS that reads the start and end of each occurrence back from "
        f"its text, or, where it has no such times, a line to HELD_ELSEWHERE"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("tick", [Fraction(1, 90000), Fraction(1, 1000)], ids=["mp4", "mkv"])
def test_every_time_leads_back_to_its_frame(name: str, rate: str, tick: Fraction) -> None:
    @given(drawn(RATES[rate], tick))
    @settings(max_examples=draws.examples(3))
    def holds(video: Drawn) -> None:
        report, times = video.report, video.times
        if RATES[rate] is not None:
            assert (grid_of(report).rate, grid_of(report).constant) == (RATES[rate], True)
        found = READERS[name](written(name, report), report)
        expected = spans(report)
        assert len(found) == len(expected)
        grid = grid_of(report).in_timecode() if name == "edl" else grid_of(report)
        if name in ON_A_GRID and not grid.constant:
            # What an editor can hold of a variable rate, or of a high one: the nearest frame of its own.
            half = 0.5 / float(grid.rate) + 1e-9
            apart = np.abs(np.array(sorted(found))[:, 0] - np.array(sorted(expected))[:, 0])
            assert apart.max() <= half
            return
        for side in (0, 1):
            assert sorted(frames(times, [one[side] for one in found])) == sorted(
                frames(times, [one[side] for one in expected])
            )

    holds()


@pytest.mark.slow
@pytest.mark.parametrize("rate", RATES)
def test_cuts_lead_back_to_their_frames(rate: str) -> None:
    @given(drawn(RATES[rate], Fraction(1, 90000)))
    @settings(max_examples=draws.examples(4))
    def holds(video: Drawn) -> None:
        report, times = video.report, video.times
        wanted = [cut.frame for cut in report.cuts]
        rows = [*csv.DictReader(io.StringIO(written("cuts-csv", report)))]
        assert [int(row["frame"]) for row in rows] == wanted
        assert frames(times, [float(row["time"]) for row in rows]) == wanted
        points = [line.split("\t") for line in written("audacity", report).splitlines() if "Suspect" in line]
        assert frames(times, [float(point[0]) for point in points]) == wanted
        timeline = otio().adapters.read_from_string(written("otio", report), "otio_json")
        marks = [mark for mark in timeline.find_clips()[0].markers if "cut" in mark.metadata["loopfind"]]
        assert frames(times, [mark.marked_range.start_time.to_seconds() for mark in marks]) == wanted

    holds()


@pytest.mark.slow
@given(drawn(RATES["29.97"], Fraction(1, 90000)))
@settings(max_examples=draws.examples(4))
def test_chapters_follow_one_another_and_start_where_something_does(video: Drawn) -> None:
    text = written("ffmetadata", video.report)
    bounds = [(int(start), int(end)) for start, end in re.findall(r"START=(\d+)\nEND=(\d+)", text)]
    assert all(before[1] == after[0] for before, after in pairwise(bounds))
    assert bounds[0][0] == 0
    assert all(start < end for start, end in bounds)
    wanted = {
        frame
        for one in occurrence_rows(video.report)
        for frame in (one.occurrence.start_frame, one.occurrence.end_frame)
    }
    assert wanted <= {*frames(video.times, [time / 1e6 for bound in bounds for time in bound])}


@given(st.sampled_from([*NTSC.values(), Fraction(25), Fraction(50)]), st.integers(0, 20_000_000))
def test_timecode_is_that_of_opentimelineio(rate: Fraction, number: int) -> None:
    grid = replace(grid_of(samples.nothing()), rate=rate)
    code = grid.timecode(number)
    assert ((";" in code), grid.drops) == ((rate in (NTSC["29.97"], NTSC["59.94"])),) * 2
    if number < 24 * 3600 * 23:
        assert otio().opentime.from_timecode(code, float(rate)).to_frames() == number


@pytest.mark.parametrize(
    ("rate", "counted"),
    [("60", "60"), ("100", "50"), ("119.88", "59.9401"), ("120", "60"), ("144", "48"), ("240", "60"), ("1000", "50")],
)
def test_an_edl_has_two_digits_for_frames_and_says_at_what_rate(rate: str, counted: str) -> None:
    exact = NTSC[rate] if rate in NTSC else Fraction(120000, 1001) if rate == "119.88" else Fraction(rate)
    times = np.arange(8001) / float(exact)
    source = replace(samples.SOURCE, duration=8001 / float(exact), frames=8001, fps=float(exact))
    occurrences = tuple(showing(times[low], times[low + 999], low, low + 999) for low in (0, 3001))
    repeat = replace(samples.three_and_a_loop(cycles=2).repeats[0], occurrences=occurrences)
    report = replace(samples.nothing(), source=source, repeats=(repeat,))
    text = written("edl", report)
    codes = re.findall(r"\d\d[:;]\d\d[:;]\d\d[:;](\d+)", text)
    assert len(codes) == 8 and {len(code) for code in codes} == {2}
    apart = np.abs(np.array(read_edl(text, report)) - np.array(spans(report)))
    assert apart.max() <= 0.5 / float(counted) + 1e-6
    assert (f"{rate} frames a second, counted at {counted}" in text) == (rate != counted)


def test_ffmpeg_takes_the_chapters(tmp_path: Path) -> None:
    """Names and times, as ffmpeg writes them out again."""
    report = replace(samples.three_and_a_loop(cycles=40), source=replace(samples.SOURCE, path=ODD))
    path = tmp_path / "chapters.ffmetadata"
    path.write_text(written("ffmetadata", report), encoding="utf-8")
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "ffmetadata", "-i", path.as_posix()]
    done = subprocess.run([*words, "-f", "ffmetadata", "-"], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    chapters = re.findall(r"\[CHAPTER\]\nTIMEBASE=1/1000000\nSTART=(\d+)\nEND=(\d+)\ntitle=(.*)", done.stdout)
    assert ("142070000", "393270000", "Repeat 1 (1 of 2)") in chapters
    assert any(title == "Repeat 2 (2 of 3), mirrored" for _, _, title in chapters)
    assert len(chapters) == path.read_text(encoding="utf-8").count("[CHAPTER]")
    assert re.search(r"^title=a\\=b\\;c\\#d\\\\e\\\\x0a\"f\"", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_opentimelineio_takes_the_edl() -> None:
    """The whole list by its own reader of CMX 3600: every event, in order, with the name of the file."""
    pytest.importorskip("otio_cmx3600_adapter")
    for count in (3, 2000):
        report = samples.three_and_a_loop(cycles=count)
        timeline = otio().adapters.read_from_string(written("edl", report), "cmx_3600", rate=30)
        clips = timeline.find_clips()
        assert len(clips) == 7 + count
        assert {clip.name for clip in clips} == {"film.mp4"}
        found = [(clip.source_range.start_time.to_seconds(), clip.source_range.duration.to_seconds()) for clip in clips]
        told = [one.occurrence for one in occurrence_rows(report)]
        assert np.allclose(found, [(one.start, one.end - one.start) for one in told], atol=1 / 30 + 1e-6, rtol=0)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "text"])  # which breaks long lines
def test_an_odd_name_does_no_harm(name: str) -> None:
    plain = samples.three_and_a_loop(cycles=3)
    odd = written(name, replace(plain, source=replace(plain.source, path=ODD)))
    assert len(odd.splitlines()) == len(written(name, plain).splitlines())
    assert "\x1b" not in odd
    odd.encode("utf-8")


def test_a_name_is_told_whole_by_what_holds_it() -> None:
    report = replace(samples.three_and_a_loop(cycles=3), source=replace(samples.SOURCE, path=ODD))
    shown = ODD.removeprefix("/v/").replace("\n", "\\x0a").replace("\udce9", "\\xe9").replace("\x1b", "\\x1b")
    assert ElementTree.fromstring(written("fcpxml", report)).find(".//project").attrib["name"] == shown  # type: ignore[union-attr]
    timeline = otio().adapters.read_from_string(written("otio", report), "otio_json")
    assert timeline.name == shown
    assert timeline.find_clips()[0].media_reference.target_url.startswith("file:///v/a%3Db%3Bc%23d%5Ce%0A")
    spot = replace(report, source=replace(report.source, path="@markers@"))
    assert otio().adapters.read_from_string(written("otio", spot), "otio_json").name == "@markers@"
    assert np.allclose(read_subtitles(written("vtt", report), report), spans(report))


def test_youtube_chapters_are_as_youtube_wants_them() -> None:
    for report in (samples.nothing(), samples.three_and_a_loop(cycles=2000), samples.many()):
        rows = [line.split(" ", 1) for line in written("youtube", report).splitlines()]
        clocks = [row[0].split(":") for row in rows]
        starts = [sum(int(part) * 60**place for place, part in enumerate(reversed(clock))) for clock in clocks]
        assert starts[0] == 0
        assert all(after - before >= 10 for before, after in pairwise(starts))
        assert not re.search("[<>]", "".join(row[1] for row in rows))
    text = written("youtube", samples.three_and_a_loop(cycles=2000))
    assert "2:22 Repeat 1 (1 of 2)\n6:33 Not repeated\n" in text
    assert "20:00 Loop 4: 2,000 cycles of 0.5 s, back to back\n" in text


def test_markdown_links_and_escapes() -> None:
    report = samples.three_and_a_loop("https://youtu.be/abc")
    text = written("markdown", replace(report, source=replace(report.source, path="/v/a_b|<c>.mp4")))
    assert text.startswith("# a\\_b\\|\\<c\\>\\.mp4\n\nParts of this video")
    assert "| 1 | [0:02:22.070](<https://youtu.be/abc?t=142s>) | 0:06:33.270 | 4262-11797 |  |\n" in text
    assert "| 2 | [0:06:33.270](<https://youtu.be/abc?t=393s>) | 11798 | fade | 1 |\n" in text
    assert len(re.findall(r"^\| \d+ \| \[", text, re.MULTILINE)) == 2 + 3 + 2 + 1000 + 3


def test_the_grid_of_a_part_counts_from_the_files_first_frame() -> None:
    whole = samples.three_and_a_loop(cycles=3)
    plain = replace(whole, repeats=tuple(repeat for repeat in whole.repeats if repeat.id != 2))  # it is between frames
    moved = tuple(
        replace(
            repeat,
            occurrences=tuple(
                replace(one, start_frame=one.start_frame - 300, end_frame=one.end_frame - 300)
                for one in repeat.occurrences
            ),
        )
        for repeat in plain.repeats
    )
    part = replace(plain, repeats=moved, cuts=(), settings=Settings(start=10.0))
    assert grid_of(part).shift == 300
    assert written("edl", part) == written("edl", replace(plain, cuts=()))


def test_fcpxml_spans_an_odd_rate_and_no_frames() -> None:
    slow = replace(samples.nothing(), source=replace(samples.SOURCE, fps=0.37, frames=100, duration=400.0))
    assert grid_of(slow).rate == Fraction(37, 100)
    none = replace(samples.nothing(), source=replace(samples.SOURCE, fps=0.0, frames=0, duration=0.0))
    assert grid_of(none).rate == 25
    for report in (slow, none):
        ElementTree.fromstring(written("fcpxml", report))
        otio().adapters.read_from_string(written("otio", report), "otio_json")
