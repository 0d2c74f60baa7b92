"""The house rules of the source: layers, module sizes, what an import may pull in, who may print."""

import ast
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

import pytest

import loopfind

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "loopfind"

LAYERS = (
    {"", "__main__", "cli"},  # "" is loopfind/__init__.py, the public names
    {"service"},
    {"pipeline"},
    {"comparison", "exhibits", "reports"},
    {"engine", "media", "fingerprints", "stores"},
    {"arrays", "evaluate", "objects"},
    {"model"},
    {"registry"},
    {"settings", "errors"},
)
"""From the top. A part imports from lines below its own; within one folder modules import one another."""

MOST_LINES = 400
HEAVY = {"scipy", "PIL", "imagehash", "pywt"}

MODULES = sorted(PACKAGE.rglob("*.py"))


class Trees(dict):
    """The syntax trees of modules, each parsed when it is asked for: other tests import this module for its tables."""

    def __missing__(self, module):
        self[module] = tree = ast.parse(module.read_text(encoding="utf-8"), str(module))
        return tree

    def all(self, modules):
        return [(module, self[module]) for module in modules]


TREES = Trees()


@cache
def nodes(module):
    """Return all nodes of a module's tree, as many checks go through them."""
    return tuple(ast.walk(TREES[module]))


def named(module):
    return module.relative_to(ROOT).as_posix()


def every_module(check):
    """Make one test of a check of a module. It names all modules that fail."""

    def test():
        failed = []
        for module in MODULES:
            try:
                check(module)
            except AssertionError as error:
                failed.append(f"{named(module)}: {error}")
        assert not failed, "\n".join(failed)

    test.__name__, test.__doc__, test.pytestmark = check.__name__, check.__doc__, getattr(check, "pytestmark", [])
    return test


def part(module):
    """Return the part that a module belongs to: its folder or, right below the package, its own name."""
    first = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def line(name):
    for number, parts in enumerate(LAYERS):
        if name in parts:
            return number
    raise AssertionError(f"{name!r} stands on no line of LAYERS")


def imported(module):
    """Yield full names that a module imports, at any depth: ("loopfind.media.frames", line number)."""
    package = ("loopfind", *module.relative_to(PACKAGE).parent.parts)
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            # `from loopfind import model` names a module, `from loopfind.model import Span` a thing in one.
            yield from ((f"{stem}.{alias.name}" if stem == "loopfind" else stem, node.lineno) for alias in node.names)


@cache
def imports(module):
    return tuple(imported(module))


@cache
def inner(name):
    """The part that an imported name lies in; None outside the package."""
    pieces = name.split(".")
    if pieces[0] != "loopfind":
        return None
    there = len(pieces) > 1 and ((PACKAGE / pieces[1]).is_dir() or (PACKAGE / f"{pieces[1]}.py").is_file())
    return pieces[1] if there else ""


@every_module
def test_a_module_imports_only_from_lines_below_its_own(module):
    own = part(module)
    if own == "":  # the public names come from wherever they live
        wrong = [(name, at) for name, at in imports(module) if inner(name) in ("__main__", "cli", "service")]
    elif own == "__main__":  # it runs what stands on its line
        wrong = [(name, at) for name, at in imports(module) if inner(name) not in (None, "cli")]
    else:
        wrong = [
            (name, at)
            for name, at in imports(module)
            if inner(name) not in (None, own) and line(inner(name)) <= line(own)
        ]
    assert not wrong, f"{named(module)} imports from its own line or above: {wrong}"


ENGINE_STAGES = ("loopfind.engine.candidates", "loopfind.engine.evidence", "loopfind.engine.repeats")
BEHIND_THE_DOOR = {"loopfind/exhibits/curves.py", "loopfind/pipeline/library_index.py"}
"""Modules outside the engine that may import from inside its stages: curves measure what evidence measures, and the
index of a library is asked for candidates."""


@every_module
def test_the_engine_is_entered_by_its_door(module):
    if part(module) == "engine" or named(module) in BEHIND_THE_DOOR:
        return
    inside = [(name, at) for name, at in imports(module) if name.startswith(ENGINE_STAGES)]
    assert not inside, f"{named(module)} imports from inside the engine: {inside}"


INNER_LAYERS = ("signal", "candidates", "evidence", "repeats")
"""Folders of the engine in the order in which a search goes through them; each imports only from those before it. Other
parts of the engine import from any of these."""


@every_module
def test_a_stage_of_the_engine_imports_only_from_stages_before_it(module):
    place = module.relative_to(PACKAGE).parts
    if place[0] != "engine" or place[1] not in INNER_LAYERS:
        return
    own = {f"loopfind.engine.{stage}" for stage in INNER_LAYERS[: INNER_LAYERS.index(place[1]) + 1]}
    wrong = [
        (name, at)
        for name, at in imports(module)
        if name.split(".")[:2] == ["loopfind", "engine"] and ".".join(name.split(".")[:3]) not in own
    ]
    assert not wrong, f"{named(module)} imports from a later stage: {wrong}"


@every_module
def test_a_module_can_be_read_in_one_sitting(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@every_module
def test_what_is_public_is_documented(module):
    tree = TREES[module]
    assert ast.get_docstring(tree), f"{named(module)} does not say what it is"
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"{named(module)}: no docstring in {', '.join(silent)}"


def calls(module):
    """Dotted names that a module calls or reads, as written: "print", "sys.exit", "os.environ"."""
    for node in nodes(module):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


@every_module
def test_only_the_command_line_prints_exits_and_reads_the_environment(module):
    if part(module) in ("cli", "__main__"):
        return
    kept = {"print", "input", "exit", "sys.exit", "sys.stdout", "sys.stderr", "os.environ", "os.getenv", "os._exit"}
    if named(module) == "loopfind/media/ffmpeg/process.py":
        kept -= {"os.environ"}  # it hands its own on to ffmpeg
    assert not [found for found in calls(module) if found[0] in kept]


THEIR_OWN_COMMANDS = {
    "loopfind/cli/hook_command.py",
    "loopfind/pipeline/cluster/workers.py",
    "loopfind/pipeline/wall.py",
    "loopfind/service/child.py",
    "loopfind/service/supervisor.py",
}
"""Modules that run what a user asks to be run, or loopfind itself in another process, and no ffmpeg."""


@every_module
@pytest.mark.slow
def test_only_media_starts_processes(module):
    if part(module) != "media" and named(module) not in THEIR_OWN_COMMANDS:
        assert not [name for name, _ in imports(module) if name.split(".")[0] in ("subprocess", "multiprocessing")]
        assert not [name for name, _ in calls(module) if name in ("os.system", "os.popen")]


NOT_ON_WINDOWS = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "curses", "readline", "syslog"}
NOT_IN_WINDOWS = {
    *(
        "os.fork",
        "os.killpg",
        "os.setsid",
        "os.getpgid",
        "os.mkfifo",
        "os.getuid",
        "os.geteuid",
        "os.uname",
        "os.wait4",
    ),
    *(
        "os.pread",
        "os.pwrite",
        "os.readv",
        "os.writev",
        "os.set_blocking",
        "os.O_CLOEXEC",
        "os.O_NONBLOCK",
        "os.statvfs",
    ),
    *(
        "select.poll",
        "select.epoll",
        "select.select",
        "signal.SIGKILL",
        "signal.SIGPIPE",
        "signal.SIGHUP",
        "signal.pause",
    ),
}


@every_module
@pytest.mark.slow
def test_nothing_takes_what_windows_lacks(module):
    """Only code that asks first whether it is there may use it."""
    body = TREES[module].body
    loaded = {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
    loaded |= {node.module for node in body if isinstance(node, ast.ImportFrom)}
    assert not loaded & NOT_ON_WINDOWS
    given = {word.arg for node in nodes(module) if isinstance(node, ast.Call) for word in node.keywords}
    assert not given & {"pass_fds", "preexec_fn", "start_new_session", "process_group"}
    guarded = {
        f"{ast.unparse(node.args[0])}.{ast.literal_eval(node.args[1])}"
        for node in nodes(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr"
        if isinstance(node.args[1], ast.Constant)
    }
    assert not {name for name, _ in calls(module)} & NOT_IN_WINDOWS - guarded


def loaded_by(statement):
    """Top-level names of everything that a fresh Python has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import loopfind", "from loopfind import *", "import loopfind.cli"])
@pytest.mark.slow
def test_an_import_pulls_in_nothing_heavy(statement):
    assert not loaded_by(statement) & HEAVY


@pytest.mark.parametrize(
    "statement", ["import loopfind", "import loopfind.cli", "import loopfind.pipeline.packet_scan"]
)
def test_help_texts_and_the_reading_of_packets_do_not_wait_for_numpy(statement):
    assert "numpy" not in loaded_by(statement)


def test_the_picture_hashes_load_nothing_but_numpy():
    kinds = "from loopfind.fingerprints import KINDS; from loopfind.registry import load"
    assert not loaded_by(f"{kinds}; [load('kind', name, KINDS) for name in KINDS]") & HEAVY


def readme_commands():
    """The shell commands that the README opens with, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|bash|console|shell)?\n(.*?)```", text, re.DOTALL)
    return [row.strip() for block in blocks for row in block.splitlines() if row.startswith("python3 -m venv")]


def test_ci_runs_the_second_command_of_the_readme():
    first, second = readme_commands()[:2]
    assert re.search(r"loopfind fixtures/\w+\.mp4", first)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert second in [row.strip() for row in script.splitlines()]


def test_no_part_hides_a_public_name():
    """Python sets a part that is imported as an attribute of its package, over a function of that name."""
    hidden = {name for name in loopfind.__all__ if (PACKAGE / name).exists() or (PACKAGE / f"{name}.py").exists()}
    assert not hidden


MOST_NAMED_FOR_ACTIONS = 6
MOST_NAMES_AT_THE_TOP = 18
ENTRY_POINTS = {"write", "write_several", "EXAMPLES", "router"}
"""Names that a table reads from each of its modules."""


def test_the_top_of_the_package_can_be_seen_at_a_glance():
    names = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert len(names - {"__init__", "__pycache__"}) <= MOST_NAMES_AT_THE_TOP


def test_modules_are_named_for_things_and_not_for_actions():
    assert sum(module.stem.endswith("ing") for module in MODULES) <= MOST_NAMED_FOR_ACTIONS


def test_a_public_name_has_one_meaning():
    homes = {}
    for module, tree in TREES.all(MODULES):
        for node in tree.body:
            targets = [getattr(node, "name", None)]
            if isinstance(node, ast.Assign):
                targets = [
                    part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)
                ]
            elif isinstance(node, ast.AnnAssign):
                targets = [node.target.id]
            for name in targets:
                if name and not name.startswith("_"):
                    homes.setdefault(name, set()).add(named(module))
    shared = {name: sorted(modules) for name, modules in homes.items() if len(modules) > 1}
    wrong = {name: modules for name, modules in shared.items() if name not in ENTRY_POINTS}
    assert not wrong, f"one name, many meanings: {wrong}"


TESTS = sorted((ROOT / "tests").glob("*.py"))
PRIVATE_NAMES_READ = {"_repr_html_"}
"""Private by their form alone: IPython asks any object for this one."""
PRIVATE = re.compile(r"(?:^|\.)(_(?!_)\w*)$")


def private_names(tree):
    """Yield the private names of other objects that a module reads, imports or patches, with their lines."""
    own = {
        id(node)
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Attribute) and id(node) not in own:
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("setattr", "getattr"):
            names = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        yield from ((found[1], node.lineno) for name in names if (found := PRIVATE.search(name)))


@pytest.mark.slow
def test_no_test_reads_or_patches_a_private_name():
    wrong = {
        f"{named(module)}:{at} {name}"
        for module, tree in TREES.all(TESTS)
        for name, at in private_names(tree)
        if name not in PRIVATE_NAMES_READ
    }
    assert not wrong


def test_tests_wait_for_what_happens_and_not_for_time_to_pass():
    for module in TESTS:
        text = module.read_text(encoding="utf-8")
        if module.name not in ("patience.py", "test_house.py"):
            assert "time.sleep" not in text and "import sleep" not in text, named(module)


RIDDLE = re.compile(r"(?:What|Which|Where|That|Whether)\b")
WORDS_NOT_TO_USE = re.compile(r"\b(?:told|laid over|as of|of itself|of its own accord)\b", re.IGNORECASE)


def comments(module):
    """Yield the comments of a module, with their lines."""
    with module.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.string, token.start[0]


def docstrings(tree):
    """Yield the docstrings of a module, and of its classes, functions and constants, with their lines."""
    for node in ast.walk(tree):
        for one in getattr(node, "body", ()) if isinstance(getattr(node, "body", None), list) else ():
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
                yield one.value.value, one.lineno


@pytest.mark.slow
def test_docstrings_begin_plainly():
    wrong = [
        f"{named(module)}:{at} {text[:60]}"
        for module, tree in TREES.all([*MODULES, *TESTS])
        for text, at in docstrings(tree)
        if RIDDLE.match(text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_docstrings_and_comments_are_plain():
    wrong = [
        f"{named(module)}:{at} {found[0]}"
        for module, tree in TREES.all([*MODULES, *TESTS])
        if WORDS_NOT_TO_USE.search(" ".join(module.read_text(encoding="utf-8").split()))
        for text, at in (*docstrings(tree), *comments(module))
        if (found := WORDS_NOT_TO_USE.search(" ".join(text.split())))
    ]
    assert not wrong, "\n".join(wrong)
