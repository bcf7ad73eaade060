"""The project's code location with sensors that are on and tick every few seconds, for a daemon that is killed."""

from __future__ import annotations

import dagster as dg

from nba_assets.definitions import defs
from nba_assets.orchestration.events.completion import completion, next_slate
from nba_assets.orchestration.events.sensors import raw_complete

SECONDS = 4

for sensor in (raw_complete, next_slate, completion):
    sensor._min_interval = SECONDS
    sensor._default_status = dg.DefaultSensorStatus.RUNNING

__all__ = ["defs"]
