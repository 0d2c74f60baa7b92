"""Groups of files that look alike: how many edits are beside their originals, and how many files beside strangers.

    python benchmarks/likeness_groups.py --clips FOLDER --by cnn

Every clip is cut into four pieces, and each piece is edited once, in a way of `likeness.py` that is drawn. A draw takes
one piece of each clip, and its edit for half of them: all others are strangers. From where on files are alike is what
such a small library itself shows.
"""

import argparse

import numpy as np
from likeness import EDITS, SIDE, clips_of, small
from PIL import Image

from loopfind.arrays.directions import rounded
from loopfind.comparison.likeness_groups import nearest_files, stars, strangers_of
from loopfind.fingerprints.likeness_parameters import NETWORK_SIDE
from loopfind.fingerprints.network import load_network
from loopfind.fingerprints.palette import palette_vectors
from loopfind.model.likeness import Appearance, AppearanceKey

PIECES, LEFT_OUT = 4, ("in picture", "with inset")
"""Pieces of a clip; and edits that show another clip too, which is alike then."""


def main() -> None:
    """Read the command line, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clips", metavar="FOLDER", required=True, help="clips, no two of which show the same")
    parser.add_argument("--by", choices=["palette", "cnn"], default="cnn")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    rng, edits = np.random.default_rng(chosen.seed), [name for name in EDITS if name not in LEFT_OUT]
    network, key = load_network(), AppearanceKey(chosen.by, "", 0)

    def appearance(pictures: np.typing.NDArray[np.uint8]) -> Appearance:
        seen = (
            network.vectors(small(pictures, NETWORK_SIDE))
            if chosen.by == "cnn"
            else palette_vectors(small(pictures, 64))
        )
        return Appearance(key, np.arange(float(len(seen))), rounded(seen))

    pieces = []
    for _, pictures in clips_of(chosen.clips, 2.0).values():
        held = []
        for part in np.array_split(pictures, PIECES) if len(pictures) >= 2 * PIECES else [pictures]:
            change = EDITS[edits[int(rng.integers(len(edits)))]]
            blank = Image.new("RGB", (SIDE, SIDE))
            edited = np.stack([np.asarray(change(Image.fromarray(one), rng, blank)) for one in part])
            held.append((appearance(part), appearance(edited)))
        pieces.append(held)
    print(
        f"{len(pieces)} clips, {chosen.draws} draws\n\n| chance asked for | level | edits grouped | beside strangers |"
    )
    print("|--:|--:|--:|--:|")
    for chance in (0.01, 0.1):
        draws, levels, grouped, strange = np.random.default_rng(chosen.seed), [], [], []
        for _ in range(chosen.draws):
            files, owners = list[Appearance](), list[int]()
            for clip, held in enumerate(pieces):
                plain, changed = held[int(draws.integers(len(held)))]
                taken = [plain, changed] if draws.random() < 0.5 else [plain]
                files += taken
                owners += [clip] * len(taken)
            nearest = nearest_files(files)
            level = strangers_of(nearest, chance).level(chance)
            place = np.full(len(files), -1)
            for number, star in enumerate(stars(nearest, level)):
                place[[star.centre, *(other for other, _ in star.others)]] = number
            own = np.asarray(owners)
            levels.append(level)
            for number in range(len(files)):
                same = (place == place[number]) & (place[number] >= 0)
                strange.append(bool((same & (own != own[number])).any()))
            grouped += [
                bool(place[first] >= 0 and place[first] == place[first + 1])
                for first in np.flatnonzero(own[1:] == own[:-1])
            ]
        print(f"| {100 * chance:g} % | {np.mean(levels):.3f} | {np.mean(grouped):.2f} | {np.mean(strange):.3f} |")


if __name__ == "__main__":
    main()
