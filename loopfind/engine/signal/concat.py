"""Several files on one timeline: what repeats on it in two files is what the files share.

So one file against itself and one file against another are the same question, put to the same engine. Between files
stand two pictures of noise, new ones each time, so that no run leads from one file into the next, nor backwards. The
pictures stand still, so that the only jump near the end of a file is that end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loopfind.arrays.disk import Chain
from loopfind.arrays.time_index import gap_of, nearest
from loopfind.engine.signal.tuning import FILE_GAP, FILE_GAP_FRAMES
from loopfind.model.dtypes import Floats, Ints, Rows
from loopfind.model.files import FileTable
from loopfind.model.fingerprint import Fingerprint
from loopfind.model.transform import SKETCH_CELLS

_SEED = 29


@dataclass(frozen=True)
class JointTimeline:
    """Files on one timeline.

    fingerprint: of all, with noise between them and at both ends. first: (files,) int64, where the frames of each file
    begin in it. frames: (files,) int64, how many they are. shift: (files,) seconds by which their times were moved.
    """

    fingerprint: Fingerprint
    first: Ints
    frames: Ints
    shift: Floats

    def parts(self, own: bool) -> FileTable:
        """Return the table of the files, their noise not measured yet. own: whether what repeats inside one file is of
        interest."""
        times = self.fingerprint.times
        rows = zip(self.first.tolist(), self.frames.tolist(), strict=True)
        steps = np.array([gap_of(times[first : first + count]) for first, count in rows])
        return FileTable(self.first, self.frames, times[self.first], steps, np.zeros(len(steps)), not own)

    def frames_at(self, files: Ints, shown: Ints) -> Ints:
        """Return the frames (m,) of the timeline that files (m,) show at their own times (m,), milliseconds."""
        return nearest(self.fingerprint.times, shown / 1000 + self.shift[files])

    def file_of(self, frame: int) -> int:
        """Return the number of the file that a frame lies in; of the noise behind a file, that file's."""
        return max(0, int(np.searchsorted(self.first, frame, "right")) - 1)


def joint_timeline_of(fingerprints: Sequence[Fingerprint]) -> JointTimeline:
    """Put files one after another, their sketches in memory or on disk as they were; each has two frames or more."""
    rng = np.random.default_rng(_SEED)
    times: list[Floats] = []
    tables: list[Rows] = []
    details, first, shift = [], [], []
    now, count = 0.0, 0
    for fingerprint in (*fingerprints, None):
        step = gap_of(fingerprint.times) if fingerprint is not None else gap_of(times[-1])
        apart = max(FILE_GAP_FRAMES, round(FILE_GAP / step))
        times.append(np.asarray(now + step * np.arange(apart), np.float64))
        noise = (256 * rng.integers(0, 256, (2, SKETCH_CELLS))).astype(np.uint16)
        tables.append(noise.repeat([apart // 2, apart - apart // 2], axis=0))
        details.append(np.full(apart, 64, np.float32))
        now, count = now + step * apart, count + apart
        if fingerprint is None:
            break
        first.append(count)
        shift.append(now - float(fingerprint.times[0]))
        times.append(fingerprint.times + shift[-1])
        tables.append(fingerprint.sketches)
        details.append(fingerprint.detail)
        now, count = fingerprint.end + shift[-1], count + len(fingerprint)
    whole = Fingerprint(
        kind=fingerprints[0].kind,
        hash_size=fingerprints[0].hash_size,
        times=np.concatenate(times),
        end=now,
        codes=np.zeros((count, 0), np.uint8),
        detail=np.concatenate(details),
        sketches=Chain(tables),
    )
    return JointTimeline(whole, np.array(first), np.array([len(f) for f in fingerprints]), np.array(shift))
