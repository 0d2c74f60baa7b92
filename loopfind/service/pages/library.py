"""The library as a page: its files, thirty a page, and questions to it, which are jobs."""

import os
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from loopfind.model.library import Entry, EntryQuery
from loopfind.reports.wording import count, length, name, safe
from loopfind.service.pages.file_names import called_paths
from loopfind.service.pages.frame import PageRoute, page_of
from loopfind.service.pages.job_views import day_and_time
from loopfind.service.pages.list_pages import PER_PAGE, pages_of
from loopfind.service.state import TheService

router = APIRouter(prefix="/library", include_in_schema=False, route_class=PageRoute)


_MOST_PAGES = 1 << 30


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
    wanted, library = q.strip(), service.library
    query = EntryQuery(wanted, sounds=False, newest_first=False, offset=_start(number), limit=PER_PAGE)
    page = library.entry_page(query)
    pages = pages_of(page.total, number, "/library", q=q)
    if pages.start != query.offset:  # it is behind the end
        page = library.entry_page(replace(query, offset=pages.start))
    called = called_paths(service, [next(iter(entry.paths), f"entry {entry.id}") for entry in page.entries])
    rows = [_row(entry, name(path)) for entry, path in zip(page.entries, called, strict=True)]
    words = f"{count(page.total, 'file')}, {length(page.seconds)}" if page.total else "no file"
    summary = (
        f"{words} of {page.held:,} with “{safe(q)}” in the name." if wanted else f"{words[:1].upper()}{words[1:]}."
    )
    return page_of("library.html.j2", "Library", here="/library", summary=summary, q=safe(q), rows=rows, pages=pages)


def _start(number: int) -> int:
    """Return how many lines come before a page."""
    return (min(max(1, number), _MOST_PAGES) - 1) * PER_PAGE


def _row(entry: Entry, called: str) -> EntryRow:
    source = entry.source
    picture = f"{source.width} x {source.height}, {source.codec}"
    gone = not any(map(os.path.exists, entry.paths))
    return EntryRow(entry.id, called, length(source.duration), picture, day_and_time(entry.added), gone)
