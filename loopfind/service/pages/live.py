"""Streams of HTML to a page that is open: each message is what the page shows in place of what it showed before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from fastapi import Request
from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

EVERY = 0.5
"""Seconds between two looks at what is shown."""

OVER_EVENT = "over"
"""Name of the event after which nothing more comes; the page then closes its end (`hx-sse:close`)."""

DRAWN_EVENT = "drawn"
"""Name of the events that a script of the page draws."""


class Sight(NamedTuple):
    """A look at what is shown. mark: changes with it. html: of the page, "" for nothing to show. over: whether it
    cannot change any more. drawn: what a script of the page draws, "" for nothing."""

    mark: str
    html: str
    over: bool = False
    drawn: str = ""


async def seen_messages(
    request: Request, look: Callable[[str], Sight], mark: str = ""
) -> AsyncIterator[ServerSentEvent]:
    """Yield what `look` sees, whenever it is something else, until it is over or the browser is gone.

    look: called in another thread with the mark of what the browser has. A browser that comes back says in
    Last-Event-ID what it had.
    """
    mark = request.headers.get("last-event-id", "")[:64] or mark
    while not await request.is_disconnected():
        seen = await run_in_threadpool(look, mark)
        if seen.mark != mark:
            mark = seen.mark
            if seen.html:  # a page has seen all of it once the last message with its mark is there
                yield ServerSentEvent(raw_data=seen.html, id=None if seen.drawn else mark)
            if seen.drawn:
                yield ServerSentEvent(raw_data=seen.drawn, event=DRAWN_EVENT, id=mark)
        if seen.over:
            yield ServerSentEvent(raw_data="", event=OVER_EVENT)
            return
        await asyncio.sleep(EVERY)
