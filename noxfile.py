"""Kinds of check, each in an environment of its own: `nox --list`, `nox -s fast`, `nox -s tests-3.12`.

`.ci/run` is what must hold before a change is taken; these are its parts, to be run alone.
"""

import shutil
import subprocess
from pathlib import Path

import nox

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
IN_PARALLEL = ("-q", "-n", "4", "--dist", "worksteal")


def runs(version: str) -> bool:
    """Return whether this Python starts; its name alone may be a version manager's."""
    python = shutil.which(f"python{version}")
    return python is not None and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


THERE = [version for version in VERSIONS if runs(version)]
"""The Pythons of this machine that loopfind runs on."""

nox.options.sessions = ["lint", "types", "docs", "fast"]
nox.options.reuse_venv = "yes"


@nox.session(python=THERE)
def tests(session: nox.Session) -> None:
    """Run all tests."""
    session.install("-e", ".[test]")
    session.run("pytest", *IN_PARALLEL, *session.posargs)


@nox.session
def fast(session: nox.Session) -> None:
    """Run the tests that take half a minute together."""
    session.install("-e", ".[test]")
    session.run("pytest", *IN_PARALLEL, "-m", "not slow", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("ruff>=0.17.5,<0.18")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("-e", ".[test]")
    session.run("mypy", "--strict")


@nox.session
def docs(session: nox.Session) -> None:
    """Check that the generated pages are current, and build the site into site/."""
    session.install("-e", ".[docs]")
    session.run("python", "docs/generate.py", "--check")
    session.run("mkdocs", "build", "--strict", "--quiet", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(python=THERE)
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it alone, and scan with it."""
    folder = session.create_tmp()
    for old in Path(folder).glob("*.whl"):
        old.unlink()
    session.install("build>=1.2")
    session.run("python", "-m", "build", "--wheel", "--outdir", folder, ".", silent=True)
    (built,) = Path(folder).glob("*.whl")
    session.install("--force-reinstall", str(built))
    session.run("loopfind", "fixtures/loop.mp4")
