"""The hash sizes of a kind: how good each is on a video, and which one to choose."""

from collections.abc import Sequence
from dataclasses import replace

from loopfind.arrays.digests import as_codes
from loopfind.engine.sweep.score import advice_on, origins_of, scores_of
from loopfind.errors import BadSetting
from loopfind.fingerprints.kind import Kind, takes
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Fingerprint, Signal
from loopfind.model.sweep import Size
from loopfind.settings import SIZES


def require_sizes(kind: Kind) -> None:
    """Raise BadSetting for a kind that is not sized."""
    if not kind.sized:
        raise BadSetting("kind", kind.name, "its code is of the whole picture at once, so there is no size to choose")


def every_size(kind: Kind) -> SizeDigests:
    """Return a taker that digests every size of a kind while a video is read. Raises BadSetting."""
    require_sizes(kind)
    return SizeDigests([(kind, size) for size in SIZES if takes(kind, size)])


def size_rows(digests: SizeDigests, signal: Signal, origin: Ints) -> tuple[Size, ...]:
    """Return a row of figures for each kind and size. origin: see origins_of."""
    return tuple(
        Size(
            kind=kind.name,
            hash_size=size,
            width=kind.width(size),
            seconds=digests.seconds[place],
            scores=scores_of(digests.digests(place), signal.times, origin, signal.moving),
        )
        for place, (kind, size) in enumerate(digests.wanted)
    )


def choose_size(
    digests: SizeDigests, fingerprint: Fingerprint, signal: Signal, runs: Sequence[Run]
) -> tuple[Fingerprint, str]:
    """Return the fingerprint at the best of the sizes, and why that one was chosen. Where nothing repeats, it
    stays as it is."""
    advice = advice_on(size_rows(digests, signal, origins_of(runs, signal.times)))
    if advice is None:
        nothing = "nothing that equal hashes could show repeats, so there is nothing to choose by"
        return fingerprint, f"{fingerprint.hash_size}: {nothing}"
    place = next(n for n, (_, size) in enumerate(digests.wanted) if size == advice.hash_size)
    codes = as_codes(digests.digests(place))
    return replace(fingerprint, hash_size=advice.hash_size, codes=codes), advice.reason
