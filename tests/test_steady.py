"""How steadily a video runs: patterns, freezes, single holds and gaps, and nothing where nothing is."""

import json

import draws
import numpy as np
import pytest
import videos
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind import steady
from loopfind.cli.app import run
from loopfind.engine.cadence.irregular import change_around, gaps_in, held_frames, rows_of
from loopfind.engine.cadence.parameters import AROUND
from loopfind.engine.cadence.patterns import PATTERNS, patterns_in


def motion(frames, seed=1):
    """Changes of footage: they come and go, and neighbours are alike."""
    draw = np.random.default_rng(seed)
    slow = np.convolve(draw.normal(0, 1, frames + 40), np.ones(40) / np.sqrt(40), "valid")[:frames]
    return np.exp(2.5 + slow + draw.normal(0, 0.3, frames)).astype(np.float32)


def patterned(mask, frames, first, last, low=0.02):
    changes = motion(frames)
    own = np.array([letter == "0" for letter in mask])
    places = np.arange(first, last)
    changes[places[own[(places - first) % len(mask)]]] *= low
    changes[0] = 0
    return changes


@pytest.mark.parametrize("mask", PATTERNS)
def test_a_pattern_is_found_where_it_is(mask):
    period = len(mask)
    first, last = 101, 101 + 40 * period
    (found,) = patterns_in(patterned(mask, last + 200, first, last))
    assert len(found.mask) == period and mask in found.mask * 2
    assert abs(found.first - first) <= 2 * period and abs(found.last - last) <= 2 * period


@pytest.mark.parametrize("seed", range(4))
def test_footage_without_a_pattern_has_none(seed):
    assert patterns_in(motion(3000, seed)) == []
    assert patterns_in(np.zeros(500, np.float32)) == [] and patterns_in(np.zeros(0, np.float32)) == []


def test_what_hardly_moves_has_no_pattern_however_regular():
    assert patterns_in(np.tile(np.array([0.2, 0.0], np.float32), 300)) == []


def periods(levels, count=60):
    draw = np.random.default_rng(1)
    return (np.tile(np.array(levels), count) * np.exp(draw.normal(0, 0.2, len(levels) * count))).astype(np.float32)


def test_pictures_that_an_encoder_renews_are_no_pattern():
    assert patterns_in(periods([0.4, 0.4, 0.4, 1.6])) == []  # amid footage that does not move no frame is lacking
    assert patterns_in(periods([0.02] * 47 + [0.6])) == []  # two of 48 frames are not each picture twice
    assert patterns_in(periods([0.5, 0.5, 0.5, 0.5, 1.9, 0.28])) == []  # nor is the one behind it the same again


def test_twice_and_three_times_by_turns_is_not_one_of_five():
    (found,) = patterns_in(periods([1.85, 0.1, 0.05, 1.5, 0.028]))
    assert "10100" in found.mask * 2 and found.shows_again


def test_a_change_that_twice_the_way_cannot_make_is_of_frames_shown_again():
    assert [one.shows_again for one in patterns_in(periods([40.0, 5.0, 5.0]))] == [True]
    assert [one.shows_again for one in patterns_in(periods([40.0, 12.0, 12.0, 12.0]))] == [False]


@given(st.lists(st.floats(0, 100, width=32), max_size=60))
@settings(max_examples=draws.examples(15))
def test_the_change_around_is_the_median_of_what_lies_around(values):
    changes = np.array(values, np.float32)
    mode = "reflect" if len(changes) > AROUND else "edge"
    padded = np.pad(changes, AROUND, mode=mode) if len(changes) else changes
    plain = [np.median(padded[at : at + 2 * AROUND + 1]) for at in range(len(changes))]
    assert change_around(changes).tolist() == pytest.approx(plain)


def test_single_held_frames_are_rows_with_the_frame_they_hold():
    changes = motion(200)
    changes[[50, 80, 81]] = 0.0
    changes[0] = 0.0
    assert rows_of(held_frames(changes)) == [(49, 51), (79, 82)]


def test_gaps_are_counted_where_the_clock_keeps_a_rate():
    times = np.delete(np.arange(300) / 25, [40, 41, 100])
    assert gaps_in(times) == [(40, 2), (98, 1)]
    assert gaps_in(np.arange(300) / 25) == []
    assert gaps_in(np.cumsum(np.random.default_rng(1).uniform(0.01, 0.09, 300))) is None
    assert gaps_in(np.zeros(0)) == [] and gaps_in(np.zeros(1)) == []


MADE = {
    "telecine": ("24000/1001", "telecine=pattern=23", "30000/1001"),
    "held": ("25", "loop=loop=29:size=1:start=51,setpts=N/25/TB", "25"),
    "plain": ("25", "null", "25"),
}


def moving(rate):
    """A zoom, in which no frame is like the one before: in a test picture there are parts with periods of their own."""
    return "-f", "lavfi", "-t", "6", "-i", f"mandelbrot=s=160x90:r={rate},trim=start_frame=2"


@pytest.fixture(scope="module")
def made():
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p")
    return {
        name: videos.make(f"steady-{name}.mkv", *moving(own), "-vf", words, "-r", rate, *coded)
        for name, (own, words, rate) in MADE.items()
    }


@pytest.mark.slow
def test_a_telecined_film_is_told_from_one_that_is_not(made):
    (found,) = steady(made["telecine"]).cadences
    assert found.kind == "fields" and found.rate == pytest.approx(24000 / 1001, rel=0.01)
    assert steady(made["plain"]).is_steady


@pytest.mark.slow
def test_the_command_names_a_freeze_to_the_frame(made, capsys):
    assert run(["steady", str(made["held"]), "--json", "--fail-on-unsteady", "-q"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert [(one["start_frame"], one["end_frame"]) for one in answer["frozen"]] == [(50, 80)]
    assert run(["steady", str(made["plain"]), "-q", "--fail-on-unsteady"]) == 0
    assert capsys.readouterr().out.startswith("This video runs steadily")
