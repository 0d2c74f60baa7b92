"""Samples and their times: those that ffmpeg decodes, each where the file says it is heard."""

import contextlib
import os
import signal
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sounds
import videos
from conftest import decoders
from faulty_site import Fault, serving
from numpy.typing import NDArray

from loopfind import scan
from loopfind.engine.sound.correlation import best_shift
from loopfind.errors import BadSetting, Broken, DecoderFailed
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.process import executable
from loopfind.media.sound.reader import SoundRequest, read_sound
from loopfind.model.sound import SOUND_RATE, Sound
from loopfind.reports.formats.text import report_lines


def the_talk() -> sounds.Wave:
    return sounds.talk(6, 1)


CONTAINERS = {
    "sound.mp4": ("-c:a", "aac"),
    "sound.mkv": ("-c:a", "libvorbis"),
    "sound.ts": ("-c:a", "mp2"),
    "sound.webm": ("-c:a", "libopus"),
}
SCENE = videos.moving(6)


def read(path: Path, track: int = 0, start: float | None = None, end: float | None = None) -> Sound:
    found = read_sound(SoundRequest(address.resolve(path), track, start, end))
    assert found is not None
    return found


def samples(sound: Sound) -> NDArray[np.int16]:
    return np.asarray(sound.samples[0 : len(sound)][:, 0])


def plain(path: Path, track: int = 0) -> NDArray[np.int16]:
    """All samples of a track as ffmpeg writes them, without their times."""
    words = [executable(), "-v", "error", "-i", path.as_posix(), "-map", f"0:a:{track}", "-ac", "1"]
    words += ["-ar", str(SOUND_RATE), "-f", "s16le", "-"]
    return np.frombuffer(subprocess.run(words, capture_output=True, check=True).stdout, "<i2")


@pytest.mark.parametrize("ending", sounds.CODECS)
@pytest.mark.slow
def test_samples_are_those_of_the_decoder(ending: str) -> None:
    path = sounds.file(f"read.{ending}", the_talk())
    sound, expected = read(path), plain(path)
    assert abs(len(sound) - len(expected)) <= 2048
    common = min(len(sound), len(expected)) - 64
    assert np.abs(samples(sound)[:common].astype(int) - expected[:common]).max() <= 400
    assert sound.end == pytest.approx(6, abs=0.1) and not sound.gaps


@pytest.mark.parametrize("name", CONTAINERS)
@pytest.mark.slow
def test_a_sound_that_begins_late_is_heard_late(name: str) -> None:
    source = sounds.written("late", the_talk().tobytes()).as_posix()
    late = ("-itsoffset", "1.5", "-i", source, "-map", "0:v", "-map", "1:a")
    codec = "libvpx" if name.endswith("webm") else "mpeg4"
    path = videos.make(f"late-{name}", *SCENE, *late, "-c:v", codec, *CONTAINERS[name])
    sound = read(path)
    heard = np.flatnonzero(np.abs(samples(sound)) > 300)[0] / SOUND_RATE + sound.start
    first = np.flatnonzero(np.abs(the_talk()) > 0.01)[0] / sounds.RATE
    assert heard == pytest.approx(1.5 + first, abs=0.06)


@pytest.mark.slow
def test_a_part_is_the_same_samples_at_the_same_times() -> None:
    path = sounds.file("long.flac", sounds.talk(40, 2))
    whole, part = read(path), read(path, start=31.0, end=33.5)
    assert part.start == pytest.approx(31, abs=1e-4) and part.end == pytest.approx(33.5, abs=2e-4)
    at = round((part.start - whole.start) * SOUND_RATE)
    assert np.abs(samples(whole)[at : at + len(part)].astype(int) - samples(part)).max() <= 1


def test_a_hole_is_silence_and_what_follows_is_heard_at_its_time() -> None:
    source = sounds.written("hole", the_talk().tobytes()).as_posix()
    holed = ("-i", source, "-af", "aselect='not(between(t,2,3.2))'", "-c:a", "flac")
    sound = read(videos.make("hole.mkv", *holed))
    (gap,) = sound.gaps
    assert (gap.start, gap.end) == (pytest.approx(2, abs=0.06), pytest.approx(3.2, abs=0.06))
    whole = read(sounds.file("whole.flac", the_talk()))
    first = samples(whole)[4 * SOUND_RATE : 5 * SOUND_RATE].astype(np.float32)
    second = samples(sound)[4 * SOUND_RATE - 50 : 5 * SOUND_RATE + 50].astype(np.float32)
    shift, r = best_shift(first, second, 50)
    assert abs(shift) < 8 and r > 0.95  # times in the file are whole milliseconds
    inside = slice(round(2.2 * SOUND_RATE), 3 * SOUND_RATE)
    assert not samples(sound)[inside].any()


@pytest.mark.slow
def test_what_is_missing_of_a_sound_is_lost_and_not_silent() -> None:
    quiet = the_talk().copy()
    quiet[: 6 * sounds.RATE // 5] = 0
    source = sounds.written("lost", quiet.tobytes()).as_posix()
    lost = "aselect='not(between(t,1.5,3.4)+between(t,3.7,4.2))'"
    report = scan(videos.make("lost.mkv", "-i", source, "-af", lost, "-c:a", "flac").as_posix())
    assert report.sound is not None
    ((start, end),) = [(one.start, one.end) for one in report.sound.unjudged if one.why == "lost"]
    assert (start, end) == (pytest.approx(1.5, abs=0.1), pytest.approx(4.2, abs=0.1))
    assert [one.why for one in report.sound.unjudged] == ["silent", "lost"]
    assert "2.7 s of it are lost" in report.sound.summary
    whole = scan(sounds.file("quiet.flac", quiet).as_posix()).sound
    assert whole is not None and "lost" not in whole.summary and {one.why for one in whole.unjudged} == {"silent"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-c:a", "aac", "-bsf:a", "setts=ts=TS*if(gt(N\\,40)\\,1e5\\,1)"), "lasts"),
        (("-c:a", "aac", "-bsf:a", "setts=ts=TS+9e9"), "begins after"),
    ],
)
def test_a_sound_of_holes_is_refused_before_it_fills_the_disk(words: tuple[str, ...], says: str) -> None:
    source = sounds.written("sparse", the_talk().tobytes()).as_posix()
    path = videos.make(f"{says}.mkv", *SCENE, "-i", source, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", *words)
    with pytest.raises(Broken, match=f"its sound {says}"):
        read(path)
    report = scan(path.as_posix())
    assert report.sound is not None and f"The sound could not be read: its sound {says}" in report.sound.summary


@pytest.mark.slow
def test_samples_that_claim_to_last_for_days_are_refused_and_are_read_on_request() -> None:
    made = bytearray(sounds.file("slow.wav", sounds.talk(1, 4)).read_bytes())
    at = made.index(b"fmt ") + 12
    made[at : at + 8] = struct.pack("<II", 4, 8)  # samples and bytes a second
    path = videos.FOLDER / "slower.wav"
    path.write_bytes(made)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(Broken, match=r"its sound lasts .* and more, .* --no-budget") as refused:
        read(path)
    assert len(os.listdir("/proc/self/fd")) == before, f"what was read of it is kept with {refused}"
    found = read_sound(SoundRequest(address.resolve(path), unbounded=True))
    assert found is not None and found.end > 5000


@pytest.mark.slow
def test_a_sound_that_cannot_be_decoded_is_named_and_not_passed_over(tmp_path: Path) -> None:
    source = sounds.written("odd", the_talk().tobytes()).as_posix()
    film = videos.make("odd.mkv", *SCENE, "-i", source, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-c:a", "mp2")
    sound = videos.make("odd.mka", "-i", source, "-c:a", "mp2")
    for path in (film, sound):
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"A_MPEG/L2", b"A_MPEG/L9"))
    report = scan((tmp_path / "odd.mkv").as_posix())
    assert report.sound is not None and "could not be read: its sound cannot be decoded" in report.sound.summary
    with pytest.raises(Broken, match="its sound cannot be decoded"):
        scan((tmp_path / "odd.mka").as_posix())


@pytest.mark.slow
def test_a_sound_whose_ffmpeg_is_killed_is_not_half_a_sound(tmp_path: Path) -> None:
    data = sounds.file("killed.wav", sounds.talk(30, 3)).read_bytes()
    os.mkfifo(pipe := tmp_path / "sound.wav")
    with ThreadPoolExecutor(1) as threads, contextlib.ExitStack() as stack:
        reading = threads.submit(read_sound, SoundRequest(address.resolve(pipe)))
        into = stack.enter_context(pipe.open("wb", buffering=0))
        into.write(data[: len(data) // 2])
        os.kill(int(decoders()[0].split()[0]), signal.SIGKILL)
        with pytest.raises(DecoderFailed, match="ended by SIGKILL"):
            reading.result()


@pytest.mark.slow
@pytest.mark.usefixtures("few_speeds")
def test_the_sound_of_a_file_on_a_server_is_searched_and_of_a_live_stream_is_not() -> None:
    alone = sounds.file("served.flac", sounds.joined(the_talk(), sounds.noise(2, 3), sounds.part(the_talk(), 1, 4)))
    with serving(alone.read_bytes(), Fault(), alone.name) as site:
        report = scan(site.address)
    assert report.repeats == scan(alone).repeats and len(report.repeats) == 1
    film = videos.make(
        "served.ts", *videos.moving(2), "-f", "lavfi", "-i", "anoisesrc=d=2", *("-map", "0", "-map", "1", "-c:a", "mp2")
    )
    for fault, searched in ((Fault(), True), (Fault(seeks=False, claimed=-1), False)):
        with serving(film.read_bytes(), fault, film.name) as site:
            report = scan(site.address)
        assert (report.sound is not None) == searched
        assert ("can be read twice" in " ".join(line.plain for line in report_lines(report))) != searched


@pytest.mark.slow
def test_a_clock_that_falls_back_goes_on() -> None:
    one = sounds.file("fall.ts", the_talk(), "-c:a", "mp2")
    path = videos.FOLDER / "fall-twice.ts"
    path.write_bytes(2 * one.read_bytes())
    assert read(path).end - read(path).start == pytest.approx(2 * (read(one).end - read(one).start), abs=0.1)


@pytest.mark.slow
def test_a_part_of_a_file_whose_clock_fell_back_is_the_same() -> None:
    """A time means two places of it, so nothing is sought by one."""
    parts = [sounds.file(f"joined{seed}.ts", sounds.talk(25, seed), "-c:a", "mp2") for seed in (3, 4)]
    path = videos.FOLDER / "joined-sounds.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    whole = read(path)
    for low in (15.0, 35.0):
        part = read(path, start=low, end=low + 3)
        assert (part.start, part.end) == (pytest.approx(low, abs=1e-4), pytest.approx(low + 3, abs=2e-4))
        at = round((low - whole.start) * SOUND_RATE)
        around = samples(whole)[at - 200 : at + len(part) + 200].astype(np.float32)
        shift, r = best_shift(samples(part).astype(np.float32), around, 200)
        assert abs(shift) < 60 and r > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_behind_the_end_of_a_short_track_nothing_is_heard(ending: str) -> None:
    source = sounds.written("early", the_talk().tobytes()).as_posix()
    path = videos.make(f"early.{ending}", *videos.moving(24), "-i", source, "-c:v", "mpeg4", "-c:a", "aac")
    assert read_sound(SoundRequest(address.resolve(path), start=20.0, end=22.0)) is None


def test_a_track_is_chosen_by_its_number() -> None:
    one, other = (sounds.written(f"track{n}", sounds.talk(3, n).tobytes()).as_posix() for n in (1, 2))
    path = videos.make("tracks.mkv", "-i", one, "-i", other, "-map", "0:a", "-map", "1:a", "-c:a", "flac")
    for number in (0, 1):
        assert (
            np.abs(samples(read(path, number)).astype(int) - plain(path, number)[: len(read(path, number))]).max() < 9
        )
    assert read(path, 1).track.others == 1
    with pytest.raises(BadSetting, match="has 2, numbered from 0"):
        read(path, 2)
    with pytest.raises(BadSetting, match="audio stream"):
        scan(path, audio_stream=2)
    with pytest.raises(BadSetting, match="numbered from 0"):
        scan(path, audio_stream=-1)


def test_a_video_without_sound_has_none() -> None:
    assert read_sound(SoundRequest(address.resolve(videos.encoded("mp4", "mpeg4")))) is None
