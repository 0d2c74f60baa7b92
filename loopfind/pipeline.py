"""Scan a video: the only module that knows every stage."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from loopfind.digests import as_codes
from loopfind.errors import BadSetting
from loopfind.exhibiting import exhibits_of
from loopfind.exhibits import Exhibits
from loopfind.findings import report_on, search
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.gather import Gatherer
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.many import Many
from loopfind.media import open_video
from loopfind.media.origin import origin_of
from loopfind.media.thumbs import shots
from loopfind.media.video import Video
from loopfind.media.windows import windows_of
from loopfind.model import (
    Fingerprint,
    Loss,
    Progress,
    Report,
    Run,
    Settings,
    Signal,
    Size,
    Span,
    Sweep,
    Watch,
)
from loopfind.registry import load
from loopfind.repeats.families import families_of
from loopfind.repeats.loops import loops_of
from loopfind.repeats.tuning import advice_on, figures_of, origins_of
from loopfind.settings import SIZES, SweepSettings

WIDE, SMALL, FEW = 320, 208, 160
"""Pixels across a picture of a page: WIDE while there are at most FEW of them, SMALL where there are more."""


def scan(
    path: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Report:
    """What one video shows more than once.

    path: a file, "-" for standard input, or an address that ffmpeg can open. watch: called with a Progress for every
    batch. log: called with each line that ffmpeg said, its command first. Raises MediaError for a video that cannot
    be read and UsageError for settings that cannot be met.
    """
    return _scanned(path, settings, watch, log)[0]


def scan_to_show(
    path: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> tuple[Report, Exhibits]:
    """What `scan` says, and what to show of it: curves, and frames read again where they are.

    Arguments and errors as for `scan`. Frames of what cannot be read twice, such as standard input, are missing.
    """
    report, fingerprint, signal, runs = _scanned(path, settings, watch, log)
    exhibits = exhibits_of(fingerprint, signal, runs, report)
    moments = exhibits.moments()
    taken: dict[float, bytes] = {}
    for time, shot in shots(path, settings.stream, moments, WIDE if len(moments) <= FEW else SMALL):
        taken[time] = shot
        if watch is not None:
            watch(Progress("taking pictures", len(taken), time, fingerprint.end))
    return report, replace(exhibits, shots=taken, origin=origin_of(path))


def _scanned(
    path: str, settings: Settings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[Report, Fingerprint, Signal, list[Run]]:
    """The report of a scan, and what it was made from."""
    kind = load("fingerprint kind", settings.kind, KINDS)
    kind.check(settings.hash_size)
    if settings.auto:
        _sized(kind)
    gatherer = Gatherer(kind, settings.hash_size)
    many = Many([(kind, size) for size in SIZES if _takes(kind, size)] if settings.auto else [])
    with open_video(path, settings.stream, settings.start, settings.end, kind.needs_digests) as video:
        _read(video, [gatherer, many], 0, watch, log)
    fingerprint = gatherer.fingerprint(video.end)
    signal, runs = search(fingerprint, watch)
    choice = None
    if settings.auto:
        advice = advice_on(_rows(many, fingerprint, signal, runs))
        if advice is None:
            nothing = "nothing that equal hashes could show repeats, so there is nothing to choose by"
            choice = f"{settings.hash_size}: {nothing}"
        else:
            place = many.wanted.index((kind, advice.hash_size))
            fingerprint = replace(fingerprint, hash_size=advice.hash_size, codes=as_codes(many.digests(place)))
            settings, choice = replace(settings, hash_size=advice.hash_size), advice.reason
    report = report_on(fingerprint, signal, runs, video.source, settings, video.losses, choice)
    return report, fingerprint, signal, runs


def sweep(
    path: str,
    settings: SweepSettings = SweepSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Sweep:
    """What each hash size is worth on one video, from one decode.

    Arguments as for `scan`; settings.sizes must not be empty. Raises MediaError for a video that cannot be read, and
    UsageError for settings that cannot be met, such as a sample of a video that does not say how long it is.
    """
    kinds = [load("fingerprint kind", name, KINDS) for name in settings.kinds]
    for kind in kinds:
        _sized(kind)
        for size in settings.sizes:
            kind.check(size)
    many = Many([(kind, size) for kind in kinds for size in settings.sizes])
    gatherer = Gatherer(*many.wanted[0])
    windows, frames = _windows(path, settings), 0
    losses: list[Loss] = []
    for window in windows or (Span(settings.start or 0.0, settings.end or math.inf),):
        start = window.start if windows else settings.start
        end = window.end if windows else settings.end
        with open_video(path, settings.stream, start, end) as video:
            frames = _read(video, [gatherer, many], frames, watch, log)
        losses += video.losses
    fingerprint = gatherer.fingerprint(video.end)
    signal, runs = search(fingerprint, watch)
    loops, others = loops_of(runs, signal.times, signal.step)
    sizes = _rows(many, fingerprint, signal, runs)
    origin = origins_of(runs, signal.times)
    return Sweep(
        source=replace(video.source, frames=frames),
        settings=settings,
        windows=windows,
        repeats=len(families_of(others, loops, signal.times)),
        pairs=int((origin != np.arange(len(origin))).sum()),
        sizes=sizes,
        advice=advice_on(sizes),
        losses=tuple(losses),
    )


def _read(
    video: Video,
    takers: Sequence[Gatherer | Many],
    frames: int,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> int:
    """Hand every batch to the takers; `frames` were read before, and so many are now."""
    try:
        for batch in video:
            for taker in takers:
                taker.add(batch)
            frames += len(batch)
            if watch is not None:
                watch(Progress("reading", frames, float(batch.times[-1]), video.source.declared))
    finally:
        if log is not None:
            log(" ".join(video.command))
            for line in video.log:
                log(line)
    return frames


def _windows(path: str, settings: SweepSettings) -> tuple[Span, ...] | None:
    """The windows to read, None for all of the video."""
    if settings.sample is None:
        return None
    with open_video(path, settings.stream, settings.start, settings.end) as video:
        declared = video.source.declared
    end = settings.end if declared is None else min(settings.end or math.inf, declared)
    if end is None:
        raise BadSetting(
            "sample", settings.sample, "the video does not say how long it is; leave it out, or set an end"
        )
    windows = windows_of(settings.start or 0.0, end, settings.sample)
    return None if len(windows) == 1 else windows


def _sized(kind: Kind) -> None:
    """Raise BadSetting for a kind that knows no sizes."""
    if kind.needs_digests:
        raise BadSetting("kind", kind.name, "its code is a digest of the whole picture, so there is no size to choose")


def _takes(kind: Kind, size: int) -> bool:
    """Whether the kind can be made at this size."""
    try:
        kind.check(size)
    except BadSetting:
        return False
    return True


def _rows(many: Many, fingerprint: Fingerprint, signal: Signal, runs: list[Run]) -> tuple[Size, ...]:
    """A row for each kind and size."""
    origin = origins_of(runs, signal.times)
    return tuple(
        Size(
            kind=kind.name,
            hash_size=size,
            width=kind.width(size),
            seconds=many.seconds[place],
            figures=figures_of(many.digests(place), fingerprint.times, origin, signal.moving),
        )
        for place, (kind, size) in enumerate(many.wanted)
    )
