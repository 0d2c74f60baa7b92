"""The seams of a video, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from loopfind.model.seam import SeamAnswer
from loopfind.reports.formats.json import answer_json
from loopfind.reports.wording import clock, count, length, safe


def seams_text(answer: SeamAnswer) -> Iterator[str]:
    """Yield the seams as a table, the best first."""
    limits = f"turns of {length(answer.shortest)} to {length(answer.longest)}"
    yield f"{safe(answer.video)}: {count(answer.frames, 'frame')}, {limits}\n"
    for period in answer.periods:
        if not answer.shortest <= period <= answer.longest:
            option = f"--max {period + 1:.0f}" if period > answer.longest else f"--min {period / 2:.2g}"
            yield f"It goes round by itself every {length(period)}; {option} lists such a turn.\n"
    if not answer.seams:
        yield "No seam found: no moment goes on as one that long before; other limits (--min, --max) may find one.\n"
        return
    yield "\n rank  from         to           length     score   jump\n"
    for rank, one in enumerate(answer.seams, 1):
        row = f"{rank:>5}  {clock(one.start):<11}  {clock(one.end):<11}  {length(one.length):<9}"
        round_by_itself = f"  goes round by itself, {one.turns:.1f} turns" if one.turns else ""
        yield f"{row}  {one.score:5.2f}  {one.jump:4.1f}x{round_by_itself}\n"


def seams_json(answer: SeamAnswer, output: str | None, written: int, dissolve: float) -> Iterator[str]:
    """Yield the same as JSON. output: the file that turn number `written` was written to, from 1, None for none;
    dissolve: seconds that its seam dissolves."""
    whole: dict[str, Any] = asdict(answer)
    whole["seams"] = [{"rank": rank, **asdict(one), "length": one.length} for rank, one in enumerate(answer.seams, 1)]
    whole["output"] = None if output is None else {"path": output, "rank": written, "dissolve": dissolve}
    yield answer_json(whole)
