"""Which materialisation a check of a step is about: the step's own, asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from nba_assets.orchestration.dagster_patches.check_targets import apply
from nba_assets.orchestration.partitions import DAILY

DAY = "2024-10-22"
ASKS = "_get_partitioned_target_materialization_data"
CHECKS = ["first", "second", "third"]


@dg.multi_asset(
    specs=[dg.AssetSpec("table", partitions_def=DAILY)],
    check_specs=[dg.AssetCheckSpec(name, asset="table") for name in CHECKS],
)
def table() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name=name) for name in CHECKS])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What Dagster's own answer was, each time it was asked."""
    original = getattr(dg.AssetCheckResult, ASKS)
    original = getattr(original, "__wrapped__", original)
    answers: list[Any] = []

    def counted(self: Any, step_context: Any, asset_key: Any, partition_key: Any) -> Any:
        answers.append(original(self, step_context, asset_key, partition_key))
        return answers[-1]

    monkeypatch.setattr(dg.AssetCheckResult, ASKS, counted)
    apply()
    return answers


def targets(instance: dg.DagsterInstance) -> tuple[set[Any], int]:
    """What the checks of a run say they are about, and the number of the run's materialisation."""
    result = dg.materialize([table], instance=instance, partition_key=DAY)
    found = result.get_asset_check_evaluations()
    assert len(found) == len(CHECKS)
    record = instance.get_latest_materialization_event(dg.AssetKey("table"))
    assert record
    assert record.run_id == result.run_id
    numbers = {evaluation.target_materialization_data.storage_id for evaluation in found}
    stored = instance.fetch_materializations(dg.AssetKey("table"), limit=1).records[0]
    return numbers, stored.storage_id


def test_all_checks_are_about_the_steps_own_and_it_is_asked_for_once(
    instance: dg.DagsterInstance, asked: list[Any]
) -> None:
    numbers, own = targets(instance)
    assert numbers == {own}
    assert len(asked) == 1


def test_another_run_has_its_own(instance: dg.DagsterInstance, asked: list[Any]) -> None:
    _, first = targets(instance)
    numbers, own = targets(instance)
    assert numbers == {own} != {first}
    assert len(asked) == 2
