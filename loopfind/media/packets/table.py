"""The packets of a video stream, hashed as they stand in the file, without decoding one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loopfind.arrays.time_index import gap_of
from loopfind.errors import Broken
from loopfind.media.decode.losses import CUT_SHORT, broken_off
from loopfind.media.decode.timestamps import mended_packets, origin
from loopfind.media.ffmpeg.address import Address, is_indexed
from loopfind.media.ffmpeg.container_start import start_of
from loopfind.media.ffmpeg.diagnosis import encrypted
from loopfind.media.ffmpeg.log import Journal
from loopfind.media.ffmpeg.packet_times import NO_TIME, RAISED, base_in, cells_in
from loopfind.media.ffmpeg.signatures import unsigned
from loopfind.media.packets.demux import Demux
from loopfind.model.dtypes import Bytes, Floats, Ints
from loopfind.model.video import Loss, Progress, Source, Watch

_DIGEST = 16
"""Bytes of a digest."""
_AT_ONCE = 1 << 16
_RECENT, _BEYOND, _FALL = 200, 30.0, 2.5
"""Packets, the latest, that must all lie so many seconds behind a limit before no more are read; and the seconds by
which times may fall within that, as frames are put in order."""
_MAY_BE_MISSING = 0.5
"""Seconds that may be missing from a declared duration: containers count the sound, and round."""
_COMMA, _NEWLINE, _MINUS, _ZERO, _ONE = b",\n-01"


@dataclass(frozen=True)
class Packets:
    """Packets in the order of the file.

    times: (n,) seconds at which each is shown, from the container's start. sizes: (n,) bytes. hashes: (n, 16) uint8, of
    the payload (MurmurHash3, 128 bits). keys: (n,) bool, True where a decoder can start. log: the command, and the
    messages of ffmpeg. losses: what is missing behind the last one.
    """

    source: Source
    times: Floats
    sizes: Ints
    hashes: Bytes
    keys: NDArray[np.bool_]
    log: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()


def read_packets(demux: Demux, watch: Watch | None = None, until: float | None = None) -> Packets:
    """Read all packets that a demuxer gives; no more than those that are shown before `until` seconds, and some behind
    them, where that is certain.

    watch: called with a Progress now and then. Raises a kind of MediaError, and Broken for packets without times.
    """
    table, reached = PacketTable(), False
    for block in demux:
        table.take(block)
        if watch is not None and len(table):
            watch(Progress("reading packets", len(table), max(0.0, table.latest), until))
        if until is not None and not reached and table.has_passed(until):
            reached = True
            demux.finish()
    if not len(table) and (refused := demux.refused()):
        raise refused
    packets = _packets(demux.where, table, demux.journal, (unsigned(" ".join(demux.command)), *demux.journal.said))
    return packets if reached else replace(packets, losses=_missing_behind(packets, demux.journal))


class PacketTable:
    """Rows of framehash as they come: `STREAM, DECODED, SHOWN, DURATION, SIZE, DIGEST`, the numbers filled up with
    blanks."""

    def __init__(self) -> None:
        self.shown, self.sizes = list[Ints](), list[Ints]()
        self.hashes = bytearray()
        self.keys: set[bytes] = set()
        self.base, self._count = (1, 1), 0
        self._top, self._fell = NO_TIME, False

    def __len__(self) -> int:
        return self._count

    @property
    def latest(self) -> float:
        """Seconds at which the last packet is shown."""
        return int(self.shown[-1][-1]) * self.base[0] / self.base[1]

    def has_passed(self, seconds: float) -> bool:
        """Return whether all that is shown up to so many seconds has come, by a clock that has never fallen back."""
        if self._fell or not self._count:
            return False
        recent = np.concatenate(self.shown[-_RECENT:])[-_RECENT:]
        length = int(recent.min() - self.shown[0][0]) * self.base[0] / self.base[1]
        return length > seconds + _BEYOND

    def take(self, block: bytes) -> None:
        """Take in whole lines, if there are any."""
        while block.startswith(b"#"):
            comment, _, block = block.partition(b"\n")
            if (known := base_in(comment)) and known[0] == 0:
                self.base = known[1]
        if block and not self._take_even(block):
            self._take_rows([cells for line in block.split(b"\n") if (cells := cells_in(line))])

    def _take_even(self, block: bytes) -> bool:
        """Take in lines that are all alike, at once; False, and nothing is taken, where they are not."""
        width = block.index(b"\n") + 1
        commas = [place for place in range(width) if block[place] == _COMMA]
        if len(block) % width or len(commas) != 5 or width - commas[-1] != 2 * _DIGEST + 3:
            return False
        table = np.frombuffer(block, np.uint8).reshape(-1, width)
        if (table[:, commas] != _COMMA).any() or (table[:, -1] != _NEWLINE).any() or commas[0] != 1:
            return False
        copies = table[:, 0] == _ONE
        digests = bytes.fromhex(table[:, commas[-1] + 2 : -1].tobytes().decode())
        shown, size = (_numbers_in(table[:, commas[n] + 1 : commas[n + 1]]) for n in (1, 3))
        if copies.any():
            self.keys.update(digests[_DIGEST * n : _DIGEST * (n + 1)] for n in np.flatnonzero(copies).tolist())
            digests = np.frombuffer(digests, np.uint8).reshape(-1, _DIGEST)[~copies].tobytes()
        self._add(shown[~copies], size[~copies], digests)
        return True

    def _take_rows(self, rows: list[list[bytes]]) -> None:
        """Take in lines cut at their commas, whatever they look like."""
        digests = [bytes.fromhex(row[5].decode()) for row in rows]
        first = [n for n, row in enumerate(rows) if not int(row[0])]
        self.keys.update(digest for digest, row in zip(digests, rows, strict=True) if int(row[0]))
        shown = [int(rows[n][2]) for n in first]
        sizes = [int(rows[n][4]) for n in first]
        self._add(np.array(shown, np.int64), np.array(sizes, np.int64), b"".join(digests[n] for n in first))

    def _add(self, shown: Ints, sizes: Ints, digests: bytes) -> None:
        if len(shown):
            shown = np.where(shown == NO_TIME, NO_TIME, shown - RAISED)
            tops = np.maximum.accumulate(np.append(self._top, shown))
            known = tops[:-1] > NO_TIME
            fall = float((tops[:-1] - shown)[known].max(initial=0)) * self.base[0] / self.base[1]
            self._fell |= bool((shown == NO_TIME).any()) or fall >= _FALL
            self._top = int(tops[-1])
            self.shown.append(shown)
            self.sizes.append(sizes)
            self.hashes += digests
            self._count += len(shown)


def _numbers_in(letters: Bytes) -> Ints:
    """Numbers (n,) written in decimals that are filled up with blanks on the left: (n, width) uint8."""
    digits = letters.astype(np.int64) - _ZERO
    digits[(digits < 0) | (digits > 9)] = 0
    worth = 10 ** np.arange(letters.shape[1] - 1, -1, -1, dtype=np.int64)
    numbers: Ints = digits @ worth
    return np.where((letters == _MINUS).any(axis=1), -numbers, numbers)


def _packets(where: Address, table: PacketTable, journal: Journal, log: tuple[str, ...]) -> Packets:
    if refused := encrypted(where, journal.said):
        raise refused
    header = journal.header
    ticks, sizes = _whole(table.shown), _whole(table.sizes)
    if (ticks == NO_TIME).any():
        raise Broken(where.shown, "its packets carry no times: scan it without --packets-only")
    above, below = table.base
    ticks -= origin(start_of(header, where), above, below)
    hashes = np.frombuffer(table.hashes, np.uint8).reshape(len(sizes), _DIGEST)
    if is_indexed(where) and len(ticks) and ticks.min() < 0:  # what an edit list hides is shown before the start
        shown_at_all = ticks >= 0
        ticks, sizes, hashes = ticks[shown_at_all], sizes[shown_at_all], hashes[shown_at_all]
    known = np.frombuffer(b"".join(sorted(table.keys)), "V16") if table.keys else np.zeros(0, "V16")
    keys = _among(_numbers(hashes.view("V16").ravel()), np.unique(_numbers(known)))
    frame = max(1, round(below / above / header.rate))
    ticks = mended_packets(ticks, keys, frame, round(below / above))[0]
    times = ticks * above / below
    del ticks
    shown = np.sort(times)
    gap = gap_of(shown, 1 / header.rate)
    length = float(shown[-1] - shown[0]) + gap if len(shown) else 0.0
    source = Source(
        where.name,
        length,
        len(shown),
        1 / gap if len(shown) > 1 and gap > 0 else 0.0,
        *header.size,
        header.video.codec,
        header.container,
        header.duration,
    )
    return Packets(source, times, sizes, hashes, keys, log)


def _missing_behind(packets: Packets, journal: Journal) -> tuple[Loss, ...]:
    """Return what is missing behind the last packet, where ffmpeg complained: by the declared duration, or as the
    source broke off."""
    sorts = {trouble.sort for trouble in journal.troubles}
    if not sorts or not len(packets.times):
        return ()
    end, declared = float(packets.times.max()) + gap_of(np.sort(packets.times)), journal.header.vouched
    if declared is not None and declared - end > _MAY_BE_MISSING:
        return (Loss(end, declared, broken_off(sorts) or CUT_SHORT),)
    return (Loss(end, end, broken),) if (broken := broken_off(sorts)) else ()


def _whole(parts: list[Ints]) -> Ints:
    """Return the parts as one, (n,) int64, and empty the list: a day of video has millions of packets."""
    whole = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    parts.clear()
    return whole


def _among(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which of the values (n,) are among the sorted known ones (m,): np.isin in little memory."""
    found = np.zeros(len(values), np.bool_)
    for low in range(0, len(values) if len(known) else 0, _AT_ONCE):
        part = values[low : low + _AT_ONCE]
        places = np.minimum(np.searchsorted(known, part), len(known) - 1)
        found[low : low + _AT_ONCE] = known[places] == part
    return found


def _numbers(digests: "NDArray[np.void]") -> NDArray[np.uint64]:
    """Return the first half of each digest, as a number."""
    return digests.view(np.uint64).reshape(-1, 2)[:, 0] if len(digests) else np.zeros(0, np.uint64)
