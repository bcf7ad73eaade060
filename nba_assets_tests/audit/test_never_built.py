"""What was never built of a table's inputs: of the same day it is refused, of its history it is named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from nba_assets.audit import never_built
from nba_assets.audit.game_days import Calendar
from nba_assets.audit.never_built import HISTORY, gaps_in, history_gaps, recorded_checks, require_inputs, with_upstream
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.table import Table
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.precompute.player_composite_factors import player_composite_factors
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.tables.registry import tables

SUMMARY = team_defense_game_summary
CONTEXT = upcoming_player_game_context
FEATURES = ml_feature_store_v2
FACTORS = player_composite_factors
ZONES = team_defense_zone_analysis

FIRST = date(2024, 10, 22)
OFF = FIRST + timedelta(days=3)
DAYS = [FIRST + timedelta(days=n) for n in range(6) if FIRST + timedelta(days=n) != OFF]
BEFORE = date(2024, 4, 1)
"""Of the season before."""
CALENDAR = Calendar(frozenset([BEFORE, *DAYS]))


@dataclass
class Stored:
    """Which dates of which tables are stored: all those with games, unless said."""

    lacks: dict[Contract, Collection[date]] = field(default_factory=dict)

    def __call__(self, table: Table) -> list[date]:
        return [day for day in DAYS if day not in self.lacks.get(table, ())]

    dates = __call__


def test_an_input_of_the_day_that_was_never_built_is_refused_by_name() -> None:
    stored = Stored({ZONES: DAYS[2:]})
    require_inputs(FACTORS, DAYS[:2], stored, CALENDAR)
    with pytest.raises(BadInput, match=rf"^reads {ZONES.full_name} of {DAYS[2]}, which is not built$"):
        require_inputs(FACTORS, DAYS[:3], stored, CALENDAR)
    with pytest.raises(BadInput, match=r"nor is that of 2 other dates"):
        require_inputs(FACTORS, DAYS, stored, CALENDAR)
    require_inputs(ZONES, DAYS, Stored({SUMMARY: DAYS}), CALENDAR)


def test_what_is_off_is_not_lacking() -> None:
    require_inputs(FACTORS, [OFF], Stored(), CALENDAR)
    assert history_gaps(ZONES, DAYS, Stored(), CALENDAR) == {}


def test_history_that_was_never_built_is_named_for_each_day_that_reads_it() -> None:
    stored = Stored({SUMMARY: [DAYS[1], DAYS[3]]})
    found = history_gaps(ZONES, DAYS, stored, CALENDAR)
    assert found == {
        DAYS[2]: [(SUMMARY, DAYS[1])],
        DAYS[3]: [(SUMMARY, DAYS[1])],
        DAYS[4]: [(SUMMARY, DAYS[1]), (SUMMARY, DAYS[3])],
    }


def test_a_day_that_is_not_over_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow's slate is built before tonight's games."""
    monkeypatch.setattr(never_built, "_yesterday", lambda: DAYS[3] - timedelta(days=1))
    assert history_gaps(ZONES, DAYS, Stored({SUMMARY: DAYS[3:]}), CALENDAR) == {}
    monkeypatch.undo()
    assert list(history_gaps(ZONES, DAYS, Stored({SUMMARY: DAYS[3:]}), CALENDAR)) == [DAYS[4]]


def test_only_stored_partitions_lack_history() -> None:
    warehouse: Any = Stored({SUMMARY: [DAYS[0]], ZONES: [DAYS[1]]})
    found = gaps_in(warehouse, {ZONES: [*DAYS, OFF], games: DAYS}, CALENDAR)
    assert {table: list(days) for table, days in found.items()} == {ZONES: DAYS[2:]}


def test_upstream_is_the_day_of_what_is_read_with_it_and_the_history_before() -> None:
    needed = with_upstream({FEATURES: [DAYS[2]]}, tables(), CALENDAR)
    assert needed[FEATURES] == needed[CONTEXT] == needed[ZONES] == [DAYS[2]]
    assert needed[SUMMARY] == DAYS[:2]
    assert needed[games] == DAYS[:3]
    assert list(needed) == [table for table in tables() if table in needed]


def test_the_check_is_recorded_for_tables_with_a_history() -> None:
    assert {table.name for table in tables() if HISTORY in recorded_checks(table)} == {
        "upcoming_team_game_context",
        "upcoming_player_game_context",
        "team_defense_zone_analysis",
        "player_shot_zone_analysis",
        "player_daily_cache",
        "ml_feature_store_v2",
    }
