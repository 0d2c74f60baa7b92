"""Find where footage can be joined to itself, and write one turn of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loopfind.arrays.disk import Scratch
from loopfind.engine import find
from loopfind.engine.seam_parameters import DISSOLVE, JUMP_THAT_SHOWS
from loopfind.engine.seams import find_seams
from loopfind.errors import NotVideo
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.media.decode.one_pass import open_video
from loopfind.media.ffmpeg.address import resolve
from loopfind.media.ffmpeg.request import DecodeOptions
from loopfind.media.turns import TurnWriter, plan_turn
from loopfind.model.dtypes import Floats
from loopfind.model.seam import Seam, SeamAnswer
from loopfind.model.video import Frames, Watch
from loopfind.pipeline.reader import hand_over
from loopfind.registry import load
from loopfind.reports.summaries import search_progress
from loopfind.settings import PICTURE_SIDE, SeamSettings, Settings


@dataclass(frozen=True)
class SearchedFootage:
    """The seams of a video, and the times (n,) of the frames that were searched, in seconds."""

    answer: SeamAnswer
    times: Floats


class _Pictures:
    """Takes batches of frames, and keeps their pictures on disk: rows (n, 4096) uint8."""

    def __init__(self) -> None:
        self.rows = Scratch(PICTURE_SIDE * PICTURE_SIDE, np.uint8)

    def add(self, frames: Frames) -> None:
        """Take the next batch."""
        self.rows.append(frames.pictures.reshape(len(frames), -1))


def seams(
    path: str, settings: SeamSettings, watch: Watch | None = None, log: Callable[[str], None] | None = None
) -> SearchedFootage:
    """Return where a video can be joined to itself. watch, log: as for a scan. Raises kinds of MediaError."""
    where = resolve(path).waiting(settings.stall)
    pictures, limits = _Pictures(), (settings.start, settings.end)
    builder = FingerprintBuilder(load("fingerprint kind", Settings.kind, KINDS), Settings.hash_size)
    options = DecodeOptions(unbounded=settings.unbounded)
    with open_video(where, settings.stream, *limits, stall=settings.stall, options=options) as video:
        hand_over(video, [pictures, builder], 0, watch, log, limits)
    fingerprint = builder.fingerprint(video.end)
    shown = fingerprint.times
    if not len(shown):
        raise NotVideo(where.shown, "there are no frames between these limits")
    if watch is not None:
        watch(search_progress(float(shown[-1])))
    loops = [repeat for repeat in find(fingerprint).repeats if repeat.kind == "loop"]
    found = find_seams(pictures.rows, shown, (settings.shortest, settings.longest), settings.most, loops)
    pictures.rows.close()
    periods = tuple(sorted(loop.period for loop in loops if loop.period is not None))
    rate = (len(shown) - 1) / float(shown[-1] - shown[0]) if len(shown) > 1 else 0.0
    answer = SeamAnswer(
        where.shown, float(shown[0]), len(shown), rate, settings.shortest, settings.longest, found, periods
    )
    return SearchedFootage(answer, shown)


def write_turn(
    path: str,
    footage: SearchedFootage,
    seam: Seam,
    place: str,
    form: str,
    *,
    settings: SeamSettings,
    dissolve: float | None,
    width: int | None,
) -> float:
    """Write one turn of a video to a file at `place`, and return the seconds that its seam dissolves.

    form: one of LOOP_FORMS. dissolve: seconds, None for as long as helps: none where the seam does not show. width:
    pixels across at most. Raises kinds of MediaError, and OutputError.
    """
    if dissolve is None:
        dissolve = DISSOLVE if seam.jump > JUMP_THAT_SHOWS and not seam.turns else 0.0
    rate = footage.answer.rate
    turn = plan_turn(seam, len(footage.times), round(dissolve * rate))
    where = resolve(path).waiting(settings.stall)
    TurnWriter(where, settings.stream, footage.times).write(turn, place, form, width)
    return turn.dissolve / rate
