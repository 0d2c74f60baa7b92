"""Event streams that are open, which are limited in number."""

import contextlib
from collections.abc import Iterator

from loopfind.service.problems import Refused
from loopfind.service.state import Service


@contextlib.contextmanager
def open_stream(service: Service) -> Iterator[None]:
    """Count an event stream while it is open. Raises Refused where too many are."""
    if service.figures.streams >= service.settings.most_streams:
        raise Refused(429, "too many event streams are open", {"Retry-After": "10"})
    service.figures.streams += 1
    try:
        yield
    finally:
        service.figures.streams -= 1
