"""Views: what a change of the picture does to its cells."""

import numpy as np
import pytest

from loopfind.engine.evidence.differences import views_of
from loopfind.fingerprints.luma import sketch
from loopfind.model.candidate import Line
from loopfind.model.transform import SKETCH_CELLS, Transform, matrix, shown


def picture(seed: int) -> np.ndarray:
    """A grey picture (1, 256, 256) with detail at every scale, as recorded ones have."""
    rng = np.random.default_rng(seed)
    radius = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256)[None, :]) + 1 / 256
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((256, 256))) / radius**1.2).real
    return (np.clip(128 + 40 * field / field.std(), 0, 255))[None]


def cells(large: np.ndarray) -> np.ndarray:
    """Cells (144,) in grey levels of a square picture whose side is a multiple of 64."""
    side = large.shape[1] // 64
    small = large.reshape(1, 64, side, 64, side).mean((2, 4)).astype(np.uint8)
    return sketch(small)[0].astype(np.float32) / 256


@pytest.mark.parametrize("seed", range(5))
def test_a_zoomed_picture_is_compared_blurred_alike_on_both_sides(seed: int) -> None:
    """The middle three quarters, blown up, against a zoom of the whole's cells by 4/3."""
    whole = picture(seed)
    cropped = cells(whole[:, 32:224, 32:224])
    line = Line(1.0, 5.0, 0.0, 1.0, 9, Transform(across=4 / 3, down=4 / 3), viewed_first=True)
    first, second = views_of(line)
    soft = matrix(first) @ cells(whole) - matrix(second) @ cropped
    plain = matrix(line.view) @ cells(whole) - cropped
    assert np.square(soft).mean() < 0.5 * np.square(plain).mean()


def test_a_blur_changes_no_flat_picture_and_no_bars() -> None:
    assert np.allclose(matrix(Transform(soft=True)) @ np.full(SKETCH_CELLS, 77.0), 77)
    boxed = Transform(across=0.75, down=0.75)
    assert np.array_equal(shown(boxed), shown(Transform(across=0.75, down=0.75, soft=True)))


def test_what_is_not_zoomed_is_not_blurred() -> None:
    for view in (Transform(), Transform(mirrored=True)):
        assert not any(seen.soft for seen in views_of(Line(1.0, 5.0, 0.0, 1.0, 9, view)))
