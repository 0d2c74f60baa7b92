"""Scores on labelled files: each is asked for among other groups, and bad labels are one line."""

import json

import jsonschema
import numpy as np
import pytest
from likeness_samples import PALETTE, draw_films

from loopfind.arrays.directions import rounded
from loopfind.cli.app import run
from loopfind.comparison.likeness_groups import likeness_rows
from loopfind.comparison.nearest_scores import nearest_scores
from loopfind.errors import BadSetting
from loopfind.model.comparison import Failure
from loopfind.model.knn import ClassScore, NearestScore, NearestScores
from loopfind.model.likeness import Appearance
from loopfind.pipeline.labels import read_labels
from loopfind.reports.formats.nearest_scores import scores_text


def shelved(count=200, classes=4, width=12, seed=1):
    rng = np.random.default_rng(seed)
    kinds, groups = rng.integers(0, classes, count), rng.integers(0, 30, count)
    centres, scenes = rng.normal(size=(classes, width)), rng.normal(size=(30, width))
    vectors = centres[kinds] + 2 * scenes[groups] + rng.normal(size=(count, width))
    seen = [Appearance(PALETTE, np.zeros(1), rounded(one[None])) for one in vectors]
    return seen, [f"c{kind}" for kind in kinds], [f"g{group}" for group in groups]


def test_scores_are_what_the_plain_loops_give():
    seen, classes, groups = shelved()
    alike = np.concatenate([rows for _, rows in likeness_rows(seen)])
    assert np.allclose(alike, alike.T, atol=1e-6) and np.allclose(np.diag(alike), 1, atol=1e-5)
    scores, each, judged = nearest_scores(seen, classes, groups, (1, 7))
    recall, vote, within = [], [], []
    for one in range(200):
        order = sorted(range(200), key=lambda other: (-alike[one][other], other))
        near = [other for other in order if groups[other] != groups[one]][:7]
        votes = {kind: sum(alike[one][other] for other in near if classes[other] == kind) for kind in classes}
        recall.append(any(classes[other] == classes[one] for other in near))
        vote.append(max(votes, key=votes.get) == classes[one])
        within.append(any(classes[other] == classes[one] for other in [x for x in order if x != one][:7]))
    assert judged == 200 and scores[1].count == 7
    assert (scores[1].recall, scores[1].within) == (round(np.mean(recall), 4), round(np.mean(within), 4))
    assert scores[1].accuracy == pytest.approx(np.mean(vote), abs=1e-4)
    assert scores[0].recall == scores[0].accuracy < scores[0].within
    assert sum(row.files for row in each) == 200 and [row.name for row in each] == ["c0", "c1", "c2", "c3"]
    assert sum(row.files * row.recall for row in each) == pytest.approx(200 * scores[0].recall, abs=0.1)


def test_a_class_that_no_other_group_has_is_not_asked_for():
    seen, _, _ = shelved(4)
    scores, each, judged = nearest_scores(seen, ["a", "a", "b", "b"], ["1", "2", "3", "3"], (1,))
    assert judged == 2 and [row.name for row in each] == ["a"] and len(scores) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "it cannot be read: No such file"),
        (b"", "its first line should name the columns"),
        (b"path,kind\na,b\n", "its first line should name the columns"),
        (b"path,class,class\na,b,c\n", "each once"),
        (b"\xff\xfe\x00a", "no text in UTF-8"),
        (b'path,class,group\n"a,b,c\n', "it is no CSV"),
        (b"path,class,group\na.mp4,dog\n", "line 2 has 2 cells, the first line has 3"),
        (b"path,class,group\n,dog,1\n", "line 2 has no path"),
        (b"path,class,group\na.mp4, ,1\n", "line 2 has no class"),
        (b"path,class,group\na.mp4,dog,1\n\n./a.mp4,cat,2\n", "line 4 names the file of line 2 again"),
        (b"path,class,group\na.mp4,dog,1\nb.mp4,dog,2\n", "two classes or more"),
        (b"path,class,group\na.mp4,dog,1\nb.mp4,cat,1\n", "two groups or more"),
        (b"path,class\na.mp4,dog\nb.mp4,cat\n", "none of its 2 files can be looked at"),
    ],
)
def test_bad_labels_are_one_line(text, said, tmp_path, capsys):
    path = tmp_path / "labels.csv"
    if text is not None:
        path.write_bytes(text)
    assert run(["evaluate", "knn", "--labels", str(path)]) == 2
    out, error = capsys.readouterr()
    assert out == "" and said in error and "labels.csv" in error and error.count("\n") == 1


def test_paths_are_those_from_the_folder_of_the_labels_and_a_file_without_group_is_one(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("\ufeffGroup, class ,PATH,more\n1,dog,a.mp4,x\n,cat,/b.mp4,y\n,cat,c.mp4,\n", encoding="utf-8")
    one, two, three = read_labels(str(path))
    assert (one.path, one.name, one.group, two.path) == (str(tmp_path / "a.mp4"), "dog", "1", "/b.mp4")
    assert len({one.group, two.group, three.group}) == 3
    with pytest.raises(BadSetting, match="cannot be read"):
        read_labels(str(tmp_path))


NUMBER = {"type": "number", "minimum": 0, "maximum": 1}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "loopfind", "by", "model", "files", "groups", "judged", "scores", "classes", "failures"],
    "properties": {
        **{key: {"type": "integer"} for key in ("schema", "files", "groups", "judged")},
        **{key: {"type": ["string", "null"]} for key in ("loopfind", "by", "model")},
        "failures": {"type": "array", "items": {"type": "object", "required": ["path", "what"]}},
        "scores": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["count", "recall", "accuracy", "within"],
                "properties": {"count": {"type": "integer"}, "recall": NUMBER, "accuracy": NUMBER, "within": NUMBER},
            },
        },
        "classes": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "files", "recall", "accuracy"],
                "properties": {
                    "name": {"type": "string"},
                    "files": {"type": "integer"},
                    "recall": NUMBER,
                    "accuracy": NUMBER,
                },
            },
        },
    },
}


@pytest.mark.slow
def test_labelled_videos_are_scored_and_one_that_is_gone_is_left_out(tmp_path, capsys):
    folder = draw_films(tmp_path / "films", ("testsrc2", "fractal"))
    for name in ("testsrc2", "fractal"):
        (folder / f"{name}-2.mp4").write_bytes((folder / f"{name}.mp4").read_bytes() + b"\0")
    rows = ["path,class,group", "films/testsrc2.mp4,card,1", "films/testsrc2-2.mp4,card,2"]
    rows += ["films/fractal.mp4,zoom,3", "films/fractal-2.mp4,zoom,4", "films/gone.mp4,zoom,5"]
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    assert run(["evaluate", "knn", "--labels", str(tmp_path / "labels.csv"), "-k", "1", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, SCHEMA)
    assert answer["scores"] == [{"count": 1, "recall": 1.0, "accuracy": 1.0, "within": 1.0}] and answer["judged"] == 4
    assert [one["path"] for one in answer["failures"]] == [str(folder / "gone.mp4")]


def test_the_text_says_what_is_known():
    scores = (NearestScore(1, 0.5, 0.5, 1.0), NearestScore(5, 0.75, 0.625, 1.0))
    classes = (ClassScore("good", 3, 1.0, 1.0), ClassScore("b\x1bad", 3, 0.25, 0.5))
    text = "".join(scores_text(NearestScores(PALETTE, 8, 4, 6, scores, classes, (Failure("/a\nb", "gone"),))))
    assert "8 files of 4 groups, compared by dominant colours\n6 files asked for" in text
    assert "      5   0.750           0.625" in text and "left out: /a\\x0ab: gone\n" in text
    assert text.index("b\\x1bad") < text.index("good")
