"""Reuse of packets: what is copied packet by packet is decoded once, and the reading is the plain one, bit for bit."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import videos

from loopfind import Settings
from loopfind.engine.packets.reuse import KnownFrames, known_frames
from loopfind.engine.packets.runs import PacketSequence
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.decode.relay import RelayReader
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.media.packets.demux import Demux
from loopfind.media.packets.table import Packets, read_packets
from loopfind.model.library import Reading
from loopfind.model.video import Frames, Progress, RepeatedFrames
from loopfind.pipeline import Resume, reader, reuse
from loopfind.pipeline.resume import resumable

SKIPPED = {"closed.mp4", "open.mkv", "open.mp4", "open5.mp4", "mpeg2.mkv", "mpeg4.mp4", "vp9.webm", "mjpeg.mov"}
"""Those of which it is known that much need not be decoded; the others need only be right."""


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuse, "SHORTEST_REUSED", 3.0)
    monkeypatch.setattr(reuse, "SHORTEST_LEFT_OUT", 2.0)
    monkeypatch.setattr(reuse, "REPEATED_AT_ONCE", 20)


def clip(name: str, seconds: float = 5, turned: str = "null") -> Path:
    path = videos.FOLDER / f"skip_{seconds}_{turned}_{name}"
    return (
        path if path.exists() else videos.make(path.name, *videos.moving(seconds), "-vf", turned, *videos.CODED[name])
    )


def looped(name: str, turns: int = 4) -> Path:
    path = videos.FOLDER / f"skip_{turns}_{name}"
    again = ("-stream_loop", str(turns - 1), "-i", clip(name).as_posix(), "-c", "copy")
    return path if path.exists() else videos.make(path.name, *again)


def joined(name: str, *pieces: Path) -> Path:
    listed = videos.FOLDER / f"skip_{name}.txt"
    listed.write_text("".join(f"file '{piece}'\n" for piece in pieces))
    return videos.make(f"skip_{name}", "-f", "concat", "-safe", "0", "-i", listed.as_posix(), "-c", "copy")


def read(path: Path, settings: Settings = Settings(), plain: bool = False) -> tuple[Reading, str]:  # noqa: B008
    """A reading, and the last line of its log."""
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        if plain:
            patch.setattr(reader, "may_reuse", lambda *_: False)
        return reader.read_video(resolve(path), settings, log=lines.append), lines[-1]


def same(one: Reading, other: Reading) -> None:
    mine, others = one.fingerprint, other.fingerprint
    for name in ("times", "codes", "detail"):
        assert np.array_equal(getattr(mine, name), getattr(others, name)), name
    assert np.array_equal(mine.sketches[0 : len(mine.times)], others.sketches[0 : len(others.times)])
    assert (one.source, mine.end) == (other.source, others.end)
    # Decoder threads do not always complain before the same frame.
    assert [loss.start for loss in one.losses] == pytest.approx([loss.start for loss in other.losses], abs=0.5)


def same_as_plain(path: Path, settings: Settings = Settings()) -> int:  # noqa: B008
    """Read both ways; how many frames were not decoded."""
    (mine, said), (plain, _) = read(path, settings), read(path, settings, plain=True)
    same(mine, plain)
    return int(said.split()[0]) if "not decoded" in said else 0


@pytest.mark.slow
@pytest.mark.parametrize("name", videos.CODED)
def test_a_reading_that_skips_is_the_plain_one(name: str) -> None:
    skipped = same_as_plain(looped(name))
    if name in SKIPPED:
        assert skipped > 200


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["exact", "color"])
def test_it_is_for_kinds_that_need_more(kind: str) -> None:
    assert same_as_plain(looped("open.mp4"), Settings(kind)) > 200


@pytest.mark.slow
@pytest.mark.parametrize("limits", [(1.3, 17.7), (6.2, None), (None, 12.0), (0.02, 4.9)])
def test_limits_are_kept(limits: tuple[float | None, float | None]) -> None:
    skipped = same_as_plain(looped("closed.mp4"), Settings(start=limits[0], end=limits[1]))
    assert bool(skipped) == (limits[1] != 4.9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cut"),
    [("closed.mp4", "1.6"), ("closed.mp4", "1.9"), ("open.mp4", "1.6"), ("mpeg2.mkv", "1.8"), ("open5.mp4", "2")],
)
def test_pieces_that_were_cut_out_are_the_plain_ones(name: str, cut: str) -> None:
    """Copies that may begin with pictures whose references were left behind."""
    whole, kind = clip(name, 8), name.partition(".")[2]
    part = videos.make(f"skip_{cut}_{name}", "-ss", cut, "-i", whole.as_posix(), "-c", "copy")
    other = clip(name, 3, "hflip")
    skipped = same_as_plain(joined(f"{cut}_joined_{name.partition('.')[0]}.{kind}", whole, part, other, part, whole))
    assert skipped > 200 or (name, cut) != ("closed.mp4", "1.6")


@pytest.mark.slow
def test_damage_is_left_to_a_plain_reading() -> None:
    path = videos.damaged(looped("closed.mp4"), "skip_damaged.mp4", 0.6, 0.62)
    mine, plain = read(path)[0], read(path, plain=True)[0]
    assert mine.source == plain.source and bool(mine.losses) and bool(plain.losses)
    assert np.array_equal(mine.fingerprint.times, plain.fingerprint.times)


@pytest.mark.slow
def test_frames_that_are_not_what_packets_promise_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof at the joints is all that stands between a wrong word and a wrong answer."""
    one = clip("closed.mp4")
    other = clip("closed.mp4", turned="hflip")
    path, told = joined("lied.mp4", one, other), list[bool]()

    def lied(demux: Demux, *_: object) -> Packets:
        packets = read_packets(demux)
        half = len(packets.sizes) // 2
        told.append(True)
        return replace(packets, hashes=np.tile(packets.hashes[:half], (2, 1)), sizes=np.tile(packets.sizes[:half], 2))

    monkeypatch.setattr(reuse, "read_packets", lied)
    assert same_as_plain(path) == 0 and told


def test_joints_that_are_not_sound_are_seen_before_anything_is_decoded() -> None:
    with RelayReader(reuse.PacketReuse(ReadRequest(resolve(looped("late.ts"))), OnePassReader)) as video:
        assert not any(isinstance(item, RepeatedFrames) for item in video)
    assert video.losses


@pytest.mark.slow
@pytest.mark.parametrize("at", [1, 2])
def test_each_joint_is_proved(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def holds(gatherer: FingerprintBuilder, frames: Frames) -> bool:
        asked.append(frames.first)
        return len(asked) != at

    monkeypatch.setattr(FingerprintBuilder, "holds", holds)
    assert same_as_plain(looped("closed.mp4")) == 0 and len(asked) == at


def test_what_does_not_come_again_is_decoded_after_a_look_at_its_key_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[bool]()

    def counted(demux: Demux, *_: object) -> Packets:
        looks.append("-discard:v" in demux.command)
        return read_packets(demux)

    monkeypatch.setattr(reuse, "read_packets", counted)
    assert same_as_plain(clip("closed.mp4")) == 0
    assert looks == [True]


@pytest.mark.slow
@pytest.mark.parametrize("frames", [60, 300, 450])
def test_a_reading_that_was_cut_off_goes_on(frames: int, tmp_path: Path) -> None:
    path, notes, lines = str(looped("open.mp4")), list[str](), list[str]()
    resume = Resume(tmp_path / "kept", 0.0, notes.append)

    def stop(progress: Progress) -> None:
        if progress.stage == "reading" and progress.frames >= frames:
            raise KeyboardInterrupt

    def again(watch: Callable[[Progress], None] | None) -> Reading:
        with resumable(resolve(path), Settings(), resume) as checkpoint:
            return reader.read_video(resolve(path), Settings(), watch=watch, log=lines.append, checkpoint=checkpoint)

    with pytest.raises(KeyboardInterrupt):
        again(stop)
    same(again(None), read(Path(path), plain=True)[0])
    assert len(notes) == 1 and list((tmp_path / "kept").iterdir()) == []
    assert ("not decoded" in lines[-1]) == (frames < 450)


def drawn(letters: list[int], every: int = 10) -> PacketSequence:
    """Packets in the order in which they are shown, each `every`-th a key packet."""
    ids = np.array(letters, np.int64)
    telling, keys = np.ones(len(ids), np.bool_), np.arange(len(ids)) % every == 0
    return PacketSequence(ids, telling, keys, np.arange(len(ids)) / 25)


def test_what_is_known_begins_a_group_late_and_lies_within_the_limits() -> None:
    stream = drawn([*range(200), *range(1000, 1100), *range(50, 200), *range(2000, 2100)])
    assert known_frames(stream, 0, 550, 1.0) == [KnownFrames(310, 450, 250)]
    assert known_frames(stream, 0, 400, 1.0) == [KnownFrames(310, 400, 250)]
    assert known_frames(stream, 40, 550, 1.0) == [KnownFrames(270, 410, 250)]
    assert known_frames(stream, 100, 550, 1.0) == [KnownFrames(250, 350, 250)]
    assert known_frames(stream, 0, 550, 6.0) == []


def test_of_overlapping_copies_each_frame_is_known_once() -> None:
    piece, other = list(range(100)), list(range(500, 560))
    stream = drawn([*piece, *other, *piece, *other, *piece, *piece, *other])
    known = known_frames(stream, 0, len(stream.ids), 0.5)
    assert all(one.last <= two.first for one, two in pairwise(known)) and len(known) > 1
    ids = stream.ids
    for one in known:
        assert np.array_equal(ids[one.first : one.last], ids[one.first - one.back : one.last - one.back])


def test_frames_again_are_those_before_in_turn() -> None:
    class Kind:
        name = "first"
        needs_digests = needs_colours = sized = False

        def width(self, size: int) -> int:
            return 1

        def encode(self, frames: Frames, size: int) -> np.ndarray:
            return frames.pictures[:, :1, 0]

    gatherer = FingerprintBuilder(Kind(), 8)  # type: ignore[arg-type]
    pictures = np.repeat(np.arange(5, dtype=np.uint8), 64 * 64).reshape(5, 64, 64)
    gatherer.add(Frames(0, np.arange(5.0), pictures))
    gatherer.repeat(RepeatedFrames(5, np.arange(5.0, 12.0), 3))
    assert gatherer.rows(0, 12)[2].ravel().tolist() == [0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2]
    assert gatherer.rows(0, 12)[0].tolist() == list(range(12))
    assert gatherer.holds(Frames(5, np.arange(5.0, 8.0), pictures[2:5]))
    assert not gatherer.holds(Frames(5, np.arange(5.0, 8.0), pictures[1:4]))
    assert not gatherer.holds(Frames(5, np.arange(5.0, 8.0) + 1e-9, pictures[2:5]))
    for wrong in (
        RepeatedFrames(11, np.zeros(1), 3),
        RepeatedFrames(12, np.zeros(1), 13),
        RepeatedFrames(12, np.zeros(1), 0),
    ):
        with pytest.raises(ValueError, match="cannot be"):
            gatherer.repeat(wrong)
