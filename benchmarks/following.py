"""Cost and findings of live detection, beside a scan of the whole.

    python benchmarks/following.py             24 hours at 30 frames a second, in portions
    python benchmarks/following.py --hours 6   less of the same kind

The footage is that of benchmarks/day.py, with copies planted in it. It is handed over in portions of 10 seconds around
each hour that is asked about, and of five minutes between, to save time. The cost of a portion is the processor time
that it takes, as a share of the time that it shows; the peak is that of the process, which holds the drawing too.
"""

import argparse
import time
from collections import defaultdict

import numpy as np
from day import drawn, mixed, peak

from loopfind.engine.live.detector import LiveDetector
from loopfind.evaluate import Pair
from loopfind.model.dtypes import Rows, Sketches
from loopfind.model.events import Finding
from loopfind.model.video import Span

CLOSELY = 600.0
"""Seconds before each hour asked about that come in small portions."""

SMALL, LARGE = 10.0, 300.0
"""Seconds of a portion."""

SLACK = 1.0
"""Seconds by which an end may be off."""


class UpTo:
    """Rows of a table up to one."""

    def __init__(self, rows: Rows, count: int) -> None:
        self._rows, self._count = rows, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice, /) -> Sketches:
        low, high, _ = part.indices(self._count)
        return self._rows[low : max(low, high)]


def near(one: Span, other: Span) -> bool:
    return abs(one.start - other.start) <= SLACK and abs(one.end - other.end) <= SLACK


def shows(finding: Finding, pair: Pair) -> bool:
    """Whether a finding tells a planted copy, ends and all."""
    spans = [Span(o.start, o.end) for o in finding.repeat.occurrences]
    return any(near(pair.first, span) for span in spans) and any(near(pair.second, span) for span in spans)


def main() -> None:
    """Draw, hand over, and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hours", type=float, default=24.0)
    hours = parser.parse_args().hours
    timeline = mixed(3600 * hours)
    fingerprint = drawn(timeline)
    times, detector = fingerprint.times, LiveDetector()
    marks = [hour for hour in (1.0, 3.0, 6.0, 12.0, 24.0) if hour <= hours]
    costs: dict[float, list[float]] = defaultdict(list)
    told: dict[int, Finding] = {}
    at, whole = 0, time.process_time()
    while at < len(times):
        now = float(times[at])
        mark = next((hour for hour in marks if 3600 * hour - CLOSELY <= now < 3600 * hour), None)
        high = int(np.searchsorted(times, now + (LARGE if mark is None else SMALL)))
        began = time.process_time()
        found = detector.detect(times[at:high], UpTo(fingerprint.sketches, high))
        if mark is not None:
            costs[mark].append((time.process_time() - began) / SMALL)
        told |= {finding.repeat.id: finding for finding in found}
        at = high
    told |= {finding.repeat.id: finding for finding in detector.finish()}
    print(f"{hours:g} hours ({len(times):,} frames): {time.process_time() - whole:,.0f} s, {peak() / 1e6:,.0f} MB")
    for mark, shares in costs.items():
        print(
            f"{mark:g} hours held: {100 * np.mean(shares):.1f} % of the time on average, {100 * max(shares):.1f} % most"
        )
    hit = sum(any(shows(finding, pair) for finding in told.values()) for pair in timeline.planted)
    known = [*timeline.planted, *timeline.excused]
    other = sum(not any(_touches(finding, pair) for pair in known) for finding in told.values())
    print(f"planted copies told: {hit} of {len(timeline.planted)}; findings of anything else: {other}")


def _touches(finding: Finding, pair: Pair) -> bool:
    spans = [(o.start, o.end) for o in finding.repeat.occurrences]
    return all(any(low < side.end and high > side.start for low, high in spans) for side in (pair.first, pair.second))


if __name__ == "__main__":
    main()
