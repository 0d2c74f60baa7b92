"""The header: what ffmpeg says of its input before the first picture."""

import re
from dataclasses import dataclass, field

_INPUT = re.compile(r"Input #0, (.+?), from '")
_DURATION = re.compile(r"\s+Duration: (?:(\d+):(\d+):(\d+(?:\.\d+)?)|N/A)(?:, start: (-?\d+\.\d+))?")
_STREAM = re.compile(r"\s+Stream #0:(\d+)\S*: (\w+): (.*)")
_MAPPED = re.compile(r"\s+Stream #0:(\d+) -> #0:0")
_SIZE = re.compile(r", ([1-9]\d*)x([1-9]\d*)(?=[ ,]|$)")
_RATE = re.compile(r", (\d+(?:\.\d+)?)(k?) (fps|tbr)")
_ROTATION = re.compile(r"\s+Display Matrix: rotation of (-?\d+\.\d+) degrees")

_LIKELY_RATES = range(1, 1001)
_USUAL_RATE = 25.0


@dataclass
class StreamInfo:
    """One stream as its header line describes it.

    kind: Video, Audio, Subtitle ... said: the line. sideways: turned by a quarter when shown.
    """

    kind: str
    said: str
    sideways: bool = False

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
    """

    container: str = ""
    duration: float | None = None
    start: int = 0
    streams: dict[int, StreamInfo] = field(default_factory=dict)
    mapped: int | None = None
    _latest: StreamInfo | None = None

    def read(self, line: str) -> None:
        """Take in one line of ffmpeg's log, without its level tag."""
        if self.mapped is not None:
            return
        if not self.container:
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
            self._latest.sideways = abs(float(found[1])) % 180 == 90

    @property
    def video(self) -> StreamInfo:
        """The stream that is decoded; an unknown one before ffmpeg has said which."""
        return self.streams.get(-1 if self.mapped is None else self.mapped) or StreamInfo("Video", "")

    @property
    def video_count(self) -> int:
        return sum(stream.is_video for stream in self.streams.values())

    @property
    def is_picture(self) -> bool:
        """Return whether the format is one of still pictures, of which only several make a video."""
        return self.container == "image2" or self.container.endswith("_pipe")
