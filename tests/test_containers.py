"""The files that run loopfind in containers: what they name is there, and nothing of them is open to all."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from documents import ROOT

from loopfind.cli.app import build

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("service", "worker")
KEYS = {
    *("build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "ports", "read_only"),
    *("restart", "secrets", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user", "volumes"),
}
"""Keys of a service that are used, by https://github.com/compose-spec/compose-spec/blob/main/05-services.md."""


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][name]
    return found


def test_the_file_has_the_form_of_a_compose_file() -> None:
    assert set(COMPOSE) - {"name", "services", "volumes", "secrets"} == {"x-loopfind"}
    for name, one in COMPOSE["services"].items():
        assert set(one) <= KEYS, name
        assert set(one["healthcheck"]) <= {"test", "interval", "timeout", "retries", "start_period"}
        assert one["healthcheck"]["test"][0] == "CMD"
        for other, wanted in one.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"} and "healthcheck" in service(other)
        for volume in one["volumes"]:
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith(("./", "${"))
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", OURS)
def test_the_commands_and_their_options_are_there(name: str) -> None:
    command, *words = service(name)["command"]
    known = {word for option in build().commands[command].params for word in option.opts}
    given = [word.partition("=")[0] for word in words]
    assert set(given) <= known and len(given) > 2
    with build().commands[command].make_context(command, words, resilient_parsing=True) as context:
        assert context.params["data"] == "/data" and context.params["root"] == "/videos"


@pytest.mark.parametrize("name", OURS)
def test_no_service_runs_as_root_or_writes_beside_its_data(name: str) -> None:
    one = service(name)
    user, _, group = one["user"].partition(":")
    assert re.search(rf"groupadd --gid {group} \w+", DOCKERFILE) and f"useradd --uid {user} " in DOCKERFILE
    assert one["read_only"] and one["cap_drop"] == ["ALL"] and one["security_opt"] == ["no-new-privileges:true"]
    writable = [volume.split(":")[1] for volume in one["volumes"] if not volume.endswith(":ro")]
    assert writable == ["/data"] and re.search(r"install -d -o loopfind .* /data", DOCKERFILE)


def test_what_is_secret_stands_in_no_file_and_the_port_is_this_machine_s_alone() -> None:
    assert service("service")["ports"] == ["127.0.0.1:${LOOPFIND_PORT:-8765}:8765"]
    assert "--token-file=/run/secrets/token" in service("service")["command"]
    assert COMPOSE["secrets"] == {"token": {"file": "./token"}}
    for name in COMPOSE["services"]:
        for key, value in service(name)["environment"].items():
            if "PASSWORD" in key:
                assert value.startswith("${LOOPFIND_DATABASE_PASSWORD:?")
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"/token", "/.env"} <= set(ignored)


def test_the_image_has_the_extras_that_the_services_need() -> None:
    extras = set(re.findall(r"'/source\[([a-z0-9,]+)\]'", DOCKERFILE)[0].split(","))
    there = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert extras <= set(there) and {"serve", "postgres", "s3", "cnn"} <= extras
    assert "/opt/loopfind/bin" in DOCKERFILE and "python3 -m venv /opt/loopfind" in DOCKERFILE
