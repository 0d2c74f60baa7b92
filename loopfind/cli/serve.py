"""The command `serve`: a library over HTTP, with a worker beside it."""

import contextlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loopfind.cli import options, service_options, terminal
from loopfind.cli.paths import library_at
from loopfind.errors import BadSetting, MissingExtra, UsageError
from loopfind.reports.wording import safe
from loopfind.service.settings import ServiceSettings

if TYPE_CHECKING:
    from loopfind.model.camera import Camera
    from loopfind.pipeline.wall import Wall
    from loopfind.service.cameras import CameraBoard

EXAMPLES = """\b
Examples:
  loopfind serve                            http://127.0.0.1:8765, for this machine
  loopfind serve video.mp4                  the scan of one video, on a page while it runs
  loopfind serve --root /srv/films --jobs 2
  loopfind serve --cameras cameras.toml     also the live paths of cameras
  loopfind serve --host 0.0.0.0 --token-file token --allow-host films.example
  curl -T video.mp4 http://127.0.0.1:8765/v1/uploads/video.mp4

\b
Exit status: 0 ended by a signal, 1 could not, 2 wrong usage.
"""
_MOST_LINE = 1 << 20
"""Bytes of a line of a camera; the whole answer at its end may have many more, which no page shows."""


def serve_command(
    ctx: typer.Context,
    video: Annotated[
        str | None, typer.Argument(metavar="VIDEO", help="A video that is scanned, and shown while it is.")
    ] = None,
    library: options.LibraryOption = None,
    data: service_options.Data = None,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Where it listens; any other than this machine needs a token."),
    ] = ServiceSettings.host,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port that it listens at; 0 takes a free one.")
    ] = ServiceSettings.port,
    token_file: Annotated[
        str | None,
        typer.Option(
            "--token-file", metavar="FILE", help="File with the token that all must show; default: LOOPFIND_TOKEN."
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="A name that it is called by. May be repeated."),
    ] = None,
    cameras: Annotated[
        str | None,
        typer.Option("--cameras", metavar="FILE", help="Follow the cameras of a TOML file, each shown on a live page."),
    ] = None,
    root: service_options.Root = None,
    allow_addresses: service_options.AllowAddresses = False,
    allow_private: service_options.AllowPrivate = False,
    jobs: service_options.AtOnce = ServiceSettings.at_once,
    job_memory: service_options.JobMemory = ServiceSettings.memory / service_options.GIGABYTE,
    job_cpu: service_options.JobProcessor = ServiceSettings.cpu_seconds,
    job_time: service_options.JobTime = ServiceSettings.wall_seconds,
    max_upload: service_options.MostUpload = ServiceSettings.most_bytes / service_options.GIGABYTE,
    max_waiting: Annotated[
        int, typer.Option("--max-waiting", metavar="N", min=1, help="Jobs that may wait at the same time.")
    ] = ServiceSettings.most_waiting,
    rate: Annotated[
        float, typer.Option("--rate", metavar="N", min=0.1, help="Requests a second that one client may make for long.")
    ] = ServiceSettings.rate,
    patience: Annotated[
        float, typer.Option("--patience", metavar="SECONDS", min=0.1, help="Give up a client from which no byte comes.")
    ] = ServiceSettings.patience,
    lease: service_options.Lease = ServiceSettings.lease,
    retain: service_options.Retain = ServiceSettings.retain,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker; `loopfind worker` does the jobs, here or elsewhere.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the page of VIDEO in the browser.")] = False,
    quiet: options.Quiet = False,
) -> int:
    """Serve a library over HTTP: check uploads against it, scan, search, review; with a page and an API."""
    with service_options.extra():
        from loopfind.service.cameras import CameraBoard
        from loopfind.service.server import bound_socket, check_settings, serve
        from loopfind.service.supervisor import Supervisor
    note = (lambda _: None) if quiet else terminal.note
    if video is not None:
        _check_alone(no_worker, library=library, data=data, root=root)
        if cameras is not None:
            raise BadSetting("--cameras", cameras, "a video is served alone; leave one of the two out")
    followed = _cameras_in(ctx, cameras)
    with contextlib.ExitStack() as stack:
        alone = stack.enter_context(_folder_for(video)) if video is not None else None
        settings = ServiceSettings(
            library=library_at(library, make=True) if alone is None else os.path.join(alone, "library.sqlite"),
            data=service_options.data_at(data if alone is None else alone),
            host=host,
            port=port,
            token=service_options.given_token(token_file),
            hosts=tuple(allow_host or ()),
            root=service_options.root_at(root if video is None else os.path.dirname(os.path.abspath(video))),
            addresses=allow_addresses,
            private=allow_private,
            most_bytes=round(max_upload * service_options.GIGABYTE),
            most_waiting=max_waiting,
            rate=rate,
            burst=max(ServiceSettings.burst, round(4 * rate)),
            patience=patience,
            at_once=jobs,
            lease=lease,
            cpu_seconds=job_cpu,
            wall_seconds=job_time,
            memory=round(job_memory * service_options.GIGABYTE),
            retain=retain,
        )
        check_settings(settings)
        listener = stack.enter_context(bound_socket(settings))
        named, number = listener.getsockname()[:2]
        address = f"http://{f'[{named}]' if ':' in named else named}:{number}/"
        if video is not None:
            settings = replace(settings, front=_first_job(settings, os.path.basename(video)))
            address += f"jobs/{settings.front}"
        if not no_worker:
            stack.enter_context(Supervisor(_worker_words(settings, quiet), note))

        def ready() -> None:
            terminal.put([f"{address}\n"])
            sys.stdout.flush()
            if video is not None and not no_open:
                _open(address)

        board = CameraBoard(followed)
        wall = _wall_of(followed, board, note)
        stack.enter_context(wall.beside())
        serve(settings, listener, ready, board, ending=wall.stop)
    return 0


def _cameras_in(ctx: typer.Context, path: str | None) -> "Sequence[Camera]":
    """Return the cameras of a file, none where no file is named. Raises UsageError and MissingExtra."""
    if path is None:
        return ()
    from loopfind.cli.cameras import read_cameras

    parent: Any = ctx.parent
    cameras = read_cameras(path, parent.command.commands, "trajectory")
    if importlib.util.find_spec("sklearn") is None:  # which each of them needs, and takes seconds to load
        raise MissingExtra("the map of a camera", "scikit-learn", "explore")
    for camera in cameras:
        if "/" in camera.name or camera.name in (".", ".."):
            raise UsageError(f"{path}: the name {safe(camera.name)} is part of an address: leave / and lone dots out")
    return cameras


def _wall_of(cameras: "Sequence[Camera]", board: "CameraBoard", note: Callable[[str], None]) -> "Wall":
    """Return the wall of the processes that follow the cameras, and report to the board."""
    from loopfind.cli.cameras import HANG, command_of, environment
    from loopfind.pipeline.wall import Wall, WallOrder

    order = WallOrder(cameras, command_of("trajectory"), len(cameras), HANG, environment(), most_line=_MOST_LINE)
    return Wall(order, board.hear, note)


def _check_alone(no_worker: bool, **given: str | None) -> None:
    """Raise BadSetting for an option that does not go with a video of one's own."""
    for name, value in given.items():
        if value is not None:
            raise BadSetting(f"--{name}", value, "a video that is served alone has its own; leave one of the two out")
    if no_worker:
        raise BadSetting("--no-worker", no_worker, "the video would not be scanned; leave one of the two out")


@contextlib.contextmanager
def _folder_for(video: str) -> Iterator[str]:
    """Give a folder for the scan of one video, which goes with it. Raises Unreadable for what is no file."""
    from loopfind.errors import Unreadable
    from loopfind.media.ffmpeg.address import resolve

    if not resolve(video).is_on_disk:
        raise Unreadable(video, "a file is served alone, and no address or pipe: save it as one first")
    with tempfile.TemporaryDirectory(prefix="loopfind-serve-", ignore_cleanup_errors=True) as folder:
        yield folder


def _first_job(settings: ServiceSettings, name: str) -> int:
    """Ask for the scan of the video, and return the number of the job."""
    from loopfind.model.job import JobRequest
    from loopfind.stores.jobs import Jobs
    from loopfind.stores.opener import open_library

    with open_library(settings.library) as library:
        job, _ = Jobs(library.connections).add(JobRequest("scan", name, "path", name), "the video")
    return job.id


def _worker_words(settings: ServiceSettings, quiet: bool) -> Sequence[str]:
    """Return the command of a worker for a service."""
    values = {
        "--library": settings.library,
        "--data": settings.data,
        "--jobs": str(settings.at_once),
        "--job-memory": repr(settings.memory / service_options.GIGABYTE),
        "--job-cpu": repr(settings.cpu_seconds),
        "--job-time": repr(settings.wall_seconds),
        "--max-upload": repr(settings.most_bytes / service_options.GIGABYTE),
        "--lease": repr(settings.lease),
        "--retain": repr(settings.retain),
    }
    words = [sys.executable, "-m", "loopfind", "worker", "--until-eof"]
    words += [part for pair in values.items() for part in pair]
    words += ["--root", settings.root] if settings.root else []
    flags = {"--allow-addresses": settings.addresses, "--allow-private": settings.private, "--quiet": quiet}
    return [*words, *(flag for flag, wanted in flags.items() if wanted)]


def _open(address: str) -> None:
    """Open a page in the browser, where there are windows; one without windows would draw into the terminal."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        import webbrowser

        webbrowser.open(address)
