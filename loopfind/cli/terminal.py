"""The three ends of the process that a person sees: stdout, stderr and the terminal behind them."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from loopfind.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STDOUT = "standard output"
_WITHOUT_HYPERLINKS = {"linux", "vt100", "vt220", "ansi"}
"""Values of TERM that stand for terminals without clickable links."""


def prepare() -> None:
    """Letters that the locale has no code for are written as escapes, not answered with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def is_rich(stream: TextIO | None) -> bool:
    """Whether colours and moving lines may be written to `stream`: a terminal, not dumb, and not asked to be plain."""
    if stream is None or stream.closed or not stream.isatty():
        return False
    capable = os.name == "nt" or os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return capable and not os.environ.get("NO_COLOR")


def has_hyperlinks() -> bool:
    """Whether the terminal is known to show hyperlinks, or at least not known not to."""
    return os.environ.get("TERM") not in _WITHOUT_HYPERLINKS and os.environ.get("TERM_PROGRAM") != "Apple_Terminal"


def console(stream: TextIO) -> "Console":
    """A console on `stream` that takes all text as it stands."""
    from rich.console import Console

    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True)


def show(lines: "Iterable[Text]") -> None:
    """Write styled lines to stdout, a terminal that takes them."""
    drawn = console(sys.stdout)
    with drawn.capture() as capture:
        for line in lines:
            drawn.print(line)
    put([capture.get()])


def note(text: str) -> None:
    """One line on stderr; a stderr that is closed is no reason to fail."""
    from loopfind.reports.wording import safe

    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{safe(text)}\n")
        sys.stderr.flush()


def complain(text: str, status: int = 1) -> int:
    """Say on one line of stderr why it could not be done; returns `status`."""
    note("loopfind: " + " ".join(text.split()))
    return status


def confess(error: Exception, verbose: bool) -> int:
    """Say that loopfind itself is at fault; the traceback is shown where more words were asked for."""
    if verbose:
        import traceback

        with contextlib.suppress(OSError, AttributeError):
            traceback.print_exception(error)
    hint = "" if verbose else "; -v shows where"
    return complain(f"this is a bug in loopfind: {type(error).__name__}: {error}{hint}")


def put(pieces: Iterable[str]) -> None:
    """Write the result to stdout. A reader that left early (`| head`) has what it wanted: no error.

    Raises OutputError when stdout is closed or full.
    """
    with _stdout() as stream:
        for piece in pieces:
            stream.write(piece)


def tell(pieces: Iterable[str]) -> bool:
    """One line on stdout, at once; False where nobody reads it any more. Raises OutputError as `put` does."""
    if sys.stdout is None:
        raise OutputError(STDOUT, "it is closed")
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        abandon()
        return False
    except OSError as error:
        abandon()
        raise OutputError(STDOUT, f"could not be written: {error.strerror}") from error
    return True


def flush() -> None:
    """Write out what stdout still holds; raises OutputError as `put` does."""
    if sys.stdout is not None:
        with _stdout():
            pass


@contextlib.contextmanager
def _stdout() -> Iterator[TextIO]:
    if sys.stdout is None:
        raise OutputError(STDOUT, "it is closed")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        abandon()
    except OSError as error:
        abandon()
        raise OutputError(STDOUT, f"could not be written: {error.strerror}") from error


def abandon() -> None:
    """Let what stdout still holds go nowhere, or Python would try once more at exit and complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
