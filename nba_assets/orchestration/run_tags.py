"""Tags of our runs: what they say of themselves, there and when they fail, and how that is read back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import dagster as dg

from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.instance.storage_files import StorageFault

TRIGGER_TAG = "nba/trigger"
"""What asked for the run: a sensor, `schedule`, or the job that launched it; a person's run has none."""

CORRELATION_TAG = "nba/correlation_id"
"""The ids that came with the raw data which led to the run, separated by commas."""

ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)

LEAVES_OUT_TAG = "nba/leaves_out_days_off"
"""On a run for a range: dates on which a table has nothing to build are not asked for, and get no event."""

_ONE = "dagster/partition"
_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def partition_tags(days: Sequence[date]) -> dict[str, str]:
    """What tells a run which partitions it is for: one, or a range from the first day to the last.

    Dagster knows whole ranges only; where days between are not among `days`, they are days off to be left out.
    """
    if len(days) == 1:
        return {_ONE: days[0].isoformat()}
    tags = {_FIRST: days[0].isoformat(), _LAST: days[-1].isoformat()}
    return tags | ({LEAVES_OUT_TAG: "true"} if len(days) < Window(days[0], days[-1]).days else {})


def days_of(run: dg.DagsterRun) -> list[date]:
    """The dates of a run's range, days off included; none for a run without partitions, or of partitions that are no
    dates, as another code location of the same instance may have."""
    first, last = run.tags.get(_FIRST, run.tags.get(_ONE)), run.tags.get(_LAST, run.tags.get(_ONE))
    if first is None or last is None:
        return []
    with suppress(ValueError):
        return Window(date.fromisoformat(first), date.fromisoformat(last)).dates()
    return []


def reason_of(event: dg.DagsterEvent) -> str:
    """The innermost error's own message, its first line, which says what went wrong; Dagster's wrappers only say where.

    With the next where the first only announces it. The event's message where it has no error.
    """
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None and error.cls_name != StorageFault.__name__:
        error = error.cause
    text = (error.message if error else event.message) or "no reason given"
    first, *others = text.strip().splitlines()
    return f"{first} {others[0]}" if first.endswith(":") and others else first
