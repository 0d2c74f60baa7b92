"""`loopfind trajectory` on drawn footage: what it writes, and what it refuses."""

import json
import sys
import typing
from itertools import pairwise

import pytest
from documents import ROOT
from in_process import loopfind
from roads import RATE, road
from videos import make

from loopfind import pipeline, trajectory
from loopfind.errors import BadSetting, MissingExtra
from loopfind.model.trajectory import Reason

SECONDS = 26


@pytest.fixture(scope="module")
def camera(tmp_path_factory):
    """A recording of a drawn road."""
    raw = tmp_path_factory.mktemp("road") / "road.grey"
    raw.write_bytes(road(int(SECONDS * RATE), seed=3).tobytes())
    named = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x64", "-r", f"{RATE:g}", "-i", str(raw))
    return make("road.mkv", *named, "-c:v", "libx264", "-crf", "12", "-bf", "0")


@pytest.fixture(scope="module")
def answered(camera, tmp_path_factory):
    """A command line that asks for a plot too: what it says, the plot, and the trajectory that it writes of."""
    plot, found = tmp_path_factory.mktemp("plot") / "path.svg", []

    def kept(*words):
        found.append(trajectory(*words))
        return found[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "trajectory", kept)
        done = loopfind("trajectory", str(camera), "--plot", str(plot), "--baseline", "10m")
    return done, plot, found[0]


@pytest.mark.slow
def test_a_path_has_every_sample_at_the_time_of_a_frame(answered):
    found = answered[2]
    assert len(found.times) == SECONDS * RATE and found.rate == pytest.approx(RATE)
    assert found.times.tolist() == pytest.approx([number / RATE for number in range(len(found.times))], abs=1e-3)
    (camera_map,) = found.maps
    assert camera_map.fits and camera_map.learned.start == 0 and set(found.map_ids.tolist()) == {camera_map.id}


@pytest.mark.slow
def test_the_answer_is_written_as_text_and_plot(answered):
    done, plot, _ = answered
    status, out, err = done.returncode, done.stdout, done.stderr
    assert status == 0 and out.startswith("Nothing unusual against this baseline.")
    assert "not the 10 min that were asked for" in out and "map 1, the first one" in out
    assert plot.read_text().startswith("<svg") and str(plot) in err


@pytest.mark.slow
def test_what_is_followed_is_lines_and_ends_with_the_whole_answer(camera):
    words = (
        "trajectory",
        str(camera),
        "--follow",
        "--json",
        "--baseline",
        "21",
        "--stall",
        "0.2",
        "--way",
        "differences",
    )
    done = loopfind(*words, "-q")
    status, out = done.returncode, done.stdout
    events = [json.loads(line) for line in out.splitlines()]
    kinds = [event["event"] for event in events]
    assert status == 0 and kinds[-1] == "end" and {"moment", "map"} <= set(kinds)
    moments = [event for event in events if event["event"] == "moment"]
    told = [event["time"] for event in moments]
    assert all(later - sooner > 0.99 for sooner, later in pairwise(told))
    assert moments[0]["map"] is None and 0 <= moments[0]["learned"] < 1 and moments[-1]["position"] is not None
    schema = json.loads((ROOT / "docs" / "trajectory.schema.json").read_text(encoding="utf-8"))
    whole = events[-1]["trajectory"] | {"report": events[-1]["report"]}
    assert len(whole["path"]["times"]) == SECONDS * RATE
    assert schema["properties"].keys() >= whole.keys()
    reasons = schema["properties"]["events"]["items"]["properties"]["reasons"]
    assert set(reasons["items"]["enum"]) == set(typing.get_args(Reason))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--baseline", "5"), "--baseline cannot be '5'"),
        (("--baseline", "soon"), "--baseline cannot be 'soon'"),
        (("--false-alarms", "0"), "false_alarms cannot be 0"),
        (("--way", "magic"), "way cannot be 'magic'"),
        (("--window", "1h"), "it goes with --follow"),
        (("--plot", "path.pdf"), "let the name end in"),
        (("--follow", "--way", "vectors"), "motion vectors are read from files"),
    ],
)
def test_what_cannot_be_met_is_one_line(camera, words, said):
    done = loopfind("trajectory", str(camera), *words)
    status, out, err = done.returncode, done.stdout, done.stderr
    assert status == 2 and not out and said in err and err.count("\n") == 1


def test_what_is_no_video_is_one_line(tmp_path):
    (tmp_path / "notes.mp4").write_text("notes")
    done = loopfind("trajectory", str(tmp_path / "notes.mp4"), "-q")
    status, out, err = done.returncode, done.stdout, done.stderr
    assert status == 1 and not out and "notes.mp4" in err and err.count("\n") == 1


def test_a_missing_library_is_named_with_what_brings_it(camera, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtra, match=r"scikit-learn: pip install 'loopfind\[explore\]'"):
        trajectory(camera)


def test_settings_are_given_by_name(camera):
    with pytest.raises(BadSetting, match="there is no such setting"):
        trajectory(camera, basline=60)


def test_a_short_video_has_no_map():
    done = loopfind("trajectory", str(make_short()), "-q")
    status, out = done.returncode, done.stdout
    assert status == 0 and "Maps" not in out


def make_short():
    return make("short.mp4", "-f", "lavfi", "-i", "testsrc2=duration=3:size=96x64:rate=25", "-c:v", "libx264")
