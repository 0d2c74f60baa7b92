"""Which splices to name: the ends of showings at which the picture jumps, and those that must be there unseen.

Where content ends, its showings go on differently, so at most one of them was not spliced there. If the picture jumps
at none of them, there is a splice all the same, and the likeliest place is named.
"""

from loopfind.engine.evidence.fades import fades
from loopfind.engine.evidence.splices import Seam, seam_at
from loopfind.engine.repeats.families import Family, Showing
from loopfind.model.candidate import same_speed
from loopfind.model.fingerprint import Signal
from loopfind.model.report import Cut, CutKind
from loopfind.model.transform import UPRIGHT


def cuts_of(families: list[Family], signal: Signal) -> tuple[Cut, ...]:
    """The suspect cuts of all families, numbered from 1 as their repeats are."""
    kinds: dict[int, CutKind] = {}
    numbers: dict[int, set[int]] = {}
    for number, family in enumerate(families, 1):
        for opening in (True, False):
            for seam in _named(family, signal, opening):
                if seam.frame not in kinds:
                    kinds[seam.frame] = _kind(signal, seam)
                numbers.setdefault(seam.frame, set()).add(number)
    return tuple(Cut(float(signal.times[f]), f, tuple(sorted(numbers[f])), kinds[f]) for f in sorted(kinds))


def _named(family: Family, signal: Signal, opening: bool) -> list[Seam]:
    """The splices where the family's content begins (`opening`) or ends."""
    seams = [_seam(signal, showing, opening) for showing in family.showings]
    # Between two turns of a loop the content begins anew, whether that shows or not.
    turns = {s.stretch.first for s in family.showings} & {s.stretch.last for s in family.showings}
    turns = turns if family.loop is not None else set()
    named = [seam for seam in seams if seam.shows or seam.frame in turns]
    at_edge = any(not 0 < seam.frame < len(signal.times) for seam in seams)
    if not named and not at_edge:
        pairs = zip(family.showings, seams, strict=True)
        named = [max(pairs, key=lambda pair: (_changed(pair[0]), fades(signal, pair[1].frame), pair[1].ratio))[1]]
    return named


def _seam(signal: Signal, showing: Showing, opening: bool) -> Seam:
    """What the picture does where a showing's content begins, or ends."""
    backwards = showing.speed < 0
    frame = showing.stretch.first if opening != backwards else showing.stretch.last
    seam = seam_at(signal, frame)
    if same_speed(showing.speed) or seam.shows or not 0 < frame < len(signal.times):
        return seam
    # At another speed the frames of the copy stand between those of the original, and its ends are a frame uncertain.
    beside = [other for other in (seam_at(signal, frame - 1), seam_at(signal, frame + 1)) if other.shows]
    return max(beside, key=lambda other: other.ratio, default=seam)


def _changed(showing: Showing) -> bool:
    """Whether a showing was changed, compared with the first one, and so was surely put in."""
    return showing.pose != UPRIGHT or not same_speed(showing.speed)


def _kind(signal: Signal, seam: Seam) -> CutKind:
    """How a splice looks."""
    if seam.shows:
        return seam.kind
    return "fade" if fades(signal, seam.frame) else "seamless"
