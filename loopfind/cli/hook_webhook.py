"""An address that each finding is posted to as JSON."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from loopfind.cli.hooks import HookError
from loopfind.errors import BadSetting
from loopfind.model.version import version

ANSWER_SECONDS = 10.0
"""Seconds in which a server must answer."""
RETRY_PAUSES = (1.0, 4.0, 16.0)
"""Seconds before each further try."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: a post would become something else, or go to somebody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Webhook:
    """An address that each finding is posted to as JSON."""

    name = "--webhook"

    def __init__(self, address: str, pauses: Sequence[float] = RETRY_PAUSES) -> None:
        try:
            parts = urlsplit(address)
            host = parts.hostname if parts.scheme.lower() in ("http", "https") else None
        except ValueError:
            host = None
        if not host:
            raise BadSetting(self.name, address, "give an http or https address")
        # The rest of an address is often a secret.
        self._address, self._pauses, self._shown = address, pauses, f"{parts.scheme}://{host}"
        self._opener = urllib.request.build_opener(_NoRedirect)

    def act(self, finding: Mapping[str, Any], over: threading.Event) -> None:
        head = {"Content-Type": "application/json", "User-Agent": f"loopfind/{version()}"}
        data = json.dumps(finding).encode()
        request = urllib.request.Request(self._address, data, head, method="POST")  # noqa: S310 - checked above
        for pause in (*self._pauses, None):
            why, lasting = self._posted(request)
            if not why:
                return
            if lasting or pause is None:
                raise HookError(f"{self._shown} did not take a finding: {why}")
            if over.wait(pause):
                return

    def _posted(self, request: urllib.request.Request) -> tuple[str, bool]:
        """Post once. Returns what went wrong, "" for nothing, and whether it would go wrong again."""
        try:
            with self._opener.open(request, timeout=ANSWER_SECONDS):
                return "", False
        except urllib.error.HTTPError as error:
            with error:
                return f"it answers {error.code} {error.reason}", error.code < 500 and error.code not in (408, 425, 429)
        except (OSError, ValueError) as error:  # URLError is an OSError; http.client has others
            return str(getattr(error, "reason", error)), False
        except Exception as error:  # of http.client: an answer that is none
            return f"{type(error).__name__}: {error}", False
