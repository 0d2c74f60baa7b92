"""The library over HTTP: its entries, and what was found when it was last compared."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from loopfind.model.library import Entry, EntryQuery
from loopfind.service.api.media import is_allowed
from loopfind.service.state import Service, TheService
from loopfind.stores.comparisons import Results

router = APIRouter(prefix="/v1/library", tags=["library"])

A_PAGE = 30
MOST_ENTRIES = 500


@dataclass(frozen=True)
class EntryForm:
    """An entry of the library. paths: its files; digest: of its content, in hexadecimal, "" where no file has it any
    more. added: seconds since 1970. video: where it can be played, None where the service may not read it."""

    id: int
    paths: list[str]
    digest: str
    duration: float
    frames: int
    width: int
    height: int
    codec: str
    kind: str
    bytes: int
    added: float
    video: str | None


@dataclass(frozen=True)
class Entries:
    """A page of entries. total: of all that fit."""

    total: int
    entries: list[EntryForm]


@dataclass(frozen=True)
class PairForm:
    """Two entries that share something. seconds: of each that is in the other. whole: whether that is all of it."""

    entries: list[int]
    seconds: list[float]
    whole: list[bool]


@dataclass(frozen=True)
class SharedPairs:
    """The pairs that `compare` has found so far, the most seconds first. total: of all pairs."""

    total: int
    pairs: list[PairForm]


def entries_page(service: Service, text: str = "", offset: int = 0, limit: int = A_PAGE) -> Entries:
    """Return a page of the library, the newest entry first. text: only entries with it in a file's path."""
    page = service.library.entry_page(EntryQuery(text, offset=offset, limit=limit))
    forms = [_entry_form(entry, digest, service) for entry, digest in zip(page.entries, page.digests, strict=True)]
    return Entries(page.total, forms)


def _entry_form(entry: Entry, digest: bytes, service: Service) -> EntryForm:
    source, played = entry.source, is_allowed(entry.paths, service)
    return EntryForm(
        id=entry.id,
        paths=[path.encode("utf-8", "replace").decode() for path in entry.paths],
        digest=digest.hex() if entry.paths else "",
        duration=source.duration,
        frames=source.frames,
        width=source.width,
        height=source.height,
        codec=source.codec,
        kind=entry.kind,
        bytes=entry.bytes,
        added=entry.added,
        video=f"/v1/library/entries/{entry.id}/video" if played else None,
    )


@router.get("/entries", summary="List the library, the newest first")
def list_entries(
    service: TheService,
    text: Annotated[str, Query(max_length=200, description="Only files with this in their path.")] = "",
    offset: Annotated[int, Query(ge=0, le=1 << 40)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = A_PAGE,
) -> Entries:
    """Return a page of the entries."""
    return entries_page(service, text, offset, limit)


@router.get("/pairs", summary="List pairs of files that share something")
def list_pairs(
    service: TheService,
    offset: Annotated[int, Query(ge=0, le=1 << 40)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = A_PAGE,
) -> SharedPairs:
    """Return a page of what was found when the library was last compared; a job `compare` finds what is new."""
    results = Results(service.library.connections)
    entries = [entry for entry, _, _ in results.standing()]
    _, pairs = results.read(entries)
    shown = [
        PairForm([entries[file] for file in pair.files], list(pair.seconds), list(pair.whole))
        for pair in pairs[offset : offset + limit]
    ]
    return SharedPairs(len(pairs), shown)
