"""The HTTP status of each error, for the API, the pages and the problems of jobs alike."""

from typing import NamedTuple

from loopfind.errors import (
    Broken,
    DecoderFailed,
    LibraryError,
    LibraryUnwritable,
    LoopfindError,
    MediaError,
    MissingExtra,
    NoStream,
    NotVideo,
    ReviewRefused,
    TooFewFiles,
    UsageError,
)


class ErrorStatus(NamedTuple):
    """The answer to a kind of error. status: of HTTP. title: the same for every error of the kind."""

    status: int
    title: str


STATUSES: tuple[tuple[type[Exception], ErrorStatus], ...] = (
    (NotVideo, ErrorStatus(415, "Not a video")),
    (NoStream, ErrorStatus(422, "No such stream")),
    (Broken, ErrorStatus(415, "Cannot be decoded")),
    (DecoderFailed, ErrorStatus(500, "The decoder failed")),
    (MediaError, ErrorStatus(422, "Cannot be read")),
    (UsageError, ErrorStatus(422, "Cannot be asked")),
    (ReviewRefused, ErrorStatus(409, "Cannot be decided")),
    (MissingExtra, ErrorStatus(501, "Not installed")),
    (TooFewFiles, ErrorStatus(409, "Too few files")),
    # It may take something again in a while; one that is damaged will not get well by itself.
    (LibraryUnwritable, ErrorStatus(503, "The library takes nothing just now")),
    (LibraryError, ErrorStatus(500, "The library fails")),
    (MemoryError, ErrorStatus(507, "Too large")),
    (OSError, ErrorStatus(507, "No room")),
)
"""Kinds of errors and their answers; the first that fits is an error's."""
_FAILED = ErrorStatus(500, "Failed")


def status_of(error: Exception) -> ErrorStatus:
    """Return the answer to an error."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), _FAILED)


def said_of(error: LoopfindError) -> str:
    """Return an error in words, without a path: the folders of the service are nobody's business who asks over a
    network."""
    if isinstance(error, LibraryError):
        return f"the library: {error.what}"
    return error.what if isinstance(error, MediaError) else str(error)
