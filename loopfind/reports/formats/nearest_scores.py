"""Scores of likeness on labelled files, as text and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from loopfind.model.knn import NearestScores
from loopfind.model.version import version
from loopfind.reports.formats.json import SCHEMA, jsonable
from loopfind.reports.formats.likeness import LIKENESS_WORDS
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
    for failure in answer.failures:
        yield f"left out: {safe(failure.path)}: {safe(failure.what)}\n"


def scores_json(answer: NearestScores) -> Iterator[str]:
    """Yield the same as JSON."""
    held = {
        "schema": SCHEMA,
        "loopfind": version(),
        "by": answer.key.way,
        "model": answer.key.model or None,
        "files": answer.files,
        "groups": answer.groups,
        "judged": answer.judged,
        "scores": [asdict(one) for one in answer.scores],
        "classes": [asdict(one) for one in answer.classes],
        "failures": [asdict(one) for one in answer.failures],
    }
    yield json.dumps(jsonable(held), indent=2, allow_nan=False) + "\n"
