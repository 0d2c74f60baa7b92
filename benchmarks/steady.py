"""Patterns, freezes and gaps that `loopfind steady` finds, in footage that was made unsteady and in what was not.

    python benchmarks/steady.py                  drawn scenes, encoded at three rates
    python benchmarks/steady.py CLIP ...         clips of your own, whose motion should be steady
    python benchmarks/steady.py --seconds 20     longer ones; 10 by default

Each scene is made anew at 24, 25 or 30 frames a second, then doubled, telecined, thinned out, held or left as it is,
and encoded. A case is right where the stretch that takes the most of it has the pattern that was made, wrong where it
has another, and silent where nothing is said. Freezes and gaps must be named to the frame. A scene left as it is, and
one that hardly moves, must give nothing.
"""

import argparse
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import imageio_ffmpeg

from loopfind.model.steadiness import Steadiness
from loopfind.pipeline import steady

FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y")
RATES = (18, 28, 36)
NOISE = "noise=alls=6:allf=t"
DRAWN = {
    "test picture": "testsrc2=s=320x180:r={rate}",
    "fractal with noise": f"mandelbrot=s=320x180:r={{rate}},trim=start_frame=2,setpts=PTS-STARTPTS,{NOISE}",
    "cells": "life=s=80x45:r={rate}:mold=10:seed=3,scale=320:180",
}
CALM = {
    "still picture with noise": f"smptebars=s=320x180:r={{rate}},{NOISE}",
    "still picture": "smptebars=s=320x180:r={rate}",
    "slow zoom": f"mandelbrot=s=320x180:r={{rate}}:end_scale=0.28,{NOISE}",
}
PATTERNS = {
    "as it is": ("24", "null", "24", ""),
    "25 to 50, doubled": ("25", "fps=50", "50", "repeated 10"),
    "24 to 30, one of five": ("24", "fps=30", "30", "repeated 11110"),
    "25 to 30, one of six": ("25", "fps=30", "30", "repeated 111110"),
    "24 to 60, 3:2": ("24", "fps=60", "60", "repeated 10100"),
    "12 to 24, on twos": ("12", "fps=24", "24", "repeated 10"),
    "telecine": ("24000/1001", "telecine=pattern=23", "30000/1001", "fields 10110"),
    "one of five left out": ("30", "select='not(eq(mod(n\\,5)\\,4))',setpts=N/24/TB", "24", "dropped 1000"),
}
"""Name -> frames a second of the scene, what is done to it, frames a second after that, and the answer."""
HELD = (100, 140)
"""Frames that are held."""
LACKING = (150, 153)
"""Frames that are left out, at their times."""


def main() -> None:
    """Make the cases, ask about each, and print how many are right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    scenes = {clip.name: str(clip) for clip in chosen.clips} or DRAWN
    with tempfile.TemporaryDirectory(prefix="loopfind-steady-") as folder:
        file = Path(folder, "made.mkv")
        for what, (own, filters, rate, wanted) in PATTERNS.items():
            for crf in RATES:
                said = Counter[str]()
                for scene in scenes.values():
                    make(file, Scene(scene, own, chosen.seconds), filters, rate, crf)
                    said[judged(steady(file), wanted)] += 1
                show(f"{what}, crf {crf}", said)
        for noise in ("null", NOISE):
            for crf in RATES:
                held, lacking = Counter[str](), Counter[str]()
                for scene in scenes.values():
                    held[freezes(file, scene, noise, crf)] += 1
                    lacking[gaps(file, scene, noise, crf)] += 1
                show(f"held frames, {noise}, crf {crf}", held)
                show(f"lacking frames, {noise}, crf {crf}", lacking)
        for name, scene in CALM.items():
            said = Counter[str]()
            for crf in RATES:
                make(file, Scene(scene, "25", chosen.seconds), "null", "25", crf)
                said["right" if steady(file).is_steady else "wrong"] += 1
            show(f"calm: {name}", said)


class Scene(NamedTuple):
    """Seconds of a drawn scene, or of a file, shown at a rate without a frame more or less."""

    source: str
    rate: str
    seconds: float

    def words(self) -> tuple[list[str], str]:
        """Return the input and the filters that give it."""
        if "{rate}" in self.source:
            return ["-f", "lavfi", "-t", str(self.seconds), "-i", self.source.format(rate=self.rate)], "null"
        return ["-i", self.source], f"setpts=N/({self.rate})/TB,fps={self.rate},trim=duration={self.seconds}"


def make(file: Path, scene: Scene, filters: str, rate: str, crf: int) -> None:
    """Write a scene through filters."""
    words, own = scene.words()
    coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), "-pix_fmt", "yuv420p"]
    shown = ["-vf", f"{own},scale=320:180,{filters}", "-r", rate, "-an"]
    subprocess.run([*FFMPEG, *words, *shown, *coded, str(file)], check=True)


def judged(found: Steadiness, wanted: str) -> str:
    """Return in a word whether a pattern is the one that was made."""
    if not found.cadences:
        return "silent" if wanted else "right"
    longest = max(found.cadences, key=lambda one: one.end - one.start)
    kind, _, mask = wanted.partition(" ")
    same = mask in longest.mask * 2 and len(mask) == len(longest.mask)
    return "right" if same and longest.kind == kind else "wrong"


def freezes(file: Path, scene: str, noise: str, crf: int) -> str:
    """Return in a word whether a freeze was named to the frame. noise: of the camera, which freezes with it."""
    first, last = HELD
    hold = f"{noise},loop=loop={last - first - 1}:size=1:start={first + 1},setpts=N/25/TB"
    make(file, Scene(scene, "25", 9.0), hold, "25", crf)
    found = [(one.start_frame, one.end_frame) for one in steady(file).frozen]
    return "right" if found == [HELD] else "wrong" if found else "silent"


def gaps(file: Path, scene: str, noise: str, crf: int) -> str:
    """Return in a word whether frames that are left out, at their times, were named."""
    low, high = LACKING
    whole = file.with_name("whole.mkv")
    make(whole, Scene(scene, "25", 8.0), noise, "25", crf)
    cut = ["-vf", f"select='not(between(n\\,{low}\\,{high - 1}))'", "-fps_mode", "passthrough", "-crf", str(crf)]
    subprocess.run([*FFMPEG, "-i", str(whole), *cut, str(file)], check=True)
    found = [(gap.frame, gap.lacking) for gap in steady(file).gaps or ()]
    return "right" if found == [(low, high - low)] else "wrong" if found else "silent"


def show(what: str, said: "Counter[str]") -> None:
    """Print one line."""
    print(f"{what:45} {said['right']:3} right {said['wrong']:3} wrong {said['silent']:3} silent", flush=True)


if __name__ == "__main__":
    main()
