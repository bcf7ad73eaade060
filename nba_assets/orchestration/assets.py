"""The factory of Dagster assets: what Dagster is told of each table before it runs.

Partitions, inputs, back-fill policy, checks, owners, kinds and pool hold for every table and are said here once. What a
step does when it runs is not said here; what a table holds is its own module's business.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from nba_assets.audit.never_built import recorded_checks
from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.code_version import code_version
from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Check, Table
from nba_assets.orchestration import metadata
from nba_assets.orchestration.freshness import policy_of
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY, mapping, partitions_of
from nba_assets.orchestration.prediction_tables import grading_tables
from nba_assets.orchestration.processes.pods import pod_tags
from nba_assets.orchestration.step import Step, Told
from nba_assets.tables.registry import has_all_cores, way_to_go

OWNERS = ["team:nba-data"]


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


def step_assets(tables: Sequence[Table], kinds: frozenset[str], dialect: Dialect) -> dg.AssetsDefinition:
    """The step that replaces partitions of `tables`, all of one `step`, each after those of them that it reads."""
    first = tables[0]
    reaches = _reaches(tables)

    @dg.multi_asset(
        name=first.step,
        specs=[_spec(table, kinds, dialect, reaches) for table in tables],
        check_specs=[_check_spec(table, check) for table in tables for check in recorded_checks(table)],
        can_subset=len(tables) > 1,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="bigquery" if dialect == "bigquery" else None,  # DuckDB has a machine, which NBA_MAX_CONCURRENT divides
        op_tags={
            "dagster/priority": str(_priority(first.step)),
            **pod_tags(dialect),
        },
        required_resource_keys={"warehouse"},
    )
    def replace_partitions(context: dg.AssetExecutionContext) -> Iterator[Told]:
        asked = [table for table in tables if asset_key(table) in context.selected_asset_keys]
        if not asked:
            raise dg.Failure(f"{first.step}: a check runs with its table, not alone", allow_retries=False)
        days = [date.fromisoformat(partition) for partition in context.partition_keys]
        resource = context.resources.warehouse
        warehouse = resource.open(all_cores=has_all_cores(first.step))
        yield from Step(context, asked, warehouse, resource.timeout_seconds, resource.rest_seconds).replace(days)

    return replace_partitions


def _priority(step: str) -> int:
    """Dagster starts first what is ready and has more: the step with the longest way before it."""
    chain, tables = way_to_go(step)
    return 1000 * chain + tables


def _group(table: Table) -> str:
    """As data flows: the package, with the models among the predictions and what grades those beside them.

    The graph of all three, or of features and predictions, is so wide that the UI cuts names, two of them to the same.
    """
    if table in grading_tables():
        return "grading"
    return "predictions" if table.monthly else table.group


def _check_spec(table: Table, check: Check) -> dg.AssetCheckSpec:
    with warnings.catch_warnings(action="ignore", category=dg.PreviewWarning):  # its partitions: the UI's calendar
        return dg.AssetCheckSpec(
            check.name, asset=asset_key(table), description=check.description, partitions_def=partitions_of(table)
        )


def _spec(
    table: Table, kinds: frozenset[str], dialect: Dialect, reaches: Mapping[Contract, set[Reach]]
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=asset_key(table),
        deps=[_dep(table, source, reaches[source]) for source in stored_inputs(table)],
        description=table.description,
        group_name=_group(table),
        partitions_def=partitions_of(table),
        owners=OWNERS,
        kinds={*kinds, *(["python"] if table.python else [])},
        code_version=code_version(table, dialect),
        freshness_policy=policy_of(table),
        metadata={**_definition_metadata(table), **metadata.of_definition(table, dialect)},
    )


def _reaches(tables: Sequence[Table]) -> dict[Contract, set[Reach]]:
    """How far back a step reads each source: Dagster has one partition mapping for all that a step reads of it.

    What one of its tables reads farther back is told of all. What is read and what is stale follows each table's own.
    """
    found: dict[Contract, set[Reach]] = {}
    for table in tables:
        for source, reaches in stored_inputs(table).items():
            found.setdefault(source, set()).update(reaches)
    return found


def _dep(table: Table, source: Contract, reaches: set[Reach]) -> dg.AssetDep:
    """An input as Dagster knows it; between our own tables day on day, whatever the reach.

    Told that form reads a season, Dagster takes a back-fill of a week of all tables for one of the year after it, in a
    run for each layer of tables. What a table reads, and what is out of date, follows from `Reach` and not from this.
    A month reads all days before it, and on a model hang all days of its month. Told of either, Dagster takes a night
    of everything for that whole month, whose days to come were never built, and fails. So a model's edge carries no
    partitions: a night is a night, and months are trained by their own job.
    """
    if table.monthly:
        return dg.AssetDep(asset_key(source), partition_mapping=dg.SpecificPartitionsPartitionMapping([]))
    if source.partition_by is None:
        return dg.AssetDep(asset_key(source))
    told = {Reach.SAME_DAY} if isinstance(source, Table) else reaches
    return dg.AssetDep(asset_key(source), partition_mapping=mapping(told))


def _definition_metadata(contract: Contract) -> dict[str, object]:
    columns = [
        dg.TableColumn(
            c.name,
            c.type,
            f"{c.meaning} ({c.told_unit})" if c.told_unit and c.told_unit not in c.meaning else c.meaning,
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
