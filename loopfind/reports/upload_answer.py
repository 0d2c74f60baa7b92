"""The answer to whether an upload is new in words: a sentence, and what limits it."""

from collections.abc import Sequence

from loopfind.model.report import Verdict
from loopfind.model.upload import Caveat, KnownFile, Novelty, Resemblance, Witness
from loopfind.reports.wording import count, length

NOTHING_JUDGED = "Nothing of it could be judged, so that nothing was found."


def caveats_of(
    verdict: Verdict, by: Witness, resembles: Sequence[Resemblance], unjudged: float, end: float
) -> tuple[Caveat, ...]:
    """Return what limits the answer that a video is new.

    verdict: of its scan. by: what it was looked up by. resembles: files that look like it where nothing was proven.
    unjudged, end: seconds that could not be judged, and of the whole.
    """
    found, shortest = list[Caveat](), verdict.shortest_findable
    if shortest is not None:
        said = f"pieces shorter than {length(shortest)} may be missed"
        most = shortest > end / 2
        found.append(Caveat("shorter pieces", f"{said}, which is most of its {length(end)}" if most else said))
    elif by == "pictures" and unjudged < end:
        found.append(Caveat("little moves", "too little of it moves to be sure"))
    if unjudged > 0:
        found.append(Caveat("unjudged", f"{length(min(unjudged, end))} of {length(end)} could not be judged"))
    if resembles:
        found.append(Caveat("looks alike", f"moments of it look like {count(len(resembles), 'file')}, without proof"))
    return tuple(found)


def summary_of_check(
    answer: Novelty, known: Sequence[KnownFile], fresh: float, caveats: Sequence[Caveat], judged: bool
) -> str:
    """Return the answer in a sentence, with what limits it. fresh: seconds that are in no file. judged: whether any of
    it could be."""
    files, same = count(len(known), "file"), ""
    if answer == "new" and not judged:
        return NOTHING_JUDGED
    if answer == "duplicate":
        same = " byte for byte" if known[0].by == "content" else ""
        said = f"A duplicate: all that could be judged of it is in {files} of the library{same}"
    elif answer == "holds part of":
        said = f"Holds part of {files} of the library; {length(fresh)} of it is in none"
    elif any(one.kind == "little moves" for one in caveats):
        said = "Nothing of it was found in the library"
    else:
        said = "New: nothing of it was found in the library"
    return "; ".join([said, *(one.said for one in caveats)]) + "."
