"""A command that is run for each finding: JSON on its standard input, plain fields in its environment."""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from loopfind.cli.hooks import HOOK_SECONDS, HookError
from loopfind.errors import BadSetting

_LONGEST = 4096
"""Letters of a variable at the most: a system takes no more than a few of much more."""
_SAID = 4096
"""Bytes of a command's messages that are read."""


class HookCommand:
    """A command that is run without a shell: nothing of a finding becomes a part of it."""

    name = "--exec"

    def __init__(self, given: str, seconds: float = HOOK_SECONDS) -> None:
        self._seconds = seconds
        try:
            self._words = shlex.split(given, posix=os.name != "nt")
        except ValueError as error:
            raise BadSetting(self.name, given, f"it cannot be split into words ({error})") from None
        if not self._words:
            raise BadSetting(self.name, given, "give a command, such as 'notify-send loopfind'")
        if shutil.which(self._words[0]) is None:
            raise BadSetting(self.name, given, f"there is no program {self._words[0]!r}; a script must be executable")

    def act(self, finding: Mapping[str, Any], over: threading.Event) -> None:
        data = json.dumps(finding).encode() + b"\n"
        with tempfile.TemporaryFile() as said, self._started(finding, said.fileno()) as child:
            ended = _written(child, data, self._seconds, over)
            said.seek(0)
            last = said.read(_SAID).decode("utf-8", "replace").strip().partition("\n")[0]
        if ended is None:
            if not over.is_set():
                raise HookError(f"{self._words[0]} was ended, as it ran for {self._seconds:g} s")
        elif ended:
            raise HookError(f"{self._words[0]} ended with status {ended}{': ' + last if last else ''}")

    @contextlib.contextmanager
    def _started(self, finding: Mapping[str, Any], said: int) -> "Iterator[subprocess.Popen[bytes]]":
        environment = os.environ | dict(variables(finding))
        try:
            child = subprocess.Popen(
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment,
            )
        except (OSError, ValueError) as error:
            raise HookError(f"{self._words[0]} cannot be run: {getattr(error, 'strerror', None) or error}") from None
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            if child.stdin is not None:
                with contextlib.suppress(OSError):
                    child.stdin.close()


def variables(finding: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the plain fields of a finding as variables of the environment: LOOPFIND_FINDING_ID and so on."""
    repeat = finding.get("repeat", {})
    shown = repeat.get("occurrences", [])
    places = {"first": shown[0]["start"], "start": shown[-1]["start"], "end": shown[-1]["end"]} if shown else {}
    known = {
        **finding,
        **repeat,
        "id": finding["id"],
        "number": repeat.get("id"),
        "times": len(shown) or None,
        **places,
    }
    for name, value in known.items():
        if isinstance(value, str | int | float):
            words = str(value).lower() if isinstance(value, bool) else str(value)
            yield f"LOOPFIND_FINDING_{name.upper()}", words.replace("\0", "")[:_LONGEST]


def _written(child: "subprocess.Popen[bytes]", data: bytes, seconds: float, over: threading.Event) -> int | None:
    """Write to a command, and wait for its end. Returns its status, None where it took too long or `over` was set."""
    waited, step = 0.0, min(0.2, seconds)
    pending: bytes | None = data
    while waited < seconds and not over.is_set():
        try:
            child.communicate(pending, timeout=step)
        except subprocess.TimeoutExpired:
            waited, pending = waited + step, None
        except OSError:  # it reads no more
            pending = None
        else:
            return child.returncode
    return None
