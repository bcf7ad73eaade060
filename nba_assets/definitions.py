"""Definitions that Dagster loads: applies the patches, assembles the parts, decides nothing."""

from __future__ import annotations

import dagster as dg

from nba_assets.compile.ahead import compile_ahead
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.orchestration.alerts.sensors import alert_sensors
from nba_assets.orchestration.assets import raw_spec, step_assets
from nba_assets.orchestration.dagster_patches import apply
from nba_assets.orchestration.events.sensors import event_sensors
from nba_assets.orchestration.housekeeping import housekeeping_job, housekeeping_schedule
from nba_assets.orchestration.jobs import jobs
from nba_assets.orchestration.prediction_runs import prediction_jobs, prediction_schedules, prediction_sensors
from nba_assets.orchestration.processes.executor import executor
from nba_assets.orchestration.reports import (
    SEASON_REPORT_JOB,
    SLATE_REPORT_JOB,
    season_report_asset,
    season_report_schedule,
    slate_report_asset,
    slate_report_sensor,
)
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.orchestration.run_history.history import run_history_spec
from nba_assets.orchestration.run_history.sensors import run_history_sensor
from nba_assets.orchestration.schedules import schedules
from nba_assets.orchestration.slate_jobs import slate_jobs
from nba_assets.orchestration.slate_readiness import slate_readiness_asset, slate_readiness_sensor
from nba_assets.orchestration.trained_models import models_schedule
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables, steps

apply()
warehouse = WarehouseResource.from_environment()
compile_ahead(every_table(), warehouse.dialect)

defs = dg.Definitions(
    assets=[
        *map(raw_spec, (*RAW_TABLES, QUARANTINE)),
        *(step_assets(built, warehouse.kinds, warehouse.dialect) for built in steps().values()),
        *(step_assets([table], warehouse.kinds, warehouse.dialect) for table in monthly_tables()),
        run_history_spec(),
        slate_readiness_asset(),
        slate_report_asset(),
        season_report_asset(),
    ],
    jobs=[*jobs(), *slate_jobs(), *prediction_jobs(), SLATE_REPORT_JOB, SEASON_REPORT_JOB, housekeeping_job()],
    schedules=[
        *schedules(),
        *prediction_schedules(),
        housekeeping_schedule(),
        models_schedule(),
        season_report_schedule,
    ],
    sensors=[
        *event_sensors(),
        *prediction_sensors(),
        *alert_sensors(),
        run_history_sensor(),
        slate_readiness_sensor,
        slate_report_sensor,
    ],
    resources={"warehouse": warehouse},
    executor=executor(),
)
