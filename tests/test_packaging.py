"""The wheel, the source archive, and the action that others put into their workflows."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from test_elsewhere import film

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The names in the wheel and those in the source archive."""
    folder = tmp_path_factory.mktemp("built")
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as one, tarfile.open(archive) as other:
        return set(one.namelist()), {name.partition("/")[2] for name in other.getnames()}


@pytest.mark.slow
def test_the_wheel_and_the_source_hold_the_network_with_its_licence(built):
    names, sources = built
    for name in ("efficientnet-lite0.onnx", "efficientnet-lite0.centre.f2", "LICENSE", "NOTICE"):
        assert f"loopfind/fingerprints/weights/{name}" in names & sources
    assert "fixtures/make_weights.py" in sources
    assert any(name.endswith("licenses/loopfind/fingerprints/weights/NOTICE") for name in names)


@pytest.mark.slow
def test_the_wheel_and_the_source_hold_the_scripts_of_the_service_with_their_licence(built):
    names, sources = built
    for name in ("htmx.min.js", "hx-sse.min.js", "service.css", "LICENSE", "NOTICE"):
        assert f"loopfind/service/pages/assets/{name}" in names & sources
    assert "loopfind/service/pages/templates/service.html.j2" in names & sources
    assert any(name.endswith("licenses/loopfind/service/pages/assets/NOTICE") for name in names)


@pytest.mark.slow
def test_the_wheel_installs_the_manual_page_and_completions_where_they_are_looked_for(built):
    below = {name.partition(".data/data/")[2] for name in built[0]}
    assert below > {
        "share/man/man1/loopfind.1",
        "share/bash-completion/completions/loopfind",
        "share/zsh/site-functions/_loopfind",
        "share/fish/vendor_completions.d/loopfind.fish",
    }


@pytest.mark.parametrize(
    ("video", "fail", "status", "repeats"),
    [
        ("film.mp4", "true", 3, "true"),
        ("film.mp4", "false", 0, "true"),
        ("no $(touch run) file.mp4", "true", 1, None),
    ],
)
@pytest.mark.slow
def test_the_action_fails_where_a_video_repeats(tmp_path, video, fail, status, repeats):
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    (script,) = [step["run"] for step in steps if step.get("id") == "scan"]
    shutil.copy(film(), tmp_path / "film.mp4")
    given = {
        "VIDEO": str(tmp_path / video),
        "OPTIONS": "--no-sound  --hash-size 16",
        "FAIL": fail,
        "REPORT": "out.json",
    }
    places = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=os.environ | given | places | {"RUNNER_TEMP": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stderr
    assert not (tmp_path / "run").exists()
    if repeats is not None:
        assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"report=out.json\nrepeats={repeats}\n"
        assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text().strip()
        assert (tmp_path / "out.json").is_file()
