"""Addresses of libraries in PostgreSQL, as libpq takes them, and how they are shown: without a password."""

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode

_SECRET = frozenset({"password", "sslpassword", "passfile", "oauth_client_secret"})
_HIDDEN = "***"
_CONTROL = re.compile(r"[\0-\x1f\x7f]")


@dataclass(frozen=True)
class ServerAddress:
    """The address of a library. whole: with its password, for libpq alone. shown: without. secrets: words that no
    message may repeat."""

    whole: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def hidden(self, text: str) -> str:
        """Return a text without the secrets, in one line."""
        for secret in self.secrets:
            text = text.replace(secret, _HIDDEN)
        return " ".join(_CONTROL.sub(" ", text).split())


def server_address(at: str | os.PathLike[str]) -> ServerAddress:
    """Return the address that a user gave. It is not checked: libpq does that as it connects.

    Up to the last @ before the question mark all is taken for user and password, also where a password has signs in it
    that should have been encoded.
    """
    given = os.fspath(at)
    scheme, _, rest = given.partition("://")
    place, mark, query = rest.partition("?")
    if "@" in query and "@" not in place:  # a question mark in a password
        place, mark, query = rest, "", ""
    user, at_sign, host = place.rpartition("@")
    name, _, password = user.partition(":")
    asked = parse_qsl(query, keep_blank_values=True)
    secrets = {password, unquote(password), *(value for key, value in asked if key.lower() in _SECRET)}
    kept = urlencode([(key, value) for key, value in asked if key.lower() not in _SECRET], safe="/,-=")
    shown = f"{scheme}://{name}{at_sign}{host}{mark if kept else ''}{kept}"
    return ServerAddress(given, _CONTROL.sub("?", shown), tuple(sorted(secrets - {""}, key=len, reverse=True)))
