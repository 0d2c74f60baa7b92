"""The queue of jobs in a library: whoever dies and whoever asks twice, each job is there once, and is done once."""

import threading
from dataclasses import replace

import pytest
import servers

from loopfind.errors import LibraryError
from loopfind.model.job import JobProblem, JobRequest
from loopfind.stores import jobs as store
from loopfind.stores.jobs import MOST_ATTEMPTS, Jobs
from loopfind.stores.opener import open_library

ASKED = JobRequest("check", "a.mp4", "upload", "0123.mp4", keep=True, likeness="palette")
LOST = JobProblem(415, "Not a video", "a.mp4: a text")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def place(request, tmp_path):
    """The name of a new library, in each of the stores."""
    path = tmp_path / "kept.sqlite"
    return path if request.param == "sqlite" else servers.shared().library(str(path))


@pytest.fixture
def library(place):
    with open_library(place) as made:
        yield made


@pytest.fixture
def jobs(library):
    return Jobs(library.connections)


@pytest.fixture
def clock(monkeypatch):
    """The time of day, which stands still until a test says so."""

    class Clock:
        now = 1_000_000.0

    monkeypatch.setattr(store.time, "time", lambda: Clock.now)
    return Clock


def test_a_job_comes_back_as_it_was_asked_for(jobs):
    made, new = jobs.add(ASKED, "a key")
    assert new and jobs.get(made.id) == jobs.by_key("a key") == made
    assert made.request == ASKED and made.state == "waiting" and not made.over
    assert jobs.get(made.id + 1) is None and jobs.by_key("another") is None


def test_asking_twice_with_one_key_makes_one_job(jobs):
    made, _ = jobs.add(ASKED, "a key")
    assert jobs.add(replace(ASKED, name="b.mp4"), "a key") == (made, False)
    assert jobs.counts()["waiting"] == 1


def test_what_waited_longest_is_taken_first_and_each_job_once(jobs):
    wanted = [jobs.add(ASKED, f"key {number}")[0].id for number in range(3)]
    assert [jobs.claim(f"worker {number}", 60).id for number in range(3)] == wanted
    assert jobs.claim("one more", 60) is None


def test_many_workers_at_once_take_each_job_once(jobs, place):
    for number in range(30):
        jobs.add(ASKED, f"key {number}")
    taken, turn = [], threading.Lock()

    def work(name):
        with open_library(place) as own:
            while (job := Jobs(own.connections).claim(name, 60)) is not None:
                with turn:
                    taken.append(job.id)

    threads = [threading.Thread(target=work, args=(f"worker {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 31))


def test_a_job_whose_worker_is_silent_is_taken_by_another_one(jobs, clock):
    made = jobs.add(ASKED, "a key")[0]
    jobs.claim("first", 30)
    clock.now += 29
    assert jobs.claim("second", 30) is None and jobs.renew(made.id, "first", 30, "reading", 0.5) == "held"
    clock.now += 29
    assert jobs.claim("second", 30) is None
    clock.now += 2
    again = jobs.claim("second", 30)
    assert again.id == made.id and again.attempts == 2 and again.stage == "" and again.share is None


def test_a_worker_that_was_thought_dead_changes_nothing_any_more(jobs, clock):
    made = jobs.add(ASKED, "a key")[0]
    jobs.claim("first", 30)
    clock.now += 31
    jobs.claim("second", 30)
    before = jobs.get(made.id)
    assert jobs.renew(made.id, "first", 30, "reading", 0.5) == "lost"
    for change in (
        lambda: jobs.finish(made.id, "first", "1-first", {"answer": "new"}),
        lambda: jobs.fail(made.id, "first", LOST),
        lambda: jobs.release(made.id, "first"),
        lambda: jobs.expire(made.id, "first"),
        lambda: jobs.drop(made.id, "first"),
    ):
        assert not change() and jobs.get(made.id) == before


def test_what_came_of_a_job_is_kept_and_it_does_not_change_any_more(jobs):
    made = jobs.add(ASKED, "a key")[0]
    jobs.claim("first", 30)
    assert jobs.finish(made.id, "first", "1-first", {"answer": "new"})
    done = jobs.get(made.id)
    assert (done.state, done.results, done.answer, done.over) == ("done", "1-first", {"answer": "new"}, True)
    assert not jobs.fail(made.id, "first", LOST) and jobs.cancel(made.id) == done and jobs.claim("second", 30) is None


def test_why_a_job_failed_is_kept(jobs):
    made = jobs.add(ASKED, "a key")[0]
    jobs.claim("first", 30)
    assert jobs.fail(made.id, "first", LOST)
    assert jobs.get(made.id).problem == LOST and jobs.get(made.id).state == "failed"


def test_a_job_that_ends_its_worker_each_time_is_given_up(jobs, clock):
    made = jobs.add(ASKED, "a key")[0]
    for number in range(MOST_ATTEMPTS):
        assert jobs.claim(f"worker {number}", 30).id == made.id
        clock.now += 31
    assert jobs.claim("one more", 30) is None
    failed = jobs.get(made.id)
    assert failed.state == "failed" and failed.problem.status == 500 and failed.attempts == MOST_ATTEMPTS


def test_a_job_that_is_given_back_has_not_been_tried(jobs):
    made = jobs.add(ASKED, "a key")[0]
    for _ in range(2 * MOST_ATTEMPTS):
        assert jobs.release(made.id, jobs.claim("first", 30).holder)
    assert jobs.get(made.id).attempts == 0 and jobs.get(made.id).state == "waiting"


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_once_its_worker_hears(jobs, clock):
    waiting, running = (jobs.add(ASKED, key)[0] for key in ("one key", "another"))
    assert jobs.cancel(waiting.id).state == "cancelled"
    assert jobs.claim("first", 30).id == running.id
    stopping = jobs.cancel(running.id)
    assert stopping.state == "running" and stopping.stopping
    assert jobs.renew(running.id, "first", 30, "reading", None) == "stopping"
    assert jobs.drop(running.id, "first") and jobs.get(running.id).state == "cancelled"
    assert jobs.cancel(99) is None


def test_a_job_that_is_cancelled_while_its_worker_is_dead_is_not_begun_again(jobs, clock):
    made = jobs.add(ASKED, "a key")[0]
    jobs.claim("first", 30)
    jobs.cancel(made.id)
    clock.now += 31
    assert jobs.claim("second", 30) is None and jobs.get(made.id).state == "cancelled"


def test_every_change_raises_the_version(jobs, clock):
    made = jobs.add(ASKED, "a key")[0]
    versions = [made.version]
    for change in (
        lambda: jobs.claim("first", 30),
        lambda: jobs.renew(made.id, "first", 30, "reading", 0.25),
        lambda: jobs.release(made.id, "first"),
        lambda: jobs.claim("second", 30),
        lambda: jobs.cancel(made.id),
        lambda: jobs.drop(made.id, "second"),
    ):
        clock.now += 1
        change()
        versions.append(jobs.get(made.id).version)
        assert [job.id for job in jobs.changed_since(clock.now)] == [made.id]
    assert versions == sorted(set(versions))


def test_jobs_are_listed_the_newest_first_a_page_at_a_time(jobs):
    for number in range(7):
        jobs.add(ASKED, f"key {number}")
    jobs.cancel(6)
    assert [job.id for job in jobs.newest(3)] == [7, 6, 5]
    assert [job.id for job in jobs.newest(3, before=5)] == [4, 3, 2]
    assert [job.id for job in jobs.newest(3, states=("cancelled", "done"))] == [6]


def test_what_has_been_over_for_long_can_be_forgotten(jobs, clock):
    old, young, waiting = (jobs.add(ASKED, key)[0].id for key in ("one", "two", "three"))
    jobs.cancel(old)
    clock.now += 100
    jobs.cancel(young)
    assert [job.id for job in jobs.over_before(clock.now - 50)] == [old]
    jobs.forget(old)
    assert jobs.get(old) is None and jobs.get(waiting) is not None


@pytest.mark.parametrize(
    "change",
    [
        "state = 'asleep'",
        "request = '[]'",
        "request = '{}'",
        'request = \'{"work": "eat", "name": "", "kind": "upload", "place": ""}\'',
        'request = \'{"work": "check", "name": 1, "kind": "upload", "place": ""}\'',
        "problem = '7'",
        "answer = '[1]'",
        "made = 'soon'",
        "holder = x'00'",
    ],
)
def test_a_row_that_nobody_wrote_here_is_a_damaged_library(tmp_path, change):
    """A file of SQLite may hold anything, whatever its columns say."""
    with open_library(tmp_path / "kept.sqlite") as library:
        made = Jobs(library.connections).add(ASKED, "a key")[0]
        with library.connections.writing() as connection:
            connection.execute(f"UPDATE job SET {change}")
        with pytest.raises(LibraryError, match="damaged"):
            Jobs(library.connections).get(made.id)
