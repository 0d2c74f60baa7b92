"""Sounds of several files: what they share, and by how much one is offset from the other, to the millisecond."""

from pathlib import Path

import pytest
import sounds

from loopfind import compare
from loopfind.engine.sound import changed_search, parameters
from loopfind.errors import BadSetting, NotVideo
from loopfind.model.comparison import Comparison

pytestmark = pytest.mark.usefixtures("few_speeds")


def the_talk() -> sounds.Wave:
    return sounds.talk(24, 31)


def heard(*paths: Path, **changes: object) -> Comparison:
    return compare(paths, align="sound", **changes)


@pytest.mark.parametrize("offset", [0.1, 5.5, 14.0])
@pytest.mark.slow
def test_the_offset_of_two_cuts_of_one_recording_is_right(offset: float) -> None:
    one = sounds.file(f"cut-{offset}.m4a", sounds.part(the_talk(), 0, 20))
    other = sounds.file(f"cut-{offset}.mp3", sounds.part(the_talk(), offset, 24))
    (repeat,) = heard(one, other).repeats
    first, second = repeat.occurrences
    assert (first.file, second.file) == (0, 1) and repeat.of == "sound"
    # Encoders put silence before a sound, and say so, or not.
    assert first.start - second.start == pytest.approx(offset, abs=0.03)


@pytest.mark.slow
def test_cuts_in_one_codec_are_offset_to_the_sample() -> None:
    one, other = (sounds.file(f"exact-{n}.flac", sounds.part(the_talk(), n, n + 14)) for n in (2, 9))
    (repeat,) = heard(one, other).repeats
    assert repeat.occurrences[0].start - repeat.occurrences[1].start == pytest.approx(7, abs=0.001)


@pytest.mark.slow
def test_what_is_the_same_from_end_to_end_is_said_to_be() -> None:
    one, other = (sounds.file(f"whole-{ending}.{ending}", sounds.part(the_talk(), 0, 10)) for ending in ("flac", "m4a"))
    found = heard(one, other)
    (pair,) = found.pairs
    assert pair.whole == (True, True) and "same from end to end" in found.summary


@pytest.mark.slow
def test_strangers_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_search, "MOST_CHANGED", parameters.MOST_CHANGED)
    one, other = (sounds.file(f"stranger-{n}.mp3", sounds.talk(20, n)) for n in (51, 52))
    assert not heard(one, other).repeats


@pytest.mark.slow
def test_a_machine_that_plays_in_two_files_is_no_recording_that_both_share() -> None:
    beats = sounds.machine(7.5, 0.5)
    one, other = (sounds.file(f"beats-{n}.mp3", beats + 0.5 * sounds.talk(7.5, n)) for n in (53, 54))
    assert not heard(one, other).repeats


@pytest.mark.slow
def test_a_stretch_that_two_files_share_ends_where_they_differ() -> None:
    """Three cuts, of which the third lies as far behind the second as that behind the first."""
    lengths = ((0, 18, "mp3"), (6, 24, "m4a"), (12, 16, "ogg"))
    files = [sounds.file(f"chain-{low}.{ending}", sounds.part(the_talk(), low, high)) for low, high, ending in lengths]
    repeats = heard(*files).repeats
    assert {one.file for repeat in repeats for one in repeat.occurrences} == {0, 1, 2}
    for repeat in repeats:
        for one in repeat.occurrences:
            for other in repeat.occurrences:
                offset = lengths[other.file or 0][0] - lengths[one.file or 0][0]
                assert one.start - other.start == pytest.approx(offset, abs=0.06)
                assert one.end - other.end == pytest.approx(offset, abs=0.2)


@pytest.mark.slow
def test_what_repeats_inside_a_file_is_found_if_asked_for() -> None:
    talk = sounds.part(the_talk(), 0, 12)
    one = sounds.file("inside.flac", sounds.joined(talk, sounds.part(the_talk(), 17, 23), sounds.part(talk, 3, 8)))
    other = sounds.file("outside.flac", sounds.talk(12, 77))
    assert not heard(one, other).repeats
    (repeat,) = heard(one, other, own=True).repeats
    assert [o.file for o in repeat.occurrences] == [0, 0]


@pytest.mark.slow
def test_a_clip_is_looked_for_in_files() -> None:
    clip = sounds.file("clip.opus", sounds.part(the_talk(), 11, 16))
    films = [sounds.file("film-a.m4a", the_talk()), sounds.file("film-b.m4a", sounds.talk(20, 78))]
    (match,) = heard(clip, *films, query=1).matches
    assert match.file == 1 and match.share > 0.95
    assert match.places[0].there_start == pytest.approx(11, abs=0.1)


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    import videos

    silent = videos.encoded("mp4", "mpeg4")
    with pytest.raises(NotVideo, match="no sound in it"):
        heard(silent, sounds.file("with.flac", the_talk()))
    with pytest.raises(BadSetting, match="files to compare"):
        heard(sounds.file("with.flac", the_talk()))
