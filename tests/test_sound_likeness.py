"""Likeness of sounds: timbre, networks of anyone's that hear, and the pieces that are listened to."""

import json
import os
import wave

import numpy as np
import pytest
import sounds
import videos
from likeness_samples import kept_network, onnx

from loopfind.arrays.directions import unit
from loopfind.cli.app import run
from loopfind.errors import BadSetting, MediaError, NotVideo, Unreadable
from loopfind.fingerprints.mel import Mel, log_mel
from loopfind.fingerprints.network import load_network
from loopfind.fingerprints.sound_network import load_sound_network
from loopfind.fingerprints.timbre import timbre_vectors
from loopfind.media.ffmpeg import address
from loopfind.media.sound.spread import spread_sounds
from loopfind.model.sound import SOUND_RATE
from loopfind.pipeline import add, groups, similar
from loopfind.settings import GroupSettings, Settings, SimilarSettings


def samples(*parts):
    return np.stack([np.asarray(np.rint(32000 * one), np.int16) for one in parts])


def test_a_timbre_is_the_same_each_time_and_at_any_loudness_and_unlike_that_of_others():
    speech, rain, drums = sounds.talk(2, 1), sounds.noise(2, 2), sounds.machine(2, 0.25)
    length = min(map(len, (speech, rain, drums)))
    heard = samples(*(one[:length] for one in (speech, rain, drums)))
    vectors = timbre_vectors(heard)
    assert np.array_equal(vectors, timbre_vectors(heard.copy())) and np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert (np.diag(vectors @ timbre_vectors(heard // 2).T) > 0.9).all()
    assert (vectors @ vectors.T)[np.triu_indices(3, 1)].max() < 0.7
    again = samples(sounds.noise(2, 9)[:length])
    assert (timbre_vectors(again) @ vectors.T).argmax() == 1
    assert np.isfinite(timbre_vectors(np.zeros((1, length), np.int16))).all()


def test_a_log_mel_spectrum_is_what_the_plain_sums_give():
    mel = Mel(8000, 100, 40, 12, 100.0, 3000.0, 0.01)
    sound = np.random.default_rng(1).integers(-20000, 20000, (1, 400)).astype(np.int16)
    ends = 700 * np.expm1(np.linspace(*(1127 * np.log1p(np.array([100.0, 3000.0]) / 700)), 14) / 1127)
    time, found = np.arange(100), log_mel(sound, mel)[0]
    assert found.shape == (8, 12)
    for row, first in enumerate(range(0, 301, 40)):
        window = sound[0, first : first + 100] / 32768 * (0.5 - 0.5 * np.cos(2 * np.pi * time / 100))
        plain = np.zeros(12)
        for line in range(1, 65):
            hertz = line * 8000 / 128
            size = abs(np.sum(window * np.exp(-2j * np.pi * line * time / 128)))
            place = np.interp(1127 * np.log1p(hertz / 700), 1127 * np.log1p(ends / 700), np.arange(14) - 1.0)
            for band in range(12):
                plain[band] += size * max(0.0, 1 - abs(place - band)) * (ends[0] < hertz < ends[-1])
        assert np.allclose(found[row], np.log(plain + 0.01), atol=1e-9)


FLAT = [("Flatten", ["heard"], "out")]


def heard_by(folder, shape, **card):
    return load_sound_network(kept_network(folder, onnx(FLAT, ("heard",), shape=shape), **card))


def test_a_network_of_anyone_hears_as_its_card_says(tmp_path):
    piece = np.random.default_rng(2).integers(-9000, 9000, (2, 800)).astype(np.int16)
    network = heard_by(tmp_path, ("n", "s"), input="waveform", rate=8000, seconds=0.1)
    assert network.card.length == 800
    assert np.allclose(network.vectors(piece), unit(piece / 32768.0), atol=1e-6)
    mel = {"rate": 8000, "window": 200, "hop": 100, "bands": 8, "lowest": 50, "highest": 4000}
    network = heard_by(tmp_path, ("n", "f", "b"), input="log-mel", frames=7, **mel)
    plain = log_mel(piece, Mel(8000, 200, 100, 8, 50, 4000, 0.01))
    assert network.card.length == 800 and np.allclose(network.vectors(piece), unit(plain.reshape(2, -1)), atol=1e-5)
    deep = heard_by(tmp_path, ("n", 1, "f", "b"), input="log-mel", frames=7, **mel)
    assert np.allclose(deep.vectors(piece), network.vectors(piece))
    other = heard_by(tmp_path, ("n", "f", "b"), input="log-mel", frames=6, **mel)
    assert other.digest != network.digest


def test_a_network_that_takes_one_sound_at_a_time_is_asked_so(tmp_path):
    network = onnx([("Identity", ["heard"], "out")], ("heard",), shape=("s",))
    taken = load_sound_network(kept_network(tmp_path, network, input="waveform", rate=8000, seconds=0.1))
    piece = np.full((1, 800), 9000, np.int16)
    assert np.allclose(taken.vectors(np.tile(piece, (2, 1))), 800**-0.5, atol=1e-4)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ({}, "what the network takes"),
        ({"input": "smell"}, "what the network takes"),
        ({"input": "waveform", "rate": "fast"}, "it should be JSON, in which"),
        ({"input": "waveform", "rate": 10}, "rate is 4000 to 48000"),
        ({"input": "waveform", "seconds": 1e9}, "a piece 0.05 to 30 s"),
        ({"input": "waveform", "seconds": float("nan")}, "it should be JSON, in which"),
        ({"input": "log-mel", "highest": 9000}, "highest <= rate / 2"),
        ({"input": "log-mel", "hop": 0}, "rate is 4000"),
        ({"input": "waveform", "outputs": ["none such"]}, "cannot be used"),
        ({"input": "log-mel"}, "cannot be used"),
    ],
)
def test_a_card_for_sounds_that_cannot_be_used_is_one_line(card, said, tmp_path):
    path = kept_network(tmp_path, onnx(FLAT, ("heard",), shape=("n", 5)), **card)
    with pytest.raises(BadSetting, match=said) as raised:
        load_sound_network(path)
    assert "\n" not in str(raised.value) and "eye" in str(raised.value)


def test_a_network_of_sounds_is_not_asked_for_pictures(tmp_path):
    path = kept_network(tmp_path, onnx(FLAT, ("heard",), shape=("n", "s")), input="waveform")
    with pytest.raises(BadSetting, match="--by sound"):
        load_network(path)


def write_wav(path, sound, rate=sounds.RATE):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.asarray(np.rint(32000 * sound), "<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A library of four sounds; beside it a copy of one, quieter and as AAC, and a video of it."""
    root = tmp_path_factory.mktemp("sounds")
    (root / "heard").mkdir()
    drawn = {
        "talk": sounds.talk(8, 1),
        "other": 0.3 * sounds.talk(8, 5) + sounds.hum(8)[: len(sounds.talk(8, 5))],
        "rain": sounds.noise(8, 2),
        "drums": sounds.machine(8, 0.3),
    }
    for name, sound in drawn.items():
        write_wav(root / "heard" / f"{name}.wav", sound)
    words = ["-i", str(root / "heard" / "talk.wav"), "-af", "volume=0.4,lowpass=f=3500", "-c:a", "aac", "-b:a", "48k"]
    videos.run(*words, str(root / "copy.m4a"))
    add([str(root / "heard")], root / "l.sqlite", Settings())
    return root


@pytest.mark.slow
def test_pieces_are_those_at_their_times_whether_or_not_a_file_says_how_long_it_is(tmp_path):
    steps = np.repeat(np.arange(1, 9) / 10, 8000)  # each second is louder than the one before
    sound = steps * np.sin(2 * np.pi * 440 * np.arange(len(steps)) / 8000)
    plain = write_wav(tmp_path / "steps.wav", sound, 8000)
    times, pieces = spread_sounds(address.resolve(plain), 0, 5, 1.0, 8000)
    assert np.allclose(times, np.linspace(0, 7, 5)) and pieces.shape == (5, 8000)
    for time, piece in zip(times, pieces, strict=True):
        wanted = 32000 * sound[round(8000 * time) :][:8000]
        assert np.abs(piece - wanted).mean() < 200
    raw = tmp_path / "steps.aac"
    videos.run("-i", str(plain), "-c:a", "aac", str(raw))
    times, pieces = spread_sounds(address.resolve(raw), 0, 5, 1.0, 8000)
    loud = np.sqrt(np.square(pieces / 32000).mean(1)) * np.sqrt(2)
    assert np.allclose(loud, np.interp(times + 0.5, np.arange(8) + 0.5, np.arange(1, 9) / 10), atol=0.08)


@pytest.mark.slow
def test_what_cannot_be_heard_is_said(shelf, tmp_path):
    videos.run("-f", "lavfi", "-t", "1", "-i", "testsrc2=size=64x64:rate=5", str(tmp_path / "mute.mp4"))
    with pytest.raises(NotVideo, match="no sound in it"):
        spread_sounds(address.resolve(tmp_path / "mute.mp4"), 0, 5, 1.0, SOUND_RATE)
    silent = write_wav(tmp_path / "silent.wav", np.zeros(20000))
    with pytest.raises(Unreadable, match="nothing is heard"):
        spread_sounds(address.resolve(silent), 0, 5, 1.0, SOUND_RATE)
    with pytest.raises(BadSetting, match="numbered from 0"):
        spread_sounds(address.resolve(shelf / "copy.m4a"), 2, 5, 1.0, SOUND_RATE)
    (tmp_path / "no.wav").write_bytes(b"RIFF" + bytes(50))
    with pytest.raises(MediaError, match="no video format"):
        spread_sounds(address.resolve(tmp_path / "no.wav"), 0, 5, 1.0, SOUND_RATE)


@pytest.mark.slow
def test_a_copy_of_a_sound_is_nearest_and_the_engine_proves_it(shelf, capsys):
    given = ["library", "similar", str(shelf / "copy.m4a"), "--by", "sound", "--prove", "--json"]
    assert run([*given, "--library", str(shelf / "l.sqlite")]) == 0
    answer = json.loads(capsys.readouterr().out)
    first, *others = answer["neighbours"]
    assert os.path.basename(first["path"]) == "talk.wav" and first["proven"] == pytest.approx(8, abs=0.5)
    assert answer["by"] == "sound" and answer["model"] is None and not any(one["proven"] for one in others)
    assert all(one["likeness"] < first["likeness"] - 0.05 for one in others)


@pytest.mark.slow
def test_files_without_sound_are_left_out_and_one_that_sounds_alike_is_grouped(shelf, tmp_path, capsys):
    library = tmp_path / "l.sqlite"
    videos.run("-f", "lavfi", "-t", "1", "-i", "testsrc2=size=64x64:rate=5", str(tmp_path / "mute.mp4"))
    add([str(shelf / "heard"), str(shelf / "copy.m4a"), str(tmp_path / "mute.mp4")], library, Settings())
    answer = groups(library, GroupSettings(by="sound", level=0.8))
    assert answer.searched == 5 and answer.failures == ()
    assert [
        {os.path.basename(group.reference), *(os.path.basename(one.path) for one in group.others)}
        for group in answer.groups
    ] == [{"talk.wav", "copy.m4a"}]
    assert similar(str(shelf / "copy.m4a"), library, SimilarSettings(by="sound")).itself
