"""Edited copies of clips that a comparison finds, edit by edit, and its false findings.

    python benchmarks/edits.py FOLDER --work DIR     the clips of a folder (videos of 12 s or more), made copies in DIR
    python benchmarks/edits.py --work DIR            the clips that benchmarks/scenes.py draws

Of each clip a copy of 8 s is made in each of the ways of EDITS, H.264 at CRF 26: a stretch that a scan of the clip
calls judged, as near as may be to a third of its length, since of a picture that stands still nothing can be found.
Then, for each edit, all clips and all copies are compared with one another. Printed is a row for each edit: how many
copies were found, by how many frames the worse end of the found stretch is off (median, and the worst), and how many
pairs of files were claimed that share nothing. While it works, it names the clips whose copies were not found, and the
wrong pairs. --only TEXT keeps the edits whose name holds TEXT; what is made already is not made again. --kind cnn also
looks in parts of pictures. --unedited compares the clips with one another, and nothing else.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scenes import clips, draw
from suite import ffmpeg

from loopfind.comparison.crops import Glimpses
from loopfind.engine import find
from loopfind.engine.cross_file import compare_tracks
from loopfind.errors import MediaError
from loopfind.media.ffmpeg.address import resolve
from loopfind.model.comparison import Shared
from loopfind.model.fingerprint import Track
from loopfind.model.library import TrackReading
from loopfind.model.report import Repeat
from loopfind.pipeline.crops import CropSearch
from loopfind.pipeline.reader import read_video
from loopfind.settings import CompareSettings, Settings

SECONDS = 8.0
"""Length of a copy, before it is made faster."""

LEAST = 12.0
"""Seconds that a clip must last."""

WORKERS = 2


@dataclass(frozen=True)
class Edit:
    """An ffmpeg filter chain; where it names [other], another clip of the folder is the second input. speed: seconds of
    the clip a second of the copy."""

    chain: str
    speed: float = 1.0
    backwards: bool = False


_CORNER = "[other]scale=iw*{share}:ih*{share}[small];[copy][small]overlay={place}"
_PLAYER = (
    "scale=648:364,setsar=1,pad=960:540:30:64:0xf5f5f5,drawbox=0:0:iw:44:0x32323c:fill,"
    "drawbox=30:432:648:14:0xdc2828:fill,drawbox=710:64:220:80:0xbec8d2:fill,drawbox=710:164:220:80:0xaab4c8:fill,"
    "drawbox=710:264:220:80:0xbec8d2:fill,drawbox=30:466:400:30:0x787878:fill"
)
_UNDER = "[copy]scale=iw*{share}:ih*{share}[small];[other][small]overlay={place}"

EDITS = {
    "recoded": Edit("null"),
    "half the size": Edit("scale=iw/2:ih/2"),
    "squeezed to 4:3": Edit("scale=iw*3/4:ih"),
    "blurred": Edit("gblur=sigma=4"),
    "grey": Edit("hue=s=0"),
    "darker": Edit("eq=brightness=-0.15:contrast=0.8"),
    "noise": Edit("noise=alls=24:allf=t"),
    "pixelated": Edit("scale=40:24:flags=area,scale=320:180:flags=neighbor"),
    "15 frames/s": Edit("fps=15"),
    "24 frames/s": Edit("fps=24"),
    "30 frames/s": Edit("fps=30"),
    "mirrored": Edit("hflip"),
    "upside down": Edit("vflip"),
    "turned by 90": Edit("transpose=1"),
    "turned by 180": Edit("hflip,vflip"),
    "backwards": Edit("reverse", backwards=True),
    "logo": Edit("drawbox=x=iw*0.78:y=ih*0.05:w=iw*0.17:h=ih*0.12:color=orange:t=fill"),
    "1.25 times the speed": Edit("setpts=PTS/1.25", speed=1.25),
    "cropped to 90 %": Edit("crop=iw*0.9:ih*0.9"),
    "cropped to 80 %": Edit("crop=iw*0.8:ih*0.8"),
    "cropped to 60 %": Edit("crop=iw*0.6:ih*0.6"),
    "cropped to 60 %, aside": Edit("crop=iw*0.6:ih*0.6:iw*0.35:ih*0.1"),
    "sides cropped to 75 %": Edit("crop=iw*0.75:ih"),
    "letterbox": Edit("pad=iw:ih*4/3:0:-1"),
    "pillarbox": Edit("pad=iw*4/3:ih:-1:0"),
    "box around": Edit("pad=iw*1.25:ih*1.25:-1:-1"),
    "another video in a corner, 1/3": Edit(_CORNER.format(share="0.33", place="W-w-8:H-h-8")),
    "in a corner of another video, 1/2": Edit(_UNDER.format(share="0.5", place="W-w:H-h")),
    "in a corner of another video, 1/3": Edit(_UNDER.format(share="0.3333", place="W-w:0")),
    "in a corner of another video, 1/4": Edit(_UNDER.format(share="0.25", place="12:H-h-12")),
    "player in a page": Edit(_PLAYER),
}


@dataclass(frozen=True)
class Clip:
    """A clip, and the stretch of it that is copied: seconds from its first frame."""

    path: Path
    reading: TrackReading
    start: float
    glimpses: Glimpses | None

    @property
    def fingerprint(self) -> Track:
        return self.reading.track


@dataclass(frozen=True)
class Outcome:
    """What came of one edit. off: for each clip, frames by which the worse end is off, None where it was not found.
    wrong: pairs of files claimed besides."""

    off: tuple[float | None, ...]
    wrong: tuple[tuple[str, str], ...]


def clip_of(path: Path, crops: CropSearch | None) -> Clip | None:
    """A clip of the folder; None for what is no video, too short, or shows nothing that could be judged for long
    enough."""
    settings = Settings(hash_size=4)
    try:
        reading = read_video(resolve(path), settings)
    except MediaError:
        return None
    begin, end = float(reading.fingerprint.times[0]), reading.fingerprint.end
    if end - begin < LEAST:
        return None
    findings = find(reading.fingerprint)
    starts = [begin + 0.5 * k for k in range(int((end - begin - SECONDS) / 0.5))]
    free = [s for s in starts if all(u.end <= s or u.start >= s + SECONDS for u in findings.unjudged)]
    if not free:
        return None
    start = min(free, key=lambda s: abs(s - begin - (end - begin) / 3))
    read = TrackReading(reading.track, reading.source, reading.losses)
    return Clip(path, read, start - begin, glimpses_of(read, crops))


def glimpses_of(reading: TrackReading, crops: CropSearch | None) -> Glimpses | None:
    """What a network sees of a file, None where none is to look."""
    return None if crops is None else crops.look([reading], CompareSettings(jobs=1))[0][0]


def copy(folder: Path, clip: Clip, other: Clip, name: str) -> Path:
    """The clip's copy with the edit of this name, made if it is not there yet. other: what is shown beside it."""
    edit = EDITS[name]
    path = folder / f"{clip.path.stem}.{name.replace('/', ' of ').replace('%', 'pc').replace(' ', '_')}.mp4"
    if path.exists():
        return path
    even = "scale=trunc(iw/2)*2:trunc(ih/2)*2,setsar=1,format=yuv420p"
    if "[other]" in edit.chain:
        fit = "scale=640:360,setsar=1"
        graph = f"[0:v:0]{fit},fps=25[copy];[1:v:0]{fit},fps=25[other];{edit.chain},{even}[out]"
    else:
        graph = f"[0:v:0]{edit.chain},{even}[out]"
    inputs = ["-ss", clip.start, "-t", SECONDS, "-i", clip.path, "-ss", other.start, "-t", SECONDS, "-i", other.path]
    part = path.with_suffix(".part.mp4")
    x264 = ["-an", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"]
    ffmpeg(*inputs, "-filter_complex", graph, "-map", "[out]", "-t", SECONDS / edit.speed, *x264, part)
    part.replace(path)
    return path


def found_in(
    readings: Sequence[TrackReading], glimpses: Sequence[Glimpses | None], crops: CropSearch | None
) -> tuple[list[Repeat], tuple[Shared, ...]]:
    """What files share."""
    results = [compare_tracks([reading.track for reading in readings], CompareSettings())]
    if crops is not None:
        seen = [one for one in glimpses if one is not None]
        results = crops.search(readings, seen, results[0], CompareSettings())[0]
    return [repeat for result in results for repeat in result.repeats], results[0].pairs


def wrong_pairs_of(chosen: Sequence[Clip], crops: CropSearch | None) -> list[tuple[str, str]]:
    """Pairs of clips that are claimed to share something."""
    _, pairs = found_in([clip.reading for clip in chosen], [clip.glimpses for clip in chosen], crops)
    return [(chosen[pair.files[0]].path.name, chosen[pair.files[1]].path.name) for pair in pairs]


def outcome(folder: Path, chosen: Sequence[Clip], name: str, crops: CropSearch | None) -> Outcome:
    """Compare all clips and all their copies of one edit."""
    beside = [*chosen[1:], chosen[0]]
    with ThreadPoolExecutor(WORKERS) as pool:
        paths = list(pool.map(partial(copy, folder, name=name), chosen, beside))
        read = list(pool.map(lambda path: read_video(resolve(path), Settings(hash_size=4)), paths))
    copies = [TrackReading(one.track, one.source, one.losses) for one in read]
    glimpses = [*(clip.glimpses for clip in chosen), *(glimpses_of(one, crops) for one in copies)]
    repeats, pairs = found_in([*(clip.reading for clip in chosen), *copies], glimpses, crops)
    count = len(chosen)
    # Where another clip is in the picture too, its own share of it is true as well.
    true = {(k, count + k) for k in range(count)}
    if "[other]" in EDITS[name].chain:
        before = [(k - 1) % count for k in range(count)]
        true |= {(k, count + b) for k, b in enumerate(before)}
        true |= {(count + min(k, b), count + max(k, b)) for k, b in enumerate(before)}
    names = [*(clip.path.name for clip in chosen), *(path.name for path in paths)]
    wrong = tuple((names[a], names[b]) for a, b in (pair.files for pair in pairs) if (a, b) not in true)
    return Outcome(tuple(_off(repeats, clip, EDITS[name], k, count + k) for k, clip in enumerate(chosen)), wrong)


def _off(repeats: Iterable[Repeat], clip: Clip, edit: Edit, number: int, copied: int) -> float | None:
    """Frames by which the best claim that joins the clip and its copy is off; None where there is none."""
    step = float(clip.fingerprint.times[-1] - clip.fingerprint.times[0]) / (len(clip.fingerprint) - 1)
    found = []
    for repeat in repeats:
        for a in repeat.occurrences:
            for b in repeat.occurrences:
                if a.file != number or b.file != copied:
                    continue
                # What both ends of the claim on the copy are on the clip, by the truth.
                ends = [clip.start + (SECONDS - t if edit.backwards else t) * edit.speed for t in (b.start, b.end)]
                begin = float(clip.fingerprint.times[0])
                away = [abs(x - y - begin) for x, y in zip((a.start, a.end), sorted(ends), strict=True)]
                found.append((-(b.end - b.start), max(away) / step))
    return min(found)[1] if found else None


def row(name: str, result: Outcome) -> str:
    """Markdown: one edit."""
    off = sorted(off for off in result.off if off is not None)
    ends = f"{off[len(off) // 2]:.1f} / {off[-1]:.1f}" if off else ""
    return f"| {name} | {len(off)} of {len(result.off)} | {ends} | {len(result.wrong)} |"


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="clips of one's own; drawn ones where there is none")
    parser.add_argument("--work", type=Path, required=True, help="where the copies go")
    parser.add_argument("--only", default=[""], nargs="+", metavar="TEXT", help="edits whose name holds one of these")
    parser.add_argument("--kind", default="", choices=["", "cnn"], help="what is compared, as of loopfind compare")
    parser.add_argument("--unedited", action="store_true", help="compare the clips with one another alone")
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    folder = words.folder
    if folder is None:
        folder = words.work / "clips"
        folder.mkdir(exist_ok=True)
        for name in clips():
            if name != "clock" and not (folder / f"{name}.mkv").exists():
                draw(name, folder / f"{name}.mkv")
    crops = CropSearch(None, None) if words.kind == "cnn" else None
    with ThreadPoolExecutor(WORKERS) as pool:
        found = pool.map(partial(clip_of, crops=crops), sorted(path for path in folder.iterdir() if path.is_file()))
        chosen = [clip for clip in found if clip is not None]
    if len(chosen) < 2:
        raise SystemExit(f"{folder}: too few videos of {LEAST:g} s or more in which something moves")
    if words.unedited:
        wrong = wrong_pairs_of(chosen, crops)
        print(f"{len(chosen)} clips, {len(wrong)} pairs claimed", *(f"  {a} and {b}" for a, b in wrong), sep="\n")
        return
    names = [name for name in EDITS if any(text in name for text in words.only)]
    lines = ["| edit | found | frames off: median / worst | wrong pairs |", "|---|--:|--:|--:|"]
    for name in names:
        result = outcome(words.work, chosen, name, crops)
        lines.append(row(name, result))
        missed = [clip.path.name for clip, off in zip(chosen, result.off, strict=True) if off is None]
        said = [f"  not found: {', '.join(missed)}"] if missed else []
        said += [f"  wrong: {a} and {b}" for a, b in result.wrong]
        print(lines[-1], *said, sep="\n", file=sys.stderr, flush=True)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
