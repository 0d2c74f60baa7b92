"""Write what is made from the source: command-line.md and tuning.md, the manual page, and completions for shells.

python docs/generate.py            write them
python docs/generate.py --check    exit with 1 if one is not as it would be written
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import manual

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
NOTE = "<!-- Made by docs/generate.py: change the source, then run it. -->\n"

COMMAND_LINE = """\
# Command line

`loopfind VIDEO` is short for `loopfind scan VIDEO`, and `python -m loopfind` does what `loopfind` does. The guides say
when to use which option. [Scanning](scanning.md), [Comparing files](comparing.md) and [Library](library.md) explain
them.

The answer goes to stdout and nothing else does. Progress, notes and errors go to stderr. Colours are for
terminals: a pipe, `NO_COLOR` or `TERM=dumb` get plain text, and `FORCE_COLOR` gets colours anywhere.
The progress is a line that is drawn anew; where that cannot be, a line every half a minute, and none while a recording
is followed. `-q` leaves it out. `-h` or `--help` shows the help of a command; `loopfind --install-completion` sets up
completion for your shell, and `loopfind --show-completion` prints it.

## Exit status

| exit status | meaning |
|---|---|
"""

TUNING = """\
# Tuned numbers

Every tuned number of the engine and of likeness, with its unit, its reason and the benchmark or test that holds it: the
one that shows whether another value is better. They stand in one module for each folder; buffer sizes stay beside the
code that uses them. To change one, change it there, run what holds it before and after, and write down what you
measured.
"""


def command_line() -> str:
    """Return the page of the command line, from its own help."""
    from loopfind.cli import app

    group = app.build()
    text = NOTE + COMMAND_LINE
    text += "".join(f"| {number} | {_cell(meaning)} |\n" for number, meaning in _statuses())
    for path, command in _commands(group, ("loopfind",)):
        text += "\n" + _command(path, command)
    return text


def _statuses() -> list[tuple[str, str]]:
    """Return the exit statuses and what they mean."""
    return re.findall(r"^    (\d+) +(.+)$", import_module("loopfind.cli").__doc__ or "", re.MULTILINE)


def man_page() -> str:
    """Return the manual page."""
    from loopfind.cli import app

    return manual.man_page(_commands(app.build(), ("loopfind",)), _statuses())


def _commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it, in the order of the help."""
    for name, command in group.commands.items():
        words = (*path, name)
        yield words, command
        if hasattr(command, "commands"):
            yield from _commands(command, words)


def _command(path: tuple[str, ...], command: Any) -> str:
    """Return the section of one command."""
    context = command.make_context(path[-1], [], resilient_parsing=True)
    pieces = " ".join(command.collect_usage_pieces(context))
    text = f"## {' '.join(path)}\n\n{command.help.strip()}\n\n```text\n{' '.join(path)} {pieces}\n```\n"
    records = [(option, option.get_help_record(context)) for option in command.get_params(context)]
    arguments = [
        (re.sub(r" <.+>$", "", record[0]), record[1])
        for option, record in records
        if record and option.param_type_name == "argument"
    ]
    options = [record for option, record in records if record and option.param_type_name == "option"]
    for head, rows in (("argument", arguments), ("option", options)):
        if rows:
            text += f"\n| {head} | meaning |\n|---|---|\n"
            text += "".join(f"| `{_cell(left)}` | {_cell(right)} |\n" for left, right in rows)
    examples = _examples(command.epilog or "")
    return text + (f"\n```text\n{examples}\n```\n" if examples else "")


def _examples(epilog: str) -> str:
    """Return the lines of an epilog that show a command, flush left."""
    lines = epilog.replace("\b", "").splitlines()
    body = [line for line in lines if line.startswith("  ")]
    return "\n".join(line.removeprefix("  ").rstrip() for line in body)


def _cell(text: str) -> str:
    """Return text that can stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def tuning() -> str:
    """Return the page of tuned numbers, from the modules that hold them."""
    text = NOTE + TUNING
    for module in sorted((ROOT / "loopfind").rglob("*parameters.py")):
        source = module.read_text(encoding="utf-8")
        purpose = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")[0]
        path = module.relative_to(ROOT).as_posix()
        subject = module.stem.removesuffix("parameters").rstrip("_")
        heading = f"{module.parent.name}: {subject}" if subject else module.parent.name
        text += f"\n## {heading}\n\n{_flow(purpose)} (`{path}`)\n\n"
        text += "| name | value | meaning and reason |\n|---|---|---|\n"
        text += "".join(
            f"| `{name}` | `{_code(value)}` | {_prose(meaning)} |\n" for name, value, meaning in constants(source)
        )
    return text


def constants(source: str) -> list[tuple[str, str, str]]:
    """Return (name, value as written, docstring) of every constant that a string follows, also of those that are set
    together."""
    tree, found = ast.parse(source), []
    for node, after in zip(tree.body, tree.body[1:], strict=False):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if not (isinstance(node, ast.Assign | ast.AnnAssign) and node.value):
            continue
        pairs: list[tuple[ast.expr | None, ast.expr]] = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            found += [
                (name.id, ast.get_source_segment(source, value) or "", after.value.value)
                for name, value in pairs
                if isinstance(name, ast.Name)
            ]
    return found


def _flow(text: str) -> str:
    return " ".join(text.split())


def _code(value: str) -> str:
    return _flow(value).replace("|", "\\|")


def _prose(text: str) -> str:
    """Return a docstring as one line of a table, its code kept as it is."""
    return _flow(text).replace("|", "\\|").replace("<", "&lt;")


PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": command_line,
    "tuning.md": tuning,
    "share/man/man1/loopfind.1": man_page,
    **{name: partial(manual.completion, shell) for name, shell in manual.SHELLS.items()},
}
"""File below docs/ -> the function that returns what it holds."""


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them; return the exit status."""
    stale = []
    for name, make in PAGES.items():
        page, text = DOCS / name, make()
        if "--check" in arguments:
            stale += [name] if not page.is_file() or page.read_text(encoding="utf-8") != text else []
        else:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
    if stale:
        print(f"not current: {', '.join(stale)}; run python docs/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
