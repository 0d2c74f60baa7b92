"""Clips with sound: what is heard lies under what is shown, side by side each on its side, and sound files are cut to
the sample."""

import json
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import sounds
import videos
from numpy.typing import NDArray
from test_extract import report, times_of

from loopfind import scan
from loopfind.cli.app import run
from loopfind.errors import BadSetting, DecoderFailed
from loopfind.media.clips import Cutter
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.pieces import Look, Piece
from loopfind.media.sound.passages import SoundCutter
from loopfind.settings import SOUND_FORMS

RATE = 48000
FLASHES = np.array([18, 41, 70, 91, 119, 141, 170, 192, 218, 244, 266, 295, 318])
"""Frames, 25 a second, that are white while a click is heard."""
STEP = 0.01
"""Seconds by which a click may lie beside its flash."""

_WHITE = "+".join(f"eq(n\\,{frame})" for frame in FLASHES)
_SCENE = (*videos.moving(14), "-vf", f"lutyuv=y=val/2,drawbox=t=fill:color=white:enable='{_WHITE}'", "-c:v", "ffv1")
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25")
_HOLES = "aselect='not(between(t,4.1,4.5)+between(t,9,10.2))'"
_VARIABLE = f"select='eq(n\\,0)+gt(random(3)\\,0.3)+{_WHITE}'"


@cache
def scene() -> str:
    return videos.make("flashes.mkv", *_SCENE).as_posix()


@cache
def clicks(number: int = 0) -> str:
    """A WAV file with a click at each flash; those of another number are heard half a second later."""
    sound = np.zeros(14 * sounds.RATE, np.float32)
    tone = 0.8 * np.sin(2 * np.pi * 3000 * np.arange(88) / sounds.RATE) * np.hanning(88)
    for frame in FLASHES:
        at = round((frame / 25 + number / 2) * sounds.RATE)
        sound[at : at + 88] = tone
    return sounds.written(f"clicks{number}", sound.tobytes()).as_posix()


@cache
def film(name: str) -> Path:
    both = ("-i", scene(), "-i", clicks(1 if name == "tracks.mkv" else 0))
    made: dict[str, tuple[str, ...]] = {
        "plain.mp4": (*both, *_X264, "-c:a", "aac"),
        "opus.mkv": (*both, *_X264, "-c:a", "libopus"),
        "starts.ts": (*both, *_X264, "-c:a", "mp2", "-output_ts_offset", "7"),
        "holes.mkv": (*both, *_X264, "-af", _HOLES, "-c:a", "flac"),
        "variable.mp4": (*both, "-vf", _VARIABLE, "-fps_mode", "passthrough", *_X264, "-c:a", "aac"),
        "tracks.mkv": (*both, "-i", clicks(), "-map", "0:v", "-map", "1:a", "-map", "2:a", *_X264, "-c:a", "libvorbis"),
        "mpeg.mpg": (*both, "-c:v", "mpeg2video", "-c:a", "mp2"),
    }
    if name == "edited.mp4":
        return videos.make(f"step-{name}", "-ss", "0.6", "-i", film("plain.mp4").as_posix(), "-c", "copy")
    return videos.make(f"step-{name}", *made[name])


def flashes_in(path: Path, crop: str = "null") -> NDArray[np.float64]:
    """Return the seconds at which a clip begins to be white."""
    chain = f"{crop},scale=1:1:flags=area,format=gray,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-"
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", path.as_posix(), "-vf", chain]
    said = subprocess.run([*words, "-f", "null", "-"], capture_output=True, text=True, check=True).stdout
    times = np.array([float(word) for word in re.findall(r"pts_time:(\S+)", said)])
    white = np.array([float(word) > 150 for word in re.findall(r"YAVG=(\S+)", said)])
    return times[white & ~np.concatenate([[False], white[:-1]])]


def heard_in(path: Path, *filters: str) -> NDArray[np.int16]:
    """Return what is heard in a clip, (n,), RATE samples a second, from its first picture on."""
    chain = ",".join((*filters, f"aresample={RATE}:async=1:first_pts=0"))
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path.as_posix(), "-map", "0:a?", "-af", chain]
    done = subprocess.run([*words, "-ac", "1", "-f", "s16le", "-"], capture_output=True, check=False)
    return np.frombuffer(done.stdout, "<i2")


def clicks_in(path: Path, *filters: str) -> NDArray[np.float64]:
    """Return the seconds at which clicks begin."""
    loud = np.flatnonzero(np.abs(heard_in(path, *filters)) > 4000)
    first = np.diff(loud, prepend=-RATE) > RATE // 10
    return loud[first] / RATE


def has_sound(path: Path) -> bool:
    return bool(len(heard_in(path)))


def piece(times: NDArray[np.float64], first: int, last: int) -> Piece:
    return Piece(float(times[first]), float(times[last]), last - first, first)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "plain.mp4", "opus.mkv", "starts.ts", "holes.mkv", "variable.mp4", "tracks.mkv", "mpeg.mpg", "edited.mp4"
    ],
)  # fmt: skip
def test_a_click_is_heard_where_its_flash_is_shown(name: str, tmp_path: Path) -> None:
    path = film(name)
    times = times_of(path)
    cutter = Cutter(path, 0, sound=SoundCutter(resolve(path), int(name == "tracks.mkv")))
    place = tmp_path / "clip.mp4"
    for low, high in [(0.0, 3.0), (3.3, 6.0), (11.4, 13.0)]:
        first, last = np.searchsorted(times, (low, high))
        cutter.cut(piece(times, int(first), int(last)), place.as_posix())
        assert cutter.heard
        shown, heard = flashes_in(place), clicks_in(place)
        assert len(shown) == len(heard) > 0
        assert np.abs(shown - heard).max() < STEP
        assert len(heard_in(place)) / RATE == pytest.approx(times[last] - times[first], abs=STEP)


@pytest.mark.slow
def test_sound_that_begins_late_or_ends_early_leaves_the_pictures_whole(tmp_path: Path) -> None:
    late = ("-itsoffset", "3.2", "-i", clicks(), "-map", "0:v", "-map", "1:a", "-t", "9", *_X264, "-c:a", "aac")
    path = videos.make("step-late.mp4", "-i", scene(), *late)
    cutter, place = Cutter(path, 0, sound=SoundCutter(resolve(path), 0)), tmp_path / "clip.mp4"
    cutter.cut(Piece(0.0, 3.0, 75, 0), place.as_posix())
    assert not cutter.heard and not has_sound(place) and len(times_of(place)) == 75
    cutter.cut(Piece(2.0, 5.0, 75, 50), place.as_posix())
    assert clicks_in(place) == pytest.approx(FLASHES[:2] / 25 + 1.2, abs=STEP)
    assert len(times_of(place)) == 75


@pytest.mark.slow
@pytest.mark.parametrize(
    "look",
    [Look(), Look(reversed=True), Look(speed=2.0), Look(speed=0.5), Look(speed=1.25, pitch=1.0), Look(pitch=1.2)],
)
def test_each_side_is_heard_on_its_side(look: Look, tmp_path: Path) -> None:
    path = film("plain.mp4")
    times, place = times_of(path), tmp_path / "both.mp4"
    length = round(75 / look.speed)
    sides = ((piece(times, 30, 105), Look()), (piece(times, 195, 195 + length), look))
    Cutter(path, 0, sound=SoundCutter(resolve(path), 0)).compare(sides, place.as_posix())
    for place_of, half in (("c0", "crop=iw/2:ih:0:0"), ("c1", "crop=iw/2:ih:iw/2:0")):
        shown, heard = flashes_in(place, half), clicks_in(place, f"pan=mono|c0={place_of}")
        # A frame lasts 40 ms; backwards a click that began with it ends with it. To change the tempo alone, pieces of
        # sound are moved.
        assert len(shown) >= 1
        slack = 0.04 if look.reversed or look.pitch else 0.02 if look.speed != 1 else STEP
        assert all(np.abs(heard - flash).min() < slack for flash in shown)


@pytest.mark.slow
def test_a_clip_of_what_is_only_heard_begins_where_it_is_heard(tmp_path: Path) -> None:
    path = film("plain.mp4")
    cutter, place = Cutter(path, 0, sound=SoundCutter(resolve(path), 0)), tmp_path / "clip.mp4"
    cutter.cut(Piece(1.217, 4.217, 75, 30, heard=True), place.as_posix())
    shown, heard = flashes_in(place), clicks_in(place)
    assert heard == pytest.approx([1.64 - 1.217, 2.8 - 1.217, 3.64 - 1.217], abs=0.002)
    assert shown == pytest.approx(heard, abs=0.002)
    assert times_of(place)[0] == 0.0


FILES = {
    "cut.wav": sounds.CODECS["wav"],
    "cut.m4a": sounds.CODECS["m4a"],
    "cut.ogg": sounds.CODECS["ogg"],
    "cut.opus": sounds.CODECS["opus"],
    "cut.mp3": sounds.CODECS["mp3"],
    "no-table.mp3": ("-c:a", "libmp3lame", "-q:a", "5", "-write_xing", "0"),
    "raw.aac": ("-c:a", "aac"),
    "cut.wma": ("-c:a", "wmav2"),
    "cut.ts": ("-c:a", "mp2"),
    "cut.mka": ("-c:a", "libvorbis"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_piece_of_a_sound_is_that_of_the_whole(name: str, tmp_path: Path) -> None:
    """Decoding begins in the middle of the file only where that finds the same place."""
    path = sounds.file(name, sounds.talk(40, 2), *FILES[name])
    whole, place = heard_in(path).astype(np.float64), tmp_path / "clip.wav"
    SoundCutter(resolve(path), 0).cut(Piece(31.0, 33.5, 1, None, heard=True), place.as_posix(), "wav")
    found = heard_in(place).astype(np.float64)
    assert len(found) == pytest.approx(2.5 * RATE, abs=2)
    around = whole[round(30.9 * RATE) : round(33.6 * RATE)]
    agreement = np.fft.irfft(np.fft.rfft(around) * np.conj(np.fft.rfft(found, len(around))), len(around))
    shift = int(agreement.argmax())
    same = around[shift : shift + len(found)]
    assert abs(shift / RATE - 0.1) < STEP
    assert np.corrcoef(same, found[: len(same)])[0, 1] > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("speed", [1.0, 1.1])
def test_each_sound_is_heard_on_its_side(speed: float, tmp_path: Path) -> None:
    """One that was played faster, and so higher, is as the first one was."""
    talk, place = sounds.talk(12, 5), tmp_path / "both.flac"
    faster = sounds.part(talk, 1, 3)[np.arange(0, 2 * sounds.RATE - 1, speed).astype(int)]
    path = sounds.file(f"sides-{speed}.flac", sounds.joined(talk, faster, sounds.part(talk, 0, 1)))
    whole = heard_in(path)
    look = Look(speed=speed, pitch=speed)
    sides = ((Piece(1.0, 3.0, 1, None, True), Look()), (Piece(12.0, 12 + 2 / speed, 1, None, True), look))
    SoundCutter(resolve(path), 0).compare(sides, place.as_posix(), "flac")
    for channel, least in (("c0", 0.999), ("c1", 0.999 if speed == 1 else 0.8)):
        found = heard_in(place, f"pan=mono|c0={channel}")
        assert len(found) == pytest.approx(2 * RATE, abs=RATE // 50)
        assert np.corrcoef(found, whole[RATE : RATE + len(found)])[0, 1] > least


def test_what_a_track_does_not_have_is_an_error(tmp_path: Path) -> None:
    cutter = SoundCutter(resolve(sounds.file("short.flac", sounds.talk(3, 5))), 0)
    for low, high in ((1.0, 4.0), (20.0, 21.0)):
        with pytest.raises(DecoderFailed, match="is it the file of the report"):
            cutter.cut(Piece(low, high, 1, None, True), (tmp_path / "clip.wav").as_posix(), "wav")
    with pytest.raises(BadSetting, match="has 1, numbered from 0"):
        SoundCutter(resolve(sounds.file("short.flac", sounds.talk(3, 5))), 1).under(Piece(0.0, 1.0, 1, None))


Run = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def loopfind(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line. Returns the exit status, the names of the files that it wrote, and what it said."""

    def ran(*words: object) -> tuple[int, list[str], str]:
        status = run([*map(str, words)])
        put, said = capsys.readouterr()
        return status, [Path(line).name for line in put.splitlines()], said

    return ran


@pytest.mark.slow
@pytest.mark.usefixtures("few_speeds")
def test_extract_of_a_sound_writes_sounds(loopfind: Run, tmp_path: Path) -> None:
    talk, jingle, place = sounds.talk(20, 3), sounds.talk(4, 4), tmp_path / "r.json"
    cast = sounds.joined(sounds.part(talk, 0, 6), jingle, sounds.part(talk, 6, 15), jingle, sounds.part(talk, 15, 20))
    scan(sounds.file("extract.mp3", cast)).save(place)
    names = ["repeat-01-at-0h00m06s", "repeat-01-at-0h00m19s", "repeat-01-side-by-side"]
    done = loopfind("extract", place, "--out", tmp_path / "flac")
    assert done == (0, [f"{name}.flac" for name in names], "Repeat 1: 2 clips as flac\n")
    one, other = (heard_in(tmp_path / "flac" / f"{name}.flac") for name in names[:2])
    assert 3.9 * RATE < len(one) < 4.1 * RATE
    assert np.corrcoef(one[RATE:-RATE], other[RATE : len(one) - RATE])[0, 1] > 0.5
    for form in SOUND_FORMS[1:]:
        done = loopfind("extract", place, "--out", tmp_path / form, "--as", form, "-q")
        assert done == (0, [f"{name}.{form}" for name in names], "")
        assert 3.9 * RATE < len(heard_in(tmp_path / form / f"{names[0]}.{form}")) < 4.1 * RATE
    for form, words in (("mp4", "the report is of sound alone"), ("ape", "unknown form of a clip")):
        status, _, said = loopfind("extract", place, "--out", tmp_path / "none", "--as", form)
        assert status == 2 and words in said and not (tmp_path / "none").exists()


@pytest.mark.slow
def test_extract_chooses_the_sound(loopfind: Run, tmp_path: Path) -> None:
    place = tmp_path / "r.json"
    whole = report(film("tracks.mkv"), [[(25, 100), (125, 200)]])
    whole["settings"]["audio_stream"] = 1
    place.write_text(json.dumps(whole))

    def first_clip(*words: object) -> Path:
        status, names, said = loopfind("extract", place, "--out", tmp_path / "clips", "--overwrite", *words)
        assert status == 0, said
        return tmp_path / "clips" / names[0]

    assert clicks_in(first_clip()) == pytest.approx(FLASHES[1:4] / 25 - 1, abs=STEP)
    assert clicks_in(first_clip("--audio-stream", 0))[0] == pytest.approx(FLASHES[0] / 25 + 0.5 - 1, abs=STEP)
    assert not has_sound(first_clip("--no-sound"))
    assert clicks_in(first_clip("--as", "wav")) == pytest.approx(FLASHES[1:4] / 25 - 1, abs=STEP)


@pytest.mark.slow
def test_extract_refuses_a_sound_that_is_not_there(loopfind: Run, tmp_path: Path) -> None:
    for path, words, said in (
        (film("tracks.mkv"), ("--audio-stream", 2), "has 2, numbered from 0"),
        (film("tracks.mkv"), ("--audio-stream", 1, "--no-sound"), "leave one of the two out"),
        (film("tracks.mkv"), ("--as", "wav", "--no-sound"), "leave one of the two out"),
        (Path(scene()), ("--audio-stream", 0), "has no sound"),
        (Path(scene()), ("--as", "wav"), "no sound in it"),
    ):
        (tmp_path / "r.json").write_text(json.dumps(report(path, [[(25, 30), (125, 130)]])))
        status, names, told = loopfind("extract", tmp_path / "r.json", "--out", tmp_path / "none", *words)
        assert status in (1, 2) and not names and said in told and told.count("\n") == 1
        assert not (tmp_path / "none").exists()


@pytest.mark.slow
def test_a_sound_that_cannot_be_read_costs_no_picture(loopfind: Run, tmp_path: Path) -> None:
    path, place = tmp_path / "film.mkv", tmp_path / "r.json"
    videos.run("-i", scene(), "-i", clicks(), *_X264, "-c:a", "libvorbis", path.as_posix())
    path.write_bytes(path.read_bytes().replace(b"vorbis", b"broken"))  # what the decoder needs to begin
    place.write_text(json.dumps(report(path, [[(25, 50), (100, 125)]])))
    status, names, said = loopfind("extract", place, "--out", tmp_path / "clips")
    assert (status, len(names)) == (1, 3)
    assert all(len(times_of(tmp_path / "clips" / name)) for name in names)
    assert "2 without sound" in said and said.count("its sound could not be read, so clips have none") == 1
    assert loopfind("extract", place, "--out", tmp_path / "silent", "--no-sound", "-q") == (0, names, "")
