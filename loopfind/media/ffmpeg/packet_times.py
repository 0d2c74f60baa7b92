"""Times of packets as they stand in the file, out of ffmpeg, which mends those that fall."""

NO_TIME = -(1 << 63)
"""Ticks that framecrc and framehash write for a packet without a time."""

RAISED = 1 << 40
"""Ticks by which AS_THEY_ARE raises times."""
AS_THEY_ARE = f"setts=dts=N:pts='if(eq(PTS,NOPTS),if(eq(DTS,NOPTS),NOPTS,DTS+{RAISED}),PTS+{RAISED})'"
"""A filter of packets that hands on their times as they are. Times at which packets are decoded may not fall, or ffmpeg
changes both, so these are replaced by their numbers."""
