"""The review queue: no decision is lost, whoever decides when, and each is known again by what is in the files."""

import csv
import io
import json
import threading
from dataclasses import replace

import draws
import pytest
import samples
import servers
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import showing

from loopfind.errors import LibraryError, ReviewRefused
from loopfind.model.review_queue import DecisionMade, ReviewedFile, ReviewItem, standing_lines, state_of
from loopfind.pipeline.review_items import items_of_comparison, items_of_report
from loopfind.reports.formats import decisions as forms
from loopfind.stores.decisions import NewDecision, ReviewQueue
from loopfind.stores.opener import open_library
from loopfind.stores.review_copies import copy_reviews


def file(number, **more):
    known = ReviewedFile(f"{number:064x}", 1000 + number, f"/v/{number}.mp4", 10.0, 64, 48)
    return replace(known, **more)


def pair(a, b, seconds=4.0, kind="duplicate"):
    shown = (showing(0.0, 4.0, 0, 100, file=0), showing(1.0, 5.0, 25, 125, file=1))
    return ReviewItem(kind, (file(a), file(b)), (shown,), seconds, 0.9, "library")


def place(tmp_path, store):
    return servers.shared().library(str(tmp_path)) if store == "postgresql" else tmp_path / "kept.sqlite"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request):
    return request.param


@pytest.fixture
def library(tmp_path, store):
    with open_library(place(tmp_path, store)) as held:
        yield held


@pytest.fixture
def queue(library):
    return ReviewQueue(library.connections)


def by(reviewer, seen=0, decision="accept", keep=None, note=""):
    return NewDecision(reviewer, seen, decision, keep, note)


def test_what_is_entered_comes_back_and_is_known_again_by_its_contents(queue):
    items = [pair(0, n, seconds=float(n)) for n in range(1, 5)]
    assert (queue.enter(items), queue.enter(items)) == (4, 0)
    assert [queued.item for queued in queue.items("open")] == items[::-1]
    queue.decide(1, by("Ann", keep=0))
    renamed = replace(items[0], files=(file(1, name="/w/x.mp4"), file(0)), seconds=9.0, origin="job 7")
    assert queue.enter([renamed]) == 0
    assert queue.item(1).state.decision == "accept" and queue.item(1).item.files[0].name == "/w/x.mp4"
    assert next(one.number for one in queue.items("all")) == 1
    queue.enter([items[0]])  # a comparison finds it too
    assert [one.number for one in queue.items_of_origin("job 7", 9)] == [1]
    assert queue.item_of(items[0].key) == queue.item(1) and queue.item_of("no") is None
    with pytest.raises(KeyError):
        queue.item(99)


def test_two_who_decide_at_once_are_both_heard_until_one_decides_again(queue):
    queue.enter([pair(0, 1), pair(0, 2, 5.0)])
    queue.decide(1, by("Ann", keep=0, note="same"))
    state = queue.decide(1, by("Bob", 0, "reject", None, "no")).state
    assert state.is_open and [(one.reviewer, one.decision) for one in state.contested] == [
        ("Ann", "accept"),
        ("Bob", "reject"),
    ]
    assert state.note == "same; no"
    assert [one.number for one in queue.items("open")] == [1, 2]  # the contested one first, then by seconds
    assert queue.counts()["contested"] == 1
    with pytest.raises(ReviewRefused, match="Bob has decided on finding 1 since"):
        queue.undo("Ann")
    state = queue.decide(1, by("Ann", state.head, "reject")).state
    assert (state.decision, state.contested) == ("reject", ())
    assert len(queue.history(1)) == 3


def test_undo_goes_back_one_decision_after_another(queue):
    queue.enter([pair(0, 1), pair(0, 2)])
    first = queue.decide(1, by("Ann", note="one")).state
    queue.decide(2, by("Ann"))
    queue.decide(1, by("Ann", first.head, "reject"))
    assert queue.undo("Ann").state.decision == "accept"
    assert queue.undo("Ann").number == 2
    assert queue.undo("Ann").state.decision is None
    with pytest.raises(ReviewRefused, match="nothing to take back"):
        queue.undo("Ann")
    assert queue.counts()["open"] == 2 and queue.last_line() == 6
    assert [line.id for _, line in queue.since(0)] == [1, 2, 3, 4, 5, 6]


def test_the_queue_leads_from_one_item_to_the_next_and_back(queue):
    queue.enter([pair(0, n, seconds) for n, seconds in enumerate((3.0, 7.0, 7.0, 1.0), 1)])
    order = [one.number for one in queue.items("all")]
    assert order == [3, 2, 1, 4]
    assert [queue.neighbour(number, 1) for number in order] == [2, 1, 4, None]
    assert [queue.neighbour(number, -1) for number in order] == [None, 3, 2, 1]
    queue.decide(2, by("Ann"))
    assert queue.neighbour(3, 1, "open") == 1 and queue.neighbour(4, -1, "accept") == 2
    assert [one.number for one in queue.items("all", 1, 2)] == [2, 1]
    assert sum(queue.counts()[one] for one in ("open", "accept", "reject")) == queue.counts()["all"] == 4


@pytest.mark.parametrize(
    ("new", "what"),
    [(by(" \0 "), "needs the name"), (by("Ann", keep=2), "no file 3 to keep"), (by("Ann", keep=-1), "no file 0")],
)
def test_a_decision_that_says_nothing_is_refused_and_not_kept(queue, new, what):
    queue.enter([pair(0, 1)])
    with pytest.raises(ReviewRefused, match=what):
        queue.decide(1, new)
    with pytest.raises(KeyError):
        queue.decide(2, by("Ann"))
    assert queue.last_line() == 0


def test_many_at_once_lose_nothing(queue):
    queue.enter([pair(0, 1)])
    names = [f"reviewer {n}" for n in range(8)]
    threads = [threading.Thread(target=queue.decide, args=(1, by(name, note=name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.reviewer for line in queue.history(1)) == names
    state = queue.item(1).state
    assert state.decision == "accept" and sorted(state.note.split("; ")) == names


lines = st.lists(
    st.tuples(st.sampled_from([None, "accept", "reject"]), st.sampled_from("ABC"), st.integers(0, 6), st.booleans()),
    max_size=6,
)


@given(lines)
@settings(max_examples=draws.examples(30), deadline=None)
def test_no_line_is_overruled_by_one_that_was_made_without_it(drawn):
    made = [
        DecisionMade(n, min(seen, n - 1), decision, None, f"n{n}", who, float(n))
        for n, (decision, who, seen, _) in enumerate(drawn, 1)
    ]
    undone = {n for n, (*_, gone) in enumerate(drawn, 1) if gone}
    taken = [DecisionMade(100 + n, n, None, None, "", "A", 0.0, n) for n in undone]
    kept = [one for one in made if one.id not in undone]
    assert standing_lines([*taken, *made]) == kept
    state = state_of([*made, *taken])
    assert state == state_of(kept)
    assert state.head == (kept[-1].id if kept else 0)
    if state.contested:
        assert state.is_open and len({one.decision for one in state.contested}) > 1
    elif state.decision == "reject":  # no acceptance stands that this reviewer had not seen
        last = max(one.id for one in kept if one.decision == "reject")
        later = [one for one in kept if one.id > last]
        assert all(one.decision is None for one in later)


def test_repeats_of_a_scan_and_pairs_of_a_comparison_become_items():
    report = samples.three_and_a_loop()
    assert not list(items_of_report(report, "job 1"))  # no file on disk, so nothing to know it by
    source = replace(report.source, size=5, digest="ab" * 32)
    items = list(items_of_report(replace(report, source=source), "job 1"))
    assert len(items) == sum(repeat.kind != "still" for repeat in report.repeats)
    assert {item.kind for item in items} == {"repeat"} and len({item.key for item in items}) == len(items)
    found = samples.comparison()
    known = [(f"{n:064x}", n) for n in range(len(found.sources))]
    items = list(items_of_comparison(found, known, "library"))
    assert len(items) == len(found.pairs)
    whole = [tuple(pair.whole) == (True, True) for pair in found.pairs]
    assert [item.kind == "duplicate" for item in items] == whole
    assert all({one.file for shown in item.stretches for one in shown} == {0, 1} for item in items)
    assert not list(items_of_comparison(found, [known[0]] * len(known), "library"))


def test_the_larger_picture_is_kept_unless_somebody_says_otherwise():
    small, large = file(1), file(2, width=640, height=480)
    assert replace(pair(1, 2), files=(small, large)).better == 1
    assert replace(pair(1, 2), files=(file(1, duration=12.0), file(2))).better == 0


def test_exports_hold_what_was_decided_and_the_list_never_names_a_file_that_is_kept(queue):
    queue.enter([pair(1, 2, 9.0), pair(2, 3, 8.0), pair(4, 5, 7.0, "part")])
    queue.decide(1, by("Ann", keep=0, note='=1+"x"'))
    queue.decide(2, by("Ann", keep=0))
    queue.decide(3, by("Bob", 0, "reject"))
    decided = [(one, [(file.name,) for file in one.item.files]) for one in queue.items("decided")]
    assert forms.copies_list(decided) == "/v/3.mp4\n"  # 2 is a copy of 1, and kept as the better one of 2 and 3
    rows = list(csv.DictReader(io.StringIO(forms.decided_csv(decided))))
    assert [row["role"] for row in rows] == ["keep", "copy", "keep", "copy", "", ""]
    assert rows[0]["note"].startswith("'=") and rows[0]["path"] == "/v/1.mp4"
    whole = json.loads(forms.decided_json(decided))
    assert [one["decision"] for one in whole["findings"]] == ["accept", "accept", "reject"]


@pytest.mark.parametrize("column", ["body = '{}'", "body = 'no'", "kind = 'x'", "seconds = 'much'"])
def test_a_damaged_item_is_a_line_and_no_traceback(library, store, queue, column):
    if store == "postgresql" and column.startswith("seconds"):
        return  # its columns take nothing else
    queue.enter([pair(0, 1)])
    with library.connections.writing() as connection:
        connection.execute(f"UPDATE review_item SET {column}")
    with pytest.raises(LibraryError, match="damaged"):
        queue.items("all")


def test_a_copy_of_a_library_has_every_decision_once_however_often_it_is_made(library, queue, tmp_path):
    queue.enter([pair(0, 1), pair(0, 2, 5.0)])
    queue.decide(1, by("Ann", keep=0, note="same"))
    queue.decide(1, by("Bob", 0, "reject"))
    queue.decide(2, by("Ann"))
    queue.undo("Ann")
    with open_library(tmp_path / "copy.sqlite") as other:
        there = ReviewQueue(other.connections)
        there.enter([pair(0, 7), pair(0, 2, 5.0)])  # its own, and one that both have
        there.decide(2, by("Cai", 0, "reject"))
        assert copy_reviews(library.connections, other.connections) == 4
        assert copy_reviews(library.connections, other.connections) == 0
        copied = there.item_of(pair(0, 1).key)
        assert [(one.reviewer, one.decision) for one in copied.state.contested] == [
            ("Ann", "accept"),
            ("Bob", "reject"),
        ]
        assert there.item_of(pair(0, 2).key).state.decision == "reject"  # what was taken back there changes nothing
        assert there.counts()["contested"] == 1 and there.counts()["all"] == 3
        queue.decide(1, by("Ann", queue.item(1).state.head))
        assert copy_reviews(library.connections, other.connections) == 1
        assert there.item_of(pair(0, 1).key).state.decision == "accept"
