"""From a table to a Dagster asset: the only factory, and the one place that knows how tables run.

What holds for every table (partitions, back-fill policy, retries, time limit, checks, metadata, owners, kinds) is
said here once. What a table holds is its own module's business; how a query runs is the warehouse's.
"""

import hashlib
import importlib
import inspect
import pkgutil
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import dagster as dg
import pyarrow as pa

from nba_assets.binding import Binder, stored_inputs
from nba_assets.checks import checks_of
from nba_assets.partitions import DAILY, mapping
from nba_assets.season import Window
from nba_assets.statements import Statements, examples, inputs_in, statements
from nba_assets.table import Check, Contract, RawTable, Reach, Table
from nba_assets.warehouse.base import QueryTimeout, TransientError, Warehouse, Written
from nba_assets.warehouse.sql import to_sql

OWNERS = ["team:nba-data"]
MAX_RETRIES = 4
LONGEST_WAIT_SECONDS = 60.0
PREVIEW_ROWS = 5

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
    checks = checks_of(table)

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
                code_version=code_version(table.module),
                metadata=_definition_metadata(table),
            )
        ],
        check_specs=[dg.AssetCheckSpec(name=check.name, asset=key, description=check.description) for check in checks],
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="warehouse",
        required_resource_keys={"warehouse"},
    )
    def replace_partitions(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        days = [date.fromisoformat(partition) for partition in context.partition_keys]
        resource = context.resources.warehouse
        run = _Run(context, table, checks, resource.open(), resource.timeout_seconds)
        return run.replace(days)

    return replace_partitions


def _dep(source: Contract, reaches: set[Reach]) -> dg.AssetDep:
    if source.partition_by is None:
        return dg.AssetDep(asset_key(source))
    return dg.AssetDep(asset_key(source), partition_mapping=mapping(reaches))


def _definition_metadata(contract: Contract) -> dict[str, object]:
    columns = [
        dg.TableColumn(
            c.name,
            c.type,
            f"{c.meaning} ({c.unit})" if c.unit else c.meaning,
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
def code_version(module: str) -> str:
    """A hash over the table's module and everything that says what tables are."""
    shared = ["nba_assets.table", "nba_assets.metrics", "nba_assets.history", "nba_assets.quality", "nba_assets.season"]
    conformed = importlib.import_module("nba_assets.conformed")
    shared += [m.name for m in pkgutil.iter_modules(conformed.__path__, "nba_assets.conformed.")]
    sources = [inspect.getsource(importlib.import_module(name)) for name in [*sorted(shared), module]]
    return hashlib.sha256("".join(sources).encode()).hexdigest()[:12]


@dataclass
class _Run:
    """One step: some days of one table."""

    context: dg.AssetExecutionContext
    table: Table
    checks: Sequence[Check]
    warehouse: Warehouse
    timeout: float

    @property
    def _statements(self) -> Statements:
        return statements(self.table, self.warehouse.dialect)

    def replace(self, days: Sequence[date]) -> dg.MaterializeResult:
        """Replace the partitions of `days`, season by season, each part whole before the next.

        A failure reports the finished days as materialised before it is raised: Dagster would otherwise count the
        whole range as failed. Raises RetryRequested for what may pass, Failure for a timeout.
        """
        parts = Window(min(days), max(days)).by_season()
        broken: dict[str, dict[date, int]] = {check.name: {} for check in self.checks}
        examples: dict[str, str] = {}
        finished: list[date] = []
        written: list[Written] = []
        try:
            for number, part in enumerate(parts, 1):
                wanted = [day for day in days if day in part]
                written.append(self._replace_part(part, wanted))
                for check, counts, example in self._check_part(part):
                    broken[check.name].update(counts)
                    if example:
                        examples.setdefault(check.name, example)
                finished += wanted
                self._describe_days(written[-1], broken)
                self._say_progress(number, len(parts), finished, days, written)
        except TransientError as error:
            self._keep(finished)
            wait = min(LONGEST_WAIT_SECONDS, 2.0 ** (self.context.retry_number + 1)) * random.uniform(0.5, 1)
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=wait) from error
        except QueryTimeout as error:
            self._keep(finished)
            raise dg.Failure(
                f"{self.table.full_name}: timeout, {error}; the limit is {self.timeout:.0f} s", allow_retries=False
            ) from error
        except Exception:
            self._keep(finished)
            raise
        self._describe_query(days[-1], parts[-1])
        return dg.MaterializeResult(
            metadata={
                "dagster/uri": f"{self.table.full_name}",
                "seconds": round(sum(w.query_seconds + w.write_seconds for w in written), 2),
                "partitions_in_run": len(days),
                "rows_in_run": sum(sum(w.rows.values()) for w in written),
                "bytes_in_run": sum(w.bytes_written for w in written),
            },
            check_results=[self._result(check, broken[check.name], examples.get(check.name)) for check in self.checks],
        )

    def _replace_part(self, part: Window, days: Sequence[date]) -> Written:
        sql = self._statements.rows_in(part)
        return self.warehouse.replace(self.table, sql, inputs_in(self.table, part), days, self.timeout)

    def _check_part(self, part: Window) -> Iterator[tuple[Check, Mapping[date, int], str | None]]:
        """For each check the number of broken rows by day, all in one query, and an example where there are any."""
        inputs = inputs_in(self.table, part)
        found = self.warehouse.fetch(self._statements.broken_in(part), inputs, self.timeout).to_pylist()
        for number, check in enumerate(self.checks):
            by_day = {row["day"]: row["broken"] for row in found if row["check"] == number}
            yield check, by_day, self._example(part, check) if by_day else None

    def _example(self, part: Window, check: Check) -> str:
        sql = examples(self.table, check, part, self.warehouse.dialect, PREVIEW_ROWS)
        return as_markdown(self.warehouse.fetch(sql, inputs_in(self.table, part), self.timeout))

    def _describe_days(self, written: Written, broken: Mapping[str, Mapping[date, int]]) -> None:
        for day, rows in written.rows.items():
            failed = [name for name, counts in broken.items() if day in counts]
            note = {} if rows else {"note": "no rows: no games on this date, or none in the sources"}
            self.context.add_asset_metadata(
                {
                    "dagster/partition_row_count": rows,
                    "checks_failed": ", ".join(failed) or "none",
                    **note,
                },
                asset_key=asset_key(self.table),
                partition_key=day.isoformat(),
            )

    def _describe_query(self, day: date, part: Window) -> None:
        """What is long, once: on the last day of the range the SQL, a preview and where each column comes from."""
        only = Window(day, day)
        preview = to_sql(Binder(only).scan(self.table, only).limit(PREVIEW_ROWS), self.warehouse.dialect)
        lineage = {
            column: [dg.TableColumnDep(dg.AssetKey([dataset, name]), c) for dataset, name, c in found]
            for column, found in self._statements.sources.items()
        }
        self.context.add_asset_metadata(
            {
                "sql": dg.MetadataValue.md(f"```sql\n{self._statements.rows_in(part)}\n```"),
                "preview": dg.MetadataValue.md(
                    as_markdown(self.warehouse.fetch(preview, {self.table: only}, self.timeout))
                ),
                "dagster/column_lineage": dg.TableColumnLineage(lineage),
            },
            asset_key=asset_key(self.table),
            partition_key=day.isoformat(),
        )

    def _say_progress(
        self, number: int, parts: int, finished: Sequence[date], days: Sequence[date], written: Sequence[Written]
    ) -> None:
        seconds = sum(w.query_seconds + w.write_seconds for w in written)
        rate = len(finished) / max(seconds, 0.001)
        self.context.log.info(
            f"{self.table.name}: part {number} of {parts}, {len(finished)} of {len(days)} days, "
            f"{sum(written[-1].rows.values())} rows, {rate:.0f} days/s, {(len(days) - len(finished)) / rate:.0f} s left"
        )

    def _keep(self, finished: Sequence[date]) -> None:
        for day in finished:
            self.context.log_event(
                dg.AssetMaterialization(
                    asset_key(self.table),
                    partition=day.isoformat(),
                    description="finished before the step failed on a later day",
                )
            )

    def _result(self, check: Check, by_day: Mapping[date, int], example: str | None) -> dg.AssetCheckResult:
        """The check over the whole range; the days that break it are recorded one by one besides."""
        severity = dg.AssetCheckSeverity.ERROR if check.severity == "error" else dg.AssetCheckSeverity.WARN
        for day, rows in sorted(by_day.items()):
            self.context.log_event(
                dg.AssetCheckEvaluation(
                    asset_key=asset_key(self.table),
                    check_name=check.name,
                    passed=False,
                    severity=severity,
                    partition=day.isoformat(),
                    metadata={"broken_rows": rows},
                )
            )
        days = ", ".join(str(day) for day in sorted(by_day)[:20])
        metadata = {"broken_rows": sum(by_day.values()), "days": f"{len(by_day)}: {days}"} if by_day else {}
        if example:
            metadata["example"] = dg.MetadataValue.md(example)
        return dg.AssetCheckResult(
            check_name=check.name,
            asset_key=asset_key(self.table),
            passed=not by_day,
            severity=severity,
            metadata=metadata,
        )


def as_markdown(rows: pa.Table) -> str:
    """Rows as a Markdown table."""
    lines = [rows.column_names, ["---"] * rows.num_columns]
    lines += [["" if v is None else str(v) for v in row.values()] for row in rows.to_pylist()]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
