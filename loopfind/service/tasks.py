"""The work of a job, done in a process of its own: the video is found, the question answered, the results written."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from loopfind.errors import LibraryError, LoopfindError
from loopfind.model.job import Job, JobProblem
from loopfind.model.video import Progress, Watch
from loopfind.pipeline import (
    add,
    check_upload,
    compare_library,
    groups,
    scan_to_show,
    search_library,
    similar,
)
from loopfind.pipeline.review_items import JOB_ORIGIN, enter_library, enter_scan, enter_search
from loopfind.reports.formats import comparisons, likeness
from loopfind.reports.formats.uploads import check_form
from loopfind.service.child import Outcome
from loopfind.service.clips import write_clips
from loopfind.service.fetch import fetch
from loopfind.service.folders import UPLOAD_FOLDER
from loopfind.service.numbers import whole_number
from loopfind.service.places import file_below, may_be_read
from loopfind.service.refusals import Refused
from loopfind.service.results import write_answer, write_scan
from loopfind.service.settings import ServiceSettings
from loopfind.service.statuses import said_of, status_of
from loopfind.settings import Decoding, GroupSettings, SimilarSettings
from loopfind.stores.opener import open_library

MOST_SHOWN = 50
"""Items of a list in the answer that a job itself carries; its result has all of them."""
_ONE = Decoding(jobs=1)


def outcome_of(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> Outcome:
    """Do a job, and write its results into a folder, which is there. Every error that a request may cause is a problem
    of the outcome."""
    try:
        return Outcome(_brief(_WORKS[job.request.work](job, settings, folder, watch)))
    except Refused as error:
        return Outcome({}, JobProblem(error.status, "Refused", error.detail))
    except LoopfindError as error:
        return Outcome({}, problem_of(error, job))
    except MemoryError as error:
        return Outcome({}, _problem(error, "there is not enough memory for this"))
    except OSError as error:
        return Outcome({}, _problem(error, error.strerror or "the system has no room for this"))
    except Exception as error:
        logging.getLogger("loopfind.service").exception("job %s", job.id)
        return Outcome(
            {}, JobProblem(500, "A bug in loopfind", f"{type(error).__name__}; the log of the worker has it")
        )


def problem_of(error: LoopfindError, job: Job) -> JobProblem:
    """Return an error as the problem of a job, without the folders of the service."""
    said = said_of(error)
    about_library = job.request.kind == "library" or isinstance(error, LibraryError)
    return _problem(error, said if about_library else f"{job.request.name}: {said}")


def _problem(error: Exception, said: str) -> JobProblem:
    return JobProblem(*status_of(error), said)


def _video(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> str:
    """Return the path of the video of a job, which is fetched where it lies at an address. Raises Refused."""
    kind, place = job.request.kind, job.request.place
    if kind == "path":
        return file_below(settings.root, place)
    if kind == "entry":
        with open_library(settings.library, make=False) as library:
            entry = library.entry(whole_number(place) or 0)
        paths = entry.paths if entry is not None else ()
        there = [path for path in paths if os.path.isfile(path) and may_be_read(path, settings)]
        if not there:
            raise Refused(410, "the file is gone, or lies elsewhere now")
        return there[0]
    if kind == "address":
        path = os.path.join(folder, "fetched")

        def seen(size: int, total: int | None) -> None:
            watch(Progress("fetching", 0, 0.0, None, share=min(1.0, size / total) if total else None))

        fetch(place, path, settings.most_bytes, settings.patience, settings.private, seen)
        return path
    return os.path.join(settings.data, UPLOAD_FOLDER, os.path.basename(place))


def _check(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    video, request = _video(job, settings, folder, watch), job.request
    found = check_upload(video, settings.library, request.likeness, watch, _ONE, request.name)
    named = replace(found.report, source=replace(found.report.source, path=request.name))
    write_scan(folder, named, found.exhibits)
    if request.clips:
        write_clips(os.path.join(folder, "clips"), video, found.report)
    origin, source = f"{JOB_ORIGIN}{job.id}", found.report.source
    if source.digest is not None and source.size is not None and found.found.sources:
        sources = (replace(found.found.sources[0], path=request.name), *found.found.sources[1:])
        enter_search(replace(found.found, sources=sources), (source.digest, source.size), settings.library, origin)
    enter_scan(named, settings.library, origin)
    answer = check_form(found.check) | {"repeats": len(named.repeats), "verdict": named.verdict.summary, "kept": False}
    if request.keep and found.check.answer == "new" and request.kind in ("upload", "path"):
        add([video], settings.library, watch=watch)
        answer["kept"] = True
    write_answer(folder, answer)
    return answer


def _scan(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    video = _video(job, settings, folder, watch)
    report, exhibits = scan_to_show(video, watch=watch, decoding=_ONE)
    named = replace(report, source=replace(report.source, path=job.request.name))
    write_scan(folder, named, exhibits)
    if job.request.clips:
        write_clips(os.path.join(folder, "clips"), video, report)
    enter_scan(named, settings.library, f"{JOB_ORIGIN}{job.id}")
    answer = {"repeats": len(named.repeats), "cuts": len(named.cuts), "verdict": named.verdict.summary}
    write_answer(folder, answer)
    return answer


def _search(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    found = search_library(_video(job, settings, folder, watch), settings.library, watch=watch)
    return _written(folder, "".join(comparisons.as_json(found)), {"summary": found.summary})


def _similar(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    asked = SimilarSettings(by=job.request.likeness or SimilarSettings.by)
    found = similar(_video(job, settings, folder, watch), settings.library, asked, watch)
    return _written(folder, "".join(likeness.similar_json(found)), {"files": len(found.neighbours)})


def _groups(job: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    found = groups(settings.library, GroupSettings(by=job.request.likeness or GroupSettings.by), watch)
    return _written(folder, "".join(likeness.groups_json(found)), {"groups": len(found.groups)})


def _compare(_: Job, settings: ServiceSettings, folder: str, watch: Watch) -> dict[str, Any]:
    found = compare_library(settings.library, watch)
    with open_library(settings.library) as library:
        enter_library(library)
    return _written(folder, "".join(comparisons.as_json(found)), {"summary": found.summary, "pairs": len(found.pairs)})


def _written(folder: str, text: str, brief: dict[str, Any]) -> dict[str, Any]:
    """Write an answer that is in the machine form already, and return what the job itself carries."""
    with open(os.path.join(folder, "answer.json"), "w", encoding="utf-8") as file:
        file.write(text)
    return brief


def _brief(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with no long lists."""
    return {name: part[:MOST_SHOWN] if isinstance(part, list) else part for name, part in answer.items()}


_WORKS: dict[str, Callable[[Job, ServiceSettings, str, Watch], dict[str, Any]]] = {
    "check": _check,
    "scan": _scan,
    "search": _search,
    "similar": _similar,
    "groups": _groups,
    "compare": _compare,
}
