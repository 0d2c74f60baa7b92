"""Spots: repeats parted into what is aired by itself."""

import csv
import io
from dataclasses import replace

import draws
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.model.report import Repeat
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, SEVERAL
from loopfind.reports.formats.text import report_lines
from loopfind.reports.page import scan
from loopfind.reports.spot_table import spot_rows
from loopfind.reports.spots import Airing, parted, spots_of

RATE = 25.0


def plain_spots(repeats):
    """The spots by their definition, frame by frame: two frames are one if a chain of repeats says so, and a spot ends
    where the next frames of all its showings are not one again. The frames are (file, number)."""
    group = {}

    def joined(one, other):
        merged = group.setdefault(one, {one}) | group.setdefault(other, {other})
        for frame in merged:
            group[frame] = merged

    for repeat in repeats:
        at = {}
        for one in repeat.occurrences:
            for frame in range(round(one.start * RATE), round(one.end * RATE)):
                content = round(one.content_at(frame / RATE) * RATE)
                joined(at.setdefault(content, (one.file or 0, frame)), (one.file or 0, frame))
    spots = set()
    for (file, frame), places in group.items():
        before = {(f, n + 1) for f, n in group.get((file, frame - 1), ())}
        if before == places:
            continue
        length = 1
        while {(f, n + length) for f, n in places} == group.get((file, frame + length)):
            length += 1
        if len(places) > 1:
            spots.add(tuple((f, n, n + length) for f, n in sorted(places)))
    return sorted(spots)


def in_frames(found):
    return sorted(
        tuple((one.file, round(one.start * RATE), round(one.end * RATE)) for one in airings) for airings, _ in found
    )


def aired(schedule, lengths, slack=None):
    """Repeats as an engine reports them: a family for each stretch of the schedule that is shown again as a whole.

    schedule: for each file, breaks as texts of spots, "." for programme. slack: frames by which each end is wrong.
    """
    slack = slack or (lambda: 0)
    places = []
    for file, breaks in enumerate(schedule):
        time = 0.0
        for text in breaks:
            for letter in text:
                places.append((file, text, letter, time))
                time += lengths.get(letter, 10.0)
            time += 10.0
    families = {}
    for file, text, letter, time in places:
        families.setdefault(letter, []).append((file, text, time))
    repeats = []
    runs = {text for breaks in schedule for text in breaks}
    for text in sorted(runs):
        for first in range(len(text)):
            for last in range(first + 1, len(text) + 1):
                part = text[first:last]
                shown = [
                    (file, time, whole, at)
                    for file, breaks in enumerate(schedule)
                    for whole, time in _begins(breaks, lengths)
                    for at in range(len(whole))
                    if whole.startswith(part, at)
                ]
                repeats.append((part, frozenset((file, time, at) for file, time, _, at in shown), shown))
    # Of stretches that are shown at the same places the longest one is what is found.
    kept = {}
    for part, places, shown in sorted(repeats, key=lambda one: len(one[0])):
        if len(places) > 1:
            kept[frozenset((file, time) for file, time, _ in places)] = (part, shown)
    made = []
    for number, (part, shown) in enumerate(kept.values(), 1):
        length = sum(lengths[letter] for letter in part)
        occurrences = []
        for file, time, whole, at in shown:
            start = time + sum(lengths[letter] for letter in whole[:at])
            early, late = slack() / RATE, slack() / RATE
            occurrences.append(
                samples.showing(
                    start + early,
                    start + length + late,
                    0,
                    0,
                    file=file,
                    content_start=0.12 + early,
                    content_end=0.12 + length + late,
                )
            )
        made.append(Repeat(number, "repeat", length, None, 0.99, "replay", tuple(occurrences)))
    return made


def _begins(breaks, lengths):
    time = 0.0
    for text in breaks:
        yield text, time
        time += sum(lengths[letter] for letter in text) + 10.0


LENGTHS = {"A": 10.0, "B": 5.2, "C": 20.0, "D": 7.04}


def test_a_break_is_parted_into_its_spots():
    repeats = aired([["ABC", "AB", "B", "ABC"]], LENGTHS)
    found = parted(repeats, 0.1)
    assert in_frames(found) == plain_spots(repeats)
    assert [(len(airings), round(airings[0].end - airings[0].start, 6)) for airings, _ in found] == [
        (3, 10.0),
        (4, 5.2),
        (2, 20.0),
    ]


def test_what_never_comes_apart_is_one_spot_and_what_is_aired_once_is_none():
    ((airings, ids),) = parted(aired([["ABC", "ABC", "D"]], LENGTHS), 0.1)
    assert airings == (Airing(0.0, 35.2), Airing(45.2, 80.4)) and ids == (1,)


breaks = st.lists(
    st.permutations("ABCD").flatmap(lambda s: st.integers(1, 4).map(lambda n: "".join(s[:n]))), max_size=6
)


@pytest.mark.slow
@settings(max_examples=draws.examples(10))
@given(st.lists(breaks, min_size=1, max_size=2))
def test_spots_are_those_of_the_plain_way(schedule):
    repeats = aired(schedule, LENGTHS)
    assert in_frames(parted(repeats, 0.1)) == plain_spots(repeats)


@pytest.mark.slow
@settings(max_examples=draws.examples(10))
@given(st.lists(breaks, min_size=1, max_size=2), st.randoms(use_true_random=False))
def test_ends_that_are_wrong_by_a_frame_change_no_spot(schedule, random):
    exact = in_frames(parted(aired(schedule, LENGTHS), 0.1))
    found = in_frames(parted(aired(schedule, LENGTHS, lambda: random.choice((-1, 0, 1))), 0.1))
    assert [[file for file, *_ in spot] for spot in found] == [[file for file, *_ in spot] for spot in exact]
    for one, other in zip(found, exact, strict=True):
        for (_, start, end), (_, first, last) in zip(one, other, strict=True):
            assert abs(start - first) <= 2 and abs(end - last) <= 2


@pytest.mark.slow
@settings(max_examples=draws.examples(15))
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.booleans()), min_size=2, max_size=6))
def test_showings_of_parts_of_a_repeat_are_parted_too(parts):
    """Each showing is of some of its content, and may be mirrored."""
    shown = [
        samples.showing(
            40.0 * number,
            40.0 * number + 2.0 * length,
            0,
            0,
            content_start=2.0 * first,
            content_end=2.0 * (first + length),
            mirrored=mirrored,
        )
        for number, (first, length, mirrored) in enumerate(parts)
    ]
    repeats = [Repeat(1, "repeat", 4.0, None, 0.99, "replay", tuple(shown))]
    assert in_frames(parted(repeats, 0.1)) == plain_spots(repeats)


def test_what_only_one_showing_has_is_no_part_of_the_spot():
    repeat = samples.three_and_a_loop().repeats[1]
    ((airings, _),) = parted([repeat], 0.08)
    assert [round(one.start) for one in airings] == [500, 700, 901]


def test_black_between_spots_is_no_spot():
    lengths = LENGTHS | {"x": 0.4}
    found = parted(aired([["AxB", "Ax", "B", "AxC", "xB", "A"]], lengths), 0.1)
    assert sorted(round(airings[0].end - airings[0].start, 6) for airings, _ in found) in ([5.2, 10.4], [5.6, 10.0])
    assert [len(airings) for airings, _ in found] == [4, 3]


def test_a_short_repeat_by_itself_is_a_spot_and_a_loop_is_one_of_many_airings():
    loop = samples.three_and_a_loop(cycles=40).repeats[3]
    assert loop.kind == "loop"
    found = parted([loop], 0.1)
    assert [len(airings) for airings, _ in found] == [40]


def broadcast(repeats):
    report = samples.nothing()
    return replace(report, source=replace(report.source, fps=RATE), repeats=tuple(repeats))


def test_the_table_counts_and_adds_up():
    report = broadcast(aired([["ABC", "AB", "B", "ABC"]], LENGTHS))
    rows = [*csv.DictReader(io.StringIO("".join(load("format", "spots-csv", FORMATS)(report))))]
    spots = spots_of(report)
    assert [(row["count"], row["length"], row["total"]) for row in rows] == [
        ("4", "5.2", "20.8"),
        ("3", "10.0", "30.0"),
        ("2", "20.0", "40.0"),
    ]
    assert [row["airings"] for row in rows] == [
        "; ".join(str(round(one.start, 6)) for one in spot.airings) for spot in spots
    ]
    assert rows[0]["first"] == "10.0" and rows[0]["link"] == "file:///videos/film.mp4#t=10"
    text = [line.plain for line in report_lines(report)]
    at = text.index("Spots")
    assert text[at + 2].split() == ["1", "4", "5.2", "s", "20.8", "s", "0:00:10.000", "0:01:35.600"]
    assert max(len(line.plain) for line in report_lines(report, 40)) <= 40


def test_several_files_are_named_with_each_airing():
    comparison = replace(samples.comparison(), repeats=tuple(aired([["AB", "B"], ["A", "AB"]], LENGTHS)))
    rows = [*csv.DictReader(io.StringIO("".join(load("format", "spots-csv", SEVERAL)(comparison))))]
    assert [(row["count"], row["files"]) for row in rows] == [("3", "2"), ("3", "2")]
    assert rows[0]["airings"].startswith("a/one.mp4 0.0; ")
    assert rows[0]["first_file"] == comparison.sources[0].path


@pytest.mark.parametrize("heard", [False, True])
def test_a_sound_parts_no_pictures(heard):
    repeats = aired([["AB", "AB", "AB"]], LENGTHS)
    jingle = aired([["A", "A", "A", "D", "D"]], LENGTHS | {"A": 3.0})
    sounds = [replace(one, id=one.id + 10, of="sound" if heard else "picture") for one in jingle]
    spots = spots_of(broadcast([*repeats, *sounds]))
    assert (len([spot for spot in spots if not spot.sound]) == 1) == heard


def test_a_page_has_the_table_where_it_says_more_than_the_repeats():
    repeats = aired([["ABC", "AB", "B", "ABC"]], LENGTHS)
    report = broadcast(repeats)
    page = "".join(scan.write(report, samples.exhibits(report)))
    assert page.count('<section id="spots"') == 1 and "0:01:35.600" in page
    assert not spot_rows(broadcast(repeats[:1]))
