"""The files for clusters in docs/deploy are sound: what others' tools would refuse is found here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "deploy"


def test_the_manifests_name_what_they_share():
    cluster, job = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert (cluster["apiVersion"], cluster["kind"], job["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster", "Job")
    (scheduler,) = cluster["spec"]["scheduler"]["spec"]["containers"]
    (worker,) = cluster["spec"]["worker"]["spec"]["containers"]
    (command,) = job["spec"]["template"]["spec"]["containers"]
    assert scheduler["image"] == worker["image"] == command["image"]
    assert scheduler["command"] == worker["command"] == ["dask"]
    ports = {port["name"]: port["containerPort"] for port in scheduler["ports"]}
    service = cluster["spec"]["scheduler"]["service"]
    assert {port["targetPort"]: port["port"] for port in service["ports"]} == ports
    assert service["selector"]["dask.org/cluster-name"] == cluster["metadata"]["name"]
    # The operator names the service for the cluster.
    address = command["args"][command["args"].index("--scheduler") + 1]
    assert address == f"tcp://{cluster['metadata']['name']}-scheduler:{ports['tcp-comm']}"
    assert command["args"][:2] == ["library", "add"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_script_for_slurm_is_a_script():
    script = (DEPLOY / "slurm.sh").as_posix()
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "#SBATCH --ntasks=" in Path(script).read_text(encoding="utf-8")


@pytest.mark.slow
def test_dask_jobqueue_makes_a_job_of_each_worker():
    words = [sys.executable, str(DEPLOY / "slurm.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "#SBATCH --mem=2G" in done.stdout and "--nthreads 1" in done.stdout and "--lifetime 230m" in done.stdout
