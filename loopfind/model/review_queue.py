"""Findings that wait for a person: items of a queue, the decisions on them, and what these come to.

Decisions are a log to which every reviewer only adds. Each says which one its reviewer had seen last, so that two
people who decide at once lose nothing: where they disagree, the item is open again, with both decisions beside it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from loopfind.model.report import Occurrence
from loopfind.model.review import Decision

ItemKind = Literal["duplicate", "part", "repeat"]
"""Two files that are the same from end to end, a file that holds a part of another, a stretch that one file shows more
than once."""

Standing = Literal["open", "accept", "reject", "contested", "decided", "all"]
"""A part of the queue: what nobody has decided yet or reviewers disagree on, what was accepted, what was rejected, what
reviewers disagree on, what was accepted or rejected, everything."""


@dataclass(frozen=True)
class ReviewedFile:
    """A file of an item, known by its content. digest, size: as for a Source. name: its path when it was found.
    duration: seconds. width, height: pixels."""

    digest: str
    size: int
    name: str
    duration: float
    width: int
    height: int


@dataclass(frozen=True)
class ReviewItem:
    """A finding to decide on.

    files: one, or two that share something. stretches: each a content with its occurrences, whose `file` is a place in
    files. seconds: how much is shown again. confidence: as in Repeat. origin: the job that found it, "library" for a
    comparison of the library.
    """

    kind: ItemKind
    files: tuple[ReviewedFile, ...]
    stretches: tuple[tuple[Occurrence, ...], ...]
    seconds: float
    confidence: float
    origin: str

    @property
    def key(self) -> str:
        """Return 32 hexadecimal digits by which a finding is known again: those of two files by what is in these, a
        repeat by its file and its places to the millisecond."""
        about: list[object] = [*sorted(f"{file.digest} {file.size}" for file in self.files)]
        if self.kind == "repeat":
            about += [(round(1000 * one.start), round(1000 * one.end)) for shown in self.stretches for one in shown]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]

    @property
    def better(self) -> int:
        """Return the place of the file to keep, as long as nobody chose one: the larger picture, then the longer one,
        then that of more bytes."""
        worth = [(file.width * file.height, round(file.duration), file.size) for file in self.files]
        return worth.index(max(worth))


@dataclass(frozen=True)
class DecisionMade:
    """One line of the log.

    id: rises with every line. seen: the line on this item that the reviewer had seen last, 0 for none. decision: None
    for an item that is opened again, or only noted. keep: place of the file to keep, None for all. made: seconds since
    1970. undoes: the line that this one takes back.
    """

    id: int
    seen: int
    decision: Decision | None
    keep: int | None
    note: str
    reviewer: str
    made: float
    undoes: int | None = None


@dataclass(frozen=True)
class ItemState:
    """The decisions on an item, added up.

    decision, keep, note: those that hold. head: id of the last line that is not taken back, 0 for none. reviewer, made:
    of that line. contested: lines that contradict each other, as their reviewers had not seen one another's.
    """

    decision: Decision | None = None
    keep: int | None = None
    note: str = ""
    head: int = 0
    reviewer: str = ""
    made: float = 0.0
    contested: tuple[DecisionMade, ...] = ()

    @property
    def is_open(self) -> bool:
        """Return whether somebody has to decide."""
        return self.decision is None


@dataclass(frozen=True)
class QueuedItem:
    """An item in the queue of a library. number: its own, by which the service names it."""

    number: int
    item: ReviewItem
    state: ItemState


def standing_lines(lines: Sequence[DecisionMade]) -> list[DecisionMade]:
    """Return the lines on one item, in order, without those that were taken back, and without the taking back."""
    gone = {line.undoes for line in lines if line.undoes is not None}
    return [line for line in sorted(lines, key=lambda one: one.id) if line.undoes is None and line.id not in gone]


def state_of(lines: Sequence[DecisionMade]) -> ItemState:
    """Return what the lines on one item come to.

    A line whose reviewer had seen the one before it takes its place. One that was made at the same time agrees with it
    or, with another decision or another file to keep, makes the item contested until somebody who saw both decides.
    """
    state, holds = ItemState(), tuple[DecisionMade, ...]()
    for line in standing_lines(lines):
        note, together = line.note, bool(state.head) and line.seen != state.head
        if together:
            note = "; ".join(dict.fromkeys(filter(None, (state.note, line.note))))
        if together and line.decision is None:  # a note beside a decision
            state = replace(state, note=note, head=line.id, reviewer=line.reviewer, made=line.made)
        elif together and any((one.decision, one.keep) != (line.decision, line.keep) for one in holds):
            holds = (*holds, line)
            state = ItemState(None, None, note, line.id, line.reviewer, line.made, holds)
        else:
            holds = () if line.decision is None else (line,)
            state = ItemState(line.decision, line.keep, note, line.id, line.reviewer, line.made)
    return state
