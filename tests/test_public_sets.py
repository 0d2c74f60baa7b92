"""Public sets of fixed cameras, drawn tiny in the folders that they are distributed in, and scored frame by frame."""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fixed_camera import encode, footage
from public_sets import SETS, macro, micro, scores_of

from loopfind.evaluate import area_under_curve

HIGH, WIDE = 60, 80
USUAL, BRIGHT = 60, 200


def drawn(count, unusual=()):
    """Pictures that are bright where they are unusual."""
    rng = np.random.default_rng(count)
    levels = np.full(count, USUAL)
    levels[list(unusual)] = BRIGHT
    return (levels[:, None, None] + rng.integers(0, 9, (count, HIGH, WIDE))).astype(np.uint8)


def in_folder(folder, pictures, name):
    folder.mkdir(parents=True)
    for k, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / name.format(k + 1))


def brightness(path, baseline):
    """In place of a trajectory: a sample in two frames, scored by how bright it is."""
    seen = footage(path, (64, 64))
    assert baseline == pytest.approx(30 / seen.rate)
    times = np.arange(len(seen.pictures)) / seen.rate
    scores = seen.pictures.mean((1, 2))
    scores[:30] = np.nan
    return times[::2], scores[::2]


def ped2_in(root):
    in_folder(root / "Train" / "Train001", drawn(14), "{:03}.tif")
    in_folder(root / "Train" / "Train002", drawn(16), "{:03}.tif")
    in_folder(root / "Test" / "Test001", drawn(20, range(10, 20)), "{:03}.tif")
    masks = np.zeros((20, HIGH, WIDE), np.uint8)
    masks[10:, 3, 4] = 255
    in_folder(root / "Test" / "Test001_gt", masks, "frame{:03}.bmp")
    in_folder(root / "Test" / "Test002", drawn(12), "{:03}.tif")
    (root / "Test" / "Test001" / "._001.tif").write_bytes(b"left behind")


def avenue_in(root):
    from scipy.io import savemat

    for folder in ("training_videos", "testing_videos", "testing_label_mask"):
        (root / folder).mkdir(parents=True)
    lossless = ("-c:v", "mpeg4", "-q:v", "2")
    encode([drawn(30)], 25, root / "training_videos" / "01.avi", lossless)
    for number, count, unusual in ((1, 20, range(10, 20)), (2, 12, ())):
        encode([drawn(count, unusual)], 25, root / "testing_videos" / f"0{number}.avi", lossless)
        masks = np.empty((1, count), object)
        for k in range(count):
            masks[0, k] = np.full((4, 4), k in unusual, np.uint8)
        savemat(root / "testing_label_mask" / f"{number}_label.mat", {"volLabel": masks})


def shanghaitech_in(root):
    (root / "training" / "videos").mkdir(parents=True)
    (root / "testing" / "test_frame_mask").mkdir(parents=True)
    encode([drawn(30)], 24, root / "training" / "videos" / "01_001.avi", ("-c:v", "mpeg4", "-q:v", "2"))
    for name, count, unusual in (("01_0014", 20, range(10, 20)), ("01_0015", 12, ())):
        in_folder(root / "testing" / "frames" / name, drawn(count, unusual), "{:03}.jpg")
        labels = np.isin(np.arange(count), list(unusual)).astype(np.int8)
        np.save(root / "testing" / "test_frame_mask" / f"{name}.npy", labels)


LAID_OUT = {"ped2": ped2_in, "avenue": avenue_in, "shanghaitech": shanghaitech_in}


@pytest.mark.parametrize("name", LAID_OUT)
@pytest.mark.slow
def test_a_set_is_read_as_it_is_distributed_and_what_sees_all_scores_full(name, tmp_path):
    LAID_OUT[name](tmp_path / name)
    (scene,) = SETS[name](tmp_path / name, None)
    assert [video.unusual.sum() for video in scene.tests] == [10, 0]
    scores = scores_of(scene, 24.0, brightness)
    assert [len(part) for part in scores] == [20, 12]
    labels = [video.unusual for video in scene.tests]
    # A sample in two frames: the frame before the first bright one may take that one's score.
    assert micro(scores, labels) > 0.98
    assert macro(scores, labels) > 0.98


@pytest.mark.parametrize("name", LAID_OUT)
def test_a_folder_that_is_laid_out_otherwise_is_named(name, tmp_path):
    with pytest.raises(SystemExit, match="laid out"):
        SETS[name](tmp_path, None)


def test_labels_of_another_length_are_named(tmp_path):
    shanghaitech_in(tmp_path)
    np.save(tmp_path / "testing" / "test_frame_mask" / "01_0015.npy", np.zeros(5))
    with pytest.raises(SystemExit, match="12 frames, and labels of 5"):
        SETS["shanghaitech"](tmp_path, None)


def test_micro_takes_all_frames_together_and_macro_the_mean_of_the_videos():
    # In each video unusual frames stand out; the second video scores higher as a whole.
    scores = [np.array([0.0, 0.1, 0.2, 0.3]), np.array([5.0, 5.1, 5.2, 5.3])]
    labels = [np.array([False, False, True, True])] * 2
    assert macro(scores, labels) == 1.0
    assert micro(scores, labels) == 0.75


def test_a_video_of_one_sort_counts_in_macro_as_published_code_has_it():
    scores, labels = [np.array([0.2, 0.4])], [np.array([True, True])]
    assert macro(scores, labels) == 1.0


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(4)
    usual, unusual = rng.integers(0, 9, 40).astype(float), rng.integers(3, 12, 25).astype(float)
    plain = np.mean([1.0 if b > a else 0.5 if b == a else 0.0 for a, b in product(usual, unusual)])
    assert area_under_curve(usual, unusual) == pytest.approx(plain)
    with pytest.raises(ValueError, match="both sorts"):
        area_under_curve(usual, np.array([]))
    with pytest.raises(ValueError, match="numbers"):
        area_under_curve(usual, np.array([np.nan]))
