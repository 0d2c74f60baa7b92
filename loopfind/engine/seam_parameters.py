"""Numbers of the search for seams."""

SEAM_WINDOW = 0.16
"""Seconds around a seam in which pictures must agree one after another, so that motion goes on as it was: two frames on
either side at 25 frames a second. A swing that passes one place in both directions is known by it. Held by
benchmarks/seams.py."""
USUAL_CHANGE = 0.12
"""Seconds before a frame, and behind it, in which the change from frame to frame is what a jump is compared with: what
moves a little later hides no jump. Found by eye on eleven recordings."""
USUAL_SHARE = 75
"""Percentile of these changes that is the usual one: cuts are few, and where frames are doubled, half are none."""
LEAST_USUAL_CHANGE = 1.0
"""Grey levels, as a root of the mean square, that count as a change at least: an encoder leaves out what hardly moves,
and the same picture a turn later is that far off. Held by benchmarks/seams.py."""
MOST_USUAL_CHANGE = 5.0
"""The same, as a usual change at most, by which a seam is scored: in faster motion frames have little in common, and
any two moments are one such change apart. Found by eye on eleven recordings."""
MOST_JUMP = 8.0
"""Usual changes that a seam may jump by at most to be listed."""
SAME_JUMP = 1.5
"""Usual changes up to which a frame shows the same as one a period before. Noise alone makes 1.0, and a period that is
no whole number of frames up to half a change more. Held by benchmarks/seams.py."""
LEAST_TURNS = 1.0
"""Turns that must follow a first one for footage to go round by itself."""
LEAST_MOVING = 0.5
"""Share of the change that must not be at the seam for footage to go round by itself; a still view has none."""
SEAMS_APART = 0.3
"""Seconds by which the start or the length of two seams must differ for both to be listed."""
JUMP_THAT_SHOWS = 1.3
"""Usual changes from which a seam dissolves, unless asked for otherwise: below, the eye takes it for motion."""
DISSOLVE = 0.5
"""Seconds of a dissolve. Shorter ones flash, longer ones show two pictures at once for too long."""
LEAST_SEAM_SCORE = 0.1
"""Score from which a seam is listed."""
