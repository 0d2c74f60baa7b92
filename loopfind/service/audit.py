"""The log of who asked for what: a line of JSON for each request. It holds no tokens, no queries and no bodies."""

import json
import logging
import os
import threading
import time
from typing import Any

LARGEST = 64 << 20
"""Bytes of the log from which it is begun anew; the one before stays beside it."""
_LONGEST = 1024


class AuditLog:
    """A log in one file. A disk that is full costs lines of it, and no request."""

    def __init__(self, path: str, largest: int = LARGEST) -> None:
        self._path, self._largest, self._turn = path, largest, threading.Lock()

    def add(self, **what: Any) -> None:
        """Write one line: the time, and what is given."""
        line = {"time": round(time.time(), 3)} | {
            name: value[:_LONGEST] if isinstance(value, str) else value for name, value in what.items()
        }
        data = json.dumps(line).encode() + b"\n"
        with self._turn:
            try:
                self._write(data)
            except OSError as error:
                logging.getLogger("loopfind.service").warning("the audit log cannot be written: %s", error.strerror)

    def _write(self, data: bytes) -> None:
        with open(self._path, "ab", opener=_private) as file:
            size = file.tell()
            file.write(data)
        if size + len(data) > self._largest:
            os.replace(self._path, f"{self._path}.1")


def _private(path: str, flags: int) -> int:
    """Open a file that is made for its owner alone."""
    return os.open(path, flags, 0o600)
