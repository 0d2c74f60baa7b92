"""The page of likeness: a map whose dots lead to cards, strips, and pictures beside one another."""

import re

import numpy as np
import pytest
import videos
from likeness_pages import KEY, grouped, searched
from likeness_samples import draw_films

from loopfind.arrays.directions import unit
from loopfind.cli.app import run
from loopfind.comparison.flat_map import flat_map
from loopfind.model.likeness import Likeness
from loopfind.model.likeness_exhibits import LikenessExhibits
from loopfind.pipeline import add
from loopfind.reports.page.commands import likeness_command_line
from loopfind.reports.page.likeness import write_groups, write_similar
from loopfind.settings import GroupSettings, Settings, SimilarSettings


def test_files_that_are_alike_lie_near_each_other_on_the_map_and_always_in_the_same_place():
    rng = np.random.default_rng(1)
    centres = 5 * rng.normal(size=(3, 40))
    files = [centres[number % 3] + rng.normal(size=(6, 40)) for number in range(60)]
    places = flat_map(files)
    assert places.shape == (60, 2) and places.min() == 0 and places.max() == 1
    assert np.array_equal(places, flat_map([one.copy() for one in files]))
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    same = np.arange(60)[:, None] % 3 == np.arange(60) % 3
    assert apart[same].max() < apart[~same].min()
    wide = flat_map([np.pad(unit(one), ((0, 0), (0, 100))) for one in files])
    assert np.allclose(wide, places, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_a_map_of_few_files_or_of_equal_ones_has_places(count):
    assert np.isfinite(flat_map([np.ones((2, 3))] * count)).all()


def test_every_dot_in_colour_leads_to_a_card_and_names_are_no_markup():
    for text in ("".join(write_groups(*grouped(), "loopfind")), "".join(write_similar(*searched(), "loopfind"))):
        ids = set(re.findall(r' id="([^"]+)"', text))
        hrefs = re.findall(r'<a href="#([^"]+)"', text)
        assert hrefs and set(hrefs) <= ids
        assert len(re.findall(r"<circle", text)) == 12 and "<script>alert" not in text and "\x1b" not in text
        assert "script&gt;\\x1b.mp4" in text and "/films" not in text and "http" not in text.split("</style>")[1][:200]
        assert "and 28 more files that are not on the map" in text


def test_the_page_says_what_is_alike_what_is_proven_and_what_is_left_out():
    text = "".join(write_groups(*grouped(), "loopfind library groups -o x.html"))
    assert "6 of 40 files are alike, in 2 groups." in text and 'class="verdict found"' in text
    assert "proven: 41.2 s are the same recording" in text and "not proven" in text
    assert "0.905 on, which strangers reach for about 1% of files" in text
    assert "lost.mp4: it is gone" in text and "gone.mp4: no such file" in text
    assert "0:00:00 is like 0:01:00 there" in text  # of a file without pictures
    assert text.count('class="colours"') == 3 and '<code id="command">loopfind library groups' in text
    text = "".join(write_similar(*searched(), "loopfind"))
    assert "two.mp4 looks most like it, with a likeness of 0.950." in text and "1 of 2" in text
    empty = "".join(write_similar(Likeness("a.mp4", KEY, (), 0), LikenessExhibits((), 0, {}), "loopfind"))
    assert "The library holds no other file to compare it with." in empty and 'id="map"' not in empty


def test_the_command_makes_the_same_page_again():
    asked = SimilarSettings(by="cnn", model="a b.onnx", nearest=3, prove=True)
    assert likeness_command_line(asked, "-x.mp4") == (
        "loopfind library similar --by cnn --model 'a b.onnx' -k 3 --prove -o likeness.html -- -x.mp4"
    )
    asked = GroupSettings(by="sound", chance=0.1, level=0.9, audio_stream=1)
    wanted = "loopfind library groups --by sound --chance 0.1 --level 0.9 --audio-stream 1 -o likeness.html"
    assert likeness_command_line(asked, None) == wanted


@pytest.mark.slow
def test_a_page_is_written_of_a_video_and_of_a_library(tmp_path, capsys):
    folder, library = draw_films(tmp_path / "films", ("testsrc2", "fractal")), str(tmp_path / "l.sqlite")
    videos.run("-i", str(folder / "fractal.mp4"), "-vf", "scale=160:60", str(folder / "flat.mp4"))
    add([str(folder)], library, Settings(sound=False))
    page = tmp_path / "alike.html"
    assert run(["library", "similar", str(folder / "flat.mp4"), "-o", str(page), "--library", library]) == 0
    text = page.read_text(encoding="utf-8")
    assert capsys.readouterr().out == "" and "fractal.mp4 looks most like it" in text
    assert text.count("data:image/jpeg;base64,") == 2 * 3 * 2 and text.count('class="colours"') == 3
    page.unlink()
    assert run(["library", "groups", "--level", "0.9", "-o", str(page), "--library", library]) == 0
    assert "2 of 3 files are alike, in 1 group." in page.read_text(encoding="utf-8")
    page.unlink()
    wrong = [["-o", str(tmp_path / "x.csv")], ["-o", str(page), "--json"], ["-o", str(tmp_path / "no" / "x.html")]]
    for given in wrong:
        assert run(["library", "groups", "--level", "0.9", *given, "--library", library]) in (1, 2)
        out, error = capsys.readouterr()
        assert out == "" and error.count("\n") == 1 and not page.exists()
