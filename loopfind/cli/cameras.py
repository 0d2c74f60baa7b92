"""The file of `loopfind follow-many`: which cameras there are, and the options of each."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loopfind.cli.follow import parse_window
from loopfind.cli.help import suggestion
from loopfind.errors import UsageError
from loopfind.fingerprints import KINDS
from loopfind.registry import check_name
from loopfind.reports.wording import safe

OPTIONS = ("window", "stall", "stream", "audio-stream", "no-sound", "kind", "hwaccel", "no-budget")
"""Options of `loopfind scan --follow` that the file may set, for all cameras or for one."""
_OWN = ("name", "source")
_TABLE = "camera"
_MOST_BYTES, _LONGEST_NAME = 1_000_000, 100
_HEADER = re.compile(r"^\s*\[\[\s*camera\s*\]\]", re.MULTILINE)


@dataclass(frozen=True)
class Camera:
    """A camera that is followed. words: its options, as on a command line."""

    name: str
    source: str
    words: tuple[str, ...]


def read_cameras(path: str, command: Any) -> list[Camera]:
    """Return the cameras of a file. command: `loopfind scan`, which says what its options take.

    Raises UsageError, which names the line as far as it can, for a file that cannot be read, a key that is none, a
    value that its option does not take, two cameras of one name, and none.
    """
    tree, lines = _read(path)
    common = {key: value for key, value in tree.items() if key != _TABLE}
    for key in common:
        _check_key(key, (*OPTIONS, _TABLE), path)
    tables = tree.get(_TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError(f"{path}: {_TABLE} is a list of tables: begin each camera with [[{_TABLE}]]")
    if not tables:
        raise UsageError(f"{path}: it names no camera: begin each one with [[{_TABLE}]], then name and source")
    option_words(common, path, command)
    found: dict[str, tuple[str, Camera]] = {}
    for number, table in enumerate(tables):
        line = f", line {lines[number]}" if len(lines) == len(tables) else f", camera {number + 1}"
        place = f"{path}{line}"
        camera = _camera(table, common, place, command)
        if (same := found.get(camera.name.casefold())) is not None:
            raise UsageError(f"{place}: the name {safe(camera.name)} is that of another camera already ({same[0]})")
        found[camera.name.casefold()] = (place, camera)
    return [camera for _, camera in found.values()]


def _read(path: str) -> tuple[dict[str, Any], list[int]]:
    """Return what a file holds, and the lines on which its cameras begin."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise UsageError(f"{path}: more than {_MOST_BYTES:,} bytes are no list of cameras")
        text = data.decode()
        tree = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or 'it cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is no text in UTF-8 (byte {error.start})") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: {error or 'it is too deep'}") from error
    return tree, [text.count("\n", 0, found.end()) + 1 for found in _HEADER.finditer(text)]


def _camera(table: Mapping[str, Any], common: Mapping[str, Any], place: str, command: Any) -> Camera:
    """Return the camera of a table. common: options of all cameras, which its own go before."""
    for key in table:
        _check_key(key, (*_OWN, *OPTIONS), place)
    for key, wanted in zip(_OWN, ("a name of its own", "the file or the address that is followed"), strict=True):
        value = table.get(key)
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise UsageError(f"{place}: {key} is missing or no text: give {wanted}")
    name, source = table["name"], table["source"]
    if len(name) > _LONGEST_NAME:
        raise UsageError(f"{place}: a name has {_LONGEST_NAME} letters at the most")
    if source == "-":
        raise UsageError(f"{place}: standard input cannot be shared; follow it with `loopfind - --follow`")
    own = {key: value for key, value in table.items() if key not in _OWN}
    return Camera(name, source, option_words({**common, **own}, place, command))


def option_words(options: Mapping[str, Any], place: str, command: Any) -> tuple[str, ...]:
    """Return options as words of a command line. Raises UsageError for a value that its option does not take."""
    words = [word for key, value in options.items() for word in _words(key, value, place)]
    from typer.exceptions import TyperException

    try:
        command.make_context("scan", ["--follow", *words, "--", "a source"])
        parse_window(None if "window" not in options else str(options["window"]))
        check_name("kind", str(options.get("kind", next(iter(KINDS)))), KINDS)
    except TyperException as error:
        raise UsageError(f"{place}: {error.format_message()}") from error
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from error
    return tuple(words)


def _words(key: str, value: Any, place: str) -> Iterator[str]:
    if isinstance(value, bool):
        if key not in ("no-sound", "no-budget"):
            raise UsageError(f"{place}: {key} takes a value, not {str(value).lower()}")
        if value:
            yield f"--{key}"
    elif isinstance(value, str | int | float) and key not in ("no-sound", "no-budget"):
        yield f"--{key}={value}"
    else:
        raise UsageError(f"{place}: {key} cannot be {safe(str(value))[:60]}")


def _check_key(key: str, known: tuple[str, ...], place: str) -> None:
    if key not in known:
        hint = suggestion(key, known) or f"there are {', '.join(known)}"
        raise UsageError(f"{place}: there is no key {safe(key)}: {hint}")
