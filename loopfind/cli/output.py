"""The outputs of a command: stdout, and files that are written whole or not at all."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loopfind.cli import terminal
from loopfind.errors import BadSetting, OutputError
from loopfind.registry import check_name
from loopfind.reports.files import as_output_error, write_file
from loopfind.reports.formats import FORMATS, PAGE, SUFFIXES, format_of_ending
from loopfind.reports.plots import PLOTS
from loopfind.reports.wording import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.text import Text

    from loopfind.model.review import Review

    Draw = Callable[[int, bool], Iterable[Text]]

STDOUT = "-"


def choose_formats(formats: Sequence[str], as_json: bool, outputs: Sequence[str]) -> list[str]:
    """Return the formats asked for by name. --json asks for JSON at every output that is no page. Raises BadSetting."""
    if as_json and formats:
        raise BadSetting("--format", ", ".join(formats), "--json chooses the format already; leave one of them out")
    if not as_json:
        return [*formats]
    return [PAGE if format_of_ending(place) == PAGE else "json" for place in outputs] or ["json"]


def choose_outputs(outputs: Sequence[str], formats: Sequence[str], videos: Sequence[str]) -> list[tuple[str, str]]:
    """Return each place to write to ("-" is stdout) with the name of its format.

    outputs: files; none means stdout. formats: none, or one for each output in the same order.
    Raises UsageError for an unknown format, an ending that no format has, a file that is named twice, and a video;
    OutputError for a file that cannot be written. All before hours of scanning.
    """
    places = [*outputs] or [STDOUT]
    for format in formats:
        check_name("format", format, FORMATS, PAGE)
    if formats and len(formats) != len(places):
        both = f"{count(len(formats), 'format')} for {count(len(places), 'output')}"
        raise BadSetting("--format", both, "give one for each -o, in the same order, or none at all")
    chosen = [*formats] or [_format_for(place) for place in places]
    for number, place in enumerate(places):
        if any(is_same_file(place, other) for other in places[:number]):
            raise BadSetting("--output", place, "it is named twice, and one report would be lost; choose another name")
        if place != STDOUT:
            check_writable(place)
            if any(is_same_file(place, video) for video in videos):
                raise BadSetting("--output", place, "this is the video, and would be lost; choose another name")
    return [*zip(places, chosen, strict=True)]


def _format_for(place: str) -> str:
    """Return the format that a file's ending asks for, and text for stdout. Raises BadSetting."""
    if place == STDOUT:
        return "text"
    suffix = format_of_ending(place)
    if not suffix:
        others = ", ".join(name for name in FORMATS if name not in SUFFIXES.values())
        endings = f"let the name end in {', '.join(SUFFIXES)}"
        raise BadSetting("--output", place, f"{endings}, or name the format with --format ({others} have no ending)")
    return suffix


def checked_review(file: str, video: str, outputs: Sequence[str], page: str | None) -> "Review":
    """Return the review in a file, before the scan. Raises BadReview where it is of another video, and BadSetting where
    an output would replace it."""
    from loopfind.reports.review import check_file, read_review

    for place in (*outputs, *([] if page is None else [page])):
        if place != STDOUT and is_same_file(place, file):
            raise BadSetting("--output", place, "this is the review, and would be lost; choose another name")
    review = read_review(file)
    check_file(review, video)
    return review


def is_same_file(one: str, other: str) -> bool:
    """Return whether two names are of one file, which need not exist; stdout is the same as stdout only."""
    if STDOUT in (one, other):
        return one == other
    with contextlib.suppress(OSError, ValueError):  # one of them is not there
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other) if "\0" not in one + other else False


def write_output(pieces: "Iterator[str]", format: str, output: str, lines: "Draw") -> None:
    """Write the pieces of a format to `output`; on a terminal text is drawn with colours and links instead.

    lines: returns the text as styled lines for a width in columns, with hyperlinks or without. Raises OutputError.
    """
    if output != STDOUT:
        write_file(output, pieces)
    elif format == "text" and sys.stdout is not None and (sys.stdout.isatty() or terminal.has_colours(sys.stdout)):
        _show(lines)
    else:
        terminal.put(pieces)


def _show(lines: "Draw") -> None:
    """Draw the text for the width of the terminal, plain where it takes no colours."""
    styled = terminal.has_colours(sys.stdout)
    console = terminal.console(sys.stdout)
    drawn = lines(max(console.width, 20), styled and terminal.moves(sys.stdout) and terminal.has_hyperlinks())
    if styled:
        terminal.show(drawn)
    else:
        terminal.put(line.plain.rstrip() + "\n" for line in drawn)


def note_outputs(summary: str, places: Sequence[str], page: str | None, quiet: bool) -> None:
    """Name the files that were written on stderr, where that is a terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        return
    if page is not None:
        terminal.note(f"The page is in {page}")
    files = [place for place in places if place != STDOUT]
    if not places or files:
        terminal.note(summary)
    if files:
        terminal.note(f"The report is in {', '.join(files)}")


def check_new_file(path: str, overwrite: bool) -> None:
    """Raise OutputError if a file could not be written at `path`, or may not be replaced. Writes nothing."""
    check_writable(path)
    if os.path.exists(path) and not overwrite:
        raise OutputError(path, "it is there already; add --overwrite, or choose another name")


def check_writable(path: str) -> None:
    """Raise OutputError if a file could not be written at `path`. Writes nothing."""
    with as_output_error(path):
        place = Path(os.path.realpath(path))
        if place.is_dir():
            raise OutputError(path, "this is a folder; give the name of a file")
        if not place.parent.is_dir():
            raise OutputError(path, "its folder does not exist; make it first")
        target = place if place.exists() and not place.is_file() else place.parent
        if not os.access(target, os.W_OK):
            raise OutputError(path, "no permission to write there")


def check_plot(plot: str, video: str) -> None:
    """Raise, before an hour of decoding, for an unknown ending, a folder that is not there, and the video itself."""
    if Path(plot).suffix.lower() not in PLOTS:
        raise BadSetting("--plot", plot, f"let the name end in {' or '.join(PLOTS)}")
    check_writable(plot)
    if is_same_file(plot, video):
        raise BadSetting("--plot", plot, "this is the video, and would be lost; choose another name")
