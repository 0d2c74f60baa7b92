"""Ways to look at a place: --open and the commands of -v."""

import os
import shlex
import subprocess
import webbrowser

import pytest
import samples

from loopfind.cli.scan import check_open, open_cut
from loopfind.errors import BadSetting, OutputError
from loopfind.reports.players import commands, quoted


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not seen.append(address))
    return seen


def test_opens_the_cut_with_that_number(opened: list[str]) -> None:
    open_cut(samples.three_and_a_loop("https://youtu.be/abc"), 2)
    open_cut(samples.three_and_a_loop(), 1)
    assert opened == ["https://youtu.be/abc?t=393s", "file:///videos/film.mp4#t=142.07"]


def test_nothing_to_open_is_one_line(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutputError, match=r"^--open 4: there are 3 suspect cuts$"):
        open_cut(samples.three_and_a_loop(), 4)
    with pytest.raises(OutputError, match=r"^--open 1: there is no suspect cut, so nothing to open$"):
        open_cut(samples.nothing(), 1)
    assert opened == []
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    with pytest.raises(OutputError, match=r"no web browser could be started; the address is file:///videos/film.mp4#t"):
        open_cut(samples.three_and_a_loop(), 1)


def test_what_cannot_be_opened_is_refused_before_the_scan() -> None:
    check_open("v.mp4", "", "text")
    check_open("-", "https://youtu.be/abc", "text")
    with pytest.raises(BadSetting, match="--link"):
        check_open("-", "", "text")
    with pytest.raises(BadSetting, match="-o"):
        check_open("v.mp4", "", "json")


def test_the_commands_name_each_moment_once_for_both_players() -> None:
    lines = [*commands(samples.three_and_a_loop(), ["/v/it's a film.mp4"])]
    assert lines[:2] == [
        """Repeat 1 (1 of 2): mpv --start=142.07 '/v/it'"'"'s a film.mp4'""",
        """Repeat 1 (1 of 2): vlc --start-time=142 '/v/it'"'"'s a film.mp4'""",
    ]
    assert len(lines) == 2 * (2 + 3 + 2 + 12 + 3)
    assert "Suspect cut 2: mpv --start=393.27 " in lines[-4]
    assert [*commands(samples.three_and_a_loop(), ["-"])] == []
    assert shlex.split(next(commands(samples.three_and_a_loop(), ["-v.mp4"])))[-1] == "./-v.mp4"


@pytest.mark.parametrize(
    "name", [b"plain.mp4", b"a b$c`d\"e'f\\g.mp4", b"caf\xe9 1f.mp4", b"a\nb\x1b[31m'\\x.mp4", "ü".encode()]
)
def test_a_name_is_quoted_for_a_shell(name: bytes) -> None:
    words = quoted(os.fsdecode(name))
    assert words.isprintable()
    done = subprocess.run(["bash", "-c", f"printf %s {words}"], capture_output=True, check=True)
    assert done.stdout == name
