"""The page of a trajectory: its path, and pictures of what is unusual, in one file that needs no network."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trajectories
from test_page_browser import browser, errors, look, run, there_is_a_browser, wait_for

from loopfind.exhibits.trajectory import MOST_MOMENT_PICTURES, shown_moments, trajectory_exhibits
from loopfind.model.trajectory_exhibits import TrajectoryExhibits
from loopfind.reports.page.commands import trajectory_command_line
from loopfind.reports.page.limits import PAGE_PATH, PAGE_UNUSUAL
from loopfind.reports.page.trajectory import trajectory_page
from loopfind.settings import TrajectorySettings

FIXTURE = Path(__file__).parent.parent / "fixtures" / "loop.mp4"
__all__ = ["browser", "there_is_a_browser"]  # fixtures


def page_text(found, exhibits=None, href="./film.mp4"):
    return "".join(trajectory_page(found, trajectories.pictures(found) if exhibits is None else exhibits, href))


def island(text):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_moments_that_matter_are_shown_before_those_spread_over_the_time():
    found = trajectories.eventful()
    shown = shown_moments(found)
    assert len(shown) <= MOST_MOMENT_PICTURES and np.all(np.diff(shown) > 0) and np.isin(shown, found.times).all()
    for event in found.events:
        assert {event.peak, event.like} <= set(shown.round(6))
    assert {place.moment for place in found.maps[0].places} <= set(shown.round(6))
    assert np.diff(shown).max() < 2 * 1200 / 250
    few = shown_moments(found, 8)
    assert len(few) == 8 and {event.peak for event in found.events} <= set(few.round(6))
    assert len(shown_moments(replace(found, times=np.zeros(0)))) == 0


def test_each_unusual_stretch_is_shown_beside_what_it_was_compared_with():
    text = page_text(trajectories.eventful())
    assert 'class="verdict found"' in text and text.count('class="event-card"') == 3
    assert "1. A known path backwards, something that was never seen there, in the lower right of the picture" in text
    assert 'style="left: 60.0%; top: 55.0%; width: 20.0%; height: 30.0%"' in text
    assert 'href="./film.mp4#t=723.1"' in text and "baseline, " in text and 'href="./film.mp4#t=182.1"' in text
    assert text.count("data:image/jpeg;base64,") >= 2 * 3 + 4 and "where the footage ends; it goes on" in text
    assert "the path retraces 0:05:00.000 - 0:05:20.000 and the pictures are the same: repeat 1" in text
    assert "the engine did not confirm it" in text and "10 min of 20 min is judged" in text
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'<a href="#([^"]+)"', text)) <= ids | {"main"}


@pytest.mark.slow
def test_the_data_of_the_scripts_is_bounded_and_finite():
    found = trajectories.plain(50.0)
    data = island(page_text(found))
    assert len(data["times"]) <= PAGE_PATH + 1 and len(data["positions"]) == 3 * len(data["times"])
    far = np.array(data["positions"]).reshape(-1, 3)
    assert np.allclose(far.max(axis=0), found.positions.max(axis=0), atol=1e-3)
    again = island(page_text(trajectories.relearned()))
    assert {*again["point_maps"]} == {1, 2} and len(again["breaks"]) == 2 and None in again["scores"]
    event = trajectories.eventful().events[0]
    many = replace(trajectories.eventful(), events=tuple(replace(event, id=number) for number in range(1, 100)))
    assert len(island(page_text(many))["events"]) == PAGE_UNUSUAL and "and 39 more" in page_text(many)


@pytest.mark.slow
def test_where_nothing_is_unusual_or_known_the_page_says_how_far():
    assert 'class="verdict nothing"' in page_text(trajectories.plain())
    assert 'class="verdict unsure"' in page_text(trajectories.relearned())
    bare = replace(trajectories.plain(11.0), maps=(), map_ids=np.full(6600, -1), scores=np.full(6600, np.nan))
    text = page_text(bare, TrajectoryExhibits(), "")
    assert "No map was learned" in text and "There are no pictures" in text and 'id="flat"' not in text


def test_names_and_paths_are_no_markup_and_the_page_asks_no_network():
    text = page_text(trajectories.eventful("/home/someone/<script>alert(1)</script>.mp4"), href="")
    assert "<script>alert" not in text and "/home/someone" not in text
    assert "http" not in re.sub(r"<meta.*?>", "", text.split("</style>")[1].split("<script>")[0])
    linked = page_text(trajectories.eventful(link="https://www.youtube.com/watch?v=abc"))
    assert "https://www.youtube.com/watch?v=abc&amp;t=723s" in linked


def test_the_command_makes_the_same_page_again():
    asked = TrajectorySettings(baseline=300.0, way="vectors", false_alarms=2.0, stream=1, start=5.0)
    assert trajectory_command_line(asked, "-x.mp4") == (
        "loopfind trajectory --baseline 300 --way vectors --false-alarms 2 --stream 1 --start 5 --html path.html -- "
        "-x.mp4"
    )
    assert trajectory_command_line(TrajectorySettings(), "a b.mp4") == "loopfind trajectory --html path.html 'a b.mp4'"


@pytest.mark.slow
def test_pictures_are_read_from_the_video():
    found = trajectories.plain(11.0, str(FIXTURE))
    kept = found.times < 12.0
    arrays = {name: getattr(found, name)[kept] for name in ("positions", "places", "map_ids", "activity", "scores")}
    here = replace(found, times=np.arange(int(kept.sum())) * 0.08, maps=(), **arrays)
    seen = []
    exhibits = trajectory_exhibits(here, seen.append)
    assert len(exhibits.shots) == len(exhibits.times) == len(seen) > 100 and exhibits.origin is not None
    assert all(shot[:2] == b"\xff\xd8" for shot in exhibits.shots) and np.isin(exhibits.times, here.times).all()
    assert trajectory_exhibits(replace(here, source=replace(here.source, path="-"))).shots == ()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    place = tmp_path_factory.mktemp("trajectory")
    for name in ("eventful", "relearned"):
        (place / f"{name}.html").write_text(page_text(getattr(trajectories, name)()), encoding="utf-8")
    return place


SAYS = "document.getElementById('path-says').textContent"
SHOT = "document.querySelector('#path-shot img').src"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1100, False), (375, True)])
def test_a_click_on_a_point_shows_its_frame(browser, pages, width, dark):
    from selenium.webdriver import ActionChains

    look(browser, pages / "eventful.html", width, dark=dark)
    assert wait_for(browser, SAYS).startswith("0:12:03.100") and "unusual 1: a known path backwards" in run(
        browser, SAYS
    )
    shot = run(browser, SHOT)
    canvas = browser.find_element("id", "flat")
    browser.execute_script("arguments[0].scrollIntoView({behavior: 'instant', block: 'center'})", canvas)
    # The second event is far out on the left, alone.
    marks = "marks(lens(flat, null)).find((mark) => mark.name === 'u2')"
    side = "[flat.clientWidth, flat.clientHeight]"
    mark, (wide, tall) = run(browser, marks), run(browser, side)
    x, y = mark["x"] - wide / 2, mark["y"] - tall / 2
    ActionChains(browser).move_to_element_with_offset(canvas, round(x), round(y)).click().perform()
    assert run(browser, SAYS).startswith("0:15:04.000") and run(browser, SHOT) != shot
    assert run(browser, "document.querySelector('#path-says a').href").endswith("film.mp4#t=904")
    assert run(browser, "document.documentElement.scrollWidth") == width
    assert not errors(browser)


@pytest.mark.slow
def test_the_keyboard_goes_along_the_path_and_turns_it(browser, pages):
    from selenium.webdriver.common.keys import Keys

    look(browser, pages / "relearned.html")
    before = wait_for(browser, SAYS)
    browser.find_element("id", "flat").send_keys(Keys.ARROW_RIGHT)
    assert run(browser, SAYS) != before
    drawn = "document.getElementById('deep').toDataURL()"
    seen = run(browser, drawn)
    browser.find_element("id", "deep").send_keys(Keys.ARROW_LEFT, Keys.ARROW_UP)
    assert run(browser, drawn) != seen
    browser.find_element("id", "path-reset").click()
    assert run(browser, drawn) == seen
    browser.find_element("id", "deep").send_keys("+")
    assert run(browser, drawn) != seen
    browser.find_element("id", "deep").send_keys("-")
    assert run(browser, drawn) == seen
    # A moment of the other map, by the slider, brings up that map.
    browser.find_element("id", "path-time").send_keys(Keys.END)
    assert run(browser, "document.getElementById('path-map').value") == "2" and run(browser, drawn) != seen
    browser.execute_script("document.querySelector('#places [data-moment]').click()")
    assert run(browser, "document.getElementById('path-map').value") == "1"
    assert run(browser, "document.activeElement.id") == "flat"
    assert not errors(browser)
