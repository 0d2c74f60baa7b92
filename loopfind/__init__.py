"""loopfind finds the stretches that are shown more than once inside one long video.

from loopfind import scan
report = scan("video.mp4")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loopfind.errors import LoopfindError as LoopfindError
    from loopfind.model.comparison import Comparison as Comparison
    from loopfind.model.report import Report as Report
    from loopfind.model.sweep import Sweep as Sweep
    from loopfind.model.trajectory import Trajectory as Trajectory
    from loopfind.pipeline import Cache as Cache
    from loopfind.pipeline import compare as compare
    from loopfind.pipeline import follow as follow
    from loopfind.pipeline import follow_trajectory as follow_trajectory
    from loopfind.pipeline import groups as groups
    from loopfind.pipeline import scan as scan
    from loopfind.pipeline import similar as similar
    from loopfind.pipeline import steady as steady
    from loopfind.pipeline import sweep as sweep
    from loopfind.pipeline import trajectory as trajectory
    from loopfind.settings import CompareSettings as CompareSettings
    from loopfind.settings import Decoding as Decoding
    from loopfind.settings import GroupSettings as GroupSettings
    from loopfind.settings import Settings as Settings
    from loopfind.settings import SimilarSettings as SimilarSettings
    from loopfind.settings import SteadySettings as SteadySettings
    from loopfind.settings import SweepSettings as SweepSettings
    from loopfind.settings import TrajectorySettings as TrajectorySettings

    __version__: str

__all__ = [
    "Cache",
    "CompareSettings",
    "Comparison",
    "Decoding",
    "GroupSettings",
    "LoopfindError",
    "Report",
    "Settings",
    "SimilarSettings",
    "SteadySettings",
    "Sweep",
    "SweepSettings",
    "Trajectory",
    "TrajectorySettings",
    "__version__",
    "compare",
    "follow",
    "follow_trajectory",
    "groups",
    "scan",
    "similar",
    "steady",
    "sweep",
    "trajectory",
]

_HOMES = {
    "Cache": "loopfind.pipeline",
    "CompareSettings": "loopfind.settings",
    "Comparison": "loopfind.model.comparison",
    "Decoding": "loopfind.settings",
    "GroupSettings": "loopfind.settings",
    "LoopfindError": "loopfind.errors",
    "Report": "loopfind.model.report",
    "Settings": "loopfind.settings",
    "SimilarSettings": "loopfind.settings",
    "SteadySettings": "loopfind.settings",
    "Sweep": "loopfind.model.sweep",
    "SweepSettings": "loopfind.settings",
    "Trajectory": "loopfind.model.trajectory",
    "TrajectorySettings": "loopfind.settings",
    "compare": "loopfind.pipeline",
    "follow": "loopfind.pipeline",
    "follow_trajectory": "loopfind.pipeline",
    "groups": "loopfind.pipeline",
    "scan": "loopfind.pipeline",
    "similar": "loopfind.pipeline",
    "steady": "loopfind.pipeline",
    "sweep": "loopfind.pipeline",
    "trajectory": "loopfind.pipeline",
}


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:  # a type checker that sees __getattr__ would believe in any name

    def __getattr__(name: str) -> Any:
        """Load a public name when it is first used, so that the command line can answer before numpy is there."""
        if name == "__version__":
            from loopfind.model.version import version

            value = version()
        elif name in _HOMES:
            from importlib import import_module

            value = getattr(import_module(_HOMES[name]), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value
