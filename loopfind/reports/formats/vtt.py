"""Subtitles that name each occurrence while it is shown, in WebVTT form, for the `track` element of a web page."""

from collections.abc import Iterator

from loopfind.model.report import Report
from loopfind.reports.formats.srt import captions, stamp
from loopfind.reports.wording import name


def write(report: Report) -> Iterator[str]:
    """Yield a head that names the video, then a cue for each occurrence, to the millisecond."""
    # Words after WEBVTT are a remark, but must not hold the arrow that parts the times of a cue.
    yield f"WEBVTT - {name(report.source.path).replace('-->', '- ->')}\n"
    for start, end, words in captions(report):
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"\n{stamp(start, '.')} --> {stamp(end, '.')}\n{escaped}\n"
