"""The option --watch: scan new files of folders as they are finished, until Ctrl-C."""

import os
from collections.abc import Sequence
from datetime import datetime

from loopfind.cli import paths, terminal
from loopfind.cli.hooks import Hook, Hooks
from loopfind.cli.scan_one import ScanOrder
from loopfind.cli.scan_several import Runs, Targets
from loopfind.errors import BadSetting, UsageError


def watch_folders(
    folders: Sequence[str],
    order: ScanOrder,
    targets: Targets,
    settled: float | None,
    hooks: Sequence[Hook],
    alarm: bool,
) -> int:
    """Scan each file of the folders once it is finished. Returns the exit status, where nobody reads any more or the
    alarm is given; otherwise Ctrl-C ends it.

    settled: seconds for which a file must keep its size, None for the usual. hooks: for each file in which
    something repeats. alarm: end at the first repeat.
    """
    from loopfind.pipeline.folder_watch import SETTLED, FolderWatch, Memory
    from loopfind.reports.formats.findings import finding_of_report

    targets.check()
    for folder in folders:
        if not os.path.isdir(folder):
            raise BadSetting("--watch", folder, "give folders; a single file that grows is read with --follow")
    question = repr((order.settings, [*targets.files()]))
    memory = Memory(paths.watched(), folders, question) if order.resumed else None
    watch = FolderWatch(folders, SETTLED if settled is None else settled, memory)
    runs = Runs(order, targets)
    if not order.quiet:
        terminal.note(f"loopfind: watching {', '.join(folders)}; Ctrl-C ends it")
    with Hooks(hooks, terminal.note) as hooked:
        for file in watch.finished():
            report = runs.scan(file, os.path.basename(file.path))
            if report is not None and any(repeat.kind != "still" for repeat in report.repeats):
                hooked.send(finding_of_report(report, datetime.now().astimezone()))
            watch.done(file)
            if alarm and runs.found:
                return 3
            if not runs.reading:
                return 0
    return 0


def parse_settled(given: float | None, watch: bool) -> float | None:
    """Return the seconds of --settle. Raises UsageError where nothing is watched."""
    if given is not None and not watch:
        raise UsageError("--settle belongs to --watch")
    return given
