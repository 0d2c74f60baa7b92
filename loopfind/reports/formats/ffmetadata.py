"""Chapters in the form that ffmpeg takes in: `ffmpeg -i VIDEO -i FILE -map_metadata 1 -codec copy OUT`.

The form is that of "Metadata" in ffmpeg-formats.
"""

import re
from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.formats.chapters import chapters
from loopfind.reports.rows import rows_in_time
from loopfind.reports.wording import name

_SPECIAL = re.compile(r"([=;#\\\n])")


def write(report: Report) -> Iterator[str]:
    """Yield a head, the video's name and a chapter for each stretch between two starts or ends, to the microsecond."""
    yield f";FFMETADATA1\ntitle={_escaped(name(report.source.path))}\n"
    stretches = ((one.occurrence.start, one.occurrence.end, one.title) for one in rows_in_time(report))
    for chapter in chapters(report, stretches):
        yield f"[CHAPTER]\nTIMEBASE=1/1000000\nSTART={chapter.start}\nEND={chapter.end}\n"
        yield f"title={_escaped(chapter.title)}\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
