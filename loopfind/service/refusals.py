"""The error of a request that is refused. It stands apart, as workers raise it too and need no web server."""

from collections.abc import Mapping


class Refused(Exception):
    """A request that is answered by a problem. headers: of the answer, beside those of every problem."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, dict(headers or {})
        super().__init__(detail)
