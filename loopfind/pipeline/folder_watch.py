"""Folders whose new files are scanned as they are finished, and a memory of those that were."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loopfind.errors import OutputError
from loopfind.pipeline.selection import SelectedFile, select_files
from loopfind.reports.files import write_file

SETTLED = 10.0
"""Seconds for which a file keeps its size until it is taken to be finished, unless another time is given."""
_LOOK = 2.0
"""Seconds between two looks at the folders at the most."""


class _State(NamedTuple):
    """The marks of a file: where one of these changes it is another one."""

    size: int
    changed: int


class FolderWatch:
    """New files of folders, each once it is finished.

    settled: seconds for which a file must keep its size. memory: the file in which those that were done are kept; None
    to forget them at the end.
    """

    def __init__(self, folders: Sequence[str], settled: float, memory: "Memory | None") -> None:
        self._folders, self._settled, self._memory = folders, settled, memory
        self._since: dict[str, tuple[_State, float]] = {}
        self._done: dict[str, _State] = {} if memory is None else memory.load()

    def finished(self, wait: Callable[[float], None] = time.sleep) -> Iterator[SelectedFile]:
        """Yield the files that are finished and were not done yet, without end. wait: sleeps for so many seconds."""
        while True:
            yield from self.look(time.monotonic())
            wait(min(_LOOK, self._settled / 2))

    def look(self, now: float) -> list[SelectedFile]:
        """Return the files that are finished and not done, by a look at the folders at `now`, seconds of a clock."""
        ready, there = [], set()
        for file in select_files(self._folders).files:
            state = _state_of(file.path)
            real = os.path.realpath(file.path)
            there.add(real)
            if state is None or self._done.get(real) == state:
                continue
            known, since = self._since.get(real, (None, now))
            if known != state:
                self._since[real] = (state, since := now)
            if now - since >= self._settled and state.size:
                ready.append(file)
        self._since = {path: value for path, value in self._since.items() if path in there}
        return ready

    def done(self, file: SelectedFile) -> None:
        """Remember a file as it was when it was found finished. Raises OutputError where that cannot be written."""
        real = os.path.realpath(file.path)
        state, _ = self._since.pop(real)
        self._done[real] = state
        if self._memory is not None:
            self._memory.add(real, state)


class Memory:
    """The files that were done, on disk: a line of JSON for each.

    question: what was asked of them, so that another question does all anew.
    """

    def __init__(self, folder: str, folders: Sequence[str], question: str) -> None:
        about = "\n".join([*map(os.path.realpath, folders), question])
        name = hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()[:24]
        self.path = os.path.join(folder, f"{name}.jsonl")

    def load(self) -> dict[str, _State]:
        """Return the files that were done and are there still. A line that cannot be read is left out."""
        done: dict[str, _State] = {}
        with contextlib.suppress(OSError):
            for line in Path(self.path).read_text("utf-8").splitlines():
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    value = json.loads(line)
                    done[os.fsdecode(bytes.fromhex(value["file"]))] = _State(int(value["size"]), int(value["changed"]))
        kept = {path: state for path, state in done.items() if _state_of(path) == state}
        if len(kept) < len(done):
            write_file(self.path, (_line(path, state) for path, state in kept.items()))
        return kept

    def add(self, path: str, state: _State) -> None:
        """Add a file. Raises OutputError."""
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(_line(path, state))
        except OSError as error:
            raise OutputError(self.path, f"what was scanned cannot be noted there: {error.strerror}") from error


def _line(path: str, state: _State) -> str:
    # In hexadecimal digits, as a name need not be text; the other one is for whoever looks into the file.
    shown = path.encode("utf-8", "replace").decode()
    named = {"file": os.fsencode(path).hex(), "size": state.size, "changed": state.changed, "name": shown}
    return json.dumps(named) + "\n"


def _state_of(path: str) -> _State | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _State(found.st_size, found.st_mtime_ns)
