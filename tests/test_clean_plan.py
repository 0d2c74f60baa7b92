"""Plans of copies without repeats: what goes is shown in what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopfind.engine.clean_plan import CleanWishes, plan_clean
from loopfind.media.copyable import Part, order_shown, reorder_delay, split_parts
from loopfind.model.report import Occurrence, Repeat
from loopfind.model.video import Span

SURE = CleanWishes(0.9)


def shown(start, end, content=0.0, **more):
    return Occurrence(
        start, end, round(25 * start), round(25 * end), content_start=content, content_end=content + end - start, **more
    )


def repeat(number, *occurrences, kind="repeat", confidence=0.99, **more):
    length = occurrences[0].end - occurrences[0].start
    return Repeat(number, kind, length, None, confidence, "replay", occurrences, **more)


def kept(plan):
    return [(round(span.start, 3), round(span.end, 3)) for span in plan.kept]


def test_the_first_airing_of_a_spot_stays():
    plan = plan_clean([repeat(1, shown(10, 40), shown(60, 90), shown(100, 130))], Span(0, 150), SURE)
    assert kept(plan) == [(0, 60), (90, 100), (130, 150)]
    assert [(one.start, one.end, one.kept_at) for one in plan.removals] == [(60, 90, 10), (100, 130, 10)]


def test_of_a_loop_one_turn_stays_without_flashes_between_turns():
    turns = [shown(10 * n + 0.04 * (n > 0), 10 * n + 10) for n in range(5)]
    assert kept(plan_clean([repeat(1, *turns, kind="loop")], Span(0, 50), SURE)) == [(0, 10.04)]


def test_the_best_occurrence_stays_where_it_is_known():
    plan = plan_clean([repeat(1, shown(0, 10), shown(20, 30))], Span(0, 30), CleanWishes(0.9, {1: 1}))
    assert kept(plan) == [(10, 30)]
    assert plan.removals[0].kept_at == 20


def test_what_only_a_later_occurrence_shows_stays():
    """The second one shows five seconds more at either end."""
    plan = plan_clean([repeat(1, shown(0, 10, 5.0), shown(20, 40, 0.0))], Span(0, 50), SURE)
    assert kept(plan) == [(0, 25), (35, 50)]


def test_a_copy_that_runs_backwards_is_matched_by_its_content():
    plan = plan_clean([repeat(1, shown(0, 10), shown(20, 26, 0.0, reversed=True))], Span(0, 30), SURE)
    assert kept(plan) == [(0, 20), (26, 30)]
    assert plan.removals[0].kept_at == 0.0


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "still"}, "still"),
        ({"of": "sound"}, "heard"),
        ({"sound": "runs on"}, "runs on"),
        ({"confidence": 0.7}, "unsure"),
    ],
)
def test_what_is_no_repeat_of_pictures_for_sure_stays_and_is_said(changed, why):
    doubtful = repeat(3, shown(0, 10), shown(20, 30), **changed)
    plan = plan_clean([doubtful], Span(0, 30), SURE)
    assert (kept(plan), [(one.repeat, one.why) for one in plan.left]) == ([(0, 30)], [(3, why)])


def test_a_person_decides_against_the_figures():
    unsure, sure = repeat(1, shown(0, 5), shown(5, 10), confidence=0.2), repeat(2, shown(10, 15), shown(15, 20))
    plan = plan_clean([unsure, sure], Span(0, 20), CleanWishes(0.9, {}, {1: True, 2: False}))
    assert kept(plan) == [(0, 5), (10, 20)]
    assert [(one.repeat, one.why) for one in plan.left] == [(2, "rejected")]


def test_nested_repeats_do_not_take_each_others_last_occurrence():
    """The spot of the second break is the first of its own, and its break goes."""
    breaks = repeat(1, shown(100, 160), shown(200, 260))
    spots = repeat(2, shown(210, 220), shown(110, 120), shown(300, 310))
    assert kept(plan_clean([breaks, spots], Span(0, 400), SURE)) == [(0, 200), (260, 300), (310, 400)]


def test_a_spot_that_stays_within_a_break_goes_before_it():
    """Two spots, 20 s and 10 s, are shown together twice; the first was shown alone before."""
    breaks = repeat(1, shown(100, 130), shown(200, 230))
    spots = repeat(2, shown(50, 70), shown(100, 120), shown(200, 220), shown(300, 320))
    plan = plan_clean([breaks, spots], Span(0, 400), SURE)
    assert kept(plan) == [(0, 50), (70, 200), (230, 300), (320, 400)]
    assert [(one.start, one.kept_at) for one in plan.removals if one.repeat == 2] == [(50, 100), (300, 100)]


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=9),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4)), max_size=4),
    st.booleans(),
)
def test_whatever_goes_is_shown_in_what_stays(timeline, inner, backwards):
    """A timeline of contents of five seconds, with repeats of whole contents, and of parts of them that overlap."""
    repeats = []
    for content in set(timeline):
        at = [5.0 * place for place, one in enumerate(timeline) if one == content]
        spans = [(0, 5), *((low, min(5, low + length)) for one, low, length in inner if one == content)]
        for low, high in spans:
            found = [shown(start + low, start + high) for start in (reversed(at) if backwards else at)]
            if len(found) > 1:
                repeats.append(repeat(len(repeats) + 1, *found))
    plan = plan_clean(repeats, Span(0.0, 5.0 * len(timeline)), SURE)
    for one in plan.removals:
        for share in (0.01, 0.5, 0.99):
            gone, there = (start + share * (one.end - one.start) for start in (one.start, one.kept_at))
            assert timeline[int(gone / 5)] == timeline[int(there / 5)] and gone % 5 == pytest.approx(there % 5)
            assert any(span.start <= there < span.end for span in plan.kept)
    left = {(timeline[int((span.start + second) / 5)], (span.start + second) % 5) for span in plan.kept
            for second in range(round(span.length))}  # fmt: skip
    assert left == {(content, float(second)) for content in timeline for second in range(5)}


def test_a_copy_begins_at_closed_groups_and_ends_where_no_later_packet_is_needed():
    """Packets I P B B P B B, twice; the second time a B frame of the group before comes behind its key frame."""
    closed = [0, 3, 1, 2, 6, 4, 5]
    ranks = order_shown([*closed, *(7 + one for one in closed), 15, 14, 16])
    keys = ranks == 0
    keys[[7, 14]] = True
    parts = split_parts([(2, 12), (12, 17)], ranks, keys)
    assert parts == [Part(2, 7, False), Part(7, 11, True), Part(11, 12, False), Part(12, 17, False)]
    assert reorder_delay(ranks) == 1
