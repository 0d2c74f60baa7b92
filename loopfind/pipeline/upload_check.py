"""Check whether a video is new to a library, and scan it, in one reading."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loopfind.arrays.time_index import covered
from loopfind.errors import LoopfindError
from loopfind.model.comparison import Comparison, Place
from loopfind.model.exhibits import Exhibits, SoundExhibits
from loopfind.model.library import CODES, Reading, TrackReading
from loopfind.model.likeness import Likeness
from loopfind.model.report import Report
from loopfind.model.upload import KnownFile, Novelty, Resemblance, UploadCheck, Witness
from loopfind.model.version import version
from loopfind.model.video import Watch
from loopfind.pipeline.library_search import search_with_resemblances
from loopfind.pipeline.library_similar import similar
from loopfind.pipeline.library_sound import search_sounds
from loopfind.pipeline.scanning import scan_to_show
from loopfind.reports.upload_answer import caveats_of, summary_of_check
from loopfind.settings import CompareSettings, Decoding, Settings, SimilarSettings
from loopfind.stores.comparisons import Results
from loopfind.stores.library import Library
from loopfind.stores.opener import open_library
from loopfind.stores.places import real_path

LEAST_KNOWN = 0.95
"""Share of what was judged of a video from which all of it is in another file: ends are found to a frame or two, and a
dissolve or a title at an end hides some more."""

NEAREST_ALIKE = 10


@dataclass(frozen=True)
class CheckedUpload:
    """A video that was checked. found: what it shares with the library. report, exhibits: of its scan."""

    check: UploadCheck
    found: Comparison
    report: Report
    exhibits: Exhibits | SoundExhibits


def check_upload(
    video: str,
    library: str | os.PathLike[str],
    likeness: str = "",
    watch: Watch | None = None,
    decoding: Decoding = Decoding(jobs=1),  # noqa: B008 - frozen
    name: str = "",
) -> CheckedUpload:
    """Return whether a video is new to a library, and what its scan says. The video is decoded once, and not kept.

    likeness: a way to be alike that is asked too, one of LIKENESS_WAYS; what is merely alike changes no answer. name:
    what to call the video. Raises MediaError for a video that cannot be read, LibraryError, and BadSetting.
    """
    with open_library(library, make=False) as held:
        found, resembling = list[Comparison](), list[Resemblance]()

        def look_up(reading: Reading) -> None:
            track = TrackReading(reading.track, reading.source, reading.losses)
            comparison, alike_files = search_with_resemblances(held, track, CompareSettings(query=1), watch)
            found.append(comparison)
            resembling.extend(alike_files)

        report, exhibits = scan_to_show(video, Settings(), watch, decoding=decoding, seen=look_up)
        by: Witness = "pictures"
        if isinstance(exhibits, SoundExhibits):
            by = "sound"
            found.append(search_sounds(held, video, CompareSettings(query=1, align="sound"), watch, False))
        digest = held.look(video).digest
        digests = {path: file.digest for path, file in held.files_at([one.path for one in found[0].sources]).items()}
        searched = len(Results(held.connections).standing())
        twins = _twins(held, video, digest, report.source.duration)
    # A file with the same bytes is known by these, and one that is the video itself is no other file.
    known = [*twins, *(one for one in _known(found[0], by, digests) if one.digest != digest.hex())]
    alike, failures = None, []
    if likeness:
        try:
            alike = similar(video, library, SimilarSettings(by=likeness, nearest=NEAREST_ALIKE), watch)
        except LoopfindError as error:  # the answer stands without it
            failures.append(f"likeness by {likeness}: {error}")
    named = replace(report, source=replace(report.source, path=name or video))
    check = _judged(named, by, known, alike, resembling)
    model = f"loopfind {version()}, {by}, codes {CODES}"
    check = replace(check, digest=digest.hex(), searched=searched, model=model, failures=tuple(failures))
    return CheckedUpload(check, found[0], report, exhibits)


def _twins(library: Library, video: str, digest: bytes, duration: float) -> list[KnownFile]:
    """Return the files of the library with the same bytes, other than the video itself."""
    own, whole = real_path(video), (Place(0.0, duration, 0.0, duration),)
    return [
        KnownFile(os.fsdecode(file.path), digest.hex(), "content", 1.0, 1.0, 1.0, 1.0, True, whole)
        for file in library.files_with(digest)
        if file.path != own
    ]


def _known(found: Comparison, by: Witness, digests: dict[str, bytes]) -> list[KnownFile]:
    """Return the files in which a search found something. digests: of contents, by path."""
    known = []
    for match in found.matches:
        path = found.sources[match.file].path
        figures = (round(match.score, 4), round(match.share, 4), round(match.confidence, 4), round(match.closeness, 4))
        digest = digests[path].hex() if path in digests else ""
        known.append(KnownFile(path, digest, by, *figures, match.whole, match.places))
    return known


def _judged(
    report: Report,
    by: Witness,
    known: Sequence[KnownFile],
    alike: Likeness | None,
    resembling: Sequence[Resemblance],
) -> UploadCheck:
    """Return the answer for a video, as its scan and the search have it."""
    end = report.source.duration
    blind = [(one.start, one.end) for one in report.unjudged]
    if report.sound is not None and by == "sound":
        blind = [(one.start, one.end) for one in report.sound.unjudged]
    seen = [[(place.start, place.end) for place in one.places] for one in known]
    unjudged = covered(blind)
    fresh = max(0.0, end - covered([*blind, *(span for spans in seen for span in spans)]))
    answer: Novelty = "holds part of" if known else "new"
    for one, spans in zip(known, seen, strict=True):
        left = end - covered([*blind, *spans])
        if one.whole or left <= (1 - LEAST_KNOWN) * max(end - unjudged, 0.0) or one.share >= LEAST_KNOWN:
            answer = "duplicate"
    resembles = tuple(one for one in resembling if one.path not in {file.path for file in known})
    caveats = caveats_of(report.verdict, by, resembles, unjudged, end)
    if answer == "duplicate":
        caveats = tuple(one for one in caveats if one.kind == "unjudged")
    return UploadCheck(
        video=report.source.path,
        digest="",
        duration=end,
        answer=answer,
        summary=summary_of_check(answer, known, fresh, caveats, fresh > 0 or unjudged <= 0),
        known=tuple(known),
        fresh=round(fresh, 3),
        findable=report.verdict.shortest_findable,
        unjudged=report.unjudged,
        unjudged_seconds=round(unjudged, 3),
        losses=report.losses,
        searched=0,
        model="",
        alike=() if alike is None else alike.neighbours,
        alike_model="" if alike is None else f"{alike.key.way} {alike.key.model}".strip(),
        resembles=resembles,
        caveats=caveats,
    )
