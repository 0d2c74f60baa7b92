"""A preload script of Dask workers: decoding a file called killer... ends the worker, as a crash might."""

import os
import signal

from loopfind.pipeline import cache

read_video = cache.read_video


def killing(where, *rest, **more):
    if os.path.basename(where.shown).startswith("killer"):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_video(where, *rest, **more)


def dask_setup(worker):
    cache.read_video = killing
