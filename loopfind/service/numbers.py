"""Whole numbers in what clients send."""


def whole_number(text: str | None, digits: int = 15) -> int | None:
    """Return the number that a text of up to so many decimal digits stands for, None for any other text."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) <= digits else None
