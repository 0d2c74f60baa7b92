"""Sentences that sum up an answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from loopfind.arrays.time_index import covered
from loopfind.model.comparison import Match, Shared, Warp
from loopfind.model.findings import Findings, FirstLook
from loopfind.model.report import Findable, Repeat, Report, SoundAnswer, Verdict
from loopfind.model.video import Progress, Watch
from loopfind.reports.wording import clock, count, found_mostly, length, share

_RHYTHM = "A machine or an animation whose motion repeats itself exactly shows the same as footage that was looped."
_LONGEST_RHYTHM, _LEAST_TURNS, _RHYTHM_SHARE = 10.0, 5, 0.6  # seconds of a turn, turns, share of the video

_UNSEEN = "Only packets were compared: what was encoded again does not show; scan without --packets-only for it."

_LOOK_CLOSER = "scan without --fast to know."


def search_progress(seconds: float, share: float | None = None) -> Progress:
    """Report that so much video is being compared. share: of the search that is done, 0 to 1, where that is known."""
    return Progress(f"comparing {clock(seconds).partition('.')[0]} of video", 0, 0.0, None, share=share)


def search_watch(watch: Watch | None, seconds: float) -> Callable[[float], None] | None:
    """Return what reports the share of a search in so much video, None where nobody watches. Reports the start."""
    if watch is None:
        return None
    watch(search_progress(seconds, 0.0))
    return lambda done: watch(search_progress(seconds, done))


def coverage_watch(watch: Watch | None) -> Callable[[float], None] | None:
    """Return what reports the share of the measuring of coverage, None where nobody watches."""
    if watch is None:
        return None
    return lambda done: watch(Progress("judging what would be found", 0, 0.0, None, share=done))


def verdict_of(findings: Findings, duration: float) -> Verdict:
    """Sum up what was found in `duration` seconds of video. Stills are not counted as repeated."""
    claimed = [repeat for repeat in findings.repeats if repeat.kind != "still"]
    loops = [repeat for repeat in claimed if repeat.kind == "loop"]
    seconds = covered([(o.start, o.end) for repeat in claimed for o in repeat.occurrences])
    shortest = findings.shortest_findable
    enough = findings.frames > 2
    return Verdict(
        looped=bool(loops),
        repeated_seconds=round(seconds, 3),
        repeated_share=round(_share(seconds, duration), 4),
        coverage=findings.coverage,
        shortest_findable=None if shortest is None else round(shortest, 2),
        picture_coverage=_mean(findings.coverage_map),
        summary=_sum_up(claimed, seconds, duration, findings) if enough else _too_few(findings.frames),
    )


def _mean(rows: Sequence[Sequence[float]]) -> float | None:
    """Return the mean over rows of the picture, None where there are none."""
    cells = [cell for row in rows for cell in row]
    return round(sum(cells) / len(cells), 4) if cells else None


def _share(seconds: float, duration: float) -> float:
    return min(1.0, seconds / duration) if duration > 0 else 0.0


def _sum_up(claimed: list[Repeat], seconds: float, duration: float, findings: Findings) -> str:
    """Sum up what a scan found, in one sentence that is true as it stands.

    seconds, duration: of the timeline that is shown more than once, and of all of it.
    """
    if not claimed:
        if findings.coverage == 0:
            return "Nothing could be judged: nothing moves in this video for long enough."
        seen = f"{share(findings.coverage)} of the video could be judged"
        if findings.shortest_findable is None:
            return f"No repeat found; {seen}{_promised_in_part(findings.findable)}."
        return f"No repeat found; {seen}, where a plain repeat {found_mostly(findings.shortest_findable)}."
    found = f"{share(_share(seconds, duration))} of the video ({length(seconds)}) is shown more than once"
    loops = [repeat for repeat in claimed if repeat.kind == "loop"]
    if not loops:
        return f"{found}: {_repeats(claimed)}."
    rest = [repeat for repeat in claimed if repeat.kind != "loop"]
    more = f", and {_repeats(rest)}" if rest else ""
    hint = f" {_RHYTHM}" if any(_may_be_rhythm(loop, duration) for loop in loops) else ""
    return f"{found}: {_loops(loops)}{more}.{hint}"


def _promised_in_part(stretches: Sequence[Findable]) -> str:
    """Return what would have shown where only a part of the video is promised anything."""
    promised = [stretch for stretch in stretches if stretch.shortest is not None]
    if not promised:
        return ", but too little of it to say how long a repeat must be to show"
    times = sum(stretch.end - stretch.start for stretch in promised) / sum(one.end - one.start for one in stretches)
    longest = max(stretch.shortest or 0.0 for stretch in promised)
    in_part = f"in {share(times)} of that a plain repeat {found_mostly(longest)}"
    return f", and {in_part}; in the rest a repeat might not show, however long"


def _loops(loops: list[Repeat]) -> str:
    """Return all loops in a few words."""
    longest = max(loops, key=lambda loop: len(loop.occurrences) * loop.length)
    times, period = f"{len(longest.occurrences):,} times in a row", _period(longest)
    if len(loops) == 1:
        return f"a loop of {period}, {times}"
    periods = {_period(loop) for loop in loops}
    often = {len(loop.occurrences) for loop in loops}
    if len(periods) > 1:
        return f"{len(loops):,} loops, the longest of {period}, {times}"
    return f"{len(loops):,} loops of {period}, {f'each {times}' if len(often) == 1 else f'up to {times}'}"


def _repeats(repeats: Sequence[Repeat]) -> str:
    """Return repeats that are no loops in a few words."""
    longest = length(max(repeat.length for repeat in repeats))
    return f"1 repeat of {longest}" if len(repeats) == 1 else f"{len(repeats):,} repeats, the longest of {longest}"


def _period(loop: Repeat) -> str:
    return "unknown" if loop.period is None else length(loop.period)


def _may_be_rhythm(loop: Repeat, duration: float) -> bool:
    """Say whether a loop may be motion that repeats itself by nature: short turns, over most of the video."""
    period = loop.period or 0.0
    turns = len(loop.occurrences)
    return period <= _LONGEST_RHYTHM and turns >= _LEAST_TURNS and turns * period >= _RHYTHM_SHARE * duration


def _too_few(frames: int) -> str:
    return f"Nothing could be judged: {count(frames, 'frame') if frames else 'no frame'} to look at."


def verdict_of_packets(verdict: Verdict, repeats: Sequence[Repeat]) -> Verdict:
    """Return the verdict on what packets alone prove. repeats: of the report."""
    found = verdict.summary if any(repeat.kind != "still" for repeat in repeats) else "No packets repeat."
    return replace(verdict, summary=f"{found} {_UNSEEN}")


def verdict_of_sound(answer: SoundAnswer, repeats: Sequence[Repeat], duration: float) -> Verdict:
    """Sum up what was found in `duration` seconds of a file that holds sound alone."""
    return Verdict(
        looped=any(repeat.kind == "loop" for repeat in repeats),
        repeated_seconds=answer.repeated_seconds,
        repeated_share=round(_share(answer.repeated_seconds, duration), 4),
        coverage=answer.coverage,
        shortest_findable=answer.shortest_findable,
        summary=answer.summary,
    )


def verdict_after_review(report: Report, rejected: int) -> Verdict:
    """Sum up anew what is left in a report from which a review has removed so many repeats."""
    before, duration = report.verdict, report.source.duration
    if report.is_of_sound and report.sound is not None:
        verdict = verdict_of_sound(report.sound, report.repeats, duration)
    else:
        findings = Findings(
            frames=report.source.frames,
            repeats=report.repeats,
            coverage=before.coverage,
            shortest_findable=before.shortest_findable,
            findable=report.findable,
            coverage_map=report.coverage_map,
        )
        verdict = verdict_of(findings, duration)
        if report.settings.packets_only:
            verdict = verdict_of_packets(verdict, report.repeats)
        if report.sound is not None:
            verdict = verdict_with_sound(verdict, report.repeats)
    left_out = count(rejected, "finding is", "findings are")
    return replace(verdict, summary=f"{verdict.summary} {left_out} left out by a review.")


def verdict_of_first_look(look: FirstLook) -> Verdict:
    """Say what was seen at a first look. It judges nothing."""
    return Verdict(False, 0.0, 0.0, 0.0, None, _sum_up_first_look(look))


def _sum_up_first_look(look: FirstLook) -> str:
    if look.frames < 2:
        frames = count(look.frames, "key frame")
        return f"A first look found {frames}, too few to see anything; {_LOOK_CLOSER}"
    looked = f"A first look at {look.frames:,} key frames, {length(round(look.gap, 1))} apart as a rule"
    if not look.returning:
        return f"{looked}: none comes back with an equal hash. That rules no repeat out; {_LOOK_CLOSER}"
    often = f", {look.at_lag:,} of them {length(round(look.lag, 1))} later" if look.at_lag > 1 else ""
    come = count(look.returning, "picture comes", "pictures come")
    return f"{looked}: {come} back with an equal hash{often}. That proves no repeat; {_LOOK_CLOSER}"


def summary_of_shared(repeats: Sequence[Repeat], pairs: Sequence[Shared], files: int) -> str:
    """Sum up what files share, in one sentence."""
    same = sum(all(pair.whole) for pair in pairs)
    if not repeats:
        return f"None of the {files} files shows anything of another."
    inside = sum(len({o.file for o in repeat.occurrences}) == 1 for repeat in repeats)
    parts = []
    if pairs:
        parts.append(
            f"{count(len(repeats) - inside, 'stretch is', 'stretches are')} shown in more than one of {files} files"
        )
    if same:
        parts.append(f"{count(same, 'pair is', 'pairs are')} the same from end to end")
    if inside:
        parts.append(f"{count(inside, 'repeat lies', 'repeats lie')} inside one file")
    return ", ".join(parts) + "."


def summary_of_matches(matches: Sequence[Match], files: int, queries: int) -> str:
    """Say in one sentence how many files were searched for clips, and in how many something was found."""
    looked = files - queries
    clips = "The clip was" if queries == 1 else f"{queries} clips were"
    start = f"{clips} looked for in {count(looked, 'file')} and"
    if not matches:
        return f"{start} not found in any." if queries == 1 else f"{start} none was found in any."
    where = f"found in {len({match.file for match in matches}):,} of them"
    if queries == 1:
        return f"{start} {where}."
    return f"{start} {count(len({match.query for match in matches}), 'was', 'were')} {where}."


def summary_of_warps(warps: Sequence[Warp], what: str) -> str:
    """Sum up how alike files are, in one sentence. what: they were compared by, "colour" or "sound"."""
    alike = sum(warp.nearness == "alike" for warp in warps)
    looks = "look" if what == "colour" else "sound"
    by = " in colour" if what == "colour" else ""
    if not alike:
        return f"No two files {looks} alike{by} ({count(len(warps), 'pair')} compared)."
    those = count(alike, f"pair of files {looks}s", f"pairs of files {looks}")
    return f"{those} alike{by}, of {len(warps):,} compared."


def summary_of_sound(answer: SoundAnswer, repeats: Sequence[Repeat]) -> str:
    """Sum up what was found in a sound, in sentences that are true as they stand. repeats: all of the report."""
    heard = [repeat for repeat in repeats if repeat.of != "picture"]
    if not heard:
        found = _nothing_heard_twice(answer)
    else:
        part = share(_share(answer.repeated_seconds, answer.end - answer.start))
        found = f"{part} of the sound ({length(answer.repeated_seconds)}) is heard more than once: {_heard(heard)}."
    rhythm = sum(one.end - one.start for one in answer.rhythms)
    if rhythm > 0:
        found += (
            f" For {length(round(rhythm, 1))} the same beats come again in time, as a machine plays them: no sign of "
            "a cut."
        )
    lost = sum(one.end - one.start for one in answer.unjudged if one.why == "lost")
    return f"{found} {length(round(lost, 1))} of it are lost: the file holds no sound there." if lost > 0 else found


def _nothing_heard_twice(answer: SoundAnswer) -> str:
    if answer.shortest_findable is None:
        return "No repeat could be heard: the sound is silent, or a steady one."
    judged = f"{share(answer.coverage)} of the sound could be judged"
    shortest = length(round(answer.shortest_findable, 2))
    found = f"Nothing is heard twice; {judged}, where a plain repeat of {shortest} or longer would have been found."
    return found if answer.other_speeds else f"{found} Copies at another speed were not looked for."


def _heard(heard: Sequence[Repeat]) -> str:
    """Return the repeats of a sound in a few words."""
    loops = [repeat for repeat in heard if repeat.kind == "loop" and repeat.of == "sound"]
    if loops:
        rest = len(heard) - len(loops)
        return _loops(loops) + (f", and {count(rest, 'repeat')}" if rest else "")
    alone = sum(repeat.of == "sound" for repeat in heard)
    ways = [(len(heard) - alone, "with the picture"), (alone, "without it")]
    if alone == len(heard):
        return count(alone, "repeat")
    return " and ".join(f"{count(number, 'repeat')} {way}" for number, way in ways if number)


def verdict_with_sound(verdict: Verdict, repeats: Sequence[Repeat]) -> Verdict:
    """Return the verdict on pictures with what their sound adds: repeats that are only heard, and pictures that come
    again while the sound runs on."""
    added = []
    alone = [repeat for repeat in repeats if repeat.of == "sound"]
    if alone:
        added.append(f"In the sound, {_heard(alone)} without the picture.")
    runs_on = sum(repeat.sound == "runs on" for repeat in repeats)
    if runs_on:
        seen = sum(repeat.of != "sound" and repeat.kind != "still" for repeat in repeats)
        under = f"{runs_on:,} of the repeats" if runs_on < seen else "it" if seen == 1 else "each of them"
        added.append(
            f"Under {under} another sound runs on: the picture was replaced, or a loop of pictures was laid under a "
            "sound."
        )
    apart = [repeat for repeat in repeats if repeat.sound == "apart" and repeat.sound_offset is not None]
    if apart:
        most = max(abs(repeat.sound_offset or 0.0) for repeat in apart)
        added.append(f"In {count(len(apart), 'repeat')} picture and sound were cut up to {1000 * most:.0f} ms apart.")
    return replace(verdict, summary=" ".join([verdict.summary, *added]))
