"""The manual page of loopfind, and the completion files of three shells, as `docs/generate.py` writes them.

A wheel puts them below `share/` of where it is installed, where `man` and the shells look for them.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

HEAD = r""".\" Made by docs/generate.py: change the source, then run it.
.TH LOOPFIND 1 "" "loopfind" "User Commands"
.SH NAME
loopfind \- find the stretches that are shown more than once in one long video
.SH SYNOPSIS
.B loopfind
.RI [ OPTIONS ]
.I VIDEO
.br
.B loopfind
.I COMMAND
.RI [ OPTIONS ]
.IR ARGUMENTS ...
.SH DESCRIPTION
loopfind says which stretches of a video repeat, exact to the frame, how often and with what period, where the suspect
cuts are, how sure it is, and what it could not have seen.
.B loopfind VIDEO
is short for
.BR "loopfind scan VIDEO" .
.PP
The answer goes to standard output and nothing else does. Progress, notes and errors go to standard error.
"""

TAIL = r""".SH SEE ALSO
.BR ffmpeg (1)
.PP
The whole documentation lies in the folder docs of the source, as text.
"""

SHELLS = {
    "share/bash-completion/completions/loopfind": "bash",
    "share/zsh/site-functions/_loopfind": "zsh",
    "share/fish/vendor_completions.d/loopfind.fish": "fish",
}
"""File below docs/ -> the shell that it is for."""

Commands = Iterable[tuple[tuple[str, ...], Any]]
"""Commands of the command line, each with the words that call it."""


def man_page(commands: Commands, statuses: Iterable[tuple[str, str]]) -> str:
    """Return the manual page in the form of man(7). statuses: exit statuses, (number, meaning)."""
    commands = list(commands)
    text = HEAD + ".SH COMMANDS\n"
    for path, command in commands:
        text += f".SS {_roff(' '.join(path[1:]))}\n" + "".join(_command(path, command))
    text += ".SH EXIT STATUS\n" + "".join(f".TP\n.B {number}\n{_line(meaning)}\n" for number, meaning in statuses)
    return text + TAIL


def _command(path: tuple[str, ...], command: Any) -> Iterator[str]:
    """Yield the paragraphs about one command."""
    context = command.make_context(path[-1], [], resilient_parsing=True)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f".B {_roff(' '.join(path))}\n{_line(pieces)}\n.PP\n{_paragraphs(command.help)}"
    for option in command.get_params(context):
        if record := option.get_help_record(context):
            name = re.sub(r" <.+>$", "", record[0])
            yield f".TP\n.B {_roff(name)}\n{_line(record[1])}\n"
    for line in (command.epilog or "").replace("\b", "").splitlines():
        if line.startswith("  "):
            said, _, why = re.sub(r" {2,}", "\t", line.strip()).partition("\t")
            yield f".TP\n.B {_roff(said)}\n" + (f"{_line(why)}\n" if why else "\\&\n")


def _paragraphs(text: str) -> str:
    return "".join(f"{_line(part)}\n.PP\n" for part in text.strip().split("\n\n"))


def _line(text: str) -> str:
    """Return text on one line that no request of roff begins."""
    line = _roff(text)
    return "\\&" + line if line[:1] in (".", "'") else line


def _roff(text: str) -> str:
    """Return text that roff shows as it is, its hyphens those of a command line."""
    return " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")


def completion(shell: str) -> str:
    """Return the completion file of a shell, as the command line itself writes it."""
    words = [sys.executable, "-m", "loopfind"]
    asked = {"_LOOPFIND_COMPLETE": f"source_{shell}", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(words, env=os.environ | asked, capture_output=True, text=True, check=True)
    text = done.stdout.strip() + "\n"
    # zsh reads the file when something is to be completed for the first time, and takes it for the function that does.
    return text + '\n_loopfind_completion "$@"\n' if shell == "zsh" else text
