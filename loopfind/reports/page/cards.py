"""Cards of a page: repeats and cuts with their words, tables, pictures and curves."""

import base64
from collections.abc import Sequence

from loopfind.model.exhibits import CutFrames, Exhibit, Row, Shots, ShownFrame, SoundStrip
from loopfind.model.report import Cut, Occurrence, Repeat
from loopfind.model.transform import Transform
from loopfind.model.video import Source
from loopfind.reports.links import Link
from loopfind.reports.page.colours import colour_of
from loopfind.reports.page.figures import curve_figure
from loopfind.reports.page.limits import PAGE_CURVED, PAGE_OCCURRENCES, PAGE_OPEN
from loopfind.reports.page.played import name_of
from loopfind.reports.page.sound_figures import sound_figure
from loopfind.reports.page.views import (
    Anchor,
    CurveFigure,
    CutCard,
    GridCell,
    GridPlace,
    GridRow,
    OccurrenceLine,
    Picture,
    RepeatCard,
)
from loopfind.reports.wording import (
    EVIDENCE,
    HEARD,
    changes,
    clock,
    confidence_in_words,
    count,
    cut_off,
    frames_in,
    length,
    part_of_picture,
    part_shown,
    sound_in_words,
    title,
)

_MOST_LINKED = 4  # repeats named beside a cut
_MANY = 20  # repeats from which on the page says that its pictures are few


class CardMaker:
    """Makes the cards of a page from what was found and what is shown of it."""

    def __init__(
        self,
        repeats: Sequence[Repeat],
        shown: Sequence[Exhibit],
        shots: Shots,
        links: Sequence[Link],
        sources: Sequence[Source],
        names: Sequence[str] = (),
        sounds: Sequence[SoundStrip] = (),
        audible: bool = False,
    ) -> None:
        """repeats: those with a card. links, sources: of each file, one in a scan. names: of the files of a
        comparison. sounds: strips of what is heard again. audible: whether the files are sounds, without pictures."""
        self._repeats, self._links, self._names = repeats, links, names
        self._sounds, self._audible = sounds, audible
        self._rates = [source.fps for source in sources]
        self._known = {repeat.id for repeat in repeats}
        self._exhibits = {exhibit.repeat: exhibit for exhibit in shown}
        self._shots = {
            frame: "data:image/jpeg;base64," + base64.b64encode(shot).decode() for frame, shot in shots.items()
        }

    def picture(self, frame: ShownFrame | None, alt: str, place: GridPlace | None = None) -> Picture:
        """Return the picture of a frame with its time; None for a moment outside the video."""
        if frame is None:
            return Picture("", alt, None, Anchor("", ""), "outside the video", place)
        at = self._anchor(frame.time, frame.file)
        return Picture(self._shots.get(frame, ""), alt, frame.time, at, "no picture", place)

    def repeats(self) -> tuple[RepeatCard, ...]:
        """Return a card for each repeat; the first ones are open."""
        return tuple(self._repeat(place, repeat) for place, repeat in enumerate(self._repeats))

    def cuts(self, cuts: Sequence[Cut], shown: Sequence[CutFrames]) -> tuple[CutCard, ...]:
        """Return a card for each cut, with the frames before and after it where there is a picture of one of them."""
        frames = {one.cut: one for one in shown}
        return tuple(self._cut(cut, frames.get(place)) for place, cut in enumerate(cuts))

    def left_out(self, total: int) -> str:
        """Return a note on the repeats without a card, or else on those without pictures. total: of all repeats."""
        if len(self._repeats) < total:
            rest = count(total - len(self._repeats), "shorter one")
            return f"These are the first {len(self._repeats):,}; the JSON report lists {rest} more."
        if self._audible:
            return self._strips_left_out()
        bare = [r for r in self._repeats if not (r.id in self._exhibits and self._exhibits[r.id].rows)]
        if not self._shots or not self._repeats or not (bare or len(self._repeats) > _MANY):
            return ""
        words = "A page holds a limited number of pictures: of so many repeats only a few moments each are shown"
        return f"{words}, and none of {count(len(bare), 'the shorter one')}." if bare else f"{words}."

    def _strips_left_out(self) -> str:
        """Return a note on the repeats without strips."""
        shown = {strip.repeat for strip in self._sounds}
        left = sum(repeat.id not in shown for repeat in self._repeats)
        return f"{count(left, 'more repeat has', 'more repeats have')} no spectrograms on this page." if left else ""

    def linked(self, ids: Sequence[int], most: int) -> tuple[int, ...]:
        """Return those of the ids whose repeats have a card, at most so many."""
        return tuple(number for number in ids if number in self._known)[:most]

    def _repeat(self, place: int, repeat: Repeat) -> RepeatCard:
        exhibit = self._exhibits.get(repeat.id, Exhibit(repeat.id, (), (), (), ()))
        pictures = any(frame in self._shots for frame in exhibit.frames())
        shown = repeat.occurrences[:PAGE_OCCURRENCES]
        return RepeatCard(
            id=repeat.id,
            name=name_of(repeat),
            colour=colour_of(repeat.id),
            title=title(repeat),
            open=place < PAGE_OPEN,
            belief=_belief(repeat),
            occurrences=tuple(self._occurrence(repeat, number, one) for number, one in enumerate(shown, 1)),
            more=cut_off(len(repeat.occurrences) - len(shown), "more occurrence", "more occurrences"),
            heads=self._heads(repeat, exhibit),
            grid=max(1, 2 * len(exhibit.columns) - 1),
            rows=self._rows(repeat, exhibit) if pictures else (),
            no_pictures="" if self._audible else "No pictures of this one: " + self._reason_for_none(exhibit),
            curves=self._curves(repeat, exhibit, place < PAGE_CURVED),
            sounds=tuple(
                sound_figure(
                    strip.image,
                    self._name_beside_first(repeat, strip.occurrence),
                    [(strip.heard_start, strip.heard_end, colour_of(repeat.id))],
                )
                for strip in self._sounds
                if strip.repeat == repeat.id
            ),
        )

    def _occurrence(self, repeat: Repeat, number: int, one: Occurrence) -> OccurrenceLine:
        return OccurrenceLine(
            number=number,
            file=self._file(one),
            start=self._anchor(one.start, one.file or 0),
            end=clock(one.end),
            frames=frames_in(one),
            how=", ".join((*changes(one), *part_shown(one, repeat, self._rates[one.file or 0]))),
        )

    def _anchor(self, seconds: float, file: int = 0) -> Anchor:
        return Anchor(clock(seconds), self._links[file](seconds))

    def _file(self, occurrence: Occurrence) -> str:
        return self._names[occurrence.file or 0] if self._names else ""

    def _name_beside_first(self, repeat: Repeat, place: int) -> str:
        file = self._file(repeat.occurrences[place])
        return f"occurrence {place + 1} ({file})" if file else f"occurrence {place + 1}"

    def _heads(self, repeat: Repeat, exhibit: Exhibit) -> tuple[str, ...]:
        heads = []
        for place, column in enumerate(exhibit.columns):
            heads.append(self._file(repeat.occurrences[column]) or f"occurrence {column + 1}")
            if place:
                heads.append("difference, 4 times")
        return tuple(heads)

    def _rows(self, repeat: Repeat, exhibit: Exhibit) -> tuple[GridRow, ...]:
        def cell(number: int, row: Row, column: int) -> GridCell:
            which, view = exhibit.columns[column], exhibit.views[column]
            alt = f"{name_of(repeat)}, {self._name_beside_first(repeat, which)}, {row.what}"
            picture = self.picture(row.frames[column], alt, GridPlace(column, which, number))
            return GridCell(picture, _scale(view), view.turned % 4)

        return tuple(
            GridRow(row.what, tuple(cell(number, row, column) for column in range(len(row.frames))))
            for number, row in enumerate(exhibit.rows)
        )

    def _curves(self, repeat: Repeat, exhibit: Exhibit, every: bool) -> tuple[CurveFigure, ...]:
        if not exhibit.curves:
            return ()
        first = repeat.occurrences[0]
        return tuple(
            curve_figure(
                curve,
                *first.shared_span(repeat.occurrences[curve.other]),
                self._name_beside_first(repeat, curve.other),
            )
            for curve in (exhibit.curves if every else exhibit.curves[:1])
            if len(curve.times) > 1
        )

    def _reason_for_none(self, exhibit: Exhibit) -> str:
        if not self._shots:
            return "the video could not be read a second time."
        if not exhibit.rows:
            return "the page holds a limited number of them, and longer repeats come first."
        return "its frames could not be found again, or the page is full."

    def _cut(self, cut: Cut, frames: CutFrames | None) -> CutCard:
        pictures: tuple[Picture, ...] = ()
        if frames is not None and {frames.before, frames.after} & self._shots.keys():
            pictures = (
                self.picture(frames.before, f"Last frame before the cut at {clock(cut.time)}"),
                self.picture(frames.after, f"First frame after the cut at {clock(cut.time)}"),
            )
        return CutCard(
            at=self._anchor(cut.time),
            frame=cut.frame,
            kind=cut.kind,
            repeats=self.linked(cut.repeats, _MOST_LINKED),
            more=", …" if len(cut.repeats) > _MOST_LINKED else "",
            pictures=pictures,
        )


def _belief(repeat: Repeat) -> str:
    words = HEARD if repeat.of == "sound" else EVIDENCE[repeat.evidence]
    sure = confidence_in_words(repeat)
    sure = f" Confidence {sure}." if sure else ""
    part = part_of_picture(repeat)
    is_part = f" It is {part}." if part else ""
    beside = sound_in_words(repeat)
    heard = f" {beside[0].upper()}{beside[1:]}." if beside else ""
    return f"{words[0].upper()}{words[1:]}.{sure}{is_part}{heard} {length(repeat.length)} long."


def _scale(view: Transform) -> str:
    """Return the transform as the CSS factors that scale a picture about its middle."""
    return f"{-view.across if view.mirrored else view.across:g}, {view.down:g}"
