"""Writers of the clips of one repeat: pictures with their sound, animations, or sound alone."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loopfind.errors import BadSetting, DecoderFailed, NotVideo
from loopfind.reports.wording import clock, count
from loopfind.settings import SOUND_FORMS

if TYPE_CHECKING:
    from loopfind.media.captions import Caption
    from loopfind.media.ffmpeg.address import Address
    from loopfind.media.pieces import Look, Piece, Side
    from loopfind.media.sound.passages import SoundCutter
    from loopfind.model.report import Occurrence, Repeat
    from loopfind.reports.formats.json_reader import ReadReport

FORMS = ("mp4", "gif", "webp", *SOUND_FORMS)
"""Forms of a clip. mp4 holds every frame and its sound; gif and webp are small animations; the others are sound."""


@dataclass(frozen=True)
class Wanted:
    """The clips that are wanted.

    form: one of FORMS. track: of sound, None for that of the report. sound: whether pictures get their sound. stall:
    seconds without a byte after which reading is given up. unbounded: however much the file unpacks to. captions:
    whether two occurrences side by side have words under them.
    """

    form: str
    track: int | None
    sound: bool
    stall: float
    unbounded: bool
    captions: bool = True


WriteClips = Callable[["Repeat", list[str], Path, Callable[[DecoderFailed], None]], str]
"""Writes clips of the first occurrences of a repeat, and one of the first two side by side; returns a note. What cannot
be cut out is reported to the last argument, and left out."""


def clip_writer(path: "Address", findings: "ReadReport", wanted: Wanted) -> WriteClips:
    """Return the writer of the clips that are wanted of a report's file. Raises BadSetting and kinds of MediaError."""
    if wanted.form in SOUND_FORMS:
        return _sound_writer(path, findings, wanted)
    if wanted.form == "mp4":
        return _picture_writer(path, findings, wanted)
    return _animation_writer(path, findings, wanted)


@contextlib.contextmanager
def _reported(report: Callable[[DecoderFailed], None], place: str) -> Iterator[None]:
    """Report that the clip at `place` cannot be made, and leave none."""
    try:
        yield
    except DecoderFailed as error:
        Path(place).unlink(missing_ok=True)
        report(error)


def _picture_writer(path: "Address", findings: "ReadReport", wanted: Wanted) -> WriteClips:
    from loopfind.media.clips import Cutter

    # What cannot be read from any place comes once, for its pictures.
    sound = _sound_cutter(path, findings, wanted) if wanted.sound and path.seekable else None
    cutter = Cutter(path, findings.stream, wanted.unbounded, sound)
    if cutter.tracks == 0 and wanted.track is not None:
        raise BadSetting("--audio-stream", wanted.track, f"{path.shown} has no sound")
    hoped, said = sound is not None and cutter.tracks != 0, set[str]()

    def say_unheard(failed: Callable[[DecoderFailed], None]) -> None:
        error = cutter.unheard
        if error is not None and error.what not in said:
            said.add(error.what)
            failed(DecoderFailed(path.shown, f"its sound could not be read, so clips have none: {error.what}"))

    def write(repeat: "Repeat", places: list[str], pair: Path, failed: Callable[[DecoderFailed], None]) -> str:
        made = copied = heard = 0
        for place, one in zip(places, repeat.occurrences, strict=False):
            with _reported(failed, place):
                cutter.cut(_piece(repeat, one, findings), place)
                say_unheard(failed)
                made, copied, heard = made + 1, copied + cutter.copied, heard + cutter.heard
        with _reported(failed, str(pair)):
            cutter.compare(_sides(repeat, findings), str(pair), _captions(repeat) if wanted.captions else None)
        silent = f", {made - heard} without sound" if hoped and heard < made else ""
        return f"{count(made, 'clip')}, {copied} copied, {made - copied} encoded{silent}"

    return write


def _sound_writer(path: "Address", findings: "ReadReport", wanted: Wanted) -> WriteClips:
    if findings.pictures:
        from loopfind.media.decode.one_pass import open_video

        with open_video(path, findings.stream) as video:
            if video.source.sounds == 0:
                raise NotVideo(path.shown, "no sound in it; choose mp4, gif or webp with --as")
    cutter = _sound_cutter(path, findings, wanted)

    def write(repeat: "Repeat", places: list[str], pair: Path, failed: Callable[[DecoderFailed], None]) -> str:
        made = 0
        for place, one in zip(places, repeat.occurrences, strict=False):
            with _reported(failed, place):
                cutter.cut(_piece(repeat, one, findings), place, wanted.form)
                made += 1
        with _reported(failed, str(pair)):
            cutter.compare(_sides(repeat, findings), str(pair), wanted.form)
        return f"{count(made, 'clip')} as {wanted.form}"

    return write


def _sound_cutter(path: "Address", findings: "ReadReport", wanted: Wanted) -> "SoundCutter":
    from loopfind.media.sound.passages import SoundCutter

    track = findings.audio_stream if wanted.track is None else wanted.track
    return SoundCutter(path, track, wanted.stall, wanted.unbounded)


def _animation_writer(path: "Address", findings: "ReadReport", wanted: Wanted) -> WriteClips:
    from loopfind.media.animations import write_animation
    from loopfind.media.pieces import Look

    form, unbounded = wanted.form, wanted.unbounded

    def write(repeat: "Repeat", places: list[str], pair: Path, failed: Callable[[DecoderFailed], None]) -> str:
        made = 0
        for place, one in zip(places, repeat.occurrences, strict=False):
            with _reported(failed, place):
                side = _piece(repeat, one, findings), Look()
                write_animation(path, findings.stream, [side], place, form, unbounded)
                made += 1
        with _reported(failed, str(pair)):
            sides, captions = _sides(repeat, findings), _captions(repeat) if wanted.captions else None
            write_animation(path, findings.stream, sides, str(pair), form, unbounded, captions)
        return f"{count(made, 'clip')} as {form}"

    return write


def _captions(repeat: "Repeat") -> "tuple[Caption, Caption]":
    """Return the words under the first two occurrences: which one it is, and the time in the video."""

    def caption(number: int) -> "Caption":
        return lambda seconds: f"Repeat {repeat.id}, {number} of {len(repeat.occurrences):,}   {clock(seconds)}"

    return caption(1), caption(2)


def _piece(repeat: "Repeat", one: "Occurrence", findings: "ReadReport") -> "Piece":
    from loopfind.media.pieces import Piece

    first = None if findings.start else one.start_frame
    return Piece(one.start, one.end, one.end_frame - one.start_frame, first, repeat.of == "sound")


def _sides(repeat: "Repeat", findings: "ReadReport") -> "tuple[Side, Side]":
    """Return what the first two occurrences both show of the content, so that they begin and end at the same of it."""
    first, second = repeat.occurrences[:2]
    return (
        (_shared_piece(repeat, first, second, findings), _look(first)),
        (_shared_piece(repeat, second, first, findings), _look(second)),
    )


def _shared_piece(repeat: "Repeat", one: "Occurrence", other: "Occurrence", findings: "ReadReport") -> "Piece":
    """Return the part of an occurrence that another one shows too; of pictures, all of it where that is all but half a
    frame."""
    from loopfind.media.pieces import Piece

    whole = _piece(repeat, one, findings)
    start, end = one.shared_span(other)
    rate = whole.frames / (whole.end - whole.start)
    left, kept = round((start - whole.start) * rate), round((end - start) * rate)
    if left == 0 and kept == whole.frames and not whole.heard:
        return whole
    return Piece(start, end, max(1, kept), None if whole.first is None else whole.first + left, whole.heard)


def _look(one: "Occurrence") -> "Look":
    from loopfind.media.pieces import Look

    return Look(one.reversed, one.mirrored, one.speed, one.pitch)
