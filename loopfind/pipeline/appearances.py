"""How files appear: a way of looking at them, and at those of a library that were not looked at in this way yet."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import rounded
from loopfind.comparison.neighbours import Query, query_of
from loopfind.errors import BadSetting, Unreadable
from loopfind.fingerprints.likeness_parameters import MOMENTS, MOMENTS_IN_PARTS, PALETTE_SIDE
from loopfind.fingerprints.network import Network, load_network
from loopfind.fingerprints.palette import palette_vectors
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.likeness import Appearance, AppearanceKey, Vectors
from loopfind.model.video import Watch
from loopfind.pipeline.inputs import each
from loopfind.settings import LIKENESS_WAYS, LookSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.sqlite import Library


class Eye:
    """A way of looking: how large pictures are, and what they become. Raises BadSetting for a way that is none, and
    MissingExtra."""

    def __init__(self, settings: LookSettings) -> None:
        if settings.by not in LIKENESS_WAYS:
            raise BadSetting("the way to be alike", settings.by, f"it takes {' or '.join(LIKENESS_WAYS)}")
        if settings.model and settings.by != "cnn":
            raise BadSetting("the model", settings.model, "only --by cnn looks with a network")
        self._network: Network | None = load_network(settings.model) if settings.by == "cnn" else None
        self._side = self._network.card.side if self._network else PALETTE_SIDE
        self._stream, self._stall = settings.stream, settings.stall
        self.key = AppearanceKey(settings.by, self._network.digest if self._network else "", settings.stream)

    def look(self, path: str) -> Appearance:
        """Return how a file appears."""
        times, pictures = spread_pictures(address.resolve(path), self._stream, MOMENTS, self._side, self._stall)
        return Appearance(self.key, times, rounded(self._seen(pictures)))

    def query(self, path: str) -> Query:
        """Return an appearance to search with: a network also sees quarters of the pictures, and their middle."""
        if self._network is None:
            return query_of(self.look(path))
        side, half = self._side, self._side // 2
        times, large = spread_pictures(address.resolve(path), self._stream, MOMENTS, 2 * side, self._stall)
        chosen = np.linspace(0, len(large) - 1, min(MOMENTS_IN_PARTS, len(large))).round().astype(np.intp)
        corners = ((0, 0), (0, side), (side, 0), (side, side), (half, half))
        parts = [self._seen(large[chosen, top : top + side, left : left + side]) for top, left in corners]
        return Query(self._seen(_halved(large)), np.concatenate(parts), np.tile(chosen, len(parts)), times)

    def _seen(self, pictures: NDArray[np.uint8]) -> Vectors:
        return palette_vectors(pictures) if self._network is None else self._network.vectors(pictures)


def _halved(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures at half their side, four pixels averaged to one."""
    count, side = pictures.shape[:2]
    means = pictures.reshape(count, side // 2, 2, side // 2, 2, 3).mean((2, 4))
    return np.asarray(np.rint(means), np.uint8)


def look_at_missing(
    library: Library, eye: Eye, settings: LookSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[Failure, ...]:
    """Look at the files of a library of which no appearance is kept; return those that cannot be looked at."""
    appearances = Appearances(library.connections)

    def one(path: str, *_: object) -> tuple[None, float]:
        try:
            file = library.look(path)
            appearance = eye.look(path)
            if library.look(path) != file:
                raise Unreadable(path, "it changed while it was looked at: ask once more")
        except OSError as error:
            raise Unreadable(path, f"it cannot be read: {error.strerror}") from error
        appearances.add(file, appearance)
        return None, 0.0

    found = each([(path, False) for path in appearances.missing(eye.key)], one, settings.jobs, watch, log)
    return tuple(item for item in found if isinstance(item, Failure))
