"""Placement: raw rows of games that no table takes, with why, and the checks that count them.

A row needs a game of the schedule, the game must be over, and the row's team must play in it. Which game a row means is
identity's to say.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import of_another_team, stamp_by_nba_id, stamp_by_pair, without_game
from nba_assets.contracts.kept_out import kept_out
from nba_assets.contracts.table import Check

NO_GAME = "of no game of the schedule"
NOT_FINAL = "of a game that is not final"
ANOTHER_TEAM = "of a team that is not in the game"


def finished(games: ir.Table) -> ir.Table:
    """The games that have a result. What a source says of a game under way waits."""
    return games.filter(games.is_final)


def left_out_by_pair(rows: ir.Table, games: ir.Table, *names: str) -> ir.Table:
    """The date, team, `source` and `names` of rows that have no place, with `why`: found by date and both teams."""
    return _left_out(without_game(rows, games), stamp_by_pair(rows, games), games, *names)


def left_out_by_nba_id(rows: ir.Table, games: ir.Table) -> ir.Table:
    """The same of rows with an NBA id."""
    return _left_out(rows.anti_join(games, "nba_game_id"), stamp_by_nba_id(rows, games), games)


def _left_out(strays: ir.Table, placed: ir.Table, games: ir.Table, *names: str) -> ir.Table:
    placed = placed.join(games.select("game_id", "is_final", "home_team_abbr", "away_team_abbr"), "game_id")
    told = ("game_date", "source", "team_abbr", *names)
    groups = {
        NO_GAME: strays,
        NOT_FINAL: placed.filter(~placed.is_final),
        ANOTHER_TEAM: of_another_team(placed.filter(placed.is_final)),
    }
    first, *others = [rows.select(*told, why=ibis.literal(why)) for why, rows in groups.items()]
    return first.union(*others)


def placement_checks(what: str) -> tuple[Check, ...]:
    """That nothing is left out, reason by reason; needs the input `strays`. `what` names the rows: `boxes`."""
    return (
        kept_out(f"{what}_match_the_schedule", NO_GAME, _of(NO_GAME), f"{what} are of games of the schedule"),
        kept_out(f"{what}_are_of_finished_games", NOT_FINAL, _of(NOT_FINAL), f"{what} are of games that are over"),
        kept_out(f"{what}_are_of_the_games_teams", ANOTHER_TEAM, _of(ANOTHER_TEAM), f"{what} are of a game's teams"),
    )


def of_a_game(what: str) -> Check:
    """That every `what` of a betting feed is of a game; needs the input `strays`, which are those of none."""
    told = f"every {what} is of a game of the schedule"
    return kept_out("lines_match_the_schedule", NO_GAME, lambda rows, strays: strays, told)


def _of(why: str) -> Callable[..., ir.Table]:
    def left_out(rows: ir.Table, strays: ir.Table) -> ir.Table:
        return strays.filter(strays.why == why)

    return left_out
