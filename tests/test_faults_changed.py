"""A file that is changed while it is read: the answer is right, or says so; never that of two files in one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import videos

from loopfind import scan, sweep
from loopfind.errors import Unreadable
from loopfind.model.video import Progress
from loopfind.pipeline import scan_to_show
from loopfind.pipeline.unchanged import CHANGED, GREW


def film(container: str, seconds: float = 6) -> Path:
    return videos.encoded(container, "libx264", seconds=seconds, size="160x120")


def other(container: str) -> Path:
    return videos.make(
        f"in_its_place.{container}", "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=8", "-c:v", "libx264", "-preset",
        "ultrafast", "-bf", "0",
    )  # fmt: skip


def replace_it(path: Path) -> None:
    new = path.with_name("new")
    shutil.copyfile(other(path.suffix[1:]), new)
    new.replace(path)


def write_over(path: Path) -> None:
    data = other(path.suffix[1:]).read_bytes()
    with path.open("r+b") as file:
        file.write(data)
        file.truncate(max(len(data), file.seek(0, os.SEEK_END)))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def add_to(path: Path) -> None:
    with path.open("ab") as file:
        file.write(other(path.suffix[1:]).read_bytes())


def once(change: Callable[[Path], None], path: Path) -> Callable[[Progress], None]:
    """A watch that changes a file when it is first called with a stage that reads it."""
    done: list[bool] = []

    def watch(progress: Progress) -> None:
        if not done:
            done.append(True)
            change(path)

    return watch


@pytest.mark.parametrize("container", ["ts", "mp4"])
@pytest.mark.parametrize("change", [replace_it, write_over, cut])
@pytest.mark.slow
def test_a_file_that_becomes_another_one_is_no_answer(
    change: Callable[[Path], None], container: str, tmp_path: Path
) -> None:
    path = tmp_path / f"film.{container}"
    shutil.copyfile(film(container), path)
    with pytest.raises(Unreadable, match="changed while it was read"):
        scan(str(path), watch=once(change, path))


@pytest.mark.slow
def test_a_file_that_grows_or_goes_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    shutil.copyfile(film("ts"), path)
    assert scan(str(path), watch=once(Path.touch, path)).losses == ()
    grown = scan(str(path), watch=once(add_to, path))
    assert grown.losses[-1].what == GREW and grown.source.frames >= 150
    shutil.copyfile(film("ts"), path)
    gone = scan(str(path), watch=once(Path.unlink, path))
    assert (gone.losses, gone.source.frames) == ((), 150)


@pytest.mark.slow
def test_every_command_says_that_a_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    commands: list[Callable[[Callable[[Progress], None]], object]] = [
        lambda watch: scan(str(path), watch=watch, packets_only=True),
        lambda watch: scan(str(path), watch=watch, fast=True),
        lambda watch: sweep(str(path), watch=watch),
    ]
    for command in commands:
        shutil.copyfile(film("ts"), path)
        with pytest.raises(Unreadable, match="changed while it was read"):
            command(once(replace_it, path))


@pytest.mark.slow
def test_pictures_of_another_file_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    shutil.copyfile(film("ts"), path)
    assert scan_to_show(str(path))[1].shots
    stages: list[str] = []

    def watch(progress: Progress) -> None:
        if progress.stage == "taking pictures" and progress.stage not in stages:
            replace_it(path)
        stages.append(progress.stage)

    report, shown = scan_to_show(str(path), watch=watch)
    assert "taking pictures" in stages
    assert shown.shots == {} and shown.origin is None and report.losses[-1].what == CHANGED
