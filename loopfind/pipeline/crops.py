"""The search of a comparison in parts of pictures: a network proposes them, and the engine compares what they show."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from loopfind.comparison.crop_parameters import MOST_KNOWN, MOST_TRIED
from loopfind.comparison.crops import Glimpses, crop_at, likely_lags
from loopfind.engine.cropped import compare_crop, joined_results
from loopfind.engine.cross_file import CrossFileResult
from loopfind.errors import MediaError
from loopfind.fingerprints import KINDS
from loopfind.fingerprints.builder import FingerprintBuilder
from loopfind.fingerprints.network import load_network
from loopfind.media.decode.one_pass import OnePassReader
from loopfind.media.ffmpeg import address
from loopfind.media.ffmpeg.request import ReadRequest
from loopfind.model.comparison import Failure
from loopfind.model.crop import Crop
from loopfind.model.fingerprint import Track
from loopfind.model.library import TrackReading
from loopfind.model.video import Loss, Progress, Watch
from loopfind.pipeline.glimpses import glimpses_of
from loopfind.pipeline.inputs import CancelToken, each
from loopfind.pipeline.reader import hand_over
from loopfind.registry import load
from loopfind.settings import SMALLEST_HASH, CompareSettings, Settings

_CHANGED = "a part of its pictures could not be read as the whole was, so it was not compared"


def _crops_of(glimpses: Sequence[Glimpses], hosts: Sequence[int], guest: int) -> Iterator[tuple[int, Crop]]:
    """Yield the hosts that may show a guest in a part of their picture, and which part: of all lags those at which the
    two look most alike are tried."""
    lags = [(lag, host) for host in hosts if host != guest for lag in likely_lags(glimpses[host], glimpses[guest])]
    tried = sorted(lags, key=lambda one: -one[0].likeness)[:MOST_TRIED]
    for host in sorted({host for _, host in tried}):
        crop = crop_at(glimpses[host], glimpses[guest], [lag for lag, one in tried if one == host])
        if crop is not None:
            yield host, crop


class CropSearch:
    """A search in parts of pictures. Making one raises MissingExtra where there is no network to run."""

    def __init__(self, watch: Watch | None, log: Callable[[str], None] | None) -> None:
        self._network, self._watch, self._log = load_network(), watch, log

    def look(
        self, files: Sequence[TrackReading], settings: CompareSettings
    ) -> tuple[list[Glimpses], list[tuple[Loss, ...]]]:
        """Return what the network sees of each file, and what it could not look at."""

        def one(
            path: str, halt: CancelToken, _seen: Watch | None, _said: Callable[[str], None]
        ) -> tuple[tuple[Glimpses, tuple[Loss, ...]], float]:
            file = files[int(path)]
            return glimpses_of(file, self._network, settings.stream, settings.stall, halt), file.source.duration

        wanted = [(str(number), True) for number in range(len(files))]
        seen = [
            item for item in each(wanted, one, settings.jobs, self._watch, self._log) if not isinstance(item, Failure)
        ]
        return [glimpses for glimpses, _ in seen], [losses for _, losses in seen]

    def search(
        self,
        files: Sequence[TrackReading],
        glimpses: Sequence[Glimpses],
        known: CrossFileResult,
        settings: CompareSettings,
    ) -> tuple[list[CrossFileResult], list[tuple[Loss, ...]]]:
        """Return what files share, as what is known and what is found besides, and what of each file could not be read
        again. glimpses: of each."""
        losses: list[tuple[Loss, ...]] = [()] * len(files)
        results, tracks = [known], [file.track for file in files]
        enough = {
            both
            for pair in known.pairs
            if any(
                seconds >= MOST_KNOWN * files[file].source.duration
                for file, seconds in zip(pair.files, pair.seconds, strict=True)
            )
            for both in (pair.files, pair.files[::-1])
        }
        for guest in range(len(files)):
            if self._watch is not None:
                self._watch(Progress("comparing parts of pictures", guest, 0.0, None, share=guest / len(files)))
            hosts = [host for host in range(len(files)) if settings.joins(host, guest) and (host, guest) not in enough]
            for host, crop in _crops_of(glimpses, hosts, guest):
                part = self._read(files[host], crop, settings)
                if isinstance(part, Loss):
                    losses[host] += (part,)
                    continue
                before = [repeat for result in results for repeat in result.repeats]
                results.append(compare_crop((host, part), (guest, tracks[guest]), crop, before))
        return joined_results(results, tracks), losses

    def _read(self, file: TrackReading, crop: Crop, settings: CompareSettings) -> Track | Loss:
        """Return a part of the pictures of a file as a track of its own, or why there is none."""
        where = address.resolve(file.source.path)
        request = ReadRequest(where, settings.stream, stall=settings.stall, crop=crop)
        builder = FingerprintBuilder(load("fingerprint kind", Settings.kind, KINDS), SMALLEST_HASH)
        lost = Loss(0.0, file.track.end, _CHANGED)
        try:
            with OnePassReader(request) as video:
                hand_over(video, [builder], log=self._log)
                track = builder.fingerprint(video.end)
        except MediaError:
            return lost
        return track if np.array_equal(track.times, file.track.times) else lost
