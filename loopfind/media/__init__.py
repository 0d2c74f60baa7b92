"""Files, pipes and addresses to frames: the only folder that starts ffmpeg."""
