"""Add files to a library."""

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from loopfind.errors import BadSetting, MediaError, NotVideo, SoundOnly, Unreadable
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.address import Address
from loopfind.model.comparison import Failure
from loopfind.model.library import Added, Addition, Becoming
from loopfind.model.video import Watch
from loopfind.pipeline.cache import Cache, CachedReading, CachedSound, CachingReader, open_reader, why_unkept
from loopfind.pipeline.inputs import CancelToken, decoding_of, each, files_in
from loopfind.settings import ClusterSettings, Settings
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library
from loopfind.stores.quarantine import Quarantine


def add(
    paths: Sequence[str],
    library: str | os.PathLike[str],
    settings: Settings = Settings(),  # noqa: B008 - frozen
    jobs: int = 1,
    watch: Watch | None = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
    cluster: ClusterSettings = ClusterSettings(),  # noqa: B008 - frozen
    retry: bool = False,
) -> Addition:
    """Read files and keep what stands for them, and for their sound, in a library, which is made if it is not there.

    paths: files, and folders, which stand for every file in them at any depth. Each file is kept as it is finished;
    one that cannot be read is a Failure of the answer. unbounded: as in Decoding. cluster: the processes that read;
    none, and `jobs` files are read at a time by this one. retry: read what is in quarantine too. Raises BadSetting
    where there is no file at all, LibraryError for a library that fails, which ends the work, and what `open_cluster`
    raises.
    """
    wanted, _ = files_in(paths)
    if not wanted:
        raise BadSetting("the files to add", ", ".join(paths), "there is no file in it")
    settings = replace(settings, auto=False)
    if retry:
        with open_library(library) as held:
            free_files(held, [path for path, _ in wanted])
    if cluster.wanted:
        from loopfind.pipeline.cluster.readings import read_shared
        from loopfind.pipeline.cluster.workers import open_cluster

        with open_cluster(cluster) as workforce:
            found = read_shared(workforce, wanted, library, settings, watch, log, unbounded)
    else:
        with open_reader(Cache(library), decoding_of(len(wanted), jobs, unbounded)) as videos:
            found = each(wanted, adding(videos, settings), jobs, watch, log, strict=False, closely=True)
    pairs = list(zip(found, wanted, strict=True))
    return Addition(
        files=tuple(item for item in found if isinstance(item, Added)),
        failures=tuple(item for item in found if isinstance(item, Failure)),
        refused=any(isinstance(item, Failure) and named for item, (_, named) in pairs),
    )


def adding(videos: CachingReader, settings: Settings) -> Callable[..., tuple[Added, float]]:
    """Return the work on a file, for `each`: it keeps what stands for the file in the library of the reader."""

    def one(path: str, halt: CancelToken, seen: Watch | None, said: Callable[[str], None]) -> tuple[Added, float]:
        where = address.resolve(path)
        if why := why_unkept(where):
            raise Unreadable(path, f"cannot be kept: {why}")
        if why := videos.why_quarantined(where):
            raise Unreadable(path, why)
        if settings.sound and videos.lacks_pictures(where, settings):
            return _added_sound(path, where, videos, settings, None)
        try:
            read = videos.read(where, settings, others=[halt], watch=seen, log=said)
        except SoundOnly as error:
            if not settings.sound:
                raise
            return _added_sound(path, where, videos, settings, error)
        added = _added(path, read)
        return (_with_sound(added, videos, where, settings) if settings.sound else added), added.seconds

    return one


def free_files(library: Library, paths: Iterable[str]) -> None:
    """Let files out of the quarantine of a library, those that are in it. Raises LibraryError."""
    quarantine = Quarantine(library.connections)
    held, freed = {(one.size, one.digest) for one in quarantine.all()}, set()
    for path in paths if held else ():
        with contextlib.suppress(OSError, ValueError, MediaError):  # what cannot be read is said when it is read
            file = library.look(path)
            freed.add((file.size, file.digest))
    if freed & held:
        quarantine.free(sorted(freed & held))


def _added(path: str, read: CachedReading) -> Added:
    """Return what became of the pictures of a file."""
    source = read.reading.source
    return Added(path, _becoming(read), read.entry, read.other, source.duration, source.frames)


def _added_sound(
    path: str, where: Address, videos: CachingReader, settings: Settings, error: SoundOnly | None
) -> tuple[Added, float]:
    """Keep the sound of a file without pictures. Return what became of it, and its seconds. error: what was said of its
    pictures, None where it is known to have none; raised where it has no sound either."""
    heard = videos.keep_sound(where, settings)
    if heard.source is None:
        raise error or NotVideo(where.shown, "neither pictures nor sound in it")
    if error is not None:
        videos.keep_lack(where, settings)
    source = heard.source
    added = Added(path, _becoming(heard), None, heard.other, source.duration, source.frames, heard.entry)
    return added, source.duration


def _with_sound(added: Added, videos: CachingReader, where: Address, settings: Settings) -> Added:
    """Return what became of a file, with its sound. One that cannot be read costs no picture, and is named."""
    try:
        heard = videos.keep_sound(where, settings)
    except MediaError as error:
        return replace(added, unheard=error.what)
    what = "sound" if heard.decoded and heard.entry is not None and added.what == "known" else added.what
    return replace(added, what=what, sound=heard.entry)


def _becoming(read: CachedReading | CachedSound) -> Becoming:
    """Return in a word what became of a file."""
    if read.decoded:
        return "re-read" if read.naming == "changed" else "added"
    return read.naming if read.naming in ("moved", "another") else "known"
