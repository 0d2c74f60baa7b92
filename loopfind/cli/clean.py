"""The command `clean`: write a copy of a video without its repeats."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from loopfind.cli import options, paths, terminal
from loopfind.cli.given_report import is_scanned, read_given
from loopfind.cli.output import check_new_file, is_same_file
from loopfind.errors import BadReport, BadSetting, MissingOption, UnknownPart
from loopfind.reports.files import file_beside
from loopfind.settings import STALL, CleanSettings, Decoding, Keep, Settings

if TYPE_CHECKING:
    from loopfind.model.clean_plan import CleanCopy
    from loopfind.model.report import Repeat
    from loopfind.model.video import Watch

EXAMPLES = """\b
Examples:
  loopfind clean stream.mp4 -o once.mp4                 one turn of a loop, the first airing of a spot
  loopfind clean stream.mp4 --dry-run                   what would go
  loopfind clean stream.mp4 -o once.mp4 --report report.json    without scanning it again
  loopfind clean stream.mp4 -o once.mp4 --report report.json --review review.json
  loopfind clean stream.mp4 -o once.mkv --keep best     the sharpest copy of each stays

\b
Exit status: 0 done, 1 could not, 2 wrong usage, 130 stopped by Ctrl-C.
"""


def clean_command(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="A file on disk.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The copy; its ending chooses the container: .mp4, .m4v, .mov, .mkv, .webm.",
        ),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="FILE", help="A report of the video, as JSON: it is not scanned again."),
    ] = None,
    keep: Annotated[
        str,
        typer.Option("--keep", metavar="WHICH", help="first: the earliest occurrence stays; best: the sharpest one."),
    ] = CleanSettings.keep,
    review: Annotated[
        str | None,
        typer.Option(
            "--review", metavar="FILE", help="A review, as JSON: what it accepts goes, what it rejects stays."
        ),
    ] = None,
    repeat: Annotated[
        list[int] | None,
        typer.Option("--repeat", metavar="N", min=1, help="Only this repeat, by its number. May be repeated."),
    ] = None,
    sure: Annotated[
        float,
        typer.Option("--sure", metavar="SHARE", min=0.0, max=1.0, help="Confidence from which a repeat is removed."),
    ] = CleanSettings.sure,
    encode: Annotated[
        bool, typer.Option("--encode", help="Encode every frame again, also where packets could be copied.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would go.")] = False,
    as_json: options.Json = False,
    stream: options.StreamOption = Settings.stream,
    audio_stream: Annotated[
        int | None,
        typer.Option("--audio-stream", metavar="N", min=0, help="Track of sound of the copy; default: all."),
    ] = None,
    no_sound: Annotated[bool, typer.Option("--no-sound", help="Write the copy without sound.")] = False,
    stall: options.Stall = STALL,
    no_budget: options.NoBudget = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the copy where it exists already.")] = False,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> int:
    """Write a copy of a video without what it shows again.

    Of a loop one turn stays, of any other repeat one occurrence. Cuts are exact to the frame, and packets are copied
    where the codec allows it.
    """
    if keep not in get_args(Keep):
        raise UnknownPart("occurrence to keep", keep, get_args(Keep))
    if no_sound and audio_stream is not None:
        raise BadSetting("--no-sound", True, "sound is asked for as well; leave one of the two out")
    place = _checked_output(output, [video, *filter(None, (report, review))], dry_run, overwrite)
    settings = CleanSettings(
        "best" if keep == "best" else "first", sure, encode, audio_stream, not no_sound, stall, no_budget
    )
    from loopfind.cli.progress import watching

    with watching(quiet) as (watch, note):
        log = note if verbose else None
        if report is not None:
            stream, repeats = _given(video, report, note)
        else:
            repeats = _scanned(video, Settings(stream=stream, stall=stall, sound=not no_sound), no_budget, watch, log)
        decided = {} if review is None else _decisions(review, video, repeats)
        _check_numbers(repeat or (), repeats)
        from loopfind.engine.clean_plan import CleanWishes
        from loopfind.media.ffmpeg.spoken import listened
        from loopfind.pipeline import clean

        asked = CleanWishes(sure, {}, decided, None if repeat is None else frozenset(repeat))
        make = partial(clean, video, stream, repeats, settings, asked)
        with listened(log):
            copy = make(None, place, watch) if dry_run else _written(make, place, watch)
    if not copy.plan.removals and not dry_run:
        return terminal.complain(f"{video}: nothing to remove, so no copy was written (--dry-run says what is left in)")
    _show(copy, video, None if dry_run else place, as_json, quiet)
    return 0


def _checked_output(output: str | None, inputs: Sequence[str], dry_run: bool, overwrite: bool) -> str:
    """Return the place of the copy. Raises BadSetting and OutputError, before hours of scanning, where it is none."""
    from loopfind.media.cut_method import CUT_ENDINGS

    if output is None:
        if not dry_run:
            raise MissingOption("-o FILE", "it names the copy; --dry-run writes none and says what would go")
        output = f"copy{Path(inputs[0]).suffix}"
        return output if Path(output).suffix.lower() in CUT_ENDINGS else "copy.mkv"
    if Path(output).suffix.lower() not in CUT_ENDINGS:
        raise BadSetting("--output", output, f"let the name end in one of {', '.join(CUT_ENDINGS)}")
    if any(is_same_file(output, one) for one in inputs):
        raise BadSetting("--output", output, "this is read, and would be lost; choose another name")
    if not dry_run:
        check_new_file(output, overwrite)
    return output


def _given(video: str, report: str, note: "Callable[[str], None]") -> "tuple[int, tuple[Repeat, ...]]":
    """Return the video stream and the repeats of a report that is given. Raises BadReport for one of sound alone."""
    findings = read_given(report)
    if not findings.pictures:
        raise BadReport(report, "it is of sound alone, of which no copy is made: give one of a video")
    if os.path.isfile(video) and not is_scanned(findings, video):
        note(f"loopfind: {video}: not the file that the report is of; it is cut by the times of that")
    return findings.stream, findings.repeats


def _scanned(
    video: str, settings: Settings, unbounded: bool, watch: "Watch | None", log: "Callable[[str], None] | None"
) -> "tuple[Repeat, ...]":
    """Return the repeats that a scan finds. Raises kinds of MediaError, also for what cannot be read twice."""
    from loopfind.media.ffmpeg.address import resolve
    from loopfind.pipeline import Resume, scan

    if not resolve(video).is_on_disk:
        raise BadSetting("VIDEO", video, "it is read more than once; save it to a file first")
    resume = Resume(paths.unfinished(), note=lambda line: terminal.note(f"loopfind: {line}"))
    report = scan(video, settings, watch, log, None, resume, Decoding(unbounded=unbounded))
    if report.is_of_sound:
        raise BadSetting("VIDEO", video, "it is a sound; copies are made of videos")
    return report.repeats


def _decisions(review: str, video: str, repeats: "Sequence[Repeat]") -> dict[int, bool]:
    """Return whether each repeat that a review decides on is one. Raises BadReview."""
    from loopfind.reports.review import accepted, check_file, read_review

    read = read_review(review)
    check_file(read, video)
    accepted(read, repeats)
    return {one.id: one.decision == "accept" for one in read.findings if one.decision is not None}


def _check_numbers(wanted: Sequence[int], repeats: "Sequence[Repeat]") -> None:
    """Raise BadSetting for the number of a repeat that is not there."""
    known = [one.id for one in repeats]
    for number in wanted:
        if number not in known:
            there = f"there is {', '.join(map(str, known[:20]))}" if known else "there are no repeats"
            raise BadSetting("--repeat", number, there)


def _written(make: "Callable[[Path, str, Watch | None], CleanCopy]", place: str, watch: "Watch | None") -> "CleanCopy":
    """Return the copy that is made in a folder beside its place, and then moved there."""
    with file_beside(place, f"clean-copy{Path(place).suffix.lower()}") as made:
        return make(made.parent, str(made), watch)


def _show(copy: "CleanCopy", video: str, place: str | None, as_json: bool, quiet: bool) -> None:
    """Write what was done, or would be, to stdout; of a copy in text, its name, and the rest to stderr."""
    from loopfind.reports.formats.clean_copies import clean_json, clean_text

    if as_json:
        terminal.put(clean_json(copy, video, place))
    elif place is None:
        terminal.put_text(clean_text(copy))
    else:
        if not quiet:
            for line in terminal.fitted("".join(clean_text(copy)), sys.stderr):
                terminal.note(line)
        terminal.put([f"{place}\n"])
