"""From a fingerprint to what repeats in it.

from loopfind.engine import find
findings = find(fingerprint)

`find` is the whole way: signal, candidates, evidence, repeats. The other names are its stages, for callers that need
what lies between.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loopfind.engine.findings import find as find
    from loopfind.engine.findings import findings_of as findings_of
    from loopfind.engine.findings import runs_of as runs_of
    from loopfind.engine.findings import search_runs as search_runs
    from loopfind.engine.repeats.assemble import count_families as count_families
    from loopfind.engine.repeats.assemble import findings_of_copies as findings_of_copies
    from loopfind.engine.repeats.keyframes import first_look as first_look

__all__ = ["count_families", "find", "findings_of", "findings_of_copies", "first_look", "runs_of", "search_runs"]

_HOMES = {
    "count_families": "loopfind.engine.repeats.assemble",
    "find": "loopfind.engine.findings",
    "findings_of": "loopfind.engine.findings",
    "findings_of_copies": "loopfind.engine.repeats.assemble",
    "first_look": "loopfind.engine.repeats.keyframes",
    "runs_of": "loopfind.engine.findings",
    "search_runs": "loopfind.engine.findings",
}


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # a type checker that sees __getattr__ would believe in any name

    def __getattr__(name: str) -> Any:
        """Load a stage when it is first used: packets alone need no evidence, a first look needs no candidates."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
