"""The files that show most of a clip, and groups of files that all show the same."""

from dataclasses import replace

import pytest
import synthetic as s
from hypothesis import given
from hypothesis import strategies as st
from samples import showing

from loopfind.comparison.ranks import groups_of, matches_of
from loopfind.engine.cross_file import across
from loopfind.model.comparison import Place, Shared
from loopfind.model.report import Repeat
from loopfind.model.video import Source
from loopfind.reports.summaries import summary_of_matches
from loopfind.settings import CompareSettings


def source(name, duration):
    return Source(f"/v/{name}.mkv", duration, round(25 * duration), 25.0, 320, 180)


def shown(id, confidence, *places):
    """A repeat shown in files: (file, start, end)."""
    occurrences = tuple(showing(a, b, round(25 * a), round(25 * b), file=file) for file, a, b in places)
    return Repeat(id, "repeat", places[0][2] - places[0][1], None, confidence, "replay", occurrences)


def found(files, settings):
    """Repeats, pairs and sources of drawn files."""
    sources = [source(str(number), file.end) for number, file in enumerate(files)]
    return (*across(files, settings), sources)


@pytest.mark.slow
def test_the_file_with_more_of_the_clip_comes_first_and_one_with_none_of_it_not_at_all():
    film = s.film(6)
    files = [
        s.shown([(film, 0, 10)], 25, seed=1),
        s.shown([(s.film(60), 0, 5), (film, 2, 6)], 25, seed=2),
        s.shown([(film, 0, 10)], 25, seed=3),
        s.shown([(s.film(61), 0, 9)], 25, seed=4),
        s.shown([(s.film(62), 0, 3), (film, 1, 9), (s.film(62), 3, 6)], 25, seed=5),
    ]
    repeats, pairs, sources = found(files, CompareSettings(query=1))
    matches = matches_of(repeats, pairs, sources, 1)
    assert [(match.rank, match.file) for match in matches] == [(1, 2), (2, 4), (3, 1)]
    assert [match.share for match in matches] == pytest.approx([1.0, 0.8, 0.4], abs=0.01)
    assert [match.whole for match in matches] == [True, False, False]
    (place,) = matches[1].places
    assert (place.start, place.end, place.there_start) == pytest.approx((1, 9, 3), abs=0.05)
    for match in matches:
        assert match.score == pytest.approx(match.share * match.confidence * match.closeness)
        assert 0 < match.score <= match.share <= 1
    assert summary_of_matches(matches, 5, 1) == "The clip was looked for in 4 files and found in 3 of them."


@pytest.mark.slow
def test_each_clip_has_ranks_of_its_own_and_clips_are_not_compared_with_each_other():
    film = s.film(7)
    clips = [s.shown([(film, 0, 5)], 25, seed=1), s.shown([(film, 3, 9)], 25, seed=2)]
    files = [*clips, s.shown([(film, 0, 12)], 25, seed=3), s.shown([(film, 2, 8)], 25, seed=4)]
    repeats, pairs, sources = found(files, CompareSettings(query=2))
    assert {pair.files for pair in pairs} == {(0, 2), (0, 3), (1, 2), (1, 3)}
    matches = matches_of(repeats, pairs, sources, 2)
    assert [(match.query, match.rank, match.file) for match in matches] == [(0, 1, 2), (0, 2, 3), (1, 1, 2), (1, 2, 3)]


@pytest.mark.slow
def test_a_worse_copy_is_less_close():
    film = s.film(8)
    files = [
        s.shown([(film, 0, 10)], 25, seed=1),
        s.shown([(film, 0, 10)], 25, noise=4.0, seed=2),
        s.shown([(film, 0, 10)], 25, seed=3),
    ]
    repeats, pairs, sources = found(files, CompareSettings(query=1))
    matches = matches_of(repeats, pairs, sources, 1)
    assert [match.file for match in matches] == [2, 1] and matches[0].closeness > matches[1].closeness


@pytest.mark.slow
def test_files_are_not_chained_into_one_group():
    """A shares one film with B, and B another one with C; A and C share nothing."""
    one, other = s.film(1), s.film(2)
    files = [
        s.shown([(one, 0, 8)], 25, seed=1),
        s.shown([(one, 2, 8), (other, 0, 6)], 25, seed=2),
        s.shown([(other, 0, 9)], 25, seed=3),
    ]
    groups = groups_of(*found(files, CompareSettings()))
    assert sorted(group.files for group in groups) == [(0, 1), (1, 2)]
    assert not any(group.whole for group in groups)


@pytest.mark.slow
def test_files_that_all_show_the_same_are_one_group_and_duplicates_come_first():
    film = s.film(3)
    files = [s.shown([(film, 0, 8)], rate, seed=rate) for rate in (25, 30)]
    files += [s.shown([(s.film(4), 0, 4), (film, 2, 7)], 25, seed=7), s.shown([(s.film(5), 0, 9)], 25, seed=8)]
    groups = groups_of(*found(files, CompareSettings()))
    assert (groups[0].files, groups[0].whole) == ((0, 1), True)
    assert (0, 1, 2) in [group.files for group in groups[1:]]
    assert len({group.files for group in groups}) == len(groups)


numbers = st.integers(0, 7)


@given(st.sets(st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])))
def test_duplicates_are_groups_in_which_every_two_are_a_pair_and_no_pair_is_lost(pairs):
    shared = [Shared(pair, (9.0, 9.0), (True, True)) for pair in sorted(pairs)]
    groups = groups_of([], shared, [source(str(number), 9.0) for number in range(8)])
    within = [{(a, b) for a in group.files for b in group.files if a < b} for group in groups]
    assert all(group <= pairs for group in within)
    assert set().union(*within) == pairs


def test_a_clip_found_by_several_stretches_has_the_mean_of_their_confidence_by_length():
    repeats = [shown(1, 1.0, (0, 0, 6), (1, 10, 16)), shown(2, 0.5, (0, 6, 8), (1, 30, 32))]
    pair = Shared((0, 1), (8.0, 8.0), (False, False), 0.9)
    (match,) = matches_of(repeats, [pair], [source("clip", 10.0), source("film", 60.0)], 1)
    assert match.share == pytest.approx(0.8) and match.confidence == pytest.approx(0.875)
    assert match.score == pytest.approx(0.8 * 0.875 * 0.9) and match.repeats == (1, 2)
    (again,) = matches_of(repeats, [replace(pair, closeness=None)], [source("clip", 10.0), source("film", 60.0)], 1)
    assert again.closeness == 1.0


def places_plainly(repeats, query, file):
    """Return where a clip is in a file, by looking through all repeats for the two."""
    found = []
    for repeat in sorted(repeats, key=lambda repeat: -repeat.length):
        for one in repeat.occurrences:
            for other in repeat.occurrences:
                place = Place(one.start, one.end, other.start, other.end)
                if (one.file, other.file) == (query, file) and not any(within(place, longer) for longer, _ in found):
                    found.append((place, repeat.id))
    return sorted(found, key=lambda each: (each[0].start, each[0].there_start))


def within(part, whole):
    own = whole.start - 0.1 <= part.start and part.end <= whole.end + 0.1
    return own and whole.there_start - 0.1 <= part.there_start and part.there_end <= whole.there_end + 0.1


occurrences = st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(1, 5)).map(
    lambda o: (o[0], o[1], o[1] + o[2])
)


@given(st.lists(st.lists(occurrences, min_size=2, max_size=5), max_size=6), st.integers(1, 3))
def test_each_match_has_the_places_that_a_search_through_all_repeats_gives(drawn, queries):
    repeats = [shown(number, 1.0, *places) for number, places in enumerate(drawn, 1)]
    pairs = [Shared((a, b), (2.0, 2.0), (False, False), 0.9) for a in range(5) for b in range(a + 1, 5)]
    matches = matches_of(repeats, pairs, [source(str(number), 9.0) for number in range(5)], queries)
    wanted = {pair.files: places_plainly(repeats, *pair.files) for pair in pairs if pair.files[0] < queries}
    assert {(m.query, m.file) for m in matches} == {files for files, places in wanted.items() if places}
    for match in matches:
        places = wanted[match.query, match.file]
        assert match.places == tuple(place for place, _ in places)
        assert match.repeats == tuple(dict.fromkeys(id for _, id in places))


def test_repeats_are_looked_through_once_however_many_pairs_there_are():
    class Counted(tuple):
        looks = 0

        def __iter__(self):
            Counted.looks += 1
            return super().__iter__()

    repeat = shown(1, 1.0, *((file, 0, 5) for file in range(40)))
    repeats = [replace(repeat, id=n, occurrences=Counted(repeat.occurrences)) for n in range(20)]
    pairs = [Shared((0, file), (5.0, 5.0), (False, False)) for file in range(1, 40)]
    assert len(matches_of(repeats, pairs, [source(str(number), 9.0) for number in range(40)], 1)) == 39
    assert Counted.looks <= 2 * len(repeats)


@pytest.mark.parametrize(
    ("files", "queries", "said"),
    [(4, 1, "The clip was looked for in 3 files and not found in any."), (3, 2, "2 clips were looked for in 1 file")],
)
def test_that_nothing_was_found_is_said_with_how_much_was_looked_through(files, queries, said):
    assert summary_of_matches((), files, queries).startswith(said)
