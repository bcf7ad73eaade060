"""From a table to a Dagster asset: the only factory, and the one place that knows how tables run.

What holds for every table (partitions, back-fill policy, retries, time limit, checks, metadata, owners, kinds) is
said here once. What a table holds is its own module's business; how a query runs is the warehouse's.
"""

import hashlib
import importlib
import inspect
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import dagster as dg
import pyarrow as pa

from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.statements import Statements, examples, inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Check, Table
from nba_assets.orchestration.dagster_patches.partition_versions import (
    PARTITION_VERSION,
    own_tags,
    tell_each,
)
from nba_assets.orchestration.instance.batched_events import record_in_step
from nba_assets.orchestration.partitions import DAILY, mapping
from nba_assets.tables.registry import runs_alone, waiting
from nba_assets.warehouse.base import QueryTimeout, TransientError, Warehouse
from nba_assets.warehouse.build import Part, build_part
from nba_assets.warehouse.records import records

OWNERS = ["team:nba-data"]
MAX_RETRIES = 4
LONGEST_WAIT_SECONDS = 60.0

PROGRESS = re.compile(r"(?P<table>\w+): part \d+ of \d+, (?P<done>\d+) of \d+ days")
"""How a step's log tells its progress; whoever launched the run reads it back."""


def asset_key(contract: Contract) -> dg.AssetKey:
    return dg.AssetKey([contract.dataset, contract.name])


def raw_spec(raw: RawTable) -> dg.AssetSpec:
    """A raw table as an external asset, so that lineage starts where the data comes in."""
    return dg.AssetSpec(
        key=asset_key(raw),
        description=raw.description,
        group_name="raw",
        partitions_def=DAILY if raw.partition_by else None,
        owners=OWNERS,
        kinds={raw.need},
        metadata={**_definition_metadata(raw), "need": raw.need, "feeds": list(raw.feeds)},
    )


def asset_of(table: Table, kinds: frozenset[str]) -> dg.AssetsDefinition:
    """The asset that replaces partitions of `table`, one query for each season of the range it is asked for."""
    key = asset_key(table)

    @dg.multi_asset(
        name=table.name,
        specs=[
            dg.AssetSpec(
                key=key,
                deps=[_dep(source, reaches) for source, reaches in stored_inputs(table).items()],
                description=table.description,
                group_name=table.group,
                partitions_def=DAILY,
                owners=OWNERS,
                kinds=set(kinds),
                code_version=code_version(table),
                metadata=_definition_metadata(table),
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(name=check.name, asset=key, description=check.description) for check in checks_of(table)
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="warehouse",
        op_tags={"dagster/priority": str(len(waiting(table)))},  # what most tables wait for goes first
        required_resource_keys={"warehouse"},
    )
    def replace_partitions(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        days = [date.fromisoformat(partition) for partition in context.partition_keys]
        resource = context.resources.warehouse
        return _Run(context, table, resource.open(alone=runs_alone(table)), resource.timeout_seconds).replace(days)

    return replace_partitions


def _dep(source: Contract, reaches: set[Reach]) -> dg.AssetDep:
    """An input as Dagster knows it; between our own tables day on day, whatever the reach.

    Told that form reads a season, Dagster takes a back-fill of a week of all tables for one of the year after it, in a
    run for each layer of tables. What a table reads, and what is out of date, follows from `Reach` and not from this.
    """
    if source.partition_by is None:
        return dg.AssetDep(asset_key(source))
    told = {Reach.SAME_DAY} if isinstance(source, Table) else reaches
    return dg.AssetDep(asset_key(source), partition_mapping=mapping(told))


def _definition_metadata(contract: Contract) -> dict[str, object]:
    columns = [
        dg.TableColumn(
            c.name,
            c.type,
            f"{c.meaning} ({c.unit})" if c.unit and c.unit not in c.meaning else c.meaning,
            dg.TableColumnConstraints(nullable=not c.required, unique=contract.key == (c.name,)),
        )
        for c in contract.columns
    ]
    return {
        "dagster/table_name": contract.full_name,
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "key": ", ".join(contract.key),
        "partition_column": contract.partition_by or "none: stored whole",
    }


@cache
def code_version(table: Table) -> str:
    """A hash over the table's module."""
    source = inspect.getsource(importlib.import_module(table.module))
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def _metadata(part: Part) -> Iterator[tuple[date, dict[str, str | int]]]:
    """What each day's materialisation says of itself."""
    for day, rows in part.written.rows.items():
        broken = [name for name, by_day in part.broken.items() if day in by_day]
        metadata = {
            "dagster/partition_row_count": rows,
            "checks_failed": ", ".join(broken) or "none",
            PARTITION_VERSION: part.written.hashes[day],
        }
        if part.failed:
            metadata["failure_records"] = part.failed.rows[day]
        if day in part.skipped:
            metadata["skipped"] = part.skipped[day]
        elif not rows:
            metadata["note"] = "no rows: no games on this date, or none in the sources"
        yield day, metadata


@dataclass
class _Run:
    """One step: some days of one table."""

    context: dg.AssetExecutionContext
    table: Table
    warehouse: Warehouse
    timeout: float
    done: list[Part] = field(default_factory=list)

    @property
    def _key(self) -> dg.AssetKey:
        return asset_key(self.table)

    @property
    def _statements(self) -> Statements:
        return statements(self.table, self.warehouse.dialect)

    def replace(self, days: Sequence[date]) -> dg.MaterializeResult:
        """Replace the partitions of `days`, season by season, each part whole before the next.

        Raises RetryRequested for what may pass, Failure for a timeout; the finished parts stay finished.
        """
        windows = Window(min(days), max(days)).by_season()
        try:
            with self.warehouse.reading(self.timeout) as reading:
                for window in windows:
                    in_season = [day for day in days if day in window]
                    self.done.append(build_part(reading, self.table, self._statements, window, in_season))
                    self._say_progress(len(windows), len(days))
                self._describe_query(days[-1], reading.fetch(self._statements.preview_in(windows[-1])))
        except TransientError as error:
            if self.context.retry_number >= MAX_RETRIES:
                self._keep_finished()
            wait = min(LONGEST_WAIT_SECONDS, 2.0 ** (self.context.retry_number + 1)) * random.uniform(0.5, 1)
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=wait) from error
        except QueryTimeout as error:
            self._keep_finished()
            limit = f"the limit is {self.timeout:.0f} s"
            raise dg.Failure(f"{self.table.full_name}: timeout, {error}; {limit}", allow_retries=False) from error
        except BaseException:  # a cancelled run interrupts with one of these
            self._keep_finished()
            raise
        for part in self.done:
            self._record_broken_days(part)
        of_days = {day.isoformat(): metadata for part in self.done for day, metadata in _metadata(part)}
        tell_each(self.context, self._key, of_days)
        return dg.MaterializeResult(
            metadata={
                "dagster/uri": self.table.full_name,
                "seconds": round(sum(part.seconds for part in self.done), 2),
                "partitions_in_run": len(days),
                "rows_in_run": sum(part.rows for part in self.done),
                "bytes_in_run": sum(part.written.bytes_written for part in self.done),
            },
            data_version=self._version(),
            check_results=[self._result(check) for check in checks_of(self.table)],
        )

    def _version(self) -> dg.DataVersion:
        """The content of all partitions of the run; each one's own is put in its place by a patch."""
        hashes = [part.written.hashes[day] for part in self.done for day in sorted(part.written.hashes)]
        return dg.DataVersion(
            hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]
        )

    def _say_progress(self, parts: int, days: int) -> None:
        finished = sum(len(part.written.rows) for part in self.done)
        rate = finished / max(sum(part.seconds for part in self.done), 0.001)
        self.context.log.info(
            f"{self.table.name}: part {len(self.done)} of {parts}, {finished} of {days} days, "
            f"{self.done[-1].rows} rows, {rate:.0f} days/s, {(days - finished) / rate:.0f} s left"
        )

    def _describe_query(self, day: date, preview: pa.Table) -> None:
        """What is long, once: on the last day of the range the SQL, a preview and where each column comes from."""
        lineage = {
            column: [dg.TableColumnDep(dg.AssetKey([dataset, name]), c) for dataset, name, c in found]
            for column, found in self._statements.sources.items()
        }
        self.context.add_asset_metadata(
            {
                "sql": dg.MetadataValue.md(f"```sql\n{self._statements.rows_in(self.done[-1].window)}\n```"),
                "preview": dg.MetadataValue.md(as_markdown(preview)),
                "dagster/column_lineage": dg.TableColumnLineage(lineage),
            },
            asset_key=self._key,
            partition_key=day.isoformat(),
        )

    def _keep_finished(self) -> None:
        """Before a failure is raised, report the finished days: Dagster would count the whole range as failed."""
        for part in self.done:
            self._record_broken_days(part)
            for day, metadata in _metadata(part):
                self.context.log_event(
                    dg.AssetMaterialization(
                        self._key,
                        description="finished before the step failed on a later day",
                        metadata=metadata,
                        partition=day.isoformat(),
                        tags=own_tags(metadata),
                    )
                )

    def _record_broken_days(self, part: Part) -> None:
        """A failed evaluation for each day that breaks a check; the result of the whole range has no days."""
        evaluations = [
            dg.AssetCheckEvaluation(
                asset_key=self._key,
                check_name=check.name,
                passed=False,
                severity=_SEVERITY[check.severity],
                partition=day.isoformat(),
                metadata={"broken_rows": rows},
            )
            for check in checks_of(self.table)
            for day, rows in sorted(part.broken.get(check.name, {}).items())
        ]
        record_in_step(self.context, evaluations)

    def _result(self, check: Check) -> dg.AssetCheckResult:
        """The check over the whole range, with the first days and rows that break it."""
        by_day = {day: rows for part in self.done for day, rows in part.broken.get(check.name, {}).items()}
        metadata: dict[str, object] = {}
        if by_day:
            first_days = ", ".join(str(day) for day in sorted(by_day)[:20])
            metadata = {
                "broken_rows": sum(by_day.values()),
                "days": f"{len(by_day)}: {first_days}",
                "example": dg.MetadataValue.md(self._example(check)),
            }
        return dg.AssetCheckResult(
            check_name=check.name,
            asset_key=self._key,
            passed=not by_day,
            severity=_SEVERITY[check.severity],
            metadata=metadata,
        )

    def _example(self, check: Check) -> str:
        window = next(part.window for part in self.done if check.name in part.broken)
        sql = examples(self.table, check, window, self.warehouse.dialect)
        return as_markdown(self.warehouse.fetch(sql, inputs_in(self.table, window), self.timeout))


_SEVERITY = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def as_markdown(rows: pa.Table) -> str:
    """Rows as a Markdown table."""
    lines = [rows.column_names, ["---"] * rows.num_columns]
    lines += [["" if v is None else str(v) for v in row.values()] for row in records(rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
