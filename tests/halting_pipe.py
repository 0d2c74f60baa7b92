"""A named pipe that holds a part of a file, and no end."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def halting(place: Path, data: bytes) -> Iterator[Path]:
    """Make a pipe at a place. Its reader gets these bytes, and then nothing for as long as the block runs, 30 s at
    most."""
    os.mkfifo(place)
    done = threading.Event()

    def write() -> None:
        with contextlib.suppress(BrokenPipeError), place.open("wb", buffering=0) as file:
            file.write(data)
            done.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield place
    finally:
        done.set()
        while writer.is_alive():
            # One that was ended before it opened the pipe leaves its writer waiting for a reader.
            os.close(os.open(place, os.O_RDONLY | os.O_NONBLOCK))
            writer.join(0.1)
