"""The ffmpeg that is started: what it is given, what it says, why it failed."""
