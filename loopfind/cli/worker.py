"""The command `worker`: do the jobs of a service."""

import signal
import sys
import threading
from typing import Annotated

import typer

from loopfind.cli import options, service_options, terminal
from loopfind.cli.paths import library_at
from loopfind.service.settings import ServiceSettings

EXAMPLES = """\b
Examples:
  loopfind serve --no-worker --data /srv/loopfind --library postgresql://db/films
  loopfind worker --data /srv/loopfind --library postgresql://db/films --jobs 4

\b
Exit status: 0 ended by a signal, 1 could not, 2 wrong usage.
"""


def worker_command(
    library: options.LibraryOption = None,
    data: service_options.Data = None,
    root: service_options.Root = None,
    allow_addresses: service_options.AllowAddresses = False,
    allow_private: service_options.AllowPrivate = False,
    jobs: service_options.AtOnce = ServiceSettings.at_once,
    job_memory: service_options.JobMemory = ServiceSettings.memory / service_options.GIGABYTE,
    job_cpu: service_options.JobProcessor = ServiceSettings.cpu_seconds,
    job_time: service_options.JobTime = ServiceSettings.wall_seconds,
    max_upload: service_options.MostUpload = ServiceSettings.most_bytes / service_options.GIGABYTE,
    lease: service_options.Lease = ServiceSettings.lease,
    retain: service_options.Retain = ServiceSettings.retain,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input does, as for the program that started it.")
    ] = False,
    quiet: options.Quiet = False,
) -> int:
    """Do the jobs of a service, one or some at a time, on this machine or on another one."""
    settings = ServiceSettings(
        library=library_at(library, make=True),
        data=service_options.data_at(data),
        root=service_options.root_at(root),
        addresses=allow_addresses,
        private=allow_private,
        at_once=jobs,
        memory=round(job_memory * service_options.GIGABYTE),
        cpu_seconds=job_cpu,
        wall_seconds=job_time,
        most_bytes=round(max_upload * service_options.GIGABYTE),
        lease=lease,
        retain=retain,
    )
    with service_options.extra():
        from loopfind.service.worker import Worker

    worker = Worker(settings, (lambda _: None) if quiet else terminal.note)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    if until_eof:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it, who then ends it

        def ended() -> None:
            sys.stdin.buffer.read()
            worker.stop()

        threading.Thread(target=ended, daemon=True).start()
    worker.run()
    return 0
