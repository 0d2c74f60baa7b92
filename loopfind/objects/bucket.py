"""Objects in a bucket: looked at, listed, signed and read in parts, by s3fs (the extra `s3`).

ffmpeg reads an object by a signed address, which anyone may read it by for a while. Such an address is made for each
command that needs one and is kept nowhere; an object is called by its own name in all that people and programs see.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from loopfind.errors import MissingExtra, Unreadable

SCHEME = "s3://"
SIGNED_FOR = 24 * 3600
"""Seconds that a signed address serves, of which each ffmpeg gets one of its own: longer than any decoding takes."""
_CONFIG = {
    "signature_version": "s3v4",
    "connect_timeout": 10,
    "read_timeout": 30,
    "retries": {"max_attempts": 2, "mode": "standard"},
}
_MISSING = {"404", "NoSuchKey"}
_REASONS = {
    "NoSuchBucket": "no such bucket: check its name",
    "AccessDenied": "the store denies it: check what its credentials may read",
    "403": "the store denies it: check the credentials, and what they may read",
    "InvalidAccessKeyId": "the store does not know its access key: check the credentials",
    "SignatureDoesNotMatch": "the store does not take its secret key: check the credentials",
    "InvalidToken": "the store does not take its session token: sign in anew",
    "ExpiredToken": "its credentials have expired: sign in anew",
    "RequestTimeTooSkewed": "the clock of this machine is wrong: the store takes no signature of it",
    "InvalidBucketName": "no bucket can have such a name: check it",
    "PermanentRedirect": "the bucket is in another region: set AWS_REGION",
    "301": "the bucket is in another region: set AWS_REGION",
    "InvalidObjectState": "it is archived: have the store restore it first",
}
"""Code of an error -> what is wrong, and what to do."""
_NO_CREDENTIALS = "there are no credentials for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
_NO_ANSWER = "the store does not answer: check the network, and AWS_ENDPOINT_URL where it is not Amazon's"


class ObjectState(NamedTuple):
    """An object as it is now. size: bytes. changed: nanoseconds, the second of its last change by the clock of the
    store, and in the place of the fractions a number that stands for its ETag."""

    size: int
    changed: int


def is_object(name: str) -> bool:
    """Return whether a name is that of an object, or of a bucket or folder of objects."""
    return name[: len(SCHEME)].lower() == SCHEME


@cache
def client() -> Any:
    """Return the client of this process. Raises MissingExtra."""
    try:
        import s3fs
    except ImportError:
        raise MissingExtra("an address that begins with s3://", "s3fs", "s3") from None
    return s3fs.S3FileSystem(config_kwargs=_CONFIG, use_listings_cache=False, skip_instance_cache=True)


def look(name: str) -> ObjectState | None:
    """Return the state of an object, None where there is none of that name. Raises Unreadable and MissingExtra."""
    bucket, key = _parted(name)
    if not key or key.endswith("/"):
        return None
    with _asked(name) as store:
        try:
            found = store.call_s3("head_object", Bucket=bucket, Key=key)
        except OSError as error:
            if _code_of(error) in _MISSING:
                return None
            raise
    second = int(found["LastModified"].timestamp())
    return ObjectState(int(found["ContentLength"]), second * 10**9 + zlib.crc32(found["ETag"].encode()) % 10**9)


def below(name: str, most: int | None = None) -> list[str]:
    """Return the names of the objects in a bucket or folder, at any depth, sorted; the first `most` alone where that is
    given. What ends with a slash stands for a folder and is none of them. Raises Unreadable and MissingExtra."""
    bucket, key = _parted(name)
    folder = key if not key or key.endswith("/") else f"{key}/"
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": folder} | ({} if most is None else {"MaxKeys": most + 1})
    found: list[str] = []
    with _asked(name) as store:
        while True:
            answer = store.call_s3("list_objects_v2", **asked)
            found += [one["Key"] for one in answer.get("Contents", ()) if not one["Key"].endswith("/")]
            token = answer.get("NextContinuationToken")
            if token is None or (most is not None and len(found) >= most):
                break
            asked["ContinuationToken"] = token
    return [f"{SCHEME}{bucket}/{one}" for one in sorted(found)[:most]]


def signed(name: str) -> str:
    """Return an address by which anyone may read an object for SIGNED_FOR seconds. Raises Unreadable, MissingExtra."""
    with _asked(name) as store:
        return str(store.sign("/".join(_parted(name)), expiration=SIGNED_FOR))


def parts(name: str, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the bytes [begin, end) of an object for each span. Raises Unreadable and MissingExtra."""
    path = "/".join(_parted(name))
    begins, ends = [begin for begin, _ in spans], [end for _, end in spans]
    with _asked(name) as store:
        return list(store.cat_ranges([path] * len(spans), begins, ends, on_error="raise"))


def _parted(name: str) -> tuple[str, str]:
    """Return the bucket and the key of a name. Raises Unreadable for a name without a bucket."""
    bucket, _, key = name[len(SCHEME) :].partition("/")
    if not bucket:
        raise Unreadable(name, "no name of an object: write s3://BUCKET/KEY")
    return bucket, key


@contextmanager
def _asked(name: str) -> Iterator[Any]:
    """Give the client to the body of a `with` statement, and raise Unreadable for what goes wrong while it is asked
    about `name`. No more of an error is said than what it is: its text may hold a signed address."""
    store = client()
    from botocore.exceptions import BotoCoreError

    try:
        yield store
    except (BotoCoreError, OSError) as error:
        raise Unreadable(name, _why(error)) from None


def _why(error: Exception) -> str:
    """Return what is wrong, and what to do."""
    kind, code = type(error).__name__, _code_of(error)
    if code in _MISSING:
        return "no such object: check the name"
    if code in _REASONS:
        return _REASONS[code]
    if "Credential" in kind or kind in ("ProfileNotFound", "TokenRetrievalError", "SSOTokenLoadError"):
        return _NO_CREDENTIALS
    if kind in ("ParamValidationError", "InvalidBucketName"):
        return _REASONS["InvalidBucketName"]
    if isinstance(error, TimeoutError | ConnectionError) or "Connect" in kind or "Timeout" in kind:
        return _NO_ANSWER
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else kind
    return f"the store does not hand it out ({code or reason})"


def _code_of(error: BaseException) -> str:
    """Return the code of what a store refused, "" where it refused nothing."""
    answer = getattr(error.__cause__, "response", None)
    return str(answer["Error"].get("Code", "")) if isinstance(answer, dict) and "Error" in answer else ""
