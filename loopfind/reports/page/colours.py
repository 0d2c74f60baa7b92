"""The colours of repeats, the same in the tables, on the timeline and in every figure of a page."""

OWN_COLOURS = 7
"""Repeats with a colour of their own, the first ones. All others share the one after these, a grey, so that no colour
stands for two things; each bears its number."""


def colour_of(number: int) -> int:
    """Return the number of the colour of a repeat, or of a group, in the style sheet. number: from 1."""
    return min(number - 1, OWN_COLOURS)
