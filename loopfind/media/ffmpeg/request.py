"""One reading of one video: which stream, which part, and how it is decoded."""

from dataclasses import dataclass

from loopfind.errors import BadSetting
from loopfind.media.ffmpeg.address import Address
from loopfind.model.crop import Crop
from loopfind.settings import MOST_STREAMS, STALL

_KEYS_APART = 0.5


def few_keys(apart: float) -> list[str]:
    """Return the words before an input by which it gives only key frames that are `apart` seconds or more after the
    last one given (ld(0); ld(1): there is one). Where every frame is a key frame, this is every k-th; and what is
    dropped is not even handed to the decoder."""
    kept = f"key*(not(ld(1))+gte(abs(dts*tb-ld(0)),{apart}))"
    return ["-bsf:v", f"noise=drop='if({kept},0*st(1,1)+0*st(0,dts*tb),1)'"]


@dataclass(frozen=True)
class DecodeOptions:
    """How to decode, where ffmpeg is not to choose.

    threads: of the decoder, None for as many as it likes. hwaccel: ffmpeg's name of a way to decode in hardware, ""
    for none. keys_only: give key frames alone, and of those that are closer than half a second only some. apart: run
    in a process group of its own, so that Ctrl-C in a terminal does not end it. unbounded: however much it unpacks to.
    """

    threads: int | None = None
    hwaccel: str = ""
    keys_only: bool = False
    apart: bool = False
    unbounded: bool = False

    @property
    def words(self) -> list[str]:
        """The words of the command that stand before `-i`."""
        words = [] if self.threads is None else ["-threads", str(self.threads)]
        words += ["-hwaccel", self.hwaccel] if self.hwaccel else []
        return [*words, *few_keys(_KEYS_APART)] if self.keys_only else words


@dataclass(frozen=True)
class ReadRequest:
    """A request for the frames of a video. Making one raises BadSetting for limits that no video has.

    stream: number of the video stream, from 0, cover art not counted. start, end: frames with start <= time < end are
    read, seconds from the container's start; None for no limit. digests, colours: also give a digest of each full-size
    picture, its mean colour. stall: seconds without a byte from ffmpeg after which it is ended. options: how to decode.
    crop: the part of each picture that is read, None for all of it.
    """

    address: Address
    stream: int = 0
    start: float | None = None
    end: float | None = None
    digests: bool = False
    colours: bool = False
    stall: float = STALL
    options: DecodeOptions = DecodeOptions()
    crop: Crop | None = None

    def __post_init__(self) -> None:
        check_limits(self.stream, self.start, self.end, self.stall)


def check_limits(stream: int, start: float | None, end: float | None, stall: float) -> None:
    """Raise BadSetting for limits that no video has."""
    if not 0 <= stream < MOST_STREAMS:
        raise BadSetting("stream", stream, "streams are numbered from 0, and no file has so many")
    for name, value in (("start", start), ("end", end)):
        if value is not None and not 0 <= value < float("inf"):
            raise BadSetting(name, value, "give seconds from the start of the video, 0 or more")
    if not stall > 0:
        raise BadSetting("stall", stall, "give seconds above 0")
