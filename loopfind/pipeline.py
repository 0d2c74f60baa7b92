"""Scan a video: the only module that knows every stage."""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import numpy as np

from loopfind.across import across, summary_of
from loopfind.comparison import Comparison, Failure
from loopfind.digests import as_codes
from loopfind.errors import BadSetting, MediaError
from loopfind.exhibiting import exhibits_of
from loopfind.exhibits import Exhibits
from loopfind.findings import families_in, report_on, search
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.gather import Gatherer
from loopfind.fingerprints.kind import Kind, takes
from loopfind.fingerprints.many import Many
from loopfind.media import open_video
from loopfind.media.origin import origin_of
from loopfind.media.thumbs import shots
from loopfind.media.video import Video
from loopfind.media.windows import windows_of
from loopfind.model import (
    SMALLEST_HASH,
    Fingerprint,
    Frames,
    Ints,
    Loss,
    Progress,
    Report,
    Run,
    Settings,
    Signal,
    Size,
    Source,
    Span,
    Sweep,
    Watch,
)
from loopfind.registry import load
from loopfind.repeats.tuning import advice_on, figures_of, origins_of
from loopfind.settings import SIZES, CompareSettings, SweepSettings

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
    many = Many([(kind, size) for size in SIZES if takes(kind, size)] if settings.auto else [])
    with open_video(path, settings.stream, settings.start, settings.end, kind.needs_digests) as video:
        _read(video, [gatherer, many], 0, watch, log)
    fingerprint = gatherer.fingerprint(video.end)
    signal, runs = search(fingerprint, watch)
    choice = None
    if settings.auto:
        advice = advice_on(_rows(many, signal, origins_of(runs, signal.times)))
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
    limits = [(settings.start, settings.end)] if windows is None else [(span.start, span.end) for span in windows]
    for start, end in limits:
        with open_video(path, settings.stream, start, end) as video:
            frames = _read(video, [gatherer, many], frames, watch, log)
        losses += video.losses
    fingerprint = gatherer.fingerprint(video.end)
    signal, runs = search(fingerprint, watch)
    origin = origins_of(runs, signal.times)
    sizes = _rows(many, signal, origin)
    return Sweep(
        source=replace(video.source, frames=frames),
        settings=settings,
        windows=windows,
        repeats=len(families_in(runs, signal)),
        pairs=int((origin != np.arange(len(origin))).sum()),
        sizes=sizes,
        advice=advice_on(sizes),
        losses=tuple(losses),
    )


def compare(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Comparison:
    """What several files share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth. A file that
    cannot be read is a Failure of the answer if a folder named it; otherwise its MediaError is raised. Raises
    UsageError where fewer than two files are left, or one with settings.own.
    """
    wanted = _files(paths)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    kind = load("fingerprint kind", Settings.kind, KINDS)
    turn, halt, done, seconds = Lock(), _Halt(), 0, 0.0

    def one(path: str, named: bool) -> tuple[Fingerprint, Source, tuple[Loss, ...]] | Failure:
        nonlocal done, seconds
        length = 0.0
        gatherer = Gatherer(kind, SMALLEST_HASH)
        said: list[str] = []
        try:
            with open_video(path, settings.stream) as video:
                _read(video, [gatherer, halt], 0, None, said.append)
            length = video.source.duration
        except MediaError as error:
            if named:
                raise
            return Failure(error.path, error.what)
        finally:
            with turn:
                done, seconds = done + 1, seconds + length
                if log is not None:
                    for line in said:
                        log(line)
                if watch is not None:
                    watch(Progress(f"read {done} of {len(wanted)}", done, seconds, None))
        return gatherer.fingerprint(video.end), video.source, video.losses

    with ThreadPoolExecutor(max(1, settings.jobs)) as pool:
        try:
            read = list(pool.map(one, *zip(*wanted, strict=True)))
        except BaseException:  # Ctrl-C too: what is being read, or waits for it, must not be waited for
            halt.now = True
            pool.shutdown(cancel_futures=True)
            raise
    files = [item for item in read if not isinstance(item, Failure)]
    if len(files) < needed:
        raise BadSetting("the files to compare", len(files), f"only so many could be read, and it takes {needed}")
    if watch is not None:
        watch(Progress("comparing", len(files), seconds, None))
    repeats, pairs = across([fingerprint for fingerprint, _, _ in files], settings)
    return Comparison(
        sources=tuple(source for _, source, _ in files),
        settings=settings,
        summary=summary_of(repeats, pairs, len(files)),
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in read if isinstance(item, Failure)),
        losses=tuple(losses for _, _, losses in files),
    )


class _Halt:
    """Takes batches as a gatherer does, until the reading is to stop."""

    def __init__(self) -> None:
        self.now = False

    def add(self, frames: Frames) -> None:
        """Raise RuntimeError if it is time to stop."""
        if self.now:
            raise RuntimeError("the comparison was stopped")


def _files(paths: Sequence[str]) -> list[tuple[str, bool]]:
    """The files that are meant, and whether each was named itself rather than found in a folder; what was named is not
    found once more."""
    files = []
    named = {os.path.realpath(path) for path in paths}
    for path in paths:
        if os.path.isdir(path):
            found = sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(path)
                for name in names
                if not name.startswith(".") and os.path.isfile(os.path.join(folder, name))
            )
            files += [(name, False) for name in found if os.path.realpath(name) not in named]
        else:
            files.append((path, True))
    return files


def _read(
    video: Video,
    takers: Sequence[Gatherer | Many | _Halt],
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


def _rows(many: Many, signal: Signal, origin: Ints) -> tuple[Size, ...]:
    """A row for each kind and size. origin: see origins_of."""
    return tuple(
        Size(
            kind=kind.name,
            hash_size=size,
            width=kind.width(size),
            seconds=many.seconds[place],
            figures=figures_of(many.digests(place), signal.times, origin, signal.moving),
        )
        for place, (kind, size) in enumerate(many.wanted)
    )
