"""Rosters as ESPN's are scraped: a team's players at an hour of a day of November 2024."""

from __future__ import annotations

from datetime import date

from nba_assets_tests.given import named
from nba_assets_tests.rows import Row

NAMES = named("tatum", "brown", "brunson", "jadenivey", jadeney="jadenivey")


def snapshot(day: int, team: str, *players: str, hour: int = 8) -> list[Row]:
    return [
        {
            "roster_date": date(2024, 11, day),
            "scrape_hour": hour,
            "season_year": 2024,
            "team_abbr": team,
            "espn_player_id": n,
            "player_lookup": player,
            "player_full_name": player.title(),
            "age": 26,
        }
        for n, player in enumerate(players)
    ]
