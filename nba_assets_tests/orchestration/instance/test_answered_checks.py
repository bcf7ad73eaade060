"""A check's days after a range run: those that passed, those that did not, days off without an answer, none open."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionResolvedStatus as Status

from nba_assets.orchestration.dagster_patches.partition_versions import apply, tell_each
from nba_assets.orchestration.instance.answered_checks import answer_days

OCTOBER = dg.DailyPartitionsDefinition("2024-10-01", "2024-11-01")
DAYS = [f"2024-10-{day:02}" for day in range(1, 6)]
RANGE = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
KEY = dg.AssetKey("table")
CHECK = dg.AssetCheckKey(KEY, "rule")
BROKEN, OFF = DAYS[2:4]


def spec() -> dg.AssetCheckSpec:
    with pytest.warns(dg.PreviewWarning):
        return dg.AssetCheckSpec("rule", asset=KEY, partitions_def=OCTOBER)


def days(instance: dg.DagsterInstance) -> dict[Status, set[str]]:
    """As the UI's calendar asks for them."""
    state = instance.event_log_storage.get_asset_check_state([(CHECK, OCTOBER)])[CHECK]
    found = {status: set(subset.subset_value.get_partition_keys()) for status, subset in state.subsets.items()}
    return {status: keys for status, keys in found.items() if keys}


@pytest.mark.slow
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "as Dagster leaves them"])
def test_every_day_of_a_range_has_its_answer(home: Path, answered: bool) -> None:
    @dg.multi_asset(
        specs=[dg.AssetSpec(KEY, partitions_def=OCTOBER)],
        check_specs=[spec()],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def table(context: dg.AssetExecutionContext):  # noqa: ANN202
        context.log_event(
            dg.AssetCheckEvaluation(asset_key=KEY, check_name="rule", passed=False, partition=BROKEN, metadata={})
        )
        tell_each(context, KEY, {}, [OFF])
        checked = [dg.AssetCheckResult(check_name="rule", passed=False)]
        yield dg.MaterializeResult(asset_key=KEY, check_results=checked)
        if answered:
            answer_days(context.instance, context.run, KEY, ["rule"])

    apply()
    with dg.DagsterInstance.get() as instance:
        assert dg.materialize([table], tags=RANGE, instance=instance).success
        found = days(instance)
        rows = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=100)
    if not answered:  # should this change, answering is no longer needed
        assert Status.SUCCEEDED not in found
        return
    assert found == {Status.SUCCEEDED: set(DAYS) - {BROKEN, OFF}, Status.FAILED: {BROKEN}}
    told = {row.partition: row.evaluation.passed for row in rows if row.evaluation and row.partition}
    assert told == {day: day != BROKEN for day in DAYS if day != OFF}
