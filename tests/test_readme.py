"""The README opens with the two commands, shows the answer that the first one gives, and stays short."""

import os
import re
import subprocess
import sys

import pytest
from documents import README, ROOT

MOST_LINES = 150


def test_opens_with_the_two_commands_each_in_a_fence_of_its_own():
    install = "python3 -m venv .venv && .venv/bin/pip install -q -e"
    assert README.fenced("sh")[:2] == [
        f"{install} . && .venv/bin/loopfind fixtures/loop.mp4\n",
        f"{install} '.[test]' && .venv/bin/pytest -q -n 4 --dist worksteal\n",
    ]


def test_the_second_command_is_the_one_that_ci_runs():
    second = README.fenced("sh")[1].strip()
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines].count(second) == 1


def test_is_read_in_two_minutes():
    assert len(README.text.splitlines()) <= MOST_LINES


@pytest.mark.slow
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
    (shown,) = README.fenced("text")
    flowing = re.compile(r"\s+file://\S*/fixtures/")
    assert flowing.sub(" file:///path/to/fixtures/", done.stdout) == flowing.sub(" file:///path/to/fixtures/", shown)
