"""What the choice of a hash size takes."""

from loopfind.engine.sweep.score import figures_of
from loopfind.errors import BadSetting
from loopfind.fingerprints.kind import Kind
from loopfind.fingerprints.sizes import SizeDigests
from loopfind.model.dtypes import Ints
from loopfind.model.fingerprint import Signal
from loopfind.model.sweep import Size


def sized(kind: Kind) -> None:
    """Raise BadSetting for a kind that knows no sizes."""
    if kind.needs_digests or kind.needs_colours:
        raise BadSetting("kind", kind.name, "its code is of the whole picture at once, so there is no size to choose")


def rows(many: SizeDigests, signal: Signal, origin: Ints) -> tuple[Size, ...]:
    """A row for each kind and size. origin: see origins_of."""
    return tuple(
        Size(
            kind=kind.name,
            hash_size=size,
            width=kind.width(size),
            seconds=many.seconds[place],
            figures=figures_of(many.digests(place), signal.times, origin, signal.moving),
        )
        for place, (kind, size) in enumerate(many.wanted)
    )
