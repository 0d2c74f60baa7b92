"""The answer to whether a video is new to a library: a duplicate, a part or new, and what limits that."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import videos
from hypothesis import given
from hypothesis import strategies as st

from loopfind.errors import Broken, LibraryError
from loopfind.model.candidate import IndexHits
from loopfind.model.report import Verdict
from loopfind.model.upload import Resemblance
from loopfind.pipeline import add, check_upload
from loopfind.pipeline.resemblances import resemblances
from loopfind.reports.formats.uploads import check_form
from loopfind.reports.upload_answer import caveats_of, summary_of_check
from loopfind.settings import Settings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SMALL = ("-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "24")


@pytest.fixture(scope="module")
def film():
    return videos.make("film.mp4", "-t", "9", "-i", str(FIXTURES / "none.mp4"), *SMALL)


@pytest.fixture(scope="module")
def library(tmp_path_factory, film):
    """A library of one video."""
    path = tmp_path_factory.mktemp("library") / "kept.sqlite"
    add([str(film)], path, Settings(sound=False))
    return path


@pytest.fixture(scope="module")
def known(film):
    return videos.make("known.mp4", "-ss", "3", "-t", "5", "-i", str(film), *SMALL)


@pytest.fixture(scope="module")
def fresh():
    return videos.make("fresh.mp4", "-ss", "2", "-t", "5", "-i", str(FIXTURES / "replay.mp4"), *SMALL)


def checked(path, library, **more):
    return check_upload(str(path), library, **more).check


@pytest.mark.slow
def test_a_piece_of_a_file_that_is_there_is_a_duplicate_and_says_of_what(library, known):
    check = checked(known, library, name="upload.mp4", likeness="smell")
    assert check.alike == () and "smell" in check.failures[0]  # what else is asked may fail
    assert check.answer == "duplicate" and check.video == "upload.mp4" and check.fresh < 0.3
    (file,) = check.known
    assert file.path.endswith("film.mp4") and file.by == "pictures" and not file.whole and file.share > 0.95
    (place,) = file.places
    assert place.there_start - place.start == pytest.approx(3.0, abs=0.08)
    assert check.searched == 1 and check.findable is not None and check.summary.startswith("A duplicate")


@pytest.mark.slow
def test_what_is_in_no_file_is_new_and_what_holds_both_holds_a_part(library, known, fresh):
    new = checked(fresh, library)
    assert new.answer == "new" and not new.known and new.fresh == pytest.approx(5.0, abs=0.1)
    assert new.caveats[0].kind == "shorter pieces" and all(one.said in new.summary for one in new.caveats)
    graph = "[0:v]scale=320:180,setsar=1,fps=25[a];[1:v]scale=320:180,setsar=1,fps=25[b];[a][b]concat[o]"
    both = videos.make("both.mp4", "-i", str(fresh), "-i", str(known), "-filter_complex", graph, "-map", "[o]", *SMALL)
    part = checked(both, library)
    assert part.answer == "holds part of" and part.fresh == pytest.approx(5.0, abs=0.4)
    assert part.known[0].places[0].start == pytest.approx(5.0, abs=0.3)


@pytest.mark.slow
def test_the_same_bytes_are_known_once_and_the_video_itself_is_no_other_file(library, film, tmp_path):
    twin = checked(shutil.copy(film, tmp_path / "twin.mp4"), library)
    assert twin.answer == "duplicate" and [one.by for one in twin.known] == ["content"] and twin.known[0].whole
    assert "byte for byte" in twin.summary and twin.known[0].digest == twin.digest
    assert checked(film, library).answer == "new"


@pytest.mark.slow
def test_what_shows_nothing_that_moves_is_not_called_new_without_a_word(library):
    still = checked(videos.make("red.mp4", "-f", "lavfi", "-i", "color=red:s=96x64:d=3", *SMALL), library)
    assert still.answer == "new" and still.findable is None and still.unjudged_seconds == pytest.approx(3.0, abs=0.1)
    assert still.summary == "Nothing of it could be judged, so that nothing was found."
    form = check_form(still)
    assert [one["kind"] for one in form["caveats"]] == ["unjudged"] and form["resembles"] == []
    assert form["known"] == [] and {one["why"] for one in form["unjudged"]} <= {"blank", "still"}


def test_what_is_called_new_says_what_may_have_been_missed():
    alike = (Resemblance("a.mp4", 2.4),)
    plain = Verdict(False, 0.0, 0.0, 1.0, 1.5, "")
    still, long = replace(plain, shortest_findable=None), replace(plain, shortest_findable=4.28)
    for verdict, by, resembles, unjudged, kinds, said in (
        (plain, "pictures", (), 0.0, ["shorter pieces"], "New: .* library; pieces shorter than 1.5 s may be missed."),
        (long, "pictures", (), 0.0, ["shorter pieces"], "than 4.28 s may be missed, which is most of its 6 s"),
        (plain, "pictures", alike, 0.0, ["shorter pieces", "looks alike"], "look like 1 file, without proof"),
        (still, "pictures", (), 4.0, ["little moves", "unjudged"], "^Nothing .* too little .* 4 s of 6 s could not"),
        (still, "pictures", (), 6.0, ["unjudged"], "^Nothing of it could be judged"),
        (still, "sound", (), 6.0, ["unjudged"], "^Nothing of it could be judged"),
    ):
        caveats = caveats_of(verdict, by, resembles, unjudged, 6.0)
        assert [one.kind for one in caveats] == kinds
        assert re.search(said, summary_of_check("new", (), 6.0 - unjudged, caveats, unjudged < 6.0))


@given(st.integers(1, 30), st.integers(-9000, 9000), st.integers(0, 5))
def test_a_file_is_like_a_video_by_moments_at_one_distance_in_time(moments, lag, strays):
    asked_ms = np.r_[np.arange(moments) * 200, np.arange(strays) * 200].astype(np.int64)
    stored_ms = asked_ms + np.r_[np.full(moments, lag), 20_000 + 1000 * np.arange(strays)].astype(np.int64)
    ones = np.ones(len(asked_ms), np.int64)
    hits = IndexHits(0 * ones, 7 * ones, stored_ms, 9 * ones, asked_ms)
    found = resemblances(hits, 9)
    assert found == ([(7, round(moments / 5, 1))] if moments >= 5 else []) and resemblances(hits, 8) == []


def test_what_cannot_be_read_and_a_library_that_is_not_there_are_said(library, tmp_path):
    (tmp_path / "junk.mp4").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(Broken):
        checked(tmp_path / "junk.mp4", library)
    with pytest.raises(LibraryError, match="no library yet"):
        checked(tmp_path / "junk.mp4", tmp_path / "none.sqlite")
