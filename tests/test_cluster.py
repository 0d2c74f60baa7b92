"""Several processes share the work on a library: the answers of one, whatever becomes of the processes."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
import servers
import synthetic as s
import videos
from dying import die_once
from patience import wait_until
from test_library_search import fill, films

from loopfind import errors
from loopfind.cli.app import run
from loopfind.errors import BadSetting, LibraryError, LoopfindError, Unreadable, WorkersFailed
from loopfind.model.library import Added
from loopfind.model.version import version
from loopfind.pipeline import library_compare
from loopfind.pipeline.cluster.readings import read_shared
from loopfind.pipeline.cluster.shared_library import SharedLibrary, share_library
from loopfind.pipeline.cluster.workers import MOST_ENDED, Cluster, GivenUp, Task, open_cluster
from loopfind.pipeline.library_add import add
from loopfind.pipeline.library_compare import compare_library
from loopfind.pipeline.library_groups import groups
from loopfind.pipeline.library_similar import similar
from loopfind.settings import ClusterSettings, GroupSettings, Settings, SimilarSettings
from loopfind.stores.opener import open_library
from loopfind.stores.quarantine import Quarantine

QUIET = Settings(sound=False)


def started(workers, processes, **more):
    """Start a Dask cluster as somebody else would who keeps one."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=processes,
        host="127.0.0.1" if processes else None,
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
        **more,
    )


@pytest.fixture(scope="module")
def crew():
    """Two workers in this process, for all tests of this module."""
    with started(2, False) as cluster:
        yield cluster


class Crashing:
    """A cluster in which reading a file called killer... ends the workers."""

    width = 1

    def outcomes(self, tasks):
        for task in tasks:
            deadly = Path(task.arguments[-1]).name.startswith("killer")
            yield task, GivenUp(MOST_ENDED) if deadly else task.work(*task.arguments)


def at(cluster):
    return ClusterSettings(scheduler=cluster.scheduler_address)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six short videos of unlike content."""
    place = tmp_path_factory.mktemp("clips")
    film = videos.encoded("mkv", "mpeg4", seconds=0.4)
    for number in range(6):
        shutil.copy(film, place / f"{number}.mkv")
        with (place / f"{number}.mkv").open("ab") as file:
            file.write(b"\0" * number)  # behind the end: another content, the same pictures
    return place


def read(files):
    return sorted((Path(file.path).name, file.what, file.frames) for file in files)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.slow
def test_workers_compare_a_library_as_one_process_does(tmp_path, monkeypatch, workers):
    monkeypatch.setattr(library_compare, "COMPARED_AT_ONCE", 500)
    for name in ("one", "many"):
        fill(tmp_path / f"{name}.sqlite", films()[:4])
    plain = compare_library(tmp_path / "one.sqlite")
    with started(workers, False) as cluster:
        shared = compare_library(tmp_path / "many.sqlite", cluster=at(cluster))
        assert shared == plain and len(plain.pairs) == 2
        fill(tmp_path / "many.sqlite", [s.shown([(s.film(3), 1, 9)], 25, seed=40)], 7)
        more = compare_library(tmp_path / "many.sqlite", cluster=at(cluster))
    fill(tmp_path / "one.sqlite", [s.shown([(s.film(3), 1, 9)], 25, seed=40)], 7)
    assert more == compare_library(tmp_path / "one.sqlite") and len(more.pairs) > 2


@pytest.mark.slow
def test_files_are_read_once_each_and_one_that_ends_its_readers_goes_into_quarantine(crew, folder, tmp_path, capsys):
    place = tmp_path / "films"
    shutil.copytree(folder, place)
    shutil.copy(place / "0.mkv", place / "again.mkv")
    (place / "notes.txt").write_text("no video")
    killer = place / "killer.mkv"
    killer.write_bytes((place / "1.mkv").read_bytes() + b"\0" * 99)
    library = tmp_path / "l.sqlite"
    said = []
    wanted = [(str(path), False) for path in sorted(place.iterdir())] + [(str(tmp_path / "gone.mkv"), True)]
    found = read_shared(Crashing(), wanted, library, QUIET, said.append, None, False)
    assert [Path(one.path).name for one in found] == [Path(path).name for path, _ in wanted]
    added = [one for one in found if isinstance(one, Added)]
    assert read(added) == [*((f"{number}.mkv", "added", 10) for number in range(6)), ("again.mkv", "another", 10)]
    wrong = {Path(failure.path).name: failure.what for failure in found if failure not in added}
    assert sorted(wrong) == ["gone.mkv", "killer.mkv", "notes.txt"]
    assert f"ended {MOST_ENDED} processes" in wrong["killer.mkv"]
    assert said[-1].share == 1.0

    plain = add([str(place)], tmp_path / "plain.sqlite", QUIET)
    assert {file.path for file in plain.files} == {file.path for file in added} | {str(killer)}

    # It is not read again, by whomever; it is listed, and can be let out.
    for cluster in (ClusterSettings(), at(crew)):
        (again,) = add([str(killer)], library, QUIET, cluster=cluster).failures
        assert "--retry-quarantined" in again.what
    assert run(["library", "list", "--library", str(library)]) == 0
    assert f"{killer}: in quarantine" in capsys.readouterr().out
    assert run(["library", "verify", "--library", str(library)]) == 1
    assert f"{killer}: in quarantine" in capsys.readouterr().out
    assert add([str(killer)], library, QUIET, retry=True).files[0].what == "added"
    with open_library(library) as held:
        assert Quarantine(held.connections).all() == ()
        Quarantine(held.connections).add(held.look(killer), 3)
    assert run(["library", "remove", str(killer), "--library", str(library)]) == 0
    assert f"removed: {killer}" in capsys.readouterr().out
    with open_library(library) as held:
        assert Quarantine(held.connections).all() == ()


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_where_it_was(crew, folder, tmp_path):
    def stop(progress):
        if progress.share is not None and progress.share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add([str(folder)], tmp_path / "l.sqlite", QUIET, watch=stop, cluster=at(crew))
    result = add([str(folder)], tmp_path / "l.sqlite", QUIET, cluster=at(crew))
    assert len(result.files) == 6 and sum(file.what == "known" for file in result.files) >= 3
    with open_library(tmp_path / "l.sqlite") as library:
        assert len(library.entries()) == 6


@pytest.mark.slow
def test_workers_share_a_library_on_a_server(crew, folder, tmp_path):
    address, plain = servers.shared().library(str(tmp_path)), tmp_path / "plain.sqlite"
    shared = add([str(folder)], address, QUIET, cluster=at(crew))
    assert read(shared.files) == read(add([str(folder)], plain, QUIET).files)
    with open_library(address) as there, open_library(plain) as here:
        assert sorted(file.digest for file in there.files()) == sorted(file.digest for file in here.files())
        # What is drawn has something to be found in it.
        there.remove([entry.id for entry in there.entries()])
    fill(address, films()[:2])
    fill(tmp_path / "drawn.sqlite", films()[:2])
    answer = compare_library(address, cluster=at(crew))
    assert answer == compare_library(tmp_path / "drawn.sqlite") and len(answer.pairs) == 1


@pytest.mark.slow
def test_workers_find_likeness_and_scan_as_one_process_does(crew, folder, tmp_path, capsys):
    libraries = [tmp_path / f"{name}.sqlite" for name in ("alone", "shared", "grouped")]
    for library in libraries:
        add([str(folder)], library, QUIET)
    alone, shared, grouped = libraries
    asked = str(folder / "0.mkv")
    plain = similar(asked, alone, SimilarSettings(by="palette"))
    assert similar(asked, shared, SimilarSettings(by="palette", cluster=at(crew))) == plain
    assert len(plain.neighbours) == 5
    alike = groups(alone, GroupSettings(by="palette", level=0.8))
    assert groups(grouped, GroupSettings(by="palette", level=0.8, cluster=at(crew))) == alike and alike.groups

    def scanned(*words):
        capsys.readouterr()
        files = [str(folder / f"{number}.mkv") for number in range(2)]
        assert run(["scan", *files, "--json", "--no-sound", *words]) == 0
        return [without_moment(json.loads(line)) for line in capsys.readouterr().out.splitlines()]

    plain = scanned()
    assert scanned("--scheduler", crew.scheduler_address) == plain and len(plain) == 2


def without_moment(said):
    """Return what a command said without when and how it was made."""
    if isinstance(said, dict):
        return {key: without_moment(value) for key, value in said.items() if key != "made"}
    return [without_moment(one) for one in said] if isinstance(said, list) else said


@pytest.mark.slow
def test_a_task_is_done_again_when_its_worker_is_killed(tmp_path):
    tasks = [Task("die", number, die_once, (str(tmp_path / "mark"), number)) for number in range(3)]
    with open_cluster(ClusterSettings(1)) as cluster:
        assert sorted(outcome for _, outcome in cluster.outcomes(tasks)) == [0, 1, 2]
    assert (tmp_path / "mark").exists()


class LosingClient:
    """A client of Dask of which each result is lost before it is fetched, and what then happens to the tasks."""

    def __init__(self, *errors):
        self.errors = list(errors)

    def nthreads(self):
        return {"worker": 1}

    def submit(self, work, *arguments, **_):
        return LostResult(work(*arguments), self.errors.pop(0) if self.errors else None)

    def cancel(self, futures, force):
        self.cancelled = len(futures)


class LostResult:
    def __init__(self, value, error):
        self.value, self.error = value, error

    def add_done_callback(self, call):
        call(self)

    def exception(self):
        return None  # it was there just now

    def result(self):
        if self.error is not None:
            raise self.error
        return self.value

    def release(self):
        pass


def test_a_worker_that_ends_before_its_result_is_fetched_counts_as_one_that_ended_in_the_task():
    from distributed.scheduler import KilledWorker

    ended, task = KilledWorker("t", None, 0), Task("t", 0, str, (7,))
    for lost, outcome in (([ended] * 2, "7"), ([ended] * MOST_ENDED, GivenUp(MOST_ENDED))):
        assert [*Cluster(LosingClient(*lost), tuple).outcomes([task])] == [(task, outcome)]
    with pytest.raises(WorkersFailed, match="scheduler has ended"):
        list(Cluster(LosingClient(CancelledError()), tuple).outcomes([task]))


@pytest.mark.parametrize("processes", [2, 3])  # before there is a worker, and as one starts
@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_all_its_workers(folder, tmp_path, processes):
    words = ["library", "add", str(folder), "--workers", "1", "--library", str(tmp_path / "l.sqlite"), "--no-sound"]
    child = subprocess.Popen(
        [sys.executable, "-m", "loopfind", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    wait_until(lambda: len(group(child.pid)) >= processes, 100, "a process")
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "")
    wait_until(lambda: not group(child.pid), what="the end of the workers")


def group(leader):
    """Return the processes of a group that are there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[2] == str(leader) and fields[0] != "Z":
            found.append(entry.parent.name)
    return found


def test_a_library_that_a_worker_does_not_see_or_another_loopfind_is_refused(tmp_path):
    fill(tmp_path / "l.sqlite", films()[:1])
    shared = share_library(tmp_path / "l.sqlite")
    shared.open().close()
    with pytest.raises(LibraryError, match=r"does not see this file: .*PostgreSQL"):
        SharedLibrary(shared.at, (0, 0), version()).open()
    with pytest.raises(WorkersFailed, match="install the same"):
        SharedLibrary(shared.at, shared.file, "0.0.0").open()
    assert share_library("postgresql://host/db").file is None
    with pytest.raises(LibraryError):
        share_library(tmp_path / "none.sqlite")


def test_settings_that_cannot_be_met_say_so():
    for settings in (ClusterSettings(2, "tcp://127.0.0.1:1"), ClusterSettings(1000)):
        with pytest.raises(BadSetting), open_cluster(settings):
            pass
    with (
        pytest.raises(WorkersFailed, match="no Dask scheduler answers at nowhere"),
        open_cluster(ClusterSettings(scheduler="nowhere://x")),
    ):
        pass


def test_errors_come_whole_out_of_another_process():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LoopfindError)]
    assert len(kinds) > 15
    there = pickle.loads(pickle.dumps(Unreadable("film.mp4", "is gone")))
    assert (type(there), there.path, there.what, str(there)) == (
        Unreadable,
        "film.mp4",
        "is gone",
        "film.mp4: is gone",
    )
    there = pickle.loads(pickle.dumps(BadSetting("kind", 3, "not so")))
    assert (there.setting, there.value, str(there)) == ("kind", 3, str(BadSetting("kind", 3, "not so")))
