"""Look a file up in a library."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from loopfind.comparison.ranks import matches_of
from loopfind.errors import BadSetting, SoundOnly
from loopfind.media.ffmpeg import address
from loopfind.model.comparison import Comparison, Shared
from loopfind.model.library import TrackReading
from loopfind.model.report import Repeat, counted_from_first_content
from loopfind.model.upload import Resemblance
from loopfind.model.video import Watch
from loopfind.pipeline.cache import why_unkept
from loopfind.pipeline.library_compare import share_of
from loopfind.pipeline.library_index import IndexedEntries, update_index
from loopfind.pipeline.library_sound import search_sounds
from loopfind.pipeline.order import in_order, numbers_of
from loopfind.pipeline.reader import ONE_PASS, read_video
from loopfind.pipeline.resemblances import resemblances
from loopfind.reports.summaries import summary_of_matches
from loopfind.settings import CompareSettings, Decoding, Settings
from loopfind.stores.comparisons import Results
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library

MOST_MET = 200
"""Entries that a video is compared with: those of which most moments are alike."""

_GUEST = 1 << 40
"""Number of a video that is no entry: above the place of any."""


def search_library(
    video: str,
    path: str | os.PathLike[str],
    settings: CompareSettings = CompareSettings(query=1),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
) -> Comparison:
    """Return what a video shares with the files of a library. The video, which need not be in it, is the first file of
    the answer; the others are those that share something. settings.align: "sound" looks its sound up; a file without
    pictures is looked up by its sound anyway. unbounded: as in Decoding.

    Raises MediaError for a video that cannot be read, LibraryError, and BadSetting for another way to align.
    """
    if settings.align not in ("engine", "sound"):
        raise BadSetting("align", settings.align, "a library is searched by engine or by sound")
    with open_library(path, make=False) as library:
        if settings.align == "sound":
            return search_sounds(library, video, settings, watch, unbounded)
        try:
            return _search_pictures(library, video, settings, watch, log, unbounded)
        except SoundOnly:
            if not address.resolve(video).seekable:
                raise
            return search_sounds(library, video, settings, watch, unbounded)


def _search_pictures(
    library: Library,
    video: str,
    settings: CompareSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
    unbounded: bool,
) -> Comparison:
    """Return what the pictures of a video share with those of a library."""
    wanted, decoding = (
        Settings(stream=settings.stream, stall=settings.stall),
        replace(ONE_PASS, unbounded=unbounded),
    )
    number, reading = _guest(library, video, wanted, decoding, watch, log)
    return search_reading(library, reading, settings, watch, number)


def search_reading(
    library: Library,
    reading: TrackReading,
    settings: CompareSettings,
    watch: Watch | None = None,
    number: int | None = None,
) -> Comparison:
    """Return what the pictures of a video that was read share with the files of a library, as `search_library` does.
    number: its entry, where the library has it; None where it has none."""
    return search_with_resemblances(library, reading, settings, watch, number)[0]


def search_with_resemblances(
    library: Library,
    reading: TrackReading,
    settings: CompareSettings,
    watch: Watch | None = None,
    number: int | None = None,
) -> tuple[Comparison, tuple[Resemblance, ...]]:
    """Return the same, and the files that look like the video, the most seconds first, whatever was found in them."""
    update_index(library, watch)
    standing = Results(library.connections).standing()
    own = [content for entry, content, _ in standing if entry == number]
    indexed = IndexedEntries(library, [row for row in standing if row[1] not in own])
    asked = {_GUEST: reading.track}
    hits = indexed.hits(asked)
    files = indexed.files(hits, asked, MOST_MET)
    # As the last file it comes after all it may be taken from; in the answer it is the first one.
    found = share_of(files, hits, replace(settings, query=0), indexed.frames + len(reading.track))
    guest = len(files) - 1
    pairs = [pair for pair in found.pairs if guest in pair.files]
    sharing = [guest, *sorted({file for pair in pairs for file in pair.files} - {guest})]
    places = {file: place for place, file in enumerate(sharing)}
    alike = [(indexed.entry(place), seconds) for place, seconds in resemblances(hits, _GUEST)]
    met = [*files]
    shown = [indexed.entry(met[file]) for file in sharing[1:]]
    entries = library.entries_of([*shown, *(entry for entry, _ in alike)])
    sources = (reading.source, *(entries[entry].source for entry in shown))
    repeats = _with_first(found.repeats, places)
    shared = tuple(_renumbered(pair, places) for pair in pairs)
    matches = matches_of(repeats, shared, sources, 1)
    found_in = Comparison(
        sources=sources,
        settings=settings,
        summary=summary_of_matches(matches, len(indexed) + 1, 1),
        repeats=repeats,
        pairs=shared,
        losses=(reading.losses, *(() for _ in sources[1:])),
        matches=matches,
    )
    return found_in, tuple(Resemblance(entries[one].source.path, seconds) for one, seconds in alike if one in entries)


def _guest(
    library: Library,
    video: str,
    settings: Settings,
    decoding: Decoding,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> tuple[int | None, TrackReading]:
    """Return the entry of the video that is looked up, if there is one, and what was read of it. It is not kept."""
    where = address.resolve(video)
    if not why_unkept(where):
        with contextlib.suppress(OSError):  # the reading reports it better
            entry = library.find_track(library.look(video), settings)
            if entry is not None:
                kept = library.track(entry)
                return entry, replace(kept, source=replace(kept.source, path=video))
    read = read_video(where, settings, watch=watch, log=log, decoding=decoding)
    return None, TrackReading(read.track, read.source, read.losses)


def _with_first(repeats: Sequence[Repeat], places: Mapping[int, int]) -> tuple[Repeat, ...]:
    """Keep the repeats that the first file shows, with the files in their places."""
    kept: list[Repeat] = []
    for repeat in repeats:
        shown = [replace(o, file=places[o.file or 0]) for o in repeat.occurrences if (o.file or 0) in places]
        if len(shown) > 1 and any(o.file == 0 for o in shown):
            shown.sort(key=lambda o: (o.file or 0, o.start))
            kept.append(replace(repeat, occurrences=counted_from_first_content(shown)))
    return in_order(kept, numbers_of(kept))


def _renumbered(pair: Shared, places: Mapping[int, int]) -> Shared:
    """Return a pair with the files in their places, the first file first."""
    one, other = pair.files
    return replace(pair, files=(places[one], places[other])).in_order()
