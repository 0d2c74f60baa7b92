"""Uploads: streamed to files of their own, resumed where they were cut off, and checked by a digest where one is given.

An upload has a key, which its client makes up. What has come of it lies in a file that is named for the key, so that
whoever knows the key can go on; once it is whole it gets its last name.
"""

import base64
import binascii
import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from loopfind.media.ffmpeg.address import is_text
from loopfind.service.refusals import Refused
from loopfind.service.settings import ServiceSettings

_AT_ONCE = 1 << 20
"""Bytes that are written together."""
_HOPELESS = (413, 415, 422)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_KEY = re.compile(r"[A-Za-z0-9._~-]{8,128}")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/=]{1,100}):")
TAKEN_TYPES = ("video/", "audio/", "image/gif", "image/webp", "image/apng", "application/octet-stream")
"""Beginnings of the media types that an upload may have."""


@dataclass(frozen=True)
class UploadPart:
    """The part of an upload that a request brings. first: number of its first byte. total: bytes of the whole, None
    where that is not known yet."""

    first: int = 0
    total: int | None = None
    ranged: bool = False


def part_of(header: str | None, length: str | None) -> UploadPart:
    """Return the part that a Content-Range header names, all of it for none. length: the Content-Length header. Raises
    Refused."""
    if header is None:
        return UploadPart(0, int(length) if length else None)
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        raise Refused(400, "Content-Range is bytes FIRST-LAST/TOTAL")
    first, last, total = int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3])
    if last < first or (total is not None and last >= total):
        raise Refused(400, "Content-Range ends before it begins, or behind the end")
    if length and int(length) != last - first + 1:
        raise Refused(400, "Content-Range and Content-Length do not agree")
    return UploadPart(first, total, True)


def digest_in(header: str | None) -> bytes | None:
    """Return the SHA-256 of a Repr-Digest header (RFC 9530), None for no header. Raises Refused."""
    if header is None:
        return None
    found = _DIGEST.search(header)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != hashlib.sha256().digest_size:
        raise Refused(400, "Repr-Digest is sha-256=:BASE64:")
    return digest


def checked_key(key: str) -> str:
    """Return a key that a client made up. Raises Refused for one that is none."""
    if not _KEY.fullmatch(key):
        raise Refused(400, "Idempotency-Key has 8 to 128 letters, digits, dots, dashes")
    return key


def checked_name(name: str) -> str:
    """Return the name of a file, for people. Raises Refused for one that no file has."""
    if not name.isprintable() or name in (".", "..") or "/" in name or "\\" in name or len(name) > 255:
        raise Refused(400, "the name of an upload is that of a file, without folders and control characters")
    return name


def check_type(header: str | None) -> None:
    """Raise Refused for a media type that is no video and no sound."""
    kind = (header or TAKEN_TYPES[-1]).partition(";")[0].strip().lower()
    if not kind.startswith(TAKEN_TYPES):
        raise Refused(415, f"a video or a sound is taken, not {kind[:80]}; or application/octet-stream")


class UploadFolder:
    """The folder of uploads. It is one process that receives them."""

    def __init__(self, folder: str, settings: ServiceSettings) -> None:
        self._folder, self._settings = folder, settings
        self._active: set[str] = set()

    def path(self, name: str) -> str:
        """Return the path of an upload that is whole, by its last name. Raises Refused for what is no such name."""
        if not name or os.path.basename(name) != name or name.startswith("."):
            raise Refused(404, "there is no such upload")
        return os.path.join(self._folder, name)

    def offset(self, key: str) -> int:
        """Return how many bytes of an upload have come."""
        try:
            return os.stat(self._part(key)).st_size
        except OSError:
            return 0

    async def receive(
        self,
        key: str,
        name: str,
        part: UploadPart,
        stream: AsyncIterator[bytes],
        digest: bytes | None = None,
        resumable: bool = True,
    ) -> str | None:
        """Take in a part of an upload. Return its last name once it is whole, None before.

        name: of the file, of which the ending is kept. digest: SHA-256 of the whole. resumable: whether the client
        knows the key. Raises Refused: 409 where the part does not go on where the upload ends or another request
        brings it, 413, 415 for a text, 422 for another digest, 507 where the disk is full; and ClientDisconnect, after
        which what has come may be gone on with.
        """
        if key in self._active:
            raise Refused(409, "another request brings this upload already")
        self._active.add(key)
        try:
            there = self.offset(key) if part.ranged else 0
            if part.first != there:
                raise Refused(409, f"go on from byte {there}", {"Upload-Offset": str(there)})
            if part.total is not None and part.total > self._settings.most_bytes:
                raise Refused(413, f"an upload has at most {self._settings.most_bytes:,} bytes")
            self._check_room((part.total or 0) - there)
            size = await self._write(key, there, part, stream)
            if part.total is not None and size < part.total:
                return None
            return await run_in_threadpool(self._finished, key, name, digest)
        except BaseException as error:
            # Nobody can go on with an upload whose key was made here, nor with one that is too large.
            if not resumable or (isinstance(error, Refused) and error.status in _HOPELESS):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._part(key))
            raise
        finally:
            self._active.discard(key)

    async def _write(self, key: str, there: int, part: UploadPart, stream: AsyncIterator[bytes]) -> int:
        """Write what comes, and return how many bytes there are now."""
        size, waiting, held = there, list[bytes](), 0
        limit = self._settings.most_bytes if part.total is None else part.total
        path = self._part(key)
        flags = os.O_WRONLY | os.O_CREAT | (0 if there else os.O_TRUNC)
        file = os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)

        def flush() -> None:
            file.write(b"".join(waiting))

        try:
            file.seek(there)
            try:
                async for chunk in stream:
                    size += len(chunk)
                    if size > limit:
                        raise Refused(413, f"there are more than {limit:,} bytes")
                    waiting.append(chunk)
                    held += len(chunk)
                    if held >= _AT_ONCE:
                        await run_in_threadpool(flush)
                        self._check_room(0)
                        waiting, held = [], 0
            except ClientDisconnect:
                await run_in_threadpool(flush)
                raise
            await run_in_threadpool(flush)
            return size
        except OSError as error:
            if error.errno in _FULL:
                raise Refused(507, "the disk of the service is full") from error
            raise
        finally:
            file.close()

    def _check_room(self, wanted: int) -> None:
        if shutil.disk_usage(self._folder).free - max(0, wanted) < self._settings.least_free:
            raise Refused(507, "the disk of the service has no room for this")

    def _finished(self, key: str, name: str, digest: bytes | None) -> str:
        """Give an upload that is whole its last name, and return that."""
        part = self._part(key)
        with open(part, "rb") as file:
            wrong = digest is not None and hashlib.file_digest(file, "sha256").digest() != digest
            os.fsync(file.fileno())
        size = os.stat(part).st_size
        if wrong or size == 0 or is_text(os.fsencode(part)):
            os.unlink(part)
        if wrong:
            raise Refused(422, "the digest is not that of the bytes that came: send them again")
        if size == 0:
            raise Refused(422, "the file is empty")
        if not os.path.exists(part):
            raise Refused(415, "this is a text, and no video and no sound")
        ending = _ENDING.search(name)
        last = f"{_named(key)}{ending[0].lower() if ending else ''}"
        os.replace(part, os.path.join(self._folder, last))
        return last

    def _part(self, key: str) -> str:
        return os.path.join(self._folder, f".{_named(key)}.part")


def _named(key: str) -> str:
    """Return the name of a file that stands for a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
