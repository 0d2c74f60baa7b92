"""The browser that tests of the page need: where it is, and what becomes of the tests where it is not."""

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest

REQUIRE = "LOOPFIND_REQUIRE_BROWSER"
"""Set in the environment where a browser has to be there, as in CI: its tests then fail rather than be skipped."""
HOW = "the page is tested in Chromium with its driver and selenium: apt-get install chromium chromium-driver (Debian)"


def programs(which=shutil.which):
    """Return the paths of Chromium and its driver; None for each that is missing."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(which, names)), None), which("chromedriver")


def selenium_is_there():
    return importlib.util.find_spec("selenium") is not None


def give_up(environment=os.environ) -> NoReturn:
    """Skip the test that asks for a browser, or fail it where one is required; both say how to get one."""
    if environment.get(REQUIRE):
        pytest.fail(f"{HOW}; {REQUIRE} is set, so that this is no reason to skip", pytrace=False)
    pytest.skip(HOW)
