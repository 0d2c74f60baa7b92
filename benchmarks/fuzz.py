"""Scan broken and hostile files, and report those that hang, crash, bloat or abuse the scan.

    python benchmarks/fuzz.py                      5,000 files
    python benchmarks/fuzz.py --count 60 --seed 7  fewer, others
    python benchmarks/fuzz.py --keep DIR           files that made trouble are kept there

Small videos, with and without sound, and small sounds are made in every container that ffmpeg writes here, and each
is broken in one of the ways of WAYS, by a generator that the seed starts, so that a run can be repeated. Each is
scanned by its packets, then whole. A scan may answer, or refuse with a LoopfindError of one printable line. Counted
as trouble is anything else: an exception or a warning; more than LONGEST seconds; more than MEMORY bytes of ffmpeg's
or Python's; a process, a descriptor or a temporary file left over; a file written beside.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import imageio_ffmpeg

from loopfind import LoopfindError, Settings, scan

LONGEST = 60.0
"""Seconds that one scan may take, on a busy machine too."""
MEMORY = 1_500_000_000
"""Bytes resident that ffmpeg or the process that scans may take at most."""

SCENE = ("-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=1.2")
SOUND = ("-f", "lavfi", "-i", "sine=d=1.2")
TWICE = ("-f", "lavfi", "-i", "anoisesrc=d=2.5:seed=7:r=44100:a=0.3,aloop=loop=1:size=110250")
"""Two and a half seconds of noise that are heard twice: longer than the scene, and something to be found."""
SEEDS = {
    "h264.mp4": (*SOUND, "-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-c:a", "aac"),
    "fragments.mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-movflags", "frag_keyframe+empty_moov"),
    "hevc.mp4": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=12"),
    "mpeg4.mov": (
        "-c:v",
        "mpeg4",
    ),
    "prores.mov": ("-c:v", "prores"),
    "h264.mkv": (*SOUND, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libvorbis"),
    "ffv1.mkv": ("-c:v", "ffv1"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"),
    "av1.webm": ("-c:v", "libsvtav1", "-preset", "12"),
    "mpeg4.avi": (*SOUND, "-c:v", "mpeg4", "-c:a", "mp2"),
    "mjpeg.avi": ("-c:v", "mjpeg"),
    "flv1.flv": ("-c:v", "flv1"),
    "mpeg2.ts": (*SOUND, "-c:v", "mpeg2video", "-c:a", "mp2"),
    "mpeg1.mpg": ("-c:v", "mpeg1video"),
    "mpeg2.vob": ("-c:v", "mpeg2video"),
    "theora.ogv": ("-c:v", "libtheora"),
    "wmv2.asf": ("-c:v", "wmv2"),
    "moving.gif": (),
    "plain.y4m": (),
    "raw.h264": ("-c:v", "libx264", "-preset", "ultrafast"),
    "raw.hevc": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"),
    "mpeg4.nut": ("-c:v", "mpeg4"),
    "mpeg2.mxf": ("-c:v", "mpeg2video"),
    "mpeg2.gxf": ("-c:v", "mpeg2video", "-s", "720x576"),
    "plain.dv": ("-c:v", "dvvideo", "-s", "720x576", "-pix_fmt", "yuv420p"),
    "moving.apng": ("-plays", "0"),
    "vp8.ivf": ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"),
    "moving.avif": ("-c:v", "libsvtav1", "-preset", "12"),
    "raw.obu": ("-c:v", "libsvtav1", "-preset", "12"),
    "wmv1.wtv": ("-c:v", "mpeg2video"),
    "rv20.rm": ("-c:v", "rv20", "-s", "176x144"),
    "flv.swf": ("-c:v", "flv1"),
    "moving.webp": (
        "-c:v",
        "libwebp_anim",
    ),
    "aac.mp4": (*TWICE, "-c:v", "mpeg4", "-c:a", "aac"),
    "pcm.mov": (*TWICE, "-c:v", "mjpeg", "-c:a", "pcm_s16be"),
    "mp3.avi": (*TWICE, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    "opus.webm": (*TWICE, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    "flac.mkv": (*TWICE, *TWICE, "-map", "0", "-map", "1", "-map", "2", "-c:v", "mpeg4", "-c:a", "flac"),
    "mp3.flv": (*TWICE, "-c:v", "flv1", "-c:a", "libmp3lame"),
    "ac3.ts": (*TWICE, "-c:v", "mpeg2video", "-c:a", "ac3"),
    "wma.asf": (*TWICE, "-c:v", "wmv2", "-c:a", "wmav2"),
    "pcm.nut": (*TWICE, "-c:v", "mpeg4", "-c:a", "pcm_u8"),
}
"""Videos that are broken: name -> ffmpeg's arguments after the scene. What this ffmpeg cannot make is left out, and
said."""
SOUNDS = {
    "sound.mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "sound.ogg": ("-c:a", "libvorbis"),
    "sound.opus": ("-c:a", "libopus"),
    "sound.flac": ("-c:a", "flac"),
    "sound.wav": ("-c:a", "pcm_s16le", "-ar", "11025"),
    "adpcm.wav": ("-c:a", "adpcm_ms"),
    "sound.m4a": ("-c:a", "aac"),
    "sound.aac": ("-c:a", "aac"),
    "sound.ac3": ("-c:a", "ac3"),
    "sound.aiff": ("-c:a", "pcm_s24be", "-ar", "8000"),
    "sound.wma": ("-c:a", "wmav2"),
    "sound.mka": ("-c:a", "libopus"),
    "sound.caf": ("-c:a", "alac"),
    "sound.au": ("-c:a", "pcm_mulaw"),
    "sound.amr": ("-c:a", "libopencore_amrnb", "-ar", "8000", "-b:a", "12.2k"),
    "sound.wv": ("-c:a", "wavpack"),
}
"""Sounds that are broken, in the same way."""

NAMES = (
    "plain",
    "-i",
    "two words",
    'it\'s "so"',
    "100%d",
    "a:b",
    "concat:x",
    "line\nbreak",
    "b\udcff\udcfe",
    "[x]*?",
    "é",
    "|tee",
)


def flipped(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Single bits turned over, anywhere."""
    for _ in range(dice.choice((1, 4, 20, 100, 1000))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def flipped_head(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Bytes replaced in the first or last part, where containers keep what they are."""
    room = min(len(data), dice.choice((64, 512, 4096)))
    base = dice.choice((0, len(data) - room))
    for _ in range(dice.choice((1, 3, 10, 40))):
        data[base + dice.randrange(room)] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
    return data


def cut(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """The end is missing."""
    return data[: dice.randrange(1, len(data))]


def holed(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """A piece is missing, is zero, or stands there twice."""
    first = dice.randrange(len(data))
    last = min(len(data), first + dice.choice((1, 16, 300, 5000)))
    filling = dice.choice((b"", bytes(last - first), bytes(data[first:last]) * 2))
    data[first:last] = filling
    return data


def spliced(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """The head of one file on the body of another."""
    at = dice.choice((16, 64, 512, 4096, len(data) // 2))
    return bytearray(data[:at] + other[dice.choice((0, at)) :])


def absurd(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Numbers of the header blown up: sizes, rates, counts, times."""
    for _ in range(dice.choice((1, 2, 6))):
        form = dice.choice((">H", "<H", ">I", "<I", ">Q", "<Q"))
        width = struct.calcsize(form)
        number = dice.choice((0, 1, 0xFFFF, 0x7FFF, (1 << 31) - 1, (1 << 32) - 1, (1 << 63) - 1, (1 << 64) - 1))
        at = dice.randrange(max(1, min(len(data), dice.choice((256, 2048, len(data)))) - width))
        data[at : at + width] = struct.pack(form, number & ((1 << 8 * width) - 1))
    return data


def resized(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Width and height, wherever they stand as numbers, become others."""
    wide, high = dice.choice(((65535, 65535), (1, 1), (0, 0), (65535, 1), (16384, 16384), (8192, 8192), (3, 7)))
    for form in (">HH", "<HH", ">II", "<II"):
        data = bytearray(bytes(data).replace(struct.pack(form, 96, 64), struct.pack(form, wide, high)))
        data = bytearray(bytes(data).replace(struct.pack(form, 64, 96), struct.pack(form, high, wide)))
    return bytearray(bytes(data).replace(b"W96 H64", f"W{wide} H{high}".encode()))


def rated(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Time scales and rates, wherever they stand as numbers, become others."""
    number = dice.choice((0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 1_000_000_000))
    for known in (12800, 1000, 25, 40_000_000, 40_000, 90_000, 44_100, 11_025, 48_000, 8000):
        for form in (">I", "<I"):
            data = bytearray(bytes(data).replace(struct.pack(form, known), struct.pack(form, number), 8))
    return bytearray(bytes(data).replace(b"F25:1", f"F{number}:1".encode()))


def told(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """Texts inside become control characters, markup, formats, marks of our own protocol, or names of files."""
    text = dice.choice(
        (
            b"\x1f99 1/1\n",
            b"\x1b[2J\x1b]0;x\x07",
            b"[red]%s%n%d",
            b"file:///etc/hostname",
            b"\n[error] x\n",
            b"\xff\xfe\xfd",
        )
    )
    for word in (b"Lavf", b"VideoHandler", b"Lavc", b"eng", b"und", b"isom"):
        data = bytearray(bytes(data).replace(word, (text * 9)[: len(word)]))
    return data


def listed(data: bytearray, other: bytes, dice: random.Random) -> bytearray:
    """A list of files in front of, or instead of, the video."""
    lists = (
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        b"#EXTM3U\n#EXTINF:4,\n/etc/hostname\n",
        b"v=0\nm=video 5004 RTP/AVP 33\n",
        b'<?xml version="1.0"?>\n<MPD></MPD>\n',
    )
    head = dice.choice(lists)
    return bytearray(dice.choice((head, head + bytes(data), bytes(data[:300]) + head)))


WAYS: tuple[Callable[[bytearray, bytes, random.Random], bytearray], ...] = (
    flipped, flipped_head, cut, holed, spliced, absurd, resized, rated, told, listed,
)  # fmt: skip


def seeds(folder: Path) -> list[Path]:
    """The whole files, made in `folder`."""
    made = []
    shortest = {name: ["-shortest"] for name, arguments in SEEDS.items() if SOUND[-1] in arguments}
    for name, arguments in (SEEDS | SOUNDS).items():
        metadata = ("-metadata", "title=\x1b[31m%s\n[error] no", "-metadata", "comment=file:///etc/hostname")
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y"]
        command += [*(SCENE if name in SEEDS else TWICE), *arguments, *metadata]
        command += [*shortest.get(name, ()), str(folder / name)]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            made.append(folder / name)
        else:
            print(f"left out, as this ffmpeg does not make it: {name}", file=sys.stderr)
    return made


def broken(number: int, seed: int, whole: list[Path]) -> tuple[str, str, bytes]:
    """The numbered file: in which way it is broken, its name, what it holds."""
    dice = random.Random(f"{seed} {number}")
    source, other = dice.choice(whole), dice.choice(whole)
    way = WAYS[number % len(WAYS)]
    data = bytearray(source.read_bytes())
    for _ in range(dice.choice((1, 1, 1, 2))):
        data = way(data, other.read_bytes(), dice) or bytearray(b"\0")
    suffix = dice.choice((source.suffix, source.suffix, other.suffix, ""))
    return way.__name__, f"{dice.choice(NAMES)}{suffix}", bytes(data)


def trial(seed: int, whole: list[Path], work: str, keep: str | None, number: int) -> tuple[str, str, str, float]:
    """Scan one broken file in this process: its way, how it ended, what trouble there was, how long it took."""
    way, name, data = broken(number, seed, whole)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        inside, scratch = Path(folder, "in"), Path(folder, "tmp")
        inside.mkdir()
        scratch.mkdir()
        path = inside / name
        path.write_bytes(data)
        os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
        os.chdir(inside)
        open_before, began = len(os.listdir("/proc/self/fd")), time.monotonic()
        end, trouble = "answered", ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                named = name if number % 2 else str(path)
                # By packets first, so that the end which is told is that of the pictures.
                with contextlib.suppress(LoopfindError):
                    scan(named, Settings(stall=LONGEST / 2, packets_only=True))
                report = scan(named, Settings(stall=LONGEST / 2))
            heard = "answered: sound" if report.sound else "answered"
            end = heard if report.source.frames else "answered: no frames"
        except LoopfindError as error:
            end = f"refused: {type(error).__name__}"
            if not str(error).isprintable() or len(str(error)) > 600:
                trouble = f"no clear line: {error!r}"
        except BaseException:
            end, trouble = "failed", traceback.format_exc()
        seconds = time.monotonic() - began
        if seconds > LONGEST:
            trouble = trouble or f"took {seconds:.0f} s"
        if os.listdir(inside) != [name] or path.read_bytes() != data or os.listdir(scratch):
            trouble = trouble or f"left files: {os.listdir(inside)} {os.listdir(scratch)}"
        if not _are_open(open_before):
            trouble = trouble or "left descriptors open"
        try:
            os.waitpid(-1, os.WNOHANG)
            trouble = trouble or "left a process"
        except ChildProcessError:
            pass
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * 1024
        if peak > MEMORY:
            trouble = trouble or f"took {peak / 1e6:.0f} MB"
        if keep and trouble:
            Path(keep, f"{number}{Path(name).suffix}").write_bytes(data)
        os.chdir(work)
    return way, end, trouble, seconds


def _are_open(count: int, patience: float = 2.0) -> bool:
    """Return whether no more than so many descriptors are open, now or soon: who watches over the memory of ffmpeg
    opens one for a moment."""
    latest = time.monotonic() + patience
    while len(os.listdir("/proc/self/fd")) > count:
        if time.monotonic() > latest:
            return False
        time.sleep(0.01)
    return True


def trials(count: int, seed: int, jobs: int, keep: str | None = None) -> Iterator[tuple[int, str, str, str, float]]:
    """Number, way, end, trouble and seconds of each of the files."""
    with tempfile.TemporaryDirectory(prefix="loopfind-fuzz-") as work:
        Path(work, "seeds").mkdir()
        whole = seeds(Path(work, "seeds"))
        context = multiprocessing.get_context("spawn")
        # A process for each few files, so that a peak of memory is one of those few.
        with context.Pool(jobs, maxtasksperchild=20) as pool:
            task = partial(trial, seed, whole, work, keep)
            for number, found in enumerate(pool.imap(task, range(count), chunksize=1)):
                yield number, *found
        left = sorted(path.name for path in Path(work).iterdir() if path.name != "seeds")
        if left:
            yield count, "all", "failed", f"left {left}", 0.0


def main() -> int:
    """Break, scan, count; 1 if there was any trouble."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", metavar="DIR")
    wanted = parser.parse_args()
    if wanted.keep:
        shutil.rmtree(wanted.keep, ignore_errors=True)
        os.makedirs(wanted.keep)
    keep = os.path.abspath(wanted.keep) if wanted.keep else None
    ends: Counter[tuple[str, str]] = Counter()
    troubles, slowest = 0, 0.0
    for number, way, end, trouble, seconds in trials(wanted.count, wanted.seed, wanted.jobs, keep):
        ends[way, end] += 1
        slowest = max(slowest, seconds)
        if trouble:
            troubles += 1
            print(f"{number} ({way}): {trouble}", flush=True)
    kinds = sorted({end for _, end in ends})
    print("| way | " + " | ".join(kinds) + " |\n|---" * 1 + "|---:" * len(kinds) + "|")
    for way in (function.__name__ for function in WAYS):
        print(f"| {way} | " + " | ".join(str(ends[way, kind]) for kind in kinds) + " |")
    print(f"| all | {' | '.join(str(sum(n for (_, e), n in ends.items() if e == kind)) for kind in kinds)} |")
    print(f"{sum(ends.values()):,} files, {troubles} with trouble; the slowest took {slowest:.1f} s")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
