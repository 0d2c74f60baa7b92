"""Likeness: how often the nearest of many pictures, and of many clips, is the one that an edit was made of.

    python benchmarks/likeness.py --clips FOLDER
    python benchmarks/likeness.py --clips FOLDER --other FOLDER    a mean, taken of other clips, is subtracted too
    python benchmarks/likeness.py cost                             what a search among 5,000 files takes
    python benchmarks/likeness.py palette --clips FOLDER           what it takes from a file to its palettes

Pictures are read twice a second of every clip, and queries are edits of pictures drawn by seed. A picture is found
where the nearest one is of the same clip and within a second of it, or shows the same: fixed cameras stand still, and a
picture whose levels differ by 3 of 255 on average, or less, from the true one is as right. A clip is found where the
nearest clip to an edit of its drawn pictures is the clip itself. Nothing is fitted to the clips that are named.
"""

import argparse
import contextlib
import io
import json
import os
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.codebook import bag, learn_words
from loopfind.comparison.neighbours import Query, rank
from loopfind.errors import MediaError
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.likeness_parameters import NETWORK_SIDE
from loopfind.fingerprints.network import Network, load_network
from loopfind.fingerprints.palette import palette_vectors, palettes, strips
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.model.video import Frames
from loopfind.pipeline.appearances import eye_of
from loopfind.pipeline.likeness_shortlist import shortlist_of
from loopfind.registry import load
from loopfind.settings import LookSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library

T = TypeVar("T")
SIDE = 320
SAME = 3.0
"""Levels of 255 by which pictures that show the same differ, on average."""
Pictures = NDArray[np.uint8]
"""(n, side, side, 3)."""
Table = NDArray[np.float32]
Edit = Callable[[Image.Image, np.random.Generator, Image.Image], Image.Image]


class Way(NamedTuple):
    """A way to be alike. views: (v, n, ...) what describes pictures that are asked for; the first view describes those
    that are kept. alike: likeness (n, m) of n descriptions to m."""

    views: Callable[[Pictures], NDArray[np.float64] | Table]
    alike: Callable[[NDArray[np.float64] | Table, NDArray[np.float64] | Table], NDArray[np.float64] | Table]


def jpeg(picture: Image.Image, _: np.random.Generator, __: Image.Image) -> Image.Image:
    file = io.BytesIO()
    picture.resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX).save(file, "JPEG", quality=20)
    return Image.open(file).convert("RGB").resize((SIDE, SIDE))


def hue(picture: Image.Image, rng: np.random.Generator, _: Image.Image) -> Image.Image:
    bands = list(picture.convert("HSV").split())
    by = int(rng.integers(30, 90))
    bands[0] = bands[0].point(lambda level: (level + by) % 256)
    return Image.merge("HSV", bands).convert("RGB")


def cropped(share: float, free: bool) -> Edit:
    def edit(picture: Image.Image, rng: np.random.Generator, _: Image.Image) -> Image.Image:
        size, room = round(share * SIDE), SIDE - round(share * SIDE)
        left, top = (int(rng.integers(room + 1)) for _ in range(2)) if free else (room // 2, room // 2)
        return picture.crop((left, top, left + size, top + size)).resize((SIDE, SIDE))

    return edit


def letterbox(picture: Image.Image, _: np.random.Generator, __: Image.Image) -> Image.Image:
    black = Image.new("RGB", (SIDE, SIDE))
    black.paste(picture.resize((SIDE, round(0.75 * SIDE))), (0, round(0.125 * SIDE)))
    return black


def marked(picture: Image.Image, _: np.random.Generator, __: Image.Image) -> Image.Image:
    held = picture.copy()
    draw = ImageDraw.Draw(held)
    draw.rectangle((SIDE * 0.75, SIDE * 0.05, SIDE * 0.95, SIDE * 0.2), fill=(230, 30, 30))
    draw.rectangle((0, SIDE * 0.84, SIDE, SIDE * 0.96), fill=(10, 10, 40))
    draw.text((SIDE * 0.1, SIDE * 0.87), "BREAKING: the harbour is open again", fill=(255, 255, 255))
    return held


def inset(share: float, mine: bool) -> Edit:
    """A picture in a picture: another one in it, or it in another one."""

    def edit(picture: Image.Image, rng: np.random.Generator, other: Image.Image) -> Image.Image:
        held, small = (other, picture) if mine else (picture, other)
        held, side = held.copy(), round(share * SIDE)
        corner = [(0, 0), (SIDE - side, 0), (0, SIDE - side), (SIDE - side, SIDE - side)][int(rng.integers(4))]
        held.paste(small.resize((side, side)), corner)
        return held

    return edit


def screenshot(picture: Image.Image, _: np.random.Generator, __: Image.Image) -> Image.Image:
    """A player in a page: a bar above, a list beside, a bar below."""
    page = Image.new("RGB", (SIDE, SIDE), (245, 245, 245))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, SIDE, SIDE * 0.08), fill=(50, 50, 60))
    for row in range(6):
        draw.rectangle(
            (SIDE * 0.74, SIDE * (0.12 + 0.14 * row), SIDE * 0.97, SIDE * (0.22 + 0.14 * row)), fill=(190, 200, 210)
        )
    page.paste(picture.resize((round(0.68 * SIDE), round(0.68 * SIDE))), (round(0.03 * SIDE), round(0.12 * SIDE)))
    draw.rectangle((SIDE * 0.03, SIDE * 0.8, SIDE * 0.71, SIDE * 0.83), fill=(220, 40, 40))
    return page


EDITS: dict[str, Edit] = {
    "JPEG 20, half": jpeg,
    "grey": lambda picture, _, __: ImageOps.grayscale(picture).convert("RGB"),
    "dark": lambda picture, _, __: ImageEnhance.Brightness(picture).enhance(0.5),
    "hue": hue,
    "mirrored": lambda picture, _, __: ImageOps.mirror(picture),
    "crop 80": cropped(0.8, False),
    "crop 60 off": cropped(0.6, True),
    "turned 10": lambda picture, _, __: picture.rotate(10, Image.Resampling.BILINEAR),
    "turned 90": lambda picture, _, __: picture.rotate(90),
    "boxed": letterbox,
    "logo, text": marked,
    "with inset": inset(1 / 3, False),
    "in picture": inset(1 / 2, True),
    "screenshot": screenshot,
}


def clips_of(folder: str, a_second: float) -> dict[str, tuple[NDArray[np.float64], Pictures]]:
    """Return times and pictures of each clip that can be read."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            try:
                found[path.name] = spread_pictures(address.resolve(path), 0, round(20 * a_second), SIDE)
            except MediaError as error:  # a list of the clips
                print(f"left out: {error}")
    return found


def small(pictures: Pictures, side: int) -> Pictures:
    return np.stack([np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.BOX)) for one in pictures])


def products(one: NDArray[np.float64] | Table, other: NDArray[np.float64] | Table) -> NDArray[np.float64] | Table:
    return np.asarray(one @ other.T)


def hashed(name: str, size: int) -> Way:
    """Vectors whose products order pictures as the distance of their hashes does."""
    kind = load("fingerprint kind", name, KINDS)

    def views(pictures: Pictures) -> Table:
        grey = np.stack([np.asarray(Image.fromarray(one).convert("L")) for one in small(pictures, 64)])
        codes = kind.encode(Frames(0, np.arange(len(grey), dtype=np.float64), grey), size)
        bits = np.unpackbits(codes, axis=1).astype(np.float32) * 2 - 1
        return np.asarray(bits / np.sqrt(bits.shape[1]), np.float32)[None]

    return Way(views, products)


def moved(one: NDArray[np.float64] | Table, other: NDArray[np.float64] | Table) -> NDArray[np.float64]:
    """Return how little of the colour of palettes must be moved, and how little far: the earth mover's distance,
    negative, by Sinkhorn's iteration (Cuturi 2013)."""
    found = np.empty((len(one), len(other)))
    for number, row in enumerate(one):
        cost = np.sqrt(np.square(row[None, :, None, :3] - other[:, None, :, :3]).sum(-1))
        kernel, mine, theirs = np.exp(-cost / 3.0), row[:, 3] + 1e-9, other[:, :, 3] + 1e-9
        scale = np.ones((len(other), len(row)))
        for _ in range(30):
            ours = mine / np.maximum(np.einsum("mij,mj->mi", kernel, scale), 1e-30)
            scale = theirs / np.maximum(np.einsum("mij,mi->mj", kernel, ours), 1e-30)
        found[number] = -np.einsum("mi,mij,mj->m", ours, kernel * cost, scale)
    return found


def striped(pictures: Pictures) -> NDArray[np.float64]:
    return strips(palettes(small(pictures, 64))).reshape(1, len(pictures), -1) / 255.0


def unlike(one: NDArray[np.float64] | Table, other: NDArray[np.float64] | Table) -> NDArray[np.float64]:
    """Return the mean square difference of strips, negative, as VideoSimilarity has it."""
    return np.stack([-np.square(row - other).mean(1) for row in one])


def seen(network: Network, mean: Table | None = None, in_parts: bool = False) -> Way:
    side = network.card.side

    def whole(pictures: Pictures) -> Table:
        vectors = network.vectors(small(pictures, side))
        return vectors if mean is None else unit(vectors - mean)

    def views(pictures: Pictures) -> Table:
        if not in_parts:
            return whole(pictures)[None]
        half, quarter = SIDE // 2, SIDE // 4
        corners = [(0, 0), (0, half), (half, 0), (half, half), (quarter, quarter)]
        return np.stack([whole(pictures), *(whole(pictures[:, y : y + half, x : x + half]) for y, x in corners)])

    return Way(views, products)


def ways_of(others: dict[str, tuple[NDArray[np.float64], Pictures]]) -> dict[str, Way]:
    """Return the ways that are compared. others: clips of which a mean is taken."""
    ways = {
        "aHash 24": hashed("ahash", 24),
        "pHash 16": hashed("phash", 16),
        "palette: smooth histogram": Way(lambda pictures: palette_vectors(small(pictures, 64))[None], products),
        "palette: strips, MSE": Way(striped, unlike),
        "palette: earth mover's": Way(lambda pictures: palettes(small(pictures, 64))[None], moved),
    }
    data = files("loopfind.fingerprints").joinpath("weights", "efficientnet-lite0.onnx").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for outputs in (["stages"], ["head"], ["stages", "head"]):
            path = Path(folder) / "network.onnx"
            path.write_bytes(data)
            path.with_suffix(".json").write_text(json.dumps({"side": NETWORK_SIDE, "outputs": outputs}))
            network, name = load_network(str(path)), f"cnn: {' and '.join(outputs)}"
            ways[name] = seen(network)
            if others:
                pictures = np.concatenate([small(held, NETWORK_SIDE) for _, held in others.values()])
                ways[f"{name}, less a mean"] = seen(network, network.vectors(pictures).mean(0))
    ways["cnn"], ways["cnn, in parts"] = seen(load_network()), seen(load_network(), in_parts=True)
    return ways


def best_half(nearest: NDArray[np.float64] | Table) -> NDArray[np.float64]:
    """Return the mean over the best half of the moments (k, n)."""
    means: NDArray[np.float64] = np.sort(nearest, 1)[:, -max(1, nearest.shape[1] // 2) :].mean(1)
    return means


def measure(chosen: argparse.Namespace) -> None:
    """Print how often the nearest is the right one."""
    clips = clips_of(chosen.clips, chosen.pictures)
    names, whens = list(clips), np.concatenate([times for times, _ in clips.values()])
    owner = np.repeat(np.arange(len(clips)), [len(times) for times, _ in clips.values()])
    firsts = np.unique(owner, return_index=True)[1]
    everything = np.concatenate([pictures for _, pictures in clips.values()])
    tiny = small(everything, 64).astype(np.int16)
    print(f"{len(clips)} clips, {len(everything)} pictures\n")
    rng, drawn = np.random.default_rng(chosen.seed), {}
    for edit, change in EDITS.items():
        truth = np.concatenate([rng.choice(np.flatnonzero(owner == n), chosen.queries) for n in range(len(clips))])
        strangers = [int(rng.choice(np.flatnonzero(owner != owner[at]))) for at in truth]
        edited = [
            np.asarray(change(Image.fromarray(everything[at]), rng, Image.fromarray(everything[other])))
            for at, other in zip(truth, strangers, strict=True)
        ]
        drawn[edit] = np.stack(edited), truth
    print("| way | of | " + " | ".join(EDITS) + " | mean | ms a picture |\n|---|---|" + "--|" * (len(EDITS) + 2))
    for name, way in ways_of(clips_of(chosen.other, chosen.pictures) if chosen.other else {}).items():
        if chosen.only not in name:
            continue
        began = time.process_time()
        kept = way.views(everything)[0]
        taken = 1000 * (time.process_time() - began) / len(everything)
        right: dict[str, list[float]] = {"pictures": [], "clips": []}
        for asked, truth in drawn.values():
            likeness = np.max([way.alike(view, kept) for view in way.views(asked)], 0)
            best = likeness.argmax(1)
            close = (owner[best] == owner[truth]) & (np.abs(whens[best] - whens[truth]) <= 1)
            close |= np.abs(tiny[best] - tiny[truth]).mean((1, 2, 3)) <= SAME
            right["pictures"].append(float(close.mean()))
            nearest = np.maximum.reduceat(likeness, firsts, axis=1)
            found = [int(best_half(nearest[owner[truth] == n].T).argmax()) == n for n in range(len(names))]
            right["clips"].append(float(np.mean(found)))
        for what, shares in right.items():
            cells = " | ".join(f"{share:.2f}" for share in [*shares, np.mean(shares)])
            print(f"| {name} | {what} | {cells} | {taken:.1f} |", flush=True)
    if chosen.only in "bag":
        shares = bagged(everything, owner, drawn)
        print(f"| bag | clips | {' | '.join(f'{share:.2f}' for share in [*shares, np.mean(shares)])} | |")


def bagged(
    everything: Pictures, owner: NDArray[np.intp], drawn: dict[str, tuple[Pictures, NDArray[np.intp]]]
) -> list[float]:
    """Return for each edit the share of clips whose bag is nearest to that of its edited pictures. The codebook is of
    the clips themselves, as that of a library is."""
    network = load_network()
    kept = network.vectors(small(everything, NETWORK_SIDE))
    clips = [kept[owner == number] for number in range(owner.max() + 1)]
    key = AppearanceKey("cnn", network.digest, 0)
    words = learn_words([Appearance(key, np.arange(float(len(one))), rounded(one)) for one in clips])
    bags, found = np.concatenate([bag(one, words) for one in clips]), []
    for asked, truth in drawn.values():
        seen = network.vectors(small(asked, NETWORK_SIDE))
        queries = np.concatenate([bag(seen[owner[truth] == number], words) for number in range(len(clips))])
        found.append(float(((queries @ bags.T).argmax(1) == np.arange(len(clips))).mean()))
    return found


def cost(count: int) -> None:
    """Print what a search in a library of drawn appearances takes, and whether it finds what a search of all finds.

    The vectors lie around a few hundred directions, as those of real videos do around what they show; a query is one of
    the files with as much noise again."""
    network, rng = load_network(), np.random.default_rng(1)
    width = network.vectors(np.zeros((1, NETWORK_SIDE, NETWORK_SIDE, 3), np.uint8)).shape[1]
    key, middles = AppearanceKey("cnn", network.digest, 0), rng.random((400, width), np.float32)
    print("| files | numbers | network, 60 pictures | search | of all | same nearest, ten | library |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, open_library(Path(folder) / "l.sqlite") as library:
        table, drawn = Appearances(library.connections), []
        for number in range(count):
            file = File(b"/drawn/%d.mp4" % number, 1 + number, 0, rng.bytes(16))
            around = middles[rng.integers(len(middles), size=20)] + rng.normal(0, 0.25, (20, width))
            one = Appearance(key, np.arange(20.0), rounded(around))
            table.add(file, one)
            drawn.append(one.vectors)
        network.vectors(rng.integers(0, 256, (16, NETWORK_SIDE, NETWORK_SIDE, 3), np.uint8))
        spent = [
            _spent(lambda: network.vectors(rng.integers(0, 256, (60, NETWORK_SIDE, NETWORK_SIDE, 3), np.uint8)))[1]
        ]
        first, tenth, times = [], [], []
        for number in rng.integers(count, size=10).tolist():
            vectors = unit(unit(drawn[number]) + rng.normal(0, 0.25 / np.sqrt(width), (20, width)))
            query = Query(vectors, np.tile(vectors[:8], (5, 1)), np.tile(np.arange(8), 5), np.arange(20.0))

            def short(query: Query = query) -> list[bytes]:
                few = shortlist_of(table, key, query, b"", 10)
                files = table.held(key) if few is None else few.files
                order = np.argsort(-rank(query, [one for _, one in files])[0], kind="stable")
                return [files[int(place)][0].path for place in order[:10]]

            def full(query: Query = query) -> list[bytes]:
                files = table.held(key)
                order = np.argsort(-rank(query, [one for _, one in files])[0], kind="stable")
                return [files[int(place)][0].path for place in order[:10]]

            short()  # the first one makes what the others use
            (found, quick), (true, slow) = _spent(short), _spent(full)
            first.append(found[0] == true[0])
            tenth.append(len({*found} & {*true}) / 10)
            times.append((quick, slow))
        spent += np.median(times, axis=0).tolist()
        size = (Path(folder) / "l.sqlite").stat().st_size
    cells = " | ".join(f"{seconds:.2f} s" for seconds in spent)
    same = f"{np.mean(first):.2f}, {np.mean(tenth):.2f}"
    print(f"| {count:,} | {width:,} | {cells} | {same} | {size / 1e6:.0f} MB |")


def palette_cost(folder: str) -> None:
    """Print the processor time from each file of a folder to its palettes, ffmpeg's with it."""
    eye, spent = eye_of(LookSettings(by="palette")), list[float]()
    for path in sorted(Path(folder).iterdir()):
        began = os.times()
        with contextlib.suppress(MediaError):
            eye.look(str(path))
            spent.append(sum(os.times()[:4]) - sum(began[:4]))
            print(f"{path.name}: {spent[-1]:.2f} s")
    print(f"{len(spent)} files: {np.median(spent):.2f} s (median), {max(spent):.2f} s (most)")


def _spent(work: Callable[[], T]) -> tuple[T, float]:
    """Do something; return the answer, and the processor time that it took."""
    began = time.process_time()
    answer = work()
    return answer, time.process_time() - began


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("what", nargs="?", choices=["find", "cost", "palette"], default="find")
    parser.add_argument("--clips", metavar="FOLDER", help="clips to find")
    parser.add_argument("--other", metavar="FOLDER", help="clips of which a mean is taken")
    parser.add_argument("--pictures", type=float, default=2.0, help="pictures of a clip, in twenties")
    parser.add_argument("--queries", type=int, default=8, help="edited pictures of each clip")
    parser.add_argument("--only", default="", help="ways whose name holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=5000, help="files of the library that is drawn")
    chosen = parser.parse_args()
    if chosen.what == "cost":
        cost(chosen.files)
    elif chosen.what == "palette" and chosen.clips:
        palette_cost(chosen.clips)
    elif chosen.clips:
        measure(chosen)
    else:
        parser.error("name a folder of clips: --clips FOLDER")


if __name__ == "__main__":
    main()
