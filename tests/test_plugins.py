"""Parts of other packages: found by their entry points, refused in one clear line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loopfind.errors import BadPlugin, UnknownPart
from loopfind.fingerprints import KINDS
from loopfind.registry import Table, check_name, load
from loopfind.reports.formats import FORMATS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the example package was installed."""
    folder = tmp_path_factory.mktemp("plugins")
    words = ["install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, str(ROOT / "tests" / "example_package")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return folder


def loopfind(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "loopfind", *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_a_kind_and_a_format_of_another_package_are_used_like_loopfinds_own(installed, tmp_path):
    video = str(ROOT / "fixtures" / "loop.mp4")
    outputs = [
        "-o",
        str(tmp_path / "lengths"),
        "-o",
        str(tmp_path / "r.json"),
        "--format",
        "lengths",
        "--format",
        "json",
    ]
    done = loopfind(installed, video, "--kind", "corners", *outputs, "--no-resume", "-q")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["settings"]["kind"] == "corners" and report["repeats"]
    lines = [f"{repeat['length']:.3f} {len(repeat['occurrences'])}" for repeat in report["repeats"]]
    assert (tmp_path / "lengths").read_text().splitlines() == lines


@pytest.mark.slow
def test_an_unknown_name_is_answered_with_those_of_other_packages_too(installed):
    done = loopfind(installed, "video.mp4", "--kind", "corner")
    assert done.returncode == 2 and f"{[*KINDS][-1]}, corners" in done.stderr


@pytest.mark.slow
def test_a_kind_that_is_not_sized_is_not_swept(installed):
    video = str(ROOT / "fixtures" / "loop.mp4")
    for words in (("sweep", video), (video, "--hash-size", "auto")):
        done = loopfind(installed, *words, "--kind", "corners", "-q")
        assert done.returncode == 2 and "corners" in done.stderr and "no size to choose" in done.stderr, done.stderr


def package(folder, name, points):
    """A package that nobody installed, with the entry points group -> {name: target}."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    rows = [f"[{group}]\n" + "".join(f"{key} = {to}\n" for key, to in those.items()) for group, those in points.items()]
    (info / "entry_points.txt").write_text("\n".join(rows))


def test_a_name_of_loopfinds_own_is_refused(tmp_path, monkeypatch):
    package(tmp_path, "rival", {"loopfind.kinds": {"ahash": "rival:AHASH"}})
    monkeypatch.syspath_prepend(tmp_path)
    assert load("kind", "ahash", KINDS).name == "ahash"
    with pytest.raises(BadPlugin, match=r"^the package rival: 'ahash' in loopfind\.kinds is a name of loopfind itself"):
        load("kind", "rival", KINDS)


def test_a_name_that_two_packages_give_is_refused(tmp_path, monkeypatch):
    for name in ("one", "other"):
        package(tmp_path, name, {"loopfind.formats": {"plain": f"{name}:write"}})
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BadPlugin, match=r"'plain' in loopfind\.formats is a name of (one|other): rename it"):
        load("format", "plain", FORMATS)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module", r"its kind 'odd' cannot be loaded \(ModuleNotFoundError: No module named"),
        ("raise SystemError('one\\ntwo')", r"cannot be loaded \(SystemError: one\)"),
        ("OTHER = 1", r"cannot be loaded \(AttributeError"),
        (
            "class ODD:\n    name = 'odd'",
            "its kind 'odd' has no needs_digests, needs_colours, sized, check, width, encode",
        ),
    ],
)
def test_a_broken_part_is_one_clear_line(tmp_path, monkeypatch, source, said):
    package(tmp_path, "broken", {"loopfind.kinds": {"odd": "broken_part:ODD"}})
    (tmp_path / "broken_part.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_part", raising=False)
    with pytest.raises(BadPlugin, match=said) as raised:
        load("kind", "odd", KINDS)
    assert str(raised.value).startswith("the package broken: ") and "\n" not in str(raised.value)


def test_entry_points_are_not_read_for_a_name_of_loopfinds_own():
    code = (
        "import sys, loopfind.cli; from loopfind.registry import load; from loopfind.fingerprints import KINDS;"
        "load('kind', 'ahash', KINDS); print('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "False", done.stderr


def test_more_names_than_those_of_the_table_may_be_allowed():
    table = Table("loopfind.nothing", {"one": "x:y"})
    check_name("part", "two", table, "two")
    with pytest.raises(UnknownPart, match="choose one of one, two"):
        check_name("part", "three", table, "two")
