"""Strength of teams by the market: what the spread of each of their games says that they were worth that night.

A spread knows who is missing, whatever the reports say: a team priced far below what it usually is plays without
somebody. In points on neutral ground above the average team. Which spread counts is the market's.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import form, history
from nba_assets.basketball.joins import with_columns

HOME = 2.2
"""Points that playing at home is worth in a spread: the mean over 2021-22 and 2022-23 (2.29 and 2.20)."""

GAMES, HIS_GAMES = 20, 10
"""The last games that a team is usually worth what it is worth by, and that a player's own is of."""

TEAM_GAME = ("game_id", "team_abbr")
OPPONENT = {"game_id": "game_id", "opponent_team_abbr": "team_abbr"}


def priced_nights(slates: ir.Table) -> ir.Table:
    """Team-games with what spreads say: `usual_strength` of the team, `opponent_strength` as usual, `priced_strength`.

    The last is what the team is worth tonight: its margin on neutral ground by the spread, and the opponent's strength.
    The usual is the mean over the last games of such margins, each with the opponent's mean margin until then. Unknown
    is NULL: without a spread tonight, or in first games. `slates` has a row for each team's game of a season up to a
    date, with its spread before the tip.
    """
    home = slates.home_game.ifelse(HOME, -HOME)
    nights = slates.select(
        *("game_id", "game_date", "season_year", "season_type", "team_abbr", "opponent_team_abbr"),
        _margin=0 - slates.game_spread.cast("float64") - slates.neutral_site.ifelse(0.0, home),
    )
    nights = _with_usual(nights, "_margin", "_usual_margin")
    nights = with_columns(nights, nights, OPPONENT, _their_margin="_usual_margin")
    nights = nights.mutate(_beside=nights._margin + nights._their_margin)
    nights = _with_usual(nights, "_beside", "usual_strength")
    nights = with_columns(nights, nights, OPPONENT, opponent_strength="usual_strength")
    nights = nights.mutate(priced_strength=nights._margin + nights.opponent_strength)
    return nights.drop("_margin", "_usual_margin", "_their_margin", "_beside")


def _with_usual(nights: ir.Table, column: str, name: str) -> ir.Table:
    """The nights with the mean of a column over the team's games before that have it."""
    known = history.counted(nights.filter(nights[column].notnull()))
    return history.as_of(nights, known, "team_abbr", **{name: form.mean_of(column, GAMES)})


def with_priced_strength(rows: ir.Table, players: ir.Table, slates: ir.Table) -> ir.Table:
    """Upcoming games of players with what the spreads say of both teams, and `his_strength`: what his team was worth on
    average in his own last games."""
    nights = priced_nights(slates)
    his = with_columns(history.counted(players), nights, TEAM_GAME, "priced_strength")
    rows = with_columns(rows, nights, TEAM_GAME, "priced_strength", "usual_strength", "opponent_strength")
    return history.as_of(rows, his, "player_lookup", his_strength=form.mean_of("priced_strength", HIS_GAMES))
