"""Learn what a fixed camera usually shows from a baseline."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.altered import with_body
from loopfind.engine.trajectory.calibration import SameActivity, ScoreTail, highest_of, same_activity, tail
from loopfind.engine.trajectory.light import Background, Grey
from loopfind.engine.trajectory.looks import Differing, Movement, differing, movement_after
from loopfind.engine.trajectory.motion import usual_block_change
from loopfind.engine.trajectory.parameters import (
    AWAY,
    AWAY_MARGIN,
    BODIES,
    CHUNK_SAMPLES,
    FITS,
    FOLDS,
    GUARD,
    NOT_BACKGROUND,
    PACES,
    STEP,
    STILL,
    SUBSPACE_SAMPLES,
    WINDOW_SAMPLES,
)
from loopfind.engine.trajectory.questions import Arrow, Discriminant, arrow, discriminant
from loopfind.engine.trajectory.subspace import Subspace, fit_subspace
from loopfind.engine.trajectory.windows import (
    Usual,
    Windows,
    arrow_windows,
    body_rows,
    body_windows,
    front_activity,
    motion_activity,
    pace_windows,
    standing_windows,
    traffic_of,
    usual_levels,
    usual_pace,
    windows_in,
)
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.trajectory import Reason

TRAJECTORY_QUESTIONS: tuple[Reason, ...] = ("backwards", "faster", "stands", "object", "changed", "off_map")
_AT_ONCE = 256

Which = NDArray[np.bool_]


@dataclass(frozen=True)
class QuestionRows:
    """The numbers by which the questions judge windows, a row for each window, in the order of time.

    windows: what they are. arrow, pace, standing, body: (m, ...) float32. moving, front (m,): activities.
    """

    windows: Windows
    arrow: Grey
    pace: Grey
    standing: Grey
    body: Grey
    moving: Floats
    front: Floats

    def part(self, which: Which) -> "QuestionRows":
        """Return the rows of some windows: (m,) bool."""
        arrays = (getattr(self, one.name)[which] for one in fields(self)[1:])
        return QuestionRows(self.windows.part(which), *arrays)


def question_rows(moved: Movement, seen: Differing, usual: Usual, windows: Windows) -> QuestionRows:
    """Return what is judged of windows. moved, seen: of the same samples."""
    return QuestionRows(
        windows,
        arrow_windows(moved.arrow, windows),
        pace_windows(moved.pace, windows),
        standing_windows(moved.pace, seen.front, windows),
        body_windows(body_rows(seen, usual), windows),
        motion_activity(moved.pace, windows),
        front_activity(seen.front, windows),
    )


@dataclass(frozen=True)
class Answers:
    """The answers to all questions, as one camera teaches them."""

    arrow: Arrow
    faster: Discriminant
    stands: Discriminant
    object: Discriminant
    changed: Discriminant

    def of(self, rows: QuestionRows) -> Floats:
        """Return the answers (m, len(TRAJECTORY_QUESTIONS)) for windows."""
        return np.stack(
            [
                self.arrow.answer(rows.arrow),
                self.faster.answer(rows.pace),
                self.stands.answer(rows.standing),
                self.object.answer(rows.body),
                self.changed.answer(rows.body),
                rows.body[:, 6].astype(np.float64),
            ],
            1,
        )


def activities(rows: QuestionRows) -> tuple[Floats, ...]:
    """Return the activity (m,) at which each question compares windows with others: how much moves, of the way that
    time runs; of the rest how much of the picture differs from the background. Where the pace is compared with moments
    in which as much moves, it hides: what is faster moves more."""
    return (rows.moving, *[rows.front] * (len(TRAJECTORY_QUESTIONS) - 1))


@dataclass(frozen=True)
class Calibrated:
    """The calibration of all questions."""

    same: tuple[SameActivity, ...]
    tails: tuple[ScoreTail, ...]

    def rarity(self, answers: Floats, rows: QuestionRows) -> Floats:
        """Return how rare answers (m, q) are: logarithms of numbers of chunks."""
        found = np.empty_like(answers)
        for number, (same, its_tail, activity) in enumerate(zip(self.same, self.tails, activities(rows), strict=True)):
            found[:, number] = its_tail.rarity(same.standing(answers[:, number], activity))
        return found


@dataclass(frozen=True)
class Model:
    """The usual sight of a camera.

    background, change: what it shows at rest, and the change from which a block is followed. subspace, usual: by which
    samples are measured. answers, calibrated: by which windows are judged. pace (64,) float32: pixels a step that are
    usual by region. traffic (8, 8) float32: how much moves there, beside the mean. away: share of the blocks that do
    not show the background from which the camera shows something else. fits: whether most of the picture shows the
    background most of the time.
    """

    background: Background
    change: float
    subspace: Subspace
    usual: Usual
    answers: Answers
    calibrated: Calibrated
    pace: Grey
    traffic: Grey
    away: float
    fits: bool

    def rarity(self, rows: QuestionRows) -> Floats:
        """Return how rare windows are by each question, (m, q): logarithms of numbers of chunks."""
        return self.calibrated.rarity(self.answers.of(rows), rows)


@dataclass(frozen=True)
class LearnedCamera:
    """A model learned from a baseline, and the baseline as it was measured: each part of it by the others.

    model: what was learned. rows: what was judged, of its windows. rarity (m, q): of its windows. moved, seen: of its
    samples.
    """

    model: Model
    rows: QuestionRows
    rarity: Floats
    moved: Movement
    seen: Differing


def learn(pictures: Bytes, breaks: Ints, seed: int = 0) -> LearnedCamera:
    """Learn from a baseline. pictures: (n, 64, 64) uint8. breaks: samples at which it goes on after a gap, 0 not among
    them."""
    count = len(pictures)
    background, change = Background.of(pictures), usual_block_change(pictures)
    folds = np.minimum(np.arange(count) * FOLDS // count, FOLDS - 1)
    # A window belongs to a part as a whole, and does not reach over a gap.
    cuts = np.unique(np.concatenate([breaks, np.flatnonzero(np.diff(folds)) + 1, [0, count]]))
    spans = list(pairwise(cuts.tolist()))
    passages = list(pairwise([0, *breaks.tolist(), count]))
    spaces = [_space(pictures, background, _outside(folds, fold)) for fold in range(FOLDS)]
    moved, seen = _measured(pictures, spans, folds, background, change, spaces)
    usual = usual_levels(seen)
    within = [windows_in(low, high) for low, high in spans]
    windows = Windows(np.concatenate([one.ends for one in within]), np.concatenate([one.begins for one in within]))
    rows = question_rows(moved, seen, usual, windows)
    altered = _altered(
        _Altering(pictures, passages, spans, folds, background, change, spaces, usual, np.random.default_rng(seed)),
        moved,
        seen,
    )
    of_fold = folds[windows.ends - 1]
    answered = np.zeros((len(windows), len(TRAJECTORY_QUESTIONS)))
    for fold in np.unique(of_fold).tolist():
        own = of_fold == fold
        answered[own] = _answers(rows.part(~own), [one.without(fold) for one in altered]).of(rows.part(own))
    calibrated = calibrate(answered, rows)
    differing_blocks = (seen.front > NOT_BACKGROUND).mean((1, 2))
    model = Model(
        background,
        change,
        _space(pictures, background, np.ones(count, bool)),
        usual,
        _answers(rows, [one.rows for one in altered]),
        calibrated,
        usual_pace(moved.pace),
        traffic_of(moved.pace),
        max(AWAY, float(np.quantile(differing_blocks, 0.999)) + AWAY_MARGIN),
        float(np.median(differing_blocks)) < FITS,
    )
    return LearnedCamera(model, rows, calibrated.rarity(answered, rows), moved, seen)


def calibrate(answered: Floats, rows: QuestionRows) -> Calibrated:
    """Return the calibration on the answers (m, q) for windows that were judged by what other parts taught."""
    chunks = rows.windows.ends // CHUNK_SAMPLES
    same, tails = [], []
    for number, activity in enumerate(activities(rows)):
        line = same_activity(answered[:, number], activity)
        same.append(line)
        tails.append(tail(highest_of(line.standing(answered[:, number], activity), chunks)))
    return Calibrated(tuple(same), tuple(tails))


@dataclass(frozen=True)
class AlteredRows:
    """The numbers by which a question judges altered windows: rows (m, k) float32, and the part (m,) of the baseline of
    each."""

    rows: Grey
    folds: Ints

    def without(self, fold: int) -> Grey:
        """Return the rows of the other parts."""
        others: Grey = self.rows[self.folds != fold]
        return others


def _answers(rows: QuestionRows, altered: list[Grey]) -> Answers:
    """Return what tells windows from altered ones, in the order of `_altered`. What lies still teaches nothing of
    motion, so the busier half of the windows teaches that."""
    active = rows.moving >= np.median(rows.moving)
    filled = rows.front >= np.median(rows.front)
    faster, held, passing, left = altered
    return Answers(
        arrow(rows.arrow[active]),
        discriminant(rows.pace[active], faster),
        discriminant(rows.standing[filled], held),
        discriminant(rows.body, passing),
        discriminant(rows.body, left),
    )


def _outside(folds: Ints, fold: int) -> Which:
    """Return which samples lie outside a part and its guard: (n,) bool."""
    own = np.flatnonzero(folds == fold)
    outside = np.ones(len(folds), bool)
    outside[max(0, own[0] - GUARD) : own[-1] + 1 + GUARD] = False
    return outside


def _space(pictures: Bytes, background: Background, which: Which) -> Subspace:
    chosen = np.flatnonzero(which)
    chosen = chosen[:: max(1, -(-len(chosen) // SUBSPACE_SAMPLES))]
    return fit_subspace(background.differences(pictures[chosen]).reshape(len(chosen), -1))


def _measured(
    pictures: Bytes,
    spans: list[tuple[int, int]],
    folds: Ints,
    background: Background,
    change: float,
    spaces: list[Subspace],
) -> tuple[Movement, Differing]:
    """Return how samples move and differ, each in the subspace of the other parts."""
    moved: Movement | None = None
    seen: Differing | None = None
    for low, high in spans:
        before = np.zeros((0, *pictures.shape[1:]), np.float32)
        for begin in range(low, high, _AT_ONCE):
            until = min(high, begin + _AT_ONCE)
            differences = background.differences(pictures[begin:until])
            earlier = None if begin == low else (pictures[begin - 1], before[-1])
            moves = movement_after(earlier, pictures[begin:until], differences, change)
            sight = differing(differences, before, spaces[folds[low]])
            moved = moves if moved is None else moved.then(moves)
            seen = sight if seen is None else seen.then(sight)
            before = np.concatenate([before, differences])[-STILL:]
    assert moved is not None and seen is not None
    return moved, seen


def _altered(of: "_Altering", moved: Movement, seen: Differing) -> list[AlteredRows]:
    return [of.faster(), of.held(moved, seen), of.bodies(True), of.bodies(False)]


@dataclass(frozen=True)
class _Altering:
    """Makes altered windows of a baseline."""

    pictures: Bytes
    passages: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    folds: Ints
    background: Background
    change: float
    spaces: list[Subspace]
    usual: Usual
    generator: np.random.Generator

    def faster(self) -> AlteredRows:
        """Return windows at other paces. Parts that follow one another are taken together, as three times its pace
        makes a third of a part."""
        rows, folds = [], []
        for low, high in self.passages:
            for pace in PACES:
                taken = np.arange(low, high, pace)
                if len(taken) < WINDOW_SAMPLES:
                    continue
                shown = self.pictures[taken]
                moved = movement_after(None, shown, self.background.differences(shown), self.change)
                windows = windows_in(0, len(moved))
                active = motion_activity(moved.pace, windows)
                some = active >= np.median(active)
                rows.append(pace_windows(moved.pace, windows)[some])
                folds.append(self.folds[taken[windows.ends[some] - 1]])
        return AlteredRows(np.concatenate(rows), np.concatenate(folds))

    def held(self, moved: Movement, seen: Differing) -> AlteredRows:
        """Return windows in which the last sample is held."""
        last = np.arange(WINDOW_SAMPLES - 1, len(self.pictures), STEP)
        fronts = seen.front.mean((1, 2))
        last = last[fronts[last] >= np.median(fronts)]
        pace = np.zeros((len(last), WINDOW_SAMPLES, moved.pace.shape[1]), np.float32)
        pace[..., -4] = np.quantile(moved.pace[:, -4], 0.05)  # the noise of the camera goes on
        pace[..., -3] = moved.pace[last, -3][:, None]
        pace[..., -1] = moved.pace[last, -1][:, None]
        front = np.repeat(seen.front[last], WINDOW_SAMPLES, axis=0)
        ends = np.arange(1, len(last) + 1) * WINDOW_SAMPLES
        windows = Windows(ends, ends - WINDOW_SAMPLES)
        return AlteredRows(standing_windows(pace.reshape(-1, moved.pace.shape[1]), front, windows), self.folds[last])

    def bodies(self, moving: bool) -> AlteredRows:
        """Return windows with a body that was not there."""
        rows, folds = [], []
        for fold, low, high in self._places():
            shown = with_body(self.pictures[low:high].astype(np.float32), self.generator, moving)
            seen = differing(self.background.differences(shown), shown[:0], self.spaces[fold])
            rows.append(
                body_windows(body_rows(seen, self.usual), Windows(np.array([len(shown)]), np.zeros(1, np.int64)))
            )
            folds.append(fold)
        return AlteredRows(np.concatenate(rows), np.array(folds))

    def _places(self) -> Iterator[tuple[int, int, int]]:
        length = WINDOW_SAMPLES + STILL // 2
        for fold in range(FOLDS):
            fitting = [(low, high) for low, high in self.spans if self.folds[low] == fold and high - low >= length]
            for _ in range(BODIES if fitting else 0):
                low, high = fitting[self.generator.integers(len(fitting))]
                begin = int(self.generator.integers(low, high - length + 1))
                yield fold, begin, begin + length
