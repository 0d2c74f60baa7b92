"""The pages of the service: what they hold, what they refuse, and what a form does without any script."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic as s
from fastapi.testclient import TestClient
from samples import showing

from loopfind.errors import (
    BadSetting,
    LibraryError,
    LibraryUnreachable,
    LibraryUnwritable,
    MissingExtra,
    ReviewRefused,
    TooFewFiles,
    Unreadable,
)
from loopfind.model.job import Job, JobProblem, JobRequest
from loopfind.model.library import Reading
from loopfind.model.review_queue import ReviewedFile, ReviewItem
from loopfind.model.video import Source
from loopfind.service.app import create_app
from loopfind.service.settings import ServiceSettings
from loopfind.service.tasks import problem_of
from loopfind.settings import Settings
from loopfind.stores.decisions import NewDecision, ReviewQueue
from loopfind.stores.jobs import Jobs
from loopfind.stores.opener import open_library

HERE = {"Origin": "http://127.0.0.1:8765"}


@pytest.fixture
def settings(tmp_path):
    return ServiceSettings(
        str(tmp_path / "kept.sqlite"), str(tmp_path / "data"), root=str(tmp_path), rate=1e6, burst=10**6
    )


@pytest.fixture
def shelf(settings):
    with open_library(settings.library) as library:
        yield library


@pytest.fixture
def client(settings, shelf):
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", follow_redirects=False) as made:
        made.headers.update(HERE)
        yield made


def kept(library, path, content):
    """A file in the library that stands for a video, as an item names it."""
    path.write_bytes(content)
    drawn = s.shown([(s.camera(1), 0, 4)], 25, seed=1)
    source = Source(str(path), 4.0, len(drawn.times), 25.0, 64, 48, "h264", "mp4")
    file = library.look(path)
    library.add(file, Settings(hash_size=12), Reading(drawn, source, ()))
    return ReviewedFile(file.digest.hex(), file.size, str(path), 4.0, 64, 48)


def pair(a, b, seconds=4.0, kind="duplicate"):
    shown = (showing(0.0, 4.0, 0, 100, file=0), showing(1.0, 5.0, 25, 125, file=1))
    return ReviewItem(kind, (a, b), (shown,), seconds, 0.9, "library")


@pytest.fixture
def files(shelf, tmp_path):
    return [kept(shelf, tmp_path / f"{name}.mp4", name.encode() * 50) for name in ("one", "two", "<b>three")]


@pytest.fixture
def queue(shelf, files):
    made = ReviewQueue(shelf.connections)
    one, two, three = files
    made.enter([pair(one, two, 9.0), pair(one, three, 8.0, "part"), pair(two, three, 7.0)])
    return made


def words(answer):
    """The text of a page, without its tags."""
    return " ".join(re.sub("<[^>]+>", " ", answer.text).split())


def decide(client, number, decision, seen=0, reviewer="Ann", **more):
    fields = {"decision": decision, "seen": str(seen), "reviewer": reviewer, **more}
    return client.post(f"/review/{number}", data=fields)


FAILURES = [
    (LibraryError("/folder/l.sqlite", "it is damaged"), 500),
    (LibraryUnwritable("/folder/l.sqlite", "its disk is full"), 503),
    (LibraryUnreachable("/folder/l.sqlite", "its server does not answer"), 503),
    (TooFewFiles("/folder/l.sqlite", "it holds 3 files, and 20 are the fewest", ", or say --level"), 409),
    (ReviewRefused("it was decided already"), 409),
    (BadSetting("the level", 7, "it takes a share"), 422),
    (Unreadable("/folder/a.mp4", "no such file"), 422),
    (MissingExtra("likeness by cnn", "onnxruntime", "cnn"), 501),
]

PAGES = ("/", "/jobs", "/library", "/library?q=two", "/review", "/review?show=all", "/review/1", "/jobs/1")


@pytest.mark.slow
def test_a_page_runs_nothing_of_its_own_and_asks_no_other_server(client, shelf, queue):
    Jobs(shelf.connections).add(JobRequest("check", "film.mp4", "upload", "x"), "key one")
    for address in PAGES:
        check_page(client, client.get(address))


def test_what_keeps_a_page_live_is_whole_before_it_begins(client):
    """A deferred htmx may begin between its own file and that of its extension."""
    scripts = re.findall(r"<script([^>]*)>", client.get("/").text)
    ours = [script for script in scripts if "htmx" in script or "sse" in script]
    assert len(ours) == 2 and not any("defer" in script or "async" in script for script in ours)


def check_page(client, answer):
    """Assert that a page keeps its own policy, that what it loads is there, and that its fields have labels."""
    assert answer.status_code == 200 and "default-src 'self'" in answer.headers["content-security-policy"]
    scripts = re.findall(r"<script([^>]*)>([^<]*)", answer.text)
    assert all("src=" in tag or "application/json" in tag for tag, _ in scripts)
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//|\sstyle=|\son\w+=", answer.text)
    for asset in re.findall(r"\"(/static/[^\"]+)\"", answer.text):
        got = client.get(asset)
        assert got.status_code == 200 and "immutable" in got.headers["cache-control"]
    labelled = set(re.findall(r"<label for=\"([^\"]+)", answer.text))
    fields = re.findall(r"<input[^>]*type=\"(?:text|search)\"[^>]*id=\"([^\"]+)", answer.text)
    assert set(fields) <= labelled


@pytest.mark.slow
def test_names_from_outside_are_text_and_never_markup(client, queue):
    assert "<b>three" not in client.get("/review/2").text
    assert "&lt;b&gt;three.mp4" in client.get("/review").text
    assert client.get("/library?q=%3Cscript%3E").text.count("<script>") == 0


def test_a_decision_by_a_plain_form_is_kept_and_leads_to_the_next(client, queue):
    answer = decide(client, 1, "accept", keep="0", note="the same")
    assert answer.status_code == 303 and answer.headers["location"] == "/review/2?show=open"
    state = queue.item(1).state
    assert (state.decision, state.keep, state.note, state.reviewer) == ("accept", 0, "the same", "Ann")
    assert "accepted by Ann, keeps one.mp4" in words(client.get("/review/1?show=all"))
    assert 'value="Ann"' in client.get("/review/2").text  # who decides is known from then on
    assert decide(client, 2, "note", note="look again").headers["location"] == "/review/2?show=open"
    assert queue.item(2).state.note == "look again" and queue.item(2).state.is_open
    back = client.post("/review/undo", data={"show": "open"})
    assert back.headers["location"] == "/review/2?show=open" and queue.item(2).state.note == ""
    client.post("/review/undo", data={})
    assert queue.item(1).state.is_open
    assert client.post("/review/undo", data={}).status_code == 409


def test_a_conflict_is_shown_with_both_decisions(client, queue):
    decide(client, 1, "accept", keep="0")
    answer = decide(client, 1, "reject", reviewer="Bob", note="another take")
    assert answer.headers["location"].startswith("/review/1")  # it stays, so that it is seen
    shown = words(client.get("/review/1"))
    assert "Ann accepted it, and keeps one.mp4" in shown and "Bob rejected it" in shown and "contested" in shown
    assert "Reviewers disagree on 1." in words(client.get("/review"))


@pytest.mark.slow
def test_what_others_decide_comes_to_a_page_that_is_open(client, queue):
    client.cookies.set("loopfind-reviewer", "Ann")
    queue.decide(2, NewDecision("Bob", 0, "reject"))
    queue.decide(1, NewDecision("Ann", 0, "accept", 0))
    queue.decide(1, NewDecision("Bob", 0, "reject"))
    with client.stream("GET", "/review/1/live?after=0") as answer:
        text = ""
        for line in answer.iter_lines():
            text += line + "\n"
            if line.startswith("id:"):
                break
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "Bob rejected it." in text and "contested" in text and "hx-partial" in text


@pytest.mark.slow
def test_a_file_of_a_finding_is_played_in_parts_and_only_while_it_is_what_was_found(client, queue, files, tmp_path):
    part = client.get("/review/1/file/0", headers={"Range": "bytes=3-5"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"one", "video/mp4")
    assert "sandbox" in part.headers["content-security-policy"]
    (tmp_path / "one.mp4").write_bytes(b"something else")
    assert client.get("/review/1/file/0").status_code == 404
    assert "This file is gone" in client.get("/review/1").text
    for address in ("/review/1/file/7", "/review/1/file/-1", "/review/1/picture/9/0", "/review/99/file/0"):
        assert client.get(address).status_code in (404, 422)
    assert client.get("/review/1/picture/0/0").headers["content-type"] == "image/svg+xml"


@pytest.mark.slow
def test_what_was_decided_is_taken_on(client, queue):
    decide(client, 1, "accept", keep="0")
    decide(client, 3, "reject")
    assert client.get("/v1/review/decisions/copies").text.endswith("/two.mp4\n")
    assert len(client.get("/v1/review/decisions/csv").text.splitlines()) == 5
    assert len(client.get("/v1/review/decisions/json").json()["findings"]) == 2


MISSING = {
    **dict.fromkeys(("/review/99", "/review/0", "/review/99999999999999999999999", "/jobs/7", "/jobs/-1"), 404),
    **{"/static/0/page.css": 404, "/review/x": 422, "/library?page=x": 422},
}


@pytest.mark.slow
def test_what_is_not_there_is_said_in_a_page_and_any_page_of_a_list_is_there(client, queue):
    for address, status in MISSING.items():
        answer = client.get(address)
        assert answer.status_code == status, address
        assert answer.headers["content-type"].startswith(("text/html", "application/problem+json"))
    for page in (-5, 0, 1, 2, 999_999_999_999_999_999_999):
        assert client.get(f"/review?page={page}").status_code == 200
        assert client.get(f"/library?page={page}").status_code == 200


@pytest.mark.slow
def test_lists_have_thirty_lines_a_page(client, shelf, files):
    one = files[0]
    queue = ReviewQueue(shelf.connections)
    queue.enter([pair(one, replace(one, digest=f"{n:064x}", size=n), float(n)) for n in range(1, 62)])
    assert [client.get(f"/review?page={n}").text.count('<li class="open">') for n in (1, 2, 3)] == [30, 30, 1]
    jobs = Jobs(shelf.connections)
    for n in range(31):
        jobs.add(JobRequest("scan", f"{n}.mp4", "upload", "x"), f"key {n}")
    first = client.get("/jobs")
    assert first.text.count('<li class="job') == 30
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1]
    assert client.get(older).text.count('<li class="job') == 1


@pytest.mark.slow
def test_a_job_is_shown_while_it_runs_and_when_it_failed(client, shelf):
    jobs = Jobs(shelf.connections)
    job, _ = jobs.add(JobRequest("scan", "film.mp4", "upload", "x"), "key one")
    jobs.claim("me", 60)
    jobs.renew(job.id, "me", 60, "reading", 0.25)
    assert "reading, 25%" in words(client.get("/jobs/1"))
    assert client.post("/jobs/1/cancel").headers["location"] == "/jobs/1"
    assert "Is being cancelled" in words(client.get("/jobs/1"))
    jobs.fail(job.id, "me", JobProblem(415, "Not a video", "notes.txt: a text"))
    assert "Not a video notes.txt: a text" in words(client.get("/jobs/1"))
    with client.stream("GET", "/jobs/1/live") as answer:
        text = "".join(answer.iter_lines())
    assert "Not a video" in text and "event: over" in text


@pytest.mark.slow
def test_a_form_that_is_none_is_refused(client, queue):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for body, status in ((b"x" * 70_000, 413), (b"&".join([b"a=1"] * 40), 400), (b"\xff=%ff", 409)):
        assert client.post("/review/1", content=body, headers=kind).status_code == status
    assert queue.last_line() == 0


@pytest.mark.slow
def test_programs_review_too(client, queue):
    listed = client.get("/v1/review", params={"limit": 2}).json()
    assert [one["number"] for one in listed["findings"]] == [1, 2] and listed["counts"]["open"] == 3
    order = {"reviewer": "Ann", "decision": "accept", "keep": 0, "seen": 0, "note": ""}
    made = client.post("/v1/review/1/decisions", json=order)
    assert made.status_code == 201 and made.json()["state"] == "accept"
    other = client.post("/v1/review/1/decisions", json=order | {"reviewer": "Bob", "decision": "reject", "keep": None})
    assert other.json()["state"] == "contested" and len(other.json()["contested"]) == 2
    settled = client.post("/v1/review/1/decisions", json=order | {"seen": other.json()["head"]})
    assert settled.json() == client.get("/v1/review/1").json() and settled.json()["state"] == "accept"
    assert [one["reviewer"] for one in client.get("/v1/review/1/decisions").json()] == ["Ann", "Bob", "Ann"]
    assert client.post("/v1/review/undo", json={"reviewer": "Ann"}).json()["state"] == "contested"
    assert client.post("/v1/review/collect").json() == {"new": 0}
    with client.stream("GET", "/v1/review/events", headers={"Last-Event-ID": "3"}) as answer:
        lines = []
        for line in answer.iter_lines():
            lines.append(line)
            if line.startswith("id:"):
                break
    assert "event: decision" in lines and '"undoes": 3}' in "".join(lines)


NO_DECISIONS = (
    {"reviewer": " ", "decision": "accept"},
    {"reviewer": "x" * 61, "decision": "accept"},
    {"reviewer": "Ann", "decision": "perhaps"},
    {"reviewer": "Ann", "decision": "accept", "keep": 7},
    {"reviewer": "Ann", "decision": "accept", "seen": -1},
    {"reviewer": "Ann"},
)


@pytest.mark.slow
def test_a_decision_that_is_none_is_a_problem(client, queue):
    for order in NO_DECISIONS:
        answer = client.post("/v1/review/1/decisions", json=order)
        assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json", order
    assert client.post("/v1/review/44/decisions", json={"reviewer": "Ann", "decision": None}).status_code == 404
    assert client.post("/v1/review/undo", json={"reviewer": "Ann"}).status_code == 409


def done(shelf, settings, work, answer, whole=None):
    """A job that is done, with its answer in full where that is given."""
    jobs = Jobs(shelf.connections)
    job, _ = jobs.add(JobRequest(work, "film.mp4", "upload", "x"), f"key {work}")
    jobs.claim("me", 60)
    folder = Path(settings.data) / "results" / f"of-{job.id}"
    folder.mkdir(parents=True)
    (folder / "answer.json").write_text(json.dumps(whole or answer))
    jobs.finish(job.id, "me", folder.name, answer)
    return f"/jobs/{job.id}"


PLACE = {"start": 0.0, "end": 4.0, "there_start": 6.0, "there_end": 10.0}
KNOWN = {"path": "/v/<i>old.mp4", "by": "pictures", "share": 0.5, "confidence": 0.99, "whole": False, "places": [PLACE]}


@pytest.mark.slow
def test_the_answer_of_a_check_says_where_the_video_is_already(client, shelf, settings):
    answer = {
        "answer": "holds part of",
        "summary": "Holds part of 1 file of the library; 4 s of it is in none.",
        "verdict": "No repeat found.",
        "searched": 12,
        "kept": False,
        "known": [KNOWN, KNOWN | {"by": "content", "whole": True, "places": [PLACE] * 5}],
        "unjudged": [{"start": 1.0, "end": 2.0, "why": "still"}],
        "losses": [{"start": 3.0, "end": 4.0, "what": "damaged"}],
        "failures": ["likeness by cnn: not there"],
    }
    shown = client.get(done(shelf, settings, "check", answer))
    said = words(shown)
    assert "Holds part of 1 file" in said and "Looked up among 12 files of the library." in said
    assert "50% part 99% sure, by pictures 0:00:00.000 to 0:00:04.000 is 0:00:06.000 there" in said
    assert "the same bytes" in said and "and 2 more stretches" in said and "<i>" not in shown.text
    assert "0:00:01.000 to 0:00:02.000: nothing moves" in said and "likeness by cnn" in said
    assert "holds part of" in words(client.get("/jobs"))


@pytest.mark.slow
def test_a_video_that_may_be_known_is_not_called_new_without_a_word(client, shelf, settings):
    answer = {
        "answer": "new",
        "summary": "New: nothing of it was found in the library; moments of it look like 1 file, without proof.",
        "known": [],
        "resembles": [{"path": "/v/<i>like.mp4", "seconds": 2.4}],
        "caveats": [{"kind": "looks alike", "said": "moments of it look like 1 file, without proof"}],
    }
    shown = client.get(done(shelf, settings, "check", answer))
    assert "Files that it looks like" in words(shown) and "2.4 s looks alike no proof" in words(shown)
    assert 'class="verdict unsure"' in shown.text and "<i>" not in shown.text
    assert "new, as far as can be told" in words(client.get("/jobs"))


@pytest.mark.slow
def test_a_video_that_is_new_but_for_short_pieces_is_called_so(client, shelf, settings):
    caveats = [{"kind": "shorter pieces", "said": "pieces may be missed"}]
    shown = client.get(done(shelf, settings, "check", {"answer": "new", "summary": "New.", "caveats": caveats}))
    assert 'class="verdict nothing"' in shown.text and "as far as" not in words(client.get("/jobs"))


@pytest.mark.slow
@pytest.mark.parametrize(("error", "status"), FAILURES)
def test_an_error_has_one_status_in_the_api_in_pages_and_in_jobs(client, shelf, error, status, monkeypatch):
    def fail(*_):
        raise error

    monkeypatch.setattr(type(shelf), "entry_page", fail)
    api, page = client.get("/v1/library/entries"), client.get("/library")
    job = Job(1, "a key", JobRequest("groups", "the library", "library", ""), "running", 1.0, 1.0)
    problem = problem_of(error, job)
    assert [api.status_code, api.json()["status"], page.status_code, problem.status] == [status] * 4
    said, shown = api.json()["detail"], html.unescape(page.text)
    assert problem.detail == said and said[1:] in shown and "/folder" not in api.text + shown + said


@pytest.mark.slow
def test_answers_about_the_library_are_tables_of_thirty_lines(client, shelf, settings):
    paths = [f"/v/{n}.mp4" for n in range(32)]
    pairs = [{"files": [paths[0], path], "seconds": [3.0, 4.0], "whole": [True, path > "/v/2"]} for path in paths[1:]]
    at = done(shelf, settings, "compare", {"summary": "31 pairs.", "pairs": 31}, {"pairs": pairs})
    first = client.get(at)
    assert first.text.count('<td class="name">0.mp4') == 30 and "Page 1 of 2" in words(first)
    assert client.get(f"{at}?page=2").text.count('<td class="name">') == 1
    alike = [{"path": path, "likeness": 0.5, "chance": None} for path in paths[:2]]
    similar = client.get(done(shelf, settings, "similar", {"files": 2}, {"neighbours": alike}))
    assert "0.mp4 0.500" in words(similar) and "To look alike is no proof" in words(similar)
    groups = {"groups": [{"reference": paths[0], "others": alike}]}
    assert "3 files 0.500" in words(client.get(done(shelf, settings, "groups", {"groups": 1}, groups)))
    match = {"file": paths[3], "share": 1.0, "confidence": 0.9, "whole": True}
    search = client.get(done(shelf, settings, "search", {"summary": "Found."}, {"matches": [match]}))
    assert "3.mp4 100% all of both 90% sure" in words(search)
    assert "Two repeats." in words(client.get(done(shelf, settings, "scan", {"repeats": 2, "verdict": "Two repeats."})))
    assert "2 repeats" in words(client.get("/jobs"))


@pytest.mark.slow
def test_the_page_of_one_video_leads_to_that_of_its_scan_once_it_is_there(settings, shelf):
    alone = replace(settings, front=1)
    with TestClient(create_app(alone), base_url="http://127.0.0.1:8765", follow_redirects=False) as client:
        at = done(shelf, settings, "scan", {"repeats": 0, "verdict": "No repeat found."})
        assert client.get("/").headers["location"] == at
        assert 'id="forward"' not in client.get(at).text
        (Path(settings.data) / "results" / "of-1" / "page.html").write_text("the page")
        shown = client.get(at).text
        assert '<a href="/v1/jobs/1/page" id="forward">' in shown and "/forward.js" in shown


@pytest.mark.slow
def test_a_token_is_asked_for_once(settings, shelf):
    secret = replace(settings, token="open sesame, open!")
    with TestClient(create_app(secret), base_url="http://127.0.0.1:8765", follow_redirects=False) as client:
        client.headers.update(HERE)
        assert client.get("/library", headers={"Accept": "text/html"}).headers["location"].startswith("/login")
        assert 'type="password"' in client.get("/login").text
        wrong = client.post("/login", data={"token": "open barley", "next": "/library"})
        assert wrong.status_code == 401 and "not the token" in wrong.text and 'value="/library"' in wrong.text
        elsewhere = client.post("/login", data={"token": secret.token, "next": "//elsewhere.example"})
        assert elsewhere.headers["location"] == "/" and "HttpOnly" in elsewhere.headers["set-cookie"]
        assert client.get("/library").status_code == 200
        gone = client.post("/logout")
        assert gone.headers["location"] == "/login" and client.get("/library").status_code == 401
