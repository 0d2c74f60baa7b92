"""Training of likeness on one folder of clips, judged on another: how many edits are found before and after.

    python benchmarks/likeness_train.py --clips FOLDER --other FOLDER

A library of the first folder is trained on. Then five moments of every clip of the second one are edited in the
fourteen ways of `likeness.py`, which are not those that it trains with, and the nearest of its moments is looked for.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from likeness import EDITS, clips_of, small
from PIL import Image

from loopfind.comparison.metric import Views, found
from loopfind.fingerprints.network import load_network
from loopfind.model.likeness import AppearanceKey
from loopfind.pipeline import add, train
from loopfind.reports.formats.likeness import training_text
from loopfind.settings import LookSettings, Settings
from loopfind.stores.learned import LearnedTable
from loopfind.stores.opener import open_library


def main() -> None:
    """Read the command line, and print what training came to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--clips", metavar="FOLDER", required=True, help="clips to train on")
    parser.add_argument("--other", metavar="FOLDER", required=True, help="clips to judge by")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    network, rng = load_network(), np.random.default_rng(chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "l.sqlite"
        add([chosen.clips], library, Settings(sound=False))
        print("".join(training_text(train(library, LookSettings(by="cnn")))))
        with open_library(library) as held:
            learned = LearnedTable(held.connections).held("metric", AppearanceKey("cnn", network.digest, 0))
    if learned is None:
        return
    clips = [pictures for _, pictures in clips_of(chosen.other, 0.25).values()]
    files = np.repeat(np.arange(len(clips)), [len(pictures) for pictures in clips])
    everything = np.concatenate(clips)
    side = network.card.side
    wholes = network.vectors(small(everything, side))
    print(f"{len(clips)} other clips, {len(everything)} moments\n\n| edit | before | after |\n|---|--:|--:|")
    shares = []
    for edit, change in EDITS.items():
        strangers = [int(rng.choice(np.flatnonzero(files != files[at]))) for at in range(len(files))]
        pairs = zip(everything, everything[strangers], strict=True)
        edited = [np.asarray(change(Image.fromarray(one), rng, Image.fromarray(other))) for one, other in pairs]
        views = Views(wholes, files, network.vectors(small(np.stack(edited), side)), np.arange(len(files)))
        shares.append((found(views, None).mean(), found(views, learned.values).mean()))
        print(f"| {edit} | {shares[-1][0]:.2f} | {shares[-1][1]:.2f} |", flush=True)
    before, after = np.mean(shares, 0)
    print(f"| mean | {before:.3f} | {after:.3f} |")


if __name__ == "__main__":
    main()
