"""What Dagster loads: assembles the parts, decides nothing."""

from __future__ import annotations

import dagster as dg

from nba_assets.asset import asset_of, raw_spec
from nba_assets.automation import check_targets
from nba_assets.automation.alerts import alert_sensors
from nba_assets.automation.events.sensors import event_sensors
from nba_assets.automation.executor import executor
from nba_assets.automation.freshness import with_freshness
from nba_assets.automation.jobs import jobs
from nba_assets.automation.run_history import run_history_sensors, run_history_spec
from nba_assets.automation.schedules import schedules
from nba_assets.raw import RAW_TABLES
from nba_assets.registry import tables
from nba_assets.warehouse.resource import WarehouseResource

check_targets.ask_once()
warehouse = WarehouseResource.from_environment()

defs = dg.Definitions(
    assets=[
        *map(raw_spec, RAW_TABLES),
        *with_freshness(asset_of(table, warehouse.kinds) for table in tables()),
        run_history_spec(),
    ],
    jobs=jobs(),
    schedules=schedules(),
    sensors=[*event_sensors(), *alert_sensors(), *run_history_sensors()],
    resources={"warehouse": warehouse},
    executor=executor(),
)
