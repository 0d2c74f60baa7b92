"""The API of the service: what it takes, what it refuses and how, and that it shows nothing that it should not."""

import base64
import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from loopfind.cli import service_options
from loopfind.errors import BadSetting, MissingExtra
from loopfind.model.job import JobProblem, JobRequest
from loopfind.service import places
from loopfind.service.api import media
from loopfind.service.app import create_app
from loopfind.service.rates import Rates
from loopfind.service.server import check_settings
from loopfind.service.sessions import SESSION_SECONDS, is_session, is_token, new_session
from loopfind.service.settings import ServiceSettings

GOLDEN = Path(__file__).parent / "golden" / "openapi.json"
TOKEN = "sesame, sesame, sesame"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
VIDEO = bytes(range(256)) * 40
KEY = {"Idempotency-Key": "key-of-an-upload"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def settings(folder):
    (folder / "root" / "inner").mkdir(parents=True)
    (folder / "root" / "a.mp4").write_bytes(VIDEO)
    (folder / "secret.mp4").write_bytes(b"secret")
    (folder / "root" / "out.mp4").symlink_to(folder / "secret.mp4")
    (folder / "root" / "around").symlink_to(folder)
    return ServiceSettings(
        str(folder / "kept.sqlite"), str(folder / "data"), root=str(folder / "root"), rate=1e6, burst=10**6
    )


@pytest.fixture(scope="module")
def client(settings):
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def other(settings, tmp_path):
    """Make a client of another service, with other settings."""
    made = []

    def make(**more):
        own = replace(settings, library=str(tmp_path / "own.sqlite"), data=str(tmp_path / "own"), **more)
        client = TestClient(create_app(own), base_url="http://127.0.0.1")
        client.__enter__()
        made.append(client)
        return client

    yield make
    for client in made:
        client.__exit__(None, None, None)


def problem(answer, status):
    """The detail of an answer, which must be a problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    held = answer.json()
    assert held["status"] == status and held["title"] and held["type"] == "about:blank"
    return held["detail"]


def part(first, last, total=10240, key=None):
    return {"Content-Range": f"bytes {first}-{last}/{total}", "Idempotency-Key": key or KEY["Idempotency-Key"]}


def digest(data):
    return {"Repr-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


def jobs_of(client):
    return client.app.state.service.jobs


class TestUploads:
    def test_an_upload_makes_a_job_that_waits_and_is_kept_as_it_came(self, client):
        answer = client.put("/v1/uploads/A film.mp4?keep=true&likeness=cnn", content=VIDEO, headers=digest(VIDEO))
        assert answer.status_code == 202 and answer.headers["location"] == answer.json()["links"]["self"]
        job = answer.json()
        assert (job["name"], job["state"], job["source"], job["work"]) == ("A film.mp4", "waiting", "upload", "check")
        request = jobs_of(client).get(job["id"]).request
        assert request.keep and request.likeness == "cnn" and request.place.endswith(".mp4")
        assert client.get(job["links"]["video"]).content == VIDEO
        tail = client.get(job["links"]["video"], headers={"Range": "bytes=-6"})
        assert tail.status_code == 206 and tail.content == VIDEO[-6:]

    def test_what_comes_in_pieces_of_unknown_length_is_whole(self, client):
        answer = client.put("/v1/uploads/a.mp4", content=iter([VIDEO[:100], VIDEO[100:]]))
        assert client.get(answer.json()["links"]["video"]).content == VIDEO

    def test_an_upload_goes_on_where_it_was_cut_off(self, client):
        first = client.put("/v1/uploads/a.mp4", content=VIDEO[:1000], headers=part(0, 999, key="resumed-1"))
        assert first.status_code == 200 and first.json() == {"offset": 1000}
        known = client.head("/v1/uploads/a.mp4", headers={"Idempotency-Key": "resumed-1"})
        assert known.headers["upload-offset"] == "1000"
        for start in (0, 999, 1001):
            answer = client.put(
                "/v1/uploads/a.mp4", content=VIDEO[start:1100], headers=part(start, 1099, key="resumed-1")
            )
            assert problem(answer, 409) == "go on from byte 1000" and answer.headers["upload-offset"] == "1000"
        rest = part(1000, len(VIDEO) - 1, key="resumed-1") | digest(VIDEO)
        whole = client.put("/v1/uploads/a.mp4", content=VIDEO[1000:], headers=rest)
        assert whole.status_code == 202 and client.get(whole.json()["links"]["video"]).content == VIDEO

    def test_a_key_that_has_a_job_gets_that_one(self, client):
        once = client.put("/v1/uploads/a.mp4", content=VIDEO, headers={"Idempotency-Key": "asked-twice"})
        again = client.put("/v1/uploads/a.mp4", content=VIDEO, headers={"Idempotency-Key": "asked-twice"})
        assert (once.status_code, again.status_code) == (202, 200) and once.json() == again.json()
        other = client.put("/v1/uploads/b.mp4", content=VIDEO, headers={"Idempotency-Key": "asked-twice"})
        assert "another job" in problem(other, 409)

    def test_bytes_that_are_not_those_of_the_digest_are_thrown_away(self, client, settings):
        before = sorted(os.listdir(f"{settings.data}/uploads"))
        assert "digest" in problem(client.put("/v1/uploads/a.mp4", content=VIDEO[1:], headers=digest(VIDEO)), 422)
        assert sorted(os.listdir(f"{settings.data}/uploads")) == before

    @pytest.mark.parametrize("content", [b"", b"#EXTM3U\nfile:///etc/passwd\n", b"<html>hello</html>"])
    def test_what_is_no_video_is_refused_and_leaves_nothing(self, client, settings, content):
        before = sorted(os.listdir(f"{settings.data}/uploads"))
        problem(client.put("/v1/uploads/a.mp4", content=content), 415 if content else 422)
        assert sorted(os.listdir(f"{settings.data}/uploads")) == before

    @pytest.mark.parametrize("kind", ["text/html", "application/json", "image/svg+xml"])
    def test_a_type_that_is_no_video_is_refused(self, client, kind):
        problem(client.put("/v1/uploads/a.mp4", content=VIDEO, headers={"Content-Type": kind}), 415)

    @pytest.mark.parametrize("sent", [VIDEO, iter([VIDEO])], ids=["with its length", "in pieces"])
    def test_what_is_too_large_is_refused_and_leaves_nothing(self, other, sent):
        client = other(most_bytes=1000)
        assert "1,000 bytes" in problem(client.put("/v1/uploads/a.mp4", content=sent), 413)
        assert os.listdir(f"{client.app.state.service.settings.data}/uploads") == []

    def test_a_part_that_brings_more_than_it_says_is_refused(self, client):
        headers = part(0, 9, 20, "too-much") | {"Transfer-Encoding": "chunked"}
        problem(client.put("/v1/uploads/a.mp4", content=iter([VIDEO]), headers=headers), 413)

    def test_a_disk_without_room_is_said(self, other):
        problem(other(least_free=1 << 60).put("/v1/uploads/a.mp4", content=VIDEO), 507)

    def test_no_more_jobs_wait_than_may(self, other):
        client = other(most_waiting=1)
        assert client.put("/v1/uploads/a.mp4", content=VIDEO, headers=KEY).status_code == 202
        answer = client.put("/v1/uploads/a.mp4", content=VIDEO)
        assert "wait" in problem(answer, 429) and int(answer.headers["retry-after"]) > 0
        assert client.put("/v1/uploads/a.mp4", content=VIDEO, headers=KEY).status_code == 200

    @pytest.mark.parametrize(
        ("name", "headers"),
        [
            ("..%5Ca.mp4", {}),
            ("a%00.mp4", {}),
            ("a%0Ab.mp4", {}),
            ("x" * 300, {}),
            ("a.mp4", {"Content-Range": "bytes 0-9/20"}),
            ("a.mp4", {"Content-Range": "bytes 9-0/20", **KEY}),
            ("a.mp4", {"Content-Range": "bytes 0-20/20", **KEY}),
            ("a.mp4", {"Content-Range": "items 0-9/20", **KEY}),
            ("a.mp4", {"Repr-Digest": "sha-256=:AAAA:"}),
            ("a.mp4", {"Repr-Digest": "md5=:AAAA:"}),
            ("a.mp4", {"Idempotency-Key": "short"}),
            ("a.mp4", {"Idempotency-Key": "../../../../etc/passwd"}),
        ],
    )
    def test_names_and_headers_that_make_no_sense_are_refused(self, client, name, headers):
        problem(client.put(f"/v1/uploads/{name}", content=VIDEO, headers=headers), 400)

    def test_a_name_with_a_folder_is_none(self, client, settings):
        problem(client.put("/v1/uploads/..%2Fa.mp4", content=VIDEO), 404)
        assert not (Path(settings.data) / "a.mp4").exists()


class TestJobs:
    def test_a_file_below_the_root_may_be_named(self, client):
        answer = client.post("/v1/jobs", json={"path": "a.mp4", "work": "scan"})
        assert answer.status_code == 202 and answer.json()["source"] == "path"

    @pytest.mark.parametrize(
        "path", ["../secret.mp4", "out.mp4", "around/secret.mp4", "nothing.mp4", "a.mp4/b", "/etc/passwd", "a\0b"]
    )
    def test_what_is_elsewhere_is_as_if_it_were_not_there(self, client, folder, path):
        for given in (path, str(folder / path)) if path[0] != "/" and "\0" not in path else (path,):
            answer = client.post("/v1/jobs", json={"path": given})
            assert problem(answer, 422 if "\0" in given else 404)
            assert "secret" not in answer.text

    def test_a_folder_is_no_video(self, client):
        problem(client.post("/v1/jobs", json={"path": "inner"}), 422)

    def test_no_file_may_be_named_without_a_root(self, other):
        problem(other(root="").post("/v1/jobs", json={"path": "a.mp4"}), 403)

    @pytest.mark.parametrize(
        "order",
        [
            {},
            {"path": "a.mp4", "entry": 1},
            {"work": "groups", "path": "a.mp4"},
            {"work": "eat", "path": "a.mp4"},
            {"path": "a.mp4", "likeness": "smell"},
            {"path": 7},
            [],
        ],
    )
    def test_an_order_that_makes_no_sense_is_refused(self, client, order):
        problem(client.post("/v1/jobs", json=order), 422)

    @pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
    def test_a_body_that_is_no_json_is_refused(self, client, body):
        answer = client.post("/v1/jobs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)

    def test_a_body_that_is_too_large_is_refused(self, client):
        problem(client.post("/v1/jobs", json={"path": "a" * (1 << 21)}), 413)

    def test_a_job_is_cancelled_once(self, client):
        job = client.post("/v1/jobs", json={"path": "a.mp4"}).json()
        assert client.delete(job["links"]["self"]).json()["state"] == "cancelled"
        problem(client.delete(job["links"]["self"]), 409)

    @pytest.mark.parametrize("number", ["0", "-1", "99999999", "9" * 40])
    @pytest.mark.parametrize("more", ["", "/events", "/answer", "/video", "/exports/json", "/clips/1.mp4"])
    def test_a_job_that_is_not_there_is_not_there(self, client, number, more):
        assert client.get(f"/v1/jobs/{number}{more}").status_code in (404, 422)

    def test_jobs_are_listed_a_page_at_a_time(self, client):
        newest = [job["id"] for job in client.get("/v1/jobs?limit=2").json()]
        further = [job["id"] for job in client.get(f"/v1/jobs?limit=2&before={newest[-1]}").json()]
        assert len(newest) == 2 and newest + further == sorted(newest + further, reverse=True)
        assert {job["state"] for job in client.get("/v1/jobs?state=cancelled").json()} <= {"cancelled"}

    def test_why_a_job_failed_is_part_of_it(self, client):
        jobs = jobs_of(client)
        made, _ = jobs.add(JobRequest("scan", "odd.mp4", "path", "odd.mp4"), "a job that fails")
        while (claimed := jobs.claim("me", 60)).id != made.id:
            jobs.drop(claimed.id, "me")
        jobs.fail(made.id, "me", JobProblem(415, "Not a video", "odd.mp4: a text"))
        shown = client.get(f"/v1/jobs/{made.id}").json()
        assert shown["problem"] == {"status": 415, "title": "Not a video", "detail": "odd.mp4: a text"}

    def test_events_end_with_the_job_and_go_on_from_where_they_were(self, client):
        job = client.post("/v1/jobs", json={"path": "a.mp4"}).json()
        client.delete(job["links"]["self"])
        text = client.get(job["links"]["events"]).text
        shown = json.loads(re.search("^data: (.+)$", text, re.MULTILINE)[1])
        number = re.search("^id: (.+)$", text, re.MULTILINE)[1]
        assert shown["state"] == "cancelled" and number == str(shown["version"]) and "event: job" in text
        assert client.get(job["links"]["events"], headers={"Last-Event-ID": number}).text == ""
        assert "data" in client.get(job["links"]["events"], headers={"Last-Event-ID": "x"}).text

    def test_streams_are_limited_and_say_so_before_they_begin(self, other):
        client = other(most_streams=0)
        problem(client.get("/v1/events"), 429)


@pytest.mark.slow
class TestSignIn:
    @pytest.fixture
    def guarded(self, other):
        return other(token=TOKEN)

    def test_without_the_token_nothing_is_shown_but_that_it_runs(self, guarded):
        routes = [path for path in guarded.app.openapi()["paths"] if path not in ("/health", "/ready", "/v1/login")]
        assert len(routes) > 15
        for path in routes:
            answer = guarded.get(path.replace("{", "").replace("}", ""))
            assert "token" in problem(answer, 401) and answer.headers["www-authenticate"] == "Bearer"
        assert guarded.get("/health").status_code == guarded.get("/ready").status_code == 200

    def test_a_person_is_led_to_where_to_sign_in(self, guarded):
        answer = guarded.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"] == "/login"

    def test_a_program_shows_the_token(self, guarded):
        assert guarded.get("/v1/jobs", headers=SHOWN).status_code == 200
        for wrong in (TOKEN[:-1], f"{TOKEN}x", "", "\xe9"):
            given = {"Authorization": f"Bearer {wrong}".encode("latin-1")}
            problem(guarded.get("/v1/jobs", headers=given), 401)

    def test_a_browser_gets_a_cookie_that_no_script_reads_and_no_other_page_sends(self, guarded):
        answer = guarded.post("/v1/login", json={"token": TOKEN})
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 204 and {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert TOKEN not in cookie and guarded.get("/v1/jobs").status_code == 200
        behind = guarded.post("/v1/login", json={"token": TOKEN}, headers={"Origin": "https://127.0.0.1"})
        assert "; Secure" in behind.headers["set-cookie"] and "; Secure" not in cookie
        guarded.post("/v1/logout")
        guarded.cookies.clear()
        problem(guarded.get("/v1/jobs"), 401)

    @pytest.mark.parametrize("body", [b"", b"token=x", b'{"token": 7}', b"[]", b"\xff", b"[" * 10_000])
    @pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
    def test_no_other_body_signs_in(self, guarded, body, kind):
        problem(guarded.post("/v1/login", content=body, headers={"Content-Type": kind}), 401)

    def test_wrong_tokens_are_limited(self, guarded):
        guesses = [guarded.post("/v1/login", json={"token": str(number)}) for number in range(12)]
        assert [answer.status_code for answer in guesses[:10]] == [401] * 10
        assert problem(guesses[-1], 429) and int(guesses[-1].headers["retry-after"]) > 0
        problem(guarded.get("/v1/jobs", headers={"Authorization": "Bearer another"}), 429)
        assert guarded.get("/v1/jobs", headers=SHOWN).status_code == 200

    def test_a_session_ends_by_time_and_with_its_token(self):
        session = new_session(TOKEN, 1000.0)
        assert is_session(session, TOKEN, 1000.0 + SESSION_SECONDS - 1)
        assert not is_session(session, TOKEN, 1000.0 + SESSION_SECONDS + 1)
        assert not is_session(session, "another token", 1000.0) and not is_session(session, "", 1000.0)
        ends, _, mac = session.partition(".")
        for forged in (f"{int(ends) + 1}.{mac}", f"{ends}.", ends, "", ".", f"{ends}.{mac}0", "é.é"):
            assert not is_session(forged, TOKEN, 1000.0)

    def test_no_token_is_never_the_right_one(self):
        assert not is_token("", "") and is_token("a", "a") and not is_token("a", "b")


@pytest.mark.slow
class TestOrigins:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:81"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_page_of_another_origin_changes_nothing(self, client, headers):
        before = len(jobs_of(client).newest(200))
        problem(client.post("/v1/jobs", json={"path": "a.mp4"}, headers=headers), 403)
        problem(client.put("/v1/uploads/a.mp4", content=VIDEO, headers=headers), 403)
        assert len(jobs_of(client).newest(200)) == before

    @pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1"}, {"Sec-Fetch-Site": "same-origin"}, {}])
    def test_its_own_pages_and_programs_do(self, client, headers):
        assert client.post("/v1/jobs", json={"path": "a.mp4"}, headers=headers).status_code == 202

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "", "127.0.0.1:x", "["])
    def test_another_name_is_refused(self, client, host):
        problem(client.get("/health", headers={"Host": host}), 400)

    @pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765"])
    def test_names_of_this_machine_are_taken(self, client, host):
        assert client.get("/health", headers={"Host": host}).status_code == 200

    def test_a_name_that_was_given_is_taken(self, other):
        client = other(hosts=("films.example",))
        assert client.get("/health", headers={"Host": "films.example:443"}).status_code == 200

    def test_no_other_machine_reaches_it_without_a_token(self, settings):
        with pytest.raises(BadSetting, match="token"):
            check_settings(replace(settings, host="0.0.0.0"))
        check_settings(replace(settings, host="0.0.0.0", token=TOKEN))


@pytest.mark.slow
class TestAddresses:
    def test_no_address_may_be_named_unless_that_is_allowed(self, client):
        problem(client.post("/v1/jobs", json={"address": "https://example.org/a.mp4"}), 403)

    @pytest.mark.parametrize(
        "address",
        [
            "file:///etc/passwd", "ftp://example.org/a", "concat:a|b", "http://", "http://user:secret@example.org/",
            "http://exa mple.org/", "http://example.org:99999/", "javascript:alert(1)", "http://[::1", "gopher://a/b",
            "http://example.org/\x00", "http://éxample.org/", "HTTP",
        ],
    )  # fmt: skip
    def test_what_is_no_web_address_is_refused(self, other, address):
        problem(other(addresses=True).post("/v1/jobs", json={"address": address}), 422)

    def test_the_query_of_an_address_is_not_shown(self, other):
        client = other(addresses=True)
        job = client.post("/v1/jobs", json={"address": "https://example.org/a.mp4?signature=secret"})
        assert job.status_code == 202 and job.json()["name"] == "https://example.org/a.mp4"
        assert "secret" not in job.text

    @pytest.mark.parametrize(
        "number",
        [
            "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
            "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "255.255.255.255",
        ],
    )  # fmt: skip
    def test_a_private_network_is_not_entered(self, monkeypatch, number):
        monkeypatch.setattr(places.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (number, 80))])
        parts = places.checked_address("http://films.example/a.mp4", True)
        with pytest.raises(places.Refused, match="private network"):
            places.resolved_host(parts, private=False)
        assert places.resolved_host(parts, private=True) == [number]

    def test_one_private_number_among_public_ones_is_enough(self, monkeypatch):
        both = [(0, 0, 0, "", (number, 80)) for number in ("93.184.216.34", "10.0.0.1")]
        monkeypatch.setattr(places.socket, "getaddrinfo", lambda *_, **__: both)
        with pytest.raises(places.Refused):
            places.resolved_host(places.checked_address("http://films.example/", True), private=False)


class TestAnswers:
    def test_every_answer_has_the_headers_that_guard_it(self, client):
        for path in ("/health", "/v1/jobs", "/nothing", "/v1/docs", "/v1/openapi.json"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_a_page_that_somebody_uploads_is_never_shown(self, client, settings):
        job = client.put("/v1/uploads/page.html", content=b"\0<script>alert(1)</script>" * 9).json()
        answer = client.get(job["links"]["video"])
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "sandbox" in answer.headers["content-security-policy"]

    def test_the_api_is_described_without_anything_from_elsewhere(self, client):
        text = client.get("/v1/docs").text
        assert "/v1/uploads/{name}" in text and "<script" not in text
        assert re.findall('(?:src|href)="([^"]+)', text) == ["/v1/openapi.json"]
        problem(client.get("/docs"), 404)

    def test_figures_are_in_the_form_of_prometheus(self, client):
        client.get("/health")
        answer = client.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        for line in answer.text.splitlines():
            assert re.fullmatch(r'# (HELP|TYPE) .+|\w+(\{(\w+="[^"]*",?)+\})? [0-9.e+]+', line), line
        assert 'loopfind_jobs{state="waiting"}' in answer.text
        assert re.search(r'loopfind_requests_total\{method="GET",status="200"\} [1-9]', answer.text)

    def test_every_request_is_logged_without_what_is_secret(self, other):
        client = other(token=TOKEN)
        client.post("/v1/login", json={"token": TOKEN})
        client.get("/v1/jobs?text=secret", headers=SHOWN)
        log = Path(client.app.state.service.settings.data, "audit.jsonl")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        assert [(one["method"], one["path"], one["status"], one["who"]) for one in lines] == [
            ("POST", "/v1/login", 204, "nobody"),
            ("GET", "/v1/jobs", 200, "token"),
        ]
        assert "secret" not in log.read_text() and TOKEN not in log.read_text()
        assert log.stat().st_mode & 0o077 == 0

    def test_a_client_that_asks_too_often_is_put_off(self, other):
        client = other(rate=1.0, burst=3)
        answers = [client.get("/health") for _ in range(4)]
        assert [one.status_code for one in answers[:3]] == [200] * 3
        assert problem(answers[3], 429) and answers[3].headers["retry-after"] == "1"

    def test_a_bucket_fills_again(self):
        now = [0.0]
        rates = Rates(2.0, 2, lambda: now[0])
        assert [rates.wait("a") for _ in range(3)] == [0, 0, 0.5] and rates.wait("b") == 0
        now[0] += 0.5
        assert rates.wait("a") == 0 and rates.wait("a") == 0.5

    def test_files_of_the_library_that_lie_elsewhere_are_listed_and_not_played(self, client, folder):
        assert client.get("/v1/library/entries").json() == {"total": 0, "entries": []}
        assert client.get("/v1/library/pairs").json() == {"total": 0, "pairs": []}
        problem(client.get("/v1/library/entries/1/video"), 404)
        problem(client.get("/v1/library/contents/00/video"), 404)
        service = client.app.state.service
        with pytest.raises(places.Refused, match="below the root"):
            media.allowed_path((str(folder / "secret.mp4"),), service)
        with pytest.raises(places.Refused, match="gone"):
            media.allowed_path((str(folder / "nothing.mp4"),), service)
        assert media.allowed_path((str(folder / "root" / "a.mp4"),), service)


def test_the_token_is_read_from_a_file_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("LOOPFIND_TOKEN", raising=False)
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert service_options.given_token(str(file)) == TOKEN and service_options.given_token(None) == ""
    monkeypatch.setenv("LOOPFIND_TOKEN", "another, another, another")
    assert service_options.given_token(None) == "another, another, another"
    for text in ("short", "", "two lines of a\ntoken are none", "x" * 5000):
        file.write_text(text)
        with pytest.raises(BadSetting, match="token") as caught:
            service_options.given_token(str(file))
        assert not text or text not in str(caught.value)


def test_a_missing_package_is_named_with_what_brings_it():
    with pytest.raises(MissingExtra, match=r"loopfind\[serve\]"), service_options.extra():
        raise ModuleNotFoundError("no", name="uvicorn")
    with pytest.raises(ModuleNotFoundError), service_options.extra():
        raise ModuleNotFoundError("no", name="another")


def form_of(schema):
    """The description of an API, without words: what a client relies on."""
    bare = ("description", "summary", "title", "operationId", "tags")

    def stripped(part):
        if isinstance(part, dict):
            return {
                name: stripped(inner)
                for name, inner in part.items()
                if name not in bare or (name == "title" and not isinstance(inner, str))
            }
        return [stripped(one) for one in part] if isinstance(part, list) else part

    held = stripped(schema)
    return {"openapi": held["openapi"], "paths": held["paths"], "schemas": held["components"]["schemas"]}


def test_the_api_is_what_its_clients_know(client):
    """To accept a change: write what is compared to tests/golden/openapi.json."""
    form = form_of(client.get("/v1/openapi.json").json())
    assert form == json.loads(GOLDEN.read_text(encoding="utf-8"))
