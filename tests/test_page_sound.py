"""The page of sound alone, and of sounds compared: seen as waveforms and spectrograms, heard through two players."""

import re
import shutil
from pathlib import Path
from typing import get_args, get_type_hints

import numpy as np
import pytest
import sounds
from patience import wait_until
from test_page_browser import browser, errors, look, run, there_is_a_browser, wait_for

from loopfind.cli.app import run as loopfind
from loopfind.exhibits.sounds import sound_strips, whole_image
from loopfind.media.ffmpeg import address
from loopfind.media.sound.reader import SoundRequest, read_sound
from loopfind.model.report import Occurrence, Repeat, UnjudgedSound
from loopfind.reports.page.sound_figures import sound_figure
from loopfind.reports.wording import UNHEARD

__all__ = ["browser", "there_is_a_browser"]


def jingle() -> sounds.Wave:
    return sounds.talk(4, 4)


def cast() -> sounds.Wave:
    """Return twelve seconds of talk, with the jingle after five and at its end, and silence."""
    body, silence = sounds.talk(16, 3), np.zeros(4 * sounds.RATE, np.float32)
    return sounds.joined(sounds.part(body, 0, 5), jingle(), sounds.part(body, 5, 12), jingle(), silence)


@pytest.fixture(scope="module")
def folder(few_speeds: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a podcast and its page, one where it is not found, and a comparison with its jingle."""
    place = tmp_path_factory.mktemp("sound-page")
    shutil.copy(sounds.file("page-cast.mp3", cast()), place / "a #1 cast.mp3")
    shutil.copy(sounds.file("page-jingle.ogg", sounds.joined(jingle(), sounds.talk(6, 9))), place / "jingle.ogg")
    assert loopfind([str(place / "a #1 cast.mp3"), "--html", str(place / "cast.html"), "-q"]) == 0
    (place / "lost.html").write_text((place / "cast.html").read_text().replace("cast.mp3", "none.mp3"))
    files = [str(place / name) for name in ("a #1 cast.mp3", "jingle.ogg")]
    assert loopfind(["compare", "--align", "sound", *files, "--html", str(place / "pair.html"), "-q"]) == 0
    return place


@pytest.mark.slow
def test_the_page_of_a_sound_shows_and_names_all_that_is_heard_again(folder: Path) -> None:
    page = (folder / "cast.html").read_text()
    assert page.count("<audio ") == 2 and "<video" not in page
    # The whole, and both occurrences of the jingle; of each both axes, and the part that is heard again.
    assert page.count('<figure class="sound">') == 3 == page.count("4.1 kHz") == page.count(">level<")
    assert page.count('<rect class="heard s0"') == 4 == page.count('<rect class="heard c0"')
    assert all(len(re.findall("<span", row)) >= 2 for row in re.findall('<p class="marks.*?</p>', page))
    assert "Heard more than once" in page and "nothing is heard" in page
    assert "frames" not in page.partition("<script")[0].partition("<body")[2]
    assert "http" not in re.sub(r'"http://www.w3.org/\S+', "", page.partition("<body")[2])


@pytest.mark.slow
def test_the_page_of_sounds_compared_shows_each_file_and_what_both_have(folder: Path) -> None:
    page = (folder / "pair.html").read_text()
    assert page.count("<audio ") == 2 and "<video" not in page
    assert page.count('aria-label="Waveform of ') == 2
    assert "Occurrence 1 (a #1 cast.mp3), " in page and "(jingle.ogg), " in page
    assert "loopfind compare --align sound" in page and "frames/s" not in page


def test_each_reason_why_a_sound_was_not_judged_has_words() -> None:
    assert UNHEARD.keys() == set(get_args(get_type_hints(UnjudgedSound)["why"]))


def test_a_spectrogram_shows_notes_at_their_height_and_a_waveform_the_level() -> None:
    time = np.arange(4 * sounds.RATE) / sounds.RATE
    level = np.where(time < 2, 0.1, 0.8)
    path = sounds.file("note.wav", np.asarray(level * np.sin(2 * np.pi * 2000 * time), np.float32))
    sound = read_sound(SoundRequest(address.resolve(path)))
    assert sound is not None
    image = whole_image(sound)
    rows, columns = image.levels.shape
    height = image.highest * (1 - (int(image.levels[:, columns // 4].argmax()) + 0.5) / rows)
    assert height == pytest.approx(2000, abs=image.highest / rows)
    for part, loud in ((slice(5, columns // 2 - 5), 0.1), (slice(columns // 2 + 5, -5), 0.8)):
        assert image.wave[1, part].max() == pytest.approx(loud, abs=0.02)
        assert image.wave[0, part].min() == pytest.approx(-loud, abs=0.02)
    figure = sound_figure(image, "it", [(1.0, 2.0, 3), (9.0, 10.0, 4)])
    assert [(mark.left, mark.wide, mark.colour) for mark in figure.marks] == [(250.0, 250.0, 3)]
    assert figure.times == ((0.0, "00:00"), (25.0, "00:01"), (50.0, "00:02"), (75.0, "00:03"))


@pytest.mark.slow
def test_strips_of_another_speed_show_the_same_content() -> None:
    sound = read_sound(SoundRequest(address.resolve(sounds.file("page-cast.flac", cast()))))
    assert sound is not None
    shown = (
        Occurrence(5.0, 9.0, 500, 900, content_start=0.0, content_end=4.0),
        Occurrence(16.0, 18.0, 1600, 1800, content_start=0.0, content_end=4.0, speed=2.0),
    )
    repeat = Repeat(1, "repeat", 4.0, None, 0.99, "replay", shown, of="sound")
    images = [strip.image for strip in sound_strips((repeat,), [sound])]
    assert [(image.start, image.end) for image in images] == [(4.0, 10.0), (15.5, 18.5)]


@pytest.mark.slow
def test_both_occurrences_are_heard_in_step_and_each_by_itself(browser, folder: Path) -> None:  # type: ignore[no-untyped-def]
    look(browser, folder / "cast.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    state = "[...document.querySelectorAll('audio')].map((one) => [one.currentTime, one.muted, one.paused])"
    # A browser plays what can be heard for a true click alone.
    button = browser.find_element("css selector", "[data-listen][data-number='2']")
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", button)
    button.click()
    wait_until(lambda: run(browser, state)[0][0] > 16.5, 20)
    (one, one_muted, paused), (two, two_muted, _) = run(browser, state)
    assert not paused and not one_muted and two_muted
    assert one - two == pytest.approx(11, abs=0.3)
    run(browser, "(document.getElementById('p-hear').value = 'two', document.getElementById('p-hear').onchange())")
    assert [muted for _, muted, _ in run(browser, state)] == [True, False]
    run(browser, "document.getElementById('p-play').click()")
    assert run(browser, state)[0][2]
    before = run(browser, state)[0][0]
    run(browser, "document.getElementById('p-back').click()")
    assert run(browser, state)[0][0] == pytest.approx(before - 1, abs=0.05)
    assert not errors(browser)


@pytest.mark.slow
@pytest.mark.parametrize(("pitch", "kept"), [("2", False), ("1", True), ("null", True)])
def test_a_copy_that_was_played_faster_is_heard_as_the_first_one(  # type: ignore[no-untyped-def]
    browser, folder: Path, pitch: str, kept: bool
) -> None:
    look(browser, folder / "cast.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    again = "data.repeats[1].occurrences[1]"
    run(browser, f"({again}.pitch = {pitch}, {again}.end = {again}.start + ({again}.end - {again}.start) / 2)")
    run(browser, "document.getElementById('p-one').onchange()")
    run(browser, "document.getElementById('p-play').click()")
    second = "document.getElementById('v-two')"
    assert run(browser, f"{second}.playbackRate") == pytest.approx(0.5, abs=0.01)
    assert run(browser, f"{second}.preservesPitch") == kept


@pytest.mark.slow
def test_a_sound_that_is_not_there_is_said_and_the_figures_remain(browser, folder: Path) -> None:  # type: ignore[no-untyped-def]
    look(browser, folder / "lost.html")
    wait_for(browser, "document.getElementById('video-says').textContent.startsWith('The sound could not be loaded')")
    assert run(browser, "document.querySelectorAll('figure.sound image').length") == 3
    assert run(browser, "document.querySelector('[data-listen]').disabled")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cast.html", "pair.html"])
def test_the_pages_fit_a_telephone_light_and_dark(browser, folder: Path, name: str) -> None:  # type: ignore[no-untyped-def]
    papers = set()
    for dark in (False, True):
        look(browser, folder / name, width=390, dark=dark)
        wait_for(browser, "!document.getElementById('player').hidden")
        assert run(browser, "document.documentElement.scrollWidth") == 390
        papers.add(run(browser, "getComputedStyle(document.body).backgroundColor"))
    assert len(papers) == 2 and not errors(browser)
