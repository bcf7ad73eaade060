"""Spreads and totals of games, one row a book: first and last snapshot before the tip, and the prices.

A row is a book's line in a market (`spread` or `total`) on one team's game. A spread is signed for `team_abbr`:
negative is favoured; a total stands once for each team. What was seen after the tip never counts.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import folded, stamp_by_pair, team
from nba_assets.basketball.joins import latest
from nba_assets.basketball.market import first_and_last, lines_are_halves
from nba_assets.basketball.placement import of_a_game
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.strays import stray_game_lines
from nba_assets.tables.raw.market import odds_api_game_lines


def _not_placed(rows: ir.Table, lines: ir.Table, games: ir.Table) -> ir.Table:
    """Outcomes of no market or side, without a point, a book, a moment or a tip to compare it with."""
    found = _outcomes(lines, games)
    placed = (found.is_one | found.is_other) & found.outcome_point.notnull() & found.book.notnull()
    placed = placed & (found["at"].notnull() & found.tip_at.notnull())
    found = found.filter(~placed.fill_null(False))
    return found.select("game_id", "game_date", "bookmaker_key", "market_key", "outcome_name", "outcome_point")


def _of_two_minds(rows: ir.Table, lines: ir.Table, games: ir.Table) -> ir.Table:
    """Captures whose two sides have different lines, of which the home team's, or the over's, counts."""
    found = _captures(lines, games)
    found = found.filter(found.point != found.theirs)
    return found.select("game_id", "game_date", "market", "book", "at", "point", "theirs")


def _one_sided(rows: ir.Table) -> ir.Table:
    per_market = ibis.window(group_by=["game_id", "market", "book"])
    sides = rows.mutate(_sides=rows.count().over(per_market), _sum=rows.line.sum().over(per_market))
    agrees = (sides._sides == 2) & (sides._sum == (sides.market == "total").ifelse(2 * sides.line, 0.0))
    return sides.filter(~agrees).drop("_sides", "_sum")


@conformed(
    step="pregame",
    key=("game_id", "team_abbr", "market", "book"),
    cluster_by=("game_date", "game_id", "market", "book"),
    reads={
        "lines": same_day(odds_api_game_lines),
        "games": same_day(schedule),
        "strays": same_day(stray_game_lines),
        "quarantine": same_day(QUARANTINE),
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
        Column("other_price", "FLOAT64", "of the other team's, or of the under, at the same moment", "decimal odds"),
        Column("last_at", "TIMESTAMP", "when the last line was seen", "UTC"),
        Column("first_at", "TIMESTAMP", "when the first was", "UTC"),
        Column("tip_at", "TIMESTAMP", "tip-off by the schedule, after which no line counts", "UTC"),
    ),
    checks=(
        of_a_game("betting line"),
        kept_out(
            "lines_can_be_placed",
            "without a market, a side, a line, a book or a moment before the tip",
            _not_placed,
            "every betting line has a market, a side, a point, a book and a moment",
        ),
        holds("first_before_last", lambda t: t.first_at <= t.last_at, "no book ends before it begins"),
        lines_are_halves(),
        Check("one_line_a_book", "a book's totals agree and its spreads cancel, and both teams have them", _one_sided),
        Check("sides_agree", "both sides of a capture have the same line", _of_two_minds, "warn"),
        *at_the_door(odds_api_game_lines),
    ),
)
def game_lines(lines: ir.Table, games: ir.Table) -> ir.Table:
    by = ("game_id", "game_date", "season_year", "team_abbr", "market", "tip_at")
    return first_and_last(_both_teams(_captures(lines, games)), by, "price", "other_price")


_CAPTURE = ("game_id", "game_date", "season_year", "tip_at", "home", "away", "market", "book", "at")


def _captures(lines: ir.Table, games: ir.Table) -> ir.Table:
    """A book's spread or total in one capture before the tip, once a game: `point` and the prices of both sides.

    A spread is the home team's here, and `theirs` is what the other side says that it is. The feed's home and away may
    be swapped, so a spread belongs to the team that its outcome names; where only one of the two is named, the other's
    is its reverse.
    """
    rows = _outcomes(lines, games)
    rows = rows.filter(rows.is_one | rows.is_other)
    rows = rows.filter((rows["at"] <= rows.tip_at) & rows.outcome_point.notnull())
    one, other = rows.is_one, rows.is_other
    captures = rows.group_by(*_CAPTURE)
    captures = captures.agg(
        point=rows.outcome_point.max(where=one),
        _others=rows.outcome_point.max(where=other),
        price=rows.outcome_price.max(where=one),
        _other_price=rows.outcome_price.max(where=other),
        data_hash=rows.data_hash.min(),
    )
    theirs = (captures.market == "spread").ifelse(0 - captures._others, captures._others)
    point = captures.point.coalesce(theirs)
    # The price of the other side counts with the same line only.
    same = (point == theirs).fill_null(False)
    other_price = same.ifelse(captures._other_price, ibis.null("float64"))
    return captures.mutate(point=point, theirs=theirs, other_price=other_price)


def _outcomes(lines: ir.Table, games: ir.Table) -> ir.Table:
    """Each outcome with its game, market, book, moment and tip, and which side of the market it is.

    A printed name may stand in the place of a key: `Spreads`, `DraftKings`, `OVER`, a team's nickname or tricode.
    """
    tips = games.select(_game="game_id", _tip="tip_at", home="home_team_abbr", away="away_team_abbr")
    outcomes = latest(
        lines, ("game_date", "game_id", "snapshot_timestamp", "bookmaker_key", "market_key", "outcome_name")
    )
    printed = folded(outcomes.outcome_name)
    # Whole words: "Thunder" ends with "under".
    word = ibis.literal(" ") + printed
    named = ibis.cases(
        ((ibis.literal(" ") + folded(outcomes.home_team)).endswith(word), team(outcomes.home_team_abbr)),
        ((ibis.literal(" ") + folded(outcomes.away_team)).endswith(word), team(outcomes.away_team_abbr)),
        else_=team(printed),
    )
    rows = stamp_by_pair(outcomes.mutate(side=named).drop("home_team", "away_team"), games)
    rows = rows.join(tips, rows.game_id == tips._game)
    rows = rows.mutate(
        market=folded(rows.market_key).cases(*_MARKETS.items()),
        book=rows.bookmaker_key.lower(),
        at=rows.snapshot_timestamp,
        tip_at=rows._tip.coalesce(rows.commence_time),
    )
    spread = rows.market == "spread"
    return rows.mutate(
        is_one=rows.side == spread.ifelse(rows.home, "OVER"), is_other=rows.side == spread.ifelse(rows.away, "UNDER")
    )


_MARKETS = {"spreads": "spread", "spread": "spread", "totals": "total", "total": "total"}


def _both_teams(captures: ir.Table) -> ir.Table:
    """Each capture from the side of either team: the spread turned round for the visitors, the total as it is."""
    turned = captures.market == "spread"
    shared = ("game_id", "game_date", "season_year", "tip_at", "market", "book", "at", "data_hash")
    home = captures.select(*shared, "point", "price", "other_price", team_abbr="home")
    away = captures.select(
        *shared,
        team_abbr="away",
        point=turned.ifelse(0 - captures.point, captures.point),
        price=turned.ifelse(captures.other_price, captures.price),
        other_price=turned.ifelse(captures.price, captures.other_price),
    )
    return home.union(away.select(home.columns))
