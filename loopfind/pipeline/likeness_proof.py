"""Proof of likeness: what the engine finds between a video and the files that look like it."""

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from loopfind.errors import MediaError
from loopfind.media.ffmpeg import address
from loopfind.model.comparison import Comparison, Failure
from loopfind.model.video import Watch
from loopfind.pipeline.comparing import compare
from loopfind.settings import CompareSettings, LookSettings


class Proof(NamedTuple):
    """The outcome of a comparison. seconds: of each file, by its path, that are the same recording; a file that could not
    be compared is none of them. comparison: None where nothing could be compared."""

    seconds: dict[str, float]
    failures: tuple[Failure, ...]
    comparison: Comparison | None


def proof_of(
    video: str,
    others: Sequence[str],
    settings: LookSettings,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Proof:
    """Return what the engine finds between a video and others. Raises MediaError for the video."""
    # A library of someone else's may hold addresses, which are not opened.
    there = [path for path in others if os.path.isabs(path)]
    failures = list[Failure]()
    wanted = CompareSettings(query=1, jobs=settings.jobs, stream=settings.stream, stall=settings.stall)
    found = None
    while there and found is None:
        try:
            found = compare([video, *there], wanted, watch, log)
        except MediaError as error:
            broken = [path for path in there if address.printable(path) == error.path]
            if not broken:
                raise
            # One that is gone, or was broken since it was looked at, costs the others no proof.
            there.remove(broken[0])
            failures.append(Failure(error.path, error.what))
    if found is None:
        return Proof({}, tuple(failures), None)
    seconds = {found.sources[pair.files[1]].path: pair.seconds[1] for pair in found.pairs}
    return Proof({path: round(seconds.get(path, 0.0), 3) for path in there}, tuple(failures), found)
