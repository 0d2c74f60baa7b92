"""Compare files by their colours, with time warped."""

from collections.abc import Sequence
from itertools import combinations

from loopfind.comparison.dtw.pairs import Warper
from loopfind.comparison.dtw.search import library
from loopfind.errors import BadSetting, UnknownPart
from loopfind.model.comparison import Warp
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.video import Progress, Watch
from loopfind.settings import ALIGNMENTS, CompareSettings, Settings

_EVERY = 16
"""Pairs after which progress is told."""


def kind_for(settings: CompareSettings) -> str:
    """The kind of fingerprint that the way of aligning needs.

    Raises UsageError for settings that do not go together, and MissingExtra: before hours of reading, not after.
    """
    if settings.align not in ALIGNMENTS:
        raise UnknownPart("alignment", settings.align, ALIGNMENTS)
    if settings.align != "dtw":
        return Settings.kind
    if settings.own:
        raise BadSetting("align", settings.align, "it says nothing of repeats inside a file; leave them out")
    if not 0 < settings.band <= 0.5:
        raise BadSetting("band", settings.band, "give a share of the shorter file above 0, up to a half")
    if settings.band_seconds is not None and not 0 < settings.band_seconds < float("inf"):
        raise BadSetting("band", settings.band_seconds, "give seconds above 0")
    library()
    return "color"


def warped(fingerprints: Sequence[Fingerprint], settings: CompareSettings, watch: Watch | None) -> tuple[Warp, ...]:
    """Any two files, or, in a query, each that is looked for and each other one, the nearest first. Files of kind
    `color`."""
    warper, queries = Warper(fingerprints, settings), settings.query
    pairs = [(a, b) for a, b in combinations(range(len(fingerprints)), 2) if not queries or a < queries <= b]
    warps = []
    for number, (one, other) in enumerate(pairs):
        if watch is not None and number % _EVERY == 0:
            watch(Progress(f"aligned {number} of {len(pairs)} pairs", number, 0.0, None))
        warps.append(warper.warp(one, other))
    return tuple(sorted(warps, key=_rank))


def _rank(warp: Warp) -> tuple[bool, float, tuple[int, int]]:
    return warp.distance is None, warp.at_least, warp.files
