"""A followed stretch, as a run with its measures."""

import numpy as np

from loopfind.engine.evidence.differences import partners
from loopfind.engine.evidence.extend import Trace
from loopfind.engine.evidence.parameters import BETWEEN_FRAMES
from loopfind.engine.evidence.sharpness import contrast
from loopfind.model.candidate import Run
from loopfind.model.fingerprint import Signal


def run_of(signal: Signal, trace: Trace) -> Run:
    """Measure the trace's stretch, and return it as a run."""
    line, times = trace.line, signal.times
    frames = trace.frames[trace.low : trace.high]
    there, real = partners(signal, line, frames)
    # Of two rates some frames lie between two of the other side, for seconds on end where the rates are nearly alike.
    near = np.abs(times[there] - (line.slope * times[frames] + line.offset)) <= BETWEEN_FRAMES * signal.step
    kept = there[near] if near.any() else there
    gap, off = trace.along[trace.low : trace.high], trace.off[trace.low : trace.high]
    # In a file that never rests the noise is put too high, and on a calm camera what tells stands little above it.
    telling = real & (off > 2 * trace.noise)
    start, end = float(times[frames[0]]), _end_of(signal, int(frames[-1]))
    sides = sorted((line.slope * t + line.offset) for t in (start, end))
    return Run(
        line=line,
        first=int(frames[0]),
        last=int(frames[-1]) + 1,
        other_first=int(kept.min()),
        other_last=int(kept.max()) + 1,
        start=start,
        end=end,
        other_start=_shown(signal, int(kept.min()), sides[0]),
        other_end=_shown(signal, int(kept.max()) + 1, sides[1]),
        start_range=_instants(signal, trace, trace.opens),
        end_range=_instants(signal, trace, trace.closes),
        score=float(trace.score[trace.low : trace.high].sum()),
        contrast=contrast(signal, line, trace.fit, frames),
        residual=float(gap[telling].sum() / off[telling].sum()) if telling.any() else 1.0,
        informative=int(telling.sum()),
    )


def _end_of(signal: Signal, frame: int) -> float:
    """When the given frame stops being shown, seconds."""
    times = signal.times
    return float(times[frame + 1]) if frame + 1 < len(times) else float(times[frame]) + signal.step


def _shown(signal: Signal, frame: int, wanted: float) -> float:
    """When `frame` is first shown, seconds; `wanted` where no frame was shown at that instant and this is the next
    one."""
    times, n = signal.times, len(signal.times)
    at = float(times[frame]) if frame < n else _end_of(signal, n - 1)
    before = float(times[frame - 1]) if frame > 0 else float("-inf")
    return wanted if before < wanted <= at else at


def _instants(signal: Signal, trace: Trace, places: tuple[int, int]) -> tuple[float, float]:
    """Seconds at which the first and the last allowed frame of an end are shown."""
    frames = [int(trace.frames[0]) + p for p in places]
    n = len(signal.times)
    low, high = (float(signal.times[f]) if f < n else _end_of(signal, n - 1) for f in frames)
    return low, high
