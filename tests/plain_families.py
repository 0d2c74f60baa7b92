"""The plain version of families: every run is compared with every other one."""

from dataclasses import dataclass, field

import numpy as np

from loopfind.engine.repeats.loops import Loop
from loopfind.engine.repeats.spans import FrameTimes, Stretch
from loopfind.engine.repeats.spans import carry as carried_over
from loopfind.engine.repeats.spans import lies_inside as inside
from loopfind.engine.repeats.spans import same_occurrence as alike
from loopfind.engine.repeats.spans import sides_of as sides
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats
from loopfind.model.transform import UPRIGHT, Pose

_LEAST_TAIL, _MOST_TURNS = 8, 24
"""Frames that a turn cut short must have to be named; turns, the last ones, that it is named with."""


@dataclass
class Showing:
    """One stretch of a family and how it is shown, compared with the family's first one."""

    stretch: Stretch
    speed: float = 1.0
    pose: Pose = UPRIGHT
    offset: float = 0.0


@dataclass
class Family:
    """Showings of one content, in the order in which they are shown; `loop` where they are the turns of one."""

    showings: list[Showing] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    loop: Loop | None = None


def families_of(runs: list[Run], loops: list[Loop], times: Floats) -> list[Family]:
    """The families of the given runs and loops, in the order of their first showing.

    A loop's turns are showings that runs may share; what a loop shows elsewhere as well joins its family.
    """
    nodes, edges = _nodes(runs, loops)
    families = []
    for members in _components(len(nodes), [(a, b) for a, b, _ in edges] + _loop_edges(nodes, loops)):
        own = [(a, b, run) for a, b, run in edges if a in members]
        if not own and not any(alike(nodes[m], loop.cycles[0]) for m in members for loop in loops if loop.cycles):
            continue
        families.append(_family(nodes, sorted(members), own, loops, times))
    cut_short = [loop for loop in loops if loop.tail is not None and loop.tail.frames >= _LEAST_TAIL]
    families += [_cut_short(loop, times) for loop in cut_short]
    _add_parts(families, runs, times)
    return sorted(families, key=lambda f: f.showings[0].stretch)


def _cut_short(loop: Loop, times: Floats) -> Family:
    """Return what a loop's last turn still shows, as a family: the start of each turn, and the turn cut short."""
    assert loop.tail is not None
    length = loop.tail.end - loop.tail.start
    showings = []
    for cycle in loop.cycles[-_MOST_TURNS:]:
        first, last = FrameTimes(times).between(cycle.start, cycle.start + length)
        showings.append(Showing(Stretch(first, last, cycle.start, cycle.start + length)))
    showings.append(Showing(loop.tail))
    for turns_left, showing in enumerate(reversed(showings)):
        showing.offset = loop.tail.start - turns_left * loop.period
    return Family(showings, list(loop.runs))


def _nodes(runs: list[Run], loops: list[Loop]) -> tuple[list[Stretch], list[tuple[int, int, Run]]]:
    """Distinct showings, and which two of them each run matches."""
    nodes = [cycle for loop in loops for cycle in loop.cycles]
    edges = []
    for run in sorted(runs, key=lambda r: -r.score):
        ends = []
        for stretch in sides(run):
            same = [i for i, node in enumerate(nodes) if alike(node, stretch)]
            if same:
                ends.append(max(same, key=lambda i: -abs(nodes[i].first - stretch.first)))
            else:
                nodes.append(stretch)
                ends.append(len(nodes) - 1)
        if ends[0] != ends[1]:
            edges.append((ends[0], ends[1], run))
    return nodes, edges


def _loop_edges(nodes: list[Stretch], loops: list[Loop]) -> list[tuple[int, int]]:
    """The turns of each loop, tied to its first turn."""
    place = {node: i for i, node in enumerate(nodes)}
    return [(place[loop.cycles[0]], place[cycle]) for loop in loops for cycle in loop.cycles[1:]]


def _components(count: int, edges: list[tuple[int, int]]) -> list[set[int]]:
    """Sets of nodes joined by edges, single nodes left out."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in edges:
        parent[root(a)] = root(b)
    groups: dict[int, set[int]] = {}
    for i in range(count):
        groups.setdefault(root(i), set()).add(i)
    return [g for g in groups.values() if len(g) > 1]


def _family(
    nodes: list[Stretch], members: list[int], edges: list[tuple[int, int, Run]], loops: list[Loop], times: Floats
) -> Family:
    """One family, its showings described relative to the first of them."""
    order = sorted(members, key=lambda i: nodes[i])
    described = {order[0]: Showing(nodes[order[0]], offset=nodes[order[0]].start)}
    loop = next((lp for lp in loops if any(nodes[m] == lp.cycles[0] for m in members)), None)
    if loop is not None:
        for m in order:
            if nodes[m] in loop.cycles and order[0] != m and nodes[order[0]] in loop.cycles:
                away = loop.cycles.index(nodes[m]) * loop.period
                described[m] = Showing(nodes[m], offset=nodes[order[0]].start + away)
    for _ in range(2):
        for a, b, run in edges:
            for known, new, back in ((a, b, False), (b, a, True)):
                if known in described and new not in described:
                    was = described[known]
                    slope = 1 / run.line.slope if not back else run.line.slope
                    offset = _carried_instant(was.offset, run, back, times)
                    described[new] = Showing(nodes[new], was.speed * slope, was.pose.then(_pose(run, back)), offset)
        if loop is not None and any(nodes[m] in loop.cycles for m in described):
            for m in order:
                if nodes[m] in loop.cycles and m not in described:
                    known = next(d for d in described if nodes[d] in loop.cycles)
                    away = (loop.cycles.index(nodes[m]) - loop.cycles.index(nodes[known])) * loop.period
                    offset = described[known].offset + away
                    described[m] = Showing(nodes[m], described[known].speed, described[known].pose, offset)
    kept = [described[m] for m in order if m in described]
    turns = sum(s.stretch in loop.cycles for s in kept) if loop is not None else 0
    return Family(kept, [run for _, _, run in edges], loop if 2 * turns > len(kept) else None)


def _carried_instant(instant: float, run: Run, back: bool, times: Floats) -> float:
    """The instant at which a run's other side shows what its first shows at the given one; the first's for `back`."""
    # The copy of a frame begins on the line, so backwards its first instant is a frame later.
    shift = run.line.offset + (float(np.median(np.diff(times))) if run.line.slope < 0 else 0.0)
    return (instant - shift) / run.line.slope if back else run.line.slope * instant + shift


def _pose(run: Run, back: bool) -> Pose:
    """How a run's second side is held, compared with its first; the other way round for `back`."""
    # Seen through the view, one side looks like the other: the first one where it is viewed first, else the second.
    pose = run.line.view.pose
    return pose if run.line.viewed_first != back else pose.undone


def _add_parts(families: list[Family], runs: list[Run], times: Floats) -> None:
    """Add each showing to which a longer run carries a family's content, where the family does not have it yet."""
    for family in families:
        if family.loop is not None:
            continue
        for showing in list(family.showings):
            for run in runs:
                for side, back in zip(sides(run), (False, True), strict=True):
                    if not run.line.is_shift or not inside(showing.stretch, side) or alike(showing.stretch, side):
                        continue
                    there = carried_over(showing.stretch, run, FrameTimes(times), back)
                    known = any(
                        min(s.stretch.last, there.last) > max(s.stretch.first, there.first) for s in family.showings
                    )
                    if not known:
                        offset = _carried_instant(showing.offset, run, back, times)
                        pose = showing.pose.then(_pose(run, back))
                        family.showings.append(Showing(there, showing.speed, pose, offset))
        family.showings.sort(key=lambda s: s.stretch)
