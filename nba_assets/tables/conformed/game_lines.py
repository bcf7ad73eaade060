"""Spreads and totals of games, one row a book: first and last snapshot before the tip, and the prices.

A row is a book's line in a market (`spread` or `total`) on one team's game. A spread is signed for `team_abbr`:
negative is favoured; a total stands once for each team. What was seen after the tip never counts.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import stamp_by_pair, team
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import first_and_last
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.strays import stray_game_lines
from nba_assets.tables.raw.market import odds_api_game_lines


def _of_no_game(rows: ir.Table, strays: ir.Table) -> ir.Table:
    return strays


@conformed(
    step="pregame",
    key=("game_id", "team_abbr", "market", "book"),
    cluster_by=("game_date", "game_id", "market", "book"),
    reads={
        "lines": same_day(odds_api_game_lines),
        "games": same_day(schedule),
        "strays": same_day(stray_game_lines),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("market", "STRING", "spread or total", required=True),
        Column("book", "STRING", "the book, in lower case", required=True),
        Column("line", "FLOAT64", "its last line before the tip", "points"),
        Column("opening", "FLOAT64", "its first", "points"),
        Column("price", "FLOAT64", "price of the team's spread, or of the over, with the last line", "decimal odds"),
        Column("under_price", "FLOAT64", "of a total, price of the under at the same moment", "decimal odds"),
        Column("last_at", "TIMESTAMP", "when the last line was seen", "UTC"),
        Column("first_at", "TIMESTAMP", "when the first was", "UTC"),
    ),
    checks=(
        Check("lines_match_the_schedule", "every betting line is of a game of the schedule", _of_no_game, "warn"),
        holds("first_before_last", lambda t: t.first_at <= t.last_at, "no book ends before it begins"),
    ),
)
def game_lines(lines: ir.Table, games: ir.Table) -> ir.Table:
    snapshots = _team_snapshots(lines, games)
    by = ("game_id", "game_date", "season_year", "team_abbr", "market")
    return first_and_last(snapshots, by, "price", "under_price")


def _team_snapshots(lines: ir.Table, games: ir.Table) -> ir.Table:
    """Pre-tip snapshots as one row for each team: spreads by the team they name, totals for both teams.

    The feed's home and away may be swapped, so a spread belongs to the team its outcome names.
    """
    named = lines.mutate(
        named_team=ibis.cases(
            (lines.outcome_name == lines.home_team, team(lines.home_team_abbr)),
            (lines.outcome_name == lines.away_team, team(lines.away_team_abbr)),
        )
    ).drop("home_team", "away_team")
    tips = games.select(
        _tip_game=games.game_id, tip_at=games.tip_at, home=games.home_team_abbr, away=games.away_team_abbr
    )
    rows = stamp_by_pair(named, games)
    rows = rows.join(tips, rows.game_id == tips._tip_game)
    rows = rows.filter(rows.snapshot_timestamp <= rows.tip_at)
    spreads = rows.filter((rows.market_key == "spreads") & rows.named_team.notnull())
    totals = rows.filter(rows.market_key == "totals")
    key = ("game_id", "bookmaker_key", "snapshot_timestamp")
    unders = totals.filter(totals.outcome_name == "Under").group_by(*key)
    unders = unders.agg(under_price=lambda t: t.outcome_price.max())
    totals = with_columns(totals.filter(totals.outcome_name == "Over"), unders, key, "under_price")
    spreads = spreads.mutate(under_price=ibis.null("float64"))
    parts = [
        part.select(
            "game_id",
            "game_date",
            "season_year",
            "data_hash",
            "under_price",
            team_abbr=part[side],
            market=ibis.literal(market),
            book=part.bookmaker_key.lower(),
            at=part.snapshot_timestamp,
            point=part.outcome_point,
            price=part.outcome_price,
        )
        for part, side, market in (
            (spreads, "named_team", "spread"),
            (totals, "home", "total"),
            (totals, "away", "total"),
        )
    ]
    return parts[0].union(*parts[1:])
