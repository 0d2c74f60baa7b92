"""Defaults of options from outside the command line: presets, files, and variables of the environment.

From the weakest to the strongest: the preset, the user's file, that of the working folder, the environment. The command
line goes before all of them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from typing import Any

from typer.exceptions import TyperException

from loopfind.cli import terminal
from loopfind.cli.help import suggestion
from loopfind.cli.presets import PRESETS
from loopfind.errors import UsageError
from loopfind.registry import check_name

FILE = "loopfind.toml"
_PREFIX = "LOOPFIND_"
_SURELY_MEANT = 0.85
"""Likeness of names from which a variable is one that was spelt wrong."""
INSTEAD = "LOOPFIND_CONFIG"
"""Variable that names a file to read in the place of both; empty for none."""
ALL = "all"
"""Table of a file, and word of a variable, for every command that has the option."""
SCAN = ("scan",)
"""The command that keys above all tables are of, and variables without the name of a command."""
_MOST_BYTES = 1_000_000

_NEVER = ("help", "version")
_OWN_FILE_ALONE = (
    *("exec", "html", "model", "open", "out", "output", "overwrite", "plot", "webhook"),
    *("allow-addresses", "allow-host", "allow-private", "cameras", "data", "host", "root", "token-file"),
)
"""Options that start, send, load or replace something, or open a service to others. A folder that came from elsewhere
must not set them."""
_BELONGS = {
    "window": ("follow",),
    "alive": ("follow",),
    "settle": ("watch",),
    "exec": ("follow", "watch"),
    "webhook": ("follow", "watch"),
    "library": ("cache",),
}
"""Option -> those of which one must be set, where the command has any of them; else it is left out."""
_UNLESS = {
    "all": ("json", "format", "brief"),
    "brief": ("json", "format", "all"),
    "cache": ("follow", "packets-only"),
    "json": ("format",),
}
"""Option -> those that it does not go with. It is left out where one of them is on the command line."""
_FLAGS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}

Path = tuple[str, ...]


@dataclass(frozen=True)
class Default:
    """The value of an option, and the place that it comes from: "loopfind.toml: kind"."""

    value: Any
    place: str


def defaults_of(path: Path, root: Any, given: Mapping[str, Any]) -> dict[str, Default]:
    """Return the defaults of a command by the names of its parameters.

    path: words that call it, in the group `root` of all commands. given: what the command line sets. Raises UsageError
    for a key that no option has, and for a value that its option does not take.
    """
    files, variables = [file for file in _files() if file[1]], any(map(_is_own, os.environ))
    # A run that nothing is set for need not wait for the options of every command.
    commands = dict(_commands(root, ()) if files or variables else [(path, _options(_command(root, path)))])
    options, found = commands[path], dict[str, Default]()
    for place, tree, own in files:
        found |= _of_file(tree, place, own, path, commands)
    if variables:
        found |= _of_environment(path, commands)
    asked = {key for key, option in options.items() if option.name in given}
    if "preset" in options and (chosen := _preset(given, found)):
        found = {key: Default(value, f"preset {chosen}: {key}") for key, value in PRESETS[chosen].items()} | found
        note = [key for key in PRESETS[chosen] if key not in asked and found[key].place.startswith("preset ")]
    else:
        note = []
    fit = {
        key: one for key, one in found.items() if key in options.keys() - asked and _fits(key, asked, found, options)
    }
    values = {options[key].name: Default(_value(options[key], one), one.place) for key, one in fit.items()}
    if note and not (given.get("quiet") or (values.get("quiet") and values["quiet"].value)):
        said = [f"--{key}" + ("" if found[key].value is True else f" {found[key].value}") for key in note if key in fit]
        terminal.note(f"loopfind: preset {chosen}: {', '.join(said) or 'all that it sets is set already'}")
    return values


def located(error: UsageError, defaults: Mapping[str, Default]) -> UsageError:
    """Return an error with the place of the value that it is about, where that is a default."""
    wrong = {str(getattr(error, name)) for name in ("value", "name") if hasattr(error, name)}
    places = [default.place for default in defaults.values() if str(default.value) in wrong]
    return UsageError(f"{places[0]}: {error}") if places else error


def _commands(group: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the words that call each command, and its options by their long names without dashes."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), _options(command)


def _command(group: Any, path: Path) -> Any:
    """Return the command that words call."""
    return reduce(lambda command, word: command.commands[word], path, group)


def _options(command: Any) -> dict[str, Any]:
    """Return the options of a command by their long names without dashes."""
    options = {option.opts[0].lstrip("-"): option for option in command.params if hasattr(option, "is_flag")}
    return {key: option for key, option in options.items() if key not in _NEVER}


def _is_own(name: str) -> bool:
    """Return whether a variable may set an option."""
    return name.startswith(_PREFIX) and name != INSTEAD


def _files() -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield the name of each file, what is in it, and whether it is the user's own; the strongest last."""
    instead = os.environ.get(INSTEAD)
    if instead is not None:
        if instead:
            yield instead, _read(instead, True), True
        return
    from platformdirs import user_config_dir

    own = os.path.join(user_config_dir("loopfind", appauthor=False), FILE)
    yield own, _read(own), True
    if not (os.path.exists(own) and os.path.exists(FILE) and os.path.samefile(own, FILE)):
        yield FILE, _read(FILE), False


def _read(path: str, named: bool = False) -> dict[str, Any]:
    """Return what is in a file, nothing where there is none unless it was named. Raises UsageError."""
    import tomllib

    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise UsageError(f"{path}: this is no file of settings: it has more than {_MOST_BYTES:,} bytes")
        return tomllib.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError):
        if named:
            raise UsageError(f"{path}: there is no such file, and {INSTEAD} names it") from None
        return {}
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, too deep
        raise UsageError(f"{path}: this is no TOML: {error}") from None


def _of_file(
    tree: Mapping[str, Any], place: str, own: bool, path: Path, commands: Mapping[Path, dict[str, Any]]
) -> dict[str, Default]:
    """Return the defaults of a command that a file sets, by their keys. Raises UsageError for any key that is wrong."""
    everywhere, here = dict[str, Default](), dict[str, Default]()

    def take(table: Mapping[str, Any], words: Path, into: dict[str, Default] | None) -> None:
        known = _every_option(commands) if words == (ALL,) else commands[words]
        for name, value in table.items():
            key = name.replace("_", "-")
            said = f"{place}: {name if words == SCAN else '.'.join((*words, name))}"
            if key not in known:
                of = "no command has" if words == (ALL,) else f"loopfind {' '.join(words)} does not have"
                raise UsageError(f"{said}: an option that {of}{_hint(key, known)}")
            if not own and key in _OWN_FILE_ALONE:
                raise UsageError(f"{said}: whoever wrote this folder must not set it; put it into your own file")
            if into is not None:
                into[key] = Default(value, said)

    def walk(table: Mapping[str, Any], words: Path) -> None:
        for name, value in table.items():
            inner = (*words, name)
            if inner in commands or inner == (ALL,):
                if not isinstance(value, dict):
                    raise UsageError(f"{place}: {'.'.join(inner)}: it names a command, so it must be a table")
                take(value, inner, everywhere if inner == (ALL,) else here if inner == path else None)
            elif any(words[: len(inner)] == inner for words in commands) and isinstance(value, dict):
                walk(value, inner)
            elif words or isinstance(value, dict):
                known = {words[len(inner) - 1] for words in commands if words[: len(inner) - 1] == inner[:-1]}
                raise UsageError(f"{place}: {'.'.join(inner)}: there is no such command{_hint(name, known)}")

    loose = {name: value for name, value in tree.items() if not isinstance(value, dict)}
    take(loose, SCAN, here if path == SCAN else None)
    walk({name: value for name, value in tree.items() if name not in loose}, ())
    return everywhere | here


def _of_environment(path: Path, commands: Mapping[Path, dict[str, Any]]) -> dict[str, Default]:
    """Return the defaults of a command that variables set. Raises UsageError for one that is like that of an option."""
    known = {_variable(words, key) for words, options in commands.items() for key in options}
    known |= {_variable((ALL,), key) for key in _every_option(commands)} | {INSTEAD}
    for name in os.environ:
        if _is_own(name) and name not in known and (near := _near(name, known)):
            raise UsageError(f"{name}: there is no such variable; did you mean {near}?")
    found = dict[str, Default]()
    for words in ((ALL,), path):
        for key in commands[path]:
            name = _variable(words, key)
            if os.environ.get(name):
                found[key] = Default(os.environ[name], name)
    return found


def _variable(words: Path, key: str) -> str:
    """Return the name of the variable for an option of a command."""
    return _PREFIX + "_".join((key,) if words == SCAN else (*words, key)).upper().replace("-", "_")


def _near(name: str, known: Iterable[str]) -> str:
    """Return the variable that was meant by a name, "" for none: what others named so is none of ours."""
    short = [one.removeprefix(_PREFIX) for one in known]
    near = get_close_matches(name.removeprefix(_PREFIX), short, 1, _SURELY_MEANT)
    return _PREFIX + near[0] if near else ""


def _every_option(commands: Mapping[Path, dict[str, Any]]) -> set[str]:
    return {key for options in commands.values() for key in options}


def _hint(word: str, known: Iterable[str]) -> str:
    meant = suggestion(word, known)
    return f"; {meant}" if meant else ""


def _preset(given: Mapping[str, Any], found: Mapping[str, Default]) -> str:
    """Return the name of the preset that is asked for, "" for none. Raises UnknownPart."""
    default = found.get("preset")
    chosen = str(given.get("preset") or (default.value if default else ""))
    if chosen:
        try:
            check_name("preset", chosen, dict.fromkeys(PRESETS, ""))
        except UsageError as error:
            raise located(error, {"preset": default} if default and not given.get("preset") else {}) from None
    return chosen


def _fits(key: str, asked: set[str], found: Mapping[str, Default], options: Mapping[str, Any]) -> bool:
    """Return whether a default goes with what is on the command line, and with the other defaults."""
    needed = [other for other in _BELONGS.get(key, ()) if other in options]
    there = [other for other in needed if other in asked or (other in found and _value(options[other], found[other]))]
    return bool(there or not needed) and not asked.intersection(_UNLESS.get(key, ()))


def _value(option: Any, default: Default) -> Any:
    """Return the value that an option takes. Raises UsageError."""
    value = default.value
    if option.is_flag:
        value = _FLAGS.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise UsageError(f"{default.place}: {default.value!r}: it is true or false")
        return value
    several = value if isinstance(value, list) else [value]
    if (isinstance(value, list) and not option.multiple) or any(
        isinstance(one, bool) or not isinstance(one, str | int | float) for one in several
    ):
        raise UsageError(f"{default.place}: {default.value!r}: it is a text or a number")
    texts = [str(one) for one in several]
    try:
        option.process_value(None, texts if option.multiple else texts[0])
    except TyperException as error:
        raise UsageError(f"{default.place}: {error.format_message()}") from None
    return texts if option.multiple else texts[0]
