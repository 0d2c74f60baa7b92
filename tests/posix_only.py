"""Tests that take what only POSIX has, or only Linux: skipped where that is not there."""

import os
import signal

NAMES = {
    os: {
        "mkfifo",
        "killpg",
        "fork",
        "getuid",
        "geteuid",
        "uname",
        "wait4",
        "setsid",
        "getpgid",
        "O_NONBLOCK",
        "openpty",
    },
    signal: {"SIGKILL", "SIGPIPE", "SIGHUP", "SIGSTOP", "SIGCONT", "pause"},
}


def reason(error: BaseException) -> str:
    """Return why a test that ended in this error cannot run here, "" where it could and did not pass."""
    if isinstance(error, AttributeError) and error.name in NAMES.get(error.obj, ()):
        return f"{error.obj.__name__}.{error.name} is not there"
    if isinstance(error, FileNotFoundError) and str(error.filename).startswith("/proc/"):
        return f"{error.filename} is not there"
    if isinstance(error, ModuleNotFoundError) and error.name in {"resource", "pty", "termios", "fcntl"}:
        return f"the module {error.name} is not there"
    return ""
