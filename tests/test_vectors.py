"""Collections of vectors: the nearest files found there are those of a search of all, and no key is shown."""

import json
import socket
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import videos
from in_process import loopfind

from loopfind.arrays.directions import rounded, unit
from loopfind.comparison.neighbours import Query, query_of, rank
from loopfind.errors import BadSetting, LibraryError, MissingExtra
from loopfind.model.library import File
from loopfind.model.likeness import Appearance, AppearanceKey
from loopfind.pipeline.likeness_shortlist import shortlist_in
from loopfind.settings import SimilarSettings
from loopfind.stores.appearances import Appearances
from loopfind.stores.opener import open_library
from loopfind.stores.qdrant import VectorsAddress, open_vectors

KEY = AppearanceKey("cnn", "drawn", 0)


def drawn(count: int, seed: int = 2) -> list[tuple[File, Appearance]]:
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(count // 2, 32))
    found = []
    for number in range(count):
        vectors = rounded(middles[rng.integers(len(middles), size=3)] + rng.normal(0, 0.4, (3, 32)))
        file = File(b"/drawn/%04d.mp4" % number, 1 + number, 0, (seed + number).to_bytes(16, "big"))
        found.append((file, Appearance(KEY, np.arange(3.0), vectors)))
    return found


def asked(appearance: Appearance, seed: int) -> Query:
    """A query like an appearance, with a part of one of its moments."""
    rng = np.random.default_rng(seed)
    vectors = unit(unit(appearance.vectors) + rng.normal(0, 0.05, appearance.vectors.shape))
    return replace_parts(query_of(replace(appearance, vectors=rounded(vectors))), unit(rng.normal(size=(2, 32))))


def replace_parts(query: Query, parts: np.ndarray) -> Query:
    return Query(query.vectors, parts, np.array([0, 2]), query.times)


@pytest.mark.slow
def test_the_nearest_in_a_collection_are_those_of_a_search_of_all(tmp_path: Path) -> None:
    many = drawn(90)
    with open_library(tmp_path / "l.sqlite") as library:
        table = Appearances(library.connections)
        for file, one in many:
            table.add(file, one)
        with open_vectors(f"qdrant://{tmp_path.as_posix()}/vectors/films", KEY) as vectors:
            for number in (3, 70):
                query = asked(many[number][1], number)
                few = shortlist_in(vectors, table, KEY, query, many[7][0].digest, 5)
                assert (few.searched, few.itself, few.chances) == (89, True, None)
                scores = rank(query, [one for _, one in many]).likenesses.copy()
                scores[7] = -1
                wanted = [many[at][0].path for at in np.argsort(-scores, kind="stable")[:5]]
                found = rank(query, [one for _, one in few.files]).likenesses
                assert [few.files[at][0].path for at in np.argsort(-found, kind="stable")[:5]] == wanted
            # What was taken out of the library goes out of the collection, and what is new comes in.
            library.remove(paths=[known.path for known, _ in many])
            ((file, one),) = drawn(2, seed=5000)[:1]
            table.add(File(b"/drawn/new.mp4", 9, 0, file.digest), one)
            shortlist_in(vectors, table, KEY, asked(one, 1), b"", 5)
            assert vectors.digests() == set(table.contents(KEY)) == {file.digest.hex()}


@pytest.mark.slow
def test_appearances_of_unlike_keys_are_in_collections_of_their_own(tmp_path: Path) -> None:
    address = f"qdrant://{tmp_path.as_posix()}/films"
    ((file, one), *_) = drawn(2)
    with open_vectors(address, KEY) as vectors:
        vectors.add([(file.digest.hex(), one)])
        assert vectors.digests() == {file.digest.hex()}
    with open_vectors(address, replace(KEY, stream=1)) as vectors:
        assert vectors.digests() == set()


@pytest.mark.slow
def test_the_command_finds_the_same_files_with_a_collection(tmp_path: Path) -> None:
    library = ("--library", tmp_path / "l.sqlite")
    files = [videos.encoded("mp4", "mpeg4", seconds=seconds) for seconds in (1.0, 2.0)]
    loopfind("library", "add", *files, videos.encoded("mkv", "ffv1"), *library, "--no-sound")
    words = ("library", "similar", files[0], *library, "--json")
    plain = json.loads(loopfind(*words).stdout)
    for _ in range(2):
        found = loopfind(*words, "--vectors", f"qdrant://{tmp_path.as_posix()}/vectors/films")
        assert found.returncode == 0, found.stderr
        assert json.loads(found.stdout) == plain


@pytest.mark.parametrize(
    ("address", "url", "folder", "shown"),
    [
        ("qdrant://host:6333/films", "http://host:6333", "", "qdrant://host:6333/films"),
        ("qdrants://:k%40y@[::1]/films", "https://[::1]:6333", "", "qdrants://[::1]/films"),
        ("qdrant:///srv/a%20b/films", "", "/srv/a b", "qdrant:///srv/a%20b/films"),
    ],
)
def test_an_address_is_read_and_shown_without_its_key(address: str, url: str, folder: str, shown: str) -> None:
    found = VectorsAddress.of(address)
    assert (found.url, found.folder, found.name, found.shown) == (url, folder, "films", shown)
    assert found.secret == ("k@y" if "@" in address else "")
    assert "k%40y" not in repr(SimilarSettings(vectors=address))


@pytest.mark.parametrize(
    "address",
    ["films", "http://host/films", "qdrant://host", "qdrant://host/a/films", "qdrant:///films", "qdrant://h:x/f"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadSetting, match="no address of vectors"):
        VectorsAddress.of(address)


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_line_without_the_key() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"qdrant://:secret-key@127.0.0.1:{taken.getsockname()[1]}/films"
        with pytest.raises(LibraryError, match="it does not answer") as caught, open_vectors(address, KEY) as vectors:
            vectors.digests()
    assert "secret-key" not in str(caught.value) and caught.value.__cause__ is None


def test_without_its_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(MissingExtra, match=r"pip install 'loopfind\[qdrant\]'"), open_vectors("qdrant://h/f", KEY):
        pass
