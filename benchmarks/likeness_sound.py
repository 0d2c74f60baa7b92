"""Likeness by sound: how often the nearest of many pieces of sound is the one that an edit was made of.

    python benchmarks/likeness_sound.py --sounds FOLDER
    python benchmarks/likeness_sound.py --sounds FOLDER --model vggish.onnx

Up to five pieces of ten seconds are cut out of every file that has a sound, and each is edited in eight ways. A piece
is found where the nearest of all pieces to its edit is the piece itself. Nothing is fitted to the files that are named.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from loopfind.comparison.neighbours import query_of, rank
from loopfind.errors import MediaError
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.probe import header_of
from loopfind.media.ffmpeg.process import executable, output_of
from loopfind.model.likeness import Appearance
from loopfind.pipeline.appearances import eye_of
from loopfind.settings import STALL, LookSettings

LENGTH, MOST = 10, 5
"""Seconds of a piece, and pieces of a file at the most."""
RATE = 22050
EDITS = {
    "AAC 32 kb/s": "anull",
    "noise": f"anoisesrc=r={RATE}:a=0.03:d={LENGTH}[n];[0:a][n]amix=duration=first:normalize=0",
    "telephone": "highpass=f=300:p=2,lowpass=f=3400:p=2",
    "4 % faster": f"asetrate={RATE}*1.04,aresample={RATE}",
    "tempo 10 % up": "atempo=1.1",
    "quiet": "volume=0.15",
    "echo": "aecho=0.8:0.7:60|110:0.5|0.3",
    "equaliser": "bass=g=9,treble=g=-9",
}


def pieces_of(path: Path, folder: Path) -> list[Path]:
    """Cut pieces out of the sound of a file."""
    where = address.resolve(path)
    duration = header_of(where, STALL)[0].duration or 0.0
    found = []
    for number in range(int(np.clip(duration // LENGTH, 1, MOST))):
        place = folder / f"{path.stem}-{number}.wav"
        words = [executable(), "-nostdin", "-v", "error", "-ss", str(number * LENGTH), *where.words]
        output_of([*words, "-t", str(LENGTH), "-vn", "-ac", "1", "-ar", str(RATE), str(place)])
        found.append(place)
    return found


def edited(piece: Path, edit: str) -> Path:
    place = piece.with_suffix(f".{edit.partition(' ')[0]}.m4a")
    words = [executable(), "-nostdin", "-v", "error", "-i", str(piece), "-filter_complex", EDITS[edit]]
    output_of([*words, "-c:a", "aac", "-b:a", "32k", str(place)])
    return place


def main() -> None:
    """Read the command line, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sounds", metavar="FOLDER", required=True, help="files with sounds to find")
    parser.add_argument("--model", default="", help="a network of sounds as ONNX, with its card")
    chosen = parser.parse_args()
    ear = eye_of(LookSettings(by="sound", model=chosen.model))
    held = list[tuple[Path, Appearance]]()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(Path(chosen.sounds).rglob("*")):
            try:
                held += [(piece, ear.look(str(piece))) for piece in pieces_of(path, Path(folder))]
            except (MediaError, OSError) as error:  # no sound in it, or a silent one
                print(f"left out: {error}")
        print(f"{len(held)} pieces\n\n| " + " | ".join(EDITS) + " | mean |\n|" + "--:|" * (len(EDITS) + 1))
        shares = []
        for edit in EDITS:
            right = []
            for number, (piece, _) in enumerate(held):
                try:
                    query = query_of(ear.look(str(edited(piece, edit))))
                except MediaError:  # silent, once it is edited
                    right.append(False)
                    continue
                ranking = rank(query, [one for _, one in held])
                right.append(int(np.argmax(ranking.likenesses)) == number)
            shares.append(float(np.mean(right)))
        print("| " + " | ".join(f"{share:.2f}" for share in [*shares, float(np.mean(shares))]) + " |")


if __name__ == "__main__":
    main()
