"""How far a scan is."""

from pathlib import Path

import pytest
import synthetic as s

from loopfind import Settings, scan
from loopfind.cli.progress import RATE_DRAWINGS, Pace, describe, fraction, plain_watch
from loopfind.engine import search_runs
from loopfind.engine.cross_file import compare_tracks
from loopfind.model.video import Progress
from loopfind.reports.summaries import search_progress
from loopfind.settings import DONE, CompareSettings

ROOT = Path(__file__).resolve().parent.parent


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


def test_a_share_is_said_where_it_is_known() -> None:
    progress = search_progress(2400.5)
    assert progress.stage == "comparing 0:40:00 of video"
    assert describe(progress, Pace(), 80) == "" and fraction(progress) == 0.0
    assert describe(search_progress(2400.5, 0.25), Pace(), 80) == " 25%"


@pytest.mark.slow
def test_the_share_of_a_search_rises_to_all_of_it() -> None:
    one = s.shown([(s.film(1), 0, 3), (s.film(2), 0, 3)], 10)
    shares: list[float] = []
    search_runs(one, shares.append)
    assert shares[-1] == 1.0 and shares == sorted(set(shares))
    shares.clear()
    compare_tracks([one, one], CompareSettings(), shares.append)
    assert shares[-1] == 1.0 and shares == sorted(set(shares))


@pytest.mark.slow
def test_what_will_be_read_is_what_is_counted() -> None:
    seen: list[Progress] = []
    scan(ROOT / "fixtures" / "loop.mp4", Settings(start=20.0, end=30.0), seen.append)
    reading = [progress for progress in seen if progress.stage == "reading"]
    assert {progress.duration for progress in reading} == {10.0} and 9.0 < reading[-1].position <= 10.0


def test_without_a_terminal_a_line_is_written_every_half_a_minute() -> None:
    said: list[str] = []
    times = iter(range(0, 10_000, 5))
    watch = plain_watch(said.append, lambda: float(next(times)))
    for step in range(1, 13):
        watch(Progress("reading", 5000 * step, 50.0 * step, 3600.0))
    watch(Progress(DONE, 0, 0.0, None))
    assert said == [
        "loopfind: reading 8%, 0:05:00 of 1:00:00, 1,000 fps, 10x, 0:05:30 left",
        "loopfind: reading 17%, 0:10:00 of 1:00:00, 1,000 fps, 10x, 0:05:00 left",
    ]
    for _ in range(6):
        watch(Progress("reading", 9, 4.0, None, "/videos/film.mp4"))
    watch(Progress("training", 0, 0.0, None))
    assert said[2:] == ["loopfind: film.mp4: reading 0:00:04"]
    for _ in range(6):
        watch(Progress("training", 0, 0.0, None))
    assert said[3:] == ["loopfind: training for 2 min"]
