"""Stretches that could not be read as they were recorded, by ffmpeg's complaints and the times of the frames."""

import math
from collections.abc import Sequence, Set

import numpy as np

from loopfind.arrays.time_index import gap_of
from loopfind.media.ffmpeg.log import Journal, Trouble
from loopfind.model.dtypes import Floats
from loopfind.model.video import Loss

_DAMAGE_DELAY = 7
"""Most frames from the message about a damaged frame to that frame (measured): queues follow the decoder."""
_COMPLAINT_DELAY = 16
"""Most frames from a complaint of the demuxer or a decoder thread to the frame that it is about."""
_READ_AHEAD = 96
"""Frames by which the demuxer may complain before the frames in front of the gap are out: packets wait, and frames are
put in order."""
_HOLE_GAPS = 1.75
"""Usual gaps from frame to frame from which a step is a hole, where there were complaints."""
_MAY_BE_MISSING = 0.5
"""Seconds that may be missing from a declared duration: containers count the sound, and round."""


CUT_SHORT, CUT_OFF = "the file is cut short", "the connection was cut"
SILENT = "the source fell silent; --stall waits longer"

SETTLED_AFTER, _UNSETTLED = 512, 1 << 16
"""Frames after a complaint behind which all has come that it is about, and after which that is not waited for."""


class LossAccount:
    """The times of the frames that one decoder gave, from which its complaints are judged.

    begin: seconds at which the frames were to begin. skipped: frames that the decoder gave before the first wanted one.
    """

    def __init__(self, begin: float, skipped: int = 0) -> None:
        self._begin, self._skipped = begin, skipped
        self._parts: list[Floats] = []

    @property
    def skipped(self) -> int:
        """Frames that the decoder gave before those whose times are held."""
        return self._skipped

    @property
    def times(self) -> Floats:
        """Seconds (n,) of the frames since the last settlement, and of some before it."""
        return np.concatenate(self._parts) if self._parts else np.zeros(0)

    def skip(self, frames: int) -> None:
        """Take in that so many frames came that are not wanted."""
        self._skipped += frames

    def add(self, times: Floats) -> None:
        """Take in the times of wanted frames, (n,) seconds."""
        self._parts.append(times)

    def settle(self, journal: Journal) -> tuple[Loss, ...]:
        """Return the losses so far, once all frames have come that the complaints are about. Then forget both."""
        times = self.times
        latest = max((trouble.last - self._skipped for trouble in journal.troubles), default=0)
        if len(times) < 2 * SETTLED_AFTER or (latest > len(times) - SETTLED_AFTER and len(times) < _UNSETTLED):
            return ()
        gap = gap_of(times)
        losses = self.find(journal, gap, float(times[-1]) + gap, None)
        journal.troubles.clear()
        journal.seen -= self._skipped + len(times) - SETTLED_AFTER
        self._parts, self._skipped, self._begin = [times[-SETTLED_AFTER:]], 0, float(times[-SETTLED_AFTER])
        return losses

    def find(
        self, journal: Journal, gap: float, end: float, declared: float | None, stopped: bool = False
    ) -> tuple[Loss, ...]:
        """Return the losses among the frames that are held; gap, end, declared: as for `find_losses`.

        stopped: whether the reader stopped there, while the decoder was ahead and complained of what comes after.
        """
        skipped, last = self._skipped, self._skipped + len(self.times) if stopped else math.inf
        troubles = [one for one in journal.troubles if (not skipped or one.last > skipped) and one.first < last]
        for trouble in troubles:
            trouble.first, trouble.last = max(0, trouble.first - skipped), trouble.last - skipped
        video_ends = None if declared is None else journal.header.video_ends
        return find_losses(self.times, gap, end, troubles, declared, self._begin, video_ends)


def find_losses(
    times: Floats,
    gap: float,
    end: float,
    troubles: Sequence[Trouble],
    declared: float | None,
    begin: float = 0.0,
    video_ends: float | None = None,
) -> tuple[Loss, ...]:
    """Return the losses of a reading, in order, not overlapping.

    times: (n,) seconds. gap: the usual seconds from frame to frame. end: seconds at which the last frame stops being
    shown. troubles: complaints, placed by the number of frames before them. declared: seconds of the whole file, None
    where the reading stopped on purpose or nothing is declared. begin: seconds at which the reading was to begin.
    Without a complaint there is no loss: a gap alone is a variable frame rate, and what is declared beyond the last
    frame may be sound, or that frame's own time. Only where the file says when its video ends, `video_ends` in seconds,
    is what lacks before that lost in any case.
    """
    least = max(_MAY_BE_MISSING, 2 * gap)
    silent = video_ends is not None and video_ends - end > least
    if len(times) == 0 or not (troubles or silent):
        return ()
    edges = np.append(times, end)
    found: list[Loss] = []
    explained: set[int] = set()
    for number, trouble in enumerate(troubles):
        if trouble.sort == "damaged":
            found.append(Loss(*_span(edges, trouble.first, trouble.last + _DAMAGE_DELAY), "damaged pictures"))
            explained.add(number)
    for hole in _holes(times, gap, begin):
        near = {n for n, t in enumerate(troubles) if t.first - _DAMAGE_DELAY <= hole <= t.last + _READ_AHEAD}
        if near:
            before = times[hole - 1] + gap if hole else begin
            found.append(Loss(float(before), float(times[hole]), "missing pictures"))
            explained |= near
    ending = {n for n, t in enumerate(troubles) if t.last + _READ_AHEAD >= len(times)}
    endings = {troubles[n].sort for n in ending}
    if declared is not None and (ending or silent) and declared - end > least:
        found.append(Loss(end, declared, broken_off(endings) or CUT_SHORT))
        explained |= ending
    elif broken := broken_off(endings):  # where nobody knows how much more there was, that is said too
        found.append(Loss(end, end, broken))
        explained |= ending
    for number, trouble in enumerate(troubles):
        if (
            trouble.sort in ("serious", "cut")
            and number not in explained
            and not _is_beside_explained(troubles, explained, trouble)
        ):
            found.append(
                Loss(
                    *_span(edges, trouble.first, trouble.last + _COMPLAINT_DELAY),
                    "the decoder reported errors about here",
                )
            )
    return merged_losses(found, gap)


def broken_off(sorts: Set[str]) -> str:
    """Return why a source came to no end of its own, by the sorts of the complaints at its end; "" where it did."""
    return SILENT if "silent" in sorts else CUT_OFF if "cut" in sorts else ""


def _span(edges: Floats, first: int, last: int) -> tuple[float, float]:
    top = len(edges) - 1
    return float(edges[min(first, top - 1)]), float(edges[min(last, top)])


def _holes(times: Floats, gap: float, begin: float) -> list[int]:
    """Numbers of the frames that come too late after the one before."""
    wide = np.flatnonzero(np.diff(times) > _HOLE_GAPS * gap) + 1
    return ([0] if times[0] - begin > _HOLE_GAPS * gap else []) + wide.tolist()


def _is_beside_explained(troubles: Sequence[Trouble], explained: set[int], trouble: Trouble) -> bool:
    """Return whether an explained complaint stands beside this one: one damage makes complaints of several sorts."""
    near = _READ_AHEAD
    return any(troubles[n].first - near <= trouble.last and trouble.first <= troubles[n].last + near for n in explained)


def merged_losses(found: Sequence[Loss], gap: float) -> tuple[Loss, ...]:
    """Return the losses in order, merged where few frames lie between them: a complaint is no nearer to its frame.

    gap: the usual seconds from frame to frame.
    """
    losses: list[Loss] = []
    for loss in sorted(found, key=lambda loss: (loss.start, loss.end, loss.what)):
        if losses and loss.start <= losses[-1].end + _COMPLAINT_DELAY * gap:
            known = losses[-1]
            words = known.what if loss.what in known.what else f"{known.what}, {loss.what}"
            losses[-1] = Loss(known.start, max(known.end, loss.end), words)
        else:
            losses.append(loss)
    return tuple(losses)
