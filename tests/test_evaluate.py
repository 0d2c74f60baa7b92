"""Scores of reports."""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import draws
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import nothing, occurrence, showing, three_and_a_loop

from loopfind.evaluate import Pair, Truth, claims_of, evaluate, pooled, read_truths, truth_of
from loopfind.model.report import Cut, Repeat, Report
from loopfind.model.video import Span
from loopfind.reports.formats import json as machine

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FPS = 30.0


def report_of(pairs: list[Pair], cuts: tuple[float, ...] = ()) -> Report:
    """A report that claims the pairs, each as a repeat of its own."""
    repeats = tuple(
        Repeat(
            number,
            "repeat",
            pair.first.length,
            None,
            0.99,
            "replay",
            (
                occurrence(pair.first.start, pair.first.length),
                occurrence(pair.second.start, pair.second.length, reversed=pair.direction < 0),
            ),
        )
        for number, pair in enumerate(pairs, 1)
    )
    return replace(nothing(), repeats=repeats, cuts=tuple(Cut(time, round(time * FPS), (1,), "hard") for time in cuts))


def moved(pair: Pair, by: float) -> Pair:
    """The pair with both stretches `by` seconds later."""
    first, second = (Span(s.start + by, s.end + by) for s in (pair.first, pair.second))
    return Pair(first, second, pair.direction)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """Up to four pairs of 2 to 6 s, each in a minute of its own."""
    pairs = []
    for minute in range(draw(st.integers(1, 4))):
        start, lag = draw(st.integers(0, 20 * 30)), draw(st.integers(7 * 30, 30 * 30))
        frames, slow = draw(st.integers(60, 6 * 30)), draw(st.sampled_from([1.0, 0.5, 1.25]))
        first = Span(60 * minute + start / FPS, 60 * minute + (start + frames) / FPS)
        later = first.start + lag / FPS
        pairs.append(Pair(first, Span(later, later + first.length * slow), draw(st.sampled_from([1, -1]))))
    joints = tuple(sorted(pair.second.start for pair in pairs))
    return Truth(FPS, tuple(pairs), joints=(*joints, 500.0), suspects=joints)


@given(truths())
@pytest.mark.slow
def test_a_perfect_report_scores_one(truth: Truth) -> None:
    score = evaluate(report_of(list(truth.repeats), truth.suspects), truth)
    assert (score.precision, score.recall, score.f1, score.false_seconds) == (1, 1, 1, 0)
    assert score.pairs_found == score.pairs == score.claimed == len(truth.repeats)
    assert score.cut_precision == score.cut_recall == 1
    assert score.end_median == pytest.approx(0, abs=1e-6) and score.end_p90 == pytest.approx(0, abs=1e-6)


@given(truths())
@pytest.mark.slow
def test_an_empty_report_is_precise_and_finds_nothing(truth: Truth) -> None:
    score = evaluate(nothing(), truth)
    assert (score.precision, score.recall, score.f1, score.false_seconds) == (1, 0, 0, 0)
    assert (score.pairs_found, score.claimed, score.end_errors) == (0, 0, ())
    assert (score.cut_precision, score.cut_recall) == (1, 0)
    assert score.end_median is None and score.end_p90 is None


@given(truths())
@pytest.mark.slow
def test_where_nothing_repeats_all_that_is_claimed_is_false(truth: Truth) -> None:
    score = evaluate(report_of(list(truth.repeats), truth.suspects), Truth(FPS))
    claimed = sum(pair.first.length for pair in truth.repeats)
    assert (score.precision, score.recall, score.cut_precision, score.cut_recall) == (0, 1, 0, 1)
    assert score.false_seconds == pytest.approx(claimed, abs=1 / FPS * len(truth.repeats))


@given(truths(), st.integers(-9, 9))
def test_a_report_that_is_late_by_some_frames_has_ends_late_by_as_many(truth: Truth, late: int) -> None:
    score = evaluate(report_of([moved(pair, late / FPS) for pair in truth.repeats]), truth)
    assert score.pairs_found == len(truth.repeats)
    assert score.end_errors == pytest.approx([late] * 4 * len(truth.repeats), abs=1e-6)
    assert score.end_median == pytest.approx(abs(late), abs=1e-6)


@given(truths(), st.booleans())
def test_the_json_form_scores_as_the_report_does(truth: Truth, late: bool) -> None:
    report = report_of([moved(pair, 0.05 if late else 0) for pair in truth.repeats], truth.suspects)
    assert evaluate(json.loads("".join(machine.write(report))), truth) == evaluate(report, truth)


@settings(max_examples=draws.examples(15))
@given(truths(), truths())
def test_precision_of_a_report_against_a_truth_is_recall_the_other_way_round(one: Truth, other: Truth) -> None:
    there, back = evaluate(report_of(list(one.repeats)), other), evaluate(report_of(list(other.repeats)), one)
    assert there.precision == back.recall and there.recall == back.precision


def test_half_of_a_stretch_is_half_of_the_recall() -> None:
    truth = Truth(FPS, (Pair(Span(10, 20), Span(40, 50)),))
    score = evaluate(report_of([Pair(Span(10, 15), Span(40, 45))]), truth)
    assert score.precision == 1 and score.recall == pytest.approx(0.5, abs=0.02)  # the tolerance reaches past the end
    assert score.pairs_found == 1 and score.end_errors == pytest.approx([0, -150, 0, -150])


def test_the_right_stretch_at_the_wrong_lag_is_false() -> None:
    truth = Truth(FPS, (Pair(Span(10, 20), Span(40, 50)),))
    assert evaluate(report_of([Pair(Span(10, 20), Span(40.05, 50.05))]), truth).precision == 1
    score = evaluate(report_of([Pair(Span(10, 20), Span(40.2, 50.2))]), truth)
    assert (score.precision, score.recall) == (0, 0) and score.false_seconds == pytest.approx(10)


def test_the_wrong_direction_is_false_but_where_the_two_cross() -> None:
    truth = Truth(FPS, (Pair(Span(10, 20), Span(40, 50), -1),))
    score = evaluate(report_of([Pair(Span(10, 20), Span(40, 50))]), truth)
    assert score.recall < 0.03 and score.pairs_found == 0


def test_what_is_excused_is_neither_wanted_nor_false() -> None:
    frozen = Pair(Span(10, 20), Span(40, 50))
    truth = Truth(FPS, excused=(frozen,))
    assert evaluate(report_of([frozen]), truth).false_seconds == 0
    assert evaluate(nothing(), truth).recall == 1


def test_between_quiet_stretches_nothing_is_false_and_beside_them_it_is() -> None:
    truth = Truth(FPS, quiet=(Span(10, 20), Span(40, 50)))
    assert evaluate(report_of([Pair(Span(10, 20), Span(40, 50))]), truth).precision == 1
    assert evaluate(report_of([Pair(Span(10, 20), Span(60, 70))]), truth).precision == 0


def test_stills_are_not_judged() -> None:
    report = report_of([Pair(Span(10, 20), Span(40, 50))])
    still = replace(report, repeats=(replace(report.repeats[0], kind="still"),))
    score = evaluate(still, Truth(FPS))
    assert score.claimed == 0 and score.precision == 1


def test_every_two_occurrences_of_a_repeat_are_a_claim() -> None:
    report = three_and_a_loop(cycles=5)
    claims = claims_of(report)
    assert len(claims) == 1 + 3 + 10
    assert all(claim.first.start <= claim.second.start for claim in claims)
    assert sorted(claim.direction for claim in claims).count(-1) == 2  # the reversed one with each of the other two


def test_a_cut_is_right_within_a_frame_and_a_half_of_any_splice() -> None:
    truth = Truth(FPS, joints=(10.0, 20.0), suspects=(10.0,))
    for off, right in ((0, 1), (1, 1), (1.5, 1), (2, 0), (-1.5, 1), (-2, 0)):
        score = evaluate(report_of([], (10 + off / FPS,)), truth)
        assert (score.cut_precision, score.cut_recall) == (right, right)
    assert evaluate(report_of([], (20.0,)), truth).cut_precision == 1
    assert evaluate(report_of([], (20.0,)), truth).cut_recall == 0


def test_a_truth_file_is_read_as_written() -> None:
    known = read_truths(FIXTURES / "truth.json")
    assert set(known) == {"loop.mp4", "replay.mp4", "none.mp4"}
    loop = known["loop.mp4"]
    assert len(loop.repeats) == 6 and loop.suspects == (12, 16, 20, 24, 28) and loop.fps == 25
    assert loop.joints == (6, 12, 16, 20, 24, 28, 34)
    assert known["none.mp4"] == Truth(20.0, joints=(18.0,))


def test_a_truth_may_name_pairs_excuses_and_quiet_stretches() -> None:
    truth = truth_of({"fps": 10, "pairs": [[1, 2, 5, 7, -1]], "excused": [[0, 1, 3, 4, 1]], "quiet": [[8, 9]]})
    assert truth.repeats == (Pair(Span(1, 2), Span(5, 7), -1),)
    assert truth.excused == (Pair(Span(0, 1), Span(3, 4)),) and truth.quiet == (Span(8, 9),)


def test_pooled_scores_are_means_of_shares_and_sums_of_the_rest() -> None:
    truth = Truth(FPS, (Pair(Span(10, 20), Span(40, 50)),))
    good, bad = evaluate(report_of(list(truth.repeats)), truth), evaluate(nothing(), truth)
    both = pooled([good, bad])
    assert (both.recall, both.precision, both.pairs, both.pairs_found) == (0.5, 1, 2, 1)
    assert both.end_errors == good.end_errors
    with pytest.raises(ValueError, match="no scores"):
        pooled([])


def test_occurrences_of_a_palindrome_need_not_be_in_order() -> None:
    """A claim is the same whichever of its showings is named first."""
    truth = Truth(FPS, (Pair(Span(10, 12), Span(40, 42)),))
    shown = (showing(40, 42, 1200, 1260), showing(10, 12, 300, 360))
    report = replace(nothing(), repeats=(Repeat(1, "repeat", 2, None, 1, "replay", shown),))
    assert evaluate(report, truth).f1 == 1
    assert [(p.first.start, p.second.start) for p in claims_of(report)] == [(10, 40)]


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.5, 20)), min_size=2, max_size=5))
def test_every_score_is_a_share(spans: list[tuple[float, float]]) -> None:
    pairs = [
        Pair(*sorted((Span(a, a + m), Span(b, b + n)), key=lambda s: s.start))
        for (a, m), (b, n) in combinations(spans, 2)
    ]
    score = evaluate(report_of(pairs[: len(pairs) // 2]), Truth(FPS, tuple(pairs[len(pairs) // 2 :])))
    assert all(0 <= value <= 1 for value in (score.precision, score.recall, score.f1))
    assert score.pairs_found <= score.pairs and score.false_seconds >= 0
