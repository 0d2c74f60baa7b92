"""Animations of what a report names: the frames of those times, small, short, and whole or not there."""

import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pytest
import videos
from in_process import loopfind
from PIL import Image, ImageSequence
from test_extract import SOURCES, pictures, piece, places, report, times_of

from loopfind.errors import DecoderFailed, MediaError
from loopfind.media.animations import ANIMATION_FORMS, ANIMATION_SIDE, LONGEST_ANIMATION, write_animation
from loopfind.media.pieces import Look, Piece


def animation(path: Path) -> list[Image.Image]:
    """The picture of each tenth of a second: an animation holds one that stays the same once, for longer."""
    with Image.open(path) as image:
        frames = [(frame.convert("RGB"), duration) for frame, duration in _timed(image)]
    assert all(duration % 100 == 0 for _, duration in frames)
    return [picture for picture, duration in frames for _ in range(duration // 100)]


def _timed(image: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Each frame of an animation, and the milliseconds that it is shown, which are known once it is decoded."""
    for frame in ImageSequence.Iterator(image):
        frame.load()
        yield frame, frame.info["duration"]


def grey(shown: list[Image.Image]) -> np.ndarray:
    """Pictures as `test_extract.pictures` gives them, (n, 64, 64) uint8."""
    return np.stack([np.asarray(picture.convert("L").resize((64, 64), Image.Resampling.BOX)) for picture in shown])


@pytest.mark.slow
@pytest.mark.parametrize("form", ANIMATION_FORMS)
@pytest.mark.parametrize("name", ["mp4", "23.976 mkv", "variable", "avi"])
def test_each_tenth_of_a_second_shows_the_frame_of_that_time(name: str, form: str, tmp_path: Path) -> None:
    file, arguments = SOURCES[name]
    source = videos.make(file, *arguments)
    times, place = times_of(source), tmp_path / f"clip.{form}"
    first, last = 37, 87
    write_animation(source, 0, [(piece(times, first, last), Look())], place.as_posix(), form)
    found = grey(animation(place))
    instants = times[first] + np.arange(len(found)) / 10
    expected = np.searchsorted(times, instants + 0.004, "right") - 1
    assert len(found) == round(10 * (times[last] - times[first]))
    apart = np.abs(np.array(places(found, pictures(source))) - expected)
    assert apart.max() <= (3 if name == "avi" else 0)  # it has no times: each reading makes up its own
    assert imageio.imread(place, plugin="pillow", index=0).shape[:2] == (64, 96)


AT = np.floor(np.arange(20) * 2.5 + 0.1).astype(int)
"""Frames of a piece at 25 a second that are shown at each tenth of a second, counted from its first."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (Look(), 200 + AT),
        (Look(mirrored=True), 200 + AT),
        (Look(reversed=True), 249 - AT),
        (Look(speed=2.0), 200 + AT // 2),
    ],
)
def test_two_pieces_stand_side_by_side_with_the_change_of_the_second_undone(
    look: Look, expected: np.ndarray, tmp_path: Path
) -> None:
    source = videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])
    times, place = times_of(source), tmp_path / "pair.webp"
    second = piece(times, 200, 225 if look.speed == 2 else 250)
    write_animation(source, 0, [(piece(times, 50, 100), Look()), (second, look)], place.as_posix(), "webp")
    shown = animation(place)
    assert len(shown) == 20 and shown[0].size == (192, 64)
    left, right = (grey([picture.crop(box) for picture in shown]) for box in ((0, 0, 96, 64), (96, 0, 192, 64)))
    assert places(left, pictures(source)) == (50 + AT).tolist()
    assert places(right[:, :, ::-1] if look.mirrored else right, pictures(source)) == expected.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("form", ANIMATION_FORMS)
def test_length_and_size_are_bounded(form: str, tmp_path: Path) -> None:
    source = videos.make("animated-wide.mp4", *videos.moving(14, "10", "480x270"), "-c:v", "libx264", "-g", "20")
    place = tmp_path / f"clip.{form}"
    write_animation(source, 0, [(Piece(0.5, 14.0, 135, 5), Look())] * 2, place.as_posix(), form)
    shown = animation(place)
    assert len(shown) == 10 * LONGEST_ANIMATION
    assert shown[0].size == (2 * ANIMATION_SIDE, 180)


@pytest.mark.parametrize("form", ANIMATION_FORMS)
def test_a_picture_that_stays_is_held_once(form: str, tmp_path: Path) -> None:
    source = videos.make(f"animated-slow-{form}.mkv", *videos.moving(6, "2"), "-c:v", "ffv1")
    place = tmp_path / f"clip.{form}"
    write_animation(source, 0, [(Piece(1.0, 4.0, 6, 2), Look())], place.as_posix(), form)
    with Image.open(place) as image:
        durations = [duration for _, duration in _timed(image)]
    assert [*accumulate(durations)] == [500, 1000, 1500, 2000, 2500, 3000]


@pytest.mark.parametrize("form", ANIMATION_FORMS)
@pytest.mark.slow
def test_a_single_frame_is_a_picture(form: str, tmp_path: Path) -> None:
    source = videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])
    place = tmp_path / f"clip.{form}"
    write_animation(source, 0, [(piece(times_of(source), 100, 101), Look())], place.as_posix(), form)
    with Image.open(place) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert places(grey([image.convert("RGB")]), pictures(source)) == [100]


def test_frames_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    source = videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])
    place = tmp_path / "clip.gif"
    with pytest.raises(DecoderFailed, match="is it the video of the report"):
        write_animation(source, 0, [(Piece(20.0, 21.0, 25, 500), Look())], place.as_posix(), "gif")
    with pytest.raises(MediaError):
        write_animation(tmp_path / "none.mp4", 0, [(Piece(0.0, 1.0, 25, 0), Look())], place.as_posix(), "gif")
    assert not place.exists()


@pytest.mark.slow
@pytest.mark.parametrize("form", ANIMATION_FORMS)
def test_extract_writes_animations_whole_or_none(form: str, tmp_path: Path) -> None:
    video = videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])
    (tmp_path / "r.json").write_text(json.dumps(report(video, [[(25, 50), (100, 125)]])))
    out = tmp_path / "clips"
    done = loopfind("extract", tmp_path / "r.json", "--out", out, "--as", form)
    names = [f"repeat-01-{what}.{form}" for what in ("at-0h00m01s", "at-0h00m04s", "side-by-side")]
    assert (done.returncode, done.stderr) == (0, f"Repeat 1: 2 clips as {form}\n")
    assert done.stdout.splitlines() == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == names
    assert [len(animation(out / name)) for name in names] == [10, 10, 10]

    (tmp_path / "r.json").write_text(json.dumps(report(video, [[(25, 50), (4000, 4025)]])))
    done = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "other", "--as", form)
    assert (done.returncode, done.stdout) == (1, f"{tmp_path / 'other' / names[0]}\n")
    assert done.stderr.count("is it the video of the report?") == 2 and "Repeat 1: 1 clip as" in done.stderr
    assert [path.name for path in (tmp_path / "other").iterdir()] == names[:1]


@pytest.mark.slow
def test_a_form_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps(report(tmp_path / "v.mp4", [[(25, 50), (100, 125)]])))
    done = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips", "--as", "avi")
    assert (done.returncode, done.stdout) == (2, "")
    assert all(word in done.stderr for word in ("avi", "mp4", "gif", "webp"))
    assert not (tmp_path / "clips").exists()
