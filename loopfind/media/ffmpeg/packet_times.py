"""Times of packets as they stand in the file, out of ffmpeg, which mends those that fall."""

NO_TIME = -(1 << 63)
"""Ticks that framecrc and framehash write for a packet without a time."""

RAISED = 1 << 40
"""Ticks by which AS_THEY_ARE raises times."""
AS_THEY_ARE = f"setts=dts='2*N+eq(PTS,NOPTS)':pts='if(eq(PTS,NOPTS),if(eq(DTS,NOPTS),NOPTS,DTS+{RAISED}),PTS+{RAISED})'"
"""A filter of packets that hands on their times as they are. Times at which packets are decoded may not fall, or ffmpeg
changes both, so these are replaced by twice their numbers, plus 1 where a packet has no time at which it is shown, and
the one at which it is decoded stands in for it."""


def base_in(line: bytes) -> tuple[int, tuple[int, int]] | None:
    """Return the number of a stream and the unit of its times, in seconds as a fraction, where a line of framecrc or
    framehash gives it; None for any other line."""
    if not line.startswith(b"#tb "):
        return None
    number, _, base = line.removeprefix(b"#tb ").partition(b":")
    above, _, below = base.strip().partition(b"/")
    return int(number), (int(above), int(below))


def cells_in(line: bytes) -> list[bytes] | None:
    """Return the cells of a line about a packet: STREAM, DECODED, SHOWN, DURATION, SIZE, SUM, and more in framecrc;
    None for any other line."""
    if line.startswith(b"#") or line.count(b",") < 5:
        return None
    return [cell.strip() for cell in line.split(b",")]
