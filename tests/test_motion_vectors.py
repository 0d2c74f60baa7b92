"""Motion vectors of coded streams, in cells of the picture."""

import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from loopfind.errors import BadSetting, Broken, MissingExtra, NoMotionVectors, NoStream, NotVideo, Unreadable
from loopfind.media.decode.one_pass import open_video
from loopfind.media.motion_cells import CodedPicture, cell_motion
from loopfind.media.motion_vectors import VECTORS_ALONE, read_motion
from loopfind.pipeline.trajectory import follow_trajectory, trajectory

WIDTH, HEIGHT, SIDE, FRAMES, RATE, STEP = 320, 192, 64, 30, 25, 2
"""Pixels of the pictures and of a square on them, which moves so many pixels a frame to the right."""
ENCODERS = {
    "h264": ("-c:v", "libx264", "-preset", "veryfast", "-bf", "0"),
    "h264 with b-frames": ("-c:v", "libx264", "-x264-params", "bframes=3:b-adapt=0:b-pyramid=none:ref=1"),
    "h264 with a pyramid": ("-c:v", "libx264", "-x264-params", "bframes=3:b-adapt=0:b-pyramid=strict:ref=2"),
    "mpeg4": ("-c:v", "mpeg4", "-q:v", "3"),
    "mpeg4 with b-frames": ("-c:v", "mpeg4", "-q:v", "3", "-bf", "2"),
    "mpeg2": ("-c:v", "mpeg2video", "-q:v", "3", "-bf", "2"),
}


def top_of(number):
    """Return the left edge of the square in a frame, in pixels."""
    return 20 + STEP * number


def drawn():
    """Return pictures (n, height, width) uint8 of a square that moves over a textured background."""
    rng = np.random.default_rng(1)
    background = rng.integers(60, 120, (HEIGHT // 4, WIDTH // 4)).repeat(4, 0).repeat(4, 1).astype(np.uint8)
    square = rng.integers(0, 255, (SIDE // 4, SIDE // 4)).repeat(4, 0).repeat(4, 1).astype(np.uint8)
    pictures = np.repeat(background[None], FRAMES, axis=0)
    for number, picture in enumerate(pictures):
        picture[SIDE : 2 * SIDE, top_of(number) : top_of(number) + SIDE] = square
    return pictures


def encode(path, pictures, *words, more=()):
    height, width = pictures.shape[1:]
    given = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", str(RATE), "-i", "-")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *more, *given, *words, "-pix_fmt", "yuv420p")
    subprocess.run((*command, str(path)), input=pictures.tobytes(), check=True)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coded")
    pictures = drawn()
    return {
        name: encode(folder / f"{name.replace(' ', '_')}.mkv", pictures, *words) for name, words in ENCODERS.items()
    }


def whole(path, **options):
    batches = list(read_motion(path, **options))
    return tuple(np.concatenate([getattr(one, name) for one in batches]) for name in ("times", "speeds", "described"))


def on_square(times, speeds, described):
    """Return the motion (n, 2) of cells that the square fills, in frames of which most of those are described."""
    found = []
    for time, speed, share in zip(times, speeds, described, strict=True):
        left = top_of(round(time * RATE))
        columns = slice(-(-left * 16 // WIDTH), (left + SIDE) * 16 // WIDTH)
        rows = slice(-(-SIDE * 16 // HEIGHT), 2 * SIDE * 16 // HEIGHT)
        sure = share[rows, columns] > 0.5
        if sure.any():
            found.append(speed[rows, columns][sure].mean(axis=0))
    return np.array(found)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_square_that_moves_to_the_right_has_its_speed(files, name):
    times, speeds, described = whole(files[name])
    found = on_square(times, speeds, described)
    assert len(found) >= (6 if name == "mpeg4 with b-frames" else 20)
    assert np.median(found[:, 0]) == pytest.approx(STEP * RATE / WIDTH, rel=0.05)
    assert np.abs(np.median(found[:, 1])) < 0.01
    # The background lies still, and its corners are far from the square.
    assert np.abs(speeds[:, [0, 0, -1, -1], [0, -1, 0, -1]]).max() < 0.02


@pytest.mark.parametrize("name", ["h264 with a pyramid", "mpeg4"])
def test_times_are_those_of_a_scan(files, name):
    with open_video(files[name]) as video:
        times = np.concatenate([batch.times for batch in video])
    assert whole(files[name])[0].tolist() == times.tolist()


def test_vectors_are_those_of_whole_pictures(files):
    import av

    def vectors(options):
        with av.open(str(files["h264 with a pyramid"])) as container:
            video = container.streams.video[0]
            video.codec_context.options = options
            found = [frame.side_data.get("MOTION_VECTORS") for frame in container.decode(video)]
            # Between the fields of a record lie bytes that are not set.
            return [[one.to_ndarray()[field].tolist() for field in FIELDS] for one in found if one is not None]

    assert vectors(VECTORS_ALONE) == vectors({"flags2": "+export_mvs"})


FIELDS = ("source", "w", "h", "src_x", "src_y", "dst_x", "dst_y", "motion_x", "motion_y", "motion_scale")


def test_a_key_frame_is_not_described_and_the_rest_is(files):
    described = whole(files["h264"])[2].mean(axis=(1, 2))
    assert described[0] == 0
    assert described[1:].min() > 0.7
    assert described.max() <= 1


def test_frames_of_a_span_are_given_alone(files):
    times, speeds, _ = whole(files["h264 with b-frames"])
    part, inside, _ = whole(files["h264 with b-frames"], start=0.2, end=0.8)
    assert part.tolist() == times[5:20].tolist()
    assert np.array_equal(inside, speeds[5:20])


def test_frames_that_come_too_soon_are_left_out(files):
    times, speeds, _ = whole(files["h264 with b-frames"])
    some, those, _ = whole(files["h264 with b-frames"], apart=0.12)
    assert some.tolist() == times[::3].tolist()
    assert np.array_equal(those, speeds[::3])


def test_motion_is_turned_as_the_picture_is(files, tmp_path):
    turned = tmp_path / "turned.mp4"
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-display_rotation", "-90", "-i", files["h264"])
    subprocess.run((*command, "-c", "copy", turned), check=True)
    _, speeds, described = whole(files["h264"])
    _, as_shown, known = whole(turned)
    # Clockwise: right becomes down, and what was at the left is at the top.
    assert np.allclose(as_shown[..., 1], np.rot90(speeds[..., 0], -1, axes=(1, 2)))
    assert np.allclose(as_shown[..., 0], -np.rot90(speeds[..., 1], -1, axes=(1, 2)))
    assert np.allclose(known, np.rot90(described, -1, axes=(1, 2)))


def test_pictures_smaller_than_blocks_have_motion_in_all_cells(tmp_path):
    small = encode(tmp_path / "small.avi", drawn()[:10, 60:120, :80], "-c:v", "mpeg4", "-q:v", "3")
    described = whole(small)[2]
    assert (described[1:].mean(axis=0) > 0).all()


FIRST_FIELDS = [("source", "<i4"), ("w", "u1"), ("h", "u1"), ("dst_x", "<i2"), ("dst_y", "<i2")]
CELL = np.dtype([*FIRST_FIELDS, ("motion_x", "<i4"), ("motion_y", "<i4"), ("motion_scale", "<u2")])


def coded(time, kind, place, *vectors):
    return CodedPicture(time, kind, place, (256, 256), 0, np.array(list(vectors), CELL))


def test_what_is_shown_later_is_where_a_block_moves_to():
    """Decoded in the order 0 2 1: the one between them is made of both, and of the later one alone in its second."""
    back, ahead = (-1, 16, 16, 8, 8, 16, 0, 4), (1, 16, 16, 24, 8, 16, 0, 4)
    pictures = [coded(0.0, 1, 0), coded(0.5, 3, 2, back, ahead), coded(1.5, 2, 1)]
    motion = cell_motion(pictures, 0, 3)
    assert motion.speeds[1, 0, 0].tolist() == pytest.approx([-4 / 256 / 0.5, 0])
    assert motion.speeds[1, 0, 1].tolist() == pytest.approx([4 / 256 / 1.0, 0])
    assert motion.described[1, 0, :3].tolist() == [1, 1, 0]


def test_a_block_that_is_coded_from_both_sides_counts_once():
    both = [(-1, 16, 16, 8, 8, 16, 0, 4), (1, 16, 16, 8, 8, -32, 0, 4)]
    motion = cell_motion([coded(0.0, 1, 0), coded(1.0, 3, 2, *both), coded(3.0, 2, 1)], 0, 3)
    assert motion.described[1, 0, 0] == 1
    assert motion.speeds[1, 0, 0, 0] == pytest.approx(-4 / 256)


def test_a_picture_that_others_are_made_of_is_known_by_the_order_of_decoding():
    """Decoded in the order 0 4 2 1 3: of the pictures between, the middle one was there for those around it."""
    block = (-1, 16, 16, 8, 8, 4, 0, 4)
    pyramid = [coded(0.0, 1, 0)]
    pyramid += [coded(float(n), 3, place, block) for n, place in ((1, 3), (2, 2), (3, 4))]
    pyramid += [coded(4.0, 2, 1, block)]
    spans = [-1 / 256 / speed for speed in cell_motion(pyramid, 1, 5).speeds[:, 0, 0, 0]]
    assert spans == pytest.approx([1, 2, 1, 4])
    # In the order 0 4 1 2 3 none of those between was made for others.
    plain = [
        CodedPicture(one.time, one.kind, place, one.size, 0, one.vectors)
        for one, place in zip(pyramid, (0, 2, 3, 4, 1), strict=True)
    ]
    spans = [-1 / 256 / speed for speed in cell_motion(plain, 1, 5).speeds[:, 0, 0, 0]]
    assert spans == pytest.approx([1, 2, 3, 4])


def test_codecs_that_give_none_are_named(tmp_path, files):
    still = encode(tmp_path / "pictures.avi", drawn()[:5], "-c:v", "mjpeg")
    with pytest.raises(
        NoMotionVectors, match=r"pictures\.avi: no motion vectors .* key frames: leave --way vectors out"
    ):
        whole(still)
    vp9 = encode(tmp_path / "vp9.webm", drawn()[:8, :96, :96], "-c:v", "libvpx-vp9", "-deadline", "realtime")
    with pytest.raises(NoMotionVectors, match=r"its codec \((?:libvpx-)?vp9\) gives none"):
        whole(vp9)


def test_what_cannot_be_read_is_said_in_the_words_of_a_scan(tmp_path, files):
    with pytest.raises(Unreadable, match="no such file"):
        whole(tmp_path / "none.mp4")
    with pytest.raises(Unreadable, match="from files on disk alone"):
        whole("rtsp://127.0.0.1:9/x")
    with pytest.raises(NoStream, match="no video stream 1"):
        whole(files["h264"], stream=1)
    text = tmp_path / "text.mp4"
    text.write_text("not a video\n" * 40)
    with pytest.raises(NotVideo):
        whole(text)
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(np.random.default_rng(3).bytes(5000))
    with pytest.raises(Broken):
        whole(noise)


def test_a_file_that_is_damaged_in_the_middle_is_read_to_its_end(tmp_path, files):
    damaged = tmp_path / "damaged.mkv"
    data = bytearray(Path(files["mpeg2"]).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    damaged.write_bytes(data)
    assert whole(damaged)[0][-1] > 1.0


def test_the_extra_is_named_where_it_is_missing(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"loopfind\[explore\]"):
        whole(files["h264"])


@pytest.mark.slow
def test_a_trajectory_by_vectors_takes_the_samples_of_the_file(files):
    found = trajectory(files["h264"], way="vectors")
    assert len(found.times) == pytest.approx(FRAMES / RATE * 10, abs=2)
    assert found.report.source.frames == FRAMES


@pytest.mark.slow
def test_a_trajectory_by_vectors_is_refused_where_there_are_none(tmp_path, files):
    still = encode(tmp_path / "pictures.avi", drawn()[:5], "-c:v", "mjpeg")
    with pytest.raises(NoMotionVectors):
        trajectory(still, way="vectors")
    with pytest.raises(BadSetting, match="from files that are whole"):
        next(follow_trajectory(files["h264"], way="vectors"))
