"""Commands that make a page again, for a shell."""

import shlex

from loopfind.model.comparison import Comparison
from loopfind.reports.links import sendable
from loopfind.reports.wording import count, safe
from loopfind.settings import (
    CompareSettings,
    GroupSettings,
    LookSettings,
    Settings,
    SimilarSettings,
    TrajectorySettings,
)

_MOST_PATHS = 20  # of a comparison; with more the command would be longer than the page


def scan_command_line(settings: Settings, path: str, href: str) -> str:
    """Return the command that makes the page of a scan. href: where a player finds the video."""
    words = ["loopfind"]
    if settings.auto:
        words += ["--hash-size", "auto"]
    elif settings.hash_size != Settings.hash_size:
        words += ["--hash-size", str(settings.hash_size)]
    if settings.kind != Settings.kind:
        words += ["--kind", settings.kind]
    words += ["--fast"] * settings.fast
    if settings.stream:
        words += ["--stream", str(settings.stream)]
    words += ["--no-sound"] if not settings.sound else []
    words += ["--audio-stream", str(settings.audio_stream)] if settings.audio_stream else []
    words += _limits(settings)
    if settings.link:
        words += ["--link", settings.link]
    words += ["--html", "report.html"]
    if "://" in href:
        words += ["--video-href", href]
    return safe(shlex.join([*words, *(["--"] if path.startswith("-") and path != "-" else []), sendable(path)]))


def comparison_command_line(comparison: Comparison) -> str:
    """Return the command that makes the page of a comparison; of very many files it names the first ones."""
    settings = comparison.settings
    words = ["loopfind", "compare"]
    words += ["--align", settings.align] if settings.align != CompareSettings.align else []
    words += ["--self"] if settings.own else []
    words += ["--stream", str(settings.stream)] if settings.stream else []
    paths = [sendable(source.path) for source in comparison.sources]
    paths = [path if not path.startswith("-") else f"./{path}" for path in paths]
    named = paths[:_MOST_PATHS]
    if settings.query:
        named = [word for n, path in enumerate(named) for word in ("--query" if n < settings.query else "--in", path)]
    left = len(paths) - _MOST_PATHS
    more = f" … and {count(left, 'more file')}" if left > 0 else ""
    return safe(shlex.join([*words, "--html", "report.html", *named])) + more


def likeness_command_line(settings: LookSettings, video: str | None) -> str:
    """Return the command that makes the page of likeness. video: that was asked for, None for groups of a library."""
    words = ["loopfind", "library", "groups" if video is None else "similar", "--by", settings.by]
    words += ["--model", settings.model] if settings.model else []
    if isinstance(settings, SimilarSettings) and settings.nearest != SimilarSettings.nearest:
        words += ["-k", str(settings.nearest)]
    if isinstance(settings, GroupSettings):
        words += ["--chance", f"{settings.chance:g}"] if settings.chance != GroupSettings.chance else []
        words += ["--level", f"{settings.level:g}"] if settings.level is not None else []
    words += ["--prove"] if settings.prove else []
    words += ["--stream", str(settings.stream)] if settings.stream else []
    words += ["--audio-stream", str(settings.audio_stream)] if settings.audio_stream else []
    words += ["-o", "likeness.html"]
    if video is not None:
        words += [*(["--"] if video.startswith("-") else []), sendable(video)]
    return safe(shlex.join(words))


def trajectory_command_line(settings: TrajectorySettings, path: str) -> str:
    """Return the command that makes the page of a trajectory."""
    words = ["loopfind", "trajectory"]
    if settings.baseline != TrajectorySettings.baseline:
        words += ["--baseline", f"{settings.baseline:g}"]
    words += ["--way", settings.way] if settings.way != TrajectorySettings.way else []
    if settings.false_alarms != TrajectorySettings.false_alarms:
        words += ["--false-alarms", f"{settings.false_alarms:g}"]
    words += ["--stream", str(settings.stream)] if settings.stream else []
    words += [*_limits(settings), "--html", "path.html"]
    return safe(shlex.join([*words, *(["--"] if path.startswith("-") and path != "-" else []), sendable(path)]))


def _limits(settings: Settings | TrajectorySettings) -> list[str]:
    named = (("--start", settings.start), ("--end", settings.end))
    pairs = ((name, limit) for name, limit in named if limit is not None)
    return [word for name, at in pairs for word in (name, f"{at:g}" if at == float(f"{at:g}") else repr(at))]
