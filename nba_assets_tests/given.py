"""Rows that many tests need, in few words: games, names, and a conformed row with the columns it always has.

A test gives what it is about; everything else is filled in here or NULL. Data only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from nba_assets.basketball.schedule import PLACE
from nba_assets.contracts.calendar import season_year
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.bigquery.fixture import ROWS
from nba_assets_tests.bigquery.games import Game, Row
from nba_assets_tests.rows import one

VALUES = {
    "STRING": ("a", "b"),
    "INT64": (1, 2),
    "FLOAT64": (1.5, 1.6),
    "BOOL": (True, False),
    "DATE": (date(2024, 11, 8), date(2024, 11, 9)),
    "TIMESTAMP": (datetime(2024, 11, 8, 1, tzinfo=UTC), datetime(2024, 11, 8, 2, tzinfo=UTC)),
    "ARRAY<FLOAT64>": ([1.0], [2.0]),
    "ARRAY<STRING>": (["x"], ["y"]),
    "DECIMAL": (1.0, 2.0),
}
"""Two values of each type of column; of a DECIMAL under that name, whatever its digits."""

PLACES = {
    "BOS": (42.3662, -71.0621, "America/New_York"),
    "NYK": (40.7505, -73.9934, "America/New_York"),
    "PHI": (39.9012, -75.1720, "America/New_York"),
    "LAL": (34.0430, -118.2673, "America/Los_Angeles"),
    "DEN": (39.7487, -105.0077, "America/Denver"),
}
"""Arenas: latitude, longitude, time zone."""

MATCH = Game("0022400101", date(2024, 11, 8), "NYK", "BOS", (100, 110))
"""NYK at BOS, final, on a Friday in November."""

THE_DAY = {"game_date": MATCH.day, "season_year": 2024}

_SCHEDULED = one(ROWS[nbac_schedule], game_id="0022400101")


def scheduled(game: Game, **changes: Any) -> Row:
    """The schedule's raw row of a game, read the morning after it."""
    away, home = game.score or (None, None)
    return {
        **_SCHEDULED,
        "game_id": game.nba_id,
        "game_code": f"{game.day:%Y%m%d}/{game.away}{game.home}",
        "game_date": game.day,
        "game_date_est": game.tip,
        "season_year": season_year(game.day),
        "game_status": 3 if game.score else 1,
        "game_status_text": "Final" if game.score else "7:30 pm ET",
        "away_team_tricode": game.away,
        "home_team_tricode": game.home,
        "away_team_score": away,
        "home_team_score": home,
        "arena_name": f"{game.home} Arena",
        "processed_at": game.tip + timedelta(hours=12),
        **changes,
    }


def put_games(lake: Path, days: Iterable[date], **changes: Any) -> None:
    """A lake's schedule has a game on each of the days, NYK at BOS, and it is not played yet."""
    schema = nbac_schedule.schema().to_pyarrow()
    for day in days:
        game = Game(f"002{season_year(day) % 100:02}0{day:%m%d}", day, "NYK", "BOS")
        row = scheduled(game, processed_at=game.tip - timedelta(hours=12), **changes)
        Lake(lake).replace(nbac_schedule, [(day, pa.Table.from_pylist([row], schema))])


def location(team: str, season: str = "2024-25") -> Row:
    latitude, longitude, zone = PLACES[team]
    return {"team_abbr": team, "season": season, "latitude": latitude, "longitude": longitude, "timezone": zone}


def game_row(game: Game, **changes: Any) -> Row:
    """A row of the view `schedule`, at home."""
    away, home = game.score or (None, None)
    return {
        "game_id": game.id,
        "nba_game_id": game.nba_id,
        "game_date": game.day,
        "season_year": season_year(game.day),
        "season_type": "regular",
        "away_team_abbr": game.away,
        "home_team_abbr": game.home,
        "away_points": away,
        "home_points": home,
        "tip_at": game.tip,
        "is_final": game.score is not None,
        "is_postponed": False,
        "is_neutral": False,
        **changes,
    }


def placed_game_row(game: Game, **changes: Any) -> Row:
    """A row of the view `placed_schedule`, and of `games`, at home."""
    return game_row(game, **_place("venue", game.home) | changes)


def team_game_rows(game: Game, **changes: Any) -> list[Row]:
    """The two rows of the view `team_schedule`."""
    shared = game_row(game, **changes)
    sides = {side: (shared.pop(f"{side}_team_abbr"), shared.pop(f"{side}_points")) for side in ("home", "away")}
    rows = []
    for side, other in (("home", "away"), ("away", "home")):
        (team, points), (opponent, against) = sides[side], sides[other]
        seen = {"team_abbr": team, "opponent_team_abbr": opponent, "points": points, "opponent_points": against}
        rows.append(shared | seen | {"home_game": side == "home"})
    return rows


def placed_team_game_rows(game: Game, **changes: Any) -> list[Row]:
    """The two rows of the views `placed_team_schedule` and `team_games`."""
    rows = team_game_rows(game, **_place("venue", game.home) | changes)
    return [row | _place("arena", row["team_abbr"]) for row in rows]


def _place(of: str, team: str) -> Row:
    return {f"{of}_{name}": value for name, value in zip(PLACE, PLACES[team], strict=True)}


def named(*lookups: str, **aliases: str) -> list[Row]:
    """Rows of the view `player_names`: lookups that mean themselves, and spellings of them."""
    spellings = {**{lookup: lookup for lookup in lookups}, **aliases}
    return [
        {"spelling": spelling, "player_lookup": lookup, "universal_player_id": f"{lookup}_001"}
        for spelling, lookup in spellings.items()
    ]


def eastern(day: date, hour: float) -> datetime:
    """An hour of Eastern winter time as an instant."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour + 5)


GOLDEN = Game("0022400561", date(2025, 1, 15), "NYK", "PHI", (125, 119))
"""NYK at PHI after one overtime: the specification's golden vector."""

GOLDEN_BOXES = {
    "PHI": {"points": 119, "fg_attempts": 92, "ft_attempts": 14, "turnovers": 12, "offensive_rebounds": 11},
    "NYK": {"points": 125, "fg_attempts": 86, "ft_attempts": 24, "turnovers": 13, "offensive_rebounds": 15},
}


def boxed(game: Game, team: str, team_minutes: float = 240.0, **totals: Any) -> Row:
    """A row of `team_boxes`."""
    return {
        "game_id": game.id,
        "nba_game_id": game.nba_id,
        "game_date": game.day,
        "season_year": season_year(game.day),
        "season_type": "regular",
        "team_abbr": team,
        "opponent_team_abbr": game.home if team == game.away else game.away,
        "home_game": team == game.home,
        "neutral_site": False,
        "team_minutes": team_minutes,
        "source": "nbac_team_boxscore",
        **totals,
    }


def golden_boxes(**both: Any) -> list[Row]:
    return [boxed(GOLDEN, team, 265.0, **totals, **both) for team, totals in GOLDEN_BOXES.items()]


def golden_counts() -> list[Row]:
    """Rows of the view `possession_counts` of that game; made up."""
    return [{"game_id": GOLDEN.id, "team_abbr": team, "possessions": n} for team, n in (("PHI", 97), ("NYK", 96))]


def shot_row(game: Game, team: str, zone: str = "paint", *, made: bool = False, **more: Any) -> Row:
    """A row of the view `shots`."""
    return {
        "game_id": game.id,
        "team_abbr": team,
        "defending_team_abbr": game.home if team == game.away else game.away,
        "zone": zone,
        "made": made,
        "is_assisted": False,
        "is_and_one": False,
        "source": "bigdataball",
        **more,
    }


def started(day: date, team: str, *players: str) -> list[Row]:
    """Rows of the view `starters`: a team's five of an earlier game."""
    year = day.year if day.month >= 10 else day.year - 1
    shared = {"game_id": f"{day:%Y%m%d}_{team}", "game_date": day, "season_year": year, "team_abbr": team}
    return [shared | {"player_lookup": player, "is_starter": True} for player in players]


TODAY = date(2024, 12, 20)
"""The day that the tables of form are tested on: 59 days into the season, Boston at New York."""

COVERED: dict[str, list[Row]] = {
    "slate": [game_row(Game("0022400400", TODAY, "BOS", "NYK"))],
    "season_starts": [{"season_year": 2024, "starts_on": date(2024, 10, 22)}],
}
"""What says that a table of form is built for the day."""


def ago(days: int, **more: Any) -> Row:
    """What every row of a finished game has, that many days before the day."""
    day = TODAY - timedelta(days=days)
    year = day.year if day.month >= 10 else day.year - 1
    return {"game_id": f"{day:%Y%m%d}_PHI_NYK", "game_date": day, "season_year": year, "season_type": "regular"} | more


def result(days: int, team: str = "NYK", **more: Any) -> Row:
    """A row of the view `team_schedule`, of a finished game."""
    return ago(days, team_abbr=team, is_final=True, is_postponed=False) | more


def played(days: int, points: int = 20, player: str = "brunson", **more: Any) -> Row:
    """A row of `player_game_summary`, of half an hour on court."""
    his = {"player_lookup": player, "universal_player_id": f"{player}_001", "team_abbr": "NYK"}
    return ago(days, points=points, seconds_played=1800, minutes_played=30.0) | his | more


def used(percent: float | None, minutes: float) -> Row:
    """A usage, and the plays behind it where a team has two a minute."""
    meanwhile = 2 * minutes
    own = None if percent is None else percent / 100 * meanwhile
    return {"usage_rate": percent, "plays_used": own, "team_plays_on_court": own if own is None else meanwhile}


def upcoming(player: str = "brunson", team: str = "NYK", opponent: str = "BOS", days: int = 0, **more: Any) -> Row:
    """A row of `upcoming_player_game_context`."""
    return {
        **{name: value for name, value in ago(days).items() if name != "season_type"},
        "season_phase": "mid",
        "player_lookup": player,
        "universal_player_id": f"{player}_001",
        "team_abbr": team,
        "opponent_team_abbr": opponent,
        "home_game": team == "NYK",
        "back_to_back": False,
    } | more


def night(days: int, spread: float | None, home: str = "NYK", away: str = "PHI", **more: Any) -> list[Row]:
    """Both teams' rows of `upcoming_team_game_context`, with the spread of the home team."""
    sides = ((home, away, True, spread), (away, home, False, None if spread is None else -spread))
    return [
        ago(days, neutral_site=False)
        | {"team_abbr": team, "opponent_team_abbr": other, "home_game": at_home, "game_spread": given}
        | {"game_id": f"{days}_{away}_{home}"}
        | more
        for team, other, at_home, given in sides
    ]


def known_on(day: date, inputs: dict[str, list[Row]], *history: str) -> dict[str, list[Row]]:
    """The inputs without a row after the day, and of `history` without one on it either; and of its season only."""

    def stays(name: str, row: Row) -> bool:
        its_day = next((row[key] for key in ("game_date", "analysis_date", "cache_date") if key in row), None)
        this_season = row.get("season_year", 2024) == 2024
        return this_season and (its_day is None or its_day < day or (its_day == day and name not in history))

    return {name: [row for row in rows if stays(name, row)] for name, rows in inputs.items()}
