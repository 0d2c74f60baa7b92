"""Files, pipes and addresses to frames: the only folder that starts ffmpeg."""

from typing import TYPE_CHECKING

from loopfind.registry import on_demand

__all__ = ["Split", "Video", "open_split", "open_video"]

if TYPE_CHECKING:
    from loopfind.media.split import Split, open_split
    from loopfind.media.video import Video, open_video
else:  # packets are read without waiting for what pictures take
    _SPLIT, _VIDEO = "loopfind.media.split", "loopfind.media.video"
    __getattr__ = on_demand(__name__, {"Split": _SPLIT, "open_split": _SPLIT, "Video": _VIDEO, "open_video": _VIDEO})
