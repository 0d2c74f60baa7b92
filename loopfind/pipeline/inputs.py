"""Several files: the ones that paths stand for, and work done on each, some at a time."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Lock
from typing import Any, TypeVar

from loopfind.errors import BadSetting, MediaError
from loopfind.media.ffmpeg.children import Children
from loopfind.model.comparison import Failure
from loopfind.model.video import Frames, Progress, Watch
from loopfind.settings import DONE, CompareSettings, Decoding, Settings, SteadySettings, SweepSettings

T = TypeVar("T")
AnySettings = TypeVar("AnySettings", Settings, SweepSettings, CompareSettings, SteadySettings)


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


def files_in(paths: Sequence[str], queries: int = 0) -> tuple[list[tuple[str, bool]], int]:
    """Return the files that paths stand for, each with whether it was named itself rather than found in a folder, and
    how many of them the first `queries` paths stand for. A file that was named, or
    found before, is not found once more."""
    files: list[tuple[str, bool]] = []
    named = {os.path.realpath(path) for path in paths}
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
            for name in found:
                if os.path.realpath(name) not in named:
                    named.add(os.path.realpath(name))
                    files.append((name, False))
        else:
            files.append((path, True))
    return files, looked_for


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
