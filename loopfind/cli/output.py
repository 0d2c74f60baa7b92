"""Where a report goes: stdout, or a file that is written whole or not at all."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from loopfind.cli import terminal
from loopfind.errors import BadSetting, OutputError
from loopfind.registry import load
from loopfind.reports import FORMATS, SUFFIXES

if TYPE_CHECKING:
    from loopfind.model import Report


def choose(output: str | None, as_json: bool, video: str) -> str:
    """The name of the format that is asked for.

    Raises BadSetting where a file's ending names none or the file is the video itself, OutputError where it cannot
    be written: before hours of scanning, not after.
    """
    if output is None or output == "-":
        return "json" if as_json else "text"
    suffix = Path(output).suffix.lower()
    if not as_json and suffix not in SUFFIXES:
        raise BadSetting("--output", output, f"let the name end in {' or '.join(SUFFIXES)}, or add --json")
    check(output)
    with contextlib.suppress(OSError, ValueError):  # one of them is not there, so they are not the same
        if os.path.samefile(output, video):
            raise BadSetting("--output", output, "this is the video, and would be lost; choose another name")
    return "json" if as_json else SUFFIXES[suffix]


def deliver(report: "Report", format: str, output: str | None) -> None:
    """Write the report to `output`, or to stdout; on a terminal the text comes with colours and links.

    Raises OutputError.
    """
    if output is not None and output != "-":
        save(output, load("format", format, FORMATS)(report))
    elif format == "text" and sys.stdout is not None and sys.stdout.isatty():
        _show(report)
    else:
        terminal.put(load("format", format, FORMATS)(report))


def _show(report: "Report") -> None:
    from loopfind.reports.text import lines

    styled = terminal.is_rich(sys.stdout)
    console = terminal.console(sys.stdout)
    drawn = lines(report, max(console.width, 20), hyperlinks=styled and terminal.has_hyperlinks())
    if styled:
        with console.capture() as capture:
            for line in drawn:
                console.print(line)
        terminal.put([capture.get()])
    else:
        terminal.put(line.plain.rstrip() + "\n" for line in drawn)


def save(path: str, pieces: Iterable[str] | Iterable[bytes]) -> None:
    """Write a file whole or not at all: beside its place first, then moved there.

    What is no plain file (a pipe, a device) is written directly. Raises OutputError.
    """
    with _explained(path):
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_file():
            with place.open("wb") as file:
                file.writelines(map(_encoded, pieces))
            return
        beside = place.with_name(f".loopfind-{os.getpid()}.tmp")
        try:
            with beside.open("wb") as file:
                file.writelines(map(_encoded, pieces))
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                beside.chmod(stat.S_IMODE(place.stat().st_mode))
            beside.replace(place)
        except BaseException:  # Ctrl-C too
            beside.unlink(missing_ok=True)
            raise


def _encoded(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace")


def check(path: str) -> None:
    """Raises OutputError if a file could not be put at `path`; writes nothing."""
    with _explained(path):
        place = Path(os.path.realpath(path))
        if place.is_dir():
            raise OutputError(path, "this is a folder; give the name of a file")
        if not place.parent.is_dir():
            raise OutputError(path, "its folder does not exist")
        target = place if place.exists() and not place.is_file() else place.parent
        if not os.access(target, os.W_OK):
            raise OutputError(path, "no permission to write there")


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise OutputError(path, f"could not be written: {getattr(error, 'strerror', None) or error}") from error
