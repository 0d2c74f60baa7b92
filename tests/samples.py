"""Reports made by hand, for tests of what is said about them."""

import io
from dataclasses import replace
from functools import cache

import numpy as np

from loopfind.comparison.ranks import groups_of, matches_of
from loopfind.model.comparison import Comparison, Failure, Shared
from loopfind.model.crop import Crop
from loopfind.model.exhibits import ComparisonExhibits, Curve, CutFrames, Exhibit, Exhibits, Origin, Row, ShownFrame
from loopfind.model.made import Made
from loopfind.model.report import (
    Clusters,
    Cut,
    Findable,
    Freeze,
    Occurrence,
    Repeat,
    Report,
    Rhythm,
    SoundAnswer,
    Unjudged,
    UnjudgedSound,
    Verdict,
)
from loopfind.model.review import ReviewedFinding
from loopfind.model.transform import PLAIN, Transform
from loopfind.model.video import Loss, Source, Span
from loopfind.settings import CompareSettings, Settings

SOURCE = Source("/videos/film.mp4", 3600.0, 108_000, 30.0, 640, 360, "h264", "mp4", 3600.04)


def occurrence(start: float, length: float, **more: object) -> Occurrence:
    """An occurrence at 30 frames a second."""
    end = start + length
    return showing(start, end, round(start * 30), round(end * 30), **more)


def showing(start: float, end: float, first: int, last: int, **more: object) -> Occurrence:
    """An occurrence that shows content from its second 0 on, unless said otherwise."""
    content = {"content_start": 0.0, "content_end": round((end - start) * float(str(more.get("speed", 1.0))), 6)}
    return Occurrence(start, end, first, last, **content | more)  # type: ignore[arg-type]


def nothing(path: str = SOURCE.path) -> Report:
    """Nothing repeats, and everything could be judged."""
    verdict = Verdict(False, 0.0, 0.0, 1.0, 1.0, "Nothing in this video is shown twice.")
    return Report(replace(SOURCE, path=path), Settings(), verdict)


def three_and_a_loop(link: str = "", path: str = SOURCE.path, cycles: int = 1000) -> Report:
    """Three repeats of different kinds and evidence, a loop of many cycles, cuts, losses, clusters."""
    repeats = (
        Repeat(
            1,
            "repeat",
            251.2,
            None,
            0.998,
            "replay",
            (occurrence(142.07, 251.2), occurrence(2403.2, 251.2, pitch=1.0)),
            picture_share=0.62,
            of="both",
            sound="apart",
            sound_offset=0.08,
        ),
        Repeat(
            2,
            "repeat",
            4.5,
            None,
            0.9,
            "exact",
            (
                occurrence(500.0, 4.5, start_range=(499.5, 500.0), end_range=(504.5, 504.7)),
                occurrence(700.25, 4.5, mirrored=True, content_start=0.43, content_end=4.93),
                occurrence(900.0, 4.5, reversed=True, speed=1.25),
            ),
        ),
        Repeat(3, "still", 12.0, None, 0.5, "indeterminate", (occurrence(1000.0, 12.0), occurrence(1100.0, 12.0))),
        Repeat(
            4, "loop", 0.5, 0.5, 1.0, "replay", tuple(occurrence(1200.0 + 0.5 * cycle, 0.5) for cycle in range(cycles))
        ),
    )
    cuts = (
        Cut(142.07, 4262, (1,), "hard"),
        Cut(393.27, 11798, (1,), "fade"),
        Cut(500.0, 15000, (2, 4, 5, 6, 7), "seamless"),
    )
    clusters = Clusters(
        np.array([4262, 72096, 10, 20, 30]), np.array([142.07, 2403.2, 0.1, 0.2, 0.3]), np.array([0, 2, 5])
    )
    verdict = Verdict(
        True,
        1039.9,
        0.28886,
        0.93,
        1.0,
        "Parts of this video are shown again: 2 repeats and a loop, 17 min 20 s in all.",
        0.4375,
    )
    return Report(
        replace(SOURCE, path=path, unread=("video stream 1: mjpeg, 160x120",)),
        Settings(link=link),
        verdict,
        repeats,
        cuts,
        clusters,
        (Unjudged(30.0, 60.0, "blank"), Unjudged(2000.0, 2200.0, "still")),
        (Loss(3000.0, 3002.5, "4 damaged packets: invalid data found when processing input"),),
        frozen=(Freeze(2900.0, 2902.0, 87_000, 87_060),),
        findable=(
            Findable(0.0, 2400.0, 1.0, 0.25),
            Findable(2400.0, 3000.0, 20.02, 0.03),
            Findable(3000.0, 3600.0, None, 0.01),
        ),
        coverage_map=((0.0, 0.5), (1.0, 0.25)),
        leaps=(Span(2500.0, 2590.0),),
        made=Made("2026-01-02T03:04:05Z", "7.1", "Linux 6.1, x86_64, Python 3.13.0", "loopfind film.mp4 --json"),
        review=(ReviewedFinding(1, "accept", "the same trailer", 142.07, 393.27),),
        sound=SoundAnswer(
            track=0,
            codec="aac",
            others=1,
            start=0.02,
            end=3600.0,
            repeated_seconds=502.4,
            coverage=0.98,
            shortest_findable=3.0,
            summary="14% of the sound (8 min 22.4 s) is heard more than once: 1 repeat with the picture.",
            unjudged=(UnjudgedSound(10.0, 82.0, "silent"),),
            rhythms=(Rhythm(1500.0, 1560.0, 0.5),),
        ),
    )


def many() -> Report:
    """Three hundred repeats, each shown twice."""
    repeats = tuple(
        Repeat(
            number + 1,
            "repeat",
            2.0 + number % 7,
            None,
            0.97,
            "replay",
            (occurrence(10.0 * number, 2.0 + number % 7), occurrence(3000.0 + 10.0 * number, 2.0 + number % 7)),
        )
        for number in range(300)
    )
    cuts = tuple(Cut(10.0 * number, 300 * number, (number + 1,), "hard") for number in range(300))
    verdict = Verdict(False, 3000.0, 0.5, 0.99, 1.0, "Half of this video is shown twice: 300 repeats, 50 min in all.")
    return Report(replace(SOURCE, duration=6000.0, frames=180_000), Settings(), verdict, repeats, cuts)


def crowded() -> Report:
    """Three hundred repeats, each shown twenty times, in a day of video."""
    repeats = tuple(
        Repeat(
            n + 1,
            "repeat",
            9.0,
            None,
            0.97,
            "replay",
            tuple(occurrence(12.0 * (n + 300 * turn), 9.0) for turn in range(20)),
        )
        for n in range(300)
    )
    cuts = tuple(Cut(12.0 * place, 360 * place, (place % 300 + 1,), "hard") for place in range(6000))
    verdict = Verdict(False, 54_000.0, 0.75, 0.99, 1.0, "75% of the video is shown more than once: 300 repeats.")
    gaps = tuple(Unjudged(12.0 * place + 9, 12.0 * place + 12, "still") for place in range(6000))
    return Report(replace(SOURCE, duration=72_000.0), Settings(), verdict, repeats, cuts, unjudged=gaps)


@cache
def shot(number: int, width: int = 208, height: int = 117) -> bytes:
    """A JPEG of noise, which no picture of a video is as large as."""
    from PIL import Image

    noise = np.random.default_rng(number).integers(0, 256, (height // 3, width // 3, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(file, "JPEG", quality=72)
    return file.getvalue()


def frame_at(time: float, file: int = 0, rate: float = 30.0) -> ShownFrame:
    """The frame shown at an instant."""
    return ShownFrame(file, round(time * rate), time)


def exhibits(report: Report, columns: int = 2, shots: int = 9) -> Exhibits:
    """Exhibits for a report made by hand: two rows of pictures for each repeat, drawn from `shots` different ones."""
    shown = []
    for repeat in report.repeats:
        taken = repeat.occurrences[:columns]
        first = taken[0]
        ramp = np.linspace(first.start - 1, first.end + 1, 80)
        inside = (ramp >= first.start) & (ramp < first.end)
        curves = tuple(
            Curve(other, ramp, np.where(inside, 0.5, 20.0), np.full(80, 18.0)) for other in range(1, len(taken))
        )
        rows = tuple(
            Row(what, tuple(frame_at(o.start + 0.25 * at) for o in taken)) for at, what in enumerate(("first", "next"))
        )
        views = (PLAIN, *(Transform(mirrored=o.mirrored) for o in taken[1:]))
        shown.append(Exhibit(repeat.id, tuple(range(len(taken))), views, rows, curves))
    made = Exhibits(
        start=0.0,
        end=report.source.duration,
        likeness=np.eye(60, dtype=np.uint8) * 255,
        overview=tuple(map(frame_at, np.linspace(0, report.source.duration - 1, 12).tolist())),
        shown=tuple(shown),
        cuts=tuple(
            CutFrames(place, frame_at(cut.time - 0.03), frame_at(cut.time))
            for place, cut in enumerate(report.cuts[:20])
        ),
        origin=Origin(123_456, "ab" * 32),
    )
    return replace(made, shots={frame: shot(place % shots) for place, frame in enumerate(sorted(set(made.frames())))})


RATES = (25.0, 30000 / 1001, 60.0, 25.0)
"""Frames a second of the files of `comparison`."""


def among(file: int, first: int, frames: int, **more: object) -> Occurrence:
    """An occurrence in a file of `comparison`, by its frames."""
    rate = RATES[file]
    return showing(first / rate, (first + frames) / rate, first, first + frames, file=file, **more)


NAMES = ("a/one.mp4", "b/one.mp4", "two.mkv", "three.webm")


def comparison(names: tuple[str, ...] = NAMES, queries: int = 0) -> Comparison:
    """Four files at different rates: two stretches shared by three of them, one by two, one file the same as another
    from end to end; one with a loss, and one that could not be read."""
    sources = tuple(
        replace(
            SOURCE,
            path=f"/videos/{name}",
            duration=100.0,
            frames=round(100 * rate),
            fps=rate,
            declared=100.0,
            unread=("video stream 1: mjpeg, 160x120",) if rate == RATES[0] else (),
        )
        for name, rate in zip(names, RATES, strict=True)
    )
    repeats = (
        Repeat(
            1,
            "repeat",
            8.0,
            None,
            0.99,
            "replay",
            (
                among(0, 50, 200, start_range=(1.9, 2.0), end_range=(10.0, 10.1)),
                among(1, 300, 240),
                among(2, 10, 480),
            ),
        ),
        Repeat(
            2,
            "repeat",
            4.0,
            None,
            0.95,
            "replay",
            (
                among(0, 1000, 100, crop=Crop(0.5, 0.0, 0.5, 0.4)),
                among(1, 2000, 119, reversed=True),
                among(2, 900, 120, mirrored=True, speed=2.0, pitch=2.0),
            ),
        ),
        Repeat(3, "repeat", 100.0, None, 1.0, "replay", (among(0, 0, 2500), among(3, 0, 2500, turned=90))),
    )
    pairs = (
        Shared((0, 3), (100.0, 100.0), (True, True), 1.0),
        Shared((0, 1), (12.0, 12.0), (False, False), 0.9),
        Shared((0, 2), (12.0, 10.0), (False, False), 0.8),
        *(() if queries else (Shared((1, 2), (12.0, 10.0), (False, False)),)),
    )
    matches = matches_of(repeats, pairs, sources, queries)
    return Comparison(
        sources=sources,
        settings=CompareSettings(query=queries),
        summary="3 stretches are shown in more than one of 4 files, 1 pair is the same from end to end.",
        repeats=repeats,
        pairs=pairs,
        failures=(Failure("/videos/notes.txt", "a text file, not a video"),),
        losses=((), (Loss(3.0, 4.5, "4 damaged packets"),), (), ()),
        matches=matches,
        groups=() if queries else groups_of(repeats, pairs, sources),
    )


def juxtaposed(told: Comparison) -> ComparisonExhibits:
    """Exhibits for a comparison made by hand: two rows of pictures for each stretch."""
    rates = [source.fps for source in told.sources]
    shown = []
    for repeat in told.repeats:
        first = repeat.occurrences[0]
        ramp = np.linspace(first.start, first.end, 40)
        rows = tuple(
            Row(what, tuple(frame_at(o.start + at, o.file or 0, rates[o.file or 0]) for o in repeat.occurrences))
            for at, what in enumerate(("first", "next"))
        )
        views = tuple(Transform(o.mirrored, turned=-o.turned // 90 % 4) for o in repeat.occurrences)
        curve = Curve(1, ramp, np.full(40, 0.5), np.full(40, 18.0))
        shown.append(Exhibit(repeat.id, tuple(range(len(repeat.occurrences))), views, rows, (curve,)))
    overview = {
        file: tuple(frame_at(time, file, rate) for time in np.linspace(1, 90, 5).tolist())
        for file, rate in enumerate(rates)
    }
    made = ComparisonExhibits(overview, tuple(shown))
    return replace(made, shots={frame: shot(place % 5) for place, frame in enumerate(sorted(set(made.frames())))})


def very_many(files: int) -> Comparison:
    """As many files, each of which shares a stretch with every other one of its five."""
    sources = tuple(replace(SOURCE, path=f"/videos/file-{n:04}.mp4", duration=60.0, frames=1800) for n in range(files))
    repeats = tuple(
        Repeat(
            at + 1,
            "repeat",
            9.0,
            None,
            0.99,
            "replay",
            tuple(showing(5.0 + n % 7, 14.0 + n % 7, 150, 420, file=n) for n in range(5 * at, min(5 * at + 5, files))),
        )
        for at in range(files // 5)
    )
    pairs = tuple(
        Shared((a, b), (9.0, 9.0), (False, False), 0.9)
        for at in range(files // 5)
        for a in range(5 * at, 5 * at + 5)
        for b in range(a + 1, 5 * at + 5)
    )
    groups = groups_of(repeats, pairs, sources)
    summary = f"{len(repeats)} stretches are shown in more than one of {files} files."
    return Comparison(sources, CompareSettings(), summary, repeats, pairs, (), tuple(() for _ in sources), (), groups)
