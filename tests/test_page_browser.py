"""The page in a real browser: headless Chromium, where there is one."""

import io
import shutil
import time
from dataclasses import replace
from pathlib import Path

import browsers
import likeness_pages
import numpy as np
import pytest
import samples
import videos
from patience import wait_until
from PIL import Image

from loopfind import pipeline
from loopfind.reports.page import comparison as pages
from loopfind.reports.page import likeness, scan
from loopfind.reports.review import read_review, reviewed

CHROMIUM, DRIVER = browsers.programs()
FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="module")
def there_is_a_browser():
    if not (CHROMIUM and DRIVER and browsers.selenium_is_there()):
        browsers.give_up()


def test_without_a_browser_tests_are_skipped_or_fail_where_one_is_required_and_say_how_to_get_it():
    assert browsers.programs(lambda name: None) == (None, None)
    assert browsers.programs({"google-chrome": "/g", "chromedriver": "/d"}.get) == ("/g", "/d")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium chromium-driver"):
        browsers.give_up({})
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium chromium-driver"):
        browsers.give_up({browsers.REQUIRE: "1"})


def start():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="module")
def browser(there_is_a_browser):
    driver = start()
    driver.set_script_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with loop.mp4 and its page beside it."""
    place = tmp_path_factory.mktemp("page")
    video = place / "a #1 100% loop.mp4"
    shutil.copy(FIXTURES / "loop.mp4", video)
    report, exhibits = pipeline.scan_to_show(str(video))
    text = "".join(scan.write(report, exhibits, "./a%20%231%20100%25%20loop.mp4"))
    (place / "loop.html").write_text(text, encoding="utf-8")
    (place / "lost.html").write_text(text.replace("100%25", "none"), encoding="utf-8")
    loop = report.repeats[0]
    later = replace(loop.occurrences[1], start=16.4, start_frame=410, content_start=0.4)
    back = replace(loop.occurrences[2], end=23.6, end_frame=590, content_start=0.4, reversed=True)
    unlike = replace(loop, occurrences=(loop.occurrences[0], later, back, *loop.occurrences[3:]))
    text = "".join(scan.write(replace(report, repeats=(unlike,)), exhibits, "./a%20%231%20100%25%20loop.mp4"))
    (place / "unlike.html").write_text(text, encoding="utf-8")
    crowded = samples.crowded()
    text = "".join(scan.write(crowded, samples.exhibits(crowded), ""))
    (place / "many.html").write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """The page of files that look alike."""
    place = tmp_path_factory.mktemp("alike")
    (place / "alike.html").write_text("".join(likeness.write_groups(*likeness_pages.grouped(), "x")), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two files, the second a part of the first that is mirrored, and the page of their comparison beside them."""
    place = tmp_path_factory.mktemp("pair")
    source = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=8,noise=alls=20:allf=t")
    film = videos.make("page-film.mp4", *source, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20")
    part = ("-ss", "2", "-t", "5", "-i", film.as_posix(), "-vf", "hflip")
    piece = videos.make("page-piece.mp4", *part, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20")
    for file in (film, piece):
        shutil.copy(file, place)
    paths = [str(place / file.name) for file in (film, piece)]
    comparison, shown = pipeline.compare_to_show(paths)
    hrefs = [f"./{file.name}" for file in (film, piece)]
    (place / "pair.html").write_text("".join(pages.write(comparison, shown, hrefs)), encoding="utf-8")
    text = "".join(pages.write(comparison, shown, [hrefs[0], "./none.mp4"]))
    (place / "lost.html").write_text(text, encoding="utf-8")
    many = samples.very_many(300)
    text = "".join(pages.write(many, samples.juxtaposed(many), [""] * 300))
    (place / "many.html").write_text(text, encoding="utf-8")
    return place


def look(browser, page, width=1100, height=900, dark=False):
    """Open a page; afterwards the console must be empty."""
    browser.get_log("browser")
    media = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.as_uri())


def run(browser, script):
    return browser.execute_script(f"return {script}")


def wait_for(browser, script):
    return wait_until(lambda: run(browser, script), 20, script)


def errors(browser):
    return [line for line in browser.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]


@pytest.mark.slow
def test_every_repeat_and_every_picture_shows(browser, folder):
    look(browser, folder / "loop.html")
    wait_for(browser, "document.querySelectorAll('details.repeat').length === 1")
    wait_for(browser, "[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert run(browser, "document.querySelectorAll('.difference img').length") > 20
    assert not errors(browser)


@pytest.mark.slow
def test_a_click_on_the_dot_plot_shows_both_moments(browser, folder):
    from selenium.webdriver import ActionChains

    look(browser, folder / "loop.html")
    plot = browser.find_element("id", "plot")
    run(browser, "document.getElementById('likeness').scrollIntoView({behavior: 'instant'})")
    side = plot.size["width"]
    # 14.1 s against 22 s: near the line on which the loop meets itself two turns later.
    action = ActionChains(browser)
    action.move_to_element_with_offset(plot, (14.1 / 40 - 0.5) * side, (22.0 / 40 - 0.5) * side).click().perform()
    assert run(browser, "document.getElementById('plot-says').textContent").startswith("Loop 1: 0:00:14.")
    assert run(browser, "document.querySelectorAll('#plot-shots img').length") == 2
    links = run(browser, "[...document.querySelectorAll('#plot-shots a')].map((a) => a.href)")
    assert all("loop.mp4#t=" in link for link in links)
    one, two = (float(link.rpartition("=")[2]) for link in links)
    assert two - one == pytest.approx(8.0, abs=0.001)
    # The keyboard moves it too.
    before = run(browser, "document.getElementById('plot-says').textContent")
    plot.send_keys("\ue014")  # right
    assert run(browser, "document.getElementById('plot-says').textContent") != before
    assert not errors(browser)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(1100, False), (400, True)])
def test_a_click_on_a_dot_of_the_map_shows_its_file(browser, alike, width, dark):
    look(browser, alike / "alike.html", width, dark=dark)
    wait_for(browser, "[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    browser.execute_script("for (const card of document.querySelectorAll('details')) card.open = false")
    run(browser, "document.getElementById('map').scrollIntoView({behavior: 'instant'})")
    browser.find_element("css selector", "a[href='#file-2-1'] circle").click()
    wait_for(browser, "document.getElementById('group-2').open")
    assert run(browser, "document.getElementById('map-says').textContent") == "six.mp4"
    assert not run(browser, "document.getElementById('group-1').open")
    top = "document.getElementById('file-2-1').getBoundingClientRect().top"
    wait_for(browser, f"{top} >= 0 && {top} < innerHeight")
    assert run(browser, "document.documentElement.scrollWidth <= innerWidth")
    assert not errors(browser)


@pytest.mark.slow
def test_both_players_load_from_disk_and_play_in_step(browser, folder):
    look(browser, folder / "loop.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    browser.execute_script("document.querySelector('[data-play]').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    times = "[...document.querySelectorAll('video')].map((v) => v.currentTime)"
    assert run(browser, times) == pytest.approx([12.02, 16.02], abs=0.001)
    browser.execute_script("document.getElementById('p-play').click()")
    wait_for(browser, "document.getElementById('v-one').currentTime > 13")
    one, two = run(browser, times)
    assert two - one == pytest.approx(4.0, abs=0.2)
    browser.execute_script("document.getElementById('p-play').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.paused)")
    browser.execute_script("document.getElementById('p-on').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => !v.seeking)")
    one, two = run(browser, times)
    assert two - one == pytest.approx(4.0, abs=0.001)
    assert not errors(browser)


@pytest.mark.slow
def test_occurrences_of_unlike_lengths_are_played_from_the_content_that_both_show(browser, folder):
    look(browser, folder / "unlike.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    browser.execute_script("document.querySelector('[data-play]').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    times = "[...document.querySelectorAll('video')].map((v) => v.currentTime)"
    assert run(browser, times) == pytest.approx([12.42, 16.42], abs=0.001)
    browser.execute_script(
        "const two = document.getElementById('p-two'); two.value = 2; two.dispatchEvent(new Event('change'))"
    )
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    # Backwards, the first frame that both show is the last one of the third occurrence.
    assert run(browser, times) == pytest.approx([12.42, 23.58], abs=0.001)
    assert "shows 0.4 s to 4 s of it" in run(browser, "document.getElementById('repeat-1').textContent")
    assert not errors(browser)


def grab(browser):
    from selenium.common.exceptions import TimeoutException

    try:
        picture = browser.get_screenshot_as_png()
    except TimeoutException:  # one that was asked for while another page came; that one is there now
        picture = browser.get_screenshot_as_png()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"), float)


@pytest.mark.slow
def test_the_difference_of_two_copies_is_black(browser, folder):
    look(browser, folder / "loop.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    browser.execute_script("document.getElementById('p-diff').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    browser.execute_script("document.getElementById('screens').scrollIntoView({behavior: 'instant', block: 'center'})")
    screens = "document.getElementById('screens').getBoundingClientRect()"
    box = run(browser, f"['left', 'top', 'right', 'bottom'].map((side) => Math.round({screens}[side]))")
    left, top, right, bottom = box
    within = np.s_[max(top, 0) + 5 : bottom - 5, left + 5 : right - 5]
    wait_until(lambda: grab(browser)[within].mean() < 40)
    assert not errors(browser)


@pytest.mark.slow
def test_a_video_that_is_not_there_is_said_and_the_pictures_remain(browser, folder):
    look(browser, folder / "lost.html")
    wait_for(browser, "document.getElementById('video-says').textContent.includes('could not be loaded')")
    assert run(browser, "document.getElementById('player').hidden")
    assert run(browser, "document.querySelectorAll('#repeats figure img').length") > 20


@pytest.mark.slow
def test_a_video_that_is_elsewhere_can_be_chosen(browser, folder):
    look(browser, folder / "lost.html")
    wait_for(browser, "document.getElementById('video-says').textContent.includes('could not be loaded')")
    browser.find_element("id", "p-file").send_keys(str(FIXTURES / "none.mp4"))
    wait_for(browser, "document.getElementById('video-says').textContent.includes('not the file that was scanned')")
    browser.get_log("browser")
    look(browser, folder / "lost.html")
    wait_for(browser, "document.getElementById('video-says').textContent.includes('could not be loaded')")
    browser.find_element("id", "p-file").send_keys(str(FIXTURES / "loop.mp4"))
    wait_for(browser, "!document.getElementById('player').hidden")
    assert run(browser, "document.getElementById('video-says').textContent").startswith("Both copies")
    times = "[...document.querySelectorAll('video')].map((v) => v.currentTime)"
    assert run(browser, times) == pytest.approx([12.02, 16.02], abs=0.001)
    browser.execute_script("document.querySelector('#found tbody td a').click()")
    assert run(browser, times) == pytest.approx([12.02, 12.02], abs=0.001)
    assert run(browser, "location.pathname").endswith("lost.html")


@pytest.mark.slow
def test_the_table_sorts_and_filters(browser, folder):
    look(browser, folder / "many.html")
    column = "[...document.querySelectorAll('#found tbody tr:not([hidden])')].map((row) => +row.cells[5].dataset.value)"
    for turned in (False, True):
        browser.execute_script("document.querySelectorAll('#found .sort')[5].click()")
        starts = run(browser, column)
        assert len(starts) == 300 and starts == sorted(starts, reverse=turned)
    field = browser.find_element("id", "f-words")
    field.send_keys("299")
    shown = "[...document.querySelectorAll('#repeats details:not([hidden])')].map((one) => one.id)"
    assert "repeat-299" in run(browser, shown) and len(run(browser, shown)) < 20
    assert "of 300 shown" in run(browser, "document.getElementById('f-says').textContent")
    assert not errors(browser)


@pytest.mark.slow
def test_a_review_by_keys_is_kept_saved_and_taken_back(browser, folder, tmp_path):
    from selenium.webdriver.common.keys import Keys

    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    look(browser, folder / "many.html")
    browser.switch_to.active_element.send_keys("jja")
    browser.switch_to.active_element.send_keys("jr")
    browser.switch_to.active_element.send_keys("n")
    browser.switch_to.active_element.send_keys("a jingle", Keys.ESCAPE)
    browser.refresh()
    says = "document.getElementById('review-says').textContent"
    assert wait_for(browser, says) == "1 accepted, 1 rejected, 298 not decided"
    browser.switch_to.active_element.send_keys("s")
    saved = tmp_path / "film.review.json"
    wait_until(saved.exists, 20, "the saved review")
    report = samples.crowded()
    left = reviewed(report, read_review(str(saved)))
    assert {one.id for one in report.repeats} - {one.id for one in left.repeats} == {3}
    assert [(one.id, one.decision, one.note) for one in left.review] == [(2, "accept", ""), (3, "reject", "a jingle")]
    drop = (
        "localStorage.clear(); const taken = new DataTransfer();"
        "taken.items.add(new File([arguments[0]], 'r.json')); document.getElementById('f-words').value = '';"
        "window.dispatchEvent(new DragEvent('drop', { dataTransfer: taken, cancelable: true }))"
    )
    browser.refresh()
    browser.execute_script(drop, saved.read_text().replace("reject", "accept"))
    wait_for(browser, f"{says}.includes('2 accepted, 0 rejected')")
    assert not errors(browser)
    browser.execute_script("localStorage.clear()")


@pytest.mark.slow
def test_light_dark_and_narrow(browser, folder):
    look(browser, folder / "loop.html")
    light = grab(browser).mean()
    look(browser, folder / "loop.html", dark=True)
    dark = grab(browser).mean()
    assert light > 180 and dark < 80
    browser.execute_script("document.getElementById('theme').click()")
    wait_until(lambda: grab(browser).mean() == pytest.approx(light, abs=12))
    look(browser, folder / "loop.html", width=360, height=740)
    assert run(browser, "document.documentElement.scrollWidth") == 360
    assert not errors(browser)


@pytest.mark.slow
def test_three_hundred_repeats_open_at_once(browser, folder):
    began = time.monotonic()
    look(browser, folder / "many.html")
    wait_for(browser, "document.readyState === 'complete' && document.getElementById('theme').textContent === 'Dark'")
    assert time.monotonic() - began < 10
    assert run(browser, "document.querySelectorAll('details.repeat').length") == 300
    browser.execute_script("for (let i = 0; i < 8; i++) document.querySelector('[data-zoom=in]').click()")
    browser.execute_script("location.hash = 'repeat-250'")
    wait_for(browser, "document.getElementById('repeat-250').open")
    assert not errors(browser)


@pytest.mark.slow
def test_both_files_play_in_step_and_the_mirrored_one_is_turned_back(browser, pair):
    look(browser, pair / "pair.html")
    wait_for(browser, "!document.getElementById('player').hidden")
    browser.execute_script("document.querySelector('[data-play]').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    sources = run(browser, "[...document.querySelectorAll('video')].map((v) => v.src.split('/').pop())")
    assert sources == ["page-film.mp4", "page-piece.mp4"]
    assert run(browser, "[...document.querySelectorAll('video')].map((v) => v.currentTime)") == pytest.approx(
        [2.02, 0.02], abs=0.001
    )
    assert "scaleX(-1)" in run(browser, "document.getElementById('v-two').style.transform")
    browser.execute_script("document.getElementById('p-play').click()")
    wait_for(browser, "document.getElementById('v-one').currentTime > 3")
    one, two = run(browser, "[...document.querySelectorAll('video')].map((v) => v.currentTime)")
    assert one - two == pytest.approx(2.0, abs=0.2)
    assert run(browser, "document.querySelectorAll('.bar').length") == 2
    assert run(browser, "[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert not errors(browser)


@pytest.mark.slow
def test_the_difference_of_a_mirrored_copy_is_black_and_the_page_fits_a_telephone(browser, pair):
    look(browser, pair / "pair.html", width=360, height=740)
    wait_for(browser, "!document.getElementById('player').hidden")
    assert run(browser, "document.documentElement.scrollWidth") == 360
    browser.execute_script("document.getElementById('p-diff').click()")
    wait_for(browser, "[...document.querySelectorAll('video')].every((v) => v.readyState >= 2 && !v.seeking)")
    browser.execute_script("document.getElementById('screens').scrollIntoView({behavior: 'instant', block: 'center'})")
    box = run(
        browser,
        "(({left, top, right, bottom}) => [left, top, right, bottom])"
        "(document.getElementById('screens').getBoundingClientRect())",
    )
    left, top, right, bottom = map(round, box)
    wait_until(lambda: grab(browser)[top + 5 : bottom - 5, left + 5 : right - 5].mean() < 40)
    assert not errors(browser)


@pytest.mark.slow
def test_a_file_that_is_not_there_is_named(browser, pair):
    look(browser, pair / "lost.html")
    says = "document.getElementById('video-says').textContent"
    assert "page-piece.mp4" in wait_for(browser, f"{says}.includes('could not be loaded') && {says}")


@pytest.mark.slow
def test_three_hundred_files_with_one_another_are_drawn_and_a_click_leads_to_what_two_share(browser, pair):
    look(browser, pair / "many.html")
    board = wait_for(browser, "document.getElementById('matrix').width > 300 && document.getElementById('matrix')")
    browser.execute_script("arguments[0].scrollIntoView({behavior: 'instant'})", board)
    browser.execute_script(
        "const side = (arguments[0].clientWidth - 12) / 300, at = 6 + 1.5 * side;"
        "const box = arguments[0].getBoundingClientRect();"
        "const clientX = box.left + 6 + 0.5 * side, clientY = box.top + at;"
        "arguments[0].dispatchEvent(new MouseEvent('click', {clientX, clientY}));",
        board,
    )
    said = run(browser, "document.getElementById('matrix-says').textContent")
    assert said == "file-0001.mp4 shares 9 s with file-0000.mp4: 15% of it"
    assert run(browser, "location.hash") == "#repeat-1"
    assert not errors(browser)
