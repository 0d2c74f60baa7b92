#!/bin/bash
# A library added to by the nodes of a SLURM cluster: sbatch slurm.sh FOLDER
# The first task is the scheduler, the second the command, all others are workers. The library is in PostgreSQL, and the
# folder is one that all nodes see. Submit it again to go on where it ended.
#SBATCH --job-name=loopfind
#SBATCH --ntasks=34
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=08:00:00
set -euo pipefail

: "${LOOPFIND_ALL_LIBRARY:?export the address of the library, postgresql://user@host/database}"
folder=${1:?name the folder to add}
address=$(mktemp -u "$PWD/loopfind-scheduler.XXXXXX")
trap 'rm -f "$address"' EXIT

srun --ntasks=1 --exact dask scheduler --no-dashboard --scheduler-file "$address" &
until [ -s "$address" ]; do sleep 1; done
scheduler=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$address")
srun --ntasks=$((SLURM_NTASKS - 2)) --exact dask worker "$scheduler" --nthreads 1 --memory-limit 2GiB --no-dashboard &
srun --ntasks=1 --exact loopfind library add "$folder" --scheduler "$scheduler" --quiet
