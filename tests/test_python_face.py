"""Scans, comparisons and reports as they are used from Python."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import samples
import videos

from loopfind import Report, Settings, compare, follow, scan, sweep
from loopfind.errors import BadReport, BadSetting, MissingExtra, OutputError, UnknownPart, Unreadable
from loopfind.model.events import Ended
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES
from loopfind.settings import CompareSettings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
LOOP = FIXTURES / "loop.mp4"


@pytest.fixture(scope="module")
def report():
    return scan(LOOP, hash_size=8)


@pytest.mark.slow
def test_settings_are_given_by_name_or_as_a_value(report):
    assert report.settings == Settings(hash_size=8)
    assert report == scan(str(LOOP), Settings(hash_size=8))
    short = videos.encoded("mp4", "libx264")
    assert scan(short, Settings("dhash", 24), hash_size=8, end=0.6).settings == Settings("dhash", 8, end=0.6)


@pytest.mark.slow
def test_paths_may_be_path_objects_everywhere(tmp_path):
    short = videos.encoded("mp4", "libx264")
    assert sweep(short, sizes=[8, 16]).settings.sizes == (8, 16)
    assert compare([short, videos.encoded("mkv", "mpeg4")], own=True).settings == CompareSettings(own=True)


@pytest.mark.slow
def test_what_is_followed_may_be_a_path_object():
    *_, last = follow(LOOP, hash_size=8, stall=5.0)
    assert isinstance(last, Ended) and last.report.source.path == str(LOOP)


@pytest.mark.parametrize("call", [scan, sweep, follow, lambda path, **more: compare([path, path], **more)])
def test_an_unknown_setting_is_answered_with_those_that_there_are(call):
    with pytest.raises(BadSetting, match=r"hashsize cannot be 8: there is no such setting; there are .*stream"):
        call(LOOP, hashsize=8)


@pytest.mark.parametrize("ending", [ending for ending, form in SUFFIXES.items() if form != PAGE])
@pytest.mark.slow
def test_a_report_is_saved_in_the_format_of_the_ending(report, tmp_path, ending):
    report.save(tmp_path / f"r{ending}")
    assert (tmp_path / f"r{ending}").read_text() == "".join(load("format", SUFFIXES[ending], FORMATS)(report))


def test_a_report_is_saved_in_the_format_that_is_named(report, tmp_path):
    report.save(tmp_path / "cuts.csv", "cuts-csv")
    assert (tmp_path / "cuts.csv").read_text() == "".join(load("format", "cuts-csv", FORMATS)(report))
    for name, form, error in (
        ("r.docx", None, r"let it end in \.json, "),
        ("r.html", None, "a page needs pictures"),
        ("r.json", "docx", "unknown format 'docx'"),
    ):
        with pytest.raises((BadSetting, UnknownPart), match=error):
            report.save(tmp_path / name, form)
    with pytest.raises(OutputError):
        report.save(tmp_path / "nowhere" / "r.json")
    assert [path.name for path in tmp_path.iterdir()] == ["cuts.csv"]


@pytest.mark.slow
def test_what_was_saved_is_loaded_as_it_was(report, tmp_path):
    report.save(tmp_path / "r.json")
    loaded = Report.load(tmp_path / "r.json")
    assert loaded == report and hash(loaded) == hash(report) and loaded.to_dict() == report.to_dict()
    assert type(loaded.verdict.coverage) is float and len(loaded.clusters) > 0
    assert loaded.repeats[0].occurrences[0].start_range == report.repeats[0].occurrences[0].start_range


def test_any_report_is_loaded_as_it_was(tmp_path):
    for number, name in enumerate(name for name in vars(samples) if name.endswith("_report")):
        made = vars(samples)[name]
        made = made() if callable(made) else made
        made.save(tmp_path / f"{number}.json")
        assert Report.load(tmp_path / f"{number}.json").to_dict() == made.to_dict()


def test_a_name_that_is_no_text_is_loaded_as_it_was(report, tmp_path):
    path = f"{tmp_path}/caf\udce9.mp4"
    odd = replace(report, source=replace(report.source, path=path))
    odd.save(tmp_path / "r.json")
    assert Report.load(tmp_path / "r.json").source.path == path


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda whole: whole["source"].pop("frames"), "frames"),
        (lambda whole: whole["repeats"][0].update(kind="what"), "kind should be one of repeat, loop, still"),
        (lambda whole: whole["repeats"][0]["occurrences"][0].update(start="0"), "start should be a number"),
        (lambda whole: whole["verdict"].update(looped=1), "looped should be a bool"),
        (lambda whole: whole.update(cuts={}), "cuts should be a list"),
        (lambda whole: whole.update(clusters=[{"frames": [1]}]), "clusters"),
        (lambda whole: whole.update(schema=2), "of schema 2"),
    ],
)
def test_a_damaged_report_says_what_is_wrong(report, tmp_path, spoil, said):
    whole = report.to_dict()
    spoil(whole)
    (tmp_path / "r.json").write_text(json.dumps(whole))
    with pytest.raises(BadReport, match=said) as raised:
        Report.load(tmp_path / "r.json")
    assert "\n" not in str(raised.value)
    with pytest.raises(Unreadable, match="cannot be read"):
        Report.load(tmp_path / "none.json")


def test_a_report_is_one_line_and_a_table_in_a_notebook(report):
    assert repr(report) == f"<Report of {report.source.path!r}: {report.verdict.summary}>"
    odd = replace(report, source=replace(report.source, path="<b>.mp4"))
    shown = odd._repr_html_()
    assert report.verdict.summary in shown and "&lt;b&gt;.mp4" in shown and "<b>.mp4" not in shown
    assert shown.count("<tr>") == 1 + sum(len(repeat.occurrences) for repeat in report.repeats)


def test_a_data_frame_has_a_row_for_each_occurrence(report, monkeypatch):
    seen = {}
    monkeypatch.setitem(
        sys.modules, "pandas", SimpleNamespace(DataFrame=lambda rows, columns: seen.update(r=rows, c=columns))
    )
    report.to_dataframe()
    first, column = seen["r"][0], seen["c"].index
    assert len(seen["r"]) == sum(len(repeat.occurrences) for repeat in report.repeats)
    assert first[column("repeat")] == 1 and first[column("start")] == report.repeats[0].occurrences[0].start
    assert all(len(row) == len(seen["c"]) for row in seen["r"])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"needs pandas: pip install 'loopfind\[pandas\]'"):
        report.to_dataframe()


@pytest.mark.slow
def test_clusters_are_given_as_imagehash_values(report, tmp_path):
    hashes = report.cluster_hashes()
    assert len(hashes) == len(report.clusters) > 0 and hashes[0].hash.shape == (8, 8)
    assert len({str(one) for one in hashes}) == len(hashes), "two clusters have one hash"
    nothing = replace(
        report, clusters=replace(report.clusters, frames=np.zeros(0, np.int64), offsets=np.zeros(1, np.int64))
    )
    assert nothing.cluster_hashes() == []
    report.save(tmp_path / "r.json")
    for without in (Report.load(tmp_path / "r.json"), scan(LOOP, auto=True)):
        with pytest.raises(BadReport, match="hash values are not at hand"):
            without.cluster_hashes()
