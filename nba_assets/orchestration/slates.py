"""Which tables are refreshed together: those of the games that were played, and those of the games to come.

Told by the declared inputs alone, so a new table finds its group by itself. Which dates have games says `game_days.py`.
"""

from __future__ import annotations

from functools import cache

from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables

PHASES = {"analytics": "phase_3_analytics", "precompute": "phase_4_precompute"}
"""What the rest of the pipeline calls the work of a group's tables."""


@cache
def summaries() -> tuple[Table, ...]:
    """The tables that another one reads as history: what is known of a date once its games are over."""
    history = {read.source for table in tables() for read in table.reads.values() if read.reach is Reach.SEASON_HISTORY}
    return tuple(table for table in tables() if table in history)


@cache
def slate_tables() -> tuple[Table, ...]:
    """All others: what is known of a date before its games begin."""
    return tuple(table for table in tables() if table not in summaries())
