"""How often a client may ask: a bucket of requests that fills up again (the token bucket of RFC 2697)."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_GUESSES, GUESSES_A_SECOND = 10, 0.1
"""Wrong tokens that a client may show at once, and then again."""
_MOST_CLIENTS = 10_000


class Rates:
    """Buckets of clients, each of `burst` requests, that fill by `rate` a second. Those used last are at hand."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Take one request from a client's bucket. Return 0, or the seconds until there is one, and nothing is
        taken."""
        now = self._clock()
        left, then = self._left.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - then) * self._rate)
        self._left[client] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self._rate
