"""Measurements of the samples of a camera: how things move, and where the picture differs."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from loopfind.engine.trajectory.light import Grey
from loopfind.engine.trajectory.motion import BLOCKS_ALONG, CORNERS, BlockMotion, block_levels, follow_blocks
from loopfind.engine.trajectory.parameters import BLOCK_SIDE, FRONT, KNOWN_DIMENSIONS, STILL, STILL_AT
from loopfind.engine.trajectory.subspace import Subspace
from loopfind.model.dtypes import Bytes, Ints

REGIONS = 8
"""Regions in a row, and in a column, by which motion is counted."""

PATCH, POOLED = 16, 8
"""Side of the patch around a block that moves, in pixels, and in the means of two by two of them that are kept."""

_INNER = slice(1, POOLED - 1)
_PLACE = REGIONS * REGIONS * 2
_LOOK = (POOLED - 2) ** 2 * 2 * 2
_ALONG = 16

ARROW_PARTS = (slice(0, _PLACE), slice(_PLACE, _PLACE + _LOOK), slice(_PLACE + _LOOK, _PLACE + _LOOK + _ALONG))
"""Numbers that say which way time runs: motion by region; by what moves, as it looks; by what moves, as it
looks along its own way, whichever that is, so that little footage teaches it: an animal walks head first."""

ARROW = ARROW_PARTS[-1].stop
"""How many these are. All turn their sign where time runs backwards."""

LENGTHS = np.array([0.5, 1.2, 2.1, 3.1, 4.1, 5.1, 7.1], np.float32)
"""Pixels a step between which the lengths of steps are counted."""

_BY_LENGTH = _PLACE + len(LENGTHS) + 1

PACE_PARTS = (slice(0, _PLACE), slice(_PLACE, _BY_LENGTH))
"""Numbers that say how fast things move: the length of steps and their number by region; their number by length."""

UNEXPLAINED = _BY_LENGTH
"""The number after these: grey levels that no motion explains, the mean over all blocks."""

PACE = UNEXPLAINED + 1 + 4
"""How many all are, with four of the picture as a whole."""

STRONGEST = 4
"""Blocks by which a picture is judged, the strongest: some that overlap show one thing."""


def arrow_row(motion: BlockMotion, patches: Grey) -> Grey:
    """Return what tells which way time runs, (ARROW,): sums over the blocks that move. patches: (m, POOLED, POOLED),
    around each, of what differs from the background in grey levels."""
    row = np.zeros(ARROW, np.float32)
    if len(motion):
        place, look, along = ARROW_PARTS
        sure = motion.steps * motion.sure[:, None]
        by_place = np.zeros((REGIONS, REGIONS, 2), np.float32)
        np.add.at(by_place, (_region(motion.rows), _region(motion.columns)), sure)
        row[place] = by_place.ravel()
        length: Grey = np.hypot(motion.steps[:, 0], motion.steps[:, 1])
        unit: Grey = (motion.steps / np.maximum(length, 1)[:, None]).astype(np.float32)
        weight: Grey = (motion.sure * (length > 0)).astype(np.float32)
        scaled = patches / 60
        inner = scaled[:, _INNER, _INNER].reshape(len(motion), -1)
        row[look] = (np.concatenate([inner, np.abs(inner)], 1).T @ (unit * weight[:, None])).ravel()
        row[along] = _along(scaled.reshape(len(motion), -1).astype(np.float32), unit, weight)
    return row


_GRID = (np.arange(POOLED, dtype=np.float32) - (POOLED - 1) / 2) / (POOLED / 2)
_WHERE = np.stack([np.repeat(_GRID, POOLED), np.tile(_GRID, POOLED)], 1)
_NEARER = np.exp(-(_WHERE**2).sum(1) / 2)


def _along(patches: Grey, unit: Grey, weight: Grey) -> Grey:
    """Return how patches (m, POOLED**2) differ before and behind along their ways, (_ALONG,): odd moments of what is
    there, which turn with the way. unit: (m, 2), directions. weight: (m,)."""
    ahead: Grey = unit @ _WHERE.T
    aside = (_WHERE**2).sum(1) - ahead * ahead
    odd = (ahead, ahead**3, ahead * aside, np.tanh(2 * ahead))
    near = patches * _NEARER
    size = np.abs(near)
    even = (near, size, near * near, np.minimum(size, 0.3))
    return np.array([weight @ (of * by).sum(1) for of in even for by in odd], np.float32)


def pace_row(motion: BlockMotion, change: Grey, difference: Grey, least: float) -> Grey:
    """Return what tells how fast things move, (PACE,). change: between two samples, difference: from the background,
    (64, 64) both, grey levels. least: the change from which a block is followed."""
    row = np.zeros(PACE, np.float32)
    if len(motion):
        length = np.hypot(motion.steps[:, 0], motion.steps[:, 1])
        by_place = np.zeros((REGIONS, REGIONS, 2), np.float32)
        counted = np.stack([length * motion.sure, motion.sure], 1)
        np.add.at(by_place, (_region(motion.rows), _region(motion.columns)), counted)
        row[PACE_PARTS[0]] = by_place.ravel()
        row[PACE_PARTS[1]] = np.bincount(np.searchsorted(LENGTHS, length), motion.sure, len(LENGTHS) + 1)
        row[UNEXPLAINED] = motion.left.sum() / BLOCKS_ALONG**2
    row[-4:] = (
        change.mean(),
        np.abs(difference).mean(),
        (change > least).mean(),
        (np.abs(difference) > FRONT).mean(),
    )
    return row


def moving_blocks(pace: Grey) -> Grey:
    """Return how many blocks surely moved in each of samples, (n,): of paces (n, PACE)."""
    blocks: Grey = pace[:, PACE_PARTS[0]].reshape(len(pace), -1, 2)[..., 1].sum(1)
    return blocks


def _region(blocks: Ints) -> Ints:
    """Return the regions, numbered along one side, of blocks that are."""
    return np.minimum(blocks * REGIONS // BLOCKS_ALONG, REGIONS - 1)


@dataclass(frozen=True)
class Movement:
    """How things move, a row for each sample. arrow: (n, ARROW). pace: (n, PACE). float32."""

    arrow: Grey
    pace: Grey

    def __len__(self) -> int:
        return len(self.arrow)

    def part(self, which: slice | NDArray[np.bool_]) -> "Movement":
        """Return that of some samples."""
        return Movement(self.arrow[which], self.pace[which])

    def then(self, after: "Movement") -> "Movement":
        """Return this, and that of the samples after it."""
        return Movement(np.concatenate([self.arrow, after.arrow]), np.concatenate([self.pace, after.pace]))


def movement(pictures: Bytes | Grey, differences: Grey, least: float) -> Movement:
    """Return how things move from each picture to the next: of (n, 64, 64) n - 1 rows. differences: of the same
    pictures from the background."""
    count = max(0, len(pictures) - 1)
    arrow, pace = np.zeros((count, ARROW), np.float32), np.zeros((count, PACE), np.float32)
    shown: Grey = np.asarray(pictures, np.float32)
    edge = (PATCH - BLOCK_SIDE) // 2
    for number in range(count):
        before, after = shown[number], shown[number + 1]
        motion = follow_blocks(before, after, differences[number + 1], least)
        if len(motion):
            middle = np.pad((differences[number] + differences[number + 1]) / 2, edge, mode="edge")
            around = sliding_window_view(middle, (PATCH, PATCH))[CORNERS[motion.rows], CORNERS[motion.columns]]
            patches = around.reshape(len(motion), POOLED, 2, POOLED, 2).mean((2, 4))
            arrow[number] = arrow_row(motion, patches)
        pace[number] = pace_row(motion, np.abs(after - before), differences[number + 1], least)
    return Movement(arrow, pace)


def movement_after(before: tuple[Bytes, Grey] | None, pictures: Bytes, differences: Grey, least: float) -> Movement:
    """Return how things move up to each picture (n, 64, 64): n rows. before: the picture before them and its difference
    from the background, (64, 64) each; None where there is none, and the first one stands still."""
    picture, difference = (pictures[0], differences[0]) if before is None else before
    return movement(np.concatenate([picture[None], pictures]), np.concatenate([difference[None], differences]), least)


@dataclass(frozen=True)
class Differing:
    """The differences of samples from the background, as root mean squares over blocks, (n, BLOCKS_ALONG, BLOCKS_ALONG)
    float32 each.

    front: in all. strange: in what the subspace cannot show. stays: in the median at the samples STILL_AT. stands: in
    what is there at all of them.
    coordinates (n, k): in the subspace. distance (n,): root mean square of the strange part over the whole picture.
    """

    front: Grey
    strange: Grey
    stays: Grey
    stands: Grey
    coordinates: Grey
    distance: Grey

    def __len__(self) -> int:
        return len(self.front)

    def part(self, which: slice | NDArray[np.bool_]) -> "Differing":
        """Return that of some samples."""
        return Differing(*(getattr(self, one.name)[which] for one in fields(self)))

    def then(self, after: "Differing") -> "Differing":
        """Return this, and that of the samples after it; coordinates are cut to the fewest dimensions."""
        least = min(self.coordinates.shape[1], after.coordinates.shape[1])
        before, later = (replace(one, coordinates=one.coordinates[:, :least]) for one in (self, after))
        return Differing(
            *(np.concatenate([getattr(before, one.name), getattr(later, one.name)]) for one in fields(self))
        )


def differing(differences: Grey, before: Grey, subspace: Subspace) -> Differing:
    """Return where samples (n, 64, 64) differ. before: what came before them, as many as there are, at most STILL."""
    count = len(differences)
    rows = differences.reshape(count, -1)
    coordinates = subspace.project(rows)
    strange = subspace.residual(rows, coordinates[:, :KNOWN_DIMENSIONS])
    missing = max(0, STILL - len(before))
    known = np.concatenate(
        [np.repeat((before if len(before) else differences)[:1], missing, axis=0), before, differences]
    )
    known = known[len(known) - count - STILL :]
    latest = [known[STILL - late : STILL - late + count] for late in STILL_AT]
    return Differing(
        block_levels(differences),
        block_levels(strange.reshape(differences.shape)),
        block_levels(_median_of_five(latest)),
        block_levels(_there_all_along(latest)),
        coordinates,
        np.sqrt((strange**2).mean(1)),
    )


def _median_of_five(pictures: list[Grey]) -> Grey:
    """Return the median of five arrays by comparing, which takes a tenth of the time of sorting each pixel."""
    one, two, three, four, five = pictures
    one, two = np.minimum(one, two), np.maximum(one, two)
    three, four = np.minimum(three, four), np.maximum(three, four)
    low, high = np.maximum(one, three), np.minimum(two, four)
    # The lowest and the highest of four are out; the median is that of the two between and the fifth.
    low, high = np.minimum(low, high), np.maximum(low, high)
    median: Grey = np.maximum(low, np.minimum(high, five))
    return median


def _there_all_along(differences: list[Grey]) -> Grey:
    """Return what all of some differences have at the least, where all lie above 0 or all below; 0 elsewhere.

    By their median, what passes slowly stays as well as what stands behind what passes: both are seen for half of the
    time.
    """
    low, high = np.minimum.reduce(differences), np.maximum.reduce(differences)
    least: Grey = np.maximum(low, 0) + np.minimum(high, 0)
    return least
