"""The jobs of the service in the library's store: a queue that several workers share, and that a restart outlives.

A worker claims a job for a while (a lease) and renews that as it works. Where it dies, its lease runs out and another
one claims the job; every change that is made for a claim says which claim it is, so that a worker that was thought dead
changes nothing any more. This is the visibility timeout of Amazon SQS, with the fencing token of Kleppmann's "How to do
distributed locking" (2016).
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, get_args

from loopfind.errors import LibraryError
from loopfind.model.job import JOB_WORKS, OVER, PLACE_KINDS, Job, JobProblem, JobRequest, JobState
from loopfind.stores import schema
from loopfind.stores.checks import is_amount
from loopfind.stores.connections import Connections

MOST_ATTEMPTS = 5
"""Times that a job is begun: one that ends its worker each time is given up."""

_COLUMNS = (
    "id, key, request, state, made, changed, version, attempts, holder, lease, stopping, stage, share, problem,"
    " results, answer"
)
_CHANGED = "version = version + 1, changed = ?"
_HELD = "id = ? AND state = 'running' AND holder = ?"
_FREE = "(state = 'waiting' OR (state = 'running' AND lease < ?))"


class Jobs:
    """The jobs of a library, through its connections. Every method raises LibraryError."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, request: JobRequest, key: str) -> tuple[Job, bool]:
        """Return the job of a key, and whether it is a new one: for a key that is there the job is as it was."""
        now = time.time()
        with self._connections.writing("jobs") as connection:
            made = connection.execute(
                "INSERT INTO job (key, request, state, made, changed, version, attempts, holder, lease, stopping,"
                " stage, results) VALUES (?, ?, 'waiting', ?, ?, 1, 0, '', 0.0, 0, '', '') ON CONFLICT (key) DO NOTHING"
                " RETURNING id",
                (key, json.dumps(asdict(request)), now, now),
            ).fetchall()
            row = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE key = ?", (key,)).fetchone()
        return self._job(row), bool(made)

    def get(self, number: int) -> Job | None:
        """Return a job, None where there is no such one."""
        with self._connections.reading() as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (number,)).fetchone()
        return None if row is None else self._job(row)

    def by_key(self, key: str) -> Job | None:
        """Return the job that a client calls so, None where there is none."""
        with self._connections.reading() as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM job WHERE key = ?", (key,)).fetchone()
        return None if row is None else self._job(row)

    def upload_name(self, place: str) -> str | None:
        """Return what the client called an upload, by the name of its file; None for a file that no job has."""
        marked = json.dumps(place)
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT request FROM job WHERE request LIKE ? ORDER BY id LIMIT 8", (f"%{marked}%",)
            ).fetchall()
        for (asked,) in rows:
            request = json.loads(asked)
            if request.get("kind") == "upload" and request.get("place") == place:
                return str(request.get("name"))
        return None

    def newest(self, count: int, before: int | None = None, states: Sequence[JobState] = ()) -> list[Job]:
        """Return up to so many jobs, the newest first. before: only those with a lower number. states: only in these,
        none for all."""
        wanted, values = ["1 = 1"], list[Any]()
        if before is not None:
            wanted, values = [*wanted, "id < ?"], [*values, before]
        if states:
            wanted, values = [*wanted, f"state IN ({', '.join('?' * len(states))})"], [*values, *states]
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM job WHERE {' AND '.join(wanted)} ORDER BY id DESC LIMIT ?", (*values, count)
            ).fetchall()
        return [self._job(row) for row in rows]

    def changed_since(self, moment: float, count: int = 1000) -> list[Job]:
        """Return up to so many jobs that were changed at or after a moment, in seconds since 1970, the first change
        first."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM job WHERE changed >= ? ORDER BY changed, id LIMIT ?", (moment, count)
            ).fetchall()
        return [self._job(row) for row in rows]

    def over_before(self, moment: float, count: int = 1000) -> list[Job]:
        """Return up to so many jobs that have been over since before a moment, in seconds since 1970."""
        over = ", ".join(f"'{state}'" for state in OVER)
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM job WHERE state IN ({over}) AND changed < ? ORDER BY changed LIMIT ?",
                (moment, count),
            ).fetchall()
        return [self._job(row) for row in rows]

    def forget(self, number: int) -> None:
        """Take out a job."""
        with self._connections.writing("jobs") as connection:
            connection.execute("DELETE FROM job WHERE id = ?", (number,))

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        with self._connections.reading() as connection:
            held = dict(connection.execute("SELECT state, count(*) FROM job GROUP BY state").fetchall())
        return {state: int(held.get(state, 0)) for state in get_args(JobState)}

    def entries(self) -> int:
        """Return how many entries the library has."""
        with self._connections.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])

    def claim(self, holder: str, seconds: float) -> Job | None:
        """Take the job that has waited longest, or whose worker is gone, for so many seconds; None where there is none.

        holder: a name for this claim alone. A job that was begun MOST_ATTEMPTS times has failed instead.
        """
        now = time.time()
        with self._connections.reading() as connection:  # first, for a reader need not wait for writers
            if connection.execute(f"SELECT 1 FROM job WHERE {_FREE} LIMIT 1", (now,)).fetchone() is None:
                return None
        with self._connections.writing("jobs") as connection:
            connection.execute(
                f"UPDATE job SET state = 'cancelled', {_CHANGED} WHERE stopping = 1 AND {_FREE}", (now, now)
            )
            lost = JobProblem(500, "Gave up", f"what worked on it ended without a word, {MOST_ATTEMPTS} times")
            connection.execute(
                f"UPDATE job SET state = 'failed', problem = ?, {_CHANGED} WHERE attempts >= ? AND {_FREE}",
                (json.dumps(asdict(lost)), now, MOST_ATTEMPTS, now),
            )
            # The condition stands twice: of two claims at once, the second one finds the row changed.
            rows = connection.execute(
                f"UPDATE job SET state = 'running', holder = ?, lease = ?, attempts = attempts + 1, stage = '',"
                f" share = NULL, {_CHANGED} WHERE id = (SELECT min(id) FROM job WHERE {_FREE}) AND {_FREE}"
                f" RETURNING {_COLUMNS}",
                (holder, now + seconds, now, now, now),
            ).fetchall()
        return self._job(rows[0]) if rows else None

    def renew(self, number: int, holder: str, seconds: float, stage: str, share: float | None) -> str:
        """Hold a claim for so many seconds from now, and say how far the work is. Return "held", "stopping" where the
        job is to be cancelled, or "lost" where it is another's by now."""
        now = time.time()
        with self._connections.writing("jobs") as connection:
            rows = connection.execute(
                f"UPDATE job SET lease = ?, stage = ?, share = ?, {_CHANGED} WHERE {_HELD} RETURNING stopping",
                (now + seconds, stage, share, now, number, holder),
            ).fetchall()
        return "lost" if not rows else "stopping" if rows[0][0] else "held"

    def finish(self, number: int, holder: str, results: str, answer: dict[str, Any]) -> bool:
        """Note what came of a job. Return False where it is another's by now, and nothing was noted."""
        return self._end(number, holder, "done", None, results, answer)

    def fail(self, number: int, holder: str, problem: JobProblem) -> bool:
        """Note why a job failed. Return as `finish` does."""
        return self._end(number, holder, "failed", problem)

    def drop(self, number: int, holder: str) -> bool:
        """Note that a job that was to be cancelled is. Return as `finish` does."""
        return self._end(number, holder, "cancelled", None)

    def _end(
        self,
        number: int,
        holder: str,
        state: JobState,
        problem: JobProblem | None,
        results: str = "",
        answer: dict[str, Any] | None = None,
    ) -> bool:
        said = None if problem is None else json.dumps(asdict(problem))
        held = None if answer is None else json.dumps(answer)
        with self._connections.writing("jobs") as connection:
            cursor = connection.execute(
                "UPDATE job SET state = ?, problem = ?, results = ?, answer = ?, lease = 0.0,"
                f" {_CHANGED} WHERE {_HELD}",
                (state, said, results, held, time.time(), number, holder),
            )
            return cursor.rowcount > 0

    def release(self, number: int, holder: str) -> bool:
        """Give a claim back, as if the job had not been begun. Return as `finish` does."""
        with self._connections.writing("jobs") as connection:
            cursor = connection.execute(
                "UPDATE job SET state = 'waiting', attempts = attempts - 1, lease = 0.0, stage = '', share = NULL,"
                f" {_CHANGED} WHERE {_HELD}",
                (time.time(), number, holder),
            )
            return cursor.rowcount > 0

    def expire(self, number: int, holder: str) -> bool:
        """Give a claim up whose work ended without a word; the attempt counts. Return as `finish` does."""
        with self._connections.writing("jobs") as connection:
            cursor = connection.execute(
                f"UPDATE job SET state = 'waiting', lease = 0.0, {_CHANGED} WHERE {_HELD}",
                (time.time(), number, holder),
            )
            return cursor.rowcount > 0

    def cancel(self, number: int) -> Job | None:
        """Cancel a job, at once where it waits, else as soon as its worker hears of it. Return it, None where there is
        no such one. A job that is over stays as it is."""
        now = time.time()
        over = ", ".join(f"'{state}'" for state in OVER)
        with self._connections.writing("jobs") as connection:
            connection.execute(
                f"UPDATE job SET stopping = 1, state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,"
                f" {_CHANGED} WHERE id = ? AND stopping = 0 AND state NOT IN ({over})",
                (now, number),
            )
        return self.get(number)

    def _job(self, row: Sequence[Any]) -> Job:
        job = _job_of(row)
        if job is None:
            raise LibraryError(self._connections.shown, schema.DAMAGED)
        return job


def _job_of(row: Sequence[Any]) -> Job | None:
    """Return what a row holds, None for a row that nobody wrote here: a library may be someone else's."""
    number, key, asked, state, made, changed, version, attempts, holder, lease, stopping, stage, share, *rest = row
    texts = all(isinstance(one, str) for one in (key, holder, stage, rest[1]))
    amounts = all(map(is_amount, (number, made, changed, version, attempts, lease, stopping, share or 0.0)))
    if not texts or not amounts or state not in get_args(JobState):
        return None
    try:
        request = JobRequest(**json.loads(asked))
        problem = None if rest[0] is None else JobProblem(**json.loads(rest[0]))
        answer = {} if rest[2] is None else json.loads(rest[2])
    except (ValueError, TypeError, RecursionError):
        return None
    if request.work not in JOB_WORKS or request.kind not in PLACE_KINDS or not isinstance(answer, dict):
        return None
    known = (request.name, request.place, request.likeness)
    if not all(isinstance(one, str) for one in known):
        return None
    return Job(
        number, key, request, state, made, changed, version, attempts, holder, lease, bool(stopping), stage, share,
        problem, rest[1], answer,
    )  # fmt: skip
