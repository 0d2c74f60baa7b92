"""The files behind findings: where each lies now, and pictures of moments."""

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from loopfind.arrays.time_index import nearest
from loopfind.media.stills import shots
from loopfind.model.report import Occurrence
from loopfind.model.review_queue import QueuedItem, ReviewedFile
from loopfind.pipeline.review_items import JOB_ORIGIN
from loopfind.service.api.media import is_allowed, job_video
from loopfind.service.numbers import whole_number
from loopfind.service.pages.review_views import PICTURED_MOMENTS, moment_times, two_sides
from loopfind.service.refusals import Refused
from loopfind.service.state import Service
from loopfind.stores.decisions import ReviewQueue
from loopfind.stores.digest import digest_of

_WIDTH = 480
_MOST_KEPT = 256
GONE = "This file is gone from where it was; the decision stands without it."
ELSEWHERE = "This file lies where the service may not look: neither below its root nor among the uploads."


class Footage(NamedTuple):
    """A file of a finding now. path: "" where it cannot be shown. lack: the reason for that in words, else ""."""

    path: str
    lack: str


def footage_of(service: Service, queued: QueuedItem) -> list[Footage]:
    """Return where each file of a finding lies now. Only files of the library and the upload that was checked are
    looked for, where the service may look, and each must be as long as it was."""
    files = queued.item.files
    known = ReviewQueue(service.library.connections).paths(files)
    return [_footage(service, queued, file, paths) for file, paths in zip(files, known, strict=True)]


def _footage(service: Service, queued: QueuedItem, file: ReviewedFile, known: Sequence[str]) -> Footage:
    there = [path for path in known if _is(path, file)]
    seen = next((path for path in there if is_allowed((path,), service)), "")
    if not seen and queued.item.origin.startswith(JOB_ORIGIN):
        seen = _of_job(service, queued.item.origin.removeprefix(JOB_ORIGIN), file)
    return Footage(seen, "" if seen else ELSEWHERE if there else GONE)


def _of_job(service: Service, number: str, file: ReviewedFile) -> str:
    """Return the path of the video of a job where that is the file, else ""."""
    found = whole_number(number)
    job = None if found is None else service.jobs.get(found)
    if job is None or job.request.kind == "library":
        return ""
    try:
        path = job_video(job, service)
        same = _is(path, file) and digest_of(os.fsencode(path), file.size).hex() == file.digest
    except (Refused, OSError):
        return ""
    return path if same else ""


def _is(path: str, file: ReviewedFile) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return status.st_size == file.size and os.path.isfile(path)


class PictureShelf:
    """Pictures that were made last, by any number of threads; one finding is read at a time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._turn = threading.Lock()

    def picture(self, service: Service, queued: QueuedItem, row: int, column: int) -> bytes | None:
        """Return a picture of a moment of a finding's first stretch as JPEG, None where it cannot be read.

        row: of PICTURED_MOMENTS. column: 0 or 1, the side.
        """
        key = (queued.item.key, row, column)
        with self._turn:
            if key not in self._kept:
                for at, data in self._read(service, queued, column):
                    self._kept[queued.item.key, at, column] = data
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return self._kept.get(key)

    def _read(self, service: Service, queued: QueuedItem, column: int) -> list[tuple[int, bytes]]:
        """Read the pictures of one side."""
        shown = queued.item.stretches[0]
        side = two_sides(shown)[column]
        path = footage_of(service, queued)[side.file or 0].path
        if not path:
            return []
        wanted = [
            moment_times(shown, row / (len(PICTURED_MOMENTS) - 1))[column] for row in range(len(PICTURED_MOMENTS))
        ]
        frames = _frame_times(service, queued.item.files[side.file or 0], side, wanted)
        order = sorted({*frames})
        read = dict(shots(path, 0, order, _WIDTH))
        places = [order.index(time) for time in frames]
        return [(row, read[place]) for row, place in enumerate(places) if place in read]


def _frame_times(service: Service, file: ReviewedFile, side: Occurrence, wanted: Sequence[float]) -> list[float]:
    """Return the times of the frames next to some moments within an occurrence: as the library has them, or counted
    from its first frame where it does not have the file."""
    last = side.end
    entry = ReviewQueue(service.library.connections).entry_of(file)
    if entry is not None:
        times = service.library.track(entry).track.times
        return [float(times[at]) for at in nearest(times, np.minimum(wanted, last - 1e-6))]
    count = max(1, side.end_frame - side.start_frame)
    step = (side.end - side.start) / count
    places = [min(count - 1, max(0, round((one - side.start) / step))) if step > 0 else 0 for one in wanted]
    return [side.start + place * step for place in places]
