"""How far a scan is."""

from loopfind.cli.progress import RATE_DRAWINGS, Pace, describe, fraction
from loopfind.model.video import Progress
from loopfind.reports.summaries import search_progress


def steady(frames: float, speed: float, ticks: int = 10) -> Pace:
    pace = Pace()
    for tick in range(ticks):
        pace.add(float(tick), round(frames * tick), speed * tick)
    return pace


def test_words_tell_rate_position_and_time_left() -> None:
    words = describe(Progress("reading", 30_000, 1000.0, 3600.0), steady(3000, 100), 80)
    assert words == " 28%  0:16:40 of 1:00:00  3,000 fps, 100x  0:00:26 left"


def test_a_pipe_has_no_share_and_no_end() -> None:
    words = describe(Progress("reading", 30_000, 1000.0, None), steady(3000, 100), 80)
    assert words == "0:16:40  3,000 fps, 100x"


def test_a_day_of_video_fits_beside_the_shortest_bar() -> None:
    for width in (40, 50, 60, 70, 80):
        words = describe(Progress("reading", 2_592_000, 86_399.0, 86_400.0), steady(30_000, 1000), width)
        assert len(words) + len("matching ") + (0 if width < 50 else 2 + 5) <= width


def test_the_rate_is_that_of_the_last_moments() -> None:
    pace = steady(3000, 100)
    for tick in range(RATE_DRAWINGS):
        pace.add(100.0 + tick, 30_000 + 10 * tick, 1000.0 + tick)
    assert pace.rates() == (10.0, 1.0)


def test_nothing_known_is_nothing_said() -> None:
    assert Pace().rates() == (0.0, 0.0)
    assert describe(Progress("reading", 0, 0.0, 0.0), Pace(), 80) == "0:00:00"
    assert fraction(Progress("reading", 9, 9.0, 3.0)) == 1.0


def test_no_share_is_claimed_of_what_nobody_knows_the_end_of() -> None:
    progress = search_progress(2400.5)
    assert progress.stage == "comparing 0:40:00 of video"
    assert describe(progress, Pace(), 80) == "" and fraction(progress) == 0.0
