"""Housekeeping: the run history compacted and the logs of old runs removed, by a nightly job or by hand.

How long logs are kept is set here; what of a run's log is of use for ever is the instance's retention to know. Ticks of
sensors and schedules have their own retention in `dagster.yaml`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from nba_assets.contracts.calendar import EASTERN
from nba_assets.contracts.settings import MOST_DAYS, whole_number
from nba_assets.orchestration.instance.retention import Packed, Pruned, pack, prune
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.warehouse.base import Warehouse

LOG_DAYS = "NBA_RUN_LOG_DAYS"
DEFAULT_LOG_DAYS = 180

MERGED_AFTER = timedelta(days=2)
"""By then all sensors that write a run's rows again have seen its end, also those of a daemon that was down a while."""

PACKED_AFTER = timedelta(days=7)
"""By then few look at a run's log, and no sensor that was switched off for a while does."""

NAME = "housekeeping"


@dataclass(frozen=True)
class Tidied:
    """What was done: runs of the history merged; notes, logs and rows removed; logs packed."""

    merged: int
    notes: int
    pruned: Pruned
    packed: Packed

    def __str__(self) -> str:
        notes = f"{self.notes:,} notes on partitions that were replaced since removed; " if self.notes else ""
        rows = self.pruned.rows + self.packed.rows
        return (
            f"{self.merged:,} runs of the run history merged; {notes}"
            f"{self.pruned.runs:,} logs of runs and {rows:,} rows of the log of all runs removed; "
            f"{self.packed.runs:,} logs packed"
        )


def log_days() -> int:
    """How many days the logs of runs are kept. Raises BadInput."""
    return whole_number(LOG_DAYS, DEFAULT_LOG_DAYS, f"whole number of days from 1 to {MOST_DAYS}", most=MOST_DAYS)


def tidy(instance: dg.DagsterInstance, warehouse: Warehouse, days: int) -> Tidied:
    """Compact the run history, remove what was logged more than `days` days ago, and pack what is not of the last."""
    now = datetime.now(UTC)
    settled = (now - MERGED_AFTER).timestamp()
    merged, notes = warehouse.merge_parts(RUN_HISTORY, settled), warehouse.prune_notes(settled)
    pruned = prune(instance, now - timedelta(days=days))
    return Tidied(merged, notes, pruned, pack(instance, now - PACKED_AFTER))


def housekeeping_job() -> dg.JobDefinition:
    """The job that tidies."""

    @dg.op(name="tidy", description="Compacts the run history and removes the logs of old runs.")
    def op(context: dg.OpExecutionContext, warehouse: WarehouseResource) -> None:
        context.log.info(str(tidy(context.instance, warehouse.open(), log_days())))

    @dg.job(
        name=NAME,
        description=f"Compacts the run history and removes the logs of runs older than {LOG_DAYS}.",
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        op()

    return job


def housekeeping_schedule() -> dg.ScheduleDefinition:
    """At an hour when no game goes on and nothing else is asked for."""
    return dg.ScheduleDefinition(
        name=NAME,
        job_name=NAME,
        cron_schedule="30 5 * * *",
        execution_timezone=EASTERN.key,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Keeps DAGSTER_HOME and the run history small.",
    )
