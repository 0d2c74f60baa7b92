"""Kinds of fingerprint: each turns frames into codes.

A new kind is one file that follows `kind.Kind`, and one line here; in another package, an entry point.
"""

from loopfind.registry import Table

KINDS = Table(
    "loopfind.kinds",
    {
        "ahash": "loopfind.fingerprints.ahash:AHASH",
        "dhash": "loopfind.fingerprints.dhash:DHASH",
        "phash": "loopfind.fingerprints.phash:PHASH",
        "whash": "loopfind.fingerprints.whash:WHASH",
        "exact": "loopfind.fingerprints.exact:EXACT",
        "color": "loopfind.fingerprints.color:COLOR",
        "colorhash": "loopfind.fingerprints.colorhash:COLORHASH",
        "crop-resistant": "loopfind.fingerprints.crop_resistant:CROP_RESISTANT",
        "whash-db4": "loopfind.fingerprints.whash_db4:WHASH_DB4",
    },
    needs=("name", "needs_digests", "needs_colours", "sized", "check", "width", "encode"),
)
"""Name -> "module:attribute", for `loopfind.registry.load`; of other packages, the entry points `loopfind.kinds`."""
