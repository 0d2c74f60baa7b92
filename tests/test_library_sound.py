"""A library of sound: which file a sound is from, to the millisecond, and what is said where the file is gone."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import sounds
import videos
from hypothesis import given
from hypothesis import strategies as st

from loopfind.cli.app import run
from loopfind.engine.sound.library import MetPlace, SoundHits, places_met, stretches_on
from loopfind.errors import BadSetting, LibraryError, NotVideo
from loopfind.model.comparison import Comparison
from loopfind.model.library import SOUND
from loopfind.model.sound import SOUND_HOP
from loopfind.pipeline import add, search_library
from loopfind.reports.formats import comparisons, libraries
from loopfind.settings import CompareSettings, Settings
from loopfind.stores.opener import open_library

ENDINGS = ("flac", "mp3", "m4a", "opus")


def talk_of(ending: str) -> sounds.Wave:
    return sounds.talk(28, 201 + ENDINGS.index(ending))


def beats_there() -> sounds.Wave:
    return sounds.machine(20, 0.5)


def looked_up(clip: Path, library: Path, align: str = "engine") -> Comparison:
    return search_library(str(clip), library, CompareSettings(query=1, align=align))


def filled(place: Path) -> Path:
    """A folder of sounds, one with a machine's beat, and a video that has a sound."""
    place.mkdir()
    for ending in ENDINGS:
        shutil.copy(sounds.file(f"library-talk.{ending}", talk_of(ending)), place / f"talk.{ending}")
    shutil.copy(sounds.file("library-beats.flac", beats_there()), place / "beats.flac")
    film = sounds.written("library-film", sounds.talk(10, 209).tobytes()).as_posix()
    shown = ("-c:v", "mpeg4", "-c:a", "aac", "-shortest")
    shutil.copy(videos.make("library-film.mp4", *videos.moving(10), "-i", film, *shown), place / "film.mp4")
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("kept") / "radio")


@pytest.fixture(scope="module")
def library(folder: Path) -> Path:
    """A library of the folder, which no test changes."""
    path = folder.parent / "l.sqlite"
    assert {file.what for file in add([str(folder)], path).files} == {"added"}
    return path


def found(answer: Comparison) -> dict[str, float]:
    """The files that were found, each with the seconds by which the clip lies later in it."""
    places = {Path(answer.sources[match.file].path).name: match.places for match in answer.matches}
    return {name: one.there_start - one.start for name, (one, *_) in places.items()}


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_clip_is_found_in_its_file_to_the_millisecond(library: Path, ending: str) -> None:
    # From behind the first ten seconds, so that the file is read from the middle on.
    clip = sounds.file(f"sought-{ending}.flac", sounds.part(talk_of(ending), 15.3217, 20.3217))
    answer = looked_up(clip, library)
    assert list(found(answer)) == [f"talk.{ending}"] and answer.settings.align == "sound"
    # Encoders put silence before a sound, and say so, or not.
    assert found(answer)[f"talk.{ending}"] == pytest.approx(15.3217, abs=0.0005 if ending == "flac" else 0.03)
    assert not answer.matches[0].codes_alone and answer.matches[0].score > 0.8
    assert {repeat.of for repeat in answer.repeats} == {"sound"}


@pytest.mark.slow
def test_a_clip_is_found_through_noise_and_a_video_by_its_sound(library: Path, folder: Path) -> None:
    talk = sounds.part(talk_of("mp3"), 4, 10)
    noisy = sounds.file("noisy.opus", talk + 0.1 * sounds.noise(6, 5))
    assert found(looked_up(noisy, library)) == {"talk.mp3": pytest.approx(4, abs=0.03)}
    film = ("-i", (folder / "film.mp4").as_posix(), "-vf", "negate", "-c:v", "mpeg4", "-c:a", "aac", "-t", "6")
    other = videos.make("library-film-again.mp4", *film)
    assert list(found(looked_up(other, library, "sound"))) == ["film.mp4"]


@pytest.mark.slow
def test_strangers_are_found_nowhere(library: Path) -> None:
    stranger = sounds.file("stranger-there.mp3", sounds.talk(6, 251))
    assert not looked_up(stranger, library).matches
    # The same beats in another piece say that one machine played both, not that it is one recording.
    beats = sounds.file("beats-there.flac", sounds.part(beats_there(), 0, 8) + 0.6 * sounds.talk(8, 252))
    assert not looked_up(beats, library).matches


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["removed", "changed"])
def test_where_the_file_is_gone_codes_that_are_clear_are_enough_and_the_answer_says_so(
    library: Path, folder: Path, tmp_path: Path, gone: str
) -> None:
    folder = shutil.copytree(folder, tmp_path / "radio")
    library = tmp_path / "l.sqlite"
    add([str(folder)], library)
    clip = sounds.file("by-codes.flac", sounds.part(talk_of("m4a"), 12.4, 17.4))
    short = sounds.file("by-few-codes.flac", sounds.part(talk_of("m4a"), 12.4, 14.4))
    beats = sounds.file("by-codes-of-beats.flac", sounds.part(beats_there(), 2, 8))
    for path in folder.iterdir():
        path.unlink()
        if gone == "changed":
            shutil.copy(sounds.file("library-other.flac", sounds.talk(28, 255)), path)
    answer = looked_up(clip, library)
    assert found(answer) == {"talk.m4a": pytest.approx(12.4, abs=0.03)}
    assert answer.matches[0].codes_alone and answer.matches[0].confidence < 0.99
    assert "by its codes alone" in "".join(comparisons.as_text(answer))
    assert '"codes_alone": true' in "".join(comparisons.as_json(answer))
    assert not looked_up(short, library).matches and not looked_up(beats, library).matches


@pytest.mark.slow
def test_a_sound_that_is_known_is_not_read_again_nor_one_that_is_not_there(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nonexistent")
    library = shutil.copy(small, tmp_path)
    again = add([str(sounds.file("small.flac", sounds.talk(9, 261))), str(videos.encoded("mp4", "mpeg4"))], library)
    assert [(file.what, file.sound is None) for file in again.files] == [("known", False), ("known", True)]


@pytest.mark.slow
def test_the_sound_of_what_was_added_without_it_is_added(folder: Path, tmp_path: Path) -> None:
    path, film = tmp_path / "older.sqlite", str(folder / "film.mp4")
    (first,) = add([film], path, Settings(sound=False)).files
    addition = add([film], path)
    (second,) = addition.files
    assert (first.what, first.sound, second.what) == ("added", None, "sound") and second.sound is not None
    assert "1 known, their sound added" in "".join(libraries.added_text(addition))
    (left,) = add([str(folder / "talk.mp3")], path, Settings(sound=False)).failures
    assert "sound only" in left.what
    # A file of fewer tracks is kept without the one that is asked for.
    (third,) = add([film], path, Settings(audio_stream=3)).files
    assert third.sound is None


@pytest.mark.slow
def test_pictures_are_compared_as_before_and_sounds_are_listed_checked_and_removed(
    library: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = Path(shutil.copy(library, tmp_path))
    given_ = ["--library", str(library)]
    assert run(["library", "list", *given_]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("7 entries of 6 files, 2 min 22") and listed.count("  sound  ") == 6
    assert run(["library", "verify", *given_]) == 0
    assert run(["library", "query", "SELECT track, round(begins, 1), round(duration) FROM sounds", *given_]) == 0
    assert capsys.readouterr().out.count("\n0\t") == 6
    assert run(["library", "compare", *given_]) == 2  # one video is not enough
    assert run(["library", "search", str(folder / "film.mp4"), "--align", "dtw", *given_]) == 2
    assert run(["library", "remove", str(folder / "talk.mp3"), *given_]) == 0
    clip = sounds.file("removed.flac", sounds.part(talk_of("mp3"), 15, 20))
    assert run(["library", "search", str(clip), *given_]) == 0
    assert "not found in any" in capsys.readouterr().out


@pytest.mark.slow
def test_a_file_is_looked_up_in_others_than_itself(library: Path, folder: Path, tmp_path: Path) -> None:
    answer = looked_up(Path(shutil.copy(folder / "talk.mp3", tmp_path / "same.mp3")), library)
    assert not answer.matches and "5 files" in answer.summary


def test_what_has_no_sound_is_refused(small: Path) -> None:
    with pytest.raises(NotVideo, match="no sound in it"):
        looked_up(videos.encoded("mp4", "mpeg4"), small, "sound")
    with pytest.raises(BadSetting, match="engine or by sound"):
        looked_up(videos.encoded("mp4", "mpeg4"), small, "dtw")


DAMAGE = [
    f"UPDATE entry SET duration = 9e300 WHERE kind = '{SOUND}'",
    f"UPDATE entry SET duration = -1 WHERE kind = '{SOUND}'",
    f"UPDATE entry SET closes = 9e999 WHERE kind = '{SOUND}'",
    f"DELETE FROM part WHERE entry IN (SELECT id FROM entry WHERE kind = '{SOUND}')",
    f"UPDATE part SET rows = rows - 1 WHERE entry IN (SELECT id FROM entry WHERE kind = '{SOUND}')",
    f"UPDATE part SET dtype = '|u1' WHERE entry IN (SELECT id FROM entry WHERE kind = '{SOUND}')",
    f"UPDATE part SET width = 2 WHERE entry IN (SELECT id FROM entry WHERE kind = '{SOUND}')",
    "UPDATE block SET data = zeroblob(9)",
    "UPDATE posting SET shown = 'late'",
    "UPDATE lacking SET stream = 'none'",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of one sound, with its index, and of a video without sound."""
    path = tmp_path_factory.mktemp("small") / "l.sqlite"
    add([str(sounds.file("small.flac", sounds.talk(9, 261))), str(videos.encoded("mp4", "mpeg4"))], path)
    looked_up(sounds.file("small-clip.flac", sounds.part(sounds.talk(9, 261), 2, 7)), path)
    return path


def damaged(small: Path, folder: Path, change: str) -> Path:
    path = folder / "damaged.sqlite"
    shutil.copy(small, path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(change).rowcount > 0
    return path


@pytest.mark.parametrize("change", DAMAGE)
@pytest.mark.slow
def test_a_damaged_sound_is_one_line(small: Path, tmp_path: Path, change: str) -> None:
    clip = sounds.file("small-clip.flac", sounds.part(sounds.talk(9, 261), 2, 7))
    with pytest.raises(LibraryError, match="damaged"):
        looked_up(clip, damaged(small, tmp_path, change))


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["-5", "1 << 45", "100000"])
def test_an_index_that_lies_finds_nothing(small: Path, tmp_path: Path, shown: str) -> None:
    clip = sounds.file("small-clip.flac", sounds.part(sounds.talk(9, 261), 2, 7))
    assert len(looked_up(clip, small).matches) == 1
    assert not looked_up(clip, damaged(small, tmp_path, f"UPDATE OR REPLACE posting SET shown = {shown}")).matches


@given(st.integers(0, 2**32 - 1), st.integers(0, 600), st.integers(60, 200))
def test_codes_that_are_alike_at_a_lag_are_found_there(seed: int, at: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    stored = rng.integers(0, 2**32, 900, np.uint32)
    codes = rng.integers(0, 2**32, length + 50, np.uint32)
    codes[20 : 20 + length] = stored[at : at + length] ^ np.uint32(1 << int(rng.integers(32)))
    lag = (at - 20) * SOUND_HOP
    hops = np.arange(at, at + length, 4)
    hits = SoundHits(np.full(len(hops), 7), hops, hops * SOUND_HOP - lag + rng.integers(-60, 60, len(hops)))
    place = places_met(hits)[0]
    assert place.entry == 7 and abs(place.lag - lag) <= SOUND_HOP and place.votes >= len(hops) / 2
    (one,) = stretches_on(place, {0: codes}, stored)
    assert one.lag == lag and abs(one.start // SOUND_HOP - 3 - 20) <= 12 and one.wrong <= 0.08
    assert one.is_clear == (one.seconds >= 3) or len(stored) - at < length
    assert stretches_on(MetPlace(7, lag + 40 * SOUND_HOP, 4), {0: codes}, stored) == []


@pytest.mark.slow
def test_a_library_is_asked_for_sounds_alone_by_their_kind(library: Path, folder: Path) -> None:
    with open_library(library) as opened:
        file = opened.look(folder / "film.mp4")
        pictures = opened.find_track(file, Settings())
        assert pictures is not None and pictures != opened.find_sound(file, Settings())
        reading = opened.sound(opened.find_sound(file, Settings()) or 0)
    assert reading.source.size == (folder / "film.mp4").stat().st_size and reading.source.width == 0
