"""Duplicate or new: how often an upload is told right, by likeness alone and with the engine's proof.

    python benchmarks/uploads.py FOLDER --work DIR      pieces of the videos of a folder, made in DIR

Pieces of 8 s are cut out of each video, where a scan says that a plain repeat of 3 s would be found, 320 pixels wide:
these are the real entries of a library. Further entries are drawn up to --entries: their vectors are mixed of those
of three pieces of unlike videos, and those that hold something of an upload's own video do not count for it. Uploads
are drawn by seed, 6 s of a piece, edited in one or two ways. Half of them are to be found; for the others every piece
of the same video is left out of the library, so that they are new. An upload is called a duplicate by likeness alone
where the nearest entry is at least so alike; that level is set on the uploads of half of the videos and reported on
those of the others, and the reverse. With proof it is a duplicate where the engine finds it in one of the ten
nearest entries: as `loopfind compare` does, or as it does with --kind cnn; --alone leaves that out. Or it is one where
it is proven in this way, or so alike. What is made already is not made again.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from edits import EDITS, Edit
from suite import ffmpeg

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.crops import Glimpses
from loopfind.comparison.likeness_parameters import SHORTLISTED
from loopfind.comparison.neighbours import Query, rank
from loopfind.comparison.projection import compacted
from loopfind.engine import find
from loopfind.engine.cross_file import compare_tracks
from loopfind.errors import MediaError
from loopfind.media.ffmpeg.address import resolve
from loopfind.model.library import TrackReading
from loopfind.model.likeness import Appearance
from loopfind.pipeline.appearances import Eye, eye_of
from loopfind.pipeline.crops import CropSearch
from loopfind.pipeline.reader import read_video
from loopfind.settings import CompareSettings, LookSettings, Settings

SECONDS, APART, MOST_PIECES = 8.0, 10.0, 6
"""Seconds of a piece, and from one to the next of a video, and pieces of a video at the most."""
UPLOAD = 6.0
NEAREST = 10
"""Entries that the engine compares an upload with."""
LEAST_COVERAGE, SHORTEST = 0.9, 3.0
"""Share of a piece in which a repeat could be found, and seconds that a plain one there would have to last, both as a
scan says: of what stands still, or moves by less than a cell, nothing can be told."""
NEVER = ("backwards", "turned by 90", "pixelated", "in a corner of another video, 1/4")
"""Edits that no upload has: uploads are watched, and a quarter of 320 pixels is little."""


@dataclass(frozen=True)
class Seen:
    """A piece or an upload. source: the video that it is of."""

    path: Path
    source: str
    reading: TrackReading
    appearance: Appearance
    crops: CropSearch

    @cached_property
    def glimpses(self) -> Glimpses:
        """What the network sees of it."""
        return self.crops.look([self.reading], CompareSettings())[0][0]


def pieces_of(path: Path, folder: Path, crops: CropSearch, eye: Eye) -> list[Seen]:
    """The pieces of a video in which a repeat could be found."""
    try:
        end = read_video(resolve(path), Settings(hash_size=4, fast=True)).fingerprint.end
    except MediaError:
        return []
    starts = np.arange(1.0, end - SECONDS, APART)
    found = []
    for start in starts[:: max(1, len(starts) // MOST_PIECES)].tolist():
        piece = folder / f"{path.stem}.{start:.0f}.mp4"
        if not piece.exists():
            made("scale=320:-2,setsar=1,format=yuv420p", ["-ss", start, "-t", SECONDS, "-i", path], piece)
        reading = read_video(resolve(piece), Settings(hash_size=4))
        told = find(reading.fingerprint)
        if (
            told.coverage >= LEAST_COVERAGE
            and told.shortest_findable is not None
            and told.shortest_findable <= SHORTEST
        ):
            read = TrackReading(reading.track, reading.source, reading.losses)
            found.append(Seen(piece, path.name, read, eye.look(str(piece)), crops))
    return found


def made(graph: str, inputs: Sequence[object], path: Path) -> None:
    """Make a video at once, or not at all."""
    part = path.with_suffix(".part.mp4")
    x264 = ["-an", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"]
    ffmpeg(*inputs, "-filter_complex", graph, *x264, part)
    part.replace(path)


def upload_of(piece: Seen, other: Seen, names: Sequence[str], start: float, folder: Path) -> Path:
    """An upload: a piece from `start` on, with edits. other: what is shown beside it."""
    slug = "_".join(name.replace("/", "of").replace("%", "pc").replace(" ", "-") for name in names)
    path = folder / f"upload.{piece.path.stem}.{start:.1f}.{slug}.mp4"
    if not path.exists():
        even = "scale=trunc(iw/2)*2:trunc(ih/2)*2,setsar=1,format=yuv420p"
        edits = sorted((EDITS[name] for name in names), key=with_another)
        graph = "[0:v:0]" + ",".join(edit.chain for edit in edits if not with_another(edit))
        inputs = ["-ss", start, "-t", UPLOAD, "-i", piece.path]
        if with_another(edits[-1]):
            fit = "scale=320:180,setsar=1,fps=25"
            graph = f"{graph.rstrip(',') or '[0:v:0]'}{',' if len(edits) > 1 else ''}{fit}[copy];"
            graph += f"[1:v:0]{fit}[other];{edits[-1].chain}"
            inputs += ["-ss", start, "-t", UPLOAD, "-i", other.path]
        made(f"{graph},{even}", inputs, path)
    return path


def with_another(edit: Edit) -> bool:
    """Whether an edit shows another clip too."""
    return "[other]" in edit.chain


@dataclass(frozen=True)
class Drawn:
    """An entry that is drawn. sources: of the pieces that it is mixed of."""

    sources: frozenset[str]
    appearance: Appearance


def drawn_of(pieces: Sequence[Seen], count: int, rng: np.random.Generator) -> list[Drawn]:
    """Entries that are mixed of three pieces each, of unlike videos."""
    found = list[Drawn]()
    while len(found) < count:
        some = [pieces[int(number)] for number in rng.choice(len(pieces), 3, replace=False)]
        sources = frozenset(one.source for one in some)
        if len(sources) < len(some):
            continue
        moments = min(len(one.appearance.times) for one in some)
        shares = rng.dirichlet((3.0, 3.0, 3.0))
        vectors = sum(share * unit(one.appearance.vectors[:moments]) for share, one in zip(shares, some, strict=True))
        first = some[0].appearance
        found.append(Drawn(sources, Appearance(first.key, first.times[:moments], rounded(np.asarray(vectors)))))
    return found


def nearest_of(
    query: Query, held: Sequence[Appearance], few: Sequence[Appearance], centre: NDArray[np.float32] | float
) -> tuple[list[int], float]:
    """The entries that are most alike, the best first, and how alike that one is, as in a large library: by few numbers
    for each moment first. few: the entries by few numbers. centre: see `Eye`."""
    asked = Query(compacted(query.vectors), compacted(query.parts), query.owners, query.times)
    best = np.argsort(-rank(asked, few)[0])[:SHORTLISTED].tolist()
    centred = Query(unit(query.vectors - centre), unit(query.parts - centre), query.owners, query.times)
    chosen = [held[number] for number in best]
    own = [Appearance(one.key, one.times, rounded(unit(one.vectors) - centre)) for one in chosen]
    scores = rank(centred, own)[0]
    return [best[int(place)] for place in np.argsort(-scores)], float(scores.max())


def with_few(entries: Sequence[Appearance]) -> list[tuple[Appearance, Appearance]]:
    """Entries, each beside itself by few numbers."""
    return [(one, Appearance(one.key, one.times, rounded(compacted(one.vectors)))) for one in entries]


def proven(upload: Seen, entries: Sequence[Seen]) -> tuple[bool, bool]:
    """Whether the engine finds an upload in one of some entries, by itself and led by a network."""
    network = False
    for entry in entries:
        files = [upload.reading, entry.reading]
        known = compare_tracks([file.track for file in files], CompareSettings())
        if known.pairs:
            return True, True
        if not network:
            seen = [upload.glimpses, entry.glimpses]
            network = bool(upload.crops.search(files, seen, known, CompareSettings())[0][0].pairs)
    return False, network


@dataclass(frozen=True)
class Outcome:
    """What came of an upload. likeness: of the nearest entry."""

    source: str
    names: tuple[str, ...]
    old: bool
    likeness: float
    plain: bool
    network: bool


def f1(old: NDArray[np.bool_], called: NDArray[np.bool_]) -> tuple[float, float, float]:
    """F1, precision and recall of what is called a duplicate."""
    right = int((old & called).sum())
    return 2 * right / max(1, int(old.sum() + called.sum())), right / max(1, called.sum()), right / max(1, old.sum())


def by_likeness(outcomes: Sequence[Outcome], proven: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which uploads are called duplicates, as they are proven or by likeness, from a level that other videos' uploads
    set."""
    old, level = (np.array([getattr(one, name) for one in outcomes]) for name in ("old", "likeness"))
    sources = sorted({one.source for one in outcomes})
    half = np.array([sources.index(one.source) % 2 == 0 for one in outcomes])
    called = np.zeros(len(old), bool)
    for own in (half, ~half):
        if own.all() or not own.any():
            continue
        tried = sorted(level[~own].tolist())
        best = max(tried, key=lambda least: f1(old[~own], proven[~own] | (level[~own] >= least))[0])
        called[own] = proven[own] | (level[own] >= best)
    return called


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Markdown: a row for each way to tell."""
    old = np.array([one.old for one in outcomes])
    plain, network = (np.array([getattr(one, name) for one in outcomes]) for name in ("plain", "network"))
    ways = {
        "likeness alone": by_likeness(outcomes, np.zeros(len(old), bool)),
        "the engine's proof": plain,
        "its proof, with `--kind cnn`": network,
        "that proof, or likeness": by_likeness(outcomes, network),
    }
    lines = ["| told by | F1 | precision | recall |", "|---|--:|--:|--:|"]
    for name, called in ways.items():
        lines.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in f1(old, called)) + " |")
    return lines


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="videos, each of another recording")
    parser.add_argument("--work", type=Path, required=True, help="where pieces and uploads go")
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="by likeness alone, without the engine")
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    rng, crops, eye = np.random.default_rng(words.seed), CropSearch(None, None), eye_of(LookSettings(by="cnn"))
    videos = sorted(path for path in words.folder.iterdir() if path.is_file())
    pieces = [piece for path in videos for piece in pieces_of(path, words.work, crops, eye)]
    drawn = drawn_of(pieces, max(0, words.entries - len(pieces)), rng)
    print(f"{len(pieces)} pieces of {len({piece.source for piece in pieces})} videos, {len(drawn)} entries drawn")
    own, others = with_few([piece.appearance for piece in pieces]), with_few([one.appearance for one in drawn])
    outcomes = list[Outcome]()
    names = [name for name in EDITS if name not in NEVER]
    for number in range(words.uploads):
        at = int(rng.integers(len(pieces)))
        piece, old = pieces[at], number % 2 == 0
        strangers = [other for other in pieces if other.source != piece.source]
        chosen = [str(name) for name in rng.choice(names, int(rng.integers(1, 3)), replace=False)]
        if len(chosen) == 2 and all(with_another(EDITS[name]) for name in chosen):
            chosen = chosen[:1]
        beside = strangers[int(rng.integers(len(strangers)))]
        start = float(rng.uniform(0, SECONDS - UPLOAD - 0.1))
        path = upload_of(piece, beside, chosen, start, words.work)
        query = eye.query(str(path))
        # What is shown beside it is a true part of it, so that it may not be found either.
        gone = {beside.source} | (set() if old else {piece.source})
        real = [one for one in pieces if one.source not in gone]
        held = [both for one, both in zip(pieces, own, strict=True) if one.source not in gone]
        mixed = {beside.source, piece.source}
        held += [both for one, both in zip(drawn, others, strict=True) if not one.sources & mixed]
        order, likeness = nearest_of(
            query, [one for one, _ in held], [few for _, few in held], 0.0 if eye.centre is None else eye.centre
        )
        plain = network = False
        if not words.alone:
            reading = read_video(resolve(path), Settings(hash_size=4))
            read = TrackReading(reading.track, reading.source, reading.losses)
            seen = Appearance(eye.key, query.times, rounded(query.vectors))
            nearest = [real[place] for place in order[:NEAREST] if place < len(real)]
            plain, network = proven(Seen(path, piece.source, read, seen, crops), nearest)
            if network != old:
                print(f"  {path.name}: {'missed' if old else 'wrong'}", file=sys.stderr)
        outcomes.append(Outcome(piece.source, tuple(chosen), old, likeness, plain, network))
        if number % 10 == 9:
            print(number + 1, *table(outcomes)[2:], sep="\n", file=sys.stderr, flush=True)
    print("\n".join(table(outcomes)[: 3 if words.alone else None]))


if __name__ == "__main__":
    main()
