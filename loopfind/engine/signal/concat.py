"""Several files on one timeline: what repeats on it in two files is what the files share.

So one file against itself and one file against another are the same question, put to the same engine. Between files
stand two pictures of noise, new ones each time, so that no run leads from one file into the next, nor backwards. The
pictures stand still, so that the only jump near the end of a file is that end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.arrays.disk import Chain
from loopfind.arrays.time_index import nearest, reckoned_gap
from loopfind.engine.signal.parameters import FILE_GAP, FILE_GAP_FRAMES
from loopfind.model.dtypes import Floats, Ints, Rows
from loopfind.model.files import FileTable
from loopfind.model.fingerprint import Track
from loopfind.model.transform import SKETCH_CELLS

_SEED = 29


@dataclass(frozen=True)
class JointTimeline:
    """Files on one timeline.

    track: of all, with noise between them and at both ends. first: (files,) int64, where the frames of each file
    begin in it. frames: (files,) int64, how many they are. shift: (files,) seconds by which their times were moved.
    """

    track: Track
    first: Ints
    frames: Ints
    shift: Floats

    def parts(self, own: bool) -> FileTable:
        """Return the table of the files, their noise not measured yet. own: whether what repeats inside one file is of
        interest."""
        times = self.track.times
        rows = zip(self.first.tolist(), self.frames.tolist(), strict=True)
        steps = np.array([reckoned_gap(times[first : first + count]) for first, count in rows])
        return FileTable(self.first, self.frames, times[self.first], steps, np.zeros(len(steps)), not own)

    def frames_at(self, files: Ints, shown: Ints) -> Ints:
        """Return the frames (m,) of the timeline that files (m,) show at their own times (m,), milliseconds."""
        return nearest(self.track.times, shown / 1000 + self.shift[files])

    def file_of(self, frame: int) -> int:
        """Return the number of the file that a frame lies in; of the noise behind a file, that file's."""
        return max(0, int(np.searchsorted(self.first, frame, "right")) - 1)


def joint_timeline_of(files: Sequence[Track]) -> JointTimeline:
    """Put files one after another, their sketches in memory or on disk as they were; each has two frames or more."""
    rng = np.random.default_rng(_SEED)
    times: list[Floats] = []
    tables: list[Rows] = []
    details, first, shift = [], [], []
    now, count = 0.0, 0
    for file in (*files, None):
        step = reckoned_gap(file.times) if file is not None else reckoned_gap(times[-1])
        apart = max(FILE_GAP_FRAMES, round(FILE_GAP / step))
        times.append(np.asarray(now + step * np.arange(apart), np.float64))
        noise = (256 * rng.integers(0, 256, (2, SKETCH_CELLS))).astype(np.uint16)
        tables.append(noise.repeat([apart // 2, apart - apart // 2], axis=0))
        details.append(np.full(apart, 64, np.float32))
        now, count = now + step * apart, count + apart
        if file is None:
            break
        first.append(count)
        shift.append(now - float(file.times[0]))
        times.append(file.times + shift[-1])
        tables.append(file.sketches)
        details.append(file.detail)
        now, count = file.end + shift[-1], count + len(file)
    whole = Track(times=np.concatenate(times), end=now, detail=np.concatenate(details), sketches=Chain(tables))
    return JointTimeline(whole, np.array(first), np.array([len(file) for file in files]), np.array(shift))
