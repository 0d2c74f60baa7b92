"""Files that look alike, as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from loopfind.model.comparison import Failure
from loopfind.model.likeness import AlikeGroup, AppearanceKey, Likeness, LikenessGroups, Neighbour, Training
from loopfind.reports.formats.json import answer_json
from loopfind.reports.wording import clock, count, length, safe, share

_SHOWN_MOMENTS = 3
LIKENESS_WORDS = {
    "palette": "dominant colours",
    "cnn": "what a network sees",
    "bag": "how often a network sees what",
    "sound": "what is heard",
}
LEAST_PROVEN = 0.5
"""Seconds of the same recording that are called proof."""


def similar_text(answer: Likeness) -> Iterator[str]:
    """Yield the neighbours, the nearest first, with the moments that are most alike."""
    files, way = count(answer.searched, "other file"), LIKENESS_WORDS[answer.key.way]
    yield f"{safe(answer.video)}: compared by {way} with {files} of the library\n"
    if answer.itself:
        yield f"The library holds this {'sound' if answer.key.what == 'sound' else 'video'} too; it is left out.\n"
    if answer.neighbours:
        yield f"{caution(answer.key)}\n\n"
        yield "      likeness  file\n"
    for rank, one in enumerate(answer.neighbours, 1):
        yield from _neighbour(f"{rank:>4}", one)
    yield from left_out(answer.failures)


def similar_json(answer: Likeness) -> Iterator[str]:
    """Yield the same as JSON."""
    held = {
        "searched": answer.searched,
        "itself": answer.itself,
        "neighbours": [asdict(one) for one in answer.neighbours],
    }
    yield machine_form(answer.key, held, answer.failures, {"video": answer.video})


def groups_text(answer: LikenessGroups) -> Iterator[str]:
    """Yield the groups, each with its reference, the nearest files first."""
    alike = sum(1 + len(group.others) for group in answer.groups)
    files, way = count(answer.searched, "file"), LIKENESS_WORDS[answer.key.way]
    yield f"{files} of the library compared by {way}: {alike:,} of them in {count(len(answer.groups), 'group')}\n"
    if answer.chance is None:
        yield f"Files are called alike from a likeness of {answer.level:.3f} on, as asked for.\n"
    else:
        yield f"Files are called alike from a likeness of {answer.level:.3f} on: strangers reach it for "
        yield f"about {share(answer.chance)} of files of this library.\n"
    if answer.groups:
        yield f"{caution(answer.key)}\n"
    for number, group in enumerate(answer.groups, 1):
        yield f"\n{number:>4}            {safe(group.reference)}\n"
        for one in group.others:
            yield from _neighbour("    ", one)
        for words in proven_besides(group, {}):
            yield f"      proven: {words}\n"
    yield from left_out(answer.failures)


def groups_json(answer: LikenessGroups) -> Iterator[str]:
    """Yield the same as JSON."""
    held = {
        "searched": answer.searched,
        "level": answer.level,
        "chance": answer.chance,
        "groups": [asdict(group) for group in answer.groups],
    }
    yield machine_form(answer.key, held, answer.failures)


def training_text(answer: Training) -> Iterator[str]:
    """Yield what training came to."""
    files, left = count(answer.files, "file"), count(answer.judged, "file")
    yield f"Trained on {files} of the library, and judged by {answer.edits:,} edits of {left} that were left out.\n"
    yield f"The nearest moment is the right one for {answer.before:.3f} of them before, for {answer.after:.3f} after.\n"
    if answer.kept:
        yield f"Kept, as {answer.digest}: `similar` and `groups` compare by it from now on.\n"
    else:
        rest = "What was trained before stays." if answer.digest else "Files are compared as before."
        yield f"Not kept: that is no more than chance makes. {rest}\n"
    yield from left_out(answer.failures)


def training_json(answer: Training) -> Iterator[str]:
    """Yield the same as JSON."""
    held = {name: value for name, value in asdict(answer).items() if name not in ("key", "failures")}
    yield machine_form(answer.key, held, answer.failures)


def machine_form(
    key: AppearanceKey, held: Mapping[str, Any], failures: Sequence[Failure], asked: Mapping[str, Any] | None = None
) -> str:
    """Return an answer about likeness as JSON: how files were looked at, what is held, and what was left out. asked:
    what the question was about, if not all files."""
    head = {**(asked or {}), "by": key.way, "model": key.model or None}
    return answer_json({**head, **held, "failures": [asdict(one) for one in failures]})


def _neighbour(head: str, one: Neighbour) -> Iterator[str]:
    words = neighbour_words(one)
    beside = f"  ({words})" if words else ""
    yield f"{head}  {one.likeness:>8.3f}  {safe(one.path)}{beside}\n"
    moments = [f"{about(pair.time)} is like {about(pair.other)}" for pair in one.moments[:_SHOWN_MOMENTS]]
    yield f"                about {', '.join(moments)} there\n"


def caution(key: AppearanceKey) -> str:
    """Return what to bear in mind of a likeness."""
    verb = "sound" if key.what == "sound" else "look"
    return f"To {verb} alike is no proof: only what is called proven is the same recording."


def proven_besides(group: AlikeGroup, called: Mapping[str, str]) -> Iterator[str]:
    """Yield, in words, which files of a group the engine has proven to show the same, but for its reference. called:
    names of paths; one that has none is written out."""
    for pair in group.proven or ():
        if group.reference not in (pair.path, pair.other) and pair.seconds >= LEAST_PROVEN:
            one, other = (called.get(path) or safe(path) for path in (pair.path, pair.other))
            yield f"{one} and {other}: {length(pair.seconds)}"


def left_out(failures: Sequence[Failure]) -> Iterator[str]:
    """Yield a line for each file that could not be looked at."""
    for failure in failures:
        yield f"left out: {safe(failure.path)}: {safe(failure.what)}\n"


def about(seconds: float) -> str:
    """Return a time to the second: it is that of a key frame nearby."""
    return clock(round(seconds)).partition(".")[0]


def neighbour_words(one: Neighbour) -> str:
    """Return what is known of a neighbour beside its likeness."""
    words = []
    if one.proven is not None:
        proven = one.proven >= LEAST_PROVEN
        words.append(f"proven: {length(one.proven)} are the same recording" if proven else "not proven")
    if one.chance is not None:
        words.append(f"for {share(one.chance)} of files a stranger is as near")
    return "; ".join(words)
