"""Findings portion by portion: they are those of a scan of the whole, each reported once, and once more at its end."""

import numpy as np
import pytest
import synthetic
from synthetic import Piece, camera, film

from loopfind.engine.live.detector import LiveDetector
from loopfind.engine.live.parameters import GOING_ON
from loopfind.model.events import Finding
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.report import Report

FPS = 12.5


def noticed(
    fingerprint: Fingerprint, every: float = 10.0, window: float = np.inf, detector: LiveDetector | None = None
) -> list[Finding]:
    """All that is reported of footage that comes in portions of so many seconds."""
    detector = LiveDetector() if detector is None else detector
    times, at, held = fingerprint.times, 0, 0
    found: list[Finding] = []
    while at < len(times):
        high = int(np.searchsorted(times, times[at] + every))
        found += detector.detect(times[at:high], fingerprint.sketches[held:high])
        at = high
        if times[at - 1] - times[held] > window:
            old = int(np.searchsorted(times, times[at - 1] - window))
            detector.forget(old - held)
            held = old
    return found + detector.finish()


def shown(pieces: list[Piece]) -> Fingerprint:
    return synthetic.shown(pieces, FPS)


def spans(found: list[Finding] | Report) -> list[tuple[str, list[tuple[float, float]]]]:
    """The kind and occurrences of each finding as it was last reported, or of each repeat of a report."""
    if isinstance(found, Report):
        repeats = [repeat for repeat in found.repeats if repeat.kind != "still"]
    else:
        repeats = [*{told.repeat.id: told.repeat for told in found}.values()]
    return sorted((r.kind, [(round(o.start, 3), round(o.end, 3)) for o in r.occurrences]) for r in repeats)


def agree(found: list[Finding], report: Report) -> None:
    """The same repeats, with ends that differ by half a second at the most."""
    mine, theirs = spans(found), spans(report)
    assert [(kind, len(places)) for kind, places in mine] == [(kind, len(places)) for kind, places in theirs]
    for (_, ours), (_, wanted) in zip(mine, theirs, strict=True):
        assert np.abs(np.array(ours) - np.array(wanted)).max() <= 0.5, (ours, wanted)


FOOTAGE = {
    "repeats": [(film(1), 0, 20), (camera(2), 0, 25), (film(1), 5, 17), (camera(2), 200, 212), (camera(2), 5, 20)],
    "across portions": [(film(3), 0, 32), (film(3), 20, 23), (film(3), 60, 72), (film(3), 2, 9), (film(3), 90, 98)],
    "a loop": [(film(4), 0, 20), *[(film(4), 31, 43)] * 4, (film(4), 50, 65)],
    "a turn cut short": [(film(4), 0, 20), *[(film(4), 31, 43)] * 3, (film(4), 31, 37), (film(4), 50, 65)],
    "three times": [(film(5), 0, 40), (film(5), 10, 20), (film(5), 50, 80), (film(5), 10, 20), (film(5), 90, 101)],
    "nothing": [(film(6), 0, 25), (camera(7), 0, 35)],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FOOTAGE)
def test_portions_show_what_a_scan_of_the_whole_finds(name: str) -> None:
    fingerprint = shown(FOOTAGE[name])
    agree(noticed(fingerprint, 11.0), synthetic.answer(fingerprint))


@pytest.mark.slow
def test_what_is_too_long_to_be_followed_as_a_whole_is_followed_on() -> None:
    fingerprint = shown([(film(8), 0, 50), (camera(9), 0, 20), (film(8), 5, 48), (camera(9), 90, 99)])
    found = noticed(fingerprint, detector=LiveDetector(long_run=20.0, tail=10.0))
    assert [told.going_on for told in found] == [True, False]
    agree(found, synthetic.answer(fingerprint))


@pytest.mark.slow
@pytest.mark.parametrize("backwards", [False, True])
def test_changed_copies_are_noticed(backwards: bool) -> None:
    scene = film(11)

    def mirrored(t: np.ndarray) -> np.ndarray:
        return scene(t).reshape(len(t), synthetic.SIDE, synthetic.SIDE)[:, :, ::-1].reshape(len(t), -1)

    def reverse(t: np.ndarray) -> np.ndarray:
        return scene(30 - t)

    copy = (reverse, 0, 12) if backwards else (mirrored, 10, 22)
    fingerprint = shown([(scene, 0, 30), (camera(12), 0, 20), copy, (camera(12), 60, 72)])
    found = noticed(fingerprint)
    (told,) = {told.repeat.id: told.repeat for told in found}.values()
    assert told.occurrences[-1].reversed == backwards and told.occurrences[-1].mirrored != backwards
    agree(found, synthetic.answer(fingerprint))


@pytest.mark.slow
def test_a_finding_is_told_while_it_goes_on_and_once_more_when_it_has_ended() -> None:
    found = noticed(shown([(film(1), 0, 60), (film(1), 5, 45), (camera(2), 0, 40)]))
    assert [(told.repeat.id, told.going_on) for told in found] == [(1, True), (1, False)]
    first, last = found
    assert first.time == pytest.approx(70.0, abs=0.1) and last.time == pytest.approx(110.0, abs=0.1)
    assert first.repeat.occurrences[-1].end >= first.time - GOING_ON
    assert last.repeat.occurrences[-1].end == pytest.approx(100.0, abs=0.5)


@pytest.mark.slow
def test_what_goes_on_when_the_footage_ends_is_told_with_its_length_then() -> None:
    found = noticed(shown([(film(1), 0, 60), (film(1), 5, 45)]))
    assert [told.going_on for told in found] == [True, False]
    assert found[-1].repeat.occurrences[-1].end == pytest.approx(100.0, abs=0.5)


@pytest.mark.slow
def test_what_is_shown_a_third_time_keeps_its_number_and_is_told_again() -> None:
    found = noticed(shown(FOOTAGE["three times"]))
    assert {told.repeat.id for told in found} == {1}
    assert [(told.going_on, len(told.repeat.occurrences)) for told in found] == [
        *[(True, 2), (False, 2)],
        *[(True, 3), (False, 3)],
    ]


@pytest.mark.slow
def test_a_loop_that_goes_on_is_not_told_at_every_turn() -> None:
    found = noticed(shown([(film(4), 0, 31), *[(film(4), 31, 43)] * 7, (film(4), 50, 77)]))
    assert [(told.repeat.kind, told.going_on) for told in found][-2:] == [("loop", True), ("loop", False)]
    assert len(found) <= 3
    assert len(found[-1].repeat.occurrences) == 7 and found[-1].repeat.kind == "loop"


@pytest.mark.slow
def test_what_is_older_than_the_window_is_forgotten() -> None:
    pieces: list[Piece] = [(film(1), 0, 30), (camera(2), 0, 70), (film(1), 5, 20), (camera(2), 200, 215)]
    assert len(noticed(shown(pieces), window=300.0)) >= 1
    assert noticed(shown(pieces), window=60.0) == []


@pytest.mark.slow
def test_a_loop_longer_than_the_window_stays_one_finding() -> None:
    found = noticed(shown([(film(4), 0, 31), *[(film(4), 31, 43)] * 7, (film(4), 50, 77)]), window=60.0)
    loops = [told for told in found if told.repeat.kind == "loop"]
    assert len({told.repeat.id for told in loops}) == 1
    assert found[0].repeat.id == 1 and max(o.end for told in found for o in told.repeat.occurrences) == pytest.approx(
        31 + 7 * 12, abs=0.5
    )


@pytest.mark.slow
def test_frames_count_from_the_first_of_all() -> None:
    pieces: list[Piece] = [(camera(2), 0, 90), (film(1), 0, 30), (film(1), 5, 20), (camera(2), 200, 230)]
    (repeat,) = {told.repeat.id: told.repeat for told in noticed(shown(pieces), window=70.0)}.values()
    for place in repeat.occurrences:
        assert place.start_frame == pytest.approx(place.start * FPS, abs=1)
