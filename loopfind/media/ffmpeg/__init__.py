"""The ffmpeg child process: its command, its messages, and the reasons why it fails."""
