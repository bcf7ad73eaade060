"""`--upstream` and `--strict` in real processes: what was never built is named, and built first where asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.warehouse.lake import Lake

pytestmark = pytest.mark.slow

NBA = str(Path(sys.executable).with_name("nba"))
DAY = date(2024, 10, 24)


def nba(lake: Path, *arguments: str) -> tuple[int, str, str]:
    settings = os.environ | {"NBA_LAKE": str(lake), "COLUMNS": "200"}
    done = subprocess.run([NBA, *arguments], env=settings, cwd=lake.parent, capture_output=True, text=True, timeout=200)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.usefixtures("home")
def test_what_was_never_built_is_named_and_built_first_where_that_is_asked_for(lake: Path) -> None:
    one = ("materialize", "--date", str(DAY), "--tables")

    code, _, said = nba(lake, *one, "ml_feature_store_v2")
    assert code == 1
    assert f"reads nba_analytics.upcoming_player_game_context of {DAY}, which is not built" in said

    code, printed, _ = nba(lake, *one, "team_defense_zone_analysis", "--strict")
    assert code == 1, "its history was never built"
    assert "ERROR history_is_built (1 days)" in printed
    assert Lake(lake).dates(team_defense_zone_analysis) == [DAY], "it is written all the same"

    code, _, said = nba(
        lake, "backfill", "--start", str(DAY), "--end", str(DAY), *one[-1:], "team_defense_zone_analysis"
    )
    assert code == 1
    assert "1 partitions lack history that was never built: team_defense_game_summary of 2024-10-22" in said

    code, printed, said = nba(lake, *one, "team_defense_zone_analysis", "--upstream", "--strict")
    assert code == 0, said
    assert Lake(lake).dates(team_defense_game_summary) == [date(2024, 10, 22), date(2024, 10, 23)]
