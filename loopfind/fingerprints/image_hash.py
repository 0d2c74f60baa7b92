"""Codes as values of the package imagehash, for programs that compare with it."""

from typing import TYPE_CHECKING

import numpy as np

from loopfind.fingerprints.kind import Kind, packed_width
from loopfind.model.dtypes import Bytes

if TYPE_CHECKING:
    from imagehash import ImageHash


def image_hashes(kind: Kind, hash_size: int, codes: Bytes) -> "list[ImageHash]":
    """Return codes (n, width) uint8 of a kind as imagehash has them: a square of hash_size where the kind is sized and
    has one bit a place of the picture, else all bits in a row."""
    import imagehash

    bits = np.unpackbits(codes, axis=1).astype(bool)
    if kind.sized and kind.width(hash_size) == packed_width(hash_size):
        bits = bits[:, : hash_size * hash_size].reshape(-1, hash_size, hash_size)
    return [imagehash.ImageHash(one) for one in bits]
