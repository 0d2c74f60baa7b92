"""A sweep as text, JSON and CSV."""

from collections.abc import Iterator
from dataclasses import asdict

from rich.text import Text

from loopfind.model.sweep import Size, Sweep
from loopfind.reports.formats.csv import csv_row
from loopfind.reports.formats.json import answer_json, source_of
from loopfind.reports.plots.curves import CURVES, kinds_of, points
from loopfind.reports.wording import count, safe

SIZE_COLUMNS = (
    "kind",
    "hash_size",
    "bytes",
    "buckets",
    "mean",
    "spread",
    "largest",
    "clusters",
    "confused",
    "precision",
    "recall",
    "f1",
    "seconds",
)
"""Columns of the CSV, and keys of each size in the JSON."""

BAR_BLOCKS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
"""Blocks of rising height."""

_ROWS = 3  # of a curve on a terminal
_WIDEST, _ACROSS = 4, 76  # cells of one size, and of all of them
_TABLE = (
    ("size", 4),
    ("buckets", 8),
    ("mean", 7),
    ("spread", 7),
    ("largest", 8),
    ("moments", 8),
    ("alike", 6),
    ("prec.", 6),
    ("recall", 7),
    ("F1", 6),
    ("time", 7),
)


def size_row(size: Size) -> dict[str, object]:
    """Return one size under the names of SIZE_COLUMNS."""
    figures = asdict(size.scores) | {"f1": size.scores.f1}
    whole = {"kind": size.kind, "hash_size": size.hash_size, "bytes": size.width, "seconds": size.seconds} | figures
    return {name: whole[name] for name in SIZE_COLUMNS}


def sweep_json(sweep: Sweep) -> Iterator[str]:
    """Yield the sweep in the machine form, ending in a newline."""
    advice = sweep.advice
    value = {
        "source": source_of(sweep.source),
        "settings": asdict(sweep.settings),
        "windows": None if sweep.windows is None else [asdict(span) for span in sweep.windows],
        "repeats": sweep.repeats,
        "pairs": sweep.pairs,
        "recommended": None
        if advice is None
        else {
            "kind": advice.kind,
            "hash_size": advice.hash_size,
            "reason": advice.reason,
            "as_good": [{"kind": kind, "hash_size": size} for kind, size in advice.as_good],
        },
        "sizes": [size_row(size) for size in sweep.sizes],
        "losses": [asdict(loss) for loss in sweep.losses],
    }
    yield answer_json(value)


def sweep_csv(sweep: Sweep) -> Iterator[str]:
    """Yield a head of SIZE_COLUMNS and a row for each size; a missing value is empty."""
    yield csv_row(SIZE_COLUMNS)
    for size in sweep.sizes:
        yield csv_row(size_row(size).values())


def sweep_text(sweep: Sweep) -> Iterator[str]:
    """Yield the table and the advice as plain text."""
    for line in sweep_lines(sweep):
        yield line.plain.rstrip() + "\n"


def sweep_lines(sweep: Sweep, curves: bool = False) -> Iterator[Text]:
    """Yield the advice, the table and, if wanted, the curves, as styled lines of at most 80 cells if names allow it."""
    yield from _verdict(sweep)
    source = sweep.source
    name = "standard input" if source.path == "-" else safe(source.path)
    read = "" if sweep.windows is None else f" in {count(len(sweep.windows), 'window')}"
    yield Text()
    yield Text(f"{name}: {count(source.frames, 'frame')} read{read}, {count(sweep.repeats, 'repeat')} confirmed", "dim")
    for loss in sweep.losses:
        yield Text(f"lost: {safe(loss.what)}", "yellow")
    for kind in kinds_of(sweep):
        yield Text()
        yield from _table(sweep, kind)
        if curves:
            yield from _curves(sweep, kind)


def _verdict(sweep: Sweep) -> Iterator[Text]:
    advice = sweep.advice
    if advice is None:
        yield Text("No repeats to tune on: nothing was confirmed that equal hashes could show.", "bold yellow")
        return
    head = f"Take {advice.kind} at hash size {advice.hash_size}."
    yield Text(head, "bold green")
    yield from _folded(advice.reason)
    rest = [(kind, size) for kind, size in advice.as_good if (kind, size) != (advice.kind, advice.hash_size)]
    if rest:
        one = len(kinds_of(sweep)) == 1
        yield from _folded("As good: " + ", ".join(str(size) if one else f"{kind} {size}" for kind, size in rest))


def _folded(text: str, width: int = 80) -> Iterator[Text]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield Text(line)
            line = ""
        line += (" " if line else "") + word
    yield Text(line)


def _table(sweep: Sweep, kind: str) -> Iterator[Text]:
    if len(kinds_of(sweep)) > 1:
        yield Text(kind, "bold")
    yield Text("".join(f"{name:>{width}}" for name, width in _TABLE), "cyan")
    frames = max(1, sweep.source.frames)
    for size in sorted((s for s in sweep.sizes if s.kind == kind), key=lambda s: s.hash_size):
        figures, advice = size.scores, sweep.advice
        cells = (
            str(size.hash_size),
            f"{figures.buckets:,}",
            f"{figures.mean:,.1f}",
            f"{figures.spread:,.1f}",
            f"{figures.largest:,}",
            f"{figures.clusters:,}",
            _percent(figures.confused),
            _percent(figures.precision),
            _percent(figures.recall),
            "-" if figures.f1 is None else f"{figures.f1:.2f}",
            f"{1e6 * size.seconds / frames:.0f} us",
        )
        text = "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, _TABLE, strict=True))
        chosen = advice is not None and (advice.kind, advice.hash_size) == (kind, size.hash_size)
        good = advice is not None and (kind, size.hash_size) in advice.as_good
        yield Text(text, "bold green" if chosen else "green" if good else "")


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f}%"


def _curves(sweep: Sweep, kind: str) -> Iterator[Text]:
    """Yield each curve as bars, one for each size, with its largest value."""
    sizes = sorted({size.hash_size for size in sweep.sizes if size.kind == kind})
    cell = max(1, min(_WIDEST, _ACROSS // len(sizes)))
    every = -(-_WIDEST // cell)
    scale = "".join(f"{size:<{every * cell}}" for size in sizes[::every])
    for curve in CURVES:
        values = dict(points(sweep, kind, curve))
        most = 1.0 if curve.percent else max(values.values(), default=0.0)
        top = "100%" if curve.percent else f"{most:,.4g}"
        yield Text()
        yield Text.assemble((f"  {curve.title}", "cyan"), (f", up to {top}", "dim"))
        for level in range(_ROWS - 1, -1, -1):
            bars = (_bar(values.get(size), most, level) * max(1, cell // 2) for size in sizes)
            yield Text("  " + "".join(f"{bar:<{cell}}" for bar in bars))
        yield Text("  " + scale.rstrip(), "dim")


def _bar(value: float | None, most: float, level: int) -> str:
    """Return the part of a bar on one row of blocks; the lowest row shows every value above 0."""
    if value is None or most <= 0:
        return " "
    eighths = round(value / most * 8 * _ROWS)
    if value > 0:
        eighths = max(1, eighths)
    return BAR_BLOCKS[min(8, max(0, eighths - 8 * level))]
