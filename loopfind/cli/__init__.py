"""The command line: words -> Settings, Report -> stdout, error -> exit status.

    0    done, whatever was found
    1    could not be done: one line on stderr says what and why
    2    wrong usage
    3    repeats were found, and --fail-on-repeats was given
    129  its terminal was closed (SIGHUP)
    130  stopped by Ctrl-C
    143  stopped by SIGTERM

This module imports nothing heavy, so that Ctrl-C is quiet from the first instant.
"""

import os
import signal
import sys
import time

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Names of the signals that end it, where the system has them: SIGBREAK is that of Ctrl-Break on Windows."""
_ONE_PRESS = 0.5
"""Seconds in which a second signal is the first one once more: a terminal and whoever started this may both send it."""


def main() -> int:
    """Run the command line of this process. Returns the exit status."""
    try:
        # Threads of the linear algebra library would take the cores that ffmpeg needs; numpy reads this as it loads.
        for pool in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(pool, "1")
        ending = _Ending()
        for name in _ENDING:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, ending)
        from loopfind.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


class _Ending:
    """Ends this process in order at the first signal, and at once at a later one.

    The first one raises, so that child processes and half-written files are cleaned up. What another one interrupts
    would be that, and it must not end in a traceback either; so the children are killed and nothing else is done. A
    later run removes what is half written.
    """

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, _frame: object) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise SystemExit(128 + number)
        if now - self._first > _ONE_PRESS:
            if children := sys.modules.get("loopfind.media.ffmpeg.children"):  # else there are none
                children.kill_all()
            os._exit(128 + number)
