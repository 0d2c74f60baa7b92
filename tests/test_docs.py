"""The docs say what the code does: commands, options, kinds, formats, keys, examples, figures, file names."""

import ast
import importlib
import importlib.util
import json
import math
import pkgutil
import re
import shlex
import sqlite3
import tomllib
import typing

import jsonschema
import pytest
import referencing
import samples
import trajectories
import videos
from documents import DOCS, DOCUMENTS, PAGES, README, ROOT, commands, options
from test_house import LAYERS

from loopfind import compare, scan
from loopfind.cli import app
from loopfind.engine.evidence.claim_parameters import MOST_ODDS
from loopfind.engine.packets.parameters import COPY_CONFIDENCE
from loopfind.fingerprints import KINDS
from loopfind.model import events, trajectory
from loopfind.model import report as nouns
from loopfind.model.video import Loss
from loopfind.registry import load
from loopfind.reports.formats import FORMATS, PAGE, SEVERAL, SUFFIXES
from loopfind.reports.formats.events import event_json
from loopfind.reports.formats.trajectory import trajectory_json
from loopfind.reports.formats.trajectory_events import followed_json
from loopfind.reports.links import linker
from loopfind.stores import STORES, schema

every_document = pytest.mark.parametrize("name", DOCUMENTS)


def coded(cell):
    return re.findall(r"`([^`]+)`", cell)


def generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", autouse=True)
def beside_the_generator():
    """The generator imports a module beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield


@pytest.mark.slow
def test_what_is_generated_is_current():
    """To accept a change: python docs/generate.py"""
    pages = generator().PAGES
    assert {"command-line.md", "tuning.md", "share/man/man1/loopfind.1"} < set(pages)
    for name, make in pages.items():
        assert (DOCS / name).read_text(encoding="utf-8") == make(), name


def test_a_constant_is_listed_with_its_value_and_its_docstring_only_if_it_has_one():
    source = 'A = 5e-1\n"""Seconds. By definition."""\nB = 2\nC: int = 3\n"""Cells."""\nD = E = 1\n"""Two."""\n'
    source += 'F, G = 1, 2e1\n"""Both."""\n'
    assert generator().constants(source) == [
        ("A", "5e-1", "Seconds. By definition."),
        ("C", "3", "Cells."),
        ("D", "1", "Two."),
        ("F", "1", "Both."),
        ("G", "2e1", "Both."),
    ]


def test_every_tuned_number_stands_on_its_page():
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGES["tuning.md"].text, re.MULTILINE))
    modules = [*(ROOT / "loopfind").rglob("*parameters.py")]
    assert modules
    for module in modules:
        names = {
            target.id
            for node in ast.parse(module.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            for targets in node.targets
            for target in (targets.elts if isinstance(targets, ast.Tuple) else [targets])
            if isinstance(target, ast.Name) and not target.id.startswith("_")
        }
        assert names <= rows, f"{module.name} in {module.parent.name}: no docstring follows {names - rows}"


def test_the_steps_to_a_confidence_name_functions_and_numbers_that_are_there():
    for step, where, numbers in PAGES["architecture.md"].rows("step"):
        (path,) = coded(where)
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        functions = [code.partition(".")[2] for code in coded(step) if "." in code]
        missing = [name for name in (*functions, *coded(numbers)) if not hasattr(module, name)]
        assert not missing, f"{path} has no {missing}"
        assert all(f"| `{name}` |" in PAGES["tuning.md"].text for name in coded(numbers))


def test_the_highest_confidence_is_said():
    most = round(1 / (1 + math.exp(-MOST_ODDS)), 4)
    assert f"at most {most}." in PAGES["reading.md"].section("Confidence") and most == COPY_CONFIDENCE


def test_every_command_has_a_section():
    listed = re.findall(r"^## (loopfind .+)$", PAGES["command-line.md"].text, re.MULTILINE)
    assert listed == [" ".join(words) for words, _ in commands(app.build())]


def test_every_command_of_the_library_is_explained():
    listed = [coded(row[0])[0].split()[2] for row in PAGES["library.md"].rows("command")]
    assert sorted(listed) == sorted(app.LIBRARY)


FOREIGN = re.compile(r"(python|ffmpeg|pytest|mkdocs|nox|pip|ruff|git) ")
"""How code begins that calls another program, with options of its own."""


def named_options(document):
    """The options that the prose names, but for those of other programs, and of scripts in benchmarks/."""
    own = [code for code in document.code if not FOREIGN.match(code) and "." not in code.partition(" ")[0]]
    if document.path.parent.name == "benchmarks":
        own = [code for code in own if code.startswith("loopfind")]
    return {word for code in own for word in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", code)}


@every_document
@pytest.mark.slow
def test_no_option_is_named_that_does_not_exist(name):
    assert named_options(DOCUMENTS[name]) <= options()


def test_every_option_is_explained():
    assert named_options(PAGES["command-line.md"]) == options()


def test_every_kind_has_a_row_and_no_other():
    assert [coded(row[0])[0] for row in PAGES["scanning.md"].rows("kind")] == [*KINDS]
    (glossary,) = [row[1] for row in PAGES["glossary.md"].rows("word") if row[0] == "kind"]
    assert coded(glossary) == [*KINDS]


def test_every_format_has_a_row_with_its_ending_and_no_other():
    listed = {coded(row[0])[0]: coded(row[1]) for row in PAGES["formats.md"].rows("format")}
    endings = {name: [suffix for suffix, of in SUFFIXES.items() if of == name] for name in [*FORMATS, PAGE]}
    assert listed == endings


def test_the_formats_of_a_comparison_are_listed():
    section = " ".join(PAGES["comparing.md"].section("Formats of a comparison").split())
    several, _, alone = section.partition("hold all files:")
    assert alone and set(coded(several)) == {*SEVERAL}
    assert set(FORMATS) <= set(coded(section))


def test_every_store_is_named():
    section = PAGES["library.md"].section("What it keeps")
    assert re.findall(r"(?:The store is|With an address it is) `(\w+)`", section) == [*STORES]


@pytest.mark.parametrize(
    ("head", "noun"), [("kind", nouns.RepeatKind), ("evidence", nouns.Evidence), ("cut", nouns.CutKind)]
)
def test_every_word_of_the_answer_is_explained(head, noun):
    listed = [coded(row[0])[0] for row in PAGES["reading.md"].rows(head)]
    assert sorted(listed) == sorted(typing.get_args(noun))


def test_the_reasons_why_following_ended_are_explained():
    (row,) = [row for row in PAGES["following.md"].rows("key") if coded(row[0]) == ["why"]]
    assert set(typing.get_args(events.Why)) == {word for word in coded(row[1]) if not word.startswith("-")}


def test_every_key_of_an_event_is_explained_and_no_other():
    report = samples.many()
    told = (
        events.Finding(report.repeats[0], True, 1.0),
        events.Missed(Loss(1.0, 2.0, "gone")),
        events.Ended(report, "end"),
    )
    found = {key for event in told for key in json.loads("".join(event_json(event, lambda seconds: "")))}
    assert {key for row in PAGES["following.md"].rows("key") for key in coded(row[0])} == found


def test_every_key_of_an_event_of_a_trajectory_is_explained_and_no_other():
    found = trajectories.small()
    happened = (
        trajectory.Moment(1.0, 1, (0.0, 0.0, 0.0), None, 1.0, None, 1.0),
        *found.maps,
        *found.events,
        trajectory.TrajectoryEnded(found, "end"),
    )
    keys_found = {key for event in happened for key in json.loads("".join(followed_json(event, lambda seconds: "")))}
    assert {key for row in PAGES["trajectory.md"].rows("key") for key in coded(row[0])} == keys_found


def test_the_reasons_of_a_trajectory_are_explained():
    listed = [reason for row in PAGES["trajectory.md"].rows("reason") for reason in coded(row[0])]
    assert listed == [*typing.get_args(trajectory.Reason)]


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("YouTube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("Vimeo", "https://vimeo.com/76979871"),
        ("Twitch", "https://www.twitch.tv/videos/1234567890"),
        ("PeerTube", "https://peer.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d"),
        ("archive.org", "https://archive.org/details/film"),
        ("a media file", "https://example.org/film.mp4"),
    ],
)
def test_the_links_that_are_shown_are_those_that_are_made(page, address):
    (row,) = [row for row in PAGES["reading.md"].rows("page") if row[0].startswith(page)]
    (shown,) = coded(row[1])
    assert linker(address, "")(142.07).endswith(shown.removeprefix("..."))


def keys(value, before=""):
    """The keys of a JSON value as the docs write them: "repeats[].occurrences[].start". A report within another
    document is one key."""
    if isinstance(value, list):
        return {key for item in value for key in keys(item, f"{before}[]")}
    if not isinstance(value, dict) or before == "report":
        return {before}
    return {key for name, inner in value.items() for key in keys(inner, f"{before}.{name}" if before else name)}


def schema_keys(part, whole, before=""):
    """The same of what a JSON Schema allows."""
    if part.get("$ref") == "report.schema.json":
        return {before}
    if "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    found = set()
    for one in part.get("anyOf", [part]):
        if "properties" in one:
            for name, inner in one["properties"].items():
                found |= schema_keys(inner, whole, f"{before}.{name}" if before else name)
        elif one.get("type") == "array":
            found |= schema_keys(one["items"], whole, f"{before}[]")
        elif one != {"type": "null"}:
            found.add(before)
    return found


def listed_keys(head):
    """The keys in a table; a row may go on with the last part of a key alone: `cuts[].time`, `.frame`."""
    listed = set()
    for row in re.findall(r"^\| (`.*?) \|", PAGES["json.md"].section(head), re.MULTILINE):
        stem = ""
        for key in coded(row):
            stem, key = (stem, stem + key) if key.startswith(".") else (key.rpartition(".")[0], key)
            listed.add(key)
    return listed


LISTS = (
    r"(_range|frames|times|(cuts|matches|groups)\[\]\.repeats"
    r"|(groups|pairs|warps)\[\]\.(files|seconds|whole|path|knots)"
    r"|path\.\w+|\.(position|reasons|region))(\[\])+$"
)
"""Keys of which the items are plain numbers and names."""


def published(name):
    return json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8"))


def golden(name):
    return json.loads((ROOT / "tests" / "golden" / f"{name}.json").read_text(encoding="utf-8"))


def validator(name):
    """A validator of a published schema, which may refer to that of the report beside it."""
    beside = referencing.Registry().with_resource(
        "report.schema.json", referencing.Resource.from_contents(published("report"))
    )
    return jsonschema.Draft202012Validator(published(name), registry=beside)


every_form = pytest.mark.parametrize(
    ("head", "name"), [("Scan", "report"), ("Comparison", "comparison"), ("Trajectory", "trajectory")]
)


@every_form
def test_every_json_key_is_explained_and_no_other(head, name):
    assert listed_keys(head) == {re.sub(LISTS, r"\1", key) for key in keys(golden(name))}


@every_form
def test_the_schema_has_every_key_and_no_other(head, name):
    whole = published(name)
    assert listed_keys(head) == {re.sub(LISTS, r"\1", key) for key in schema_keys(whole, whole)}


def objects(part):
    if isinstance(part, dict):
        yield from [part] if part.get("type") == "object" else []
        for inner in part.values():
            yield from objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@every_form
def test_a_schema_is_one_and_lets_nothing_else_through(head, name):
    whole = published(name)
    jsonschema.Draft202012Validator.check_schema(whole)
    assert all(part["additionalProperties"] is False for part in objects(whole))
    value = golden(name)
    validator(name).validate(value)
    for change in (value | {"more": 1}, value | {"schema": 2}, {k: v for k, v in value.items() if k != "settings"}):
        with pytest.raises(jsonschema.ValidationError):
            validator(name).validate(change)


def test_the_schemas_know_every_word_of_the_answer():
    for name in ("report", "comparison"):
        repeat = published(name)["$defs"]["repeat"]["properties"]
        assert repeat["kind"]["enum"] == [*typing.get_args(nouns.RepeatKind)]
        assert repeat["evidence"]["enum"] == [*typing.get_args(nouns.Evidence)]
    cut = published("report")["properties"]["cuts"]["items"]["properties"]
    assert cut["kind"]["enum"] == [*typing.get_args(nouns.CutKind)]
    shown = published("trajectory")["properties"]
    assert shown["events"]["items"]["properties"]["reasons"]["items"]["enum"] == [*typing.get_args(trajectory.Reason)]
    assert shown["maps"]["items"]["properties"]["why"]["enum"] == [*typing.get_args(trajectory.WhyLearned)]
    unjudged = published("report")["properties"]["unjudged"]["items"]["properties"]
    assert unjudged["why"]["enum"] == [*typing.get_args(typing.get_type_hints(nouns.Unjudged)["why"])]


def machine_form(value, table):
    return json.loads("".join(load("format", "json", table)(value)))


@pytest.mark.parametrize(
    "video", ["loop", *(pytest.param(name, marks=pytest.mark.slow) for name in ("replay", "none"))]
)
@pytest.mark.slow
def test_the_report_of_a_fixture_holds_to_the_published_schema(video):
    report = scan(str(ROOT / "fixtures" / f"{video}.mp4"))
    jsonschema.Draft202012Validator(published("report")).validate(machine_form(report, FORMATS))


@pytest.mark.slow
def test_a_comparison_holds_to_the_published_schema():
    whole = jsonschema.Draft202012Validator(published("comparison"))
    paths = [str(ROOT / "fixtures" / f"{name}.mp4") for name in ("loop", "replay")]
    whole.validate(machine_form(compare(paths), SEVERAL))
    for queries in (0, 1):
        whole.validate(machine_form(samples.comparison(queries=queries), SEVERAL))


@pytest.mark.slow
@pytest.mark.parametrize("made", [samples.nothing, samples.many, samples.crowded])
def test_drawn_reports_hold_to_the_published_schema(made):
    report = made()
    jsonschema.Draft202012Validator(published("report")).validate(machine_form(report, FORMATS))


@pytest.mark.parametrize("found", [trajectories.eventful(), trajectories.relearned()], ids=["eventful", "relearned"])
@pytest.mark.slow
def test_drawn_trajectories_hold_to_the_published_schema(found):
    few = trajectories.sampled(found, slice(None, None, 200))
    validator("trajectory").validate(json.loads("".join(trajectory_json(few))))


PYTHON = [(name, body) for name, document in DOCUMENTS.items() for body in document.fenced("python")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "example"), PYTHON, ids=[f"{name}-{at}" for at, (name, _) in enumerate(PYTHON)])
def test_a_python_example_runs(name, example, tmp_path, monkeypatch, capsys):
    (tmp_path / "video.mp4").symlink_to(videos.three_times())
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, name, "exec"), names)
    assert "scan(" not in example or names["report"].verdict.looped
    assert "print" not in example or capsys.readouterr().out
    for path in re.findall(r"`report\.([\w.\[\]]+)`", DOCUMENTS[name].prose):
        assert eval(f"report.{path}", names) is not None


def test_there_are_python_examples():
    assert {name for name, _ in PYTHON} >= {"README.md", "docs/python.md"}


@every_document
def test_the_shell_examples_would_be_taken(name):
    """Every line that starts loopfind is parsed by the command that it calls."""
    group = app.build()
    for line in (line for body in DOCUMENTS[name].fenced("sh") for line in body.splitlines()):
        for part in re.split(r"&&|\|", line):
            words = shlex.split(re.split(r" > ", part)[0])
            if words[0].rpartition("/")[2] != "loopfind":
                assert words[0].rpartition("/")[2] in OTHERS, f"{line!r} runs what nobody expects"
                continue
            command, given = group, words[1:]
            while given and given[0] in getattr(command, "commands", {}):
                command, given = command.commands[given[0]], given[1:]
            (group.commands[app.DEFAULT] if command is group else command).make_context("loopfind", given)


OTHERS = {
    "curl",
    "python",
    "python3",
    "docker",
    "pip",
    "pipx",
    "pytest",
    "cat",
    "git",
    "nox",
    "mkdocs",
    "ruff",
    "mypy",
    "pre-commit",
    "run",
    "uv",
    "cd",
}
"""Other programs that examples may start."""


def test_the_guides_show_what_to_run():
    guides = [page for name, page in PAGES.items() if name.startswith("guides/")]
    assert len(guides) >= 6
    assert all(any("loopfind " in body for body in page.fenced("sh")) for page in guides)


def test_the_views_of_a_library_are_listed_column_by_column():
    connection = sqlite3.connect(":memory:")
    for step in schema.STEPS:
        for statement in step:
            connection.execute(statement)
    listed = {coded(row[0])[0]: coded(row[1]) for row in PAGES["library.md"].rows("view")}
    views = {view: [row[1] for row in connection.execute(f"PRAGMA table_info({view})")] for view in schema.VIEWS}
    connection.close()
    assert listed == views


def test_the_statuses_are_those_of_the_command_line():
    listed = [int(row[0]) for row in PAGES["command-line.md"].rows("exit status")]
    said = re.findall(r"^    (\d+) ", importlib.import_module("loopfind.cli").__doc__, re.MULTILINE)
    assert listed == [int(number) for number in said]
    assert {0, 1, 2, 3, 129, 130, 143} == {*listed}


BENCHMARKS = PAGES["benchmarks.md"]
SECTIONS = re.findall(r"^## (.+)$", BENCHMARKS.text, re.MULTILINE)


@pytest.mark.parametrize("head", SECTIONS)
def test_every_table_of_figures_names_the_command_that_gives_it(head):
    section = BENCHMARKS.section(head)
    for before in re.split(r"(?:^\|.*\n)+", section, flags=re.MULTILINE)[:-1]:
        assert before.strip(), f"a table of {head!r} follows another without a word"
    calls = re.findall(r"`python (benchmarks/\w+\.py)([^`]*)`", section)
    assert "\n|" in section and calls
    for script, words in calls:
        source = (ROOT / script).read_text(encoding="utf-8")
        for option in re.findall(r"--[a-z-]+", words):
            assert f'"{option}"' in source, f"{script} takes no {option}"
        for word in re.findall(r"(?:^| )([a-z]+)(?= )", f"{words} "):
            assert f'"{word}"' in source or f" {word}" in source, f"{script} knows no {word}"


def test_every_benchmark_is_listed_and_no_other():
    rows = DOCUMENTS["benchmarks/README.md"].rows("script")
    listed = {coded(row[0])[0] for row in rows}
    runs = {path.name for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")}
    assert listed == runs


@every_document
def test_the_files_and_modules_that_are_named_exist(name):
    for code in DOCUMENTS[name].code:
        if re.fullmatch(r"loopfind/([\w/]+/|[\w/]+\.py)|(tests|docs|benchmarks|fixtures|\.ci|\.github)/[\w./-]*", code):
            assert (ROOT / code).exists(), f"{name} names {code}"
        if re.fullmatch(r"loopfind(\.\w+)+", code) and code != "loopfind.toml":
            assert pkgutil.resolve_name(code) is not None


@every_document
def test_links_lead_somewhere(name):
    """Of the README and its like; `mkdocs build --strict` also follows those within the pages, headings included."""
    document = DOCUMENTS[name]
    for link in document.links:
        path, _, anchor = link.partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        assert re.match(r"https?://", link) or target.exists(), f"{name} links to {link}"
        if anchor and target.suffix == ".md":
            heads = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{name} links to {link}"


def test_the_drawing_shows_the_layers_that_are_held():
    drawing = (DOCS / "images" / "architecture.svg").read_text(encoding="utf-8")
    rows = re.findall(r'<g class="layer">(.*?)</g>', drawing, re.DOTALL)
    shown = [set(re.findall(r">([a-z]+)</text>", row)) for row in rows]
    assert shown == [parts - {"", "__main__"} for parts in LAYERS]


def test_every_folder_of_the_package_is_explained():
    folders = {path.parent.name for path in (ROOT / "loopfind").glob("*/__init__.py")}
    rows = PAGES["architecture.md"].rows("folder")
    assert {coded(row[0])[0].split("/")[1] for row in rows} == folders


def test_every_extra_for_users_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = set(re.findall(r"pip install -e '\.\[(\w+)\]'", PAGES["getting-started.md"].text))
    assert listed == {*project["optional-dependencies"]} - {"test", "docs"}


def test_every_page_is_in_the_navigation_and_reached_from_the_readme():
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert sorted(re.findall(r": ([\w/-]+\.md)$", config, re.MULTILINE)) == sorted(PAGES)
    reached = {link.partition("#")[0].removeprefix("docs/") for link in README.links if link.startswith("docs/")}
    assert reached == {*PAGES} - {"index.md"}
