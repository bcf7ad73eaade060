"""Two real seasons: our numbers beside the published ones, the gaps made on purpose, and one date's row counts.

Pre-game knowledge (injury reports, rosters, capture times of lines) is reconstructed in this data: nothing here
measures it. Lines begin in February 2022; before, they are asserted to be NULL, no more.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets_tests.shared import BOTH_SEASONS, SHARED, needs_shared
from nba_assets_tests.truth import figures, minutes

pytestmark = [pytest.mark.slow, needs_shared]


def test_published_values(real_warehouse: DuckDBWarehouse, ask: Any) -> None:
    season = real_warehouse.lake.root.with_name("season_2021")
    _link_season(real_warehouse.lake.root, season, 2021)
    assert [figure for figure in figures(SHARED / "truth", season) if not figure.holds] == []


def test_the_minutes_forecast_beats_plain_averages_in_both_seasons(real_warehouse: DuckDBWarehouse) -> None:
    assert [figure for figure in minutes(real_warehouse.lake.root) if not figure.holds] == []


def _link_season(lake: Path, season: Path, year: int) -> None:
    for folder in (*(lake / "nba_analytics").iterdir(), lake / "nba_conformed" / "plays"):
        for partition in folder.glob("*=*"):
            day = date.fromisoformat(partition.name.split("=")[1])
            if day in Window.season(year):
                target = season / partition.relative_to(lake)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(partition)


def test_rows_of_15_november_2021(ask: Any) -> None:
    day = "WHERE game_date = DATE '2021-11-15'"
    assert ask(f"SELECT count(*) FROM nbac_schedule {day}") == [(11,)]
    assert ask(f"SELECT count(*) FROM player_game_summary {day}") == [(241,)]
    assert ask(f"SELECT count(*) FROM team_offense_game_summary {day}") == [(22,)]
    assert ask(f"SELECT count(*) FROM team_defense_game_summary {day}") == [(22,)]
    assert ask(f"SELECT count(*) FROM upcoming_team_game_context {day}") == [(22,)]
    assert ask(f"SELECT count(*) FROM nbac_gamebook_player_stats {day}") == [(369,)]


def test_games_without_a_gamebook_come_from_the_next_source(ask: Any) -> None:
    games = _gaps("nba_raw.nbac_gamebook_player_stats")
    found = ask(
        "SELECT DISTINCT game_id, primary_source_used, quality_tier, quality_issues FROM player_game_summary "
        f"WHERE game_id IN {games}"
    )
    assert {row[0] for row in found} == set(games)
    assert {row[1:3] for row in found} == {("nbac_boxscore", "silver")}
    assert all("backup_source_used" in row[3] for row in found)


def test_teams_without_an_official_row_are_the_sum_of_their_players(ask: Any) -> None:
    with (SHARED / "raw" / "induced_gaps.csv").open() as file:
        gaps = [row for row in csv.DictReader(file) if row["table"] == "nba_raw.nbac_team_boxscore"]
    missing = {
        (row["game_id"], row["team_abbr"])
        for row in gaps
        if row["team_abbr"] and date.fromisoformat(row["game_date"]) in BOTH_SEASONS
    }
    reconstructed = set(
        ask("SELECT game_id, team_abbr FROM team_offense_game_summary WHERE primary_source_used = 'player_sum'")
    )
    assert missing
    assert reconstructed == missing


def test_games_without_bigdataball_have_zones_from_the_nba(ask: Any) -> None:
    games = _gaps("nba_raw.bigdataball_play_by_play")
    found = ask(f"SELECT DISTINCT game_id, shot_zones_source FROM team_offense_game_summary WHERE game_id IN {games}")
    assert sorted(found) == sorted((game, "nbac") for game in games)


def test_games_without_any_play_by_play_have_no_zones(ask: Any) -> None:
    with (SHARED / "raw" / "natural_gaps.csv").open() as file:
        games = tuple({row["game_id"] for row in csv.DictReader(file) if row["season"] == "2021-22"})
    found = ask(
        f"SELECT team_paint_attempts, shot_zones_source FROM team_offense_game_summary WHERE game_id IN {games}"
    )
    assert set(found) == {(None, None)}


def test_lines_are_null_before_there_are_any(ask: Any) -> None:
    before = "game_date < DATE '2022-02-05'"
    assert ask(f"SELECT count(points_line) FROM player_game_summary WHERE {before}") == [(0,)]
    assert ask(f"SELECT count(current_points_line) FROM upcoming_player_game_context WHERE {before}") == [(0,)]
    assert ask("SELECT count(points_line) > 4000 FROM player_game_summary WHERE game_date >= DATE '2022-02-05'") == [
        (True,)
    ]


def test_every_table_has_a_partition_for_every_day_of_the_schedule(real_warehouse: DuckDBWarehouse) -> None:
    from nba_assets.tables.raw.schedule import nbac_schedule
    from nba_assets.tables.registry import tables

    days = [day for day in real_warehouse.dates(nbac_schedule) if day in BOTH_SEASONS]
    assert {table.name: real_warehouse.dates(table) == days for table in tables()} == dict.fromkeys(
        (table.name for table in tables()), True
    )


def _gaps(table: str) -> tuple[str, ...]:
    """Games of one table's gaps within the two seasons built."""
    with (SHARED / "raw" / "induced_gaps.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["table"] == table]
    return tuple({row["game_id"] for row in rows if date.fromisoformat(row["game_date"]) in BOTH_SEASONS})
