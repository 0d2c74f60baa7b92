"""What could not be read as it was recorded, from the complaints of the decoder and the times of the frames."""

from collections.abc import Sequence

import numpy as np

from loopfind.media.ffmpeg.log import Trouble
from loopfind.model.dtypes import Floats
from loopfind.model.video import Loss

_PASSED_ON = 7
"""A damaged frame comes at most this many frames after its message (measured): queues follow the decoder."""
_ABOUT = 16
"""Frames from a complaint of the demuxer or a decoder thread to the frame that it is about, at most."""
_READ_AHEAD = 96
"""A demuxer complains before the frames in front of the gap are out: packets wait, and frames are put in order."""
_HOLE = 1.75
"""A step of this many usual gaps is a hole, where there were complaints."""
_SHORT = 0.5
"""Seconds that may be missing from a declared duration: containers count the sound, and round."""


def find(
    times: Floats, gap: float, end: float, troubles: Sequence[Trouble], declared: float | None, begin: float = 0.0
) -> tuple[Loss, ...]:
    """The losses of a scan, in order, not overlapping.

    times: (n,) seconds. gap: the usual seconds from frame to frame. end: seconds, when the last frame stops being
    shown. troubles: complaints, placed by the number of frames before them. declared: seconds of the whole file, None
    where the scan stopped on purpose or nothing is declared. begin: seconds at which the scan was to begin.
    No complaint, no loss: a gap alone is variable frame rate.
    """
    if not troubles or len(times) == 0:
        return ()
    edges = np.append(times, end)
    found: list[Loss] = []
    explained: set[int] = set()
    for number, trouble in enumerate(troubles):
        if trouble.sort == "damaged":
            found.append(Loss(*_span(edges, trouble.first, trouble.last + _PASSED_ON), "damaged pictures"))
            explained.add(number)
    for hole in _holes(times, gap, begin):
        near = {n for n, t in enumerate(troubles) if t.first - _PASSED_ON <= hole <= t.last + _READ_AHEAD}
        if near:
            before = times[hole - 1] + gap if hole else begin
            found.append(Loss(float(before), float(times[hole]), "missing pictures"))
            explained |= near
    ending = {n for n, t in enumerate(troubles) if t.last + _READ_AHEAD >= len(times)}
    if declared is not None and ending and declared - end > max(_SHORT, 2 * gap):
        found.append(Loss(end, declared, "the file is cut short"))
        explained |= ending
    for number, trouble in enumerate(troubles):
        if trouble.sort == "serious" and number not in explained and not _beside(troubles, explained, trouble):
            found.append(
                Loss(*_span(edges, trouble.first, trouble.last + _ABOUT), "the decoder reported errors about here")
            )
    return joined(found, gap)


def _span(edges: Floats, first: int, last: int) -> tuple[float, float]:
    top = len(edges) - 1
    return float(edges[min(first, top - 1)]), float(edges[min(last, top)])


def _holes(times: Floats, gap: float, begin: float) -> list[int]:
    """Numbers of the frames that come too late after the one before."""
    wide = np.flatnonzero(np.diff(times) > _HOLE * gap) + 1
    return ([0] if times[0] - begin > _HOLE * gap else []) + wide.tolist()


def _beside(troubles: Sequence[Trouble], explained: set[int], trouble: Trouble) -> bool:
    """Whether an explained complaint stands beside this one: one damage makes complaints of several sorts."""
    near = _READ_AHEAD
    return any(troubles[n].first - near <= trouble.last and trouble.first <= troubles[n].last + near for n in explained)


def joined(found: Sequence[Loss], gap: float) -> tuple[Loss, ...]:
    """The losses in order, as one where few frames lie between: a complaint is no nearer to its frame. gap: the usual
    seconds from frame to frame."""
    losses: list[Loss] = []
    for loss in sorted(found, key=lambda loss: (loss.start, loss.end, loss.what)):
        if losses and loss.start <= losses[-1].end + _ABOUT * gap:
            known = losses[-1]
            words = known.what if loss.what in known.what else f"{known.what}, {loss.what}"
            losses[-1] = Loss(known.start, max(known.end, loss.end), words)
        else:
            losses.append(loss)
    return tuple(losses)
