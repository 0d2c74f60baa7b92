"""What holds for every test: no ffmpeg is left alive or unreaped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# As the command line does, before numpy is loaded: threads of the linear algebra library would only get in the way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long one example takes says how busy the machine is, not whether the law holds.
settings.register_profile("loopfind", deadline=None)
settings.load_profile("loopfind")


def decoders() -> list[str]:
    """Children of this process that are ffmpeg, zombies included: "pid (name) state". Empty where there is no /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text(errors="replace")
        except OSError:
            continue
        head, _, tail = text.rpartition(")")
        state, parent = tail.split()[:2]
        if int(parent) == os.getpid() and "(ffmpeg" in head:
            found.append(f"{head}) {state}")
    return found


@pytest.fixture(autouse=True)
def no_decoder_left() -> Iterator[None]:
    yield
    left = decoders()
    assert not left, f"the test left ffmpeg running: {left}"
