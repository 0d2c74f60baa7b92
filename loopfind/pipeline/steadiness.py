"""Tell how steadily a video runs, from one decode."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.vector import Vector
from loopfind.engine.cadence.frozen import whole_freezes
from loopfind.engine.cadence.irregular import change_around, gaps_in, held_frames, rows_of
from loopfind.engine.cadence.parameters import LIVELY
from loopfind.engine.cadence.patterns import Changes, Pattern, patterns_in
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.model.dtypes import Floats
from loopfind.model.steadiness import Cadence, CadenceKind, FrameGap, Hold, Steadiness
from loopfind.model.video import Frames, Watch
from loopfind.pipeline.inputs import changed_settings
from loopfind.pipeline.reader import hand_over
from loopfind.pipeline.unchanged import FileWatch
from loopfind.registry import load
from loopfind.settings import SteadySettings


def steady(
    path: str | os.PathLike[str],
    settings: SteadySettings = SteadySettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
    **changes: Any,
) -> Steadiness:
    """Find frames of a video that are held, shown again in a pattern, mixed of two, or lacking.

    Arguments as for `scan`. unbounded: as in Decoding. Raises MediaError for a video that cannot be read, and
    UsageError for settings that cannot be met.
    """
    path, settings = os.fspath(path), changed_settings(settings, changes)
    gatherer, meter = FingerprintBuilder(load("fingerprint kind", "ahash", KINDS), 8), _ChangeMeter()
    limits = (settings.start, settings.end)
    with (
        FileWatch(resolve(path)) as file,
        open_video(
            path, settings.stream, *limits, stall=settings.stall, options=DecodeOptions(unbounded=unbounded)
        ) as video,
    ):
        frames = hand_over(video, [gatherer, meter], 0, watch, log, limits)
    track = gatherer.fingerprint(video.end)
    changed, edge = meter.changes(), np.append(track.times, track.end)
    frozen = whole_freezes(track, changed)
    cadences = tuple(_cadence(one, edge) for one in patterns_in(changed))
    known = [(one.start_frame, one.end_frame) for one in frozen]
    known += [(one.start_frame, one.end_frame) for one in cadences]
    return Steadiness(
        source=file.identified(replace(video.source, frames=frames)),
        settings=settings,
        frozen=frozen,
        cadences=cadences,
        holds=_holds(changed, edge, known),
        gaps=_gaps(track.times),
        judged=_judged(changed, cadences),
        losses=(*video.losses, *file.losses(video.end)),
    )


class _ChangeMeter:
    """Takes batches of frames, and measures how much each differs from the one before it. Holds 4 bytes a frame."""

    def __init__(self) -> None:
        self._changes = Vector(np.float32)
        self._last: NDArray[np.float32] | None = None

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        if not len(frames):
            return
        pictures = frames.pictures.astype(np.float32)
        before = pictures[:1] if self._last is None else self._last
        self._changes.append(np.square(np.diff(pictures, axis=0, prepend=before)).mean((1, 2)))
        self._last = pictures[-1:].copy()

    def changes(self) -> Changes:
        """Squared grey levels (n,) by which each frame differs from the one before it, 0 for the first."""
        return np.asarray(self._changes.array(), np.float32)


def _judged(changes: Changes, cadences: Sequence[Cadence]) -> float:
    """Return the share of the frames around which enough moves, or that are in a pattern."""
    moving = change_around(changes) >= LIVELY
    for one in cadences:
        moving[one.start_frame : one.end_frame] = True
    return float(moving.mean()) if len(moving) else 0.0


def _holds(changes: Changes, edge: Floats, known: Sequence[tuple[int, int]]) -> tuple[Hold, ...]:
    """Return the frames that are held outside of what is known. known: frames [first, last) of freezes and patterns."""
    held = held_frames(changes)
    for first, last in known:
        held[first:last] = False
    return tuple(Hold(float(edge[first]), float(edge[last]), first, last) for first, last in rows_of(held))


def _gaps(times: Floats) -> tuple[FrameGap, ...] | None:
    found = gaps_in(times)
    if found is None:
        return None
    return tuple(FrameGap(float(times[frame - 1]), float(times[frame]), frame, lacking) for frame, lacking in found)


def _cadence(pattern: Pattern, edge: Floats) -> Cadence:
    period, high = len(pattern.mask), pattern.mask.count("1")
    kind: CadenceKind
    if pattern.shows_again:
        kind, share = "repeated", high / period
    elif pattern.is_of_one_lacking:
        kind, share = "dropped", (period + 1) / period
    else:
        kind, share = "fields", (period - 1) / period
    return Cadence(
        start=float(edge[pattern.first]),
        end=float(edge[pattern.last]),
        start_frame=pattern.first,
        end_frame=pattern.last,
        kind=kind,
        mask=pattern.mask,
        rate=share * (pattern.last - pattern.first) / float(edge[pattern.last] - edge[pattern.first]),
        certainty=pattern.certainty,
    )
