"""Chapters as YouTube reads them in a video's description: a time and a title on each line.

YouTube wants the first at 0:00, at least three, and none shorter than 10 seconds ("Video chapters" in its help): a
shorter one is joined with what follows it. It takes whole seconds alone.
"""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.formats.chapters import Chapter, chapters
from loopfind.reports.formats.srt import without_markup
from loopfind.reports.rows import rows_in_time
from loopfind.reports.wording import title

SHORTEST_CHAPTER = 10
"""Seconds of a chapter at the least."""


def write(report: Report) -> Iterator[str]:
    """Yield a line for each chapter. A loop is one chapter, as a description holds no more than 5,000 letters."""
    for chapter in _long_enough(chapters(report, _stretches(report))):
        yield f"{_chapter_time(chapter.start // 1_000_000)} {without_markup(chapter.title)}\n"


def _stretches(report: Report) -> Iterator[tuple[float, float, str]]:
    for repeat in report.repeats:
        if repeat.kind == "loop" and repeat.occurrences:
            first, last = repeat.occurrences[0], repeat.occurrences[-1]
            yield first.start, last.end, f"Loop {repeat.id}: {title(repeat)}"
    for row in rows_in_time(report):
        if row.repeat.kind != "loop":
            yield row.occurrence.start, row.occurrence.end, row.title


def _long_enough(pieces: Iterator[Chapter]) -> Iterator[Chapter]:
    """Yield the pieces, joined until each lasts SHORTEST_CHAPTER in whole seconds, the last one too."""
    ready: Chapter | None = None
    held: Chapter | None = None
    for piece in pieces:
        held = piece if held is None else _join(held, piece)
        if held.end // 1_000_000 - held.start // 1_000_000 >= SHORTEST_CHAPTER:
            if ready is not None:
                yield ready
            ready, held = held, None
    last = _join(ready, held) if ready is not None and held is not None else ready or held
    if last is not None:
        yield last


def _join(first: Chapter, second: Chapter) -> Chapter:
    return Chapter(first.start, second.end, tuple(dict.fromkeys((*first.names, *second.names))))


def _chapter_time(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
