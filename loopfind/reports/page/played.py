"""The data of the players: the files, and the occurrences that are played in step."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopfind.model.report import Repeat
from loopfind.model.video import Source
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.limits import PAGE_PLAYABLE


@dataclass(frozen=True)
class PlayedFile:
    """A video as the player finds it. step: seconds from frame to frame. size: bytes, None where that is not known, by
    which a file that a person chooses is known again."""

    name: str
    href: str
    step: float
    size: int | None


@dataclass(frozen=True)
class PlayedOccurrence:
    """An occurrence as the player plays it, [start, end) seconds. file: its place in the list of files. pitch: as an
    Occurrence has it."""

    number: int
    file: int
    start: float
    end: float
    content_start: float
    content_end: float
    reversed: bool
    mirrored: bool
    turned: int
    pitch: float | None


@dataclass(frozen=True)
class PlayedRepeat:
    """A repeat as the scripts read it. count: its occurrences, of which the first ones can be played."""

    name: str
    colour: int
    count: int
    occurrences: tuple[PlayedOccurrence, ...]


def name_of(repeat: Repeat) -> str:
    """Return what a repeat is called: Repeat 1, Loop 2, Still 3."""
    return f"{repeat.kind.capitalize()} {repeat.id}"


def played_file(name: str, href: str, source: Source) -> PlayedFile:
    """Return a video for the player. href: where it is found, "" for nowhere."""
    return PlayedFile(name, href, 1 / source.fps if source.fps > 0 else 0.04, source.size)


def played_repeats(repeats: Sequence[Repeat]) -> dict[int, PlayedRepeat]:
    """Return the repeats by their ids, for the scripts."""
    return {
        repeat.id: PlayedRepeat(
            name=name_of(repeat),
            colour=colour_of(repeat.id),
            count=len(repeat.occurrences),
            occurrences=tuple(
                PlayedOccurrence(
                    number,
                    o.file or 0,
                    o.start,
                    o.end,
                    o.content_start,
                    o.content_end,
                    o.reversed,
                    o.mirrored,
                    o.turned,
                    o.pitch,
                )
                for number, o in enumerate(repeat.occurrences[:PAGE_PLAYABLE], 1)
            ),
        )
        for repeat in repeats
    }
