"""Compare files."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from loopfind.comparison.dtw.pairs import ColouredFile
from loopfind.comparison.dtw.parameters import LONGEST_WARPED
from loopfind.comparison.dtw.search import dtw_library
from loopfind.comparison.ranks import groups_of, matches_of
from loopfind.engine.cross_file import CrossFileResult, compare_tracks
from loopfind.engine.sound.across import compare_sounds
from loopfind.errors import BadSetting, Broken, SoundOnly, UnknownPart
from loopfind.exhibits.select_across import exhibits_across
from loopfind.exhibits.sounds import sounds_across
from loopfind.fingerprints.sound import pitched_fingerprint_of
from loopfind.media.ffmpeg import address
from loopfind.media.sound.chromaprint import chromaprint_of
from loopfind.media.stills import shots
from loopfind.model.comparison import Comparison, Failure, Shared, Warp
from loopfind.model.exhibits import ComparisonExhibits, Shots
from loopfind.model.library import Reading, TrackReading
from loopfind.model.report import Repeat
from loopfind.model.sound import Sound, SoundFingerprint
from loopfind.model.video import Loss, Progress, Source, Watch
from loopfind.pipeline.cache import Cache, open_reader
from loopfind.pipeline.crops import CropSearch
from loopfind.pipeline.inputs import CancelToken, changed_settings, decoding_of, each, files_in
from loopfind.pipeline.order import in_order, numbers_of
from loopfind.pipeline.scanning import shot_width
from loopfind.pipeline.sound import sound_in, source_of_sound
from loopfind.pipeline.unchanged import CHANGED, FileWatch
from loopfind.pipeline.warping import read_tones, warped
from loopfind.reports.summaries import (
    search_progress,
    search_watch,
    summary_of_matches,
    summary_of_shared,
    summary_of_warps,
)
from loopfind.settings import ALIGNMENTS, COMPARED_KINDS, SMALLEST_HASH, CompareSettings, Settings

_T = TypeVar("_T")


def compare(
    paths: Sequence[str | os.PathLike[str]],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    unbounded: bool = False,
    **changes: Any,
) -> Comparison:
    """Compare several files: what they share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth; the first
    settings.query of them are the clips, which are sought in the others. A file that cannot be read is a Failure of the
    answer if a folder named it; otherwise its MediaError is raised. Raises UsageError where fewer than two files are
    left, or one with settings.own, and MissingExtra where colours are to be aligned and nothing is there to do it. In
    the answer, settings.query counts files. cache: as for `scan`. unbounded: as in Decoding.
    """
    names = [os.fspath(path) for path in paths]
    return _compared(names, changed_settings(settings, changes), watch, log, cache, unbounded)[0]


def compare_to_show(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    unbounded: bool = False,
) -> tuple[Comparison, ComparisonExhibits]:
    """Compare files, and choose what to show of the answer: curves, and frames that are read again for it.

    Arguments and errors as for `compare`. Frames of what cannot be read twice are missing.
    """
    files = {name: FileWatch(address.resolve(name)) for name, _ in files_in(paths)[0] if os.path.isfile(name)}
    comparison, results, sounds = _compared(paths, settings, watch, log, cache, unbounded)
    if settings.align == "sound":
        return comparison, sounds_across(comparison.repeats, sounds)
    shown = exhibits_across(comparison, results)
    frames = sorted(set(shown.frames()))
    by_file = {number: list(group) for number, group in groupby(frames, lambda frame: frame.file)}
    taken: Shots = {}
    for number, wanted in by_file.items():
        source, times = comparison.sources[number], [frame.time for frame in wanted]
        for place, shot in shots(source.path, settings.stream, times, shot_width(len(frames))):
            taken[wanted[place]] = shot
            if watch is not None:
                watch(Progress(f"taking pictures of {len(by_file)} files", len(taken), times[place], source.duration))
        if source.path in files and files[source.path].changed():  # nothing of another file is shown
            taken = {frame: shot for frame, shot in taken.items() if frame.file != number}
            losses = list(comparison.losses)
            losses[number] = (*losses[number], Loss(source.duration, source.duration, CHANGED))
            comparison = replace(comparison, losses=tuple(losses))
    return comparison, replace(shown, shots=taken)


def _compared(
    paths: Sequence[str],
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    cache: Cache | None,
    unbounded: bool,
) -> tuple[Comparison, list[CrossFileResult], list[Sound]]:
    """Read and compare files; return the comparison, the results that it was made from, and the sounds."""
    kind = kind_for(settings)
    wanted, queries = files_in(paths, settings.query)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    if settings.align == "sound":
        comparison, sounds = _heard(wanted, queries, settings, watch, log, unbounded)
        return comparison, [], sounds
    if kind == "chroma":
        return _warped_sounds(wanted, queries, settings, watch, log, unbounded), [], []
    colours = settings.align == "dtw"
    crops = CropSearch(watch, log) if settings.kind == "cnn" else None  # what it lacks is said before hours of reading
    wanted_codes = Settings(kind=kind, hash_size=SMALLEST_HASH, stream=settings.stream, stall=settings.stall)
    if cache is not None and not colours:
        wanted_codes = Settings(stream=settings.stream, stall=settings.stall)  # so that a scan has its codes too
    with open_reader(cache, decoding_of(len(wanted), settings.jobs, unbounded)) as videos:

        def one(
            path: str, halt: CancelToken, seen: Watch | None, said: Callable[[str], None]
        ) -> tuple[Reading | TrackReading, float]:
            where = address.resolve(path)
            if crops is not None:
                address.check_seekable(where, "a network")
            reading: Reading | TrackReading
            if colours:
                reading = videos.read(where, wanted_codes, others=[halt], watch=seen, log=said).reading
                if reading.source.duration > LONGEST_WARPED:
                    days = f"its times span {reading.source.duration / 86400:,.0f} days"
                    raise Broken(where.shown, f"{days}, too many to be warped: compare it without --align dtw")
            else:
                reading = videos.track(where, wanted_codes, others=[halt], watch=seen, log=said)
            return reading, reading.source.duration

        try:
            found = each(wanted, one, settings.jobs, watch, log)
        except SoundOnly:
            if not colours or settings.kind:
                raise
            # There are no colours to compare.
            return _compared(paths, replace(settings, kind="chroma"), watch, log, None, unbounded)
        return *_compared_readings(found, queries, settings, watch, crops), []


def _heard(
    wanted: Sequence[tuple[str, bool]],
    queries: int,
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    unbounded: bool,
) -> tuple[Comparison, list[Sound]]:
    """Read and compare the sounds of files; return the sounds too. queries: how many are sought in the others."""

    def one(where: address.Address) -> tuple[Source, SoundFingerprint]:
        fingerprint = pitched_fingerprint_of(sound_in(where, settings.stream, settings.stall, unbounded))
        if settings.kind == "chromaprint":
            fingerprint = replace(fingerprint, chromaprint=chromaprint_of(fingerprint.sound.samples))
        return source_of_sound(where, fingerprint.sound), fingerprint

    found = _each_sound(wanted, one, settings, watch, log)
    files = [item for item in found if not isinstance(item, Failure)]
    settings = _checked_query(settings, found[:queries], len(files))
    if watch is not None:
        watch(search_progress(sum(fingerprint.sound.end for _, fingerprint in files)))
    repeats, pairs = compare_sounds([fingerprint for _, fingerprint in files], settings)
    sources = tuple(source for source, _ in files)
    repeats = in_order(repeats, numbers_of(repeats))
    comparison = _comparison_of(repeats, pairs, sources, tuple(() for _ in files), found, settings)
    return comparison, [fingerprint.sound for _, fingerprint in files]


def _each_sound(
    wanted: Sequence[tuple[str, bool]],
    read: Callable[[address.Address], tuple[Source, _T]],
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> list[tuple[Source, _T] | Failure]:
    """Read the sounds of files, some at a time, with a Failure for each that cannot be read."""

    def one(
        path: str, _halt: CancelToken, _seen: Watch | None, _said: Callable[[str], None]
    ) -> tuple[tuple[Source, _T], float]:
        source, sound = read(address.resolve(path))
        return (source, sound), source.duration

    return each(wanted, one, settings.jobs, watch, log)


def _warped_sounds(
    wanted: Sequence[tuple[str, bool]],
    queries: int,
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    unbounded: bool,
) -> Comparison:
    """Read files, and compare them by the tones of their sound."""
    found = _each_sound(wanted, lambda where: read_tones(where, settings, unbounded), settings, watch, log)
    files = [item for item in found if not isinstance(item, Failure)]
    settings = _checked_query(settings, found[:queries], len(files))
    warps = warped([heard for _, heard in files], settings, watch)
    sources = tuple(source for source, _ in files)
    return _comparison_of_warps(warps, sources, tuple(() for _ in sources), found, settings)


def _checked_query(settings: CompareSettings, clips: Sequence[object], files: int) -> CompareSettings:
    """Return the settings with the number of clips that could be read. files: all that could be.

    Raises BadSetting where too few are left.
    """
    queries = sum(not isinstance(item, Failure) for item in clips)
    if settings.query and not 0 < queries < files:
        what = "clip that could be read" if not queries else "file to look in that could be read"
        raise BadSetting("the files to compare", files, f"there is no {what}")
    needed = 1 if settings.own else 2
    if files < needed:
        raise BadSetting("the files to compare", files, f"only so many could be read, and it takes {needed}")
    return replace(settings, query=queries)


def _comparison_of(
    repeats: tuple[Repeat, ...],
    pairs: tuple[Shared, ...],
    sources: tuple[Source, ...],
    losses: tuple[tuple[Loss, ...], ...],
    found: Sequence[object],
    settings: CompareSettings,
) -> Comparison:
    """Return the answer of what files share. found: what was read, with the failures."""
    queries = settings.query
    matches = matches_of(repeats, pairs, sources, queries)
    said = (
        summary_of_matches(matches, len(sources), queries)
        if queries
        else summary_of_shared(repeats, pairs, len(sources))
    )
    return Comparison(
        sources=sources,
        settings=settings,
        summary=said,
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=losses,
        matches=matches,
        groups=() if queries else groups_of(repeats, pairs, sources),
    )


def _compared_readings(
    found: Sequence[Reading | TrackReading | Failure],
    queries: int,
    settings: CompareSettings,
    watch: Watch | None,
    crops: CropSearch | None,
) -> tuple[Comparison, list[CrossFileResult]]:
    """Compare what was read. queries: how many of them are sought in the others. crops: also compares parts of
    pictures."""
    files = [item for item in found if not isinstance(item, Failure)]
    settings = _checked_query(settings, found[:queries], len(files))
    if settings.align == "dtw":
        colours = [file for file in files if isinstance(file, Reading)]
        return _warped(colours, found, settings, watch), []
    tell = search_watch(watch, sum(file.source.duration for file in files))
    results = [compare_tracks([file.track for file in files], settings, tell)]
    sources, losses = tuple(file.source for file in files), tuple(file.losses for file in files)
    if crops is not None:
        read = [
            file if isinstance(file, TrackReading) else TrackReading(file.track, file.source, file.losses)
            for file in files
        ]
        glimpses, unseen = crops.look(read, settings)
        results, lost = crops.search(read, glimpses, results[0], settings)
        losses = tuple((*a, *b, *c) for a, b, c in zip(losses, unseen, lost, strict=True))
    every = [repeat for result in results for repeat in result.repeats]
    numbers = numbers_of(every)
    results = [replace(result, repeats=in_order(result.repeats, numbers)) for result in results]
    repeats = in_order(every, numbers)
    return _comparison_of(repeats, results[0].pairs, sources, losses, found, settings), results


def _warped(
    files: Sequence[Reading],
    found: Sequence[Reading | TrackReading | Failure],
    settings: CompareSettings,
    watch: Watch | None,
) -> Comparison:
    """Compare by their colours what was read."""
    warps = warped([ColouredFile(file.fingerprint) for file in files], settings, watch)
    sources, losses = tuple(file.source for file in files), tuple(file.losses for file in files)
    return _comparison_of_warps(warps, sources, losses, found, settings)


def _comparison_of_warps(
    warps: tuple[Warp, ...],
    sources: tuple[Source, ...],
    losses: tuple[tuple[Loss, ...], ...],
    found: Sequence[object],
    settings: CompareSettings,
) -> Comparison:
    """Return the answer of how near files are. found: what was read, with the failures."""
    return Comparison(
        sources=sources,
        settings=settings,
        summary=summary_of_warps(warps, "sound" if settings.kind == "chroma" else "colour"),
        repeats=(),
        pairs=(),
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=losses,
        warps=warps,
    )


def kind_for(settings: CompareSettings) -> str:
    """Return the kind of fingerprint that the way of aligning needs.

    Raises UsageError for settings that do not go together, and MissingExtra: before hours of reading, not after.
    """
    if settings.align not in ALIGNMENTS:
        raise UnknownPart("alignment", settings.align, ALIGNMENTS)
    kinds = COMPARED_KINDS[settings.align]
    if settings.kind and settings.kind not in kinds:
        named = [kind for kind in kinds if kind]
        there = f"there {'are' if len(named) > 1 else 'is'} {', '.join(named)}"
        raise BadSetting("kind", settings.kind, f"not of --align {settings.align}: {there}")
    if settings.align != "dtw":
        return Settings.kind
    if settings.own:
        raise BadSetting("align", settings.align, "it says nothing of repeats inside a file; leave them out")
    if not 0 < settings.band <= 0.5:
        raise BadSetting("band", settings.band, "give a share of the shorter file above 0, up to a half")
    if settings.band_seconds is not None and not 0 < settings.band_seconds < float("inf"):
        raise BadSetting("band", settings.band_seconds, "give seconds above 0")
    dtw_library()
    return settings.kind or kinds[0]
