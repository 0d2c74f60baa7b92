"""Standard output, standard error, and the terminal behind them."""

import contextlib
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from loopfind.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_STDOUT_NAME = "standard output"
_WITHOUT_HYPERLINKS = {"linux", "vt100", "vt220", "ansi"}
"""Values of TERM of terminals without clickable links."""


def prepare() -> None:
    """Make stdout and stderr write escapes for characters that the locale cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def moves(stream: TextIO | None) -> bool:
    """Return whether lines of `stream` may be drawn anew: it is a terminal, and not a dumb one."""
    if stream is None or stream.closed or not stream.isatty():
        return False
    return os.name == "nt" or os.environ.get("TERM", "") not in ("", "dumb", "unknown")


def has_colours(stream: TextIO | None) -> bool:
    """Return whether `stream` takes colours: a terminal that is not dumb, or anything where FORCE_COLOR is set, unless
    NO_COLOR is."""
    if stream is None or stream.closed or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or moves(stream)


def has_hyperlinks() -> bool:
    """Return whether the terminal may show hyperlinks; False where it is known not to."""
    return os.environ.get("TERM") not in _WITHOUT_HYPERLINKS and os.environ.get("TERM_PROGRAM") != "Apple_Terminal"


def console(stream: TextIO) -> "Console":
    """Return a console on `stream` that writes text as it is, with no markup."""
    from rich.console import Console

    colours = has_colours(stream)
    return Console(
        file=stream,
        force_terminal=colours or moves(stream),
        no_color=not colours,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=True,
    )


def show(lines: "Iterable[Text]") -> None:
    """Write styled lines to stdout, which must take colours."""
    drawn = console(sys.stdout)
    with drawn.capture() as capture:
        for line in lines:
            drawn.print(line)
    put([capture.get()])


def note(text: str) -> None:
    """Write one line to stderr. A closed stderr is no error."""
    from loopfind.reports.wording import safe

    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{safe(text)}\n")
        sys.stderr.flush()


def complain(text: str, status: int = 1) -> int:
    """Write an error on one line of stderr. Returns `status`."""
    note("loopfind: " + " ".join(text.split()))
    return status


def report_bug(error: Exception, verbose: bool) -> int:
    """Report a bug in loopfind on stderr, with the traceback where `verbose`. Returns the exit status."""
    if verbose:
        import traceback

        with contextlib.suppress(OSError, AttributeError):
            traceback.print_exception(error)
    hint = "" if verbose else "; -v shows where"
    return complain(f"this is a bug in loopfind: {type(error).__name__}: {error}{hint}")


def put(pieces: Iterable[str]) -> None:
    """Write the result to stdout. A reader that left early (`| head`) is no error.

    Raises OutputError where stdout is closed or full.
    """
    with _stdout() as stream:
        for piece in pieces:
            stream.write(piece)


def put_text(pieces: Iterable[str]) -> None:
    """Write text to stdout, on a terminal broken between words. Raises OutputError as `put` does."""
    put(f"{line}\n" for line in fitted("".join(pieces), sys.stdout))


def fitted(text: str, stream: TextIO | None) -> list[str]:
    """Return the lines of a text, those that are wider than the terminal behind `stream` broken between words."""
    lines = text.splitlines()
    if stream is None or stream.closed or not stream.isatty():
        return lines
    wide = max(console(stream).width, 20)
    return [part for line in lines for part in _broken(line, wide)]


def _broken(line: str, wide: int) -> list[str]:
    import textwrap

    indent = len(line) - len(line.lstrip(" "))
    further = " " * min(2 * indent, wide // 2)
    return textwrap.wrap(line, wide, subsequent_indent=further, break_on_hyphens=False) or [""]


def put_line(pieces: Iterable[str]) -> bool:
    """Write one line to stdout at once. Returns False where nobody reads it any more.

    Raises OutputError as `put` does.
    """
    if sys.stdout is None:
        raise OutputError(_STDOUT_NAME, "it is closed")
    try:
        sys.stdout.writelines(pieces)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError as error:
        abandon()
        if nobody_reads(error):
            return False
        raise OutputError(_STDOUT_NAME, f"could not be written: {error.strerror}") from error
    return True


def flush() -> None:
    """Flush stdout. Raises OutputError as `put` does."""
    if sys.stdout is not None:
        with _stdout():
            pass


@contextlib.contextmanager
def _stdout() -> Iterator[TextIO]:
    if sys.stdout is None:
        raise OutputError(_STDOUT_NAME, "it is closed")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        abandon()
        if nobody_reads(error):
            return
        raise OutputError(_STDOUT_NAME, f"could not be written: {error.strerror}") from error


def nobody_reads(error: OSError) -> bool:
    """Return whether an error is that of a pipe whose reader has left. Windows has another number for it."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def abandon() -> None:
    """Discard what stdout has buffered. Python would try to write it at exit, and complain."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
