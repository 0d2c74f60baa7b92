"""The library that reads timelines back, where it is."""

from typing import Any

import pytest


def otio() -> Any:
    """Return the module opentimelineio; skip the test where it is not, as it has no wheels for the newest Pythons."""
    return pytest.importorskip("opentimelineio")
