"""The command line without a process of its own: a start takes half a second, which only some tests are about."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock


@contextlib.contextmanager
def streams() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Put what is written to stdout and stderr into two buffers, as pipes would take it; stdin is empty."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO())),
        contextlib.redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        contextlib.redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)),
    ):
        kept = sys.stdout, sys.stderr  # a buffer closes with its wrapper
        yield out, err
        for stream in kept:
            stream.flush()
            stream.detach()  # type: ignore[attr-defined]


def loopfind(
    *words: object, cwd: Path | str | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run one command line. cwd: the folder that it runs in. env: all variables that it sees, those of this process
    where None."""
    from loopfind.cli.app import run

    given = [str(word) for word in words]
    place = contextlib.nullcontext() if cwd is None else contextlib.chdir(cwd)
    seen = contextlib.nullcontext() if env is None else mock.patch.dict(os.environ, env, clear=True)
    with place, seen, mock.patch.object(sys, "argv", ["loopfind", *given]), streams() as (out, err):
        try:
            status = run(given)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
    return subprocess.CompletedProcess(given, status, out.getvalue().decode(), err.getvalue().decode())
