"""The search for files that look like a video."""

import contextlib
import json
import os
import shutil
import sqlite3
import wave
from dataclasses import replace

import jsonschema
import pytest
import videos
from likeness_samples import PALETTE, make_films

from loopfind.cli.app import run
from loopfind.model.comparison import Failure
from loopfind.model.likeness import AlikeMoments, Likeness, Neighbour
from loopfind.pipeline import add, similar
from loopfind.reports.formats.likeness import similar_text
from loopfind.settings import Settings, SimilarSettings


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return make_films(tmp_path_factory.mktemp("similar"))


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "loopfind", "video", "by", "model", "searched", "itself", "neighbours", "failures"],
    "properties": {
        "schema": {"const": 1},
        "loopfind": {"type": "string"},
        "video": {"type": "string"},
        "by": {"enum": ["palette", "cnn", "sound"]},
        "model": {"type": ["string", "null"], "pattern": "^[0-9a-f]{16}$"},
        "searched": {"type": "integer"},
        "itself": {"type": "boolean"},
        "failures": {"type": "array", "items": {"type": "object", "required": ["path", "what"]}},
        "neighbours": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "likeness", "chance", "moments", "proven"],
                "properties": {
                    "path": {"type": "string"},
                    "likeness": {"type": "number", "maximum": 1.01},
                    "chance": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
                    "proven": {"type": ["number", "null"]},
                    "moments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["time", "other", "likeness"],
                            "properties": {key: {"type": "number"} for key in ("time", "other", "likeness")},
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.slow
def test_an_edit_of_a_clip_is_nearest_in_the_machine_form_too(films, capsys):
    folder, library = films
    edit = folder.parent / "edit.mkv"
    assert run(["library", "similar", str(edit), "--by", "cnn", "--json", "--library", str(library)]) == 0
    out, error = capsys.readouterr()
    answer = json.loads(out)
    jsonschema.validate(answer, SCHEMA)
    assert answer["neighbours"][0]["path"] == str(folder / "fractal.mp4") and answer["searched"] == 8
    assert len(answer["neighbours"]) == 8 and not answer["itself"] and answer["model"] and error == ""


@pytest.mark.slow
def test_with_proof_it_is_said_what_is_proven_and_what_is_not(films, tmp_path, capsys):
    folder, library = films
    again = tmp_path / "again.mp4"
    again.write_bytes((folder / "testsrc2.mp4").read_bytes() + b"\0")  # another content, which shows the same
    assert run(["library", "similar", str(again), "--prove", "-k", "2", "--json", "--library", str(library)]) == 0
    answer = json.loads(capsys.readouterr().out)
    jsonschema.validate(answer, SCHEMA)
    assert [one["proven"] for one in answer["neighbours"]] == [pytest.approx(4, abs=0.2), 0]
    assert answer["neighbours"][0]["path"] == str(folder / "testsrc2.mp4")
    assert "comparison" not in answer


@pytest.mark.slow
def test_a_neighbour_that_was_broken_since_costs_the_others_no_proof(films, tmp_path):
    folder, _ = films
    for name in ("testsrc2.mp4", "tiles.mp4", "bars.mp4"):
        shutil.copy(folder / name, tmp_path)
    add([str(tmp_path)], tmp_path / "l.sqlite", Settings(sound=False))
    again = tmp_path / "again.mp4"
    again.write_bytes((folder / "testsrc2.mp4").read_bytes() + b"\0")
    similar(str(again), tmp_path / "l.sqlite")
    (tmp_path / "tiles.mp4").write_bytes(bytes(5000))
    (tmp_path / "bars.mp4").unlink()
    answer = similar(str(again), tmp_path / "l.sqlite", SimilarSettings(prove=True))
    proven = {os.path.basename(one.path): one.proven for one in answer.neighbours}
    assert proven == {"testsrc2.mp4": pytest.approx(4, abs=0.2), "tiles.mp4": None, "bars.mp4": None}
    assert {os.path.basename(one.path) for one in answer.failures} == {"tiles.mp4", "bars.mp4"}


@pytest.mark.slow
def test_an_address_in_a_library_is_not_opened(films, tmp_path):
    folder, library = films
    own = shutil.copy(library, tmp_path / "l.sqlite")
    similar(str(folder / "tiles.mp4"), own)
    with contextlib.closing(sqlite3.connect(own)) as connection, connection:
        connection.execute(
            "UPDATE file SET path = ? WHERE path = ?", (b"http://127.0.0.1:1/x.mp4", os.fsencode(folder / "bars.mp4"))
        )
        connection.execute("DELETE FROM file WHERE CAST(path AS TEXT) NOT LIKE 'http%'")
    answer = similar(str(folder / "tiles.mp4"), own, SimilarSettings(prove=True))
    assert [(one.path, one.proven) for one in answer.neighbours] == [("http://127.0.0.1:1/x.mp4", None)]
    assert answer.failures == () and answer.comparison is None


PLAIN = Likeness("clip.mp4", PALETTE, (), 0)
ONE = Neighbour("/films/\x1bone.mp4", 0.91239, None, (AlikeMoments(4.6, 3605.2, 0.9),))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PLAIN, "compared by dominant colours with 0 other files of the library\n"),
        (replace(PLAIN, itself=True), "The library holds this video too; it is left out."),
        (replace(PLAIN, neighbours=(ONE,)), "1     0.912  /films/\\x1bone.mp4\n"),
        (replace(PLAIN, neighbours=(ONE,)), "about 0:00:05 is like 1:00:05 there"),
        (replace(PLAIN, neighbours=(replace(ONE, proven=0.4),)), "(not proven)"),
        (replace(PLAIN, neighbours=(replace(ONE, proven=7.25),)), "(proven: 7.25 s are the same recording)"),
        (replace(PLAIN, neighbours=(replace(ONE, chance=0.05),)), "(for 5% of files a stranger is as near)"),
        (replace(PLAIN, failures=(Failure("/a\nb", "gone"),)), "left out: /a\\x0ab: gone\n"),
    ],
)
def test_the_text_says_what_is_known(answer, said):
    text = "".join(similar_text(answer))
    assert said in text and "\x1b" not in text


@pytest.mark.slow
def test_a_video_is_compared_with_others_than_itself_and_files_that_are_gone_are_listed(films, tmp_path):
    folder, library = films
    own = shutil.copy(library, tmp_path / "l.sqlite")
    gone = shutil.copytree(folder, tmp_path / "films")
    (gone / "extra.mp4").write_bytes((gone / "tiles.mp4").read_bytes() + b"\0")
    add([str(gone / "extra.mp4")], own, Settings(sound=False))
    (gone / "extra.mp4").unlink()
    answer = similar(str(folder / "tiles.mp4"), own, SimilarSettings(nearest=50))
    assert answer.itself and answer.searched == 7 == len(answer.neighbours)
    assert [os.path.basename(failure.path) for failure in answer.failures] == ["extra.mp4"]
    assert "it cannot be read: No such file" in answer.failures[0].what


WRONG = {
    "there is no library yet": (1, ["tiles.mp4", "--library", "none.sqlite"]),
    "no such file": (1, ["gone.mp4"]),
    "no video format that ffmpeg knows": (1, ["broken.mp4"]),
    "the server refuses the connection": (1, ["http://127.0.0.1:1/x.mp4"]),
    "sound only": (1, ["sound.wav"]),
    "it can be read once only": (1, ["pipe.mp4"]),
    "no video stream 3: it has 1 video stream": (1, ["tiles.mp4", "--stream", "3"]),
    "unknown way to be alike 'smell'": (2, ["tiles.mp4", "--by", "smell"]),
    "no sound in it": (1, ["tiles.mp4", "--by", "sound"]),
    "only --by cnn, bag and sound ask a network": (2, ["tiles.mp4", "--model", "eye.onnx"]),
    "it cannot be used": (2, ["tiles.mp4", "--by", "cnn", "--model", "eye.onnx"]),
    "-k": (2, ["tiles.mp4", "-k", "0"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("said", WRONG)
def test_what_is_asked_wrongly_is_one_line(said, films, tmp_path, monkeypatch, capsys):
    folder, library = films
    shutil.copy(folder / "tiles.mp4", tmp_path)
    (tmp_path / "broken.mp4").write_bytes(b"\0" * 3000)
    (tmp_path / "eye.onnx").write_bytes(b"none")
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000))
    os.mkfifo(tmp_path / "pipe.mp4")
    monkeypatch.chdir(tmp_path)
    status, given = WRONG[said]
    named = [] if "--library" in given else ["--library", str(library)]
    assert run(["library", "similar", *given, *named]) == status
    out, error = capsys.readouterr()
    assert out == "" and said in error and error.count("\n") == 1


@pytest.mark.slow
def test_a_picture_alone_can_be_asked_for(films, tmp_path):
    folder, library = films
    videos.run("-ss", "2", "-i", str(folder / "bars.mp4"), "-frames:v", "1", str(tmp_path / "shot.png"))
    answer = similar(str(tmp_path / "shot.png"), library, SimilarSettings(nearest=1))
    assert [os.path.basename(one.path) for one in answer.neighbours] == ["bars.mp4"]
