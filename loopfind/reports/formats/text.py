"""A report as a person reads it: the verdict first, then what repeats and where, then the suspect cuts.

`report_lines` makes styled lines of it for a given width; `write` is the same without colours, 80 columns wide.
"""

from collections.abc import Iterator, Sequence

from rich.text import Text

from loopfind.model.report import Cut, Occurrence, Repeat, Report
from loopfind.reports.detail import ROWS, Detail
from loopfind.reports.lines import NARROW, fact, moment, words, wrapped
from loopfind.reports.links import Link, linker
from loopfind.reports.rows import unjudged_but_lost
from loopfind.reports.spot_table import MOST_SPOTS, spot_lines
from loopfind.reports.timeline import STYLES, repeat_rows, timeline_bar
from loopfind.reports.wording import (
    LEAP,
    WHY,
    belief,
    changes,
    clock,
    count,
    frame_rate,
    frames_in,
    judged_in_words,
    length,
    name,
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
MOST_CUTS, MOST_CUTS_IN_BRIEF = 20, 5
"""Cuts that are listed below blocks, and below rows."""
MOST_STRETCHES = 5


def write(report: Report, detail: Detail = ROWS) -> Iterator[str]:
    """Yield the report as plain text, 80 columns wide except for long links, a line at a time."""
    for line in report_lines(report, detail=detail):
        yield line.plain.rstrip() + "\n"


def report_lines(report: Report, width: int = WIDTH, hyperlinks: bool = False, detail: Detail = ROWS) -> Iterator[Text]:
    """Yield the report as styled lines of at most `width` cells, unless one word or address is longer.

    With `hyperlinks` a start time is itself the link, otherwise the address is written out after it.
    """
    if detail.brief:
        yield Text.assemble(
            (f"{name(report.source.path)}: ", "bold"), (safe(report.verdict.summary), _seriousness(report))
        )
        return
    link = linker(report.settings.link, report.source.path)
    yield from wrapped(words(report.verdict.summary, _seriousness(report)), width)
    yield Text()
    yield from _facts(report, width, detail)
    if report.repeats:
        yield from timeline_bar(report, width)
        yield from (_blocks if detail.blocks else _rows)(report, width, link, hyperlinks, detail)
    yield from spot_lines(report, width, detail.most(MOST_SPOTS))
    most = detail.most(MOST_CUTS if detail.blocks else MOST_CUTS_IN_BRIEF)
    if report.cuts:
        yield Text()
        yield Text("Suspect cuts", "bold")
        shown = bool(detail.blocks or report.settings.link)
        cuts = _cuts(report.cuts[:most])
        yield from _moments(cuts, 4, link if shown or hyperlinks else lambda seconds: "", width, hyperlinks)
        if len(report.cuts) > most:
            yield from _more(len(report.cuts) - most, "cut", width)


def _rows(report: Report, width: int, link: Link, hyperlinks: bool, detail: Detail) -> Iterator[Text]:
    """Yield the repeats as rows of a table."""
    shown = report.repeats[: detail.most(MOST_REPEATS)]
    yield Text()
    yield from repeat_rows(shown, width, link, hyperlinks, bool(report.settings.link) and not hyperlinks)
    if len(shown) < len(report.repeats):
        yield from _more(len(report.repeats) - len(shown), "repeat", width)
    yield from wrapped(words("-v shows every place, with its frames and its evidence", "dim"), width, "  ", "  ")


def _blocks(report: Report, width: int, link: Link, hyperlinks: bool, detail: Detail) -> Iterator[Text]:
    """Yield each repeat with its evidence and its places."""
    shown = report.repeats[: detail.most(MOST_REPEATS)]
    most = detail.most(MOST_WHERE_CROWDED if len(shown) > CROWDED else MOST_OCCURRENCES)
    for repeat in shown:
        yield Text()
        yield from _repeat(repeat, most, width, link, hyperlinks, report.source.fps)
    if len(shown) < len(report.repeats):
        yield Text()
        yield from _more(len(report.repeats) - len(shown), "repeat", width, "")


def _seriousness(report: Report) -> str:
    """Return the verdict's colour: red for a replay, yellow for what needs a look, green for nothing found."""
    real = [repeat for repeat in report.repeats if repeat.kind != "still"]
    if any(repeat.evidence in ("exact", "replay") for repeat in real):
        return "bold red"
    if real or report.losses or report.verdict.coverage < 0.5:
        return "bold yellow"
    return "bold green"


def _facts(report: Report, width: int, detail: Detail) -> Iterator[Text]:
    source, verdict, most = report.source, report.verdict, detail.most(MOST_STRETCHES)
    about = [length(source.duration)]
    if not report.is_of_sound:
        about.append(count(source.frames, "frame"))
    if not report.is_of_sound and source.fps > 0:
        about.append(frame_rate(source.fps))
    if source.width:
        about.append(f"{source.width}x{source.height}")
    if source.codec:
        about.append(safe(source.codec))
    path = "standard input" if source.path == "-" else safe(source.path)
    what = "sound" if report.is_of_sound else "video"
    yield from fact(what.capitalize(), [Text(path, "bold")], width)
    yield from fact("", words(", ".join(about)), width)
    if verdict.repeated_seconds > 0:
        repeated = f"{length(verdict.repeated_seconds)}, {share(verdict.repeated_share)} of the {what}"
        yield from fact("Repeated", words(repeated), width)
    yield from fact("Judged", words(judged_in_words(verdict, what)), width)
    yield from _promises(report, width, most)
    yield from _sound(report, width, most)
    for number, unread in enumerate(_unread(report)):
        yield from fact("" if number else "Not read", words(safe(unread), "yellow"), width)
    stretches = [(piece.start, piece.end, WHY.get(piece.why, piece.why)) for piece in unjudged_but_lost(report)]
    frozen = [(one.start, one.end, f"frames {frames_in(one)}") for one in report.frozen]
    yield from _stretches("Frozen", frozen, "yellow", width, most)
    yield from _stretches("Not judged", stretches, "", width, most)
    yield from _stretches(
        "Lost", [(loss.start, loss.end, safe(loss.what)) for loss in report.losses], "yellow", width, most
    )
    yield from _stretches("Leaps", [(leap.start, leap.end, LEAP) for leap in report.leaps], "yellow", width, most)
    if report.choice is not None:
        yield from fact("Hash size", words(report.choice), width)
    if len(report.clusters):
        alike = f"{count(len(report.clusters), 'group')} of frames with equal hashes; --json lists them"
        yield from fact("Equal frames", words(alike), width)


def _unread(report: Report) -> Iterator[str]:
    """Yield the streams that were not read, in words."""
    yield from report.source.unread
    if report.sound is None and report.source.sounds and report.settings.sound and not report.settings.fast:
        yield "its sound: it is searched in what can be read twice, and by the whole scan alone"
    if report.sound is not None and report.sound.others:
        more = count(report.sound.others, "more track of sound", "more tracks of sound")
        yield f"{more}: --audio-stream names one"


def _sound(report: Report, width: int, most: int) -> Iterator[Text]:
    """Yield what is known of the sound; of a sound alone the verdict says it."""
    answer = report.sound
    if answer is None:
        return
    if not report.is_of_sound:
        yield from fact("Sound", words(answer.summary), width)
    beats = [(one.start, one.end, f"every {length(one.step)}, as a machine plays") for one in answer.rhythms]
    yield from _stretches("Rhythm", beats, "", width, most)
    if report.is_of_sound:
        yield from _stretches("Not judged", [(one.start, one.end, one.why) for one in answer.unjudged], "", width, most)


def _promises(report: Report, width: int, most: int) -> Iterator[Text]:
    """Yield the stretches in which a repeat must be longer to show; all of them where no length holds for the file."""
    usual = report.verdict.shortest_findable
    apart = [piece for piece in report.findable if usual is None or piece.shortest is None or piece.shortest > usual]
    if len(report.findable) > 1:
        rows = [(piece.start, piece.end, promise_in_words(piece)) for piece in apart]
        yield from _stretches("Findable" if usual is None else "Except", rows, "", width, most)


def _stretches(
    label: str, stretches: Sequence[tuple[float, float, str]], style: str, width: int, most: int
) -> Iterator[Text]:
    for number, (start, end, why) in enumerate(stretches[:most]):
        pieces = [Text(f"{clock(start)} - {clock(end)}"), *words(why, style)]
        yield from fact("" if number else label, pieces, width)
    if len(stretches) > most:
        more = f"... and {len(stretches) - most:,} more; --all lists all"
        yield from fact("", words(more, "dim"), width)


def _repeat(repeat: Repeat, most: int, width: int, link: Link, hyperlinks: bool, fps: float) -> Iterator[Text]:
    head = Text(f"{repeat.kind.capitalize()} {repeat.id}:", f"bold {STYLES[repeat.kind]}")
    yield from wrapped([head, *words(title(repeat), "bold")], width, "", "  ")
    yield from wrapped(words(belief(repeat)), width, "  ", "  ")
    for note in noted(repeat):
        yield from wrapped(words(note), width, "  ", "  ")
    shown = repeat.occurrences[:most]
    rows = [(one.start, [*_occurrence(one), *_part_shown(one, repeat, fps, width)]) for one in shown]
    if rows:
        yield from _moments(rows, 2, link, width, hyperlinks)
    if len(repeat.occurrences) > most:
        yield from _more(len(repeat.occurrences) - most, "cycle" if repeat.kind == "loop" else "occurrence", width)


def _occurrence(occurrence: Occurrence) -> list[Text]:
    cells = [Text(f" - {clock(occurrence.end)}"), Text(f"frames {frames_in(occurrence)}", "dim")]
    return [*cells, *(Text(change, "yellow") for change in changes(occurrence))]


def _part_shown(occurrence: Occurrence, repeat: Repeat, fps: float, width: int) -> list[Text]:
    """Return the part of the content that an occurrence shows, in two pieces where there is little room."""
    pieces = []
    for part in part_shown(occurrence, repeat, fps):
        until = part.find(" to ")
        pieces += [part] if width >= NARROW else [part[:until], part[until + 1 :]]
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
        cells[0] = Text.assemble(moment(seconds, address if hyperlinks else ""), cells[0])
        drawn.append((cells, "" if hyperlinks else address))
    inline = all(sum(cell.cell_len + 2 for cell in cells) + 2 + len(address) <= width for cells, address in drawn)
    for cells, address in drawn:
        if address and inline:
            cells.append(Text(address))
        yield from wrapped(cells, width, "  ", "    ", "  ")
        if address and not inline:
            yield Text(f"    {address}")


def _more(number: int, what: str, width: int, margin: str = "  ") -> Iterator[Text]:
    yield from wrapped(words(f"... and {count(number, 'more ' + what)}; --all lists all", "dim"), width, margin, margin)
