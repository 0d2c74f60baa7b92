"""Scan one video by its packets alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from loopfind.errors import BadSetting
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import DecodeOptions, ReadRequest
from loopfind.media.packets.demux import Demux

if TYPE_CHECKING:
    from loopfind.model.report import Report
    from loopfind.model.video import Watch
    from loopfind.settings import Settings


def scan_packets(
    path: str,
    settings: "Settings",
    watch: "Watch | None" = None,
    log: Callable[[str], None] | None = None,
    unbounded: bool = False,
) -> "Report":
    """Report the stretches of a video that were copied byte for byte, as its packets prove.

    Arguments and errors as for `scan`; the kind and the hash size say nothing here. unbounded: as
    in Decoding. Of each repeat a few pictures are
    decoded, where the video can be read from the middle: where none moves, it is called a still.
    """
    if settings.auto:
        raise BadSetting("hash_size", "auto", "packets have no hash size to choose; leave it out")
    request = ReadRequest(
        resolve(path),
        settings.stream,
        settings.start,
        settings.end,
        stall=settings.stall,
        options=DecodeOptions(unbounded=unbounded),
    )
    with Demux(request) as demux:
        # Loaded while ffmpeg reads: half an hour of packets takes as long.
        from loopfind.pipeline.packet_report import report_on_packets

        return report_on_packets(demux, request, settings, watch, log)
