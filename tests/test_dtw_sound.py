"""Tones with time warped: a sound at another tempo or pitch is near its own, and far from any other."""

from pathlib import Path

import numpy as np
import pytest
import sounds

from loopfind import compare
from loopfind.cli.app import run
from loopfind.comparison.dtw.series import chroma_series
from loopfind.errors import Broken
from loopfind.fingerprints.chroma import chroma_of
from loopfind.model.sound import CHROMA_HOP, CHROMA_TONES, SOUND_RATE, AudioTrack, Sound
from loopfind.pipeline import warping
from loopfind.reports.formats import comparisons


def the_talk() -> sounds.Wave:
    return sounds.talk(24, 401)


def other_talk() -> sounds.Wave:
    return sounds.talk(24, 402)


def changed(name: str, start: float, end: float, filters: str) -> Path:
    """A part of the talk, changed by filters of ffmpeg."""
    return sounds.file(name, sounds.part(the_talk(), start, end), "-af", f"{filters},aresample=22050", "-b:a", "64k")


def chroma(sound: sounds.Wave):
    samples = np.rint(32767 * sound[:: sounds.RATE // SOUND_RATE]).astype(np.int16)[:, None]
    return chroma_of(Sound(samples, 0.0, AudioTrack(0, "")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("filters", "speed"), [("atempo=1.1", 1.1), ("atempo=0.9", 0.9), (f"asetrate={round(22050 * 1.08)}", 1.08)]
)
def test_a_sound_at_another_tempo_is_alike_and_its_speed_is_said(filters: str, speed: float) -> None:
    whole = sounds.file("tempo-whole.mp3", the_talk())
    clip = changed(f"tempo-{speed}.mp3", 5, 17, filters)
    (warp,) = compare([whole, clip], align="dtw", kind="chroma").warps
    assert warp.nearness == "alike" and not warp.reversed and warp.spans is not None
    first, second = warp.spans
    assert (first.end - first.start) / (second.end - second.start) == pytest.approx(speed, abs=0.03)
    assert first.start == pytest.approx(5, abs=0.4) and first.end == pytest.approx(17, abs=0.4)


@pytest.mark.slow
def test_strangers_and_steady_sounds_are_not_alike() -> None:
    files = [
        sounds.file("tempo-a.flac", sounds.part(the_talk(), 0, 12)),
        sounds.file("tempo-b.flac", sounds.part(other_talk(), 0, 20)),
        sounds.file("tempo-hum-a.flac", sounds.hum(8)),
        sounds.file("tempo-hum-b.flac", sounds.hum(14)),
        sounds.file("tempo-rain-a.mp3", sounds.noise(8, 1)),
        sounds.file("tempo-rain-b.mp3", sounds.noise(14, 2)),
        sounds.file("tempo-nothing-a.flac", 0 * sounds.hum(8)),
        sounds.file("tempo-nothing-b.flac", 0 * sounds.hum(14)),
    ]
    found = compare(files, align="dtw")
    assert {warp.nearness for warp in found.warps} <= {"apart", "unclear"} and len(found.warps) == 28
    assert found.summary == "No two files sound alike (28 pairs compared)."


@pytest.mark.slow
def test_files_without_pictures_are_compared_by_tones_and_the_text_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    whole = sounds.file("tempo-plain.flac", the_talk())
    clip = sounds.file("tempo-clip.opus", sounds.part(the_talk(), 3, 13))
    found = compare([whole, clip], align="dtw")
    assert found.settings.kind == "chroma"
    text = "".join(comparisons.as_text(found))
    assert "alike in sound" in text and "at 1.0" in text and "olour" not in text
    assert run(["compare", str(whole), str(clip), "--align", "dtw", "--kind", "color"]) == 1
    assert "sound only" in capsys.readouterr().err
    assert run(["compare", str(whole), str(clip), "--align", "dtw", "--fail-on-repeats", "-q"]) == 3


@pytest.mark.parametrize("half_semitones", [-3, 0, 2])
def test_a_tone_that_is_turned_back_is_the_tone_it_was(half_semitones: int) -> None:
    time = np.arange(3 * sounds.RATE) / sounds.RATE

    def notes(turned: float) -> sounds.Wave:
        pitch = np.repeat([440.0, 523.25, 660.0], sounds.RATE) * 2 ** (turned / CHROMA_TONES)
        return np.asarray(0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / sounds.RATE), np.float32)

    assert len(time) == len(notes(0))
    here, there = chroma(notes(0)), chroma(notes(half_semitones))
    assert len(here.energies) == 3 * SOUND_RATE // CHROMA_HOP
    one, other = chroma_series(here, 12.5), chroma_series(there, 12.5, half_semitones)
    assert one.shape == other.shape == (37, 12)
    assert np.abs(one - other).max() < 0.1 * np.abs(one).max()


def test_days_of_sound_are_refused_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warping, "LONGEST_HEARD", 5.0)
    files = [sounds.file(f"tempo-long-{n}.flac", sounds.talk(6, n)) for n in (403, 404)]
    with pytest.raises(Broken, match="too many to be warped: compare it with --align sound"):
        compare(files, align="dtw", kind="chroma")
