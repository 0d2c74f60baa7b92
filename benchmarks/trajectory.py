"""What a trajectory finds of what was planted, what it reports falsely, what it costs, and how true its map is.

    python benchmarks/trajectory.py oddities MEDIA                  passages made unusual, against the same unedited
    python benchmarks/trajectory.py oddities MEDIA --files DIR      the same through files that are encoded: slower
    python benchmarks/trajectory.py oddities MEDIA --files DIR --whole    learned from all of each file
    python benchmarks/trajectory.py oddities MEDIA --cameras DIR    planted into an hour that was made or drawn
    python benchmarks/trajectory.py honest MEDIA --work DIR         false events an hour, on hours without any true one
    python benchmarks/trajectory.py hour MEDIA --work DIR           an hour while the light drifts: memory, places, maps
    python benchmarks/trajectory.py speed MEDIA                     frames a second on one core, the decode left out
    python benchmarks/trajectory.py correlation MEDIA               distances in the map against a full Isomap

MEDIA is a folder that holds the clips of fixed cameras that benchmarks/honest.py names. The pairs of `oddities` are
those of benchmarks/planted.py, the footage of `honest` that of benchmarks/honest.py, made there where it is missing.

`oddities` takes as the score of a passage the largest score in it and the second after it. For each edit it prints in
how many pairs the edited passage is higher (ties count half), the area under the ROC curve of all edited passages
against all unedited ones, the share of both that is reported, and the same area for each clip. A faster passage is also
compared with all the footage that was sped up, which is longer. --clips keeps the clips whose name holds a text. The
footage is followed as arrays, as a file would be read, and the decode is left out; --files encodes it and decodes it.

`honest` counts each event that begins in what is held out. `hour` follows recordings as they come, made or drawn, as
`loopfind trajectory --follow` does. `speed` and `honest` leave the search for repeats out.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import honest
import planted
from fixed_camera import SMALL, Footage, Pictures, ffmpeg, footage

from loopfind.engine.trajectory.light import Background
from loopfind.engine.trajectory.parameters import SAMPLE_RATE
from loopfind.engine.trajectory.path import PathStretch, joined
from loopfind.engine.trajectory.tracker import Tracker
from loopfind.evaluate import area_under_curve
from loopfind.model.dtypes import Floats
from loopfind.model.trajectory import CameraMap, Moment, Unusual
from loopfind.model.video import Span
from loopfind.pipeline.trajectory import follow_trajectory, trajectory
from loopfind.settings import TrajectorySettings

AFTER = 1.0
"""Seconds after a passage that count as its own: what is seen in it is known a little later."""

NEAR_JOINT = 5.0
"""Seconds after a joint in which an event counts as one at the joint."""


BEFORE = 3.0
"""Seconds before a passage from which an edited video is followed by itself: until then it is the unedited one."""

HOURS = ("made.fixed_indoor_people_139s.mp4", "drawn.1.mp4")
"""Recordings that are followed for an hour."""

MOST_SAMPLES, NEIGHBOURS = 3500, 20
"""Samples and neighbours of a full Isomap."""

WITHIN = 1200.0
"""Seconds of a camera that was made or drawn that oddities are planted in; half of them are its baseline."""


@dataclass(frozen=True)
class Walked:
    """What a tracker says of footage. way: the path. maps, events: as they stood last."""

    way: PathStretch
    maps: tuple[CameraMap, ...]
    events: tuple[Unusual, ...]


class Walker:
    """Follows samples, and keeps what comes of them. rate: samples a second."""

    def __init__(self, rate: float, baseline: float) -> None:
        settings = TrajectorySettings()
        self.tracker = Tracker(baseline, rate, settings.false_alarms, settings.way)
        self.rate = rate
        self._ways: list[PathStretch] = []
        self._maps: dict[tuple[int, float], CameraMap] = {}
        self._events: dict[int, Unusual] = {}

    def add(self, first: int, pictures: Pictures) -> None:
        """Take the samples from number `first` on."""
        self._keep(self.tracker.add((first + np.arange(len(pictures))) / self.rate, pictures))

    def end(self) -> Walked:
        """Return all that came of it."""
        self._keep(self.tracker.finish())
        maps = sorted(self._maps.values(), key=lambda one: one.start)
        return Walked(joined(self._ways), tuple(maps), tuple(self._events.values()))

    def _keep(self, found: Iterable[PathStretch | CameraMap | Unusual]) -> None:
        for one in found:
            if isinstance(one, PathStretch):
                self._ways.append(one)
            elif isinstance(one, CameraMap):
                self._maps[one.id, one.start] = one
            else:
                self._events[one.id] = one


def walked(camera: Footage, baseline: float) -> Walked:
    """Return what a tracker says of footage whose pictures are (n, 64, 64)."""
    thin = camera.thinned(SAMPLE_RATE)
    walker = Walker(thin.rate, baseline)
    walker.add(0, thin.pictures)
    return walker.end()


@dataclass(frozen=True)
class Compared:
    """The scores of a pair. whole: of all the footage that was sped up, None where nothing was."""

    clip: str
    edit: str
    edited: float
    unedited: float
    whole: float | None = None


def score_of(times: Floats, scores: Floats, span: Span) -> float:
    """Return the largest score within a span and AFTER it; 0 where there is none."""
    within = (times >= span.start) & (times < span.end + AFTER) & ~np.isnan(scores)
    return float(scores[within].max()) if within.any() else 0.0


def report_oddities(rows: Sequence[Compared]) -> Iterator[str]:
    """Yield a row for each edit, in Markdown."""
    clips = sorted({row.clip for row in rows})
    yield "| edit | pairs | edited higher | AUC | against the whole | reported: edited, unedited | " + (
        " | ".join(f"AUC, {clip[:14]}" for clip in clips) + " |"
    )
    yield "|---|--:|--:|--:|--:|--:|" + "--:|" * len(clips)
    for edit in planted.EDITS:
        these = [row for row in rows if row.edit == edit]
        if not these:
            continue
        pairs = np.array([[row.edited, row.unedited] for row in these])
        higher = float(np.mean((pairs[:, 0] > pairs[:, 1]) + 0.5 * (pairs[:, 0] == pairs[:, 1])))
        whole = [row.whole for row in these if row.whole is not None]
        against = f"{area_under_curve(np.array(whole), pairs[:, 0]):.3f}" if whole else ""
        shares = f"{np.mean(pairs[:, 0] >= 1):.2f}, {np.mean(pairs[:, 1] >= 1):.2f}"
        by_clip = []
        for clip in clips:
            own = np.array([[row.edited, row.unedited] for row in these if row.clip == clip])
            by_clip.append(f"{area_under_curve(own[:, 1], own[:, 0]):.2f} of {len(own)}" if len(own) else "")
        area = area_under_curve(pairs[:, 1], pairs[:, 0])
        cells = [edit, str(len(these)), f"{higher:.2f}", f"{area:.3f}", against, shares, *by_clip]
        yield f"| {' | '.join(cells)} |"


_forked: list[tuple[Walker, int, list[planted.Timeline], float]] = []


def oddities(camera: Footage, baseline: float, edits: Sequence[str], count: int, seeds: int) -> Iterator[Compared]:
    """Yield the pairs of footage. All videos are one until shortly before a passage: a process that has followed it so
    far goes on with each of them in a copy of itself."""
    camera = camera.thinned(SAMPLE_RATE)
    groups = defaultdict[int, list[planted.Pair]](list)
    for pair in planted.pairs(camera, tuple(edits), count, seeds, baseline):
        # What is missing later stands there from the start, so that a map of its own is learned with it.
        groups[pair.seed if pair.unedited.layers else -1].append(pair)
    for pairs in groups.values():
        walker, done = Walker(camera.rate, baseline), 0
        for start in sorted({pair.against[0].start for pair in pairs}):
            these = [pair for pair in pairs if pair.against[0].start == start]
            until = camera.frame(start - BEFORE)
            walker.add(done, planted.small_part(these[0].unedited, done, until))
            done = until
            last = max(span.end for pair in these for span in (pair.passage, *pair.against)) + 2 * AFTER
            unedited, *edited = followed(walker, done, [these[0].unedited, *(pair.edited for pair in these)], last)
            for pair, scores in zip(these, edited, strict=True):
                yield compared(pair, scores, unedited)


def followed(walker: Walker, first: int, timelines: list[planted.Timeline], last: float) -> list[tuple[Floats, Floats]]:
    """Return the times and scores of several videos up to `last` seconds, each as it goes on from sample `first`."""
    _forked[:] = [(walker, first, timelines, last)]
    # A copy of this process holds what was learned, at no cost.
    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        return pool.map(_go_on, range(len(timelines)), chunksize=1)


def _go_on(number: int) -> tuple[Floats, Floats]:
    walker, first, timelines, last = _forked[0]
    walker.add(first, planted.small_part(timelines[number], first, timelines[number].camera.frame(last)))
    way = walker.end().way
    return way.times, way.scores


def oddities_in_files(
    camera: Footage, baseline: float, edits: Sequence[str], count: int, seeds: int, folder: Path, whole: bool
) -> Iterator[Compared]:
    """Yield the pairs of footage, encoded, and read as any video is. whole: learn from all of a file, as is
    done by default where it is short; each part of it is judged by the others."""
    settings = TrajectorySettings() if whole else TrajectorySettings(baseline=baseline)
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[Path, tuple[Floats, Floats]] = {}
    for pair in planted.pairs(camera, tuple(edits), count, seeds, baseline):
        paths = planted.write(pair, folder)
        for path in paths:
            if path not in known:
                found = trajectory(path, settings)
                known[path] = found.times, found.scores
        yield compared(pair, known[paths[0]], known[paths[1]])
        del known[paths[0]]


def compared(pair: planted.Pair, edited: tuple[Floats, Floats], unedited: tuple[Floats, Floats]) -> Compared:
    """Return the scores of a pair; times and scores of either video."""
    own, *more = (score_of(*unedited, span) for span in pair.against)
    clip = pair.edited.camera.name
    return Compared(clip, pair.edit, score_of(*edited, pair.passage), own, more[0] if more else None)


# Honest footage


def honest_rows(
    media: Path, folder: Path, minutes: float, kinds: tuple[str, ...], texts: Sequence[str], seeds: Sequence[int]
) -> Iterator[str]:
    """Yield a row for each recording in which nothing is unusual, in Markdown, and one for each kind. seeds: of
    drawn cameras."""
    folder.mkdir(parents=True, exist_ok=True)
    yield "| footage | kind | hours held out | events | an hour | after a joint | maps |"
    yield "|---|---|--:|--:|--:|--:|---|"
    sums = defaultdict[str, list[float]](lambda: [0.0, 0.0, 0.0])
    for one in honest.recordings(media, folder, minutes, kinds, seeds):
        if not any(text in one.name for text in texts):
            continue
        place = media / one.name if one.kind == "moving" else folder / one.name
        camera = footage(place, (64, 64))
        camera = Footage(camera.name, camera.rate, camera.pictures[: camera.frame(60 * minutes)])
        found = walked(camera, one.baseline)
        events = [event for event in found.events if one.holds_out(event.start)]
        held = np.array([one.holds_out(at) for at in found.way.times.tolist()]) & ~np.isnan(found.way.scores)
        hours = float(held.sum()) / camera.thinned(SAMPLE_RATE).rate / 3600
        joint = sum(any(at - 1 <= event.start < at + NEAR_JOINT for at in one.joints) for event in events)
        maps = ", ".join(
            f"{each.why} {each.start:.0f} s{'' if each.fits else ' (does not fit)'}" for each in found.maps
        )
        for total, more in enumerate((hours, len(events), joint)):
            sums[one.kind][total] += more
        yield _honest_row(one.name, one.kind, hours, len(events), joint, maps)
        for event in events:
            what = f"{event.start:.1f} to {event.end:.1f} s, {event.score:.2f}, {', '.join(event.reasons)}"
            print(f"  {one.name}: {what}", file=sys.stderr, flush=True)
    for kind, (held_out, count, at_joints) in sums.items():
        yield _honest_row("all", kind, held_out, count, at_joints, "")


def _honest_row(name: str, kind: str, hours: float, events: float, joint: float, maps: str) -> str:
    rate = f"{events / hours:.2f}" if hours else ""
    return f"| {name} | {kind} | {hours:.2f} | {events:.0f} | {rate} | {joint:.0f} | {maps} |"


# An hour followed


def memory() -> int:
    """Return the bytes that this process holds now; the most so far where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return pages * resource.getpagesize()


def hour_rows(path: Path, baseline: float) -> Iterator[str]:
    """Yield what becomes of memory, maps and positions while a video is followed."""
    moments, held, ids = [], [], list[str]()
    began, due = time.process_time(), 0.0
    # An mp4 whose index stands at its end cannot be followed.
    growing = path.with_suffix(".mkv")
    copying = [*ffmpeg(), "-i", str(path), "-c", "copy"]
    subprocess.run([*copying, str(growing)], check=True)
    for event in follow_trajectory(growing, TrajectorySettings(baseline=baseline, stall=3.0)):
        if isinstance(event, CameraMap):
            ids.append(f"{event.why} at {event.start:.0f} s")
        elif isinstance(event, Unusual) and event.going_on:
            ids.append(f"event at {event.start:.0f} s: {', '.join(event.reasons)}")
        elif isinstance(event, Moment):
            if event.position is not None:
                moments.append((event.time, event.map, *event.position))
            if event.time >= due:
                held.append(f"{event.time / 60:.0f} min {memory() / 1e6:.0f} MB")
                due += 600.0
    yield f"{path.name}: memory at {', '.join(held)}; processor {time.process_time() - began:.0f} s"
    yield f"  maps and events: {'; '.join(ids)}"
    yield f"  {same_places(path, np.array(moments))}"


def same_places(path: Path, moments: Floats) -> str:
    """Say how far apart moments that look the same are in the map, of the first and of the last third of an hour.
    moments: (n, 5) time, map, position."""
    camera = footage(path, (64, 64))
    frames = np.clip((moments[:, 0] * camera.rate).round().astype(int), 0, len(camera.pictures) - 1)
    looks = camera.pictures[frames].reshape(len(frames), -1).astype(np.float32)
    looks -= looks.mean(1, keepdims=True)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-6)
    third = len(moments) // 3
    early, late = slice(0, third), slice(2 * third, None)
    alike = looks[early] @ looks[late].T
    best = alike.argmax(1)
    pairs = np.flatnonzero(alike.max(1) >= np.quantile(alike.max(1), 0.5))
    if not (moments[early, 1][pairs] == moments[late, 1][best[pairs]]).all():
        return "the map was learned again, so that positions before and after are not comparable"
    apart = np.linalg.norm(moments[early, 2:][pairs] - moments[late, 2:][best[pairs]], axis=1)
    rng = np.random.default_rng(1)
    any_two = np.linalg.norm(moments[rng.permutation(len(moments)), 2:] - moments[:, 2:], axis=1)
    shares = np.quantile(apart, (0.5, 0.9)) / np.median(any_two)
    return (
        f"what looks the same 40 minutes later is {shares[0]:.2f} (nine of ten {shares[1]:.2f}) of the usual distance"
    )


# The map


def speed_rows(clips: Iterable[Path]) -> Iterator[str]:
    """Yield what it costs to learn and to follow each clip, by the processor's time of this process."""
    yield "| clip | frames | learned, s of footage | learning, s | samples a second | frames a second |"
    yield "|---|--:|--:|--:|--:|--:|"
    for clip in clips:
        camera = footage(clip, (64, 64))
        thin = camera.thinned(SAMPLE_RATE)
        samples, half = thin.pictures, len(thin.pictures) // 2
        walker = Walker(thin.rate, half / thin.rate)
        marks = [time.process_time()]
        walker.add(0, samples[: half + 2])
        marks.append(time.process_time())
        # In portions of a second, as they come.
        for low in range(half + 2, len(samples), 10):
            walker.add(low, samples[low : low + 10])
        marks.append(time.process_time())
        learning, following = np.diff(marks)
        rate = (len(samples) - half - 2) / following
        cells = [camera.name, f"{len(camera.pictures):,}", f"{half / thin.rate:.0f}", f"{learning:.1f}"]
        yield f"| {' | '.join([*cells, f'{rate:.0f}', f'{rate * camera.rate / thin.rate:.0f}'])} |"


def correlation_rows(clips: Iterable[Path]) -> Iterator[str]:
    """Yield how distances in the map agree with those in a full Isomap of all samples, for each clip."""
    from scipy.spatial.distance import pdist, squareform
    from scipy.stats import spearmanr
    from sklearn.manifold import Isomap

    yield "| clip | samples | learned from all | learned from the first half | held out half of that |"
    yield "|---|--:|--:|--:|--:|"
    for clip in clips:
        camera = footage(clip, (64, 64)).thinned(SAMPLE_RATE)
        some = slice(None, None, -(-len(camera.pictures) // MOST_SAMPLES))
        # The distances that the map is of: between pictures in even light.
        pictures = Background.of(camera.pictures).differences(camera.pictures[some]).reshape(-1, SMALL * SMALL)
        full = pdist(Isomap(n_neighbors=NEIGHBOURS, n_components=3).fit_transform(pictures))
        values = []
        for baseline in (camera.seconds + 1, camera.seconds / 2):
            way = walked(camera, baseline).way
            values.append(spearmanr(pdist(way.positions[some]), full).statistic)
        later = np.flatnonzero(way.times[some] >= camera.seconds / 2)
        own = squareform(squareform(full)[np.ix_(later, later)])
        values.append(spearmanr(pdist(way.positions[some][later]), own).statistic)
        yield f"| {camera.name} | {len(pictures)} | {' | '.join(f'{value:.3f}' for value in values)} |"


def planted_in(clips: Iterable[Path], cameras: Path | None, texts: Sequence[str]) -> Iterator[tuple[Footage, float]]:
    """Yield the footage that oddities are planted in, and the seconds of its baseline."""
    if cameras is None:
        for clip in clips:
            camera = footage(clip)
            yield camera, camera.seconds / 2
        return
    for path in sorted(path for kind in ("made", "drawn") for path in cameras.glob(f"{kind}.*.mp4")):
        if any(text in path.name for text in texts):
            camera = footage(path, (honest.WIDTH, honest.HEIGHT))
            seconds = min(WITHIN, camera.seconds)
            yield Footage(camera.name, camera.rate, camera.pictures[: camera.frame(seconds)]), seconds / 2


def main() -> None:
    """Run the step that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("oddities", "honest", "hour", "speed", "correlation"))
    parser.add_argument("media", type=Path)
    parser.add_argument("--work", type=Path, help="where videos are made")
    parser.add_argument("--clips", nargs="+", default=[""], metavar="TEXT", help="clips whose name holds one of these")
    parser.add_argument("--passages", type=int, default=planted.PASSAGES)
    parser.add_argument("--seeds", type=int, default=2, help="bodies drawn for each passage")
    parser.add_argument("--files", type=Path, metavar="DIR", help="encode the pairs there")
    parser.add_argument("--whole", action="store_true", help="with --files: learn from the whole of each file")
    parser.add_argument(
        "--cameras", type=Path, metavar="DIR", help="plant into the recordings of benchmarks/honest.py there"
    )
    parser.add_argument("--edits", nargs="+", default=planted.EDITS, choices=planted.EDITS)
    parser.add_argument("--minutes", type=float, default=60.0, help="length of a camera that is made or drawn")
    parser.add_argument("--kinds", nargs="+", default=honest.KINDS, metavar="KIND", help="kinds of honest footage")
    parser.add_argument("--drawn", nargs="+", type=int, default=honest.DRAWN, metavar="SEED", help="of drawn cameras")
    words = parser.parse_args()
    clips = [words.media / name for name in honest.FIXED if any(text in name for text in words.clips)]
    clips = [clip for clip in clips if clip.exists()]
    if words.step in {"honest", "hour"} and words.work is None:
        parser.error(f"{words.step} makes videos: say where with --work")
    if words.step == "oddities":
        rows = list[Compared]()
        for camera, baseline in planted_in(clips, words.cameras, words.clips):
            if words.files is not None:
                found = oddities_in_files(
                    camera, baseline, words.edits, words.passages, words.seeds, words.files, words.whole
                )
            else:
                found = oddities(camera, baseline, words.edits, words.passages, words.seeds)
            for row in found:
                rows.append(row)
                said = f"{row.clip}: {row.edit}: {row.edited:.3f} against {row.unedited:.3f}"
                print(said, file=sys.stderr, flush=True)
        lines = report_oddities(rows)
    elif words.step == "honest":
        lines = honest_rows(words.media, words.work, words.minutes, tuple(words.kinds), words.clips, words.drawn)
    elif words.step == "hour":
        kinds = tuple(kind for kind in ("made", "drawn") if kind in words.kinds)
        recordings = honest.recordings(words.media, words.work, words.minutes, kinds)
        lines = (
            line for one in recordings if one.name in HOURS for line in hour_rows(words.work / one.name, one.baseline)
        )
    else:
        lines = (speed_rows if words.step == "speed" else correlation_rows)(clips)
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
