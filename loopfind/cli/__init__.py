"""The command line: words -> Settings, Report -> stdout, error -> exit status.

    0    done, whatever was found
    1    could not be done: one line on stderr says what and why
    2    wrong usage
    3    repeats were found, and --fail-on-repeats was given
    130  stopped by Ctrl-C
    143  stopped by SIGTERM

This module imports nothing heavy, so that Ctrl-C is quiet from the first instant.
"""

import os
import signal
import sys


def main() -> int:
    """Run the command line of this process. Returns the exit status."""
    try:
        # Threads of the linear algebra library would take the cores that ffmpeg needs; numpy reads this as it loads.
        for pool in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(pool, "1")
        for name in ("SIGTERM", "SIGBREAK"):  # Windows has the second one, of Ctrl-Break
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _terminate)
        from loopfind.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # impatient second presses must not end in a traceback
        return 130


def _terminate(number: int, _frame: object) -> None:
    """Leave as Ctrl-C does, so that child processes and half-written files are cleaned up."""
    raise SystemExit(128 + number)
