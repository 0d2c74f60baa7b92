"""Event streams that are open, which are limited in number."""

from collections.abc import AsyncIterator

from fastapi import Depends

from loopfind.service.refusals import Refused
from loopfind.service.state import TheService


async def stream_place(service: TheService) -> AsyncIterator[None]:
    """Count an event stream while it is open. Raises Refused where too many are, before the stream begins, as its
    status is sent then."""
    if service.figures.streams >= service.settings.most_streams:
        raise Refused(429, "too many event streams are open", {"Retry-After": "10"})
    service.figures.streams += 1
    try:
        yield
    finally:
        service.figures.streams -= 1


STREAM_PLACE = Depends(stream_place)
"""A dependency of every route that sends events."""
