"""The ways into the map of a camera compared on the same footage: what each costs, and how like the maps are.

    python benchmarks/trajectory_ways.py --media DIR                all steps on all cameras that are in DIR
    python benchmarks/trajectory_ways.py --media DIR --steps decode what is gained where only vectors are read
    python benchmarks/trajectory_ways.py --media DIR --cameras cars mouse

decode: CPU time a frame of a scan's reader (pictures of 64 x 64), of whole pictures by PyAV, of these with vectors, and
of vectors alone; and whether the vectors are the same as those of whole pictures, each field of each. `in cells` is the
whole way of vectors: read, and put together in 16 x 16 cells; `ten a second` the same where no more frames are wanted.

maps: ten samples a second. Each way gives rows of numbers, of which 48 principal components are kept. A map in three
dimensions is learned of them: Isomap by landmarks (de Silva and Tenenbaum 2003), with paths through the graph of all
samples to LANDMARKS of them. The rank correlation (Spearman) is that of distances in this map with those in the full
Isomap of all pictures, over pairs of samples that are drawn. What a way costs is CPU time a sample, without decoding.
Isomap itself follows its one parameter: the row `full Isomap, 40 neighbours` says how like two full ones are.

The ways are pictures, differences and vectors, and two kinds of blocks that learn more than lines: a dictionary of 64
atoms for blocks of 16 x 16 pixels, and an auto-encoder of such blocks by 8 numbers. `left` is the share of the variance
of the pictures that does not come back from the code.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import av
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path
from scipy.stats import spearmanr
from sklearn.decomposition import PCA, MiniBatchDictionaryLearning
from sklearn.manifold import Isomap
from sklearn.neighbors import kneighbors_graph
from sklearn.neural_network import MLPRegressor

from loopfind.engine.trajectory.differences import DifferenceWay
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
STEPS = ("decode", "maps")
DECODERS: dict[str, dict[str, str]] = {
    "whole pictures": {},
    "and vectors": {"flags2": "+export_mvs"},
    "vectors alone": VECTORS_ALONE,
}
FIELDS = ("source", "w", "h", "src_x", "src_y", "dst_x", "dst_y", "motion_x", "motion_y", "motion_scale")
FRAMES, TURNS = 600, 2
SAMPLES_APART, COMPONENTS, LANDMARKS, NEIGHBOURS, PAIRS = 0.1, 48, 300, 20, 150_000
BLOCK, ATOMS, USED, CODE, TAUGHT = 16, 64, 4, 8, 4000

Rows = NDArray[np.floating[Any]]


class Way(NamedTuple):
    """Rows (n, p) that a way gives of all samples, the CPU seconds that took, and more that is said of it."""

    name: str
    rows: Rows
    seconds: float
    said: str = ""


def main() -> None:
    """Compare the ways on each camera."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, required=True, help="folder of the videos")
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--cameras", nargs="+", choices=CAMERAS, default=tuple(CAMERAS))
    words = parser.parse_args()
    files = {name: words.media / CAMERAS[name] for name in words.cameras}
    for step, show in (("decode", decode), ("maps", maps)):
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
    print(f"  {name}, {len(times)} samples; full Isomap, {2 * NEIGHBOURS} neighbours: {alike(full, other):.3f}")
    for way in ways(path, times, pictures):
        rows = (
            PCA(COMPONENTS, svd_solver="full").fit_transform(way.rows) if way.rows.shape[1] > COMPONENTS else way.rows
        )
        cost = 1e3 * way.seconds / len(times)
        print(f"    {way.name:16}{alike(full, landmark_isomap(rows)):6.3f}{cost:9.3f} ms {way.said}", flush=True)


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
    model = PCA(COMPONENTS, svd_solver="full").fit(pictures)
    basis, centre = model.components_.astype(np.float32), model.mean_.astype(np.float32)
    rows, seconds = cpu(lambda: (pictures - centre) @ basis.T)
    yield Way("pictures", rows, seconds, f"left {left(pictures, rows @ basis + centre):.3f}")
    steps, seconds = cpu(lambda: DifferenceWay(basis, centre).follow(times, pictures))
    spread = np.linalg.norm(rows - rows.mean(axis=0), axis=1).mean()
    off = np.linalg.norm(steps - rows, axis=1) / spread
    said = f"off by {np.median(off):.2%} of the spread, 95 of 100 below {np.quantile(off, 0.95):.2%}"
    yield Way("differences", steps, seconds, said)
    batches = list(read_motion(path, apart=SAMPLES_APART))
    motion = Motion(
        *(np.concatenate([getattr(one, part) for one in batches]) for part in ("times", "speeds", "described"))
    )
    place = np.clip(np.searchsorted(motion.times, times), 0, len(motion) - 1)
    shown, seconds = cpu(lambda: VectorWay().follow(motion))
    yield Way("vectors", shown[place].reshape(len(times), -1).astype(np.float32), seconds)
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
    yield Way("dictionary", codes.reshape(len(pictures), -1).astype(np.float32), seconds, said)
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
    yield Way("auto-encoder", codes.reshape(len(pictures), -1), seconds, said)


def left(rows: Rows, back: Rows) -> float:
    """Return the share of the variance of rows that is not in what came back."""
    return float(np.mean((rows - back) ** 2) / np.mean((rows - rows.mean(axis=0)) ** 2))


def landmark_isomap(rows: Rows) -> Rows:
    """Return places (n, 3) of rows."""
    graph = kneighbors_graph(rows, NEIGHBOURS, mode="distance")
    chosen = [0]
    apart = np.linalg.norm(rows - rows[0], axis=1)
    while len(chosen) < min(LANDMARKS, len(rows)):
        chosen.append(int(np.argmax(apart)))
        apart = np.minimum(apart, np.linalg.norm(rows - rows[chosen[-1]], axis=1))
    paths = shortest_path(graph, directed=False, indices=chosen)
    # Samples that no path leads to are as far as they are apart, from the nearest that one leads to.
    for row, place in zip(paths, chosen, strict=True):
        lost = ~np.isfinite(row)
        row[lost] = row[~lost].max() + np.linalg.norm(rows[lost] - rows[place], axis=1)
    squares = paths**2
    means = squares[:, chosen].mean(axis=0)
    centring = np.eye(len(chosen)) - 1 / len(chosen)
    values, vectors = np.linalg.eigh(-0.5 * centring @ ((squares[:, chosen] + squares[:, chosen].T) / 2) @ centring)
    inverse = vectors[:, ::-1][:, :3] / np.sqrt(np.maximum(values[::-1][:3], 1e-9))
    return np.asarray((-0.5 * inverse.T @ (squares - means[:, None])).T, np.float32)


def alike(one: Rows, other: Rows) -> float:
    """Return the rank correlation of distances between drawn pairs of samples in two maps."""
    drawn = np.random.default_rng(0).integers(0, len(one), (2, PAIRS))
    first, second = drawn[:, drawn[0] != drawn[1]]
    apart = [np.linalg.norm(places[first] - places[second], axis=1) for places in (one, other)]
    return float(spearmanr(*apart).statistic)


if __name__ == "__main__":
    main()
