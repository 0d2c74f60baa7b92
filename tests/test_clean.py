"""Copies without repeats: each frame is the one it should be, what is copied bit for bit, and sound is in step."""

import json
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import videos
from test_extract import pictures, places, report, times_of

from loopfind.cli import app
from loopfind.media.cut_method import container_of
from loopfind.media.ffmpeg import framecrc
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.picture_sums import picture_sums
from loopfind.media.video_cut import VideoCut
from loopfind.model.video import Span

SECONDS, RATE, BETWEEN = 14, 25, 20
"""Frames from one flash to the next; with each flash begins a click."""
_FLASHES = f"drawbox=color=white:t=fill:enable='eq(mod(n,{BETWEEN}),7)'"
_CLICKS = f"aevalsrc='0.9*sin(2*PI*3000*t)*between(mod(t-7/{RATE},{BETWEEN}/{RATE}),0,0.002)':s=48000:d={SECONDS}"
_X264 = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-x264-params", "scenecut=0:open-gop=0")
_OPEN = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30:open-gop=1:bframes=3")
_VP9 = ("-c:v", "libvpx-vp9", *videos.FAST["libvpx-vp9"], "-g", "30")
SOURCES = {
    "mp4": ("clean_a.mp4", (*_X264, "-c:a", "aac"), ".mp4", 0.55, ""),
    "ts": ("clean_b.ts", (*_X264, "-c:a", "aac"), ".mkv", 0.55, ""),
    "webm": ("clean_c.webm", (*_VP9, "-c:a", "libopus"), ".webm", 0.55, ""),
    "open groups": ("clean_d.mkv", (*_OPEN, "-c:a", "flac"), ".mp4", 0.2, ""),
    "no times": ("clean_e.avi", ("-c:v", "mpeg4", "-bf", "2", "-c:a", "pcm_s16le"), ".mp4", 0.0, "do not say when"),
}
FRAMES = [(0, 71), (80, 131), (137, 138), (150, 240), (247, 343)]
"""Ranges of frames that stay; no flash is beside a cut, so that one is never measured against the click of another."""


def source(name):
    file, arguments, *_ = SOURCES[name]
    film = ("-f", "lavfi", "-i", f"testsrc2=s=160x90:r={RATE}:d={SECONDS},lutyuv=y=val/2,{_FLASHES}")
    return videos.make(file, *film, "-f", "lavfi", "-i", _CLICKS, *arguments)


def flashes_and_clicks(path):
    """Seconds at which pictures flash, and at which clicks begin."""
    bright = pictures(path).mean((1, 2)) > 200
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path.as_posix(), "-map", "0:a", "-af"]
    words += ["aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "s16le", "-"]
    data = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout
    loud = np.flatnonzero(np.abs(np.frombuffer(data, np.int16).astype(int)) > 8000) / 48000
    return times_of(path)[bright], loud[np.diff(loud, prepend=-1.0) > 0.1]


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_every_frame_is_the_one_it_should_be_and_sound_is_in_step(name, tmp_path):
    _, _, ending, least, why = SOURCES[name]
    video, place = source(name), tmp_path / f"copy{ending}"
    cut, wanted = VideoCut(resolve(video), 0, tmp_path), [at for span in FRAMES for at in range(*span)]
    shown = times_of(video)
    assert cut.ranges([cut.limits]) == [(0, SECONDS * RATE)]
    ranges = cut.ranges([Span(float(shown[first]), float(shown[last])) for first, last in FRAMES])
    assert ranges == FRAMES
    made = cut.write(ranges, cut.method(ranges, container_of(ending), False), [0], 60.0, place.as_posix())
    assert why in made.why and (made.encoded < len(wanted) * (1 - least) or why)

    before, after = pictures(video), pictures(place)
    assert len(after) == len(wanted)
    near = [
        at + places(one[None], before[max(0, at - 9) : at + 9])[0] - min(at, 9)
        for at, one in zip(wanted, after, strict=True)
    ]
    assert near == wanted
    sums, copies = picture_sums(resolve(video), 0).sums, picture_sums(resolve(place), 0).sums
    copied = [frame for part in made.parts for frame in [part.copied] * part.frames]
    assert np.array_equal(copies[copied], sums[wanted][copied])
    clock = times_of(place)
    assert np.abs(clock - clock[0] - np.arange(len(wanted)) / RATE).max() < 0.0015

    if name == "open groups":
        # Parameters may change only where a sequence begins, and a CRA picture begins one behind the end of another.
        ends = framecrc.packets_with_units(resolve(place), 0, "hevc_mp4toannexb", "36")
        assert any(part.copied for part in made.parts)
        assert ends == (np.cumsum([part.frames for part in made.parts]) - 1).tolist()

    flashes, clicks = flashes_and_clicks(place)
    assert len(flashes) == len(clicks) == sum(at % BETWEEN == 7 for at in wanted)
    assert np.abs(flashes - clicks).max() < 0.010
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


@pytest.mark.slow
def test_a_sound_of_many_channels_keeps_them_apart(tmp_path):
    """Each channel sounds at a pitch of its own."""
    tones = "|".join(f"sin(2*PI*{300 * (channel + 1)}*t)/2" for channel in range(6))
    film = ("-f", "lavfi", "-i", f"testsrc2=s=160x90:r={RATE}:d=2")
    many = videos.make(
        "clean_many.mkv",
        *film,
        "-f",
        "lavfi",
        "-i",
        f"aevalsrc={tones}:c=5.1:d=2,aresample=48000",
        *_X264,
        "-c:a",
        "flac",
    )
    for name in ("copy.mp4", "copy.webm"):
        place, cut = tmp_path / name, VideoCut(resolve(many), 0, tmp_path)
        cut.write([(0, 50)], cut.method([(0, 50)], container_of(place.suffix), False), [0], 60.0, place.as_posix())
        words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", place.as_posix(), "-map", "0:a", "-f", "s16le"]
        data = subprocess.run([*words, "-"], capture_output=True, check=True, timeout=60).stdout
        samples = np.frombuffer(data, np.int16).reshape(-1, 6)[20000:60000]
        loudest = np.abs(np.fft.rfft(samples * np.hanning(40000)[:, None], axis=0)).argmax(0)
        rate = 48000 / 40000
        # The fourth is for low tones alone, which an encoder may leave out above.
        assert [round(loudest[channel] * rate, -1) for channel in (0, 1, 2, 4, 5)] == [300, 600, 900, 1500, 1800]


@pytest.mark.slow
def test_a_copy_of_h264_begins_nowhere_but_at_idr_pictures(tmp_path):
    """Key frames of open groups behind a cut: ffmpeg decodes them there, other decoders lose pictures."""
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-x264-params", "keyint=10:scenecut=0:open-gop=1")
    film = videos.make("clean_open.mp4", *videos.moving(3, size="160x90"), *x264)
    cut = VideoCut(resolve(film), 0, tmp_path)
    parts = cut.method([(0, 30), (35, 75)], "mp4", False).parts
    assert [(part.first, part.copied) for part in parts if part.first >= 30] == [(35, False)]
    assert parts[0].first == 0 and parts[0].copied


@pytest.mark.slow
def test_the_sharper_copy_is_kept_where_that_is_asked_for(tmp_path, capsys):
    """The first showing is blurred, the second as it was."""
    both = videos.make(
        "clean_blurred.mp4", *videos.moving(2, size="160x90"), *videos.moving(2, size="160x90"),
        "-filter_complex", "[0:v]boxblur=2[a];[a][1:v]concat=n=2:v=1[c]", "-map", "[c]", *_X264,
    )  # fmt: skip
    (tmp_path / "r.json").write_text(json.dumps(report(both, [[(0, 50), (50, 100)]])))
    kept = []
    for which in ("first", "best"):
        words = ["clean", str(both), "--report", str(tmp_path / "r.json"), "--dry-run", "--json", "--keep", which]
        assert app.run(words) == 0
        kept += json.loads(capsys.readouterr().out)["kept"]
    assert kept == [{"start": 0.0, "end": 2.0}, {"start": 2.0, "end": 4.0}]


@pytest.fixture
def answer(tmp_path):
    """A video, and the report of a repeat in it."""
    video = source("mp4")
    (tmp_path / "r.json").write_text(json.dumps(report(video, [[(50, 100), (140, 190), (200, 250)]])))
    return str(video), str(tmp_path / "r.json")


@pytest.mark.slow
def test_clean_takes_a_report_and_says_what_goes(answer, tmp_path, capsys):
    video, known = answer
    copy = str(tmp_path / "copy.mp4")
    assert app.run(["clean", video, "--report", known, "--dry-run"]) == 0
    planned = capsys.readouterr()
    assert planned.err == "" and not (tmp_path / "copy.mp4").exists()
    assert "Without 4 s of 14 s (28.6%): 10 s stay, in 3 stretches." in planned.out
    assert "goes  0:00:05.600 - 0:00:07.600  2 s: repeat 1, shown from 0:00:02.000 on" in planned.out
    assert app.run(["clean", video, "--report", known, "-o", copy]) == 0
    done = capsys.readouterr()
    assert done.out == f"{copy}\n" and "around cuts encoded again" in done.err
    assert len(pictures(tmp_path / "copy.mp4")) == 250
    assert app.run(["clean", video, "--report", known, "-o", copy]) == 1
    assert "it is there already; add --overwrite" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.mp4", "r.json"]


@pytest.mark.slow
def test_a_stream_without_a_container_is_cut_by_the_times_of_a_scan(tmp_path):
    """Its packets are decoded from before 0 on."""
    bare = tmp_path / "bare.h264"
    videos.run("-i", source("mp4").as_posix(), "-map", "0:v", "-c", "copy", bare.as_posix())
    cut, shown = VideoCut(resolve(bare), 0, tmp_path), times_of(bare)
    assert cut.ranges([cut.limits, Span(float(shown[50]), float(shown[60]))]) == [(0, SECONDS * RATE), (50, 60)]


@pytest.mark.slow
def test_that_subtitles_are_left_out_is_said(tmp_path, capsys):
    (tmp_path / "words.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nWords\n")
    both = ("-i", source("mp4").as_posix(), "-i", (tmp_path / "words.srt").as_posix())
    video = tmp_path / "words.mkv"
    videos.run(*both, "-map", "0:v", "-map", "1", "-c:v", "copy", "-c:s", "srt", video.as_posix())
    (tmp_path / "r.json").write_text(json.dumps(report(video, [[(50, 100), (140, 190)]])))
    assert app.run(["clean", str(video), "--report", str(tmp_path / "r.json"), "--dry-run"]) == 0
    assert "Subtitles are left out" in capsys.readouterr().out


@pytest.mark.slow
def test_nothing_goes_in_favour_of_what_lies_behind_the_end_of_the_video(tmp_path, capsys):
    """A report of a longer file: what it has behind the end is neither counted as gone nor as what stays."""
    video, known = source("mp4"), tmp_path / "r.json"
    known.write_text(json.dumps(report(video, [[(50, 100), (140, 190), (400, 450)], [(200, 250), (500, 550)]])))
    assert app.run(["clean", str(video), "--report", str(known), "--dry-run", "--json"]) == 0
    assert [one["start"] for one in json.loads(capsys.readouterr().out)["removed"]] == [140 / RATE]


@pytest.mark.slow
def test_clean_is_refused_in_one_line_before_anything_is_written(answer, tmp_path, capsys):
    video, known = answer
    rejected = {"schema": 1, "report": {}, "findings": [{"id": 1, "decision": "reject"}]}
    (tmp_path / "no.json").write_text(json.dumps(rejected))
    place = str(tmp_path / "a.mp4")
    for words, status, said in [
        (["--report", known], 2, "-o FILE is missing"),
        (["--report", known, "-o", video], 2, "this is read, and would be lost"),
        (["--report", known, "-o", str(tmp_path / "a.gif")], 2, "let the name end in one of .mp4"),
        (["--report", known, "-o", place, "--repeat", "7"], 2, "there is 1"),
        (["--report", known, "-o", place, "--keep", "last"], 2, "choose one of first, best"),
        (["--report", known, "-o", place, "--review", str(tmp_path / "no.json")], 1, "nothing to remove"),
    ]:
        assert app.run(["clean", video, *words]) == status, words
        done = capsys.readouterr()
        assert said in done.err and done.err.count("\n") == 1 and done.out == ""
    assert not (tmp_path / "a.mp4").exists()
