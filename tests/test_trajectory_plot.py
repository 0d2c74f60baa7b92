"""The plot of a trajectory: every excursion shows, whatever its length, and the file stays small."""

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import draws
import numpy as np
import pytest
import trajectories
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from loopfind.errors import UnknownPart
from loopfind.model.trajectory import RestPlace
from loopfind.reports.path_points import highest_scores, path_points, stretches_of, thinned, turned
from loopfind.reports.plots.path_panel import time_colour
from loopfind.reports.plots.trajectory import trajectory_drawing, trajectory_plot
from loopfind.reports.wording import clock

SVG = "{http://www.w3.org/2000/svg}"


def drawn(found):
    data = b"".join(trajectory_plot(found, ".svg"))
    return data, ElementTree.fromstring(data)


def words_of(sheet):
    return [one.text for one in sheet.iter(f"{SVG}text")]


@given(st.integers(1, 3000), st.integers(20, 400), st.integers(0, 99))
@settings(max_examples=draws.examples(13), deadline=None)
def test_a_thinned_path_reaches_wherever_the_whole_one_does(count, most, seed):
    points = np.random.default_rng(seed).normal(size=(count, 3)).cumsum(axis=0)
    kept = thinned(points, most)
    assert len(kept) <= max(most, 8) + 1 and np.all(np.diff(kept) > 0) and kept[0] == 0 and kept[-1] == count - 1
    assert np.array_equal(points[kept].min(0), points.min(0)) and np.array_equal(points[kept].max(0), points.max(0))


def test_a_path_is_broken_where_there_is_no_map():
    found = trajectories.relearned()
    assert [(one.start, one.stop) for one in stretches_of(found, 1)] == [(0, 12000)]
    assert [(one.start, one.stop) for one in stretches_of(found, 2, 1300.0, 1400.0)] == [(13000, 14000)]
    assert list(stretches_of(found, 3)) == [] and sum(map(len, path_points(found, 2, 500))) <= 501


def test_the_highest_score_of_each_part_is_kept():
    found = trajectories.eventful()
    times, scores = highest_scores(found, 100)
    assert len(times) <= 100 and np.nanmax(scores) == np.nanmax(found.scores)
    assert np.isnan(scores[times < 590]).all() and np.isfinite(scores[times > 600]).all()


def test_a_turn_keeps_distances():
    points = np.random.default_rng(1).normal(size=(50, 3))
    assert np.allclose(np.linalg.norm(turned(points, -0.6, 0.4), axis=1), np.linalg.norm(points, axis=1))
    flat = turned(points, 0.0, np.pi / 2)
    assert np.allclose(flat[:, :2], points[:, :2])


def test_the_plot_names_places_events_and_time():
    found = trajectories.eventful()
    words = words_of(drawn(found)[1])
    assert {"u1", "u2", "u3", "0:05:00", "first direction of the map", "baseline of map 1"} <= set(words)
    named = {f"{one.id} · {clock(one.moment).partition('.')[0]}" for one in found.maps[0].places}
    assert len(named) == 4 and named <= set(words)
    assert any(word.startswith("Map 1, the first one: 0:00:00 - 0:20:00") for word in words)


def test_every_map_has_its_panels_and_what_is_not_drawn_is_said():
    found = trajectories.relearned()
    assert sum(word.startswith("Map ") for word in words_of(drawn(found)[1])) == 2
    many = tuple(replace(found.maps[0], id=number, end=float(number)) for number in range(1, 9))
    places = tuple(RestPlace(number, (0.0, 0.0, 0.0), 0.01, 1, 0.0) for number in range(20))
    words = words_of(drawn(replace(found, maps=(replace(many[0], places=places), *many[1:])))[1])
    assert "Not drawn: 5 maps, 8 small places; --json lists all" in words


def test_colours_go_from_the_start_to_the_end():
    assert time_colour(0.0) == time_colour(-1.0) == "#173f8a" and time_colour(1.0) == time_colour(2.0) == "#e59a1c"
    assert len({time_colour(part / 60) for part in range(61)}) == 61


@pytest.mark.slow
def test_a_picture_is_sharp_and_has_the_colours_of_the_path():
    image = Image.open(io.BytesIO(b"".join(trajectory_plot(trajectories.eventful(), ".png"))))
    drawing = trajectory_drawing(trajectories.eventful())
    assert image.size == (2 * drawing.width, 2 * drawing.height)
    found = {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}
    assert {(255, 255, 255), (200, 16, 46)} <= found


@pytest.mark.slow
def test_a_long_path_is_drawn_small():
    found = trajectories.plain(60 * 11.0)
    data, sheet = drawn(found)
    assert len(found.times) > 390_000 and len(data) < 1_000_000
    assert len(list(sheet.iter(f"{SVG}polyline"))) < 2000


@pytest.mark.slow
def test_what_holds_nothing_is_drawn_too():
    found = trajectories.plain(11.0)
    bare = replace(found, maps=(), map_ids=np.full(len(found.times), -1), scores=np.full(len(found.times), np.nan))
    assert "no map was learned" in words_of(drawn(bare)[1])
    still = replace(found, positions=np.zeros_like(found.positions))
    lost = replace(found, positions=np.full_like(found.positions, np.nan))
    assert "nan" not in drawn(still)[0].decode() and words_of(drawn(lost)[1]).count("no path") == 2
    arrays = {name: getattr(found, name)[:0] for name in ("times", "positions", "places", "map_ids", "scores")}
    assert b"".join(trajectory_plot(replace(bare, **arrays), ".png"))


def test_names_from_outside_are_no_markup():
    found = trajectories.plain(11.0, "/x/<script>&.mp4")
    assert "Path of <script>&.mp4" in words_of(drawn(found)[1])
    assert not re.search(rb"<script", drawn(found)[0])
    with pytest.raises(UnknownPart):
        b"".join(trajectory_plot(found, ".gif"))
