"""Subtitles that name each occurrence while it is shown, in SubRip form."""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.rows import rows_in_time
from loopfind.reports.wording import title


def write(report: Report) -> Iterator[str]:
    """Yield a subtitle for each occurrence in the order of their starts, to the millisecond; nothing for none."""
    for number, (start, end, words) in enumerate(captions(report), 1):
        gap = "\n" if number > 1 else ""
        yield f"{gap}{number}\n{stamp(start, ',')} --> {stamp(end, ',')}\n{without_markup(words)}\n"


def without_markup(words: str) -> str:
    """Return words in which no reader sees markup: names of files may hold it."""
    return words.translate({ord("<"): "\u2039", ord(">"): "\u203a"})


def captions(report: Report) -> Iterator[tuple[int, int, str]]:
    """Yield start and end in milliseconds, the start before the end, and one line of words."""
    for row in rows_in_time(report):
        start = max(0, round(row.occurrence.start * 1000))
        end = max(start + 1, round(row.occurrence.end * 1000))
        yield start, end, f"{row.title}: {title(row.repeat)}"


def stamp(thousandths: int, mark: str) -> str:
    """Return hh:mm:ss,mmm with `mark` before the thousandths; hours go on beyond 99."""
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
