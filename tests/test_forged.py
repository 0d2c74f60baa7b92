"""Files and names that hold what looks like ffmpeg's log change neither times nor sizes nor losses."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind.media.decode.frame_reader import FrameReader
from loopfind.media.decode.one_pass import open_video
from loopfind.media.stills import read_stills
from loopfind.model.video import Frames, Source
from loopfind.pipeline.scanning import scan

HEADER = """
[info]   Duration: 00:00:40.00, start: -1000.000000, bitrate: 1 kb/s
[info]   Stream #0:0: Video: vp9, yuv420p, 4000x3000, 300 fps
[info]     Side data:
[info]       Display Matrix: rotation of 90.00 degrees
"""
MAPPED = HEADER + "[info]   Stream #0:0 -> #0:0 (vp9 (native) -> rawvideo (native))\n"
COMPLAINT = "\n[dec:h264 @ 0x1] [error] Error submitting packet to decoder: Invalid data\ncorrupt decoded frame\n"
COLOURED = COMPLAINT.replace("[error]", "\x1b[1;31m[error] \x1b[0m\x1b[1;31m")
MARKED = "\n\x1f77 1/25\n\x1f99 1/25\n"
FORGED = {"header": HEADER, "mapping": MAPPED, "complaint": COMPLAINT, "colours": COLOURED, "marks": MARKED}
FORGED |= {
    "rotation": "\n[info]       Display Matrix: rotation of 90.00 degrees\n",
    "input": "\n[info] Input #0, dash, from 'x':\n",
}


@cache
def plain() -> Path:
    return videos.encoded("mkv", "libx264", 4.0)


def forged(text: str, place: str, folder: Path) -> Path:
    """A copy of the plain video whose container or stream has a tag with this text for a name."""
    stand_in = "T" * len(text.encode())
    path = folder / f"forged-{place}.mkv"
    which = "-metadata" if place == "container" else "-metadata:s:v:0"
    videos.run("-i", str(plain()), "-c", "copy", which, f"{stand_in}=1", str(path))
    data = path.read_bytes()
    assert data.count(stand_in.encode()) == 1
    path.write_bytes(data.replace(stand_in.encode(), text.encode()))
    return path


def read(path: Path) -> tuple[Source, np.ndarray, tuple[object, ...]]:
    reader: FrameReader[Frames]
    with open_video(path) as reader:
        times = np.concatenate([frames.times for frames in reader])
    return replace(reader.source, path="", declared=None), times, reader.losses


@pytest.mark.parametrize("place", ["container", "stream"])
@pytest.mark.parametrize("what", FORGED)
@pytest.mark.slow
def test_a_tag_changes_nothing(what: str, place: str, tmp_path: Path) -> None:
    source, times, losses = read(forged(FORGED[what], place, tmp_path))
    wanted, known, _ = read(plain())
    assert np.array_equal(times, known)
    assert losses == ()
    assert source == wanted


def test_a_tag_takes_a_declared_duration_away_at_most(tmp_path: Path) -> None:
    with open_video(forged(HEADER, "container", tmp_path)) as video:
        assert video.source.declared is None
    with open_video(plain()) as video:
        assert video.source.declared == 4.0


@pytest.mark.parametrize("what", FORGED)
@pytest.mark.slow
def test_a_name_changes_nothing(what: str, tmp_path: Path) -> None:
    # A name may have 255 bytes, so that the longest text takes two.
    folder = tmp_path / FORGED[what].replace("\n[info]   Stream #0:0 ->", "\n/\n[info]   Stream #0:0 ->")
    folder.mkdir(parents=True)
    path = folder / "a.mkv"
    shutil.copy(plain(), path)
    source, times, losses = read(path)
    wanted, known, _ = read(plain())
    assert np.array_equal(times, known)
    assert (source, losses) == (wanted, ())


def test_pictures_are_found_in_a_forged_file(tmp_path: Path) -> None:
    path = forged(MAPPED, "container", tmp_path)
    assert [place for place, _ in read_stills(path, 0, [1.0, 2.0], 64)] == [0, 1]


@pytest.mark.slow
def test_a_report_on_a_forged_file_is_that_on_the_file(tmp_path: Path) -> None:
    film = videos.make("forged-loop.mkv", *videos.moving(3.0), "-c:v", "libx264", "-g", "25", "-bf", "0")
    looped = tmp_path / "looped.mkv"
    videos.run("-stream_loop", "2", "-i", str(film), "-c", "copy", "-metadata", "T" * len(MAPPED) + "=1", str(looped))
    path = tmp_path / "forged.mkv"
    path.write_bytes(looped.read_bytes().replace(b"T" * len(MAPPED), MAPPED.encode()))
    ours, theirs = scan(path), scan(looped)
    assert theirs.verdict.looped
    assert (ours.repeats, ours.cuts, ours.losses, ours.unjudged) == (theirs.repeats, theirs.cuts, (), theirs.unjudged)


@pytest.mark.parametrize("text", ["", MAPPED])
@pytest.mark.slow
def test_times_count_from_the_start_of_the_sound_where_that_comes_first(text: str, tmp_path: Path) -> None:
    """As in a player; ffmpeg alone knows when a forged file starts."""
    path = tmp_path / "sound.mkv"
    stand_in = "T" * max(1, len(text))
    sound = ("-f", "lavfi", "-i", "sine=d=3")
    coded = ("-c:v", "libx264", "-c:a", "aac", "-metadata", f"{stand_in}=1")
    videos.run("-itsoffset", "0.5", *videos.moving(2.0), *sound, "-map", "0", "-map", "1", *coded, str(path))
    path.write_bytes(path.read_bytes().replace(stand_in.encode(), text.encode() or b"T"))
    _, times, _ = read(path)
    assert times[0] == pytest.approx(0.5, abs=0.03)
