"""Families: all occurrences of one content, from runs that each match two of them.

Two runs belong together when they share an occurrence, both ends included. A run that only overlaps one shows other
content, nested or crossing. Nothing is chained: an occurrence stays only where a run matches it with the family's first
one, directly or through one other occurrence.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from loopfind.engine.repeats.loops import Loop
from loopfind.engine.repeats.parameters import ENDS_SLACK, LEAST_TAIL, MOST_TURNS, SAME_ENDS
from loopfind.engine.repeats.spans import (
    FrameTimes,
    Stretch,
    carry,
    carry_instant,
    lies_inside,
    same_occurrence,
    sides_of,
)
from loopfind.model.candidate import Run
from loopfind.model.dtypes import Floats
from loopfind.model.transform import UPRIGHT, Pose


@dataclass(frozen=True)
class FamilyOccurrence:
    """A stretch of a family and how it is shown, compared with the family's first one.

    speed: seconds of content per second of the file, negative where it runs backwards. offset: seconds of the file at
    which content second 0 is shown, or would be. Content is counted from the start of the family's first occurrence, so
    content second c is shown at c / speed + offset.
    """

    stretch: Stretch
    speed: float = 1.0
    pose: Pose = UPRIGHT
    offset: float = field(kw_only=True)

    def content_between(self, start: float, end: float) -> tuple[float, float]:
        """Return the content that the line shows in [start, end) seconds of the file, in rising content seconds."""
        low, high = sorted(((start - self.offset) * self.speed, (end - self.offset) * self.speed))
        return low, high


@dataclass(frozen=True)
class Family:
    """Occurrences of one content, in the order in which they are shown. loop: set where they are its turns."""

    occurrences: tuple[FamilyOccurrence, ...]
    runs: tuple[Run, ...] = ()
    loop: Loop | None = None


@dataclass(frozen=True)
class _Edge:
    """A run that matches two nodes, given by their numbers."""

    first: int
    second: int
    run: Run


def families_of(runs: Sequence[Run], loops: Sequence[Loop], times: Floats) -> list[Family]:
    """Return the families of runs and loops, in the order of their first occurrence.

    A loop's turns are occurrences that runs may share. What a loop shows elsewhere as well joins its family. For n
    separate runs this takes n log n steps.
    """
    frames = FrameTimes(times)
    nodes, edges = _nodes_and_edges(runs, loops)
    families = _connected_families(nodes, edges, loops, frames)
    families += [
        _cut_short(loop.tail, loop, frames)
        for loop in loops
        if loop.tail is not None and loop.tail.frames >= LEAST_TAIL
    ]
    return sorted(_with_parts(families, runs, frames), key=lambda family: family.occurrences[0].stretch)


class _Nodes:
    """Distinct stretches, numbered from 0, found again by where their ends lie."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self.stretches: list[Stretch] = []
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for stretch in stretches:
            self.add(stretch)

    def add(self, stretch: Stretch) -> int:
        """Add a stretch, and return its number."""
        self.stretches.append(stretch)
        self._cells[self._cell(stretch)].append(len(self.stretches) - 1)
        return len(self.stretches) - 1

    def nearest(self, stretch: Stretch) -> int | None:
        """Return the node that is the same occurrence: of several the one that begins nearest, of these the first."""
        row, column = self._cell(stretch)
        near = [
            node
            for beside in (row - 1, row, row + 1)
            for above in (column - 1, column, column + 1)
            for node in self._cells.get((beside, above), ())
            if same_occurrence(self.stretches[node], stretch)
        ]
        return min(near, key=lambda node: (abs(self.stretches[node].first - stretch.first), node), default=None)

    @staticmethod
    def _cell(stretch: Stretch) -> tuple[int, int]:
        # Cells are twice as wide as ends may lie apart, so that rounding never leads past a neighbour.
        return int(stretch.start // (2 * SAME_ENDS)), int(stretch.end // (2 * SAME_ENDS))


def _nodes_and_edges(runs: Sequence[Run], loops: Sequence[Loop]) -> tuple[list[Stretch], list[_Edge]]:
    """Return the distinct occurrences, and which two of them each run matches. The best runs come first."""
    nodes = _Nodes(cycle for loop in loops for cycle in loop.cycles)
    edges = []
    for run in sorted(runs, key=lambda run: -run.score):
        ends = []
        for side in sides_of(run):
            known = nodes.nearest(side)
            ends.append(nodes.add(side) if known is None else known)
        if ends[0] != ends[1]:
            edges.append(_Edge(ends[0], ends[1], run))
    return nodes.stretches, edges


def _connected_families(
    nodes: Sequence[Stretch], edges: Sequence[_Edge], loops: Sequence[Loop], frames: FrameTimes
) -> list[Family]:
    """Return a family for each set of nodes that runs and loops connect."""
    turns = _turn_pairs(nodes, loops)
    components = _components(len(nodes), [*((edge.first, edge.second) for edge in edges), *turns])
    component_of = {node: number for number, members in enumerate(components) for node in members}
    own: list[list[_Edge]] = [[] for _ in components]
    for edge in edges:
        own[component_of[edge.first]].append(edge)
    loop_at = {loop.cycles[0]: number for number, loop in reversed([*enumerate(loops)]) if loop.cycles}
    openings = _Nodes(loop_at)
    return [
        _family(nodes, members, joining, loops, loop_at, frames)
        for members, joining in zip(components, own, strict=True)
        if joining or any(openings.nearest(nodes[node]) is not None for node in members)
    ]


def _turn_pairs(nodes: Sequence[Stretch], loops: Sequence[Loop]) -> list[tuple[int, int]]:
    """Return pairs of nodes that tie the turns of each loop to its first turn."""
    number = {node: i for i, node in enumerate(nodes)}
    return [(number[loop.cycles[0]], number[cycle]) for loop in loops for cycle in loop.cycles[1:]]


def _components(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the sets of nodes that pairs connect, each in rising order. Single nodes are left out."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in pairs:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for node in range(count):
        groups[root(node)].append(node)
    return [group for group in groups.values() if len(group) > 1]


def _family(
    nodes: Sequence[Stretch],
    members: Sequence[int],
    edges: Sequence[_Edge],
    loops: Sequence[Loop],
    loop_at: dict[Stretch, int],
    frames: FrameTimes,
) -> Family:
    """Return a family with its occurrences described relative to the first of them. loop_at: the number of the loop
    that begins with a stretch."""
    order = sorted(members, key=lambda node: nodes[node])
    described = {order[0]: FamilyOccurrence(nodes[order[0]], offset=nodes[order[0]].start)}
    begun = [loop_at[nodes[node]] for node in order if nodes[node] in loop_at]
    loop = loops[min(begun)] if begun else None
    cycles = {cycle: turn for turn, cycle in enumerate(loop.cycles)} if loop is not None else {}
    period = loop.period if loop is not None else 0.0
    turns = [node for node in order if nodes[node] in cycles]
    if order[0] in turns[:1]:
        first = described[order[0]]
        described |= {node: _turned(first, nodes[node], cycles, period) for node in turns}
    for _ in range(2):
        for edge in edges:
            for known, new, back in ((edge.first, edge.second, False), (edge.second, edge.first, True)):
                if known in described and new not in described:
                    described[new] = _described(nodes[new], described[known], edge.run, back, frames)
        turn = next((known for known in described if nodes[known] in cycles), None)
        if turn is not None:
            for node in turns:
                described.setdefault(node, _turned(described[turn], nodes[node], cycles, period))
    kept = tuple(described[node] for node in order if node in described)
    turning = sum(occurrence.stretch in cycles for occurrence in kept)
    return Family(kept, tuple(edge.run for edge in edges), loop if 2 * turning > len(kept) else None)


def _described(stretch: Stretch, known: FamilyOccurrence, run: Run, back: bool, frames: FrameTimes) -> FamilyOccurrence:
    """Describe the stretch that a run leads to from a known occurrence: its second side, or the first for `back`."""
    pace = run.line.slope if back else 1 / run.line.slope
    offset = carry_instant(known.offset, run, frames, back)
    return FamilyOccurrence(stretch, known.speed * pace, known.pose.then(_pose_of(run, back)), offset=offset)


def _turned(known: FamilyOccurrence, stretch: Stretch, turns: dict[Stretch, int], period: float) -> FamilyOccurrence:
    """Describe a turn of a loop from a known one, a whole number of periods away. turns: the number of each."""
    away = (turns[stretch] - turns[known.stretch]) * period
    return replace(known, stretch=stretch, offset=known.offset + away)


def _pose_of(run: Run, back: bool) -> Pose:
    """Return how a run's second side is held, compared with its first; the other way round for `back`."""
    # Seen through the view, one side looks like the other: the first one where it is viewed first, else the second.
    pose = run.line.view.pose
    return pose if run.line.viewed_first != back else pose.undone


def _cut_short(tail: Stretch, loop: Loop, frames: FrameTimes) -> Family:
    """Return what a loop's last turn still shows, as a family: the start of each turn, and the turn cut short."""
    length = tail.end - tail.start
    starts = [cycle.start for cycle in loop.cycles[-MOST_TURNS:]]
    stretches = [Stretch(*frames.between(start, start + length), start, start + length) for start in starts]
    # A turn is listed from a frame on. Its content begins whole periods before the tail, perhaps between two frames.
    occurrences = (
        FamilyOccurrence(stretch, offset=tail.start - left * loop.period)
        for left, stretch in zip(range(len(stretches), -1, -1), [*stretches, tail], strict=True)
    )
    return Family(tuple(occurrences), loop.runs)


def _with_parts(families: Sequence[Family], runs: Sequence[Run], frames: FrameTimes) -> list[Family]:
    """Return the families with the places added to which longer runs carry their content."""
    shifts = [run for run in runs if run.line.is_shift]
    sides = [side for run in shifts for side in sides_of(run)]
    stretches = [one.stretch for family in families if family.loop is None for one in family.occurrences]
    holders = iter(_holders(stretches, sides))
    found = []
    for family in families:
        held = family
        if family.loop is None:
            parts = list(family.occurrences)
            for whole in family.occurrences:
                for side in next(holders):
                    run, back = shifts[side // 2], bool(side % 2)
                    there = carry(whole.stretch, run, frames, back)
                    if not any(_overlap(part.stretch, there) for part in parts):
                        pose, offset = (
                            whole.pose.then(_pose_of(run, back)),
                            carry_instant(whole.offset, run, frames, back),
                        )
                        parts.append(FamilyOccurrence(there, whole.speed, pose, offset=offset))
            held = replace(family, occurrences=tuple(sorted(parts, key=lambda part: part.stretch)))
        found.append(held)
    return found


def _holders(stretches: Sequence[Stretch], sides: Sequence[Stretch]) -> list[list[int]]:
    """Return for each stretch the numbers of the sides that hold it with room to spare, in rising order."""
    held: list[list[int]] = [[] for _ in stretches]
    waiting = sorted(range(len(sides)), key=lambda side: -sides[side].first)
    reached: list[tuple[int, int]] = []
    # Along the timeline: a side that ended before this stretch begins holds none of those that begin later.
    for number in sorted(range(len(stretches)), key=lambda number: stretches[number].first):
        stretch = stretches[number]
        while waiting and sides[waiting[-1]].first <= stretch.first + ENDS_SLACK:
            side = waiting.pop()
            heappush(reached, (sides[side].last, side))
        while reached and reached[0][0] < stretch.first - ENDS_SLACK:
            heappop(reached)
        held[number] = sorted(
            side
            for _, side in reached
            if lies_inside(stretch, sides[side]) and not same_occurrence(stretch, sides[side])
        )
    return held


def _overlap(one: Stretch, other: Stretch) -> bool:
    """Return whether two stretches share a frame."""
    return min(one.last, other.last) > max(one.first, other.first)
