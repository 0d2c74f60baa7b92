"""Names of files for people: an upload that the library keeps is called as its client called it."""

import os
from collections.abc import Sequence
from dataclasses import replace

from loopfind.model.review_queue import QueuedItem
from loopfind.reports.wording import names
from loopfind.service.folders import UPLOAD_FOLDER
from loopfind.service.state import Service


def called_paths(service: Service, paths: Sequence[str]) -> list[str]:
    """Return paths in which the name of an upload stands for that of its file in the folder of uploads."""
    folder = os.path.realpath(os.path.join(service.settings.data, UPLOAD_FOLDER))
    called = dict[str, str]()
    for path in paths:
        inside, place = os.path.split(path)
        if path not in called and os.path.realpath(inside) == folder:
            called[path] = os.path.join(inside, service.jobs.upload_name(place) or place)
    return [called.get(path, path) for path in paths]


def called_names(service: Service, paths: Sequence[str]) -> list[str]:
    """Return short names for paths, those of uploads as their clients called them. Two that are called the same are."""
    return names(list(called_paths(service, paths)))


def called_item(service: Service, queued: QueuedItem) -> QueuedItem:
    """Return a finding whose files are called so."""
    files = queued.item.files
    called = called_paths(service, [file.name for file in files])
    named = tuple(replace(file, name=path) for file, path in zip(files, called, strict=True))
    return replace(queued, item=replace(queued.item, files=named))
