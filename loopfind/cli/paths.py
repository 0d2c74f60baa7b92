"""Folders of the library and of unfinished scans."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from loopfind.errors import LibraryError

if TYPE_CHECKING:
    from loopfind.pipeline import Cache


def library_at(given: str | None, make: bool = False) -> str:
    """The library as given, or that in the user's cache folder. make: make that folder, if need be.

    Raises LibraryError where the folder cannot be made.
    """
    if given is not None:
        return given
    path = os.path.join(_cache_folder(), "library.sqlite")
    if make:
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                path, f"its folder cannot be made ({error.strerror}): name another with --library"
            ) from None
    return path


def unfinished() -> str:
    """The folder of scans that were cut off."""
    return os.path.join(_cache_folder(), "unfinished")


def watched() -> str:
    """The folder of what was scanned in folders that are watched."""
    return os.path.join(_cache_folder(), "watched")


def _cache_folder() -> str:
    """Return the folder for loopfind's caches: as the XDG base directory specification, Apple and Microsoft have it."""
    from platformdirs import user_cache_dir  # not for --help

    return user_cache_dir("loopfind", appauthor=False)


def through(library: str | None, note: Callable[[str], None]) -> "Cache | None":
    """Return the cache of the pipeline that a library makes. note: called with a line on what cannot be kept."""
    if library is None:
        return None
    from loopfind.pipeline import Cache

    return Cache(library, lambda line: note(f"loopfind: {line}"))


def service_folder() -> str:
    """The folder of uploads and results of the service."""
    return os.path.join(_cache_folder(), "service")
