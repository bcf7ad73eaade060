"""Slate readiness as an asset: what `nba status` says, in the UI, with a check that is passed when all is ready.

A sensor looks every few minutes and puts on record what has changed; materialised by hand, it is looked at there and
then. What is ready is judged elsewhere, and who is told when it is late is the alerts'.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import dagster as dg

from nba_assets.contracts.calendar import today
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.assets import OWNERS
from nba_assets.orchestration.bad_input import refused_by_name
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.slate_status import Slate, is_ready, slates_at
from nba_assets.warehouse.records import markdown_table

KEY = dg.AssetKey(["nba_reference", "slate_readiness"])
CHECK = "slate_is_ready"
SECONDS_BETWEEN_TICKS = 300


def slate_readiness_asset() -> dg.AssetsDefinition:
    """The asset whose materialisations say how far a slate is."""

    @dg.multi_asset(
        name="slate_readiness",
        specs=[
            dg.AssetSpec(
                KEY,
                description="How far the results of the last games, tonight's slate and tomorrow's are: `nba status`.",
                group_name="operations",
                owners=OWNERS,
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=KEY, description="The last results and tonight's slate are built and good.")
        ],
    )
    def look(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        with refused_by_name():
            slates = slates_at(context.instance, warehouse.open(), today())
        result = dg.AssetCheckResult(check_name=CHECK, **_verdict(slates))
        yield dg.MaterializeResult(asset_key=KEY, metadata=of_slates(slates), check_results=[result])

    return look


@dg.sensor(
    name="slate_readiness",
    description="Looks whether the slates are ready, and records it on the asset of that name when it has changed.",
    minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def slate_readiness_sensor(context: dg.SensorEvaluationContext, warehouse: WarehouseResource) -> dg.SensorResult:
    """Puts on record how far a slate is when that has changed."""
    try:
        slates = slates_at(context.instance, warehouse.open(), today())
    except BadInput as error:
        return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
    seen = sha256(repr(slates).encode()).hexdigest()[:16]
    if seen != context.cursor:
        made = dg.AssetMaterialization(KEY, description=summary(slates), metadata=of_slates(slates))
        context.instance.report_runless_asset_event(made)
        context.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=KEY, check_name=CHECK, **_verdict(slates))
        )
    return dg.SensorResult(skip_reason=summary(slates), cursor=seen)


def summary(slates: Sequence[Slate]) -> str:
    """`results of 2021-11-14: ready; tonight, 2021-11-15: 3 of 5 tables ready; ...`."""
    told = []
    for slate in slates:
        ready = sum(table.ready for table in slate.tables)
        how = f"{ready} of {len(slate.tables)} tables ready" if slate.games else "no games"
        told.append(f"{slate.what} {slate.day}: {'ready' if slate.games and slate.ready else how}")
    return "; ".join(told)


def _verdict(slates: Sequence[Slate]) -> dict[str, Any]:
    """A warning at most: what is not ready is late, and not wrong."""
    lacking = [
        (s.what, t.table, t.lacks or "broken checks") for s in slates if s.counts for t in s.tables if not t.ready
    ]
    page = markdown_table(("slate", "table", "lacks"), lacking)
    return {
        "passed": is_ready(slates),
        "severity": dg.AssetCheckSeverity.WARN,
        "metadata": {"lacking": dg.MetadataValue.md(page)} if lacking else {},
    }


def of_slates(slates: Sequence[Slate]) -> dict[str, Any]:
    """The numbers are plotted by the UI."""
    found: dict[str, Any] = {"ready": int(is_ready(slates))}
    lines = []
    for slate in slates:
        found |= {
            f"{slate.what}_games": slate.games,
            f"{slate.what}_tables": len(slate.tables),
            f"{slate.what}_tables_ready": sum(table.ready for table in slate.tables),
        }
        for table in slate.tables:
            waits = f"; waits for {', '.join(table.waits_for)}" if table.waits_for else ""
            broken = ", ".join((*table.broken_errors, *table.broken_warnings))
            counts = f"{table.found:,} of {table.owed:,}"
            lines.append((slate.what, str(slate.day), table.table, counts, f"{table.lacks}{waits}", broken))
    page = markdown_table(("slate", "date", "table", "found of owed", "lacks", "broken checks"), lines)
    return {**found, "tables": dg.MetadataValue.md(page)}
