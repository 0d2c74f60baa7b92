"""Answers of jobs as the pages show them: a sentence, a table, what could not be judged, and links to the results."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from loopfind.model.job import Job
from loopfind.reports.formats import FORMATS
from loopfind.reports.wording import clock, count, length, safe, share
from loopfind.service.answers import job_links
from loopfind.service.folders import RESULTS
from loopfind.service.pages.file_names import called_names
from loopfind.service.pages.list_pages import PER_PAGE, Pages, pages_of
from loopfind.service.state import Service

_MOST_READ = 64 << 20
_RESULTS = (
    ("page", "The page of the scan: the answer in full, with pictures"),
    ("report", "The report as JSON"),
    ("answer", "The answer as JSON"),
    ("video", "The video"),
)
_CLIPS = "clips/"
_TONES = {"duplicate": "found", "holds part of": "unsure", "new": "nothing"}
_SURE_ENOUGH = "shorter pieces"
"""Caveat that stands at almost every answer, so that it makes none unsure."""


class _Table(NamedTuple):
    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class AnswerView:
    """The outcome of a job, for its page. tone: found, unsure or nothing. results: (address, words), with those of the
    page of the scan first. forward: the address of that page, "" for none."""

    tone: str
    lead: str
    lines: tuple[str, ...]
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    pages: Pages
    notes: tuple[str, ...]
    results: tuple[tuple[str, str], ...]
    exports: tuple[tuple[str, str], ...]
    clips: tuple[tuple[str, str], ...]
    forward: str


def answer_view(job: Job, service: Service, number: int = 1) -> AnswerView | None:
    """Return the answer of a job that is done, None for any other. number: the page of its list, from 1."""
    if job.state != "done":
        return None
    answer, links = job.answer, job_links(job, service)
    make = _TABLES.get(job.request.work)
    table = _Table("", (), ()) if make is None else make(_whole(job, service) or answer, service)
    pages = pages_of(len(table.rows), number, f"/jobs/{job.id}")
    lead, lines = _said(job)
    return AnswerView(
        tone=_tone(job),
        lead=lead,
        lines=lines,
        title=table.title,
        head=table.head,
        rows=tuple(table.rows[pages.start : pages.start + PER_PAGE]),
        pages=pages,
        notes=_notes(answer),
        results=tuple((links[name], words) for name, words in _RESULTS if name in links),
        exports=tuple((links[f"exports/{name}"], name) for name in FORMATS if f"exports/{name}" in links),
        clips=tuple((links[name], name.removeprefix(_CLIPS)) for name in links if name.startswith(_CLIPS)),
        forward=links.get("page", ""),
    )


def words_when_done(job: Job) -> str:
    """Return what came of a job that is done in a few words, for a list of jobs."""
    answer = job.answer
    if job.request.work == "check":
        said = str(answer.get("answer", "done"))
        return f"{said}, as far as can be told" if _is_doubtful(answer) else said
    if job.request.work == "scan":
        repeats = _number(answer.get("repeats"))
        return count(repeats, "repeat") if repeats else "nothing is shown twice"
    if job.request.work == "compare":
        return count(_number(answer.get("pairs")), "pair")
    if job.request.work == "groups":
        return count(_number(answer.get("groups")), "group")
    return "done"


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _said(job: Job) -> tuple[str, tuple[str, ...]]:
    """Return the sentence that answers, and what is said beside it."""
    answer = job.answer
    if job.request.work == "check":
        kept = ("It was added to the library.",) if answer.get("kept") else ()
        searched = (f"Looked up among {count(_number(answer.get('searched')), 'file')} of the library.",)
        return str(answer.get("summary", "")), (*searched, *kept, str(answer.get("verdict", "")))
    if job.request.work == "scan":
        return str(answer.get("verdict", "")), ()
    if job.request.work == "similar":
        return f"{count(_number(answer.get('files')), 'file')} of the library, the most alike first", (_NO_PROOF,)
    if job.request.work == "groups":
        return f"{count(_number(answer.get('groups')), 'group')} of files that look alike", (_NO_PROOF,)
    return str(answer.get("summary", "Done")), ()


_NO_PROOF = "To look alike is no proof: only a comparison shows that two are the same recording."


def _tone(job: Job) -> str:
    answer = job.answer
    if job.request.work == "check":
        return "unsure" if _is_doubtful(answer) else _TONES.get(str(answer.get("answer")), "unsure")
    found = answer.get("repeats") or answer.get("pairs") or answer.get("groups") or answer.get("files")
    return "unsure" if found else "nothing"


def _is_doubtful(answer: dict[str, Any]) -> bool:
    """Return whether a video is called new with more than the usual caveat."""
    kinds = {one.get("kind") for one in _dicts(answer.get("caveats"))}
    return answer.get("answer") == "new" and bool(kinds - {_SURE_ENOUGH})


def _whole(job: Job, service: Service) -> dict[str, Any] | None:
    """Return the answer in full, None where it is not there or too long for a page."""
    path = os.path.join(service.results_of(job.results), RESULTS["answer"]) if job.results else ""
    try:
        if not path or os.stat(path).st_size > _MOST_READ:
            return None
        with open(path, encoding="utf-8") as file:
            whole = json.load(file)
    except (OSError, ValueError):
        return None
    return whole if isinstance(whole, dict) else None


def _check_table(answer: dict[str, Any], service: Service) -> _Table:
    known = answer.get("known", [])
    called = called_names(service, [str(one["path"]) for one in known])
    rows = []
    for one, name in zip(known, called, strict=True):
        places = one["places"]
        where = "; ".join(
            f"{clock(at['start'])} to {clock(at['end'])} is {clock(at['there_start'])} there" for at in places[:3]
        )
        more = f" and {count(len(places) - 3, 'more stretch', 'more stretches')}" if len(places) > 3 else ""
        sure = "the same bytes" if one["by"] == "content" else f"{share(one['confidence'])} sure, by {one['by']}"
        rows.append((name, share(one["share"]), "all of both" if one["whole"] else "part", sure, f"{where}{more}"))
    title = "Where it is already" if rows else "Files that it looks like"
    resembles = _dicts(answer.get("resembles"))
    called = called_names(service, [str(one["path"]) for one in resembles])
    for one, name in zip(resembles, called, strict=True):
        rows.append((name, length(one["seconds"]), "looks alike", "no proof", ""))
    return _Table(title, ("file", "how much of it", "what", "how sure", "where"), rows)


def _search_table(answer: dict[str, Any], service: Service) -> _Table:
    found = answer.get("matches", [])
    called = called_names(service, [str(one["file"]) for one in found])
    rows = [
        (name, share(one["share"]), "all of both" if one["whole"] else "part", f"{share(one['confidence'])} sure")
        for one, name in zip(found, called, strict=True)
    ]
    return _Table("Files that show it", ("file", "how much of it", "what", "how sure"), rows)


def _compare_table(answer: dict[str, Any], service: Service) -> _Table:
    pairs = answer.get("pairs", [])
    paths = list(dict.fromkeys(str(path) for one in pairs for path in one["files"]))
    called = dict(zip(paths, called_names(service, paths), strict=True))
    rows = [
        (
            called[str(one["files"][0])],
            called[str(one["files"][1])],
            length(max(one["seconds"])),
            "the same" if all(one["whole"]) else "a part",
        )
        for one in pairs
    ]
    return _Table("Files that share something", ("file", "and", "shared", "what"), rows)


def _similar_table(answer: dict[str, Any], service: Service) -> _Table:
    found = next(
        (part for name, part in answer.items() if name in ("neighbours", "files") and isinstance(part, list)), []
    )
    called = called_names(service, [str(one["path"]) for one in found])
    rows = [
        (name, f"{one['likeness']:.3f}", "" if one.get("chance") is None else share(one["chance"]))
        for one, name in zip(found, called, strict=True)
    ]
    return _Table("Files that look like it", ("file", "likeness", "a stranger is as near for"), rows)


def _groups_table(answer: dict[str, Any], service: Service) -> _Table:
    groups = answer.get("groups", [])
    rows = []
    for number, group in enumerate(groups if isinstance(groups, list) else [], 1):
        called = called_names(service, [str(group["reference"]), *(str(one["path"]) for one in group["others"])])
        likest = max((one["likeness"] for one in group["others"]), default=0.0)
        rows.append((", ".join(called[:12]), count(len(called), "file"), f"{likest:.3f}", str(number)))
    return _Table("Groups", ("files", "how many", "likeness", "group"), rows)


_TABLES: dict[str, Callable[[dict[str, Any], Service], _Table]] = {
    "check": _check_table,
    "search": _search_table,
    "compare": _compare_table,
    "similar": _similar_table,
    "groups": _groups_table,
}

_WHY = {
    "blank": "nothing is in the picture",
    "still": "nothing moves",
    "lost": "it could not be read",
    "packets": "its packets alone were read",
}


def _notes(answer: dict[str, Any]) -> tuple[str, ...]:
    """Return what could not be judged, and what failed."""
    notes = [
        f"{clock(one['start'])} to {clock(one['end'])}: {_WHY.get(one['why'], one['why'])}"
        for one in _dicts(answer.get("unjudged"))
    ]
    notes += [f"{clock(one['start'])} to {clock(one['end'])} could not be read" for one in _dicts(answer.get("losses"))]
    return (*notes, *(safe(str(one)) for one in answer.get("failures", ())))


def _dicts(value: Any) -> Sequence[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
