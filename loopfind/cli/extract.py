"""The command that writes what a report found as videos."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote_to_bytes, urlsplit

import typer

from loopfind.cli import terminal
from loopfind.cli.output import as_output_error
from loopfind.errors import BadReport, BadSetting, OutputError

if TYPE_CHECKING:
    from loopfind.media.clips import Cutter, Look, Piece
    from loopfind.model.report import Occurrence, Repeat
    from loopfind.reports.formats.json_reader import ReadReport

MOST = 12
"""Occurrences of one repeat that are written unless more are asked for: a loop may have thousands."""

EXAMPLES = """\b
Examples:
  loopfind video.mp4 -o report.json && loopfind extract report.json --out clips
  loopfind extract report.json --out clips --repeat 2   one repeat alone
  loopfind extract report.json --out clips --video /elsewhere/video.mp4

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def extract_command(
    report: Annotated[str, typer.Argument(metavar="REPORT.json", help="A report that loopfind VIDEO --json wrote.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder for the clips; made if need be.")],
    repeat: Annotated[
        int | None, typer.Option("--repeat", metavar="N", min=1, help="This repeat alone, by its number in the report.")
    ] = None,
    video: Annotated[
        str | None, typer.Option("--video", metavar="FILE", help="The video, where it is no longer as the report says.")
    ] = None,
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=2, help="Clips of so many occurrences of each repeat at most.")
    ] = MOST,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over clips that are there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> int:
    """Write the clips that a report names, and comparisons side by side."""
    findings = _read(report)
    repeats = _chosen(findings, repeat)
    planned = [name for one in repeats for name in (*_names(one, most), _beside(one))]
    _check(Path(out), planned, overwrite)
    with _folder(Path(out)) as work:
        from loopfind.media.clips import Cutter

        cutter = Cutter(_video(findings, report, video), findings.stream)
        for one in repeats:
            _write(cutter, one, findings, work, most, quiet)
        for name in planned:
            (work / name).replace(Path(out) / name)
    terminal.put(f"{os.path.join(out, name)}\n" for name in planned)
    return 0


def _read(report: str) -> "ReadReport":
    from loopfind.reports.formats.json_reader import read_report

    try:
        return read_report(report, Path(report).read_bytes())
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadReport(report, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _chosen(findings: "ReadReport", number: int | None) -> "list[Repeat]":
    """The repeats to write: all of them, or the one asked for. Raises BadSetting."""
    shown = [one for one in findings.repeats if len(one.occurrences) > 1 and number in (None, one.id)]
    if number is not None and not shown:
        known = ", ".join(str(one.id) for one in findings.repeats[:20])
        raise BadSetting("--repeat", number, f"the report has {known}" if known else "the report has no repeats")
    return shown


def _video(findings: "ReadReport", report: str, given: str | None) -> str:
    """The video: as given; as the report names it; where its link leads; or beside the report."""
    if given is not None:
        return given
    if findings.path == "-":
        raise BadSetting("REPORT.json", report, "it is of standard input; give the video with --video FILE")
    if "://" in findings.path:
        return findings.path
    linked = os.fsdecode(unquote_to_bytes(urlsplit(findings.link).path)) if findings.link.startswith("file:") else ""
    beside = os.path.join(os.path.dirname(report), os.path.basename(findings.path))
    for place in (findings.path, linked, beside):
        with contextlib.suppress(ValueError):  # a NUL in the name
            if place and os.path.isfile(place):
                return place
    raise BadReport(report, f"its video {findings.path} is not there: give it with --video FILE")


def _names(repeat: "Repeat", most: int) -> list[str]:
    """A name for each clip that no other has: repeat-01-at-0h02m22s.mp4, and a letter more where two begin in one
    second."""
    names: list[str] = []
    for one in repeat.occurrences[:most]:
        minutes, seconds = divmod(int(one.start), 60)
        stem = f"repeat-{repeat.id:02}-at-{minutes // 60}h{minutes % 60:02}m{seconds:02}s"
        same = sum(name.startswith(stem) for name in names)
        names.append(f"{stem}{f'-{same + 1}' if same else ''}.mp4")
    return names


def _beside(repeat: "Repeat") -> str:
    return f"repeat-{repeat.id:02}-side-by-side.mp4"


def _check(out: Path, names: list[str], overwrite: bool) -> None:
    """Before anything is cut: that the folder can be written to, and nothing would be lost. Raises OutputError."""
    with as_output_error(str(out)):
        if out.exists() and not out.is_dir():
            raise OutputError(str(out), "this is a file; give a folder with --out")
        there = next((name for name in names if (out / name).exists()), None)
        if there is not None and not overwrite:
            raise OutputError(str(out / there), "it is there already; add --overwrite, or choose another folder")
        if not out.exists() and not out.parent.is_dir():
            raise OutputError(str(out), "the folder that it lies in does not exist")
        if not os.access(out if out.exists() else out.parent, os.W_OK):
            raise OutputError(str(out), "no permission to write there")


@contextlib.contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """A folder inside `out` to work in, gone afterwards; `out` too, if it was made for this and nothing came of it."""
    work, made = out / f".loopfind-{os.getpid()}", not out.exists()
    try:
        with as_output_error(str(out)):
            work.mkdir(parents=True)
            yield work
    finally:  # Ctrl-C too
        shutil.rmtree(work, ignore_errors=True)
        if made:
            with contextlib.suppress(OSError):  # it holds clips
                out.rmdir()


def _write(cutter: "Cutter", repeat: "Repeat", findings: "ReadReport", work: Path, most: int, quiet: bool) -> None:
    shown = repeat.occurrences[:most]
    copied = 0
    for name, one in zip(_names(repeat, most), shown, strict=True):
        cutter.cut(_piece(one, findings), str(work / name))
        copied += cutter.copied
    first, second = repeat.occurrences[:2]
    sides = ((_piece(first, findings), _look(first)), (_piece(second, findings), _look(second)))
    cutter.compare(sides, str(work / _beside(repeat)))
    if not quiet:
        left = len(repeat.occurrences) - len(shown)
        more = f"; {left:,} more left out, --most says how many" if left else ""
        terminal.note(f"Repeat {repeat.id}: {len(shown)} clips, {copied} copied, {len(shown) - copied} encoded{more}")


def _piece(one: "Occurrence", findings: "ReadReport") -> "Piece":
    from loopfind.media.clips import Piece

    first = None if findings.start else one.start_frame
    return Piece(one.start, one.end, one.end_frame - one.start_frame, first)


def _look(one: "Occurrence") -> "Look":
    from loopfind.media.clips import Look

    return Look(one.reversed, one.mirrored, one.speed)
