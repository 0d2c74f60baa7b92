"""What a signal of several files is to one line: the rhythm and the noise of the two files that it joins."""

from dataclasses import replace

from loopfind.model.candidate import Line
from loopfind.model.fingerprint import Signal


def local(signal: Signal, line: Line) -> Signal:
    """The signal as it is for the files that the line joins; that of one file is the same for every line.

    The step is the lesser of the two, as it says how much a frame weighs and how finely a line is placed. The noise is
    the mean of the two, as the difference of two showings holds half of what either codec changes.
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


def searched(signal: Signal) -> int:
    """How many frames were looked through."""
    return max(len(signal.times), 0 if signal.parts is None else signal.parts.among)
