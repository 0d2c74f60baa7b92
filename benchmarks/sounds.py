"""Repeats in sound: which are found, how exactly, and what is claimed besides.

    python benchmarks/sounds.py --tracks FOLDER --seeds 1:200    planted repeats, and sounds without any
    python benchmarks/sounds.py --tracks FOLDER --films 60       films of which sound and picture were edited
    python benchmarks/sounds.py --tracks FOLDER --offsets 40     two cuts of one recording each, in two codecs
    python benchmarks/sounds.py --tracks FOLDER --speeds 60      copies at another speed, tempo or pitch
    python benchmarks/sounds.py --hours 24                       what the search costs for a day of sound

A case takes three of the tracks, plants a stretch of the first one again among the others, and encodes it all. The
stretch is plain, under noise 15 dB softer, or under another voice that is as loud. FOLDER holds any files with sound;
in one of them nothing may be heard twice. Without a folder, and beside it with --drawn, voices of espeak-ng are used
where that is installed, drawn rain, and drawn music with the timing of a person. A case takes about two seconds.
"""

import argparse
import random
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from day import peak
from numpy.typing import NDArray

from loopfind import Report, compare, scan
from loopfind.arrays.disk import Scratch
from loopfind.engine.sound.findings import find_in_sound
from loopfind.fingerprints.sound import pitched_fingerprint_of
from loopfind.media.ffmpeg.process import executable
from loopfind.model.sound import SOUND_RATE, AudioTrack, Sound

Wave = NDArray[np.float32]
RATE = 44_100
CODECS = {
    "wav": ("-c:a", "pcm_s16le"),
    "AAC 128k": ("-c:a", "aac", "-b:a", "128k"),
    "AAC 48k": ("-c:a", "aac", "-b:a", "48k"),
    "MP3 64k": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "Opus 24k": ("-c:a", "libopus", "-b:a", "24k"),
}
ENDINGS = {"wav": "wav", "AAC 128k": "m4a", "AAC 48k": "m4a", "MP3 64k": "mp3", "Opus 24k": "opus"}
CONDITIONS = ("plain", "plain", "noise", "speech", "honest")
LENGTHS = (1, 2, 2, 3, 4, 6, 8)
WORDS = (
    "The harbour lay under a thin sheet of mist, and nobody on the pier had seen the boat come in. Later that morning "
    "the baker opened her shop as she did each day, counted forty rolls, and wondered who had left a blue umbrella by "
    "the door. Seven letters had come, one of them without a stamp, from a town that she could not find on any map. "
    "When the train whistled behind the hill, a boy ran past with a kite made of newspaper, and two dogs followed him. "
)
VOICES = ("en-gb", "en-us+f3", "de", "fr+f2", "es+m4", "it", "pl+f4", "nl+m2")
NEAR = 0.005
"""Seconds by which the lag of a claim may be off and be that of the truth."""


@dataclass(frozen=True)
class Case:
    """A drawn sound. truth: start, end and the start of the copy, seconds; None for one without a repeat."""

    seed: int
    track: str
    condition: str
    codec: str
    length: float
    seconds: float
    truth: tuple[float, float, float] | None
    path: Path


@dataclass(frozen=True)
class Found:
    """The answer to a case. errors: seconds by which lag, start and end are off, of a repeat that was found. claims: of
    each repeat how sure it is, and whether it is true. promised: whether one as long as the truth should have shown."""

    case: Case
    errors: tuple[float, float, float] | None
    claims: tuple[tuple[float, bool], ...]
    promised: bool

    @property
    def wrong(self) -> int:
        return sum(not true for _, true in self.claims)


def loaded(path: Path) -> Wave:
    """The sound of a file, mono; empty for none."""
    words = [executable(), "-v", "quiet", "-i", path.as_posix(), "-map", "0:a:0", "-ac", "1", "-ar", str(RATE)]
    data = subprocess.run([*words, "-f", "f32le", "-"], capture_output=True, check=False).stdout
    return levelled(np.frombuffer(data, "<f4").copy())


def levelled(wave: Wave) -> Wave:
    level = float(np.sqrt(np.square(wave).mean())) if len(wave) else 0.0
    return wave * np.float32(0.08 / level) if level > 1e-4 else wave[:0]


def spoken(voice: str, seconds: float) -> Wave:
    """A voice of espeak-ng; empty where that is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        return np.zeros(0, np.float32)
    words = WORDS.split()
    random.Random(voice).shuffle(words)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        speed = str(120 + 10 * VOICES.index(voice))
        subprocess.run([program, "-v", voice, "-s", speed, "-w", file.name, " ".join(words)], check=True)
        return loaded(Path(file.name))[: round(seconds * RATE)]


def played(seconds: float, seed: int) -> Wave:
    """A tune as a person plays it: no note comes twice with the same length, strength, vibrato or time."""
    rng, wave, at = np.random.default_rng(seed), np.zeros(round((seconds + 3) * RATE)), 0.0
    while at < seconds:
        length = rng.choice([0.25, 0.5, 1.0]) * rng.uniform(0.9, 1.1)
        place = np.arange(round(length * 1.5 * RATE)) / RATE
        pitch = 220 * 2 ** (rng.integers(0, 24) / 12) * (1 + 0.004 * np.sin(2 * np.pi * rng.uniform(4, 6) * place))
        phase, strength = 2 * np.pi * np.cumsum(pitch) / RATE, rng.uniform(0.5, 1)
        note = sum(np.sin(k * phase + rng.uniform(0, 6)) * rng.uniform(0.3, 1) / k for k in range(1, 9))
        breath = 0.05 * rng.normal(size=len(place))
        start = round(at * RATE)
        wave[start : start + len(place)] += strength * (note + breath) * np.exp(-2.5 * place / length)
        at += length
    return levelled(np.asarray(wave[: round(seconds * RATE)], np.float32))


def tracks_of(folder: str | None, drawn: bool) -> dict[str, Wave]:
    """The tracks by name: those of the folder, and drawn ones."""
    files = sorted(Path(folder).rglob("*")) if folder else []
    found = {path.stem: loaded(path)[: 90 * RATE] for path in files if path.is_file()}
    if drawn or not folder:
        found |= {f"voice {voice}": spoken(voice, 40) for voice in VOICES}
        found |= {f"tune {n}": played(40, n) for n in range(3)}
        found["rain"] = levelled(np.random.default_rng(1).normal(size=40 * RATE).astype(np.float32))
    return {name: wave for name, wave in found.items() if len(wave) >= 8 * RATE}


def drawn_case(seed: int, tracks: dict[str, Wave], folder: Path) -> Case:
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    main, *others = rng.sample(sorted(tracks), 4)
    wave, condition, codec = tracks[main], rng.choice(CONDITIONS), rng.choice(list(CODECS))
    length = min(float(rng.choice(LENGTHS)), len(wave) / RATE / 2)
    body = np.concatenate([wave, tracks[others[0]], tracks[others[1]]])
    truth = None
    if condition != "honest":
        count = round(length * RATE)
        start = rng.randrange(len(wave) - count)
        copy = wave[start : start + count].copy()
        level = float(np.sqrt(np.square(copy).mean()))
        if condition == "noise":
            copy += noise.normal(0, level * 10 ** (-15 / 20), count).astype(np.float32)
        if condition == "speech":
            voice = np.resize(tracks[others[2]], count)
            copy += voice * np.float32(level / (float(np.sqrt(np.square(voice).mean())) or 1))
        at = rng.randrange(len(wave), len(body))
        body = np.concatenate([body[:at], copy, body[at:]])
        truth = (start / RATE, (start + count) / RATE, at / RATE)
    path = folder / f"{seed}.{ENDINGS[codec]}"
    encode(body, codec, path)
    return Case(seed, main, condition, codec, length, len(body) / RATE, truth, path)


def answered(case: Case) -> Found:
    report = scan(case.path)
    case.path.unlink()
    errors, claims = None, list[tuple[float, bool]]()
    for repeat in report.repeats:
        one, other, true = repeat.occurrences[0], repeat.occurrences[-1], False
        if case.truth is not None:
            start, end, again = case.truth
            lag = (other.start - one.start) - (again - start)
            true = abs(lag) <= NEAR and one.start < end and one.end > start and len(repeat.occurrences) == 2
            errors = (lag, one.start - start, one.end - end) if true else errors
        claims.append((repeat.confidence, true))
    return Found(case, errors, tuple(claims), case.truth is not None and promises(report, case))


def promises(report: Report, case: Case) -> bool:
    """Whether the report says that a repeat such as the truth would have shown: plain, long enough, and judged."""
    sound, truth = report.sound, case.truth
    if sound is None or truth is None or sound.shortest_findable is None or case.condition != "plain":
        return False
    spans = [(truth[0], truth[1]), (truth[2], truth[2] + truth[1] - truth[0])]
    lost = sum(max(0.0, min(high, one.end) - max(low, one.start)) for one in sound.unjudged for low, high in spans)
    return case.length >= sound.shortest_findable and lost < 0.1 * case.length


def table(found: list[Found]) -> None:
    """Print what was found, by condition and length, and what was claimed besides."""
    rows = defaultdict[tuple[str, str], list[Found]](list)
    for one in found:
        if one.case.truth is not None:
            rows[one.case.condition, "2 s and more" if one.case.length >= 2 else "under 2 s"].append(one)
    print("| copy | length | cases | found |\n|---|---|---|---|")
    for (condition, length), cases in sorted(rows.items()):
        share = sum(one.errors is not None for one in cases) / len(cases)
        print(f"| {condition} | {length} | {len(cases)} | {100 * share:.1f} % |")
    hits = [one for one in found if one.errors is not None]
    claims = [claim for one in found for claim in one.claims]
    honest = [one for one in found if one.case.truth is None]
    promised = [one for one in found if one.promised]
    broken = sum(one.errors is None for one in promised)
    wrong, disturbed = sum(one.wrong for one in found), sum(bool(one.claims) for one in honest)
    print(f"\nclaims {len(claims)}, wrong {wrong}; honest {len(honest)}, with a claim {disturbed}")
    for low, high in pairwise((0.0, 0.9, 0.99, 1.0)):
        true = [right for sure, right in claims if low < sure <= high]
        print(f"claims above {low:g} up to {high:g}: {len(true)}, true {sum(true)}")
    print(
        f"minutes of sound {sum(one.case.seconds for one in found) / 60:.0f}; promises {len(promised)}, broken {broken}"
    )
    for name, which in (("plain", ("plain",)), ("all", ("plain", "noise", "speech"))):
        known = [one.errors for one in hits if one.errors is not None and one.case.condition in which]
        errors = 1000 * np.abs(np.array(known))
        if len(errors):
            lags, ends = errors[:, 0], errors[:, 1:].ravel()
            cells = [f"{np.percentile(part, share):.2f}" for part in (lags, ends) for share in (50, 90)]
            print(f"{name}: lag off by {cells[0]} / {cells[1]} ms, ends by {cells[2]} / {cells[3]} ms (median / 90 %)")
    for one in found:
        if one.wrong or (one.case.truth is not None and one.errors is None):
            case = one.case
            what = "missed" if case.truth is not None and one.errors is None else "wrong"
            print(f"  {what}: seed {case.seed}, {case.track}, {case.condition}, {case.length:.1f} s, {case.codec}")


def film(seed: int, tracks: dict[str, Wave], folder: Path) -> tuple[str, str]:
    """Draw a film with one edit. Return how its sound should behave, and how it is said to."""
    rng = random.Random(seed)
    how = ("together", "runs on", "apart")[seed % 3]
    wave = tracks[rng.choice([name for name in sorted(tracks) if len(tracks[name]) >= 30 * RATE])]
    start, length, at = rng.uniform(1, 6), rng.uniform(3, 8), rng.uniform(15, 20)
    moved = 0.08 if how == "apart" else 0.0
    head, copy = wave[: round(at * RATE)], wave[round((start - moved) * RATE) : round((start - moved + length) * RATE)]
    sound = wave[: round((at + length) * RATE)] if how == "runs on" else np.concatenate([head, copy])
    scene = f"mandelbrot=s=160x120:r=25:end_scale={10 ** -rng.uniform(3, 5):.6f}:maxiter=200"
    frames = [round(25 * t) / 25 for t in (at, start, start + length)]
    shown = "[0:v]trim=0:{},split[a][b0];[b0]trim={}:{},setpts=PTS-STARTPTS[b];[a][b]concat=n=2:v=1[v]".format(*frames)
    path = folder / f"film-{seed}.mp4"
    words = [executable(), "-v", "error", "-y", "-f", "lavfi", "-t", f"{at:.3f}", "-i", scene]
    words += ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-filter_complex", shown, "-map", "[v]"]
    words += ["-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", *rng.choice(list(CODECS.values())[1:3])]
    subprocess.run([*words, path.as_posix()], input=sound.astype("<f4").tobytes(), check=True)
    report = scan(path)
    path.unlink()
    seen = [repeat.sound or "" for repeat in report.repeats if repeat.of != "sound"]
    return how, ", ".join(seen) or "no repeat"


def offset(seed: int, tracks: dict[str, Wave], folder: Path) -> tuple[float, float | None]:
    """Cut one recording twice, in two codecs. Return by how much one cut begins later, and what is said, seconds."""
    rng = random.Random(seed)
    wave = tracks[rng.choice([name for name in sorted(tracks) if len(tracks[name]) >= 14 * RATE])]
    later = round(min(rng.choice([0.1, 0.5, 1.7, 4.0, 12.0, 30.0]), len(wave) / RATE - 10) * RATE)
    paths = []
    for number, (codec, part) in enumerate(zip(rng.sample(sorted(CODECS), 2), (wave, wave[later:]), strict=True)):
        paths.append(folder / f"offset-{seed}-{number}.{ENDINGS[codec]}")
        encode(part, codec, paths[-1])
    found = compare(paths, align="sound").repeats
    said = None
    if found:
        longest = max(found, key=lambda repeat: repeat.length)
        one, other = (next(o for o in longest.occurrences if o.file == number) for number in (0, 1))
        said = one.start - other.start - (one.content_start - other.content_start)
    return later / RATE, said


def changed(wave: Wave, how: str, factor: float) -> Wave:
    """A sound at another speed, or of another tempo or pitch alone."""
    filters = [f"asetrate={round(RATE * factor)}", f"aresample={RATE}"] if how != "tempo" else [f"atempo={factor}"]
    filters += [f"atempo={1 / factor}"] if how == "pitch" else []
    words = [executable(), "-v", "error", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-af"]
    done = subprocess.run(
        [*words, ",".join(filters), "-f", "f32le", "-"],
        input=wave.astype("<f4").tobytes(),
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, "<f4").copy()


@dataclass(frozen=True)
class Changed:
    """A copy at another speed, tempo or pitch, and what was said. errors: seconds by which start and end of both are
    off, None where it was missed. speed: share by which the speed is off. wrong: other repeats."""

    seed: int
    track: str
    how: str
    factor: float
    length: float
    errors: tuple[float, ...] | None
    speed: float
    wrong: int


def at_speed(seed: int, tracks: dict[str, Wave], folder: Path) -> Changed:
    """Plant a copy at 0.8 to 1.25 times the speed, tempo or pitch, and look for it."""
    rng = random.Random(seed)
    main, *others = rng.sample(sorted(tracks), 3)
    wave, how, codec = tracks[main], ("speed", "tempo", "pitch")[seed % 3], rng.choice(list(CODECS))
    length = min(float(rng.choice((2, 3, 4, 6, 8) if how == "speed" else (4, 5, 6, 8))), len(wave) / RATE / 2)
    factor = rng.choice([rng.uniform(0.8, 0.97), rng.uniform(1.03, 1.25)])
    count = round(length * RATE)
    start = rng.randrange(len(wave) - count)
    copy = changed(wave[start : start + count], how, factor)
    body = np.concatenate([wave, tracks[others[0]], tracks[others[1]]])
    at = rng.randrange(len(wave), len(body))
    path = folder / f"speed-{seed}.{ENDINGS[codec]}"
    encode(np.concatenate([body[:at], copy, body[at:]]), codec, path)
    report = scan(path)
    path.unlink()
    truth = np.array([start, start + count, at, at + len(copy)]) / RATE
    pace = 1.0 if how == "pitch" else factor
    errors, off, wrong = None, 0.0, 0
    for repeat in report.repeats:
        one, other = repeat.occurrences[0], repeat.occurrences[-1]
        ends = np.array([one.start, one.end, other.start, other.end])
        if len(repeat.occurrences) == 2 and np.abs(ends - truth).max() < 0.6 and abs(other.speed / pace - 1) < 0.02:
            errors, off = tuple((ends - truth).tolist()), other.speed / pace - 1
        else:
            wrong += 1
    return Changed(seed, main, how, factor, length, errors, off, wrong)


def speeds(found: list[Changed]) -> None:
    """Print how many copies at another speed are found."""
    print("| changed | copies | found | ends off by (median / 90 %) | speed off by (median) |\n|---|---|---|---|---|")
    for how in ("speed", "tempo", "pitch"):
        cases = [one for one in found if one.how == how]
        hits = [one for one in cases if one.errors is not None]
        ends = 1000 * np.abs(np.array([one.errors for one in hits])) if hits else np.zeros(1)
        off = np.median([abs(one.speed) for one in hits]) if hits else 0.0
        middle, most = np.percentile(ends, (50, 90))
        print(f"| {how} | {len(cases)} | {len(hits)} | {middle:.0f} / {most:.0f} ms | {100 * off:.3f} % |")
    print(f"\nother claims {sum(one.wrong for one in found)}")
    for one in found:
        if one.errors is None or one.wrong:
            what = "missed" if one.errors is None else "wrong"
            print(f"  {what}: seed {one.seed}, {one.track}, {one.how} {one.factor:.4f}, {one.length:.1f} s")


def offsets(seeds: range, tracks: dict[str, Wave], folder: Path) -> None:
    """Print how many offsets are right."""
    both = [offset(seed, tracks, folder) for seed in seeds]
    off = [abs(truth - said) for truth, said in both if said is not None]
    exact, near = (sum(one <= limit for one in off) for limit in (NEAR, 0.06))
    print(f"pairs {len(both)}, right to 5 ms {exact}, to 60 ms {near}")
    for seed, (truth, said) in zip(seeds, both, strict=True):
        if said is None or abs(truth - said) > NEAR:
            print(f"  seed {seed}: {truth:.3f} s, said: {said}")


def films(seeds: range, tracks: dict[str, Wave], folder: Path) -> None:
    """Print how many edits are named right."""
    said = [film(seed, tracks, folder) for seed in seeds]
    print(f"films {len(said)}, named right {sum(how == heard for how, heard in said)}")
    for seed, (how, heard) in zip(seeds, said, strict=True):
        if how != heard:
            print(f"  seed {seed}: {how}, said: {heard}")


def encode(wave: Wave, codec: str, path: Path) -> None:
    words = [executable(), "-v", "error", "-y", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    data = np.clip(wave, -1, 1).astype("<f4").tobytes()
    subprocess.run([*words, *CODECS[codec], path.as_posix()], input=data, check=True)


def cost(hours: float) -> None:
    """Print what the search takes for hours of sound, which lie on disk."""
    rng = np.random.default_rng(5)
    # A tune and two voices, each time at another speed and with other noise over it.
    piece = np.concatenate([played(60, 9), spoken("en-gb", 60), spoken("fr+f2", 60)])
    piece = 8000 * (piece[::4] / max(1e-9, float(np.abs(piece).max())))
    samples, count = Scratch(1, np.int16), round(hours * 3600 * SOUND_RATE)
    while len(samples) < count:
        part = np.roll(piece, int(rng.integers(len(piece))))[: count - len(samples)]
        places = np.arange(len(part)) * rng.uniform(0.7, 1.4) % (len(part) - 1)
        part = np.interp(places, np.arange(len(part)), part) + rng.normal(0, 300, len(part))
        samples.append(part.astype(np.int16)[:, None])
    began, clock = time.process_time(), time.monotonic()
    fingerprint = pitched_fingerprint_of(Sound(samples, 0.0, AudioTrack(0, "")))
    coded = time.process_time()
    found = find_in_sound(fingerprint)
    taken = time.monotonic() - clock
    print(f"{hours} h: codes {coded - began:.1f} s, search {time.process_time() - coded:.1f} s of processor time")
    print(f"{taken:.1f} s by the clock, peak {peak() / 1e6:.0f} MB, {len(found.repeats)} repeats claimed")


def main() -> None:
    """Draw, scan, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", metavar="FOLDER", help="files with sound; drawn ones where none is given")
    parser.add_argument("--drawn", action="store_true", help="drawn sounds and voices beside those of the folder")
    parser.add_argument("--seeds", default="1:200", metavar="FIRST:LAST")
    parser.add_argument("--films", type=int, default=0, metavar="N", help="films with sound and picture edited instead")
    parser.add_argument("--offsets", type=int, default=0, metavar="N", help="two cuts of one recording instead")
    parser.add_argument("--speeds", type=int, default=0, metavar="N", help="copies at another speed instead")
    parser.add_argument("--hours", type=float, help="cost of so many hours of sound instead")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.hours:
        return cost(chosen.hours)
    tracks = tracks_of(chosen.tracks, chosen.drawn)
    print(f"{len(tracks)} tracks: {', '.join(sorted(tracks))}\n")
    first, last = map(int, chosen.seeds.split(":"))
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(chosen.jobs) as pool:
        if chosen.offsets:
            return offsets(range(first, first + chosen.offsets), tracks, Path(folder))
        if chosen.speeds:
            seeds = range(first, first + chosen.speeds)
            return speeds(list(pool.map(partial(at_speed, tracks=tracks, folder=Path(folder)), seeds, chunksize=4)))
        if chosen.films:
            return films(range(first, first + chosen.films), tracks, Path(folder))
        cases = [drawn_case(seed, tracks, Path(folder)) for seed in range(first, last + 1)]
        table(list(pool.map(answered, cases, chunksize=4)))
    return None


if __name__ == "__main__":
    main()
