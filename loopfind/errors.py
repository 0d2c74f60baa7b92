"""Everything loopfind raises on purpose.

    LoopfindError
    ├── UsageError             the request itself cannot be met           exit status 2
    │   ├── UnknownPart        a name that is in no table
    │   └── BadSetting         a value outside what a setting takes
    ├── MediaError             the video could not be read                exit status 1
    │   ├── Unreadable         no such file, a folder, no permission, an empty file
    │   ├── NotVideo           readable, but text, audio only or a single picture
    │   ├── Broken             a video that the decoder cannot open
    │   ├── NoStream           the video stream asked for is not there
    │   ├── NoMotionVectors    its codec hands over none
    │   └── DecoderFailed      ffmpeg is missing, crashed or was killed
    ├── BadReport              a file that is no report of loopfind       exit status 1
    ├── BadReview              no review, or one of another video         exit status 1
    ├── LibraryError           a library is damaged, foreign, full, busy  exit status 1
    │   ├── TooFewFiles        it holds too few files for a question
    │   └── LibraryUnwritable  it takes nothing just now
    │       └── LibraryUnreachable  its server does not answer
    ├── ReviewRefused          a decision that cannot be made or undone   exit status 1
    ├── WorkersFailed          no scheduler, or a task ends its workers   exit status 1
    ├── MissingExtra           a package that only this needs is not there exit status 1
    ├── BadPlugin              another package's part cannot be used      exit status 1
    └── OutputError            the answer could not be written            exit status 1

Each message is one line: what is wrong, with which file or value, and what to do.
"""

import errno
import os
from collections.abc import Iterable
from typing import Any

_EXHAUSTED = {
    errno.EMFILE: "no more files can be opened: raise the limit (ulimit -n), or do less at a time (--jobs 1)",
    errno.ENFILE: "the system can open no more files: end other programs, or raise its limit",
    errno.EAGAIN: "no more processes can be started: raise the limit (ulimit -u), or end other programs",
    errno.ENOMEM: "there is not enough memory: end other programs, or do less at a time (--jobs 1)",
    errno.ENOSPC: "no space left on the disk: make room, or name another place",
    errno.EDQUOT: "no space left in the quota: make room, or name another place",
    errno.EFBIG: "no file may grow so large: raise the limit (ulimit -f), or name another place",
    errno.EROFS: "the disk takes no files (it is read-only): name another place",
}


def exhausted(error: BaseException) -> str:
    """Return what the system has no more of, and what to do, where that is what an error says; "" for other errors."""
    if isinstance(error, MemoryError):
        return _EXHAUSTED[errno.ENOMEM]
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return _EXHAUSTED[errno.EAGAIN]
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):
        return "no folder takes temporary files: make room in one, or name one with TMPDIR"
    return _EXHAUSTED.get(error.errno or 0, "") if isinstance(error, OSError) else ""


def out_of_files(wanted: int) -> str:
    """Return that this process cannot open so many more files, and what to do; "" where it can."""
    opened: list[int] = []
    try:
        opened.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(wanted))
    except OSError as error:
        return exhausted(error)
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return ""


class LoopfindError(Exception):
    """The root of every error that loopfind raises on purpose. It comes whole out of another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _as_it_was, (type(self), self.args, vars(self))


def _as_it_was(kind: type[LoopfindError], args: tuple[object, ...], values: dict[str, object]) -> LoopfindError:
    """Return an error made anew, without its words being put together again."""
    error = kind.__new__(kind, *args)
    vars(error).update(values)
    return error


class UsageError(LoopfindError):
    """The request itself cannot be met, whatever the video."""


class UnknownPart(UsageError):
    """A name that is in no table."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.what, self.name, self.known = what, name, tuple(known)
        super().__init__(f"unknown {what} {name!r}: choose one of {', '.join(self.known)}")


class BadSetting(UsageError):
    """A value outside what a setting takes."""

    def __init__(self, setting: str, value: object, takes: str) -> None:
        self.setting, self.value, self.takes = setting, value, takes
        super().__init__(f"{setting} cannot be {value!r}: {takes}")


class MissingOption(UsageError):
    """An option that a request cannot do without."""

    def __init__(self, option: str, why: str) -> None:
        self.option, self.why = option, why
        super().__init__(f"{option} is missing: {why}")


class MediaError(LoopfindError):
    """A video could not be read; `path` names it as the user did."""

    def __init__(self, path: str, what: str) -> None:
        self.path, self.what = path, what
        super().__init__(f"{path}: {what}" if path else what)


class Unreadable(MediaError):
    """No such file, a folder, no permission, an empty file, an address that does not answer."""


class FellSilent(Unreadable):
    """A source from which nothing more comes."""


class NotVideo(MediaError):
    """Readable, but text, audio only or a single picture."""


class SoundOnly(NotVideo):
    """Readable, and sound without pictures."""


class StillStream(NotVideo):
    """A video stream of a single picture, beside another one. other: the number of that."""

    def __init__(self, path: str, what: str, other: int) -> None:
        super().__init__(path, what)
        self.other = other


class Broken(MediaError):
    """A video that the decoder cannot open."""


class NoStream(MediaError):
    """The video stream asked for is not there."""


class NoMotionVectors(MediaError):
    """A video whose coded stream hands over no motion vectors. why: not."""

    def __init__(self, path: str, why: str) -> None:
        self.why = why
        super().__init__(path, f"no motion vectors can be read of it, as {why}: leave --way vectors out")


class DecoderFailed(MediaError):
    """ffmpeg is missing, crashed or was killed."""


class BadReport(LoopfindError):
    """A file that should hold a report in JSON does not."""

    def __init__(self, path: str, what: str) -> None:
        self.path, self.what = path, what
        super().__init__(f"{path}: {what}")


class BadReview(LoopfindError):
    """A file that should hold a review of this report does not."""

    def __init__(self, path: str, what: str) -> None:
        self.path, self.what = path, what
        super().__init__(f"{path}: {what}")


class LibraryError(LoopfindError):
    """A library cannot be used: it is damaged, no library, not to be written, full, or another program holds it."""

    def __init__(self, path: str, what: str) -> None:
        self.path, self.what = path, what
        super().__init__(f"{path}: {what}")


class TooFewFiles(LibraryError):
    """A library holds too few files for a question.

    what: how many it holds and how many it takes. otherwise: what an option offers instead, which is in the message and
    not in `what`.
    """

    def __init__(self, path: str, what: str, otherwise: str = "") -> None:
        super().__init__(path, f"{what}: add more{otherwise}")
        self.what = f"{what}: add more"


class LibraryUnwritable(LibraryError):
    """A library takes nothing just now: its disk is full or fails, it may not be written to, or it is busy."""


class ReviewRefused(LoopfindError):
    """A decision on a finding that cannot be made, or not be taken back."""


class LibraryUnreachable(LibraryUnwritable):
    """The server of a library does not answer, or ended the connection."""


class WorkersFailed(LoopfindError):
    """Work on several processes or machines cannot go on: no scheduler answers, or a task ends its workers."""


class MissingExtra(LoopfindError):
    """A request needs a package that does not come with loopfind; `extra` brings it."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        self.what, self.package, self.extra = what, package, extra
        super().__init__(f"{what} needs {package}: pip install 'loopfind[{extra}]'")


class BadPlugin(LoopfindError):
    """A part of another package cannot be used: it cannot be loaded, lacks something, or has a name that is taken."""

    def __init__(self, package: str, what: str) -> None:
        self.package, self.what = package, what
        super().__init__(f"the package {package}: {what}")


class OutputError(LoopfindError):
    """The answer could not be written."""

    def __init__(self, path: str, what: str) -> None:
        self.path, self.what = path, what
        super().__init__(f"{path}: {what}")
