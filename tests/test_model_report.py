"""Reports as values."""

from dataclasses import replace

import numpy as np
import samples
from hypothesis import given
from hypothesis import strategies as st

from loopfind.model.report import Clusters


def clusters(groups, dtype=np.int64):
    """Clusters of groups of frames, shown 25 a second."""
    frames = np.array([frame for group in groups for frame in group], dtype)
    return Clusters(frames, frames / 25, np.cumsum([0, *map(len, groups)]).astype(dtype))


grouped = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=3), max_size=3)


def test_a_report_equals_itself_and_one_of_the_same_values() -> None:
    one, other = samples.three_and_a_loop(), samples.three_and_a_loop()
    assert one == one and one == other and hash(one) == hash(other) and len({one, other}) == 1


def test_reports_of_different_clusters_differ() -> None:
    one = samples.three_and_a_loop()
    assert one != replace(one, clusters=Clusters()) and one != "report"


@given(grouped, grouped)
def test_clusters_are_equal_where_their_values_are(one, other) -> None:
    assert (clusters(one) == clusters(other)) == (one == other)
    if one == other:
        assert hash(clusters(one)) == hash(clusters(other))


@given(grouped)
def test_equal_clusters_have_one_hash_whatever_holds_them(groups) -> None:
    wide, narrow = clusters(groups), clusters(groups, np.int32)
    signed = replace(wide, times=np.where(wide.times == 0, -0.0, wide.times))
    assert wide == narrow == signed and hash(wide) == hash(narrow) == hash(signed)
