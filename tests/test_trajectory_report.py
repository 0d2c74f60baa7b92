"""The text, the JSON and the events of a trajectory."""

import json
import math
import typing
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import trajectories

from loopfind.model.events import Finding, Missed
from loopfind.model.trajectory import Moment, Reason, TrajectoryEnded, WhyLearned
from loopfind.model.video import Loss
from loopfind.reports.formats import json as machine
from loopfind.reports.formats import trajectory as formatted
from loopfind.reports.formats.trajectory import trajectory_json, trajectory_line, trajectory_text
from loopfind.reports.formats.trajectory_events import followed_json, followed_text
from loopfind.reports.links import linker
from loopfind.reports.trajectory_words import (
    REASONS,
    WHY_LEARNED,
    chance_in_words,
    comes_again,
    limits_of,
    reason_in_words,
    region_in_words,
    trajectory_summary,
)

GOLDEN = Path(__file__).parent / "golden" / "trajectory.json"
LINK = linker("https://example.org/film.mp4", "")
WALK = trajectories.plain(11.0)


def text_of(found):
    return "".join(trajectory_text(found))


def value_of(found):
    return json.loads("".join(trajectory_json(found)))


def test_every_reason_has_words():
    assert set(REASONS) == set(typing.get_args(Reason)) and set(WHY_LEARNED) == set(typing.get_args(WhyLearned))
    assert reason_in_words("faster", 2.0) == "a known path at 2 times its pace"
    assert reason_in_words("slower", 0.25) == "a known path at 0.25 times its pace"


@pytest.mark.parametrize(
    ("per_hour", "words"),
    [(12.3, "12 times an hour"), (1.0, "1 times an hour"), (0.4, "once in 2.5 h"), (0.02, "once in 50 h")],
)
def test_chance_is_said_in_hours(per_hour, words):
    assert chance_in_words(per_hour) == f"by chance about {words}"


def test_what_is_hardly_to_be_expected_has_no_number():
    assert chance_in_words(0.0) == chance_in_words(1e-9) == "by chance less than once in 1,000 h"


def test_a_region_is_said_by_where_its_middle_is():
    assert region_in_words((0.0, 0.0, 0.2, 0.2)) == "in the upper left of the picture"
    assert region_in_words((0.9, 0.4, 0.1, 0.2)) == "on the right of the picture"
    assert region_in_words((0.4, 0.8, 0.2, 0.2)) == "at the bottom of the picture"
    assert region_in_words(None) == ""


def test_the_text_says_what_is_unusual_and_why():
    text = text_of(trajectories.eventful())
    assert text.startswith("3 stretches are unusual against this baseline. 2 stretches are shown again; 1 part of")
    assert "0:12:00.000 - 0:12:06.000  1: a known path backwards, something that was never seen there;" in text
    assert "in the lower right of the picture\n      score 2.48, by chance about once in 50 h; most so at" in text
    assert "at 0:12:03.100, compared with 0:03:02.100\n" in text and "a known path at 2.3 times its pace" in text
    assert "goes on\n" in text and "0:06:40.000 - 0:06:41.500  2 damaged packets" in text
    assert "map 1, the first one: learned from 0:00:00.000 - 0:10:00.000 (10 min), keeps 93.1% of what varies" in text
    assert "suspicious" not in text


def test_retraces_and_repeats_are_one_list_by_time():
    again = comes_again(trajectories.eventful())
    assert [(one.start, one.repeat, one.retraced) for one in again] == [
        (900.0, 2, False),
        (1000.0, 1, True),
        (1100.0, None, True),
    ]
    assert again[1].words == "the path retraces 0:05:00.000 - 0:05:20.000 and the pictures are the same: repeat 1"
    assert again[2].words.endswith("the engine did not confirm it")


def test_where_nothing_is_unusual_the_text_says_against_what_and_how_far():
    assert text_of(trajectories.plain()).startswith("Nothing unusual against this baseline.\n")
    assert limits_of(trajectories.plain()) == ["10 min of 20 min is judged: the rest begins a map, or has none"]
    again = trajectories.relearned()
    assert trajectory_summary(again) == "Nothing unusual against this baseline, where a map fits."
    text = text_of(again)
    assert "map 2 does not fit: new footage of its baseline is not like the rest" in text
    assert "nothing in 0:21:00.000 - 0:30:00.000 is called unusual" in text
    assert "the baseline of map 2 is 1 min, not the 10 min that were asked for" in text
    assert "map 2, the camera moved, or another one is shown" in text


def test_where_no_map_could_be_learned_that_is_the_answer():
    found = replace(
        WALK,
        maps=(),
        map_ids=np.full(len(WALK.times), -1),
        scores=np.full(len(WALK.times), np.nan),
        places=np.full(len(WALK.times), -1),
    )
    assert trajectory_summary(found) == "No map was learned, so nothing can be called unusual."
    assert "no map was learned" in text_of(found) and value_of(found)["maps"] == []
    empty = replace(found, times=np.zeros(0), positions=np.zeros((0, 3), np.float32), map_ids=np.zeros(0, np.int64))
    empty = replace(empty, places=np.zeros(0, np.int64), activity=np.zeros(0), scores=np.zeros(0), rate=0.0)
    assert value_of(empty)["path"]["times"] == [] and text_of(empty)


def test_names_from_outside_steer_no_terminal():
    assert "\x1b" not in text_of(replace(WALK, source=replace(WALK.source, path="\x1b[2J.mp4")))


def test_a_drawn_answer_is_written_as_it_was(monkeypatch):
    """To accept a change: write what is compared to tests/golden/trajectory.json."""
    for module in (machine, formatted):
        monkeypatch.setattr(module, "version", lambda: "1.2.3")
    assert "".join(trajectory_json(trajectories.small())) == GOLDEN.read_text(encoding="utf-8")


def test_the_machine_form_brings_the_path_back():
    found = trajectories.sampled(trajectories.relearned(), slice(None, None, 3))
    value = value_of(found)
    path = value["path"]
    back = np.array(path["positions"], dtype=object)
    known = np.isfinite(found.positions)
    assert np.array_equal(back[known].astype(np.float32), found.positions[known]) and set(back[~known]) == {None}
    assert path["times"] == found.times.tolist()
    assert [one if one is not None else -1 for one in path["map"]] == found.map_ids.tolist()
    assert [one if one is not None else -1 for one in path["place"]] == found.places.tolist()
    assert [math.nan if one is None else one for one in path["score"]] == pytest.approx(found.scores, nan_ok=True)
    assert value["summary"] == trajectory_summary(found) and value["limits"] == limits_of(found)


def test_the_machine_form_holds_the_report_as_a_scan_gives_it():
    found = trajectories.small(link="https://example.org/film.mp4")
    value = value_of(found)
    assert value["report"] == json.loads("".join(machine.write(found.report)))
    assert value["events"][0]["link"] == "https://example.org/film.mp4#t=720"
    line = "".join(trajectory_line(found))
    assert "\n" not in line and json.loads(line) == {key: one for key, one in value.items() if key != "report"}


def test_events_are_lines_under_their_own_names():
    found = trajectories.small()
    moment = Moment(1.5, 1, (0.1, 0.2, 0.3), None, 1.0, math.inf, 1.0)
    for event, name in ((moment, "moment"), (found.maps[0], "map"), (found.events[0], "unusual")):
        line = "".join(followed_json(event, LINK))
        value = json.loads(line)
        assert "\n" not in line and value["schema"] == 1 and value["event"] == name
        assert {one.name for one in fields(event)} <= set(value)
    assert json.loads("".join(followed_json(moment, LINK)))["score"] is None
    assert json.loads("".join(followed_json(Missed(Loss(1.0, 2.0, "gone")), LINK)))["event"] == "missed"
    finding = Finding(found.report.repeats[0], True, 1.0)
    assert json.loads("".join(followed_json(finding, LINK)))["repeat"]["id"] == 1
    end = json.loads("".join(followed_json(TrajectoryEnded(found, "silent", "no more"), LINK)))
    assert (end["event"], end["why"], end["said"]) == ("end", "silent", "no more")
    assert end["report"]["verdict"]["summary"] and end["trajectory"]["events"][0]["reasons"][0] == "backwards"
    assert "report" not in end["trajectory"]


def test_events_are_lines_for_a_person():
    found = trajectories.eventful()
    done, _, going = found.events
    assert followed_text(done).startswith(
        "Unusual 1: 0:12:00.000 - 0:12:06.000 (6 s), a known path backwards, something"
    )
    assert followed_text(going).startswith(
        "Unusual 3 goes on: since 0:19:50.000, a part of the picture changed and stays"
    )
    assert followed_text(found.maps[0]).endswith("4 places")
    assert followed_text(trajectories.relearned().maps[1]).endswith("so nothing is called unusual")
    at = Moment(62.0, 1, (0.0, 0.0, 0.0), 2, 1.24, 0.4, 1.0)
    assert followed_text(at) == "0:01:02.000  at place 2, score 0.40, 1.2 times the usual activity"
    learning = Moment(62.0, None, None, None, 1.0, None, 0.35)
    assert followed_text(learning) == "0:01:02.000  a map is learned: 35% of its baseline"
    assert followed_text(Missed(Loss(1.0, 2.0, "gone"))).startswith("Missed: ")
    assert all("\n" not in followed_text(one) for one in (done, going, at, learning))
