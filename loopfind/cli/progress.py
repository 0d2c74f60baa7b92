"""The progress on stderr: a line that is drawn anew where that is a terminal, and a new line now and then elsewhere."""

import contextlib
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from loopfind.cli import terminal
from loopfind.reports.wording import clock, length, name, safe
from loopfind.settings import DONE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from loopfind.model.video import Progress, Watch

_DRAWING_GAP = 0.1
"""Seconds between two drawings."""
RATE_DRAWINGS = 50
"""Drawings that the rate is measured over: the last five seconds."""

_LINES_GAP = 30.0
"""Seconds between two plain lines."""

_WIDE, _NARROW = 76, 60
"""Columns of the terminal: from _WIDE on the rate is shown; below _NARROW only the stage and the position are."""


class Pace:
    """The recent speed of one stage."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int, float]] = deque(maxlen=RATE_DRAWINGS)

    def add(self, now: float, frames: int, position: float) -> None:
        """Remember the frames and seconds of video that were done at `now`, seconds of the clock."""
        self._seen.append((now, frames, position))

    @property
    def last(self) -> float | None:
        """When something was added last, None for never."""
        return self._seen[-1][0] if self._seen else None

    def rates(self) -> tuple[float, float]:
        """Return frames a second, and seconds of video a second; 0 until two moments are known."""
        if len(self._seen) < 2 or (passed := self._seen[-1][0] - self._seen[0][0]) <= 0:
            return 0.0, 0.0
        first, last = self._seen[0], self._seen[-1]
        return max(0.0, (last[1] - first[1]) / passed), max(0.0, (last[2] - first[2]) / passed)


def describe(progress: "Progress", pace: Pace, width: int) -> str:
    """Return the words beside the bar: position, rate, time left.

    Fewer on a narrow terminal, and none where neither a share nor the position is known.
    """
    if progress.duration is None and not progress.frames:
        return "" if progress.share is None else f"{100 * progress.share:3.0f}%"
    rate, speed = pace.rates()
    where = clock(progress.position).partition(".")[0]
    if progress.duration:
        where = f"{100 * fraction(progress):3.0f}%  {where} of {clock(progress.duration).partition('.')[0]}"
    words = [where]
    if rate and width >= _WIDE:
        words.append(f"{rate:,.0f} fps, {speed:.{0 if speed >= 10 else 1}f}x")
    if progress.duration and speed and width >= _NARROW:
        left = max(0.0, progress.duration - progress.position) / speed
        words.append(f"{clock(left).partition('.')[0]} left")
    return "  ".join(words)


def fraction(progress: "Progress") -> float:
    """Return the share that is done, 0 to 1; 0 where neither that nor the duration is known."""
    return progress.done or 0.0


@contextlib.contextmanager
def watching(quiet: bool, endless: bool = False) -> "Iterator[tuple[Watch | None, Callable[[str], None]]]":
    """Give the body a watch for the pipeline (None where nothing is to be shown), and a function that writes a note.

    endless: whether the work has no end, so that lines would fill a log. A pipe that breaks in the body belongs to the
    work. It becomes a RuntimeError, lest it pass for a reader of stdout that left early.
    """
    try:
        if quiet or (endless and not terminal.moves(sys.stderr)):
            yield None, terminal.note
        elif not terminal.moves(sys.stderr):
            yield plain_watch(terminal.note), terminal.note
        else:
            with _drawing() as drawing:
                yield drawing
    except BrokenPipeError as error:
        raise RuntimeError("a pipe broke during the work") from error


def plain_watch(note: "Callable[[str], None]", now: "Callable[[], float]" = time.monotonic) -> "Watch":
    """Return a watch that writes a line every half a minute, the first one after that time.

    now: returns seconds. Where several files are read, the line is of whichever was heard of last.
    """
    paces: dict[tuple[str, str], Pace] = {}
    begun = written = now()

    def watch(progress: "Progress") -> None:
        nonlocal written
        if progress.stage == DONE:
            paces.pop((progress.file, ""), None)
            return
        at = now()
        key = (progress.file, "" if progress.file else progress.stage)
        pace = paces.setdefault(key, Pace())
        if at - written < _LINES_GAP and pace.last is not None and at - pace.last < 1:
            return
        pace.add(at, progress.frames, progress.position)
        if at - written < _LINES_GAP:
            return
        written = at
        named = f"{name(progress.file)}: " if progress.file else ""
        words = describe(progress, pace, _WIDE).strip().replace("  ", ", ") or f"for {length(round(at - begun))}"
        note(f"loopfind: {named}{progress.stage} {words}")

    return watch


@contextlib.contextmanager
def _drawing() -> "Iterator[tuple[Watch, Callable[[str], None]]]":
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = terminal.console(sys.stderr)
    stage, words = TextColumn("{task.description}", markup=False), TextColumn("{task.fields[words]}", markup=False)
    bar_width = max(4, min(30, console.width - 73))  # a day of video just fits beside it at 80 columns
    roomy = console.width >= _NARROW
    columns = [SpinnerColumn(), stage, BarColumn(bar_width), words] if roomy else [stage, words]
    # What goes to stdout meanwhile is for whoever reads stdout.
    bars = Progress(
        *columns, console=console, transient=True, refresh_per_second=1 / _DRAWING_GAP, redirect_stdout=False
    )
    with bars as bar:
        yield _watch(bar, console), lambda line: console.print(safe(line))


def _watch(bar: "object", console: "Console") -> "Watch":
    from rich.progress import Progress as Bar

    assert isinstance(bar, Bar)
    lines = {"": _Line(bar, console, "starting")}

    def watch(progress: "Progress") -> None:
        if progress.stage == DONE:
            if (line := lines.pop(progress.file, None)) is not None:
                line.remove()
            return
        if progress.file not in lines:
            lines[progress.file] = _Line(bar, console, "")
        lines[progress.file].draw(progress)

    return watch


class _Line:
    """The line of one file, or of the whole work."""

    def __init__(self, bar: "Bar", console: "Console", stage: str) -> None:
        self._bar, self._console = bar, console
        self._task = bar.add_task(stage, total=None, words="")
        self._pace, self._stage, self._drawn = Pace(), "", 0.0

    def draw(self, progress: "Progress") -> None:
        """Draw the progress, unless it was drawn a moment ago."""
        now = time.monotonic()
        if progress.stage != self._stage:
            if not progress.file and progress.share is None:
                self._pace = Pace()
            self._stage = progress.stage
        elif now - self._drawn < _DRAWING_GAP:
            return
        self._drawn = now
        self._pace.add(now, progress.frames, progress.position)
        known = bool(progress.duration) or progress.share is not None
        self._bar.update(
            self._task,
            description=_shorten(progress.file, self._console.width // 3) if progress.file else self._stage,
            total=1.0 if known else None,
            completed=fraction(progress),
            words=describe(progress, self._pace, self._console.width),
        )

    def remove(self) -> None:
        """Remove the line."""
        self._bar.remove_task(self._task)


def _shorten(path: str, most: int) -> str:
    """Return the end of a path, by which files differ, in at most `most` columns."""
    shown = name(path)
    return shown if len(shown) <= most else "..." + shown[len(shown) - most + 3 :]
