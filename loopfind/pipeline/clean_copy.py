"""Write a copy of a video without its repeats."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from loopfind.engine.clean_plan import CleanWishes, plan_clean, removable
from loopfind.errors import BadSetting
from loopfind.media.cut_method import container_of
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.video_cut import VideoCut
from loopfind.model.clean_plan import CleanCopy
from loopfind.model.report import Repeat
from loopfind.model.video import Watch
from loopfind.pipeline.sharpness import sharpest_occurrences
from loopfind.settings import CleanSettings

_ROUNDED = 0.5
"""Seconds by which an occurrence may end behind the last frame and count as one of the video."""


def clean(
    video: str,
    stream: int,
    repeats: Sequence[Repeat],
    settings: CleanSettings,
    asked: CleanWishes,
    work: Path | None,
    place: str,
    watch: Watch | None = None,
) -> CleanCopy:
    """Return a copy of a video without repeats of its, written to `place`.

    stream: number of the video stream. asked: which repeats go; the best occurrences are added where they stay. work: a
    folder for what is made on the way, None to write nothing. place: its ending chooses the container. Nothing is
    written where nothing goes. Raises MediaError, OutputError, and BadSetting for a track that is not there.
    """
    where = resolve(video).waiting(settings.stall)
    cut = VideoCut(where, stream, work or Path(os.curdir), settings.unbounded, watch)
    repeats = [_within(repeat, cut.limits.end) for repeat in repeats]
    if settings.keep == "best":
        asked = replace(asked, best=sharpest_occurrences(where, stream, removable(repeats, asked)[0], cut))
    plan = plan_clean(repeats, cut.limits, asked)
    ranges = cut.ranges(plan.kept)
    method = cut.method(ranges, container_of(Path(place).suffix), settings.encode)
    tracks = _tracks(settings, cut.source.sounds, where.shown)
    if work is not None and plan.removals:
        method = cut.write(ranges, method, tracks, settings.stall, place)
    return CleanCopy(plan, tuple(cut.spans(ranges)), method.frames, method.encoded, method.why, tracks, cut.subtitles)


def _within(repeat: Repeat, end: float) -> Repeat:
    """Return a repeat without the occurrences that end behind a video, as the report of a longer file has them: nothing
    may go in favour of what is not there."""
    there = [one for one in repeat.occurrences if one.end <= end + _ROUNDED]
    return replace(repeat, occurrences=tuple(there))


def _tracks(settings: CleanSettings, known: int | None, shown: str) -> tuple[int, ...]:
    """Return the tracks of sound that a copy gets. Raises BadSetting for one that is not there."""
    if not settings.sound:
        return ()
    if settings.track is None:
        return tuple(range(known or 0))
    if known is not None and settings.track >= known:
        raise BadSetting("--audio-stream", settings.track, f"{shown} has {known}, numbered from 0")
    return (settings.track,)
