"""The report of the repeats that packets prove."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.ma  # np.median loads it: better now, while ffmpeg reads

from loopfind.arrays.time_index import gap_of
from loopfind.engine import findings_of_copies
from loopfind.engine.packets.runs import copied_runs, sequence_of
from loopfind.errors import MediaError
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import Packets, read_packets
from loopfind.model.fingerprint import BLANK, Timeline
from loopfind.model.report import Repeat, Report, cuts_at
from loopfind.model.video import Watch
from loopfind.pipeline.answer import report_of
from loopfind.pipeline.unchanged import FileWatch
from loopfind.reports.summaries import verdict_of_packets
from loopfind.settings import Settings

MOST_LOOKED_AT = 40
"""Repeats whose pictures are looked at, the longest first."""
_LOOK = 1.5
"""Seconds that one look lasts."""
_NEAR = 2.02
"""Seconds into a repeat at which it is looked at first: the reader runs up two seconds, and a repeat begins with a
packet that a decoder can start at, so that nothing before it is decoded."""
_MOVED = 1.0
"""Grey levels by which pictures of one look must differ on average somewhere, to show that something moves."""


def report_on_packets(
    demux: Demux, request: ReadRequest, settings: Settings, watch: Watch | None, log: Callable[[str], None] | None
) -> Report:
    """Report what a video shows more than once, as far as its packets prove it.

    Arguments and errors are those of `scan_packets`.
    """
    with FileWatch(request.address) as file:
        packets = read_packets(demux, watch, settings.end)
    losses = (*packets.losses, *file.losses(packets.source.duration))
    packets = replace(packets, source=file.identified(packets.source), losses=losses)
    packets = _between(packets, settings)
    if log is not None:
        for line in packets.log:
            log(line)
    source = packets.source
    shown = np.sort(packets.times)
    step = gap_of(shown)
    pixels = source.width * source.height
    stream = sequence_of(packets.hashes, packets.sizes, packets.keys, packets.times, pixels)
    runs = copied_runs(stream, step) if step > 0 else []
    findings = findings_of_copies(runs, Timeline(shown, step))
    repeats = _with_stills(request, findings.repeats)
    numbers = {repeat.id for repeat in repeats if repeat.kind != "still"}
    findings = replace(findings, repeats=repeats, cuts=cuts_at(findings.cuts, numbers))
    report = report_of(findings, source, settings, packets.losses, times=shown)
    return replace(report, verdict=verdict_of_packets(report.verdict, repeats))


def _between(packets: Packets, settings: Settings) -> Packets:
    """The packets that are shown within the limits of the settings."""
    if settings.start is None and settings.end is None:
        return packets
    times = packets.times
    kept = (times >= (settings.start or 0.0)) & (times < (np.inf if settings.end is None else settings.end))
    shown = np.sort(times[kept])
    length = float(shown[-1] - shown[0]) + gap_of(shown) if len(shown) > 1 else 0.0
    source = replace(packets.source, duration=length, frames=len(shown))
    return replace(
        packets,
        source=source,
        times=times[kept],
        sizes=packets.sizes[kept],
        hashes=packets.hashes[kept],
        keys=packets.keys[kept],
        losses=() if settings.end is not None else packets.losses,
    )


def _with_stills(request: ReadRequest, repeats: tuple[Repeat, ...]) -> tuple[Repeat, ...]:
    """The repeats, those in which nothing moves as stills."""
    if not repeats or not request.address.seekable:
        return repeats
    longest = sorted(repeats, key=lambda repeat: -repeat.length)[:MOST_LOOKED_AT]
    still = {repeat.id for repeat in longest if not _moves(request, repeat)}
    return tuple(
        replace(repeat, kind="still", evidence="indeterminate", period=None, confidence=0.0)
        if repeat.id in still
        else repeat
        for repeat in repeats
    )


def _moves(request: ReadRequest, repeat: Repeat) -> bool:
    """Return whether something moves in the first occurrence of a repeat, at one of a few places. True where no
    picture can be had."""
    start, length = repeat.occurrences[0].start, repeat.occurrences[0].end - repeat.occurrences[0].start
    places = [start + share * length - _LOOK / 2 for share in (0.5, 0.2, 0.8)]
    if length >= 2 * _NEAR:
        places.insert(0, start + _NEAR)
    for place in places:
        low = max(start, place)
        try:
            with OnePassReader(replace(request, start=low, end=low + min(_LOOK, length))) as video:
                pictures = [batch.pictures.astype(np.float32) for batch in video]
        except MediaError:
            return True
        seen = np.concatenate(pictures) if pictures else np.zeros((0, 1, 1), np.float32)
        if len(seen) and float(np.abs(seen - seen[0]).mean(axis=(1, 2)).max()) >= _MOVED and seen.std() > BLANK:
            return True
    return False
