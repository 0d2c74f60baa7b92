"""How much of a report is shown as text."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """How much of a report is shown. blocks: each repeat has a block with its places instead of a row. every: no list
    is cut short. brief: the verdict alone, on one line."""

    blocks: bool = False
    every: bool = False
    brief: bool = False

    def most(self, usual: int) -> int:
        """Return how many items of a list are shown at the most."""
        return sys.maxsize if self.every else usual


ROWS = Detail()
"""A row for each repeat."""
