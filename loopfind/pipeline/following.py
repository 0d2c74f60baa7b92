"""Follow a recording that still grows, or a live source."""

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from loopfind.engine import find
from loopfind.engine.live.detector import LiveDetector
from loopfind.engine.live.findings import FindingLog
from loopfind.engine.live.parameters import LIVE_PATIENCE, LIVE_PAUSE_RATIO, LIVE_PORTION
from loopfind.engine.sound.beside import holds
from loopfind.errors import BadSetting, MediaError, UsageError
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.window import SlidingWindow
from loopfind.media.decode.frame_reader import measured
from loopfind.media.decode.growing_file import is_file
from loopfind.media.ffmpeg import address
from loopfind.model.events import Ended, Event, Finding, Missed
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Repeat, Report
from loopfind.model.video import Frames, Loss, Progress, Watch
from loopfind.pipeline.answer import report_of
from loopfind.pipeline.inputs import changed_settings
from loopfind.pipeline.live_sound import SILENCE_SO_FAR, LiveSound
from loopfind.pipeline.live_source import LiveRequest, LiveSource
from loopfind.pipeline.order import renumbered
from loopfind.pipeline.sound import SoundTask, check_track, heard_in, in_frames, sound_beside, with_sound_of
from loopfind.registry import load
from loopfind.reports.summaries import search_progress
from loopfind.settings import SHORTEST_WINDOW, WINDOW, Decoding, Settings

_LARGEST_PORTION = 300.0
"""Seconds of new footage that are searched at a time at the most. What a long recording held before it was followed is
read faster than it was shown, so that portions are larger then."""

_LONGEST_PAUSE = 30.0
"""Seconds of the longest pause between two searches."""

_MOST_LOSSES = 1000
"""Losses that the last answer lists, the latest."""


def follow(
    path: str | os.PathLike[str],
    settings: Settings = Settings(),  # noqa: B008 - frozen
    window: float = WINDOW,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    decoding: Decoding = Decoding(),  # noqa: B008 - frozen
    halted: Callable[[], bool] = lambda: False,
    note: Callable[[str], None] = lambda line: None,
    **changes: Any,
) -> Iterator[Event]:
    """Report what a recording that still grows, or a live source, shows again, as soon as it is sure.

    path: a file, which may be written while it is read; "-" for standard input; an address. Yields a Finding when it is
    confirmed and once more when it has ended, and a Missed for each stretch that was not read. Last comes an Ended with
    the whole answer, once the source ends, or nothing came for settings.stall seconds, or `halted`, which is called
    about once a second, returned True. A connection that is lost is tried again for settings.stall seconds.

    window: seconds of footage that are held, SHORTEST_WINDOW at the least: what is older is forgotten, so that memory
    and disk are bounded. settings, watch, log: as for `scan`; of decoding, jobs make no difference. note: called with a
    line for each connection that was lost. The frames of a finding count from the first one read; those of the whole
    answer from the first one held. The sound of a file is searched too, and what is only heard again is reported; that
    of a pipe or a stream is not. Raises MediaError for what cannot be read at all, and UsageError for settings that
    cannot be met. Leaving the iteration ends ffmpeg.
    """
    settings = changed_settings(settings, changes)
    return Following(LiveRequest(os.fspath(path), settings, window, decoding, watch, log, halted, note)).events()


Beside = Callable[[Frames], Iterable[object]]


class Following:
    """The state of one following: the footage held, the detector, and when to search next.

    beside: called with each batch of frames; what it yields comes among the events.
    """

    def __init__(self, request: LiveRequest, beside: Beside = lambda frames: ()) -> None:
        settings, window = request.settings, request.window
        for given, name in (
            (settings.auto, "auto"),
            (settings.fast, "fast"),
            (settings.packets_only, "packets_only"),
        ):
            if given:
                raise UsageError(f"what is followed is read as it comes, so {name} does not go with it; leave it out")
        if not SHORTEST_WINDOW <= window < float("inf"):
            raise BadSetting("window", window, f"give {SHORTEST_WINDOW:g} seconds or more")
        check_track(settings.audio_stream)
        kind = load("fingerprint kind", settings.kind, KINDS)
        kind.check(settings.hash_size)
        self._request, self._settings, self._watch = request, settings, request.watch
        self._ids = itertools.count(1)
        self._held, self._detector = SlidingWindow(kind, settings.hash_size, window), LiveDetector(self._ids)
        self._sound: LiveSound | None = None
        self._heard, self._last_heard = FindingLog(self._ids), SILENCE_SO_FAR
        self._source, self._beside = LiveSource(request, kind, self._held), beside
        self._losses: list[Loss] = []
        self._forgotten = 0
        self._read, self._pending, self._next, self._until, self._came = 0, 0.0, 0.0, 0.0, 0.0

    def events(self) -> Iterator[Event]:
        """Yield all events, in order."""
        try:
            yield from self._on_the_way()
        finally:
            if self._sound is not None:
                self._sound.close()
        seen, shown = self._detector.repeats, self._detector.log
        self._detector = LiveDetector()  # what it held takes as much memory as the whole answer does
        ended = self._end()
        yield from self._hear_whole(ended.report, seen)
        pictures = [repeat for repeat in ended.report.repeats if repeat.of != "sound"]
        alone = [repeat for repeat in ended.report.repeats if repeat.of == "sound"]
        known = shown.numbers(pictures) | self._heard.numbers(alone)
        yield replace(ended, report=renumbered(ended.report, known, next(self._ids) - 1))

    def _on_the_way(self) -> Iterator[Event]:
        """Yield the events before the whole answer."""
        for item in self._source:
            if isinstance(item, Loss):
                self._losses = [*self._losses, item][-_MOST_LOSSES:]
                yield Missed(item)
                continue
            if item is None:
                if self._pending and time.monotonic() >= max(self._next, self._came + LIVE_PATIENCE):
                    yield from self._search()
                elif self._sound is not None and self._sound.heard is not self._last_heard:
                    yield from self._hear(self._detector.repeats)
                continue
            self._came = time.monotonic()
            if not self._read:
                self._begin_sound()
            begins = float(item.times[0])
            self._pending += float(item.times[-1]) - (self._until if self._read else begins)
            self._until, self._read = float(item.times[-1]), self._read + len(item)
            self._held.add(item)
            yield from self._beside(item)  # type: ignore[misc]
            if self._watch is not None:
                self._watch(Progress("following", self._read, self._until, None))
            if self._pending >= _LARGEST_PORTION or (self._pending >= LIVE_PORTION and time.monotonic() >= self._next):
                yield from self._search()
        yield from self._search()
        yield from self._detector.finish()

    def _begin_sound(self) -> None:
        """Begin to search the sound of a file. Raises BadSetting for a track that it does not have."""
        wanted, tracks, path = self._settings.audio_stream, self._source.source.sounds, self._request.path
        if not self._settings.sound or not tracks or not is_file(path):
            return
        if wanted >= tracks:
            raise BadSetting("audio stream", wanted, f"{address.printable(path)} has {tracks}, numbered from 0")
        self._sound = LiveSound(self._request)

    def _hear_whole(self, report: Report, seen: Sequence[Repeat]) -> list[Finding]:
        """Return what is to be reported of the sound at the end: as the whole answer has it, or, where that could not
        read the sound, as the last search had it. seen: what the pictures showed again."""
        if report.sound is None or not report.sound.codec:
            return self._hear(seen, ended=True)
        times = self._held.times()
        alone = [in_frames(repeat, times, self._forgotten) for repeat in report.repeats if repeat.of == "sound"]
        return self._heard.update(alone, report.sound.end, ended=True)

    def _hear(self, seen: Sequence[Repeat], ended: bool = False) -> list[Finding]:
        """Return what is to be reported now of the sound: what is only heard again, as far as the pictures came too."""
        self._last_heard = heard = SILENCE_SO_FAR if self._sound is None else self._sound.heard
        times = self._held.times() if heard.repeats else np.zeros(0)
        if not len(times):
            return []
        held = [one for one in heard.repeats if times[0] < one.occurrences[-1].end <= self._until]
        frame = 1 / self._source.rate
        alone = [repeat for repeat in held if not any(holds(other, repeat, frame) for other in seen)]
        shown = [in_frames(repeat, times, self._forgotten) for repeat in alone]
        return self._heard.update(shown, min(heard.until, self._until), ended)

    def _search(self) -> list[Finding]:
        """Search what has come, and forget what is older than the window."""
        began, self._pending = time.monotonic(), 0.0
        times = self._held.times(len(self._detector))
        found = self._detector.detect(times, self._held.cells) if len(times) else []
        found += self._hear(self._detector.repeats)
        dropped = self._held.drop()
        self._forgotten += dropped
        self._detector.forget(dropped)
        if dropped:
            self._heard.forget(float(self._held.times()[0]))
        now = time.monotonic()
        self._next = now + min(LIVE_PAUSE_RATIO * (now - began), _LONGEST_PAUSE)
        return found

    def _end(self) -> Ended:
        """Answer on all that is held."""
        source, settings = self._source, self._settings
        known, _, end = measured(source.source, self._held.times(), source.rate, settings.start or 0.0)
        fingerprint = self._held.fingerprint(end)
        begin = float(fingerprint.times[0]) if len(fingerprint) else 0.0
        losses = tuple(sorted((loss for loss in self._losses if loss.end > begin), key=lambda loss: loss.start))
        if self._watch is not None:
            self._watch(search_progress(fingerprint.end))
        with self._whole_sound(fingerprint) as sound:
            report = report_of(
                find(fingerprint), replace(known, frames=len(fingerprint)), settings, losses, times=fingerprint.times
            )
            report = with_sound_of(report, heard_in(sound), fingerprint.times)
        return Ended(report, source.why, source.said)

    def _whole_sound(self, fingerprint: Fingerprint) -> contextlib.AbstractContextManager[SoundTask | None]:
        """Search the sound of a file, as far as its pictures are held; what came through a pipe or over a network is
        gone."""
        settings, source = self._settings, self._source
        try:
            where = address.resolve(self._request.path)
        except MediaError:  # it is not there any more
            return contextlib.nullcontext()
        if source.why == "changed" or not where.is_on_disk:
            return contextlib.nullcontext()
        start = float(fingerprint.times[0]) if self._forgotten and len(fingerprint) else settings.start
        end = fingerprint.end if source.why == "asked" else settings.end  # it may still be written
        held = replace(settings, start=start, end=end)
        return sound_beside(where, held, self._request.decoding, source.source.sounds)
