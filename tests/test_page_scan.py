"""The page as text: well-formed, self-contained, escaped, and never too large."""

import json
import re
import time
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import draws
import numpy as np
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from loopfind.model.exhibits import Exhibits
from loopfind.model.report import Report, Verdict
from loopfind.reports.page import scan
from loopfind.reports.page.commands import scan_command_line
from loopfind.reports.page.figures import ALL_PAIRS, plot_lines
from loopfind.reports.page.render import island
from loopfind.settings import Settings

VOID = {"meta", "link", "img", "input", "br", "hr", "rect", "path", "line"}


class Page(HTMLParser):
    """Elements in order, and whether each one that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        assert len(dict(attributes)) == len(attributes), f"an attribute of {tag} stands there twice"
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif not self.open or self.open[-1] != "style":
            self.words += data

    def every(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def drawn(report: Report, exhibits: Exhibits | None = None, href: str = "film.mp4") -> str:
    return "".join(scan.write(report, samples.exhibits(report) if exhibits is None else exhibits, href))


@pytest.mark.slow
def test_is_well_formed_and_shows_every_repeat_and_cut():
    report = samples.three_and_a_loop()
    page = Page(drawn(report))
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {f"repeat-{repeat.id}" for repeat in report.repeats} <= set(ids)
    assert report.verdict.summary in page.words.replace("\u00a0", " ")
    for cut in report.cuts:
        assert f"frame {cut.frame}, {cut.kind}" in page.words
    assert "film.mp4#t=2403.2" in {a.get("href") for a in page.every("a")}
    assert page.words.count("could not be judged") >= 1
    assert "ab" * 32 in page.words and "123,456 bytes" in page.words


def test_says_the_verdict_before_everything_else():
    report = samples.three_and_a_loop()
    text = drawn(report)
    places = [text.index(piece) for piece in ('id="verdict"', "What could be judged", 'id="timeline"', 'id="made"')]
    assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize("made", [samples.nothing, samples.three_and_a_loop, samples.many])
def test_asks_the_network_for_nothing(made):
    text = drawn(made())
    page = Page(text)
    sources = [a[name] for _, a in page.elements for name in ("src", "srcset", "poster", "data") if a.get(name)]
    assert all(source.startswith("data:image/") for source in sources)
    assert {a["href"] for a in page.every("link")} == {"data:,"}
    (policy,) = [a["content"] for a in page.every("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-inline'; script-src 'sha256-" in policy
    assert not re.search(r"@import|url\(", text)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_every_picture_has_words_and_every_control_a_name():
    page = Page(drawn(samples.three_and_a_loop()))
    assert all(a.get("alt") for a in page.every("img"))
    assert all(a.get("aria-label") for a in [*page.every("canvas"), *page.every("video"), *page.every("nav")])
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


HOSTILE = [
    "<script>alert(1)</script>.mp4",
    "\"' onerror=alert(1) x='.mp4",
    "</script><script>alert(1)//.mp4",
    "a\u2028b\u2029c\nd\r.mp4",
    "caf\udce9.mp4",
    "{{ 7 * 7 }}{% raw %}.mp4",
    "--help",
]


def named(name: str) -> str:
    """The page of a report in which everything that comes from outside is `name`."""
    report = samples.three_and_a_loop(path=f"/videos/{name}")
    report = replace(report, repeats=report.repeats[:3])  # without the thousand turns of the loop
    source = replace(report.source, codec=name, container=name)
    verdict = replace(report.verdict, summary=name)
    losses = (replace(report.losses[0], what=name),)
    return drawn(replace(report, source=source, verdict=verdict, losses=losses, choice=name), href=name)


@cache
def plainly_named() -> Page:
    return Page(named("film.mp4"))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name):
    text = named(name)
    plain, page = plainly_named(), Page(text)
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert [sorted(given) for _, given in page.elements] == [sorted(given) for _, given in plain.elements]
    assert page.scripts[1] == plain.scripts[1]
    assert json.loads(page.scripts[0])["files"][0]["href"] == re.sub("[\ud800-\udfff]", "\ufffd", name)
    assert not re.search(r"[<>&\u2028\n]", page.scripts[0])
    text.encode("utf-8")


@pytest.mark.slow
@settings(max_examples=draws.examples(20))
@given(st.text())
def test_whatever_stands_in_data_comes_back_and_ends_no_element(text):
    told = island({"a": text})
    assert json.loads(told) == {"a": re.sub("[\ud800-\udfff]", "\ufffd", text)}
    assert not re.search(r"[<>&\u2028\u2029\n]", told)


@pytest.mark.slow
def test_three_hundred_repeats_of_twenty_stay_below_ten_megabytes():
    report = samples.crowded()
    exhibits = samples.exhibits(report, columns=2)
    began = time.process_time()
    text = drawn(report, exhibits)
    assert len(text.encode()) < 10_000_000
    assert time.process_time() - began < 30
    page = Page(text)
    assert sum(a.get("class") == "repeat" for a in page.every("details")) == 300
    assert "the page is full" in page.words
    assert "more; the JSON report lists all" in page.words


@pytest.mark.slow
def test_without_pictures_the_page_says_so():
    report = samples.three_and_a_loop(path="-")
    text = drawn(report, replace(samples.exhibits(report), shots={}, origin=None), href="")
    page = Page(text)
    assert scan.NO_PICTURES in page.words
    assert "no file to play" in page.words
    assert '"href":""' in text and "SHA-256" not in page.words


def test_an_empty_video_has_a_page():
    report = replace(
        samples.nothing(), verdict=Verdict(False, 0.0, 0.0, 0.0, None, "Nothing could be judged: no frame to look at.")
    )
    exhibits = Exhibits(0.0, 0.0, np.zeros((1, 1), np.uint8))
    assert "None of this video could be judged" in Page(drawn(report, exhibits)).words


def test_the_command_makes_the_same_scan():
    given = Settings(kind="dhash", hash_size=16, stream=2, start=1.5, end=90.0, link="https://youtu.be/a b")
    told = scan_command_line(given, "it's.mp4", "https://example.org/v.mp4")
    assert told == (
        "loopfind --hash-size 16 --kind dhash --stream 2 --start 1.5 --end 90 --link 'https://youtu.be/a b' "
        "--html report.html --video-href https://example.org/v.mp4 'it'\"'\"'s.mp4'"
    )
    assert scan_command_line(Settings(), "-x.mp4", "./-x.mp4") == "loopfind --html report.html -- -x.mp4"
    assert scan_command_line(Settings(), "-", "") == "loopfind --html report.html -"


def test_lines_run_backwards_where_the_copy_does_and_are_not_too_many():
    report = samples.three_and_a_loop()
    lines = plot_lines(report)
    backward = [line for line in lines if line[0] == 2 and line[5] > line[6]]
    assert {(one, other) for _, one, other, *_ in backward} == {(0, 2), (1, 2)}
    assert sum(line[0] == 4 for line in lines) == 2 * 999 - 1
    assert ALL_PAIRS < 1000


@pytest.mark.parametrize(
    ("coverage", "shortest", "said"),
    [
        (0.0, None, "None of this video could be judged"),
        (1.0, None, "how long it must be is not known"),
        (1.0, 2.5, "everywhere in the video a plain repeat of 2.5 s or longer"),
        (0.4, 2.5, "60% of the video could not be judged"),
    ],
)
@pytest.mark.slow
def test_says_what_could_be_judged_and_no_more(coverage, shortest, said):
    report = samples.nothing()
    verdict = replace(report.verdict, coverage=coverage, shortest_findable=shortest)
    page = drawn(replace(report, verdict=verdict))
    assert said in page
    assert ("None of this video" in page) == (coverage == 0)
