"""Waiting for what happens in another process or thread, and time that passes on purpose."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(condition: Callable[[], Value], timeout: float = 30.0, what: str = "what was waited for") -> Value:
    """Return the first true value of a condition, which is tried again and again. Fails after `timeout` seconds."""
    latest = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < latest, f"{what} never came true"
        time.sleep(0.02)
    return value


def let_pass(seconds: float) -> None:
    """Be slow or away for some seconds, where that is what a test is about. To wait for something is `wait_until`."""
    time.sleep(seconds)
