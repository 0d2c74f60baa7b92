"""Reviews: what a person decided on a report, taken back."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import samples
from in_process import loopfind

from loopfind import Report
from loopfind.errors import BadReview
from loopfind.model.exhibits import CutFrames, Exhibit, Exhibits, ShownFrame
from loopfind.registry import load
from loopfind.reports.formats import FORMATS
from loopfind.reports.review import check_file, read_review, reviewed, reviewed_exhibits

REPLAY = Path(__file__).resolve().parent.parent / "fixtures" / "replay.mp4"
OF = {"video": "film.mp4", "size": 9, "digest": "ab", "duration": 3600.0}


def known_report():
    report = samples.three_and_a_loop(cycles=5)
    return replace(report, source=replace(report.source, size=9, digest="ab"), review=())


def saved(folder, *findings, of=OF):
    place = folder / "review.json"
    place.write_text(json.dumps({"schema": 1, "report": of, "findings": findings, "later": 1}))
    return read_review(str(place))


def test_what_is_rejected_is_left_out_everywhere_and_notes_are_carried(tmp_path):
    review = saved(
        tmp_path,
        {"id": 4, "decision": "reject"},
        {"id": 2, "decision": "reject", "note": "a title card"},
        {"id": 1, "decision": "accept", "note": "=the\nsame \x1b trailer", "start": 142.07, "end": 393.27},
        {"id": 3, "decision": None},
    )
    before = known_report()
    after = reviewed(before, review)
    assert [repeat.id for repeat in after.repeats] == [1, 3]
    assert [cut.repeats for cut in after.cuts] == [(1,), (1,)]
    assert not after.verdict.looped and after.verdict.repeated_seconds == 502.4
    assert after.verdict.summary.endswith("2 findings are left out by a review.")
    assert "1 repeat" in after.verdict.summary and "loop" not in after.verdict.summary
    assert after.sound.repeated_seconds == 502.4
    for name in FORMATS:
        text = "".join(load("format", name, FORMATS)(after))
        assert "\x1b" not in text and "Loop 4" not in text
        assert name in ("cuts-csv", "spots-csv") or "trailer" in text, name


def test_a_report_after_a_review_comes_back_the_same_and_may_be_reviewed_again(tmp_path):
    rejects = {"id": 2, "decision": "reject", "note": "", "start": 500.0, "end": 504.5}
    review = saved(tmp_path, rejects, {"id": 1, "decision": "accept", "note": "noted"})
    after = reviewed(known_report(), review)
    after.save(tmp_path / "after.json")
    again = Report.load(tmp_path / "after.json")
    assert again == after and again.review == review.findings
    assert again.reviewed(tmp_path / "review.json") == after


def test_nothing_rejected_leaves_the_verdict_as_it_was(tmp_path):
    before = known_report()
    assert reviewed(before, saved(tmp_path, {"id": 1, "decision": "accept"})).verdict == before.verdict


def test_exhibits_stay_with_what_is_left(tmp_path):
    before = known_report()
    after = reviewed(before, saved(tmp_path, {"id": 1, "decision": "reject"}))
    frame = ShownFrame(0, 1, 0.1)
    exhibits = Exhibits(
        0.0,
        9.0,
        np.zeros((2, 2), np.uint8),
        shown=tuple(Exhibit(id, (), (), (), ()) for id in (1, 2)),
        cuts=tuple(CutFrames(place, frame, frame) for place in range(len(before.cuts))),
    )
    left = reviewed_exhibits(exhibits, before, after)
    assert [one.repeat for one in left.shown] == [2]
    assert [one.cut for one in left.cuts] == [0] and after.cuts[0].frame == before.cuts[2].frame


@pytest.mark.parametrize(
    ("of", "findings", "said"),
    [
        (OF | {"digest": "cd", "video": "other.mp4"}, (), r"a review of another video \(other.mp4\), not of film.mp4"),
        ({"digest": None, "duration": 3.0}, (), "a review of another video"),
        (OF, ({"id": 9, "decision": "accept"},), "a review of another answer: here is no repeat 9"),
        (OF, ({"id": 1, "start": 10.0},), "repeat 1 is at 0:00:10.000 in it and at 0:02:22.070 here"),
        (OF, ({"id": 1}, {"id": 1}), "findings should be on each id once"),
        (OF, ({"id": "1"},), r"findings\[0\].id should be the number of a repeat"),
        (OF, ({"id": 1, "decision": "maybe"},), r"findings\[0\].decision should be accept or reject"),
        (OF, ({"id": 1, "note": 5},), r"findings\[0\].note should be a text"),
        (OF, ({"id": 1, "end": 1e400},), r"findings\[0\].end should be a number"),
        ([], (), "report should be an object"),
    ],
)
def test_a_review_of_something_else_is_refused_in_one_line(tmp_path, of, findings, said):
    with pytest.raises(BadReview, match=said) as raised:
        reviewed(known_report(), saved(tmp_path, *findings, of=of))
    assert "\n" not in str(raised.value) and "review.json: " in str(raised.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"[]", "JSON, but no review"),
        (b'{"schema": 1, "loopfind": "1", "repeats": []}', "JSON, but no review"),
        (b'{"schema": 2, "report": {}, "findings": []}', "a review of schema 2"),
    ],
)
def test_what_is_no_review_is_refused(tmp_path, data, said):
    (tmp_path / "r.json").write_bytes(data)
    with pytest.raises(BadReview, match=said):
        read_review(str(tmp_path / "r.json"))


def test_another_file_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "video.mp4").write_bytes(b"something else")
    with pytest.raises(BadReview, match="another video"):
        check_file(saved(tmp_path), str(tmp_path / "video.mp4"))
    check_file(saved(tmp_path), str(tmp_path / "no-such.mp4"))


@pytest.mark.slow
def test_a_scan_and_the_clips_of_its_report_take_a_review(tmp_path):
    run = partial(loopfind, cwd=tmp_path)
    assert run(REPLAY, "--no-sound", "-o", "report.json").returncode == 0
    report = json.loads((tmp_path / "report.json").read_text())
    of = {key: report["source"][key] for key in ("size", "digest", "duration")}
    numbers = [repeat["id"] for repeat in report["repeats"]]
    saved(tmp_path, *({"id": number, "decision": "reject"} for number in numbers), of=of)
    done = run(REPLAY, "--no-sound", "--review", "review.json", "--fail-on-repeats", "-o", "left.json")
    assert numbers and done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "left.json").read_text())["repeats"] == []
    done = run("extract", "report.json", "--out", "clips", "--review", "review.json", "--video", REPLAY)
    assert (done.returncode, done.stdout) == (0, "") and not (tmp_path / "clips").exists()
    before = (tmp_path / "review.json").read_bytes()
    done = run(REPLAY, "--review", "review.json", "-o", "review.json")
    assert done.returncode == 2 and "this is the review" in done.stderr
    assert (tmp_path / "review.json").read_bytes() == before
    saved(tmp_path, of=of | {"size": 5})
    done = run(REPLAY, "--review", "review.json")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1) and "a review of another video" in done.stderr
