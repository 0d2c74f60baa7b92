"""Several files: the ones that paths stand for, and work done on each, some at a time."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Lock
from typing import Any, TypeVar

from loopfind.errors import BadSetting, MediaError
from loopfind.media.ffmpeg.children import Children
from loopfind.media.web_list import is_list, listed
from loopfind.model.comparison import Failure
from loopfind.model.video import Frames, Progress, Watch
from loopfind.objects import bucket
from loopfind.objects.bucket import is_object
from loopfind.settings import (
    DONE,
    CompareSettings,
    Decoding,
    Settings,
    SteadySettings,
    SweepSettings,
    TrajectorySettings,
)
from loopfind.stores.places import real_path

T = TypeVar("T")
AnySettings = TypeVar("AnySettings", Settings, SweepSettings, CompareSettings, SteadySettings, TrajectorySettings)


def changed_settings(settings: AnySettings, changes: Mapping[str, Any]) -> AnySettings:
    """Return the settings with those that were given by name in their places. Raises BadSetting for an unknown name."""
    known = [field.name for field in fields(settings)]
    for name, value in changes.items():
        if name not in known:
            raise BadSetting(name, value, f"there is no such setting; there are {', '.join(known)}")
    whole: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()
    }
    return replace(settings, **whole) if whole else settings


class CancelToken:
    """Takes the batches of readings like a FingerprintBuilder, and raises once they are to stop.

    children: the ffmpegs of the readings.
    """

    def __init__(self) -> None:
        self.children, self._cancelled = Children(), False

    def add(self, frames: Frames) -> None:
        """Raise RuntimeError if it is time to stop."""
        self.check()

    def check(self) -> None:
        """Raise RuntimeError if it is time to stop."""
        if self._cancelled:
            raise RuntimeError("the reading was stopped")

    def cancel(self) -> None:
        """Stop the readings, from any thread. Those that wait for a source which is silent are ended too."""
        self._cancelled = True
        self.children.end()


def stands_for_several(name: str) -> bool:
    """Return whether a name stands for several files: a folder, a bucket or a folder in one, or a list on the web.

    Raises MissingExtra, and Unreadable for a store that does not say.
    """
    if is_object(name):
        return bucket.look(name) is None and bool(bucket.below(name, 1))
    return os.path.isdir(name) or is_list(name)


def addresses_in(name: str) -> list[str] | None:
    """Return the addresses that a name stands for: those of the objects in a bucket or a folder of it, or those in a
    list on the web. None for any other name. Raises as `stands_for_several` does, and Unreadable for a bad list."""
    if is_list(name):
        return listed(name)
    return bucket.below(name) if is_object(name) and stands_for_several(name) else None


def files_in(paths: Sequence[str], queries: int = 0) -> tuple[list[tuple[str, bool]], int]:
    """Return the files that paths stand for, each with whether it was named itself rather than found in a folder or a
    list, and how many of them the first `queries` paths stand for. A file that was named, or found before, is not
    found once more. Raises Unreadable and MissingExtra for a bucket or list that cannot be read."""
    files: list[tuple[str, bool]] = []
    named = {real_path(path) for path in paths if "\0" not in path}
    looked_for = 0
    for number, path in enumerate(paths):
        if number == queries:
            looked_for = len(files)
        if os.path.isdir(path):
            found = sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(path)
                for name in names
                if not name.startswith(".") and os.path.isfile(os.path.join(folder, name))
            )
            files += _new(found, named)
        elif (addresses := addresses_in(path)) is not None:
            files += _new([name for name in addresses if not _is_hidden(name)], named)
        else:
            files.append((path, True))
    return files, looked_for


def _new(names: Sequence[str], known: set[bytes]) -> Iterator[tuple[str, bool]]:
    """Yield the names that are not known yet, which are known from then on, as they were found."""
    for name in names:
        if (real := real_path(name)) not in known:
            known.add(real)
            yield name, False


def _is_hidden(address: str) -> bool:
    return address.rpartition("/")[2].startswith(".")


def decoding_of(files: int, jobs: int, unbounded: bool = False) -> Decoding:
    """Return how to decode each of so many files, `jobs` at a time: a single one in parts, side by side; of many each
    with one thread, so that `jobs` cores are used and decoders do not hinder each other. Of few files the last ones
    would then leave cores idle, so each has all the threads that it wants. unbounded: as in Decoding."""
    if files == 1:
        return Decoding(jobs=jobs, unbounded=unbounded)
    return Decoding(jobs=1, threads=1 if jobs <= files // 2 else None, unbounded=unbounded)


def each(
    wanted: Sequence[tuple[str, bool]],
    work: Callable[[str, CancelToken, Watch | None, Callable[[str], None]], tuple[T, float]],
    jobs: int,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    strict: bool = True,
    closely: bool = False,
) -> list[T | Failure]:
    """Do `work` on each file, and return its answers in order, with a Failure for each file that cannot be read.

    work: is given a path, a taker that must be shown every batch, a watch, and a log; returns its answer and the
    seconds of video. strict: raise the MediaError of a file that was named itself. closely: report the progress of each
    file too, not of all together alone. Whatever else is raised, Ctrl-C and a MediaError of no file in particular too,
    ends the work on all files at once.
    """
    turn, halt, done, seconds = Lock(), CancelToken(), 0, 0.0

    def one(path: str, named: bool) -> T | Failure:
        nonlocal done, seconds
        length = 0.0
        said: list[str] = []

        def seen(progress: Progress) -> None:
            with turn:
                if watch is not None:
                    watch(replace(progress, file=path))

        try:
            with halt.children.joined():
                answer, length = work(path, halt, seen if closely else None, said.append)
            return answer
        except MediaError as error:
            if (named and strict) or not error.path:  # what names no file is wrong with all of them
                raise
            return Failure(error.path, error.what)
        finally:
            with turn:
                done, seconds = done + 1, seconds + length
                if log is not None:
                    for line in said:
                        log(line)
                if watch is not None:
                    if closely:
                        watch(Progress(DONE, 0, length, length, path))
                    watch(Progress(f"read {done} of {len(wanted)}", 0, seconds, None, share=done / len(wanted)))

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            return list(pool.map(one, *zip(*wanted, strict=True)))
        except BaseException:  # Ctrl-C too: what is being read, or waits for it, must not be waited for
            halt.cancel()
            pool.shutdown(cancel_futures=True)
            raise
