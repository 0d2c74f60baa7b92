"""The sound beside the repeats of pictures: whether it comes again with them, apart from them, or runs on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from loopfind.engine.sound.correlation import best_shift
from loopfind.engine.sound.findings import SoundFindings
from loopfind.engine.sound.parameters import APART_SECONDS, HEARD_SHARE, TOGETHER_SLACK
from loopfind.engine.sound.white import WhiteSound
from loopfind.model.report import Occurrence, Repeat, SoundBeside
from loopfind.model.sound import SOUND_RATE

_LONGEST = 8 * SOUND_RATE
_SHORTEST = 0.25
_AGREES, _DIFFERS = 0.35, 0.12
"""Correlations from which the sound of two showings is one recording, and up to which it is not. Strangers reach 0.08
over a second, copies under another voice 0.4."""
_SOFT = 0.1
_MOST_PAIRS = 8
_SPEED_SLACK = 0.02
"""Share by which the speeds of sound and picture may differ: those of pictures are found to a hundredth."""


@dataclass(frozen=True)
class _Heard:
    """The sound of one pair of showings. later: seconds by which the sound of the second one comes later."""

    how: SoundBeside
    later: float | None = None


def with_sound(repeats: Sequence[Repeat], found: SoundFindings, frame: float) -> tuple[Repeat, ...]:
    """Return the repeats of pictures with how their sound behaves, and those of sound alone behind them.

    frame: seconds of a frame. The confidence of a picture's repeat stays as it is, whatever its sound does.
    """
    pictures = [_with_own_sound(repeat, found, frame) if repeat.kind != "still" else repeat for repeat in repeats]
    known = [repeat for repeat in pictures if repeat.of == "both"]
    alone = [repeat for repeat in found.repeats if not any(holds(other, repeat, frame) for other in known)]
    return (*pictures, *(replace(one, id=len(pictures) + n) for n, one in enumerate(alone, 1)))


def _with_own_sound(repeat: Repeat, found: SoundFindings, frame: float) -> Repeat:
    """Return a repeat of pictures with how its sound behaves, over pairs of its occurrences."""
    shown = [one for one in repeat.occurrences if one.speed == 1.0 and not one.reversed]
    pairs = list(pairwise(shown))[:_MOST_PAIRS]
    pairs_heard = [_pair(found.white, one, other, frame) for one, other in pairs]
    judged = [one for one in pairs_heard if one.how != "not judged"] or _at_its_speed(repeat, found.repeats, frame)
    if not judged:
        return replace(repeat, sound="not judged")
    ways = [one.how for one in judged]
    how: SoundBeside = max(("together", "apart", "runs on"), key=ways.count)
    later = [one.later for one in judged if one.how == how and one.later is not None]
    if not later:
        return replace(repeat, sound=how)
    return replace(repeat, of="both", sound=how, sound_offset=round(float(np.median(later)), 4))


def _pair(white: WhiteSound, one: Occurrence, other: Occurrence, frame: float) -> _Heard:
    """Return how the sound of two showings behaves."""
    low, high = max(one.content_start, other.content_start), min(one.content_end, other.content_end)
    start = one.time_of(low)
    lag, seconds = other.time_of(low) - start, high - low
    begin = round((start - white.sound.start) * SOUND_RATE)
    count = min(_LONGEST, int(seconds * SOUND_RATE))
    begin += (int(seconds * SOUND_RATE) - count) // 2
    if seconds < _SHORTEST:
        return _Heard("not judged")
    reach = round(min(APART_SECONDS, max(0.1, lag / 2)) * SOUND_RATE)
    there = begin + round(lag * SOUND_RATE)
    first, second = white.part(begin, begin + count), white.part(there - reach, there + count + reach)
    if not _is_heard(first) or not _is_heard(second[reach:-reach]):
        return _Heard("not judged")
    shift, r = best_shift(first, second, reach)
    later = (round(lag * SOUND_RATE) + shift) / SOUND_RATE - lag
    if r >= _AGREES:
        return _Heard("together" if abs(later) <= TOGETHER_SLACK + frame / 2 else "apart", later)
    return _Heard("runs on" if r <= _DIFFERS else "not judged")


def _at_its_speed(repeat: Repeat, sounds: Sequence[Repeat], frame: float) -> list[_Heard]:
    """Return how the sound of showings at other speeds behaves, by a repeat of the sound at the same speeds."""
    heard = list[_Heard]()
    for one, other in pairwise(repeat.occurrences):
        if one.reversed or other.reversed or one.speed == other.speed:
            continue
        for sound in sounds:
            first, second = (_under(shown, sound.occurrences) for shown in (one, other))
            if first is None or second is None or first is second:
                continue
            if abs(second.speed / first.speed * one.speed / other.speed - 1) > _SPEED_SLACK:
                continue
            content = (max(one.content_start, other.content_start) + min(one.content_end, other.content_end)) / 2
            later = second.time_of(first.content_at(one.time_of(content))) - other.time_of(content)
            if abs(later) <= APART_SECONDS:
                heard.append(_Heard("together" if abs(later) <= TOGETHER_SLACK + frame else "apart", later))
    return heard


def _under(shown: Occurrence, sounds: Sequence[Occurrence]) -> Occurrence | None:
    """Return the sound that is heard for most of a picture, None for none."""
    lengths = [(min(shown.end, one.end) - max(shown.start, one.start), one) for one in sounds]
    longest, sound = max(lengths, key=lambda pair: pair[0], default=(0.0, None))
    return sound if longest >= HEARD_SHARE * (shown.end - shown.start) else None


def _is_heard(part: np.ndarray) -> bool:
    """Say whether anything is heard in most of a white sound."""
    step = SOUND_RATE // 20
    count = len(part) // step
    if not count:
        return False
    return bool((np.square(part[: count * step]).reshape(count, step).mean(1) > _SOFT).mean() >= HEARD_SHARE)


def holds(picture: Repeat, sound: Repeat, frame: float) -> bool:
    """Say whether a repeat of pictures that repeats with its sound says all that one of the sound says."""
    return all(any(_covers(shown, heard, frame) for shown in picture.occurrences) for heard in sound.occurrences)


def _covers(shown: Occurrence, heard: Occurrence, frame: float) -> bool:
    """Say whether most of a stretch of sound lies within an occurrence, give or take what may be apart."""
    low = max(heard.start, shown.start - APART_SECONDS - frame)
    high = min(heard.end, shown.end + APART_SECONDS + frame)
    return high - low >= 0.9 * (heard.end - heard.start)


def heard_more_than_once(repeats: Iterable[Repeat]) -> list[tuple[float, float]]:
    """Return the spans, in seconds, of what is heard more than once."""
    return [(one.start, one.end) for repeat in repeats if repeat.of != "picture" for one in repeat.occurrences]
