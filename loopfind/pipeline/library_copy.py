"""Copy a library into another one, of any two stores. A copy that was cut off goes on when it is made again."""

import os

from loopfind.errors import BadSetting
from loopfind.model.library import LibraryCopy
from loopfind.model.video import Progress, Watch
from loopfind.stores.connections import Connections
from loopfind.stores.entry_copies import copy_entry, copy_names, entries_in
from loopfind.stores.opener import is_address, open_library, shown_library
from loopfind.stores.result_copies import (
    copy_appearances,
    copy_comparisons,
    copy_index,
    copy_lacks,
    copy_learned,
)
from loopfind.stores.review_copies import copy_reviews


def copy_library(
    source: str | os.PathLike[str], target: str | os.PathLike[str], watch: Watch | None = None
) -> LibraryCopy:
    """Copy everything that a library keeps of files into another one, which is made if it is not there.

    Each entry is copied whole or not at all, in the order of the first library, and read back before it counts. What
    the other one has is not copied again, and stays. Raises LibraryError, and BadSetting for a library and itself.
    """
    if _place(source) == _place(target):
        raise BadSetting("the library to copy to", shown_library(target), "it is the one to copy: name another")
    with open_library(source, make=False) as one, open_library(target) as other:
        entries, copied = _copied_entries(one.connections, other.connections, watch)
        _say(watch, "copying names and likeness", len(entries), len(entries))
        names = copy_names(one.connections, other.connections)
        copy_lacks(one.connections, other.connections)
        appearances = copy_appearances(one.connections, other.connections)
        learned = copy_learned(one.connections, other.connections)
        _say(watch, "copying the index", len(entries), len(entries))
        indexed = copy_index(one.connections, other.connections, entries)
        compared = copy_comparisons(one.connections, other.connections, entries)
        copy_reviews(one.connections, other.connections)
    return LibraryCopy(copied, len(entries) - copied, names, appearances, learned, indexed, compared)


def _copied_entries(one: Connections, other: Connections, watch: Watch | None) -> tuple[dict[int, int], int]:
    """Return the entries by their numbers in the first library, and how many were copied just now."""
    wanted, known = entries_in(one), entries_in(other)
    entries, copied = dict[int, int](), 0
    for done, (key, entry) in enumerate(sorted(wanted.items(), key=lambda pair: pair[1])):
        _say(watch, f"copying entry {done + 1} of {len(wanted)}", done, len(wanted))
        number = known.get(key)
        if number is None:
            number = copy_entry(one, other, entry)
            copied += number is not None
        if number is not None:
            entries[entry] = number
    return entries, copied


def _say(watch: Watch | None, stage: str, done: int, among: int) -> None:
    if watch is not None:
        watch(Progress(stage, 0, 0.0, None, share=done / max(1, among)))


def _place(at: str | os.PathLike[str]) -> str | os.PathLike[str]:
    """Return what a library is known by: the real path of a file."""
    return at if is_address(at) else os.path.realpath(at)
