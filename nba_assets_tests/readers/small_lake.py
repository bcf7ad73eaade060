"""A lake of three dates and few tables, written by hand: what readers need, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from nba_assets.contracts.contract import Contract
from nba_assets.readers.catalog import find
from nba_assets.warehouse.lake import Lake

FIRST, DAY_OFF, LAST = date(2024, 11, 1), date(2024, 11, 2), date(2024, 11, 3)
SCRIPT = "<script>alert(1)</script>"


def rows(contract: Contract, *given: Mapping[str, Any]) -> pa.Table:
    """What is not given is NULL."""
    return pa.Table.from_pylist(list(given), contract.schema().to_pyarrow())


def small_lake(root: Path) -> Lake:
    """Scheduled on the first and the last date; summaries are built of the first, the feature store of both."""
    lake = Lake(root)
    summary, schedule, store = map(find, ("player_game_summary", "nbac_schedule", "ml_feature_store_v2"))
    for day in (FIRST, LAST):
        lake.replace(schedule, [(day, rows(schedule, {"game_date": day}))])
        lake.replace(store, [(day, rows(store, {"game_date": day, "player_lookup": "a", "game_id": "g"}))])
    played = {"game_date": FIRST, "game_id": "g"}
    first = played | {"player_lookup": "a", "points": 7, "ts_pct": Decimal("0.500"), "player_full_name": SCRIPT}
    lake.replace(summary, [(FIRST, rows(summary, first, played | {"player_lookup": "b"}))])
    return lake
