"""Time and size that a page adds to a scan: `python benchmarks/page.py VIDEO [VIDEO ...]`.

Runs `loopfind VIDEO --json` with and without `--html`, in turn, and prints the medians, what the page adds, its size
and how many pictures it holds. Give a video in which something repeats: then there is something to show.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from speed import about, in_turn


def cost(video: Path, runs: int) -> Iterator[str]:
    """Rows for one video."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        scan = [sys.executable, "-m", "loopfind", str(video), "--json"]
        plain, shown = in_turn([scan, [*scan, "--html", str(page)]], runs)
        text = page.read_text(encoding="utf-8")
    frames, length = about(video)
    added = statistics.median(b - a for a, b in zip(plain, shown, strict=True))
    pictures = text.count('src="data:image/jpeg')
    yield f"{video.name}: {length:.0f} s, {frames:,} frames"
    yield f"  scan {statistics.median(plain):.2f} s, with a page {statistics.median(shown):.2f} s, added {added:.2f} s"
    yield f"  page {len(text.encode()) / 1e6:.2f} MB, {pictures} pictures"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default: 3)")
    asked = parser.parse_args()
    for video in asked.videos:
        for line in cost(video, asked.runs):
            print(line, flush=True)


if __name__ == "__main__":
    main()
