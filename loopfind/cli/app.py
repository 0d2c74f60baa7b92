"""The table of commands, the default command, and the exit statuses of errors."""

import ctypes
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from loopfind.cli import terminal
from loopfind.cli.config import defaults_of, located
from loopfind.cli.help import panels_of, suggestion
from loopfind.errors import LoopfindError, UsageError, exhausted

COMMANDS = {
    "scan": "loopfind.cli.scan:scan_command",
    "compare": "loopfind.cli.compare:compare_command",
    "follow-many": "loopfind.cli.follow_many:follow_many_command",
    "sweep": "loopfind.cli.sweep:sweep_command",
    "extract": "loopfind.cli.extract:extract_command",
    "steady": "loopfind.cli.steady:steady_command",
    "clean": "loopfind.cli.clean:clean_command",
    "seam": "loopfind.cli.seam:seam_command",
    "trajectory": "loopfind.cli.trajectory:trajectory_command",
    "serve": "loopfind.cli.serve:serve_command",
    "worker": "loopfind.cli.worker:worker_command",
    "help": "loopfind.cli.help:help_command",
}
"""Name -> "module:function"; the first line of the function's docstring is its help."""

LIBRARY = {
    "add": "loopfind.cli.library:add_command",
    "list": "loopfind.cli.library:list_command",
    "remove": "loopfind.cli.library:remove_command",
    "verify": "loopfind.cli.library:verify_command",
    "copy": "loopfind.cli.library_copy:copy_command",
    "query": "loopfind.cli.library:query_command",
    "compare": "loopfind.cli.library_search:compare_library_command",
    "search": "loopfind.cli.library_search:search_command",
    "similar": "loopfind.cli.library_similar:similar_command",
    "groups": "loopfind.cli.library_similar:groups_command",
    "train": "loopfind.cli.library_train:train_command",
}
"""The commands of `loopfind library`, as above."""

EVALUATE = {"knn": "loopfind.cli.evaluate:knn_command"}
"""The commands of `loopfind evaluate`, as above."""

GROUPS = {
    "library": ("Keep fingerprints of videos, and search and compare them.", LIBRARY),
    "evaluate": ("Measure how well likeness finds, on files of your own.", EVALUATE),
}
"""Name -> its help, and the commands below it."""

DEFAULT = "scan"
_DEFAULTS = "loopfind.defaults"
"""Key of the defaults from files and variables, in what a context carries."""
_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""
_GLOBAL_OPTIONS = {"-h", "--help", "--install-completion", "--show-completion"}
"""Options of loopfind as a whole; any other option belongs to the default command."""


class _QuickHelp:
    """Makes the option --help of a command such that a start need not wait for it."""

    _help: Any = None

    def get_help_option(self, ctx: Any) -> Any:
        if self._help is None:
            self._help = super().get_help_option(ctx)  # type: ignore[misc]
            if self._help is not None:
                _spare(self._help, None)
        return self._help


class DefaultGroup(_QuickHelp, TyperGroup):
    """The commands, with a default one: `loopfind VIDEO` is `loopfind scan VIDEO`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = args[0] in self.commands or args[0] in _GLOBAL_OPTIONS if args else ctx.resilient_parsing
        if not named:
            if args and not ctx.resilient_parsing:
                _check_command(args[0], self.commands)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the default command's help, with the other commands between its options and its examples."""
        default = self.commands[DEFAULT]
        inner = default.make_context(ctx.info_name, [], resilient_parsing=True)
        default.format_usage(inner, formatter)
        default.format_help_text(inner, formatter)
        default.format_options(inner, formatter)
        self.format_commands(ctx, formatter)
        default.format_epilog(inner, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        default = self.commands[DEFAULT]
        inner = default.make_context(ctx.info_name, [], resilient_parsing=True)
        return [*super().shell_complete(ctx, incomplete), *default.shell_complete(inner, incomplete)]


def _check_command(word: str, known: Mapping[str, object]) -> None:
    """Raise UsageError for a word that is no file, and is like the name of a command."""
    if re.fullmatch(r"[a-z]+", word) and (meant := suggestion(word, known)) and not Path(word).exists():
        raise UsageError(f"there is no command and no file {word}: {meant}")


class PlainGroup(_QuickHelp, TyperGroup):
    """A command that has commands of its own; without one of them it shows its help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])


class PlainCommand(_QuickHelp, TyperCommand):
    """A command with defaults from files and variables, and with plain help: arguments without braces and types, and
    options in panels."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        root = ctx.find_root().command
        if not ctx.resilient_parsing and isinstance(root, DefaultGroup):
            given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            if not given.keys() & {"help", "version"}:
                ctx.meta[_DEFAULTS] = defaults_of(_path_of(ctx), root, given)
                ctx.default_map = {name: default.value for name, default in ctx.meta[_DEFAULTS].items()}
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise located(error, ctx.meta.get(_DEFAULTS, {})) from error

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [re.sub("[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        parts = self.get_params(ctx)
        arguments = [record for part in parts if part.param_type_name == "argument" and (record := _record(part, ctx))]
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl([(re.sub(r" <.+>$", "", left), right) for left, right in arguments])
        options = [part for part in parts if part.param_type_name == "option" and _record(part, ctx)]
        for panel, some in panels_of(options).items():
            with formatter.section(panel):
                formatter.write_dl([_record(option, ctx) for option in some])


def _path_of(ctx: Any) -> tuple[str, ...]:
    """Return the words that call a command, without the first, which is loopfind."""
    return () if ctx.parent is None else (*_path_of(ctx.parent), ctx.info_name)


def _record(part: Any, ctx: Any) -> tuple[str, str] | None:
    """Return the name of an option or argument and its help, None for a hidden one."""
    record: tuple[str, str] | None = part.get_help_record(ctx)
    return record


_WIDEST = 1000
"""Columns of the widest help; it is as wide as the terminal."""
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": _WIDEST}
"""Settings of each command and group, in the words of typer."""


class _Commands(Mapping[str, Any]):
    """Commands by their names. Each is made when it is first asked for: most runs need one, and each loads modules."""

    def __init__(self, table: Mapping[str, str], made: Mapping[str, Any] = MappingProxyType({})) -> None:
        self._homes = table
        self._made = dict(made)
        self._names = (*table, *made)

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(name, self._homes[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def build() -> TyperGroup:
    """Return the command line as a group of typer."""
    groups = {name: _group(PlainGroup, _Commands(table), name, purpose) for name, (purpose, table) in GROUPS.items()}
    return _group(DefaultGroup, _Commands(COMMANDS, groups))


def _typer(**more: Any) -> typer.Typer:
    # Plain help: it is the same on every terminal, and it is there in a tenth of the time.
    return typer.Typer(rich_markup_mode=None, context_settings=_SETTINGS, **more)


def _group(
    kind: type[TyperGroup], commands: _Commands, name: str | None = None, purpose: str | None = None
) -> TyperGroup:
    app = _typer(cls=kind, name=name, help=purpose, add_completion=name is None)
    app.callback()(lambda: None)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for given in group.params:
        _spare(given, None)
    group.commands = cast(MutableMapping[str, Any], commands)  # typer only reads them
    return group


def _command(name: str, home: str) -> Any:
    module, _, function = home.partition(":")
    part = import_module(module)
    app, called = _typer(add_completion=False), getattr(part, function)
    app.command(name, cls=PlainCommand, context_settings=_SETTINGS, epilog=part.EXAMPLES)(called)
    command = typer.main.get_command(app)
    kinds = get_type_hints(called)
    for given in command.params:
        _spare(given, kinds.get(given.name))
    return command


def _spare(part: Any, kind: Any) -> None:
    """Take a default, and a text for a text, as they are. Typer converts values by means of pydantic, which takes as
    long to load as all of loopfind that a start needs. kind: of the values of the option or argument."""
    convert, several = part.process_value, part.multiple or part.nargs == -1
    texts = kind in ((list[str], list[str] | None) if several else (str, str | None))

    def process(ctx: Any, value: Any) -> Any:
        is_text = isinstance(value, list | tuple) if several else isinstance(value, str)
        plain = value is part.default or (texts and is_text)
        if not plain or (part.required and part.value_is_missing(value)):
            return convert(ctx, value)
        value = () if value is None and several else value
        return value if part.callback is None else part.callback(ctx, part, value)

    part.process_value = process


def _wrong_usage(error: TyperException) -> str:
    """Return what is wrong with a command line, and what may have been meant."""
    near, option = getattr(error, "possibilities", None), getattr(error, "option_name", None)
    if near and option:
        return f"there is no option {option}: did you mean {' or '.join(near[:2])}?"
    return f"{error.format_message()} (loopfind --help lists what there is)"


def _keep_one_heap() -> None:
    """Make all threads share one heap: each would keep its own, and a long scan has many threads."""
    if sys.platform == "linux":
        choose = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it, musl does not and needs none
        if choose is not None:
            choose(_ARENA_MAX, 1)


def run(arguments: list[str]) -> int:
    """Run one command line. Every error becomes a line on stderr and an exit status."""
    terminal.prepare()
    _keep_one_heap()
    try:
        status = build().main(arguments, prog_name="loopfind", standalone_mode=False)
        terminal.flush()
    except UsageError as error:
        return terminal.complain(str(error), status=2)
    except LoopfindError as error:
        return terminal.complain(str(error))
    except TyperException as error:
        return terminal.complain(_wrong_usage(error), error.exit_code)
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # typer's own answer to `loopfind --help | head -1`
            terminal.abandon()
            return 0
        raise
    except BrokenPipeError:
        terminal.abandon()
        return 0
    except MemoryError:
        return terminal.complain("there is not enough memory for this: free some, or give it less at a time")
    except Exception as error:
        if why := exhausted(error):
            terminal.abandon()
            named = getattr(error, "filename", None)
            return terminal.complain(f"{named}: {why}" if isinstance(named, str) else why)
        return terminal.report_bug(error, verbose="-v" in arguments or "--verbose" in arguments)
    return status if isinstance(status, int) else 0
