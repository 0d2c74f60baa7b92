"""Cuts: ends of occurrences at which the picture jumps, and splices that must be there unseen.

Where content ends, its occurrences go on differently, so at most one of them was not spliced there. If the picture
jumps at none of them, there is a splice all the same, and the likeliest place is named.
"""

from loopfind.engine.evidence.fades import fades
from loopfind.engine.evidence.splices import Splice, splice_at
from loopfind.engine.repeats.families import Family, FamilyOccurrence
from loopfind.model.candidate import same_speed
from loopfind.model.fingerprint import Signal
from loopfind.model.report import Cut, CutKind
from loopfind.model.transform import UPRIGHT


def cuts_of(families: list[Family], signal: Signal) -> tuple[Cut, ...]:
    """Return the suspect cuts of all families, which are numbered from 1 as their repeats are."""
    kinds: dict[int, CutKind] = {}
    numbers: dict[int, set[int]] = {}
    for number, family in enumerate(families, 1):
        for opening in (True, False):
            for splice in _named_splices(family, signal, opening):
                if splice.frame not in kinds:
                    kinds[splice.frame] = _kind_of(signal, splice)
                numbers.setdefault(splice.frame, set()).add(number)
    return tuple(Cut(float(signal.times[f]), f, tuple(sorted(numbers[f])), kinds[f]) for f in sorted(kinds))


def _named_splices(family: Family, signal: Signal, opening: bool) -> list[Splice]:
    """Return the splices to name where the family's content begins (`opening`) or ends."""
    splices = [_splice_of(signal, occurrence, opening) for occurrence in family.occurrences]
    # Between two turns of a loop the content begins anew, whether that shows or not.
    turns = {one.stretch.first for one in family.occurrences} & {one.stretch.last for one in family.occurrences}
    turns = turns if family.loop is not None else set()
    named = [splice for splice in splices if splice.shows or splice.frame in turns]
    at_edge = any(not 0 < splice.frame < len(signal.times) for splice in splices)
    if not named and not at_edge:
        pairs = zip(family.occurrences, splices, strict=True)
        named = [max(pairs, key=lambda pair: (_is_changed(pair[0]), fades(signal, pair[1].frame), pair[1].ratio))[1]]
    return named


def _splice_of(signal: Signal, occurrence: FamilyOccurrence, opening: bool) -> Splice:
    """Return what the picture does where an occurrence's content begins (`opening`) or ends."""
    backwards = occurrence.speed < 0
    frame = occurrence.stretch.first if opening != backwards else occurrence.stretch.last
    splice = splice_at(signal, frame)
    if same_speed(occurrence.speed) or splice.shows or not 0 < frame < len(signal.times):
        return splice
    # At another speed the frames of the copy stand between those of the original, and its ends are a frame uncertain.
    beside = [other for other in (splice_at(signal, frame - 1), splice_at(signal, frame + 1)) if other.shows]
    return max(beside, key=lambda other: other.ratio, default=splice)


def _is_changed(occurrence: FamilyOccurrence) -> bool:
    """Say whether an occurrence was changed, compared with the first one, and so was surely spliced in."""
    return occurrence.pose != UPRIGHT or not same_speed(occurrence.speed)


def _kind_of(signal: Signal, splice: Splice) -> CutKind:
    """Return how a splice looks."""
    if splice.shows:
        return splice.kind
    return "fade" if fades(signal, splice.frame) else "seamless"
