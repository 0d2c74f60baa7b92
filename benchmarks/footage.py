"""What is found in videos as people have them, and what is claimed in them besides.

    python benchmarks/footage.py --clips FOLDER          videos drawn from the clips of a folder, seeds 1 to 5
    python benchmarks/footage.py                         from the fixtures and the clips that benchmarks/scenes.py draws
    python benchmarks/footage.py --seeds 1:40 --only live --jobs 2
    python benchmarks/footage.py --keep DIR              the videos stay there, with what is true of them as NAME.json

For each seed one video of each kind is drawn, a minute or less, 320x180, 25 frames a second, and encoded with a codec
and at a quality that the seed chooses:

    live        a clip goes round under a chat, a ticker, a clock, a count of viewers, a wandering watermark
    camera      a stretch replaces what a fixed camera saw later, under a running clock, with the noise of a sensor
    ambience    a clip goes round, dissolved into itself, in light that drifts
    broadcast   a programme, and spots that are aired again in another order, black before each, a logo over all
    edit        a stretch is shown again, changed: mirrored, upside down, cropped, graded, faster, backwards, boxed
    loop        a few seconds go round between other footage, the last turn cut short
    short       half a second to a second and a half is shown again
    honest      all of the conditions above, and nothing is shown twice

A clip must last 12 s or more, and nothing in it may be shown twice; its first 40 s are used. The truth follows from the
timeline, as in the suite (benchmarks/cases.py). Claims are scored by `loopfind.evaluate`. A promise is a plain repeat
that lasts `verdict.shortest_findable` or longer, with both occurrences outside of what was not judged. It is broken
where less than half of it was found. A claim is false where less than half of the instants that it matches are the same
instant. A second table counts the claims of each confidence.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two videos at a time already take two cores

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures"))

from calibration import Claim, claims_of, reliability
from cases import FPS, Case, Piece, placed, truth
from make import walk
from scenes import draw

from loopfind import scan
from loopfind.evaluate import Pair, Score, Truth, evaluate, pooled, truth_of
from loopfind.model.report import Report
from loopfind.model.video import Span

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

Picture = NDArray[np.uint8]
"""Grey levels (180, 320): colours make no difference to a scan."""

Overlay = Callable[[Image.Image, int], None]
"""Draws over the picture of a frame, by its number."""

WIDTH, HEIGHT = 320, 180

LEAST, MOST = 12.0, 40.0
"""Seconds that a clip must last, and that are used of it."""

CHAT_SHARE = 0.27
"""Share of the width that a chat takes."""

WORKERS = 2

VIDEOS = {".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".ts", ".mpg", ".ogv"}

UNREPEATED = {"none.mp4": 35.0, "replay.mp4": 26.0, "loop.mp4": 16.0}
"""Seconds of each fixture before anything in it is shown twice."""

DRAWN = ("film", "walk", "yard", "road")
"""Clips of benchmarks/scenes.py."""

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")

CODECS = {
    "h264.mp4": ("-c:v", "libx264", "-preset", "veryfast", "-crf", "{18:38}"),
    "h264.ts": ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "{250:900}k"),
    "h265.mkv": ("-c:v", "libx265", "-preset", "superfast", "-x265-params", "log-level=error", "-crf", "{20:36}"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "7", "-crf", "{26:46}"),
    "av1.mkv": ("-c:v", "libsvtav1", "-preset", "10", "-crf", "{28:48}"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", "{3:9}"),
}
"""Name and suffix of an encoding -> ffmpeg's options, with the least and the most that a seed may choose."""


@dataclass(frozen=True)
class Clip:
    """A clip that is cut up. path: a video, or a name of DRAWN. seconds: its length, MOST at the most."""

    path: str
    seconds: float


@dataclass(frozen=True)
class Shot(Piece):
    """A piece whose picture is changed. look: a name of LOOKS."""

    look: str = ""


@dataclass(frozen=True)
class Video:
    """A video to be drawn.

    main: the clip that most of it shows. overlays: names of OVERLAYS. dissolve: seconds that each splice takes. drift:
    how far the light drifts, as a share. noise: grey levels of the sensor's noise.
    """

    kind: str
    seed: int
    timeline: tuple[Piece, ...]
    main: str
    overlays: tuple[str, ...] = ()
    dissolve: float = 0.0
    drift: float = 0.0
    noise: float = 0.0

    @property
    def name(self) -> str:
        """Kind and seed."""
        return f"{self.kind}-{self.seed}"

    @property
    def case(self) -> Case:
        """The video as a case of the suite, which the truth is derived from."""
        return Case(self.name, self.kind, self.timeline)


@dataclass(frozen=True)
class Result:
    """What one scan was worth. promised, broken: plain repeats that should have been found, and those that were not."""

    video: Video
    score: Score
    promised: int
    broken: int
    claims: tuple[Claim, ...]


BLACK = "@black"
"""What a piece shows that shows nothing."""


# Clips


def paths_of(folder: Path | None) -> tuple[str, ...]:
    """Return what there is to cut up: the videos of a folder, or the fixtures and the drawn clips."""
    if folder is None:
        return (*(str(FIXTURES / name) for name in UNREPEATED), *DRAWN)
    found = sorted(str(path) for path in folder.resolve().rglob("*") if path.suffix.lower() in VIDEOS)
    if not found:
        raise SystemExit(f"{folder} holds no videos")
    return tuple(found)


@lru_cache(maxsize=4)
def frames_of(path: str) -> NDArray[np.uint8]:
    """Return the pictures (n, 180, 320) uint8 of the first seconds of a clip, 25 a second."""
    most = UNREPEATED.get(Path(path).name, MOST) if Path(path).parent == FIXTURES else MOST
    with tempfile.TemporaryDirectory() as folder:
        source = Path(path)
        if path in DRAWN:
            source = Path(folder) / f"{path}.mkv"
            draw(path, source)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-t", str(most), "-i", str(source)]
        command += ["-an", "-vf", f"fps={FPS},scale={WIDTH}:{HEIGHT}:flags=area", "-pix_fmt", "gray"]
        done = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH)


def chosen(paths: Sequence[str], rng: np.random.Generator, count: int) -> list[Clip]:
    """Return as many clips as are asked for, in an order of the generator's; fewer where there are no more."""
    clips: list[Clip] = []
    for place in rng.permutation(len(paths)):
        seconds = len(frames_of(paths[place])) / FPS
        if seconds >= LEAST:
            clips.append(Clip(paths[place], min(seconds, MOST)))
        if len(clips) == count:
            break
    if not clips:
        raise SystemExit(f"none of the clips lasts {LEAST:g} s")
    return clips


# What is drawn over and done to pictures


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that Pillow brings."""
    return ImageFont.load_default(size)


def words(rng: np.random.Generator, count: int) -> str:
    """Return words of random letters."""
    return " ".join("".join(rng.choice(LETTERS, int(rng.integers(2, 9)))) for _ in range(count))


def chat(rng: np.random.Generator, frames: int) -> Overlay:
    """A panel on the right, in which lines move up whenever one is written."""
    width, high = round(CHAT_SHARE * WIDTH), 12
    gaps = np.maximum(3, rng.exponential(float(rng.uniform(10, 30)), frames // 3 + 20))
    written, rows = np.cumsum(gaps) - gaps[:20].sum(), HEIGHT // high
    lines = [words(rng, int(rng.integers(1, 4))) for _ in gaps]

    @lru_cache(maxsize=2)
    def panel(count: int) -> Image.Image:
        picture = Image.new("L", (width, HEIGHT), 24)
        pen = ImageDraw.Draw(picture)
        for row, line in enumerate(lines[max(0, count - rows) : count]):
            pen.text((4, row * high), line, fill=120 + 130 * (len(line) % 2), font=font(9))
        return picture

    return lambda picture, k: picture.paste(panel(int(np.searchsorted(written, k))), (WIDTH - width, 0))


def ticker(rng: np.random.Generator, frames: int) -> Overlay:
    """A line of news that runs along the bottom."""
    speed, high = float(rng.uniform(1, 3)), 16
    strip = Image.new("L", (round(speed * frames) + WIDTH, high), 210)
    pen, at = ImageDraw.Draw(strip), 0
    while at < strip.width:
        text = words(rng, 4) + "  +++  "
        pen.text((at, 1), text, fill=20, font=font(11))
        at += round(pen.textlength(text, font=font(11)))

    def over(picture: Image.Image, k: int) -> None:
        left = round(speed * k)
        picture.paste(strip.crop((left, 0, left + WIDTH, high)), (0, HEIGHT - high))

    return over


def clock(rng: np.random.Generator, frames: int) -> Overlay:
    """A date and a running time in the upper left corner."""
    begins = int(rng.integers(80_000))

    def over(picture: Image.Image, k: int) -> None:
        at = begins + k // FPS
        pen = ImageDraw.Draw(picture)
        pen.rectangle((6, 5, 66, 19), fill=10)
        pen.text((9, 6), f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}", fill=240, font=font(11))

    return over


def viewers(rng: np.random.Generator, frames: int) -> Overlay:
    """A count that changes every few seconds, in the lower left."""
    changes = np.cumsum(rng.uniform(FPS, 4 * FPS, frames // FPS + 2))
    counts = 2000 + np.cumsum(rng.integers(-30, 31, len(changes)))

    def over(picture: Image.Image, k: int) -> None:
        pen = ImageDraw.Draw(picture)
        pen.rectangle((6, 140, 50, 153), fill=60)
        pen.text((10, 141), str(counts[np.searchsorted(changes, k)]), fill=250, font=font(10))

    return over


def watermark(rng: np.random.Generator, frames: int) -> Overlay:
    """A half-transparent name that wanders over the picture, never the same way twice."""
    way = 0.5 + np.clip(walk(rng, frames, int(rng.integers(40, 120)), 0.3), -0.45, 0.45)
    name, high = words(rng, 1), int(rng.integers(14, 26))
    mask = Image.new("L", (round(font(high).getlength(name)) + 4, high + 6))
    ImageDraw.Draw(mask).text((2, 1), name, fill=int(rng.integers(70, 150)), font=font(high))

    def over(picture: Image.Image, k: int) -> None:
        down, across = way[k] * (HEIGHT - mask.height, WIDTH - mask.width)
        picture.paste(255, (round(float(across)), round(float(down))), mask)

    return over


def logo(rng: np.random.Generator, frames: int) -> Overlay:
    """A sign in the upper right corner that stands."""
    name = words(rng, 1)[:3].upper()
    return lambda picture, k: ImageDraw.Draw(picture).text((278, 8), name, fill=230, font=font(16))


OVERLAYS = {
    "chat": chat,
    "ticker": ticker,
    "clock": clock,
    "viewers": viewers,
    "watermark": watermark,
    "logo": logo,
}


def cropped(picture: Picture) -> Picture:
    """Return the middle nine tenths of a picture, as large as the whole."""
    across, down = WIDTH // 20, HEIGHT // 20
    middle = Image.fromarray(picture).crop((across, down, WIDTH - across, HEIGHT - down))
    return np.asarray(middle.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


def boxed(picture: Picture) -> Picture:
    """Return a picture between two black bars, which cover an eighth of it each."""
    bar = HEIGHT // 8
    answer = picture.copy()
    answer[:bar] = answer[-bar:] = 0
    return answer


def coarse(picture: Picture) -> Picture:
    """Return a picture that was half the size once."""
    half = Image.fromarray(picture).resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.BILINEAR)
    return np.asarray(half.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))


def graded(picture: Picture) -> Picture:
    """Return a picture of more contrast, and lighter."""
    return np.asarray(np.clip(picture * np.float32(1.15) + 6, 0, 255), np.uint8)


LOOKS: dict[str, Callable[[Picture], Picture]] = {
    "mirrored": lambda picture: picture[:, ::-1],
    "upside down": lambda picture: picture[::-1],
    "turned by 180": lambda picture: picture[::-1, ::-1],
    "cropped": cropped,
    "boxed": boxed,
    "half the size": coarse,
    "graded": graded,
}

SPEEDS = (0.75, 1.25, 1.5)
"""Seconds of the clip a second of a copy at another speed."""


# Timelines


def on_frames(seconds: float) -> float:
    """Return an instant, moved to a frame."""
    return round(seconds * FPS) / FPS


def stretch(rng: np.random.Generator, clip: Clip, shortest: float, longest: float, margin: float = 0.0) -> Piece:
    """Return a stretch of a clip, `margin` seconds or more from either end of it."""
    longest = min(longest, clip.seconds - 2 * margin)
    length = float(rng.uniform(min(shortest, longest), longest))
    start = float(rng.uniform(margin, clip.seconds - margin - length))
    return Piece(clip.path, on_frames(start), on_frames(start) + on_frames(length))


def part(clip: Clip, start: float, end: float) -> Piece:
    """Return a clip from `start` to `end`, seconds, no further than it reaches."""
    return Piece(clip.path, on_frames(min(start, clip.seconds)), on_frames(min(end, clip.seconds)))


def some(rng: np.random.Generator, names: Sequence[str], least: int = 1) -> tuple[str, ...]:
    """Return some of the names, `least` at the least."""
    count = int(rng.integers(least, len(names) + 1))
    return tuple(names[k] for k in sorted(rng.permutation(len(names))[:count]))


def beside(clips: Sequence[Clip]) -> Clip:
    """Return the clip that is shown beside the main one, which is the main one where there is no other."""
    return clips[-1]


def live(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A stream: a clip goes round under what people lay over it."""
    turn = stretch(rng, clips[0], 5, 14)
    overlays = some(rng, ("chat", "ticker", "clock", "viewers", "watermark"), 2)
    return Video("live", seed, (turn,) * int(rng.integers(3, 5)), clips[0].path, overlays)


def camera(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A stretch of a fixed camera in the place of what it saw later."""
    clip = clips[0]
    again = stretch(rng, replace(clip, seconds=clip.seconds / 2), 2, 8)
    length = again.end - again.start
    at = on_frames(float(rng.uniform(again.end, clip.seconds - length)))
    timeline = [part(clip, 0, at), again, part(clip, at + length, clip.seconds)]
    shown = tuple(piece for piece in timeline if piece.frames > 0)
    return Video("camera", seed, shown, clip.path, ("clock",), noise=float(rng.uniform(0.5, 4)))


def ambience(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A clip dissolved into itself, in light that drifts."""
    dissolve = float(rng.uniform(0.4, 2.0))
    turn = stretch(rng, clips[0], 6, 14, dissolve / 2)
    turns = (turn,) * int(rng.integers(3, 5))
    return Video("ambience", seed, turns, clips[0].path, dissolve=dissolve, drift=float(rng.uniform(0, 0.25)))


def broadcast(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A programme with the same spots in every break, in another order."""
    programme, *others = clips
    spots = [stretch(rng, clip, 3, 7) for clip in others or clips]
    breaks, timeline = int(rng.integers(2, 4)), list[Piece]()
    length = min(programme.seconds, 30.0) / (breaks + 1)
    for number in range(breaks + 1):
        timeline.append(part(programme, number * length, (number + 1) * length))
        for place in rng.permutation(len(spots)) if number < breaks else ():
            timeline += [Piece(BLACK, 0, on_frames(float(rng.uniform(0.2, 1.0)))), spots[place]]
    return Video("broadcast", seed, tuple(timeline), programme.path, ("logo",))


def edit(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A stretch, and later the same stretch, changed in one way."""
    clip, other = clips[0], beside(clips)
    first = stretch(rng, clip, 4, 9)
    ways = [*LOOKS, "backwards", *map(str, SPEEDS)]
    way = ways[int(rng.integers(len(ways)))]
    copy = Shot(clip.path, first.start, first.end, look=way if way in LOOKS else "", reverse=way == "backwards")
    if copy.look == "" and not copy.reverse:
        copy = replace(copy, speed=float(way))
    opening = part(clip, first.start - 3 if first.start >= 3 else 0, first.end + 4)
    timeline = (opening, part(other, 0, 4), copy, part(other, 4, 9)) if other != clip else (opening, copy)
    return Video("edit", seed, timeline, clip.path)


def loop(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A few seconds that go round between other footage, the last turn cut short."""
    turn, other = stretch(rng, clips[0], 1, 6), beside(clips)
    turns = [turn] * int(rng.integers(3, 7))
    turns.append(replace(turn, end=on_frames(float(rng.uniform(turn.start + 0.2, turn.end)))))
    timeline = (part(other, 0, 8), *turns, part(other, 8, 16)) if other != clips[0] else tuple(turns)
    return Video("loop", seed, timeline, clips[0].path)


def short(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """A clip into which half a second to a second and a half of it is cut in once more."""
    clip = clips[0]
    again = stretch(rng, replace(clip, seconds=clip.seconds / 2), 0.5, 1.5)
    at = on_frames(float(rng.uniform(again.end + 1, clip.seconds - 1)))
    return Video("short", seed, (part(clip, 0, at), again, part(clip, at, clip.seconds)), clip.path)


def honest(rng: np.random.Generator, clips: Sequence[Clip], seed: int) -> Video:
    """Clips from their first second to their last, each once, under any of the conditions."""
    lengths = [clip.seconds if len(clips) == 1 else min(clip.seconds, 18.0) for clip in clips]
    # A second on either side is left for dissolves, which show a clip past the ends of its pieces.
    halves = [[part(c, 1, n / 2 - 1), part(c, n / 2 + 1, n - 1)] for c, n in zip(clips, lengths, strict=True)]
    timeline: list[Piece] = []
    for half in (0, 1):
        for piece in halves:
            timeline += [piece[half]] + ([Piece(BLACK, 0, 0.6)] if rng.uniform() < 0.3 else [])
    dissolve = float(rng.uniform(0.4, 1.5)) if rng.uniform() < 0.3 else 0.0
    overlays = some(rng, tuple(OVERLAYS)) if rng.uniform() < 0.6 else ()
    drift, noise = (float(rng.uniform(0, most)) if rng.uniform() < 0.4 else 0.0 for most in (0.25, 3.0))
    return Video("honest", seed, tuple(timeline), clips[0].path, overlays, dissolve, drift, noise)


KINDS = {
    "live": (live, 1),
    "camera": (camera, 1),
    "ambience": (ambience, 1),
    "broadcast": (broadcast, 3),
    "edit": (edit, 2),
    "loop": (loop, 2),
    "short": (short, 1),
    "honest": (honest, 2),
}
"""By name, what draws up a video of a kind, and from how many clips."""


def video_of(kind: str, seed: int, paths: Sequence[str]) -> Video:
    """Draw up the video of a kind at a seed."""
    plan, count = KINDS[kind]
    rng = np.random.default_rng((seed, list(KINDS).index(kind)))
    return plan(rng, chosen(paths, rng, count), seed)


# Drawing


def shown_in(video: Video) -> Iterator[tuple[Piece, float]]:
    """Yield the piece that each frame shows and the second of its clip, half of a splice's dissolve on either side."""
    for at in placed(video.case):
        for k in range(at.piece.frames):
            yield at.piece, second_of(at.piece, k)


def second_of(piece: Piece, k: int) -> float:
    """Return the second of its clip that frame k of a piece shows, before its start and past its end as well."""
    along = k * piece.speed / FPS
    return piece.end - 1 / FPS - along if piece.reverse else piece.start + along


def picture_at(piece: Piece, second: float) -> Picture:
    """Return the picture of a piece, the nearest one that its clip has."""
    if piece.clip == BLACK:
        return np.zeros((HEIGHT, WIDTH), np.uint8)
    frames = frames_of(piece.clip)
    picture = frames[min(max(round(second * FPS), 0), len(frames) - 1)]
    look = piece.look if isinstance(piece, Shot) else ""
    return LOOKS[look](picture) if look else picture


def pictures(video: Video) -> Iterator[Picture]:
    """Draw a video, frame by frame."""
    rng = np.random.default_rng((video.seed, len(video.timeline)))
    count = sum(piece.frames for piece in video.timeline)
    overlays = [OVERLAYS[name](rng, count) for name in video.overlays]
    light = walk(rng, count, 4 * FPS, 1.0) if video.drift else np.zeros((count, 2))
    half, k = round(video.dissolve * FPS / 2), 0
    for place, piece in enumerate(video.timeline):
        for own in range(piece.frames):
            picture = picture_at(piece, second_of(piece, own)).astype(np.float32)
            left = piece.frames - own
            if own < half and place > 0:
                before = video.timeline[place - 1]
                other, share = picture_at(before, second_of(before, before.frames + own)), 0.5 - (own + 0.5) / half / 2
                picture += share * (other.astype(np.float32) - picture)
            elif left <= half and place + 1 < len(video.timeline):
                after = video.timeline[place + 1]
                other, share = picture_at(after, second_of(after, -left)), 0.5 - (left - 0.5) / half / 2
                picture += share * (other.astype(np.float32) - picture)
            picture = picture * np.float32(1 + video.drift * light[k, 0]) + np.float32(40 * video.drift * light[k, 1])
            if video.noise:
                picture += video.noise * rng.standard_normal(picture.shape, np.float32)
            image = Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
            for overlay in overlays:
                overlay(image, k)
            yield np.asarray(image)
            k += 1


def written(video: Video, folder: Path) -> Path:
    """Draw and encode a video. Raises CalledProcessError where ffmpeg fails."""
    rng = np.random.default_rng((video.seed, 99, list(KINDS).index(video.kind)))
    name = list(CODECS)[int(rng.integers(len(CODECS)))]
    path = folder / f"{video.name}.{name}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS), "-i", "-", "-pix_fmt", "yuv420p"]
    command += [_chosen_quality(word, rng) for word in CODECS[name]]
    with subprocess.Popen([*command, str(path)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        for picture in pictures(video):
            child.stdin.write(picture.tobytes())
        child.stdin.close()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return path


def _chosen_quality(word: str, rng: np.random.Generator) -> str:
    """Return an option of CODECS with a number for "{least:most}"."""
    if "{" not in word:
        return word
    least, most = map(int, word[1 : word.index("}")].split(":"))
    return f"{rng.integers(least, most + 1)}{word[word.index('}') + 1 :]}"


# Scores


def result(kind: str, seed: int, paths: Sequence[str], keep: Path | None) -> Result:
    """Draw a video, scan it, and score the answer."""
    video = video_of(kind, seed, paths)
    known = truth(video.case)
    with tempfile.TemporaryDirectory() as folder:
        path = written(video, keep or Path(folder))
        if keep is not None:
            path.with_suffix(".json").write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        report = scan(path)
    right = truth_of(known)
    promises = [] if kind == "edit" else [pair for pair in right.repeats if promised(pair, report)]
    broken = [pair for pair in promises if evaluate(report, Truth(FPS, (pair,))).recall < 0.5]
    claims = tuple(claims_of(report, right, video.name))
    return Result(video, evaluate(report, right), len(promises), len(broken), claims)


def promised(pair: Pair, report: Report) -> bool:
    """Say whether a report says that a repeat would have been found."""
    least = report.verdict.shortest_findable
    if least is None or pair.first.length < least:
        return False
    gaps = [Span(gap.start, gap.end) for gap in report.unjudged]
    return not any(side.start < gap.end and gap.start < side.end for side in (pair.first, pair.second) for gap in gaps)


HEAD = (
    "kind",
    "videos",
    "F1",
    "precision",
    "recall",
    "ends: median / 90 %",
    "broken promises",
    "false claims",
    "false s",
)


def table(results: Sequence[Result]) -> Iterator[str]:
    """Markdown rows: one for each kind, and one for all."""
    yield f"| {' | '.join(HEAD)} |"
    yield "|---|" + "--:|" * (len(HEAD) - 1)
    rows: dict[str, list[Result]] = defaultdict(list)
    for one in results:
        rows[one.video.kind].append(one)
    for name, own in (*rows.items(), ("**all**", list(results))):
        yield _row(name, own)


def _row(name: str, results: Sequence[Result]) -> str:
    score = pooled([one.score for one in results])
    ends = "" if score.end_median is None else f"{score.end_median:.1f} / {score.end_p90:.1f}"
    cells = [name, f"{len(results)}", f"{score.f1:.3f}", f"{score.precision:.3f}", f"{score.recall:.3f}", ends]
    cells += [f"{sum(one.broken for one in results)} of {sum(one.promised for one in results)}"]
    false = sum(not claim.true for one in results for claim in one.claims)
    return "| " + " | ".join([*cells, f"{false}", f"{score.false_seconds:.1f}"]) + " |"


def seeds_in(text: str) -> range:
    """Return the seeds of "1:40", both included, or of "7"."""
    first, _, last = text.partition(":")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    """Draw, scan, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, metavar="FOLDER", help="videos to cut up")
    parser.add_argument("--seeds", type=seeds_in, default=range(1, 6), metavar="FIRST:LAST", help="default: 1:5")
    parser.add_argument("--only", default="", choices=["", *KINDS], metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--jobs", type=int, default=WORKERS, help=f"videos at a time (default: {WORKERS})")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the videos are to stay")
    parser.add_argument("--cases", action="store_true", help="one row for each video and false claim, too")
    asked = parser.parse_args()
    if asked.keep is not None:
        asked.keep.mkdir(parents=True, exist_ok=True)
    paths, results, failed = paths_of(asked.clips), list[Result](), list[str]()
    jobs = [(kind, seed) for seed in asked.seeds for kind in KINDS if asked.only in ("", kind)]
    with ProcessPoolExecutor(asked.jobs) as pool:
        for job, done in [(job, pool.submit(result, *job, paths, asked.keep)) for job in jobs]:
            try:
                results.append(done.result())
            except Exception as error:  # what breaks the engine is a result as well, and must not hide the others
                failed.append(f"failed: {job[0]}, seed {job[1]}: {error!r}")
                continue
            if asked.cases:
                print(_row(results[-1].video.name, results[-1:]), flush=True)
    if results:
        claims = [claim for one in results for claim in one.claims]
        rows = table(sorted(results, key=lambda one: list(KINDS).index(one.video.kind)))
        print("\n".join([*rows, "", *reliability(claims)]))
        for claim in claims if asked.cases else ():
            if not claim.true:
                print(f"false, confidence {claim.confidence:.4f}: {claim.file}: {claim.spans}")
    if failed:
        raise SystemExit("\n".join(failed))


if __name__ == "__main__":
    main()
