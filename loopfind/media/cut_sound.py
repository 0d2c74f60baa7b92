"""The sound of a cut: what is heard during each of its stretches, exact to the sample, one after another."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import DecoderFailed
from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.output import BARE, write_media
from loopfind.media.pieces import Piece
from loopfind.media.sound.passages import Passage, SoundCutter
from loopfind.model.video import Span

_AT_ONCE = 300.0
"""Seconds of sound that are read at a time."""
_FADE = 0.004
"""Seconds in which the sound fades on each side of a cut, as a jump in it would click."""


class CutSound(NamedTuple):
    """A FLAC file at `place` of what a track has, with all its channels."""

    track: int
    place: str
    channels: int


def write_cut_sound(
    address: Address, track: int, spans: Sequence[Span], place: str, stall: float, unbounded: bool = False
) -> CutSound | None:
    """Write what is heard during spans of a track to a FLAC file at `place`. Returns None where nothing is heard.

    Each span begins at the sample nearest to where it begins in the cut, so that nothing adds up over many cuts. Raises
    BadSetting for a track that is not there, kinds of MediaError, and OutputError.
    """
    cutter = SoundCutter(address, track, stall, unbounded, surround=True)
    known = next((one for _, one in _passages(cutter, spans) if one is not None), None)
    if known is None:
        return None
    rate, channels = known.found.rate, known.found.channels
    parts = _parts(_passages(cutter, spans), spans, rate, channels)
    words = ["-f", "s16le", "-ar", str(rate), "-ac", str(channels), "-i", "pipe:0", "-c:a", "flac", *BARE]
    said = write_media(address, words, place, "flac", fed=parts)
    if said:
        raise DecoderFailed(address.shown, f"its sound could not be written{said}")
    return CutSound(track, place, channels)


def _passages(cutter: SoundCutter, spans: Sequence[Span]) -> Iterator[tuple[Span, Passage | None]]:
    """Yield the sound of spans, in parts of at most _AT_ONCE seconds; None where there is none."""
    for span in spans:
        count = max(1, int(np.ceil(span.length / _AT_ONCE)))
        edges = np.linspace(span.start, span.end, count + 1)
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            heard = cutter.under(Piece(low, high, 0, None, heard=True))
            yield Span(low, high), None if heard is None else heard.passages[0]


def _parts(
    passages: Iterator[tuple[Span, Passage | None]], spans: Sequence[Span], rate: int, channels: int
) -> Iterator[bytes]:
    """Yield the samples of a cut."""
    passed, written = 0.0, 0
    starts, ends = {span.start for span in spans[1:]}, {span.end for span in spans[:-1]}
    for span, passage in passages:
        passed += span.length
        count = round(passed * rate) - written
        written += count
        samples: NDArray[np.int16] = np.zeros((count, channels), np.int16)
        if passage is not None:
            there = min(count, passage.length)
            samples[:there] = passage.samples(0, there)
        yield _faded(samples, rate, span.start in starts, span.end in ends).astype("<i2").tobytes()


def _faded(samples: NDArray[np.int16], rate: int, at_start: bool, at_end: bool) -> NDArray[np.int16]:
    """Return samples that fade in at the start, and out at the end."""
    length = min(round(_FADE * rate), len(samples))
    ramp = (np.arange(length) + 0.5)[:, None] / max(1, length)
    if at_start:
        samples[:length] = samples[:length] * ramp
    if at_end and length:
        samples[-length:] = samples[-length:] * ramp[::-1]
    return samples
