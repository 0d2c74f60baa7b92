"""Wording of a trajectory: why a stretch is unusual, what limits the answer, and what comes again on the path."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loopfind.model.trajectory import CameraMap, Reason, Trajectory, Unusual, WhyLearned
from loopfind.reports.wording import clock, count, length, share, title

REASONS: dict[Reason, str] = {
    "off_map": "off the map",
    "object": "something that was never seen there",
    "changed": "a part of the picture changed and stays so",
    "backwards": "a known path backwards",
    "faster": "a known path faster than usual",
    "slower": "a known path slower than usual",
    "stands": "stands where things pass",
    "jumps": "the picture jumps: something is there at once, or gone",
}
"""Reason -> the same in words, where the pace is not known."""

WHY_LEARNED: dict[WhyLearned, str] = {
    "first": "the first one",
    "moved": "the camera moved, or another one is shown",
    "light": "the light changed for good",
    "usual": "something else is usual now",
}
"""Reason why a map was learned -> the same in words."""

NEVER_IN = 1000.0
"""Hours: what is to be expected more seldom than once in as many is said to be rarer, without a number."""

_PARTS = (
    ("in the upper left", "at the top", "in the upper right"),
    ("on the left", "in the middle", "on the right"),
    ("in the lower left", "at the bottom", "in the lower right"),
)
"""Thirds of the picture, from the top and from the left, in words."""


@dataclass(frozen=True)
class ComesAgain:
    """A stretch, [start, end) seconds, that comes again: on the path, in the pictures, or in both.

    earlier: seconds at which it came before. repeat: id of the repeat of the engine, None where the engine did not
    confirm it. retraced: whether the path shows it.
    """

    start: float
    end: float
    earlier: float
    repeat: int | None
    retraced: bool
    words: str


def reason_in_words(reason: Reason, pace: float | None) -> str:
    """Return a reason in words. pace: times the usual one, None where it is not known."""
    if reason in ("faster", "slower") and pace is not None:
        return f"a known path at {pace:.2g} times its pace"
    return REASONS[reason]


def reasons_in_words(event: Unusual) -> str:
    """Return why a stretch is unusual, the strongest reason first."""
    return ", ".join(reason_in_words(reason, event.pace) for reason in event.reasons)


def chance_in_words(per_hour: float) -> str:
    """Return how often chance alone is expected to give as much: "by chance about once in 50 h"."""
    if per_hour >= 1:
        return f"by chance about {_rounded(per_hour)} times an hour"
    if per_hour * NEVER_IN < 1:
        return f"by chance less than once in {NEVER_IN:,.0f} h"
    return f"by chance about once in {_rounded(1 / per_hour)} h"


def region_in_words(region: tuple[float, float, float, float] | None) -> str:
    """Return where the part of the picture lies that differs most: "at the top of the picture"; "" for the whole."""
    if region is None:
        return ""
    left, top, width, height = region
    column, row = (min(2, max(0, int(3 * middle))) for middle in (left + width / 2, top + height / 2))
    return f"{_PARTS[row][column]} of the picture"


def map_in_words(camera_map: CameraMap) -> str:
    """Return a map in words: why and from what it was learned, and whether it fits."""
    learned = camera_map.learned
    words = f"map {camera_map.id}, {WHY_LEARNED[camera_map.why]}: learned from {clock(learned.start)} - "
    words += f"{clock(learned.end)} ({length(round(learned.length, 1))}), keeps {share(camera_map.kept)} of what varies"
    return words if camera_map.fits else f"{words}; it does not fit new footage of its own baseline"


def judged_seconds(found: Trajectory) -> float:
    """Return for how many seconds it can be said whether they are unusual."""
    return float(np.isfinite(found.scores).sum()) / found.rate if found.rate > 0 else 0.0


def trajectory_summary(found: Trajectory) -> str:
    """Return the answer in one sentence or two."""
    first = _events_in_words(found)
    again = comes_again(found)
    same = sum(one.repeat is not None for one in again)
    alone = len(again) - same
    parts = [f"{count(same, 'stretch is', 'stretches are')} shown again"] * bool(same)
    part = count(alone, "part of the path retraces", "parts of the path retrace")
    parts += [f"{part} an earlier one, which the engine did not confirm"] * bool(alone)
    return f"{first} {'; '.join(parts)}." if parts else first


def _events_in_words(found: Trajectory) -> str:
    if found.events:
        number = len(found.events)
        return f"{count(number, 'stretch is', 'stretches are')} unusual against this baseline."
    if not found.maps:
        return "No map was learned, so nothing can be called unusual."
    if not any(one.fits for one in found.maps):
        return "Nothing can be called unusual: no map fits new footage of its own baseline."
    if not judged_seconds(found):
        return "Nothing can be called unusual: there is no footage behind the baseline."
    far = "" if all(one.fits for one in found.maps) else ", where a map fits"
    return f"Nothing unusual against this baseline{far}."


def limits_of(found: Trajectory) -> list[str]:
    """Return what limits the answer, a sentence each without its full stop; nothing where nothing does."""
    limits = []
    if not found.maps:
        limits.append("no map was learned: there is too little footage that can be read, or it never changes")
    for one in found.maps:
        if not one.fits:
            where = f"{clock(one.start)} - {clock(one.end)}"
            limits.append(
                f"map {one.id} does not fit: new footage of its baseline is not like the rest of it, as where the "
                f"camera is held in a hand or the baseline is too short; nothing in {where} is called unusual"
            )
    asked = found.settings.baseline
    for one in found.maps:
        if one.learned.length < 0.99 * asked:
            limits.append(
                f"the baseline of map {one.id} is {length(round(one.learned.length, 1))}, not the {length(asked)} that "
                "were asked for: what is usual but rare may be missing in it"
            )
    whole, judged = len(found.times) / found.rate if found.rate > 0 else 0.0, judged_seconds(found)
    if found.maps and judged < whole:
        part = "none" if not judged else length(round(judged, 1))
        limits.append(f"{part} of {length(round(whole, 1))} is judged: the rest begins a map, or has none")
    return limits


def comes_again(found: Trajectory) -> tuple[ComesAgain, ...]:
    """Return what the path retraces and what the engine found, in one list by time; motionless pictures that come
    again are left out."""
    return tuple(sorted(_comes_again(found), key=lambda one: (one.start, one.end)))


def _comes_again(found: Trajectory) -> Iterator[ComesAgain]:
    known = {repeat.id for repeat in found.report.repeats}
    for one in found.retraces:
        back = f"the path retraces {clock(one.start - one.lag)} - {clock(one.end - one.lag)}"
        words = f"{back} and the pictures are the same: repeat {one.repeat}"
        if one.repeat not in known:
            words = f"{back}, the engine did not confirm it"
        yield ComesAgain(
            one.start, one.end, one.start - one.lag, one.repeat if one.repeat in known else None, True, words
        )
    traced = {one.repeat for one in found.retraces}
    for repeat in found.report.repeats:
        if repeat.kind == "still" or repeat.id in traced or len(repeat.occurrences) < 2:
            continue
        first, last = repeat.occurrences[0], repeat.occurrences[-1]
        heard = "the sound comes again" if repeat.of == "sound" else "the pictures are the same"
        words = f"{heard} as at {clock(first.start)}: {repeat.kind} {repeat.id}, {title(repeat)}"
        yield ComesAgain(last.start, last.end, first.start, repeat.id, False, words)


def _rounded(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")
