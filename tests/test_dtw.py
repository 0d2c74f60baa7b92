"""Colours with time warped: the fast search is the plain one, bounds are bounds, paths are those that were taken."""

import json
import sys
from itertools import pairwise

import draws
import numpy as np
import pytest
import videos
from hypothesis import given, settings
from hypothesis import strategies as st
from in_process import loopfind

from loopfind.cli.compare import parse_band
from loopfind.comparison.dtw import search as searching
from loopfind.comparison.dtw.pairs import ColouredFile, knots_of
from loopfind.comparison.dtw.parameters import KNOT_SLACK, MOST_SAMPLES, SERIES_RATE, STALL_PENALTY
from loopfind.comparison.dtw.search import bounds_at, cheapest_path, envelope, longest, places_of
from loopfind.comparison.dtw.series import rate_for, series_of
from loopfind.errors import BadSetting, Broken, MissingExtra, UnknownPart
from loopfind.fingerprints.color import COLOR, colours_of
from loopfind.model.comparison import Warp
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.video import Frames
from loopfind.pipeline import compare, warping
from loopfind.pipeline.comparing import kind_for
from loopfind.reports.formats import comparisons
from loopfind.settings import CompareSettings

WARPED = CompareSettings(align="dtw")


def naive(query, series, reach):
    """The cheapest cost at all places, cell by cell."""
    best = np.inf
    n, m = len(query), len(series)
    for place in places_of(n, m, reach):
        cost = np.full((n, m), np.inf)
        for i in range(n):
            for j in range(max(0, place + i - reach), min(m, place + i + reach + 1)):
                before = [0.0] if i == 0 else []
                before += [cost[i - 1, j - 1]] if i and j else []
                before += [cost[i - 1, j] + STALL_PENALTY] if i else []
                before += [cost[i, j - 1] + STALL_PENALTY] if j else []
                cost[i, j] = ((query[i] - series[j]) ** 2).sum() + min(before)
        best = min(best, cost[-1].min())
    return best


@st.composite
def problems(draw):
    """A query, a series at least as long, a band, and what a path may cost: whole numbers, so that ties come up."""
    n = draw(st.integers(3, 14))
    m = draw(st.integers(n, 30))
    reach = draw(st.integers(1, n // 2))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    high = draw(st.sampled_from([2, 5, 50]))
    most = draw(st.sampled_from([0.0, 3.0, 20.0, 200.0, 1e9]))
    return rng.integers(0, high, (n, 3)).astype(float), rng.integers(0, high, (m, 3)).astype(float), reach, most


@settings(max_examples=draws.examples(100), deadline=None)
@given(problems())
@pytest.mark.slow
def test_the_search_finds_what_trying_everything_finds(problem):
    query, series, reach, most = problem
    truth, answer = naive(query, series, reach), cheapest_path(*problem)
    if truth > most * (1 + 1e-9) + 1e-6:
        assert answer.found is None and answer.least <= truth + 1e-6
        return
    assert answer.found is not None and answer.found.cost == pytest.approx(truth, abs=1e-6)
    path = answer.found.path
    steps = np.diff(path, axis=0)
    assert path[0, 0] == 0 and path[-1, 0] == len(query) - 1 and 0 <= path[:, 1].min() <= path[:, 1].max() < len(series)
    assert set(map(tuple, steps.tolist())) <= {(1, 1), (1, 0), (0, 1)}
    assert len(path) <= longest(len(query), reach)
    cost = ((query[path[:, 0]] - series[path[:, 1]]) ** 2).sum() + STALL_PENALTY * (steps.sum(axis=1) == 1).sum()
    assert cost == pytest.approx(truth, abs=1e-6)


@settings(max_examples=draws.examples(50), deadline=None)
@given(problems())
@pytest.mark.slow
def test_no_path_costs_less_than_the_bounds_of_its_samples(problem):
    query, series, reach, _ = problem
    bounds = bounds_at(query, *envelope(series, reach), places_of(len(query), len(series), reach))
    assert bounds.sum(axis=1).min() <= naive(query, series, reach) + 1e-9


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 999))
def test_an_envelope_holds_the_extremes_of_each_neighbourhood(n, reach, seed):
    series = np.random.default_rng(seed).standard_normal((n, 3))
    low, high = envelope(series, reach)
    for k in range(n):
        near = series[max(0, k - reach) : k + reach + 1]
        assert np.array_equal(low[k], near.min(axis=0)) and np.array_equal(high[k], near.max(axis=0))


def test_what_cannot_be_near_is_never_aligned_to_its_end(monkeypatch):
    rng = np.random.default_rng(1)
    query, series = rng.standard_normal((60, 3)), 40 + rng.standard_normal((600, 3))
    monkeypatch.setattr(searching, "dtw_library", lambda: pytest.fail("it was aligned"))
    answer = cheapest_path(query, series, 6, 0.16 * longest(60, 6))
    assert answer.found is None and answer.aligned == 0 and answer.places > 80


def warped(files, settings, watch):
    return warping.warped([ColouredFile(one) for one in files], settings, watch)


def scene(seed):
    """Mean colours (n, 3) in grey levels at instants (n,): three sums of waves without a common period."""
    rng = np.random.default_rng(seed)
    rates, phases = rng.uniform(0.05, 1.2, (3, 10)), rng.uniform(0, 6.28, (3, 10))
    levels = rng.uniform(70, 150, 3)

    def at(t):
        waves = np.sin(6.28 * t[:, None, None] * rates + phases).sum(axis=2)
        return levels + 6 * waves

    return at


def coloured(levels, times, seed=0, noise=0.1):
    """A fingerprint of mean colours (n, 3) grey levels, with a codec's noise."""
    spoiled = levels + noise * np.random.default_rng(seed).standard_normal(levels.shape)
    colours = np.clip(np.rint(257 * spoiled), 0, 65535).astype(np.uint16)
    frames = Frames(0, times, np.zeros((len(times), 64, 64), np.uint8), colours=colours)
    end = float(times[-1]) + 0.04 if len(times) else 0.0
    zeros = np.zeros(len(times), np.float32)
    return Fingerprint(
        kind="color",
        hash_size=4,
        times=times,
        end=end,
        codes=COLOR.encode(frames, 4),
        detail=zeros,
        sketches=np.zeros((len(times), 144), np.uint16),
    )


def file(seed, start, end, rate=25.0, when=lambda t: t, grade=lambda levels: levels, noise=0.1):
    """Seconds of a scene; when: the instant shown at each time."""
    times = np.arange(round((end - start) * rate)) / rate
    return coloured(grade(scene(seed)(start + when(times))), times, seed + 1, noise)


def test_a_clip_is_found_in_its_film_at_its_second_darker_and_at_another_rate():
    film, clip = file(1, 0, 60), file(1, 20, 32, rate=30, grade=lambda levels: 0.7 * levels)
    (warp,) = warped([film, clip], WARPED, None)
    assert warp.nearness == "alike" and warp.distance == warp.at_least < 0.2 and not warp.reversed
    path = np.array(warp.path)
    assert np.abs(np.median(path[:, 0] - path[:, 1]) - 20) < 0.05
    assert warp.spans[1].start == 0 and warp.spans[0].start == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_speed_that_varies_is_followed(swapped):
    when = lambda t: t + 0.6 * np.sin(t * 6.28 / 12)  # noqa: E731 - 0.69 to 1.31 times the speed
    files = [file(2, 0, 40), file(2, 10, 22, when=when)]
    (warp,) = warped(files[::-1] if swapped else files, WARPED, None)
    path = np.array(warp.path)[:, ::-1] if swapped else np.array(warp.path)
    assert warp.nearness == "alike"
    assert np.quantile(np.abs(path[:, 0] - 10 - when(path[:, 1])), 0.9) < 0.12
    assert set(warp.knots) <= set(warp.path) and warp.knots[0] == warp.path[0] and warp.knots[-1] == warp.path[-1]
    assert len(warp.knots) > 2


@pytest.mark.parametrize("swapped", [False, True])
def test_a_clip_run_backwards_is_found_and_said(swapped):
    files = [file(3, 0, 30), file(3, 5, 17, when=lambda t: 12 - t)]
    (warp,) = warped(files[::-1] if swapped else files, WARPED, None)
    path = np.array(warp.path)
    assert warp.nearness == "alike" and warp.reversed
    assert (np.diff(path[:, 0]) >= 0).all() and (np.diff(path[:, 1]) <= 0).all()
    assert np.median(path.sum(axis=1)) == pytest.approx(17, abs=0.1)


def test_files_that_share_nothing_are_told_apart_with_a_bound():
    warps = warped([file(seed, 0, 12) for seed in range(20, 28)], WARPED, None)
    assert len(warps) == 28 and {warp.nearness for warp in warps} == {"apart"}
    assert all(warp.at_least > 0 and (warp.distance is None) == (warp.path == ()) for warp in warps)


def test_of_what_hardly_changes_or_is_short_nothing_is_claimed():
    still = [coloured(np.full((300, 3), 100.0), np.arange(300) / 25, seed, noise=0.02) for seed in range(2)]
    flat = [coloured(np.full((300, 3), 100.0), np.arange(300) / 25, noise=0) for _ in range(2)]
    short = [file(4, 0, 4), file(4, 0, 3)]
    frames = np.arange(300)
    flash = [coloured(100 + 80.0 * np.repeat((frames == at)[:, None], 3, 1), frames / 25) for at in (90, 99)]
    empty = [coloured(np.zeros((0, 3)), np.zeros(0)), coloured(np.zeros((1, 3)), np.zeros(1))]
    for files in (still, flat, short, flash, empty):
        (warp,) = warped(files, WARPED, None)
        assert warp.nearness != "alike"


def test_long_files_are_compared_at_a_lower_rate():
    assert rate_for(10) == SERIES_RATE and rate_for(0) == SERIES_RATE
    assert rate_for(7200) * 7200 == pytest.approx(MOST_SAMPLES)
    times = np.arange(25 * 7200) / 25
    assert len(series_of(times, np.zeros((len(times), 3), np.uint16), rate_for(7200))) == MOST_SAMPLES


@given(st.floats(0.3, 1.0), st.integers(0, 99))
def test_a_darker_picture_changes_alike(factor, seed):
    times = np.arange(200) / 25
    bright = scene(seed)(times) + 60
    one, other = (colours_of(coloured(levels, times, noise=0).codes) for levels in (bright, factor * bright))
    assert np.abs(series_of(times, one, SERIES_RATE) - series_of(times, other, SERIES_RATE)).max() < 0.15


@given(st.lists(st.sampled_from([(1, 1), (1, 0), (0, 1)]), max_size=60))
def test_a_path_lies_near_the_lines_between_its_knots(steps):
    path = np.cumsum([(0, 0), *steps], axis=0)
    knots = knots_of(path)
    assert knots[0] == 0 and knots[-1] == len(path) - 1 and (np.diff(knots) > 0).all()
    for low, high in pairwise(knots):
        along = path[high] - path[low]
        across = (path[low : high + 1] - path[low]) @ np.array([-along[1], along[0]])
        assert np.abs(across).max() <= (KNOT_SLACK + 1e-6) * np.hypot(*along)


def test_a_query_is_compared_with_each_other_file_alone():
    warps = warped([file(5, 0, 8), file(5, 0, 20), file(6, 0, 20)], CompareSettings(align="dtw", query=1), None)
    assert [warp.files for warp in warps] == [(0, 1), (0, 2)]


def test_a_missing_package_is_named_before_anything_is_read(monkeypatch):
    for name in ("dtaidistance", "dtaidistance.dtw", "dtaidistance.dtw_ndim"):
        monkeypatch.setitem(sys.modules, name, None)
    searching.dtw_library.cache_clear()
    with pytest.raises(MissingExtra, match=r"time warping needs dtaidistance: pip install 'loopfind\[dtw\]'"):
        compare(["nowhere.mp4", "nothing.mp4"], WARPED)
    searching.dtw_library.cache_clear()


@pytest.mark.parametrize(
    "wrong", [{"own": True}, {"band": 0.0}, {"band": 0.6}, {"band_seconds": -1.0}, {"band_seconds": float("inf")}]
)
def test_settings_that_do_not_go_together_are_refused(wrong):
    with pytest.raises(BadSetting):
        kind_for(CompareSettings(align="dtw", **wrong))


def test_an_unknown_way_to_align_is_answered_with_the_known_ones():
    with pytest.raises(UnknownPart, match="engine, dtw"):
        compare(["a.mp4", "b.mp4"], CompareSettings(align="fast"))


@pytest.mark.parametrize(
    ("text", "band"), [(None, (0.15, None)), ("25%", (0.25, None)), ("2s", (0.15, 2.0)), ("500ms", (0.15, 0.5))]
)
def test_a_band_is_a_share_or_seconds(text, band):
    assert parse_band(text, "dtw") == band


@pytest.mark.parametrize("text", ["0%", "51%", "nan%", "x%", "-1s", "0", "wide", "%"])
def test_what_is_no_band_is_refused(text):
    with pytest.raises(BadSetting):
        parse_band(text, "dtw")
    with pytest.raises(BadSetting, match="--align dtw"):
        parse_band("2s", "engine")


@pytest.fixture(scope="module")
def pair():
    """Eight seconds of changing colours, and the same slowed down and sped up as it goes."""
    waves = [
        f"{c}='128+45*sin({a}*T)+30*sin({b}*T+1)'" for c, a, b in (("r", 3.9, 1.7), ("g", 2.3, 5.1), ("b", 4.7, 1.1))
    ]
    source = f"nullsrc=s=32x32:r=25:d=10,format=gbrp,geq={':'.join(waves)},noise=alls=4:allf=t"
    even = videos.make("warp-even.mkv", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-crf", "20")
    ramp = "setpts=(T+0.35*sin(T*6.2832/8))/TB,fps=25"
    bent = videos.make("warp-bent.mp4", "-t", "8", "-i", even.as_posix(), "-vf", ramp, "-c:v", "mpeg4", "-q:v", "5")
    return str(even), str(bent)


@pytest.mark.slow
def test_videos_whose_speed_varies_are_alike_and_both_reports_say_how(pair):
    result = compare(pair, WARPED)
    (warp,) = result.warps
    assert isinstance(warp, Warp) and warp.nearness == "alike" and result.repeats == () and result.pairs == ()
    path = np.array(warp.path)
    assert np.quantile(np.abs(path[:, 0] + 0.35 * np.sin(path[:, 0] * 6.2832 / 8) - path[:, 1]), 0.9) < 0.15
    value = json.loads("".join(comparisons.as_json(result)))
    assert value["warps"][0]["files"] == list(pair) and len(value["warps"][0]["path"]) == len(warp.path)
    text = "".join(comparisons.as_text(result))
    assert "alike in colour" in text and "weak evidence" in text and f"distance {warp.distance:.3f}" in text


@pytest.mark.slow
def test_the_command_line_aligns_and_refuses_in_one_line(pair):
    def run(*words):
        return loopfind("compare", *pair, *words)

    done = run("--align", "dtw", "--band", "1s", "--json", "--fail-on-repeats")
    assert done.returncode == 3 and json.loads(done.stdout)["settings"]["band_seconds"] == 1.0
    for words in (
        ["--align", "fast"],
        ["--band", "2s"],
        ["--align", "dtw", "--self"],
        ["--align", "dtw", "--band", "9"],
    ):
        done = run(*words)
        wrong = words != ["--align", "dtw", "--band", "9"]
        assert (
            (done.returncode == 2 and done.stderr.count("\n") == 1 and done.stdout == "")
            if wrong
            else not done.returncode
        )


def test_times_that_span_years_are_refused_before_they_take_memory() -> None:
    years = ("-frames:v", "50", "-bsf:v", "setts=ts=N*3e6/TB", "-c:v", "mpeg4", "-bf", "0")
    path = videos.make("years.mkv", *videos.moving(2), *years)
    with pytest.raises(Broken, match=r"its times span .* days, too many to be warped"):
        compare([path, videos.encoded("mkv", "mpeg4")], CompareSettings(align="dtw"))
