"""Add files to a library."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from loopfind.errors import BadSetting, Unreadable
from loopfind.media.ffmpeg import address
from loopfind.model.comparison import Failure
from loopfind.model.library import Added, Addition, Becoming
from loopfind.model.video import Watch
from loopfind.pipeline.cache import Cache, CachedReading, open_reader, why_unkept
from loopfind.pipeline.inputs import CancelToken, decoding_of, each, files_in
from loopfind.settings import Settings


def add(
    paths: Sequence[str],
    library: str | os.PathLike[str],
    settings: Settings = Settings(),  # noqa: B008 - frozen
    jobs: int = 1,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
) -> Addition:
    """Read files and keep what stands for them in a library, which is made if it is not there.

    paths: files, and folders, which stand for every file in them at any depth. Each file is kept as it is finished;
    one that cannot be read is a Failure of the answer. unbounded: as in Decoding. Raises BadSetting where there is no
    file at all, and LibraryError for a library that fails, which ends the work.
    """
    wanted, _ = files_in(paths)
    if not wanted:
        raise BadSetting("the files to add", ", ".join(paths), "there is no file in it")
    settings = replace(settings, auto=False)
    with open_reader(Cache(library), decoding_of(len(wanted), jobs, unbounded)) as videos:

        def one(path: str, halt: CancelToken, seen: Watch | None, said: Callable[[str], None]) -> tuple[Added, float]:
            where = address.resolve(path)
            if why := why_unkept(where):
                raise Unreadable(path, f"cannot be kept: {why}")
            read = videos.read(where, settings, others=[halt], watch=seen, log=said)
            source = read.reading.source
            return Added(path, _becoming(read), read.entry, read.other, source.duration, source.frames), source.duration

        found = each(wanted, one, jobs, watch, log, strict=False, closely=True)
    pairs = list(zip(found, wanted, strict=True))
    return Addition(
        files=tuple(item for item in found if isinstance(item, Added)),
        failures=tuple(item for item in found if isinstance(item, Failure)),
        refused=any(isinstance(item, Failure) and named for item, (_, named) in pairs),
    )


def _becoming(read: CachedReading) -> Becoming:
    """Return in a word what became of a file."""
    if read.decoded:
        return "re-read" if read.naming == "changed" else "added"
    return read.naming if read.naming in ("moved", "another") else "known"
