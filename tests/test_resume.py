"""A scan that is cut off goes on where it was, and says what an unbroken one says."""

import json
import os
import random
import subprocess
import sys
import zlib
from functools import cache, partial
from pathlib import Path

import draws
import numpy as np
import pytest
import videos

from loopfind import Report, Settings, scan
from loopfind.media.decode import losses as media_losses
from loopfind.media.decode.parallel import ParallelDecoding, open_parallel
from loopfind.media.decode.relay import RelayReader
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.model.video import Frames
from loopfind.pipeline import Resume, reader
from loopfind.pipeline.reader import ONE_PASS
from loopfind.pipeline.resume import resumable
from loopfind.reports.formats import json as machine
from loopfind.settings import Decoding

ROOT = Path(__file__).resolve().parent.parent
CHILD = """
import sys
from loopfind import Settings, scan
from loopfind.pipeline import Resume
say = lambda *words: print(*words, flush=True)
resume = Resume(sys.argv[2], 0.0, lambda line: say("note", line))
scan(sys.argv[1], Settings(kind=sys.argv[3]), watch=lambda p: say(p.stage, p.frames), resume=resume)
"""


@cache
def video(container: str, *coding: str) -> Path:
    """Forty seconds in which ten are shown twice."""
    graph = "[0]split=2[a][b];[b]trim=5:15,setpts=PTS-STARTPTS[c];[a][c]concat=n=2"
    name = f"resumed{zlib.crc32(repr(coding).encode()):x}.{container}"
    scene = "life=s=48x32:r=8:mold=9:seed=7:ratio=0.3,scale=96:64:flags=bicubic,fps=25,tmix=frames=4,trim=end=30"
    return videos.make(name, "-f", "lavfi", "-i", scene, "-filter_complex", graph, "-pix_fmt", "yuv420p", *coding)


@cache
def told(path: Path, kind: str) -> str:
    """Return what an unbroken scan says."""
    return said(scan(str(path), Settings(kind=kind)))


def said(report: Report) -> str:
    return "".join(machine.write(report))


def cut_off(path: Path, folder: Path, kind: str, after: int) -> list[str]:
    """Return what a scan said that was killed after so many lines, unless it ended before."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", CHILD, str(path), str(folder), kind]
    lines: list[str] = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        for line in child.stdout:
            lines.append(line)
            if len(lines) == after:
                child.kill()
    return lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("container", "coding", "kind", "times"),
    [
        ("mp4", ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", "60"), "ahash", draws.examples(2)),
        ("mkv", ("-c:v", "libx264", "-x264-params", "open-gop=1:bframes=3:keyint=40"), "exact", draws.examples(2)),
    ],
)
def test_a_scan_killed_at_random_moments_says_what_an_unbroken_one_says(
    container: str, coding: tuple[str, ...], kind: str, times: int, tmp_path: Path
) -> None:
    path, rng, went_on = video(container, *coding), random.Random(7), 0
    for _ in range(times):
        lines = cut_off(path, tmp_path, kind, rng.randint(1, 7))
        went_on += any(line.startswith("note") for line in lines)
        assert len(list(tmp_path.iterdir())) <= 3
    notes: list[str] = []
    assert said(scan(str(path), Settings(kind=kind), resume=Resume(tmp_path, 0.0, notes.append))) == told(path, kind)
    assert went_on >= times // 2 and list(tmp_path.iterdir()) == []


class Stop(Exception):
    """The scan is to stop."""


def stopped(
    path: Path,
    folder: Path,
    settings: Settings = Settings(),  # noqa: B008
    frames: int = 500,
    decoding: Decoding = ONE_PASS,
) -> None:
    """A scan that stops after so many frames, with a checkpoint behind it."""

    def watch(progress: object) -> None:
        if getattr(progress, "frames", 0) >= frames:
            raise Stop

    with pytest.raises(Stop):
        scan(str(path), settings, watch, resume=Resume(folder, 0.0), decoding=decoding)
    assert len(list(folder.iterdir())) == 2


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / "video.mkv"
    path.write_bytes(video("mkv").read_bytes())
    return path


def finished(path: Path, folder: Path) -> tuple[int, str]:
    """How often a scan said that it goes on, and its answer; it leaves nothing."""
    notes: list[str] = []
    answer = said(scan(str(path), resume=Resume(folder, 0.0, notes.append)))
    assert list(folder.iterdir()) == []
    return len(notes), answer


@pytest.mark.slow
def test_what_is_left_is_gone_on_with_and_only_the_rest_is_read(copy: Path, tmp_path: Path) -> None:
    folder, seen = tmp_path / "kept", list[int]()
    folder.mkdir()
    stopped(copy, folder)
    scan(str(copy), watch=lambda p: seen.append(p.frames), resume=Resume(folder, 0.0))
    assert seen[0] > 250 and list(folder.iterdir()) == []


@pytest.mark.slow
def test_a_file_that_changed_since_is_read_anew(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    stopped(copy, folder)
    copy.write_bytes(video("mp4").read_bytes())
    assert finished(copy, folder) == (0, said(scan(str(copy))))


@pytest.mark.slow
def test_rows_that_do_not_agree_with_the_file_are_read_anew(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    stopped(copy, folder)
    (rows,) = folder.glob("*.frames")
    rows.write_bytes(np.random.default_rng(1).bytes(rows.stat().st_size))
    assert finished(copy, folder)[1] == said(scan(str(copy)))


@pytest.mark.slow
def test_what_is_no_checkpoint_is_removed(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    stopped(copy, folder)
    (says,), (rows,) = folder.glob("*.json"), folder.glob("*.frames")
    kept = rows.read_bytes()
    for text in ("", "{}", "[1]", '{"frames": 5}', "\x00"):
        says.write_text(text)
        rows.write_bytes(kept)
        with resumable(resolve(copy), Settings(), Resume(folder, 0.0)) as found:
            assert found is not None and found.rows.count == 0 and list(folder.iterdir()) == []


@pytest.mark.slow
def test_other_settings_are_another_checkpoint(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    stopped(copy, folder)
    scan(str(copy), Settings(hash_size=16), resume=Resume(folder, 0.0))
    assert len(list(folder.iterdir())) == 2 and finished(copy, folder)[0] == 1


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_told_and_the_scan_goes_on(copy: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    (tmp_path / "file").touch()
    scan(str(copy), resume=Resume(tmp_path / "file" / "kept", 0.0, notes.append))
    assert len(notes) == 1


@pytest.mark.slow
def test_old_checkpoints_of_other_files_are_forgotten(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    stopped(copy, folder)
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    other = tmp_path / "other.mkv"
    other.write_bytes(copy.read_bytes())
    assert finished(other, folder)[0] == 0


@pytest.mark.slow
def test_what_was_lost_is_told_by_the_scan_that_goes_on(tmp_path: Path) -> None:
    source = video("mkv")
    path, folder = videos.damaged(source, "resumed_damaged.mkv", 0.5, 0.55), tmp_path / "kept"
    wanted = scan(str(path))
    stopped(path, folder, frames=int(0.9 * wanted.source.frames))
    notes: list[str] = []
    found = scan(str(path), resume=Resume(folder, 0.0, notes.append))
    assert notes and found.source == wanted.source and found.repeats
    # What decoder threads make of a damaged picture is not always the same, nor the frame before which they complain.
    assert found.verdict.repeated_seconds == pytest.approx(wanted.verdict.repeated_seconds, abs=1.0)
    (loss,), (other,) = found.losses, wanted.losses
    assert (loss.start, loss.end) == pytest.approx((other.start, other.end), abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_behind_damage_it_goes_on_where_it_was(jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_losses, "SETTLED_AFTER", 100)
    monkeypatch.setattr(reader, "open_parallel", partial(open_parallel, shortest=4.0))
    source = video("mkv", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
    path, folder = videos.damaged(source, f"resumed_behind_{jobs}.mkv", 0.3, 0.32), tmp_path / "kept"
    decoding = Decoding(jobs=jobs)
    wanted = scan(str(path), decoding=decoding)
    stopped(path, folder, frames=int(0.9 * wanted.source.frames), decoding=decoding)
    (said,) = (json.loads(file.read_text()) for file in folder.glob("*.json"))
    (loss,), edge = wanted.losses, 0.6 * wanted.source.frames
    assert said["frames"] > edge and len(said["losses"]) == 1
    found = scan(str(path), resume=Resume(folder, 0.0), decoding=decoding)
    assert found.source == wanted.source and len(found.losses) == 1
    assert (found.losses[0].start, found.losses[0].end) == pytest.approx((loss.start, loss.end), abs=0.5)
    assert found.verdict.repeated_seconds == pytest.approx(wanted.verdict.repeated_seconds, abs=1.0)


@pytest.mark.slow
def test_losses_that_are_none_make_no_checkpoint(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for losses in (None, [["a", 1, "x"]], [[1.0]]):
        stopped(copy, folder)
        (file,) = folder.glob("*.json")
        file.write_text(json.dumps({**json.loads(file.read_text()), "losses": losses}))
        assert finished(copy, folder)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize(("damage", "stop"), [(None, 0.5), (0.9, 0.3), (0.7, 0.9)])
def test_ranges_are_gone_on_with_too(
    damage: float | None, stop: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is read side by side leaves a checkpoint that any reading goes on with, and so does a damaged one."""
    source = video("mkv", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
    broken = damage is not None
    path = source if damage is None else videos.damaged(source, f"resumed_{damage}.mkv", damage, damage + 0.02)
    wanted, read, folder = scan(str(path)), list[ParallelDecoding](), tmp_path / "kept"

    def split(request: ReadRequest, _: int) -> RelayReader[Frames]:
        video = open_parallel(request, 2, 4.0)
        assert isinstance(video, RelayReader) and isinstance(video.relay, ParallelDecoding)
        read.append(video.relay)
        return video

    monkeypatch.setattr(reader, "open_parallel", split)
    stopped(path, folder, frames=int(stop * wanted.source.frames))
    found = scan(str(path), resume=Resume(folder, 0.0))
    assert len(read) == 2 and bool(read[1].why) == broken
    # Damage in the first range ends the reading in ranges, maybe before a second one is taken up.
    assert read[1].segments > 1 or (damage is not None and damage < stop)
    # What decoder threads make of a damaged picture is not always the same.
    assert broken or found.repeats == wanted.repeats
    assert found.verdict.repeated_seconds == pytest.approx(wanted.verdict.repeated_seconds, abs=1.0)
    assert found.source == wanted.source
    assert [loss.start for loss in found.losses] == pytest.approx([loss.start for loss in wanted.losses], abs=0.5)
    assert len(wanted.losses) == broken


@pytest.mark.slow
def test_two_scans_of_one_file_do_not_meet(copy: Path, tmp_path: Path) -> None:
    folder, inner = tmp_path / "kept", list[str]()

    def watch(progress: object) -> None:
        if not inner and getattr(progress, "frames", 0) >= 500:
            inner.append(said(scan(str(copy), resume=Resume(folder, 0.0))))

    assert said(scan(str(copy), watch=watch, resume=Resume(folder, 0.0))) == inner[0] == said(scan(str(copy)))
    assert list(folder.iterdir()) == []
