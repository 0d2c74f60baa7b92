"""Workers of loopfind on SLURM, as many as there is work for, by dask-jobqueue.

    python slurm.py [FOLDER]

Without a folder it prints the script that each worker is started by. The library is in PostgreSQL, named by
LOOPFIND_ALL_LIBRARY.
"""

import subprocess
import sys

from dask_jobqueue import SLURMCluster

MOST_WORKERS = 64


def workers() -> SLURMCluster:
    """Return a cluster that starts no worker yet. A worker ends before its job does, and is replaced: what it was
    reading is read again."""
    return SLURMCluster(
        cores=1,
        processes=1,
        memory="2GiB",
        walltime="04:00:00",
        worker_extra_args=["--lifetime", "230m", "--lifetime-stagger", "10m"],
        scheduler_options={"dashboard": False, "dashboard_address": ":0"},
    )


if __name__ == "__main__":
    with workers() as cluster:
        if len(sys.argv) == 1:
            print(cluster.job_script())
        else:
            cluster.adapt(minimum=1, maximum=MOST_WORKERS)
            words = ["loopfind", "library", "add", sys.argv[1], "--scheduler", cluster.scheduler_address]
            sys.exit(subprocess.run(words, check=False).returncode)
