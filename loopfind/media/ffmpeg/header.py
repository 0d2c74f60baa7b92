"""The header: what ffmpeg says of its input before the first picture.

ffmpeg writes names and values out of the file between these lines as they are, so that a file, or its name, may hold
lines that look like them. A line that ffmpeg writes once and that comes twice gives that away. Nothing that was said in
this way is believed then, and only what ffmpeg says in colour remains, which no file can imitate (see `log`).
"""

import re
from dataclasses import dataclass, field

_INPUT = re.compile(r"Input #0, (.+?), from '")
_DURATION = re.compile(r"\s+Duration: (?:(\d+):(\d+):(\d+(?:\.\d+)?)|N/A)(?:, start: (-?\d+\.\d+))?")
_STREAM = re.compile(r"\s+Stream #0:(\d+)\S*: (\w+): (.*)")
_MAPPED = re.compile(r"\s+Stream #0:(\d+) -> #0:0")
_SIZE = re.compile(r", ([1-9]\d*)x([1-9]\d*)(?=[ ,]|$)")
_RATE = re.compile(r", (\d+(?:\.\d+)?)(k?) (fps|tbr)")
_ROTATION = re.compile(r"\s+Display Matrix: rotation of (-?\d+\.\d+) degrees")

_FORMAT = re.compile(r"\[in#0/(\S+) @")
_DECODER = re.compile(r"\[vist#0:(\d+)/(\S+) @")
_GRAPH = re.compile(r"\[graph -?\d+ input from stream 0:\d+ @")
_PICTURE = re.compile(r"w:(\d+) h:(\d+) pixfmt:\S+ tb:\S+ fr:(\d+/[1-9]\d*)")
_TURNED = re.compile(r"-> w:(\d+) h:(\d+)")

_GUESS = re.compile(r"Estimating duration from bitrate")
_WITHOUT_DURATION = {"mpegts", "mpeg", "mpegtsraw"}
"""Formats that hold no duration, of which ffmpeg takes the last times for one."""

_LIKELY_RATES = range(1, 1001)
_USUAL_RATE = 25.0


@dataclass
class StreamInfo:
    """One stream as its header line describes it.

    kind: Video, Audio, Subtitle ... said: the line. rotation: degrees by which it is turned when shown, as ffmpeg
    counts them.
    """

    kind: str
    said: str
    rotation: float = 0.0

    @property
    def sideways(self) -> bool:
        """Return whether it is turned by a quarter when shown."""
        return abs(self.rotation) % 180 == 90

    @property
    def is_video(self) -> bool:
        return self.kind == "Video" and "(attached pic)" not in self.said

    @property
    def codec(self) -> str:
        return re.split(r"[ ,]", self.said, maxsplit=1)[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height after rotation, in stored pixels (not stretched to square ones); (0, 0) if unknown."""
        found = _SIZE.search(self.said)
        if not found:
            return 0, 0
        width, height = int(found[1]), int(found[2])
        return (height, width) if self.sideways else (width, height)

    @property
    def described(self) -> str:
        """The codec and the size."""
        width, height = self.size
        return f"{self.codec}, {width}x{height}" if width else self.codec

    @property
    def rate(self) -> float:
        """Frames a second as declared; 25.0 where nothing likely is declared."""
        for number, kilo, _ in _RATE.findall(self.said):
            rate = float(number) * (1000 if kilo else 1)
            if _LIKELY_RATES.start <= rate < _LIKELY_RATES.stop - 1:
                return rate
        return _USUAL_RATE


@dataclass
class Header:
    """Filled line by line.

    container: ffmpeg's name of the format, "" before it was recognised. duration: seconds, None where not declared.
    start: microseconds at which the container says it starts. streams: by index. mapped: index of the decoded one.
    forged: whether the input holds lines that look like these.
    guessed: whether the duration is ffmpeg's guess, from the bitrate or from the times at the end of a stream.
    """

    container: str = ""
    duration: float | None = None
    start: int = 0
    streams: dict[int, StreamInfo] = field(default_factory=dict)
    mapped: int | None = None
    forged: bool = False
    guessed: bool = False
    _latest: StreamInfo | None = None
    _once: set[str] = field(default_factory=set)
    _format: str = ""
    _decoder: tuple[int, str] | None = None
    _picture: tuple[int, int] = (0, 0)
    _frames_a_second: str = ""

    def read(self, line: str) -> None:
        """Take in one line of ffmpeg's log, without its level tag."""
        if not self.forged:
            self._read(line)

    def read_sure(self, words: str, prefix: str) -> None:
        """Take in one line that ffmpeg wrote in colour. prefix: who says it."""
        if found := _FORMAT.search(prefix):
            self._format = found[1]
        if found := _DECODER.search(prefix):
            self._decoder = int(found[1]), found[2]
        if _GUESS.match(words):
            self.guessed = True
        if _GRAPH.search(prefix) and (found := _PICTURE.match(words)):
            self._picture, self._frames_a_second = (int(found[1]), int(found[2])), found[3]
        elif prefix.startswith("[transpose @") and (found := _TURNED.search(words)):
            self._picture = int(found[1]), int(found[2])
        if self.forged:
            self._take_sure()

    def _read(self, line: str) -> None:
        if self._comes_again(line):
            self.forged = True
            self._take_sure()
        elif self.mapped is not None:
            return
        elif not self.container:
            if found := _INPUT.match(line):
                self.container = found[1]
        elif found := _MAPPED.match(line):
            self.mapped = int(found[1])
        elif found := _STREAM.match(line):
            self._latest = self.streams.setdefault(int(found[1]), StreamInfo(found[2], found[3]))
        elif found := _DURATION.match(line):
            hours, minutes, seconds, start = found.groups()
            if hours is not None:
                self.duration = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            if start is not None:
                self.start = int(start.replace(".", ""))
        elif self._latest and (found := _ROTATION.match(line)):
            self._latest.rotation = float(found[1])

    def _comes_again(self, line: str) -> bool:
        """Say whether a line is one of those that ffmpeg writes once, and was there before."""
        for kind, pattern in (("input", _INPUT), ("duration", _DURATION), ("mapped", _MAPPED), ("stream", _STREAM)):
            if not (found := pattern.match(line)):
                continue
            if kind == "stream" and self.mapped is not None:
                return False  # one of the output
            name = kind + (found[1] if kind == "stream" else "")
            if name in self._once:
                return True
            self._once.add(name)
        return False

    def _take_sure(self) -> None:
        """Believe nothing but what ffmpeg said in colour."""
        self.container, self.duration, self.start = self._format, None, 0
        self.mapped, codec = self._decoder or (None, "")
        self.streams = {} if self.mapped is None else {self.mapped: StreamInfo("Video", codec)}

    @property
    def vouched(self) -> float | None:
        """The duration as far as the file itself says it, None where ffmpeg guesses it."""
        return None if self.guessed or self.container in _WITHOUT_DURATION else self.duration

    @property
    def video_ends(self) -> float | None:
        """The seconds after the first frame at which the last one ends, as far as the file itself says it. Most
        containers count the sound too, or give the last frame a duration of its own."""
        alone = [one.kind for one in self.streams.values()] == ["Video"]
        known = self.vouched if self.container == "flv" and alone else None
        return None if known is None else known - self.start / 1e6

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture as shown, (0, 0) if unknown: as decoded, else as the stream's line says."""
        return self._picture if all(self._picture) else self.video.size

    @property
    def rate(self) -> float:
        """Frames a second as declared; 25.0 where nothing likely is declared."""
        if not self.forged:
            return self.video.rate
        above, _, below = self._frames_a_second.partition("/")
        rate = int(above or 0) / int(below or 1)
        return rate if _LIKELY_RATES.start <= rate < _LIKELY_RATES.stop - 1 else _USUAL_RATE

    @property
    def video(self) -> StreamInfo:
        """The stream that is decoded; an unknown one before ffmpeg has said which."""
        return self.streams.get(-1 if self.mapped is None else self.mapped) or StreamInfo("Video", "")

    @property
    def video_count(self) -> int:
        return sum(stream.is_video for stream in self.streams.values())

    @property
    def unread(self) -> tuple[str, ...]:
        """The video streams that are not decoded, in words."""
        videos = [number for number, stream in sorted(self.streams.items()) if stream.is_video]
        return tuple(
            f"video stream {place}: {self.streams[number].described}"
            for place, number in enumerate(videos)
            if number != self.mapped
        )

    @property
    def sounds(self) -> int | None:
        """The number of tracks of sound, None where the header is not to be believed."""
        return None if self.forged else sum(stream.kind == "Audio" for stream in self.streams.values())

    @property
    def is_picture(self) -> bool:
        """Return whether the format is one of still pictures, of which only several make a video."""
        return self.container == "image2" or self.container.endswith("_pipe")
