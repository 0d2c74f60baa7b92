"""Learn what a fixed camera usually shows from a baseline."""

from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loopfind.engine.trajectory.altered import Altering
from loopfind.engine.trajectory.calibration import SameActivity, ScoreTail, highest_of, same_activity, tail
from loopfind.engine.trajectory.light import Background, Grey
from loopfind.engine.trajectory.looks import Differing, Movement, differing, movement_after
from loopfind.engine.trajectory.motion import usual_block_change
from loopfind.engine.trajectory.parameters import (
    AWAY,
    AWAY_MARGIN,
    CHUNK_SAMPLES,
    DIMENSIONS,
    FITS,
    FOLDS,
    GUARD,
    KNOWN_DIMENSIONS,
    NOT_BACKGROUND,
    QUESTION_PRIORS,
    QUESTION_WEIGHTS,
    STILL,
    SUBSPACE_SAMPLES,
    TOGETHER_PRIOR,
    USUAL_WEIGHT,
)
from loopfind.engine.trajectory.questions import Arrow, Discriminant, arrow, discriminant
from loopfind.engine.trajectory.recurrence import share_that_is_new
from loopfind.engine.trajectory.subspace import Subspace, fit_subspace
from loopfind.engine.trajectory.windows import (
    DISTANCE,
    NEVER_STOOD,
    NEVER_THERE,
    Usual,
    Windows,
    all_windows,
    arrow_windows,
    body_rows,
    body_windows,
    jump_windows,
    known_activity,
    motion_activity,
    pace_windows,
    return_windows,
    standing_windows,
    traffic_of,
    usual_levels,
    windows_in,
    with_most,
)
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.trajectory import Reason

TRAJECTORY_QUESTIONS: dict[str, Reason] = {
    "arrow": "backwards",
    "returns": "backwards",
    "faster": "faster",
    "stands": "stands",
    "jumps": "jumps",
    "passing": "object",
    "left": "changed",
    "distance": "off_map",
    "never there": "object",
    "never stood": "changed",
}
"""Questions, in the order of all that is kept of each, and the reasons that they ask about. Two ask about what runs
backwards: against all that the baseline showed, and against what was shown just before. Two ask about a body that was
not there, by what a baseline with such bodies teaches; and two about what is where nothing ever was, or stands where
nothing ever stood."""

_RECORDS = {"never there", "never stood"}
"""Questions whose answers in a baseline say how often a part of it shows what the others did not. The highest of them
counts: as something stood once where nothing had stood, something may stand elsewhere next."""

_WEIGHTS = np.array([QUESTION_WEIGHTS[name] for name in TRAJECTORY_QUESTIONS])
_AT_ONCE = 256

Which = NDArray[np.bool_]


@dataclass(frozen=True)
class QuestionRows:
    """The numbers by which the questions judge windows, a row for each window, in the order of time.

    windows: what they are. arrow, pace, standing, jump, body: (m, ...) float32. returns (m,): how exactly they show
    what came before, backwards. moving, known (m,): activities.
    """

    windows: Windows
    arrow: Grey
    returns: Floats
    pace: Grey
    standing: Grey
    jump: Grey
    body: Grey
    moving: Floats
    known: Floats

    def part(self, which: Which) -> "QuestionRows":
        """Return the rows of some windows: (m,) bool."""
        arrays = (getattr(self, one.name)[which] for one in fields(self)[1:])
        return QuestionRows(self.windows.part(which), *arrays)


def question_rows(moved: Movement, seen: Differing, usual: Usual, windows: Windows) -> QuestionRows:
    """Return what is judged of windows. moved, seen: of the same samples."""
    known = seen.coordinates[:, :KNOWN_DIMENSIONS]
    return QuestionRows(
        windows,
        arrow_windows(moved.arrow, windows),
        return_windows(known, windows),
        pace_windows(moved.pace, usual, windows),
        standing_windows(moved.pace, seen.front, windows),
        jump_windows(moved.pace, windows),
        body_windows(body_rows(seen, usual), windows),
        motion_activity(moved.pace, windows),
        known_activity(known, windows),
    )


def all_rows(parts: list[QuestionRows]) -> QuestionRows:
    """Return the rows of all parts, one after the other."""
    arrays = (np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(QuestionRows)[1:])
    return QuestionRows(all_windows([part.windows for part in parts]), *arrays)


@dataclass(frozen=True)
class Answers:
    """The answers to all questions, as one camera teaches them."""

    arrow: Arrow
    faster: Discriminant
    stands: Discriminant
    jumps: Discriminant
    passing: Discriminant
    left: Discriminant

    def of(self, rows: QuestionRows) -> Floats:
        """Return the answers (m, len(TRAJECTORY_QUESTIONS)) for windows."""
        by_name = {
            "arrow": self.arrow.answer(rows.arrow),
            "returns": rows.returns,
            "faster": self.faster.answer(rows.pace),
            "stands": self.stands.answer(rows.standing),
            "jumps": self.jumps.answer(rows.jump),
            "passing": self.passing.answer(rows.body),
            "left": self.left.answer(rows.body),
            "distance": rows.body[:, DISTANCE].astype(np.float64),
            "never there": rows.body[:, NEVER_THERE].sum(1, dtype=np.float64),
            "never stood": rows.body[:, NEVER_STOOD].astype(np.float64),
        }
        return np.stack([by_name[name] for name in TRAJECTORY_QUESTIONS], 1)


def activities(rows: QuestionRows) -> tuple[Floats, ...]:
    """Return the activity (m,) at which each question compares windows with others: how much moves, of the way that
    time runs; of the rest how much of the picture differs from the background as it did before. Among moments in which
    as much moves, what is faster would hide, and among those in which as much differs, what was never there."""
    return tuple(rows.moving if name == "arrow" else rows.known for name in TRAJECTORY_QUESTIONS)


@dataclass(frozen=True)
class Calibrated:
    """The calibration of all questions, and of all of them together."""

    same: tuple[SameActivity, ...]
    tails: tuple[ScoreTail, ...]
    all_of_them: ScoreTail

    def rarity(self, answers: Floats, rows: QuestionRows) -> Floats:
        """Return how rare answers (m, q) are: logarithms of numbers of chunks."""
        found = np.empty_like(answers)
        for number, (same, its_tail, activity) in enumerate(zip(self.same, self.tails, activities(rows), strict=True)):
            found[:, number] = its_tail.rarity(same.standing(answers[:, number], activity))
        return found

    def together(self, rarity: Floats) -> Floats:
        """Return how rare windows are by all questions, (m,), of how rare each finds them, (m, q).

        They are added up, as Fisher combines tests (1925), so that what one finds is not hidden by what others find;
        what half of the chunks reach counts for little (the truncated product of Zaykin et al., 2002). How rare such a
        sum is, is calibrated, as questions depend on one another.
        """
        return self.all_of_them.rarity(combined(rarity))


@dataclass(frozen=True)
class Model:
    """The usual sight of a camera.

    background, change: what it shows at rest, and the change from which a block is followed. subspace, usual: by
    which samples are measured. answers, calibrated: by which windows are judged. traffic (8, 8) float32: how much
    moves there, beside the mean. away: share of the blocks that do not show the background from which the camera
    shows something else. fits: whether most of the picture shows the background most of the time.
    """

    background: Background
    change: float
    subspace: Subspace
    usual: Usual
    answers: Answers
    calibrated: Calibrated
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
    samples; their coordinates are those in the subspace of the model.
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
    spaces = [_space(pictures, background, _outside(folds, fold), KNOWN_DIMENSIONS) for fold in range(FOLDS)]
    moved, seen = _measured(pictures, spans, folds, background, change, spaces)
    space = _space(pictures, background, np.ones(count, bool), DIMENSIONS)
    coordinates = np.concatenate(
        [
            space.project(background.differences(pictures[low : low + _AT_ONCE]).reshape(-1, space.basis.shape[1]))
            for low in range(0, count, _AT_ONCE)
        ]
    )
    new = share_that_is_new(coordinates[:, :KNOWN_DIMENSIONS], moved)
    everywhere = usual_levels(moved, seen)
    usual = [with_most(everywhere, seen.part(_outside(folds, fold)), new * count) for fold in range(FOLDS)]
    windows = all_windows([windows_in(low, high) for low, high in spans])
    of_fold = folds[windows.ends - 1]
    rows = all_rows(
        [question_rows(moved, seen, usual[fold], windows.part(of_fold == fold)) for fold in np.unique(of_fold)]
    )
    altered = Altering(
        pictures, passages, spans, folds, background, change, spaces, usual, np.random.default_rng(seed)
    ).all_ways(moved, seen)
    answered = np.zeros((len(windows), len(TRAJECTORY_QUESTIONS)))
    for fold in np.unique(of_fold).tolist():
        own = of_fold == fold
        answered[own] = _answers(rows.part(~own), [one.without(fold) for one in altered]).of(rows.part(own))
    calibrated = calibrate(answered, rows, new)
    differing_blocks = (seen.front > NOT_BACKGROUND).mean((1, 2))
    model = Model(
        background,
        change,
        space,
        with_most(everywhere, seen, new * count),
        _answers(rows, [one.rows for one in altered]),
        calibrated,
        traffic_of(moved.pace),
        max(AWAY, float(np.quantile(differing_blocks, 0.999)) + AWAY_MARGIN),
        float(np.median(differing_blocks)) < FITS,
    )
    return LearnedCamera(model, rows, calibrated.rarity(answered, rows), moved, replace(seen, coordinates=coordinates))


def calibrate(answered: Floats, rows: QuestionRows, new: float) -> Calibrated:
    """Return the calibration on the answers (m, q) for windows that were judged by what other parts taught. new: the
    share of the baseline that is, as what was shown before is known to the other parts, and says nothing of a tail."""
    chunks = rows.windows.ends // CHUNK_SAMPLES
    count = max(1.0, new * len(np.unique(chunks)))
    same, tails, rarity = [], [], np.empty_like(answered)
    for number, (name, activity) in enumerate(zip(TRAJECTORY_QUESTIONS, activities(rows), strict=True)):
        spread, level, scale = QUESTION_PRIORS[name]
        line = same_activity(answered[:, number], activity, count, spread)
        standing = line.standing(answered[:, number], activity)
        highest = highest_of(standing, chunks)
        its_tail = tail(highest, count, (level, scale))
        if name in _RECORDS:
            its_tail = its_tail.wide_enough(float(highest.max()), count)
        rarity[:, number] = its_tail.rarity(standing)
        same.append(line)
        tails.append(its_tail)
    return Calibrated(tuple(same), tuple(tails), tail(highest_of(combined(rarity), chunks), count, TOGETHER_PRIOR))


def combined(rarity: Floats) -> Floats:
    """Return sums (m,) of how rare each question finds windows, (m, q), by the weight of each; what is usual counts for
    little."""
    sums: Floats = (np.maximum(rarity - np.log(2), 0) + USUAL_WEIGHT * rarity) @ _WEIGHTS
    return sums


def _answers(rows: QuestionRows, altered: list[Grey]) -> Answers:
    """Return what tells windows from altered ones, in the order of `Altering.all_ways`. What lies still teaches nothing
    of motion, so the busier half of the windows teaches that."""
    active = rows.moving >= np.median(rows.moving)
    filled = rows.known >= np.median(rows.known)
    faster, held, cut, passing, left = altered
    return Answers(
        arrow(rows.arrow[active]),
        discriminant(rows.pace[active], faster),
        discriminant(rows.standing[filled], held),
        discriminant(rows.jump[active], cut),
        discriminant(rows.body, passing),
        discriminant(rows.body, left),
    )


def _outside(folds: Ints, fold: int) -> Which:
    """Return which samples lie outside a part and its guard: (n,) bool."""
    own = np.flatnonzero(folds == fold)
    outside = np.ones(len(folds), bool)
    outside[max(0, own[0] - GUARD) : own[-1] + 1 + GUARD] = False
    return outside


def _space(pictures: Bytes, background: Background, which: Which, dimensions: int) -> Subspace:
    chosen = np.flatnonzero(which)
    chosen = chosen[:: max(1, -(-len(chosen) // SUBSPACE_SAMPLES))]
    return fit_subspace(background.differences(pictures[chosen]).reshape(len(chosen), -1), dimensions)


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
