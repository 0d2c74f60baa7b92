"""Batches that wait, in memory and on disk."""

import threading

import numpy as np
import pytest

from loopfind.arrays.disk import Scratch
from loopfind.errors import OutputError
from loopfind.media.decode.spill import SpillQueue
from loopfind.model.video import Frames


def batch(number: int, more: bool = True) -> Frames:
    rng = np.random.default_rng(number)
    count = 1 + number % 5
    pictures = rng.integers(0, 256, (count, 64, 64), np.uint8)
    digests = rng.integers(0, 256, (count, 16), np.uint8) if more else None
    colours = rng.integers(0, 65536, (count, 3), np.uint16) if more else None
    return Frames(0, number + np.arange(count) / 10, pictures, digests, colours)


def alike(one: Frames, other: Frames) -> bool:
    columns = ("times", "pictures", "digests", "colours")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("room", [(3, 0), (1, 20), (2, 1000), (500, 0)])
def test_what_is_handed_on_comes_in_order_whatever_room_there_is(room: tuple[int, int], more: bool) -> None:
    waiting, stopped = SpillQueue(*room), threading.Event()

    def give() -> None:
        for number in range(120):
            waiting.put(batch(number, more), stopped)
        waiting.put(None, stopped)

    thread = threading.Thread(target=give)
    thread.start()
    found = []
    while (item := waiting.get()) is not None:
        assert isinstance(item, Frames)
        found.append(item)
    thread.join()
    assert len(found) == 120 and all(alike(one, batch(number, more)) for number, one in enumerate(found))


def test_no_more_waits_than_there_is_room_for() -> None:
    waiting, stopped, handed = SpillQueue(2, 12), threading.Event(), []

    def give() -> None:
        for number in range(40):
            waiting.put(batch(number), stopped)
            handed.append(number)

    thread = threading.Thread(target=give)
    thread.start()
    thread.join(0.5)
    # 0 and 1 wait in memory; of 2, 3, 4, 5 and 6, with 3, 4, 5, 1 and 2 frames, twelve frames are three.
    assert thread.is_alive() and handed == [0, 1, 2, 3, 4]
    stopped.set()
    thread.join(5)
    assert not thread.is_alive()


def test_an_error_waits_behind_the_frames_before_it() -> None:
    waiting, stopped = SpillQueue(1, 100), threading.Event()
    for item in (batch(1), batch(2), ValueError("ended")):
        waiting.put(item, stopped)
    assert isinstance(waiting.get(), Frames) and isinstance(waiting.get(), Frames)
    assert isinstance(waiting.get(), ValueError)


def test_where_the_disk_is_full_it_waits_in_memory_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def full(self: Scratch, rows: object) -> None:
        tried.set()
        raise OutputError("temporary files", "no space left on the disk")

    monkeypatch.setattr(Scratch, "append", full)
    waiting, stopped = SpillQueue(1, 100), threading.Event()
    thread = threading.Thread(target=lambda: [waiting.put(batch(number), stopped) for number in range(5)])
    thread.start()
    assert tried.wait(30)
    for number in range(5):
        item = waiting.get()
        assert isinstance(item, Frames) and alike(item, batch(number))
    thread.join()
