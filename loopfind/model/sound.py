"""The sound of a file: one track, mixed down to one channel, on the clock of the pictures."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from loopfind.model.video import Span

SOUND_RATE = 11025
"""Samples a second. The codes of a sound lie between 300 and 3400 Hz, which half of this holds."""


SOUND_WINDOW, SOUND_HOP = 2048, 256
"""Samples that a code of sound looks at, and from one code to the next."""


CHROMAPRINT_WINDOW, CHROMAPRINT_HOP = 28665, 1365
"""Samples that an item of a Chromaprint looks at, and from one item to the next."""

CHROMA_HOP, CHROMA_TONES = SOUND_RATE // 25, 24
"""Samples from one row of a chroma to the next, and tones of an octave."""

Codes = NDArray[np.uint32]
"""Codes of a sound, (n,)."""


def code_count(seconds: float) -> int:
    """Return how many codes a sound of so many seconds has."""
    return max(0, (round(seconds * SOUND_RATE) - SOUND_WINDOW) // SOUND_HOP)


LONGEST_PITCHED = 3600.0
"""Seconds of the longest sound of which copies at another speed or pitch are looked for."""


class Samples(Protocol):
    """A table (n, 1) int16 of samples, in memory or on disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> NDArray[Any]: ...


class CodeRows(Protocol):
    """A table (n, 1) uint32 of codes, in memory or on disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class AudioTrack:
    """A track of sound as the container describes it. number: among the tracks of sound, from 0. others: how many more
    tracks of sound there are. container: ffmpeg's name of the format."""

    number: int
    codec: str
    others: int = 0
    container: str = ""


@dataclass(frozen=True)
class Sound:
    """A track of sound, SOUND_RATE samples a second.

    samples: (n, 1) int16; sample i is heard at start + i / SOUND_RATE. start: seconds on the clock of the pictures.
    gaps: stretches in which the file holds no sound, in their order, 0 in the samples.
    """

    samples: Samples
    start: float
    track: AudioTrack
    gaps: tuple[Span, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def end(self) -> float:
        """Seconds at which the last sample is over."""
        return self.start + len(self.samples) / SOUND_RATE

    def time_of(self, sample: float) -> float:
        """Return the second at which a sample is heard."""
        return self.start + sample / SOUND_RATE


@dataclass(frozen=True)
class PitchCodes:
    """Codes of a sound by which copies at other pitches are found.

    pitches: (k,) rising, the first is 1. codes: (k, n) uint32; row i are the codes of the sound as they would be if it
    were played pitches[i] times as high.
    """

    pitches: tuple[float, ...]
    codes: NDArray[np.uint32]


@dataclass(frozen=True)
class SoundFingerprint:
    """A sound and its codes.

    codes: (n,) uint32; code i is of the samples from i * SOUND_HOP on, SOUND_WINDOW of them. chromaprint: the items of
    its Chromaprint, (m,) uint32, where these are asked about too; none elsewhere. pitched: codes at other pitches, None
    where copies at another speed or pitch are not looked for.
    """

    sound: Sound
    codes: Codes
    chromaprint: Codes = field(default_factory=lambda: np.zeros(0, np.uint32))
    pitched: PitchCodes | None = None


@dataclass(frozen=True)
class Chroma:
    """How loud each tone of the octave is. energies: (n, CHROMA_TONES) float32; row i is of the moment i * CHROMA_HOP
    samples behind the start. start: seconds."""

    energies: NDArray[np.float32]
    start: float
