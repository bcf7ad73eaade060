"""`nba_reference.processor_run_history`: one row for each table and run, whatever came of it.

Kept when a run has ended, beside the data so that SQL can ask. What became of a run's tables is read from Dagster's
events elsewhere; who is told of a failure is the alerts' business.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import dagster as dg
import pyarrow as pa

from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.assets import OWNERS
from nba_assets.orchestration.run_history import table_run
from nba_assets.orchestration.run_history.run_events import table_runs, waits_for
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY, TableRun, Timings
from nba_assets.orchestration.run_tags import ENDED
from nba_assets.warehouse.arrays import from_records
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.python_rows import in_order, rounded
from nba_assets.warehouse.records import records

KEY = dg.AssetKey([RUN_HISTORY.dataset, RUN_HISTORY.name])
LAST_RUNS = 10
"""A table's usual time is the median of so many."""
NEAR_DAYS = 60
"""A run is compared with runs for dates this near, so that a page does not read years of history."""

TIMEOUT_SECONDS = 120.0


def run_history_spec() -> dg.AssetSpec:
    """The history as an external asset: each kept run is a materialisation of it, with the run's page of timings."""
    return dg.AssetSpec(
        KEY,
        description=RUN_HISTORY.description,
        group_name="operations",
        owners=OWNERS,
        metadata={"dagster/table_name": RUN_HISTORY.full_name},
    )


def keep(
    instance: dg.DagsterInstance, warehouse: Warehouse, run_id: str, made: Iterable[dg.DagsterEvent] | None = None
) -> list[TableRun]:
    """Write the ended run's rows in place of those it may have already: whoever sees the end first, or twice.

    `made` are the run's materialisations, if they are at hand: of a long range they take seconds to read.
    """
    run = instance.get_run_by_id(run_id)
    runs = table_runs(instance, run_id, made) if run and run.status in ENDED else []
    if not runs:
        return []
    known = bool(warehouse.dates(replace(RUN_HISTORY, part=run_id)))
    store(warehouse, runs)
    if not known:
        _report_page(instance, warehouse, runs)
    return runs


def store(warehouse: Warehouse, runs: Sequence[TableRun]) -> None:
    """Replace the rows of one run. Each run has a part of its own, so that writers never meet."""
    own = replace(RUN_HISTORY, part=runs[0].run_id)
    with warehouse.session(TIMEOUT_SECONDS) as session:
        session.put(own, _rows(runs), [runs[0].data_date])


def _report_page(instance: dg.DagsterInstance, warehouse: Warehouse, runs: Sequence[TableRun]) -> None:
    days = [run.data_date for run in runs]
    near = Window(min(days) - timedelta(days=NEAR_DAYS), max(days))
    timings = timings_of(runs, kept(warehouse, near))
    counts = [f"{sum(run.status == status for run in runs)} {status}" for status in sorted({r.status for r in runs})]
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            KEY,
            description=f"{runs[0].data_date}: {', '.join(counts)}",
            metadata={
                "run": dg.MetadataValue.dagster_run(runs[0].run_id),
                "cascade": dg.MetadataValue.md(table_run.markdown(f"Run {runs[0].run_id[:8]}", timings)),
                "wall_seconds": timings.wall_seconds,
                "table_seconds": timings.total_seconds,
            },
        )
    )


def kept(warehouse: Warehouse, dates: Window | None = None) -> list[TableRun]:
    """The history, of runs for `dates` or all of it, oldest run first."""
    binder = Binder(dates or Window(date.min, date.max))  # bounds even then: partitions are read by no other query
    rows = binder.scan(RUN_HISTORY, binder.window).order_by("started_at", "run_id", "processor_name")
    found = warehouse.fetch(to_sql(rows, warehouse.dialect), binder.scanned, TIMEOUT_SECONDS)
    # A run that is being merged into the others may be there twice.
    return list({(row["run_id"], row["processor_name"]): TableRun(**row) for row in records(found)}.values())


def timings_of(runs: Sequence[TableRun], history: Sequence[TableRun]) -> Timings:
    """A run's timings, each single date compared with the last successful ones of its table before it."""
    earlier: dict[str, list[float]] = defaultdict(list)
    own = {run.run_id for run in runs}
    begun = min((run.started_at for run in runs if run.started_at), default=None)
    for run in history:
        before = run.run_id not in own and begun and run.started_at and run.started_at < begun
        if before and run.one_date and run.status == table_run.SUCCESS and run.duration_seconds is not None:
            earlier[run.processor_name].append(run.duration_seconds)
    singles = {run.processor_name for run in runs if run.one_date}
    usual = {name: statistics.median(earlier[name][-LAST_RUNS:]) for name in singles if earlier[name]}
    return Timings(runs, waits_for(), usual)


def _rows(runs: Sequence[TableRun]) -> pa.Table:
    rows = ({c.name: rounded(getattr(run, c.name), c) for c in RUN_HISTORY.columns} for run in runs)
    return from_records(in_order(rows, RUN_HISTORY), RUN_HISTORY.schema().to_pyarrow())
