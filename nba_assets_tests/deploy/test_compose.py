"""The Compose files: of Compose's own schema, and with every variable that the instance asks for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nba_assets_tests.deploy.files import COMPOSE, DEPLOY, read, settings

OURS = {"code", "webserver", "daemon"}


@pytest.mark.slow
def test_they_are_of_the_schema_of_compose() -> None:
    pytest.importorskip("check_jsonschema", reason="the schema of Compose: pip install check-jsonschema")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*check, *COMPOSE], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_of_the_instance_is_given() -> None:
    asked = {value["env"] for value in settings()["run_storage"]["config"]["postgres_db"].values() if "env" in value}
    chosen = {line.split("=")[0] for line in (DEPLOY / ".env.example").read_text().splitlines() if line[0] != "#"}
    services = read("docker-compose.yaml")["services"]
    assert len(asked) == 5
    for name in OURS:
        assert asked <= services[name]["environment"].keys() | chosen
    account = services["postgres"]["environment"]
    assert account["POSTGRES_USER"] == services["code"]["environment"]["DAGSTER_PG_USERNAME"]
    assert account["POSTGRES_DB"] == services["code"]["environment"]["DAGSTER_PG_DB"]


def test_bigquery_is_all_of_ours_or_none() -> None:
    beside = read("docker-compose.bigquery.yaml")["services"]
    assert set(read("docker-compose.yaml")["services"]) == OURS | {"postgres"}
    assert set(beside) == OURS
    assert {service["environment"]["NBA_WAREHOUSE"] for service in beside.values()} == {"bigquery"}


def test_the_workspace_is_the_code_server() -> None:
    (place,) = (entry["grpc_server"] for entry in read("workspace.yaml")["load_from"])
    command = read("docker-compose.yaml")["services"][place["host"]]["command"]
    assert command[command.index("--port") + 1] == str(place["port"])
