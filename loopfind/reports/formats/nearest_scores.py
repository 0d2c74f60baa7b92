"""Scores of likeness on labelled files, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict

from loopfind.model.knn import NearestScores
from loopfind.reports.formats.likeness import LIKENESS_WORDS, left_out, machine_form
from loopfind.reports.wording import count, safe


def scores_text(answer: NearestScores) -> Iterator[str]:
    """Yield the scores, then those of each class, the worst first."""
    files, groups = count(answer.files, "file"), count(answer.groups, "group")
    yield f"{files} of {groups}, compared by {LIKENESS_WORDS[answer.key.way]}\n"
    if answer.judged < answer.files:
        yield f"{count(answer.judged, 'file')} asked for: of the others no other group has the class\n"
    yield "\nnearest  recall  class by votes  recall with its own group\n"
    for one in answer.scores:
        yield f"{one.count:>7}  {one.recall:>6.3f}  {one.accuracy:>14.3f}  {one.within:>25.3f}\n"
    least, most = answer.scores[0].count, answer.scores[-1].count
    yield f"\n  files  recall at {least}  class by {most} votes  class\n"
    for row in sorted(answer.classes, key=lambda row: (row.recall, row.accuracy, row.name)):
        yield f"{row.files:>7}  {row.recall:>11.3f}  {row.accuracy:>16.3f}  {safe(row.name)}\n"
    yield from left_out(answer.failures)


def scores_json(answer: NearestScores) -> Iterator[str]:
    """Yield the same as JSON."""
    held = {
        "files": answer.files,
        "groups": answer.groups,
        "judged": answer.judged,
        "scores": [asdict(one) for one in answer.scores],
        "classes": [asdict(one) for one in answer.classes],
    }
    yield machine_form(answer.key, held, answer.failures)
