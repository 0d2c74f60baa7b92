"""The fixture videos are what truth.json says."""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
TRUTH = json.loads((FIXTURES / "truth.json").read_text(encoding="utf-8"))


def decoded(name):
    """Every frame, 64x64 grey: (n, 64, 64) int16."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(FIXTURES / name)]
    command += ["-fps_mode", "passthrough", "-vf", "scale=64:64:flags=area,format=gray", "-f", "rawvideo", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 64, 64).astype(np.int16)


@pytest.fixture(scope="module", params=sorted(TRUTH))
def fixture(request):
    return TRUTH[request.param], decoded(request.param)


def apart(one, other):
    """Mean difference of two stretches, frame by frame, in grey levels: (n,) float64."""
    return np.abs(one - other).mean(axis=(1, 2))


def test_every_fixture_is_known_and_together_they_are_small():
    videos = {path.name: path.stat().st_size for path in FIXTURES.glob("*.mp4")}
    assert set(videos) == set(TRUTH)
    assert sum(videos.values()) < 3_000_000


@pytest.mark.slow
def test_a_fixture_has_the_frames_it_is_said_to_have(fixture):
    truth, pictures = fixture
    assert len(pictures) == truth["frames"]


@pytest.mark.slow
def test_occurrences_show_the_same_pictures_and_only_at_the_lag_said(fixture):
    truth, pictures = fixture
    for repeat in truth["repeats"]:
        spans = [[round(t * truth["fps"]) for t in span] for span in repeat["occurrences"]]
        (start, end), *others = spans
        for again, until in others:
            assert until - again == end - start
            same = apart(pictures[start:end], pictures[again:until])
            assert same.max() < 2.5
            # One frame beside the lag what moves is elsewhere already.
            assert apart(pictures[start : end - 1], pictures[again + 1 : until]).mean() > 1.5 * same.mean()


@pytest.mark.slow
def test_pictures_jump_where_a_cut_is_said_to_be_and_nowhere_else(fixture):
    truth, pictures = fixture
    step = apart(pictures[1:], pictures[:-1])
    cuts = [round(t * truth["fps"]) for t in truth["cuts"] + truth["other_cuts"]]
    beside = np.array([max(step[cut - 3], step[cut - 2], step[cut], step[cut + 1]) for cut in cuts])
    assert (step[np.array(cuts) - 1] > 1.5 * beside).all()


@pytest.mark.slow
def test_nothing_else_repeats(fixture):
    """Every second against every other: what moves alike does so in an occurrence, at its lag."""
    truth, pictures = fixture
    fps = truth["fps"]
    small = pictures.reshape(-1, 32, 2, 32, 2).mean(axis=(2, 4)).reshape(len(pictures), -1)
    motion = small[2:] - small[:-2]
    motion /= np.linalg.norm(motion, axis=1, keepdims=True)
    alike = motion @ motion.T
    spans = [span for repeat in truth["repeats"] for span in repeat["occurrences"]]
    lags = [round((b[0] - a[0]) * fps) for a in spans for b in spans if a[0] < b[0]]
    for lag in range(fps, len(motion) - fps):
        if any(abs(lag - known) <= fps // 4 for known in lags):
            continue
        mean = np.convolve(np.diagonal(alike, lag), np.ones(fps) / fps, "valid")
        assert mean.max() < 0.5, f"{lag / fps} s apart"
