"""Vectors of pictures by a network: EfficientNet-Lite0, or any other one as ONNX.

After E_LAN-NDVR, which compares the largest answers of a network's layers over the picture (maximum activations of
convolutions, Tolias, Sicre & Jegou 2016), and the generalised mean of the last layer (Radenovic, Tolias & Chum 2018).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.fingerprints.likeness_parameters import NETWORK_SIDE
from loopfind.fingerprints.onnx_file import OnnxFile, card_error, open_onnx, own_centre
from loopfind.model.likeness import Vectors

_AT_ONCE = 16
_SIDES = range(32, 1025)
_MOST_OUTPUTS = 1 << 14


@dataclass(frozen=True)
class Card:
    """How a network is asked. side: of its square pictures, in pixels. mean, spread: what is taken from red, green and
    blue of 0 to 1, and what the rest is divided by. outputs: names of the outputs that make a vector, each of length 1
    in it; none for all."""

    side: int = 224
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spread: tuple[float, float, float] = (1.0, 1.0, 1.0)
    outputs: tuple[str, ...] = ()


class Network:
    """A network that is loaded. digest: 16 hexadecimal digits of its file and card; vectors of unlike digests are never
    compared. centre: (d,) what the vectors of all pictures have in common, None where nobody knows.
    """

    def __init__(self, session: Any, card: Card, digest: str, centre: NDArray[np.float32] | None = None) -> None:
        self._session, self.card, self.digest, self.centre = session, card, digest, centre

    def vectors(self, pictures: NDArray[np.uint8]) -> Vectors:
        """Return the vectors (n, d) of pictures (n, side, side, 3) uint8, of the side of the card."""
        parts = [self._asked(pictures[low : low + _AT_ONCE]) for low in range(0, len(pictures), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)

    def _asked(self, pictures: NDArray[np.uint8]) -> Vectors:
        levels = (pictures.astype(np.float32) / 255 - self.card.mean) / self.card.spread
        given = np.ascontiguousarray(levels.transpose(0, 3, 1, 2), np.float32)
        answers = self._session.run(list(self.card.outputs) or None, {self._session.get_inputs()[0].name: given})
        whole = np.concatenate([unit(np.asarray(one).reshape(len(pictures), -1)) for one in answers], 1)
        return unit(whole)


def load_network(path: str = "") -> Network:
    """Return a network: loopfind's own, or the one at `path`, whose card lies beside it with the ending .json.

    Raises MissingExtra without onnxruntime, and BadSetting for a file or a card that cannot be used.
    """
    found = open_onnx(path)
    card = _card_of(found) if path else Card(side=NETWORK_SIDE)
    try:
        _check(found.session, card)
    except Exception as error:  # a file of anyone's may hold anything
        raise found.unusable(error) from error
    digest = found.digest([card.side, card.mean, card.spread, card.outputs])
    return Network(found.session, card, digest, None if path else own_centre())


def _card_of(found: OnnxFile) -> Card:
    """Return the card of a network, the usual one where none lies beside it."""
    held = found.card
    if held.get("input", "pictures") != "pictures":
        raise card_error(found.shown, f"its input is {held['input']!r}, and not pictures: ask it with --by sound")
    try:
        card = Card(
            side=int(held.get("side", 224)),
            mean=_three(held.get("mean", (0, 0, 0))),
            spread=_three(held.get("spread", (1, 1, 1))),
            outputs=tuple(str(name) for name in held.get("outputs", ())),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise card_error(found.shown, "it should be JSON with side, mean, spread, outputs") from error
    if card.side not in _SIDES or not all(np.isfinite(card.mean)) or not all(value > 0 for value in card.spread):
        raise card_error(found.shown, "side is 32 to 1024, and spread above 0")
    return card


def _three(values: Any) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _check(session: Any, card: Card) -> None:
    """Raise unless a network takes pictures and gives vectors."""
    if len(session.get_inputs()) != 1:
        raise ValueError("it takes more than pictures")
    answers = Network(session, card, "").vectors(np.zeros((1, card.side, card.side, 3), np.uint8))
    if not 1 <= answers.shape[1] <= _MOST_OUTPUTS:
        raise ValueError(f"it gives {answers.shape[1]:,} numbers for a picture")
