"""The pages of the service in a real browser, on a real service with its worker: upload, progress, review."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import browsers
import pytest
import videos

from loopfind import pipeline
from loopfind.pipeline.review_items import enter_library
from loopfind.stores.opener import open_library

CHROMIUM, DRIVER = browsers.programs()
ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    if not (CHROMIUM and DRIVER and browsers.selenium_is_there()):
        browsers.give_up()
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@contextlib.contextmanager
def running(command):
    """Run a service, and give its process and its address."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "cwd": ROOT}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        try:
            yield process, process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
            process.wait(30)


@contextlib.contextmanager
def served(*words):
    """Run `loopfind serve`, and give its address."""
    with running([sys.executable, "-m", "loopfind", "serve", "--port", "0", *map(str, words)]) as (_, address):
        yield address


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A folder with a film, a small copy of it, and a part of it; and a library that compared the first two."""
    folder = tmp_path_factory.mktemp("films")
    code = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "12")
    scene = "mandelbrot=size=160x96:rate=12:end_scale=0.02:maxiter=300"
    videos.run("-f", "lavfi", "-t", "8", "-i", scene, *code, str(folder / "film.mp4"))
    videos.run("-i", str(folder / "film.mp4"), "-vf", "scale=96:64", *code, str(folder / "small film.mp4"))
    videos.run("-ss", "2", "-i", str(folder / "film.mp4"), "-t", "5", *code, str(folder / "part.mp4"))
    library = str(folder / "library.sqlite")
    pipeline.add([str(folder / "film.mp4"), str(folder / "small film.mp4")], library)
    pipeline.compare_library(library)
    with open_library(library) as held:
        assert enter_library(held) == 1
    return folder


@pytest.fixture(scope="module")
def service(films, browser):
    with served("--library", films / "library.sqlite", "--data", films / "data", "--root", films) as address:
        yield address


def wait_until(browser, condition, what="what was waited for"):
    """Return the first true value of a condition. It is tried five times a second: each time costs the browser too."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    waiting = WebDriverWait(browser, 90, 0.2, [StaleElementReferenceException])
    return waiting.until(lambda _: condition(), what)


def text(browser, selector="main"):
    return browser.find_element("css selector", selector).text


def see(browser, words, selector="main"):
    wait_until(browser, lambda: words in text(browser, selector), what=f"{words!r} on the page")


def keys(browser, letters):
    browser.find_element("tag name", "body").send_keys(letters)


def as_ann(browser):
    """Say who reviews; the browser keeps it from the first decision on."""
    field = browser.find_element("id", "reviewer")
    if not field.get_attribute("value"):
        field.send_keys("Ann")
    browser.find_element("tag name", "h1").click()


def loaded(browser, address):
    browser.get(address)
    wait_until(browser, lambda: browser.execute_script("return document.readyState") == "complete")


def quiet(browser):
    """Assert that the browser has complained of nothing, such as a script that the policy does not let run."""
    assert [line["message"] for line in browser.get_log("browser")] == []


def size(browser, width, dark=False):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    shade = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": shade})


def asked(address, order):
    body = json.dumps(order).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


BREAK = """
// The first request brings a thousand bytes, and then its connection breaks.
const { send, setRequestHeader } = XMLHttpRequest.prototype;
window.offsets = [];
XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
  if (name === "Idempotency-Key") this.key = value;
  if (name === "Content-Range") window.offsets.push(value);
  setRequestHeader.call(this, name, value);
};
XMLHttpRequest.prototype.send = async function (body) {
  XMLHttpRequest.prototype.send = send;
  const headers = { "Idempotency-Key": this.key, "Content-Range": `bytes 0-999/${body.size}` };
  await fetch("/v1/uploads/part.mp4", { method: "PUT", headers, body: body.slice(0, 1000) });
  this.onerror();
};
"""


def test_an_upload_is_followed_to_its_answer_without_a_click_and_goes_on_where_it_broke(service, films, browser):
    size(browser, 1100)
    loaded(browser, service)
    browser.execute_script(BREAK)
    browser.find_element("id", "upload-file").send_keys(str(films / "part.mp4"))
    link = wait_until(browser, lambda: browser.find_elements("css selector", "#uploads a"))[0]
    assert browser.execute_script("return window.offsets")[0].startswith("bytes 1000-")
    see(browser, "part.mp4", "#jobs")  # sent to the page, which was not loaded again
    link.click()
    see(browser, "A duplicate: all that could be judged of it is in 2 files of the library")
    assert "film.mp4" in text(browser, "table") and "part.mp4 and film.mp4" in text(browser, ".queue")
    quiet(browser)
    browser.find_element("partial link text", "page of the scan").click()
    see(browser, "No repeat found", "h1")
    quiet(browser)


def test_findings_are_decided_on_by_keys_and_taken_back(service, browser):
    loaded(browser, f"{service}/review/1")
    see(browser, "Is film.mp4 the same as small film.mp4?")
    wait_until(
        browser, lambda: browser.execute_script("return [...document.images].every((one) => one.naturalWidth > 100)")
    )
    ready = "return [...document.querySelectorAll('video')].map((one) => one.readyState > 1)"
    wait_until(browser, lambda: browser.execute_script(ready) == [True, True], what="both videos can be played")
    keys(browser, "?")
    assert "previous" in text(browser, "#keys")
    as_ann(browser)
    keys(browser, "n")
    browser.switch_to.active_element.send_keys("the same shot\ue00c")  # Escape leaves the note
    keys(browser, "2a")
    wait_until(browser, lambda: not browser.current_url.endswith("/review/1"), what="the next finding")
    keys(browser, "j")
    keys(browser, "u")
    wait_until(browser, lambda: "/review/1?" in browser.current_url)
    assert text(browser, ".standing") == "open" and "Ann took the last decision back" in text(browser, ".history")
    quiet(browser)


def test_two_reviewers_see_each_other_and_neither_is_lost(service, browser):
    loaded(browser, f"{service}/review/1")
    seen = int(browser.find_element("id", "seen").get_attribute("value"))
    order = {"reviewer": "Bob", "decision": "reject", "seen": seen, "note": "another take"}
    asked(f"{service}/v1/review/1/decisions", order)
    see(browser, "Bob rejected it.", "#others")
    see(browser, "rejected by Bob", "#state")
    as_ann(browser)
    keys(browser, "a")
    see(browser, "contested", "#state")
    assert "Bob rejected it" in text(browser, "#state") and "Ann accepted it" in text(browser, "#state")
    keys(browser, "a")  # now that both are seen
    wait_until(browser, lambda: "contested" not in browser.page_source)
    loaded(browser, f"{service}/review/1?show=all")
    assert "accepted by Ann" in text(browser, "#state")
    quiet(browser)


def test_without_a_script_all_can_be_read_and_decided(service, browser):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{service}/review?show=all")
        browser.find_element("partial link text", "film.mp4 and small film.mp4").click()
        as_ann(browser)
        browser.find_element("id", "reject").click()
        wait_until(browser, lambda: not browser.current_url.endswith("/review/1?show=all"))
        browser.get(f"{service}/review/1")
        assert "rejected by Ann" in text(browser, ".standing") and "Ann rejected it" in text(browser, ".history")
        browser.find_element("id", "undo").click()
        wait_until(browser, lambda: "rejected by Ann" not in text(browser, ".standing"))
        browser.get(service)
        assert "curl -T video.mp4" in text(browser)
        assert "Newest jobs" in text(browser)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


CONTRASTS = """
const linear = (c) => c <= 10.31 ? c / 3294.6 : ((c / 255 + .055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
function ground(node) {
  for (; node; node = node.parentElement) {
    const found = parts(getComputedStyle(node).backgroundColor);
    if (found.length < 4 || found[3] === 1) return found;
  }
  return [255, 255, 255];
}
const written = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
return [...document.querySelectorAll("main *, header *, footer *")]
  .filter((node) => node.checkVisibility() && !node.closest(".skip, :disabled, video") && written(node))
  .map((node) => {
    const [a, b] = [parts(getComputedStyle(node).color), ground(node)].map(luminance).sort((x, y) => y - x);
    return [(a + .05) / (b + .05), node.tagName + " " + node.textContent.trim().slice(0, 40)];
  }).filter(([contrast]) => contrast < 4.5);
"""

UNNAMED = """
return [...document.querySelectorAll("input:not([type=hidden]), select, button, a, progress, img")]
  .filter((one) => !(one.labels && one.labels.length) && !one.textContent.trim() && !one.ariaLabel && !one.alt)
  .map((one) => one.outerHTML.slice(0, 80));
"""


@pytest.mark.parametrize(("width", "dark"), [(375, False), (1100, True)])
def test_every_page_fits_and_can_be_read(films, service, browser, width, dark):
    film = (films / "small film.mp4").read_bytes()
    headers = {"Content-Type": "video/mp4"}
    upload = urllib.request.Request(f"{service}/v1/uploads/{width}.mp4", film, headers, method="PUT")
    with urllib.request.urlopen(upload) as answer:
        job = json.load(answer)["id"]
    size(browser, width, dark)
    for path in ("/", "/jobs", f"/jobs/{job}", "/library", "/review?show=all", "/review/1"):
        loaded(browser, service + path)
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), path
        assert browser.execute_script(CONTRASTS) == [], path
        names = "return [...document.querySelectorAll('input, select, button')].filter((one) => one.type !== 'hidden'"
        names += (
            " && !(one.labels && one.labels.length) && !one.textContent.trim() && !one.ariaLabel).map((one) => one.id)"
        )
        assert browser.execute_script(names) == [], path
    size(browser, 1100)
    quiet(browser)


def watched(folder, *cameras, port="0"):
    """Run a service whose cameras are made up, and give its process and its address."""
    return running([sys.executable, str(ROOT / "tests" / "fake_cameras.py"), str(folder), port, *cameras])


COLOURS = """
const canvas = document.getElementById(arguments[0]), context = canvas.getContext("2d");
const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 4).join())).size;
"""


def test_the_path_of_a_camera_is_drawn_as_it_comes_and_looked_back_at_by_keys(tmp_path, browser):
    with watched(tmp_path, "yard") as (_, address):
        size(browser, 1100)
        loaded(browser, f"{address}/cameras")
        browser.find_element("link text", "yard").click()
        see(browser, "Unusual since 0:19:50.000: a part of the picture changed", "#camera")
        see(browser, "0:19:59", "#newest")
        see(browser, "a known path at 2.3 times its pace", "#lists")
        assert all(browser.execute_script(COLOURS, canvas) > 30 for canvas in ("path", "score"))
        assert text(browser, "#moment") == ""
        back = browser.find_element("id", "back")
        back.send_keys("\ue012\ue012\ue012")  # to the left, three times
        see(browser, "0:19:56: on the way, score", "#moment")
        assert "on the way" in back.get_attribute("aria-valuetext")
        browser.execute_script("document.querySelector('tr:last-child [data-moment]').click()")
        see(browser, "0:12:03: ", "#moment")
        assert text(browser, "#moment").endswith(", unusual")
        assert browser.switch_to.active_element == back
        back.send_keys("\ue010")  # End
        wait_until(browser, lambda: text(browser, "#moment") == "")
        for width, dark in ((375, False), (375, True), (1100, True)):
            size(browser, width, dark)
            for path in ("/cameras", "/cameras/yard"):
                loaded(browser, address + path)
                see(browser, "a part of the picture changed")
                assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), path
                assert browser.execute_script(CONTRASTS) == [], path
                assert browser.execute_script(UNNAMED) == [], path
        size(browser, 1100)
        quiet(browser)


def test_a_page_that_was_cut_off_catches_up_and_no_process_outlives_its_service(tmp_path, browser):
    import psutil

    with watched(tmp_path, "lane") as (first, address):
        loaded(browser, f"{address}/cameras/lane")
        see(browser, "Its map is being learned", "#camera")
        heard = text(browser, "#camera .note")
        every = psutil.Process(first.pid).children(recursive=True)
        assert every
        first.send_signal(signal.SIGINT)
        first.wait(30)
        assert not [one for one in every if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        see(browser, "The connection broke", "#connection")
    with watched(tmp_path, "lane", port=address.rpartition(":")[2]):
        wait_until(browser, lambda: text(browser, "#connection") == "", what="the connection")
        wait_until(browser, lambda: text(browser, "#camera .note") not in ("", heard), what="what came since")
    browser.get_log("browser")  # which complains of the service that was gone
