"""Work for processes that end in its midst."""

import os
import signal
from pathlib import Path


def die_once(mark, answer):
    """Kill this process, unless a file shows that it has been done; return the answer."""
    if not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
