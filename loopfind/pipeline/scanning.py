"""Scan one video."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from loopfind.engine import findings_of, first_look, search_runs
from loopfind.engine.sound.findings import SoundFindings
from loopfind.errors import BadSetting, NotVideo, SoundOnly, StillStream, UsageError
from loopfind.exhibits.select import exhibits_of
from loopfind.exhibits.sounds import sound_exhibits, sound_strips
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.media.identity import origin_of
from loopfind.media.stills import shots
from loopfind.model.candidate import Run
from loopfind.model.exhibits import Exhibits, Shots, SoundExhibits
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.library import Reading
from loopfind.model.report import Report
from loopfind.model.video import Loss, Progress, Watch
from loopfind.pipeline.answer import report_of, report_of_first_look
from loopfind.pipeline.cache import Cache, open_reader
from loopfind.pipeline.hash_sizes import choose_size, every_size
from loopfind.pipeline.inputs import changed_settings
from loopfind.pipeline.packet_scan import scan_packets
from loopfind.pipeline.resume import Resume, resumable
from loopfind.pipeline.sound import (
    SoundTask,
    check_track,
    found_in_sound,
    heard_in,
    report_of_sound,
    sound_beside,
    with_sound_of,
)
from loopfind.pipeline.unchanged import CHANGED, FileWatch
from loopfind.registry import load
from loopfind.reports.summaries import coverage_watch, search_watch
from loopfind.settings import Decoding, Settings

_WIDE, _SMALL, _FEW = 320, 208, 160

Answer = TypeVar("Answer")


def scan(
    path: str | os.PathLike[str],
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    resume: Resume | None = None,
    decoding: Decoding = Decoding(),  # noqa: B008 - frozen
    **changes: Any,
) -> Report:
    """Find what one video shows more than once.

    path: a file, "-" for standard input, or an address that ffmpeg can open. changes: settings by name, such as
    `hash_size=16`, in the place of those of `settings`. watch: called with a Progress for every
    batch. log: called with each line that ffmpeg said, its command first. Raises MediaError for a video that cannot
    be read and UsageError for settings that cannot be met. cache: the library to take from what was read before, and
    to keep there what is read now; raises LibraryError for one that cannot be used. resume: where to go on with a
    scan of the same file and settings that was cut off, and to keep this one in case that it is; a hash size that is to
    be chosen is not kept. decoding: how to read it. settings.fast gives a first look: a verdict that judges nothing,
    and the key frames with equal hashes.
    """
    path, settings = os.fspath(path), changed_settings(settings, changes)
    check_track(settings.audio_stream)
    if settings.packets_only:
        return scan_packets(path, settings, watch, log, decoding.unbounded)
    request = _Request(address.resolve(path), settings, watch, log, cache, resume, decoding)
    return _from_video(request, _first_look if settings.fast else _scan)


def scan_to_show(
    path: str,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    resume: Resume | None = None,
    decoding: Decoding = Decoding(),  # noqa: B008 - frozen
    seen: Callable[[Reading], None] | None = None,
) -> tuple[Report, Exhibits | SoundExhibits]:
    """Scan a video, and choose what to show of the answer: curves, and frames that are read again for it; of a file
    that holds sound alone, what it looks like.

    Arguments and errors as for `scan`. seen: called with what was read of the pictures, once that is whole, so that
    they need not be read anew for something else; not for a file of sound alone. Frames of what cannot be read twice,
    such as standard input, are missing. Raises BadSetting for settings.packets_only, which leaves nothing to show.
    """
    if settings.packets_only:
        raise BadSetting("packets_only", True, "packets alone give no pictures to show; leave one of the two out")
    if settings.fast:
        raise UsageError("a first look has nothing to show on a page: scan without fast")
    request = _Request(address.resolve(path), settings, watch, log, cache, resume, decoding, seen)
    return _from_video(request, _scan_to_show)


def shot_width(count: int) -> int:
    """Return the pixels across each of so many pictures of a page: fewer where there are many."""
    return _WIDE if count <= _FEW else _SMALL


@dataclass(frozen=True)
class _Request:
    """The arguments of `scan`, with the address that its path names. seen: as for `scan_to_show`."""

    where: Address
    settings: Settings
    watch: Watch | None
    log: Callable[[str], None] | None
    cache: Cache | None
    resume: Resume | None
    decoding: Decoding
    seen: Callable[[Reading], None] | None = None


@dataclass(frozen=True)
class _Reading:
    """The result of reading a video. sizes: digests of all hash sizes, where one is to be chosen."""

    reading: Reading
    sizes: SizeDigests | None


@dataclass(frozen=True)
class _Analysed:
    """A report, and what it was made from."""

    report: Report
    fingerprint: Fingerprint
    signal: Signal
    runs: list[Run]


def _from_video(request: _Request, work: Callable[[_Request], Answer]) -> Answer:
    """Return what comes of a request. Where the first video stream is a single picture, such as a cover that is not
    marked as one, it is that of the next one that is none; where there are only sounds, it is that of the sound."""
    while True:
        try:
            return work(request)
        except SoundOnly as error:
            if work is _first_look:
                raise NotVideo(error.path, error.what) from None
            shown = _show_sound(request, error) if work is _scan_to_show else _search_sound(request, error)[0]
            return shown  # type: ignore[return-value]
        except StillStream as error:
            if request.settings.stream >= error.other:
                raise
            request = replace(request, settings=replace(request.settings, stream=error.other))


def _scan(request: _Request) -> Report:
    with _reading(request) as reading, _sound_beside(request, reading) as sound:
        found = _analysed(request, reading)
        return with_sound_of(found.report, heard_in(sound), found.fingerprint.times)


def _scan_to_show(request: _Request) -> tuple[Report, Exhibits]:
    file = FileWatch(request.where)
    with _reading(request) as reading, _sound_beside(request, reading) as sound:
        found = _analysed(request, reading)
        heard = heard_in(sound)
        found = replace(found, report=with_sound_of(found.report, heard, found.fingerprint.times))
        exhibits = exhibits_of(found.fingerprint, found.signal, found.runs, found.report)
        if isinstance(heard, SoundFindings):
            exhibits = replace(exhibits, sounds=sound_strips(found.report.repeats, [heard.sound]))
    report, shown = found.report, replace(exhibits, shots=_shots(request, exhibits), origin=origin_of(request.where))
    if file.changed():  # nothing of another file is shown
        end = found.fingerprint.end
        return replace(report, losses=(*report.losses, Loss(end, end, CHANGED))), replace(shown, shots={}, origin=None)
    return report, shown


def _search_sound(request: _Request, error: SoundOnly) -> tuple[Report, SoundFindings]:
    """Search a file that holds sound alone. error: raised where it holds none that can be read."""
    found = found_in_sound(request.where, request.settings, request.decoding, error)
    return report_of_sound(request.where, request.settings, found), found


def _show_sound(request: _Request, error: SoundOnly) -> tuple[Report, SoundExhibits]:
    file = FileWatch(request.where)
    report, found = _search_sound(request, error)
    shown = sound_exhibits(report, found.sound, origin_of(request.where))
    return report, replace(shown, origin=None) if file.changed() else shown


def _sound_beside(request: _Request, read: _Reading) -> contextlib.AbstractContextManager[SoundTask | None]:
    """Search the sound of a video that was read while its pictures are searched."""
    source = read.reading.source
    if not request.where.is_on_disk and source.declared is None:  # it may be live, and then is another sound by now
        return contextlib.nullcontext()
    return sound_beside(request.where, request.settings, request.decoding, source.sounds)


@contextlib.contextmanager
def _reading(request: _Request) -> Iterator[_Reading]:
    """Read the video. What was read may lie in a library, and is good for as long as the body lasts; a checkpoint is
    given up once that ends well."""
    where, settings = request.where, request.settings
    sizes = every_size(load("fingerprint kind", settings.kind, KINDS)) if settings.auto else None
    with (
        open_reader(request.cache, request.decoding) as videos,
        resumable(where, settings, request.resume) as checkpoint,
    ):
        read = videos.read(where, settings, sizes=sizes, watch=request.watch, log=request.log, checkpoint=checkpoint)
        if request.seen is not None:
            request.seen(read.reading)
        yield _Reading(read.reading, sizes)


def _analysed(request: _Request, read: _Reading) -> _Analysed:
    """Search what was read, and report what was found."""
    reading, settings, choice = read.reading, request.settings, None
    fingerprint = reading.fingerprint
    signal, runs = search_runs(fingerprint, search_watch(request.watch, fingerprint.end))
    if read.sizes is not None:
        fingerprint, choice = choose_size(read.sizes, fingerprint, signal, runs)
        settings = replace(settings, hash_size=fingerprint.hash_size)
    findings = findings_of(fingerprint, signal, runs, coverage_watch(request.watch))
    if read.sizes is not None:  # a sweep keeps digests of the codes, which tell no more than which are equal
        findings = replace(findings, clusters=replace(findings.clusters, codes=None))
    report = report_of(findings, reading.source, settings, reading.losses, choice, times=fingerprint.times)
    return _Analysed(report, fingerprint, signal, runs)


def _first_look(request: _Request) -> Report:
    """Look at the key frames alone."""
    with open_reader(request.cache, request.decoding) as videos:
        reading = videos.read(request.where, request.settings, watch=request.watch, log=request.log).reading
        look = first_look(reading.fingerprint)
    return report_of_first_look(look, reading.source, request.settings, reading.losses)


def _shots(request: _Request, exhibits: Exhibits) -> Shots:
    """Read the pictures of the exhibits, as far as the video can be read again."""
    frames = sorted(set(exhibits.frames()))
    times = [frame.time for frame in frames]
    taken: Shots = {}
    for place, shot in shots(request.where, request.settings.stream, times, shot_width(len(frames))):
        taken[frames[place]] = shot
        if request.watch is not None:
            request.watch(Progress("taking pictures", len(taken), times[place], exhibits.end))
    return taken
