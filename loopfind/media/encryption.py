"""Encryption, by what containers say of it: ffmpeg decodes what is encrypted into noise, and calls it damaged."""

import io
import os
import stat
from typing import BinaryIO

_MP4_ENCRYPTED = {b"encv", b"drmi"}
"""Codes of encrypted video in a sample description (ISO/IEC 14496-12, 8.12; Apple's FairPlay)."""
_MOST_INDEX = 256 << 20
_MOST_HEADER = 1 << 20
_ENCODINGS, _ENCRYPTION = b"\x6d\x80", b"\x50\x35"
"""Matroska's ContentEncodings, and the ContentEncryption in them (RFC 9559)."""
_TS_LOOK, _TS_PACKET = 4 << 20, 188


def is_encrypted(local: bytes | None) -> bool:
    """Say whether the video in a local file is encrypted, as far as its container says so."""
    if local is None:
        return False
    try:
        if not stat.S_ISREG(os.stat(local).st_mode):  # to open a pipe may take for ever
            return False
        with open(local, "rb") as file:
            head = file.read(12)
            file.seek(0)
            if head[4:8] in (b"ftyp", b"moov", b"styp", b"mdat", b"free", b"wide"):
                return _is_mp4_encrypted(file)
            if head[:4] == b"\x1aE\xdf\xa3":
                return _is_matroska_encrypted(file.read(_MOST_HEADER))
            return head[:1] == b"G" and _is_scrambled(file.read(_TS_LOOK))
    except OSError:
        return False  # whoever reads it will say so


def _is_mp4_encrypted(file: BinaryIO) -> bool:
    """Look at the sample descriptions in the index of an MP4 or QuickTime file."""
    end = file.seek(0, io.SEEK_END)
    place = 0
    while place + 8 <= end:
        file.seek(place)
        head = file.read(16)
        size, kind, extra = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, extra = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - place
        if size < extra:
            return False
        if kind == b"moov":
            file.seek(place)
            return _has_encrypted_entry(file.read(min(size, _MOST_INDEX)))
        place += size
    return False


def _has_encrypted_entry(index: bytes) -> bool:
    found = index.find(b"stsd")
    while found >= 0:
        if index[found + 16 : found + 20] in _MP4_ENCRYPTED:
            return True
        found = index.find(b"stsd", found + 4)
    return False


def _is_matroska_encrypted(head: bytes) -> bool:
    found = head.find(_ENCODINGS)
    while found >= 0:
        if _ENCRYPTION in head[found : found + 64]:
            return True
        found = head.find(_ENCODINGS, found + 2)
    return False


def _is_scrambled(data: bytes) -> bool:
    """Say whether most packets of a transport stream that carry anything are scrambled (ISO/IEC 13818-1, 2.4.3.2).

    Its tables never are.
    """
    scrambled = carrying = 0
    for place in range(0, len(data) - 3, _TS_PACKET):
        first, high, low, control = data[place : place + 4]
        if first != ord("G"):
            return False
        if ((high & 0x1F) << 8 | low) < 0x20 or not control & 0x10:
            continue
        carrying += 1
        scrambled += control >= 0x80
    return scrambled > carrying / 2
