"""crop-resistant: the dhash of the largest bright or dark region of the picture."""

from dataclasses import dataclass

import numpy as np

from loopfind.fingerprints.kind import check_range, packed_width
from loopfind.model.dtypes import Bytes
from loopfind.model.video import Frames
from loopfind.settings import PICTURE_SIDE

SMALLEST_REGION = 22
"""Pixels of the 64x64 picture that a region needs: the share of the picture that imagehash asks for by default."""


@dataclass(frozen=True)
class CropResistantHash:
    """One bit a pair of neighbours in the box around the largest region: brighter to the right.

    The picture is parted into bright and dark regions, and a crop that leaves the largest one whole leaves the code as
    it was (M. Steinebach, H. Liu and Y. Yannikos, "Efficient Cropping-Resistant Robust Image Hashing", 2014). Computed
    by imagehash.crop_resistant_hash, which gives a hash for each region, as many as there are. A code has a fixed
    width, so it is the hash of the largest region alone, or of the whole picture where no region is large enough.
    imagehash parts a picture of 300x300 pixels; here it is the 64x64 one. It takes one picture at a time, some
    milliseconds each: for clips, not for a day.
    """

    name: str = "crop-resistant"
    needs_digests: bool = False
    needs_colours: bool = False
    sized: bool = True

    def check(self, hash_size: int) -> None:
        """Raise BadSetting outside 4 to 64."""
        check_range(hash_size)

    def width(self, hash_size: int) -> int:
        """Bytes a code."""
        return packed_width(hash_size)

    def encode(self, frames: Frames, hash_size: int) -> Bytes:
        """Codes of a batch: (n, width) uint8."""
        import imagehash
        from PIL import Image

        def hashed(region: Image.Image) -> imagehash.ImageHash:
            return imagehash.dhash(region, hash_size)

        codes = np.empty((len(frames), self.width(hash_size)), np.uint8)
        for code, picture in zip(codes, frames.pictures, strict=True):
            made = imagehash.crop_resistant_hash(
                Image.fromarray(picture),
                hashed,
                limit_segments=1,
                min_segment_size=SMALLEST_REGION,
                segmentation_image_size=PICTURE_SIDE,
            )
            code[:] = np.packbits(made.segment_hashes[0].hash.ravel())
        return codes


CROP_RESISTANT = CropResistantHash()
