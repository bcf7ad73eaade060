"""The fixture's games, players and box-score lines, before any source has written them its own way. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from nba_assets.contracts.calendar import Window

Row = dict[str, Any]

SEASON = {"season_year": 2024}


@dataclass(frozen=True)
class Game:
    nba_id: str
    day: date
    away: str
    home: str
    score: tuple[int, int] | None = None
    """Away, home; None before the game."""

    @property
    def id(self) -> str:
        return f"{self.day:%Y%m%d}_{self.away}_{self.home}"

    @property
    def tip(self) -> datetime:
        """Half past seven in the evening, Eastern winter time."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC) + timedelta(hours=24.5)

    @property
    def keys(self) -> Row:
        return {
            "game_id": self.id,
            "game_date": self.day,
            "home_team_abbr": self.home,
            "away_team_abbr": self.away,
            "data_hash": self.nba_id,
            "processed_at": self.tip + timedelta(hours=9),
            **SEASON,
        }


FIRST = Game("0022400101", date(2024, 11, 8), "NYK", "BOS", (60, 69))
SECOND = Game("0022400102", date(2024, 11, 9), "MIA", "NYK", (60, 69))
NEXT = Game("0022400103", date(2024, 11, 11), "BOS", "MIA")
GAMES = (FIRST, SECOND, NEXT)

WINDOW = Window(FIRST.day, NEXT.day)


@dataclass(frozen=True)
class Line:
    """A player's game: minutes, twos, threes and free throws as (made, attempted), then the counts."""

    minutes: str
    twos: tuple[int, int]
    threes: tuple[int, int]
    free_throws: tuple[int, int]
    rebounds: tuple[int, int]
    """Offensive, defensive."""
    assists: int
    steals: int
    blocks: int
    turnovers: int
    fouls: int

    @property
    def stats(self) -> Row:
        return {
            "points": 2 * self.twos[0] + 3 * self.threes[0] + self.free_throws[0],
            "assists": self.assists,
            "steals": self.steals,
            "blocks": self.blocks,
            "turnovers": self.turnovers,
            "personal_fouls": self.fouls,
            "field_goals_made": self.twos[0] + self.threes[0],
            "field_goals_attempted": self.twos[1] + self.threes[1],
            "three_pointers_made": self.threes[0],
            "three_pointers_attempted": self.threes[1],
            "free_throws_made": self.free_throws[0],
            "free_throws_attempted": self.free_throws[1],
            "offensive_rebounds": self.rebounds[0],
            "defensive_rebounds": self.rebounds[1],
        }


LINES = (
    Line("41:30", (5, 9), (2, 6), (3, 4), (1, 6), 7, 2, 0, 3, 2),
    Line("39:12", (4, 8), (1, 4), (2, 2), (0, 4), 3, 1, 1, 2, 3),
    Line("40:00", (3, 5), (0, 1), (1, 2), (3, 7), 1, 0, 2, 1, 4),
    Line("38:18", (2, 6), (2, 5), (0, 0), (0, 3), 2, 1, 0, 0, 2),
    Line("41:00", (1, 4), (1, 3), (2, 2), (1, 5), 4, 0, 1, 2, 1),
    Line("40:00", (2, 3), (0, 2), (0, 1), (2, 2), 0, 1, 0, 1, 5),
)
"""The six who play for a team, the five starters first; the same six lines in both games but for the top scorer."""

PLAYERS = {
    "BOS": ("alanreed", "benwhite", "carlosvegajr", "dancole", "erichall", "franklong"),
    "NYK": ("gusmoore", "hankdoyle", "ivanpetrov", "jackstone", "kentgray", "leohart"),
    "MIA": ("marcusbell", "nateford", "omarruiz", "paulkane", "quinnross", "rayhunt"),
}
INJURED = {"BOS": "samwest", "NYK": "tedblack", "MIA": "umarnoor"}
