"""The chosen line of a player's game, and of a team's game in each market. Views over the books' lines of a date."""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.market import american, chosen
from nba_assets.basketball.prop_snapshots import of_both, told_simulated
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.market import bettingpros_player_points_props, odds_api_player_points_props


@view(books=prop_lines)
def points_lines(books: ir.Table) -> ir.Table:
    """A row is a player's points line on a date. Of books that are as new, The Odds API's before BettingPros'."""
    known = books.filter(books.player_lookup.notnull())
    return chosen(known, ("game_date", "player_lookup"), sources=("odds_api", "bettingpros"))


@view(
    odds_api=odds_api_player_points_props,
    bettingpros=bettingpros_player_points_props,
    games=schedule,
    names=player_names,
)
def prop_snapshots(odds_api: ir.Table, bettingpros: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is what a book offered on a known player's points at one moment before the tip.

    For who asks what was on offer at another moment than the tip.
    """
    rows = of_both(odds_api, bettingpros, games, names)
    return told_simulated(rows.filter(rows.player_lookup.notnull()), odds_api, bettingpros)


@view(books=prop_lines, games=games)
def games_with_props(books: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a game before whose tip a feed had shown some player's points line for its date."""
    first = books.group_by(_date="game_date").agg(_first_at=books.first_at.min())
    rows = games.select("game_id", "game_date", "tip_at")
    rows = rows.inner_join(first, [rows.game_date == first._date, first._first_at <= rows.tip_at])
    return rows.select("game_id")


@view(books=game_lines)
def team_lines(books: ir.Table) -> ir.Table:
    """A row is a market (`spread` or `total`) on one team's game: the line chosen for the game, from that team's side.

    A spread is signed for `team_abbr`: negative is favoured; its over is the team's cover. Prices are American odds.
    """
    priced = books.mutate(over_price=american(books.price), under_price=american(books.other_price))
    return chosen(priced, ("game_id", "team_abbr", "market"))
