"""Codebooks: the same words from the same files, kept with their digest, and never mixed."""

import contextlib
import os
import shutil
import sqlite3

import numpy as np
import pytest
from likeness_samples import PALETTE, draw_films, kept_network, onnx

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.codebook import bag, learn_words
from loopfind.errors import LibraryError
from loopfind.model.likeness import Appearance, AppearanceKey, Learned
from loopfind.pipeline import add, groups, similar
from loopfind.settings import GroupSettings, Settings, SimilarSettings
from loopfind.stores.learned import LearnedTable
from loopfind.stores.opener import open_library


def clustered(files, seed=1, kinds=6, width=12):
    """Appearances whose moments are near one of a few directions."""
    rng = np.random.default_rng(seed)
    centres = unit(rng.normal(size=(kinds, width)))
    owners = rng.integers(0, kinds, (files, 10))
    vectors = [centres[row] + 0.03 * rng.normal(size=(10, width)) for row in owners]
    return centres, owners, [Appearance(PALETTE, np.arange(10.0), rounded(one)) for one in vectors]


def test_words_are_where_the_vectors_are_and_the_same_each_time():
    centres, _, files = clustered(30)
    words = learn_words(files)
    assert np.array_equal(words, learn_words(files)) and np.allclose(
        np.linalg.norm(words.astype(float), axis=1), 1, atol=1e-2
    )
    assert ((words.astype(float) @ centres.T).max(0) > 0.98).all()


def test_vectors_that_are_all_equal_have_one_word():
    same = Appearance(PALETTE, np.arange(50.0), np.tile(rounded(np.ones((1, 5))), (50, 1)))
    assert len(learn_words([same])) == 1


def test_a_bag_holds_how_much_there_is_of_each_word_and_not_when():
    centres, owners, files = clustered(4)
    words = centres.astype(np.float16)
    for row, one in zip(owners, files, strict=True):
        shares = np.square(bag(unit(one.vectors), words))[0]
        assert np.allclose(shares, np.bincount(row, minlength=6) / 10, atol=0.02)
        assert np.allclose(bag(unit(one.vectors[::-1]), words), bag(unit(one.vectors), words), atol=1e-6)


@pytest.fixture
def table(tmp_path):
    with open_library(tmp_path / "l.sqlite") as library:
        yield LearnedTable(library.connections), library, tmp_path / "l.sqlite"


def test_what_was_learned_comes_back_by_its_key_alone(table):
    held, library, _ = table
    one, other = AppearanceKey("cnn", "1", 0), AppearanceKey("cnn", "2", 0)
    values = np.arange(12, dtype=np.float16).reshape(3, 4)
    held.keep(Learned("codebook", one, 7, values))
    back = held.held("codebook", one)
    assert back.files == 7 and np.array_equal(back.values, values) and held.held("codebook", other) is None
    digests = {Learned("codebook", key, 7, values + more).digest for key in (one, other) for more in (0, 1)}
    assert len(digests) == 4 and back.digest in digests
    held.keep(Learned("codebook", one, 8, values[:2]))
    assert held.held("codebook", one).files == 8 and not list(library.verify())


@pytest.mark.parametrize(
    "change",
    [
        "width = 0",
        "width = 5",
        "width = 'x'",
        "files = 'many'",
        "data = 'text'",
        "data = x''",
        "data = CAST(x'007c' || substr(data, 3) AS BLOB)",
    ],
)
def test_what_was_learned_and_is_damaged_is_one_line_and_verify_names_it(change, table):
    held, library, path = table
    key = AppearanceKey("cnn", "1", 0)
    held.keep(Learned("codebook", key, 7, np.ones((3, 4), np.float16)))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE learned SET {change}")
    with pytest.raises(LibraryError, match="damaged") as raised:
        held.held("codebook", key)
    (problem,) = library.verify()
    assert "\n" not in str(raised.value) and problem.what == raised.value.what
    assert "its codebook for likeness is damaged: `loopfind library train --forget`" in problem.what
    assert held.forget() == 1 and held.held("codebook", key) is None and not list(library.verify())


@pytest.mark.slow
def test_a_codebook_is_learned_once_kept_and_learned_anew_for_twice_as_many_files(tmp_path, capsys):
    eye = kept_network(tmp_path, onnx([("Flatten", ["pictures"], "out")]), side=32)
    folder, library = draw_films(tmp_path / "films", ("testsrc2", "fractal")), tmp_path / "l.sqlite"
    add([str(folder)], library, Settings(sound=False))
    asked = SimilarSettings(by="bag", model=eye)
    first = similar(str(folder / "fractal.mp4"), library, asked)
    assert [os.path.basename(one.path) for one in first.neighbours] == ["testsrc2.mp4"] and first.itself
    again = similar(str(folder / "fractal.mp4"), library, asked)
    assert first == again and first.key.way == "bag" and len(first.key.model) == 16
    assert first.neighbours[0].moments and all(one.likeness < 1 for one in first.neighbours)
    for name in ("one", "two", "three"):
        shutil.copy(folder / "fractal.mp4", folder / f"{name}.mp4")
        with (folder / f"{name}.mp4").open("ab") as file:
            file.write(name.encode())
    add([str(folder)], library, Settings(sound=False))
    answer = groups(library, GroupSettings(by="bag", model=eye, level=0.999))
    assert answer.key.model != first.key.model
    assert [len(group.others) for group in answer.groups] == [3]
