"""The sharpest occurrence of a repeat."""

from collections.abc import Sequence

import numpy as np

from loopfind.media.ffmpeg.address import Address
from loopfind.media.stills import Still, read_stills
from loopfind.media.video_cut import VideoCut
from loopfind.model.report import Occurrence, Repeat

_MOMENTS = 7
"""Moments of the content at which occurrences are compared."""
_MOST_COMPARED = 12
"""Occurrences of one repeat that are looked at, the first ones."""
_WHOLE = 0.95
"""Share of the content that an occurrence must show to be kept for its looks."""
_BETTER = 1.1
"""Times as sharp as the first that an occurrence must be to be kept in its place."""
_WIDTH = 1280


def sharpest_occurrences(where: Address, stream: int, repeats: Sequence[Repeat], cut: VideoCut) -> dict[int, int]:
    """Return the number of the sharpest occurrence of each repeat, by the number of the repeat.

    Sharpness is the mean square of the Laplacian of the brightness, the median over moments of the content that they
    all show. A picture that was encoded again, scaled up or blurred has less of it; one with letters over it has more.
    """
    return {repeat.id: _sharpest(where, stream, repeat, cut) for repeat in repeats}


def _sharpest(where: Address, stream: int, repeat: Repeat, cut: VideoCut) -> int:
    shown = repeat.occurrences[:_MOST_COMPARED]
    least = _WHOLE * max(one.content_end - one.content_start for one in shown)
    whole = [at for at, one in enumerate(shown) if one.content_end - one.content_start >= least]
    low = max(shown[at].content_start for at in whole)
    high = min(shown[at].content_end for at in whole)
    if len(whole) < 2 or low >= high:
        return whole[0]
    moments = low + (high - low) * (np.arange(_MOMENTS) + 0.5) / _MOMENTS
    found = {at: _sharpness(where, stream, shown[at], moments.tolist(), cut) for at in whole}
    best = max(whole, key=lambda at: (found[at], -at))
    return best if found[best] > _BETTER * found[whole[0]] else whole[0]


def _sharpness(where: Address, stream: int, one: Occurrence, moments: Sequence[float], cut: VideoCut) -> float:
    times = cut.frames_at([one.time_of(moment) for moment in moments])
    stills = [_laplacian(still) for _, still in read_stills(where, stream, times, _WIDTH)]
    return float(np.median(stills)) if stills else 0.0


def _laplacian(still: Still) -> float:
    grey = still.mean(2)
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.square(4 * inner - around).mean()) if inner.size else 0.0
