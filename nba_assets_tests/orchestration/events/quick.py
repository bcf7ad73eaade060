"""The project's code location with sensors that tick every few seconds, so that a test need not wait for them."""

from __future__ import annotations

from nba_assets.definitions import defs
from nba_assets.orchestration.events.completion import completion, next_slate
from nba_assets.orchestration.events.sensors import raw_complete

SECONDS = 4

for sensor in (raw_complete, next_slate, completion):
    sensor._min_interval = SECONDS

__all__ = ["defs"]
