"""The command line as a process: what goes where, and with which exit status. The scan behind it is made up."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fake_cli
import pytest
from patience import wait_until

FAKE = Path(__file__).parent / "fake_cli.py"
ROOT = FAKE.parent.parent
COLOUR = "\x1b["


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return kept | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | more


def command(*words: str) -> list[str]:
    return [sys.executable, str(FAKE), *words]


def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return fake_cli.run(*words, **{"env": environment()} | more)


def started(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own."""
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment()} | more
    return subprocess.run(command(*words), text=True, timeout=60, check=False, **more)


def on_terminal(*words: str, **more: str) -> tuple[str, int]:
    """Return what a terminal shows that is both stdout and stderr, and the exit status."""
    terminal, theirs = pty.openpty()
    child = subprocess.Popen(command(*words), env=environment(**more), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # how Linux reports the end of a terminal
        while piece := os.read(terminal, 65536):
            seen += piece
    os.close(terminal)
    return seen.decode().replace("\r\n", "\n"), child.wait(10)


@pytest.mark.slow
def test_stdout_carries_the_result_alone() -> None:
    done = run("film.mp4")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Parts of this video are shown again")
    assert "\x1b" not in done.stdout


@pytest.mark.slow
def test_json_is_json() -> None:
    done = run("film.mp4", "--json")
    assert json.loads(done.stdout)["source"]["path"] == "film.mp4"


@pytest.mark.slow
def test_the_default_command_need_not_be_named() -> None:
    assert run("film.mp4").stdout == run("scan", "film.mp4").stdout


@pytest.mark.slow
def test_odd_names_are_reachable() -> None:
    for words, path in [
        ("./scan --json", "./scan"),
        ("--json -- -weird.mp4", "-weird.mp4"),
        ("scan scan --json", "scan"),
    ]:
        assert json.loads(run(*words.split()).stdout)["source"]["path"] == path


@pytest.mark.slow
def test_a_name_that_is_not_utf8_is_reported() -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    assert "caf\\xe9.mp4" in run(name).stdout
    assert "/caf%E9.mp4#t=142.07" in run(name, "-v").stdout


@pytest.mark.slow
def test_options_become_settings() -> None:
    words = "--hash-size 8 --kind dhash --stream 1 --start 1:00 --end 90500ms --link https://youtu.be/abc --json"
    words += " --stall 9.5 --packets-only"
    settings = json.loads(run("settings", *words.split()).stdout)["settings"]
    assert settings == {
        "kind": "dhash",
        "hash_size": 8,
        "stream": 1,
        "start": 60.0,
        "end": 90.5,
        "auto": False,
        "link": "https://youtu.be/abc",
        "stall": 9.5,
        "packets_only": True,
        "fast": False,
        "sound": True,
        "audio_stream": 0,
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ("missing", 1, "missing: there is no such file"),
        ("killed", 1, "ffmpeg was killed by signal 9"),
        ("huge", 1, "there is not enough memory"),
        ("bug", 1, "this is a bug in loopfind: ZeroDivisionError"),
        ("broken", 1, "this is a bug in loopfind"),
        ("x -o nowhere/report.json", 1, "nowhere/report.json: its folder does not exist"),
        ("x -o . --json", 1, "this is a folder"),
        ("", 2, "VIDEO"),
        ("x -", 2, "standard input holds one video"),
        ("x --bogus", 2, "--bogus"),
        ("x --hash-size 3", 2, "--hash-size"),
        ("x --hash-size 65", 2, "--hash-size"),
        ("x --hash-size many", 2, "--hash-size"),
        ("x --kind nohash", 2, "choose one of ahash"),
        ("x --stream -1", 2, "--stream"),
        ("x --start -5", 2, "--start cannot be '-5'"),
        ("x --start 1:99", 2, "--start cannot be '1:99'"),
        ("x --start 9 --end 9", 2, "--end cannot be '9'"),
        ("x --link javascript:alert(1)", 2, "--link cannot be"),
        ("x -o report.docx", 2, "or name the format with --format"),
        ("x --format docx", 2, "unknown format 'docx'"),
        ("x --json --format csv", 2, "leave one of them out"),
        ("x -o a.csv -o b.csv --format csv", 2, "one for each -o"),
        ("x --json --open 1", 2, "write it to a file with -o"),
        ("- --open 1", 2, "give the video's page with --link"),
        ("x --open 0", 2, "--open"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr(words: str, status: int, says: str) -> None:
    done = run(*words.split())
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("loopfind: ") and says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_bug_shows_where_if_asked() -> None:
    assert "Traceback" in run("bug", "-v").stderr
    assert "Traceback" not in run("bug").stderr


@pytest.mark.slow
def test_verbose_shows_what_ffmpeg_said_and_nothing_that_steers() -> None:
    done = run("film.mp4", "-v")
    assert done.stderr.startswith("ffmpeg -i in.mp4 \\x1b[31m\n[h264] corrupt\nRepeat 1 (1 of 2): mpv --start=142.07 ")
    assert "Repeat 1: 4 min 11.2 s, shown twice\n" in done.stdout and "Repeat 1:" not in run("film.mp4").stdout


@pytest.mark.slow
@pytest.mark.parametrize(("video", "status"), [("film.mp4", 3), ("nothing", 0)])
def test_fail_on_repeats(video: str, status: int) -> None:
    done = run(video, "--fail-on-repeats")
    assert done.returncode == status
    assert done.stdout == run(video).stdout


@pytest.mark.slow
def test_help_has_examples_and_every_kind() -> None:
    from loopfind.fingerprints import KINDS

    for words in (["--help"], ["-h"], ["scan", "--help"], ["film.mp4", "-h"]):
        done = run(*words)
        assert (done.returncode, done.stderr) == (0, "")
        shown = re.sub(r"-\n\s+", "-", done.stdout)  # a line may end within a name
        assert all(word in shown for word in ["Examples:", "cat video.mkv | loopfind -", "default: 24", *KINDS])


@pytest.mark.slow
def test_help_is_in_panels_and_as_wide_as_the_terminal() -> None:
    wide = run("--help", env=environment(COLUMNS="150")).stdout
    heads = re.findall(r"^(\w+):$", wide, re.MULTILINE)
    assert heads == ["Arguments", "Input", "Answer", "Speed", "Live", "Library", "Advanced", "Commands"]
    assert 120 < max(map(len, wide.splitlines())) <= 150
    assert (
        max(map(len, run("--help", env=environment(COLUMNS="60")).stdout.partition("Examples")[0].splitlines())) <= 60
    )


@pytest.mark.slow
def test_help_is_a_command_too() -> None:
    for asked, same in (([], []), (["sweep"], ["sweep"]), (["library", "add"], ["library", "add"])):
        assert run("help", *asked).stdout == run(*same, "--help").stdout != ""
    assert run("library").stdout == run("library", "--help").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["swep"], "did you mean sweep?"),
        (["library", "serch", "x"], "Did you mean 'search'?"),
        (["help", "library", "serch"], "did you mean search?"),
        (["film.mp4", "--hashsize", "8"], "did you mean --hash-size?"),
    ],
)
def test_what_is_spelt_wrong_names_what_is_near(words: list[str], meant: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "") and meant in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_version_names_python_and_ffmpeg() -> None:
    for words in (["--version"], ["film.mp4", "--version"]):
        done = run(*words)
        assert done.returncode == 0
        assert done.stdout.startswith("loopfind ") and "Python 3" in done.stdout and "ffmpeg" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("words", [["film.mp4", "--json"], ["many"], ["--help"]])
def test_a_reader_that_left_is_no_error(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = started(*words, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "words", [["film.mp4"], ["film.mp4", "--json"], ["--help"], ["film.mp4", "--json", "-o", "/dev/full"]]
)
def test_a_full_disk_is_one_line(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = started(*words, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("loopfind: ") and "no space left" in done.stderr.lower()
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_closed_stdout_is_one_line() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command("film.mp4")],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "loopfind: standard output: it is closed\n")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_stops_at_once_and_quietly(name: str, status: int, tmp_path: Path) -> None:
    number: int = getattr(signal, name)
    words = command("slow", "-o", str(tmp_path / "report.json"))
    child = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None and child.stderr.readline() == "started\n"
    asked = time.monotonic()
    child.send_signal(number)
    out, err = child.communicate(timeout=10)
    assert time.monotonic() - asked < 2
    assert (child.returncode, out, err) == (status, "", "")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_what_nohup_starts_goes_on_without_its_terminal() -> None:
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command("slow")]
    child = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None and child.stderr.readline() == "started\n"
    child.send_signal(signal.SIGHUP)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "") and out.startswith("Nothing in this video")


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
@pytest.mark.slow
def test_a_second_press_ends_it_at_once_and_its_ffmpeg_too(name: str) -> None:
    child = subprocess.Popen(
        command("stuck"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    decoder = int(child.stderr.readline())
    assert Path(f"/proc/{decoder}").exists()
    child.send_signal(getattr(signal, name))
    assert child.stderr.readline() == "cleaning\n"

    def pressed_until_it_ended() -> bool:
        child.send_signal(signal.SIGINT)
        return child.poll() is not None

    wait_until(pressed_until_it_ended, 20)
    out, err = child.communicate()
    assert (child.returncode, out, err) == (130, "", "")
    wait_until(lambda: not Path(f"/proc/{decoder}").exists(), 20)


@pytest.mark.slow
def test_ctrl_c_is_quiet_at_any_moment() -> None:
    for imports in (1, 60, 200, 400):
        child = subprocess.Popen(
            [
                sys.executable,
                "-X",
                "importtime",  # a line for each
                "-c",
                "import loopfind.cli, sys\nprint('begun', file=sys.stderr, flush=True)\nsys.exit(loopfind.cli.main())",
                "slow",
            ],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stderr is not None
        while child.stderr.readline() != "begun\n":
            pass
        # Behind its first import main() is in charge, whatever else it imports.
        heard = [child.stderr.readline() for _ in range(imports)]
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=10)
        assert "Traceback" not in "".join(heard) + err
        # 1: that there is no file called slow was said before; -SIGINT: Python was already on its way out.
        assert child.returncode in (130, 1, -signal.SIGINT)


@pytest.mark.slow
def test_a_terminal_gets_colours_links_and_progress() -> None:
    seen, status = on_terminal("film.mp4", "--link", "https://youtu.be/abc")
    assert status == 0
    assert COLOUR + "1;31m" in seen
    assert "\x1b]8;" in seen and "https://youtu.be/abc?t=142s\x1b\\" in seen
    seen, _ = on_terminal("slow")
    assert "reading" in seen and "fps" in seen and "left" in seen


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_plain_terminal_gets_plain_text(more: dict[str, str]) -> None:
    seen, _ = on_terminal("film.mp4", "-v", "-q", **more)
    assert "\x1b" not in seen
    assert "file:///" in seen


@pytest.mark.slow
def test_without_colours_the_bar_is_still_there() -> None:
    seen, _ = on_terminal("slow", NO_COLOR="1")
    assert "reading" in seen and "fps" in seen and not re.search("\x1b\\[[0-9;]+m", seen)


@pytest.mark.slow
def test_colours_can_be_forced_and_forbidden() -> None:
    forced = run("film.mp4", env=environment(FORCE_COLOR="1")).stdout
    assert COLOUR in forced and "\x1b]8;" not in forced
    assert COLOUR not in run("film.mp4", env=environment(FORCE_COLOR="1", NO_COLOR="1")).stdout


@pytest.mark.slow
def test_the_text_is_as_long_as_asked_for(tmp_path: Path) -> None:
    """--brief and --all are of every text that is written, and of nothing else."""
    done = run("many", "--brief", "-o", str(tmp_path / "brief.txt"), "-o", "-")
    assert done.stdout == "film.mp4: Half of this video is shown twice: 300 repeats, 50 min in all.\n"
    assert (tmp_path / "brief.txt").read_text() == done.stdout
    assert "  300  repeat" in run("many", "--all").stdout and "  300  repeat" not in run("many").stdout
    for words, said in ((["--all", "--json"], "it is of the text"), (["--all", "--brief"], "leave one of the two out")):
        done = run("many", *words)
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_terminal_without_hyperlinks_gets_addresses() -> None:
    seen, _ = on_terminal("film.mp4", "-v", TERM="linux")
    assert COLOUR in seen and "\x1b]8;" not in seen and "file:///" in seen


@pytest.mark.slow
def test_quiet_draws_nothing() -> None:
    seen, _ = on_terminal("slow", "-q")
    assert "reading" not in seen


@pytest.mark.slow
def test_any_locale_will_do() -> None:
    done = started("caf\u00e9\u4e16.mp4", env=environment(PYTHONIOENCODING="ascii"))
    assert done.returncode == 0
    assert "caf\\xe9\\u4e16.mp4" in done.stdout


@pytest.mark.slow
def test_a_report_file_is_written_and_stdout_stays_empty(tmp_path: Path) -> None:
    for name, words in [("report.json", []), ("report.txt", []), ("report", ["--json"])]:
        done = run("film.mp4", "-o", str(tmp_path / name), *words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    written = [json.loads((tmp_path / name).read_text()) for name in ("report.json", "report")]
    made = [one.pop("made")["command"] for one in written]
    assert made == ["loopfind film.mp4 -o report.json", "loopfind film.mp4 -o report --json"]
    shown = json.loads(run("film.mp4", "--json").stdout)
    assert shown.pop("made")["command"] == "loopfind film.mp4 --json"
    assert written == [shown, shown]
    assert (tmp_path / "report.txt").read_text() == run("film.mp4").stdout
    assert len([*tmp_path.iterdir()]) == 3


@pytest.mark.slow
def test_start_up_loads_nothing_heavy() -> None:
    heavy = {"numpy", "scipy", "PIL", "imagehash", "imageio", "imageio_ffmpeg", "rich"}
    code = "import sys\nfrom loopfind.cli import main\nmain()\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], env=environment(), capture_output=True, text=True, check=True
    )
    assert "Usage" in done.stdout
    assert not heavy & {name.partition(".")[0] for name in done.stderr.split()}


def test_importing_loopfind_loads_nothing_heavy() -> None:
    code = "import sys, loopfind\nprint(*sys.modules)\nprint(loopfind.Settings().hash_size, *dir(loopfind))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    loaded, public = done.stdout.splitlines()
    assert not {"numpy", "scipy", "PIL", "imagehash"} & {*loaded.split()}
    names = (
        "Cache CompareSettings Comparison Decoding GroupSettings LoopfindError Report Settings SimilarSettings "
        "SteadySettings Sweep SweepSettings Trajectory TrajectorySettings __version__ compare follow "
        "follow_trajectory groups scan similar steady sweep trajectory"
    )
    assert public == f"24 {names}"


@pytest.mark.slow
def test_the_linear_algebra_library_gets_one_thread() -> None:
    code = "import os\nfrom loopfind.cli import main\nmain()\nprint(os.environ['OPENBLAS_NUM_THREADS'])"
    for given, kept in [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")]:
        variables = environment()
        variables.pop("OPENBLAS_NUM_THREADS", None)
        words = [sys.executable, "-c", code, "--help"]
        done = subprocess.run(words, env=variables | given, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == kept


@pytest.mark.slow
def test_python_m_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loopfind", "--help"], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == run("--help").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("sc", "scan"),
        ("--ha", "--hash-size"),
        ("film.mp4 --ki", "--kind"),
        ("scan --js", "--json"),
        ("--kind ph", "phash"),
        ("sweep --kind ahash,ph", "ahash,phash"),
        ("film.mp4 --format mark", "markdown"),
        ("help library se", "search"),
    ],
)
def test_the_shell_completes_commands_options_and_values(typed: str, offers: str) -> None:
    words = {"COMP_WORDS": f"loopfind {typed}", "COMP_CWORD": str(len(typed.split()))}
    assert run(env=environment(_LOOPFIND_COMPLETE="complete_bash", **words)).stdout.split() == [offers]
