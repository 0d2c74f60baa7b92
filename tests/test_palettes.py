"""Palettes: the dominant colours of pictures, the same each time."""

import numpy as np
from likeness_samples import noise

from loopfind.fingerprints.palette import COLOURS, STRIP_PIXELS, palette_vectors, palettes, strips


def halves(left, right, side=64):
    """A picture of two colours."""
    picture = np.zeros((side, side, 3), np.uint8)
    picture[:, : side // 4 * 3], picture[:, side // 4 * 3 :] = left, right
    return picture


def test_a_picture_of_two_colours_has_these_in_its_palette_the_larger_first():
    red, blue = (255, 0, 0), (20, 40, 180)
    (palette,) = palettes(halves(red, blue)[None])
    assert palette.shape == (COLOURS, 4) and abs(palette[:, 3].sum() - 1) < 1e-12
    assert (np.diff(palette[:, 3]) <= 0).all() and np.allclose(palette[0, :3], [53.2, 80.1, 67.2], atol=0.1)
    (strip,) = strips(palette[None])
    assert strip.shape == (STRIP_PIXELS, 3)
    assert np.abs(strip[0].astype(int) - red).max() <= 2
    assert sum(np.abs(strip.astype(int) - red).max(1) <= 2) == 75 == STRIP_PIXELS - sum(strip[:, 2] > 170)


def test_a_palette_is_the_same_each_time_and_in_any_company():
    pictures = noise(5)
    vectors = palette_vectors(pictures)
    assert np.array_equal(vectors, palette_vectors(pictures.copy()))
    assert np.array_equal(vectors[::-1], palette_vectors(pictures[::-1]))
    assert np.array_equal(vectors[2:3], palette_vectors(pictures[2:3]))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.isfinite(palette_vectors(np.zeros((1, 64, 64, 3), np.uint8))).all()
    assert len(palette_vectors(pictures[:0])) == 0


def test_near_colours_are_more_alike_than_far_ones():
    red, rather, blue = palette_vectors(
        np.stack(
            [
                halves((200, 30, 30), (90, 90, 90)),
                halves((210, 45, 30), (80, 90, 90)),
                halves((20, 40, 180), (0, 99, 0)),
            ]
        )
    )
    assert red @ rather > 0.9 > 0.5 > red @ blue
