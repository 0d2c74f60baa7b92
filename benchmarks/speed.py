"""Speed and memory of a whole scan: `python benchmarks/speed.py VIDEO [LONGER]`, or `--make 12` instead of videos.

    speed    `loopfind VIDEO --json` against the least that any tool has to do: the same ffmpeg decodes the video,
             shrinks it to 32x32 grey and throws it away. The two run in turn (A B A B ...), because a machine's speed
             drifts; what counts is the ratio of the medians.
    memory   the peak resident size of the Python process alone, without ffmpeg, on VIDEO and on LONGER, and its growth
             in bytes a frame. Without LONGER: on the first third of VIDEO and on all of it.
    help     how long `loopfind --help` takes to answer.
    split    whole scans against `ffmpeg -i VIDEO -an -f null -`, in turn, with --jobs as it is and with 1;
             VIDEO should be 640x360 H.264 of 20 minutes or more. And `loopfind VIDEO --fast`.
    hours    seconds for each hour of video, by the clock and of processor time, on files of small pictures that last
             1, 3, 6 and 12 hours. Draws them.

Give real footage, 10 minutes or more. Where there is none, --make MINUTES draws moving scenes, and a file three times
as long.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from packets import measure

SCENE = 15
"""Seconds of one drawn scene."""

HOURS = (1, 3, 6, 12)

NOTHING = ["-an", "-f", "null", "-"]
SCAN = [sys.executable, "-m", "loopfind"]

MEASURED = """
import os, resource, sys
from loopfind.cli import main
status = main()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
sys.stdout.flush()
os.write(1, f"\\n{peak}".encode())
sys.exit(status)
"""
"""The command line in a process that says in a last line how many bytes it had at most; ffmpeg, a child, does not
count."""


def seconds(command: Sequence[str]) -> float:
    """Wall time of a command that must succeed."""
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    passed = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr.decode(errors='replace')[-2000:]}")
    return passed


def in_turn(commands: Sequence[Sequence[str]], runs: int) -> list[list[float]]:
    """Seconds of each run of each command; one uncounted run of each first."""
    taken: list[list[float]] = [[] for _ in commands]
    for run in range(runs + 1):
        for command, found in zip(commands, taken, strict=True):
            passed = seconds(command)
            if run:
                found.append(passed)
    return taken


def peak_of(video: Path, *options: str) -> tuple[int, float, int]:
    """Frames and seconds of a video, and the most bytes that the Python process of its scan held at once."""
    command = [sys.executable, "-c", MEASURED, str(video), "--json", *options]
    with tempfile.TemporaryDirectory() as caches:  # with no scan in it that was cut off, to go on with
        around = os.environ | {"XDG_CACHE_HOME": caches}
        said = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=around, check=True).stdout
    report, _, peak = said.rpartition(b"\n")
    return *_read(report), int(peak)


def about(video: Path) -> tuple[int, float]:
    """Frames and seconds of a video, as loopfind counts them."""
    return _read(subprocess.run([*SCAN, str(video), "--json"], stdout=subprocess.PIPE, check=True).stdout)


def _read(report: bytes) -> tuple[int, float]:
    source = json.loads(report)["source"]
    return source["frames"], source["duration"]


def row(what: str, taken: Sequence[float], frames: int = 0) -> str:
    """A line of the table: median, minimum and maximum in seconds, and frames a second."""
    middle = statistics.median(taken)
    rate = f"  {frames / middle:8,.0f} frames/s" if frames else ""
    return f"{what:<28}{middle:8.3f} s  ({min(taken):.3f} to {max(taken):.3f}){rate}"


def draw(path: Path, minutes: float, first: int) -> None:
    """A 640x360 H.264 file of drawn scenes, 30 frames/s; `first` seeds the first scene, and no scene comes twice."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        scenes = [Path(folder) / f"{number}.mp4" for number in range(max(1, round(minutes * 60 / SCENE)))]
        for number, scene in enumerate(scenes, first):
            shapes = f"life=s=80x45:r=6:seed={number}:ratio=0.2:mold=9:life_color=#d0b080:mold_color=#203050"
            light = f"gradients=s=640x360:r=30:n=6:seed={number}:speed=0.012"
            graph = (
                f"{shapes},scale=640:360:flags=bicubic,fps=30,tmix=frames=8,format=gbrp[a];{light},format=gbrp[b];"
                "[a][b]blend=all_mode=average,noise=alls=5:allf=t,format=yuv420p"
            )
            coder = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
            command = [get_ffmpeg_exe(), "-v", "error", "-y", "-filter_complex", graph, "-t", str(SCENE), *coder]
            seconds([*command, str(scene)])
        _join(scenes, path)


def _join(parts: Sequence[Path], path: Path) -> None:
    """Put files end to end without coding them again."""
    listing = parts[0].with_name("parts.txt")
    listing.write_text("".join(f"file '{part}'\n" for part in parts))
    words = ["-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy"]
    seconds([get_ffmpeg_exe(), *words, str(path)])


def speed(video: Path, runs: int, say: Callable[[str], None]) -> None:
    """Time whole scans against ffmpeg alone."""
    frames, length = about(video)
    say(f"{video.name}: {frames:,} frames, {length / 60:.1f} min; {runs} runs of each, in turn")
    shrink = ["-an", "-vf", "scale=32:32:flags=area,format=gray", "-f", "null", "-"]
    ours = [*SCAN, str(video), "--json"]
    theirs = [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(video), *shrink]
    scan, bare = in_turn([ours, theirs], runs)
    say(row("loopfind VIDEO --json", scan, frames))
    say(row("ffmpeg, scaled to 32x32", bare, frames))
    pairs = sorted(b / a for a, b in zip(scan, bare, strict=True))
    ratio = statistics.median(bare) / statistics.median(scan)
    say(f"{'speed of loopfind / ffmpeg':<28}{ratio:8.3f}    (pair by pair {pairs[0]:.3f} to {pairs[-1]:.3f})")


def split(video: Path, runs: int, say: Callable[[str], None]) -> None:
    """Time whole scans in ranges and in one pass, and a first look, against decoding alone."""
    frames, length = about(video)
    say(f"{video.name}: {frames:,} frames, {length / 60:.1f} min; {runs} runs of each, in turn")
    scan = [*SCAN, str(video), "--json"]
    commands = {
        "ffmpeg -i F -an -f null -": [get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(video), *NOTHING],
        "loopfind F": scan,
        "loopfind F --jobs 1": [*scan, "--jobs", "1"],
        "loopfind F --fast": [*scan, "--fast"],
    }
    found = dict(zip(commands, in_turn(list(commands.values()), runs), strict=True))
    for name, taken in found.items():
        say(row(name, taken, frames))
    bare, whole, _, fast = found.values()
    for what, over, under in (("speed of a scan / ffmpeg", bare, whole), ("speed of --fast / a scan", whole, fast)):
        pairs = sorted(a / b for a, b in zip(over, under, strict=True))
        say(f"{what:<28}{statistics.median(pairs):8.3f}    (pair by pair {pairs[0]:.3f} to {pairs[-1]:.3f})")


def hours(runs: int, say: Callable[[str], None]) -> None:
    """Time scans of files of small pictures that last longer and longer, for each hour of them."""
    clock: list[list[float]] = [[] for _ in HOURS]
    processor: list[list[float]] = [[] for _ in HOURS]
    with tempfile.TemporaryDirectory() as folder:
        # Short scenes, of which an hour has many: so one hour is as hard to decode as another.
        scenes = [Path(folder) / f"{number}.mp4" for number in range(max(HOURS) * 60)]
        with ThreadPoolExecutor(os.cpu_count()) as drawing:
            list(drawing.map(_draw_small, scenes, range(len(scenes))))
        files = [Path(folder) / f"hours{length}.mp4" for length in HOURS]
        for length, file in zip(HOURS, files, strict=True):
            _join(scenes[: length * 60], file)
        for _ in range(runs):
            for file, passed, spent in zip(files, clock, processor, strict=True):
                (wall, busy), _ = measure([*SCAN, str(file), "--json"])
                passed.append(wall)
                spent.append(busy)
    for what, taken in (("by the clock", clock), ("of processor time", processor)):
        each = [statistics.median(found) / length for found, length in zip(taken, HOURS, strict=True)]
        for length, found, one in zip(HOURS, taken, each, strict=True):
            say(row(f"{length} h of 80x46", found) + f"  {one:7.2f} s an hour {what}")
        say(f"{'most / least an hour':<28}{max(each) / min(each):8.3f}    {what}")


def _draw_small(path: Path, seed: int) -> None:
    """A minute of small pictures, 30 frames/s."""
    graph = f"life=s=80x46:r=6:mold=9:seed={seed}:ratio=0.3,fps=30,tmix=frames=8,format=yuv420p,trim=end=60"
    drawn = ["-f", "lavfi", "-i", graph, "-c:v", "libx264", "-preset", "ultrafast", "-g", "150", str(path)]
    seconds([get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", "-threads", "1", *drawn])


def memory(video: Path, longer: Path | None, say: Callable[[str], None]) -> None:
    """Peaks on a short and a long scan, and the growth between them."""
    whole = peak_of(longer or video)
    part = () if longer else ("--end", f"{whole[1] / 3:.3f}")
    found = [peak_of(video, *part), whole]
    for frames, length, peak in found:
        say(f"{f'peak, {length / 60:.1f} min':<28}{peak / 1e6:8.1f} MB   {frames:,} frames")
    (few, _, low), (many, _, high) = found
    if many > few:
        say(f"{'growth':<28}{(high - low) / (many - few):8.1f} bytes a frame")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path, metavar="VIDEO", help="a video, and a longer one")
    parser.add_argument("--make", type=float, metavar="MINUTES", help="draw videos of this and of thrice this length")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (default: 5)")
    parser.add_argument("--only", choices=["speed", "memory", "help", "split", "hours"], help="measure this alone")
    asked = parser.parse_args()
    if asked.only == "hours":
        hours(asked.runs, lambda text: print(text, flush=True))
        return
    if len(asked.videos) > 2 or bool(asked.videos) == (asked.make is not None) or asked.runs < 1:
        parser.error("give one or two videos, or --make MINUTES, and one run or more")

    def say(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        videos: list[Path] = asked.videos
        if asked.make is not None:
            videos = [Path(folder) / "drawn.mp4", Path(folder) / "longer.mp4"]
            draw(videos[0], asked.make, 1)
            if asked.only in (None, "memory"):
                draw(videos[1], 3 * asked.make, 100_001)
        if asked.only in (None, "speed"):
            speed(videos[0], asked.runs, say)
        if asked.only == "split":
            split(videos[0], asked.runs, say)
        if asked.only in (None, "memory"):
            memory(videos[0], videos[1] if len(videos) > 1 else None, say)
        if asked.only in (None, "help"):
            (taken,) = in_turn([[*SCAN, "--help"]], asked.runs)
            say(row("loopfind --help", taken))


if __name__ == "__main__":
    main()
