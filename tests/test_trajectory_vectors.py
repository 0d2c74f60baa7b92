"""Motion as pictures that a trajectory can be followed through."""

import numpy as np
import pytest

from loopfind.engine.trajectory.vectors import VectorWay, region_in_cells
from loopfind.model.motion import Motion

STILL = np.zeros((16, 16, 2), np.float32)


def motion(times, speeds, described=None):
    shares = np.ones((len(times), 16, 16), np.float32) if described is None else np.asarray(described, np.float32)
    return Motion(np.array(times), np.asarray(speeds, np.float32), shares)


def quarters(picture):
    return picture[:32, :32], picture[:32, 32:], picture[32:, :32], picture[32:, 32:]


def test_what_stands_is_grey_in_two_quarters_and_dark_in_two():
    right, down, fast, unknown = quarters(VectorWay().follow(motion([0.0], [STILL]))[0])
    assert (right == 128).all() and (down == 128).all() and (fast == 0).all() and (unknown == 0).all()


def test_what_moves_is_seen_in_its_cell():
    moving = STILL.copy()
    moving[3, 5] = 0.25, -1.0
    right, down, fast, _ = quarters(VectorWay().follow(motion([0.0], [moving]))[0])
    rows, columns = slice(6, 8), slice(10, 12)
    assert (right[rows, columns] == 128 + 64).all() and (down[rows, columns] == 1).all()
    assert (fast[rows, columns] == 255).all()
    assert (right == 128).sum() == 32 * 32 - 4


def test_what_goes_the_other_way_is_another_picture():
    one, other = (motion([0.0], [np.full((16, 16, 2), speed)]) for speed in (0.1, -0.1))
    forth, back = (VectorWay().follow(part)[0].astype(int) for part in (one, other))
    assert (forth[:32] + back[:32] == 256).all()
    assert (forth[32:] == back[32:]).all()


def test_a_key_frame_moves_as_the_frame_before_it():
    speeds = np.full((3, 16, 16, 2), 0.3)
    speeds[1] = 0
    shares = np.ones((3, 16, 16))
    shares[1] = 0
    pictures = VectorWay().follow(motion([0.0, 0.1, 0.2], speeds, shares))
    assert (pictures == pictures[0]).all()


def test_motion_fades_within_about_a_second_whatever_the_rate():
    moving = np.full((1, 16, 16, 2), 1.0)
    faded = []
    for rate in (5, 50):
        times = np.arange(rate + 1) / rate
        speeds = np.concatenate([moving, np.zeros((rate, 16, 16, 2))])
        faded.append(int(VectorWay().follow(motion(times, speeds))[-1, 0, 0]) - 128)
    assert faded == pytest.approx([127 / np.e] * 2, abs=1)


def test_it_goes_on_from_one_call_to_the_next():
    rng = np.random.default_rng(2)
    times, speeds, shares = np.arange(40) / 10, rng.normal(0, 0.1, (40, 16, 16, 2)), rng.uniform(size=(40, 16, 16))
    whole = motion(times, speeds, shares)
    parts = VectorWay()
    found = [parts.follow(whole.part(one)) for one in (slice(0, 1), slice(1, 17), slice(17, 17), slice(17, 40))]
    assert np.array_equal(np.concatenate(found), VectorWay().follow(whole))


def test_a_part_of_a_quarter_is_that_part_of_the_picture():
    assert region_in_cells((0.5, 0.25, 0.25, 0.125)) == (0.0, 0.5, 0.5, 0.25)
    assert region_in_cells((0.25, 0.5, 0.25, 0.5)) == (0.5, 0.0, 0.5, 1.0)
    assert region_in_cells((0.25, 0.0, 0.5, 0.25)) is None
