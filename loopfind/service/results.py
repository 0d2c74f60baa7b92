"""Results of a job as files: the answer, the report, the page, an export in every format, and clips."""

import json
import os
from collections.abc import Iterable
from typing import Any

from loopfind.errors import LoopfindError
from loopfind.model.exhibits import Exhibits, SoundExhibits
from loopfind.model.report import Report
from loopfind.registry import load
from loopfind.reports.formats import FORMATS
from loopfind.reports.page import scan, sound
from loopfind.service.folders import RESULTS

PLAYED = "video"
"""Address of the video for the page of a job, beside it."""


def write_answer(folder: str, answer: dict[str, Any]) -> None:
    """Write an answer in full."""
    _write(os.path.join(folder, RESULTS["answer"]), [json.dumps(answer, allow_nan=False), "\n"])


def write_scan(folder: str, report: Report, exhibits: Exhibits | SoundExhibits) -> None:
    """Write the report of a scan, its page, and an export in every format that it can be written in."""
    _write(os.path.join(folder, RESULTS["report"]), load("format", "json", FORMATS)(report))
    shown = sound.write(report, exhibits, PLAYED) if isinstance(exhibits, SoundExhibits) else None
    pieces = scan.write(report, exhibits, PLAYED) if isinstance(exhibits, Exhibits) else shown
    _write(os.path.join(folder, RESULTS["page"]), pieces or ())
    exports = os.path.join(folder, "exports")
    os.mkdir(exports)
    for name in FORMATS:
        path = os.path.join(exports, name)
        try:
            _write(path, load("format", name, FORMATS)(report))
        except LoopfindError:  # this format cannot hold this report, such as timecode for a sound
            os.unlink(path)


def _write(path: str, pieces: Iterable[str]) -> None:
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.writelines(pieces)
