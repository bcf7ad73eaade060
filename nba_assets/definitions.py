"""What Dagster loads: assembles the parts, decides nothing."""

from __future__ import annotations

import dagster as dg

from nba_assets.asset import asset_of, raw_spec
from nba_assets.automation.events.sensors import event_sensors
from nba_assets.automation.executor import executor
from nba_assets.automation.jobs import jobs
from nba_assets.raw import RAW_TABLES
from nba_assets.registry import tables
from nba_assets.warehouse.resource import WarehouseResource

warehouse = WarehouseResource.from_environment()

defs = dg.Definitions(
    assets=[*map(raw_spec, RAW_TABLES), *(asset_of(table, warehouse.kinds) for table in tables())],
    jobs=jobs(),
    sensors=event_sensors(),
    resources={"warehouse": warehouse},
    executor=executor(),
)
