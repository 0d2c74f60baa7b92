"""Fingerprints: the contract of every kind, and imagehash as the oracle for those that it has too."""

import math
import platform

import imagehash
import numpy as np
import pytest
import scipy.fftpack
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from loopfind.errors import BadSetting, UnknownPart
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.color import colours_of
from loopfind.fingerprints.colorhash import tinted
from loopfind.fingerprints.contrast import detail
from loopfind.fingerprints.image_hash import image_hashes
from loopfind.fingerprints.kind import takes
from loopfind.fingerprints.phash import GRAIN, frequencies
from loopfind.fingerprints.resize import shrink, weights
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.model.video import Frames
from loopfind.registry import load

SIZES = (4, 5, 8, 16, 24, 31, 33, 64)
PICTURES = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 3), st.just(64), st.just(64)), elements=st.integers(0, 255), fill=st.just(0)
)


def kind(name):
    return load("fingerprint kind", name, KINDS)


def allowed(name):
    sizes = []
    for size in SIZES:
        try:
            kind(name).check(size)
        except BadSetting:
            continue
        sizes.append(size)
    return sizes


BY_IMAGEHASH = ("colorhash", "crop-resistant", "whash-db4")
EVERY = [(name, size) for name in KINDS for size in allowed(name)]


def frames(pictures, seed=1):
    n = len(pictures)
    rng = np.random.default_rng(seed)
    digests = rng.integers(0, 256, (n, 16), dtype=np.uint8)
    return Frames(0, np.arange(n) / 25.0, pictures, digests, rng.integers(0, 65536, (n, 3), dtype=np.uint16))


def pick(batch, which):
    return Frames(0, batch.times[which], batch.pictures[which], batch.digests[which], batch.colours[which])


def natural(n=12, seed=3):
    """Smooth pictures with a 1/f spectrum and a little noise: (n, 64, 64) uint8."""
    rng = np.random.default_rng(seed)
    radius = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64))) + 1 / 64
    spectrum = np.fft.fft2(rng.standard_normal((n, 64, 64))) / radius**1.5
    waves = np.fft.ifft2(spectrum).real
    waves *= rng.uniform(5, 60, (n, 1, 1)) / waves.std(axis=(1, 2), keepdims=True)
    noisy = waves + rng.uniform(60, 190, (n, 1, 1)) + rng.normal(0, 1.5, waves.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def drawn():
    """Pictures at the edges of what there is: flat, stepped, symmetric, extreme. (n, 64, 64) uint8."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:64, 0:64]
    plain = [np.full((64, 64), level) for level in (0, 1, 127, 128, 254, 255)]
    ramps = [x * 4, y * 4, (x + y) * 2, 255 - x * 4, np.hypot(x - 31.5, y - 31.5) * 5]
    noise = [rng.integers(0, 256, (64, 64)), rng.integers(0, 2, (64, 64)) * 255, rng.integers(100, 102, (64, 64))]
    shapes = [(x // 8 + y // 8) % 2 * 255, (x > 31) * 255, (y > 40) * 255, (x == 13) * 255, (x * 64 + y == 99) * 255]
    return np.array([*plain, *ramps, *noise, *shapes]).astype(np.uint8)


def image(pictures, height, width):
    """Return what imagehash is given: PIL pictures of the very size that it would resize to."""
    return [Image.fromarray(small) for small in shrink(pictures, height, width)]


def oracle(name, pictures, size):
    """imagehash's bits: (n, size * size) bool."""
    if name == "ahash":
        hashes = [imagehash.average_hash(i, size) for i in image(pictures, size, size)]
    elif name == "dhash":
        hashes = [imagehash.dhash(i, size) for i in image(pictures, size, size + 1)]
    elif name == "phash":
        hashes = [imagehash.phash(i, size) for i in image(pictures, 4 * size, 4 * size)]
    else:
        hashes = [imagehash.whash(i, size) for i in image(pictures, 64, 64)]
    return np.array([h.hash.flatten() for h in hashes])


def bits(codes, size):
    return np.unpackbits(codes, axis=1)[:, : size * size].astype(bool)


# The contract of every kind


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_carries_the_name_it_is_registered_by(name):
    assert kind(name).name == name
    for question in ("needs_digests", "needs_colours", "sized"):
        assert isinstance(getattr(kind(name), question), bool)


def test_the_kinds_that_are_of_the_whole_picture_say_so():
    whole = [name for name in KINDS if not kind(name).sized]
    assert {"exact", "color", "colorhash"} <= {*whole}
    assert not {"ahash", "dhash", "phash", "whash", "crop-resistant", "whash-db4"} & {*whole}


@pytest.mark.parametrize("name", KINDS)
def test_codes_of_a_sized_kind_grow_with_the_hash_size(name):
    widths = [kind(name).width(size) for size in allowed(name)]
    assert not kind(name).sized or sorted({*widths}) == widths


def test_an_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(UnknownPart, match=r"ahash.*exact"):
        kind("sha")


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("size", [-1, 0, 3, 65, 1000, 24.0, True, None])
def test_sizes_that_the_picture_cannot_serve_are_refused(name, size):
    with pytest.raises(BadSetting, match="from 4 to 64"):
        kind(name).check(size)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_takes_every_size_or_says_by_its_name_which_it_takes(name):
    refused = [size for size in range(4, 65) if not takes(kind(name), size)]
    assert len(refused) < 61 and (kind(name).sized or not refused)
    for size in refused:
        with pytest.raises(BadSetting, match=f"{name} takes "):
            kind(name).check(size)


@pytest.mark.parametrize("name", ["ahash", "dhash", "phash", "exact", "color", "colorhash", "crop-resistant"])
def test_every_size_is_taken_save_by_wavelets(name):
    for size in range(4, 65):
        kind(name).check(size)


@pytest.mark.parametrize(("name", "powers"), [("whash", (4, 8, 16, 32, 64)), ("whash-db4", (8, 16, 32, 64))])
def test_wavelets_take_powers_of_two(name, powers):
    for size in range(4, 65):
        if size in powers:
            kind(name).check(size)
        else:
            with pytest.raises(BadSetting, match=f"{name} takes powers of two"):
                kind(name).check(size)


@pytest.mark.parametrize(("size", "below", "above"), [(5, 4, 8), (24, 16, 32), (63, 32, 64)])
def test_whash_names_the_nearest_sizes_it_takes(size, below, above):
    with pytest.raises(BadSetting, match=f"the nearest are {below} and {above}"):
        kind("whash").check(size)


@pytest.mark.parametrize(("name", "size"), EVERY)
def test_codes_are_packed_rows_of_the_width_said(name, size):
    codes = kind(name).encode(frames(natural(3)), size)
    assert codes.dtype == np.uint8
    assert codes.shape == (3, kind(name).width(size))
    if kind(name).sized and kind(name).width(size) == math.ceil(size * size / 8):
        assert not np.unpackbits(codes, axis=1)[:, size * size :].any()


BIT_A_PLACE = ("ahash", "dhash", "phash", "whash", "crop-resistant")


@pytest.mark.parametrize(("name", "size"), [(name, size) for name, size in EVERY if name in BIT_A_PLACE])
def test_a_code_with_a_bit_for_each_place_has_hash_size_squared_bits(name, size):
    assert kind(name).width(size) == math.ceil(size * size / 8)


@pytest.mark.parametrize(("name", "size"), EVERY)
def test_an_empty_batch_has_no_codes(name, size):
    assert kind(name).encode(frames(np.zeros((0, 64, 64), np.uint8)), size).shape == (0, kind(name).width(size))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), EVERY)
def test_a_code_depends_on_its_own_frame_alone(name, size):
    batch = frames(np.concatenate([natural(30), drawn()]))
    if name in BY_IMAGEHASH:  # one picture at a time, so a few tell as much
        batch = pick(batch, slice(26, 34))
    whole = kind(name).encode(batch, size)
    shuffled = np.random.default_rng(0).permutation(len(batch))
    assert np.array_equal(kind(name).encode(pick(batch, shuffled), size), whole[shuffled])
    for first in range(0, len(batch), 7):
        part = pick(batch, slice(first, first + 7))
        assert np.array_equal(kind(name).encode(part, size), whole[first : first + 7])
    for one in range(0, len(batch), 11):
        assert np.array_equal(kind(name).encode(pick(batch, [one]), size), whole[[one]])


@pytest.mark.parametrize(("name", "size"), EVERY)
@pytest.mark.slow
def test_encoding_leaves_the_frames_as_they_were(name, size):
    pictures = natural(3)
    batch = frames(pictures.copy())
    batch.pictures.setflags(write=False)
    kind(name).encode(batch, size)
    assert np.array_equal(batch.pictures, pictures)


@pytest.mark.parametrize(("name", "size"), EVERY)
@pytest.mark.slow
def test_different_pictures_have_different_codes(name, size):
    codes = kind(name).encode(frames(natural(12)), size)
    # A few bits of the whole picture are alike for many pictures; a digest or a mean colour is not.
    coarse = size < 8 or not (kind(name).sized or name in ("exact", "color"))
    assert len(np.unique(codes, axis=0)) > (6 if coarse else 11)


def test_exact_codes_are_the_digests():
    batch = frames(natural(5))
    assert np.array_equal(kind("exact").encode(batch, 24), batch.digests)
    with pytest.raises(ValueError, match="digests"):
        kind("exact").encode(Frames(0, batch.times, batch.pictures), 24)


def test_color_codes_are_the_colours():
    batch = frames(natural(5))
    assert np.array_equal(colours_of(kind("color").encode(batch, 24)), batch.colours)
    with pytest.raises(ValueError, match="colours"):
        kind("color").encode(Frames(0, batch.times, batch.pictures), 24)


def test_a_fingerprint_of_all_so_far_stays_as_it_is_while_more_is_added():
    builder, pictures = FingerprintBuilder(kind("ahash"), 8), natural(12)
    given = []
    for first in range(0, 12, 3):
        builder.add(Frames(first, np.arange(first, first + 3) / 25, pictures[first : first + 3]))
        given.append(builder.fingerprint((first + 3) / 25))
    for turn, made in enumerate(given):
        n = 3 * turn + 3
        assert np.array_equal(made.times, np.arange(n) / 25.0) and len(made.detail) == len(made.sketches) == n
        assert np.array_equal(made.codes, kind("ahash").encode(frames(pictures[:n]), 8))
        assert np.array_equal(made.sketches[0:n], given[-1].sketches[0:n])
        assert len(made.sketches[0:12]) == n


def test_digests_of_all_so_far_stay_as_they_are_while_more_is_added():
    sizes, batch = SizeDigests([(kind("ahash"), 8)]), frames(natural(6))
    sizes.add(pick(batch, slice(0, 3)))
    before = sizes.digests(0)
    sizes.add(pick(batch, slice(3, 6)))
    assert len(before) == 3 and np.array_equal(sizes.digests(0)[:3], before) and len(sizes.digests(0)) == 6


@pytest.mark.parametrize("size", [8, 16, 32, 64])
def test_whash_db4_has_all_bits_of_imagehash(size):
    pictures = natural(4)
    codes = kind("whash-db4").encode(frames(pictures), size)
    for code, picture in zip(codes, pictures, strict=True):
        made = imagehash.whash(Image.fromarray(picture), size, mode="db4").hash.ravel()
        assert np.array_equal(np.unpackbits(code)[: len(made)], made) and len(code) == math.ceil(len(made) / 8)


def test_a_crop_that_leaves_the_largest_region_whole_leaves_the_crop_resistant_code():
    y, x = np.mgrid[0:64, 0:64]
    whole = np.where(np.hypot(x - 32, y - 32) < 28, 190 + 50 * np.sin(x / 5) * np.cos(y / 7), 20).astype(np.uint8)
    moved = np.full_like(whole, 20)
    moved[:61, :61] = whole[3:, 3:]
    one, other = kind("crop-resistant").encode(frames(np.array([whole, moved])), 8)
    assert np.unpackbits(one ^ other).sum() <= 6
    assert np.unpackbits(np.bitwise_xor(*kind("dhash").encode(frames(np.array([whole, moved])), 8))).sum() > 6


def test_colorhash_tells_hues_apart_and_keeps_greys_grey():
    picture = np.tile(np.linspace(60, 200, 64).astype(np.uint8), (64, 1))
    levels = [(32768, 32768, 32768), (60000, 9000, 9000), (9000, 60000, 9000), (9000, 9000, 60000)]
    batch = Frames(0, np.arange(4.0), np.array([picture] * 4), None, np.array(levels, np.uint16))
    assert np.array_equal(tinted(batch.pictures[:1], batch.colours[:1])[0], picture[..., None].repeat(3, 2))
    codes = kind("colorhash").encode(batch, 24)
    assert len(np.unique(codes, axis=0)) == 4
    assert np.array_equal(
        np.unpackbits(codes[0])[:42], imagehash.colorhash(Image.fromarray(picture).convert("RGB")).hash.ravel()
    )
    with pytest.raises(ValueError, match="colours"):
        kind("colorhash").encode(Frames(0, batch.times, batch.pictures), 24)


@pytest.mark.parametrize(("name", "size"), [("ahash", 8), ("dhash", 24), ("phash", 5), ("whash", 16), ("exact", 11)])
def test_codes_are_given_as_imagehash_values(name, size):
    batch = frames(natural(3))
    given = image_hashes(kind(name), size, kind(name).encode(batch, size))
    if name == "exact":
        assert [one.hash.shape for one in given] == [(128,)] * 3
    else:
        assert [one.hash.shape for one in given] == [(size, size)] * 3
        assert np.array_equal([one.hash.ravel() for one in given], oracle(name, batch.pictures, size))


def test_a_code_of_the_whole_picture_is_no_square_even_where_its_width_is_that_of_one():
    class Whole:
        name, needs_digests, needs_colours, sized = "whole", False, False, False

        def width(self, size):
            return 2

    (given,) = image_hashes(Whole(), 4, np.array([[0x80, 1]], np.uint8))
    assert given.hash.tolist() == [True, *[False] * 14, True]


# The oracle


@pytest.mark.parametrize(("name", "size"), [(n, s) for n, s in EVERY if n in ("ahash", "dhash")])
def test_equals_imagehash_on_any_picture(name, size):
    pictures = np.concatenate([natural(), drawn()])
    assert np.array_equal(bits(kind(name).encode(frames(pictures), size), size), oracle(name, pictures, size))


@given(pictures=PICTURES, size=st.sampled_from(SIZES), name=st.sampled_from(["ahash", "dhash"]))
def test_equals_imagehash_on_pictures_nobody_would_draw(pictures, size, name):
    assert np.array_equal(bits(kind(name).encode(frames(pictures), size), size), oracle(name, pictures, size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.slow
def test_phash_equals_imagehash_on_natural_pictures(size):
    pictures = natural(40)
    assert np.array_equal(bits(kind("phash").encode(frames(pictures), size), size), oracle("phash", pictures, size))


def phash_is_right_off_the_median(pictures, size):
    """Bits equal imagehash's wherever scipy's frequency is further from the median than the grain."""
    small = shrink(pictures, 4 * size, 4 * size)
    low = scipy.fftpack.dct(scipy.fftpack.dct(small, axis=1), axis=2)[:, :size, :size].reshape(len(small), -1)
    clear = np.abs(low - np.median(low, axis=1, keepdims=True)) > 2 * GRAIN
    ours = bits(kind("phash").encode(frames(pictures), size), size)
    return np.array_equal(ours[clear], oracle("phash", pictures, size)[clear])


@pytest.mark.parametrize("size", SIZES)
def test_phash_equals_imagehash_on_drawn_pictures_wherever_no_rounding_error_decides(size):
    assert phash_is_right_off_the_median(drawn(), size)


@pytest.mark.slow
@given(pictures=PICTURES, size=st.sampled_from((4, 5, 8, 24)))
def test_phash_equals_imagehash_wherever_no_rounding_error_decides(pictures, size):
    assert phash_is_right_off_the_median(pictures, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.slow
def test_phash_of_a_flat_picture_says_only_how_bright_it_is(size):
    flat = np.repeat(np.arange(0, 256, dtype=np.uint8)[:, None, None], 64, axis=1).repeat(64, axis=2)
    codes = bits(kind("phash").encode(frames(flat), size), size)
    assert not codes[:, 1:].any()
    assert codes[1:, 0].all()
    assert not codes[0, 0]


@pytest.mark.parametrize("size", [4, 24])
def test_phash_frequencies_that_symmetry_makes_zero_are_zero(size):
    half = natural(6)[:, :, :32]
    mirrored = np.concatenate([half, half[:, :, ::-1]], axis=2)
    low = frequencies(shrink(mirrored, 4 * size, 4 * size), size)
    assert not low[:, :, 1::2].any()


@pytest.mark.parametrize("size", allowed("whash"))
def test_whash_equals_imagehash_wherever_a_block_is_off_the_median(size):
    pictures = np.concatenate([natural(), drawn()])
    ours = bits(kind("whash").encode(frames(pictures), size), size)
    block = 64 // size
    sums = pictures.reshape(-1, size, block, size, block).sum(axis=(2, 4), dtype=np.int64).reshape(len(pictures), -1)
    clear = sums != np.median(sums, axis=1, keepdims=True)
    theirs = oracle("whash", pictures, size)
    assert np.array_equal(ours[clear], theirs[clear])
    if platform.machine() in ("x86_64", "AMD64"):  # elsewhere PyWavelets may be built with fused multiply-add
        assert np.array_equal(ours, theirs)


# Shrinking


def naive(picture, height, width):
    """The area rule by whole numbers alone, pixel by pixel: halves up."""
    result = np.zeros((height, width), np.uint8)
    for i in range(height):
        for j in range(width):
            total = 0
            for y in range(64):
                rows = min((i + 1) * 64, (y + 1) * height) - max(i * 64, y * height)
                if rows <= 0:
                    continue
                for x in range(64):
                    columns = min((j + 1) * 64, (x + 1) * width) - max(j * 64, x * width)
                    if columns > 0:
                        total += rows * columns * int(picture[y, x])
            result[i, j] = (2 * total + 4096) // 8192
    return result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("height", "width"), [(4, 4), (5, 6), (24, 24), (31, 32), (63, 64), (64, 65), (20, 96), (132, 7)]
)
def test_shrink_equals_the_area_rule_in_whole_numbers(height, width):
    pictures = np.stack([natural(1)[0], drawn()[12]])
    for picture, small in zip(pictures, shrink(pictures, height, width), strict=True):
        assert np.array_equal(small, naive(picture, height, width))


@pytest.mark.slow
@pytest.mark.parametrize("size", [*range(4, 66), *range(68, 257, 4)])
def test_shrink_is_exact_at_every_size_that_a_kind_asks_for(size):
    whole = np.rint(weights(size) * 64).astype(np.int64)
    assert np.array_equal(whole / 64, weights(size))
    assert (whole.sum(axis=1) == 64).all()
    pictures = np.concatenate([natural(2), drawn()[[0, 5, 11, 12]]])
    total = whole @ pictures.astype(np.int64) @ whole.T
    assert total.max() < 2**24
    assert np.array_equal(shrink(pictures, size, size), (total + 2048) >> 12)


@pytest.mark.slow
@given(pictures=PICTURES, height=st.integers(4, 64), width=st.integers(4, 65))
def test_shrink_keeps_pictures_within_their_range(pictures, height, width):
    small = shrink(pictures, height, width)
    assert small.shape == (len(pictures), height, width)
    assert small.dtype == np.uint8
    assert (small.min(axis=(1, 2)) >= pictures.min(axis=(1, 2))).all()
    assert (small.max(axis=(1, 2)) <= pictures.max(axis=(1, 2))).all()


def test_shrink_to_the_same_size_changes_nothing():
    assert np.array_equal(shrink(natural(), 64, 64), natural())


def test_shrink_mirrors_with_the_picture():
    pictures = natural()
    assert np.array_equal(shrink(pictures[:, ::-1, ::-1], 24, 31), shrink(pictures, 24, 31)[:, ::-1, ::-1])


# Detail


def test_detail_is_the_standard_deviation_in_grey_levels():
    pictures = np.concatenate([natural(), drawn()])
    values = detail(pictures)
    assert values.dtype == np.float32
    assert values.shape == (len(pictures),)
    assert np.allclose(values, pictures.std(axis=(1, 2)), rtol=1e-6)


def test_detail_of_a_flat_picture_is_nothing():
    assert (detail(drawn()[:6]) == 0).all()


def test_detail_of_no_pictures_is_empty():
    assert detail(np.zeros((0, 64, 64), np.uint8)).shape == (0,)


@pytest.mark.slow
@given(pictures=PICTURES)
def test_detail_depends_on_its_own_picture_alone(pictures):
    together = detail(np.concatenate([natural(2), pictures]))
    assert np.array_equal(together[2:], detail(pictures))
