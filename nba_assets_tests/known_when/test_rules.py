"""Every raw table says when its rows are known; and which tables stand before a game follows from what they read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nba_assets.tables.raw import RAW_TABLES
from nba_assets_tests.known_when.rules import RULES, rule_of
from nba_assets_tests.known_when.standing import before_a_game, history_of, needed_for


def test_every_raw_table_says_when_its_rows_are_known() -> None:
    assert sorted(RULES) == [table.full_name for table in RAW_TABLES]


def test_a_new_raw_table_must_say_it() -> None:
    new = replace(RAW_TABLES[0], name="referee_assignments")
    with pytest.raises(LookupError, match=r"referee_assignments: say when its rows are known"):
        rule_of(new)


def test_the_tables_that_stand_before_a_game() -> None:
    """Summaries of games do not, and neither do the games, which get a score."""
    names = {table.name for table in before_a_game()}
    assert {"upcoming_player_game_context", "upcoming_team_game_context", "ml_feature_store_v2"} <= names
    assert {"player_composite_factors", "player_daily_cache", "availability", "rosters"} <= names
    assert {"player_points_forecasts", "player_prop_offers", "player_prop_predictions"} <= names
    assert "prediction_accuracy" not in names
    assert not {"player_game_summary", "team_offense_game_summary", "games", "player_boxes", "plays"} & names


def test_what_they_rest_on() -> None:
    needed = needed_for(before_a_game())
    history = {table.name for table in history_of(needed)}
    assert set(before_a_game()) < set(needed)
    assert {"player_game_summary", "team_defense_game_summary", "court_time", "plays"} <= history
    assert "player_prop_predictions" not in history
