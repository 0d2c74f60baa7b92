"""The library as a page: its files, thirty a page, and questions to it, which are jobs."""

import os
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from loopfind.model.library import SOUND, Entry
from loopfind.reports.wording import count, length, name, safe
from loopfind.service.pages.file_names import called_paths
from loopfind.service.pages.frame import PageRoute, page_of
from loopfind.service.pages.job_views import day_and_time
from loopfind.service.pages.list_pages import PER_PAGE, pages_of
from loopfind.service.state import TheService

router = APIRouter(prefix="/library", include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class EntryRow:
    """An entry as the list shows it. gone: whether no file of it is there any more."""

    id: int
    name: str
    length: str
    picture: str
    added: str
    gone: bool


@router.get("")
def library_page(
    service: TheService,
    q: Annotated[str, Query(max_length=200)] = "",
    number: Annotated[int, Query(alias="page")] = 1,
) -> Response:
    """List the files of the library, those whose name holds some words."""
    every = [entry for entry in service.library.entries() if entry.kind != SOUND]
    wanted = q.strip().casefold()
    found = [entry for entry in every if wanted in " ".join(entry.paths).casefold()] if wanted else every
    pages = pages_of(len(found), number, "/library", q=q)
    shown = found[pages.start : pages.start + PER_PAGE]
    called = called_paths(service, [next(iter(entry.paths), f"entry {entry.id}") for entry in shown])
    rows = [_row(entry, name(path)) for entry, path in zip(shown, called, strict=True)]
    seconds = sum(entry.source.duration for entry in found)
    words = f"{count(len(found), 'file')}, {length(seconds)}" if found else "no file"
    summary = (
        f"{words} of {len(every):,} with “{safe(q)}” in the name." if wanted else f"{words[:1].upper()}{words[1:]}."
    )
    return page_of("library.html.j2", "Library", here="/library", summary=summary, q=safe(q), rows=rows, pages=pages)


def _row(entry: Entry, called: str) -> EntryRow:
    source = entry.source
    picture = f"{source.width} x {source.height}, {source.codec}"
    gone = not any(map(os.path.exists, entry.paths))
    return EntryRow(entry.id, called, length(source.duration), picture, day_and_time(entry.added), gone)
