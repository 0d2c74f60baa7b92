"""The machine form of a report."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from loopfind.model.report import Clusters, Cut, CutKind, Occurrence, Repeat, Report, Unjudged, Verdict
from loopfind.model.video import Loss, Source
from loopfind.reports.formats import json as format
from loopfind.settings import Settings

GOLDEN = Path(__file__).parent / "golden"


def parsed(report: Report) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads("".join(format.write(report)), parse_constant=refuse)


def test_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """To accept a change: rewrite the file with what the test prints."""
    monkeypatch.setattr(format, "version", lambda: "1.2.3")
    text = "".join(format.write(samples.three_and_a_loop("https://youtu.be/abc", cycles=3)))
    assert text == (GOLDEN / "report.json").read_text()


def test_holds_what_the_design_promises() -> None:
    report = samples.three_and_a_loop()
    found = parsed(report)
    assert found["schema"] == 1
    assert found["source"].items() >= {"path": "/videos/film.mp4", "duration": 3600.0, "frames": 108_000}.items()
    assert found["settings"] == vars(report.settings)
    assert found["verdict"] == vars(report.verdict)
    assert [repeat["kind"] for repeat in found["repeats"]] == ["repeat", "repeat", "still", "loop"]
    assert found["repeats"][0]["occurrences"][0]["link"] == "file:///videos/film.mp4#t=142.07"
    assert "start_range" not in found["repeats"][0]["occurrences"][0]
    assert found["repeats"][1]["occurrences"][0]["end_range"] == [504.5, 504.7]
    assert len(found["repeats"][3]["occurrences"]) == 1000
    assert found["cuts"][1] == {
        "time": 393.27,
        "frame": 11798,
        "repeats": [1],
        "kind": "fade",
        "link": "file:///videos/film.mp4#t=393.27",
    }
    assert found["clusters"] == [
        {"frames": [4262, 72096], "times": [142.07, 2403.2]},
        {"frames": [10, 20, 30], "times": [0.1, 0.2, 0.3]},
    ]
    assert found["unjudged"][0] == {"start": 30.0, "end": 60.0, "why": "blank"}
    assert found["losses"][0]["start"] == 3000.0


@pytest.mark.slow
def test_a_million_frames_stream_in_small_pieces() -> None:
    count = 1_000_000
    clusters = Clusters(np.arange(count), np.arange(count) / 30, np.array([0, count]))
    longest = written = 0
    for piece in format.write(replace(samples.nothing(), clusters=clusters)):
        longest, written = max(longest, len(piece)), written + len(piece)
    assert written > 10_000_000
    assert longest < 200_000


def test_a_name_that_is_not_utf8_is_still_json() -> None:
    text = "".join(format.write(samples.nothing("/videos/caf\udce9\x1b.mp4")))
    assert text.isascii()
    assert "\\ud" not in text.lower().replace("\\ufffd", "")
    source = json.loads(text)["source"]
    assert source["path"] == "/videos/caf\ufffd\x1b.mp4"
    assert source["link"] == "file:///videos/caf%E9%1B.mp4#t=0"


def test_numbers_that_json_does_not_have_are_null() -> None:
    report = samples.nothing()
    verdict = replace(report.verdict, coverage=math.nan, shortest_findable=math.inf)
    found = parsed(replace(report, verdict=verdict))["verdict"]
    assert found["coverage"] is None
    assert found["shortest_findable"] is None


def test_numbers_of_numpy_are_numbers() -> None:
    cut = Cut(np.float64(1.5), np.int64(45), (np.int64(1),), "hard")  # type: ignore[arg-type]
    found = parsed(replace(samples.nothing(), cuts=(cut,)))["cuts"][0]
    assert (found["time"], found["frame"], found["repeats"]) == (1.5, 45, [1])


seconds = st.floats(0, 1e6)
frames = st.integers(0, 10**9)
limits = st.none() | st.tuples(seconds, seconds)
occurrences = st.builds(
    Occurrence,
    seconds,
    seconds,
    frames,
    frames,
    st.booleans(),
    st.booleans(),
    st.floats(0.1, 10),
    limits,
    limits,
    content_start=seconds,
    content_end=seconds,
)
repeats = st.builds(
    Repeat,
    frames,
    st.sampled_from(["repeat", "loop", "still"]),
    seconds,
    st.none() | seconds,
    st.floats(0, 1),
    st.sampled_from(["exact", "replay", "indeterminate"]),
    st.lists(occurrences, max_size=4).map(tuple),
)
clusters = st.lists(st.lists(st.tuples(frames, seconds), min_size=2, max_size=5), max_size=4).map(
    lambda groups: Clusters(
        np.array([frame for group in groups for frame, _ in group], np.int64),
        np.array([time for group in groups for _, time in group]),
        np.cumsum([0, *map(len, groups)]),
    )
)
reports = st.builds(
    Report,
    st.builds(Source, st.text(), seconds, frames, seconds, frames, frames, st.text(), st.text(), st.none() | seconds),
    st.builds(
        Settings, st.just("ahash"), st.integers(4, 64), frames, st.none() | seconds, st.none() | seconds, st.text()
    ),
    st.builds(Verdict, st.booleans(), seconds, seconds, seconds, st.none() | seconds, st.text()),
    st.lists(repeats, max_size=3).map(tuple),
    st.lists(st.builds(Cut, seconds, frames, st.lists(frames).map(tuple), st.sampled_from(get_args(CutKind)))).map(
        tuple
    ),
    clusters,
    st.lists(st.builds(Unjudged, seconds, seconds, st.sampled_from(["blank", "still", "lost"]))).map(tuple),
    st.lists(st.builds(Loss, seconds, seconds, st.text())).map(tuple),
)


@pytest.mark.slow
@given(reports)
def test_every_report_comes_back_with_the_same_numbers(report: Report) -> None:
    found = parsed(report)
    assert found["settings"] == vars(report.settings)
    assert found["verdict"] == vars(report.verdict)
    assert all(
        found["source"][name] == (list(value) if isinstance(value, tuple) else value)
        for name, value in vars(report.source).items()
        if name != "sounds"
    )
    assert found["unjudged"] == [vars(stretch) for stretch in report.unjudged]
    assert found["losses"] == [vars(loss) for loss in report.losses]
    for repeat, read in zip(report.repeats, found["repeats"], strict=True):
        assert (read["id"], read["length"], read["period"]) == (repeat.id, repeat.length, repeat.period)
        for occurrence, back in zip(repeat.occurrences, read["occurrences"], strict=True):
            for name, value in vars(occurrence).items():
                assert back.get(name) == (list(value) if isinstance(value, tuple) else value)
    assert [cut["time"] for cut in found["cuts"]] == [cut.time for cut in report.cuts]
    assert [frame for cluster in found["clusters"] for frame in cluster["frames"]] == report.clusters.frames.tolist()
    assert [time for cluster in found["clusters"] for time in cluster["times"]] == report.clusters.times.tolist()
    assert [len(cluster["frames"]) for cluster in found["clusters"]] == np.diff(report.clusters.offsets).tolist()
