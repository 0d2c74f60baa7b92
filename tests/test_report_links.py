"""Links to one second of a video."""

import os
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopfind.reports.links import linker, page_linker, sendable

PAGES = [
    ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/watch?v=abc&t=142s"),
    ("https://www.youtube.com/watch?v=abc&t=9s#x", "https://www.youtube.com/watch?v=abc&t=142s"),
    ("https://youtube.com/watch?t=9&v=abc&list=PL1&index=2", "https://youtube.com/watch?v=abc&list=PL1&index=2&t=142s"),
    ("https://m.youtube.com/watch?v=abc", "https://m.youtube.com/watch?v=abc&t=142s"),
    ("https://youtu.be/abc", "https://youtu.be/abc?t=142s"),
    ("https://youtu.be/abc?si=q&t=3", "https://youtu.be/abc?si=q&t=142s"),
    ("youtu.be/abc", "https://youtu.be/abc?t=142s"),
    ("https://www.youtube.com/shorts/abc", "https://www.youtube.com/watch?v=abc&t=142s"),
    ("https://www.youtube.com/live/abc?si=q", "https://www.youtube.com/watch?v=abc&si=q&t=142s"),
    ("https://www.youtube.com/embed/abc?start=3", "https://www.youtube.com/watch?v=abc&t=142s"),
    ("https://vimeo.com/123", "https://vimeo.com/123#t=142s"),
    ("https://vimeo.com/123?h=1#t=3s", "https://vimeo.com/123?h=1#t=142s"),
    ("https://youtu.be/abc?list=PL1", "https://youtu.be/abc?list=PL1&t=142s"),
    ("https://www.youtube.com/live/abc?list=PL1", "https://www.youtube.com/watch?v=abc&list=PL1&t=142s"),
    ("https://www.youtube.com/embed/videoseries?list=P", "https://www.youtube.com/embed/videoseries?list=P&t=142s"),
    ("https://player.vimeo.com/video/123?h=1", "https://player.vimeo.com/video/123?h=1#t=142s"),
    ("https://vimeo.com/showcase/9/video/123", "https://vimeo.com/showcase/9/video/123#t=142s"),
    ("https://www.twitch.tv/videos/123", "https://www.twitch.tv/videos/123?t=0h2m22s"),
    ("https://m.twitch.tv/videos/123?t=1h0m0s&filter=all", "https://m.twitch.tv/videos/123?filter=all&t=0h2m22s"),
    ("https://www.twitch.tv/someone", "https://www.twitch.tv/someone#t=142.07"),
    ("https://tube.example/w/9c9de5e8fGYi6WC2XJKm5H", "https://tube.example/w/9c9de5e8fGYi6WC2XJKm5H?start=142s"),
    (
        "https://tube.example/videos/watch/52a10666-3a18-4e73-93da-e8d3c12c305a?start=1m&stop=2m&subtitle=fr",
        "https://tube.example/videos/watch/52a10666-3a18-4e73-93da-e8d3c12c305a?subtitle=fr&start=142s",
    ),
    (
        "https://tube.example/w/p/9c9de5e8fGYi6WC2XJKm5H?playlistPosition=2",
        "https://tube.example/w/p/9c9de5e8fGYi6WC2XJKm5H?playlistPosition=2&start=142s",
    ),
    ("https://example.org/w/page", "https://example.org/w/page#t=142.07"),
    ("https://archive.org/details/film", "https://archive.org/details/film?start=142.07"),
    ("https://archive.org/details/film/1.mp4?start=3&end=9", "https://archive.org/details/film/1.mp4?start=142.07"),
    ("https://archive.org/embed/film?playlist=1", "https://archive.org/embed/film?playlist=1&start=142.07"),
    ("https://archive.org/download/film/1.mp4", "https://archive.org/download/film/1.mp4#t=142.07"),
    ("file:///v/a%20b.mp4", "file:///v/a%20b.mp4#t=142.07"),
    ("https://example.org/v.mp4", "https://example.org/v.mp4#t=142.07"),
    ("https://example.org/v.mp4#t=1,2", "https://example.org/v.mp4#t=142.07"),
    ("https://notyoutube.com/watch?v=abc", "https://notyoutube.com/watch?v=abc#t=142.07"),
    ("https://example.org/caf\u00e9 \x1b", "https://example.org/caf%C3%A9%20%1B#t=142.07"),
    ("https://[broken/", "https://[broken/#t=142.07"),
]


@pytest.mark.parametrize(("page", "link"), PAGES)
def test_a_page_is_linked_in_its_own_way(page: str, link: str) -> None:
    assert linker(page, "/v.mp4")(142.07) == link


def test_a_file_links_to_itself() -> None:
    assert linker("", "/v/a b#1?.mp4")(142.07) == "file:///v/a%20b%231%3F.mp4#t=142.07"
    assert linker("", "here.mp4")(0.0) == f"file://{os.getcwd()}/here.mp4#t=0"


def test_an_address_links_to_itself_and_a_pipe_to_nothing() -> None:
    assert linker("", "https://example.org/v.mp4")(1.5) == "https://example.org/v.mp4#t=1.5"
    assert [linker("", pipe)(1.5) for pipe in ("-", "pipe:", "pipe:0")] == ["", "", ""]
    assert linker("https://youtu.be/abc", "-")(1.5) == "https://youtu.be/abc?t=1s"


def test_times_that_cannot_be_are_the_start() -> None:
    link = linker("", "/v.mp4")
    assert {link(-1.0), link(float("nan")), link(float("inf"))} == {"file:///v.mp4#t=0"}


@given(
    st.binary(min_size=1).filter(lambda name: not {0, ord("/")} & {*name} and name not in (b".", b"..")), st.floats()
)
def test_a_link_to_any_file_is_ascii_and_leads_back(name: bytes, seconds: float) -> None:
    link = linker("", "/v/" + os.fsdecode(name))(seconds)
    assert link.isascii() and link.isprintable() and " " not in link
    parts = urlsplit(link)
    assert unquote_to_bytes(parts.path) == b"/v/" + name
    assert float(parts.fragment.removeprefix("t=")) >= 0


@pytest.mark.slow
@given(st.text(min_size=1), st.floats())
def test_a_link_to_any_page_is_ascii(page: str, seconds: float) -> None:
    link = linker(page, "/v.mp4")(seconds)
    assert link.isascii() and link.isprintable() and " " not in link


def test_a_link_on_twitch_counts_hours() -> None:
    assert linker("https://www.twitch.tv/videos/1", "")(36_000 + 61.9) == "https://www.twitch.tv/videos/1?t=10h1m1s"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/home/ada/film.mp4", "film.mp4"),
        ("../../ada/film.mp4", "film.mp4"),
        ("~/film.mp4", "film.mp4"),
        ("file:///home/ada/film.mp4", "film.mp4"),
        ("rtsp://ada:secret@camera/1", "rtsp://camera/1"),
        ("https://example.org/a@b.mp4", "https://example.org/a@b.mp4"),
        ("films/film.mp4", "films/film.mp4"),
        ("-", "-"),
    ],
)
def test_what_is_sent_on_names_no_folder_of_the_sender(given, shown):
    assert sendable(given) == shown


def test_links_on_a_page_are_those_from_the_page():
    assert page_linker("", "/home/ada/film.mp4", "../film.mp4")(142.07) == "../film.mp4#t=142.07"
    assert page_linker("", "/home/ada/film.mp4", "")(1.0) == ""
    assert page_linker("https://youtu.be/abc", "/home/ada/film.mp4", "x")(2.0) == "https://youtu.be/abc?t=2s"
