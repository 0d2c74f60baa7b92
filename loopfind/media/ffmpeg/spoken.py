"""The commands that are run, and what they say, for whoever wants to follow them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("listener to ffmpeg", default=None)


@contextmanager
def listened(log: Callable[[str], None] | None) -> Iterator[None]:
    """Call `log` with each line that is said in the body of a `with` statement, unless it is None."""
    token = _LISTENER.set(log)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def say(line: str) -> None:
    """Hand a line to the listener, if there is one."""
    log = _LISTENER.get()
    if log is not None:
        log(line)
