"""Findings of the engine in one fingerprint, in numbers alone."""

from dataclasses import dataclass, field

from loopfind.model.report import Clusters, Cut, Findable, Freeze, Repeat, Unjudged


@dataclass(frozen=True)
class Findings:
    """The engine's answer for one file.

    frames: how many were compared. repeats: numbered from 1. cuts: suspect splices, in order of time. clusters: frames
    with equal hashes. unjudged: stretches in which no repeat could have been found. coverage: the share of the timeline
    in which one could. shortest_findable: seconds, the shortest repeat that would have been found in nine tenths of
    it; None where nothing could be judged, or too little. findable: the same stretch by stretch. coverage_map: rows of
    the share of the moments at which a repeat would have shown in each cell of the picture. frozen: freezes, in order
    of time.
    """

    frames: int
    repeats: tuple[Repeat, ...] = ()
    cuts: tuple[Cut, ...] = ()
    clusters: Clusters = field(default_factory=Clusters)
    unjudged: tuple[Unjudged, ...] = ()
    coverage: float = 0.0
    shortest_findable: float | None = None
    findable: tuple[Findable, ...] = ()
    coverage_map: tuple[tuple[float, ...], ...] = ()
    frozen: tuple[Freeze, ...] = ()


@dataclass(frozen=True)
class FirstLook:
    """A first look at a video: what its key frames alone show. It is no evidence.

    frames: how many key frames there are. gap: seconds between two of them as a rule, 0.0 for fewer than two. clusters:
    key frames with equal hashes. returning: pictures that are not blank and come back with an equal hash. lag: seconds
    after which most of them come back, 0.0 for none; at_lag: how many do.
    """

    frames: int
    gap: float
    clusters: Clusters
    returning: int = 0
    at_lag: int = 0
    lag: float = 0.0
