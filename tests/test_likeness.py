"""Likeness: palettes and networks describe pictures the same way each time, a library keeps that, and finds by it."""

import builtins
import contextlib
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import wave
import zipfile
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import videos

from loopfind.arrays.directions import rounded, unit
from loopfind.cli.app import run
from loopfind.comparison.neighbours import Query, alike_moments, query_of, rank
from loopfind.errors import BadSetting, LibraryError, MissingExtra
from loopfind.fingerprints.network import load_network
from loopfind.fingerprints.palette import COLOURS, STRIP_PIXELS, palette_vectors, palettes, strips
from loopfind.media.ffmpeg import address
from loopfind.media.spread import spread_pictures
from loopfind.model.comparison import Failure
from loopfind.model.likeness import AlikeMoments, Appearance, AppearanceKey, Likeness, Neighbour
from loopfind.pipeline import add, similar
from loopfind.reports.formats.likeness import similar_text
from loopfind.settings import Settings, SimilarSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.sqlite import Library

ROOT = Path(__file__).resolve().parent.parent
PALETTE = AppearanceKey("palette", "", 0)


def halves(left, right, side=64):
    """A picture of two colours."""
    picture = np.zeros((side, side, 3), np.uint8)
    picture[:, : side // 4 * 3], picture[:, side // 4 * 3 :] = left, right
    return picture


def noise(count, seed=1, side=64):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3)).astype(np.uint8)


def test_a_picture_of_two_colours_has_these_in_its_palette_the_larger_first():
    red, blue = (255, 0, 0), (20, 40, 180)
    (palette,) = palettes(halves(red, blue)[None])
    assert palette.shape == (COLOURS, 4) and abs(palette[:, 3].sum() - 1) < 1e-12
    assert (np.diff(palette[:, 3]) <= 0).all() and np.allclose(palette[0, :3], [53.2, 80.1, 67.2], atol=0.1)
    (strip,) = strips(palette[None])
    assert strip.shape == (STRIP_PIXELS, 3)
    assert np.abs(strip[0].astype(int) - red).max() <= 2
    assert sum(np.abs(strip.astype(int) - red).max(1) <= 2) == 75 == STRIP_PIXELS - sum(strip[:, 2] > 170)


def test_a_palette_is_the_same_each_time_and_in_any_company():
    pictures = noise(5)
    vectors = palette_vectors(pictures)
    assert np.array_equal(vectors, palette_vectors(pictures.copy()))
    assert np.array_equal(vectors[::-1], palette_vectors(pictures[::-1]))
    assert np.array_equal(vectors[2:3], palette_vectors(pictures[2:3]))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.isfinite(palette_vectors(np.zeros((1, 64, 64, 3), np.uint8))).all()
    assert len(palette_vectors(pictures[:0])) == 0


def test_near_colours_are_more_alike_than_far_ones():
    red, rather, blue = palette_vectors(
        np.stack(
            [
                halves((200, 30, 30), (90, 90, 90)),
                halves((210, 45, 30), (80, 90, 90)),
                halves((20, 40, 180), (0, 99, 0)),
            ]
        )
    )
    assert red @ rather > 0.9 > 0.5 > red @ blue


def coded(field, value):
    """One field of a protocol buffer: a number, a text, or bytes."""

    def varint(number):
        found = bytearray()
        while number > 127:
            found.append(number & 127 | 128)
            number >>= 7
        return bytes([*found, number])

    if isinstance(value, int):
        return varint(field << 3) + varint(value)
    held = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(held)) + held


def tensor(name, *sizes):
    shape = b"".join(coded(1, coded(1, size) if isinstance(size, int) else coded(2, size)) for size in sizes)
    return coded(1, name) + coded(2, coded(1, coded(1, 1) + coded(2, shape)))


def onnx(nodes, inputs=("pictures",), outputs=("out",)):
    """A network. nodes: (kind, inputs, output)."""
    graph = b"".join(
        coded(1, b"".join(coded(1, name) for name in given) + coded(2, out) + coded(4, kind))
        for kind, given, out in nodes
    )
    graph += coded(2, "drawn") + b"".join(coded(11, tensor(name, "n", 3, "h", "w")) for name in inputs)
    graph += b"".join(coded(12, tensor(name, "n", "d")) for name in outputs)
    return coded(1, 8) + coded(8, coded(1, "") + coded(2, 17)) + coded(7, graph)


MEANS = [("GlobalAveragePool", ["pictures"], "means"), ("Flatten", ["means"], "out")]
"""A network that sees the mean colour."""
MOST = [("GlobalMaxPool", ["pictures"], "most"), ("Flatten", ["most"], "top")]


def kept_network(folder, data, **card):
    path = folder / "eye.onnx"
    path.write_bytes(data)
    if card:
        path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    return str(path)


def test_a_network_of_anyone_sees_as_its_card_says(tmp_path):
    path = kept_network(tmp_path, onnx(MEANS), side=32, mean=[0.5, 0, 0], spread=[1, 2, 1])
    network = load_network(path)
    picture = np.full((3, 32, 32, 3), (255, 255, 0), np.uint8)
    assert network.card.side == 32
    assert np.allclose(network.vectors(picture), np.tile(unit(np.array([[0.5, 0.5, 0.0]])), (3, 1)), atol=1e-5)


def test_each_output_of_a_network_weighs_the_same_and_the_card_chooses(tmp_path):
    picture = noise(2, side=32)
    both = load_network(kept_network(tmp_path, onnx(MEANS + MOST, outputs=("out", "top")), side=32)).vectors(picture)
    assert both.shape == (2, 6) and np.allclose(np.linalg.norm(both[:, :3], axis=1), np.sqrt(0.5), atol=1e-5)
    chosen = onnx(MEANS + MOST, outputs=("out", "top"))
    one = load_network(kept_network(tmp_path, chosen, side=32, outputs=["top"])).vectors(picture)
    assert one.shape == (2, 3) and np.allclose(one, 3**-0.5, atol=0.02)


def test_another_file_or_card_is_another_digest(tmp_path):
    plain = load_network(kept_network(tmp_path, onnx(MEANS))).digest
    assert plain == load_network(kept_network(tmp_path, onnx(MEANS))).digest
    carded = load_network(kept_network(tmp_path, onnx(MEANS), side=64)).digest
    other = load_network(kept_network(tmp_path, onnx([*MOST, ("Identity", ["top"], "out")]), side=64)).digest
    assert len({plain, carded, other, load_network().digest}) == 4


@pytest.mark.parametrize(
    ("data", "card", "said"),
    [
        (b"no network", None, "cannot be used"),
        (b"", None, "cannot be used"),
        (onnx([("Add", ["pictures", "more"], "out")], inputs=("pictures", "more")), None, "more than pictures"),
        (onnx([("Flatten", ["pictures"], "out")]), None, "numbers for a picture"),
        (onnx(MEANS), "{", "JSON with side"),
        (onnx(MEANS), "[]", "JSON with side"),
        (onnx(MEANS), '{"side": "wide"}', "JSON with side"),
        (onnx(MEANS), '{"side": 1e999}', "JSON with side"),
        (onnx(MEANS), '{"mean": [1, 2]}', "JSON with side"),
        (onnx(MEANS), '{"side": 9}', "side is 32 to 1024"),
        (onnx(MEANS), '{"spread": [1, 0, 1]}', "spread above 0"),
        (onnx(MEANS), '{"spread": [1, NaN, 1]}', "spread above 0"),
        (onnx(MEANS), '{"outputs": ["none such"]}', "cannot be used"),
        (onnx(MEANS), "\udcff", "cannot be read"),
    ],
)
def test_a_network_or_card_that_cannot_be_used_is_one_line(data, card, said, tmp_path):
    path = Path(kept_network(tmp_path, data))
    if card is not None:
        path.with_suffix(".json").write_bytes(card.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSetting, match=said) as raised:
        load_network(str(path))
    assert "\n" not in str(raised.value) and str(path.stem) in str(raised.value)


def test_a_network_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(BadSetting, match="cannot be read: No such file"):
        load_network(str(tmp_path / "gone.onnx"))


def test_without_onnxruntime_the_extra_is_named(monkeypatch):
    whole = builtins.__import__

    def lacking(name, *rest, **more):
        if name == "onnxruntime":
            raise ImportError(name)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(MissingExtra, match="onnxruntime") as raised:
        load_network()
    assert "cnn" in str(raised.value) and "\n" not in str(raised.value)


def test_the_network_that_comes_along_is_the_one_whose_notice_lies_beside_it():
    folder = ROOT / "loopfind" / "fingerprints" / "weights"
    digest = hashlib.sha256((folder / "efficientnet-lite0.onnx").read_bytes()).hexdigest()
    assert digest in (folder / "NOTICE").read_text(encoding="utf-8")
    assert digest in (ROOT / "docs" / "likeness.md").read_text(encoding="utf-8")
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")


def drawn(seed, moments=6, width=8, key=PALETTE):
    vectors = rounded(np.abs(np.random.default_rng(seed).normal(size=(moments, width))))
    return Appearance(key, np.arange(moments, dtype=np.float64), vectors)


def test_likeness_is_the_mean_of_the_better_half_of_nearest_moments():
    mine, others = drawn(1), [drawn(seed, moments=3 + seed) for seed in range(2, 30)]
    plain = [np.sort((unit(mine.vectors) @ unit(other.vectors).T).max(1))[-3:].mean() for other in others]
    assert np.allclose(rank(query_of(mine), others).likenesses, plain, atol=1e-6)
    assert np.allclose(rank(query_of(mine), [mine]).likenesses, 1, atol=1e-6)
    assert len(rank(query_of(mine), []).likenesses) == 0


def test_a_part_of_a_moment_that_is_nearer_than_the_whole_counts():
    mine, other = drawn(1), drawn(2)
    whole, theirs = unit(mine.vectors), unit(other.vectors)
    parts = Query(whole, theirs[[5]], np.array([3]), mine.times)
    products = whole @ theirs.T
    products[3] = np.maximum(products[3], theirs @ theirs[5])
    assert np.isclose(rank(parts, [other]).likenesses[0], np.sort(products.max(1))[-3:].mean(), atol=1e-6)
    first = alike_moments(parts, other)[0]
    assert (first.time, first.other, first.likeness) == (3.0, 5.0, 1.0)


def test_each_moment_is_named_once_and_the_best_first():
    found = alike_moments(query_of(drawn(1)), drawn(2))
    assert len({one.time for one in found}) == len({one.other for one in found}) == len(found) == 5
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_strangers_are_as_alike_as_the_chance_says_and_copies_are_not():
    library = [drawn(seed, width=64) for seed in range(100)]
    strangers = [drawn(seed, width=64) for seed in range(1000, 1080)]
    said = []
    for one in strangers:
        ranking = rank(query_of(one), library)
        said.append(ranking.chances[np.argmax(ranking.likenesses)])
    assert np.mean(said) > 0.4 and np.mean(np.array(said) <= 0.1) < 0.2
    assert rank(query_of(library[7]), library).chances[7] == pytest.approx(1 / 31)
    assert rank(query_of(library[7]), library[:19]).chances is None


@pytest.mark.parametrize("width", [8, 300, 1704])
def test_a_direction_that_is_rounded_is_the_same_but_for_a_thousandth(width):
    exact = unit(np.random.default_rng(1).normal(size=(40, width)))
    assert np.abs(unit(rounded(exact)) @ exact.T - exact @ exact.T).max() < 0.01
    assert not rounded(np.zeros((2, width))).any() and not unit(rounded(np.full((1, width), np.nan))).any()


@pytest.fixture
def shelf(tmp_path):
    """A library with two files that stand for videos."""
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(name.encode())
    with Library.open(tmp_path / "l.sqlite") as library:
        for name in ("a.mp4", "b.mp4"):
            library.name(library.look(tmp_path / name))
        yield library


def test_what_is_kept_of_an_appearance_comes_back_by_its_key_alone(shelf, tmp_path):
    table, file = Appearances(shelf.connections), shelf.look(tmp_path / "a.mp4")
    keys = [PALETTE, AppearanceKey("cnn", "1", 0), AppearanceKey("cnn", "2", 0), AppearanceKey("cnn", "1", 1)]
    for number, key in enumerate(keys):
        table.add(file, drawn(number, moments=4 + number, key=key))
    for number, key in enumerate(keys):
        ((there, back),) = table.held(key)
        wanted = drawn(number, moments=4 + number, key=key)
        assert there == file and back.key == key and np.array_equal(back.times, wanted.times)
        assert np.array_equal(back.vectors, wanted.vectors)
        assert table.missing(key) == [str(tmp_path / "b.mp4")]
    table.add(file, drawn(9))
    assert len(table.held(PALETTE)) == 1 and len(table.missing(AppearanceKey("cnn", "3", 0))) == 2
    shelf.add_lack(shelf.look(tmp_path / "b.mp4"), "pictures", 0)
    assert table.missing(PALETTE) == []
    assert not list(shelf.verify())
    shelf.remove(paths=[os.fsencode(tmp_path / "a.mp4")])
    assert not any(table.held(key) for key in keys)


DAMAGE = [
    "width = 'wide'",
    "width = 0",
    "width = 1 << 40",
    "width = width + 1",
    "times = 'text'",
    "times = x''",
    "times = zeroblob(7)",
    "times = CAST(x'000000000000f87f' || substr(times, 9) AS BLOB)",
    "times = CAST(substr(times, 41) || substr(times, 1, 40) AS BLOB)",
    "vectors = 7",
    "vectors = zeroblob(3)",
    "vectors = CAST(substr(vectors, 3) || x'007c' AS TEXT)",
    "vectors = zeroblob(1 << 20)",
]


@pytest.mark.parametrize("change", DAMAGE)
def test_a_damaged_appearance_is_one_line_and_verify_names_its_file(change, shelf, tmp_path):
    table = Appearances(shelf.connections)
    for seed, name in enumerate(("a.mp4", "b.mp4")):
        table.add(shelf.look(tmp_path / name), drawn(seed))
    with contextlib.closing(sqlite3.connect(tmp_path / "l.sqlite")) as connection, connection:
        connection.execute(f"UPDATE appearance SET {change} WHERE content = 1")
    with pytest.raises(LibraryError, match="damaged") as raised:
        table.held(PALETTE)
    assert "\n" not in str(raised.value)
    (problem,) = shelf.verify()
    assert problem.what.startswith("its likeness by palette cannot be read")


DRAWN = {
    "testsrc2": "testsrc2",
    "bars": "smptehdbars,hue=h=40*t",
    "fractal": "mandelbrot=end_scale=0.02:start_scale=1.5",
    "life": "life=mold=10:ratio=0.1:life_color=#C83232:mold_color=#3232C8,scale=320:240",
    "carpet": "sierpinski=type=carpet",
    "colours": "gradients=n=5:seed=3",
    "cells": "cellauto=rule=110",
    "tiles": "testsrc,negate",
}


def source(text, size="320x240"):
    first, *rest = text.split(",")
    return ",".join([f"{first}{':' if '=' in first else '='}size={size}:rate=10", *rest])


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A folder of eight drawn videos, a library of them, and an edit of one: mirrored, cropped, encoded anew."""
    folder = tmp_path_factory.mktemp("films")
    for name, text in DRAWN.items():
        words = ["-f", "lavfi", "-t", "4", "-i", source(text), "-c:v", "mpeg4", "-q:v", "4", "-g", "5"]
        videos.run(*words, str(folder / f"{name}.mp4"))
    words = ["-i", str(folder / "fractal.mp4"), "-vf", "hflip,crop=iw*0.85:ih*0.85,scale=160:128", "-c:v", "mpeg4"]
    videos.run(*words, "-q:v", "12", "-g", "5", str(folder.parent / "edit.mkv"))
    library = folder.parent / "l.sqlite"
    add([str(folder)], library, Settings(sound=False))
    return folder, library


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "loopfind", "video", "by", "model", "searched", "itself", "neighbours", "failures"],
    "properties": {
        "schema": {"const": 1},
        "loopfind": {"type": "string"},
        "video": {"type": "string"},
        "by": {"enum": ["palette", "cnn"]},
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
        (replace(PLAIN, neighbours=(replace(ONE, chance=0.05),)), "(for 5 % of files a stranger is as near)"),
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
    "unknown way to be alike 'sound'": (2, ["tiles.mp4", "--by", "sound"]),
    "only --by cnn looks with a network": (2, ["tiles.mp4", "--model", "eye.onnx"]),
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
def test_pictures_are_spread_over_a_video_whether_or_not_it_says_how_long_it_is(films, tmp_path):
    folder, _ = films
    times, pictures = spread_pictures(address.resolve(folder / "testsrc2.mp4"), 0, 8, 64)
    assert np.allclose(times, np.arange(8) / 2 + 0.25) and pictures.shape == (8, 64, 64, 3)
    assert all(np.abs(one.astype(int) - other).mean() > 1 for one, other in itertools.pairwise(pictures))
    raw = tmp_path / "raw.h264"  # an elementary stream holds no duration
    videos.run("-i", str(folder / "testsrc2.mp4"), "-c:v", "libx264", "-preset", "ultrafast", "-g", "5", str(raw))
    times, pictures = spread_pictures(address.resolve(raw), 0, 8, 64)
    assert len(times) == len(pictures) >= 2 and (np.diff(times) > 0).all()


@pytest.mark.slow
def test_a_file_whose_header_is_forged_is_looked_at_all_the_same(films, tmp_path):
    folder, _ = films
    forged = tmp_path / "forged.mkv"
    title = "x\n  Duration: 99:00:00.00, start: 0.000000, bitrate: 1 kb/s\n  Stream #0:0: Audio: pcm"
    videos.run("-i", str(folder / "tiles.mp4"), "-c", "copy", "-metadata", f"title={title}", str(forged))
    times, pictures = spread_pictures(address.resolve(forged), 0, 4, 64)
    assert len(times) == len(pictures) >= 2 and times[-1] < 4.1


@pytest.mark.slow
def test_a_place_where_nothing_can_be_decoded_moves_no_other_picture(films, tmp_path):
    folder, _ = films
    early, cut = tmp_path / "early.mp4", tmp_path / "cut.mp4"
    videos.run("-i", str(folder / "testsrc2.mp4"), "-c", "copy", "-movflags", "+faststart", str(early))
    data = early.read_bytes()
    cut.write_bytes(data[: len(data) * 6 // 10])  # its index names what is not there any more
    whole_times, whole = spread_pictures(address.resolve(early), 0, 8, 64)
    times, pictures = spread_pictures(address.resolve(cut), 0, 8, 64)
    assert 2 <= len(times) < 8 == len(whole_times)
    for time, picture in zip(times, pictures, strict=True):
        (place,) = np.flatnonzero(whole_times == time)
        assert np.array_equal(picture, whole[place])


@pytest.mark.slow
def test_a_picture_alone_can_be_asked_for(films, tmp_path):
    folder, library = films
    videos.run("-ss", "2", "-i", str(folder / "bars.mp4"), "-frames:v", "1", str(tmp_path / "shot.png"))
    answer = similar(str(tmp_path / "shot.png"), library, SimilarSettings(nearest=1))
    assert [os.path.basename(one.path) for one in answer.neighbours] == ["bars.mp4"]


@pytest.mark.slow
def test_the_wheel_and_the_source_hold_the_network_with_its_licence(tmp_path):
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,), (source_,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as one, tarfile.open(source_) as other:
        names, sources = set(one.namelist()), {name.partition("/")[2] for name in other.getnames()}
    for name in ("efficientnet-lite0.onnx", "LICENSE", "NOTICE"):
        assert f"loopfind/fingerprints/weights/{name}" in names & sources
    assert "fixtures/make_weights.py" in sources
    assert any(name.endswith("licenses/loopfind/fingerprints/weights/NOTICE") for name in names)
