"""A copy without repeats, made or planned, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from loopfind.model.clean_plan import CleanCopy, WhyLeft
from loopfind.reports.formats.json import answer_json
from loopfind.reports.wording import clock, count, length, share

_WHY_LEFT: dict[WhyLeft, str] = {
    "still": "a motionless picture, which shows nothing twice for certain",
    "heard": "only its sound comes again",
    "runs on": "another sound runs on under it",
    "unsure": "not sure enough",
    "rejected": "rejected in the review",
}
_MOST_LINES = 40


def clean_text(copy: CleanCopy) -> Iterator[str]:
    """Yield what goes and what stays, for a person."""
    plan = copy.plan
    gone = plan.duration - copy.seconds
    if plan.removals:
        yield f"Without {length(gone)} of {length(plan.duration)} ({share(gone / plan.duration)}): "
        yield f"{length(copy.seconds)} stay, in {count(len(copy.spans), 'stretch', 'stretches')}.\n\n"
    else:
        yield "Nothing to remove.\n"
    for one in plan.removals[:_MOST_LINES]:
        yield f"  goes  {clock(one.start)} - {clock(one.end)}  {length(one.end - one.start)}: "
        yield f"repeat {one.repeat}, shown from {clock(one.kept_at)} on\n"
    if len(plan.removals) > _MOST_LINES:
        yield f"  and {len(plan.removals) - _MOST_LINES:,} more; the machine form lists all\n"
    if plan.left:
        yield "\nLeft in:\n"
        for left in plan.left:
            yield f"  repeat {left.repeat}: {_WHY_LEFT[left.why]}\n"
    if plan.removals:
        yield f"\n{encoding_in_words(copy)}\n"
        if copy.subtitles:
            yield "Subtitles are left out, as their times would be wrong.\n"


def encoding_in_words(copy: CleanCopy) -> str:
    """Return how many frames are copied, and why not more."""
    if copy.why_encoded:
        return f"All {count(copy.frames, 'frame')} are encoded again: {copy.why_encoded}."
    if not copy.encoded:
        return f"All {count(copy.frames, 'frame')} are copied."
    copied = f"{copy.frames - copy.encoded:,} of {count(copy.frames, 'frame')} are copied"
    return f"{copied}, {copy.encoded:,} around cuts encoded again."


def clean_json(copy: CleanCopy, video: str, output: str | None) -> Iterator[str]:
    """Yield the same as JSON. output: the file that was written, None for a plan."""
    plan = copy.plan
    whole: dict[str, Any] = {
        "video": video,
        "output": output,
        "duration": plan.duration,
        "seconds": round(copy.seconds, 6),
        "kept": [{"start": round(span.start, 6), "end": round(span.end, 6)} for span in copy.spans],
        "removed": [asdict(one) for one in plan.removals],
        "left": [asdict(one) for one in plan.left],
        "frames": copy.frames,
        "encoded": copy.encoded,
        "why_encoded": copy.why_encoded,
        "tracks": list(copy.tracks),
        "subtitles": copy.subtitles,
    }
    yield answer_json(whole)
