"""The channel between ffmpeg and loopfind: `python benchmarks/channel.py VIDEO [VIDEO ...]`.

    raw       grey pictures as they are, one behind the other: how a scan reads
    nut       the same pictures in NUT, each with its time
    colours   grey pictures and their colours as two streams of NUT: how a scan by colour reads

ffmpeg decodes the video and hands it on in each of these ways in turn (A B C A B C ...), and this process takes the
pictures apart. Processor time of both, in microseconds a frame, is what counts: the time that passes says how busy the
machine is. The pictures must be the same. Give real footage, and a small picture, of which the channel is the most.
"""

import argparse
import hashlib
import resource
import statistics
import subprocess
from pathlib import Path

from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.nut import NutReader
from loopfind.media.ffmpeg.process import decode_command
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.settings import PICTURE_SIDE

_AT_ONCE = 1 << 18


def commands(video: Path) -> dict[str, list[str]]:
    """Name of a way -> the command of ffmpeg."""
    raw = decode_command(ReadRequest(resolve(video)))
    as_nut = ["-c:v", "rawvideo", "-write_index", "0", "-f", "nut", "pipe:1"]
    end = raw.index("rawvideo") - 1
    assert raw[end:] == ["-f", "rawvideo", "pipe:1"]
    return {
        "raw": raw,
        "nut": [*raw[:end], *as_nut],
        "colours": decode_command(ReadRequest(resolve(video), colours=True)),
    }


def processor_time(of: int) -> float:
    """Seconds that this process, or its children that have ended, kept a processor busy."""
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


def read(command: list[str], in_nut: bool) -> tuple[int, str, float, float]:
    """Run one ffmpeg and take in its pictures. Return their number, their digest, and seconds of it and of Python."""
    began = processor_time(resource.RUSAGE_CHILDREN), processor_time(resource.RUSAGE_SELF)
    digest, size, reader = hashlib.blake2b(), 0, NutReader()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0) as process:
        assert process.stdout is not None
        while data := process.stdout.read(_AT_ONCE):
            grey = [packet.data for packet in reader.feed(data) if not packet.stream] if in_nut else [data]
            size += sum(map(len, grey))
            digest.update(b"".join(grey))
    taken = processor_time(resource.RUSAGE_CHILDREN) - began[0], processor_time(resource.RUSAGE_SELF) - began[1]
    return size // PICTURE_SIDE**2, digest.hexdigest(), *taken


def main() -> None:
    """Measure the videos that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO")
    parser.add_argument("--runs", type=int, default=5, help="runs of each way (default: 5)")
    asked = parser.parse_args()
    for video in asked.videos:
        ways = commands(video)
        found: dict[str, list[tuple[int, str, float, float]]] = {way: [] for way in ways}
        for _ in range(asked.runs):
            for way, command in ways.items():
                found[way].append(read(command, way != "raw"))
        if len({(frames, digest) for runs in found.values() for frames, digest, _, _ in runs}) != 1:
            raise SystemExit(f"{video}: the pictures are not the same")
        print(f"{video.name}: {found['raw'][0][0]} frames; microseconds a frame of ffmpeg, of Python, of both")
        for way, runs in found.items():
            theirs = statistics.median(run[2] / run[0] * 1e6 for run in runs)
            mine = statistics.median(run[3] / run[0] * 1e6 for run in runs)
            print(f"  {way:<8}{theirs:8.1f}{mine:8.1f}{theirs + mine:8.1f}", flush=True)


if __name__ == "__main__":
    main()
