"""Read the sound of a file beside its pictures, and join what both say."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from loopfind.arrays.time_index import covered
from loopfind.engine.sound.beside import heard_more_than_once, with_sound
from loopfind.engine.sound.findings import SoundFindings, find_in_sound
from loopfind.engine.sound.parameters import SOUND_FRAME
from loopfind.errors import BadSetting, LoopfindError, MediaError, NotVideo
from loopfind.fingerprints.sound import fingerprint_of, pitched_fingerprint_of
from loopfind.media.ffmpeg.address import Address
from loopfind.media.sound.reader import SoundRequest, read_sound
from loopfind.model.dtypes import Floats
from loopfind.model.report import Occurrence, Repeat, Report, SoundAnswer
from loopfind.model.sound import Sound, SoundFingerprint
from loopfind.model.video import Source
from loopfind.pipeline.order import renumbered
from loopfind.reports.summaries import summary_of_sound, verdict_of_sound, verdict_with_sound
from loopfind.settings import Decoding, Settings

FAREWELL = 2.0
"""Seconds that the thread of a sound has to end: more than it takes to see that it is given up, and to end ffmpeg."""


class SoundTask:
    """A sound that is read and searched by a thread of its own: that takes a small share of what the pictures take, and
    there is a core to spare for it."""

    def __init__(self, where: Address, settings: Settings, decoding: Decoding) -> None:
        self._request = SoundRequest(
            where, settings.audio_stream, settings.start, settings.end, settings.stall, decoding.unbounded
        )
        self._given_up = threading.Event()
        self._found: SoundFindings | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def result(self) -> SoundFindings | None:
        """Wait for the search, and return what was found; None where the file has no sound. Raises what that raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found

    def close(self) -> None:
        """Give the sound up. Its decoder is gone within a moment; a search that goes on ends with the process."""
        self._given_up.set()
        self._thread.join(FAREWELL)

    def _work(self) -> None:
        try:
            sound = read_sound(self._request, self._given_up)
            if sound is not None and not self._given_up.is_set():
                self._found = find_in_sound(pitched_fingerprint_of(sound), self._given_up.is_set)
        except BaseException as error:  # whoever waits for the result raises it
            self._error = error


def check_track(number: int) -> None:
    """Raise BadSetting for a track of sound that no file has."""
    if number < 0:
        raise BadSetting("audio stream", number, "tracks of sound are numbered from 0")


@contextlib.contextmanager
def sound_beside(
    where: Address, settings: Settings, decoding: Decoding, tracks: int | None = None
) -> Iterator[SoundTask | None]:
    """Read and search the sound of a file while the body runs; None where there is none, where it is not asked for, or
    cannot be read beside the pictures, as what comes through a pipe or is live comes once.

    tracks: of sound, None where that is not known.
    """
    if not settings.sound or tracks == 0 or not where.seekable:
        yield None
        return
    task = SoundTask(where, settings, decoding)
    try:
        yield task
    finally:
        task.close()


def heard_in(task: SoundTask | None) -> SoundFindings | MediaError | None:
    """Return what was found in a sound, once it is; the error where it cannot be read, as that costs no answer; None
    where there is none. Raises BadSetting for a track that is not there."""
    try:
        return None if task is None else task.result()
    except MediaError as error:
        return error


def with_sound_of(report: Report, found: SoundFindings | MediaError | None, times: Floats) -> Report:
    """Return a report of pictures with what their sound says. times: (n,) seconds of the frames."""
    if found is None:
        return report
    if isinstance(found, MediaError):
        return replace(report, sound=_unread(report, found))
    frame = 1 / report.source.fps if report.source.fps > 0 else 0.0
    repeats = tuple(in_frames(one, times) for one in with_sound(report.repeats, found, frame))
    answer = _answer(found, repeats)
    verdict = verdict_with_sound(report.verdict, repeats)
    return renumbered(replace(report, repeats=repeats, sound=answer, verdict=verdict))


def found_in_sound(where: Address, settings: Settings, decoding: Decoding, error: LoopfindError) -> SoundFindings:
    """Return what is found in a file that holds sound alone. error: raised where it holds none that can be read."""
    with sound_beside(where, settings, decoding) as task:
        found = None if task is None else task.result()
    if found is None:
        raise error
    return found


def report_of_sound(where: Address, settings: Settings, found: SoundFindings) -> Report:
    """Return the report of a file that holds sound alone. Frames are hundredths of a second."""
    answer, source = _answer(found, found.repeats), source_of_sound(where, found.sound)
    verdict = verdict_of_sound(answer, found.repeats, source.duration)
    return renumbered(Report(source=source, settings=settings, verdict=verdict, repeats=found.repeats, sound=answer))


def source_of_sound(where: Address, sound: Sound) -> Source:
    """Return a file as its sound describes it: a hundred frames a second, without a picture."""
    length = sound.end - sound.start
    return Source(
        where.name, length, round(length / SOUND_FRAME), 1 / SOUND_FRAME, 0, 0, sound.track.codec, sound.track.container
    )


def sound_in(where: Address, track: int, stall: float, unbounded: bool) -> Sound:
    """Return the sound of a file. Raises NotVideo where there is none."""
    sound = read_sound(SoundRequest(where, track, stall=stall, unbounded=unbounded))
    if sound is None:
        raise NotVideo(where.shown, "no sound in it: leave it out, or compare its pictures")
    return sound


def sound_fingerprint(where: Address, settings: Settings, unbounded: bool) -> SoundFingerprint | None:
    """Return the fingerprint of the sound of a file, with the track and limits of the settings, None for no sound."""
    request = SoundRequest(where, settings.audio_stream, settings.start, settings.end, settings.stall, unbounded)
    sound = read_sound(request)
    return None if sound is None else fingerprint_of(sound)


def _answer(found: SoundFindings, repeats: Sequence[Repeat]) -> SoundAnswer:
    """Return the answer for a sound, of which `repeats` are all that the report lists."""
    sound: Sound = found.sound
    heard = round(covered(heard_more_than_once(repeats)), 3)
    answer = SoundAnswer(
        track=sound.track.number,
        codec=sound.track.codec,
        others=sound.track.others,
        start=round(sound.start, 4),
        end=round(sound.end, 4),
        repeated_seconds=heard,
        coverage=found.coverage.share,
        shortest_findable=found.coverage.shortest,
        summary="",
        unjudged=found.coverage.unjudged,
        rhythms=found.rhythms,
        other_speeds=found.other_speeds,
    )
    return replace(answer, summary=summary_of_sound(answer, repeats))


def _unread(report: Report, error: MediaError) -> SoundAnswer:
    """Return the answer for a sound that could not be read."""
    end = report.source.duration
    return SoundAnswer(
        report.settings.audio_stream, "", 0, 0.0, end, 0.0, 0.0, None, f"The sound could not be read: {error.what}."
    )


def in_frames(repeat: Repeat, times: Floats, before: int = 0) -> Repeat:
    """Return a repeat of sound alone with the frames that are shown meanwhile. times: (n,) seconds of frames. before:
    frames that were shown before these, and are counted."""
    if repeat.of != "sound" or not len(times):
        return repeat
    return replace(repeat, occurrences=tuple(_shown_at(one, times, before) for one in repeat.occurrences))


def _shown_at(one: Occurrence, times: Floats, before: int) -> Occurrence:
    first = max(0, min(int(np.searchsorted(times, one.start, "right")) - 1, len(times) - 1))
    last = max(first + 1, min(int(np.searchsorted(times, one.end)), len(times)))
    return replace(one, start_frame=first + before, end_frame=last + before)
