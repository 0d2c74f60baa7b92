"""Coverage of a sound: where a repeat of it would have shown, and how short a one."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from loopfind.engine.sound.correlation import best_shift
from loopfind.engine.sound.parameters import (
    CORRELATED_SECONDS,
    HEARD_SHARE,
    LONG_STRIDE,
    PROMISED,
    PROMISED_BY_CODES,
    STEADY,
)
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.report import UnjudgedSound
from loopfind.model.sound import SOUND_RATE
from loopfind.model.video import Span

_SECOND = SOUND_RATE
_PARTS = 20
_SOFT = 0.1
"""Energy of white samples below which they are the codec's own noise, or nothing."""
_NEAREST, _FURTHEST = round(0.02 * SOUND_RATE), round(0.3 * SOUND_RATE)


@dataclass(frozen=True)
class SoundCoverage:
    """share: of the sound in which a repeat could have been found, 0 to 1. shortest: seconds, the shortest plain one
    that would have been; None where nothing could be judged."""

    share: float
    shortest: float | None
    unjudged: tuple[UnjudgedSound, ...]


def sound_coverage(white: WhiteSound) -> SoundCoverage:
    """Return where a sound could be judged, second by second; in a long one, one second stands for LONG_STRIDE."""
    seconds = len(white) / SOUND_RATE
    stride = 1 if seconds <= CORRELATED_SECONDS else LONG_STRIDE
    looked = [_reason(white, low) for low in range(0, len(white), stride * _SECOND)]
    reasons = [looked[second // stride] for second in range(-(-len(white) // _SECOND))]
    lost = _joined(white.sound.gaps)
    unjudged, place = [UnjudgedSound(gap.start, gap.end, "lost") for gap in lost], 0
    for reason, group in groupby(reasons):
        count = len(list(group))
        if reason:
            start, end = (
                white.sound.time_of(place * _SECOND),
                min(white.sound.end, white.sound.time_of((place + count) * _SECOND)),
            )
            why: Literal["silent", "steady"] = "silent" if reason == "silent" else "steady"
            unjudged += [UnjudgedSound(part.start, part.end, why) for part in _outside(Span(start, end), lost)]
        place += count
    unjudged.sort(key=lambda stretch: stretch.start)
    out = sum(stretch.end - stretch.start for stretch in unjudged)
    share = max(0.0, 1 - out / seconds) if seconds else 0.0
    promised = PROMISED if seconds <= CORRELATED_SECONDS else PROMISED_BY_CODES
    return SoundCoverage(round(share, 4), promised if share > 0 else None, tuple(unjudged))


def _joined(gaps: Sequence[Span]) -> list[Span]:
    """Return gaps as spans of what is lost: those with less than a second of sound between them are one, as nothing
    could be found there."""
    found = list[Span]()
    for gap in gaps:
        if found and gap.start < found[-1].end + 1.0:
            found[-1] = Span(found[-1].start, gap.end)
        else:
            found.append(gap)
    return found


def _outside(span: Span, gaps: Sequence[Span]) -> list[Span]:
    """Return the parts of a span outside of gaps, which are in their order."""
    found, place = list[Span](), span.start
    for gap in gaps[bisect(gaps, span.start, key=lambda gap: gap.end) :]:
        if gap.start >= span.end:
            break
        if gap.start > place:
            found.append(Span(place, gap.start))
        place = gap.end
    return [*found, Span(place, span.end)] if place < span.end else found


def _reason(white: WhiteSound, low: int) -> str:
    """Return why the second from a sample on cannot be judged, "" where it can."""
    part = white.part(low, low + _SECOND)
    loud = np.square(part[: len(part) // _PARTS * _PARTS]).reshape(_PARTS, -1).mean(1)
    if (loud > _SOFT).mean() < HEARD_SHARE:
        return "silent"
    half = _SECOND // 2
    one = white.part(low, low + half)
    middle = (_NEAREST + _FURTHEST) // 2
    reach = (_FURTHEST - _NEAREST) // 2
    there = white.part(low + middle - reach, low + middle + half + reach)
    return "steady" if best_shift(one, there, reach)[1] >= STEADY else ""
