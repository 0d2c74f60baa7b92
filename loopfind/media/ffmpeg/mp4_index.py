"""The index of an MP4 or QuickTime file: the order of its times, read without the packets (ISO/IEC 14496-12)."""

from typing import BinaryIO

import numpy as np

from loopfind.media.ffmpeg.mp4_boxes import Extent, boxes, whole_file
from loopfind.model.dtypes import Ints

_MOST_SAMPLES = 1 << 26
"""Samples of a track at most, 12 days at 60 a second, so that a forged count takes no memory."""
_DEEPEST_REORDER = 16
"""Frames by which one that no decoder can start at may be shown before one that is decoded before it (H.264, A.3.1)."""
_LARGEST_STEP = 1 << 31
"""Ticks from which ffmpeg takes a step between two samples for a negative one."""


def index_is_ordered(local: bytes, handler: bytes = b"vide") -> bool | None:
    """Say whether the clock of no track of a kind falls back anywhere, None where the index does not say."""
    try:
        with open(local, "rb") as file:
            index = next((span for kind, span in boxes(file, whole_file(file)) if kind == b"moov"), None)
            parts = [] if index is None else list(boxes(file, index))
            tracks = [_Track(file, span) for kind, span in parts if kind == b"trak"]
            asked = [track for track in tracks if track.handler == handler]
            if not asked or any(kind == b"mvex" for kind, _ in parts):
                return None  # what is in fragments has no index here
            found = [track.is_ordered() for track in asked]
    except OSError:
        return None
    return None if None in found else all(found)


class _Track:
    """A track (8.3). handler: the code of what it holds."""

    def __init__(self, file: BinaryIO, span: Extent) -> None:
        self._file, self._boxes = file, dict[bytes, Extent]()
        within = [span]
        while within:
            for kind, inner in boxes(file, within.pop()):
                if kind in (b"mdia", b"minf", b"stbl", b"edts"):
                    within.append(inner)
                self._boxes.setdefault(kind, inner)
        self.handler = self._bytes(b"hdlr")[8:12]

    def is_ordered(self) -> bool | None:
        """Say whether times do not fall back, None where the tables do not say."""
        steps, offsets, keys = self._table(b"stts", ">u4", 2), self._table(b"ctts", ">i4", 2), self._table(b"stss")
        if not self._has_plain_edits() or steps is None or (steps[:, 1] >= _LARGEST_STEP).any():
            return None
        if offsets is None:
            return None if b"ctts" in self._boxes else True
        count = int(steps[:, 0].sum())
        if count > _MOST_SAMPLES or offsets[:, 0].min(initial=0) < 0 or int(offsets[:, 0].sum()) != count:
            return None
        shown = np.cumsum(np.repeat(steps[:, 1], steps[:, 0])) + np.repeat(offsets[:, 1], offsets[:, 0])
        if len(shown) < 2:
            return True
        apart = np.diff(np.sort(shown))
        numbers = np.arange(len(shown)) if keys is None else keys[:, 0] - 1
        slack = np.full(len(shown), _DEEPEST_REORDER * float(np.median(apart)))
        slack[numbers[(numbers >= 0) & (numbers < len(shown))]] = 0
        in_order = (shown[1:] > np.maximum.accumulate(shown)[:-1] - slack[1:]).all()
        return bool(in_order and apart.min() > 0)

    def _has_plain_edits(self) -> bool:
        """Return whether at most one stretch of the track is shown, at its own speed (8.6.6)."""
        data = self._bytes(b"elst")
        width = 20 if data[:1] == b"\1" else 12
        entries = [data[place : place + width] for place in range(8, len(data) - width + 1, width)]
        half = (width - 4) // 2
        # A media time of -1 is a pause before what is shown.
        shown = [entry for entry in entries if int.from_bytes(entry[half : 2 * half], "big", signed=True) >= 0]
        return len(shown) <= 1 and all(entry[-4:] == b"\0\1\0\0" for entry in shown)

    def _table(self, kind: bytes, dtype: str = ">u4", columns: int = 1) -> Ints | None:
        """Return the rows of a table, (n, columns), None where it is not there, or not as long as it says."""
        if kind not in self._boxes:
            return None
        data = self._bytes(kind)
        count = int.from_bytes(data[4:8], "big")
        if len(data) < 8 + 4 * columns * count:
            return None
        return np.frombuffer(data, dtype, columns * count, 8).reshape(count, columns).astype(np.int64)

    def _bytes(self, kind: bytes) -> bytes:
        first, end = self._boxes.get(kind, (0, 0))
        self._file.seek(first)
        return self._file.read(max(0, min(end - first, 16 * _MOST_SAMPLES)))
