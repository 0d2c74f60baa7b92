"""The README and the pages of docs/, as tests read them: fences, code, tables, links."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from loopfind.cli import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Document:
    """One Markdown file. Everything but `text` leaves fences out where it reads prose."""

    path: Path

    @cached_property
    def text(self):
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self):
        return re.sub(r"^ *```.*?^ *```$", "", self.text, flags=re.DOTALL | re.MULTILINE)

    @cached_property
    def code(self):
        """Return what stands in the prose as `code`; a table's `\\|` is one |."""
        return {code.replace("\\|", "|") for code in re.findall(r"`([^`\n]+)`", self.prose)}

    def fenced(self, language):
        """The bodies of the fences of a language, without what a list indents them by."""
        found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", self.text, re.DOTALL | re.MULTILINE)
        return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]

    def rows(self, head):
        """The rows of the one table whose first column is called `head`: lists of cells."""
        tables = re.findall(rf"^\| {re.escape(head)} \|.*\n\|[-|: ]+\|\n((?:\|.*\n)+)", self.text, re.MULTILINE)
        assert len(tables) == 1, f"{self.path.name} has {len(tables)} tables of {head!r}"
        return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in tables[0].splitlines()]

    def section(self, head, level=2):
        """The text under a heading, up to the next one of its level."""
        hashes = "#" * level
        _, found, after = self.text.partition(f"\n{hashes} {head}\n")
        assert found, f"{self.path.name} has no section {head!r}"
        return after.partition(f"\n{hashes} ")[0]

    @cached_property
    def links(self):
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)


README = Document(ROOT / "README.md")
PAGES = {page.relative_to(DOCS).as_posix(): Document(page) for page in sorted(DOCS.rglob("*.md"))}
DOCUMENTS = {
    "README.md": README,
    "CONTRIBUTING.md": Document(ROOT / "CONTRIBUTING.md"),
    "benchmarks/README.md": Document(ROOT / "benchmarks" / "README.md"),
    **{f"docs/{name}": page for name, page in PAGES.items()},
}
"""Everything that explains the project, by its path."""


def commands(group, words=("loopfind",)):
    """Every command with the words that call it: ("loopfind", "library", "add")."""
    for name, command in group.commands.items():
        yield (*words, name), command
        yield from commands(command, (*words, name)) if hasattr(command, "commands") else ()


def options():
    """Every option of every command, and of loopfind as a whole."""
    group = app.build()
    found = [group, *(command for _, command in commands(group))]
    of_commands = {word for one in found for option in one.params for word in option.opts if word.startswith("-")}
    return of_commands | {"-h", "--help", "--install-completion", "--show-completion"}
