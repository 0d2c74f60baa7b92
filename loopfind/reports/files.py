"""Files that are written whole or not at all."""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from loopfind.errors import OutputError
from loopfind.reports.leftovers import new_file, new_folder, remove_leftovers


def write_file(path: str, pieces: Iterable[str] | Iterable[bytes]) -> None:
    """Write a file whole or not at all: to a temporary file beside it, which is then moved into place.

    A pipe or a device is written directly. Raises OutputError.
    """
    with as_output_error(path):
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_file():
            with place.open("wb") as file:
                file.writelines(map(_encoded, pieces))
            return
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else _usual_mode()
        remove_leftovers(place.parent)
        descriptor, beside = new_file(place.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(map(_encoded, pieces))
                file.flush()
                os.fsync(file.fileno())
                beside.chmod(mode)
            beside.replace(place)  # closed, as Windows moves no open file
        except BaseException:  # Ctrl-C too
            beside.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def file_beside(path: str, name: str) -> Iterator[Path]:
    """Give the body the place of a file, called `name` in a temporary folder beside `path`, and move there what it has
    written. Nothing is moved where it wrote nothing, or raised. Raises OutputError of `path`."""
    folder = Path(os.path.realpath(path)).parent
    with as_output_error(path):
        remove_leftovers(folder)
        with new_folder(folder) as work:
            made = work / name
            try:
                yield made
            except OutputError as error:
                raise OutputError(path, error.what) from error  # not the name of a file that is gone by now
            if made.exists():
                made.replace(path)


def _usual_mode() -> int:
    """Return the permissions that a new file has, by the mask of this process."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _encoded(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "backslashreplace")


@contextlib.contextmanager
def as_output_error(path: str) -> Iterator[None]:
    """Turn an error of the file system in the body into an OutputError of `path`."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise OutputError(path, f"could not be written: {getattr(error, 'strerror', None) or error}") from error
