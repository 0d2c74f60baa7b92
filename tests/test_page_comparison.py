"""The page of a comparison as text: well-formed, self-contained, escaped, bounded, with nothing left out unsaid."""

import json
import re
from dataclasses import FrozenInstanceError, replace
from functools import cache
from itertools import pairwise

import pytest
import samples
from test_page_scan import HOSTILE, Page

from loopfind.model.exhibits import ComparisonExhibits
from loopfind.reports.page import comparison as pages
from loopfind.reports.page import scan, views
from loopfind.reports.page.limits import PAGE_FILES, PAGE_GROUPS, PAGE_PAIRS, PAGE_STRETCHES
from loopfind.reports.page.render import affordable


def drawn(comparison, shown=None, hrefs=None):
    hrefs = [f"./{number}.mp4" for number in range(len(comparison.sources))] if hrefs is None else hrefs
    return "".join(pages.write(comparison, shown or samples.juxtaposed(comparison), hrefs))


@pytest.mark.parametrize("queries", [0, 1])
def test_is_well_formed_and_shows_every_stretch_file_loss_and_failure(queries):
    comparison = samples.comparison(queries=queries)
    page = Page(drawn(comparison))
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {f"repeat-{repeat.id}" for repeat in comparison.repeats} <= set(ids)
    targets = {a["href"][1:] for a in page.every("a") if (a.get("href") or "").startswith("#")}
    assert targets <= set(ids)
    for name in (*samples.NAMES, "notes.txt", "4 damaged packets", "turned by 90 degrees", "backwards"):
        assert name in page.words
    assert ("Best matches" in page.words) == bool(queries)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert all(a.get("alt") for a in page.every("img"))


def test_asks_the_network_for_nothing_and_plays_files_from_where_they_are():
    comparison = samples.comparison()
    text = drawn(comparison, hrefs=["./a.mp4", "https://example.org/b.mp4", "", "./d.webm"])
    page = Page(text)
    assert all(a["src"].startswith("data:image/") for _, a in page.elements if a.get("src"))
    (policy,) = [a["content"] for a in page.every("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy and "media-src blob: 'self' file: https://example.org;" in policy
    data = json.loads(page.scripts[0])
    assert [file["href"] for file in data["files"]] == ["./a.mp4", "https://example.org/b.mp4", "", "./d.webm"]
    assert [file["step"] for file in data["files"]] == pytest.approx([1 / rate for rate in samples.RATES])
    assert [o["file"] for o in data["repeats"]["2"]["occurrences"]] == [0, 1, 2]
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


@cache
def plain_page():
    return Page(drawn(samples.comparison()))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name):
    plain, page = plain_page(), Page(drawn(samples.comparison((name, *samples.NAMES[1:]))))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert page.scripts[1] == plain.scripts[1]
    assert not re.search(r"[<>&\u2028\n]", page.scripts[0])


def test_the_square_of_two_files_says_how_much_of_each_they_share():
    data = json.loads(Page(drawn(samples.comparison())).scripts[0])["matrix"]
    cells = {frozenset((data["order"][i], data["order"][j])): cell for i, j, *cell in data["cells"]}
    assert cells[frozenset((0, 3))] == [1.0, 1.0, 100.0, 3]
    assert cells[frozenset((0, 1))] == [0.12, 0.12, 12.0, 1]


@pytest.mark.slow
def test_of_very_many_files_the_page_is_bounded_and_says_what_it_left_out():
    comparison = samples.very_many(2000)
    text = drawn(comparison, samples.juxtaposed(comparison))
    assert len(text.encode()) < 10_000_000
    page = Page(text)
    assert sum(a.get("class") == "repeat" for a in page.every("details")) == PAGE_STRETCHES
    assert sum(a.get("class") == "row" for a in page.every("div")) == PAGE_FILES
    for words in (
        f"and {2000 - PAGE_FILES:,} more files that share less",
        f"and {4000 - PAGE_PAIRS:,} more pairs",
        f"and {400 - PAGE_GROUPS} more groups",
        "These are 300 of 2,000.",
        "the JSON report lists 100 shorter ones more",
    ):
        assert words in page.words
    targets = {a["href"][1:] for a in page.every("a") if (a.get("href") or "").startswith("#repeat-")}
    assert targets <= {a["id"] for a in page.every("details") if a.get("id")}


def test_nothing_shared_and_nothing_to_see_has_a_page():
    bare = replace(samples.comparison(), repeats=(), pairs=(), groups=(), summary="None of the 4 files shows anything.")
    page = Page(drawn(bare, ComparisonExhibits(), ["", "", "", ""]))
    assert "None of the 4 files" in page.words and pages.NO_CLAIM in page.words
    assert not page.every("video")
    comparison = samples.comparison()
    unread = Page(drawn(comparison, replace(samples.juxtaposed(comparison), shots={}), ["", "", "", ""]))
    assert "could not be read a second time" in unread.words and "no file to play" in unread.words


@pytest.mark.parametrize(("extra", "note"), [(0, ""), (1, "and 1 more pair;"), (1200, "and 1,200 more pairs;")])
@pytest.mark.slow
def test_a_note_counts_what_is_left_out_as_a_person_writes_it(extra, note):
    comparison = samples.comparison()
    many = replace(comparison, pairs=(comparison.pairs * PAGE_PAIRS * 6)[: PAGE_PAIRS + extra])
    words = Page(drawn(many)).words
    assert note in words and ("more pair" in words) == bool(extra)


def test_frames_at_the_same_time_in_two_files_are_two_pictures():
    one, other = (samples.frame_at(2.0, file, rate) for file, rate in enumerate((25.0, 50.0)))
    again = replace(one, time=one.time + 1e-9)
    assert one != other and one == again and {one: b"a"}[again] == b"a"
    assert affordable({one: b"a", other: b"b"}, [one, other]) == {one: b"a", other: b"b"}


def test_both_pages_are_frozen_views_of_one_kind():
    comparison, report = samples.comparison(), samples.three_and_a_loop()
    exhibits = samples.exhibits(report)
    made = [
        scan.scan_page(report, exhibits, ""),
        pages.comparison_page(comparison, samples.juxtaposed(comparison), [""] * 4),
    ]
    for view in made:
        assert isinstance(view, views.Page)
        with pytest.raises(FrozenInstanceError):
            view.summary = "another"
