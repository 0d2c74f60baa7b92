"""Sentences that sum up an answer."""

from collections.abc import Sequence

from loopfind.model.comparison import Match, Shared, Warp
from loopfind.model.report import Repeat
from loopfind.reports.wording import count


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


def summary_of_warps(warps: Sequence[Warp]) -> str:
    """Sum up how alike files are in colour, in one sentence."""
    alike = sum(warp.nearness == "alike" for warp in warps)
    if not alike:
        return f"No two files look alike in colour ({count(len(warps), 'pair')} compared)."
    return f"{count(alike, 'pair of files looks', 'pairs of files look')} alike in colour, of {len(warps):,} compared."
