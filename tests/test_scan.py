"""A whole scan, from the file to the report."""

import json
import math
import os
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import in_process
import pytest
import videos

from loopfind import Report, Settings, scan
from loopfind.evaluate import evaluate, read_truths
from loopfind.model.video import Progress
from loopfind.reports.formats import json as machine

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
GOLDEN = Path(__file__).parent / "golden" / "scan-loop.json"
TRUTHS = read_truths(FIXTURES / "truth.json")
ROWS = json.loads((FIXTURES / "truth.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.every_moment
every_fixture = pytest.mark.parametrize("name", sorted(TRUTHS))


@cache
def report(name: str) -> Report:
    """The report on a fixture, at default settings."""
    return scan(str(FIXTURES / name))


def run(*words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """The command line, as a user starts it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "loopfind", *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment, **more)


def spans(found: Report) -> list[tuple[str, list[tuple[float, float]]]]:
    """Kind and occurrences of each repeat, seconds to the millisecond."""
    return [(r.kind, [(round(o.start, 3), round(o.end, 3)) for o in r.occurrences]) for r in found.repeats]


@every_fixture
@pytest.mark.slow
def test_repeats_of_a_fixture_are_found_to_the_frame_and_nothing_else_is(name: str) -> None:
    known = [(r["kind"], [tuple(span) for span in r["occurrences"]]) for r in ROWS[name]["repeats"]]
    assert spans(report(name)) == known
    assert [r.period for r in report(name).repeats] == pytest.approx([r["period"] for r in ROWS[name]["repeats"]])


@every_fixture
@pytest.mark.slow
def test_suspect_cuts_of_a_fixture_are_the_splices_at_its_repeats_and_no_others(name: str) -> None:
    assert [cut.time for cut in report(name).cuts] == pytest.approx(ROWS[name]["cuts"])


@every_fixture
@pytest.mark.slow
def test_a_fixture_scores_full_marks(name: str) -> None:
    score = evaluate(report(name), TRUTHS[name])
    assert (score.f1, score.cut_precision, score.cut_recall, score.false_seconds) == (1, 1, 1, 0)


@every_fixture
@pytest.mark.slow
def test_frames_and_times_of_an_answer_agree(name: str) -> None:
    found, fps = report(name), ROWS[name]["fps"]
    assert found.source.frames == ROWS[name]["frames"] and found.source.fps == pytest.approx(fps)
    for repeat in found.repeats:
        for o in repeat.occurrences:
            assert (o.start_frame / fps, o.end_frame / fps) == pytest.approx((o.start, o.end))
    assert all(cut.frame / fps == pytest.approx(cut.time) for cut in found.cuts)


def plain(value: Any) -> Any:
    """The value with every float to three digits, so that another machine's last bit is no difference."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return float(f"{value:.3g}") if isinstance(value, float) and math.isfinite(value) else value


def lasting(answer: dict[str, Any]) -> Any:
    """The machine form without what may change with the machine or the file: the path, digest, links, confidence."""
    found = {name: answer[name] for name in ("schema", "settings", "cuts", "repeats", "losses")}
    found["source"] = {k: v for k, v in answer["source"].items() if k not in ("path", "size", "digest", "link")}
    found["verdict"] = {k: answer["verdict"][k] for k in ("looped", "repeated_seconds", "repeated_share")}
    for row in [*found["cuts"], *found["repeats"], *(o for r in found["repeats"] for o in r["occurrences"])]:
        for name in ("link", "confidence", "start_range", "end_range"):
            row.pop(name, None)
    return plain(found)


def test_the_machine_form_of_a_scan_is_what_it_was() -> None:
    answer = json.loads("".join(machine.write(report("loop.mp4"))))
    assert lasting(answer) == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_command_line_says_the_same_as_the_library() -> None:
    done = run(str(FIXTURES / "replay.mp4"), "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["made"]["command"].startswith("loopfind ")
    answer["made"] = None
    assert answer == json.loads("".join(machine.write(report("replay.mp4"))))
    assert evaluate(answer, TRUTHS["replay.mp4"]).f1 == 1


@pytest.mark.slow
def test_a_pipe_gives_the_answer_that_the_file_gives(tmp_path: Path) -> None:
    copy = tmp_path / "loop.mkv"
    videos.run("-i", str(FIXTURES / "loop.mp4"), "-c", "copy", str(copy))
    with copy.open("rb") as stream:
        done = run("-", "--json", stdin=stream)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    (loop,) = answer["repeats"]
    assert loop["kind"] == "loop" and loop["period"] == pytest.approx(4.0, abs=0.002)
    assert [o["start_frame"] for o in loop["occurrences"]] == [300, 400, 500, 600]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "status"), [("loop.mp4", 3), ("none.mp4", 0)])
def test_fail_on_repeats_tells_by_the_exit_status(name: str, status: int) -> None:
    assert in_process.loopfind(FIXTURES / name, "--fail-on-repeats").returncode == status


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["exact", "phash"])
def test_the_kind_rules_the_clusters_and_not_the_repeats(kind: str) -> None:
    found = scan(str(FIXTURES / "replay.mp4"), Settings(kind=kind))
    assert spans(found) == spans(report("replay.mp4")) and found.settings.kind == kind


@pytest.mark.slow
def test_exact_clusters_are_bit_identical_pictures() -> None:
    """A lossless loop: every frame is shown again bit for bit, and the exact kind says which with which."""
    path = videos.make(
        "exact-loop.mkv",
        *videos.moving(2.0, "10"),
        "-vf",
        "loop=2:20:0,setpts=N/10/TB",
        "-c:v",
        "ffv1",
        "-frames:v",
        "60",
    )
    found = scan(str(path), Settings(kind="exact"))
    offsets = found.clusters.offsets.tolist()
    clusters = [found.clusters.frames[a:b].tolist() for a, b in pairwise(offsets)]
    assert clusters == [[k, k + 20, k + 40] for k in range(20)]


@pytest.mark.slow
def test_limits_count_from_the_start_of_the_file() -> None:
    found = scan(str(FIXTURES / "loop.mp4"), Settings(start=11.0, end=29.0))
    assert spans(found) == spans(report("loop.mp4"))


@pytest.mark.slow
def test_progress_is_told_and_reaches_the_end() -> None:
    seen: list[Progress] = []
    scan(str(FIXTURES / "none.mp4"), watch=seen.append)
    reading = [p for p in seen if p.stage == "reading"]
    assert reading[-1].frames == 700 and [p.frames for p in reading] == sorted(p.frames for p in reading)
    for words in ("comparing", "judging"):
        shares = [p.share or 0.0 for p in seen if p.stage.startswith(words)]
        assert len(shares) > 2 and shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert seen[-1].stage.startswith("judging")


@pytest.mark.slow
@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_video_of_a_few_frames_gives_an_empty_answer(frames: int) -> None:
    path = videos.make(f"few-{frames}.mkv", *videos.moving(1.0), "-frames:v", str(frames), "-c:v", "ffv1")
    found = scan(str(path))
    assert not found.repeats and not found.cuts and len(found.clusters) == 0
    assert found.source.frames == frames and not found.verdict.looped
    done = in_process.loopfind(path, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["repeats"] == []


def test_a_stretch_without_frames_gives_an_empty_answer() -> None:
    found = scan(str(FIXTURES / "none.mp4"), Settings(start=10.0, end=10.001))
    assert not found.repeats and found.source.frames <= 1
