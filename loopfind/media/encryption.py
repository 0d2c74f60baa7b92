"""Encryption, by what containers say of it: ffmpeg decodes what is encrypted into noise, and calls it damaged."""

from collections.abc import Iterator
from typing import BinaryIO

from loopfind.media.ffmpeg.address import head_of
from loopfind.media.ffmpeg.mp4_boxes import boxes, whole_file

_MP4_ENCRYPTED = {b"encv", b"drmi"}
"""Codes of encrypted video in a sample description (ISO/IEC 14496-12, 8.12; Apple's FairPlay)."""
_MOST_INDEX = 256 << 20
_MOST_HEADER = 1 << 20
_SEGMENT, _TRACKS, _TRACK = 0x18538067, 0x1654AE6B, 0xAE
_ENCODINGS, _ENCODING, _ENCRYPTION = 0x6D80, 0x6240, 0x5035
_TS_LOOK, _TS_PACKET = 4 << 20, 188


def is_encrypted(local: bytes | None) -> bool:
    """Say whether the video in a local file is encrypted, as far as its container says so."""
    head = head_of(local, 12)
    if local is None or not head:
        return False
    try:
        with open(local, "rb") as file:
            if head[4:8] in (b"ftyp", b"moov", b"styp", b"mdat", b"free", b"wide"):
                return _is_mp4_encrypted(file)
            if head[:4] == b"\x1aE\xdf\xa3":
                return _is_matroska_encrypted(file.read(_MOST_HEADER))
            return head[:1] == b"G" and _is_scrambled(file.read(_TS_LOOK))
    except OSError:
        return False  # whoever reads it will say so


def _is_mp4_encrypted(file: BinaryIO) -> bool:
    """Look at the sample descriptions in the index of an MP4 or QuickTime file."""
    for kind, (first, end) in boxes(file, whole_file(file)):
        if kind == b"moov":
            file.seek(first)
            return _has_encrypted_entry(file.read(min(end - first, _MOST_INDEX)))
    return False


def _has_encrypted_entry(index: bytes) -> bool:
    found = index.find(b"stsd")
    while found >= 0:
        if index[found + 16 : found + 20] in _MP4_ENCRYPTED:
            return True
        found = index.find(b"stsd", found + 4)
    return False


def _is_matroska_encrypted(head: bytes) -> bool:
    """Look for a ContentEncryption in the tracks (RFC 9559, 5.1.4.1.31)."""
    held = [head]
    for wanted in (_SEGMENT, _TRACKS, _TRACK, _ENCODINGS, _ENCODING, _ENCRYPTION):
        held = [data for part in held for number, data in _elements(part) if number == wanted]
    return bool(held)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the elements of EBML data, each with its number, as far as they are whole; of the last one what is there
    (RFC 8794, 4 and 5)."""
    place = 0
    while place < len(data):
        numbers = []
        for keep in (True, False):
            length = 9 - data[place].bit_length() if place < len(data) else 9
            if length > 8 or place + length > len(data):
                return
            number = int.from_bytes(data[place : place + length], "big")
            numbers.append(number if keep else number & ((1 << 7 * length) - 1))
            unknown = not keep and numbers[1] == (1 << 7 * length) - 1
            place += length
        size = len(data) - place if unknown else numbers[1]
        yield numbers[0], data[place : place + size]
        place += size


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
