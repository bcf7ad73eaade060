"""Sensor that keeps what became of each table of a run, however it ended. What is kept is the history's business."""

import json
from typing import Any

import dagster as dg

from nba_assets.orchestration.ended_runs import EVERY_END, ended_runs
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history.history import keep
from nba_assets.warehouse.base import Warehouse

MOST_WAITING = 100
"""Runs that have ended and are not kept yet; of more, Dagster's own log says where to go on."""

_WAITING = "waiting"


def run_history_sensor() -> dg.SensorDefinition:
    """On by default: without it, what the daemon and the UI have run is in Dagster's log alone."""

    @dg.sensor(
        name="run_history",
        description="Keeps what became of each table of a run that ended, in nba_reference.processor_run_history.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def tick(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
        state = json.loads(context.cursor or "{}")
        told = keep_ended(context.instance, warehouse.open(), state)
        return dg.SensorResult(skip_reason=dg.SkipReason(told), cursor=json.dumps(state, sort_keys=True))

    return tick


def keep_ended(instance: dg.DagsterInstance, warehouse: Warehouse, state: dict[str, Any]) -> str:
    """Keep the runs that ended since the place in `state`; what was done in one line.

    One that cannot be kept, as where the lake cannot be written, waits in `state` for the next look, behind all others:
    none is lost, and none that never can be holds the others up.
    """
    waiting: list[str] = state.setdefault(_WAITING, [])
    for run, _ in ended_runs(instance, state, *EVERY_END):
        if len(waiting) >= MOST_WAITING:
            break
        waiting.append(run.run_id)
    number, failure = 0, ""
    while waiting and not failure:
        try:
            number += bool(keep(instance, warehouse, waiting[0]))
        except Exception as error:  # the lake's or Dagster's storage, each of which has its own
            failure = f": {type(error).__name__}: {error}".splitlines()[0]
            waiting.append(waiting[0])
        del waiting[0]
    return f"{number} runs kept, {len(waiting)} wait{failure}"
