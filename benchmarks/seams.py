"""Whether the loop point of footage is found, where one is known.

    python benchmarks/seams.py drawn              motion of a known period, with noise, in videos that are encoded
    python benchmarks/seams.py looped VIDEO ...   a part of each video, dissolved into its start, six turns

A row says at which rank the period stands, how far off it is, in frames, and how well that seam scores. The period is
found where it is within a frame.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from loopfind.pipeline import seams
from loopfind.settings import SeamSettings

WIDTH, HEIGHT, RATE, FRAMES = 320, 180, 25, 400
PERIODS = (31, 57.5, 90)
NOISES = (0, 6, 16)
LENGTHS = (2.2, 4.7)
DISSOLVE = 0.6


def scene(name: str, phase: float, number: int) -> Any:
    """Return a picture, (HEIGHT, WIDTH), of a motion at a phase of its turn, 0 to 1, in frame `number` of the video."""
    down, right = np.mgrid[:HEIGHT, :WIDTH]
    angle = 2 * np.pi * phase
    picture = 90 + 30 * np.sin(right / 29) + 20 * np.cos(down / 13)

    def spot(x: float, y: float) -> Any:
        return 100 * np.exp(-((right - x) ** 2 + (down - y) ** 2) / (2 * 14.0**2))

    if name == "orbit":
        return picture + spot(160 + 90 * np.cos(angle), 90 + 50 * np.sin(angle))
    if name == "pendulum":
        return picture + spot(160 + 100 * np.sin(angle), 120 - 25 * np.cos(2 * angle))
    if name == "waves":
        return picture + 30 * np.sin(right / 15 - angle) * (down > 110)
    return picture + 25 * number / FRAMES + spot(160 + 90 * np.cos(angle), 90 + 50 * np.sin(angle))


def drawn(folder: Path) -> Iterator[str]:
    """Rows of drawn motion."""
    rng = np.random.default_rng(1)
    for name in ("orbit", "pendulum", "waves", "lamp"):
        for period in PERIODS:
            for noise in NOISES:
                place = folder / "drawn.mp4"
                words = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-"]
                frames = (scene(name, at / period, at) + rng.normal(0, noise, (HEIGHT, WIDTH)) for at in range(FRAMES))
                data = b"".join(np.clip(frame, 0, 255).astype(np.uint8).tobytes() for frame in frames)
                encode([*words, "-c:v", "libx264", "-crf", "23", "-preset", "veryfast"], place, data)
                yield row(f"{name}, noise {noise}", place, period / RATE)


def looped(videos: list[Path], folder: Path) -> Iterator[str]:
    """Rows of real clips whose end was dissolved into what comes before their start."""
    for video in videos:
        for length in LENGTHS:
            one, place = folder / "one.mkv", folder / "looped.mp4"
            before = f"[0:v]trim=1:{1 + DISSOLVE},setpts=PTS-STARTPTS[before]"
            turn = f"[0:v]trim={1 + DISSOLVE}:{1 + DISSOLVE + length},setpts=PTS-STARTPTS[turn]"
            joined = f"[turn][before]xfade=duration={DISSOLVE}:offset={length - DISSOLVE},trim=duration={length}[out]"
            shaped = f"[0:v]fps={RATE},scale={WIDTH}:{HEIGHT},setsar=1,split[a][b]"
            graph = ";".join((shaped, before.replace("0:v", "a"), turn.replace("0:v", "b"), joined))
            encode(["-ss", "3", "-i", str(video), "-filter_complex", graph, "-map", "[out]", "-c:v", "ffv1"], one)
            encode(["-stream_loop", "5", "-i", str(one), "-c:v", "libx264", "-crf", "26", "-preset", "veryfast"], place)
            yield row(video.name, place, round(length * RATE) / RATE)


def encode(words: list[str], place: Path, data: bytes | None = None) -> None:
    """Run ffmpeg."""
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *words, str(place)], input=data, check=True)


def row(name: str, place: Path, period: float) -> str:
    """Return what is found of one video."""
    answer = seams(str(place), SeamSettings()).answer
    off = [abs(one.length - period) * RATE for one in answer.seams]
    rank = next((number for number, each in enumerate(off, 1) if each <= 1.0), None)
    if rank is None:
        return f"| {name} | {period:.2f} | none | | |"
    best = answer.seams[rank - 1]
    return f"| {name} | {period:.2f} | {rank} | {off[rank - 1]:.1f} | {best.score:.2f} |"


def main() -> None:
    """Print the table that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["drawn", "looped"])
    parser.add_argument("videos", nargs="*", type=Path)
    given = parser.parse_args()
    print("| footage | period, s | rank | off, frames | score |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        rows = drawn(Path(folder)) if given.what == "drawn" else looped(given.videos, Path(folder))
        for line in rows:
            print(line, flush=True)


if __name__ == "__main__":
    main()
