"""Proof of likeness: what the engine finds between files that look alike."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from loopfind.errors import MediaError
from loopfind.media.ffmpeg import address
from loopfind.model.comparison import Comparison, Failure
from loopfind.model.likeness import Neighbour, ProvenPair
from loopfind.model.video import Watch
from loopfind.pipeline.comparing import compare
from loopfind.settings import CompareSettings, LookSettings


class Proof(NamedTuple):
    """The outcome of a comparison. files: those that could be compared. pairs: those that share something. comparison:
    None where nothing could be compared."""

    files: tuple[str, ...]
    pairs: tuple[ProvenPair, ...]
    failures: tuple[Failure, ...]
    comparison: Comparison | None


def proven_first(neighbours: Sequence[Neighbour], seconds: Mapping[str, float]) -> tuple[Neighbour, ...]:
    """Return neighbours with how many seconds of each are proven, those with any first. seconds: by path, of those
    that could be compared."""
    proven = [replace(one, proven=seconds.get(one.path)) for one in neighbours]
    return tuple(sorted(proven, key=lambda one: (not one.proven, -one.likeness)))


def proof_of(
    files: Sequence[str],
    video: str | None,
    settings: LookSettings,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Proof:
    """Return what the engine finds between a video and files of a library, or where there is no video, between any two
    of the files. Raises MediaError for the video."""
    # A library of someone else's may hold addresses, which are not opened.
    there = [path for path in files if os.path.isabs(path)]
    asked = [] if video is None else [video]
    failures = list[Failure]()
    heard = settings.by == "sound"
    wanted = CompareSettings(
        query=len(asked),
        align="sound" if heard else CompareSettings.align,
        jobs=settings.jobs,
        stream=settings.audio_stream if heard else settings.stream,
        stall=settings.stall,
    )
    found = None
    while len(asked) + len(there) > 1 and found is None:
        try:
            found = compare([*asked, *there], wanted, watch, log)
        except MediaError as error:
            broken = [path for path in there if address.printable(path) == error.path]
            if not broken:
                raise
            # One that is gone, or was broken since it was looked at, costs the others no proof.
            there.remove(broken[0])
            failures.append(Failure(error.path, error.what))
    if found is None:
        return Proof((), (), tuple(failures), None)
    names = [source.path for source in found.sources]
    pairs = [ProvenPair(names[pair.files[0]], names[pair.files[1]], round(pair.seconds[1], 3)) for pair in found.pairs]
    return Proof(tuple(there), tuple(pairs), tuple(failures), found)
