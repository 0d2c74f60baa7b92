"""Frames as PyAV reads them: the truth for the reader."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from loopfind.settings import PICTURE_SIDE


def read(path: Path, stream: int = 0) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Times (n,) float64 seconds from the container's start, pictures (n, 64, 64) uint8, full-size pictures' bytes."""
    times, pictures, full = [], [], []
    with av.open(path.as_posix()) as container:
        videos = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        video = videos[stream]
        origin = round(Fraction(container.start_time or 0, 1_000_000) / video.time_base)
        shrink: av.filter.Graph | None = None
        size = 0, 0
        for frame in container.decode(video):
            if shrink is None or (frame.width, frame.height) != size:
                size = frame.width, frame.height
                shrink = _graph(frame, video)
            times.append(float((frame.pts - origin) * frame.time_base))
            full.append(b"".join(_plane(frame, n) for n in range(len(frame.planes))))
            shrink.push(frame)
            pictures.append(shrink.pull().to_ndarray())
    return np.array(times), np.array(pictures, np.uint8).reshape(-1, PICTURE_SIDE, PICTURE_SIDE), full


def _graph(frame: av.VideoFrame, video: av.video.stream.VideoStream) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(template=video, width=frame.width, height=frame.height, format=frame.format.name)
    scale = graph.add("scale", f"{PICTURE_SIDE}:{PICTURE_SIDE}:flags=area")
    grey = graph.add("format", "gray")
    sink = graph.add("buffersink")
    source.link_to(scale)
    scale.link_to(grey)
    grey.link_to(sink)
    graph.configure()
    return graph


def _plane(frame: av.VideoFrame, number: int) -> bytes:
    return bytes(frame.planes[number])
