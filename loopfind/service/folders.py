"""The folder of data: uploads, results of jobs, what jobs need for a while, and the audit log."""

import os

UPLOAD_FOLDER, RESULT_FOLDER, WORK_FOLDER = "uploads", "results", "work"
"""Names of the folders in it."""

RESULTS = {"answer": "answer.json", "report": "report.json", "page": "page.html"}
"""Result of a job -> name of its file."""


def make_folders(data: str) -> None:
    """Make the folders of uploads, results and work, for their owner alone. Raises OSError."""
    for name in (UPLOAD_FOLDER, RESULT_FOLDER, WORK_FOLDER):
        os.makedirs(os.path.join(data, name), mode=0o700, exist_ok=True)


def audit_path(data: str) -> str:
    """Return the path of the audit log."""
    return os.path.join(data, "audit.jsonl")
