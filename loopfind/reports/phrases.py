"""Phrases on a comparison: pairs and groups of files, and where a clip was found."""

from collections.abc import Sequence

from loopfind.model.comparison import Group, Match, Shared
from loopfind.model.video import Source
from loopfind.reports.wording import clock, count, length, share


def shares(pair: Shared, sources: Sequence[Source]) -> tuple[float, float]:
    """Return how much of each of two files is also in the other, 0 to 1."""
    one, other = (
        1.0 if whole else min(1.0, seconds / max(sources[file].duration, seconds, 1e-9))
        for file, seconds, whole in zip(pair.files, pair.seconds, pair.whole, strict=True)
    )
    return one, other


def pair_words(pair: Shared, names: Sequence[str], sources: Sequence[Source]) -> str:
    """Return a pair of files in one line."""
    one, other = (names[number] for number in pair.files)
    if all(pair.whole):
        return f"{one} shows the same as {other} from end to end"
    for (name, rival), whole in zip(((one, other), (other, one)), pair.whole, strict=True):
        if whole:
            return f"{name} is all in {rival}"
    parts = [share(part) for part in shares(pair, sources)]
    return f"{one} and {other} share {length(max(pair.seconds))}: {parts[0]} of the one, {parts[1]} of the other"


def group_words(group: Group) -> str:
    """Return a group in words, without the names of its files."""
    files = count(len(group.files), "file")
    if group.whole:
        return f"{files}, the same from end to end"
    parts = f" in {count(len(group.repeats), 'stretch', 'stretches')}" if len(group.repeats) > 1 else ""
    return f"{files} that share {length(group.seconds)}{parts}"


def group_repeats(group: Group) -> str:
    """Return the repeats of a group: " (repeats 2, 5)", "" for none."""
    more = f" and {len(group.repeats) - 6:,} more" if len(group.repeats) > 6 else ""
    which = ", ".join(map(str, group.repeats[:6]))
    return f" (repeat{'s' * (len(group.repeats) != 1)} {which}{more})" if which else ""


def found_share(match: Match) -> str:
    """Return how much of a clip is in a file, in words."""
    if match.whole:
        return "the same from end to end"
    return "all of it" if match.share >= 1 else f"{share(match.share)} of it"


def found_places(match: Match) -> str:
    """Return where a clip is in a file, at most three places, each with the part of the clip unless it is its start."""
    words = []
    for place in match.places[:3]:
        own = f" as {clock(place.start)}" if place.start > 0.0005 and match.share < 1 else ""
        words.append(f"at {clock(place.there_start)} - {clock(place.there_end)}{own}")
    more = len(match.places) - len(words)
    return ", ".join(words) + (f" and {more:,} more" if more else "")
