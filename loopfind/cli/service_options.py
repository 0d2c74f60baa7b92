"""The options of `serve` and `worker`, and the settings that they make."""

import contextlib
import os
from collections.abc import Iterator
from typing import Annotated

import typer

from loopfind.cli.paths import service_folder
from loopfind.errors import BadSetting, MissingExtra, OutputError

Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help="Folder of uploads and results; default: in the user's cache folder."),
]
Root = Annotated[
    str | None, typer.Option("--root", metavar="DIR", help="Folder below which jobs may name files; default: none.")
]
AllowAddresses = Annotated[
    bool, typer.Option("--allow-addresses", help="Let jobs name http and https addresses of the public internet.")
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="With --allow-addresses: also those within a private network.")
]
AtOnce = Annotated[
    int, typer.Option("--jobs", metavar="N", min=1, max=256, help="Jobs that are done at the same time.")
]
JobMemory = Annotated[float, typer.Option("--job-memory", metavar="GB", min=0.1, help="Memory that a job may take.")]
JobProcessor = Annotated[
    float, typer.Option("--job-cpu", metavar="SECONDS", min=1, help="Processor time that a job may take.")
]
JobTime = Annotated[float, typer.Option("--job-time", metavar="SECONDS", min=1, help="Time that a job may take.")]
Lease = Annotated[
    float,
    typer.Option(
        "--lease", metavar="SECONDS", min=2, help="How long a worker may be silent until another one takes its job."
    ),
]
MostUpload = Annotated[
    float,
    typer.Option("--max-upload", metavar="GB", min=0.001, help="Size of an upload, or of a file that is fetched."),
]
Retain = Annotated[
    float,
    typer.Option(
        "--retain",
        metavar="DAYS",
        min=0,
        help="Forget jobs, with uploads and results, so long after their end; 0: never.",
    ),
]
GIGABYTE = 1_000_000_000
_LONGEST_TOKEN, _SHORTEST_TOKEN = 4096, 16


def data_at(given: str | None) -> str:
    """Return the folder of uploads and results, which is made if it is not there. Raises OutputError."""
    path = service_folder() if given is None else given
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputError(path, f"this folder cannot be made: {error.strerror}") from None
    if not os.access(path, os.W_OK):
        raise OutputError(path, "no permission to write there: change the permissions, or name another with --data")
    return os.path.abspath(path)


def root_at(given: str | None) -> str:
    """Return the folder below which files may be named, "" for none. Raises BadSetting."""
    if given is None:
        return ""
    if not os.path.isdir(given):
        raise BadSetting("--root", given, "there is no such folder")
    return os.path.abspath(given)


def given_token(path: str | None) -> str:
    """Return the token in a file, or in LOOPFIND_TOKEN where no file is named; "" for none. Raises BadSetting."""
    if path is None:
        where, token = "LOOPFIND_TOKEN", os.environ.get("LOOPFIND_TOKEN", "").strip()
        if not token:
            return ""
    else:
        where = "--token-file"
        try:
            with open(path, encoding="utf-8") as file:
                token = file.read(_LONGEST_TOKEN + 1).strip()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is no text"
            raise BadSetting(where, path, f"it cannot be read: {why}") from None
    if not (_SHORTEST_TOKEN <= len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable()):
        takes = f"a token has {_SHORTEST_TOKEN} letters and digits or more, on one line"
        raise BadSetting(where, "..." if path is None else path, takes)
    return token


@contextlib.contextmanager
def extra() -> Iterator[None]:
    """Turn a missing package of the service into a MissingExtra, in the body of a `with` statement."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in ("fastapi", "h11", "starlette", "uvicorn"):
            raise
        raise MissingExtra("the service", error.name, "serve") from None
