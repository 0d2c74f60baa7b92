"""Copies of sound at another speed or pitch: found and called what they are, and nothing else taken for one."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sounds
import videos

from loopfind import compare, scan
from loopfind.engine.sound.changed import ChangedRun
from loopfind.engine.sound.changed_search import is_piece_of
from loopfind.engine.sound.trace import SoundRun
from loopfind.fingerprints.sound import PITCHES, is_pitched, pitched_fingerprint_of, sound_codes
from loopfind.model.report import Repeat
from loopfind.model.sound import LONGEST_PITCHED, SOUND_RATE, AudioTrack, Sound
from loopfind.reports.summaries import summary_of_sound
from loopfind.reports.wording import changes


def the_talk() -> sounds.Wave:
    return sounds.talk(16, 11)


START, LENGTH, AGAIN = 3.0, 6.0, 12.0


def with_copy(copy: sounds.Wave) -> sounds.Wave:
    return sounds.joined(sounds.part(the_talk(), 0, AGAIN), copy, sounds.part(the_talk(), AGAIN, 16))


def copied(*filters: str) -> sounds.Wave:
    return sounds.changed(sounds.part(the_talk(), START, START + LENGTH), *filters)


def only(path: Path) -> Repeat:
    (repeat,) = scan(path).repeats
    return repeat


def faster(factor: float) -> str:
    return f"asetrate={round(sounds.RATE * factor)}"


def test_codes_at_a_pitch_are_those_of_the_sound_played_that_much_higher() -> None:
    number = 5
    rng = np.random.default_rng(3)
    high = np.cumsum(rng.normal(size=20 * SOUND_RATE)) + 20 * rng.normal(size=20 * SOUND_RATE)
    played = np.interp(np.arange(0, len(high) - 1, PITCHES[number]), np.arange(len(high)), high)
    original, raised = (np.rint(part)[:, None].astype(np.int16) for part in (high, played))
    found, plain = pitched_fingerprint_of(Sound(original, 0.0, AudioTrack(0, ""))), sound_codes(raised)
    pitched = found.pitched
    assert pitched is not None and pitched.pitches == PITCHES and np.array_equal(found.codes, sound_codes(original))
    assert pitched.codes.shape == (len(PITCHES), len(found.codes))
    there = np.round(np.arange(len(plain)) * PITCHES[number]).astype(int)
    there = there[there < pitched.codes.shape[1]]
    apart = [np.bitwise_count(plain[: len(there)] ^ row[there]).mean() / 32 for row in pitched.codes]
    assert int(np.argmin(apart)) == number and apart[number] < 0.3 and apart[0] > 0.4


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "ending"), [(0.81, "m4a"), (1.0427, "opus")])
def test_a_copy_that_is_played_faster_is_found_to_the_millisecond(factor: float, ending: str) -> None:
    path = sounds.file(f"faster-{factor}.{ending}", with_copy(copied(faster(factor))))
    one, other = only(path).occurrences
    assert (one.start, one.end) == pytest.approx((START, START + LENGTH), abs=0.06)
    assert (other.start, other.end) == pytest.approx((AGAIN, AGAIN + LENGTH / factor), abs=0.06)
    assert other.speed == pytest.approx(factor, abs=2e-4) and other.pitch == pytest.approx(factor, abs=2e-4)
    assert other.time_of(one.content_at(START + 2)) == pytest.approx(AGAIN + 2 / factor, abs=0.002)
    assert changes(other) == [f"at {other.speed:.3g}x speed"]


@pytest.mark.slow
@pytest.mark.parametrize("tempo", [1.025])
def test_a_copy_of_another_tempo_is_as_high_as_before(tempo: float) -> None:
    one, other = only(sounds.file(f"tempo-{tempo}.m4a", with_copy(copied(f"atempo={tempo}")))).occurrences
    assert (one.start, one.end) == pytest.approx((START, START + LENGTH), abs=0.25)
    assert other.speed == pytest.approx(tempo, abs=0.01) and other.pitch == 1.0
    assert changes(other)[1:] == ["as high as before"]


@pytest.mark.slow
@pytest.mark.parametrize("pitch", [0.9])
def test_a_copy_of_another_pitch_keeps_its_time(pitch: float) -> None:
    copy = copied(faster(pitch), f"aresample={sounds.RATE}", f"atempo={1 / pitch}")
    one, other = only(sounds.file(f"pitch-{pitch}.m4a", with_copy(copy))).occurrences
    assert (one.start, one.end) == pytest.approx((START, START + LENGTH), abs=0.25)
    assert other.speed == pytest.approx(1, abs=0.005) and other.pitch == pytest.approx(pitch, abs=0.005)
    assert changes(other)[-1] == f"{other.pitch:.3g}x as high"


@pytest.mark.slow
def test_a_copy_at_its_own_speed_and_one_at_another_are_one_repeat() -> None:
    again = sounds.part(the_talk(), START, START + LENGTH)
    sound = sounds.joined(
        sounds.part(the_talk(), 0, 10), again, sounds.talk(5, 5), copied(faster(1.1)), sounds.talk(4, 6)
    )
    first, second, third = only(sounds.file("both.m4a", sound)).occurrences
    assert (first.speed, second.speed) == (1.0, 1.0) and third.speed == pytest.approx(1.1, abs=1e-3)
    assert (first.pitch, second.pitch) == (1.0, 1.0) and third.pitch == pytest.approx(1.1, abs=1e-3)
    assert second.start == pytest.approx(10, abs=0.02) and third.start == pytest.approx(21, abs=0.06)


@pytest.mark.slow
def test_what_another_file_plays_faster_is_found_in_it() -> None:
    film = sounds.file("film.flac", the_talk())
    clip = sounds.file("clip-faster.m4a", copied(faster(1.0427)))
    (repeat,) = compare([film, clip], align="sound").repeats
    one, other = repeat.occurrences
    assert (one.file, other.file) == (0, 1) and one.start == pytest.approx(START, abs=0.06)
    assert other.speed == pytest.approx(1.0427, abs=2e-4)


@cache
def sped_up() -> Path:
    """A scene of which a part is shown again at 1.25 times its speed, with its sound as fast."""
    scene = "mandelbrot=s=160x120:r=25:end_scale=0.0001:maxiter=200"
    shown = "[0:v]trim=0:12,split[a][b0];[b0]trim=3:11,setpts=0.8*(PTS-STARTPTS),fps=25[b];[a][b]concat=n=2:v=1[v]"
    copy = sounds.changed(sounds.part(the_talk(), 3, 11), faster(1.25))
    sound = sounds.written("sped-up", sounds.joined(sounds.part(the_talk(), 0, 12), copy).tobytes())
    words = ("-f", "lavfi", "-t", "12", "-i", scene, "-i", sound.as_posix(), "-filter_complex", shown)
    words += ("-map", "[v]", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    return videos.make("sped-up.mp4", *words)


@pytest.mark.slow
def test_a_picture_that_is_shown_faster_has_its_sound_with_it() -> None:
    (repeat,) = scan(sped_up()).repeats
    assert repeat.of == "both" and repeat.sound == "together"
    assert repeat.occurrences[1].speed == pytest.approx(1.25, abs=0.01)


@pytest.mark.parametrize(
    ("lies", "length", "is_piece"), [(0, 8000, True), (SOUND_RATE, 8000, False), (0, 60000, False)]
)
def test_a_piece_that_a_change_of_tempo_left_as_it_was_is_no_repeat_of_its_own(
    lies: int, length: int, is_piece: bool
) -> None:
    changed = ChangedRun(100000, 150000, 20000.0, 1.04, 1.0, 0.9, 0.3, 50000.0, False, 0.4)
    middle = 124000
    lag = middle - changed.other_at(middle) + lies
    start = round(changed.other_at(middle)) - length // 2
    assert is_piece_of(SoundRun(start, start + length, lag, 100.0, 0.8, 0.1, 0.9, length), changed) == is_piece


@pytest.mark.slow
def test_what_is_alike_at_another_speed_is_not_claimed() -> None:
    tones = np.sin(np.cumsum(np.linspace(0.1, 0.3, 10 * sounds.RATE))).astype(np.float32) * 0.3
    for name, sound in (("talk", sounds.talk(10, 31)), ("machine", sounds.machine(10, 0.25)), ("glide", tones)):
        shown = [one for repeat in scan(sounds.file(f"alike-{name}.m4a", sound)).repeats for one in repeat.occurrences]
        assert all(one.speed == 1.0 and one.pitch == 1.0 for one in shown)


@pytest.mark.slow
def test_in_a_long_sound_no_other_speed_is_looked_for_and_that_is_said() -> None:
    silence = np.broadcast_to(np.zeros((1, 1), np.int16), (round(LONGEST_PITCHED * SOUND_RATE) + 1, 1))
    assert is_pitched(silence[1:]) and not is_pitched(silence)
    answer = scan(sounds.file("eight-seconds.flac", sounds.part(the_talk(), 0, 8))).sound
    assert answer is not None and answer.other_speeds and "another speed" not in answer.summary
    assert "another speed were not looked for" in summary_of_sound(replace(answer, other_speeds=False), [])
