"""The files that are scanned one after the other: those named, and the videos and sounds in folders, buckets and
lists."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loopfind.media.endings import is_media_name
from loopfind.objects.bucket import is_object
from loopfind.pipeline.inputs import addresses_in

_UNFIT = re.compile(r'[/\\:*?"<>|\0]')


@dataclass(frozen=True)
class SelectedFile:
    """A file to scan. label: its name, in a folder with the way to it; no other file of that folder has the same."""

    path: str
    label: str


@dataclass(frozen=True)
class Selection:
    """Files to scan, each once. left_out: how many others lie in the folders: hidden ones, and ones whose names do not
    end like that of a video or a sound."""

    files: tuple[SelectedFile, ...]
    left_out: int


def select_files(paths: Sequence[str]) -> Selection:
    """Return the files that paths stand for, those of a folder by name, with those of the folders in it.

    A file that is named, or listed, is taken whatever it is called; one in a folder or bucket by the ending of its
    name. Raises as `addresses_in` does.
    """
    chosen: dict[str, SelectedFile] = {}
    left_out = 0
    for path in paths:
        if (addresses := addresses_in(path)) is not None:
            for address in addresses:
                name = address.rpartition("/")[2]
                if is_object(address) and (name.startswith(".") or not is_media_name(name)):
                    left_out += 1
                    continue
                chosen.setdefault(address, SelectedFile(address, _label(_name_in(address, path))))
            continue
        if not os.path.isdir(path):
            chosen.setdefault(_identity(path), SelectedFile(path, _label(os.path.basename(path.rstrip("/")) or path)))
            continue
        for file, hidden in _files_below(path):
            if hidden or not is_media_name(file):
                left_out += 1
                continue
            chosen.setdefault(_identity(file), SelectedFile(file, _label(os.path.relpath(file, path))))
    return Selection(tuple(chosen.values()), left_out)


def _label(name: str) -> str:
    """Return a name in which nothing parts folders, and nothing is that no system takes: of an address, say."""
    return _UNFIT.sub("-", name)


def _name_in(address: str, place: str) -> str:
    """Return the name of what lies at an address, with the way to it from a bucket or a folder of one."""
    folder = place if place.endswith("/") else f"{place}/"
    return address.removeprefix(folder) if is_object(address) and is_object(place) else address.rpartition("/")[2]


def _identity(path: str) -> str:
    return path if "://" in path or "\0" in path else os.path.realpath(path)


def _files_below(folder: str) -> Iterator[tuple[str, bool]]:
    """Yield each file in a folder and below, with whether it is hidden or lies in a hidden folder."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        hidden = any(part.startswith(".") for part in os.path.relpath(place, folder).split(os.sep) if part != ".")
        for name in sorted(names):
            if os.path.isfile(os.path.join(place, name)):
                yield os.path.join(place, name), hidden or name.startswith(".")
