"""Compare files."""

from collections.abc import Callable, Sequence

from loopfind.across import across, summary_of
from loopfind.comparison import Comparison, Failure
from loopfind.errors import BadSetting
from loopfind.holdings import Reading
from loopfind.model import (
    SMALLEST_HASH,
    Progress,
    Settings,
    Watch,
)
from loopfind.pipeline.caching import Cache, reader
from loopfind.pipeline.files import Halt, each, files_in
from loopfind.settings import CompareSettings


def compare(
    paths: Sequence[str],
    settings: CompareSettings = CompareSettings(),  # noqa: B008 - frozen
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    cache: Cache | None = None,
) -> Comparison:
    """What several files share, to the frame.

    paths: files or addresses, as for `scan`, and folders, which stand for every file in them at any depth. A file that
    cannot be read is a Failure of the answer if a folder named it; otherwise its MediaError is raised. Raises
    UsageError where fewer than two files are left, or one with settings.own. cache: as for `scan`.
    """
    wanted = files_in(paths)
    needed = 1 if settings.own else 2
    if len(wanted) < needed:
        raise BadSetting("the files to compare", len(wanted), f"give {needed} or more, or a folder that holds them")
    asked = Settings(hash_size=SMALLEST_HASH, stream=settings.stream)
    if cache is not None:
        asked = Settings(stream=settings.stream)  # so that a scan has its codes too
    with reader(cache) as videos:

        def one(path: str, halt: Halt, seen: Watch | None, said: Callable[[str], None]) -> tuple[Reading, float]:
            reading = videos.read(path, asked, None, [halt], seen, said, codes=False).reading
            return reading, reading.source.duration

        found = each(wanted, one, settings.jobs, watch, log)
        return _compared(found, needed, settings, watch)


def _compared(
    found: Sequence[Reading | Failure], needed: int, settings: CompareSettings, watch: Watch | None
) -> Comparison:
    """The comparison of what was read."""
    files = [item for item in found if not isinstance(item, Failure)]
    if len(files) < needed:
        raise BadSetting("the files to compare", len(files), f"only so many could be read, and it takes {needed}")
    if watch is not None:
        watch(Progress("comparing", len(files), sum(file.source.duration for file in files), None))
    repeats, pairs = across([file.fingerprint for file in files], settings)
    return Comparison(
        sources=tuple(file.source for file in files),
        settings=settings,
        summary=summary_of(repeats, pairs, len(files)),
        repeats=repeats,
        pairs=pairs,
        failures=tuple(item for item in found if isinstance(item, Failure)),
        losses=tuple(file.losses for file in files),
    )
