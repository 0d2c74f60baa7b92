"""A Python that lacks what Windows lacks: `python like_windows.py CODE` runs code in it.

Modules, functions and signals of POSIX are gone, a child takes nothing that Windows cannot give it, what is open can
neither be removed nor replaced, and there is a console of one byte a letter.
"""

import os
import signal
import subprocess
import sys
from typing import Any

# What others wrote has a way of its own for each system, which it chooses where it is loaded.
import filelock  # noqa: F401
import imageio_ffmpeg  # noqa: F401
import numpy  # noqa: F401
import rich.console  # noqa: F401
import typer  # noqa: F401

GROUP, BREAK = 0x200, 1
MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty")
SELECT = ("poll", "epoll", "kqueue")
SYSTEM = (
    *("fork", "forkpty", "killpg", "getpgid", "setsid", "getuid", "geteuid", "getgid", "mkfifo", "uname", "statvfs"),
    *("pread", "preadv", "pwrite", "readv", "writev", "sendfile", "sched_getaffinity", "set_blocking", "getpgrp"),
    *("O_CLOEXEC", "O_NONBLOCK", "O_SYNC", "O_NOFOLLOW", "posix_spawn", "wait4", "fchmod", "fchown", "chown"),
)
SIGNALS = ("SIGKILL", "SIGPIPE", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGSTOP", "pause", "pthread_sigmask")
NOT_THERE = ("preexec_fn", "pass_fds", "process_group", "start_new_session", "user", "group", "umask")

_kill = os.kill


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """A child as Windows has it: killed at once, or asked to break where it is in a group of its own."""

    def __init__(self, *words: Any, creationflags: int = 0, **options: Any) -> None:
        asked = [name for name in NOT_THERE if options.get(name) not in (None, (), False, -1)]
        if asked:
            raise ValueError(f"{asked[0]} is not supported on Windows platforms")
        self._apart = bool(creationflags & GROUP)
        super().__init__(*words, start_new_session=self._apart, **options)

    def send_signal(self, sig: int) -> None:
        if sig == BREAK and self._apart:
            _kill(self.pid, signal.SIGINT)
        elif sig != signal.SIGTERM:
            raise ValueError(f"Unsupported signal: {sig}")
        elif self.poll() is None:
            _kill(self.pid, 9)

    def kill(self) -> None:
        self.send_signal(signal.SIGTERM)

    terminate = kill


def _refuse_what_is_open(name: str) -> None:
    """Have a function of `os` refuse a file that this process has open, by any of its names."""
    function = getattr(os, name)

    def refusing(*places: Any, **options: Any) -> Any:
        if options.get("dir_fd") is None:
            files = {os.path.realpath(os.fspath(place)) for place in places}
            for number in os.listdir("/proc/self/fd"):
                try:
                    there = os.readlink(f"/proc/self/fd/{number}")
                except OSError:
                    continue
                if there in {os.fsdecode(file) for file in files}:
                    raise PermissionError(13, "The process cannot access the file because it is being used", there)
        return function(*places, **options)

    setattr(os, name, refusing)


def install() -> None:
    for module in MODULES:
        sys.modules[module] = None  # type: ignore[assignment]
    import select

    for owner, names in ((select, SELECT), (os, SYSTEM), (signal, SIGNALS)):
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
    for name in ("replace", "rename", "unlink", "remove"):
        _refuse_what_is_open(name)
    subprocess.CREATE_NEW_PROCESS_GROUP = GROUP  # type: ignore[attr-defined]
    signal.CTRL_BREAK_EVENT = BREAK  # type: ignore[attr-defined]
    subprocess.Popen = Popen  # type: ignore[misc]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="cp1252")  # type: ignore[union-attr]


if __name__ == "__main__":
    install()
    exec(compile(sys.argv.pop(1), "<code>", "exec"))
