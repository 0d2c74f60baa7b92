"""Times, lengths, shares and names as a person reads them."""

import math
import os
from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # error messages are worded here too, and must not wait for numpy
    from collections.abc import Sequence

    from loopfind.model.report import Evidence, Findable, Freeze, Occurrence, Repeat, Verdict
    from loopfind.model.steadiness import Cadence, Hold

EVIDENCE: "dict[Evidence, str]" = {
    "exact": "the very same pictures, bit for bit",
    "replay": "a replay: what moves, moves alike",
    "indeterminate": "nothing moves, so a replay cannot be told from a still view",
}
"""Evidence -> its meaning."""

HEARD = "one recording heard again: its samples agree"
"""The same of what is only heard."""

_SURE = ((0.99, "sure"), (0.9, "very likely"), (0.66, "likely"), (0.0, "unsure"))
"""Least confidence -> its name, after the terms of the IPCC's guidance note on uncertainties (2010)."""

WHOLE_PICTURE = 0.8
"""Share of what moves from which a repeat is said to be of the whole picture."""

WHY = {
    "blank": "blank picture",
    "still": "nothing moves",
    "lost": "could not be read",
    "packets": "only packets were compared",
}
"""Reason why a stretch could not be judged -> the reason in words."""

UNHEARD = {
    "silent": "nothing is heard",
    "steady": "a steady tone or hum",
    "lost": "the file holds no sound there",
}
"""Reason why a stretch of sound could not be judged -> the reason in words."""

LEAP = "the clock leaps ahead: no frame in between"
"""A leap of the clock in words."""

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters that Unicode counts as printable, and that show nothing."""

LEAST_LEFT_OUT = 1.5
"""Frames of the content that an occurrence must leave out at an end for that to be said: ends are found to a frame."""


def clock(seconds: float) -> str:
    """Return h:mm:ss.mmm, rounded to the millisecond; times before 0 carry a minus sign."""
    if not math.isfinite(seconds):
        return "unknown"
    thousandths = round(seconds * 1000)
    sign, thousandths = ("-", -thousandths) if thousandths < 0 else ("", thousandths)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def length(seconds: float) -> str:
    """Return a length in words: to the millisecond below a minute, 12.345 s; coarser above, 4 min 11.2 s, 2 h 5 min."""
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 59.9995:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
    minutes, tenths = divmod(round(seconds * 10), 600)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    rest = f"{tenths / 10:.1f}".removesuffix(".0")
    return f"{minutes} min {rest} s" if tenths else f"{minutes} min"


def share(part: float) -> str:
    """Return a share in percent: 0.0873 -> 8.7%. It never rounds up to all, nor down to nothing."""
    percent = part * 100
    if 0 < percent < 0.1:
        return "under 0.1%"
    if 99.9 < percent < 100:
        return "over 99.9%"
    return f"{percent:.1f}".removesuffix(".0") + "%"


def frame_rate(fps: float) -> str:
    """Return a frame rate in words: 25 frames/s, 23.976 frames/s."""
    return f"{fps:.3f}".rstrip("0").rstrip(".") + " frames/s"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 -> "1 loop", 1200 -> "1,200 loops"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def cut_off(number: int, one: str = "more", many: str = "") -> str:
    """Return the note on what a list leaves out, "" for nothing: "and 1,200 more pairs; the JSON report lists all"."""
    return f"and {count(number, one, many or one)}; the JSON report lists all" if number > 0 else ""


def title(repeat: "Repeat") -> str:
    """Return a repeat in one line: its length, its number of occurrences, its period."""
    times = len(repeat.occurrences)
    if repeat.kind == "loop":
        period = length(repeat.period) if repeat.period is not None else "unknown"
        return f"{count(times, 'cycle')} of {period}, back to back"
    seen = "heard" if repeat.of == "sound" else "shown"
    shown = {1: f"{seen} once", 2: f"{seen} twice"}.get(times, f"{seen} {times:,} times")
    if repeat.kind == "still":
        return f"{length(repeat.length)}, the same motionless picture {shown}"
    return length(repeat.length) if repeat.elsewhere and times == 1 else f"{length(repeat.length)}, {shown}"


def showings(repeat: "Repeat") -> str:
    """Return what a repeat shows and how often, in a few words: 1,000 cycles of 0.5 s; 4.5 s, 3 times."""
    if repeat.kind == "loop":
        return title(repeat).removesuffix(", back to back")
    times = {1: "once", 2: "twice"}.get(len(repeat.occurrences), f"{len(repeat.occurrences):,} times")
    return f"{length(repeat.length)}, {'heard ' if repeat.of == 'sound' else ''}{times}"


def belief(repeat: "Repeat") -> str:
    """Return why a repeat is believed, how sure that is, what part of the picture it is, where it is a part, and what
    its sound does."""
    part = part_of_picture(repeat)
    why = HEARD if repeat.of == "sound" else EVIDENCE[repeat.evidence]
    sure = confidence_in_words(repeat)
    known = why + (f" (confidence {sure})" if sure else "") + (f", in {part}" if part else "")
    return "; ".join(filter(None, (known, sound_in_words(repeat))))


def confidence_in_words(repeat: "Repeat") -> str:
    """Return the confidence of a repeat: 98.5%, very likely. Return "" for a still, which claims nothing."""
    if repeat.kind == "still":
        return ""
    words = next(words for least, words in _SURE if repeat.confidence >= least)
    return f"{share(repeat.confidence)}, {words}"


def sound_in_words(repeat: "Repeat") -> str:
    """Return how the sound behaves where pictures come again, "" where that is not known."""
    if repeat.sound == "apart" and repeat.sound_offset is not None:
        way = "later" if repeat.sound_offset > 0 else "earlier"
        return f"its sound comes again {1000 * abs(repeat.sound_offset):.0f} ms {way} than its picture"
    words = {"together": "its sound with it", "runs on": "another sound runs on under it"}
    return words.get(repeat.sound or "", "")


def part_of_picture(repeat: "Repeat") -> str:
    """Return what part of the picture a repeat is, in words, "" where that is all of it or was not measured."""
    seen = repeat.picture_share
    return "" if seen is None or seen >= WHOLE_PICTURE else f"{share(seen)} of what moves in the picture"


def coverage_in_words(verdict: "Verdict", what: str = "video") -> str:
    """Return how much of the video, and of its picture, could be judged: 98% of the video, 41% of the picture.

    what: video, or sound.
    """
    picture = verdict.picture_coverage
    return f"{share(verdict.coverage)} of the {what}" + (
        "" if picture is None else f", {share(picture)} of the picture"
    )


def judged_in_words(verdict: "Verdict", what: str = "video") -> str:
    """Return the coverage with what it promises. what: video, or sound."""
    covered = coverage_in_words(verdict, what)
    shortest = verdict.shortest_findable
    if shortest is None:
        return covered
    # Of a sound the length is that of the shortest run which is claimed, and no share of planted copies.
    promise = found_mostly(shortest) if what == "video" else f"of {length(shortest)} or longer would have been found"
    return f"{covered}, where a plain repeat {promise}"


def found_mostly(shortest: float) -> str:
    """Return the meaning of the shortest findable length, seconds: of 5 s or longer would have been found ..."""
    return f"of {length(round(shortest, 2))} or longer would have been found nine times out of ten"


def promise_in_words(stretch: "Findable") -> str:
    """Return how short a repeat would have shown in a stretch."""
    if stretch.shortest is None:
        return "a repeat might not show, however long"
    return f"repeats of {length(stretch.shortest)} or longer"


def frames_in(shown: "Occurrence | Freeze | Cadence | Hold") -> str:
    """Return the numbers of the first and the last frame; a person counts the last one in, the machine form does
    not."""
    return f"{shown.start_frame}-{max(shown.start_frame, shown.end_frame - 1)}"


def also(repeat: "Repeat") -> list[str]:
    """Return the other files that show a repeat, in a few words; nothing in a scan of one file."""
    if not repeat.elsewhere:
        return []
    more = count(len(repeat.elsewhere) - 1, "more file")
    return [f"also in {safe(repeat.elsewhere[0])}" + (f" and {more}" if len(repeat.elsewhere) > 1 else "")]


def noted(repeat: "Repeat") -> list[str]:
    """Return the note of who reviewed a repeat, on one line; nothing for none."""
    return [f"note: {safe(repeat.note)}"] if repeat.note else []


def changes(occurrence: "Occurrence") -> list[str]:
    """Return how an occurrence differs from the first of its repeat, a few words each; nothing for a plain copy."""
    words = ["backwards"] if occurrence.reversed else []
    words += [f"turned by {occurrence.turned} degrees"] if occurrence.turned else []
    words += ["mirrored"] if occurrence.mirrored else []
    if occurrence.crop is not None:
        crop = occurrence.crop
        words.append(
            f"in a part of the picture, {share(crop.width)} of its width and {share(crop.height)} of its height"
        )
    if abs(occurrence.speed - 1.0) > 0.0005:
        words.append(f"at {occurrence.speed:.3g}x speed")
    pitch = occurrence.pitch if occurrence.pitch is not None else occurrence.speed
    if abs(pitch / occurrence.speed - 1) > LEAST_PITCH:
        words.append(f"{pitch:.3g}x as high" if abs(pitch - 1) > LEAST_PITCH else "as high as before")
    return words


def part_shown(occurrence: "Occurrence", repeat: "Repeat", fps: float) -> list[str]:
    """Return the part of the content that an occurrence shows, in a few words; nothing where it shows all of it, to
    LEAST_LEFT_OUT frames at either end, and for stills. fps: frames a second of its file, 0 where it is not known."""
    least = LEAST_LEFT_OUT * occurrence.speed / fps if fps > 0 else 0.0
    left_out = max(occurrence.content_start, repeat.content_length - occurrence.content_end)
    if left_out <= least or repeat.kind == "still":
        return []
    begin, end = (length(round(time, 2)) for time in (occurrence.content_start, occurrence.content_end))
    return [f"shows {begin} to {end} of it"]


def name(path: str) -> str:
    """Return the name of a video for a title: the last part of its path, on one line."""
    if path == "-":
        return "standard input"
    return safe(path.replace(os.sep, "/").rstrip("/").rpartition("/")[2] or path)


def names(paths: "Sequence[str]") -> list[str]:
    """Return names for several files: the shortest ends of their paths that differ."""
    parts = [PurePath(path).parts or (path,) for path in paths]
    depth = [1] * len(paths)
    for _ in range(max(map(len, parts), default=0)):
        ends = ["/".join(part[-d:]) for part, d in zip(parts, depth, strict=True)]
        often = Counter(ends)
        if len(often) == len(ends):
            break
        depth = [d + (often[end] > 1) for d, end in zip(depth, ends, strict=True)]
    return [safe("/".join(part[-d:])) for part, d in zip(parts, depth, strict=True)]


LEAST_PITCH = 0.005
"""Share by which a pitch must be another than that of the speed for it to be said."""


def safe(text: str) -> str:
    r"""Return text from outside on one line, with what could steer a terminal or hide in a name escaped: \x1b."""
    return "".join(letter if letter.isprintable() and letter not in _BLANK else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    number = ord(letter)
    if 0xDC80 <= number <= 0xDCFF:  # how Python carries a byte of a file name that is not UTF-8
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else letter.encode("unicode_escape").decode()
