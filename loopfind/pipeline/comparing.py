"""Compare files."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from loopfind.across import across
from loopfind.across import summary_of as told
from loopfind.comparison import Comparison, Failure
from loopfind.errors import BadSetting, MediaError
from loopfind.model import (
    SMALLEST_HASH,
    Frames,
    Progress,
    Settings,
    Watch,
)
from loopfind.pipeline.reading import Reading, read_video
from loopfind.pipeline.warping import kind_for, summary_of, warped
from loopfind.settings import CompareSettings


def compare(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Comparison:
    """What several files share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth. A file that
    cannot be read is a Failure of the answer if a folder named it; otherwise its MediaError is raised. Raises
    UsageError where fewer than two files are left, or one with settings.own, and MissingExtra where colours are to be
    aligned and nothing is there to do it.
    """
    kind = kind_for(settings)
    wanted = _files(paths)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    asked = Settings(kind=kind, hash_size=SMALLEST_HASH, stream=settings.stream)
    turn, halt, done, seconds = Lock(), _Halt(), 0, 0.0

    def one(path: str, named: bool) -> Reading | Failure:
        nonlocal done, seconds
        length = 0.0
        said: list[str] = []
        try:
            reading = read_video(path, asked, [halt], None, said.append)
            length = reading.source.duration
            return reading
        except MediaError as error:
            if named:
                raise
            return Failure(error.path, error.what)
        finally:
            with turn:
                done, seconds = done + 1, seconds + length
                if log is not None:
                    for line in said:
                        log(line)
                if watch is not None:
                    watch(Progress(f"read {done} of {len(wanted)}", done, seconds, None))

    with ThreadPoolExecutor(max(1, settings.jobs)) as pool:
        try:
            found = list(pool.map(one, *zip(*wanted, strict=True)))
        except BaseException:  # Ctrl-C too: what is being read, or waits for it, must not be waited for
            halt.now = True
            pool.shutdown(cancel_futures=True)
            raise
    files = [item for item in found if not isinstance(item, Failure)]
    if len(files) < needed:
        raise BadSetting("the files to compare", len(files), f"only so many could be read, and it takes {needed}")
    if watch is not None:
        watch(Progress("comparing", len(files), seconds, None))
    fingerprints = [file.fingerprint for file in files]
    warps = warped(fingerprints, settings, watch) if settings.align == "dtw" else ()
    repeats, pairs = ((), ()) if settings.align == "dtw" else across(fingerprints, settings)
    return Comparison(
        sources=tuple(file.source for file in files),
        settings=settings,
        summary=summary_of(warps) if settings.align == "dtw" else told(repeats, pairs, len(files)),
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=tuple(file.losses for file in files),
        warps=warps,
    )


class _Halt:
    """Takes batches as a gatherer does, until the reading is to stop."""

    def __init__(self) -> None:
        self.now = False

    def add(self, frames: Frames) -> None:
        """Raise RuntimeError if it is time to stop."""
        if self.now:
            raise RuntimeError("the comparison was stopped")


def _files(paths: Sequence[str]) -> list[tuple[str, bool]]:
    """The files that are meant, and whether each was named itself rather than found in a folder; what was named is not
    found once more."""
    files = []
    named = {os.path.realpath(path) for path in paths}
    for path in paths:
        if os.path.isdir(path):
            found = sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(path)
                for name in names
                if not name.startswith(".") and os.path.isfile(os.path.join(folder, name))
            )
            files += [(name, False) for name in found if os.path.realpath(name) not in named]
        else:
            files.append((path, True))
    return files
