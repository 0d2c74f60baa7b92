"""Training on a library: a metric by which edits of its own files are found better, kept only if it finds more."""

import math
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.comparison.metric import Views, found, learn_metric, shuffled_files
from loopfind.errors import BadSetting, LibraryError, TooFewFiles
from loopfind.fingerprints.edits import EDITS, edits_of
from loopfind.fingerprints.likeness_parameters import TRAINED_MOMENTS
from loopfind.fingerprints.network import load_network
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.likeness import AppearanceKey, Learned, Training, Vectors
from loopfind.model.video import Progress, Watch
from loopfind.pipeline.inputs import each
from loopfind.settings import LookSettings
from loopfind.stores.learned import LearnedTable
from loopfind.stores.opener import open_library

_MOST_FILES, _FEWEST_FILES = 400, 20
_SHARES = (0.5, 0.65)
"""Shares of files up to which they are trained on, and by which the best round is chosen; the others judge."""
_SEED = 20171029


class _Seen(NamedTuple):
    """The moments of one file (n, d), and each of their edits (e, n, d)."""

    wholes: Vectors
    edits: NDArray[np.float32]


def train(
    library: str | os.PathLike[str],
    settings: LookSettings = LookSettings(by="cnn"),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Training:
    """Train a metric on files of a library, and keep it if of files left out more edits are found with it than without.
    Then `similar` and `groups` compare by it.

    Raises BadSetting, MissingExtra and LibraryError.
    """
    if settings.by != "cnn":
        raise BadSetting("the way to be alike", settings.by, "only cnn is trained")
    network = load_network(settings.model)
    key = AppearanceKey("cnn", network.digest, settings.stream)
    with open_library(library, make=False) as held:
        contents = {(file.digest, file.size): file for file in held.files()}
        names = sorted(os.fsdecode(file.path) for file in contents.values())
        shown, table = held.shown, LearnedTable(held.connections)
        before = table.held("metric", key)
        rng = np.random.default_rng(_SEED)
        drawn = sorted(rng.permutation(len(names))[:_MOST_FILES].tolist())
        chosen = [names[number] for number in drawn]

        def look(path: str, *_: object) -> tuple[_Seen, float]:
            side, where = network.card.side, address.resolve(path)
            pictures = spread_pictures(where, settings.stream, TRAINED_MOMENTS, side, settings.stall)[1]
            own = np.random.default_rng([_SEED, *os.fsencode(os.path.basename(path))])
            edited = np.stack([network.vectors(one) for one in edits_of(pictures, own)])
            return _Seen(network.vectors(pictures), edited), 0.0

        seen = each([(path, False) for path in chosen], look, settings.jobs, watch, log)
        held_files = [one for one in seen if isinstance(one, _Seen)]
        failures = tuple(one for one in seen if isinstance(one, Failure))
        if len(held_files) < _FEWEST_FILES:
            what = f"{len(held_files)} of its files can be looked at, and {_FEWEST_FILES} are the fewest to train on"
            raise TooFewFiles(shown, what)
        views = _views(held_files)
        trained, checked, judged = _parts(views, len(held_files))
        if not len(judged):
            raise LibraryError(shown, "all its files show the same: there is nothing to train on")
        if watch is not None:
            watch(Progress("training", 0, 0.0, None))
        metric = learn_metric(views.of(trained), views.of(checked))
        left = views.of(judged)
        plain, with_it = found(left, None), found(left, metric)
        won, lost = int((with_it & ~plain).sum()), int((plain & ~with_it).sum())
        kept = is_rise(won, lost)
        learned = Learned("metric", key, len(held_files), metric)
        if kept:
            table.keep(learned)
    return Training(
        key=key,
        files=len(held_files),
        judged=len(judged),
        edits=len(plain),
        before=round(float(plain.mean()), 4),
        after=round(float(with_it.mean()), 4),
        kept=kept,
        digest=learned.digest if kept else "" if before is None else before.digest,
        failures=failures,
    )


def is_rise(won: int, lost: int) -> bool:
    """Return whether more was won than lost by more than twice the spread of as many throws of a coin (McNemar
    1947)."""
    return won - lost > 2 * math.sqrt(won + lost)


def forget(library: str | os.PathLike[str]) -> int:
    """Take what a library has learned out of it, metrics and codebooks; return how many. Raises LibraryError."""
    with open_library(library, make=False) as held:
        return LearnedTable(held.connections).forget()


def _parts(views: Views, count: int) -> list[NDArray[np.intp]]:
    """Return the files to train on, to choose the best round by, and to judge by."""
    parts: list[list[int]] = [[], [], []]
    for together in shuffled_files(views):
        taken = sum(map(len, parts))
        parts[int(np.searchsorted(_SHARES, taken / count, "right"))] += together.tolist()
    return [np.asarray(part, np.intp) for part in parts]


def _views(seen: Sequence[_Seen]) -> Views:
    counts = [len(one.wholes) for one in seen]
    firsts = np.cumsum([0, *counts])[:-1]
    files = np.repeat(np.arange(len(seen)), counts)
    edits = np.concatenate([one.edits.reshape(-1, one.wholes.shape[1]) for one in seen])
    moments = [
        np.tile(np.arange(first, first + count), len(EDITS)) for first, count in zip(firsts, counts, strict=True)
    ]
    return Views(np.concatenate([one.wholes for one in seen]), files, edits, np.concatenate(moments))
