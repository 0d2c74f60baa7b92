"""A network as an ONNX file, and the card that lies beside it and says how it is asked."""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loopfind.errors import BadSetting, MissingExtra

OWN_NETWORK = "efficientnet-lite0.onnx"
"""The network that comes with loopfind."""
_CENTRE = "efficientnet-lite0.centre.f2"
"""The mean of its vectors over other videos, 16-bit floats, which `fixtures/make_centre.py` makes."""

_EXPECTED = "it should be JSON with side, mean, spread, outputs, or for a sound with input and more"


class OnnxFile(NamedTuple):
    """A network that is loaded. shown: its name for people. session: of onnxruntime. card: as JSON has it, {} where no
    card lies beside it. data: its bytes."""

    shown: str
    session: Any
    card: Mapping[str, Any]
    data: bytes

    def digest(self, about: object) -> str:
        """Return 16 hexadecimal digits of the file and of how it is asked."""
        return hashlib.sha256(self.data + json.dumps(about).encode()).hexdigest()[:16]

    def unusable(self, error: Exception) -> BadSetting:
        """Return the error for a network that fails when it is asked."""
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return BadSetting("the model", self.shown, f"it cannot be used: {said}")


def open_onnx(path: str) -> OnnxFile:
    """Return a network: the one at a path, or loopfind's own for "".

    Raises MissingExtra without onnxruntime, and BadSetting for a file or a card that cannot be read.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra("likeness by a network", "onnxruntime", "cnn") from None
    if path:
        data, card = _held(Path(path)), _card(Path(path).with_suffix(".json"))
    else:
        data, card = files("loopfind.fingerprints").joinpath("weights", OWN_NETWORK).read_bytes(), {}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    found = OnnxFile(path or OWN_NETWORK, None, card, data)
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # what it raises has no name of its own, and a file of anyone's may hold anything
        raise found.unusable(error) from error
    return found._replace(session=session)


def own_centre() -> NDArray[np.float32]:
    """Return what the vectors (d,) of loopfind's own network have in common."""
    data = files("loopfind.fingerprints").joinpath("weights", _CENTRE).read_bytes()
    return np.frombuffer(data, "<f2").astype(np.float32)


def card_error(path: str, what: str) -> BadSetting:
    """Return the error for the card of a network."""
    return BadSetting("the card of the model", str(Path(path).with_suffix(".json")), what)


def _held(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSetting("the model", str(path), f"it cannot be read: {error.strerror}") from error


def _card(path: Path) -> Mapping[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (json.JSONDecodeError, RecursionError) as error:
        raise card_error(str(path), _EXPECTED) from error
    except (OSError, ValueError) as error:
        raise card_error(str(path), "it cannot be read") from error
    if not isinstance(held, dict):
        raise card_error(str(path), _EXPECTED)
    return held
