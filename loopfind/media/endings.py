"""Endings of the names of files that hold video or sound, by which a folder is searched for them."""

import os

_VIDEO = (
    "3g2 3gp amv asf avi divx dv f4v flv gif h264 h265 hevc ivf m1v m2p m2t m2ts m2v m4v mjpeg mjpg mkv mov mp4 mpe "
    "mpeg mpg mpv mts mxf nut obu ogm ogv qt rm rmvb roq ts vob webm wmv y4m"
)
_SOUND = "aac ac3 aif aiff alac amr ape au caf dts eac3 flac m4a m4b mka mp2 mp3 mpc oga ogg opus ra spx tta wav wma wv"

MEDIA_ENDINGS = frozenset(f".{ending}" for ending in f"{_VIDEO} {_SOUND}".split())


def is_media_name(name: str) -> bool:
    """Return whether the ending of a name is that of a video or a sound."""
    return os.path.splitext(name)[1].lower() in MEDIA_ENDINGS
