"""Where a report goes: stdout, or a file that is written whole or not at all."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loopfind.cli import terminal
from loopfind.errors import BadSetting, OutputError, UnknownPart
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES
from loopfind.reports.wording import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.text import Text

    Draw = Callable[[int, bool], Iterable[Text]]

STDOUT = "-"


def named(formats: Sequence[str], as_json: bool, outputs: Sequence[str]) -> list[str]:
    """The formats asked for by name; --json asks for JSON everywhere, but for a page. Raises UsageError."""
    if as_json and formats:
        raise BadSetting("--format", ", ".join(formats), "--json chooses the format already; leave one of them out")
    if not as_json:
        return [*formats]
    return [PAGE if _suffix(place) == PAGE else "json" for place in outputs] or ["json"]


def choose(outputs: Sequence[str], formats: Sequence[str], videos: Sequence[str]) -> list[tuple[str, str]]:
    """Each place the report goes to ("-" is stdout) with the name of its format.

    outputs: as many files as asked for; none is stdout. formats: none, or one for each output in the same order.
    Raises UsageError for a format that is not there, a name that asks for none, the same file twice, a video itself;
    OutputError for a file that cannot be written: before hours of scanning, not after.
    """
    places = [*outputs] or [STDOUT]
    for format in formats:
        if format not in (*FORMATS, PAGE):
            raise UnknownPart("format", format, (*FORMATS, PAGE))
    if formats and len(formats) != len(places):
        both = f"{count(len(formats), 'format')} for {count(len(places), 'output')}"
        raise BadSetting("--format", both, "give one for each -o, in the same order, or none at all")
    chosen = [*formats] or [_by_ending(place) for place in places]
    for number, place in enumerate(places):
        if any(same(place, other) for other in places[:number]):
            raise BadSetting("--output", place, "it is named twice, and one report would be lost; choose another name")
        if place != STDOUT:
            check(place)
            if any(same(place, video) for video in videos):
                raise BadSetting("--output", place, "this is the video, and would be lost; choose another name")
    return [*zip(places, chosen, strict=True)]


def _by_ending(place: str) -> str:
    """The format that a file's ending asks for; text on stdout."""
    if place == STDOUT:
        return "text"
    suffix = _suffix(place)
    if not suffix:
        others = ", ".join(name for name in FORMATS if name not in SUFFIXES.values())
        endings = f"let the name end in {', '.join(SUFFIXES)}"
        raise BadSetting("--output", place, f"{endings}, or name the format with --format ({others} have no ending)")
    return suffix


def _suffix(place: str) -> str:
    """The format that a file's ending asks for, "" for none."""
    return SUFFIXES.get(Path(place).suffix.lower(), "")


def same(one: str, other: str) -> bool:
    """Whether two names are of one file, there or not yet; stdout is itself alone."""
    if one == STDOUT or other == STDOUT:
        return one == other
    with contextlib.suppress(OSError, ValueError):  # one of them is not there
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other) if "\0" not in one + other else False


def deliver(pieces: "Iterator[str]", format: str, output: str, lines: "Draw") -> None:
    """Write what a format makes of a report to `output`; on a terminal the text is drawn anew, with colours and links.

    lines: the text as styled lines for a width in columns, with hyperlinks or without. Raises OutputError.
    """
    if output != STDOUT:
        save(output, pieces)
    elif format == "text" and sys.stdout is not None and sys.stdout.isatty():
        _show(lines)
    else:
        terminal.put(pieces)


def _show(lines: "Draw") -> None:
    styled = terminal.is_rich(sys.stdout)
    console = terminal.console(sys.stdout)
    drawn = lines(max(console.width, 20), styled and terminal.has_hyperlinks())
    if styled:
        terminal.show(drawn)
    else:
        terminal.put(line.plain.rstrip() + "\n" for line in drawn)


def tell(summary: str, places: Sequence[str], page: str | None, quiet: bool) -> None:
    """Say on a terminal where the answer went, where it went to files."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        return
    if page is not None:
        terminal.note(f"The page is in {page}")
    files = [place for place in places if place != STDOUT]
    if not places or files:
        terminal.note(summary)
    if files:
        terminal.note(f"The report is in {', '.join(files)}")


def save(path: str, pieces: Iterable[str] | Iterable[bytes]) -> None:
    """Write a file whole or not at all: beside its place first, then moved there.

    What is no plain file (a pipe, a device) is written directly. Raises OutputError.
    """
    with explained(path):
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
    with explained(path):
        place = Path(os.path.realpath(path))
        if place.is_dir():
            raise OutputError(path, "this is a folder; give the name of a file")
        if not place.parent.is_dir():
            raise OutputError(path, "its folder does not exist")
        target = place if place.exists() and not place.is_file() else place.parent
        if not os.access(target, os.W_OK):
            raise OutputError(path, "no permission to write there")


@contextlib.contextmanager
def explained(path: str) -> Iterator[None]:
    """Turns what goes wrong on disk into an OutputError of `path`."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise OutputError(path, f"could not be written: {getattr(error, 'strerror', None) or error}") from error
