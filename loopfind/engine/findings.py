"""The engine's stages in their order."""

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from loopfind.engine.candidates.plan import candidates_of, costs_of
from loopfind.engine.evidence.claim_parameters import CLOSURE_ROUNDS
from loopfind.engine.evidence.closure import implied_candidates
from loopfind.engine.evidence.coverage import coverage_of
from loopfind.engine.evidence.differences import changes_between
from loopfind.engine.evidence.merge import join_pieces
from loopfind.engine.evidence.verify import RunFinder
from loopfind.engine.repeats.assemble import families_in, repeats_of, still_of
from loopfind.engine.repeats.clusters import clusters_of
from loopfind.engine.repeats.cuts import cuts_of
from loopfind.engine.repeats.freezes import freezes_of
from loopfind.engine.repeats.stills import stills_of
from loopfind.engine.signal.extract import signal_of
from loopfind.model.candidate import CandidateBatch, Run
from loopfind.model.findings import Findings
from loopfind.model.fingerprint import Fingerprint, Signal, Track


def find(fingerprint: Fingerprint) -> Findings:
    """Find what repeats in a file, and what would have been found if it did."""
    return findings_of(fingerprint, *search_runs(fingerprint))


def search_runs(track: Track, tell: Callable[[float], None] | None = None) -> tuple[Signal, list[Run]]:
    """Return the signal of a track, and every run in it that may be claimed. tell: called with the share that is done,
    0 to 1."""
    signal = signal_of(track)
    return signal, runs_of(signal, asked_in_turn(signal, tell))


def asked_in_turn(
    signal: Signal, tell: Callable[[float], None] | None = None, across: bool = False
) -> Iterator[CandidateBatch]:
    """Yield the candidates of a signal, and call `tell` with the share of the work on them that is done."""
    gone = list(accumulate(costs_of(signal, across)))
    for number, batch in enumerate(candidates_of(signal, across)):
        yield batch
        if tell is not None:
            tell(gone[number] / gone[-1])


def runs_of(signal: Signal, candidates: Iterable[CandidateBatch] | None = None) -> list[Run]:
    """Return every run that may be claimed: plain repeats first, then changed copies of what is left.

    candidates: those of candidates_of unless given.
    """
    if len(signal.times) < 3:
        return []
    found = RunFinder(signal)
    for batch in candidates_of(signal) if candidates is None else candidates:
        found.search(batch)
    for _ in range(CLOSURE_ROUNDS):
        before = len(found.runs)
        found.search(implied_candidates(found.runs, signal))
        if len(found.runs) == before:
            break
    return join_pieces(found.runs, signal)


def findings_of(
    fingerprint: Fingerprint, signal: Signal, runs: list[Run], tell: Callable[[float], None] | None = None
) -> Findings:
    """Turn runs into repeats, and add stills, cuts, clusters and coverage. tell: called with the share of the measuring
    of coverage that is done, 0 to 1."""
    families = families_in(runs, signal)
    repeats = repeats_of(families, signal, fingerprint.end, fingerprint)
    changes = changes_between(signal, 0, len(signal.times))
    frozen = freezes_of(signal, changes, fingerprint.detail, fingerprint.end)
    stills = stills_of(signal, changes, fingerprint.detail, frozen)
    del changes
    repeats += [still_of(len(repeats) + i + 1, group, signal, fingerprint.end) for i, group in enumerate(stills)]
    coverage = coverage_of(signal, fingerprint.detail, fingerprint.end, tell)
    return Findings(
        frames=len(fingerprint),
        repeats=tuple(repeats),
        cuts=cuts_of(families, signal),
        clusters=clusters_of(fingerprint.codes, fingerprint.times),
        unjudged=coverage.unjudged,
        coverage=coverage.share,
        shortest_findable=coverage.shortest,
        findable=coverage.findable,
        coverage_map=coverage.map,
        frozen=frozen,
    )
