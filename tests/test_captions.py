"""Words under pictures side by side: the time that each shows, in every frame, whatever is undone."""

import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import videos
from PIL import Image
from test_extract import piece, times_of

from loopfind.media.animations import write_animation
from loopfind.media.captions import bar_height, captions_of, draw_bar
from loopfind.media.clips import Cutter
from loopfind.media.pieces import Look, Piece

WIDTH = 160
CAPTIONS = (lambda seconds: f"one {seconds:.2f}", lambda seconds: f"other {seconds:.2f}")


def test_a_caption_has_the_time_that_its_picture_shows():
    plain, backwards, fast = Look(), Look(reversed=True), Look(speed=2.0)
    sides = [(Piece(10.0, 14.0, 100, None), look) for look in (plain, backwards, fast)]
    for gone, shown in [
        (0.0, ["10.0", "14.0", "10.0"]),
        (1.0, ["11.0", "13.0", "10.5"]),
        (9.0, ["14.0", "10.0", "14.0"]),
    ]:
        assert captions_of(sides, [str, str, str], gone) == shown


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_each_picture_side_by_side_has_its_captions(form, tmp_path):
    source = videos.make(f"captions_{form}.mkv", *videos.moving(2, size=f"{WIDTH}x90"), "-c:v", "ffv1")
    times, place = times_of(source), tmp_path / f"both.{form}"
    sides = ((piece(times, 0, 20), Look()), (piece(times, 25, 45), Look()))
    if form == "mp4":
        Cutter(source, 0).compare(sides, place.as_posix(), CAPTIONS)
        words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", place.as_posix(), "-pix_fmt", "rgb24"]
        data = subprocess.run([*words, "-f", "rawvideo", "-"], capture_output=True, check=True, timeout=60).stdout
        shown = np.frombuffer(data, np.uint8).reshape(20, 90 + bar_height(WIDTH), 2 * WIDTH, 3)
        rate = 25
    else:
        write_animation(source, 0, sides, place.as_posix(), form, captions=CAPTIONS)
        with Image.open(place) as image:
            shown = np.array([np.asarray(image.convert("RGB")) for at in range(image.n_frames) if not image.seek(at)])
        rate = 10
    for number, picture in enumerate(shown):
        bars = [draw_bar(captions_of(sides, CAPTIONS, at / rate), WIDTH).astype(int) for at in range(len(shown))]
        apart = [np.abs(picture[90:] - bar).mean() for bar in bars]
        assert int(np.argmin(apart)) == number and apart[number] < 12
