"""Formats of a comparison: read back by what reads it, every time leads to its frame of its own file."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import samples
from timelines import otio

from loopfind.model.comparison import Warp
from loopfind.model.video import Span
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, SEVERAL
from loopfind.reports.formats import comparisons as machine
from loopfind.reports.rows import occurrence_rows
from loopfind.reports.single import report_of_file

GOLDEN = Path(__file__).parent / "golden"
ALONE = [name for name in FORMATS if name not in SEVERAL]
ODD = ("a=b;c#d.mp4", "e\"f\" <g> & 'h' --> |i| *j*.mp4", "caf\udce9 \x1b[31m ü.mkv", "@markers@")


def written(name, comparison):
    return "".join(load("format", name, SEVERAL)(comparison))


def told(comparison):
    """(file, first frame, frame after the last) of every occurrence, in the order of the report."""
    found = [one.occurrence for one in occurrence_rows(comparison)]
    return [(one.file, one.start_frame, one.end_frame) for one in found]


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("queries", [0, 1])
@pytest.mark.slow
def test_a_format_writes_whole_lines_twice_the_same_whatever_the_files_are_called(name, queries):
    for comparison in (samples.comparison(queries=queries), samples.comparison(ODD, queries), samples.very_many(20)):
        text = written(name, comparison)
        assert text.endswith("\n") and not text.endswith("\n\n") and "\x1b" not in text
        text.encode("utf-8")
        assert text == written(name, comparison)
        empty = replace(comparison, repeats=(), pairs=(), groups=(), matches=())
        assert written(name, empty).endswith("\n")


@pytest.mark.parametrize("name", ALONE)
def test_a_format_of_one_file_tells_its_places_and_where_else_they_are(name):
    report = report_of_file(samples.comparison(), 1)
    text = "".join(load("format", name, FORMATS)(report))
    if name == "cuts-csv":
        assert text.count("\n") == 1
        return
    assert "also in a/one.mp4 and 1 more file" in text, "name each occurrence with OccurrenceRow.title"
    assert [one.occurrence.file for one in occurrence_rows(report)] == [1, 1]
    assert report.losses[0].what == "4 damaged packets"


def test_a_table_has_a_row_for_each_showing_with_its_file():
    comparison = samples.comparison()
    rows = [*csv.DictReader(io.StringIO(written("csv", comparison)))]
    paths = [source.path for source in comparison.sources]
    assert [(paths.index(row["file"]), int(row["start_frame"]), int(row["end_frame"])) for row in rows] == told(
        comparison
    )
    assert all(row["path"] == row["file"] and row["link"].startswith(f"file://{row['file']}#t=") for row in rows)
    assert [row["turned"] for row in rows][-1] == "90" and [row["mirrored"] for row in rows].count("true") == 1


def test_a_timeline_has_each_showing_as_a_clip_of_its_own_file_at_its_own_rate():
    comparison = samples.comparison()
    timeline = otio().adapters.read_from_string(written("otio", comparison), "otio_json")
    clips = [*timeline.find_clips()]
    assert [clip.media_reference.target_url for clip in clips] == [
        f"file://{comparison.sources[file].path}" for file, _, _ in told(comparison)
    ]
    found = [(clip.source_range.start_time.value, clip.source_range.end_time_exclusive().value) for clip in clips]
    assert found == [(first, last) for _, first, last in told(comparison)]
    assert [clip.source_range.start_time.rate for clip in clips] == pytest.approx(
        [samples.RATES[file] for file, _, _ in told(comparison)]
    )
    for clip in clips:
        whole = clip.available_range()
        assert whole.start_time.value == 0 and clip.source_range.end_time_inclusive() <= whole.end_time_inclusive()
        assert clip.markers[0].marked_range == clip.source_range
    assert clips[4].metadata["loopfind"]["reversed"] and clips[5].metadata["loopfind"]["speed"] == 2.0


def seconds(text):
    return Fraction(text.removesuffix("s"))


def test_a_project_has_an_asset_and_a_format_for_each_file_and_clips_end_to_end():
    comparison = samples.comparison()
    root = ElementTree.fromstring(written("fcpxml", comparison))
    assets = {asset.attrib["id"]: asset.attrib for asset in root.iter("asset")}
    forms = {form.attrib["id"]: form.attrib for form in root.iter("format")}
    assert len(assets) == 4 and len({*assets, *forms}) == len(assets) + len(forms)
    played = Fraction(0)
    clips = [*root.iter("asset-clip")]
    for clip, (file, first, last) in zip(clips, told(comparison), strict=True):
        asset = assets[clip.attrib["ref"]]
        assert asset["src"] == f"file://{comparison.sources[file].path}"
        frame = seconds(forms[asset["format"]]["frameDuration"])
        assert 1 / frame == pytest.approx(samples.RATES[file])
        (keyword,) = clip.iter("keyword")
        assert (seconds(keyword.attrib["start"]) / frame, seconds(keyword.attrib["duration"]) / frame) == (
            first,
            last - first,
        )
        assert seconds(clip.attrib["start"]) == seconds(keyword.attrib["start"])
        assert seconds(clip.attrib["offset"]) == played
        played += seconds(clip.attrib["duration"])
        assert abs(seconds(clip.attrib["duration"]) - seconds(keyword.attrib["duration"])) <= Fraction(1, 120)
    assert seconds(next(root.iter("sequence")).attrib["duration"]) == played


def test_a_list_names_the_file_of_each_event_and_is_read_whole():
    pytest.importorskip("otio_cmx3600_adapter")
    comparison = samples.comparison()
    timeline = otio().adapters.read_from_string(written("edl", comparison), "cmx_3600", rate=60)
    clips = [*timeline.find_clips()]
    assert [clip.name for clip in clips] == [
        Path(comparison.sources[file].path).name for file, _, _ in told(comparison)
    ]
    for clip, one in zip(clips, occurrence_rows(comparison), strict=True):
        assert clip.source_range.start_time.to_seconds() == pytest.approx(one.occurrence.start, abs=0.5 / 60 + 1e-6)
        assert clip.source_range.end_time_exclusive().to_seconds() == pytest.approx(
            one.occurrence.end, abs=0.5 / 60 + 1e-6
        )
    exact = [clip for clip, (file, _, _) in zip(clips, told(comparison), strict=True) if file == 2]
    assert [clip.source_range.start_time.to_frames() for clip in exact] == [10, 900]
    assert written("edl", comparison).count("* SOURCE FILE: /videos/") == len(clips)


def test_the_text_names_duplicates_and_groups_and_the_pairs_that_are_left():
    text = written("text", samples.comparison())
    assert "The same from end to end\n  2 files (repeat 3): a/one.mp4, three.webm\n" in text
    assert "  3 files that share 12 s in 2 stretches (repeats 1, 2): a/one.mp4, b/one.mp4, two.mkv\n" in text
    assert "a/one.mp4 and b/one.mp4 share 12 s: 12% of the one, 12% of the other" in text
    assert "three.webm shows" not in text and "turned by 90 degrees" in text
    assert "left out: /videos/notes.txt: a text file, not a video" in text and "lost in b/one.mp4" in text


def test_the_text_ranks_what_was_found():
    rows = re.findall(
        r"^ +(\d+)  (\d\.\d{3})  (\S+) +(.*?)  +(at .*)$", written("text", samples.comparison(queries=1)), re.M
    )
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert [row[2] for row in rows] == ["three.webm", "b/one.mp4", "two.mkv"]
    assert rows[0][3] == "the same from end to end" and rows[1][3] == "12% of it"
    assert rows[1][4].startswith("at 0:00:10.010 - 0:00:18.018 as 0:00:02.000, at 0:01:06.733 - ")
    assert "No match for a/one.mp4" in written("text", replace(samples.comparison(queries=1), matches=()))


NUMBER, TEXT, FLAG, WHOLE = {"type": "number"}, {"type": "string"}, {"type": "boolean"}, {"type": "integer"}


def record(**members):
    optional = [name for name in members if name.endswith("_range") or name in ("pitch", "crop")]
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def many(items):
    return {"type": "array", "items": items}


SHARE = {"type": "number", "minimum": 0, "maximum": 1}
RANGE = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
SCHEMA = record(
    schema={"const": 1},
    loopfind=TEXT,
    settings=record(
        own=FLAG,
        query=WHOLE,
        jobs=WHOLE,
        stream=WHOLE,
        align={"enum": ["engine", "dtw"]},
        band=SHARE,
        band_seconds={"type": ["number", "null"]},
        stall=NUMBER,
        kind=TEXT,
    ),
    summary=TEXT,
    sources=many(
        record(
            **dict.fromkeys(("path", "codec", "container", "link"), TEXT),
            **dict.fromkeys(("duration", "fps"), NUMBER),
            **dict.fromkeys(("frames", "width", "height"), WHOLE),
            declared={"type": ["number", "null"]},
            unread=many(TEXT),
            size={"type": ["integer", "null"]},
            digest={"type": ["string", "null"]},
            losses=many(record(start=NUMBER, end=NUMBER, what=TEXT)),
        )
    ),
    matches=many(
        record(
            query=TEXT,
            file=TEXT,
            rank=WHOLE,
            score=SHARE,
            share=SHARE,
            confidence=SHARE,
            closeness=SHARE,
            whole=FLAG,
            places=many(record(start=NUMBER, end=NUMBER, there_start=NUMBER, there_end=NUMBER)),
            repeats=many(WHOLE),
            codes_alone=FLAG,
        )
    ),
    groups=many(record(files=many(TEXT), whole=FLAG, seconds=NUMBER, repeats=many(WHOLE))),
    repeats=many(
        record(
            id=WHOLE,
            kind={"enum": ["repeat", "loop", "still"]},
            length=NUMBER,
            period={"type": ["number", "null"]},
            confidence=SHARE,
            evidence={"enum": ["exact", "replay", "indeterminate"]},
            picture_share={"type": ["number", "null"]},
            of={"const": "picture"},
            sound={"type": "null"},
            sound_offset={"type": "null"},
            occurrences=many(
                record(
                    start=NUMBER,
                    end=NUMBER,
                    start_frame=WHOLE,
                    end_frame=WHOLE,
                    content_start=NUMBER,
                    content_end=NUMBER,
                    reversed=FLAG,
                    mirrored=FLAG,
                    turned={"enum": [0, 90, 180, 270]},
                    speed=NUMBER,
                    pitch=NUMBER,
                    crop=record(left=NUMBER, top=NUMBER, width=NUMBER, height=NUMBER),
                    start_range=RANGE,
                    end_range=RANGE,
                    file=TEXT,
                    link=TEXT,
                )
            ),
        )
    ),
    pairs=many(
        record(files=many(TEXT), seconds=RANGE, whole=many(FLAG), closeness={"anyOf": [SHARE, {"type": "null"}]})
    ),
    warps=many(
        record(
            files=many(TEXT),
            nearness={"enum": ["alike", "apart", "unclear"]},
            distance={"type": ["number", "null"]},
            at_least=NUMBER,
            rate=NUMBER,
            spans={"anyOf": [many(record(start=NUMBER, end=NUMBER)), {"type": "null"}]},
            reversed=FLAG,
            path=many(RANGE),
            knots=many(RANGE),
        )
    ),
    failures=many(record(path=TEXT, what=TEXT)),
)
WARP = Warp(
    (0, 1),
    "alike",
    0.125,
    0.125,
    25.0,
    (Span(1.0, 9.0), Span(0.0, 8.0)),
    False,
    ((1.0, 0.0), (9.0, 8.0)),
    ((1.0, 0.0), (9.0, 8.0)),
)


@pytest.mark.parametrize("queries", [0, 1])
def test_the_machine_form_holds_to_its_schema(queries):
    for comparison in (samples.comparison(queries=queries), samples.comparison(ODD, queries)):
        value = json.loads(written("json", comparison))
        jsonschema.Draft202012Validator(SCHEMA).validate(value)
        assert [match["rank"] for match in value["matches"]] == ([1, 2, 3] if queries else [])
        assert [group["whole"] for group in value["groups"]] == ([] if queries else [True, False])
        aligned = json.loads(
            written("json", replace(comparison, warps=(WARP, replace(WARP, distance=None, spans=None))))
        )
        jsonschema.Draft202012Validator(SCHEMA).validate(aligned)


def test_the_machine_form_is_what_it_was(monkeypatch):
    """To accept a change: rewrite the file with what the test prints."""
    monkeypatch.setattr(machine, "version", lambda: "1.2.3")
    ranked = written("json", replace(samples.comparison(queries=1), groups=samples.comparison().groups, warps=(WARP,)))
    assert ranked == (GOLDEN / "comparison.json").read_text()
