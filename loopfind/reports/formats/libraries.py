"""Answers of a library as text and as JSON: files added, listed, removed, verified."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from loopfind.model.library import SOUND, Addition, Entry, Problem, Quarantined
from loopfind.model.version import version
from loopfind.reports.formats.json import SCHEMA, jsonable
from loopfind.reports.wording import clock, count, length, safe

_OUTCOMES = {
    "added": "added",
    "re-read": "read again, as they had changed",
    "known": "known already",
    "moved": "known, and moved since",
    "another": "known by another name",
    "sound": "known, their sound added",
}


def added_text(addition: Addition) -> Iterator[str]:
    """Yield what became of all files in one line, then those that moved, changed or failed."""
    counts = [(sum(file.what == what for file in addition.files), said) for what, said in _OUTCOMES.items()]
    parts = [f"{number:,} {said}" for number, said in [*counts, (len(addition.failures), "left out")] if number]
    yield f"{count(len(addition.files) + len(addition.failures), 'file')}: {', '.join(parts)}\n"
    for file in addition.files:
        if file.what == "re-read":
            yield f"read again: {safe(file.path)}\n"
        elif file.what == "moved":
            yield f"moved: {safe(file.other)} is now {safe(file.path)}\n"
        elif file.what == "another":
            yield f"the same: {safe(file.path)} is {safe(file.other)}\n"
        if file.unheard:
            yield f"without its sound: {safe(file.path)}: {safe(file.unheard)}\n"
    for failure in addition.failures:
        yield f"left out: {safe(failure.path)}: {safe(failure.what)}\n"


def added_json(addition: Addition) -> Iterator[str]:
    """Yield the same as JSON."""
    failures = [asdict(failure) for failure in addition.failures]
    yield library_json({"files": [asdict(file) for file in addition.files], "failures": failures})


def listed_text(
    shown: str, entries: Sequence[Entry], older: Sequence[int], shut_out: Sequence[Quarantined] = ()
) -> Iterator[str]:
    """Yield the entries, a line each."""
    files = {path for entry in entries for path in entry.paths}
    seconds = sum({entry.paths: entry.source.duration for entry in entries}.values())
    taken = size(sum(entry.bytes for entry in entries))
    heard = "sound" if all(entry.kind == SOUND for entry in entries) else "video and sound"
    of = heard if any(entry.kind == SOUND for entry in entries) else "video"
    what = f"{count(len(entries), 'entry', 'entries')} of {count(len(files), 'file')}, {length(seconds)} of {of}"
    yield f"{what}, {taken} in {safe(shown)}\n"
    if older:
        what = count(len(older), "entry is", "entries are")
        yield f"{what} of an older loopfind, and of no use any more: loopfind library remove --missing\n"
    for one in shut_out:
        yield f"{safe(one.path)}: {one.why}\n"
    for entry in entries:
        codes = SOUND if entry.kind == SOUND else f"{entry.kind} {entry.hash_size}"
        head = f"{entry.id:>6}  {clock(entry.source.duration)}  {codes}{_limits(entry)}"
        first, *others = entry.paths or ("(its file holds something else now)",)
        yield f"{head}  {size(entry.bytes):>8}  {safe(first)}\n"
        for other in others:
            yield f"        the same: {safe(other)}\n"


def _limits(entry: Entry) -> str:
    """Return the part of the file that was read, where that is not all of its first stream."""
    stream = f", stream {entry.stream}" if entry.stream else ""
    if entry.start is None and entry.end is None:
        return stream
    last = "the end" if entry.end is None else clock(entry.end)
    return f"{stream}, {clock(entry.start or 0.0)} to {last}"


def listed_json(
    shown: str, entries: Sequence[Entry], older: Sequence[int], shut_out: Sequence[Quarantined] = ()
) -> Iterator[str]:
    """Yield the same as JSON."""
    listed = {"library": shown, "entries": [asdict(entry) for entry in entries], "outdated": list(older)}
    yield library_json({**listed, "quarantined": [{**asdict(one), "digest": one.digest.hex()} for one in shut_out]})


def removed_text(entries: Sequence[Entry], names: Sequence[str]) -> Iterator[str]:
    """Yield what was removed."""
    taken = size(sum(entry.bytes for entry in entries))
    yield f"removed {count(len(names), 'file')}, {count(len(entries), 'entry', 'entries')}, {taken}\n"
    for name in names:
        yield f"removed: {safe(name)}\n"
    for entry in entries:
        yield f"removed: entry {entry.id}{''.join(f' of {safe(path)}' for path in entry.paths[:1])}\n"


def removed_json(entries: Sequence[Entry], names: Sequence[str]) -> Iterator[str]:
    """Yield the same as JSON."""
    yield library_json({"files": list(names), "entries": [asdict(entry) for entry in entries]})


def verified_text(shown: str, problems: Sequence[Problem], entries: int) -> Iterator[str]:
    """Yield what is wrong, a line each."""
    if not problems:
        well = "all is as it was written, and the files are as they were"
        yield f"{count(entries, 'entry', 'entries')} in {safe(shown)}: {well}\n"
    for problem in problems:
        yield f"{safe(problem.where)}: {safe(problem.what)}\n"


def verified_json(shown: str, problems: Sequence[Problem], _entries: int) -> Iterator[str]:
    """Yield the same as JSON."""
    yield library_json({"library": shown, "problems": [asdict(problem) for problem in problems]})


def size(taken: int) -> str:
    """Return bytes as a person reads them: "84 kB"."""
    value, units = float(taken), ["B", "kB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.{1 if value < 10 and units[0] != 'B' else 0}f} {units[0]}"


def library_json(value: dict[str, Any]) -> str:
    """Return an answer of a library as JSON, with what every machine form says."""
    return json.dumps(jsonable({"schema": SCHEMA, "loopfind": version(), **value}), indent=1, allow_nan=False) + "\n"
