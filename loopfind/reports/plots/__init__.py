"""Plots: curves drawn as a vector or pixel picture, without a plotting library."""

PLOTS = {".svg": "loopfind.reports.plots.svg:write", ".png": "loopfind.reports.plots.png:write"}
"""A plot file's ending -> a function `(drawing: Drawing) -> Iterator[bytes]` that writes it, in pieces."""
