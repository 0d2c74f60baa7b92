"""Settings of the service. They stand apart from the rest, as help texts read them and must not wait for FastAPI."""

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Addresses that only this machine reaches; any other one needs a token."""


@dataclass(frozen=True)
class ServiceSettings:
    """Settings of the service and of its workers. Each default stands here and nowhere else.

    library: the library, as `--library` names it. data: folder of uploads and results. host, port: where it listens; 0
    takes any free port. token: what programs and people show, "" for none. hosts: names that it is called by, beside
    those of this machine. root: folder below which files may be named, "" for none. addresses: whether an http or https
    address may be named. private: whether one within a private network may be. front: number of the job that the first
    page shows, 0 for all.

    most_bytes: of an upload. most_waiting: jobs that wait at the same time. least_free: bytes that uploads leave free
    on the disk. rate, burst: requests a second of one client, and at once. patience: seconds without a byte after which
    a client is given up. most_streams: event streams at the same time. most_connections: connections at the same time.

    at_once: jobs that a worker does at the same time. lease: seconds that a worker may be silent. cpu_seconds,
    wall_seconds, memory: seconds and bytes that a job may take. retain: days that uploads and results are kept, 0 for
    ever.
    """

    library: str
    data: str
    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    hosts: tuple[str, ...] = ()
    root: str = ""
    addresses: bool = False
    private: bool = False
    front: int = 0
    most_bytes: int = 16 << 30
    most_waiting: int = 1000
    least_free: int = 1 << 30
    rate: float = 50.0
    burst: int = 200
    patience: float = 30.0
    most_streams: int = 64
    most_connections: int = 256
    at_once: int = 1
    lease: float = 30.0
    cpu_seconds: float = 6 * 3600.0
    wall_seconds: float = 12 * 3600.0
    memory: int = 8 << 30
    retain: float = 0.0
