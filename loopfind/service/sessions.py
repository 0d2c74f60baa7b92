"""Sign-in: a token that programs show, and a cookie that stands for it in browsers.

A session is the time at which it ends and a keyed digest of that (RFC 2104). Nothing is kept, so that a restart ends no
session, and another token ends all.
"""

import hashlib
import hmac

from loopfind.service.numbers import whole_number

COOKIE = "loopfind_session"
SESSION_SECONDS = 7 * 86400
_BEARER = "bearer "
_LONGEST = 4096


def is_token(given: str, token: str) -> bool:
    """Return whether this is the token, in a time that says nothing of how near it is. No token is ever right where
    none is set."""
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, token))
    return hmac.compare_digest(one, other) and bool(token)


def bearer_of(header: str) -> str:
    """Return the token of an Authorization header, "" for none."""
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""


def new_session(token: str, now: float) -> str:
    """Return a session that begins now, in seconds since 1970."""
    ends = str(int(now) + SESSION_SECONDS)
    return f"{ends}.{_digest(ends, token)}"


def is_session(session: str, token: str, now: float) -> bool:
    """Return whether this is a session that was made with the token, and has not ended."""
    ends, _, digest = session[:_LONGEST].partition(".")
    until = whole_number(ends)
    if not token or until is None:
        return False
    right = hmac.compare_digest(digest.encode("utf-8", "surrogatepass"), _digest(ends, token).encode())
    return right and until > now


def cookie_header(session: str, secure: bool) -> str:
    """Return the Set-Cookie header of a session, "" for one that ends it. secure: whether it came over TLS."""
    seconds = SESSION_SECONDS if session else 0
    words = f"{COOKIE}={session}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return f"{words}; Secure" if secure else words


def session_in(cookies: str) -> str:
    """Return the session of a Cookie header, "" for none."""
    for one in cookies.split(";"):
        name, _, value = one.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _digest(ends: str, token: str) -> str:
    return hmac.new(token.encode("utf-8", "surrogatepass"), f"session {ends}".encode(), "sha256").hexdigest()
