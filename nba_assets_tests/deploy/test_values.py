"""The values for Dagster's Helm chart: the same instance as ours, and settings that the run launcher takes.

The chart itself is not here; it writes the instance's settings from these values, in another spelling.
"""

from __future__ import annotations

import tomllib
from typing import Any

import dagster as dg
import pytest
import yaml

from nba_assets.definitions import defs
from nba_assets.orchestration.code_location import NAME
from nba_assets_tests.deploy.files import PROJECT, read, settings, snake


def test_the_instance_is_as_ours() -> None:
    ours, values = settings(), read("values.yaml")
    daemon = values["dagsterDaemon"]
    for name, said in (
        ("concurrency", values["concurrency"]),
        ("retention", values["retention"]),
        ("run_retries", {**daemon["runRetries"]}),
        ("run_monitoring", daemon["runMonitoring"]),
        ("telemetry", values["telemetry"]),
        ("python_logs", {"pythonLogLevel": values["pythonLogs"]["pythonLogLevel"]}),
    ):
        theirs = snake(said)
        if "enabled" not in ours[name]:
            theirs.pop("enabled", None)
        assert {key: theirs[key] for key in ours[name]} == ours[name], name
    assert ours["run_storage"]["config"]["postgres_db"]["scheme"] == values["postgresql"]["postgresqlScheme"]


def test_the_code_is_ours_at_the_port_that_is_told() -> None:
    (code,) = read("values.yaml")["dagster-user-deployments"]["deployments"]
    assert code["dagsterApiGrpcArgs"] == ["--module-name", "nba_assets.definitions"]
    assert "resources" not in code, "they would hold for the pods of runs"
    [server] = read("values.yaml")["dagsterWebserver"]["workspace"]["servers"]
    assert (server["host"], server["port"]) == (code["name"], code["port"])


def test_the_code_location_has_one_name_however_it_is_served() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]
    [module] = (
        entry["python_module"] for entry in yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    )
    [server] = (entry["grpc_server"] for entry in read("workspace.yaml")["load_from"])
    [chart] = read("values.yaml")["dagsterWebserver"]["workspace"]["servers"]
    names = {
        "dg dev": project["dg"]["project"]["code_location_name"],
        "dagster dev": project["dagster"]["code_location_name"],
        "dagster dev -w workspace.yaml": module["location_name"],
        "docker compose": server["location_name"],
        "helm": chart["name"],
    }
    assert names == dict.fromkeys(names, NAME)


def refusal(config: dict[str, Any]) -> str | None:
    """What the run launcher says against its settings, by its own check, which asks no cluster."""
    from dagster_k8s import K8sRunLauncher

    @dg.op(config_schema=K8sRunLauncher.config_type())
    def launcher() -> None: ...

    @dg.job
    def of_the_launcher() -> None:
        launcher()

    try:
        dg.validate_run_config(of_the_launcher, {"ops": {"launcher": {"config": config}}})
    except dg.DagsterInvalidConfigError as error:
        return str(error)
    return None


@pytest.mark.slow
def test_the_run_launcher_takes_its_settings() -> None:
    pytest.importorskip("dagster_k8s", reason="Kubernetes: pip install 'nba_assets[kubernetes]'")
    values = read("values.yaml")
    config = {
        **snake(values["runLauncher"]["config"]["k8sRunLauncher"]),
        "service_account_name": values["serviceAccount"]["name"],
        "dagster_home": values["global"]["dagsterHome"],
        "postgres_password_secret": values["global"]["postgresqlSecretName"],
        "instance_config_map": "nba-dagster-instance",
        "job_namespace": "nba",
    }
    assert refusal(config) is None
    assert "resource" in (refusal(config | {"resource": {}}) or "")


@pytest.mark.slow
@pytest.mark.parametrize(("dialect", "memory"), [("duckdb", "1768Mi"), ("bigquery", "768Mi")])
def test_a_step_s_pod_is_as_large_as_its_tag_says(dialect: Any, memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster_k8s", reason="Kubernetes: pip install 'nba_assets[kubernetes]'")
    from dagster_k8s.job import get_user_defined_k8s_config

    from nba_assets.orchestration.processes.pods import pod_tags

    monkeypatch.setenv("NBA_EXECUTOR", "kubernetes")
    monkeypatch.setenv("NBA_MEMORY_MIB", "1000")
    container = get_user_defined_k8s_config(pod_tags(dialect)).container_config
    assert container["resources"]["limits"] == {"memory": memory}
    assert container["resources"]["requests"]["memory"] == memory


def test_elsewhere_steps_have_no_pod() -> None:
    tags = [key for asset in defs.resolve_asset_graph().assets_defs if asset.is_executable for key in asset.op.tags]
    assert "dagster/priority" in tags
    assert "dagster-k8s/config" not in tags
