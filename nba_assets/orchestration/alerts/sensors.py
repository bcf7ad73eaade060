"""Sensors that tell people: a run failed, numbers are wrong, today's slate is not ready. One message an incident.

How messages are held back, kept and sent is the outbox's. A message may come twice, where the daemon dies between
sending and saving the cursor; none is lost.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from nba_assets.audit.never_built import NOT_BUILT
from nba_assets.contracts.calendar import EASTERN, Window
from nba_assets.contracts.table import Table
from nba_assets.orchestration.alerts.outbox import Alert, Outbox, is_address, send
from nba_assets.orchestration.ended_runs import EVERY_END, ended_runs
from nba_assets.orchestration.freshness import READY_BY, not_ready
from nba_assets.orchestration.instance.tags import WILL_RETRY_TAG
from nba_assets.orchestration.metadata import Materialised, broken_rows
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_tables import failed_in, of_step, tables_of
from nba_assets.orchestration.run_tags import days_of, reason_of
from nba_assets.tables.registry import monthly_tables, tables

RETRY_KNOWN_AFTER = 60.0
"""Dagster says on a failed run whether it will be tried again, a moment after it says that it failed."""

UI_URL = "NBA_UI_URL"
"""Where people reach Dagster's UI, for links to it."""

TABLES_NAMED, DAYS_NAMED = 3, 5

MATERIALISED = dg.DagsterEventType.ASSET_MATERIALIZATION

Clock = Callable[[], float]


def alert_sensors(clock: Clock = time.time) -> list[dg.SensorDefinition]:
    """All of them, on by default: an alert that waits to be switched on is none."""
    return [
        _sensor("run_failures", "One message for each failed run.", clock, _failed_runs),
        _sensor("broken_checks", "One message for each run that broke ERROR checks.", clock, _runs_with_broken_checks),
        _sensor("slate_not_ready", f"One message when the slate lacks tables at {READY_BY}.", clock, _late_slate, 60),
    ]


Look = Callable[[dg.DagsterInstance, WarehouseResource, dict[str, Any], float], Iterator[Alert]]
"""What there is to tell since the last look, whose place it keeps in the given state."""


def _sensor(name: str, description: str, clock: Clock, look: Look, seconds: int = 30) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        description=description,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def tick(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
        state = json.loads(context.cursor or "{}")
        outbox, now = Outbox.from_state(state.pop("outbox", {})), clock()
        outbox.release(now)
        alerts = list(look(context.instance, warehouse, state, now))
        for alert in alerts:
            outbox.report(alert, now)
        waiting = len(outbox.waiting)
        outbox.deliver(send)
        told = f"{len(alerts)} new, {waiting - len(outbox.waiting)} sent, {len(outbox.waiting)} wait to be sent"
        return dg.SensorResult(
            skip_reason=dg.SkipReason(told), cursor=json.dumps(state | {"outbox": outbox.state()}, sort_keys=True)
        )

    return tick


def _failed_runs(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, state: dict[str, Any], now: float
) -> Iterator[Alert]:
    for run, record in ended_runs(instance, state, dg.DagsterEventType.RUN_FAILURE):
        if (
            instance.run_retries_enabled
            and WILL_RETRY_TAG not in run.tags
            and 0 <= now - record.timestamp < RETRY_KNOWN_AFTER  # not for hours where the clock was set back
        ):
            return  # the place is not passed yet: looked at again in the next tick
        if run.tags.get(WILL_RETRY_TAG) != "true":
            yield _failure(instance, run, record)


def _runs_with_broken_checks(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, state: dict[str, Any], now: float
) -> Iterator[Alert]:
    for run, _ in ended_runs(instance, state, *EVERY_END):
        if alert := _broken_checks(instance, run):
            yield alert


def _failure(instance: dg.DagsterInstance, run: dg.DagsterRun, record: dg.EventLogRecord) -> Alert:
    wanted = tables_of(instance, run)
    steps = _events(instance, run, dg.DagsterEventType.STEP_FAILURE)
    built = {name for step in _events(instance, run, dg.DagsterEventType.STEP_SUCCESS) for name in _names(wanted, step)}
    built |= _built_whole(instance, run) if steps else set()
    why = {name: found.reason for step in steps for name, found in failed_in(step, wanted).items() if name not in built}
    failed = why.keys()
    line = next(iter(why.values()), "") or reason_of(
        next(iter(steps), None) or record.event_log_entry.get_dagster_event()
    )
    names, waiting = sorted(failed), sorted({table.name for table in wanted} - failed - built)
    what = f"run failed: {', '.join(names) or 'no table got to run'}, {_dates(run)}"
    again = _build_again(run, [*names, *waiting], upstream=any(NOT_BUILT in reason for reason in why.values()))
    told = [f":x: {again}: {what}", line]
    if names and waiting:
        told.append(f"not built: {', '.join(waiting)}")
    told.append(_link_to(run))
    return Alert("run failed", names, line, "\n".join(told))


def _names(wanted: Sequence[Table], step: dg.DagsterEvent) -> set[str]:
    return {table.name for table in of_step(wanted, step.step_key)}


def _built_whole(instance: dg.DagsterInstance, run: dg.DagsterRun) -> set[str]:
    """The tables that were built before another one of their step failed."""
    made = [event.step_materialization_data.materialization for event in _events(instance, run, MATERIALISED)]
    return {m.asset_key.path[-1] for m in made if Materialised.read(m.metadata).whole}


def _broken_checks(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Alert | None:
    """All ERROR checks that the run's rows broke; each day's evaluation counts, the range's own adds nothing to it."""
    days: dict[tuple[str, str], dict[str, int]] = {}
    for event in _events(instance, run, dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        check = event.asset_check_evaluation_data
        if check.passed or check.severity != dg.AssetCheckSeverity.ERROR:
            continue
        broken = days.setdefault((check.asset_key.path[-1], check.check_name), {})
        if check.partition:
            broken[check.partition] = broken_rows(check.metadata)
    if not days:
        return None
    lines = [
        f"{table}: {check}, {sum(by_day.values())} rows, {_some(sorted(by_day)) or _dates(run)}"
        for (table, check), by_day in sorted(days.items())
    ]
    wrong = ", ".join(sorted({table for table, _ in days}))
    first = f":warning: Look at the rows of {wrong} before they are used: {len(days)} checks broken, {_dates(run)}"
    text = "\n".join([first, *lines, _link_to(run)])
    return Alert("checks broken", [f"{table}.{check}" for table, check in days], "", text)


def _late_slate(
    instance: dg.DagsterInstance, warehouse: WarehouseResource, state: dict[str, Any], now: float
) -> Iterator[Alert]:
    """Once a date, at the first look after the hour."""
    at = datetime.fromtimestamp(now, UTC).astimezone(EASTERN)
    day = at.date()
    if at.time() < READY_BY or state.get("looked_at") == day.isoformat():
        return
    lacking = not_ready(warehouse.open(), day)
    state["looked_at"] = day.isoformat()
    if lacking:
        lines = [f"{table.name}: {why}" for table, why in lacking.items()]
        late = f"today's slate, {day}, is not ready at {at:%H:%M} Eastern"
        command = f"`nba materialize --date {day} --upstream`"
        first = f":alarm_clock: Ask `nba status` what is missing, then {command}: {late}"
        text = "\n".join([first, *lines, *_page("assets/nba_reference/slate_readiness")])
        yield Alert("not ready", [table.name for table in lacking], "", text)


def _events(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    return [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kind) if entry.dagster_event]


def _build_again(run: dg.DagsterRun, names: Sequence[str], *, upstream: bool = False) -> str:
    """What a person has to do; what an input that was never built takes is in the command. Of a long list of tables it
    finds by itself which are not good, but of predictions it builds only what is named, and models are trained by
    months."""
    days = days_of(run)
    if not days:
        return "Mend the cause, then run it again"
    of_months, found = {table.name for table in monthly_tables()}, {table.name for table in tables()}
    dated = [name for name in names if name not in of_months]
    if names and not dated:
        return f"Mend the cause, then `nba train --start {days[0]} --end {days[-1]}`"
    named = 0 < len(dated) <= TABLES_NAMED or not found.issuperset(dated)
    only = f" --tables {','.join(dated)}" if named else ""
    command = f"`nba backfill --start {days[0]} --end {days[-1]}{only}{' --upstream' if upstream else ''}`"
    return f"Run {command}" if upstream else f"Mend the cause, then {command}"


def _link_to(run: dg.DagsterRun) -> str:
    return "\n".join([f"run {run.run_id}", *_page(f"runs/{run.run_id}")])


def _page(path: str) -> list[str]:
    """The line with the address of a page of the UI, where it is known: an alert goes out without it, too."""
    base = os.environ.get(UI_URL, "").rstrip("/")
    return [f"{base}/{path}"] if base and is_address(base) else []


def _dates(run: dg.DagsterRun) -> str:
    days = days_of(run)
    return str(Window(days[0], days[-1])) if days else "no date"


def _some(days: Sequence[str]) -> str:
    more = len(days) - DAYS_NAMED
    return ", ".join(days[:DAYS_NAMED]) + (f" and {more} more days" if more > 0 else "")
