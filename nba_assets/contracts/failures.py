"""Failure records, `nba_processing.precompute_failures`: who is owed a row in a table and has none.

Only the contract. Who that is says a table's `Population`; the records are replaced with the partition they are of.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.table import Table

_CATEGORIES = (
    "INSUFFICIENT_DATA, EXPECTED_INCOMPLETE: too few games were played; INCOMPLETE_DATA, INCOMPLETE_UPSTREAM: games are"
    " not delivered; of forecasts RULED_OUT, NO_FEATURES, LOW_QUALITY, NO_HISTORY"
)

RECORDS = Contract(
    dataset="nba_processing",
    name="precompute_failures",
    key=("processor_name", "analysis_date", "entity_id"),
    partition_by="analysis_date",
    cluster_by=("processor_name", "failure_category", "can_retry"),
    description="Who is owed a row in a table on a date and has none, and why.",
    columns=(
        Column("processor_name", "STRING", "the table without the row", required=True),
        Column("analysis_date", "DATE", "Eastern date of the partition", required=True),
        Column("entity_id", "STRING", "player_lookup or team_abbr", required=True),
        Column("failure_category", "STRING", _CATEGORIES, required=True),
        Column("failure_reason", "STRING", "in words", required=True),
        Column("can_retry", "BOOL", "TRUE where finished games lack data that would give a row", required=True),
        Column("expected_game_count", "INT64", "games there should be data of", "games"),
        Column("actual_game_count", "INT64", "games there is data of", "games"),
    ),
)


@cache
def failures_of(table: Table) -> Contract | None:
    """The part of the failure records that `table` writes, None for a table that owes nobody a row it may not have."""
    if table.population is None or table.population.failed is None:
        return None
    return replace(RECORDS, part=table.name)
