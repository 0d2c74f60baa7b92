"""The sound of a file that grows: what is heard again, of what is held."""

import numpy as np
import pytest
import sounds
from patience import wait_until

from loopfind import Settings, scan
from loopfind.fingerprints.sound import sound_codes
from loopfind.media.sound.placement import Placer
from loopfind.model.sound import SOUND_HOP, SOUND_RATE
from loopfind.pipeline.live_sound import LiveSound
from loopfind.pipeline.live_source import LiveRequest
from loopfind.settings import Decoding

TICK = f"1/{SOUND_RATE}".encode()


def ignore(line: str) -> None:
    """Nobody reads it."""


def test_samples_at_the_beginning_are_forgotten_and_the_rest_keeps_its_time() -> None:
    rng = np.random.default_rng(5)
    whole = rng.integers(-3000, 3000, 40 * SOUND_HOP, np.int16)
    packets = [part.tobytes() for part in np.split(whole, 40)]
    marks = [(SOUND_HOP * number, TICK) for number in range(40)]
    placer = Placer(0, (0.0, np.inf), SOUND_RATE, 1)
    placer.add(packets[:30], marks[:30])
    placer.forget(12 * SOUND_HOP)
    placer.add(packets[30:], marks[30:], last=True)
    assert placer.begin == pytest.approx(12 * SOUND_HOP / SOUND_RATE)
    assert np.array_equal(placer.samples[0 : len(placer.samples)][:, 0], whole[12 * SOUND_HOP :])
    # Codes are of whole hops, so those of what is kept are those of the whole.
    assert np.array_equal(sound_codes(placer.samples), sound_codes(whole[:, None])[12:])


@pytest.mark.slow
@pytest.mark.usefixtures("few_speeds")
def test_what_was_heard_before_the_window_is_forgotten() -> None:
    talk, rest = sounds.talk(10, 71), sounds.talk(60, 72)
    early, late = sounds.part(talk, 1, 6), sounds.part(rest, 40, 46)
    path = sounds.file("windowed.flac", sounds.joined(talk, rest, early, late))
    wanted = Settings(stall=1.0)
    sound = LiveSound(LiveRequest(path.as_posix(), wanted, 60.0, Decoding(), None, None, lambda: False, ignore))
    try:
        wait_until(lambda: sound.heard.until > 80.5)
        (repeat,) = sound.heard.repeats
    finally:
        sound.close()
    whole = scan(path).repeats
    assert len(whole) == 2
    (same,) = [one for one in whole if one.occurrences[0].start > 40]
    for held, one in zip(repeat.occurrences, same.occurrences, strict=True):
        assert (held.start, held.end) == pytest.approx((one.start, one.end), abs=1e-6)
