"""Labels of files: a table (CSV) with their paths, classes and groups."""

import csv
import os
from pathlib import Path

from loopfind.errors import BadSetting
from loopfind.model.knn import Label

_COLUMNS = ("path", "class", "group")
_MOST_BYTES = 1 << 28


def read_labels(path: str) -> tuple[Label, ...]:
    """Return the labels in a file. A path that is not absolute is one from the folder of the file on. Without a column
    `group`, or with none for a file, that file is a group of its own.

    Raises BadSetting for a file that cannot be read, or holds something else.
    """
    try:
        if os.path.getsize(path) > _MOST_BYTES:
            raise _wrong(path, "it is larger than 268 MB: give a table of labels")
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(path, "it is no text in UTF-8: save it as CSV") from error
    except (OSError, ValueError) as error:
        raise _wrong(path, f"it cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        rows = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise _wrong(path, f"it is no CSV: {error}") from error
    head = [name.strip().lower() for name in rows[0]] if rows else []
    if "path" not in head or "class" not in head or len(set(head)) < len(head):
        raise _wrong(path, f"its first line should name the columns, {', '.join(_COLUMNS)}, each once")
    places = [head.index(name) if name in head else None for name in _COLUMNS]
    found, known = [], dict[str, int]()
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            raise _wrong(path, f"line {line} has {len(row)} cells, the first line has {len(head)}")
        name, kind, group = ("" if place is None else row[place].strip() for place in places)
        if not name or not kind or "\0" in name:
            raise _wrong(path, f"line {line} has no {'class' if name and kind == '' else 'path'}")
        place = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(path)), name))
        if place in known:
            raise _wrong(path, f"line {line} names the file of line {known[place]} again")
        known[place] = line
        found.append(Label(place, kind, group or f"\0{place}"))
    if len({label.name for label in found}) < 2:
        raise _wrong(path, "it needs two classes or more")
    if len({label.group for label in found}) < 2:
        raise _wrong(path, "it needs two groups or more: a file is asked for among those of other groups")
    return tuple(found)


def _wrong(path: str, what: str) -> BadSetting:
    return BadSetting("the labels", path, what)
