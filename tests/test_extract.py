"""Clips of what a report names: exactly its frames, copied or encoded; comparisons in step; nothing left half done."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
import videos
from in_process import loopfind
from patience import wait_until

from loopfind.media.clips import Cutter
from loopfind.media.pieces import Look, Piece

ROOT = Path(__file__).resolve().parent.parent
SIDE = 64
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2")


def pictures(path: Path, *filters: str) -> np.ndarray:
    """Every picture of a video, small and grey, (n, 64, 64) uint8."""
    chain = ",".join((*filters, f"scale={SIDE}:{SIDE}:flags=area,format=gray"))
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", path.as_posix(), "-vf", chain]
    words += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    data = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, SIDE, SIDE)


def places(found: np.ndarray, source: np.ndarray) -> list[int]:
    """Return the picture of the source that each found one is most like."""
    apart = np.abs(found[:, None].astype(np.int16) - source[None]).mean((2, 3))
    return [int(at) for at in apart.argmin(1)]


def times_of(path: Path) -> np.ndarray:
    from loopfind.media.decode.one_pass import open_video

    with open_video(path) as video:
        return np.concatenate([batch.times for batch in video])


def piece(times: np.ndarray, first: int, last: int) -> Piece:
    end = times[last] if last < len(times) else times[-1] + np.median(np.diff(times))
    return Piece(float(times[first]), float(end), last - first, first)


_HOLES = ("-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "passthrough")
SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "mp4": ("clip_a.mp4", (*videos.moving(16), *_X264, "-g", "25", "-x264-params", "open-gop=0")),
    "open groups": ("clip_b.mp4", (*videos.moving(5), *_X264, "-g", "25", "-x264-params", "open-gop=1")),
    "23.976 mkv": ("clip_c.mkv", (*videos.moving(5, "24000/1001"), *_X264, "-g", "24")),
    "59.94 ts": ("clip_d.ts", (*videos.moving(4, "60000/1001"), *_X264, "-g", "30")),
    "29.97 vp9": (
        "clip_e.webm",
        (*videos.moving(4, "30000/1001"), "-c:v", "libvpx-vp9", *videos.FAST["libvpx-vp9"]),
    ),
    "vp8": ("clip_f.webm", (*videos.moving(4), "-c:v", "libvpx", *videos.FAST["libvpx"])),
    "avi": ("clip_g.avi", (*videos.moving(4), "-c:v", "mpeg4", "-bf", "2", "-g", "12")),
    "variable": ("clip_h.mp4", (*videos.moving(6), *_HOLES, *_X264, "-g", "25")),
    "odd size": ("clip_i.mkv", (*videos.moving(4, size="97x65"), "-c:v", "ffv1")),
    "starts late": ("clip_j.mp4", (*videos.moving(4), *_X264, "-g", "25", "-output_ts_offset", "5")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_a_clip_holds_exactly_its_frames(name: str, tmp_path: Path) -> None:
    file, arguments = SOURCES[name]
    source = videos.make(file, *arguments)
    times, shown = times_of(source), pictures(source)
    cutter = Cutter(source, 0)
    for first, last in [(0, 10), (37, 61), (len(times) - 60, len(times) - 3), (len(times) - 9, len(times))]:
        place = tmp_path / "clip.mp4"
        cutter.cut(piece(times, first, last), place.as_posix())
        found = pictures(place)
        assert len(found) == last - first
        assert places(found, shown) == [*range(first, last)]
        if cutter.copied:
            assert np.array_equal(found, shown[first:last])
        if name == "avi":  # it has no times, and frames out of decoding order: each reader makes up its own
            continue
        clock = times_of(place)
        assert np.abs((clock - clock[0]) - (times[first:last] - times[first])).max() < 0.0015


@pytest.mark.slow
def test_what_starts_at_a_key_frame_and_stands_alone_is_copied(tmp_path: Path) -> None:
    file, arguments = SOURCES["mp4"]
    source = videos.make(file, *arguments)
    times = times_of(source)
    cutter, place = Cutter(source, 0), (tmp_path / "clip.mp4").as_posix()
    copied = []
    for first, last in [(0, 25), (25, 75), (26, 75), (300, 375)]:
        cutter.cut(piece(times, first, last), place)
        copied.append(cutter.copied)
    assert copied == [True, True, False, True]


@pytest.mark.slow
def test_frames_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    from loopfind.errors import DecoderFailed

    source = videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])
    with pytest.raises(DecoderFailed, match="could not be cut out"):
        Cutter(source, 0).cut(Piece(20.0, 21.0, 25, 500), (tmp_path / "clip.mp4").as_posix())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "change"),
    [
        (Look(), "null"),
        (Look(mirrored=True), "hflip"),
        (Look(reversed=True), "reverse"),
        (Look(reversed=True, mirrored=True), "reverse,hflip"),
        (Look(speed=2.0), "setpts=PTS/2,fps=25"),
        (Look(speed=0.5), "setpts=PTS*2"),
    ],
)
def test_a_comparison_undoes_what_was_done(look: Look, change: str, tmp_path: Path) -> None:
    """The halves of each picture are alike: the second showing is made from the first by ffmpeg itself."""
    name = f"pair_{look.reversed:d}{look.mirrored:d}{look.speed}"
    first = videos.make(f"{name}_1.mkv", *videos.moving(2), "-c:v", "ffv1")
    second = videos.make(f"{name}_2.mkv", "-i", first.as_posix(), "-vf", change, "-c:v", "ffv1")
    join = "[0:v]settb=1/1000[a];[1:v]settb=1/1000[b];[a][b]concat=n=2:v=1[c]"
    both = videos.make(
        f"{name}.mkv", "-i", first.as_posix(), "-i", second.as_posix(), "-filter_complex", join, "-map", "[c]",
        "-fps_mode", "passthrough", "-c:v", "ffv1",
    )  # fmt: skip
    times = times_of(both)
    place = tmp_path / "both.mp4"
    sides = ((piece(times, 0, 50), Look()), (piece(times, 50, len(times)), look))
    Cutter(both, 0).compare(sides, place.as_posix())
    left, right = pictures(place, "crop=iw/2:ih:0:0"), pictures(place, "crop=iw/2:ih:iw/2:0")
    assert 45 <= len(left) <= 51
    apart = np.abs(left.astype(np.int16) - right).mean((1, 2))
    aside = np.abs(left[:-5].astype(np.int16) - right[5:]).mean((1, 2))
    if look.speed == 1.0:
        assert apart.max() < 2.5
    assert np.median(apart) < 0.5 * np.median(aside)


def report(video: Path, spans: list[list[tuple[int, int]]], rate: float = 25.0, **more: Any) -> dict[str, Any]:
    repeats = [
        {
            "id": number, "kind": "repeat", "length": 1.0, "period": None, "confidence": 0.9, "evidence": "replay",
            "occurrences": [
                {"start": first / rate, "end": last / rate, "start_frame": first, "end_frame": last,
                 "reversed": False, "mirrored": False, "speed": 1.0}
                for first, last in shown
            ],
        }
        for number, shown in enumerate(spans, 1)
    ]  # fmt: skip
    source = {"path": video.as_posix(), "link": video.as_uri() + "#t=0", "fps": rate}
    whole = {"schema": 1, "loopfind": "0.1.0", "source": source, "settings": {"stream": 0, "start": None}}
    return whole | {"repeats": repeats} | more


@pytest.fixture
def video() -> Path:
    return videos.make(SOURCES["mp4"][0], *SOURCES["mp4"][1])


@pytest.mark.slow
def test_extract_writes_clips_and_comparisons(video: Path, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(
        json.dumps(report(video, [[(25, 50), (100, 125)], [(60, 70), (65, 75), (201, 211)]]))
    )
    done = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips")
    assert done.returncode == 0, done.stderr
    names = [
        "repeat-01-at-0h00m01s.mp4",
        "repeat-01-at-0h00m04s.mp4",
        "repeat-01-side-by-side.mp4",
        "repeat-02-at-0h00m02s.mp4",
        "repeat-02-at-0h00m02s-2.mp4",
        "repeat-02-at-0h00m08s.mp4",
        "repeat-02-side-by-side.mp4",
    ]
    assert done.stdout.splitlines() == [str(tmp_path / "clips" / name) for name in names]
    assert sorted(os.listdir(tmp_path / "clips")) == sorted(names)
    assert done.stderr == "Repeat 1: 2 clips, 2 copied, 0 encoded\nRepeat 2: 3 clips, 0 copied, 3 encoded\n"
    shown = pictures(video)
    assert places(pictures(tmp_path / "clips" / names[4]), shown) == [*range(65, 75)]

    again = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips", "--repeat", "2")
    assert (again.returncode, again.stdout) == (1, "")
    assert "it is there already; add --overwrite" in again.stderr
    over = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips", "--repeat", 1, "--overwrite", "-q")
    assert (over.returncode, over.stderr, len(over.stdout.splitlines())) == (0, "", 3)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["mp4", "gif"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_pair_side_by_side_begins_at_what_both_show(form: str, backwards: bool, tmp_path: Path) -> None:
    """The second occurrence shows the first half second as well, which the first one lacks at its start."""
    first = videos.make("content_1.mkv", *videos.moving(3), "-c:v", "ffv1")
    change = "reverse" if backwards else "null"
    both = videos.make(
        f"content_{change}.mkv", "-i", first.as_posix(), "-i", first.as_posix(), "-filter_complex",
        f"[1:v]{change}[b];[0:v][b]concat=n=2:v=1[c]", "-map", "[c]", "-c:v", "ffv1",
    )  # fmt: skip
    whole = report(both, [[(12, 75), (75, 150)]])
    shown = whole["repeats"][0]["occurrences"]
    shown[0] |= {"content_start": 0.48, "content_end": 3.0}
    shown[1] |= {"content_start": 0.0, "content_end": 3.0, "reversed": backwards}
    (tmp_path / "r.json").write_text(json.dumps(whole))
    done = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips", "--as", form)
    assert done.returncode == 0, done.stderr
    place = tmp_path / "clips" / f"repeat-01-side-by-side.{form}"
    left, right = pictures(place, "crop=iw/2:ih:0:0"), pictures(place, "crop=iw/2:ih:iw/2:0")
    apart = np.abs(left.astype(np.int16) - right).mean((1, 2))
    aside = np.abs(left[:-5].astype(np.int16) - right[5:]).mean((1, 2))
    assert len(left) >= 20 and np.median(apart) < 0.5 * np.median(aside)


def test_an_older_report_shows_the_whole_of_the_content() -> None:
    from loopfind.reports.formats.json_reader import read_report

    data = json.dumps(report(Path("/v.mp4"), [[(25, 50), (100, 120)]])).encode()
    shown = read_report("r.json", data).repeats[0].occurrences
    assert [(one.content_start, one.content_end) for one in shown] == [(0.0, 1.0), (0.0, 1.0)]


@pytest.mark.slow
def test_extract_finds_the_video(video: Path, tmp_path: Path) -> None:
    """As the report names it, by its link, beside the report, or as given."""
    odd = os.fsdecode(b"caf\xe9 it's.mp4")
    shutil.copy(video, tmp_path / odd)
    found = report(video, [[(25, 50), (100, 125)]])
    for number, source in enumerate(
        [{"path": "caf\ufffd it's.mp4", "link": (tmp_path / odd).as_uri() + "#t=0"}, {"path": "x.mp4", "link": ""}]
    ):
        (tmp_path / "r.json").write_text(json.dumps(found | {"source": source | {"fps": 25.0}}))
        told = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / f"out{number}", "-q", cwd=tmp_path)
        assert told.returncode == number
    assert told.stderr == f"loopfind: {tmp_path}/r.json: its video x.mp4 is not there: give it with --video FILE\n"
    shutil.copy(video, tmp_path / "x.mp4")
    assert loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "out2", cwd="/").returncode == 0
    told = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "out3", "--video", video, cwd="/")
    assert told.returncode == 0


@pytest.mark.slow
def test_the_clips_are_those_of_the_file_that_was_scanned(tmp_path: Path) -> None:
    film, place = tmp_path / "film.mkv", tmp_path / "report.json"
    # As many frames, of the same times and sizes.
    looped, other = (
        videos.make(name, *videos.moving(6), "-vf", f"loop=1:50:50,{change}", "-c:v", "ffv1")
        for name, change in (("scanned.mkv", "null"), ("other.mkv", "negate"))
    )
    videos.run("-i", looped.as_posix(), "-i", looped.as_posix(), "-filter_complex", "concat", "-c:v", "ffv1", str(film))
    assert loopfind(film, "-q", "--no-resume", "-o", place).returncode == 0
    with film.open("ab") as file:
        file.write(bytes(100))  # it may grow: what was scanned is still there
    assert loopfind("extract", place, "--out", tmp_path / "grown", "-q").returncode == 0
    film.unlink()
    videos.run("-i", other.as_posix(), "-i", other.as_posix(), "-filter_complex", "concat", "-c:v", "ffv1", str(film))
    done = loopfind("extract", place, "--out", tmp_path / "refused")
    assert done.returncode == 1 and not (tmp_path / "refused").exists()
    assert "another file now than the one that was scanned" in done.stderr and done.stderr.count("\n") == 1
    done = loopfind("extract", place, "--out", tmp_path / "named", "--video", film)
    assert done.returncode == 0 and "not the file that the report is of" in done.stderr.splitlines()[0]


@pytest.mark.slow
def test_many_occurrences_are_left_out_and_told(video: Path, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps(report(video, [[(at, at + 1) for at in range(0, 200, 2)]])))
    done = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "clips", "--most", 3)
    assert "3 clips, " in done.stderr and "97 more left out" in done.stderr
    assert len(done.stdout.splitlines()) == 4


OCCURRENCE = {
    "start": 1.0, "end": 2.0, "start_frame": 25, "end_frame": 50, "reversed": False, "mirrored": False, "speed": 1.0,
}  # fmt: skip


def broken(**more: Any) -> Any:
    whole = report(Path("/v.mp4"), [[(25, 50), (100, 125)]])
    whole["repeats"][0]["occurrences"][1] |= more
    return whole


def smelt() -> Any:
    whole = report(Path("/v.mp4"), [[(25, 50), (100, 125)]])
    whole["repeats"][0]["of"] = "smell"
    return whole


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON, or cut short"),
        ('{"schema": 1, "loop', "not JSON, or cut short"),
        ("[" * 100_000, "not JSON, or cut short"),
        (b"\xff\xfe\x00", "not JSON, or cut short"),
        ("[1, 2]", "JSON, but no report of loopfind"),
        ('{"name": "package"}', "JSON, but no report of loopfind"),
        ('{"schema": 2, "loopfind": "9"}', "a report of schema 2"),
        ('{"schema": 1, "loopfind": "1", "sizes": []}', "a report of something else"),
        (smelt(), r"repeats\[0\].of should be one of picture, sound, both"),
        (broken(start="1"), r"repeats\[0\].occurrences\[1\].start should be a number"),
        (broken(start=float("nan")), "start should be a number"),
        (broken(start_frame=True), "start_frame should be a whole number"),
        (broken(end=1.0), "a span whose end is after its start"),
        (broken(speed=0), "speed should be above 0"),
        (broken(content_start=1.0, content_end=1.0), "a span of content whose end is after its start"),
        (broken(content_start=0.0), "content_end should be a number"),
        (broken(mirrored=None), "mirrored should be true or false"),
        (report(Path("/v.mp4"), []) | {"repeats": {}}, "repeats should be a list"),
        (report(Path("/v.mp4"), []) | {"source": 1}, "source should be an object"),
        (report(Path("/v.mp4"), []) | {"repeats": [{"kind": "x"}]}, r"repeats\[0\].kind should be one of repeat, loop"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(content: Any, words: str, tmp_path: Path) -> None:
    from loopfind.errors import BadReport
    from loopfind.reports.formats.json_reader import read_report

    data = (
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
    )
    with pytest.raises(BadReport, match=words) as caught:
        read_report("r.json", data)
    assert str(caught.value).startswith("r.json: ") and str(caught.value).isprintable()


@pytest.mark.slow
def test_bad_requests_are_refused_in_one_line(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(report(video, [[(25, 50), (100, 125)]])))
    (tmp_path / "note.txt").write_text("words\n" * 99)
    for words, status, said in [
        ((path, "--out", tmp_path / "o", "--repeat", 7), 2, "--repeat cannot be 7: the report has 1"),
        ((path, "--out", path), 1, "this is a file; give a folder"),
        ((path, "--out", tmp_path / "no" / "o"), 1, "the folder that it lies in does not exist"),
        ((path, "--out", tmp_path / "o", "--video", tmp_path / "none.mp4"), 1, "no such file"),
        ((path, "--out", tmp_path / "o", "--video", tmp_path / "note.txt"), 1, "a text file, not a video"),
        ((tmp_path / "none.json", "--out", tmp_path / "o"), 1, "cannot be read: No such file"),
        ((tmp_path, "--out", tmp_path / "o"), 1, "cannot be read: Is a directory"),
        (("/dev/zero", "--out", tmp_path / "o"), 1, "larger than any report"),
    ]:
        done = loopfind("extract", *words)
        assert (done.returncode, done.stdout) == (status, "")
        assert said in done.stderr and done.stderr.count("\n") == 1
        assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    long = videos.make("clip_long.mp4", *videos.moving(60, size="640x360"), *_X264, "-g", "500")
    path = tmp_path / "r.json"
    path.write_text(json.dumps(report(long, [[(1, 700), (701, 1400)]])))
    command = [sys.executable, "-m", "loopfind", "extract", str(path), "--out", str(tmp_path / "clips")]
    child = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
    wait_until(lambda: [*tmp_path.glob("clips/.loopfind-*/*.mp4")])
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert (child.returncode, said) == (130, b"")
    assert [*tmp_path.iterdir()] == [path]
    with contextlib.suppress(FileNotFoundError):
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                assert str(tmp_path).encode() not in entry.read_bytes()
