"""Timbre: what pieces of sound are like, as mean and spread of their log-mel spectra and of their chroma.

A plain baseline, and no learned sense: it tells music from speech, and one recording from another. Loudness and the
tilt of an equaliser are left out: each mean is that of differences, of neighbouring bands or of a tone from all tones.
"""

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.directions import unit
from loopfind.fingerprints.chroma import tone_shares
from loopfind.fingerprints.likeness_parameters import TIMBRE_MEL
from loopfind.fingerprints.mel import log_mel
from loopfind.fingerprints.sound import power_of
from loopfind.model.dtypes import Floats
from loopfind.model.likeness import Vectors
from loopfind.model.sound import CHROMA_HOP


def timbre_vectors(pieces: NDArray[np.int16]) -> Vectors:
    """Return the vectors (n, d) of pieces of sound (n, samples), SOUND_RATE a second."""
    bands, tones = log_mel(pieces, TIMBRE_MEL), _tones(pieces)
    parts = [np.diff(bands.mean(1)), _apart(bands.std(1)), _apart(tones.mean(1)), _apart(tones.std(1))]
    return unit(np.concatenate([unit(part) for part in parts], 1))


def _apart(values: Floats) -> Floats:
    """Return by how much values (n, d) differ from their means."""
    return np.asarray(values - values.mean(1, keepdims=True))


def _tones(pieces: NDArray[np.int16]) -> Floats:
    """Return the share of each tone of the octave in each window, (n, windows, tones)."""
    power = np.stack([power_of(one.astype(np.float32), CHROMA_HOP) @ tone_shares() for one in pieces])
    return np.asarray(power / np.maximum(power.sum(-1, keepdims=True), 1e-9))
