"""Where a report goes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopfind.cli.output import choose, save
from loopfind.errors import BadSetting, OutputError


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def fails() -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    place = tmp_path / "report.json"
    place.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        save(str(place), fails())
    assert place.read_text() == "before"
    assert [*tmp_path.iterdir()] == [place]


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path: Path) -> None:
    place, link = tmp_path / "report.json", tmp_path / "link.json"
    place.write_text("before")
    place.chmod(0o640)
    link.symlink_to(place)
    save(str(link), ["after"])
    assert link.is_symlink() and place.read_text() == "after"
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    reader = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    save(str(place), ["text"])
    assert os.read(reader, 99) == b"text" and place.is_fifo()
    os.close(reader)


def test_choosing_a_format(tmp_path: Path) -> None:
    assert choose(None, False, "v") == choose("-", False, "v") == choose(str(tmp_path / "a.TXT"), False, "v") == "text"
    assert (
        choose(None, True, "v") == choose(str(tmp_path / "a.txt"), True, "v") == choose("b.json", False, "v") == "json"
    )
    assert [*tmp_path.iterdir()] == []


def test_refuses_what_cannot_be_written_before_the_scan(tmp_path: Path) -> None:
    video = tmp_path / "video.json"
    video.touch()
    with pytest.raises(BadSetting, match="this is the video"):
        choose(str(video), True, str(video))
    for path, what in [
        (tmp_path, "folder"),
        (tmp_path / "no" / "a", "does not exist"),
        ("a\0b", "could not be written"),
    ]:
        with pytest.raises(OutputError, match=what):
            choose(str(path), True, "v")
