"""A library of sound: which file a clip is from, how exactly, what is claimed besides, and what it costs.

    python benchmarks/sound_library.py --tracks FOLDER --files 700 --queries 60 --first 1    as a user has it
    python benchmarks/sound_library.py --tracks FOLDER ... --gone                            with the files deleted
    python benchmarks/sound_library.py --chromaprint 16 --first 1    clips in nine tracks, with Chromaprint and without

Draws tracks of 40 s: voices of espeak-ng that speak words of no language, each with a speed and a pitch of its own,
tunes as a person plays them, and cuts of the recordings in FOLDER that do not overlap. All are added to a library. Then
clips of 5 s are looked up: cuts of the tracks through AAC, MP3 and Opus, under noise 15 dB softer, under another voice
that is as loud, and clips of tracks that are not there. --first is the first seed of the tracks and of the clips. A
library of 700 files takes 1.3 GB in the work folder and five minutes.
"""

import argparse
import random
import resource
import shutil
import subprocess
import tempfile
import time
import wave as wav
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sounds import CODECS, ENDINGS, RATE, Wave, encode, levelled, loaded, played

from loopfind.pipeline import add, compare, search_library
from loopfind.settings import CompareSettings

SECONDS, CLIP = 40, 5.0
VOICES = ("en-gb", "en-us", "de", "fr", "es", "it", "pl", "nl", "pt", "sv", "cs", "fi")
CONDITIONS = ("AAC 48k", "MP3 64k", "Opus 24k", "noise", "voice", "stranger")


@dataclass(frozen=True)
class Query:
    """A clip. track: the number of the file that it is from, None for one that is from none. start: seconds there."""

    seed: int
    condition: str
    track: int | None
    start: float
    path: Path


def spoken(seed: int) -> Wave:
    """A voice that speaks words of no language."""
    rng = random.Random(seed)
    syllables = [
        "".join(rng.choice(part) for part in ("bdfghklmnprstvw", "aeiou", ["", "", "n", "r", "s"])) for _ in range(90)
    ]
    words = " ".join("".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(160))
    voice = rng.choice(VOICES) + rng.choice(["", "+f1", "+f2", "+f3", "+f4", "+m1", "+m3", "+m5"])
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        how = ["-s", str(rng.randint(110, 190)), "-p", str(rng.randint(10, 90))]
        subprocess.run(
            [shutil.which("espeak-ng") or "espeak-ng", "-v", voice, *how, "-w", file.name, words], check=True
        )
        return loaded(Path(file.name))[: SECONDS * RATE]


def drawn(seed: int) -> Wave:
    """A track by its seed: every second one speaks."""
    return spoken(seed) if seed % 2 else played(SECONDS, seed)


def cuts_of(folder: str | None) -> list[Wave]:
    """Cuts of the recordings in a folder, which do not overlap."""
    files = sorted(path for path in Path(folder).rglob("*") if path.is_file()) if folder else []
    cuts = []
    for wave in map(loaded, files):
        step = SECONDS * RATE // 2
        cuts += [levelled(wave[at : at + step]) for at in range(0, max(1, len(wave) - step // 2), step)]
    return [cut for cut in cuts if len(cut) >= 8 * RATE]


def write(number: int, seed: int, cut: Wave | None, folder: Path) -> Path:
    """Write a track as a WAV file, half as many samples a second."""
    wave, path = drawn(seed) if cut is None else cut, folder / f"{number:04}.wav"
    halves = wave[: len(wave) // 2 * 2].reshape(-1, 2).mean(1)
    with wav.open(path.as_posix(), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE // 2)
        file.writeframes(np.rint(32767 * np.clip(halves, -1, 1)).astype("<i2").tobytes())
    return path


def query(seed: int, number: int, tracks: list[Path], folder: Path) -> Query:
    """Draw a clip, of each condition in turn."""
    rng, condition = random.Random(seed), CONDITIONS[number % len(CONDITIONS)]
    track = None if condition == "stranger" else rng.randrange(len(tracks))
    wave = drawn(seed + 1_000_000) if track is None else loaded(tracks[track])
    start = rng.uniform(1, len(wave) / RATE - CLIP - 1)
    low = round(start * RATE)
    clip = wave[low : low + round(CLIP * RATE)]
    if condition == "noise":
        level = float(np.sqrt(np.square(clip).mean()))
        clip = clip + np.random.default_rng(seed).normal(0, level * 10 ** (-15 / 20), len(clip)).astype(np.float32)
    if condition == "voice":
        over = spoken(seed + 2_000_000)[RATE : RATE + len(clip)]
        clip = clip + over * np.float32(np.sqrt(np.square(clip).mean() / max(1e-9, float(np.square(over).mean()))))
    codec = condition if condition in CODECS else rng.choice(list(CODECS)[1:])
    path = folder / f"clip-{seed}.{ENDINGS[codec]}"
    encode(np.asarray(0.7 * clip, np.float32), codec, path)
    return Query(seed, condition, track, low / RATE, path)


def table(queries: list[Query], tracks: list[Path], library: Path) -> None:
    """Look the clips up, and print what was found."""
    names = {str(path.resolve()): number for number, path in enumerate(tracks)}
    found: dict[str, list[int]] = {condition: [0, 0, 0] for condition in CONDITIONS}
    errors, times = list[float](), list[float]()
    for one in queries:
        began = time.monotonic()
        answer = search_library(str(one.path), library, CompareSettings(query=1, align="sound"))
        times.append(time.monotonic() - began)
        row = found[one.condition]
        row[0] += 1
        hits = {names[answer.sources[match.file].path]: match for match in answer.matches}
        if one.track in hits:
            place = max(hits[one.track].places, key=lambda place: place.end - place.start)
            off = place.there_start - place.start - one.start
            errors.append(off)
            row[1] += 1
        wrong = [number for number in hits if number != one.track]
        row[2] += len(wrong)
        if wrong or (one.track is not None and one.track not in hits):
            print(f"  seed {one.seed}, {one.condition}: of track {one.track}, said {sorted(hits)}")
    print(f"{'clip':<10} clips found wrong")
    for condition, (count, right, wrong_) in found.items():
        print(f"{condition:<10} {count:5} {right:5} {wrong_:5}")
    if errors:
        # Codecs put silence before a sound, and not all of them say so.
        off = np.abs(1000 * np.array(errors))
        print(f"offset: {np.percentile(off, 50):.1f} ms in the middle, {np.percentile(off, 90):.1f} ms in nine of ten")
    print(f"a search takes {np.median(times):.2f} s, {max(times):.2f} s at most")


def second_opinion(sets: int, first: int, folder: Path) -> None:
    """Look clips of 5 s up in nine drawn tracks each, too long for more than codes, by loopfind's own codes and with
    Chromaprint beside them. Print what was found."""
    found: dict[tuple[str, str], list[int]] = {}
    for seed in range(first, first + sets):
        rng, noise = random.Random(seed), np.random.default_rng(seed)
        tracks = [write(n, 100 * seed + n, None, folder) for n in range(9)]
        for condition in ("plain", "noise 5 dB", "voice"):
            own = rng.randrange(9)
            wave = loaded(tracks[own])
            low = round(rng.uniform(1, len(wave) / RATE - CLIP - 1) * RATE)
            clip = wave[low : low + round(CLIP * RATE)]
            level = float(np.sqrt(np.square(clip).mean()))
            if condition == "noise 5 dB":
                clip = clip + noise.normal(0, level * 10 ** (-5 / 20), len(clip)).astype(np.float32)
            if condition == "voice":
                over = spoken(100 * seed + 51)[RATE : RATE + len(clip)]
                clip = clip + over * np.float32(level / max(1e-6, float(np.sqrt(np.square(over).mean()))))
            path = folder / "clip.opus"
            encode(np.asarray(0.7 * clip, np.float32), "Opus 24k", path)
            for kind in ("sound", "chromaprint"):
                answer = compare([path, *tracks], CompareSettings(query=1, align="sound", kind=kind))
                files = {match.file - 1 for match in answer.matches}
                row = found.setdefault((condition, kind), [0, 0, 0])
                for place, more in enumerate((1, own in files, len(files - {own}))):
                    row[place] += more
    for (condition, kind), (count, right, wrong) in found.items():
        print(f"{condition:<10} {kind:<11} {count:5} clips {right:5} found {wrong:5} wrong")


def main() -> None:
    """Draw tracks and clips, add, search, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", metavar="FOLDER", help="files with sound to cut")
    parser.add_argument("--files", type=int, default=700)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--gone", action="store_true", help="delete the files before clips are looked up")
    parser.add_argument("--work", metavar="FOLDER", help="where the files lie; a temporary folder without it")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--chromaprint", type=int, default=0, metavar="N", help="so many sets of nine tracks instead")
    chosen = parser.parse_args()
    if chosen.chromaprint:
        with tempfile.TemporaryDirectory() as scratch:
            return second_opinion(chosen.chromaprint, chosen.first, Path(scratch))
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(chosen.jobs) as pool:
        folder = Path(chosen.work or scratch)
        (folder / "tracks").mkdir(parents=True, exist_ok=True)
        cuts: list[Wave | None] = [*cuts_of(chosen.tracks)]
        cuts += [None] * (chosen.files - len(cuts))
        numbers = range(chosen.files)
        places = [folder / "tracks"] * chosen.files
        tracks = list(pool.map(write, numbers, [chosen.first + n for n in numbers], cuts, places, chunksize=8))
        seeds = range(chosen.first, chosen.first + chosen.queries)
        queries = [query(seed, number, tracks, folder) for number, seed in enumerate(seeds)]
        library, began = folder / "library.sqlite", time.monotonic()
        added = add([str(folder / "tracks")], library, jobs=chosen.jobs)
        hours = sum(file.seconds for file in added.files) / 3600
        print(f"{len(added.files)} files, {hours:.1f} hours, added in {time.monotonic() - began:.0f} s")
        search_library(str(queries[0].path), library, CompareSettings(query=1, align="sound"))  # makes the index
        print(f"{library.stat().st_size / hours / 1e6:.2f} MB an hour")
        if chosen.gone:
            for path in tracks:
                path.unlink()
        table(queries, tracks, library)
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB at most")
    return None


if __name__ == "__main__":
    main()
