"""Sounds for tests, drawn by seed: talk, rain, hum, machines; and files of them."""

import re
import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import videos
from numpy.typing import NDArray

RATE = 22050
Wave = NDArray[np.float32]

CODECS: dict[str, tuple[str, ...]] = {
    "wav": ("-c:a", "pcm_s16le"),
    "flac": ("-c:a", "flac"),
    "m4a": ("-c:a", "aac", "-aac_coder", "fast", "-b:a", "64k"),  # the usual way takes three times as long
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "ogg": ("-c:a", "libvorbis", "-q:a", "3"),
    "opus": ("-c:a", "libopus", "-b:a", "24k"),
}


@cache
def talk(seconds: float, seed: int) -> Wave:
    """Something like speech: syllables of a gliding voice with formants, hisses and pauses, never twice the same."""
    rng, count = np.random.default_rng(seed), round(seconds * RATE)
    whole, at, harmonics = np.zeros(count + RATE), 0, np.arange(1, 24)
    while at < count:
        length = int(rng.uniform(0.08, 0.3) * RATE)
        time = np.arange(length) / RATE
        pitch = rng.uniform(90, 220) * (1 + rng.uniform(-0.3, 0.3) * time / time[-1])
        formants = rng.uniform([300, 900, 2000], [800, 1800, 3200])
        weights = np.exp(-(((harmonics[:, None] * pitch.mean() - formants) / 180) ** 2)).sum(1)
        waves = weights * np.exp(1j * rng.uniform(0, 6, len(harmonics)))
        first = np.exp(2j * np.pi / RATE * np.cumsum(pitch))
        # A sum of powers of the first harmonic, by Horner's rule.
        voice = np.zeros(length, complex)
        for wave_of in waves[np.flatnonzero(weights > 1e-9)[-1] :: -1]:
            voice += wave_of
            voice *= first
        hiss = rng.normal(size=length) * rng.choice([0.02, 0.02, 0.6])
        whole[at : at + length] += (voice.imag + hiss) * np.hanning(length)
        at += length + int(rng.choice([0.0, 0.02, 0.15]) * RATE)
    drawn = _scaled(whole[:count])
    drawn.flags.writeable = False
    return drawn


def noise(seconds: float, seed: int) -> Wave:
    """Rain: steady noise."""
    return _scaled(np.random.default_rng(seed).normal(size=round(seconds * RATE)))


def machine(seconds: float, step: float) -> Wave:
    """A drum machine: the same four beats again and again."""
    rng, whole = np.random.default_rng(7), np.zeros(round(seconds * RATE) + RATE)
    beats = [rng.normal(size=RATE // 8) * np.exp(-np.arange(RATE // 8) / (0.02 * RATE)) for _ in range(4)]
    for number in range(int(seconds / step)):
        at = round(number * step * RATE)
        whole[at : at + RATE // 8] += beats[number % 4]
    return _scaled(whole[: round(seconds * RATE)])


def hum(seconds: float) -> Wave:
    """Mains hum with its harmonics."""
    time = np.arange(round(seconds * RATE)) / RATE
    return _scaled(sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 40)))


def joined(*parts: Wave) -> Wave:
    return np.concatenate(parts)


def part(sound: Wave, start: float, end: float) -> Wave:
    return sound[round(start * RATE) : round(end * RATE)]


@cache
def written(name: str, drawn: bytes) -> Path:
    """A WAV file of samples as 32-bit floats. One name stands for one sound."""
    path = videos.FOLDER / f"{name}.drawn.wav"
    if path.exists():
        raise ValueError(f"{name} was drawn before, as another sound")
    samples = np.frombuffer(drawn, np.float32)
    with wave.open(path.as_posix(), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.rint(32767 * np.clip(samples, -1, 1)).astype("<i2").tobytes())
    return path


def file(name: str, sound: Wave, *more: str) -> Path:
    """A file of a sound, in the codec that its ending names unless `more` says another one."""
    options = more or CODECS[name.rpartition(".")[2]]
    return videos.make(name, "-i", written(name, sound.tobytes()).as_posix(), *options)


def _scaled(sound: Any) -> Wave:
    return np.asarray(0.3 * sound / np.abs(sound).max(), np.float32)


def changed(sound: Wave, *filters: str) -> Wave:
    """A sound behind filters of ffmpeg, "{rate}" in them being RATE."""
    source = written(f"plain-{len(sound)}", sound.tobytes())
    chain = ",".join(filters).format(rate=RATE)
    name = "changed-" + re.sub(r"\W+", "-", chain) + f"-{abs(hash(sound.tobytes()))}.wav"
    path = videos.make(name, "-i", source.as_posix(), "-af", f"{chain},aresample={RATE}", "-c:a", "pcm_s16le")
    with wave.open(path.as_posix(), "rb") as read:
        return np.frombuffer(read.readframes(read.getnframes()), "<i2").astype(np.float32) / np.float32(32767)
