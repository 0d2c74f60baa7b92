"""A report as a person reads it: the verdict first, then what repeats and where, then the suspect cuts.

`report_lines` makes styled lines of it for a given width; `write` is the same without colours, 80 columns wide.
Lines are built from pieces and never from markup, so nothing in a file name can be taken for a style.
"""

from collections.abc import Iterable, Iterator, Sequence

from rich.style import Style
from rich.text import Text

from loopfind.model.report import Cut, Occurrence, Repeat, Report
from loopfind.reports.links import Link, linker
from loopfind.reports.rows import longest_repeats, unjudged_but_lost
from loopfind.reports.spot_table import spot_lines
from loopfind.reports.wording import (
    LEAP,
    WHY,
    belief,
    changes,
    clock,
    count,
    coverage_in_words,
    frames_in,
    length,
    noted,
    part_shown,
    promise_in_words,
    safe,
    share,
    title,
)

WIDTH = 80
MOST_REPEATS = 20
MOST_OCCURRENCES = 12
MOST_WHERE_CROWDED = 4
"""Occurrences shown of each repeat once there are more than CROWDED repeats."""
CROWDED = 5
MOST_CUTS = 20
MOST_STRETCHES = 5

LABEL = 12
"""Width of the column of labels, in cells."""
NARROW = 60
"""Below this width the labels stand above their values."""

KIND_STYLES = {"repeat": "bold red", "loop": "bold magenta", "still": "bold cyan"}


def write(report: Report) -> Iterator[str]:
    """Yield the report as plain text, 80 columns wide except for long links, a line at a time."""
    for line in report_lines(report):
        yield line.plain.rstrip() + "\n"


def report_lines(report: Report, width: int = WIDTH, hyperlinks: bool = False) -> Iterator[Text]:
    """Yield the report as styled lines of at most `width` cells, unless one word or address is longer.

    With `hyperlinks` a start time is itself the link, otherwise the address is written out after it.
    """
    link = linker(report.settings.link, report.source.path)
    yield from _packed(_words(report.verdict.summary, _seriousness(report)), width)
    yield Text()
    yield from _facts(report, width)
    chosen = longest_repeats(report.repeats, MOST_REPEATS)
    most = MOST_WHERE_CROWDED if len(chosen) > CROWDED else MOST_OCCURRENCES
    for repeat in chosen:
        yield Text()
        yield from _repeat(repeat, most, width, link, hyperlinks, report.source.fps)
    if len(chosen) < len(report.repeats):
        yield Text()
        yield from _more(len(report.repeats) - len(chosen), "shorter repeat", width, "")
    yield from spot_lines(report, width)
    if report.cuts:
        yield Text()
        yield Text("Suspect cuts", "bold")
        yield from _moments(_cuts(report.cuts[:MOST_CUTS]), 4, link, width, hyperlinks)
        if len(report.cuts) > MOST_CUTS:
            yield from _more(len(report.cuts) - MOST_CUTS, "cut", width)


def _seriousness(report: Report) -> str:
    """Return the verdict's colour: red for a replay, yellow for what needs a look, green for nothing found."""
    real = [repeat for repeat in report.repeats if repeat.kind != "still"]
    if any(repeat.evidence in ("exact", "replay") for repeat in real):
        return "bold red"
    if real or report.losses or report.verdict.coverage < 0.5:
        return "bold yellow"
    return "bold green"


def _facts(report: Report, width: int) -> Iterator[Text]:
    source, verdict = report.source, report.verdict
    about = [length(source.duration)]
    if not report.is_of_sound:
        about.append(count(source.frames, "frame"))
    if not report.is_of_sound and source.fps > 0:
        about.append(f"{source.fps:.2f}".rstrip("0").rstrip(".") + " frames/s")
    if source.width:
        about.append(f"{source.width}x{source.height}")
    if source.codec:
        about.append(safe(source.codec))
    name = "standard input" if source.path == "-" else safe(source.path)
    what = "sound" if report.is_of_sound else "video"
    yield from _fact(what.capitalize(), [Text(name, "bold")], width)
    yield from _fact("", _words(", ".join(about)), width)
    if verdict.repeated_seconds > 0:
        repeated = f"{length(verdict.repeated_seconds)}, {share(verdict.repeated_share)} of the {what}"
        yield from _fact("Repeated", _words(repeated), width)
    judged = coverage_in_words(verdict, what)
    if verdict.shortest_findable is not None:
        judged += f", for repeats of {length(verdict.shortest_findable)} or longer"
    yield from _fact("Judged", _words(judged), width)
    yield from _promises(report, width)
    yield from _sound(report, width)
    for number, unread in enumerate(_unread(report)):
        yield from _fact("" if number else "Not read", _words(safe(unread), "yellow"), width)
    stretches = [(piece.start, piece.end, WHY.get(piece.why, piece.why)) for piece in unjudged_but_lost(report)]
    frozen = [(one.start, one.end, f"frames {frames_in(one)}") for one in report.frozen]
    yield from _stretches("Frozen", frozen, "yellow", width)
    yield from _stretches("Not judged", stretches, "", width)
    yield from _stretches("Lost", [(loss.start, loss.end, safe(loss.what)) for loss in report.losses], "yellow", width)
    yield from _stretches("Leaps", [(leap.start, leap.end, LEAP) for leap in report.leaps], "yellow", width)
    if report.choice is not None:
        yield from _fact("Hash size", _words(report.choice), width)
    if len(report.clusters):
        alike = f"{count(len(report.clusters), 'group')} of frames with equal hashes; --json lists them"
        yield from _fact("Equal frames", _words(alike), width)


def _unread(report: Report) -> Iterator[str]:
    """Yield the streams that were not read, in words."""
    yield from report.source.unread
    if report.sound is None and report.source.sounds and report.settings.sound and not report.settings.fast:
        yield "its sound: it is searched in what can be read twice, and by the whole scan alone"
    if report.sound is not None and report.sound.others:
        more = count(report.sound.others, "more track of sound", "more tracks of sound")
        yield f"{more}: --audio-stream names one"


def _sound(report: Report, width: int) -> Iterator[Text]:
    """Yield what is known of the sound; of a sound alone the verdict says it."""
    answer = report.sound
    if answer is None:
        return
    if not report.is_of_sound:
        yield from _fact("Sound", _words(answer.summary), width)
    beats = [(one.start, one.end, f"every {one.step:.3f} s, as a machine plays") for one in answer.rhythms]
    yield from _stretches("Rhythm", beats, "", width)
    if report.is_of_sound:
        yield from _stretches("Not judged", [(one.start, one.end, one.why) for one in answer.unjudged], "", width)


def _promises(report: Report, width: int) -> Iterator[Text]:
    """Yield the stretches in which a repeat must be longer to show; all of them where no length holds for the file."""
    usual = report.verdict.shortest_findable
    apart = [piece for piece in report.findable if usual is None or piece.shortest is None or piece.shortest > usual]
    if len(report.findable) > 1:
        rows = [(piece.start, piece.end, promise_in_words(piece)) for piece in apart]
        yield from _stretches("Findable" if usual is None else "Except", rows, "", width)


def _stretches(label: str, stretches: Sequence[tuple[float, float, str]], style: str, width: int) -> Iterator[Text]:
    for number, (start, end, why) in enumerate(stretches[:MOST_STRETCHES]):
        pieces = [Text(f"{clock(start)} - {clock(end)}"), *_words(why, style)]
        yield from _fact("" if number else label, pieces, width)
    if len(stretches) > MOST_STRETCHES:
        more = f"... and {len(stretches) - MOST_STRETCHES:,} more; --json lists all"
        yield from _fact("", _words(more, "dim"), width)


def _fact(label: str, pieces: Iterable[Text], width: int) -> Iterator[Text]:
    """Yield a label and its value: side by side, or one above the other where there is little room."""
    if width >= NARROW:
        margin = " " * (LABEL + 2)
        yield from _packed(pieces, width, Text(f"{label:<{LABEL}}  ", "cyan"), margin)
        return
    if label:
        yield Text(label, "cyan")
    yield from _packed(pieces, width, "  ", "  ")


def _repeat(repeat: Repeat, most: int, width: int, link: Link, hyperlinks: bool, fps: float) -> Iterator[Text]:
    head = Text(f"{repeat.kind.capitalize()} {repeat.id}:", KIND_STYLES[repeat.kind])
    yield from _packed([head, *_words(title(repeat), "bold")], width, "", "  ")
    yield from _packed(_words(belief(repeat)), width, "  ", "  ")
    for note in noted(repeat):
        yield from _packed(_words(note), width, "  ", "  ")
    shown = repeat.occurrences[:most]
    rows = [(one.start, [*_occurrence(one), *_part_shown(one, repeat, fps, width)]) for one in shown]
    if rows:
        yield from _moments(rows, 2, link, width, hyperlinks)
    if len(repeat.occurrences) > most:
        yield from _more(len(repeat.occurrences) - most, "cycle" if repeat.kind == "loop" else "occurrence", width)


def _occurrence(occurrence: Occurrence) -> list[Text]:
    cells = [Text(f" - {clock(occurrence.end)}"), Text(f"frames {frames_in(occurrence)}", "dim")]
    return [*cells, *(Text(words, "yellow") for words in changes(occurrence))]


def _part_shown(occurrence: Occurrence, repeat: Repeat, fps: float, width: int) -> list[Text]:
    """Return the part of the content that an occurrence shows, in two pieces where there is little room."""
    pieces = []
    for words in part_shown(occurrence, repeat, fps):
        until = words.find(" to ")
        pieces += [words] if width >= NARROW else [words[:until], words[until + 1 :]]
    return [Text(piece) for piece in pieces]


def _cuts(cuts: Sequence[Cut]) -> list[tuple[float, list[Text]]]:
    """Return the times and cells of the cuts, each with the number that --open takes."""
    return [(cut.time, _cut(number, cut)) for number, cut in enumerate(cuts, 1)]


def _cut(number: int, cut: Cut) -> list[Text]:
    named = ", ".join(str(repeat) for repeat in cut.repeats[:MOST_WHERE_CROWDED])
    more = ", ..." if len(cut.repeats) > MOST_WHERE_CROWDED else ""
    place = Text(f"frame {cut.frame}", "dim")
    return [Text(f"  cut {number}"), place, Text(cut.kind), Text(f"repeat {named}{more}" if named else "")]


def _moments(
    rows: Sequence[tuple[float, list[Text]]], columns: int, link: Link, width: int, hyperlinks: bool
) -> Iterator[Text]:
    """Yield a line for each moment: its time, its cells, and its address. The first `columns` cells are aligned.

    The addresses stand at the ends of the lines if there is room at each, otherwise each has a line of its own.
    """
    widths = [max(cells[at].cell_len for _, cells in rows) for at in range(columns)]
    drawn = []
    for seconds, cells in rows:
        for cell, wide in zip(cells, widths, strict=False):
            cell.pad_right(wide - cell.cell_len)
        address = link(seconds)
        cells[0] = Text.assemble(_time(seconds, address if hyperlinks else ""), cells[0])
        drawn.append((cells, "" if hyperlinks else address))
    inline = all(sum(cell.cell_len + 2 for cell in cells) + 2 + len(address) <= width for cells, address in drawn)
    for cells, address in drawn:
        if address and inline:
            cells.append(Text(address))
        yield from _packed(cells, width, "  ", "    ", "  ")
        if address and not inline:
            yield Text(f"    {address}")


def _time(seconds: float, address: str) -> Text:
    return Text(clock(seconds), Style(underline=True, link=address) if address else "")


def _more(number: int, what: str, width: int, margin: str = "  ") -> Iterator[Text]:
    words = _words(f"... and {count(number, 'more ' + what)}; --json lists all", "dim")
    yield from _packed(words, width, margin, margin)


def _words(text: str, style: str = "") -> list[Text]:
    return [Text(word, style) for word in safe(text).split()]


def _packed(
    pieces: Iterable[Text], width: int, first: str | Text = "", margin: str = "", gap: str = " "
) -> Iterator[Text]:
    """Yield lines of as many pieces as fit: `first` begins the first line, `margin` the others. No piece is broken."""
    line, fresh = Text.assemble(first), True
    for piece in pieces:
        if not fresh and line.cell_len + len(gap) + piece.cell_len > width:
            yield line
            line, fresh = Text(margin), True
        line.append("" if fresh else gap).append_text(piece)
        fresh = False
    yield line
