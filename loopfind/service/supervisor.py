"""The worker beside a service: started with it, started again where it ends, and ended with it.

It ends by itself once its standard input does, which is when the service is gone, however that ended.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence

_SHORTEST, _LONGEST = 0.5, 30.0
"""Seconds until a worker that ended is started again, more each time it ends at once."""
_STEADY = 60.0
"""Seconds after which a worker counts as one that works."""
_PATIENCE = 20.0


class Supervisor:
    """A worker process, kept running in a `with` statement."""

    def __init__(self, command: Sequence[str], note: Callable[[str], None]) -> None:
        """note: called with a line where the worker ended, or cannot be started."""
        self._command, self._note = list(command), note
        self._over, self._guard = threading.Event(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker supervisor", daemon=True)

    def __enter__(self) -> "Supervisor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with self._guard:
            process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()  # it gives back what it does, and ends
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._thread.join(_PATIENCE)

    def _keep(self) -> None:
        """Start the worker, again and again."""
        pause = _SHORTEST
        while not self._over.is_set():
            began = time.monotonic()
            try:
                with self._guard:
                    if self._over.is_set():
                        return
                    self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
                status = self._process.wait()
            except OSError as error:
                self._note(f"the worker cannot be started ({error.strerror}); it is tried again")
            else:
                if not self._over.is_set():
                    self._note(f"the worker ended with status {status}; another one is started")
            pause = _SHORTEST if time.monotonic() - began > _STEADY else min(_LONGEST, 2 * pause)
            self._over.wait(pause)
