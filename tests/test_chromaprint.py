"""Chromaprint as a second opinion: its items lie where they should, and its candidates are followed as others are."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import sounds

from loopfind import compare
from loopfind.arrays.disk import Scratch
from loopfind.cli.app import run
from loopfind.engine.sound.search import sound_runs
from loopfind.engine.sound.second import chromaprint_lines
from loopfind.engine.sound.white import WhiteSound
from loopfind.errors import BadSetting, DecoderFailed
from loopfind.media.ffmpeg import address
from loopfind.media.sound.chromaprint import chromaprint_of
from loopfind.model.sound import CHROMAPRINT_HOP, CHROMAPRINT_WINDOW, SOUND_RATE, AudioTrack, Sound
from loopfind.pipeline.sound import sound_in


def the_talk() -> sounds.Wave:
    return sounds.talk(24, 301)


HALF = sounds.RATE // SOUND_RATE


def heard(path: Path) -> Sound:
    return sound_in(address.resolve(str(path)), 0, 60.0, False)


@pytest.mark.slow
def test_the_items_of_a_copy_are_alike_where_it_lies() -> None:
    whole = heard(sounds.file("print-whole.flac", the_talk())).samples
    later = 40 * CHROMAPRINT_HOP
    copy = heard(sounds.file("print-copy.opus", the_talk()[HALF * later :])).samples
    one, other = chromaprint_of(whole), chromaprint_of(copy)
    assert len(one) == (len(whole) - CHROMAPRINT_WINDOW) // CHROMAPRINT_HOP
    wrong = [np.bitwise_count(one[by : by + 80] ^ other[:80]).mean() / 32 for by in (30, 40, 50)]
    assert wrong[1] < 0.15 and min(wrong[0], wrong[2]) > 0.3
    assert not len(chromaprint_of(whole[0:20_000])) and not len(chromaprint_of(whole[0:0]))


@pytest.mark.slow
def test_candidates_by_chromaprint_are_followed_where_no_others_lead() -> None:
    rng, place = np.random.default_rng(9), np.arange(SOUND_RATE // 4) / SOUND_RATE
    chords = [sum(np.sin(2 * np.pi * f * place) for f in rng.uniform(150, 2000, 5)) for _ in range(4 * 310)]
    tune = 2000 * np.concatenate(chords)
    drawn = (tune + rng.normal(0, 800, len(tune))).astype(np.int16)[:, None]
    low, lag = 20 * SOUND_RATE, 100 * SOUND_RATE + 321
    drawn[low + lag : low + lag + 8 * SOUND_RATE] = drawn[low : low + 8 * SOUND_RATE]
    samples = Scratch(1, np.int16)
    samples.append(drawn)
    white, nothing = WhiteSound(Sound(samples, 0.0, AudioTrack(0, ""))), np.zeros(2000, np.uint32)
    assert sound_runs(white, nothing) == []
    lines = chromaprint_lines([0], [chromaprint_of(samples)])
    best = sound_runs(white, nothing, proposed=lines)[0]
    assert abs(best.lag - lag) < 1 and abs(best.start - low) < 100 and abs(best.length - 8 * SOUND_RATE) < 200


@pytest.mark.slow
def test_a_comparison_finds_with_chromaprint_what_it_finds_without() -> None:
    one = sounds.file("print-one.mp3", sounds.part(the_talk(), 0, 14))
    other = sounds.file("print-other.opus", sounds.part(the_talk(), 5, 19))
    stranger = sounds.file("print-stranger.mp3", sounds.talk(10, 302))
    plain = compare([one, other, stranger], align="sound")
    both = compare([one, other, stranger], align="sound", kind="chromaprint")
    assert plain.repeats == both.repeats and plain.pairs == both.pairs and len(both.pairs) == 1


def test_a_kind_belongs_to_a_way_of_aligning(capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(sounds.file(f"print-{n}.flac", sounds.talk(3, n))) for n in (303, 304)]
    for words in (
        ["--kind", "chromaprint"],
        ["--align", "sound", "--kind", "color"],
        ["--align", "dtw", "--kind", "sound"],
    ):
        assert run(["compare", *paths, *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(BadSetting, match="not of --align engine: there is cnn"):
        compare(paths, kind="chromaprint")


def test_an_ffmpeg_that_makes_none_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = heard(sounds.file("print-four.flac", sounds.talk(4, 305))).samples
    other = shutil.which("git")  # any program that takes no such options
    assert other is not None
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", other)
    with pytest.raises(DecoderFailed, match="makes no Chromaprint: unset IMAGEIO_FFMPEG_EXE"):
        chromaprint_of(samples)
