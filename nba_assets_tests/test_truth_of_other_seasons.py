"""A season put beside the real ones is compared with what is published of it, whichever season it is."""

from __future__ import annotations

from pathlib import Path

import duckdb

from nba_assets_tests.shared import raw_seasons
from nba_assets_tests.truth import of_other_season, other_seasons


def test_seasons_with_raw_data_and_published_values_are_found_by_their_names(tmp_path: Path) -> None:
    for folder in ("truth", "raw", "raw_2023-24", "raw_2024-25", "raw_2025-26"):
        (tmp_path / folder).mkdir()
    for file in ("team_game", "player_game_2024-25", "team_game_2024-25", "team_game_2023-24", "team_game_1999-00"):
        (tmp_path / "truth" / f"{file}.parquet").touch()
    assert other_seasons(tmp_path) == ["2023-24", "2024-25"]
    assert raw_seasons(tmp_path) == ["raw", "raw_2023-24", "raw_2024-25", "raw_2025-26"]
    assert raw_seasons(tmp_path / "truth") == []


def test_players_of_another_season_are_compared(tmp_path: Path) -> None:
    """One of two published lines has other points than ours, and is the only figure that does not hold."""
    game = "'20241022_NYK_BOS' AS game_id, 1800 AS seconds_played"
    _write(
        tmp_path / "player_game_2024-25.parquet",
        f"SELECT {game}, lookup AS player_lookup, 20 AS points, true AS starter, 0.6 AS ts_pct_bbref,"
        " 0.55 AS efg_pct_bbref, 25.0 AS usg_pct_bbref FROM (VALUES ('jaysontatum'), ('jalenbrunson')) t(lookup)",
    )
    _write(
        tmp_path / "lake/nba_analytics/player_game_summary/game_date=2024-10-22/data.parquet",
        f"SELECT {game}, lookup AS player_lookup, points, true AS starter_flag, 0.6 AS ts_pct, 0.55 AS efg_pct,"
        " 25.1 AS usage_rate FROM (VALUES ('jaysontatum', 20), ('jalenbrunson', 21)) t(lookup, points)",
    )
    found = list(of_other_season(tmp_path, "2024-25", tmp_path / "lake"))
    assert found[0].what == "2024-25 player-games published"
    assert [(figure.what, figure.value) for figure in found if not figure.holds] == [("2024-25 ... points equal", 0.5)]


def _write(file: Path, rows: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({rows}) TO '{file}'")
