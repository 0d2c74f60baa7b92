"""A cut of a video: stretches of it one after another, exact to the frame, with their sound.

Packets are copied where a decoder can start at them, and the frames around each cut are encoded to go with them ("smart
cut", as in https://github.com/skeskinen/smartcut and LosslessCut). Here ffmpeg joins no files: the packets of both
kinds go through this process, which writes the time of each, and one ffmpeg puts them into a container. What was
written is decoded, and its frames are compared with those of the video.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from loopfind.arrays.time_index import nearest
from loopfind.errors import DecoderFailed, MediaError
from loopfind.media.copyable import Part, order_shown, reorder_delay
from loopfind.media.cut_encoders import coding_of
from loopfind.media.cut_method import CutMethod, choose_method
from loopfind.media.cut_sound import CutSound, write_cut_sound
from loopfind.media.decode.budget import PixelBudget
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg import framecrc
from loopfind.media.ffmpeg.address import Address, resolve
from loopfind.media.ffmpeg.coded_stream import coded_packets, nut_file_packets
from loopfind.media.ffmpeg.nut import NutPacket, NutStream
from loopfind.media.ffmpeg.nut_writer import nut_pieces
from loopfind.media.ffmpeg.output import INDEX_FIRST, write_media
from loopfind.media.ffmpeg.picture_sums import PictureSums, picture_sums
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.media.frame_selector import FrameSelector
from loopfind.media.pieces import Piece
from loopfind.model.dtypes import Floats, Ints
from loopfind.model.video import Progress, Span, Watch

_CLOCK_STEP = 0.0015
"""Seconds by which the times of a copy may differ, as clocks of containers tick a thousand times a second."""
_SOUND_RATE = 96_000
"""Bits a second of each channel of the sound, at which hardly anyone hears what is lost."""
_EVEN_SIZE = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
_HEAR, _ENCODE, _JOIN, _CHECK = "cutting sound", "encoding", "joining", "checking"


class VideoCut:
    """A video of which cuts are made. work: a folder for what is made on the way. subtitles: tracks of them, which are
    in no cut."""

    def __init__(
        self, address: Address, stream: int, work: Path, unbounded: bool = False, watch: Watch | None = None
    ) -> None:
        """Read the list of the video's packets. Raises kinds of MediaError."""
        packets = framecrc.list_packets(address, stream)
        with open_video(address, stream, options=DecodeOptions(unbounded=unbounded)) as video:
            self.source, self._info = video.source, video.header.video
            self.subtitles = sum(one.kind == "Subtitle" for one in video.header.streams.values())
            begun = next(iter(video), None) if packets.stands_in else None
        self._address, self._stream = address, stream
        self._work, self._unbounded, self._watch = work, unbounded, watch
        self._frames = FrameSelector(address, packets)
        PixelBudget(address, unbounded).take(len(self._frames.packets), (self.source.width, self.source.height))
        self._ticks = np.sort(np.array([tick for tick in self._frames.packets.ticks if tick is not None], np.int64))
        self._originals: PictureSums | None = None
        if not len(self._ticks):
            raise DecoderFailed(address.shown, "its packets carry no times, so it cannot be cut")
        # AVI says when a packet is decoded: where there are B frames, a scan has all but the first one step later.
        self._late = 0.0
        if begun is not None:
            shown = self._frames.display_times[: len(begun.times)]
            self._late = float(np.median(begun.times[: len(shown)] - shown))

    @property
    def limits(self) -> Span:
        """Seconds of the first frame, and of the end of the last, as a scan has them."""
        shown = self._frames.display_times + self._late
        first = int(np.searchsorted(shown, -self._frames.gap / 4))
        return Span(float(shown[min(first, len(shown) - 1)]), self._end + self._late)

    @property
    def _end(self) -> float:
        """Seconds of the end of the last frame, by the times of the packets."""
        return float(self._frames.display_times[-1]) + self._frames.gap

    def ranges(self, kept: Sequence[Span]) -> list[tuple[int, int]]:
        """Return the frames [first, last) of stretches, without those that hold none."""
        times = self._frames.display_times
        edges = [self._frames.bounds(Piece(span.start - self._late, span.end - self._late, 0, None)) for span in kept]
        found = [np.searchsorted(times, pair).tolist() for pair in edges]
        return [(first, last) for first, last in found if first < last]

    def frames_at(self, times: Sequence[float]) -> list[float]:
        """Return the times, in rising order and each once, of the frames nearest to some seconds."""
        shown = self._frames.display_times + self._late
        return shown[np.unique(nearest(shown, np.array(times)))].tolist()  # type: ignore[no-any-return]

    def method(self, ranges: Sequence[tuple[int, int]], container: str, encode: bool) -> CutMethod:
        """Return how a cut is made of ranges of frames. encode: copy nothing."""
        packets = self._frames.packets
        coding = None if encode else coding_of(self._info)
        if coding and coding.starts:
            there = framecrc.packets_with_units(self._address, self._stream, coding.to_stream, coding.starts)
            keys = np.zeros(len(packets), np.bool_)
            keys[[number for number in there if number < len(keys)]] = True
            packets = replace(packets, keys=(keys & np.array(packets.keys, np.bool_)).tolist())
        return choose_method(ranges, packets, self._info, container, encode)

    def spans(self, ranges: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the seconds in which ranges of frames are shown, as a scan has them."""
        times = np.append(self._frames.display_times, self._end) + self._late
        return [Span(float(times[first]), float(times[last])) for first, last in ranges]

    def write(
        self, ranges: Sequence[tuple[int, int]], method: CutMethod, tracks: Sequence[int], stall: float, place: str
    ) -> CutMethod:
        """Write a cut to a file at `place`, with tracks of sound. Returns how it was made: where what is copied does
        not decode to the frames that it should, all of it is encoded instead.

        Raises DecoderFailed where it could not be made, other kinds of MediaError, and OutputError.
        """
        # Sound is not decoded late: it goes with the times of the packets.
        spans = [Span(span.start - self._late, span.end - self._late) for span in self.spans(ranges)]
        self._say(_HEAR, 0)
        sounds = [
            write_cut_sound(self._address, track, spans, str(self._work / f"clean-sound-{track}.flac"), stall)
            for track in tracks
        ]
        heard = [made for made in sounds if made is not None]
        wrong = self._try(ranges, method, heard, place)
        if wrong and any(part.copied for part in method.parts):
            why = f"a copy did not decode to its frames: {wrong}"
            method = replace(self.method(ranges, method.container, True), why=why)
            wrong = self._try(ranges, method, heard, place)
        if wrong:
            raise DecoderFailed(self._address.shown, f"it could not be cut: {wrong}")
        return method

    def _try(self, ranges: Sequence[tuple[int, int]], method: CutMethod, sounds: Sequence[CutSound], place: str) -> str:
        """Write a cut. Returns what is wrong with it, "" where nothing is."""
        encoded = {part: self._encode(part, method) for part in method.parts if not part.copied}
        try:
            said = self._join(ranges, method, encoded, sounds, place)
        except DecoderFailed as error:
            if not any(part.copied for part in method.parts):
                raise
            return error.what
        finally:
            for each in encoded.values():
                os.remove(each)
        return self._what_is_wrong(ranges, method, place) or (said if not os.path.exists(place) else "")

    def _encode(self, part: Part, method: CutMethod) -> str:
        """Encode a part, and return the NUT file that it is in. Raises DecoderFailed."""
        self._say(_ENCODE, part.first)
        place = str(self._work / f"clean-part-{part.first}.nut")
        times = np.append(self._frames.display_times, self._end)
        piece = Piece(float(times[part.first]), float(times[part.last]), part.frames, part.first)
        size = None if self._unbounded else part.frames * 4 * self.source.width * self.source.height
        said = ""
        for before, picked in self._frames.selections(piece):
            shaped = [picked, "setpts=PTS-STARTPTS", *([] if method.coding else [_EVEN_SIZE])]
            words = [*before, "-noautorotate", *self._address.words, "-map", f"0:V:{self._stream}"]
            words += ["-map_metadata", "-1", "-map_chapters", "-1", "-fps_mode", "passthrough"]
            words += ["-enc_time_base:v", "demux", "-vf", ",".join(shaped), *method.words, "-write_index", "0"]
            words += ["-bsf:v", "dump_extra=freq=k"] if method.coding and method.coding.to_stream else []
            said = write_media(self._address, words, place, "nut", size=size)
            if sum(1 for _ in nut_file_packets(place, self._address, lambda _: None)) == part.frames:
                return place
        what = f"the {part.frames} frames from {piece.start:.3f} s on could not be read{said}"
        raise DecoderFailed(self._address.shown, what)

    def _join(
        self,
        ranges: Sequence[tuple[int, int]],
        method: CutMethod,
        encoded: dict[Part, str],
        sounds: Sequence[CutSound],
        place: str,
    ) -> str:
        self._say(_JOIN, 0)
        shown = self._shown_ticks(ranges)
        order = np.concatenate([self._order(part, encoded) for part in method.parts])
        base = Fraction(*self._frames.packets.base)
        stream = self._stream_header(method, encoded)
        starts = np.cumsum([0, *(part.frames for part in method.parts)])
        order += np.repeat(starts[:-1], [part.frames for part in method.parts])
        ticks = shown[order]
        delay = reorder_delay(order)
        packets = self._packets(method, encoded, ticks)
        words = ["-f", "nut", *self._rotation(), "-i", "pipe:0"]
        for sound in sounds:
            words += ["-i", f"file:{sound.place}"]
        words += [*self._address.words, "-map", "0:v"]
        for number in range(len(sounds)):
            words += ["-map", f"{number + 1}:a"]
        described = len(sounds) + 1
        words += ["-map_metadata", str(described), "-map_chapters", "-1", "-c:v", "copy"]
        for number, sound in enumerate(sounds):
            words += [f"-map_metadata:s:a:{number}", f"{described}:s:a:{sound.track}"]
            words += [f"-b:a:{number}", str(_SOUND_RATE * sound.channels)]
        words += ["-c:a", "libopus" if method.container == "webm" else "aac", *_decoding_times(ticks, delay)]
        mixed_tag = method.coding.tag_in_mp4 if method.coding and method.container in ("mp4", "mov") else ""
        words += ["-tag:v", mixed_tag] if mixed_tag else []
        words += [*INDEX_FIRST] if method.container in ("mp4", "mov") else []
        fed = nut_pieces(replace(stream, base=base), delay, packets)
        return write_media(self._address, words, place, method.container, fed=fed)

    def _shown_ticks(self, ranges: Sequence[tuple[int, int]]) -> Ints:
        """Return the ticks at which the frames of a cut are shown, in rising order, from 0."""
        above, below = self._frames.packets.base
        ends = np.append(self._ticks, self._ticks[-1] + max(1, round(self._frames.gap * below / above)))
        shown, passed = [], 0
        for first, last in ranges:
            shown.append(self._ticks[first:last] - self._ticks[first] + passed)
            passed += int(ends[last] - ends[first])
        return np.concatenate(shown)

    def _order(self, part: Part, encoded: dict[Part, str]) -> Ints:
        """Return the place in the part of the frame of each of its packets."""
        if part.copied:
            return order_shown(self._frames.times[part.first : part.last])
        return order_shown([float(one.ticks) for one in nut_file_packets(encoded[part], self._address, lambda _: None)])

    def _stream_header(self, method: CutMethod, encoded: dict[Part, str]) -> NutStream:
        """Return the header of the joined stream: the parameters of what is copied, and then of what is encoded."""
        found: list[NutStream] = []
        if any(part.copied for part in method.parts):
            next(coded_packets(self._address, self._stream, self._filters(method), found.append), None)
        if encoded:
            next(nut_file_packets(next(iter(encoded.values())), self._address, found.append), None)
        if not found:
            raise DecoderFailed(self._address.shown, "it holds no packets")
        coding = method.coding
        both = len(found) > 1 and coding is not None and coding.tag_in_mp4 == "avc1"
        extra = b"".join(one.extra for one in found) if both else found[0].extra
        return replace(found[0], tag=coding.tag if coding else found[0].tag, extra=extra)

    def _filters(self, method: CutMethod) -> str:
        to_stream = method.coding.to_stream if method.coding else ""
        return f"{to_stream},dump_extra=freq=k" if to_stream else ""

    def _packets(self, method: CutMethod, encoded: dict[Part, str], ticks: Ints) -> Iterator[NutPacket]:
        """Yield the packets of a cut, each with its time."""
        source: Iterator[NutPacket] = iter(())
        if any(part.copied for part in method.parts):
            source = coded_packets(self._address, self._stream, self._filters(method))
        number = passed = 0
        for part in method.parts:
            if part.copied:
                for _ in range(part.first - passed):
                    next(source, None)
                passed = part.last
                inside: Iterator[NutPacket] = (each for _, each in zip(range(part.frames), source, strict=False))
            else:
                inside = nut_file_packets(encoded[part], self._address, lambda _: None)
            for at, packet in enumerate(inside):
                key = self._frames.packets.keys[part.first + at] if part.copied else packet.key
                end = method.coding.end if method.coding and at == part.frames - 1 else b""
                yield NutPacket(0, int(ticks[number]), packet.data + end, key)
                number += 1
            self._say(_JOIN, part.last)

    def _what_is_wrong(self, ranges: Sequence[tuple[int, int]], method: CutMethod, place: str) -> str:
        """Decode a cut, and return how its frames differ from those that it should hold, "" where they do not."""
        try:
            made = picture_sums(resolve(place), 0, lambda frames: self._say(_CHECK, frames))
        except MediaError as error:
            return error.what
        if len(made) != method.frames:
            return f"{len(made):,} frames in place of {method.frames:,}"
        above, below = self._frames.packets.base
        wanted = self._shown_ticks(ranges) * above / below
        off: Floats = np.abs(made.times - made.times[0] - wanted)
        if not off.max() < _CLOCK_STEP:
            return f"frame {int(off.argmax()):,} is shown {off.max():.3f} s off"
        if not any(part.copied for part in method.parts):
            return ""
        if self._originals is None:
            self._originals = picture_sums(self._address, self._stream, lambda frames: self._say(_CHECK, frames))
        number = 0
        for part in method.parts:
            copy, number = made.sums[number : number + part.frames], number + part.frames
            if part.copied and not np.array_equal(copy, self._sums_of(part, self._originals)):
                return f"of the frames from {self._frames.display_times[part.first]:.3f} s on one is another picture"
        return ""

    def _sums_of(self, part: Part, originals: PictureSums) -> Ints:
        """Return the checksums of the frames of a part; fewer where the video does not decode to them."""
        times = self._frames.display_times[part.first : part.last]
        at = np.searchsorted(originals.times, times - _CLOCK_STEP)
        at = at[at < len(originals)]
        found: Ints = originals.sums[at[np.abs(originals.times[at] - times[: len(at)]) < _CLOCK_STEP]]
        return found

    def _rotation(self) -> list[str]:
        turned = self._info.rotation
        return ["-display_rotation:v:0", f"{turned:g}"] if turned else []

    def _say(self, stage: str, frame: int) -> None:
        if self._watch is not None:
            times = self._frames.display_times
            at = float(times[min(frame, len(times) - 1)])
            self._watch(Progress(stage, frame, at, self._end))


def _decoding_times(ticks: Ints, delay: int) -> list[str]:
    """Return the words by which packets get even times at which they are decoded, none where these would not fit.

    ticks: (n,) at which each is shown, in the order of the file.
    """
    count, length = len(ticks), int(ticks.max())
    if count < 2 or length < count:
        return []
    step = Fraction(length, count - 1)
    even = np.arange(count) * step.numerator // step.denominator
    back = int((even - ticks).max())
    if back > (delay + 1) * step + 1:
        return []  # at a varying rate; ffmpeg works them out
    return ["-bsf:v", f"setts=dts=floor(N*{step.numerator}/{step.denominator})-{back}:pts=PTS"]
