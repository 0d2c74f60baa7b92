"""Addresses of videos: the names that users give, in the form that ffmpeg takes.

A local path is passed on as `file:PATH`, so that no dash, colon or percent sign in a name means anything to ffmpeg. An
address with a scheme is passed on unchanged, and `-` is standard input. Options before the address limit what ffmpeg
may open for it.
"""

import os
import re
import stat
from dataclasses import dataclass, replace
from itertools import pairwise
from urllib.parse import unquote_to_bytes, urlsplit

from loopfind.errors import Unreadable
from loopfind.media.ffmpeg.allowlist import limited, needed, needed_within
from loopfind.objects import bucket

STANDARD_INPUT = "-"

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
"""A scheme has two letters or more: one alone is a drive of Windows."""
_WRAPPED = re.compile(r"(?:concatf?|subfile|cache|async|crypto|data|pipe|fd|udp|rtp|unix)[:,]", re.IGNORECASE)
_DRIVE = re.compile(r"/[a-z][:|]", re.IGNORECASE)
_NUMBERED = re.compile(rb"((?:[^%]|%%)*)%0?(\d*)d")
_SEEKABLE_URL = re.compile(r"(?:https?|ftp|sftp)://", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """The place that a video is read from.

    shown: the name as the user gave it, printable. name: the same to the byte, with what is not UTF-8 as surrogates,
    like os.fsdecode; of `file:` the path alone. argument: the word after `-i`. options: the words before `-i`.
    local: the path on disk, None for standard input and URLs. seekable: whether the reader may start in the middle.
    feed: the descriptor that its bytes come through, None where ffmpeg opens it itself.
    """

    shown: str
    argument: bytes
    options: tuple[str, ...] = ()
    local: bytes | None = None
    seekable: bool = False
    feed: int | None = None
    name: str = ""

    @property
    def words(self) -> list[str]:
        """The words of an ffmpeg command that name it as the input; of an object, by an address signed anew."""
        return [*self.options, "-i", bucket.signed(self.name) if self.is_signed else os.fsdecode(self.argument)]

    @property
    def is_signed(self) -> bool:
        """Return whether it is an object in a bucket."""
        return bucket.is_object(self.name)

    def waiting(self, stall: float) -> "Address":
        """Return the address of which ffmpeg waits for no byte longer than so many seconds, where it may be waited for:
        over a network."""
        if not self.is_signed and not _SEEKABLE_URL.match(self.name):
            return self
        return replace(self, options=(*self.options, "-rw_timeout", str(round(stall * 1e6))))

    @property
    def is_on_disk(self) -> bool:
        """Return whether it is a file that can be read again, from any place: no pipe, no address."""
        return self.seekable and self.local is not None

    @property
    def is_stdin(self) -> bool:
        """Return whether it is standard input."""
        return self.shown == STANDARD_INPUT

    @property
    def is_remote(self) -> bool:
        """Return whether its bytes come over a connection, which may be cut."""
        return self.local is None and not self.is_piped and _URL.match(self.name) is not None

    @property
    def is_piped(self) -> bool:
        """Return whether its bytes come through a pipe, in order."""
        return self.is_stdin or self.feed is not None


def resolve(path: "str | os.PathLike[str] | Address") -> Address:
    """Return the address that `path` names: a local path, `file:` and one, a `file://` URL, another URL, or `-`. An
    Address is returned unchanged.

    Raises Unreadable for a local file that does not exist, is a folder, is empty, or may not be read.
    """
    if isinstance(path, Address):
        return path
    given = os.fspath(path)
    name = local_name(given)
    return replace(_resolved(name, printable(given)), name=name)


def check_seekable(where: Address, what: str) -> None:
    """Raise Unreadable for what can be read once only. what: needs to read it more often."""
    if not where.seekable:
        raise Unreadable(where.shown, f"it can be read once only, and {what} needs a file: save it as one first")


def _resolved(name: str, shown: str) -> Address:
    if name == STANDARD_INPUT:
        # The fd protocol seeks when standard input is redirected from a file; pipe: never does.
        return Address(shown, b"fd:", (*limited(("fd",)), "-fd", "0"))
    if bucket.is_object(name):
        _check_object(shown, name)
        return Address(shown, b"", limited(needed("https")), seekable=True)
    if _URL.match(name):
        seekable = _SEEKABLE_URL.match(name) is not None
        return Address(shown, _url_argument(shown, name), limited(needed(name), remote=True), seekable=seekable)
    elif _WRAPPED.match(name) and not os.path.lexists(name):
        _check_joined(shown, name)
        return Address(shown, _url_argument(shown, name), limited(needed_within(name), remote=True))
    local = os.fsencode(name)
    if b"\0" in local or not local:
        raise Unreadable(shown, "not a file name: give the path of a video")
    if _NUMBERED.match(os.path.basename(local)) and not os.path.lexists(local):
        first = str(_first_picture(shown, local))
        return Address(shown, b"file:" + local, (*limited(("file",)), "-start_number", first), seekable=False)
    seekable = _check_file(shown, local)
    return Address(shown, b"file:" + local, limited(("file",)), local, seekable)


def _check_object(shown: str, name: str) -> None:
    """Raise Unreadable for an object that no decoder could read, and MissingExtra."""
    state = bucket.look(name)
    if state is None:
        what = "a folder of objects, not a video: name one of them" if bucket.below(name, 1) else "no such object"
        raise Unreadable(shown, what)
    if state.size == 0:
        raise Unreadable(shown, "an empty file: copy or record it again")


def _check_joined(shown: str, name: str) -> None:
    """Raise Unreadable for files that cannot be joined byte by byte: ffmpeg would read the first one alone."""
    if not name.lower().startswith("concat:"):
        return
    for part in name[len("concat:") :].split("|")[1:]:
        if head_of(os.fsencode(part.removeprefix("file:")), 8)[4:] == b"ftyp":
            what = (
                "MP4 files cannot be joined byte by byte, and only the first would be read: join them with ffmpeg first"
            )
            raise Unreadable(shown, what)


def _first_picture(shown: str, local: bytes) -> int:
    """Return the number of the first picture of a sequence. Raises Unreadable where there is none, or where one is
    missing between others: ffmpeg would end there without a word."""
    folder, pattern = os.path.split(local)
    digits = _NUMBERED.match(pattern)
    assert digits is not None
    width = int(digits[2] or 1)
    before, after = (part.replace(b"%%", b"%") for part in (digits[1], pattern[digits.end() :]))
    try:
        names = os.listdir(folder or b".")
    except OSError as error:
        raise Unreadable(shown, f"its folder cannot be read: {error.strerror}") from None
    inner = [
        name[len(before) : len(name) - len(after)]
        for name in names
        if name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after) + width
    ]
    numbers = sorted({int(one) for one in inner if one.isdigit() and (len(one) == width or one[:1] != b"0")})
    if not numbers:
        raise Unreadable(shown, "no picture has such a name: check it")
    missing = next((one + 1 for one, after_it in pairwise(numbers) if after_it > one + 1), None)
    if missing is not None:
        what = f"number {missing} is missing, of {numbers[0]} to {numbers[-1]}: number the pictures without gaps"
        raise Unreadable(shown, what)
    return numbers[0]


def is_plain_path(name: str) -> bool:
    """Return whether a name is a path on disk, and no address, no standard input and nothing that wraps others."""
    wrapped = _WRAPPED.match(name) is not None and not os.path.lexists(name)
    return name != STANDARD_INPUT and not _URL.match(name) and not wrapped


def local_name(name: str) -> str:
    """Return the path that a `file://` URL names, or what stands behind `file:`, which ffmpeg takes for a path as it
    stands; any other name unchanged, and that of a file which is called so."""
    lower = name[:7].lower()
    if lower == "file://":
        return path_of_url(name, os.name == "nt")
    return name[5:] if lower.startswith("file:") and not os.path.lexists(name) else name


def path_of_url(url: str, on_windows: bool) -> str:
    """Return the path that a `file://` URL names. On Windows a drive stands at its beginning, or a server's name."""
    parts = urlsplit(url)
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if not on_windows:
        return path
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"//{parts.netloc}{path}"
    return path[1:] if _DRIVE.match(path) else path


def fed_address(path: str | os.PathLike[str], feed: int) -> Address:
    """Return the address of a local file whose bytes come through the descriptor `feed`."""
    given = os.fspath(path)
    name = local_name(given)
    options = (*limited(("fd",)), "-fd", "0")
    return Address(printable(given), b"fd:", options, os.fsencode(name), feed=feed, name=name)


def _url_argument(shown: str, name: str) -> bytes:
    """Return an address as the word after `-i`. Raises Unreadable for one that no command can hold."""
    if "\0" in name:
        raise Unreadable(shown, "not an address: it holds a zero byte")
    return os.fsencode(name)


def printable(name: str) -> str:
    """Return `name` with undecodable bytes and control characters escaped, so that it fits a line of a terminal."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in decoded)


def _check_file(shown: str, local: bytes) -> bool:
    """Return whether a file can be read from the middle. Raises Unreadable for one that no decoder could read."""
    try:
        status = os.stat(local)
    except FileNotFoundError:
        raise Unreadable(shown, "no such file: check the name") from None
    except PermissionError:
        raise Unreadable(shown, "no permission to look into its folder: change the permissions or the user") from None
    except OSError as error:
        raise Unreadable(shown, f"cannot be read: {error.strerror}") from None
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable(shown, "a folder, not a video: give a file in it")
    if not os.access(local, os.R_OK):
        raise Unreadable(shown, "no permission to read it: change the permissions or the user")
    if not stat.S_ISREG(status.st_mode):
        return False
    if status.st_size == 0:
        raise Unreadable(shown, "an empty file: copy or record it again")
    return True


def head_of(local: bytes | None, count: int) -> bytes:
    """Return the first bytes of a local file, at most so many; none of a pipe or of what cannot be read."""
    if local is None:
        return b""
    try:
        if not stat.S_ISREG(os.stat(local).st_mode):  # to open a pipe may take for ever
            return b""
        with open(local, "rb") as file:
            return file.read(count)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return b""


def file_size(where: Address) -> int | None:
    """Return the bytes of a local file, None for a pipe, a stream, or what cannot be looked at."""
    status = _status_of(where)
    return status.st_size if status is not None and stat.S_ISREG(status.st_mode) else None


def file_mark(where: Address) -> tuple[int, ...] | None:
    """Return numbers that change where a local file does, None for what is no file."""
    status = _status_of(where)
    return None if status is None else (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _status_of(where: Address) -> os.stat_result | None:
    """Return what the system knows of a local file, None where there is none to look at."""
    if where.local is None:
        return None
    try:
        return os.stat(where.local)
    except OSError:
        return None


def is_indexed(where: Address) -> bool:
    """Return whether it is MP4 or QuickTime, whose index has the times of each packet and whether a decoder can start
    at it. Nothing is gained by looking into the packets for them."""
    return where.seekable and head_of(where.local, 8)[4:] == b"ftyp"


def is_text(local: bytes | None) -> bool:
    """Return whether a local file starts like a text: its first 4 kB hold no control bytes and are UTF-8."""
    head = head_of(local, 4096)
    if not head or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    try:
        head[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return True
