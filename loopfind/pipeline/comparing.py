"""Compare files."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

from loopfind.across import Laid, laid_over, summary_of
from loopfind.comparison import Comparison, Failure
from loopfind.errors import BadSetting, MediaError
from loopfind.exhibits import Juxtaposed
from loopfind.findings import comparing
from loopfind.juxtaposing import juxtaposed
from loopfind.media.thumbs import shots
from loopfind.model import (
    SMALLEST_HASH,
    Frames,
    Progress,
    Settings,
    Watch,
)
from loopfind.pipeline.reading import Reading, read_video
from loopfind.pipeline.scanning import FEW, SMALL, WIDE
from loopfind.ranking import groups_of, matches_of, summary_of_matches
from loopfind.settings import CompareSettings


def compare(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> Comparison:
    """What several files share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth; the first
    settings.query of them are what is looked for in the others. A file that cannot be read is a Failure of the answer
    if a folder named it; otherwise its MediaError is raised. Raises UsageError where fewer than two files are left, or
    one with settings.own. In the answer, settings.query counts files.
    """
    return _compared(paths, settings, watch, log)[0]


def compare_to_show(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
) -> tuple[Comparison, Juxtaposed]:
    """What `compare` says, and what to show of it: curves, and frames read again where they are.

    Arguments and errors as for `compare`. Frames of what cannot be read twice are missing.
    """
    comparison, laid = _compared(paths, settings, watch, log)
    shown = juxtaposed(comparison, laid)
    moments = shown.moments()
    width = WIDE if sum(map(len, moments.values())) <= FEW else SMALL
    taken: dict[tuple[int, float], bytes] = {}
    for number, times in sorted(moments.items()):
        source = comparison.sources[number]
        for time, shot in shots(source.path, settings.stream, times, width):
            taken[number, time] = shot
            if watch is not None:
                watch(Progress(f"taking pictures of {len(moments)} files", len(taken), time, source.duration))
    return comparison, replace(shown, shots=taken)


def _compared(
    paths: Sequence[str], settings: CompareSettings, watch: Watch | None, log: Callable[[str], None] | None
) -> tuple[Comparison, Laid]:
    """The comparison, and what it was read off."""
    wanted, queries = _files(paths, settings.query)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    asked = Settings(hash_size=SMALLEST_HASH, stream=settings.stream)
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
    queries = sum(not isinstance(item, Failure) for item in found[:queries])
    if settings.query and not 0 < queries < len(files):
        what = "clip that could be read" if not queries else "file to look in that could be read"
        raise BadSetting("the files to compare", len(files), f"there is no {what}")
    settings = replace(settings, query=queries)
    if len(files) < needed:
        raise BadSetting("the files to compare", len(files), f"only so many could be read, and it takes {needed}")
    if watch is not None:
        watch(comparing(seconds))
    laid = laid_over([file.fingerprint for file in files], settings)
    repeats, pairs, sources = laid.repeats, laid.pairs, tuple(file.source for file in files)
    matches = matches_of(repeats, pairs, sources, queries)
    said = summary_of_matches(matches, len(files), queries) if queries else summary_of(repeats, pairs, len(files))
    comparison = Comparison(
        sources=sources,
        settings=settings,
        summary=said,
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=tuple(file.losses for file in files),
        matches=matches,
        groups=() if queries else groups_of(repeats, pairs, sources),
    )
    return comparison, laid


class _Halt:
    """Takes batches as a gatherer does, until the reading is to stop."""

    def __init__(self) -> None:
        self.now = False

    def add(self, frames: Frames) -> None:
        """Raise RuntimeError if it is time to stop."""
        if self.now:
            raise RuntimeError("the comparison was stopped")


def _files(paths: Sequence[str], queries: int) -> tuple[list[tuple[str, bool]], int]:
    """The files that are meant, and whether each was named itself rather than found in a folder; what was named, or
    found, is not found once more. Last how many of them the first `queries` paths stand for."""
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
