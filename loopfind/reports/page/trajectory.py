"""The page of a trajectory: the path through the maps of a camera, and pictures of what on it is unusual."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from loopfind.model.trajectory import RestPlace, Trajectory, Unusual
from loopfind.model.trajectory_exhibits import TrajectoryExhibits
from loopfind.model.version import version
from loopfind.reports.links import Link, page_linker
from loopfind.reports.page.commands import trajectory_command_line
from loopfind.reports.page.limits import PAGE_AGAIN, PAGE_PATH, PAGE_PLACES, PAGE_UNUSUAL
from loopfind.reports.page.played import played_file
from loopfind.reports.page.render import rendered
from loopfind.reports.page.scan import NO_PICTURES, SAME_ANSWER, made_facts, origin_facts
from loopfind.reports.page.trajectory_views import (
    AgainLine,
    PathData,
    PlaceCard,
    StillPicture,
    TrajectoryPage,
    UnusualCard,
)
from loopfind.reports.page.views import Anchor, Fact
from loopfind.reports.path_points import highest_scores, path_points, stretches_of, thinned
from loopfind.reports.trajectory_words import (
    chance_in_words,
    comes_again,
    judged_seconds,
    limits_of,
    map_in_words,
    reasons_in_words,
    region_in_words,
    trajectory_summary,
)
from loopfind.reports.wording import clock, count, cut_off, length, name, share

_COLUMNS = 1500
"""Points of the curve of scores."""
_OF_EVENT = 200
"""Points of the path of one event that are drawn at the most."""
_FAR = 30.0
"""Seconds: a picture that is farther away from a moment does not stand for it in a card."""


def trajectory_page(found: Trajectory, exhibits: TrajectoryExhibits, href: str = "") -> Iterator[str]:
    """Yield the page, in one piece. href: where a player finds the video, "" for nowhere."""
    yield from rendered(page_of_trajectory(found, exhibits, href))


def page_of_trajectory(found: Trajectory, exhibits: TrajectoryExhibits, href: str) -> TrajectoryPage:
    """Return the view model of the page."""
    link = page_linker(found.report.settings.link, found.source.path, href)
    strongest = sorted(found.events, key=lambda one: -one.score)[:PAGE_UNUSUAL]
    events = sorted(strongest, key=lambda one: one.start)
    places = [(one.id, place) for one in found.maps for place in one.places]
    places.sort(key=lambda pair: -pair[1].share)
    again = comes_again(found)
    pictures = _Pictures(exhibits, link)
    return TrajectoryPage(
        version=version(),
        name=name(found.source.path),
        summary=trajectory_summary(found),
        seriousness=_seriousness(found),
        facts=_facts(found),
        caution="Unusual is meant against this baseline alone: the footage differs from it, which says nothing of what "
        "happens. Look at the pictures of both before you judge.",
        findings=(),
        findings_more="",
        repeats=(),
        left_out="",
        looking="",
        noscript="Without scripts, the path is not drawn; what is unusual, places and pictures are.",
        links_out=bool(link(0.0)),
        again=SAME_ANSWER,
        command=trajectory_command_line(found.settings, found.source.path),
        details=_details(found, exhibits),
        limits=tuple(limits_of(found)),
        map_lines=tuple(f"{clock(one.start)} - {clock(one.end)}: {map_in_words(one)}" for one in found.maps),
        path_words=_path_words(found),
        no_pictures="" if len(exhibits.times) else NO_PICTURES,
        cards=tuple(_card(event, pictures) for event in events),
        cards_more=cut_off(len(found.events) - len(events)),
        places=tuple(_place(number, place, len(found.maps) > 1, pictures) for number, place in places[:PAGE_PLACES]),
        places_more=cut_off(len(places) - PAGE_PLACES),
        again_lines=tuple(
            AgainLine(Anchor(clock(one.start), link(one.start)), clock(one.end), one.words, one.start)
            for one in again[:PAGE_AGAIN]
        ),
        again_more=cut_off(len(again) - PAGE_AGAIN),
        data=path_data(replace(found, events=tuple(events)), exhibits, href, link),
    )


def path_data(found: Trajectory, exhibits: TrajectoryExhibits, href: str, link: Link) -> PathData:
    """Return what the scripts draw: of a long path some thousand points, with those farthest out, and of each event."""
    kept = [np.zeros(0, np.int64)]
    for one in found.maps:
        kept += path_points(found, one.id, PAGE_PATH // len(found.maps))
    for event in found.events:
        for part in stretches_of(found, event.map, event.start, event.end):
            kept.append(part.start + thinned(found.positions[part], _OF_EVENT))
    points = np.unique(np.concatenate(kept))
    starts = {part.start for one in found.maps for part in stretches_of(found, one.id)}
    positions = found.positions[points].astype(np.float64)
    extent = float(np.ptp(positions, axis=0).max()) if len(points) else 1.0
    digits = max(0, 4 - int(np.floor(np.log10(max(extent, 1e-9)))))
    times, scores = highest_scores(found, _COLUMNS)
    return PathData(
        files=(played_file(name(found.source.path), href, found.source),),
        start=float(found.times[0]) if len(found.times) else 0.0,
        end=float(found.times[-1]) if len(found.times) else 0.0,
        times=found.times[points].round(3).tolist(),
        positions=positions.round(digits).ravel().tolist(),
        point_maps=found.map_ids[points].tolist(),
        point_places=found.places[points].tolist(),
        scores=found.scores[points].round(3).tolist(),
        breaks=np.flatnonzero(np.isin(points, list(starts))).tolist(),
        maps=[(one.id, f"Map {one.id}, {clock(one.start)} - {clock(one.end)}") for one in found.maps],
        placed=[
            (one.id, place.id, *place.position, place.share, place.moment) for one in found.maps for place in one.places
        ],
        events=[
            (one.id, one.map, one.start, one.end, one.peak, one.score, reasons_in_words(one)) for one in found.events
        ],
        again=[(one.start, one.end, one.repeat is not None) for one in found.retraces],
        curve=(times.round(3).tolist(), scores.round(3).tolist()),
        learned=[(one.learned.start, one.learned.end) for one in found.maps],
        still_times=exhibits.times.tolist(),
        stills=[base64.b64encode(shot).decode() for shot in exhibits.shots],
        links=[link(time) for time in exhibits.times.tolist()],
    )


class _Pictures:
    """The pictures of a page by their times."""

    def __init__(self, exhibits: TrajectoryExhibits, link: Link) -> None:
        self._exhibits = exhibits
        self._link = link

    def at(self, time: float, what: str) -> StillPicture:
        """Return the picture nearest to a moment, without one where none is near."""
        times = self._exhibits.times
        nearest = int(np.abs(times - time).argmin()) if len(times) else -1
        src = ""
        if nearest >= 0 and abs(times[nearest] - time) <= _FAR:
            src = "data:image/jpeg;base64," + base64.b64encode(self._exhibits.shots[nearest]).decode()
        return StillPicture(src, self.anchor(time), f"{what} at {clock(time)}", time)

    def anchor(self, time: float) -> Anchor:
        """Return a moment with its link."""
        return Anchor(clock(time), self._link(time))


def _card(event: Unusual, pictures: _Pictures) -> UnusualCard:
    goes_on = "where the footage ends; it goes on" if event.going_on else clock(event.end)
    same = f"; the same as repeat {event.repeat}" if event.repeat is not None else ""
    where = region_in_words(event.region)
    region = None if event.region is None else tuple(round(100 * part, 2) for part in event.region)
    why = reasons_in_words(event)
    return UnusualCard(
        id=event.id,
        why=(why[:1].upper() + why[1:] + (f", {where}" if where else "")),
        measured=f"Score {event.score:.2f}, {chance_in_words(event.per_hour)}{same}",
        start=pictures.anchor(event.start),
        end=goes_on,
        peak=pictures.at(event.peak, f"Unusual {event.id}"),
        like=pictures.at(event.like, "The baseline"),
        region=region,  # type: ignore[arg-type]
    )


def _place(number: int, place: RestPlace, several: bool, pictures: _Pictures) -> PlaceCard:
    come = "come to once" if place.visits == 1 else f"come to {count(place.visits, 'time')}"
    named = f"RestPlace {place.id}" + (f" of map {number}" if several else "")
    return PlaceCard(named, f"{share(place.share)} of the time, {come}", pictures.at(place.moment, named))


def _seriousness(found: Trajectory) -> str:
    if found.events or any(one.repeat is not None for one in comes_again(found)):
        return "found"
    return "nothing" if found.maps and all(one.fits for one in found.maps) and judged_seconds(found) else "unsure"


def _facts(found: Trajectory) -> tuple[Fact, ...]:
    again = comes_again(found)
    facts = [Fact("Length", f"{length(found.source.duration)}, {count(len(found.times), 'sample')}")]
    if found.maps:
        learned = found.maps[0].learned
        facts.append(
            Fact(
                "Baseline" if len(found.maps) == 1 else "First baseline",
                f"{clock(learned.start)} - {clock(learned.end)}",
            )
        )
    facts.append(Fact("Judged", length(round(judged_seconds(found), 1))))
    facts.append(Fact("Unusual", count(len(found.events), "stretch", "stretches")))
    facts.append(Fact("Maps", f"{len(found.maps):,}"))
    if again:
        facts.append(Fact("Comes again", count(len(again), "stretch", "stretches")))
    return tuple(facts)


def _path_words(found: Trajectory) -> str:
    if not found.maps:
        return "There is no path, as no map was learned."
    return (
        "Each point stands for what the picture shows at one moment: points that are near look alike. The line is the "
        "path through them, its colour the time; a circle is a place, a state that the picture comes back to."
    )


def _details(found: Trajectory, exhibits: TrajectoryExhibits) -> tuple[Fact, ...]:
    settings = found.settings
    return (
        *origin_facts(found.source, exhibits.origin),
        Fact("loopfind", version()),
        Fact("Samples", f"{found.rate:.3g} a second"),
        Fact("Baseline asked for", length(settings.baseline)),
        Fact("Way into the map", settings.way),
        Fact("False alarms asked for", f"{settings.false_alarms:g} an hour"),
        Fact("Video stream", str(settings.stream)),
        *made_facts(found.report.made),
    )
