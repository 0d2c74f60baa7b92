"""The machine form of the answer to whether an upload is new."""

from dataclasses import asdict
from typing import Any

from loopfind.model.upload import UploadCheck
from loopfind.reports.formats.json import jsonable


def check_form(check: UploadCheck) -> dict[str, Any]:
    """Return a check under the names of the machine form."""
    form: dict[str, Any] = jsonable(asdict(check))
    return form
