"""Scan one video."""

from collections.abc import Callable
from dataclasses import replace

from loopfind.arrays.digests import as_codes
from loopfind.engine import findings_of, first_look, search_runs
from loopfind.engine.sweep.score import advice_on, origins_of
from loopfind.errors import BadSetting, UsageError
from loopfind.exhibits.select import exhibits_of
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.kind import takes
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.media.identity import origin_of
from loopfind.media.stills import shots
from loopfind.model.candidate import Run
from loopfind.model.exhibits import Exhibits, Shots
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.library import File
from loopfind.model.report import Report
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.answer import report_of, report_of_first_look
from loopfind.pipeline.cache import Cache, Reader, reader
from loopfind.pipeline.packet_scan import scan_packets
from loopfind.pipeline.resume import Resume, resumable
from loopfind.pipeline.size_rows import rows, sized
from loopfind.registry import load
from loopfind.reports.summaries import search_progress
from loopfind.settings import SIZES, Decoding, Settings
from loopfind.stores.checkpoints import Checkpoint

WIDE, SMALL, FEW = 320, 208, 160
"""Pixels across a picture of a page: WIDE while there are at most FEW of them, SMALL where there are more."""


def scan(
    path: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    resume: Resume | None = None,
    decoding: Decoding = Decoding(),  # noqa: B008 - frozen
) -> Report:
    """What one video shows more than once.

    path: a file, "-" for standard input, or an address that ffmpeg can open. watch: called with a Progress for every
    batch. log: called with each line that ffmpeg said, its command first. Raises MediaError for a video that cannot
    be read and UsageError for settings that cannot be met. cache: the library to take from what was read before, and
    to keep there what is read now; raises LibraryError for one that cannot be used. resume: where to go on with a
    scan of the same file and settings that was cut off, and to keep this one in case that it is; a hash size that is to
    be chosen is not kept. decoding: how to read it. settings.fast gives a first look: a verdict that judges nothing,
    and the key frames with equal hashes.
    """
    if settings.packets_only:
        return scan_packets(path, settings, watch, log)
    if settings.fast:
        with reader(cache, decoding) as videos:
            reading = videos.read(path, settings, None, (), watch, log).reading
            return report_of_first_look(first_look(reading.fingerprint), reading.source, settings, reading.losses)
    with reader(cache, decoding) as videos, resumable(path, settings, resume) as checkpoint:
        return _scanned(videos, path, settings, watch, log, checkpoint, resume)[0]


def scan_to_show(
    path: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    resume: Resume | None = None,
    decoding: Decoding = Decoding(),  # noqa: B008 - frozen
) -> tuple[Report, Exhibits]:
    """What `scan` says, and what to show of it: curves, and frames read again where they are.

    Arguments and errors as for `scan`. Frames of what cannot be read twice, such as standard input, are missing.
    Raises BadSetting for settings.packets_only, which leaves nothing to show.
    """
    if settings.packets_only:
        raise BadSetting("packets_only", True, "packets alone give no pictures to show; leave one of the two out")
    if settings.fast:
        raise UsageError("a first look has nothing to show on a page: scan without fast")
    with reader(cache, decoding) as videos, resumable(path, settings, resume) as checkpoint:
        report, fingerprint, signal, runs = _scanned(videos, path, settings, watch, log, checkpoint, resume)
        exhibits = exhibits_of(fingerprint, signal, runs, report)
    frames = sorted(set(exhibits.frames()))
    taken: Shots = {}
    times = [frame.time for frame in frames]
    for place, shot in shots(path, settings.stream, times, WIDE if len(frames) <= FEW else SMALL):
        taken[frames[place]] = shot
        if watch is not None:
            watch(Progress("taking pictures", len(taken), times[place], fingerprint.end))
    return report, replace(exhibits, shots=taken, origin=origin_of(path))


def _scanned(
    videos: Reader,
    path: str,
    settings: Settings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    checkpoint: tuple[Checkpoint, File] | None,
    resume: Resume | None,
) -> tuple[Report, Fingerprint, Signal, list[Run]]:
    """The report of a scan, and what it was made from."""
    kind = load("fingerprint kind", settings.kind, KINDS)
    if settings.auto:
        sized(kind)
    many = SizeDigests([(kind, size) for size in SIZES if takes(kind, size)]) if settings.auto else None
    reading = videos.read(path, settings, many, (), watch, log, checkpoint, resume).reading
    fingerprint = reading.fingerprint
    if watch is not None:
        watch(search_progress(fingerprint.end))
    signal, runs = search_runs(fingerprint)
    choice = None
    if many is not None:
        advice = advice_on(rows(many, signal, origins_of(runs, signal.times)))
        if advice is None:
            nothing = "nothing that equal hashes could show repeats, so there is nothing to choose by"
            choice = f"{settings.hash_size}: {nothing}"
        else:
            place = many.wanted.index((kind, advice.hash_size))
            fingerprint = replace(fingerprint, hash_size=advice.hash_size, codes=as_codes(many.digests(place)))
            settings, choice = replace(settings, hash_size=advice.hash_size), advice.reason
    findings = findings_of(fingerprint, signal, runs)
    report = report_of(findings, reading.source, settings, reading.losses, choice)
    return report, fingerprint, signal, runs
