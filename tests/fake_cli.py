"""The command line in front of a scan that is made up: `python fake_cli.py VIDEO ...`.

The name of the video chooses what happens: see SCANS. Everything but the scan itself is the real thing.
"""

import contextlib
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import samples
from in_process import loopfind
from patience import let_pass

from loopfind import __file__ as loopfind_package
from loopfind.errors import DecoderFailed, Unreadable


def _named(path: str, watch: Any, log: Any) -> Any:
    if log:
        log("ffmpeg -i in.mp4 \x1b[31m")
        log("[h264] corrupt")
    return samples.three_and_a_loop(path=path)


def _slow(path: str, watch: Any, log: Any) -> Any:
    from loopfind.model.video import Progress

    known = 200.0 if path == "slow" else None
    print("started", file=sys.stderr, flush=True)
    for step in range(2000):
        if watch:
            watch(Progress("reading" if step < 1500 else "matching", step * 30, step * 0.1, known))
        let_pass(0.001)
    return samples.nothing(path)


def _stuck(path: str, watch: Any, log: Any) -> Any:
    """Wait for long, and once more when it is ended, beside an ffmpeg that would go on."""
    from loopfind.media.ffmpeg.process import executable, start

    endless = ["-nostdin", "-v", "quiet", "-re", "-f", "lavfi", "-i", "color", "-f", "null", "-"]
    child = start([executable(), *endless], subprocess.DEVNULL, subprocess.DEVNULL)
    try:
        # Within the body: whoever reads it may end this at once.
        print(child.pid, file=sys.stderr, flush=True)
        let_pass(60)
    finally:
        print("cleaning", file=sys.stderr, flush=True)
        let_pass(60)


def _raise(error: BaseException) -> Any:
    raise error


SCANS: dict[str, Callable[[str, Any, Any], Any]] = {
    "nothing": lambda path, watch, log: samples.nothing(path),
    "many": lambda path, watch, log: samples.many(),
    "slow": _slow,
    "pipe": _slow,
    "stuck": _stuck,
    "missing": lambda path, watch, log: _raise(Unreadable(path, "there is\nno such file")),
    "killed": lambda path, watch, log: _raise(DecoderFailed(path, "ffmpeg was killed by signal 9")),
    "huge": lambda path, watch, log: _raise(MemoryError()),
    "bug": lambda path, watch, log: _raise(ZeroDivisionError("division by zero")),
    "broken": lambda path, watch, log: _raise(BrokenPipeError(32, "Broken pipe")),
    "settings": lambda path, watch, log: samples.nothing(path),
}


def scan(path: str, settings: Any = None, watch: Any = None, log: Any = None, *_: Any) -> Any:
    from dataclasses import replace

    report = SCANS.get(path, _named)(path, watch, log)
    return replace(report, settings=settings)


def scan_to_show(path: str, settings: Any = None, watch: Any = None, log: Any = None, *_: Any) -> Any:
    report = scan(path, settings, watch, log)
    return report, samples.exhibits(report)


@contextlib.contextmanager
def made_up() -> Iterator[None]:
    """Put the scans that are made up in the place of the real ones."""
    pipeline: Any = types.ModuleType("loopfind.pipeline")
    pipeline.__path__ = [str(Path(loopfind_package).with_name("pipeline"))]  # its parts are the real ones
    pipeline.Cache = lambda *words: words
    pipeline.Resume = lambda *words, **more: words
    pipeline.scan = pipeline.scan_packets = scan
    pipeline.scan_to_show = scan_to_show
    real = sys.modules.get("loopfind.pipeline")
    sys.modules["loopfind.pipeline"] = pipeline
    try:
        yield
    finally:
        del sys.modules["loopfind.pipeline"]
        if real is not None:
            sys.modules["loopfind.pipeline"] = real


def run(*words: object, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run one command line in this process. more: as `in_process.loopfind` takes it."""
    with made_up():
        return loopfind(*words, **more)


if __name__ == "__main__":
    from loopfind.cli import main

    with made_up():
        sys.exit(main())
