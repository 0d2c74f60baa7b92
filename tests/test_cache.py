"""Reading through a library: what is known is not decoded again, and every answer is the same as without it."""

import hashlib
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
import videos
from test_stores import same

from loopfind.errors import LibraryError, MediaError, Unreadable
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.ffmpeg.address import resolve
from loopfind.model.fingerprint import Track
from loopfind.model.library import CODES
from loopfind.model.video import Frames
from loopfind.pipeline import Cache, add, compare, scan, scan_to_show
from loopfind.pipeline import cache as caching
from loopfind.pipeline.cache import open_reader
from loopfind.registry import load
from loopfind.settings import Settings
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library


@pytest.fixture
def film(tmp_path):
    """Four seconds, of which the first two are shown again."""
    source = "testsrc2=s=96x64:r=25:d=2[a];[a]split[b][c];[b][c]concat"
    made = videos.make("caching.mkv", "-filter_complex", source, "-c:v", "libx264", "-crf", "23")
    return shutil.copy(made, tmp_path / "film.mkv")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "l.sqlite")


@pytest.fixture
def decodes(monkeypatch):
    """The paths that were decoded, in order."""
    seen = []

    def spied(where, *rest, **more):
        seen.append(os.path.basename(where.shown))
        return real(where, *rest, **more)

    real = caching.read_video
    monkeypatch.setattr(caching, "read_video", spied)
    return seen


CASES = [Settings(), Settings("dhash", 8), Settings("exact"), Settings(auto=True), Settings(start=1.0, end=3.0)]


@pytest.mark.slow
@pytest.mark.parametrize("settings", CASES)
def test_a_second_scan_decodes_nothing_and_says_the_same(film, cache, settings, monkeypatch):
    plain = scan(str(film), settings)
    first = scan(str(film), settings, cache=cache)
    monkeypatch.setattr(caching, "read_video", lambda *_, **__: pytest.fail("it was decoded again"))
    second = scan(str(film), replace(settings, link="https://example.org"), cache=cache)
    assert plain == first == replace(second, settings=first.settings)


@pytest.mark.slow
def test_a_file_that_was_moved_is_known_by_its_content(film, cache, monkeypatch):
    first = scan(str(film), cache=cache)
    monkeypatch.setattr(caching, "read_video", lambda *_, **__: pytest.fail("it was decoded again"))
    moved = shutil.move(film, film.parent / "other.mkv")
    again = scan(str(moved), cache=cache)
    assert again.source == replace(first.source, path=str(moved)) and again.repeats == first.repeats


@pytest.mark.slow
def test_settings_that_change_codes_decode_anew_and_an_automatic_size_serves_both(film, cache, decodes):
    for settings in (Settings(), Settings("dhash"), Settings(hash_size=8), Settings(end=2.0), Settings()):
        scan(str(film), settings, cache=cache)
    assert len(decodes) == 4
    scan(str(film), Settings(auto=True), cache=cache)
    assert len(decodes) == 5, "no sizes were kept with the entry, so they are made, and kept with it from now on"
    scan(str(film), Settings(auto=True), cache=cache)
    scan(str(film), Settings(), cache=cache)
    assert len(decodes) == 5
    with open_library(cache.path) as library:
        assert len(library.entries()) == 4


@pytest.mark.slow
def test_a_page_of_what_is_kept_is_the_page_of_what_was_read(film, cache, decodes):
    one, other = (scan_to_show(str(film), cache=cache) for _ in range(2))
    assert len(decodes) == 1 and one[0] == other[0]
    assert one[1].shots == other[1].shots and np.array_equal(one[1].likeness, other[1].likeness)


@pytest.mark.slow
def test_a_comparison_takes_what_a_scan_kept_and_keeps_the_rest(film, cache, decodes):
    piece = film.parent / "piece.mkv"
    videos.run("-i", str(film), "-t", "2", "-c:v", "mpeg4", "-q:v", "4", str(piece))
    plain = compare([str(film), str(piece)])
    decodes.clear()
    scan(str(film), Settings("exact"), cache=cache)
    answers = [compare([str(film), str(piece)], cache=cache) for _ in range(2)]
    assert decodes == ["film.mkv", "piece.mkv"]
    assert answers[0] == answers[1] == plain and plain.repeats[0].evidence == "replay"
    scan(str(piece), cache=cache)
    assert len(decodes) == 2


@pytest.mark.slow
def test_a_long_video_that_is_kept_reads_from_disk_and_says_the_same(film, cache, monkeypatch):
    first = scan(str(film), cache=cache)
    monkeypatch.setattr(caching, "FRAMES_AT_HAND", 10)
    assert scan(str(film), cache=cache) == first


@pytest.mark.slow
def test_what_cannot_be_known_again_is_read_and_not_kept_and_said(film, cache, tmp_path):
    said = []
    noted = Cache(cache.path, said.append)
    assert scan(f"concat:{film}", cache=noted).source.frames == 100
    text = tmp_path / "list.ffconcat"
    text.write_text("ffconcat version 1.0\nfile film.mkv\n")
    assert "it is a text" in caching.why_unkept(resolve(text))
    pipe = tmp_path / "pipe.mkv"
    os.mkfifo(pipe)
    assert "plain file" in caching.why_unkept(resolve(pipe)) and "standard input" in caching.why_unkept(resolve("-"))
    assert (
        "address" in caching.why_unkept(resolve("http://localhost:1/a.mp4")) and caching.why_unkept(resolve(film)) == ""
    )
    assert caching.why_unkept(resolve(film.as_uri())) == ""
    assert len(said) == 1 and "film.mkv: not kept in the library: what lies at an address" in said[0]
    with open_library(cache.path) as library:
        assert library.entries() == ()


@pytest.mark.slow
def test_a_report_is_given_though_it_could_not_be_kept(film, cache, monkeypatch):
    def full(*_):
        raise LibraryError("l.sqlite", "the disk is full")

    monkeypatch.setattr(Library, "add", full)
    said = []
    assert scan(str(film), cache=Cache(cache.path, said.append)) == scan(str(film))
    assert said == ["l.sqlite: the disk is full"]
    with pytest.raises(LibraryError):
        scan(str(film), cache=cache)


def test_a_file_that_changes_while_it_is_read_is_not_kept(film, cache, monkeypatch):
    real = caching.read_video

    def touched(where, *rest, **more):
        os.utime(where.local, (1, 1))
        return real(where, *rest, **more)

    monkeypatch.setattr(caching, "read_video", touched)
    with pytest.raises(Unreadable, match="changed while it was read"):
        scan(str(film), cache=cache)
    answer = add([str(film)], cache.path)
    assert answer.files and not answer.failures, "by now it is as it was when it was looked at"


def test_errors_are_those_of_a_scan_without_a_library(film, cache):
    for path, settings in (
        ("nothing.mp4", Settings()),
        (str(film), Settings(stream=3)),
        (str(film.parent), Settings()),
    ):
        errors = []
        for way in (None, cache):
            with pytest.raises(MediaError) as error:
                scan(path, settings, cache=way)
            errors.append((type(error.value), str(error.value)))
        assert errors[0] == errors[1]


@pytest.mark.slow
def test_adding_says_what_became_of_each_file(film, cache, tmp_path, decodes):
    folder = tmp_path / "folder"
    folder.mkdir()
    files = [shutil.move(film, folder / "a.mkv"), shutil.copy(folder / "a.mkv", folder / "b.mkv")]
    (folder / "broken.mkv").write_bytes(files[0].read_bytes()[:300] + b"\0")
    (folder / "notes.txt").write_text("no video")

    def what(*paths):
        answer = add([str(path) for path in paths or [folder]], cache.path, jobs=2)
        told = {os.path.basename(file.path): file.what for file in answer.files}
        return told, sorted(os.path.basename(failure.path) for failure in answer.failures), answer.refused

    left = ["broken.mkv", "notes.txt"]
    told, failures, refused = what()
    assert sorted(told.values()) == ["added", "another"] and (failures, refused) == (left, False)
    assert decodes.count("a.mkv") + decodes.count("b.mkv") == 1, "one content is decoded once"
    assert what() == ({"a.mkv": "known", "b.mkv": "known"}, left, False)
    files[0].rename(folder / "c.mkv")
    assert what()[0] == {"b.mkv": "known", "c.mkv": "moved"}
    videos.run("-i", str(folder / "b.mkv"), "-t", "1", "-c", "copy", str(folder / "d.mkv"))
    (folder / "d.mkv").replace(folder / "b.mkv")
    assert what()[0] == {"b.mkv": "re-read", "c.mkv": "known"}
    assert what(folder / "c.mkv", folder / "broken.mkv", "http://localhost:1/x.mp4", "-") == (
        {"c.mkv": "known"},
        ["-", "broken.mkv", "x.mp4"],
        True,
    )


@pytest.mark.slow
def test_an_interrupted_addition_keeps_what_was_done_and_goes_on_from_there(film, cache, decodes):
    names = [film.parent / f"{number}.mkv" for number in range(4)]
    for number, name in enumerate(names):
        videos.run("-i", str(film), "-t", str(1 + number / 2), "-c:v", "mpeg4", str(name))

    def stop(progress):
        if progress.stage.startswith("read 2 of"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add([str(name) for name in names], cache.path, watch=stop)
    done = len(decodes)
    assert 2 <= done < 4
    answer = add([str(name) for name in names], cache.path)
    assert [file.what for file in answer.files][:2] == ["known", "known"] and len(answer.files) == 4
    with open_library(cache.path) as library:
        assert len(library.entries()) == 4


def test_each_file_and_all_of_them_are_watched(film, cache):
    seen = []
    add([str(film)], cache.path, watch=seen.append)
    assert [p.stage for p in seen if p.file][-1] == "done" and seen[0].file == str(film)
    assert (seen[-1].file, seen[-1].share, seen[-1].stage) == ("", 1.0, "read 1 of 1")


def test_a_reader_remembers_no_file_that_nobody_is_reading(film, cache):
    with open_reader(cache) as videos_of:
        videos_of.read(resolve(film), Settings())
        assert videos_of.files_in_use == 0


@pytest.mark.slow
def test_readings_are_the_same_by_any_number_of_jobs(film, cache, tmp_path):
    paths = [str(tmp_path / f"{number}.mkv") for number in range(6)]
    for number, path in enumerate(paths):
        videos.run("-ss", str(number / 2), "-i", str(film), "-t", "1", "-c:v", "mpeg4", path)
    add(paths, cache.path, jobs=3)
    with open_reader(cache) as kept, open_reader(None) as plain:
        for path in paths:
            one, other = kept.read(resolve(path), Settings()), plain.read(resolve(path), Settings())
            assert same(one.reading, other.reading) and (one.decoded, other.decoded) == (False, True)


@pytest.mark.slow
def test_a_reading_without_codes_is_no_fingerprint(film, cache, decodes):
    scan(str(film), Settings("exact"), cache=cache)
    with open_reader(cache) as read:
        taken = read.track(resolve(film), Settings())
    assert decodes == ["film.mkv"] and type(taken.track) is Track and len(taken.track) == taken.source.frames


PINNED = {  # while CODES is 1
    "ahash": "82f2c7a2e7fed651",
    "dhash": "11b23f715778e26d",
    "phash": "1e2f918d43929eb1",
    "whash": "b142f76ffb743fc9",
    "exact": "0b09ed7b6641d12f",
    "color": "6e7e607cb7756727",
    "colorhash": "c0bf7d5d45e9b953",
    "crop-resistant": "7c8e9737b65d48e2",
    "whash-db4": "4553e0e81166f3c6",
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.slow
def test_what_a_picture_gives_is_what_libraries_hold(name):
    """A digest of all that a fingerprint holds, which must stay the same while CODES does."""
    rng = np.random.default_rng(7)
    rough = rng.integers(0, 256, (20, 9, 9)).astype(np.uint8)
    pictures = rough.repeat(8, 1).repeat(8, 2)[:, :64, :64]
    frames = Frames(
        0,
        np.arange(20) / 25,
        np.ascontiguousarray(pictures),
        rng.integers(0, 256, (20, 16)).astype(np.uint8),
        rng.integers(0, 65536, (20, 3)).astype(np.uint16),
    )
    gatherer = FingerprintBuilder(load("kind", name, KINDS), 16)
    gatherer.add(frames)
    made = gatherer.fingerprint(1.0)
    digest = hashlib.blake2b(digest_size=8)
    for table in (made.codes, made.detail, made.sketches[0:20], made.times):
        digest.update(np.ascontiguousarray(table).tobytes())
    given = digest.hexdigest()
    assert name in PINNED, (
        f'{name} is a new kind: add the line "{name}": "{given}", to PINNED, and leave CODES as it is'
    )
    assert (CODES, given) == (1, PINNED[name]), (
        f"{name} gives other codes than before, so libraries hold what is not comparable any more: "
        f"make CODES in loopfind/model/library.py one more, and write down here what is given now, {given}"
    )


def test_no_kind_is_pinned_that_is_gone():
    assert {*PINNED} <= {*KINDS}
