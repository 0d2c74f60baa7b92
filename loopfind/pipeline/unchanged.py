"""A check that a local file stays the same while it is read: what comes of two files is not the answer to one."""

import os
import stat
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple, Self

from loopfind.errors import MediaError, Unreadable
from loopfind.media.ffmpeg.address import Address
from loopfind.model.video import Loss, Source
from loopfind.stores.digest import digest_of
from loopfind.stores.places import look_at

GREW = "the file grew while it was read; --follow reads on"
CHANGED = "the file changed before its pictures were taken"


class _State(NamedTuple):
    device: int
    inode: int
    size: int
    changed: int


class FileWatch:
    """Compares a file with what it was, for as long as a `with` statement lasts; anything but a local file or an
    object never changes.

    grew: whether something was added at its end, known after the body. Leaving raises Unreadable where the file became
    another one.
    """

    def __init__(self, where: Address) -> None:
        self._where, self.grew = where, False
        self._before = self._state()
        self._digest = b"" if self._before is None else self._digest_now(self._before.size)

    def identified(self, source: Source) -> Source:
        """Return a source with the size and the digest of the file as it was before it was read."""
        if self._before is None or not self._digest:
            return source
        return replace(source, size=self._before.size, digest=self._digest.hex())

    def changed(self) -> bool:
        """Return whether another file is there now. One that was removed, or was added to, is the same as far as it
        was read."""
        now = self._state()
        if self._before is None or now is None or now == self._before:
            return False
        if now.size < self._before.size or self._digest_now(self._before.size) != self._digest:
            return True
        self.grew = now.size > self._before.size
        return False

    def losses(self, end: float) -> tuple[Loss, ...]:
        """Return what was not read of a file that grew; end: seconds at which the last frame ends."""
        return (Loss(end, end, GREW),) if self.grew else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: TracebackType | None) -> None:
        if (error is None or isinstance(error, MediaError)) and self.changed():
            raise Unreadable(self._where.shown, "changed while it was read: scan it once more when it is finished")

    def _state(self) -> _State | None:
        """Return the file as it is now, None where it is not there, or is neither a plain local file nor an object."""
        try:
            if self._where.is_signed:
                return _State(0, 0, *look_at(self._where.name)[1:])
            status = None if self._where.local is None else os.stat(self._where.local)
        except (OSError, Unreadable):
            return None
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        return _State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def _digest_now(self, size: int) -> bytes:
        """Return the digest of the first `size` bytes; b"" where they cannot be read."""
        try:
            return digest_of(self._where.local or os.fsencode(self._where.name), size)
        except (OSError, Unreadable):
            return b""
