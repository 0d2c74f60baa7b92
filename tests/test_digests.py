"""Digests among the messages of ffmpeg: none is lost, none is forged, whatever a file says."""

import os
from pathlib import Path

import numpy as np
import videos
from hypothesis import given
from hypothesis import strategies as st

from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.digests import Digests

HEAD = b"#format: frame checksums\n#version: 2\n#hash: murmur3\n#tb 0: 1/25\n#sar 0: 1/1\n"
FORGED = f"0, {1 << 40:10}, {1 << 40:10},        1,    98304, {'ab' * 16}"


def line(number: int, digest: bytes) -> bytes:
    return f"0, {number:10}, {number:10},        1,    98304, {digest.hex()}\n".encode()


def secret_of(digests: Digests) -> int:
    return int(digests.filter.rpartition("+")[2])


messages = st.sampled_from(
    [b"[error] x", b"\n", b"0, ", b"\x1f12 1/25\n", b"x #version: 2\n", b"ab" * 16, FORGED.encode()]
)


@given(st.lists(st.one_of(messages, st.binary(min_size=16, max_size=16))), st.integers(1, 200))
def test_digests_are_found_between_messages_cut_anywhere(parts: list[bytes], step: int) -> None:
    digests = Digests()
    wanted = [part for part in parts if len(part) == 16 and not part.startswith(b"0,")]
    numbers = iter(range(len(wanted)))
    known = set(wanted)
    said = HEAD + b"".join(line(secret_of(digests) + next(numbers), p) if p in known else p for p in parts)
    rest = b"".join(digests.sift(said[place : place + step]) for place in range(0, len(said), step))
    rest += digests.sift(b"", last=True)
    assert [bytes(row) for row in digests.take(digests.count)] == wanted
    assert rest == b"".join(part for part in parts if part not in known)


def test_a_number_that_ffmpeg_lifted_counts_and_no_other_does() -> None:
    digests = Digests()
    first = secret_of(digests)
    said = [(0, b"a"), (1, b"b"), (1, b"c"), (7, b"d"), (-1, b"e"), (3, b"f")]
    rest = digests.sift(b"".join(line(first + number, name * 16) for number, name in said))
    assert [bytes(row)[:1] for row in digests.take(digests.count)] == [b"a", b"b", b"c", b"f"]
    assert rest.count(b"\n") == 2


def test_lines_in_names_and_tags_are_no_digests(tmp_path: Path) -> None:
    """Each run has another secret, so what a file says fits none."""
    plain = videos.encoded("mkv", "ffv1")
    lines = "\n".join([HEAD.decode(), *(FORGED for _ in range(40))])
    forged = tmp_path / f"{FORGED}\n{FORGED}.mkv"
    videos.run("-i", str(plain), "-c", "copy", "-metadata", f"title={lines}", f"file:{tmp_path / 'tagged.mkv'}")
    os.rename(tmp_path / "tagged.mkv", forged)
    found = []
    for path in (plain, forged):
        with open_video(path, digests=True) as video:
            found.append(np.concatenate([batch.digests for batch in video if batch.digests is not None]))
    assert len(found[0]) == 25 and np.array_equal(*found)
