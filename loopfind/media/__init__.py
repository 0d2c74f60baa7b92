"""Files, pipes and addresses to frames: the only folder that starts ffmpeg."""

from loopfind.media.video import Video, open_video

__all__ = ["Video", "open_video"]
