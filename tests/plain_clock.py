"""The rule of the clock over a whole list of times, as plainly as it can be said: the truth for that of the reader."""

from collections.abc import Sequence
from itertools import pairwise

LOOK_AHEAD, LEAP, LEAP_STEPS, ORDINARY, CLIP, ROOM = 100, 2.5, 4, 1.5, 16, 0.9


def plain_times(
    marks: Sequence[int | None], frame: int, second: float, origin: int = 0, sparse: bool = False
) -> tuple[list[int], list[int]]:
    """Ticks of frames in the order in which they are shown, strictly rising, and those at which the clock began anew.

    marks: ticks as the file has them. frame, second: ticks of a declared frame, of a second. origin: ticks at which the
    container starts.
    """
    leap = max(1, round(LEAP * second))
    shown: list[int] = []
    restarts: list[int] = []
    shift = 0
    for place, mark in enumerate(marks):
        if not shown:
            shown.append(origin if mark is None else mark)
            continue
        before = shown[-1]
        step = before - shown[-2] if len(shown) > 1 else 0
        usual = max(frame, step)
        if mark is None:
            shown.append(before + frame)
            continue
        now = mark + shift
        later = [before if pts is None else pts + shift for pts in marks[place + 1 : place + LOOK_AHEAD]]
        far = max(leap, LEAP_STEPS * step)
        if now - before > far:
            if (mended := _leapt(before, now, later, frame, step)) is not None:
                shown.append(mended)
                continue
            over = 1 << 31 if abs(now - before - (1 << 31)) <= CLIP * usual else 0
            if second == 90_000 and 1 << 32 <= now - before <= 1 << 33:
                over = 1 << 33
            later = [pts - over if pts - before > far else pts for pts in later]
            shift, now = shift - over, now - over
        if now > before:
            shown.append(now)
            continue
        wraps = [1 << bits for bits in (24, 32, 33) if 0 < now + (1 << bits) - before <= ORDINARY * usual]
        if wraps:
            shift += wraps[0]
            shown.append(now + wraps[0])
        elif _goes_on(before, now, later, usual, leap):
            shown.append(before + (usual if sparse else frame))
            shift += shown[-1] - now
            restarts.append(shown[-1])
        else:
            shown.append(before + 1)
    return shown, restarts


def _leapt(before: int, now: int, later: list[int], frame: int, step: int) -> int | None:
    behind = now - min(CLIP * frame, (now - before) // 2)
    between = [n for n, pts in enumerate(later) if before < pts < behind]
    if not between:
        return None
    wrong = between[0] + 1
    room = (later[between[0]] - before) // (wrong + 1)
    if wrong >= CLIP and room < ROOM * min(frame, step or frame):
        return now
    return before + max(1, min(frame, room))


def _goes_on(before: int, now: int, later: list[int], usual: int, leap: int) -> bool:
    ahead = [n for n, pts in enumerate(later) if pts > before]
    if not ahead and before - now > leap:
        return True
    if before - now < usual:
        return False
    following = [now, *(later[: ahead[0] + 1] if ahead else later)]
    ordinary = [0 < b - a <= ORDINARY * usual for a, b in pairwise(following)]
    return len(following) > 2 and (all(ordinary) or ordinary.index(False) + 1 >= CLIP)


def plain_packets(ticks: Sequence[int], keys: Sequence[bool], frame: int, second: int) -> tuple[list[int], list[int]]:
    """Ticks of packets in the order of the file, on a clock that goes on, and the places at which it fell back."""
    own = list(ticks)
    far = max(round(LEAP * second), CLIP * frame)
    shift, latest, start = 0, own[0], 0
    mended, restarts = [own[0]], list[int]()
    for place in range(1, len(own)):
        behind = own[place] - min(CLIP * frame, (own[place] - latest) // 2)
        near = [n for n, tick in enumerate(own[place : place + LOOK_AHEAD]) if latest - CLIP * frame < tick < behind]
        if own[place] > latest + far and near:
            wrong, room = near[0], (own[place + near[0]] - latest) // (near[0] + 1)
            if wrong < CLIP or room >= ROOM * frame:
                ending, shown = own[place + wrong], latest
                for n in range(wrong):
                    shown += max(1, min(frame, (ending - shown) // (wrong - n + 1)))
                    own[place + n] = shown
        least = frame / 2 if keys[place] else LEAP * second
        following = own[place : place + (LOOK_AHEAD if not keys[place] else 3 if all(keys) else 1)]
        if latest - own[place] >= least and all(tick <= latest for tick in following):
            restarts.append(place)
            group = next((n for n in range(1, LOOK_AHEAD) if keys[place + n : place + n + 1] == [True]), LOOK_AHEAD)
            shift = max(mended[start:]) + frame - min(own[place : place + group])
            start, latest = place, own[place]
        latest = max(latest, own[place])
        mended.append(own[place] + shift)
    return mended, restarts
