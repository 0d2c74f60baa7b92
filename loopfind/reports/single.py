"""A report on one of the files of a comparison, for formats that hold one file."""

from dataclasses import replace

from loopfind.arrays.time_index import covered
from loopfind.model.comparison import Comparison
from loopfind.model.report import Report, Verdict
from loopfind.reports.wording import names
from loopfind.settings import Settings


def report_of_file(comparison: Comparison, number: int) -> Report:
    """Return the repeats of one file, with its own occurrences alone and the names of the other files."""
    called = names([source.path for source in comparison.sources])
    repeats = []
    for repeat in comparison.repeats:
        own = tuple(one for one in repeat.occurrences if one.file == number)
        if own:
            others = sorted({one.file or 0 for one in repeat.occurrences} - {number})
            repeats.append(replace(repeat, occurrences=own, elsewhere=tuple(called[other] for other in others)))
    source = comparison.sources[number]
    shown = covered((one.start, one.end) for repeat in repeats for one in repeat.occurrences)
    part = min(1.0, shown / source.duration) if source.duration > 0 else 0.0
    looped = any(repeat.kind == "loop" for repeat in repeats)
    return Report(
        source=source,
        settings=Settings(stream=comparison.settings.stream),
        verdict=Verdict(looped, shown, part, 0.0, None, comparison.summary),
        repeats=tuple(repeats),
        losses=comparison.losses[number],
    )
