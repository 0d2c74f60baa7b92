"""Numbers of a copy without repeats."""

LEAST_CUT = 0.2
"""Seconds that are removed at least: the ends of a repeat are found to a frame or two, so that what two repeats claim
may overlap by as much. Held by tests/test_clean_plan.py."""
LEAST_KEPT = 0.2
"""Seconds that stay at least between two stretches that go, unless they are all that is left of a content: a flash of a
few frames disturbs more than it shows. Held by tests/test_clean_plan.py."""
