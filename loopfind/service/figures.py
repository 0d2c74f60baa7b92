"""Figures of the service for Prometheus, in its text format, version 0.0.4."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
"""Seconds of the buckets of answers' times."""


class Figures:
    """Counts of requests since the service began. streams: event streams that are open."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._answers: Counter[tuple[str, int]] = Counter()
        self._within: Counter[float] = Counter()
        self._seconds, self._received, self._sent, self.streams = 0.0, 0, 0, 0

    def count(self, method: str, status: int, seconds: float, received: int, sent: int) -> None:
        """Count a request: its answer, the seconds that took, and bytes."""
        with self._turn:
            self._answers[method, status] += 1
            self._seconds += seconds
            self._received, self._sent = self._received + received, self._sent + sent
            for bound in _BOUNDS:
                self._within[bound] += seconds <= bound

    def lines(self, jobs: Mapping[str, int], entries: int) -> Iterator[str]:
        """Yield the lines of the text format. jobs: state -> how many. entries: of the library."""
        with self._turn:
            answers, within = dict(self._answers), dict(self._within)
            seconds, received, sent = self._seconds, self._received, self._sent
        yield from _head("loopfind_requests_total", "counter", "Requests answered.")
        for (method, status), number in sorted(answers.items()):
            yield f'loopfind_requests_total{{method="{method}",status="{status}"}} {number}\n'
        yield from _head("loopfind_request_seconds", "histogram", "Seconds until a request was answered.")
        total = sum(answers.values())
        for bound in _BOUNDS:
            yield f'loopfind_request_seconds_bucket{{le="{bound:g}"}} {within.get(bound, 0)}\n'
        yield f'loopfind_request_seconds_bucket{{le="+Inf"}} {total}\n'
        yield f"loopfind_request_seconds_sum {seconds:.6f}\nloopfind_request_seconds_count {total}\n"
        yield from _one("loopfind_received_bytes_total", "counter", "Bytes of requests' bodies.", received)
        yield from _one("loopfind_sent_bytes_total", "counter", "Bytes of answers' bodies.", sent)
        yield from _one("loopfind_event_streams", "gauge", "Event streams that are open.", self.streams)
        yield from _head("loopfind_jobs", "gauge", "Jobs by state.")
        for state, number in jobs.items():
            yield f'loopfind_jobs{{state="{state}"}} {number}\n'
        yield from _one("loopfind_library_entries", "gauge", "Entries of the library.", entries)


def _head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP {name} {words}\n# TYPE {name} {kind}\n"


def _one(name: str, kind: str, words: str, value: float) -> Iterator[str]:
    yield from _head(name, kind, words)
    yield f"{name} {value:g}\n" if isinstance(value, float) else f"{name} {value}\n"
