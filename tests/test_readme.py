"""The README says what the code does: commands, options, kinds, formats, keys, examples, and the answer it shows."""

import ast
import importlib
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from loopfind.cli import app
from loopfind.engine.candidates import MATCHERS
from loopfind.fingerprints import KINDS
from loopfind.model import report as nouns
from loopfind.reports.formats import FORMATS, SUFFIXES
from loopfind.stores import STORES, schema

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
CODE = set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)))
"""What stands in the text as `code`."""
WORDS = {word for code in CODE for word in re.findall(r"[\w.-]+", code)}


def fenced(language):
    return [body for name, body in FENCES if name == language]


def options():
    """Every option of every command, and of loopfind as a whole."""
    group = app.build()
    commands = [group, *group.commands.values()]
    commands += [command for name in app.GROUPS for command in group.commands[name].commands.values()]
    return {word for command in commands for option in command.params for word in option.opts if word.startswith("-")}


def test_opens_with_the_two_commands_each_in_a_fence_of_its_own():
    install = "python3 -m venv .venv && .venv/bin/pip install -q -e"
    assert fenced("sh")[:2] == [
        f"{install} . && .venv/bin/loopfind fixtures/loop.mp4\n",
        f"{install} '.[test]' && .venv/bin/pytest -q -n 4 --dist worksteal\n",
    ]


@pytest.mark.parametrize(
    "name", [*app.COMMANDS, *app.GROUPS, *app.LIBRARY, *KINDS, *MATCHERS, *STORES, *FORMATS, *SUFFIXES]
)
def test_every_command_kind_matcher_and_format_is_named(name):
    assert name in WORDS


def test_every_option_is_told_and_no_other():
    own = [code for code in CODE if not code.startswith(("python ", "ffmpeg "))]
    told = {word for code in own for word in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", code)}
    known = options() | {"-h", "--help", "--install-completion", "--show-completion"}
    assert told == known


@pytest.mark.parametrize("noun", ["RepeatKind", "Evidence", "CutKind"])
def test_every_word_of_the_answer_is_explained(noun):
    assert set(typing.get_args(getattr(nouns, noun))) <= CODE


def keys(value, before=""):
    """The keys of a JSON value as the README writes them: "repeats[].occurrences[].start"."""
    if isinstance(value, list):
        return {key for item in value for key in keys(item, f"{before}[]")}
    if not isinstance(value, dict):
        return {before}
    return {key for name, inner in value.items() for key in keys(inner, f"{before}.{name}" if before else name)}


def told_keys(head):
    """The keys in a table of the README; a row may go on with the last part of a key alone: `cuts[].time`, `.frame`."""
    section = README.partition(f"\n## {head}\n")[2].partition("\n## ")[0]
    told = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE):
        stem = ""
        for key in re.findall(r"`([^`]+)`", row):
            stem, key = (stem, stem + key) if key.startswith(".") else (key.rpartition(".")[0], key)
            told.add(key)
    return told


LISTS = (
    r"(_range|frames|times|(cuts|matches|groups)\[\]\.repeats"
    r"|(groups|pairs|warps)\[\]\.(files|seconds|whole|path|knots))(\[\])+$"
)
"""Keys of which the items are plain numbers and names."""


@pytest.mark.parametrize(("head", "golden"), [("JSON", "report.json"), ("JSON of a comparison", "comparison.json")])
def test_every_json_key_is_told_and_no_other(head, golden):
    value = json.loads((ROOT / "tests" / "golden" / golden).read_text(encoding="utf-8"))
    assert told_keys(head) == {re.sub(LISTS, r"\1", key) for key in keys(value)}


def test_the_python_example_runs():
    (example,) = fenced("python")
    for node in ast.walk(ast.parse(example)):
        if isinstance(node, ast.ImportFrom):
            assert all(hasattr(importlib.import_module(node.module), alias.name) for alias in node.names)
    names = {}
    exec(example.replace("video.mp4", (ROOT / "fixtures" / "loop.mp4").as_posix()), names)
    for path in re.findall(r"`report\.([\w.\[\]]+)`", README):
        assert eval(f"report.{path}", names) is not None


def test_the_shell_examples_would_be_taken():
    lines = [line for body in fenced("sh") for line in body.splitlines()]
    scans = [re.split(r"[|>&]+ *", line)[-1 if "|" in line else 0] for line in lines if not line.startswith("python3")]
    assert len(scans) >= 3
    group = app.build()
    for words in map(shlex.split, scans):
        assert words[0] == "loopfind"
        command, given = group, words[1:]
        while given and given[0] in getattr(command, "commands", {}):
            command, given = command.commands[given[0]], given[1:]
        (group.commands[app.DEFAULT] if command is group else command).make_context("loopfind", given)


def test_the_views_of_a_library_are_told_column_by_column():
    connection = sqlite3.connect(":memory:")
    for step in schema.STEPS:
        for statement in step:
            connection.execute(statement)
    section = README.partition("\n## A library\n")[2].partition("\n## ")[0]
    for view in schema.VIEWS:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({view})")]
        (row,) = re.findall(rf"^\| `{view}` \|.*$", section, re.MULTILINE)
        assert re.findall(r"`(\w+)`", row)[1:] == columns
    connection.close()


def test_the_statuses_are_those_of_the_command_line():
    table = README.split("| exit status |")[1].split("\n\n")[0]
    told = {int(number) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for number in row.split(",")}
    said = re.findall(r"^    (\d+) ", importlib.import_module("loopfind.cli").__doc__, re.MULTILINE)
    assert told == {int(number) for number in said}


def test_the_answer_shown_is_the_answer():
    """But for where the checkout lies, which also decides whether an address has a line of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "loopfind", "fixtures/loop.mp4"],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = fenced("text")[0]
    flowing = re.compile(r"\s+file://\S*/fixtures/")
    assert flowing.sub(" file:///path/to/fixtures/", done.stdout) == flowing.sub(" file:///path/to/fixtures/", shown)


def test_the_commands_that_give_the_figures_are_there():
    measured = README.partition("\n## Measured\n")[2].partition("\n## ")[0]
    scripts = re.findall(r"benchmarks/\w+\.py", measured)
    assert "benchmarks/speed.py" in scripts
    assert all((ROOT / script).is_file() for script in scripts)
