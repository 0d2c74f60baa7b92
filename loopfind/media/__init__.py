"""Files, pipes and addresses to frames: the only folder that starts ffmpeg."""

from loopfind.media.split import Split, open_split
from loopfind.media.video import Video, open_video

__all__ = ["Split", "Video", "open_split", "open_video"]
