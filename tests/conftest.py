"""Rules that hold for every test: no ffmpeg is left alive or unreaped."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import draws
import posix_only
import pytest
import servers
from hypothesis import settings

# As the command line does, before numpy is loaded: threads of the linear algebra library would only get in the way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What whoever runs the tests has set for their own scans is not for these.
os.environ["LOOPFIND_CONFIG"] = ""
# Each of the hundreds of programs that the tests start would compile loopfind anew, and each run the tests themselves.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--draws", type=int, default=1, metavar="N", help="draw N times as many random examples and seeds")


def pytest_configure(config: pytest.Config) -> None:
    """Draw as many examples as asked, and make the quick look quick.

    The tests of one file run in one process, so that what they share is made once.
    """
    draws.multiply(config.option.draws)
    # How long one example takes says how busy the machine is, not whether the law holds.
    # Where a change is judged, the same examples are drawn each time, so that luck refuses no change.
    every = draws.examples(10)
    settings.register_profile("loopfind", deadline=None, max_examples=every, derandomize="CI" in os.environ)
    settings.load_profile("loopfind")
    quick = config.option.markexpr == "not slow"
    if quick and getattr(config.option, "dist", "no") == "load":
        config.option.dist = "loadfile"


def pytest_collection() -> None:
    """Search for no garbage while tests are collected, as what is made then lives as long as they do."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what collecting made out of every later search for garbage."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    """Stop the server that tests shared."""
    servers.stop_shared()


@pytest.fixture(scope="module")
def few_speeds() -> Iterator[None]:
    """Look for copies of a sound at another speed at few places.

    There are as many candidates in the shortest sound as in a long one, so that they take most of the time of a test
    that is about something else. test_sound_speeds is about how well copies are known from them.
    """
    from loopfind.engine.sound import changed_search

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changed_search, "MOST_CHANGED", (1, 0.0))
        yield


@pytest.fixture(scope="session", autouse=True)
def few_moments() -> Iterator[int]:
    """Ask at few moments of a file how short a copy would be found there.

    They take as long for a file of seconds as for one of hours, which is most of a scan of seconds, and change only
    what is promised. Yields how many they are otherwise: tests of the promise itself, and of whole reports, are marked
    `every_moment`.
    """
    from loopfind.engine.evidence import findable

    usual = findable.MOMENTS_TRIED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findable, "MOMENTS_TRIED", 3)
        yield usual


@pytest.fixture(autouse=True)
def every_moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, few_moments: int) -> None:
    if request.node.get_closest_marker("every_moment"):
        from loopfind.engine.evidence import findable

        monkeypatch.setattr(findable, "MOMENTS_TRIED", few_moments)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Skip a test that takes what this system does not have."""
    try:
        return (yield)
    except Exception as error:
        if reason := posix_only.reason(error):
            pytest.skip(reason)
        raise


def children() -> set[str]:
    """Process ids of the children of this process, zombies included. Empty where there is no /proc."""
    found: set[str] = set()
    for entry in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            found.update(entry.read_text().split())
    return found


def decoders() -> list[str]:
    """Children of this process that are ffmpeg, zombies included: "pid (name) state"."""
    found = []
    for child in children():
        with contextlib.suppress(OSError):
            head, _, tail = Path(f"/proc/{child}/stat").read_text(errors="replace").rpartition(")")
            if "(ffmpeg" in head:
                found.append(f"{head}) {tail.split()[0]}")
    return found


@pytest.fixture(autouse=True)
def no_decoder_left() -> Iterator[None]:
    yield
    left = decoders()
    assert not left, f"the test left ffmpeg running: {left}"
