"""The ways into the map of a camera compared on the same footage: what each costs, and how like the maps are.

    python benchmarks/trajectory_ways.py --media DIR                all steps on all cameras that are in DIR
    python benchmarks/trajectory_ways.py --media DIR --steps decode what is gained where only vectors are read
    python benchmarks/trajectory_ways.py --media DIR --cameras cars mouse

decode: CPU time a frame of a scan's reader (pictures of 64 x 64), of whole pictures by PyAV, of these with vectors, and
of vectors alone; and whether the vectors are the same as those of whole pictures, each field of each. `in cells` is the
whole way of vectors: read, and put together in 16 x 16 cells; `ten a second` the same where no more frames are wanted.

maps: ten samples a second. Each way gives rows of numbers, of which a subspace keeps what varies most, and the map of
the engine is learned of them: Isomap from landmarks, and a place for each sample. The rank correlation (Spearman) is
that of distances in this map with those in the full Isomap of all pictures, over pairs of samples that are drawn. What
a way costs is CPU time a sample, without decoding. Isomap itself follows its one parameter: `twice the neighbours` says
how like two full ones are. The path by differences is drawn in the map of the pictures, as the engine does.

oddities: passages of `planted.py`, three of each camera in --work, edited and not, as files. A tracker is learned of
the first half of a clip by pictures, and one by vectors; the score of a passage is the highest within it and a second
after it. AUC of edited against unedited passages, and how often the edited one of a pair is the higher. By differences
the path alone is followed: what is unusual is judged by the pictures, so these scores are those of pictures.

The ways are pictures, differences and vectors, and two kinds of blocks that learn more than lines: a dictionary of 64
atoms for blocks of 16 x 16 pixels, and an auto-encoder of such blocks by 8 numbers. `left` is the share of the variance
of the pictures that does not come back from the code.
"""

import argparse
import copy
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from fixed_camera import footage
from numpy.typing import NDArray
from planted import pairs, write
from scipy.stats import spearmanr
from sklearn.decomposition import MiniBatchDictionaryLearning
from sklearn.manifold import Isomap
from sklearn.neural_network import MLPRegressor

from loopfind.engine.trajectory.chart import learn_chart
from loopfind.engine.trajectory.differences import DifferenceWay
from loopfind.engine.trajectory.parameters import DIMENSIONS, NEIGHBOURS
from loopfind.engine.trajectory.path import PathStretch, joined
from loopfind.engine.trajectory.sampler import Sampler
from loopfind.engine.trajectory.subspace import fit_subspace
from loopfind.engine.trajectory.tracker import Tracked, Tracker
from loopfind.engine.trajectory.vectors import VectorWay
from loopfind.media.decode.one_pass import open_video
from loopfind.media.motion_vectors import VECTORS_ALONE, read_motion
from loopfind.model.motion import Motion

CAMERAS = {
    "cars": "cars.mp4",
    "people": "fixed_indoor_people_139s.mp4",
    "mouse": "mouse.mp4",
    "bottles": "fixed_bottles_40s.mp4",
    "spider": "fixed_lab_spider_39s_1080p60.mp4",
    "camera trap 1": "cameratrap_kay_61s.avi",
    "camera trap 2": "fixed_cameratrap_60s_80x60.asf",
    "head": "head.mp4",
}
STEPS = ("decode", "maps", "oddities")
EDITED = ("backwards", "faster 3x", "foreign object", "object left", "wrong way")
PASSAGES, BEFORE, AFTER, FALSE_ALARMS = 3, 10.0, 1.0, 0.5
"""Passages of each camera, seconds before one from which it is followed, and after it; events an hour."""
DECODERS: dict[str, dict[str, str]] = {
    "whole pictures": {},
    "and vectors": {"flags2": "+export_mvs"},
    "vectors alone": VECTORS_ALONE,
}
FIELDS = ("source", "w", "h", "src_x", "src_y", "dst_x", "dst_y", "motion_x", "motion_y", "motion_scale")
FRAMES, TURNS = 600, 2
SAMPLES_APART, PAIRS = 0.1, 150_000
BLOCK, ATOMS, USED, CODE, TAUGHT = 16, 64, 4, 8, 4000

Rows = NDArray[np.floating[Any]]


class Way(NamedTuple):
    """Places (n, 3) of all samples by a way, the CPU seconds that it took to come to its numbers, and more that is said
    of it."""

    name: str
    places: Rows
    seconds: float
    said: str = ""


def main() -> None:
    """Compare the ways on each camera."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True, help="folder of the videos")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--cameras", nargs="+", choices=CAMERAS, default=tuple(CAMERAS))
    parser.add_argument("--work", type=Path, help="folder for the files of oddities, which are left out without it")
    words = parser.parse_args()
    files = {name: words.media / CAMERAS[name] for name in words.cameras}
    shows: dict[str, Callable[[str, Path], None]] = {"decode": decode, "maps": maps}
    if words.work is not None:
        words.work.mkdir(parents=True, exist_ok=True)
        shows["oddities"] = partial(oddities, words.work)
    for step, show in shows.items():
        if step in words.steps:
            print(step)
            for name, path in files.items():
                if path.exists():
                    show(name, path)


def cpu(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work gives, and the CPU seconds that this process and its children took for it."""
    children, own = sum(os.times()[2:4]), time.process_time()
    given = work()
    return given, time.process_time() - own + sum(os.times()[2:4]) - children


def decode(name: str, path: Path) -> None:
    """Print what it costs to decode the first frames of a file, in milliseconds a frame."""
    best = dict.fromkeys(("scan", *DECODERS, "in cells", "ten a second"), float("inf"))
    seen: dict[str, int] = {}
    for _ in range(TURNS):
        for decoder, options in DECODERS.items():
            (frames, end), seconds = cpu(partial(decoded, path, options))
            best[decoder] = min(best[decoder], seconds / frames)
        for reader, read in (("scan", scanned), ("in cells", in_cells), ("ten a second", in_few_cells)):
            _, seconds = cpu(partial(read, path, end))
            best[reader] = min(best[reader], seconds / frames)
    for decoder in list(DECODERS)[1:]:
        seen[decoder] = fingerprint(path, DECODERS[decoder])
    same = "the same vectors" if len(set(seen.values())) == 1 else "OTHER VECTORS"
    print(f"  {name:14}", ", ".join(f"{one} {1e3 * took:.2f}" for one, took in best.items()), f"ms; {same}", flush=True)


def frames_of(path: Path, options: dict[str, str]) -> Iterator[Any]:
    """Yield the first frames of a file by PyAV, with one thread."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.codec_context.options = dict(options)
        video.codec_context.thread_count = 1
        for number, frame in enumerate(container.decode(video)):
            if number == FRAMES:
                return
            yield frame


def decoded(path: Path, options: dict[str, str]) -> tuple[int, float | None]:
    """Return how many frames were decoded, and the seconds of the one after them, None at the end."""
    count, latest = 0, 0.0
    for frame in frames_of(path, options):
        count, latest = count + 1, frame.time or 0.0
    return count, latest + 1e-3 if count == FRAMES else None


def fingerprint(path: Path, options: dict[str, str]) -> int:
    """Return a number that stands for all fields of all vectors of the first frames."""
    answer = 0
    for frame in frames_of(path, options):
        found = frame.side_data.get("MOTION_VECTORS")
        if found is not None:
            records = found.to_ndarray()
            answer = hash((answer, *(records[field].tobytes() for field in FIELDS)))
    return answer


def scanned(path: Path, end: float | None) -> int:
    """Return how many frames a scan's reader gives."""
    with open_video(path, end=end) as video:
        return sum(len(batch) for batch in video)


def in_cells(path: Path, end: float | None) -> int:
    """Return of how many frames the motion is given."""
    return sum(len(batch) for batch in read_motion(path, end=end))


def in_few_cells(path: Path, end: float | None) -> int:
    """Return of how many frames the motion is given, ten a second."""
    return sum(len(batch) for batch in read_motion(path, end=end, apart=SAMPLES_APART))


def maps(name: str, path: Path) -> None:
    """Print the rank correlation of each way's map with the full Isomap of the pictures, and what the way costs."""
    times, levels = samples(path)
    pictures = levels.reshape(len(levels), -1).astype(np.float32)
    full = Isomap(n_neighbors=NEIGHBOURS, n_components=3).fit_transform(pictures)
    other = Isomap(n_neighbors=2 * NEIGHBOURS, n_components=3).fit_transform(pictures)
    print(f"  {name}, {len(times)} samples; twice the neighbours: {alike(full, other):.3f}", flush=True)
    for way in ways(path, times, pictures):
        cost = 1e3 * way.seconds / len(times)
        print(f"    {way.name:16}{alike(full, way.places):6.3f}{cost:9.3f} ms {way.said}", flush=True)


def mapped(rows: Rows) -> Rows:
    """Return the places (n, 3) of rows in a map that is learned of them."""
    coordinates = fit_subspace(rows, DIMENSIONS).project(rows)
    return learn_chart(coordinates).place(coordinates)[0]


def samples(path: Path) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return times (n,) and pictures (n, 64, 64) of ten samples a second."""
    times, pictures, latest = [], [], -np.inf
    with open_video(path) as video:
        for batch in video:
            for now, picture in zip(batch.times.tolist(), batch.pictures, strict=True):
                if now - latest >= 0.98 * SAMPLES_APART:
                    times.append(now)
                    pictures.append(picture)
                    latest = now
    return np.array(times), np.array(pictures)


def ways(path: Path, times: NDArray[np.float64], pictures: Rows) -> Iterator[Way]:
    """Yield what each way makes of the samples."""
    space = fit_subspace(pictures, DIMENSIONS)
    rows, seconds = cpu(partial(space.project, pictures))
    chart = learn_chart(rows)
    yield Way(
        "pictures", chart.place(rows)[0], seconds, f"left {left(pictures, rows @ space.basis + space.centre):.3f}"
    )
    steps, seconds = cpu(partial(DifferenceWay(space.basis, space.centre).follow, times, pictures))
    spread = np.linalg.norm(rows - rows.mean(axis=0), axis=1).mean()
    off = np.linalg.norm(steps - rows, axis=1) / spread
    said = f"off by {np.median(off):.2%} of the spread, 95 of 100 below {np.quantile(off, 0.95):.2%}"
    yield Way("differences", chart.place(steps)[0], seconds, said)
    batches = list(read_motion(path, apart=SAMPLES_APART))
    motion = Motion(
        *(np.concatenate([getattr(one, part) for one in batches]) for part in ("times", "speeds", "described"))
    )
    place = np.clip(np.searchsorted(motion.times, times), 0, len(motion) - 1)
    shown, seconds = cpu(partial(VectorWay().follow, motion))
    yield Way("vectors", mapped(shown[place].reshape(len(times), -1).astype(np.float32)), seconds)
    yield from learned_blocks(pictures)


def learned_blocks(pictures: Rows) -> Iterator[Way]:
    """Yield the codes of blocks by a dictionary and by an auto-encoder, both learned from blocks of all samples."""
    side = 64 // BLOCK
    shape = (-1, side, BLOCK, side, BLOCK)
    cut = (pictures - np.median(pictures, axis=0)).reshape(shape).transpose(0, 1, 3, 2, 4).reshape(
        -1, BLOCK * BLOCK
    ) / 20
    taught = cut[np.random.default_rng(0).permutation(len(cut))[:TAUGHT]]
    learner = MiniBatchDictionaryLearning(
        ATOMS, max_iter=20, batch_size=64, transform_algorithm="omp", transform_n_nonzero_coefs=USED, random_state=0
    )
    began = time.process_time()
    learner.fit(taught)
    learning = time.process_time() - began
    codes, seconds = cpu(lambda: learner.transform(cut))
    said = f"left {left(cut, codes @ learner.components_):.3f}, learned in {learning:.1f} s"
    yield Way("dictionary", mapped(codes.reshape(len(pictures), -1).astype(np.float32)), seconds, said)
    network = MLPRegressor(hidden_layer_sizes=(ATOMS, CODE, ATOMS), max_iter=40, random_state=0)
    began = time.process_time()
    network.fit(taught, taught)
    learning = time.process_time() - began

    def coded() -> Rows:
        rows = cut
        for weights, offsets in zip(network.coefs_[:2], network.intercepts_[:2], strict=True):
            rows = np.maximum(rows @ weights + offsets, 0)
        return np.asarray(rows, np.float32)

    codes, seconds = cpu(coded)
    said = f"left {left(cut, network.predict(cut)):.3f}, learned in {learning:.1f} s"
    yield Way("auto-encoder", mapped(codes.reshape(len(pictures), -1)), seconds, said)


def left(rows: Rows, back: Rows) -> float:
    """Return the share of the variance of rows that is not in what came back."""
    return float(np.mean((rows - back) ** 2) / np.mean((rows - rows.mean(axis=0)) ** 2))


def oddities(work: Path, name: str, path: Path) -> None:
    """Print how well edited passages of a camera are told from the same ones unedited, by pictures and by vectors."""
    camera = footage(path)
    planted = [(pair, *write(pair, work)) for pair in pairs(camera, EDITED, PASSAGES, 1, None)]
    half = camera.seconds / 2
    for way, read in (("pictures", of_pictures), ("vectors", of_vectors)):
        learned: Tracker | None = None
        found: dict[str, list[tuple[float, float]]] = {}
        for pair, edited, unedited in planted:
            if learned is None:
                learned, _ = tracked(None, half, read(unedited, 0.0, half + 1))
            span, against = pair.passage, pair.against[0]
            one = highest(learned, half, read(edited, span.start - BEFORE, span.end + AFTER), span.start)
            other = highest(learned, half, read(unedited, against.start - BEFORE, against.end + AFTER), against.start)
            found.setdefault(pair.edit, []).append((one, other))
        for edit, scores in found.items():
            print(f"  {name}, by {way}: {edit}, AUC {told_apart(scores):.2f}, {in_words(scores)}", flush=True)


Samples = tuple[NDArray[np.float64], NDArray[np.uint8]]


def of_pictures(path: Path, start: float, end: float) -> Iterator[Samples]:
    """Yield the frames of a file."""
    with open_video(path, start=max(0.0, start), end=end) as video:
        for batch in video:
            yield batch.times, batch.pictures


def of_vectors(path: Path, start: float, end: float) -> Iterator[Samples]:
    """Yield the motion of a file, as pictures."""
    way = VectorWay()
    for motion in read_motion(path, start=max(0.0, start), end=end):
        yield motion.times, way.follow(motion)


def tracked(tracker: Tracker | None, baseline: float, batches: Iterator[Samples]) -> tuple[Tracker, PathStretch]:
    """Return a tracker that has taken samples, and the path of these."""
    sampler, stretches = Sampler(), list[Tracked]()
    for times, pictures in [*(sampler.add(*batch) for batch in batches), sampler.end()]:
        if tracker is None and len(times):
            tracker = Tracker(baseline, sampler.rate, FALSE_ALARMS)
        if tracker is not None:
            stretches += tracker.add(times, pictures)
    assert tracker is not None
    return tracker, joined([one for one in stretches if isinstance(one, PathStretch)])


def highest(learned: Tracker, baseline: float, batches: Iterator[Samples], start: float) -> float:
    """Return the highest score from `start` on."""
    _, path = tracked(copy.deepcopy(learned), baseline, batches)
    return float(np.nanmax(path.scores[path.times >= start], initial=-1.0))


def told_apart(scores: list[tuple[float, float]]) -> float:
    """Return the share of pairs of any edited and any unedited passage in which the edited one scores higher."""
    edited, unedited = np.array(scores).T
    return float((edited[:, None] > unedited).mean() + 0.5 * (edited[:, None] == unedited).mean())


def in_words(scores: list[tuple[float, float]]) -> str:
    """Return how often the edited one of a pair is higher, and the scores."""
    higher = sum(one > other for one, other in scores)
    return f"higher {higher} of {len(scores)}: " + ", ".join(f"{one:.2f} / {other:.2f}" for one, other in scores)


def alike(one: Rows, other: Rows) -> float:
    """Return the rank correlation of distances between drawn pairs of samples in two maps."""
    drawn = np.random.default_rng(0).integers(0, len(one), (2, PAIRS))
    first, second = drawn[:, drawn[0] != drawn[1]]
    apart = [np.linalg.norm(places[first] - places[second], axis=1) for places in (one, other)]
    return float(spearmanr(*apart).statistic)


if __name__ == "__main__":
    main()
