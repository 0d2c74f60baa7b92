"""Look a sound up in a library: the index proposes, and the samples prove, or the codes where these are gone."""

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopfind.arrays.lsh_forest import TABLES, keys_of
from loopfind.arrays.time_index import covered
from loopfind.comparison.ranks import matches_of
from loopfind.engine.sound.across import compare_sounds, is_whole
from loopfind.engine.sound.library import (
    FIRST_TABLE,
    CodeStretch,
    SoundHits,
    places_met,
    sound_probes,
    steps_in_hop,
    stretches_on,
    without_repeated,
)
from loopfind.engine.sound.parameters import ALONE_CONFIDENCE, MOST_PROVED, SOUND_FRAME
from loopfind.errors import MediaError
from loopfind.fingerprints.sound import fingerprint_of, shifted_codes, sound_codes
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.media.sound.reader import SoundRequest, read_sound
from loopfind.model.comparison import Comparison, Shared
from loopfind.model.library import SOUND, SoundReading
from loopfind.model.report import Occurrence, Repeat
from loopfind.model.sound import SOUND_HOP, SOUND_RATE, Codes, Sound, SoundFingerprint
from loopfind.model.video import Source, Watch
from loopfind.pipeline.cache import why_unkept
from loopfind.pipeline.library_index import update_index
from loopfind.pipeline.order import in_order, numbers_of
from loopfind.pipeline.sound import sound_in, source_of_sound
from loopfind.reports.summaries import search_progress, summary_of_matches
from loopfind.settings import CompareSettings
from loopfind.stores.digest import digest_of
from loopfind.stores.library import Library
from loopfind.stores.postings import Postings

_AROUND = 60 * SOUND_RATE
"""Samples of the sound that is looked up, at the most, that are compared on either side of what was found by codes."""
_MARGIN = 2 * SOUND_RATE
_SAME_BITS = 0.02
"""Share of wrong bits up to which codes that were made again are those that are kept, so that what was read lies where
it should: 2 ms beside its place they have more."""


@dataclass(frozen=True)
class _Found:
    """A stored sound in which something was found. repeats, pair: file 0 is what was looked up, file 1 the stored one.
    alone: whether codes alone show it."""

    reading: SoundReading
    repeats: tuple[Repeat, ...]
    pair: Shared
    alone: bool = False


def search_sounds(
    library: Library, video: str, settings: CompareSettings, watch: Watch | None, unbounded: bool
) -> Comparison:
    """Return what the sound of a file shares with the sounds of a library. The file is the first of the answer.

    Raises MediaError for a file that cannot be read, and LibraryError.
    """
    where = address.resolve(video)
    sought = fingerprint_of(sound_in(where, settings.stream, settings.stall, unbounded))
    update_index(library, watch)
    own = library.look(video).digest.hex() if not why_unkept(where) else ""
    kept = {entry.id for entry in library.entries() if entry.kind == SOUND}
    readings = {entry: library.sound(entry) for entry in kept}
    readings = {entry: reading for entry, reading in readings.items() if reading.source.digest != own}
    if watch is not None:
        watch(search_progress(sought.sound.end))
    stretches = _alike(library, sought.sound, readings)
    found = []
    for entry, those in _best_files(stretches, readings):
        reading = readings[entry]
        shared = _proved(sought, reading, those, settings, unbounded)
        if shared is not None:
            found.append(shared)
    return _answer(where, sought.sound, found, len(readings), settings)


def _alike(library: Library, sound: Sound, readings: dict[int, SoundReading]) -> list[CodeStretch]:
    """Return the stretches whose codes are alike, wherever the index leads to."""
    shifted = shifted_codes(sound.samples, steps_in_hop(len(sound)))
    postings, probes = Postings(library.connections), sound_probes(shifted, len(sound))
    sizes, hits = postings.sizes(), list[SoundHits]()
    for table in range(TABLES):
        keys = keys_of(probes.words, table)
        rows = sizes.get(FIRST_TABLE + table, 0)
        if rows and len(keys):
            which, entries, hops = postings.near(FIRST_TABLE + table, keys, rows, probes.looser)
            hits.append(SoundHits(entries, hops, probes.samples[which]))
    if not hits:
        return []
    entries, hops, samples = (np.concatenate(column) for column in zip(*hits, strict=True))
    # What was removed may still be met, and a damaged index says anything.
    there = np.isin(entries, [*readings]) & (hops >= 0) & (hops < 1 << 40)
    found, codes = list[CodeStretch](), dict[int, Codes]()
    for place in places_met(SoundHits(entries[there], hops[there], samples[there])):
        if place.entry not in codes:
            stored = readings[place.entry].codes
            codes[place.entry] = stored[0 : len(stored)][:, 0]
        found += stretches_on(place, shifted, codes[place.entry])
    return without_repeated(found)


def _best_files(
    stretches: Sequence[CodeStretch], readings: Mapping[int, SoundReading]
) -> Iterator[tuple[int, list[CodeStretch]]]:
    """Yield the entries that are most alike, with their stretches; of equal ones those of the first path first."""
    by_entry = defaultdict[int, list[CodeStretch]](list)
    for one in stretches:
        by_entry[one.entry].append(one)
    heaviest = {entry: max(one.weight for one in those) for entry, those in by_entry.items()}
    ranked = sorted(by_entry.items(), key=lambda item: (-heaviest[item[0]], readings[item[0]].source.path))
    left = {True: MOST_PROVED[0], False: MOST_PROVED[1]}
    for entry, those in ranked:
        clear = any(one.is_clear for one in those)
        left[clear] -= 1
        if left[clear] >= 0:
            yield entry, those


def _proved(
    sought: SoundFingerprint,
    reading: SoundReading,
    stretches: list[CodeStretch],
    settings: CompareSettings,
    unbounded: bool,
) -> _Found | None:
    """Return what samples show to be shared, or, where the file is gone or changed, codes; None for nothing."""
    beside = min(len(sought.sound), _AROUND) + _MARGIN
    low = min(one.start for one in stretches) - beside
    part = _part_of(sought, low, max(one.end for one in stretches) + beside)
    there = [one.start + one.lag for one in stretches], [one.end + one.lag for one in stretches]
    stored = _read_again(reading, min(there[0]) - beside, max(there[1]) + beside, settings.stall, unbounded)
    if stored is None:
        return _shown_by_codes(sought.sound, reading, [one for one in stretches if one.is_clear])
    repeats, pairs = compare_sounds([part, stored], replace(settings, query=1, own=False))
    if not pairs:
        return None
    lengths = len(sought.sound) / SOUND_RATE, reading.source.duration
    whole = tuple(is_whole(seconds, length) for seconds, length in zip(pairs[0].seconds, lengths, strict=True))
    return _Found(reading, repeats, replace(pairs[0], whole=(whole[0], whole[1])))


def _part_of(fingerprint: SoundFingerprint, low: int, high: int) -> SoundFingerprint:
    """Return the samples from a hop before `low` up to `high` of a sound, with their codes."""
    sound, first = fingerprint.sound, max(0, low) // SOUND_HOP
    samples = sound.samples[first * SOUND_HOP : max(first * SOUND_HOP, min(high, len(sound)))]
    return fingerprint_of(replace(sound, samples=samples, start=sound.time_of(first * SOUND_HOP)))


def _read_again(reading: SoundReading, low: int, high: int, stall: float, unbounded: bool) -> SoundFingerprint | None:
    """Return the samples [low, high) of a stored sound, read from its file; None where none is there unchanged."""
    where = _unchanged(reading)
    if where is None:
        return None
    limits = (max(0.0, reading.start + low / SOUND_RATE), reading.start + high / SOUND_RATE)
    for start, end in (limits, (None, None)):  # a seek counts only if it is proven
        try:
            sound = read_sound(SoundRequest(where, reading.track, start, end, stall, unbounded))
        except MediaError:
            return None
        if sound is not None and _lies_right(sound, reading):
            return fingerprint_of(sound)
    return None


def _unchanged(reading: SoundReading) -> Address | None:
    """Return where a file lies that still holds what was read, None for nowhere."""
    for path in reading.paths:
        with contextlib.suppress(OSError, MediaError):  # it is gone
            where = address.resolve(path)
            if not why_unkept(where) and _is_of(os.fsencode(path), reading.source):
                return where
    return None


def _is_of(path: bytes, source: Source) -> bool:
    """Say whether a file holds what a source was read of. Raises OSError."""
    size = os.stat(path).st_size
    return size == source.size and digest_of(path, size).hex() == source.digest


def _lies_right(sound: Sound, reading: SoundReading) -> bool:
    """Say whether samples that were read again have the codes that are kept of their time."""
    begin = (sound.start - reading.start) * SOUND_RATE
    first = max(0, int(np.ceil(begin / SOUND_HOP - 1e-6)))
    skipped = max(0, round(first * SOUND_HOP - begin))
    codes = sound_codes(sound.samples[skipped : len(sound)])
    stored = reading.codes[first : first + len(codes)][:, 0]
    if not len(stored) or not len(codes):
        return False
    wrong = np.bitwise_count(codes[: len(stored)] ^ stored[: len(codes)]).mean() / 32
    return bool(wrong <= _SAME_BITS)


def _shown_by_codes(sound: Sound, reading: SoundReading, clear: Sequence[CodeStretch]) -> _Found | None:
    """Return what codes alone show."""
    if not clear:
        return None
    repeats = tuple(_repeat_of(sound, reading, one) for one in clear)
    sides = [[(one.start, one.end) for r in repeats for one in r.occurrences if one.file == file] for file in (0, 1)]
    seconds = covered(sides[0]), covered(sides[1])
    close = 1 - 2 * sum(one.wrong * one.seconds for one in clear) / sum(one.seconds for one in clear)
    whole = is_whole(seconds[0], len(sound) / SOUND_RATE), is_whole(seconds[1], reading.source.duration)
    return _Found(reading, repeats, Shared((0, 1), seconds, whole, close), alone=True)


def _repeat_of(sound: Sound, reading: SoundReading, one: CodeStretch) -> Repeat:
    """Return a stretch as a repeat of two files."""
    occurrences = []
    for file, begin in enumerate((sound.start, reading.start + one.lag / SOUND_RATE)):
        start, end = begin + one.start / SOUND_RATE, begin + one.end / SOUND_RATE
        frames = round(start / SOUND_FRAME), round(end / SOUND_FRAME)
        occurrences.append(Occurrence(start, end, *frames, content_start=0.0, content_end=end - start, file=file))
    return Repeat(1, "repeat", one.seconds, None, ALONE_CONFIDENCE, "replay", tuple(occurrences), of="sound")


def _answer(
    where: Address, sound: Sound, found: Sequence[_Found], looked: int, settings: CompareSettings
) -> Comparison:
    """Return what was found as a comparison. looked: sounds that were looked through."""
    sources = (source_of_sound(where, sound), *(one.reading.source for one in found))
    several, pairs = list[Repeat](), list[Shared]()
    for file, one in enumerate(found, 1):
        for repeat in one.repeats:
            shown = tuple(replace(o, file=file if o.file else 0) for o in repeat.occurrences)
            several.append(replace(repeat, id=len(several) + 1, occurrences=shown))
        pairs.append(replace(one.pair, files=(0, file)))
    repeats = in_order(several, numbers_of(several))
    alone = {file for file, one in enumerate(found, 1) if one.alone}
    matches = tuple(replace(match, codes_alone=match.file in alone) for match in matches_of(repeats, pairs, sources, 1))
    return Comparison(
        sources=sources,
        settings=replace(settings, query=1, align="sound"),
        summary=summary_of_matches(matches, looked + 1, 1),
        repeats=repeats,
        pairs=tuple(pairs),
        losses=tuple(() for _ in sources),
        matches=matches,
    )
