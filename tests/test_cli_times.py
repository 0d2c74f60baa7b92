"""Times as ffmpeg writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopfind.cli.times import parse_limits, parse_time
from loopfind.errors import BadSetting
from loopfind.reports.wording import clock


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("55", 55.0),
        ("12.5", 12.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1:30", 90.0),
        ("90:00", 5400.0),
        ("1:02:03.5", 3723.5),
        ("100:00:00", 360_000.0),
        ("200ms", 0.2),
        ("200000us", 0.2),
        ("3s", 3.0),
        ("24h", 86_400.0),
        ("1.5h", 5400.0),
        ("-1:30", -90.0),
        ("-2", -2.0),
        (" 7 ", 7.0),
    ],
)
def test_reads(text: str, value: float) -> None:
    assert parse_time("--start", text) == value


@pytest.mark.parametrize(
    "text", ["", "-", "x", "1:", ":30", "1:60", "1:75:00", "1:2:3:4", "1e3", "nan", "inf", "5d", "1:30ms", "٣", "+5"]
)
def test_refuses(text: str) -> None:
    with pytest.raises(BadSetting, match="--start cannot be"):
        parse_time("--start", text)


@given(st.floats(0, 1e6))
def test_reads_what_the_report_prints(time: float) -> None:
    assert parse_time("--start", clock(time)) == pytest.approx(time, abs=0.000501)


@given(st.integers(0, 10**12))
def test_units_agree(microseconds: int) -> None:
    assert parse_time("--end", f"{microseconds}us") == microseconds / 1e6


def test_limits() -> None:
    assert parse_limits(None, None) == (None, None)
    assert parse_limits("1:00", "90") == (60.0, 90.0)
    for start, end, what in [("-1", None, "--start"), ("9", "9", "--end"), ("9", "5", "--end"), (None, "0", "--end")]:
        with pytest.raises(BadSetting, match=what):
            parse_limits(start, end)
