"""The frames of a video by its packets: where a piece begins and ends among them, and how ffmpeg selects them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.media.ffmpeg.address import Address
from loopfind.media.ffmpeg.framecrc import Listing
from loopfind.media.ffmpeg.process import COUNTED, WHOLE, seek_words
from loopfind.media.pieces import Piece

_RUN_UP = 10.0
"""Seconds before a piece at which decoding begins, so that its first frame is decoded whole."""


class FrameSelector:
    """A selector of the frames of pieces. packets: of the video, in the order of the file. times: (n,) seconds at which
    each is shown, NaN where it does not say. display_times: those that are known, in rising order."""

    def __init__(self, address: Address, packets: Listing) -> None:
        self._address, self.packets = address, packets
        self.times = packets.times()
        self.display_times = np.sort(self.times[~np.isnan(self.times)])

    def bounds(self, piece: Piece) -> tuple[float, float]:
        """Return the limits of the piece, moved to the middle between frames, so that rounded times decide nothing."""
        return self._middle_before(piece.start), self._middle_before(piece.end)

    @property
    def gap(self) -> float:
        """Seconds from a frame to the next, as is usual; 0 where there is no next."""
        return float(np.median(np.diff(self.display_times))) if len(self.display_times) > 1 else 0.0

    def _middle_before(self, seconds: float) -> float:
        """Return the middle between the frame nearest to `seconds` and the frame before it."""
        shown = self.display_times
        if len(shown) < 2:
            return seconds
        gap = self.gap
        at = int(np.searchsorted(shown, seconds - gap / 4))
        if at == len(shown) or abs(shown[at] - seconds) > gap:
            return seconds - gap / 2  # the end of the file, or times that had to be mended
        return float(shown[at] + (shown[at - 1] if at else shown[0] - gap)) / 2

    def selections(self, piece: Piece) -> Iterator[tuple[list[str], str]]:
        """Yield options before the input and the filter that selects the frames, the fastest first.

        A file without seeking, or with times that had to be mended, needs a slower one.
        """
        if self.packets.restarts and piece.first is None:
            piece = self._numbered(piece)
        counted = (["-copyts", *COUNTED], f"trim=start_frame={piece.first}:end_frame={piece.last}")
        numbered = [] if piece.first is None else [counted]
        if self.packets.restarts:
            yield from numbered
            return
        if self.packets.stands_in or np.isnan(self.times).any():
            # A container without times, such as AVI: what ffmpeg makes up depends on where it begins.
            yield from numbered
        low, high = self.bounds(piece)
        start = self.packets.start
        picked = f"trim=start={low + start:.6f}:end={high + start:.6f}"
        if low > _RUN_UP and self._address.seekable:
            # An index may lead to where no decoder can start: then frames are missing, and the next way is taken.
            yield ["-copyts", *seek_words(low - _RUN_UP)], f"select='st(0,ld(0)+{WHOLE})',{picked}"
        yield ["-copyts"], picked
        yield from numbered

    def _numbered(self, piece: Piece) -> Piece:
        """Return a piece with the number of its first frame, by the times of the packets."""
        first, last = np.searchsorted(self.display_times, self.bounds(piece)).tolist()
        return replace(piece, frames=last - first, first=first)
