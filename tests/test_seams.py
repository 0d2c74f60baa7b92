"""Seams: the period of motion is found, distances are what they say, and a turn is written frame by frame."""

import json
import sys

import draws
import numpy as np
import pytest
import videos
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_extract import pictures

from loopfind.cli import app
from loopfind.engine import find
from loopfind.engine.seam_distances import bands, filter_weights, usual_changes
from loopfind.engine.seams import find_seams
from loopfind.media.turns import plan_turn
from loopfind.model.seam import Seam
from loopfind.pipeline import seams

RATE = 25
_FOUND = {}


@pytest.fixture(autouse=True)
def searched_once(monkeypatch):
    """Search for the repeats of one footage once, whatever is asked about it: all the time goes there."""

    def find_once(fingerprint):
        key = fingerprint.codes.tobytes(), fingerprint.times.tobytes()
        if key not in _FOUND:
            _FOUND[key] = find(fingerprint)
        return _FOUND[key]

    monkeypatch.setattr(sys.modules[seams.__module__], "find", find_once)


def orbit(count, period, noise=1.0, still=False):
    """A spot that goes round once in so many frames, (count, 4096) uint8."""
    down, right = np.mgrid[:64, :64]
    angles = np.zeros(count) if still else 2 * np.pi * np.arange(count) / period
    spots = [
        100 * np.exp(-((right - 32 - 18 * np.cos(a)) ** 2 + (down - 32 - 14 * np.sin(a)) ** 2) / 72) for a in angles
    ]
    drawn = 60 + np.array(spots) + np.random.default_rng(3).normal(0, noise, (count, 64, 64))
    return np.clip(np.rint(drawn), 0, 255).astype(np.uint8).reshape(count, -1)


def seams_of(frames, lengths=(1.0, 8.0), most=5):
    return find_seams(frames, np.arange(len(frames)) / RATE, lengths, most)


@pytest.mark.slow
@pytest.mark.parametrize("period", [31, 57])
def test_one_period_of_what_goes_round_comes_first(period):
    best = seams_of(orbit(300, period))[0]
    assert (best.end_frame - best.start_frame, best.turns > 3) == (period, True)
    assert best.score > 0.9


def test_a_swing_is_not_joined_where_it_passes_in_the_other_direction():
    """After half a turn less twice the way it is at the same place again, and moves the other way."""
    down, right = np.mgrid[:64, :64]
    swing = [60 + 100 * np.exp(-((right - 32 - 22 * np.sin(2 * np.pi * at / 80)) ** 2) / 50) + 0 * down
             for at in range(170)]  # fmt: skip
    found = seams_of(np.rint(np.array(swing)).astype(np.uint8).reshape(170, -1), (0.5, 5.0), 1)[0]
    assert found.end_frame - found.start_frame == 80


def test_a_still_view_goes_nowhere():
    assert all(seam.score < 0.5 and not seam.turns for seam in seams_of(orbit(150, 1, still=True)))


def test_footage_that_is_too_short_has_no_seam():
    for count in (1, 3, 20):
        assert seams_of(orbit(count, 10)) == ()


@pytest.mark.slow
@settings(max_examples=draws.examples(6))
@given(st.integers(30, 600), st.integers(2, 9), st.integers(1, 12), st.integers(1, 3))
def test_distances_are_those_of_the_plain_definition(count, low, width, half):
    frames = np.random.default_rng(count).integers(0, 255, (count, 4096)).astype(np.uint8)
    small = frames.reshape(count, 32, 2, 32, 2).astype(float).mean((2, 4)).reshape(count, -1)
    weights, seen = filter_weights(2 * half), set()
    for band in bands(frames, (low, low + width), 2 * half):
        for row in (0, len(band.values) // 2, len(band.values) - 1):
            start = band.first + row
            seen.add(start)
            for lag in (low, low + width - 1):
                end = start + lag
                plain = (
                    weights @ [np.square(small[start + k] - small[end + k]).mean() for k in range(-half, half)]
                    if end + half <= count
                    else np.inf
                )
                assert band.values[row, lag - low] == pytest.approx(plain, rel=1e-4)
    assert {half, count - low - half} <= seen


def test_the_usual_change_is_that_of_the_calmer_side():
    steps = np.where(np.arange(50) < 30, 2, 4)
    usual = usual_changes(np.repeat(np.cumsum(steps).astype(np.uint8)[:, None], 4096, 1), RATE)
    assert usual[[20, 29, 32, 40]] == pytest.approx([4.0, 4.0, 16.0, 16.0])


def test_a_turn_dissolves_into_frames_that_are_there():
    seam = Seam(0.4, 2.0, 10, 50, 1.0, 2.0, 1.0)
    plans = [plan_turn(seam, frames, 12) for frames in (50, 55, 80)]
    assert [(one.low, one.high, one.dissolve) for one in plans] == [(0, 50, 10), (0, 50, 10), (10, 62, 12)]


@pytest.fixture(scope="module")
def wheel():
    """A turning line, 1.6 s a turn, three turns."""
    turning = "80+120*between(mod(atan2(Y-32,X-48)/PI/2+9-T/1.6,1),0,0.2)"
    drawn = f"color=gray:s=96x64:r=25:d=4.8,geq=lum='{turning}':cb=128:cr=128"
    return videos.make("wheel.mp4", "-f", "lavfi", "-i", drawn, "-c:v", "libx264", "-preset", "veryfast", "-g", "25")


@pytest.mark.slow
def test_a_turn_is_written_in_every_form(wheel, tmp_path, capsys):
    assert app.run(["seam", str(wheel), "-o", str(tmp_path / "a.mp4"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    first = answer["seams"][0]
    assert (first["end_frame"] - first["start_frame"], answer["output"]["dissolve"]) == (40, 0.0)
    source, turn = pictures(wheel).astype(int), pictures(tmp_path / "a.mp4").astype(int)
    assert np.abs(turn - source[first["start_frame"] : first["end_frame"]]).mean((1, 2)).max() < 3
    for form in ("gif", "webp", "apng"):
        place = tmp_path / f"a.{form}"
        assert app.run(["seam", str(wheel), "-o", str(place), "--width", "64", "--dissolve", "0.2"]) == 0
        with Image.open(place) as image:
            assert image.size[0] == 64 and image.info.get("loop", 0) == 0
            shown = 0
            for at in range(image.n_frames):
                image.seek(at)
                image.load()
                shown += image.info["duration"]
            assert shown == pytest.approx(1600, abs=1)
    assert "its seam dissolves for 0.2 s" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.apng", "a.gif", "a.mp4", "a.webp"]


@pytest.mark.slow
def test_a_seam_is_refused_in_one_line(wheel, tmp_path, capsys):
    there = tmp_path / "there.gif"
    there.write_bytes(b"")
    for words, status, said in [
        (["-o", str(tmp_path / "a.avi")], 2, "let the name end in one of .mp4, .gif, .webp, .apng"),
        (["-o", str(there)], 1, "it is there already"),
        (["--min", "5", "--max", "2"], 2, "it must be above --min"),
        (["--dissolve", "20"], 2, "give 0 to 5 seconds, or auto"),
        (["-o", str(tmp_path / "a.gif"), "--min", "4.5", "--max", "9"], 1, "no seam found; other limits"),
    ]:
        assert app.run(["seam", str(wheel), *words]) == status
        done = capsys.readouterr()
        assert said in done.err and done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there.gif"]


@pytest.mark.slow
def test_a_loop_under_something_that_wanders_is_one_period(capsys):
    """The wanderer never comes back, so that no two moments agree on all of the picture."""
    turn = videos.make("seam_turn.mp4", *videos.moving(4, size="160x90"), "-c:v", "libx264", "-preset", "veryfast")
    over = "color=white:s=40x30:r=25,noise=alls=80:allf=t+u"
    wandering = f"{over}[a];[0:v][a]overlay=x='40+40*sin(1.3*t)':y='15+15*cos(2.1*t)':shortest=1"
    looped = videos.make(
        "seam_covered.mp4", "-stream_loop", "3", "-i", turn.as_posix(), "-t", "16", "-filter_complex", wandering,
        "-c:v", "libx264", "-preset", "veryfast",
    )  # fmt: skip
    assert app.run(["seam", str(looped), "--max", "8", "--json", "-q"]) == 0
    answer = json.loads(capsys.readouterr().out)
    first = answer["seams"][0]
    assert (first["end_frame"] - first["start_frame"], first["turns"]) == (100, 4.0)
    assert answer["periods"] == [4.0]
    assert app.run(["seam", str(looped), "--max", "3", "-q"]) == 0
    assert "goes round by itself every 4 s; --max 5 lists such a turn" in capsys.readouterr().out
