"""Defaults from files, variables and presets: what goes before what, and what is wrong with one is one line."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import fake_cli
import pytest
from documents import ROOT

from loopfind.cli.app import build
from loopfind.cli.config import defaults_of
from loopfind.cli.presets import PRESETS
from loopfind.errors import UsageError

GROUP = build()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, with the user's folder of settings in it."""
    for name in [name for name in os.environ if name.startswith("LOOPFIND_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    (tmp_path / "own" / "loopfind").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def values(*path: str, **given: object) -> dict[str, Any]:
    return {name: default.value for name, default in defaults_of(path or ("scan",), GROUP, given).items()}


def test_the_stronger_goes_before_the_weaker(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, here = home / "own" / "loopfind" / "loopfind.toml", home / "loopfind.toml"
    assert values() == {}
    own.write_text('preset = "surveillance"\nquiet = true\nhash-size = 8\nstall = 7')
    assert values() == {"preset": "surveillance", "quiet": True, "kind": "dhash", "hash_size": "8", "stall": "7"}
    here.write_text("hash_size = 12")
    assert (values()["hash_size"], values()["stall"]) == ("12", "7")
    monkeypatch.setenv("LOOPFIND_HASH_SIZE", "16")
    monkeypatch.setenv("LOOPFIND_PRESET", "animation")
    assert values()["hash_size"] == "16" and "kind" not in values()
    assert values(preset="stream")["stall"] == "7"
    assert "hash_size" not in values(hash_size="20")
    monkeypatch.setenv("LOOPFIND_CONFIG", "")
    assert values() == {"preset": "animation", "hash_size": "16"}


def test_a_table_is_of_its_command_and_one_of_all(home: Path) -> None:
    text = "[all]\njobs = 3\nstall = 9\n[compare]\njobs = 2\n[library.add]\nquiet = true\n"
    (home / "loopfind.toml").write_text(text)
    assert values() == {"jobs": "3", "stall": "9"}
    assert values("compare") == {"jobs": "2", "stall": "9"}
    assert values("library", "add") == {"jobs": "3", "stall": "9", "quiet": True}
    assert values("help") == {}


def test_what_does_not_go_together_is_left_out(home: Path) -> None:
    (home / "loopfind.toml").write_text('window = "6h"\nlibrary = "l.sqlite"\njson = true\n')
    assert values() == {"as_json": True}
    assert values(follow=True) == {"as_json": True, "window": "6h"}
    assert values(cache=True, formats=["text"]) == {"library": "l.sqlite"}
    (home / "loopfind.toml").write_text('[all]\nlibrary = "l.sqlite"')
    assert values() == {} and values("library", "add") == {"library": "l.sqlite"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "hash-sze = 3",
            "loopfind.toml: hash-sze: an option that loopfind scan does not have; did you mean hash-size?",
        ),
        ("[compare]\nlink = 'x'", "loopfind.toml: compare.link: an option that loopfind compare does not have"),
        ("[all]\nnonsense = 1", "loopfind.toml: all.nonsense: an option that no command has"),
        ("[librry.add]\njobs = 1", "loopfind.toml: librry: there is no such command; did you mean library?"),
        ("jobs = 'many'", "loopfind.toml: jobs: Invalid value for '--jobs'"),
        ("quiet = 3", "loopfind.toml: quiet: 3: it is true or false"),
        ("kind = ['a']", "loopfind.toml: kind: ['a']: it is a text or a number"),
        ("preset = 'none'", "loopfind.toml: preset: unknown preset 'none'"),
        ("output = 'a.json'", "loopfind.toml: output: whoever wrote this folder must not set it"),
        ("[serve]\nhost = '0.0.0.0'", "serve.host: whoever wrote this folder must not set it"),
        ("[serve]\ntoken-file = 'token'", "serve.token-file: whoever wrote this folder must not set it"),
        ("kind =", "loopfind.toml: this is no TOML"),
        ("x = '\udcff'", "loopfind.toml: this is no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(home: Path, text: str, said: str) -> None:
    (home / "loopfind.toml").write_bytes(os.fsencode(text))
    with pytest.raises(UsageError, match=re.escape(said)) as raised:
        values()
    assert "\n" not in str(raised.value)


def test_a_variable_that_is_spelt_wrong_is_named_and_a_strange_one_is_not(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOPFIND_REQUIRE_BROWSER", "1")
    assert values() == {}
    monkeypatch.setenv("LOOPFIND_HASHSIZE", "8")
    with pytest.raises(
        UsageError, match="LOOPFIND_HASHSIZE: there is no such variable; did you mean LOOPFIND_HASH_SIZE"
    ):
        values()


@pytest.mark.slow
def test_a_scan_goes_by_its_defaults(home: Path) -> None:
    """A preset says what it sets, and a value that the scan refuses is named with its file."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return fake_cli.run("settings", "--json", *words)

    done = run("--preset", "surveillance", "--hash-size", "20")
    settings = json.loads(done.stdout)["settings"]
    assert (settings["kind"], settings["hash_size"], settings["stall"]) == ("dhash", 20, 600.0)
    assert done.stderr == "loopfind: preset surveillance: --kind dhash, --stall 600\n"
    (home / "loopfind.toml").write_text("kind = 'nope'")
    done = run()
    assert done.returncode == 2 and done.stderr.startswith("loopfind: loopfind.toml: kind: unknown kind 'nope'")
    assert run("--help").returncode == 0


def test_the_docs_list_what_presets_set() -> None:
    listed = re.findall(r"^\| `(\w+)` \| `(--.+)` \|$", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)
    assert dict(listed) == {
        name: " ".join(f"--{key}" + ("" if value is True else f" {value}") for key, value in some.items())
        for name, some in PRESETS.items()
    }
