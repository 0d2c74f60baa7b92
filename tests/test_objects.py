"""Objects in a bucket and lists on the web as inputs, against a store on this machine that speaks S3."""

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import videos
from in_process import loopfind

from loopfind.errors import MissingExtra, Unreadable
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.signatures import unsigned
from loopfind.media.web_list import is_list, listed
from loopfind.objects import bucket
from loopfind.stores.digest import digest_of
from loopfind.stores.places import is_there, look_at

LOOP = "s3://films/day/three times ü?.mp4"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-of-mine", "AWS_REGION": "us-east-1"}
OWN = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", *CREDENTIALS}


@pytest.fixture(scope="module")
def store() -> Iterator[Any]:
    """A store with a few objects; gives a client of it."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in OWN:
            patch.delenv(name, raising=False)
        given = CREDENTIALS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_EC2_METADATA_DISABLED": "true"}
        for name, value in (given | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}).items():
            patch.setenv(name, value)
        bucket.client.cache_clear()
        client = bucket.client()
        client.call_s3("create_bucket", Bucket="films")
        client.pipe(LOOP, videos.three_times().read_bytes())
        client.pipe("s3://films/day/plain.mp4", videos.encoded("mp4", "libx264").read_bytes())
        client.pipe("s3://films/day/notes.md", b"words")
        client.pipe("s3://films/day/.hidden.mp4", b"words")
        client.pipe("s3://films/day/empty.mp4", b"")
        client.pipe("s3://films/day/folder/", b"")
        yield client
        server.stop()
    bucket.client.cache_clear()


def says_no_secret(done: Any) -> None:
    for secret in ("X-Amz", "Signature", CREDENTIALS["AWS_SECRET_ACCESS_KEY"], CREDENTIALS["AWS_ACCESS_KEY_ID"]):
        assert secret not in done.stdout + done.stderr


@pytest.mark.slow
def test_an_object_is_scanned_as_the_file_is_and_its_signature_is_nowhere(store: Any, tmp_path: Path) -> None:
    there = loopfind(LOOP, "-v", "--json", "--html", tmp_path / "page.html")
    here = loopfind(videos.three_times(), "--json")
    assert there.returncode == 0, there.stderr
    says_no_secret(there)
    assert "X-Amz" not in (tmp_path / "page.html").read_text()
    found, plain = json.loads(there.stdout), json.loads(here.stdout)
    assert found["source"]["path"] == LOOP and found["verdict"] == plain["verdict"]
    for key in ("size", "digest", "frames", "duration", "container"):
        assert found["source"][key] == plain["source"][key], key


@pytest.mark.slow
def test_a_folder_of_a_bucket_stands_for_the_videos_in_it(store: Any) -> None:
    scanned = loopfind("s3://films/day", "--json", "--no-sound")
    names = [json.loads(line)["source"]["path"] for line in scanned.stdout.splitlines() if '"source"' in line] or [
        one["source"]["path"] for one in json.loads(scanned.stdout)["reports"]
    ]
    assert names == ["s3://films/day/plain.mp4", LOOP]
    compared = loopfind("compare", "s3://films/day/", "--json")
    answer = json.loads(compared.stdout)
    assert [one["path"] for one in answer["sources"]] == ["s3://films/day/plain.mp4", LOOP] and answer["repeats"]
    says_no_secret(compared)


@pytest.mark.slow
def test_a_library_keeps_objects_by_what_is_in_them(store: Any, tmp_path: Path) -> None:
    library = ("--library", tmp_path / "l.sqlite")
    done = loopfind("library", "add", "s3://films/day", *library)
    assert "2 added" in done.stdout and "notes.md" in done.stdout and "hidden" not in done.stdout
    assert "2 known already" in loopfind("library", "add", "s3://films", *library).stdout
    same = loopfind("library", "add", videos.three_times(), *library).stdout
    assert f"the same: {videos.three_times()} is {LOOP}" in same
    assert loopfind("library", "verify", *library).returncode == 0
    assert loopfind("library", "remove", videos.three_times(), *library).returncode == 0
    found = loopfind("library", "search", videos.encoded("mp4", "libx264", seconds=3), *library, "--json")
    assert LOOP in [source["path"] for source in json.loads(found.stdout)["sources"]]

    store.pipe("s3://films/more/plain.mp4", videos.encoded("mp4", "mpeg4").read_bytes())
    loopfind("library", "add", "s3://films/more", *library)
    store.pipe("s3://films/more/plain.mp4", videos.encoded("mkv", "mpeg4").read_bytes())
    assert "plain.mp4: it was changed: add it again" in loopfind("library", "verify", *library).stdout
    store.rm("s3://films/more/plain.mp4")
    assert "removed: s3://films/more/plain.mp4" in loopfind("library", "remove", "--missing", *library).stdout
    assert f"removed: {LOOP}" in loopfind("library", "remove", "s3://films/day", *library).stdout


@pytest.mark.slow
def test_the_identity_of_an_object_is_that_of_the_file(store: Any, tmp_path: Path) -> None:
    for name, data in (("small", b"ab" * 999), ("large", os.urandom(3 << 20))):
        (tmp_path / name).write_bytes(data)
        store.pipe(f"s3://films/same/{name}", data)
        placed = look_at(f"s3://films/same/{name}")
        assert placed.size == len(data) and is_there(placed.path)
        assert digest_of(placed.path, placed.size) == digest_of(os.fsencode(tmp_path / name), len(data))
        store.rm(f"s3://films/same/{name}")
        assert not is_there(placed.path)
        with pytest.raises(FileNotFoundError):
            look_at(f"s3://films/same/{name}")


@pytest.mark.slow
def test_each_command_gets_an_address_of_its_own(store: Any) -> None:
    where = resolve(LOOP)
    assert where.seekable and where.is_remote and not where.is_on_disk and "X-Amz" not in repr(where)
    address = where.words[-1]
    assert address.startswith("http://127.0.0.1:") and "X-Amz-Expires=86400" in address


@pytest.mark.slow
def test_a_listing_longer_than_one_answer_is_read_whole(store: Any) -> None:
    for number in range(7):
        store.pipe(f"s3://films/many/{number}.ts", b"x")
    asked = store.call_s3

    class Short:
        """The client, whose store gives three names at a time."""

        def call_s3(self, what: str, **words: Any) -> Any:
            return asked(what, **words | {"MaxKeys": 3})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bucket, "client", Short)
        assert bucket.below("s3://films/many") == [f"s3://films/many/{number}.ts" for number in range(7)]
        assert bucket.below("s3://films/many/", 2) == ["s3://films/many/0.ts", "s3://films/many/1.ts"]
    store.rm("s3://films/many", recursive=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes", "says"),
    [
        ("s3://films/day/none.mp4", {}, "no such object"),
        ("s3://films/day/empty.mp4", {}, "an empty file"),
        ("s3://no-such-bucket/a.mp4", {}, "no such bucket: check its name"),
        ("s3://No_Such!/a.mp4", {}, "no bucket can have such a name"),
        ("s3://", {}, "write s3://BUCKET/KEY"),
        (LOOP, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the store does not answer"),
        (LOOP, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "there are no credentials for it"),
    ],
)
def test_what_a_store_does_not_hand_out_is_one_line(
    store: Any, name: str, changes: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in changes.items():
        if value:
            monkeypatch.setenv(key, value)
        else:
            monkeypatch.delenv(key)
    bucket.client.cache_clear()
    try:
        done = loopfind(name)
    finally:
        bucket.client.cache_clear()
    assert done.returncode == 1 and done.stdout == ""
    assert says in done.stderr and done.stderr.count("\n") == 1 and name in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "status", "says"),
    [
        ("AccessDenied", 403, "the store denies it"),
        ("ExpiredToken", 400, "its credentials have expired: sign in anew"),
        ("SignatureDoesNotMatch", 403, "does not take its secret key"),
        ("InternalError", 500, "the store does not hand it out (InternalError)"),
    ],
)
def test_a_store_that_refuses_is_quoted_by_what_it_means(store: Any, code: str, status: int, says: str) -> None:
    from botocore.exceptions import ClientError

    class Refusing:
        def call_s3(self, what: str, **words: Any) -> Any:
            raise OSError(5, "https://x/?X-Amz-Signature=1") from ClientError(
                {"Error": {"Code": code, "Message": "https://x/?X-Amz-Signature=1"}}, what
            )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bucket, "client", Refusing)
        with pytest.raises(Unreadable) as caught:
            bucket.look(LOOP)
    assert says in str(caught.value) and "X-Amz" not in str(caught.value) and caught.value.__cause__ is None


def test_without_its_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    bucket.client.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'loopfind\[s3\]'"):
        resolve("s3://films/a.mp4")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (
            "[in] Opening 'https://h/a%20b.mp4?X-Amz-Algorithm=A&X-Amz-Signature=f' x",
            "[in] Opening 'https://h/a%20b.mp4' x",
        ),
        ("https://h/a?Expires=1&Signature=f/g&AWSAccessKeyId=K: 403", "https://h/a 403"),
        ("https://h/a?x-amz-signature=f", "https://h/a"),
        ("https://h/a?X-Amz-Algori", "https://h/a"),
        ("https://h/watch?v=1 is it?", "https://h/watch?v=1 is it?"),
    ],
)
def test_a_signature_is_taken_out_of_what_is_said(said: str, left: str) -> None:
    assert unsigned(said) == left


class Lists(BaseHTTPRequestHandler):
    """Hands out lists by their names."""

    texts: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        text = self.texts.get(self.path)
        self.send_response(404 if text is None else 200)
        self.end_headers()
        self.wfile.write(text or b"")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Lists) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_list_is_known_by_its_ending() -> None:
    assert is_list("https://host/a/list.TXT?x=1") and is_list("http://host/list.txt")
    for name in (
        "list.txt",
        "/a/list.txt",
        "s3://b/list.txt",
        "https://host/a.mp4",
        "https://host/?list.txt",
        "http://[",
    ):
        assert not is_list(name)


def test_a_list_holds_addresses_seen_from_itself(site: str) -> None:
    Lists.texts["/x/good.txt"] = (
        b"\xef\xbb\xbf# films\n\nhttps://other/a.mp4\r\nb%20c.mp4\n/d.mp4\n s3://films/e f.mp4 \n"
    )
    assert listed(f"{site}/x/good.txt") == [
        "https://other/a.mp4", f"{site}/x/b%20c.mp4", f"{site}/d.mp4", "s3://films/e f.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a.mp4\nfile:///etc/passwd\n", "line 2 is no address of the web"),
        (b"concat:a|b", "line 1 is no address"),
        (b"\n# nothing\n", "a list without any address"),
        (b"\x00\x01\x02", "no text"),
        (b"\xff\xfe", "no text"),
        (None, "status 404"),
    ],
)
def test_a_bad_list_is_one_line(site: str, text: bytes | None, says: str) -> None:
    if text is not None:
        Lists.texts["/bad.txt"] = text
    else:
        Lists.texts.pop("/bad.txt", None)
    done = loopfind(f"{site}/bad.txt")
    assert done.returncode == 1 and says in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"loopfind: {site}/bad.txt: ")


@pytest.mark.slow
def test_what_a_list_names_is_scanned_and_one_that_fails_is_left_out(site: str) -> None:
    Lists.texts |= {"/l.txt": b"one.mkv\nnone.mkv\n", "/one.mkv": videos.encoded("mkv", "mpeg4").read_bytes()}
    done = loopfind("compare", f"{site}/l.txt", videos.encoded("mkv", "mpeg4"), "--json")
    answer = json.loads(done.stdout)
    assert len(answer["repeats"]) == 1
    assert [one["path"] for one in answer["failures"]] == [f"{site}/none.mkv"]
