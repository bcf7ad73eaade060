"""The code location's name, under which switches and cursors are kept: the same from every clone."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_graphql.test.utils import execute_dagster_graphql

from nba_assets.orchestration.code_location import NAME

PROJECT = Path(__file__).parents[2]

SENSOR = f'{{repositoryLocationName: "{NAME}", repositoryName: "__repository__", sensorName: "raw_complete"}}'
SWITCH_ON = f"mutation {{ startSensor(sensorSelector: {SENSOR}) {{ ... on Sensor {{ sensorState {{ status }} }} }} }}"
SWITCH = f"{{ sensorOrError(sensorSelector: {SENSOR}) {{ ... on Sensor {{ sensorState {{ status }} }} }} }}"


def asked(clone: Path, question: str) -> dict[str, dict[str, dict[str, str]]]:
    """What the UI of `dg dev`, started in a clone, answers."""
    from dagster_dg_cli.cli.utils import create_temp_workspace_file
    from dagster_dg_core.context import DgContext

    context = DgContext.for_workspace_or_project_environment(clone, {})
    with (
        create_temp_workspace_file(context) as file,
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, WorkspaceFileTarget([file])) as workspace,
    ):
        answer = execute_dagster_graphql(workspace.create_request_context(), question)
        assert not answer.errors, answer.errors
        return answer.data


@pytest.mark.slow
def test_a_sensor_switched_on_in_one_clone_is_on_in_another(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("dagster_dg_cli")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        for file in ("pyproject.toml", "setup.cfg", "nba_assets"):
            (tmp_path / name / file).symlink_to(PROJECT / file)
    on = {"sensorState": {"status": "RUNNING"}}
    assert asked(tmp_path / "first", SWITCH_ON) == {"startSensor": on}
    assert asked(tmp_path / "second", SWITCH) == {"sensorOrError": on}
