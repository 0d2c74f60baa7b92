"""Exhibits of a scan: matching moments match, and the curve is low inside the repeat and nowhere else."""

import io
from pathlib import Path

import numpy as np
import pytest
import samples
from PIL import Image
from samples import showing

from loopfind import pipeline
from loopfind.exhibits import select
from loopfind.model.candidate import Line
from loopfind.model.fingerprint import Signal
from loopfind.model.report import Repeat
from loopfind.reports.formats.json import write

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="module")
def shown():
    return pipeline.scan_to_show(str(FIXTURES / "replay.mp4"))


@pytest.mark.slow
def test_says_what_a_scan_says(shown):
    plain = pipeline.scan(str(FIXTURES / "replay.mp4"))
    assert "".join(write(shown[0])) == "".join(write(plain))


@pytest.mark.slow
def test_every_moment_has_its_picture_and_matching_ones_are_alike(shown):
    report, exhibits = shown
    assert sorted(exhibits.shots) == sorted(set(exhibits.frames()))
    (exhibit,) = exhibits.shown
    pictures = {
        frame: np.asarray(Image.open(io.BytesIO(shot)).convert("L"), float) for frame, shot in exhibits.shots.items()
    }
    for row in exhibit.rows:
        one, other = row.frames
        apart = np.abs(pictures[one] - pictures[other]).mean()
        if not row.what.startswith("just"):
            assert apart < 4, row.what
            assert one.time - report.repeats[0].occurrences[0].start == pytest.approx(
                other.time - report.repeats[0].occurrences[1].start, abs=0.001
            )


@pytest.mark.slow
def test_the_curve_is_low_inside_the_repeat_and_high_past_its_ends(shown):
    report, exhibits = shown
    first = report.repeats[0].occurrences[0]
    (curve,) = exhibits.shown[0].curves
    inside = (curve.times >= first.start + 0.3) & (curve.times < first.end - 0.3)
    assert curve.times[0] < first.start and curve.times[-1] > first.end
    assert np.nanmedian(curve.along[inside]) < 0.5 * np.nanmedian(curve.beside[inside])
    assert np.nanmedian(curve.along[inside]) < 0.5 * np.nanmedian(curve.along[~inside])


@pytest.mark.slow
def test_the_likeness_is_symmetric_and_full_on_the_diagonal(shown):
    likeness = shown[1].likeness
    assert (likeness == likeness.T).all()
    assert (np.diag(likeness) == 255).all()


@pytest.mark.slow
def test_the_cuts_show_the_frames_on_both_sides(shown):
    report, exhibits = shown
    assert len(exhibits.cuts) == len(report.cuts) > 0
    for shown_cut, cut in zip(exhibits.cuts, report.cuts, strict=True):
        assert shown_cut.before.time < cut.time <= shown_cut.after.time + 1e-9
        assert (shown_cut.before.frame, shown_cut.after.frame) == (cut.frame - 1, cut.frame)
        assert shown_cut.after.time - shown_cut.before.time == pytest.approx(1 / report.source.fps, abs=0.001)


def still(seconds):
    """A signal in which every frame is alike: enough to choose moments by."""
    n = int(seconds * 10)
    zero = np.zeros(n, np.uint64)
    cells, nothing = np.zeros((n, 144), np.uint16), np.zeros(n, bool)
    return Signal(np.arange(n) / 10, 0.1, cells, zero, zero, nothing, np.zeros(n, np.float32), 0.1, cells[:, :9])


@pytest.mark.slow
def test_of_very_many_repeats_few_moments_are_shown():
    report = samples.crowded()
    taken = select.shown_of(still(72_000), [], report.repeats)
    pictures = sum(len(row.frames) for exhibit in taken for row in exhibit.rows)
    assert 0.9 * select.MOST_SHOTS <= pictures <= select.MOST_SHOTS + 1
    assert [exhibit.repeat for exhibit in taken] == [repeat.id for repeat in report.repeats]


@pytest.mark.parametrize(
    ("other", "slope", "there"),
    [
        (showing(50, 60, 500, 600), 1.0, 53.0),
        (showing(50, 55, 500, 550, speed=2.0), 0.5, 51.5),
        (showing(50, 60, 500, 600, reversed=True), -1.0, 56.9),
        (showing(50, 59.6, 500, 596, content_start=0.4, content_end=10.0), 1.0, 52.6),
        (showing(50, 59.6, 500, 596, content_start=0.0, content_end=9.6, reversed=True), -1.0, 56.5),
        (showing(50, 54.8, 500, 548, content_start=0.4, content_end=10.0, speed=2.0), 0.5, 51.3),
    ],
)
def test_a_pair_of_occurrences_without_a_run_still_has_a_line(other, slope, there):
    line = select.line_between(still(100), [], showing(10, 20, 100, 200), other)
    assert isinstance(line, Line)
    assert line.slope == pytest.approx(slope)
    assert line.slope * 13 + line.offset == pytest.approx(there)


def test_frames_side_by_side_are_those_of_the_content_that_all_show():
    """The second occurrence lacks the first second of the content, and the third one the last."""
    occurrences = (
        showing(10, 20, 100, 200),
        showing(50, 59, 500, 590, content_start=1.0, content_end=10.0),
        showing(80, 89, 800, 890),
    )
    repeat = Repeat(1, "repeat", 9.0, None, 1.0, "replay", occurrences)
    (exhibit,) = select.shown_of(still(100), [], [repeat])
    times = {row.what: [frame and round(frame.time, 6) for frame in row.frames] for row in exhibit.rows}
    assert times["first frame"] == [11.0, 50.0, 81.0]
    assert times["last frame"] == [18.9, 57.9, 88.9]
