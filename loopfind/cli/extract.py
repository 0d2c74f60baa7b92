"""The command `extract`: write the repeats of a report as clips, animations or sounds."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote_to_bytes, urlsplit

import typer

from loopfind.cli import options, terminal
from loopfind.cli.clip_writers import FORMS, Wanted, clip_writer
from loopfind.cli.given_report import is_scanned, read_given
from loopfind.errors import BadReport, BadSetting, DecoderFailed, OutputError, UnknownPart
from loopfind.reports.files import as_output_error
from loopfind.reports.leftovers import new_folder, remove_leftovers
from loopfind.settings import SOUND_FORMS, STALL

if TYPE_CHECKING:
    from loopfind.model.report import Repeat
    from loopfind.reports.formats.json_reader import ReadReport

MOST_CLIPS = 12
"""Occurrences of one repeat that are written by default, as a loop may have thousands."""

EXAMPLES = """\b
Examples:
  loopfind video.mp4 -o report.json && loopfind extract report.json --out clips
  loopfind extract report.json --out clips --repeat 2   one repeat alone
  loopfind extract report.json --out clips --review review.json
  loopfind extract report.json --out clips --as gif     small animations
  loopfind extract report.json --out clips --as wav     what is heard alone
  loopfind extract report.json --out clips --video /elsewhere/video.mp4

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def extract_command(
    report: Annotated[str, typer.Argument(metavar="REPORT.json", help="A report that loopfind VIDEO --json wrote.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder for the clips; made if it does not exist.")],
    repeat: Annotated[
        int | None, typer.Option("--repeat", metavar="N", min=1, help="Only this repeat, by its number in the report.")
    ] = None,
    video: Annotated[
        str | None, typer.Option("--video", metavar="FILE", help="The video, where it is not where the report says.")
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=2, help="Most clips of each repeat.")] = MOST_CLIPS,
    form: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORM",
            autocompletion=options.completing(FORMS),
            help="mp4: every frame, with its sound. gif, webp: small animations of 10 s at most, 10 pictures a second. "
            "flac, wav, m4a: the sound alone. Default: mp4, of a file without pictures flac.",
        ),
    ] = None,
    review: options.ReviewFile = None,
    audio_stream: Annotated[
        int | None,
        typer.Option(
            "--audio-stream",
            metavar="N",
            min=0,
            help="Track of sound of the clips; default: that of the report.",
        ),
    ] = None,
    no_sound: Annotated[bool, typer.Option("--no-sound", help="Write clips without sound.")] = False,
    no_captions: Annotated[
        bool, typer.Option("--no-captions", help="Leave out the words and the times under pictures side by side.")
    ] = False,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace clips that exist already.")] = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Write the repeats of a report as clips, alone and side by side.

    Side by side, the first occurrence is seen and heard on the left, the second on the right.
    """
    if form is not None and form not in FORMS:
        raise UnknownPart("form of a clip", form, FORMS)
    if no_sound and (audio_stream is not None or form in SOUND_FORMS):
        raise BadSetting("--no-sound", True, "sound is asked for as well; leave one of the two out")
    findings = read_given(report) if review is None else _reviewed(read_given(report), review)
    form = form or (FORMS[0] if findings.pictures else SOUND_FORMS[0])
    if not findings.pictures and form not in SOUND_FORMS:
        raise BadSetting("--as", form, f"the report is of sound alone; choose one of {', '.join(SOUND_FORMS)}")
    repeats = _choose_repeats(findings, repeat)
    planned = [name for one in repeats for name in (*_clip_names(one, most, form), _pair_name(one, form))]
    _check_folder(Path(out), planned, overwrite)
    from loopfind.media.ffmpeg.spoken import listened

    with _working_folder(Path(out)) as work, listened(terminal.note if verbose else None):
        from loopfind.media.ffmpeg.address import resolve

        path = resolve(_find_video(findings, report, video, quiet)).waiting(stall)
        write = clip_writer(path, findings, Wanted(form, audio_stream, not no_sound, stall, no_budget, not no_captions))
        failed: list[DecoderFailed] = []
        for one in repeats:
            clips = [str(work / name) for name in _clip_names(one, most, form)]
            written = write(one, clips, work / _pair_name(one, form), failed.append)
            left = len(one.occurrences) - most
            more = f"; {left:,} more left out, --most says how many" if left > 0 else ""
            if not quiet:
                terminal.note(f"Repeat {one.id}: {written}{more}")
        made = [name for name in planned if (work / name).exists()]
        if failed and not made:
            raise failed[0]
        for name in made:
            (work / name).replace(Path(out) / name)
    terminal.put(f"{os.path.join(out, name)}\n" for name in made)
    for error in failed:
        terminal.complain(f"{error}")
    return 1 if failed else 0


def _reviewed(findings: "ReadReport", review: str) -> "ReadReport":
    """Return the findings without what a review rejects. Raises BadReview."""
    from loopfind.reports.review import accepted, check_video, read_review

    read = read_review(review)
    check_video(read, findings.path, findings.size, findings.digest, None)
    return replace(findings, repeats=accepted(read, findings.repeats))


def _choose_repeats(findings: "ReadReport", number: int | None) -> "list[Repeat]":
    """Return the repeats to write: all of them, or the one asked for. Raises BadSetting."""
    shown = [one for one in findings.repeats if len(one.occurrences) > 1 and number in (None, one.id)]
    if number is not None and not shown:
        known = ", ".join(str(one.id) for one in findings.repeats[:20])
        raise BadSetting("--repeat", number, f"the report has {known}" if known else "the report has no repeats")
    return shown


def _find_video(findings: "ReadReport", report: str, given: str | None, quiet: bool) -> str:
    """Return the path of the video: as given, as the report names it, as its link has it, or beside the report.

    Raises BadSetting where the report is of standard input or of an address, which is opened only for a user who names
    it, and BadReport where no such file exists, or another one than was scanned.
    """
    from loopfind.media.ffmpeg.address import is_plain_path, local_name

    if given is not None:
        given = local_name(given)
        # It may be a better copy of the same recording.
        if os.path.isfile(given) and not is_scanned(findings, given) and not quiet:
            terminal.note(f"loopfind: {given}: not the file that the report is of; its clips are taken by their times")
        return given
    if findings.path == "-":
        raise BadSetting("REPORT.json", report, "it is of standard input; give the video with --video FILE")
    if not is_plain_path(findings.path):
        raise BadSetting(
            "REPORT.json", report, "it is of an address, which is not opened unasked; give --video ADDRESS"
        )
    linked = os.fsdecode(unquote_to_bytes(urlsplit(findings.link).path)) if findings.link.startswith("file:") else ""
    beside = os.path.join(os.path.dirname(report), os.path.basename(findings.path))
    beside_linked = os.path.join(os.path.dirname(report), os.path.basename(linked)) if linked else ""
    other = ""
    for place in (findings.path, linked, beside, beside_linked):
        with contextlib.suppress(ValueError):  # a NUL in the name
            if place and os.path.isfile(place):
                if is_scanned(findings, place):
                    return place
                other = other or place
    if other:
        what = f"{other} is another file now than the one that was scanned: scan it again, or give the right one"
        raise BadReport(report, f"{what} with --video FILE")
    raise BadReport(report, f"its video {findings.path} is not there: give it with --video FILE")


def _clip_names(repeat: "Repeat", most: int, form: str) -> list[str]:
    """Return a name for each clip: repeat-01-at-0h02m22s.mp4, with -2 for the second that begins in one second."""
    names: list[str] = []
    for one in repeat.occurrences[:most]:
        minutes, seconds = divmod(int(one.start), 60)
        stem = f"repeat-{repeat.id:02}-at-{minutes // 60}h{minutes % 60:02}m{seconds:02}s"
        same = sum(name.startswith(stem) for name in names)
        names.append(f"{stem}{f'-{same + 1}' if same else ''}.{form}")
    return names


def _pair_name(repeat: "Repeat", form: str) -> str:
    return f"repeat-{repeat.id:02}-side-by-side.{form}"


def _check_folder(out: Path, names: list[str], overwrite: bool) -> None:
    """Raise OutputError, before anything is cut, where the folder takes no files or a file would be lost."""
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
def _working_folder(out: Path) -> Iterator[Path]:
    """Make a folder inside `out` for the body, and remove it afterwards; `out` too, where it is new and empty."""
    made = not out.exists()
    try:
        with as_output_error(str(out)):
            out.mkdir(parents=True, exist_ok=True)
            remove_leftovers(out)
            with new_folder(out) as work:
                yield work
    finally:  # Ctrl-C too
        if made:
            with contextlib.suppress(OSError):  # it holds clips
                out.rmdir()
