"""Clocks that leap ahead and stay there: believed, and said."""

import json
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind import scan
from loopfind.arrays.time_index import leaps_of
from loopfind.cli.app import run


def leaping(container: str) -> Path:
    """Nine seconds whose clock leaps ahead by an hour after the third."""
    return videos.make(
        f"leaping.{container}",
        *videos.moving(9),
        *("-vf", "setpts='PTS+gte(N,75)*3600/TB'", "-fps_mode", "passthrough", "-c:v", "mpeg4", "-bf", "0"),
    )


@pytest.mark.parametrize("packets_only", [False, True])
@pytest.mark.parametrize("container", ["mkv", "mov"])
@pytest.mark.slow
def test_a_leap_is_said_where_it_is_and_how_long(container: str, packets_only: bool) -> None:
    report = scan(leaping(container), packets_only=packets_only)
    (leap,) = report.leaps
    assert (leap.start, leap.end) == pytest.approx((3.0, 3603.0), abs=0.002)
    assert report.losses == () and report.source.duration == pytest.approx(3609.0, abs=0.002)


@pytest.mark.slow
def test_a_leap_stands_in_every_form_for_people(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    names = [tmp_path / name for name in ("r.json", "r.md", "r.html")]
    words = [word for name in names for word in ("-o", str(name))]
    assert run([str(leaping("mkv")), "-q", "--no-resume", *words, "-o", "-"]) == 0
    (leap,) = json.loads(names[0].read_text())["leaps"]
    assert leap == pytest.approx({"start": 3.0, "end": 3603.0}, abs=0.002)
    for text in (capfd.readouterr().out, names[1].read_text(), names[2].read_text()):
        assert "the clock leaps ahead" in " ".join(text.split()) and "1:00:03" in text


def test_slides_and_pauses_are_no_leaps() -> None:
    slides = np.arange(20) * 90.0
    pause = np.concatenate([np.arange(100), np.arange(100) + 1400]) / 25
    assert leaps_of(slides) == leaps_of(pause) == leaps_of(np.zeros(1)) == []
    pause[100:] += 30
    assert leaps_of(pause) == [(pytest.approx(4.0), pytest.approx(86.0))]


@pytest.mark.slow
def test_what_was_lost_is_no_leap_besides(tmp_path: Path) -> None:
    data = videos.encoded("ts", "libx264", seconds=150, rate="5").read_bytes()
    packets = len(data) // 188
    (tmp_path / "hole.ts").write_bytes(data[: packets // 5 * 188] + data[packets * 4 // 5 * 188 :])
    report = scan(tmp_path / "hole.ts")
    assert sum(loss.end - loss.start for loss in report.losses) > 60 and report.leaps == ()
