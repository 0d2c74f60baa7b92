"""Groups of files that look alike: their level is the library's own, and no chain joins strangers."""

import json
import os

import jsonschema
import numpy as np
import pytest
import videos
from likeness_samples import PALETTE, draw_films, drawn

from loopfind.arrays.directions import rounded, unit
from loopfind.cli.app import run
from loopfind.comparison.likeness_groups import Nearest, nearest_files, stars, strangers_of
from loopfind.comparison.neighbours import query_of, rank
from loopfind.errors import BadSetting
from loopfind.model.comparison import Failure
from loopfind.model.likeness import AlikeGroup, AlikeMoments, Appearance, LikenessGroups, Neighbour, ProvenPair
from loopfind.pipeline import add, groups
from loopfind.reports.formats.likeness import groups_text
from loopfind.settings import GroupSettings, Settings


@pytest.mark.slow
def test_the_nearest_files_are_those_that_a_search_for_each_finds():
    many = [drawn(seed, moments=2 + seed % 5) for seed in range(150)]
    nearest = nearest_files(many)
    one_way = np.stack([rank(query_of(one), many).likenesses for one in many])
    plain = np.maximum(one_way, one_way.T)
    np.fill_diagonal(plain, -1)
    assert np.allclose(nearest.likenesses, -np.sort(-plain, axis=1)[:, :100], atol=1e-5)
    assert np.allclose(np.take_along_axis(plain, nearest.files, 1), nearest.likenesses, atol=1e-5)
    assert nearest.pairs.sum() == 150 * 149 // 2


def shelved(copies, strangers=80, seed=3):
    """Appearances of files that are strangers, and of so many copies of each of the first of them."""
    rng = np.random.default_rng(seed)
    first = unit(np.abs(rng.normal(size=(strangers, 6, 30))).reshape(-1, 30)).reshape(strangers, 6, 30)
    vectors = [
        *first,
        *(one + 0.02 * rng.normal(size=one.shape) for one in first[: len(copies)] for _ in range(copies[0])),
    ]
    return [Appearance(PALETTE, np.arange(6.0), rounded(one)) for one in vectors]


@pytest.mark.parametrize("copies", [(), (1,) * 10, (1,) * 80, (5,) * 12])
def test_copies_are_grouped_and_strangers_are_not_however_many_copies_there_are(copies):
    many = shelved(copies)
    nearest = nearest_files(many)
    strangers = strangers_of(nearest, 0.01)
    found = stars(nearest, strangers.level(0.01))
    each = copies[0] if copies else 0
    wanted = [{number, *range(80 + each * number, 80 + each * (number + 1))} for number in range(len(copies))]
    grouped = [{star.centre, *(other for other, _ in star.others)} for star in found]
    assert all(group in grouped for group in wanted) and len(grouped) <= len(wanted) + 1


def test_no_more_files_have_a_stranger_beyond_the_level_than_is_asked_for():
    shares = []
    for seed in range(12):
        nearest = nearest_files(shelved((), seed=seed))
        strangers = strangers_of(nearest, 0.2)
        shares.append((nearest.likenesses[:, 0] >= strangers.level(0.2)).mean())
        assert strangers.chance(np.array(strangers.level(0.2))) == pytest.approx(0.2)
    assert np.mean(shares) < 0.2


def test_all_files_of_a_group_are_alike_to_one_and_no_chain_joins_them():
    alike = np.full((5, 5), 0.1)
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 4)):
        alike[one, other] = alike[other, one] = 0.9 + 0.01 * one
    order = np.argsort(-alike, 1)[:, :4]
    nearest = Nearest(order, np.take_along_axis(alike, order, 1), np.zeros(4, int))
    found = stars(nearest, 0.9)
    assert [(star.centre, [other for other, _ in star.others]) for star in found] == [(3, [4, 2]), (0, [1])]
    assert stars(nearest, 0.95) == []


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A library of three drawn videos and an edit of one."""
    root = tmp_path_factory.mktemp("groups")
    folder = draw_films(root / "films", ("testsrc2", "bars", "fractal"))
    words = ["-i", str(folder / "testsrc2.mp4"), "-vf", "scale=160:120", "-c:v", "mpeg4", "-g", "5"]
    videos.run(*words, str(folder / "edit.mp4"))
    add([str(folder)], root / "l.sqlite", Settings(sound=False))
    return folder, root / "l.sqlite"


NUMBERS = {"time", "other", "likeness"}
NEIGHBOUR = {
    "type": "object",
    "additionalProperties": False,
    "required": ["path", "likeness", "chance", "moments", "proven"],
    "properties": {
        "path": {"type": "string"},
        "likeness": {"type": "number"},
        "chance": {"type": ["number", "null"]},
        "moments": {"type": "array", "items": {"type": "object", "required": sorted(NUMBERS)}},
        "proven": {"type": ["number", "null"]},
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "loopfind", "by", "model", "searched", "level", "chance", "groups", "failures"],
    "properties": {
        "schema": {"const": 1},
        "loopfind": {"type": "string"},
        "by": {"type": "string"},
        "model": {"type": ["string", "null"]},
        "searched": {"type": "integer"},
        "level": {"type": "number"},
        "chance": {"type": ["number", "null"]},
        "failures": {"type": "array"},
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["reference", "others", "proven"],
                "properties": {
                    "reference": {"type": "string"},
                    "others": {"type": "array", "items": NEIGHBOUR, "minItems": 1},
                    "proven": {
                        "type": ["array", "null"],
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["path", "other", "seconds"],
                            "properties": {
                                "path": {"type": "string"},
                                "other": {"type": "string"},
                                "seconds": {"type": "number"},
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.slow
def test_an_edit_and_its_video_are_a_group_that_the_engine_proves(shelf, capsys):
    folder, library = shelf
    assert run(["library", "groups", "--level", "0.95", "--prove", "--json", "--library", str(library)]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, SCHEMA)
    (group,) = answer["groups"]
    files = {group["reference"], *(one["path"] for one in group["others"])}
    assert files == {str(folder / "testsrc2.mp4"), str(folder / "edit.mp4")} and answer["searched"] == 4
    assert [pair["seconds"] for pair in group["proven"]] == [pytest.approx(4, abs=0.2)]
    assert [one["proven"] for one in group["others"]] == [pytest.approx(4, abs=0.2)]
    assert answer["level"] == 0.95 and answer["chance"] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ([], 1, "it holds 4 files to compare, and 20 are the fewest"),
        (["--chance", "0.7"], 1, "it takes a share above 0, up to 0.5"),
        (["--chance", "nan"], 1, "it takes a share above 0, up to 0.5"),
        (["--level", "2"], 1, "it takes a likeness above 0, up to 1"),
        (["--by", "smell"], 2, "unknown way to be alike 'smell'"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(given, status, said, shelf, capsys):
    assert run(["library", "groups", *given, "--library", str(shelf[1])]) in (status, 2)
    out, error = capsys.readouterr()
    assert out == "" and said in error and error.count("\n") == 1


@pytest.mark.slow
def test_a_member_that_is_gone_costs_the_others_no_proof(shelf, tmp_path):
    folder = draw_films(tmp_path / "films", ("testsrc2",))
    for name in ("again.mp4", "third.mp4"):
        (folder / name).write_bytes((folder / "testsrc2.mp4").read_bytes() + name.encode())
    add([str(folder)], tmp_path / "l.sqlite", Settings(sound=False))
    asked = GroupSettings(level=0.99, prove=True)
    groups(tmp_path / "l.sqlite", GroupSettings(level=0.99))
    (folder / "again.mp4").unlink()
    answer = groups(tmp_path / "l.sqlite", asked)
    (group,) = answer.groups
    left = {str(folder / name) for name in ("testsrc2.mp4", "third.mp4")}
    assert [{pair.path, pair.other} for pair in group.proven] == [left]
    assert [os.path.basename(one.path) for one in answer.failures] == ["again.mp4"]
    with pytest.raises(BadSetting, match="palette"):
        groups(tmp_path / "l.sqlite", GroupSettings(by="smell"))


MEMBER = Neighbour("/films/\x1btwo.mp4", 0.93, 0.0001, (AlikeMoments(4.6, 3605.2, 0.9),))
GROUPS = LikenessGroups(PALETTE, (AlikeGroup("/films/one.mp4", (MEMBER,)),), 40, 0.905, 0.01)
PAIR = ProvenPair("/films/two.mp4", "/films/three.mp4", 9.0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (GROUPS, "40 files of the library compared by dominant colours: 2 of them in 1 group\n"),
        (GROUPS, "from a likeness of 0.905 on: strangers reach it for about 1% of files"),
        (LikenessGroups(PALETTE, (), 40, 0.9, None), "from a likeness of 0.900 on, as asked for"),
        (GROUPS, "0.930  /films/\\x1btwo.mp4  (for under 0.1% of files a stranger is as near)"),
        (LikenessGroups(PALETTE, (AlikeGroup("/a", (MEMBER,), (PAIR,)),), 3, 0.9, None), "three.mp4: 9 s\n"),
        (LikenessGroups(PALETTE, (), 3, 0.9, None, (Failure("/a\nb", "gone"),)), "left out: /a\\x0ab: gone\n"),
    ],
)
def test_the_text_says_what_is_known(answer, said):
    text = "".join(groups_text(answer))
    assert said in text and "\x1b" not in text
