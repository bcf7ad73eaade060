"""Where columns come from through all tables, and what is made of them."""

from __future__ import annotations

from nba_assets.compile.ancestry import asked_of, asked_of_uses, sources, told, uses
from nba_assets.contracts.table import Table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables


def test_a_line_says_columns_then_raw_tables() -> None:
    def of(table: Table, column: str) -> str:
        (line,) = [line for line in told(table, "duckdb") if line.startswith(f"{column} <- ")]
        return line

    assert of(player_boxes, "season_year") == "season_year <- season_year of nba_raw.nbac_schedule"
    steps = of(player_game_summary, "season_year").split(" <- ")
    assert steps == ["season_year", "season_year of nba_conformed.player_boxes", "nbac_schedule"]


def test_every_column_of_ours_ends_in_raw_tables_and_is_found_from_there() -> None:
    ours = {(of.full_name, c.name) for of in (*every_table(), *monthly_tables()) for c in of.columns}
    known = ours | {(of.full_name, c.name) for of in RAW_TABLES for c in of.columns}
    for column in ours:
        made_of = sources("duckdb", column)
        assert made_of is not None
        assert set(made_of) <= known, column
        assert all(column in uses("duckdb", source) for source in made_of)
    assert {made for column in known for made in uses("duckdb", column)} <= ours
    assert all(sources("duckdb", column) is None for column in known - ours)
    [shooting] = [text for text in told(player_game_summary, "duckdb") if text.startswith("ts_pct <- ")]
    assert "points" in shooting
    assert "nbac_gamebook_player_stats" in shooting


def test_only_tables_that_read_one_are_asked_what_is_made_of_its_columns() -> None:
    column = (player_game_summary.full_name, "ts_pct")
    assert asked_of(column) == [player_game_summary]
    assert asked_of(("nba_raw.nbac_gamebook_player_stats", "points")) == []
    readers = {table.name for table in asked_of_uses(column)}
    assert "player_daily_cache" in readers
    assert not {"player_boxes", "team_offense_game_summary", "team_defense_zone_analysis"} & readers
