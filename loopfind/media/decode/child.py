"""The ffmpeg that decodes a request, and what has come out of its pipes so far."""

from loopfind.errors import DecoderFailed
from loopfind.media.decode.pictures import BATCH_FRAMES, MeanColours, Pictures
from loopfind.media.ffmpeg.digests import Digests
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.nut import DamagedNut, NutReader
from loopfind.media.ffmpeg.piped import PipedFfmpeg
from loopfind.media.ffmpeg.process import decode_command
from loopfind.media.ffmpeg.request import ReadRequest


class DecodingChild(PipedFfmpeg):
    """One running ffmpeg. seek: seconds at which it begins, None for the start of the video.

    journal: what it said. pictures: those that were not taken yet; of them no more than a batch, and a pipe, are kept
    in memory. digests, colours: theirs, None where they were not asked for. command: of ffmpeg.
    """

    def __init__(self, request: ReadRequest, seek: float | None = None) -> None:
        """Start it. Raises DecoderFailed where there is no ffmpeg to start."""
        self.digests = Digests() if request.digests else None
        self.colours = MeanColours() if request.colours else None
        self.pictures = Pictures()
        self._nut = NutReader() if request.colours else None
        command = decode_command(request, seek, "" if self.digests is None else self.digests.filter)
        journal, options = Journal(self.digests, request.address.is_remote), request.options
        super().__init__(command, request.address, journal, apart=options.apart, unbounded=options.unbounded)

    def _has_room(self) -> bool:
        return self.pictures.count < BATCH_FRAMES

    def _take(self, parts: list[bytes]) -> None:
        if self._nut is None or self.colours is None:
            for part in parts:
                self.pictures.feed(part)
            return
        try:
            for part in parts:
                for packet in self._nut.feed(part):
                    (self.colours if packet.stream else self.pictures).feed(packet.data)
        except DamagedNut as error:
            what = f"what ffmpeg hands over cannot be understood ({error}): is it ffmpeg that IMAGEIO_FFMPEG_EXE names?"
            raise DecoderFailed(self._address.shown, what) from None
