"""How much faster than decoding it packets answer for a looped hour.

    python benchmarks/packets.py                 an hour of 640x360 H.264, one minute copied sixty times
    python benchmarks/packets.py --minutes 10    less
    python benchmarks/packets.py FILE            a video of your own

`ffmpeg -i F -an -f null -` decodes it, then `loopfind F --packets-only` runs as a whole command, in one run one after
the other; the smaller of two times of each counts. The target: 50 times as fast. Of a drawn video the answer is
checked.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import imageio_ffmpeg

FFMPEG = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y")
CLIP = "testsrc2=s=640x360:r=30:d=60,noise=alls=6:allf=t"
ROOT = Path(__file__).resolve().parent.parent


def seconds(command: Sequence[str]) -> tuple[float, bytes]:
    """The smaller of two times that a command takes, and what it writes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    took = []
    for _ in range(2):
        began = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
        took.append(time.perf_counter() - began)
    return min(took), done.stdout


def main() -> int:
    """Measure; 1 where a drawn loop is not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--minutes", type=int, default=60)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = wanted.file or f"{folder}/hour.mp4"
        if not wanted.file:
            clip = f"{folder}/clip.mp4"
            encoded = ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "1M", "-g", "150")
            subprocess.run([*FFMPEG, "-f", "lavfi", "-i", CLIP, *encoded, clip], check=True)
            looped = ("-stream_loop", str(wanted.minutes - 1), "-i", clip, "-c", "copy", path)
            subprocess.run([*FFMPEG, *looped], check=True)
        decoding, _ = seconds([*FFMPEG, "-i", path, "-an", "-f", "null", "-"])
        packets, answer = seconds([sys.executable, "-m", "loopfind", path, "--packets-only", "--json", "-q"])
        report = json.loads(answer)
        size, length = os.path.getsize(path) / 1e6, report["source"]["duration"] / 60
        print(f"{size:.0f} MB, {length:.0f} min: {report['verdict']['summary']}")
        print(f"decoding {decoding:.1f} s, packets {packets:.2f} s: {decoding / packets:.0f} times as fast")
        found = [(repeat["kind"], len(repeat["occurrences"])) for repeat in report["repeats"]]
        return 0 if wanted.file or found == [("loop", wanted.minutes)] else 1


if __name__ == "__main__":
    raise SystemExit(main())
