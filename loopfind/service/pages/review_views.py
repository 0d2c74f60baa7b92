"""Findings of the review queue as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loopfind.model.report import Occurrence
from loopfind.model.review_queue import DecisionMade, ItemState, QueuedItem, ReviewedFile
from loopfind.reports.page.played import PlayedFile, PlayedOccurrence, PlayedRepeat
from loopfind.reports.page.render import island
from loopfind.reports.wording import changes, clock, count, length, names, safe, share
from loopfind.service.pages.job_views import day_and_time

STANDINGS = {
    "open": "open",
    "contested": "contested",
    "accept": "accepted",
    "reject": "rejected",
    "all": "all",
}
"""Standing -> its word, in the order of the filter."""

PICTURED_MOMENTS = ("at its start", "in its midst", "at its end")
"""The moments of a stretch of which there are pictures."""

_WHAT = {"duplicate": "Duplicate", "part": "Part", "repeat": "Repeat"}


@dataclass(frozen=True)
class QueueLine:
    """A finding in a list."""

    number: int
    what: str
    files: str
    amount: str
    standing: str
    words: str


@dataclass(frozen=True)
class SideView:
    """A file of a finding. lack: the reason why it cannot be shown, "" where it can."""

    name: str
    about: str
    lack: str


@dataclass(frozen=True)
class LogLine:
    """A decision in words."""

    words: str
    made: str
    note: str


@dataclass(frozen=True)
class PictureCell:
    """A picture, or the place of one that is not there. src: "" for none."""

    src: str
    alt: str
    time: str


@dataclass(frozen=True)
class PictureRow:
    """Pictures of one file or occurrence, at each of the PICTURED_MOMENTS."""

    name: str
    cells: tuple[PictureCell, ...]


@dataclass(frozen=True)
class SpanRow:
    """An occurrence in the table of a finding."""

    stretch: str
    file: str
    start: str
    end: str
    length: str
    how: str


@dataclass(frozen=True)
class FindingView:
    """A finding as its page shows it. keep: place of the file that is chosen to be kept, None for all of them."""

    number: int
    title: str
    amount: str
    confidence: str
    standing: str
    words: str
    contested: tuple[LogLine, ...]
    open: bool
    head: int
    keep: int | None
    note: str
    accept: str
    reject: str
    sides: tuple[SideView, ...]
    pictures: tuple[PictureRow, ...]
    spans: tuple[SpanRow, ...]
    history: tuple[LogLine, ...]


def queue_lines(items: Sequence[QueuedItem]) -> list[QueueLine]:
    """Return findings for a list."""
    return [
        QueueLine(
            number=one.number,
            what=_WHAT[one.item.kind],
            files=" and ".join(names([file.name for file in one.item.files])),
            amount=_amount(one),
            standing=_standing(one.state),
            words=_words(one),
        )
        for one in items
    ]


def finding_view(queued: QueuedItem, lacks: Sequence[str], history: Sequence[DecisionMade]) -> FindingView:
    """Return a finding for its page. lacks: of each file the reason why it cannot be shown, "" where it can."""
    item, state = queued.item, queued.state
    called = names([file.name for file in item.files])
    keep = state.keep if state.decision is not None else _proposed(queued)
    return FindingView(
        number=queued.number,
        title=_title(queued, called),
        amount=_amount(queued),
        confidence=f"{share(item.confidence)} sure",
        standing=_standing(state),
        words=_words(queued),
        contested=tuple(log_line(queued, one) for one in state.contested),
        open=state.is_open,
        head=state.head,
        keep=keep,
        note=state.note,
        accept="It is the same" if item.kind != "repeat" else "It is shown again",
        reject="It is not",
        sides=tuple(map(_side, called, item.files, lacks)),
        pictures=_pictures(queued, called, lacks),
        spans=tuple(
            SpanRow(
                str(number),
                called[one.file or 0],
                clock(one.start),
                clock(one.end),
                length(one.end - one.start),
                _how(one),
            )
            for number, shown in enumerate(item.stretches, 1)
            for one in shown
        ),
        history=tuple(log_line(queued, one) for one in reversed(history)),
    )


def player_data(queued: QueuedItem, hrefs: Sequence[str]) -> Any:
    """Return what the players read, as markup. hrefs: where each file is played from, "" for one that is gone."""
    from markupsafe import Markup

    item = queued.item
    called = names([file.name for file in item.files])
    files = tuple(
        PlayedFile(one, href, _step(queued, place), file.size)
        for place, (one, href, file) in enumerate(zip(called, hrefs, item.files, strict=True))
    )
    repeats = {
        number: PlayedRepeat(
            f"Stretch {number}", (number - 1) % 7, len(shown), tuple(map(_played, range(1, 99), shown))
        )
        for number, shown in enumerate(item.stretches, 1)
    }
    return Markup(island({"files": files, "repeats": repeats, "start": 0, "end": item.files[0].duration}))  # noqa: S704 - nothing in it can end its element


def moment_times(shown: Sequence[Occurrence], share_of: float) -> list[float]:
    """Return the second of the first occurrence of each file, or of the first two of one file, at which the same moment
    of the content is shown. share_of: its place in what they share, 0 to 1."""
    one, other = two_sides(shown)
    low, high = max(one.content_start, other.content_start), min(one.content_end, other.content_end)
    if high <= low:
        low, high = one.content_start, one.content_end
    content = low + share_of * (high - low)
    return [max(0.0, side.time_of(content)) for side in (one, other)]


def two_sides(shown: Sequence[Occurrence]) -> tuple[Occurrence, Occurrence]:
    """Return the two occurrences that are compared: the first of each file, or the first two of one."""
    first = shown[0]
    other = next((one for one in shown[1:] if one.file != first.file), shown[1] if len(shown) > 1 else first)
    return first, other


def log_line(queued: QueuedItem, line: DecisionMade) -> LogLine:
    """Return a line of the log in words."""
    said = {"accept": "accepted it", "reject": "rejected it", None: "opened it again, or noted it"}[line.decision]
    if line.undoes is not None:
        said = "took the last decision back"
    elif line.decision == "accept" and line.keep is not None and len(queued.item.files) > 1:
        said = f"accepted it, and keeps {names([file.name for file in queued.item.files])[line.keep]}"
    return LogLine(f"{safe(line.reviewer)} {said}", day_and_time(line.made), safe(line.note))


def _standing(state: ItemState) -> str:
    return "contested" if state.contested else state.decision or "open"


def _words(queued: QueuedItem) -> str:
    state = queued.state
    if state.contested:
        return "contested"
    if state.decision is None:
        return "open"
    kept = ""
    if state.decision == "accept" and state.keep is not None and len(queued.item.files) > 1:
        kept = f", keeps {names([file.name for file in queued.item.files])[state.keep]}"
    return f"{STANDINGS[state.decision]} by {safe(state.reviewer)}{kept}"


def _amount(queued: QueuedItem) -> str:
    item = queued.item
    if item.kind == "repeat":
        return f"{length(item.seconds)}, {count(len(item.stretches[0]) if item.stretches else 0, 'time')}"
    return length(item.seconds)


def _title(queued: QueuedItem, called: Sequence[str]) -> str:
    item = queued.item
    if item.kind == "duplicate":
        return f"Is {called[0]} the same as {called[1]}?"
    if item.kind == "part":
        return f"Do {called[0]} and {called[1]} show the same for {length(item.seconds)}?"
    return f"Does {called[0]} show this more than once?"


def _proposed(queued: QueuedItem) -> int | None:
    """Return the file to keep that is chosen beforehand: the better one of duplicates, both of what only share a
    part."""
    return queued.item.better if queued.item.kind == "duplicate" else None


def _side(called: str, file: ReviewedFile, lack: str) -> SideView:
    about = f"{length(file.duration)}, {file.width} x {file.height}, {file.size / 1e6:,.1f} MB"
    return SideView(called, about, lack)


def _pictures(queued: QueuedItem, called: Sequence[str], lacks: Sequence[str]) -> tuple[PictureRow, ...]:
    if not queued.item.stretches:
        return ()
    shown = queued.item.stretches[0]
    times = [moment_times(shown, at / (len(PICTURED_MOMENTS) - 1)) for at in range(len(PICTURED_MOMENTS))]
    rows = []
    for side, one in enumerate(two_sides(shown)):
        file = one.file or 0
        cells = tuple(
            PictureCell(
                f"/review/{queued.number}/picture/{at}/{side}" if not lacks[file] else "",
                f"{called[file]} at {clock(both[side])}",
                clock(both[side]),
            )
            for at, both in enumerate(times)
        )
        rows.append(PictureRow(called[file], cells))
    return tuple(rows)


def _how(one: Occurrence) -> str:
    return ", ".join(changes(one))


def _step(queued: QueuedItem, file: int) -> float:
    """Return the seconds from frame to frame of a file, as its occurrences show them."""
    for shown in queued.item.stretches:
        for one in shown:
            if one.file == file and one.end_frame > one.start_frame:
                return max(1e-3, (one.end - one.start) / (one.end_frame - one.start_frame))
    return 0.04


def _played(number: int, one: Occurrence) -> PlayedOccurrence:
    return PlayedOccurrence(
        number, one.file or 0, one.start, one.end, one.content_start, one.content_end, one.reversed, one.mirrored,
        one.turned, None,
    )  # fmt: skip
