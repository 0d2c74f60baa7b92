"""Clips of the repeats of a job: the first two occurrences of each, as MP4 files, pictures alone."""

import contextlib
import os

from loopfind.errors import DecoderFailed
from loopfind.media.clips import Cutter
from loopfind.media.pieces import Piece
from loopfind.model.report import Report

MOST_CUT_OUT = 12
"""Repeats of which clips are made: the first ones of the report."""


def write_clips(folder: str, video: str, report: Report) -> None:
    """Write the clips of a report into a folder, which is made. One that cannot be cut out is left out.

    video: the file that was scanned. Raises kinds of MediaError, and OutputError.
    """
    wanted = [repeat for repeat in report.repeats if repeat.kind != "still" and repeat.of != "sound"][:MOST_CUT_OUT]
    if not wanted:
        return
    os.mkdir(folder)
    cutter = Cutter(video, report.settings.stream)
    for repeat in wanted:
        for letter, one in zip("ab", repeat.occurrences, strict=False):
            place = os.path.join(folder, f"repeat-{repeat.id}{letter}.mp4")
            try:
                cutter.cut(Piece(one.start, one.end, one.end_frame - one.start_frame, one.start_frame), place)
            except DecoderFailed:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(place)
