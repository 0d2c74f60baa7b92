"""The method of 2017, as a yardstick: frames with equal hashes, grouped into runs by lag.

Every frame gets an aHash; frames with one hash share a bucket; two frames of a bucket that lie a second or more apart
are a pair; three or more pairs in a row at one lag are a repeat. There is no motion, no tolerance for a wrong bit and
no verdict.
"""

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from loopfind.fingerprints import KINDS
from loopfind.media.decode.one_pass import open_video
from loopfind.registry import load

HASH_SIZE = 24
LEAST_FRAMES = 3
LEAST_LAG = 1.0
"""Seconds; nearer than this every scene is like itself."""

MOST_IN_BUCKET = 400
"""Frames of a bucket that are paired, the first ones: a still scene pairs with itself without end."""


def answer(video: Path) -> dict[str, Any]:
    """What the method finds, in the machine form: repeats of two occurrences, and no cuts."""
    kind = load("fingerprint kind", "ahash", KINDS)
    times: list[float] = []
    buckets: dict[bytes, list[int]] = defaultdict(list)
    with open_video(str(video)) as opened:
        for batch in opened:
            for number, code in enumerate(kind.encode(batch, HASH_SIZE), len(times)):
                buckets[code.tobytes()].append(number)
            times += batch.times.tolist()
        times.append(opened.end)
    by_lag: dict[int, list[int]] = defaultdict(list)
    for frames in buckets.values():
        for a, b in combinations(frames[:MOST_IN_BUCKET], 2):
            if times[b] - times[a] >= LEAST_LAG:
                by_lag[b - a].append(a)
    repeats = []
    for lag, frames in by_lag.items():
        for first, last in _runs(sorted(frames)):
            shown = [{"start": times[f], "end": times[f + last - first]} for f in (first, first + lag)]
            repeats.append({"kind": "repeat", "occurrences": shown})
    return {"repeats": repeats, "cuts": []}


def _runs(frames: list[int]) -> list[tuple[int, int]]:
    """Stretches [first, last) of at least LEAST_FRAMES consecutive numbers."""
    found, begin = [], 0
    for at in range(1, len(frames) + 1):
        if at == len(frames) or frames[at] != frames[at - 1] + 1:
            if at - begin >= LEAST_FRAMES:
                found.append((frames[begin], frames[at - 1] + 1))
            begin = at
    return found
