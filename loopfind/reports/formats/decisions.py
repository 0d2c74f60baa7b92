"""Decided findings of a review queue, for other programs: as JSON, as CSV, and as a list of copies."""

from collections.abc import Sequence
from typing import Any

from loopfind.model.review_queue import QueuedItem
from loopfind.reports.formats.csv import csv_row
from loopfind.reports.formats.json import answer_json

Paths = Sequence[tuple[str, ...]]
"""Paths at which each file of an item lies, none for a file that is gone."""

_COLUMNS = (
    *("finding", "kind", "decision", "role", "path", "digest", "bytes", "start", "end", "seconds", "confidence"),
    *("reviewer", "made", "note"),
)


def decided_json(decided: Sequence[tuple[QueuedItem, Paths]]) -> str:
    """Return the decided items as JSON: of each its files with their paths now, and all stretches."""
    return answer_json({"findings": [_as_dict(queued, paths) for queued, paths in decided]})


def decided_csv(decided: Sequence[tuple[QueuedItem, Paths]]) -> str:
    """Return the decided items as CSV, a row for each occurrence of the longest stretch."""
    rows = [csv_row(_COLUMNS)]
    for queued, paths in decided:
        item, state = queued.item, queued.state
        for one in item.stretches[0] if item.stretches else ():
            place = one.file or 0
            file, path = item.files[place], next(iter(paths[place]), "")
            about = (queued.number, item.kind, state.decision, _role(queued, place), path, file.digest, file.size)
            shown = (one.start, one.end, item.seconds, item.confidence)
            rows.append(csv_row((*about, *shown, state.reviewer, state.made, state.note)))
    return "".join(rows)


def copies_list(decided: Sequence[tuple[QueuedItem, Paths]]) -> str:
    """Return the paths of accepted duplicates beside the file to keep, one on a line, each once.

    A file that another decision keeps is no copy to part with, and is left out; so is a path with a line break in it.
    """
    copies, kept = dict[str, None](), set[str]()
    for queued, paths in decided:
        if queued.item.kind != "duplicate" or queued.state.decision != "accept":
            continue
        for place, known in enumerate(paths):
            role = _role(queued, place)
            if role == "copy":
                copies |= dict.fromkeys(known)
            else:
                kept |= {*known}
    wanted = [path for path in copies if path not in kept and not set("\r\n") & set(path)]
    return "".join(f"{path}\n" for path in wanted)


def _role(queued: QueuedItem, place: int) -> str:
    """Return "keep" or "copy" for a file of an accepted item of which one is kept, "" for any other."""
    keep = queued.state.keep
    if queued.state.decision != "accept" or keep is None or len(queued.item.files) < 2:
        return ""
    return "keep" if keep == place else "copy"


def _as_dict(queued: QueuedItem, paths: Paths) -> dict[str, Any]:
    item, state = queued.item, queued.state
    return {
        "finding": queued.number,
        "key": item.key,
        "kind": item.kind,
        "decision": state.decision,
        "note": state.note,
        "reviewer": state.reviewer,
        "made": state.made,
        "seconds": item.seconds,
        "confidence": item.confidence,
        "files": [
            {
                "role": _role(queued, place),
                "paths": list(known),
                "name": file.name,
                "digest": file.digest,
                "bytes": file.size,
                "duration": file.duration,
            }
            for place, (file, known) in enumerate(zip(item.files, paths, strict=True))
        ],
        "stretches": [
            [{"file": one.file, "start": one.start, "end": one.end, "reversed": one.reversed} for one in shown]
            for shown in item.stretches
        ],
    }
