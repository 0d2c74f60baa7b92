"""Vectors of sound by a network of anyone's as ONNX, such as YAMNet or VGGish: of a waveform, or of log-mel patches."""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.fingerprints.mel import Mel, log_mel
from loopfind.fingerprints.onnx_file import OnnxFile, card_error, open_onnx
from loopfind.model.likeness import Vectors

_MOST_OUTPUTS = 1 << 14
_FULL = 32768.0
_EXPECTED = (
    "input is waveform or log-mel, with rate and seconds, or rate, window, hop, bands, lowest, highest, offset, frames"
)


@dataclass(frozen=True)
class SoundCard:
    """How a network of sounds is asked. rate: samples a second. length: samples of a piece. mel, frames: of a log-mel
    patch; None and 0 for a waveform. outputs: names of the outputs that make a vector; none for all."""

    rate: int
    length: int
    mel: Mel | None
    frames: int
    outputs: tuple[str, ...]


class SoundNetwork:
    """A network of sounds that is loaded. digest: 16 hexadecimal digits of its file and card."""

    def __init__(self, session: Any, card: SoundCard, digest: str) -> None:
        self._session, self.card, self.digest = session, card, digest

    def vectors(self, pieces: NDArray[np.int16]) -> Vectors:
        """Return the vectors (n, d) of pieces (n, length) of sound. A network that gives several rows for a piece, as
        YAMNet does, has their mean."""
        return unit(np.stack([self._asked(piece[None]) for piece in pieces]))

    def _asked(self, piece: NDArray[np.int16]) -> NDArray[np.float32]:
        taken = self._session.get_inputs()[0]
        mel = self.card.mel
        given = piece / _FULL if mel is None else log_mel(piece, mel)[:, : self.card.frames]
        rank = len(taken.shape)
        if rank == given.ndim - 1:
            given = given[0]
        elif rank == given.ndim + 1:
            given = given[:, None]
        answers = self._session.run(list(self.card.outputs) or None, {taken.name: given.astype(np.float32)})
        rows = [np.asarray(one, np.float32) for one in answers]
        return np.concatenate([unit(one.reshape(-1, one.shape[-1]).mean(0, keepdims=True))[0] for one in rows])


def load_sound_network(path: str) -> SoundNetwork:
    """Return the network of sounds at a path, whose card lies beside it with the ending .json.

    Raises MissingExtra without onnxruntime, and BadSetting for a file or a card that cannot be used.
    """
    found = open_onnx(path)
    card = _card_of(found)
    network = SoundNetwork(found.session, card, found.digest(astuple(card)))
    try:
        if len(found.session.get_inputs()) != 1:
            raise ValueError("it takes more than a sound")
        answers = network.vectors(np.zeros((1, card.length), np.int16))
        if not 1 <= answers.shape[1] <= _MOST_OUTPUTS:
            raise ValueError(f"it gives {answers.shape[1]:,} numbers for a piece of sound")
    except Exception as error:  # a file of anyone's may hold anything
        raise found.unusable(error) from error
    return network


def _card_of(found: OnnxFile) -> SoundCard:
    held = found.card
    if held.get("input") not in ("waveform", "log-mel"):
        raise card_error(found.shown, f"it should say what the network takes: {_EXPECTED}")
    try:
        rate = int(held.get("rate", 16000))
        outputs = tuple(str(name) for name in held.get("outputs", ()))
        if held["input"] == "waveform":
            card = SoundCard(rate, round(rate * float(held.get("seconds", 0.975))), None, 0, outputs)
        else:
            taken = Mel(
                rate,
                int(held.get("window", 400)),
                int(held.get("hop", 160)),
                int(held.get("bands", 64)),
                float(held.get("lowest", 125)),
                float(held.get("highest", 7500)),
                float(held.get("offset", 0.01)),
            )
            frames = int(held.get("frames", 96))
            card = SoundCard(rate, taken.window + (frames - 1) * taken.hop, taken, frames, outputs)
    except (ValueError, TypeError, OverflowError) as error:
        raise card_error(found.shown, f"it should be JSON, in which {_EXPECTED}") from error
    sound = 4000 <= rate <= 48000 and 0.05 * rate <= card.length <= 30 * rate
    if (mel := card.mel) is not None:
        sound &= 16 <= mel.window <= 1 << 14 and 1 <= mel.hop <= mel.window and 1 <= mel.bands <= 512
        sound &= 0 <= mel.lowest < mel.highest <= rate / 2 and 0 < mel.offset <= 1 and card.frames >= 1
    if not sound:
        what = "rate is 4000 to 48000, a piece 0.05 to 30 s, and 0 <= lowest < highest <= rate / 2"
        raise card_error(found.shown, what)
    return card
