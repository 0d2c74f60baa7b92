"""A copy of a library as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict

from loopfind.model.library import LibraryCopy
from loopfind.reports.formats.libraries import library_json
from loopfind.reports.wording import count, safe


def copied_text(source: str, target: str, copy: LibraryCopy) -> Iterator[str]:
    """Yield what was copied, and what `library compare` will do again."""
    known = f", {copy.known:,} there already" if copy.known else ""
    yield f"{count(copy.entries, 'entry', 'entries')} copied{known}: {safe(source)} to {safe(target)}\n"
    seen = count(copy.appearances, "appearance")
    index = count(copy.indexed, "entry", "entries")
    yield f"with {count(copy.names, 'name')} of files, {seen}, and the index of {index}\n"
    if not copy.compared:
        why = "it has other entries too, which these were not compared with"
        yield f"without results of comparisons, as {why}: loopfind library compare finds them anew\n"


def copied_json(source: str, target: str, copy: LibraryCopy) -> Iterator[str]:
    """Yield the same as JSON."""
    yield library_json({"from": source, "to": target, **asdict(copy)})
