"""The sweep: one decode gives every size its own buckets, its figures are the plain ones, its advice follows them."""

import csv
import io
import json
from collections import defaultdict
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree

import draws
import numpy as np
import pytest
import videos
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from loopfind.arrays.digests import as_codes
from loopfind.cli.sizes import parse_sizes
from loopfind.engine.repeats.clusters import clusters_of
from loopfind.engine.repeats.parameters import MOMENT
from loopfind.engine.sweep.parameters import AS_GOOD, PAIRED_AHEAD, SHORTEST_SWEEP_WINDOW
from loopfind.engine.sweep.score import advice_on, origins_of, scores_of
from loopfind.engine.sweep.windows import windows_of
from loopfind.errors import BadSetting, UsageError
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.model.candidate import Line, Run
from loopfind.model.sweep import Size, SizeScores
from loopfind.model.video import Frames
from loopfind.pipeline import scan, sweep
from loopfind.registry import load
from loopfind.reports.formats import sweeps
from loopfind.reports.plots import PLOTS
from loopfind.reports.plots.curves import CURVES
from loopfind.reports.plots.plot import plot
from loopfind.settings import Settings, SweepSettings

SIZED = [name for name in KINDS if load("kind", name, KINDS).sized]
TWICE = ("-filter_complex", "[0:v]split[a][b];[a][b]concat=n=2:v=1[v]", "-map", "[v]")


def repeated():
    """Eight seconds of noise over moving bars, shown twice."""
    source = "testsrc2=s=96x64:r=25:d=8,noise=alls=20:allf=t"
    return videos.make(
        "sweep-twice.mkv", "-f", "lavfi", "-i", source, *TWICE, "-c:v", "libx264", "-crf", "30"
    ).as_posix()


@cache
def swept(**given):
    """The sweep of that."""
    return sweep(repeated(), SweepSettings(**given))


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZED)
def test_a_sweep_makes_the_buckets_of_a_scan_at_each_size(name):
    kind, rng = load("kind", name, KINDS), np.random.default_rng(5)
    # Smooth pictures that come back with a little noise, so that some hashes are equal and some are not.
    base = rng.integers(0, 256, (20, 8, 8), np.uint8).repeat(8, 1).repeat(8, 2).astype(np.int16)
    pictures = np.concatenate([base, base]) + rng.integers(-2, 3, (40, 64, 64))
    frames = Frames(0, np.arange(40) / 10, np.clip(pictures, 0, 255).astype(np.uint8))
    wanted = [(kind, size) for size in (8, 16, 32, 64)]
    many = SizeDigests(wanted)
    many.add(Frames(0, frames.times[:15], frames.pictures[:15]))
    many.add(Frames(15, frames.times[15:], frames.pictures[15:]))
    shared = 0
    for place, (_, size) in enumerate(wanted):
        direct = clusters_of(kind.encode(frames, size), frames.times)
        derived = clusters_of(as_codes(many.digests(place)), frames.times)
        assert np.array_equal(direct.frames, derived.frames) and np.array_equal(direct.offsets, derived.offsets)
        shared += len(direct)
    assert shared > 0


def naive(codes, times, origin, moving):
    """The figures by dictionaries and loops."""
    buckets, moments = defaultdict(list), defaultdict(list)
    for frame, code in enumerate(codes):
        if not buckets[code] or times[frame] - times[buckets[code][-1]] > MOMENT:
            moments[code].append([])
        buckets[code].append(frame)
        moments[code][-1].append(frame)
    sizes = [len(frames) for frames in buckets.values() if len(frames) > 1]
    pairs = right = 0
    for own in moments.values():
        for one, other in combinations(own, 2):
            pairs += 1
            right += near(one, other, origin)
    copies = [frame for frame in range(len(codes)) if origin[frame] != frame]
    hits = sum(codes[frame] == codes[origin[frame]] for frame in copies)
    alike = [codes[frame] == codes[frame - 1] for frame in range(1, len(codes)) if moving[frame]]
    return SizeScores(
        len(sizes),
        float(np.mean(sizes)) if sizes else 0.0,
        float(np.std(sizes)) if sizes else 0.0,
        max(sizes, default=0),
        sum(len(own) > 1 for own in moments.values()),
        sum(alike) / len(alike) if alike else 0.0,
        right / pairs if pairs and copies else None,
        hits / len(copies) if copies else None,
    )


def near(one, other, origin):
    """Return whether two moments show a moment in common, give or take a frame."""
    spans = []
    for frames in (one, other):
        low, high = origin[frames[0]], origin[frames[-1]]
        if high - low != frames[-1] - frames[0]:
            low = high = origin[(frames[0] + frames[-1]) // 2]
        spans.append((low, high))
    return spans[0][0] <= spans[1][1] + 1 and spans[1][0] <= spans[0][1] + 1


@settings(max_examples=draws.examples(40))
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=PAIRED_AHEAD), st.data())
@pytest.mark.slow
def test_figures_are_the_plain_ones(frames, data):
    codes = np.array([code for code, _ in frames], np.uint64)
    moving = np.array([moves for _, moves in frames])
    times = np.arange(len(frames)) * 0.7
    origin = np.array([data.draw(st.integers(0, frame)) for frame in range(len(frames))])
    mine, plain = scores_of(codes, times, origin, moving), naive(codes.tolist(), times, origin, moving)
    for name in vars(plain):
        assert getattr(mine, name) == pytest.approx(getattr(plain, name)), name


def test_every_turn_of_a_loop_leads_to_the_first():
    """Frames 10 to 49 go round with a period of 10 frames; frame 60 shows frame 45 again, which is frame 15."""
    times = np.arange(70) / 10

    def run(first, last, lag):
        line = Line(1.0, lag / 10, first / 10, last / 10, 9)
        return Run(line, first, last, first + lag, last + lag, 0, 0, 0, 0, (0, 0), (0, 0), 0, 0, 0, 0)

    origin = origins_of([run(10, 40, 10), run(45, 50, 15)], times)
    expected = np.arange(70)
    expected[20:50] = 10 + np.arange(30) % 10
    expected[60:65] = [15, 16, 17, 18, 19]
    assert origin.tolist() == expected.tolist()


def row(size, precision, recall, kind="ahash", confused=0.0):
    return Size(kind, size, 8, 0.1, SizeScores(5, 2.0, 0.5, 4, 3, confused, precision, recall))


def test_the_advice_is_the_best_f1_and_names_what_is_as_good():
    advice = advice_on([row(8, 0.2, 1.0, confused=0.8), row(16, 0.9, 0.9), row(24, 0.91, 0.89), row(32, 1.0, 0.3)])
    assert (advice.kind, advice.hash_size) == ("ahash", 16)
    assert advice.as_good == (("ahash", 16), ("ahash", 24))
    assert "at 8 neighbours merge" in advice.reason and "at 32 noise splits 70% of the true pairs" in advice.reason


def test_there_is_no_advice_where_nothing_was_confirmed_or_nothing_is_equal():
    assert advice_on([row(8, None, None), row(16, None, None)]) is None
    assert advice_on([row(8, None, 0.0), row(16, 0.0, 0.0)]) is None


@given(st.floats(10, 90_000), st.floats(4, 90_000), st.floats(0, 1000))
def test_windows_are_apart_in_order_inside_and_no_longer_than_asked(length, budget, start):
    spans = windows_of(start, start + length, budget)
    assert spans[0].start == start and spans[-1].end <= start + length + 1e-6
    assert all(one.end < other.start for one, other in pairwise(spans))
    assert sum(span.length for span in spans) <= min(budget, length) + 1e-6


@given(st.floats(100, 90_000), st.floats(0.05, 0.9))
def test_windows_meet_at_every_lag(length, share):
    budget = max(share * length, 1.01 * (4 * SHORTEST_SWEEP_WINDOW * length) ** 0.5)
    spans = windows_of(0.0, length, budget)
    reach = [(other.start - one.end, other.end - one.start) for one in spans for other in spans]
    lags = np.linspace(0, length - SHORTEST_SWEEP_WINDOW, 500)
    assert all(any(low <= lag <= high for low, high in reach) for lag in lags)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("8:64:4", range(8, 65, 4)),
        ("8:20", (8, 12, 16, 20)),
        ("24,8,8", (8, 24)),
        (" 8, 16 ", (8, 16)),
        ("4:6:1", (4, 5, 6)),
    ],
)
def test_sizes_are_ranges_or_lists(text, named):
    assert parse_sizes("--sizes", text) == tuple(named)


@pytest.mark.parametrize(
    "text",
    ["64:8", "0", "7.5", "1000", "8:64:0", "3:9", "8:65", "", ",", "8,,9", "8:", "-8", "a", "8:9:1:1", "9" * 2000],
)
def test_sizes_that_no_hash_has_are_refused(text):
    with pytest.raises(BadSetting, match="--sizes cannot be"):
        parse_sizes("--sizes", text)


@pytest.mark.slow
def test_a_video_shown_twice_gets_advice_and_a_scan_takes_it():
    result = swept(kinds=("ahash", "dhash"))
    assert result.repeats == 1 and result.pairs == 200 and result.source.frames == 400
    best = max(size.scores.f1 for size in result.sizes)
    chosen = {(size.kind, size.hash_size): size.scores for size in result.sizes}
    assert chosen[result.advice.kind, result.advice.hash_size].f1 == pytest.approx(best, abs=1e-4)
    assert all(chosen[key].f1 >= AS_GOOD * best - 1e-4 for key in result.advice.as_good)
    auto = scan(repeated(), Settings(auto=True))
    fixed = scan(repeated(), Settings(hash_size=auto.settings.hash_size))
    alone = swept()
    assert auto.settings.hash_size == alone.advice.hash_size and auto.choice == alone.advice.reason
    assert len(auto.clusters) > 0 and np.array_equal(auto.clusters.frames, fixed.clusters.frames)
    assert auto.repeats == fixed.repeats


@pytest.mark.slow
def test_where_nothing_repeats_there_is_nothing_to_tune_on():
    path = videos.make("sweep-once.mkv", *videos.moving(4.0), "-c:v", "libx264", "-crf", "30").as_posix()
    result = sweep(path)
    assert result.advice is None and "No repeats to tune on" in "".join(sweeps.sweep_text(result))
    auto = scan(path, Settings(auto=True))
    assert auto.settings.hash_size == Settings.hash_size and "nothing to choose by" in auto.choice


@pytest.mark.slow
def test_a_sample_reads_its_windows_alone():
    whole = swept()
    part = sweep(repeated(), SweepSettings(sample=10.0))
    assert whole.windows is None and len(part.windows) > 1
    read = sum(round(span.length * 25) for span in part.windows)
    assert part.source.frames == pytest.approx(read, abs=len(part.windows) + 1) and read < 251


@pytest.mark.parametrize("kinds", [*((name,) for name in KINDS if name not in SIZED), ("ahash", "exact")])
def test_what_has_no_size_cannot_be_swept(kinds):
    with pytest.raises(UsageError, match="no size"):
        sweep(repeated(), SweepSettings(kinds=kinds))


@pytest.mark.slow
def test_the_machine_forms_say_the_same_and_come_back():
    result = swept(sizes=(8, 16, 24))
    value = json.loads("".join(sweeps.sweep_json(result)))
    table = list(csv.DictReader(io.StringIO("".join(sweeps.sweep_csv(result)))))
    assert [list(row) for row in table] == [list(sweeps.SIZE_COLUMNS)] * 3
    for cells, given_size in zip(table, value["sizes"], strict=True):
        assert {name: "" if v is None else str(v) for name, v in given_size.items()} == cells
    assert value["recommended"]["hash_size"] == result.advice.hash_size and value["schema"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("suffix", PLOTS)
def test_a_plot_opens_and_holds_every_curve(suffix, tmp_path):
    result = swept(sizes=(8, 16, 24))
    drawing = plot(result)
    path = tmp_path / f"sweep{suffix}"
    path.write_bytes(b"".join(load("plot", suffix, PLOTS)(drawing)))
    if suffix == ".png":
        with Image.open(path) as image:
            assert image.size == (2 * drawing.width, 2 * drawing.height)
            assert len(image.convert("RGB").getcolors(1 << 24)) > 50
    else:
        words = {element.text for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")}
        assert all(any(curve.title in word for word in words) for curve in CURVES)


@pytest.mark.slow
@pytest.mark.parametrize("tried", [(8, 16, 24), range(8, 65, 4), range(4, 65)])
def test_the_curves_of_a_terminal_fit_whatever_sizes_there_are(tried):
    result = swept(sizes=tuple(tried))
    drawn = [line.plain for line in sweeps.sweep_lines(result, curves=True)]
    assert all(any(curve.title in line for line in drawn) for curve in CURVES)
    assert all(len(line) <= 80 for line in drawn if repeated() not in line)
    assert any(sweeps.BAR_BLOCKS[8] in line for line in drawn)
