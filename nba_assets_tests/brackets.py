"""Calendars of knock-outs in few words: rows of the view `schedule` whose ids say what stage they are of. Data only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from nba_assets.basketball.schedule import SEASON_TYPES
from nba_assets_tests.given import eastern
from nba_assets_tests.rows import Row


def may(day: int) -> date:
    return date(2024, 4, 30) + timedelta(days=day)


def game(
    nba_id: str, day: date, away: str, home: str, winner: str | None = None, year: int = 2023, **changes: Any
) -> dict[str, Any]:
    """A game of the schedule; the winner, if it is over, won by ten."""
    points = {team: 110 if team == winner else 100 for team in (away, home)}
    return {
        "game_id": f"{day:%Y%m%d}_{away}_{home}",
        "nba_game_id": nba_id,
        "game_date": day,
        "season_year": year,
        "season_type": SEASON_TYPES[nba_id[:3]],
        "away_team_abbr": away,
        "home_team_abbr": home,
        "away_points": points[away] if winner else None,
        "home_points": points[home] if winner else None,
        "tip_at": eastern(day, 19.5),
        "is_final": winner is not None,
        "is_postponed": False,
        "is_neutral": False,
    } | changes


def series(round_and_place: str, first: date, teams: tuple[str, str], winners: Iterable[str]) -> list[Row]:
    """Every other day a game from `first` on, won by the `winners` named by their first letter; `-` is not over."""
    by_letter = {team[0]: team for team in teams}
    return [
        game(f"0042300{round_and_place}{n}", first + timedelta(days=2 * (n - 1)), *teams, by_letter.get(letter))
        for n, letter in enumerate(winners, start=1)
    ]
