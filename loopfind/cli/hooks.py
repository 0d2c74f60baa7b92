"""The options --exec and --webhook: a command is run, or an address is posted to, for each finding.

Each has a thread and a queue of its own, so that neither a command that hangs nor a server that is away holds up the
reading. What goes wrong is a line on stderr.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from loopfind.errors import UsageError
from loopfind.reports.wording import count, safe

HOOK_SECONDS = 60.0
"""Seconds in which a hook must be done with a finding, and at the end with all of them."""
HURRY = 3.0
"""Seconds that hooks have after Ctrl-C."""
MOST_WAITING = 100
"""Findings that wait for their turn at the most; of more the newest are left out."""

Note = Callable[[str], None]


def parse_hooks(command: str | None, address: str | None, live: bool) -> "list[Hook]":
    """Return the hooks that options ask for. live: whether there will be findings. Raises UsageError and BadSetting."""
    for option, given in (("--exec", command), ("--webhook", address)):
        if given is not None and not live:
            raise UsageError(f"{option} is for findings as they come: add --follow or --watch, or leave it out")
    hooks: list[Hook] = []
    if command is not None:
        from loopfind.cli.hook_command import HookCommand

        hooks.append(HookCommand(command))
    if address is not None:
        from loopfind.cli.hook_webhook import Webhook  # what it posts with is slow to import

        hooks.append(Webhook(address))
    return hooks


class HookError(Exception):
    """A hook did not do what it should, in words."""


class Hook(Protocol):
    """Something to do for a finding. name: its option."""

    name: str

    def act(self, finding: Mapping[str, Any], over: threading.Event) -> None:
        """Do it, or give up once `over` is set. Raises HookError."""


class Hooks:
    """Hooks at work. Within a `with` statement findings are taken; at its end those that wait are dealt with."""

    def __init__(self, hooks: Sequence[Hook], note: Note) -> None:
        self._workers = [_Worker(hook, note) for hook in hooks]

    def send(self, finding: Mapping[str, Any]) -> None:
        """Do what is to be done for a finding, later and in order."""
        for worker in self._workers:
            worker.put(finding)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        at_once = isinstance(error, KeyboardInterrupt | SystemExit)
        try:
            for worker in self._workers:
                worker.finish(HURRY if at_once else HOOK_SECONDS)
        finally:
            for worker in self._workers:
                worker.stop()


class _Worker:
    """The thread of one hook."""

    def __init__(self, hook: Hook, note: Note) -> None:
        self._hook, self._note = hook, note
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(MOST_WAITING + 1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=hook.name, daemon=True)
        self._thread.start()

    def put(self, finding: Mapping[str, Any]) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._say(f"{MOST_WAITING} findings wait already; that of {finding['wall']} is left out")
            return
        self._waiting.put_nowait(finding)

    def finish(self, patience: float) -> None:
        """Wait for so many seconds until all is done."""
        self._waiting.put(None)
        self._thread.join(min(HURRY, patience))
        if patience > HURRY and self._thread.is_alive():
            self._say(f"not done yet; it has {patience:.0f} s in all, and Ctrl-C gives it up")
            self._thread.join(patience - HURRY)

    def stop(self) -> None:
        """Give up what is not done."""
        self._over.set()
        self._thread.join(5.0)
        left = sum(item is not None for item in self._waiting.queue)
        if left:
            self._say(f"{count(left, 'finding')} still waited at the end, and came to nothing")

    def _work(self) -> None:
        while not self._over.is_set() and (finding := self._waiting.get()) is not None:
            try:
                self._hook.act(finding, self._over)
            except HookError as error:
                self._say(str(error))

    def _say(self, what: str) -> None:
        self._note(f"loopfind: {self._hook.name}: {safe(what)}")
