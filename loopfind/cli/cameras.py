"""The file of `follow-many` and `serve --cameras`: which cameras there are, and the options of each."""

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from loopfind.cli.config import INSTEAD
from loopfind.cli.follow import parse_window
from loopfind.cli.help import suggestion
from loopfind.cli.trajectory import parse_baseline
from loopfind.errors import UsageError
from loopfind.fingerprints import KINDS
from loopfind.model.camera import Camera
from loopfind.registry import check_name
from loopfind.reports.wording import safe

FOLLOWED_BY = {
    "scan": ("window", "stall", "stream", "audio-stream", "no-sound", "kind", "hwaccel", "no-budget"),
    "trajectory": ("baseline", "false-alarms", "window", "stall", "stream", "no-budget"),
}
"""Command that follows cameras -> its options that the file may set, for all cameras or for one. One file serves both;
each takes what is its own."""
OPTIONS = tuple(dict.fromkeys(option for options in FOLLOWED_BY.values() for option in options))
"""All of these options."""
HANG = 300.0
"""Seconds without a sign of life after which a camera is started again."""
_FLAGS = ("no-sound", "no-budget")
_OWN = ("name", "source")
_TABLE = "camera"
_MOST_BYTES, _LONGEST_NAME = 1_000_000, 100
_HEADER = re.compile(r"^\s*\[\[\s*camera\s*\]\]", re.MULTILINE)


def read_cameras(path: str, commands: Mapping[str, Any], by: str) -> list[Camera]:
    """Return the cameras of a file. commands: of loopfind, which say what their options take. by: the command of
    FOLLOWED_BY whose options the cameras get.

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
    _option_words(common, path, commands, by)
    found: dict[str, tuple[str, Camera]] = {}
    for number, table in enumerate(tables):
        line = f", line {lines[number]}" if len(lines) == len(tables) else f", camera {number + 1}"
        place = f"{path}{line}"
        camera = _camera(table, common, place, commands, by)
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


def _camera(
    table: Mapping[str, Any], common: Mapping[str, Any], place: str, commands: Mapping[str, Any], by: str
) -> Camera:
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
    return Camera(name, source, _option_words({**common, **own}, place, commands, by))


def _option_words(options: Mapping[str, Any], place: str, commands: Mapping[str, Any], by: str) -> tuple[str, ...]:
    """Return the options of a command as words of a command line. Raises UsageError for a value that its option does
    not take, whichever command it is of."""
    from typer.exceptions import TyperException

    words = dict[str, tuple[str, ...]]()
    for name, own in FOLLOWED_BY.items():
        given = {key: value for key, value in options.items() if key in own}
        words[name] = tuple(word for key, value in given.items() for word in _words(key, value, place))
        try:
            commands[name].make_context(name, ["--follow", *words[name], "--", "a source"])
            parse_window(None if "window" not in given else str(given["window"]))
            if name == "scan":
                check_name("kind", str(given.get("kind", next(iter(KINDS)))), KINDS)
            elif "baseline" in given:
                parse_baseline(str(given["baseline"]))
        except TyperException as error:
            raise UsageError(f"{place}: {error.format_message()}") from error
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from error
    return words[by]


def _words(key: str, value: Any, place: str) -> Iterator[str]:
    if isinstance(value, bool):
        if key not in _FLAGS:
            raise UsageError(f"{place}: {key} takes a value, not {str(value).lower()}")
        if value:
            yield f"--{key}"
    elif isinstance(value, str | int | float) and key not in _FLAGS:
        yield f"--{key}={value}"
    else:
        raise UsageError(f"{place}: {key} cannot be {safe(str(value))[:60]}")


def _check_key(key: str, known: tuple[str, ...], place: str) -> None:
    if key not in known:
        hint = suggestion(key, known) or f"there are {', '.join(known)}"
        raise UsageError(f"{place}: there is no key {safe(key)}: {hint}")


def command_of(by: str, *words: str) -> list[str]:
    """Return the words of a process that follows a camera, up to the options of that camera."""
    return [sys.executable, "-m", "loopfind", by, "--follow", "--json", "-q", *words]


def environment() -> dict[str, str]:
    """Return the environment of such a process. Each camera is as its file has it: defaults from elsewhere might end it
    at its first finding."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LOOPFIND_")} | {INSTEAD: ""}
