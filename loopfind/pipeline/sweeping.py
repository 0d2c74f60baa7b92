"""Try many hash sizes in one decode."""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from loopfind.engine import count_families, search_runs
from loopfind.engine.sweep.score import advice_on, origins_of
from loopfind.engine.sweep.windows import windows_of
from loopfind.errors import BadSetting
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.model.sweep import Sweep
from loopfind.model.video import Loss, Span, Watch
from loopfind.pipeline.hash_sizes import require_sizes, size_rows
from loopfind.pipeline.inputs import changed_settings
from loopfind.pipeline.reader import hand_over
from loopfind.pipeline.unchanged import FileWatch
from loopfind.registry import load
from loopfind.reports.summaries import search_watch
from loopfind.settings import SweepSettings


def sweep(
    path: str | os.PathLike[str],
    settings: SweepSettings = SweepSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
    **changes: Any,
) -> Sweep:
    """Measure how good each hash size is on one video, from one decode.

    Arguments as for `scan`; settings.sizes must not be empty. unbounded: as in Decoding. Raises MediaError for a video
    that cannot be read, and UsageError for settings that cannot be met, such as a sample of a video that does not say
    how long it is.
    """
    path, settings = os.fspath(path), changed_settings(settings, changes)
    kinds = [load("fingerprint kind", name, KINDS) for name in settings.kinds]
    for kind in kinds:
        require_sizes(kind)
        for size in settings.sizes:
            kind.check(size)
    many = SizeDigests([(kind, size) for kind in kinds for size in settings.sizes])
    gatherer = FingerprintBuilder(*many.wanted[0])
    options = DecodeOptions(unbounded=unbounded)
    windows, frames = _windows(path, settings, options), 0
    losses: list[Loss] = []
    limits = [(settings.start, settings.end)] if windows is None else [(span.start, span.end) for span in windows]
    with FileWatch(resolve(path)) as file:
        for number, (start, end) in enumerate(limits):
            with open_video(path, settings.stream, start, end, stall=settings.stall, options=options) as video:
                seen = None if watch is None or windows is None else _watch_of(watch, windows, number)
                frames = hand_over(video, [gatherer, many], frames, seen or watch, log, (start, end))
            losses += video.losses
    losses += file.losses(video.end)
    fingerprint = gatherer.fingerprint(video.end)
    signal, runs = search_runs(fingerprint, search_watch(watch, fingerprint.end))
    origin = origins_of(runs, signal.times)
    sizes = size_rows(many, signal, origin)
    return Sweep(
        source=file.identified(replace(video.source, frames=frames)),
        settings=settings,
        windows=windows,
        repeats=count_families(runs, signal),
        pairs=int((origin != np.arange(len(origin))).sum()),
        sizes=sizes,
        advice=advice_on(sizes),
        losses=tuple(losses),
    )


def _watch_of(watch: Watch, windows: Sequence[Span], number: int) -> Watch:
    """Return a watch of one window of a sample, which reports how much of all windows was read."""
    before, total = (sum(window.length for window in some) for some in (windows[:number], windows))
    return lambda progress: watch(replace(progress, position=before + progress.position, duration=total))


def _windows(path: str, settings: SweepSettings, options: DecodeOptions) -> tuple[Span, ...] | None:
    """Return the windows to read, None for all of the video."""
    if settings.sample is None:
        return None
    limits = (settings.start, settings.end)
    with open_video(path, settings.stream, *limits, stall=settings.stall, options=options) as video:
        declared = video.source.declared
    end = settings.end if declared is None else min(settings.end or math.inf, declared)
    if end is None:
        raise BadSetting(
            "sample", settings.sample, "the video does not say how long it is; leave it out, or set an end"
        )
    windows = windows_of(settings.start or 0.0, end, settings.sample)
    return None if len(windows) == 1 else windows
