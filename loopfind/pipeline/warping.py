"""Compare files with time warped, by their colours or by their tones."""

from collections.abc import Sequence
from itertools import combinations

from loopfind.comparison.dtw.pairs import HeardFile, WarpedFile, Warper
from loopfind.comparison.dtw.parameters import LONGEST_HEARD
from loopfind.errors import Broken
from loopfind.fingerprints.chroma import chroma_of
from loopfind.media.ffmpeg.address import Address
from loopfind.model.comparison import Warp
from loopfind.model.video import Progress, Source, Watch
from loopfind.pipeline.sound import sound_in, source_of_sound
from loopfind.settings import CompareSettings

_PAIRS_BETWEEN = 16  # pairs between two reports of progress


def warped(files: Sequence[WarpedFile], settings: CompareSettings, watch: Watch | None) -> tuple[Warp, ...]:
    """Align any two files, or each clip with each other file, the nearest first."""
    warper = Warper(files, settings)
    pairs = [pair for pair in combinations(range(len(files)), 2) if settings.joins(*pair)]
    warps = []
    for number, (one, other) in enumerate(pairs):
        if watch is not None and number % _PAIRS_BETWEEN == 0:
            watch(Progress(f"aligned {number} of {len(pairs)} pairs", number, 0.0, None))
        warps.append(warper.warp(one, other))
    return tuple(sorted(warps, key=_rank))


def _rank(warp: Warp) -> tuple[bool, float, tuple[int, int]]:
    """Return a sort key: by distance, or the least that it may be."""
    return warp.distance is None, warp.at_least, warp.files


def read_tones(where: Address, settings: CompareSettings, unbounded: bool) -> tuple[Source, HeardFile]:
    """Read the tones of the sound of a file. Raises NotVideo where it has no sound, and Broken for days of it."""
    sound = sound_in(where, settings.stream, settings.stall, unbounded)
    source = source_of_sound(where, sound)
    if source.duration > LONGEST_HEARD:
        days = f"it lasts {source.duration / 86400:,.0f} days"
        raise Broken(where.shown, f"{days}, too many to be warped: compare it with --align sound")
    return source, HeardFile(chroma_of(sound))
