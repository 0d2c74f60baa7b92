"""How files appear: a way of looking at them, and at those of a library that were not looked at in this way yet."""

import os
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import rounded
from loopfind.comparison.neighbours import Query, query_of
from loopfind.errors import BadSetting, Unreadable
from loopfind.fingerprints.likeness_parameters import MOMENTS, MOMENTS_IN_PARTS, PALETTE_SIDE, TIMBRE_SECONDS
from loopfind.fingerprints.network import load_network
from loopfind.fingerprints.palette import palette_vectors
from loopfind.fingerprints.sound_network import load_sound_network
from loopfind.fingerprints.timbre import timbre_vectors
from loopfind.media.ffmpeg import address
from loopfind.media.sound.spread import spread_sounds
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Appearance, AppearanceKey, Vectors
from loopfind.model.sound import SOUND_RATE
from loopfind.model.video import Watch
from loopfind.pipeline.inputs import each
from loopfind.settings import LIKENESS_WAYS, LookSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.library import Library


class Eye(Protocol):
    """A way of looking at files. key: of the appearances that it takes. centre: (d,) what all its vectors have in
    common, None where nobody knows."""

    centre: NDArray[np.float32] | None

    @property
    def key(self) -> AppearanceKey: ...

    def look(self, path: str) -> Appearance:
        """Return how a file appears. Raises MediaError."""

    def query(self, path: str) -> Query:
        """Return an appearance to search with. Raises MediaError."""


def eye_of(settings: LookSettings) -> Eye:
    """Return the way of looking that settings ask for. Raises BadSetting for a way that is none, and for a network that
    cannot be used, and MissingExtra."""
    if settings.by not in LIKENESS_WAYS:
        raise BadSetting("the way to be alike", settings.by, f"it takes {' or '.join(LIKENESS_WAYS)}")
    if settings.by == "sound":
        return _Ear(settings)
    if settings.by in ("cnn", "bag"):
        return _NetworkEye(settings)
    if settings.model:
        raise BadSetting("the model", settings.model, "only --by cnn, bag and sound ask a network")
    return _PaletteEye(settings)


class _PaletteEye:
    """Sees dominant colours."""

    centre: NDArray[np.float32] | None = None

    def __init__(self, settings: LookSettings) -> None:
        self._stall, self.key = settings.stall, AppearanceKey("palette", "", settings.stream)

    def look(self, path: str) -> Appearance:
        where = address.resolve(path)
        times, pictures = spread_pictures(where, self.key.stream, MOMENTS, PALETTE_SIDE, self._stall)
        return Appearance(self.key, times, rounded(palette_vectors(pictures)))

    def query(self, path: str) -> Query:
        return query_of(self.look(path))


class _NetworkEye:
    """Sees what a network sees."""

    def __init__(self, settings: LookSettings) -> None:
        self._network, self._stall = load_network(settings.model), settings.stall
        self.key, self.centre = AppearanceKey("cnn", self._network.digest, settings.stream), self._network.centre

    def look(self, path: str) -> Appearance:
        times, pictures = self._pictures(path, self._network.card.side)
        return Appearance(self.key, times, rounded(self._network.vectors(pictures)))

    def query(self, path: str) -> Query:
        """Return an appearance to search with: the network also sees quarters of the pictures, and their middle."""
        side, half = self._network.card.side, self._network.card.side // 2
        times, large = self._pictures(path, 2 * side)
        chosen = np.linspace(0, len(large) - 1, min(MOMENTS_IN_PARTS, len(large))).round().astype(np.intp)
        corners = ((0, 0), (0, side), (side, 0), (side, side), (half, half))
        parts = [self._network.vectors(large[chosen, top : top + side, left : left + side]) for top, left in corners]
        whole = self._network.vectors(_halved(large))
        return Query(whole, np.concatenate(parts), np.tile(chosen, len(parts)), times)

    def _pictures(self, path: str, side: int) -> tuple[Floats, NDArray[np.uint8]]:
        return spread_pictures(address.resolve(path), self.key.stream, MOMENTS, side, self._stall)


class _Ear:
    """Hears what sounds are like: their timbre, or what a network hears."""

    centre: NDArray[np.float32] | None = None

    def __init__(self, settings: LookSettings) -> None:
        network = load_sound_network(settings.model) if settings.model else None
        self._stall = settings.stall
        self._vectors: Callable[[NDArray[np.int16]], Vectors] = network.vectors if network else timbre_vectors
        self._rate = network.card.rate if network else SOUND_RATE
        self._seconds = network.card.length / network.card.rate if network else TIMBRE_SECONDS
        self.key = AppearanceKey("sound", network.digest if network else "", settings.audio_stream)

    def look(self, path: str) -> Appearance:
        where = address.resolve(path)
        times, pieces = spread_sounds(where, self.key.stream, MOMENTS, self._seconds, self._rate, self._stall)
        return Appearance(self.key, times, rounded(self._vectors(pieces)))

    def query(self, path: str) -> Query:
        return query_of(self.look(path))


def _halved(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures at half their side, four pixels averaged to one."""
    rows = pictures[:, ::2].astype(np.uint16) + pictures[:, 1::2]
    sums = rows[:, :, ::2] + rows[:, :, 1::2]
    return np.asarray(np.rint(sums * np.float32(0.25)), np.uint8)


def look_at_missing(
    library: Library,
    at: str | os.PathLike[str],
    eye: Eye,
    settings: LookSettings,
    watch: Watch | None,
    log: Callable[[str], None] | None,
) -> tuple[Failure, ...]:
    """Look at the files of a library of which no appearance is kept; return those that cannot be looked at.

    at: the path or address of the library. Raises LibraryError, and what `open_cluster` raises.
    """
    missing = Appearances(library.connections).missing(eye.key)
    if settings.cluster.wanted and missing:
        from loopfind.pipeline.cluster.looks import look_shared
        from loopfind.pipeline.cluster.shared_library import share_library
        from loopfind.pipeline.cluster.workers import open_cluster

        with open_cluster(settings.cluster) as cluster:
            return look_shared(cluster, share_library(at), missing, settings, watch, log)
    found = each([(path, False) for path in missing], looking(library, eye), settings.jobs, watch, log)
    return tuple(item for item in found if isinstance(item, Failure))


def looking(library: Library, eye: Eye) -> Callable[..., tuple[None, float]]:
    """Return the work on a file, for `each`: it keeps how the file appears."""
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

    return one
