"""What each system says about each book's line on a player, as things stood when a bet on it was decided.

A row is one player in one game by one system against one book's line: the book's last before the decision time, 60
minutes before the tip (a setting). Where no book had a line there is one row, whose book is `none`. `is_graded` marks
the row that counts: that of the book which the one rule for lines chooses. Two systems have no forecasts of their own:
`ensemble` averages the others', and `market` has the line, and for a probability what the two prices say without the
book's margin. Of how far the others' probabilities lie from the market's, the part is kept that came of late.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import calibration, distribution, forecast, history
from nba_assets.basketball.betting import NO_PRICE, recommended
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.offers import NO_BOOK
from nba_assets.basketball.population import of_form
from nba_assets.basketball.systems import ensemble
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of, share_without
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import Check, Population, holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.predictions.player_points_model_forecasts import player_points_model_forecasts
from nba_assets.tables.predictions.player_prop_offers import player_prop_offers

MARKET = "market"
"""The benchmark that every other system is read beside."""

_GRAIN = ("player_lookup", "game_id", "market", "system_id")

_OF_A_PLAYER = (
    *("universal_player_id", "team_abbr", "opponent_team_abbr", "is_home", "season_points_avg", "role"),
    *("minutes_forecast", "probability_plays"),
)
_OF_A_FORECAST = (
    *("game_date", "mean", *forecast.DISTRIBUTION, "feature_version", "trained_to", "quality_tier", *_OF_A_PLAYER),
)

_OF_AN_OFFER = (
    *("book", "is_chosen", "line_value", "line_seen_at", "over_price", "under_price", "overround"),
    *("market_probability_over", "is_simulated"),
)


def _eligible(forecasts: ir.Table) -> ir.Table:
    return forecasts.select("player_lookup", "game_date").distinct()


def _unanswered(rows: ir.Table, forecasts: ir.Table, model_forecasts: ir.Table) -> ir.Table:
    """Forecasts that no row is made of."""
    named = (*_GRAIN, "game_date")
    return forecasts.select(*named).union(model_forecasts.select(*named)).anti_join(rows, _GRAIN)


def _not_one_graded(rows: ir.Table) -> ir.Table:
    graded = rows.group_by(*_GRAIN, "game_date").agg(graded=rows.is_graded.ifelse(1, 0).sum())
    return graded.filter(graded.graded != 1)


def _without_tip(rows: ir.Table, slate: ir.Table) -> ir.Table:
    """Games that are predicted and have no tip: when bets on them are decided is unknown."""
    games = rows.select("game_id", "game_date").distinct()
    return games.semi_join(slate.filter(slate.tip_at.isnull()), "game_id")


_FORM = of_form("player_lookup", _eligible, schedule=same_day(schedule))


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=("game_id", "player_lookup", "market", "system_id", "book"),
    cluster_by=forecast.CLUSTER_BY,
    reads={
        "forecasts": same_day(player_points_forecasts),
        "model_forecasts": same_day(player_points_model_forecasts),
        "so_far": season_to_date(player_points_forecasts),
        "model_so_far": season_to_date(player_points_model_forecasts),
        "players": season_history(player_game_summary),
        "offered": same_day(player_prop_offers),
        "offered_before": season_history(player_prop_offers),
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
    },
    measures=(mean_of("predicted_points"), share_without("line_value")),
    population=Population(owed=_FORM.owed, due=_FORM.due, reads=_FORM.reads, skipped=_FORM.skipped),
    columns=(
        *(column for column in forecast.COLUMNS if column.name not in ("mean", "median", "errors_behind")),
        Column("book", "STRING", f"whose line it is; {NO_BOOK} where no book had one", required=True),
        Column("is_graded", "BOOL", "of the book that counts, one of a player, game, market and system", required=True),
        Column("predicted_points", "DECIMAL(6,3)", "median of the forecast, its mean without one", "points", True),
        Column("mean", "DECIMAL(6,3)", "points that the system expects if he plays", "points", required=True),
        Column("line_value", "DECIMAL(4,1)", "the book's line at the decision time; NULL where none is", "points"),
        Column("line_seen_at", "TIMESTAMP", "when it was last seen by then", "UTC"),
        Column("over_price", "INT64", "price of the over with it", "American odds"),
        Column("under_price", "INT64", "price of the under", "American odds"),
        Column("is_simulated", "BOOL", "nobody ever offered the line; NULL without one"),
        Column("overround", "DECIMAL(6,4)", "implied probabilities of both prices less 1: the book's margin", "share"),
        Column("market_probability_over", "DECIMAL(5,4)", "of the over by both prices, less the margin", "0-1"),
        Column("line_margin", "DECIMAL(6,3)", "predicted_points less the line", "points"),
        Column(
            "line_slope",
            "DECIMAL(5,4)",
            "of how far the system's own probability is from the market's, the part that is kept: what came of it over "
            "the lines of the season before; NULL without a probability",
            "0-1",
        ),
        Column("probability_over", "DECIMAL(5,4)", "that he scores more, if he plays; NULL if unknown", "0-1"),
        Column("probability_under", "DECIMAL(5,4)", "that he scores less", "0-1"),
        Column("probability_push", "DECIMAL(5,4)", "that he scores just the line; 0 at a half", "0-1"),
        Column("confidence", "DECIMAL(5,4)", "probability of the likelier side where the bet is decided", "0-1"),
        Column("side", "STRING", "OVER or UNDER, whichever price has the better edge; NULL if neither is known"),
        Column("price", "INT64", "price of that side", "American odds"),
        Column("edge", "DECIMAL(5,4)", "its probability, where decided, less what the price pays even at", "share"),
        Column("expected_value", "DECIMAL(6,4)", "of a stake of one on it", "stakes"),
        Column(
            "recommendation",
            "STRING",
            "OVER or UNDER where the edge is above the margin (a setting, 3 percentage points), else PASS; NO_LINE "
            "without a line, NULL without a price",
        ),
        Column("recommendation_reason", "STRING", "edge, no_edge, no_distribution, no_price or no_line", required=True),
    ),
    checks=(
        Check("every_forecast_has_a_row", "of each forecast there is a row, line or none", _unanswered),
        Check("one_row_is_graded", "one row of a player, game, market and system counts", _not_one_graded),
        Check("games_have_a_tip", "a predicted game has a tip: bets on it are decided before it", _without_tip),
        holds(
            "probabilities_add_up",
            lambda t: (t.probability_over + t.probability_under + t.probability_push - 1).abs() <= 0.00021,
            "over, under and push are all there is",
        ),
        holds(
            "bets_have_a_price",
            lambda t: t.price.notnull() | ~t.recommendation.isin(["OVER", "UNDER"]),
            "nothing is recommended without a price",
        ),
    ),
    tiers="that of the forecast, silver at best without a line, both of its prices, or a distribution",
)
def player_prop_predictions(
    forecasts: ir.Table,
    model_forecasts: ir.Table,
    so_far: ir.Table,
    model_so_far: ir.Table,
    players: ir.Table,
    offered: ir.Table,
    offered_before: ir.Table,
) -> ir.Table:
    every = so_far.union(model_so_far.select(so_far.columns)).alias("every_forecast_so_far")
    combined = ensemble.forecasts_of(every, players, every).alias("ensemble_so_far")
    rows = forecasts.select(*_GRAIN, *_OF_A_FORECAST)
    for others in (model_forecasts, combined.semi_join(forecasts, "game_date")):
        rows = rows.union(others.select(rows.columns))
    rows = rows.mutate(predicted_points=rows["median"].coalesce(rows["mean"]))
    rows = _against(rows, offered, "left")
    rows = distribution.with_probabilities(rows, "line_value")
    rows = calibration.drawn_to_the_market(rows, _lines_before(every, combined, offered_before, players))
    rows = rows.union(_of_the_market(forecasts, offered).select(rows.columns))
    rows = recommended(rows)
    no_line, no_distribution = rows.line_value.isnull(), rows.probability_over.isnull()
    no_price, not_both = rows.recommendation_reason == NO_PRICE, rows.overround.isnull()
    best = ~(no_line | not_both | no_distribution)
    return rows.mutate(
        line_margin=rows.predicted_points - rows.line_value,
        quality_tier=(best | (rows.quality_tier != quality.GOLD)).ifelse(rows.quality_tier, quality.SILVER),
        quality_issues=quality.issues(
            {
                "no_line": no_line,
                "no_price": no_price,
                "one_price": ~no_line & ~no_price & not_both,
                "no_distribution": ~no_line & no_distribution,
                "low_quality_forecast": rows.quality_tier == quality.BRONZE,
            }
        ),
    )


def _lines_before(every: ir.Table, combined: ir.Table, offered: ir.Table, players: ir.Table) -> ir.Table:
    """What each system said of the lines that counted, before it was held against the market, and what was scored."""
    named = ("player_lookup", "game_id", "game_date", "system_id", *forecast.QUANTILE_COLUMNS)
    rows = every.select(*named).union(combined.select(*named))
    lines = offered.filter(offered.is_chosen)
    rows = rows.inner_join(
        lines.select("player_lookup", "game_id", "line_value", "market_probability_over"), ["player_lookup", "game_id"]
    )
    rows = with_columns(rows, history.appeared(players), ("player_lookup", "game_id"), "points")
    return distribution.with_probabilities(rows.filter(rows.points.notnull()), "line_value")


def _against(rows: ir.Table, offered: ir.Table, how: str) -> ir.Table:
    """Each row with each book's offer on the player, as it was decided on."""
    lines = offered.select(*_OF_AN_OFFER, _player="player_lookup", _game="game_id")
    joined = rows.join(lines, [rows.player_lookup == lines._player, rows.game_id == lines._game], how=how)
    return joined.drop("_player", "_game").mutate(
        book=joined.book.fill_null(NO_BOOK), is_graded=joined.is_chosen.fill_null(True)
    )


def _of_the_market(forecasts: ir.Table, offered: ir.Table) -> ir.Table:
    """What the books themselves say of everyone who is predicted. Whole lines are taken as if no game ended on them."""
    players = forecasts.group_by("player_lookup", "game_id", "game_date", "market").agg(
        **{name: forecasts[name].max() for name in _OF_A_PLAYER}
    )
    rows = _against(players.mutate(system_id=ibis.literal(MARKET)), offered, "inner")
    over = rows.market_probability_over
    none = {name: ibis.null("float64") for name in forecast.DISTRIBUTION}
    return rows.mutate(
        mean=rows.line_value,
        predicted_points=rows.line_value,
        **none,
        line_slope=ibis.null("float64"),
        probability_over=over,
        probability_under=1 - over,
        probability_push=over.notnull().ifelse(0.0, ibis.null("float64")),
        feature_version=ibis.literal("none"),
        trained_to=ibis.null("date"),
        quality_tier=ibis.literal(quality.GOLD),
    )
