"""The suite's cases: stretches of clips in a row, the changes made to them, and the repeats that follow.

The truth is derived, not labelled: two pieces that show the same stretch of one clip repeat there.
"""

from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import Any

FPS = 25

X264 = ("-c:v", "libx264", "-preset", "fast", "-crf", "24")
X265 = ("-c:v", "libx265", "-preset", "fast", "-crf", "26", "-x265-params", "log-level=error")
VP9 = ("-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "34", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1")
MPEG4 = ("-c:v", "mpeg4", "-q:v", "4", "-bf", "2")
AV1 = ("-c:v", "libsvtav1", "-preset", "9", "-crf", "34")

CLOCK = "[{clock}]null[c];[v][c]overlay=12:12"
"""Lays the running clock over the whole timeline."""

DROPPED = "[v]select='not(eq(mod(n,5),2)+eq(mod(n,7),3)*gt(mod(n,300),150))'"
"""A variable rate: a frame in five left out, and for half of the time one in seven as well."""


@dataclass(frozen=True)
class Piece:
    """A clip from `start` to `end`, seconds, and what was done to it.

    clip: a name from scenes.py, or "@" and an ffmpeg source (black, a title card), which never counts as a repeat.
    vf: ffmpeg filters. speed: 2.0 is twice as fast. crf: encoded once before, at this quality of x264. still: frozen.
    """

    clip: str
    start: float
    end: float
    vf: str = ""
    speed: float = 1.0
    reverse: bool = False
    crf: int | None = None
    still: bool = False

    @property
    def frames(self) -> int:
        """Length in the finished video."""
        return round((self.end - self.start) * FPS / self.speed)


@dataclass(frozen=True)
class Case:
    """One video. finish: filters over the whole timeline, from [v]. encode: ffmpeg's options for the codec."""

    name: str
    group: str
    timeline: tuple[Piece, ...]
    encode: tuple[str, ...] = X264
    finish: str = ""
    suffix: str = "mp4"

    @property
    def file(self) -> str:
        """Name of the video."""
        return f"{self.name}.{self.suffix}"


@dataclass(frozen=True)
class Placed:
    """A piece and when it is shown: [at, until), seconds."""

    piece: Piece
    at: float
    until: float
    source: tuple[float, float] = field(default=(0.0, 0.0))

    def shows(self, second: float) -> float:
        """When a second of the clip is shown."""
        if self.piece.reverse:
            return self.at + (self.source[1] - second) / self.piece.speed
        return self.at + (second - self.source[0]) / self.piece.speed


def placed(case: Case) -> list[Placed]:
    """The pieces of a timeline with their times."""
    row, frame = [], 0
    for piece in case.timeline:
        at, until = frame / FPS, (frame + piece.frames) / FPS
        row.append(Placed(piece, at, until, (piece.start, piece.start + (until - at) * piece.speed)))
        frame += piece.frames
    return row


def truth(case: Case) -> dict[str, Any]:
    """What is known of a case, as loopfind.evaluate.truth_of reads it, with its group and number of frames."""
    row = placed(case)
    repeats: list[list[float]] = []
    excused: list[list[float]] = []
    for a, b in combinations(row, 2):
        low, high = max(a.source[0], b.source[0]), min(a.source[1], b.source[1])
        if a.piece.clip != b.piece.clip or a.piece.clip.startswith("@") or high - low < 2 / FPS:
            continue
        spans = [sorted((round(p.shows(low), 5), round(p.shows(high), 5))) for p in (a, b)]
        pair = [*spans[0], *spans[1], -1 if a.piece.reverse != b.piece.reverse else 1]
        (excused if a.piece.still or b.piece.still else repeats).append(pair)
    joints = [round(b.at, 5) for a, b in pairwise(row) if not _runs_on(a, b)]
    ends = [end for pair in repeats for end in pair[:4]]
    cuts = [joint for joint in joints if any(abs(joint - end) < 0.5 / FPS for end in ends)]
    return {
        "group": case.group,
        "fps": FPS,
        "frames": sum(p.piece.frames for p in row),
        "pairs": repeats,
        "excused": excused,
        "cuts": cuts,
        "other_cuts": [joint for joint in joints if joint not in cuts],
        "quiet": [[p.at, p.until] for p in row if p.piece.still or p.piece.clip.startswith("@")],
    }


def _runs_on(a: Placed, b: Placed) -> bool:
    """Whether the second piece goes on where the first one ended, so that there is no splice."""
    plain = a.piece.clip == b.piece.clip and not a.piece.reverse and not b.piece.reverse
    return plain and abs(a.source[1] - b.source[0]) < 0.5 / FPS


def film(start: float, end: float) -> Piece:
    """A stretch of the film."""
    return Piece("film", start, end)


def walk(start: float, end: float) -> Piece:
    """A stretch of the hand-held camera."""
    return Piece("walk", start, end)


def yard(start: float, end: float) -> Piece:
    """A stretch of the fixed camera."""
    return Piece("yard", start, end)


def road(start: float, end: float) -> Piece:
    """A stretch of the fixed camera with small movers."""
    return Piece("road", start, end)


def again(first: Piece, **edits: Any) -> tuple[Piece, ...]:
    """A clip in which `first` is shown, something else, and `first` once more, changed."""
    own, other = first.clip, "walk" if first.clip != "walk" else "film"
    whole = Piece(own, first.start - 3, first.end + 5)
    return (whole, Piece(other, 20, 24), replace(first, **edits), Piece(other, 24, 29))


CARD = "@color=0x203040:s=320x180:r=25,drawbox=60:60:200:20:0xd0d0c0:fill,drawbox=90:100:140:12:0x909080:fill"
BLACK = "@color=black:s=320x180:r=25"
STATIC = "@color=gray:s=320x180:r=25,noise=alls=80:allf=t"
FROZEN = Piece("yard", 5, 8, still=True)
FADES = "fade=in:0:20,fade=out:105:20"
SUBTITLES = (
    "drawbox=70:150:180:14:white@0.9:fill:enable='lt(mod(t,2.2),1.3)',"
    "drawbox=100:134:120:12:white@0.9:fill:enable='gt(mod(t,3.1),2)'"
)

CASES = (
    Case("cut-walk-x264", "cut", (walk(0, 12), walk(4, 9), walk(12, 25))),
    Case("cut-film-x265", "cut", (film(0, 20), film(6, 10), film(20, 30)), X265),
    Case("cut-yard-vp9", "cut", (yard(0, 15), film(0, 8), yard(5, 11), film(8, 14)), VP9, suffix="webm"),
    Case("loop-whole-file", "loop", (yard(3, 9),) * 5),
    Case("loop-short-mpeg4", "loop", (film(0, 8), *(walk(5, 6.2),) * 12, film(8, 14)), MPEG4),
    Case("loop-cut-short-av1", "loop", (film(0, 6), *(yard(3, 8),) * 4, yard(3, 5.48), film(6, 12)), AV1, suffix="mkv"),
    Case("multi-nested", "multi", (walk(0, 20), film(0, 4), walk(4, 14), film(4, 8), walk(7, 10), film(8, 12))),
    Case("multi-crossing", "multi", (film(0, 14), walk(0, 3), film(2, 8), walk(3, 6), film(5, 11), walk(6, 9))),
    Case("short-half-second", "short", (film(0, 15), walk(0, 5), film(4, 4.52), walk(5, 10))),
    Case("short-second", "short", (yard(0, 15), yard(3, 4), yard(20, 30))),
    Case("gen-crf-38", "gen", again(walk(3, 9), crf=38)),
    Case("gen-half-size", "gen", again(film(5, 10), crf=32, vf="scale=160:90,scale=320:180")),
    Case("grade-bright", "grade", again(film(5, 11), vf="eq=brightness=0.07:contrast=1.15")),
    Case("grade-grey", "grade", again(yard(5, 11), vf="hue=s=0,eq=gamma=0.85")),
    Case("overlay-clock", "overlay", (yard(0, 14), film(0, 4), yard(4, 10), yard(20, 26)), finish=CLOCK),
    Case("overlay-logo", "overlay", again(film(5, 11), vf="drawbox=250:12:48:28:white@0.8:fill")),
    Case("overlay-subtitles", "overlay", again(walk(5, 11), vf=SUBTITLES)),
    Case("camera-cut", "camera", (road(0, 20), road(5, 11), road(20, 30))),
    Case("camera-loop", "camera", (road(0, 8), *(road(10, 14),) * 3, road(20, 26))),
    Case("vfr-cut", "vfr", (walk(0, 12), film(0, 5), walk(4, 9), film(5, 10)), finish=DROPPED, suffix="mkv"),
    Case("vfr-loop", "vfr", (film(0, 6), *(yard(3, 7),) * 4, film(6, 12)), finish=DROPPED, suffix="mkv"),
    Case("geometry-mirror", "geometry", again(film(5, 11), vf="hflip")),
    Case("geometry-crop", "geometry", again(walk(5, 11), vf="crop=iw*0.9:ih*0.9,scale=320:180")),
    Case("geometry-letterbox", "geometry", again(film(8, 14), vf="crop=320:136,pad=320:180:0:22")),
    Case("speed-half", "speed", again(walk(5, 9), speed=0.5)),
    Case("speed-quarter-more", "speed", again(film(5, 12.5), speed=1.25)),
    Case("speed-reversed", "speed", again(yard(5, 10), reverse=True)),
    Case("none-film", "none", (film(0, 40),)),
    Case("none-camera", "none", (road(0, 18), road(22, 40))),
    Case(
        "none-cards",
        "none",
        (
            *(Piece(CARD, 0, 4), film(0, 6), Piece(BLACK, 0, 3), film(6, 10), Piece(CARD, 0, 4), film(10, 14)),
            *(Piece(BLACK, 0, 3), film(14, 17), FROZEN, film(17, 20), yard(0, 4), FROZEN, film(20, 23)),
        ),
    ),
    Case("none-fades", "none", tuple(Piece("walk", k, k + 5, vf=FADES) for k in (0, 5, 10, 15, 20, 25))),
    Case("none-static", "none", (Piece(STATIC, 0, 20),)),
)
