"""Repeats of sound: found to the millisecond in any codec, and not where sounds are merely alike."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import draws
import numpy as np
import pytest
import sounds
import videos

from loopfind import Report, scan
from loopfind.engine.sound import changed_search, parameters
from loopfind.model.report import Repeat
from loopfind.pipeline import scan_to_show
from loopfind.reports.page.scan import write


def the_talk() -> sounds.Wave:
    return sounds.talk(24, 11)


def heard_again() -> sounds.Wave:
    """Return three seconds that are heard again at 20 s."""
    return sounds.part(the_talk(), 4.0, 7.0)


pytestmark = pytest.mark.usefixtures("few_speeds")


def planted(copy: sounds.Wave) -> sounds.Wave:
    return sounds.joined(sounds.part(the_talk(), 0, 20), copy, sounds.part(the_talk(), 20, 24))


def only(report: Report) -> Repeat:
    (repeat,) = report.repeats
    return repeat


def spans(repeat: Repeat) -> list[tuple[float, float]]:
    return [(one.start, one.end) for one in repeat.occurrences]


@cache
def scanned(ending: str) -> Report:
    """The report of the planted copy in that codec."""
    return scan(sounds.file(f"planted.{ending}", planted(heard_again())))


@pytest.mark.parametrize("ending", ["flac", "m4a", "mp3", "ogg", "opus"])
@pytest.mark.slow
def test_a_copy_is_found_in_any_codec(ending: str) -> None:
    report = scanned(ending)
    (start, end), (again, over) = spans(only(report))
    assert only(report).of == "sound" and only(report).confidence > 0.99
    assert again - start == pytest.approx(16, abs=0.001)
    assert (start, end, over) == (pytest.approx(4, abs=0.06), pytest.approx(7, abs=0.06), pytest.approx(23, abs=0.06))
    assert not report.cuts and report.is_of_sound and report.source.width == 0


@pytest.mark.slow
def test_a_copy_with_a_moment_cut_out_is_found_on_both_sides_of_it() -> None:
    talk = sounds.talk(30, 77)
    four_ms = 96
    whole = np.concatenate([talk, sounds.part(talk, 2, 13.54), sounds.part(talk, 13.54, 22)[four_ms:]])
    shown = sorted(spans(repeat)[0] for repeat in scan(sounds.file("shortened.flac", whole)).repeats)
    assert shown[0][0] == pytest.approx(2, abs=0.06) and shown[-1][1] == pytest.approx(22, abs=0.06)


@pytest.mark.parametrize("cover", ["noise", "talk"])
@pytest.mark.slow
def test_a_copy_is_found_under_another_sound(cover: str) -> None:
    other = sounds.noise(3, 1) if cover == "noise" else sounds.talk(3, 99)
    level = float(np.sqrt(np.square(heard_again()).mean() / np.square(other).mean())) * (
        0.18 if cover == "noise" else 1.0
    )
    report = scan(sounds.file(f"under-{cover}.m4a", planted(heard_again() + level * other)))
    start, again = (one.start for one in only(report).occurrences)
    assert again - start == pytest.approx(16, abs=0.001)


@pytest.mark.slow
def test_a_copy_may_be_louder() -> None:
    assert len(scan(sounds.file("louder.m4a", planted(0.3 * heard_again()))).repeats) == 1


@pytest.mark.slow
def test_copies_at_one_lag_with_another_sound_between_them_are_several() -> None:
    one, other, body = sounds.talk(24, 61), sounds.talk(4, 62), sounds.talk(24, 63)
    rest = [sounds.part(body, at, at + 6) for at in range(0, 24, 6)]
    whole = sounds.joined(one, rest[0], other, rest[1], one, rest[2], other, rest[3])
    report = scan(sounds.file("one-lag.flac", whole))
    found = sorted(spans(repeat)[0] for repeat in report.repeats)
    assert np.abs(np.array(found) - [(0, 24), (30, 34)]).max() < 0.06


@pytest.mark.slow
@pytest.mark.parametrize(("order", "count"), [("the same", 6), ("another", draws.examples(10))])
def test_however_many_sounds_come_again_each_is_found(order: str, count: int) -> None:
    """Jingles with other sound between them: in the same order they all come again at one lag."""
    rng = np.random.default_rng(4)
    jingles = [sounds.talk(rng.uniform(3.2, 4.2), 1000 + number) for number in range(count)]
    between = [[sounds.talk(2.6, seed + number) for number in range(count)] for seed in (3000, 5000)]
    again = range(count) if order == "the same" else rng.permutation(count)
    first = [part for pair in zip(jingles, between[0], strict=True) for part in pair]
    second = [part for number, gap in zip(again, between[1], strict=True) for part in (jingles[number], gap)]
    name = f"jingles-{order.replace(' ', '-')}.flac"
    assert len(scan(sounds.file(name, sounds.joined(*first, *second))).repeats) == count


@pytest.mark.slow
def test_a_loop_goes_round() -> None:
    report = scan(sounds.file("loop.m4a", np.tile(sounds.part(the_talk(), 0, 5), 4)))
    assert only(report).kind == "loop" and only(report).period == pytest.approx(5, abs=0.001)
    assert len(only(report).occurrences) == 4 and report.verdict.looped


@pytest.mark.slow
def test_a_loop_of_many_turns_has_its_shortest_period() -> None:
    report = scan(sounds.file("turns.flac", np.tile(sounds.part(the_talk(), 0, 4), 40)))
    assert only(report).kind == "loop" and only(report).period == pytest.approx(4, abs=0.001)
    assert len(only(report).occurrences) == 40


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("talk", lambda: sounds.talk(24, 21)),
        ("rain", lambda: sounds.noise(16, 22)),
        ("hum", lambda: sounds.hum(16)),
        ("silence", lambda: np.zeros(16 * sounds.RATE, np.float32)),
        ("tone", lambda: np.sin(0.2 * np.arange(16 * sounds.RATE)).astype(np.float32) * 0.3),
    ],
)
@pytest.mark.slow
def test_what_is_heard_once_is_not_claimed(
    name: str, draw: Callable[[], sounds.Wave], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed_search, "MOST_CHANGED", parameters.MOST_CHANGED)
    report = scan(sounds.file(f"once-{name}.m4a", draw()))
    assert not report.repeats and report.sound is not None
    heard = name in ("talk", "rain")
    assert (report.verdict.coverage > 0.9) == heard or name == "hum"
    assert (report.sound.shortest_findable is not None) == (report.sound.coverage > 0)


@pytest.mark.parametrize("step", [0.25, 0.4])
@pytest.mark.slow
def test_a_machine_keeps_time_and_is_no_loop(step: float) -> None:
    report = scan(sounds.file(f"machine-{step}.m4a", sounds.machine(20, step)))
    assert report.sound is not None and not report.repeats
    (rhythm,) = report.sound.rhythms
    assert rhythm.start < 2 and rhythm.end > 18
    beats = rhythm.step / step
    assert beats == pytest.approx(round(beats), abs=0.02)


@pytest.mark.slow
def test_what_would_have_shown_shows() -> None:
    report = scan(sounds.file("promise.m4a", sounds.part(the_talk(), 0, 20)))
    assert report.sound is not None and report.sound.shortest_findable is not None
    length = report.sound.shortest_findable
    for start in (1.0, 13.0):
        copy = sounds.joined(sounds.part(the_talk(), 0, 20), sounds.part(the_talk(), start, start + length))
        assert len(scan(sounds.file(f"promise-{start}.m4a", copy)).repeats) == 1


@cache
def film(how: str) -> Path:
    """A scene of 10 s of which 2 to 6 are shown again after it, with its own sound, another one, or one 80 ms apart."""
    scene = "mandelbrot=s=160x120:r=25:end_scale=0.0001:maxiter=200"
    exact = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")
    drawn = videos.make("film-scene.mkv", "-f", "lavfi", "-t", "10", "-i", scene, *exact)
    sound = {
        "together": sounds.joined(sounds.part(the_talk(), 0, 10), sounds.part(the_talk(), 2, 6)),
        "runs on": sounds.part(the_talk(), 0, 14),
        "apart": sounds.joined(sounds.part(the_talk(), 0, 10), sounds.part(the_talk(), 1.92, 5.92)),
        "not judged": sounds.joined(sounds.part(the_talk(), 0, 10), np.zeros(4 * sounds.RATE, np.float32)),
    }[how]
    source = sounds.written(f"film-{how}", sound.tobytes()).as_posix()
    shown = "[0:v]trim=0:10,split[a][b0];[b0]trim=2:6,setpts=PTS-STARTPTS[b];[a][b]concat=n=2:v=1[v]"
    words = (
        "-i",
        str(drawn),
        "-i",
        source,
        "-filter_complex",
        shown,
        "-map",
        "[v]",
        "-map",
        "1:a",
    )
    name = f"film-{how.replace(' ', '-')}.mp4"
    return videos.make(name, *words, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")


@cache
def silent_report() -> Report:
    """The report of the pictures, which are the same in all these films."""
    return scan(film("together"), sound=False)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["together", "runs on", "apart", "not judged"])
def test_a_repeat_of_pictures_says_what_its_sound_does(how: str) -> None:
    report, silent = scan(film(how)), silent_report()
    (repeat,) = report.repeats
    assert repeat.sound == how and spans(repeat) == spans(silent.repeats[0])
    assert repeat.confidence == silent.repeats[0].confidence and report.cuts == silent.cuts
    assert silent.sound is None and silent.repeats[0].sound is None
    assert repeat.of == ("both" if how in ("together", "apart") else "picture")
    if how == "apart":
        assert repeat.sound_offset == pytest.approx(0.08, abs=0.005)
    assert report.verdict.summary.startswith(silent.verdict.summary)
    assert ("Under it another sound runs on" in report.verdict.summary) == (how == "runs on")
    assert ("80 ms apart" in report.verdict.summary) == (how == "apart")


@pytest.mark.slow
def test_a_still_camera_whose_sound_goes_round_is_found_by_its_sound() -> None:
    sound = sounds.written("still-camera", np.tile(sounds.part(the_talk(), 0, 6), 4).tobytes()).as_posix()
    words = ("-f", "lavfi", "-i", "color=c=gray:s=160x120:r=25:d=24,noise=alls=4:allf=t", "-i", sound)
    path = videos.make("still-camera.mp4", *words, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    report = scan(path)
    (loop,) = [repeat for repeat in report.repeats if repeat.kind == "loop"]
    assert loop.of == "sound" and loop.period == pytest.approx(6, abs=0.002)
    assert [one.start_frame for one in loop.occurrences] == [0, 150, 300, 450]
    assert "In the sound, a loop of 6 s" in report.verdict.summary and not report.cuts


@pytest.mark.slow
def test_a_report_with_sound_comes_back_the_same(tmp_path: Path) -> None:
    report = scanned("flac")
    report.save(tmp_path / "report.json")
    assert Report.load(tmp_path / "report.json") == report
    assert json.loads((tmp_path / "report.json").read_text())["sound"]["codec"] == "flac"


@pytest.mark.slow
def test_a_page_shows_what_is_heard_again_and_lets_it_be_heard(tmp_path: Path) -> None:
    report, exhibits = scan_to_show(film("apart").as_posix())
    one, two = exhibits.sounds
    assert (one.repeat, one.occurrence, two.occurrence) == (1, 0, 1)
    assert two.image.start - one.image.start == pytest.approx(8, abs=0.05)  # both from the same moment of the picture
    # The same sound 80 ms later: moved back, the strips agree far better than as they are.
    first, second = (strip.image.levels.astype(int) for strip in (one, two))
    step = round(0.08 * first.shape[1] / (one.image.end - one.image.start))
    inner = slice(80, 300)
    away = np.abs(first[:, inner] - second[:, inner]).mean()
    moved = np.abs(first[:, inner] - second[:, 80 + step : 300 + step]).mean()
    assert moved < 0.7 * away
    page = "".join(write(report, exhibits, "film.mp4"))
    assert page.count('<figure class="sound">') == 2 and 'id="p-hear"' in page
    assert "Its sound comes again 80 ms later than its picture." in page
    silent = "".join(write(replace(report, sound=None), replace(exhibits, sounds=()), "film.mp4"))
    assert '<figure class="sound">' not in silent and 'id="p-hear"' not in silent
