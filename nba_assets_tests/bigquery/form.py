"""A month of twelve teams as stored, up to and on the dates that the tables of form are built for. Made-up numbers.

Every team plays every second day from 22 October 2024. Given directly, without sources: the schedule, the summaries
and the upcoming contexts. The teams and players differ in what is missing of them; a column not given is NULL.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets_tests.bigquery.games import SEASON, Game, Row
from nba_assets_tests.given import scheduled

OPENING = date(2024, 10, 22)
ROUNDS = 17
LAST = 14
"""The rounds from this one on are to be played when the dates of `FORM_WINDOW` come: 14, 15 and 16 games each."""

FORM_WINDOW = Window(OPENING + timedelta(2 * LAST), OPENING + timedelta(2 * ROUNDS - 2))
EARLY_WINDOW = Window(OPENING - timedelta(1), OPENING + timedelta(15))

TEAMS = ("BOS", "NYK", "MIA", "PHI", "CHI", "LAL", "DEN", "UTA", "SAS", "POR", "ATL", "DAL")

UNDEFENDED = {"UTA": range(6), "SAS": range(6), "POR": (6,)}
"""Rounds of which a team has no summary: on the second date, not the third, too few have ten games for a league."""

BLIND_TEAM = "MIA"
"""Whose games have no play-by-play at all; of the others' games, every sixth has none."""

LOST_ROUNDS = (2, 7, 9)
"""Rounds of which no player of New York has a row."""

_made_up = random.Random(7)


def _round(number: int) -> Iterable[Game]:
    others = TEAMS[1:]
    order = (TEAMS[0], *others[number % 11 :], *others[: number % 11])
    day = OPENING + timedelta(2 * number)
    for n, (a, b) in enumerate(zip(order[:6], reversed(order[6:]), strict=True)):
        away, home = (a, b) if number % 2 else (b, a)
        yield Game(f"00224{number:03}{n:02}", day, away, home, (101 + n, 99 + number))


GAMES = [list(_round(number)) for number in range(ROUNDS)]
PLAYED = GAMES[:-1]
"""The last date is still to be played; the two before it have been, and must not be looked at on their own dates."""

POSTPONED = replace(next(iter(_round(15))), nba_id="0022499999", day=FORM_WINDOW.end - timedelta(1), score=None)


def _of(team: str, games: Sequence[Game]) -> Game:
    return next(game for game in games if team in (game.away, game.home))


def _keys(game: Game) -> Row:
    return {"game_id": game.id, "game_date": game.day, "season_type": "regular", **SEASON}


def _opponent(team: str, game: Game) -> str:
    return game.home if team == game.away else game.away


def _between(low: int, high: int) -> int:
    return _made_up.randint(low, high)


def _defense() -> Iterable[Row]:
    for number, games in enumerate(PLAYED):
        for n, team in enumerate(TEAMS):
            if number in UNDEFENDED.get(team, ()):
                continue
            game = _of(team, games)
            covered = team != BLIND_TEAM and (number + n) % 6 != 0
            zones = {f"opp_{zone}_attempts": _between(20, 45) for zone in ("paint", "mid_range")}
            zones |= {f"opp_{zone}_makes": _between(8, 20) for zone in ("paint", "mid_range")}
            zones |= {f"blocks_{zone}": _between(0, 4) for zone in ("paint", "mid_range", "three_pt")}
            zones["points_in_paint_allowed"] = 2 * zones["opp_paint_makes"]
            yield (
                _keys(game)
                | (zones if covered else {})
                | {
                    "defending_team_abbr": team,
                    "opponent_team_abbr": _opponent(team, game),
                    "points_allowed": _between(85, 130),
                    "opp_three_pt_attempts": _between(25, 45),
                    "opp_three_pt_makes": _between(7, 20),
                    "defensive_rating": _between(9500, 12500) / 100,
                    "opponent_pace": _between(930, 1060) / 10 if number % 5 else None,
                }
            )


def _offense() -> Iterable[Row]:
    for number, games in enumerate(PLAYED):
        for team in ("BOS", "NYK"):
            game = _of(team, games)
            yield _keys(game) | {
                "team_abbr": team,
                "opponent_team_abbr": _opponent(team, game),
                "pace": _between(930, 1060) / 10 if number % 4 else None,
                "offensive_rating": _between(9500, 12500) / 100,
                "win_flag": _between(0, 1) == 1,
            }


PLAYERS: Mapping[str, tuple[str, range, int, int, int]] = {
    # team, rounds, and the most paint, mid-range and three-point attempts a game
    "steady": ("BOS", range(16), 12, 5, 3),
    "shooter": ("BOS", range(16), 2, 2, 11),
    "midranger": ("BOS", range(3, 16), 3, 9, 3),
    "balanced": ("BOS", range(2, 16), 5, 4, 5),
    "unseen": ("BOS", range(16), 6, 3, 6),
    "shotless": ("BOS", range(1, 16), 0, 0, 0),
    "benched": ("BOS", range(9, 16), 6, 4, 4),
    "newyorker": ("NYK", range(16), 6, 3, 6),
    "latecomer": ("NYK", range(6, 16), 6, 3, 6),
    "thin": ("NYK", range(13, 16), 4, 3, 3),
    "single": ("NYK", range(14, 15), 4, 3, 3),
    "traded": ("NYK", range(16), 7, 2, 6),
}
"""Who plays; "unseen" only in games without play-by-play but for two, "benched" often without time on court."""

ROOKIE = "rookie"
"""In the upcoming context, without a game."""


def _player_games() -> Iterable[Row]:
    for player, (team, rounds, *most) in PLAYERS.items():
        for number in rounds:
            its_team = "BOS" if player == "traded" and number < 8 else team
            if its_team == "NYK" and number in LOST_ROUNDS:
                continue
            game = _of(its_team, PLAYED[number])
            covered = number in (3, 12) if player == "unseen" else number % 5 != 4
            seconds = (None, 0, 900)[number % 3] if player == "benched" else _between(600, 2400)
            yield (
                _keys(game)
                | _line(most, covered=covered)
                | {
                    "player_lookup": player,
                    "universal_player_id": f"{player}_001",
                    "team_abbr": its_team,
                    "opponent_team_abbr": _opponent(its_team, game),
                    "seconds_played": seconds,
                    "minutes_played": None if seconds is None else round(seconds / 60, 1),
                    **_usage(number),
                    "ts_pct": _between(300, 800) / 1000 if number % 6 else None,
                    "season_type": "cup_final" if player == "steady" and number == 10 else "regular",
                }
            )


def _usage(number: int) -> Row:
    if number % 7 == 0:
        return {}
    own, team = _between(200, 2500) / 100, _between(4000000, 7000000) / 100000
    return {"plays_used": own, "team_plays_on_court": team, "usage_rate": round(100 * own / team, 2)}


def _line(most: Sequence[int], *, covered: bool) -> Row:
    attempts = {zone: _between(n // 2, n) for zone, n in zip(("paint", "mid_range", "three_pt"), most, strict=True)}
    makes = {zone: _between(0, n) for zone, n in attempts.items()}
    fg_makes, free_throws = sum(makes.values()), _between(0, 6) if any(most) else 0
    assisted = _between(0, fg_makes)
    seen = {f"{zone}_attempts": attempts[zone] for zone in ("paint", "mid_range")}
    seen |= {f"{zone}_makes": makes[zone] for zone in ("paint", "mid_range")}
    seen |= {"assisted_fg_makes": assisted, "unassisted_fg_makes": fg_makes - assisted}
    return (seen if covered else {}) | {
        "points": 2 * fg_makes + makes["three_pt"] + free_throws,
        "fg_makes": fg_makes,
        "three_pt_attempts": attempts["three_pt"],
        "three_pt_makes": makes["three_pt"],
        "ft_makes": free_throws,
    }


TIRED = {
    "back_to_back": True,
    "games_in_last_7_days": 4,
    "minutes_in_last_7_days": 241,
    "avg_minutes_per_game_last_7": 38.0,
    "back_to_backs_last_14_days": 2,
    "player_age": 35,
}
"""What makes "steady" as tired as can be."""

STATUSES = (None, "Questionable", "out", "probable", "DOUBTFUL", None, "game time decision")


def _upcoming() -> Iterable[Row]:
    numbers = count()
    for games in GAMES[LAST:]:
        for player, team in [*((player, team) for player, (team, *_) in PLAYERS.items()), (ROOKIE, "BOS")]:
            n, game = next(numbers), _of(team, games)
            known = {
                "player_status": STATUSES[n % 7],
                "player_age": (23, 30, 36, None)[n % 4],
                "days_rest": (0, 1, 3, 5)[n % 4],
                "opponent_days_rest": (1, 4, None, 0, 1)[n % 5],
                "avg_minutes_per_game_last_7": (None, 35.1, 35.0, 28.4)[n % 4],
                "fourth_quarter_minutes_last_7": n,
                "points_avg_last_5": 99.9,
                "points_avg_last_10": 99.9,
                "usage_rate_last_10": (0.0, 18.25, 22.5, None, 31.0)[n % 5],
                "projected_usage_rate": (24.0, 30.33, 12.1)[n % 3],
                "star_teammates_out": (None, 0, 1, 2)[n % 4],
                "star_teammates_newly_out": (None, 0.0, 0.4, 2.5)[n % 4],
                "expected_pace_change": (-9.3, 0.0, 0.5, 7.7, None)[n % 5],
                "team_days_rest": (0, 1, None, 3)[n % 4],
                "days_absent": (0, 0, 4)[n % 3],
            }
            yield (
                _keys(game)
                | (known if player != ROOKIE else {})
                | {
                    "player_lookup": player,
                    "universal_player_id": f"{player}_001",
                    "games_missing": n % 2 * 5 if player == ROOKIE else n % 3 // 2,
                    "team_abbr": team,
                    "opponent_team_abbr": _opponent(team, game),
                    "home_game": team == game.home,
                    "season_phase": "playoffs" if n % 6 == 0 else "early",
                    "back_to_back": n % 3 == 0,
                    "games_in_last_7_days": n % 6,
                    "games_in_last_14_days": n % 9,
                    "minutes_in_last_7_days": (100, 240, 241)[n % 3],
                    "minutes_in_last_14_days": 300,
                    "back_to_backs_last_14_days": n % 4,
                    **(TIRED if player == "steady" else {}),
                }
            )


def _schedule() -> Iterable[Row]:
    for game in (game for games in PLAYED for game in games):
        yield scheduled(game)
    for game in GAMES[-1]:
        yield scheduled(replace(game, score=None))
    yield scheduled(POSTPONED, game_status_text="PPD")


def _stored(contract: Contract, rows: Iterable[Row]) -> list[Row]:
    """The rows with the contract's columns only and decimals as such, which BigQuery's NUMERIC wants exactly."""
    scales = {column.name: column.scale for column in contract.columns}

    def value(name: str, given: Any) -> Any:
        return Decimal(str(given)) if scales[name] is not None and given is not None else given

    return [{name: value(name, given) for name, given in row.items() if name in scales} for row in rows]


FORM: Mapping[Contract, Sequence[Row]] = {
    nbac_schedule: list(_schedule()),
    team_defense_game_summary: _stored(team_defense_game_summary, _defense()),
    team_offense_game_summary: _stored(team_offense_game_summary, _offense()),
    player_game_summary: _stored(player_game_summary, _player_games()),
    upcoming_player_game_context: _stored(upcoming_player_game_context, _upcoming()),
}
"""Rows by contract; a raw table that is not named is empty."""
