"""A signal of several files as one line sees it: with the step and the noise of the two files that it joins."""

from dataclasses import replace

from loopfind.model.candidate import Line
from loopfind.model.fingerprint import Signal


def local_signal(signal: Signal, line: Line) -> Signal:
    """Return the signal with the step and the noise of the files that the line joins; of one file, the signal itself.

    The step is the lesser of the two, as it says how much a frame weighs and how finely a line is placed. The noise is
    the mean of the two, as the difference of two occurrences holds half of what either codec changes.
    """
    parts = signal.parts
    if parts is None:
        return signal
    middle = (line.start + line.end) / 2
    one, other = parts.at(middle), parts.at(line.slope * middle + line.offset)
    return replace(
        signal,
        step=float(min(parts.step[one], parts.step[other])),
        noise=float((parts.noise[one] + parts.noise[other]) / 2),
    )


def frames_searched(signal: Signal) -> int:
    """Return how many frames were searched; of files that an index led to, those of all files in the index."""
    return max(len(signal.times), 0 if signal.parts is None else signal.parts.among)
