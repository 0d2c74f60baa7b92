"""Scans of several files, one after the other: a row for each as it ends, and a count at the end.

They take turns, each with all decoders. Two at once are no faster, as what is not decoding waits for one another within
one process, and take more memory.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from loopfind.cli import output as outputs
from loopfind.cli import page as pages
from loopfind.cli import terminal
from loopfind.cli.made import made_now
from loopfind.cli.scan_one import ScanOrder, deliver, scan_file
from loopfind.errors import BadSetting, MediaError, UsageError
from loopfind.reports.wording import safe
from loopfind.settings import ClusterSettings

if TYPE_CHECKING:
    from loopfind.model.exhibits import Exhibits, SoundExhibits
    from loopfind.model.report import Report
    from loopfind.pipeline.selection import SelectedFile, Selection

NAME = "{name}"
"""The place of the name of each file within that of an output."""


def are_several(videos: Sequence[str]) -> bool:
    """Return whether the videos on a command line are more than one file."""
    if len(videos) != 1 or os.path.isdir(videos[0]):
        return True
    if "://" not in videos[0]:
        return False
    from loopfind.pipeline.inputs import stands_for_several

    return stands_for_several(videos[0])


def refuse_options(videos: Sequence[str], unfit: Sequence[tuple[str, bool]]) -> None:
    """Raise UsageError for what does not go with several files. unfit: options, and whether each was given."""
    if "-" in videos:
        raise UsageError("standard input holds one video: scan it alone")
    for option, given in unfit:
        if given:
            raise UsageError(f"{option} belongs to one video: scan it alone, or leave {option} out")


def checked_cluster(cluster: ClusterSettings, videos: Sequence[str], watch: bool) -> ClusterSettings:
    """Return the processes that share the work. Raises UsageError where there is nothing to share."""
    if cluster.wanted and (watch or not are_several(videos)):
        raise UsageError("--workers and --scheduler share several files that are there: leave them out, or name more")
    return cluster


@dataclass(frozen=True)
class Targets:
    """The places of the reports. places: names of outputs and their formats. page: that of the page, or None. In each
    but stdout NAME stands for the name of the file."""

    places: tuple[tuple[str, str], ...]
    page: str | None = None

    def check(self) -> None:
        """Raise BadSetting for a place that would hold one report after another, and for a format of one file on
        stdout."""
        for place, form in self.places:
            if place == outputs.STDOUT and form not in ("text", "json"):
                why = f"it holds one file; write one for each with -o '{NAME}...', or take text or JSON"
                raise BadSetting("--format", form, why)
        files = [place for place, _ in self.places if place != outputs.STDOUT]
        for place in [*files, *([self.page] if self.page is not None else [])]:
            folder, name = os.path.split(place)
            if NAME not in name or NAME in folder:
                better = os.path.join(folder.replace(NAME, ""), f"{NAME}{os.path.splitext(name)[1] or '.json'}")
                why = f"the reports of several files would be lost there; let {NAME} stand in it, as in {better!r}"
                raise BadSetting("--output", place, why)

    def of(self, file: "SelectedFile") -> "Targets":
        """Return the places for one file."""
        own = tuple((place.replace(NAME, file.label), form) for place, form in self.places)
        return Targets(own, None if self.page is None else self.page.replace(NAME, file.label))

    def files(self) -> Iterator[str]:
        """Yield the names of all files."""
        yield from (place for place, _ in self.places if place != outputs.STDOUT)
        if self.page is not None:
            yield self.page

    @property
    def shown(self) -> str:
        """The format that goes to stdout, "" for none."""
        return dict(self.places).get(outputs.STDOUT, "")


def check_places(targets: Targets, files: "Sequence[SelectedFile]") -> None:
    """Raise BadSetting where two reports, or a report and a video, would be one file."""
    taken: dict[str, str] = {}
    videos = {os.path.realpath(file.path) for file in files if "\0" not in file.path}
    for file in files:
        for place in targets.of(file).files():
            real = os.path.realpath(place) if "\0" not in place else place
            if real in videos:
                raise BadSetting("--output", place, "this is one of the videos, and would be lost; choose another name")
            if real in taken:
                both = f"{taken[real]} and {file.path} would both be written there; scan them apart, or rename one"
                raise BadSetting("--output", place, both)
            taken[real] = file.path


@dataclass
class Runs:
    """Scans files by turns and says what came of each."""

    order: ScanOrder
    targets: Targets
    status: int = 0
    """1 once a file could not be scanned."""
    found: bool = False
    reading: bool = True
    """True while somebody reads stdout."""
    _head: bool = field(default=False)

    def __post_init__(self) -> None:
        from loopfind.reports.formats.scans import Tally

        self.tally = Tally()

    def scan(self, file: "SelectedFile", turn: str = "") -> "Report | None":
        """Scan a file and write what is wanted of it. Returns None where it cannot be scanned, which is said.

        Raises OutputError where a report cannot be written.
        """
        try:
            report, exhibits = scan_file(file.path, self.order, turn)
        except (MediaError, BadSetting) as error:
            self._fail(file, error)
            return None
        self.take(file, report, exhibits)
        return report

    def scan_shared(self, files: "Sequence[SelectedFile]") -> None:
        """Scan files by other processes, in their order, until nobody reads any more. Raises as `scan` does, and what
        `open_cluster` raises."""
        from loopfind.cli.progress import watching
        from loopfind.model.video import Progress
        from loopfind.pipeline.cluster.scans import SharedScan, scan_shared
        from loopfind.pipeline.cluster.workers import open_cluster

        order = self.order
        how = SharedScan(order.settings, order.decoding, order.shown, order.library)
        with open_cluster(order.cluster) as cluster, watching(order.quiet) as (watch, note):
            scanned = scan_shared(cluster, [file.path for file in files], how)
            for done, (file, one) in enumerate(zip(files, scanned, strict=True), 1):
                for line in (*one.notes, *(one.said if order.verbose else ())):
                    note(line)
                if isinstance(one.error, MediaError | UsageError):
                    self._fail(file, one.error)
                elif one.report is not None:
                    self.take(file, replace(one.report, made=made_now()), one.exhibits)
                if watch is not None:
                    share = done / len(files)
                    watch(Progress(f"scanned {done} of {len(files)}", 0, 0.0, None, share=share))
                if not self.reading and not [*self.targets.files()]:
                    return

    def take(self, file: "SelectedFile", report: "Report", exhibits: "Exhibits | SoundExhibits | None") -> None:
        """Write what is wanted of the report of a file. Raises OutputError."""
        own = self.targets.of(file)
        for place, form in own.places:
            if place != outputs.STDOUT:
                deliver(report, form, place, self.order.detail)
        if own.page is not None and exhibits is not None:
            pages.write_page(report, exhibits, own.page, file.path, None)
        self._say(report, file)
        self.tally.add(report)
        self.found |= any(repeat.kind != "still" for repeat in report.repeats)

    def finish(self, left_out: int) -> None:
        """Say how many files were scanned, and how many were left out."""
        words = self.tally.in_words(left_out)
        if self.targets.shown == "text":
            self._put(["\n" if self._head else "", words])
        elif not self.order.quiet:
            terminal.note(f"loopfind: {words}")

    def _say(self, report: "Report", file: "SelectedFile") -> None:
        from loopfind.reports.formats import scans

        if self.targets.shown == "json":
            self._put(scans.report_line(report))
        elif self.targets.shown == "text":
            self._row(scans.table_row(report, file.path))

    def _fail(self, file: "SelectedFile", error: MediaError | UsageError) -> None:
        from loopfind.model.comparison import Failure
        from loopfind.reports.formats import scans

        what = error.what if isinstance(error, MediaError) else str(error)
        self.status = terminal.complain(str(error) if isinstance(error, MediaError) else f"{file.path}: {error}")
        self.tally.add(None)
        if self.targets.shown == "json":
            self._put([scans.failure_line(Failure(file.path, what))])
        elif self.targets.shown == "text":
            self._row(scans.failed_row(file.path))

    def _row(self, row: str) -> None:
        from loopfind.reports.formats import scans

        if not self._head:
            self._put([scans.table_head()])
            self._head = True
        self._put([row])

    def _put(self, pieces: "Iterator[str] | Sequence[str]") -> None:
        self.reading = self.reading and terminal.put_line(pieces)


def scan_several(videos: Sequence[str], order: ScanOrder, targets: Targets, alarm: bool) -> int:
    """Scan several files, or those of folders. Returns the exit status.

    alarm: whether it says that something repeats.
    """
    from loopfind.pipeline.selection import select_files

    targets.check()
    selection = select_files(videos)
    check_places(targets, selection.files)
    if not selection.files:
        raise UsageError(_nothing_in(videos, selection))
    runs = Runs(order, targets)
    if order.cluster.wanted:
        runs.scan_shared(selection.files)
    for number, file in enumerate(() if order.cluster.wanted else selection.files, 1):
        runs.scan(file, f"{number} of {len(selection.files)}")
        if not runs.reading and not [*targets.files()]:  # nobody reads any more
            break
    runs.finish(selection.left_out)
    both = len(videos) == len(selection.files) == 2 and not runs.tally.failed
    if both and targets.shown == "text" and runs.reading:
        terminal.put([f"What the two share: {safe(shlex.join(['loopfind', 'compare', *videos]))}\n"])
    return 3 if alarm and runs.found else runs.status


def _nothing_in(videos: Sequence[str], selection: "Selection") -> str:
    others = f"; {selection.left_out:,} other files are there, and one that you name is scanned whatever it is called"
    return f"{videos[0]}: no video or sound in this folder{others if selection.left_out else ''}"
