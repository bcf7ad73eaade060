"""Tags of runs, ours and those of other code locations that are kept in the same instance."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, JobFailureData
from dagster._utils.error import SerializableErrorInfo

from nba_assets.orchestration.run_tags import days_of, partition_tags, reason_of
from nba_assets.orchestration.schedules import being_built
from nba_assets.orchestration.slates import slate_tables
from nba_assets.orchestration.under_way import runs_under_way

DAYS = [date(2024, 10, 23), date(2024, 10, 24)]


@pytest.mark.parametrize("days", [DAYS, DAYS[:1]], ids=str)
def test_the_dates_of_a_run_are_read_back(days: list[date]) -> None:
    assert days_of(dg.DagsterRun("all_tables", tags=partition_tags(days))) == days


@pytest.mark.parametrize("partition", ["europe", "2024-10-23-05:00", "2024-10-23|europe", ""])
def test_a_run_of_other_partitions_than_dates_has_none_and_stops_nobody(
    partition: str, instance: dg.DagsterInstance
) -> None:
    """Schedules, sensors and `nba status` look at all runs that are under way, whosever they are."""

    @dg.job
    def theirs() -> None: ...

    instance.create_run_for_job(theirs, tags={"dagster/partition": partition})
    assert not being_built(instance, slate_tables(), DAYS[0])
    (run,) = runs_under_way(instance)
    assert (run.first, run.last) == (None, None)


def test_a_reason_that_is_only_announced_goes_on_in_its_next_line() -> None:
    told = "DagsterSubprocessError: errors in child processes:\nIn process 7: StorageFault: no answer\n\nStack Trace:"
    error = SerializableErrorInfo(told, [], "DagsterSubprocessError")
    event = DagsterEvent("PIPELINE_FAILURE", "job", event_specific_data=JobFailureData(error))
    assert reason_of(event).endswith("in child processes: In process 7: StorageFault: no answer")
