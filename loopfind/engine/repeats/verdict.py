"""The verdict: the whole answer in four numbers and one sentence."""

from collections.abc import Sequence

from loopfind.arrays.time_index import covered
from loopfind.model.report import Repeat, Verdict


def verdict_of(
    repeats: Sequence[Repeat], frames: int, duration: float, coverage: float, shortest: float | None
) -> Verdict:
    """The verdict on so many frames over `duration` seconds. coverage: share that could be judged. shortest: seconds or
    None."""
    claimed = [r for r in repeats if r.kind != "still"]
    loops = [r for r in claimed if r.kind == "loop"]
    seconds = covered([(o.start, o.end) for r in claimed for o in r.occurrences])
    share = min(1.0, seconds / duration) if duration > 0 else 0.0
    return Verdict(
        looped=bool(loops),
        repeated_seconds=round(seconds, 3),
        repeated_share=round(share, 4),
        coverage=coverage,
        shortest_findable=None if shortest is None else round(shortest, 2),
        summary=_sentence(claimed, loops, seconds, share, coverage, shortest) if frames > 2 else _too_few(frames),
    )


def _sentence(
    claimed: list[Repeat], loops: list[Repeat], seconds: float, share: float, coverage: float, shortest: float | None
) -> str:
    """One sentence for a person, true as it stands."""
    if not claimed:
        if coverage == 0:
            return "Nothing could be judged: nothing moves in this video for long enough."
        seen = f"{_percent(coverage)} of the video could be judged"
        if shortest is None:
            return f"No repeat found; {seen}, but too little of it to say how long a repeat must be to show."
        return f"No repeat found; {seen}, where one of {shortest:.1f} s or longer would have shown."
    found = f"{_percent(share)} of the video ({_length(seconds)}) is shown more than once"
    if not loops:
        return f"{found}: {_count(len(claimed), 'repeat')}."
    longest = max(loops, key=lambda r: len(r.occurrences) * r.length)
    loop = f"a loop of {longest.period:.3f} s, {len(longest.occurrences)} times in a row"
    rest = len(claimed) - 1
    return f"{found}: {loop}." if not rest else f"{found}: {loop}, and {_count(rest, 'more repeat')}."


def _too_few(frames: int) -> str:
    return f"Nothing could be judged: {_count(frames, 'frame') if frames else 'no frame'} to look at."


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("s" if n != 1 else "")


def _percent(share: float) -> str:
    """A share in percent that never rounds to all or nothing."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def _length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
