"""The map of a fixed camera, the path through it, and what on it is unusual."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from plain_motion import plain_errors
from roads import RATE, SIDE, background, road, times

from loopfind.engine.trajectory import windows
from loopfind.engine.trajectory.baseline import Baseline
from loopfind.engine.trajectory.calibration import highest_of, same_activity, tail
from loopfind.engine.trajectory.camera_model import TRAJECTORY_QUESTIONS, combined, learn
from loopfind.engine.trajectory.chart import learn_chart
from loopfind.engine.trajectory.events import EventLog
from loopfind.engine.trajectory.judgement import Judged, Limit, WindowDetail
from loopfind.engine.trajectory.light import Background
from loopfind.engine.trajectory.looks import (
    ARROW,
    PACE,
    Differing,
    Movement,
    differing,
    movement,
    movement_after,
    pace_row,
)
from loopfind.engine.trajectory.motion import CORNERS, BlockMotion, block_sums, follow_blocks
from loopfind.engine.trajectory.parameters import (
    BLOCK_SIDE,
    MOST_BASELINE_SAMPLES,
    NEVER_KNOWN,
    QUESTION_WEIGHTS,
    REACH,
    RETURN_NOISE,
    RETURN_SAMPLES,
    STILL,
    STILL_AT,
    WINDOW_SAMPLES,
)
from loopfind.engine.trajectory.path import PathStretch, joined
from loopfind.engine.trajectory.places import find_places
from loopfind.engine.trajectory.questions import arrow, discriminant
from loopfind.engine.trajectory.recurrence import share_that_is_new
from loopfind.engine.trajectory.sampler import Sampler
from loopfind.engine.trajectory.subspace import fit_subspace
from loopfind.engine.trajectory.tracker import Tracker
from loopfind.engine.trajectory.views import differ, same_scene
from loopfind.engine.trajectory.windows import (
    Usual,
    body_rows,
    pace_windows,
    return_windows,
    usual_levels,
    windows_at,
    windows_in,
    with_most,
)
from loopfind.model.trajectory import CameraMap, Unusual
from loopfind.model.video import Span
from loopfind.settings import TrajectorySettings

BASELINE = 400


def test_blocks_are_followed_to_where_the_plain_search_finds_them():
    generator = np.random.default_rng(3)
    before = generator.uniform(0, 255, (SIDE, SIDE)).astype(np.float32)
    after = np.roll(before, (2, -3), (0, 1))
    motion = follow_blocks(before, after, np.full_like(after, 50), 1.0)
    assert len(motion) == len(CORNERS) ** 2
    for row, column, step, left in zip(motion.rows, motion.columns, motion.steps, motion.left, strict=True):
        errors = plain_errors(before, after, CORNERS[row], CORNERS[column], BLOCK_SIDE, REACH)
        assert errors[REACH - int(step[0]), REACH - int(step[1])] == pytest.approx(errors.min(), abs=1)
        assert left == pytest.approx(np.sqrt(errors.min()) / BLOCK_SIDE, abs=0.2)
    inner = (motion.rows > 1) & (motion.rows < 13) & (motion.columns > 1) & (motion.columns < 13)
    assert (motion.steps[inner] == (2, -3)).all() and (motion.sure[inner] > 0.99).all()


def test_blocks_that_show_the_background_do_not_move():
    before = background().astype(np.float32)
    assert not len(follow_blocks(before + 40, before, np.zeros_like(before), 1.0))


def test_sums_of_blocks_are_those_of_their_pixels():
    pictures = np.random.default_rng(1).uniform(0, 9, (2, SIDE, SIDE)).astype(np.float32)
    for row, column in itertools.product(range(0, 15, 7), repeat=2):
        top, left = CORNERS[row], CORNERS[column]
        plain = pictures[:, top : top + BLOCK_SIDE, left : left + BLOCK_SIDE].sum((1, 2))
        assert block_sums(pictures)[:, row, column] == pytest.approx(plain, rel=1e-5)


def test_light_is_taken_off():
    scene = Background(background().astype(np.float32))
    brighter = scene.picture * 1.04 + 3
    thing = brighter.copy()
    thing[10:20, 10:20] += 90
    plain, covered = scene.differences(np.stack([brighter, thing]))
    assert np.abs(plain).max() < 0.2
    assert covered[10:20, 10:20].min() > 80 and np.abs(covered[30:]).max() < 1


def test_the_background_follows_light_and_not_what_passes():
    scene = Background(np.full((SIDE, SIDE), 100, np.float32))
    for number in range(3000):
        scene.adapt(np.full((SIDE, SIDE), 200 if number % 20 == 0 else 110, np.uint8), 0.1)
    assert np.abs(scene.picture - 110).max() < 1


def test_what_stays_is_the_median_of_the_latest_samples_and_what_stands_is_in_all_of_them():
    differences = np.random.default_rng(2).normal(0, 9, (40, SIDE, SIDE)).astype(np.float32)
    space = fit_subspace(differences.reshape(40, -1), dimensions=20)
    seen = differing(differences[STILL:], differences[:STILL], space)
    for number in (0, 5, 15):
        median = np.median([differences[STILL + number - late] for late in STILL_AT], axis=0)
        assert seen.stays[number, 0, 0] == pytest.approx(np.sqrt((median[:8, :8] ** 2).mean()), rel=1e-4)
        latest = np.array([differences[STILL + number - late] for late in STILL_AT])
        one_side = (latest > 0).all(0) | (latest < 0).all(0)
        stands = np.where(one_side, np.abs(latest).min(0), 0)
        assert seen.stands[number, 0, 0] == pytest.approx(np.sqrt((stands[:8, :8] ** 2).mean()), rel=1e-4)


def test_what_passes_slowly_stays_and_does_not_stand():
    differences = np.zeros((40, SIDE, SIDE), np.float32)
    differences[10:40, 40:44, 40:44] = 60  # left, and something passes before it
    for number in range(40):
        differences[number, 20:24, number : number + 18] = 60
    differences[20:24, 40:44, 40:44] = -40
    seen = differing(differences, differences[:0], fit_subspace(differences.reshape(40, -1), dimensions=20))
    slow, left = (slice(None), slice(4, 6)), (slice(None), slice(9, 12), slice(9, 12))
    assert seen.stays[30:, 4:6].max() > 20 and seen.stands[30:][slow].max() == 0
    assert seen.stays[:, 9:12, 9:12].max() > 20 and seen.stands[left][39].max() == 0
    differences[20:24, 40:44, 40:44] = 60
    seen = differing(differences, differences[:0], fit_subspace(differences.reshape(40, -1), dimensions=20))
    assert seen.stands[left][33].max() == 0 and seen.stands[left][34:].max(axis=(1, 2)).min() > 20


def test_a_subspace_and_its_residual_make_the_whole():
    rows = np.random.default_rng(4).normal(0, 5, (90, 300)).astype(np.float32)
    space = fit_subspace(rows, dimensions=20)
    coordinates = space.project(rows)
    left = space.residual(rows, coordinates)
    assert coordinates @ space.basis + space.centre + left == pytest.approx(rows, abs=1e-3)
    assert np.abs(left @ space.basis.T).max() < 1e-2
    strange = space.residual(rows, coordinates[:, :5])
    assert strange == pytest.approx(left + coordinates[:, 5:] @ space.basis[5:], abs=1e-3)
    assert space.basis @ space.basis.T == pytest.approx(np.eye(20), abs=1e-4)


@pytest.mark.slow
def test_new_samples_are_placed_as_scikit_learn_places_them():
    from sklearn.manifold import Isomap

    generator = np.random.default_rng(5)
    turn = np.sort(generator.uniform(0, 9, 300))
    rows = np.stack([turn * np.cos(turn), turn * np.sin(turn), generator.uniform(0, 3, 300)], 1).astype(np.float32)
    chart = learn_chart(rows[::2])
    plain = Isomap(n_neighbors=20, n_components=3).fit(rows[::2].astype(float)).transform(rows[1::2].astype(float))
    placed, nearest = chart.place(rows[1::2])
    # scikit-learn looks for neighbours of a new sample as we do; only the number of digits differs.
    assert placed == pytest.approx(plain, abs=0.02 * np.abs(plain).max())
    assert (np.abs(rows[::2][nearest] - rows[1::2]).max(1) < 2).all()


def test_places_are_where_the_path_stays():
    generator = np.random.default_rng(6)
    stays = np.concatenate([np.full(80, 0.0), np.linspace(0, 50, 15), np.full(60, 50.0), np.linspace(50, 0, 15)] * 2)
    rows = np.stack([stays, generator.normal(0, 0.1, len(stays))], 1).astype(np.float32)
    places = find_places(rows)
    assert sorted(np.round(places.centres[:, 0]).tolist()) == [0, 50]
    assert set(places.at(np.array([[0, 0], [25, 0], [50, 0]], np.float32)).tolist()) == {-1, 0, 1}


@pytest.mark.slow
def test_the_arrow_of_time_is_learned_from_what_goes_one_way():
    pictures = road(400, seed=1)
    differences = Background.of(pictures).differences(pictures)
    forth = movement(pictures, differences, 4.0).arrow
    back = movement(pictures[::-1], differences[::-1], 4.0).arrow
    rows = np.stack([forth[at : at + 20].sum(0) for at in range(0, 380, 10)])
    turned = np.stack([back[at : at + 20].sum(0) for at in range(0, 380, 10)])
    answer = arrow(rows[:19])
    assert (answer.answer(rows[19:]) < 0).mean() > 0.9 and (answer.answer(turned[:19]) > 0).mean() > 0.9


def test_a_discriminant_tells_what_was_altered():
    generator = np.random.default_rng(7)
    plain, altered = generator.normal(0, 1, (200, 6)), generator.normal(0, 1, (200, 6))
    altered[:, 2] += 3
    told = discriminant(plain[:100], altered[:100])
    assert np.median(told.answer(altered[100:])) > np.quantile(told.answer(plain[100:]), 0.95)


def test_busy_moments_are_compared_with_busy_ones():
    generator = np.random.default_rng(8)
    activity = generator.uniform(0, 4, 3000)
    answers = 2 * activity + generator.normal(0, 1 + activity)
    same = same_activity(answers, activity, 150, 2.0)
    standing = same.standing(answers, activity)
    busy = activity > 3
    assert abs(np.median(standing[busy]) - np.median(standing[~busy])) < 0.3
    assert 0.6 < standing[busy].std() / standing[~busy].std() < 1.6


def test_nothing_is_said_to_be_rarer_than_it_is():
    highest = highest_of(np.random.default_rng(9).exponential(1, 400_000), np.arange(400_000) // 10)
    found = tail(highest, len(highest), (2.0, 2.0))
    assert found.rarity(np.array([found.level]))[0] == pytest.approx(np.log(2))
    for rare in (1e-2, 1e-3, 1e-4):
        said = float(np.exp(-found.rarity(np.quantile(highest, [1 - rare]))[0]))
        assert rare <= said <= 20 * rare


def test_a_short_baseline_is_judged_by_what_other_cameras_do():
    others = (1.0, 1.0)
    still, at = np.zeros(40), np.linspace(0, 1, 40)
    beyond = np.array([4.0])
    short, long = (same_activity(still, at, chunks, 2.0).standing(beyond, at[:1])[0] for chunks in (2, 600))
    assert short < 3 < 100 < long
    highest = np.full(60, 0.5)
    few, many = tail(highest[:2], 2, others), tail(highest, 600, others)
    assert few.rarity(beyond)[0] < 4 and many.rarity(beyond)[0] > 20
    assert 0.5 < many.level < 0.52 < 0.8 < few.level < 1


def test_what_lies_far_out_is_less_rare_the_less_is_known_of_the_tail():
    highest = np.random.default_rng(4).exponential(1, 600)
    far = np.array([8.0])
    rarities = [tail(highest, chunks, (0.7, 1.0)).rarity(far)[0] for chunks in (1, 10, 100, 600)]
    assert rarities == sorted(rarities) and rarities[0] < 0.8 * rarities[-1]


def new_of(pictures):
    behind = Background.of(pictures)
    differences = behind.differences(pictures)
    rows = differences.reshape(len(pictures), -1)
    return share_that_is_new(fit_subspace(rows, 64).project(rows), movement_after(None, pictures, differences, 3.0))


def test_what_never_was_somewhere_is_known_of_a_long_baseline_alone():
    levels = np.random.default_rng(1).uniform(0, 2, (60, 15, 15)).astype(np.float32)
    levels[::3, :, :8] += 40  # there something passes all the time
    seen = Differing(levels, levels / 2, *[levels] * 2, np.zeros((60, 3), np.float32), np.zeros(60, np.float32))
    nothing = Movement(np.zeros((60, ARROW), np.float32), np.zeros((60, PACE), np.float32))
    usual = usual_levels(nothing, seen)
    assert with_most(usual, seen, NEVER_KNOWN - 1) is usual and np.isinf(usual.most_front).all()
    assert len(np.unique(body_rows(seen, usual)[:, 12:], axis=0)) == 1
    known = with_most(usual, seen, NEVER_KNOWN)
    assert np.array_equal(known.most_strange, levels.max(0) / 2 + 1)
    here, there = levels.copy(), levels.copy()
    here[:, 3:5, 11:13] += 20
    there[:, 3:5, 2:4] += 20
    before, new, among = (
        body_rows(Differing(one, one / 2, one, one, seen.coordinates, seen.distance), known)[:, 12:].max(0)
        for one in (levels, here, there)
    )
    assert (new > before + 0.5).all() and (among < new).all()


def passing(count, seed):
    """Return pictures in which bodies of all looks pass one after the other, each for 40 samples, on ways of their
    own."""
    generator = np.random.default_rng(seed)
    pictures = np.repeat(background()[None], count, axis=0)
    for begin in range(0, count, 40):
        body, row = generator.integers(0, 255, (10, 10)), int(generator.integers(0, SIDE - 10))
        for step in range(40):
            pictures[begin + step, row : row + 10, step : step + 10] = body
    return pictures


def test_footage_that_is_shown_again_is_not_new():
    pictures = passing(BASELINE, seed=5)
    assert new_of(pictures) > 0.75
    again = np.concatenate([pictures, pictures, pictures]).astype(int)
    again += np.random.default_rng(6).integers(-2, 3, again.shape)
    assert new_of(np.clip(again, 0, 255).astype(np.uint8)) == pytest.approx(1 / 3, abs=0.1)
    assert new_of(np.repeat(pictures[:1], BASELINE, axis=0)) == 1


@pytest.mark.slow
def test_what_is_shown_again_does_not_say_what_never_was(monkeypatch):
    monkeypatch.setattr(windows, "NEVER_KNOWN", BASELINE // 2)
    pictures = passing(BASELINE, seed=5)
    assert np.isfinite(learn(pictures, np.zeros(0, int)).model.usual.most_front).all()
    again = np.concatenate([pictures[: BASELINE // 3]] * 3)
    assert np.isinf(learn(again, np.zeros(0, int)).model.usual.most_front).all()


@pytest.mark.parametrize("rate", [4, 10, 25, 60])
def test_samples_are_every_nth_frame(rate):
    sampler, seen = Sampler(), []
    for low in range(0, 10 * rate, 7):
        at = np.arange(low, min(low + 7, 10 * rate)) / rate
        seen += sampler.add(at, np.zeros((len(at), SIDE, SIDE), np.uint8))[0].tolist()
    seen += sampler.end()[0].tolist()
    gaps = np.diff(seen)
    assert np.ptp(gaps) < 1e-6 and sampler.rate == pytest.approx(1 / gaps[0])
    assert len(seen) in (int(10 * sampler.rate), int(10 * sampler.rate) + 1)


def test_a_long_baseline_is_thinned_by_passages():
    baseline = Baseline()
    for low in range(0, 3 * MOST_BASELINE_SAMPLES, 400):
        baseline.add(np.arange(low, low + 400) / RATE, np.zeros((400, SIDE, SIDE), np.uint8))
    at, pictures, breaks = baseline.samples()
    assert len(at) == len(pictures) <= MOST_BASELINE_SAMPLES
    assert (np.flatnonzero(np.diff(at) > 1.5 / RATE) + 1 == breaks).all() and len(breaks)
    assert baseline.seconds == pytest.approx(3 * MOST_BASELINE_SAMPLES / RATE, abs=1)


def test_the_usual_baseline_of_a_usual_camera_is_kept_whole():
    baseline, sampler, length = Baseline(), Sampler(), TrajectorySettings().baseline
    for frame in itertools.count(step=500):  # of 25 frames a second
        at = np.arange(frame, frame + 500) / 25
        baseline.add(*sampler.add(at, np.zeros((len(at), SIDE, SIDE), np.uint8)))
        if baseline.seconds >= length:
            break
    at, _, breaks = baseline.samples()
    assert not len(breaks) and np.ptp(at) == baseline.seconds and len(at) > 12 * length


def test_a_scene_in_other_light_is_the_same_scene():
    scene = background().astype(np.float32)
    darker = (40 + scene * 0.4 + np.linspace(0, 90, SIDE)[None]).astype(np.float32)
    assert same_scene(scene, darker) and not same_scene(scene, background(2).astype(np.float32))
    assert differ(scene, background(2).astype(np.float32)) and not differ(scene, scene * 1.05)


def tracked(pictures, baseline=BASELINE / RATE, batch=37, false_alarms=0.1):
    """Return all that a tracker yields of pictures, given in batches."""
    tracker, found = Tracker(baseline, RATE, false_alarms), []
    at = times(len(pictures))
    for low in range(0, len(pictures), batch):
        found += tracker.add(at[low : low + batch], pictures[low : low + batch])
    return [*found, *tracker.finish()]


def path_of(found):
    return joined([one for one in found if isinstance(one, PathStretch)])


@pytest.mark.slow
def test_however_samples_come_in_the_same_ones_are_learned_and_scores_are_the_same():
    pictures = road(540, seed=11)
    one, other = (tracked(pictures, batch=batch) for batch in (37, 230))
    for found in (one, other):
        assert next(each.learned for each in found if isinstance(each, CameraMap)) == Span(0.0, BASELINE / RATE)
    assert np.allclose(path_of(one).scores, path_of(other).scores, atol=1e-5, equal_nan=True)
    assert np.allclose(path_of(one).positions, path_of(other).positions, atol=0.1, equal_nan=True)


PASSAGES = {"backwards": 460, "faster": 540, "held": 640, "body": 740, "cut": 500}
"""Samples at which the passages begin that are edited, of 40 samples each."""


def edited(pictures):
    """Return the pictures with an edit of each kind."""
    shown = pictures.copy()
    at = {name: slice(begin, begin + 40) for name, begin in PASSAGES.items()}
    shown[at["backwards"]] = pictures[at["backwards"]][::-1]
    begin = PASSAGES["faster"]
    shown[at["faster"]] = pictures[begin : begin + 120 : 3]
    crossing = [(pictures[number, 28:40, 16:48] > 180).sum() for number in range(600, 640)]
    shown[at["held"]] = pictures[600 + int(np.argmax(crossing))]
    shown[at["body"], 44:60, 18:34] = 255
    shown[at["cut"]] = pictures[np.r_[500:505, 443:448, 510:515, 449:454, 520:540]]
    return shown


@pytest.fixture(scope="module")
def honest():
    """A road of 80 s, the first half its baseline, and what a tracker makes of it."""
    pictures = road(2 * BASELINE, seed=11)
    return pictures, tracked(pictures)


@pytest.fixture(scope="module")
def planted(honest):
    """The same road with all edits."""
    return tracked(edited(honest[0]))


@pytest.mark.slow
def test_every_sample_is_on_the_path_once_and_in_order(honest):
    path = path_of(honest[1])
    assert path.times.tolist() == times(2 * BASELINE).tolist()
    assert np.isfinite(path.positions).all() and np.ptp(path.positions, axis=0).min() > 0


@pytest.mark.slow
def test_what_is_usual_is_not_reported(honest):
    _, found = honest
    assert not [one for one in found if isinstance(one, Unusual)]
    maps = [one for one in found if isinstance(one, CameraMap)]
    assert {one.id for one in maps} == {1} and maps[-1].fits and maps[-1].places


@pytest.mark.slow
@pytest.mark.parametrize("edit", PASSAGES)
def test_what_was_planted_scores_above_the_same_passage_as_it_was(honest, planted, edit):
    within = slice(PASSAGES[edit], PASSAGES[edit] + 50)
    usual, unusual = path_of(honest[1]).scores[within], path_of(planted).scores[within]
    assert np.nanmax(unusual) > 1.3 * np.nanmax(usual)


@pytest.mark.slow
def test_a_body_that_was_never_there_is_reported_with_its_place(planted):
    events = [one for one in planted if isinstance(one, Unusual) and 73 < one.peak < 79]
    begun, ended = events
    assert begun.id == ended.id and begun.going_on and not ended.going_on
    assert {"object", "changed"} & {ended.reasons[0]} and "slower" not in ended.reasons
    assert 72 < ended.start < 75 and ended.start + 1 < ended.end < 81 and ended.per_hour <= 0.1
    left, top, wide, high = ended.region
    assert left < 26 / 64 < left + wide and top < 52 / 64 < top + high


def logged(log, scores, held=()):
    """Return what a log yields of windows of 2 s, one each 0.5 s, of these scores. held: numbers of windows."""
    camera = SimpleNamespace(number=1, limit=Limit(RATE, 0.1))
    detail = WindowDetail(True, 0.0, None, None)
    found = []
    for number, score in enumerate(scores):
        rarity = np.full(len(TRAJECTORY_QUESTIONS), score)
        window = Judged(number / 2, number / 2 + 2, score, rarity, detail)
        found += log.add(window, camera, number in held)
    return found


def test_what_pauses_goes_on_and_is_counted_again():
    log = EventLog(itertools.count(1))
    begun, ended = logged(log, [0] * 4 + [1.2] * 3 + [0] * 8 + [1.1] * 3 + [0] * 20)
    assert begun.going_on and not ended.going_on and begun.id == ended.id
    assert (ended.start, ended.end, ended.score) == (2.5, 10.0, 1.2)
    assert log.risen(5.0) == 1 and log.risen(np.inf) == 0
    pairs = logged(EventLog(itertools.count(1)), [1.2] * 3 + [0] * 14 + [1.1] * 3 + [0] * 20)
    assert [(one.id, one.going_on) for one in pairs] == [(1, True), (1, False), (2, True), (2, False)]


def test_what_begins_before_another_view_is_reported_once_it_is_known_to_be_none():
    scores = [0] * 4 + [1.2] * 3 + [0] * 20
    log = EventLog(itertools.count(1))
    assert logged(log, scores, held=range(27)) == []
    (late,) = logged(log, [0])
    assert (late.start, late.end, late.going_on) == (2.5, 4.5, False)
    assert logged(log, scores, held=range(27)) == [] and log.withdraw(2.0)
    assert logged(log, [0]) == [] and [*log.end()] == []


def test_what_is_usual_counts_for_little_beside_what_one_question_finds():
    count = len(TRAJECTORY_QUESTIONS)
    usual, found = np.full((1, count), 0.6), np.eye(count) * 3.0
    weights = np.array([QUESTION_WEIGHTS[name] for name in TRAJECTORY_QUESTIONS])
    assert combined(usual)[0] < 0.3 and (combined(found) > 2.4 * weights).all() and (combined(found) > 1.2).all()
    rarities = np.random.default_rng(2).uniform(0, 5, (50, count))
    more = rarities.copy()
    more[:, 3] += 0.5
    assert (combined(more) > combined(rarities)).all()


def test_a_tail_is_as_wide_as_what_was_seen_asks_for_and_no_wider():
    highest = np.sort(np.random.default_rng(3).exponential(1.0, 60))
    found = tail(highest, 60, (0.7, 1.0))
    assert found.wide_enough(float(highest[-1]), 60) == found
    wider = found.wide_enough(30.0, 60)
    assert wider.level == found.level and wider.scale > 3 * found.scale
    assert found.rarity(np.array([30.0]))[0] > 15 and np.log(60) < wider.rarity(np.array([30.0]))[0] < np.log(60) + 2


def test_a_limit_is_above_what_half_of_the_time_holds_however_many_false_alarms_are_allowed():
    limits = [Limit(RATE, allowed) for allowed in (0.1, 10.0, 180.0, 1000.0)]
    levels = [limit.rarity for limit in limits]
    assert levels == sorted(levels, reverse=True) and levels[-1] >= np.log(2)
    assert [limit.per_hour(level) for limit, level in zip(limits, levels, strict=True)] == pytest.approx(
        [0.1, 10, 180, 180]
    )


def test_what_moves_slowly_does_not_hide_what_moves_fast():
    def pace_of(*steps):
        """Return what is judged of blocks that step so far, each in a region of its own."""
        count = len(steps)
        motion = BlockMotion(
            np.zeros(count, int),
            np.arange(count) * 2,
            np.stack([np.zeros(count), steps], 1).astype(np.float32),
            np.ones(count, np.float32),
            np.zeros(count, np.float32),
        )
        nothing = np.zeros((SIDE, SIDE), np.float32)
        return np.repeat(pace_row(motion, nothing, nothing, 1.5)[None], 35, 0)

    usual = Usual(*np.ones((3, 15, 15), np.float32), np.ones(64, np.float32), *np.ones((3, 15, 15), np.float32))
    window = windows_at(np.array([35]), 0)
    fast, beside = (pace_windows(pace_of(*steps), usual, window)[0, :2] for steps in ((5.0,), (5.0, 0.5, 0.5)))
    assert fast.min() > 3 and beside == pytest.approx(fast)


def test_what_comes_back_by_its_own_way_is_found_where_the_plain_search_finds_it():
    generator = np.random.default_rng(8)
    way = 60 * np.cumsum(generator.normal(0, 1, (120, 5)), 0).astype(np.float32)
    way[70:100] = way[40:70][::-1]
    windows = windows_in(0, len(way))
    found = return_windows(way, windows)
    for end, answer in zip(windows.ends.tolist(), found.tolist(), strict=True):
        own, apart = way[end - WINDOW_SAMPLES : end], []
        for first in range(max(0, end - RETURN_SAMPLES), end - 2 * WINDOW_SAMPLES + 1):
            earlier = way[first : first + WINDOW_SAMPLES][::-1]
            apart.append(((own - earlier) ** 2).sum(1).mean())
        varied = ((own - own.mean(0)) ** 2).sum(1).mean()
        plain = -np.log((min(apart) + RETURN_NOISE) / (varied + RETURN_NOISE)) if apart else 0.0
        assert answer == pytest.approx(plain, abs=1e-3)
    assert windows.ends[found.argmax()] in range(90, 101) and (found > 1).sum() <= 3


@pytest.mark.slow
def test_another_view_is_learned_anew_and_one_that_comes_back_is_known():
    pictures = np.concatenate([road(320, seed=31), road(320, seed=32, scene=5), road(320, seed=33)])
    found = tracked(pictures, baseline=25.0)
    maps = {(one.id, round(one.start)): one for one in found if isinstance(one, CameraMap)}
    assert [(one.id, one.why, start) for (_, start), one in maps.items()] == [
        (1, "first", 0),
        (2, "moved", 32),
        (1, "first", 64),
    ]
    assert not [one for one in found if isinstance(one, Unusual)]
    path = path_of(found)
    assert path.times.tolist() == times(960).tolist()
    assert path.map_ids[[310, 630, 950]].tolist() == [1, 2, 1]


@pytest.mark.slow
def test_a_camera_before_which_nothing_moves_reports_nothing_and_has_scores():
    noise = np.random.default_rng(9).normal(0, 0.7, (700, SIDE, SIDE))
    found = tracked(np.clip(background() + noise, 0, 255).astype(np.uint8), baseline=25.0)
    scores = path_of(found).scores
    assert np.isfinite(scores[300:]).all() and not [one for one in found if isinstance(one, Unusual)]


@pytest.mark.slow
def test_a_map_that_reports_again_and_again_is_learned_anew():
    pictures = road(1050, seed=11)
    for begin in range(420, 1050, 65):  # from now on something else comes and goes
        pictures[begin : begin + 30, 44:60, 18:34] = 255
    maps = {one.id: one for one in tracked(pictures, false_alarms=100) if isinstance(one, CameraMap)}
    assert [one.why for one in maps.values()] == ["first", "usual"]
    assert 70 < maps[1].end < 85 and maps[2].start == pytest.approx(maps[1].end, abs=7)


def test_a_slow_camera_is_gathered_until_there_is_enough():
    tracker, found = Tracker(20.0, 1.0, 0.1), []
    at, pictures = np.arange(150.0), road(150, seed=61)
    for low in range(0, 150, 7):
        found += tracker.add(at[low : low + 7], pictures[low : low + 7])
    assert not found and path_of([*tracker.finish()]).times.tolist() == at.tolist()


def test_too_little_footage_has_a_path_without_a_map():
    (path,) = tracked(road(120, seed=41))
    assert np.isnan(path.positions).all() and (path.map_ids == -1).all()
