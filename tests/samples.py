"""Reports made by hand, for tests of what is said about them."""

from dataclasses import replace

import numpy as np

from loopfind.model import Clusters, Cut, Loss, Occurrence, Repeat, Report, Settings, Source, Unjudged, Verdict

SOURCE = Source("/videos/film.mp4", 3600.0, 108_000, 30.0, 640, 360, "h264", "mp4", 3600.04)


def occurrence(start: float, length: float, **more: object) -> Occurrence:
    """An occurrence at 30 frames a second."""
    end = start + length
    return Occurrence(start, end, round(start * 30), round(end * 30), **more)  # type: ignore[arg-type]


def nothing(path: str = SOURCE.path) -> Report:
    """Nothing repeats, and everything could be judged."""
    verdict = Verdict(False, 0.0, 0.0, 1.0, 1.0, "Nothing in this video is shown twice.")
    return Report(replace(SOURCE, path=path), Settings(), verdict)


def three_and_a_loop(link: str = "", path: str = SOURCE.path, cycles: int = 1000) -> Report:
    """Three repeats of different kinds and evidence, a loop of many cycles, cuts, losses, clusters."""
    repeats = (
        Repeat(1, "repeat", 251.2, None, 0.998, "replay", (occurrence(142.07, 251.2), occurrence(2403.2, 251.2))),
        Repeat(
            2,
            "repeat",
            4.5,
            None,
            0.9,
            "exact",
            (
                occurrence(500.0, 4.5, start_range=(499.5, 500.0), end_range=(504.5, 504.7)),
                occurrence(700.25, 4.5, mirrored=True),
                occurrence(900.0, 4.5, reversed=True, speed=1.25),
            ),
        ),
        Repeat(3, "still", 12.0, None, 0.5, "indeterminate", (occurrence(1000.0, 12.0), occurrence(1100.0, 12.0))),
        Repeat(
            4, "loop", 0.5, 0.5, 1.0, "similar", tuple(occurrence(1200.0 + 0.5 * cycle, 0.5) for cycle in range(cycles))
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
    )
    return Report(
        replace(SOURCE, path=path),
        Settings(link=link),
        verdict,
        repeats,
        cuts,
        clusters,
        (Unjudged(30.0, 60.0, "blank"), Unjudged(2000.0, 2200.0, "still")),
        (Loss(3000.0, 3002.5, "4 damaged packets: invalid data found when processing input"),),
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
