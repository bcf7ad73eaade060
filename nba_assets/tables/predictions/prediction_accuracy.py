"""How each prediction stood against what happened.

A row is a prediction's row, graded once the game is over and its box score there, or the game was called off. A bet is
a win, a loss, a push on the line, or void: he did not play, the game was not played, the book withdrew the line before
the tip. What recommends nothing is graded for its error only, and whoever did not play has none. Of a game without a
box score there are failure records. `is_graded` rows are the ones that count, one of a player, game, market and system.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import distribution, forecast, grading, market
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.offers import NO_BOOK
from nba_assets.basketball.population import INCOMPLETE_UPSTREAM, covered_days, early_days
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_to_date
from nba_assets.contracts.table import Check, Owed, Population, holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.predictions.player_prop_offers import player_prop_offers
from nba_assets.tables.predictions.player_prop_predictions import player_prop_predictions

KEY = ("game_id", "player_lookup", "market", "system_id", "book")
_OFFER = ("game_id", "player_lookup", "book")

_OF_A_PREDICTION = (
    *("universal_player_id", "game_date", "team_abbr", "opponent_team_abbr", "is_home", "role", "is_graded"),
    *("predicted_points", "line_value", "line_margin", "recommendation", "recommendation_reason", "price"),
    *("is_simulated", "confidence", "probability_over", "edge", "expected_value", "feature_version", "trained_to"),
    "quality_tier",
)


def _over(slate: ir.Table) -> ir.Table:
    """The games that are played to their end, or will not be on this date."""
    return slate.filter(slate.is_final | slate.is_postponed)


def _eligible(predictions: ir.Table, slate: ir.Table) -> ir.Table:
    return predictions.semi_join(_over(slate), "game_id").select("player_lookup", "game_date").distinct()


def _failed(predictions: ir.Table, slate: ir.Table, players: ir.Table) -> ir.Table:
    """Whose game is over and has no box score yet."""
    final = slate.filter(slate.is_final & ~slate.is_postponed).anti_join(players, "game_id")
    rows = predictions.semi_join(final, "game_id").select("player_lookup", "game_id", "game_date").distinct()
    return rows.select(
        analysis_date=rows.game_date,
        entity_id=rows.player_lookup,
        failure_category=ibis.literal(INCOMPLETE_UPSTREAM),
        failure_reason=ibis.literal("no box score of ") + rows.game_id,
        can_retry=ibis.literal(True),
        expected_game_count=ibis.literal(1, "int64"),
        actual_game_count=ibis.literal(0, "int64"),
    )


def _due(schedule: ir.Table, season_starts: ir.Table) -> ir.Table:
    over = schedule.filter(schedule.is_final).select("game_date").distinct()
    return covered_days(schedule, season_starts).semi_join(over, "game_date")


def _early(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    return early_days(slate, season_starts)


def _not_graded(rows: ir.Table, predictions: ir.Table, slate: ir.Table, players: ir.Table) -> ir.Table:
    """Predictions of games whose results are there that have no row."""
    there = _over(slate)
    there = there.filter(there.is_postponed | there.game_id.isin(players.game_id))
    return predictions.select(*KEY, "game_date").semi_join(there, "game_id").anti_join(rows, KEY)


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=KEY,
    cluster_by=("system_id", "player_lookup"),
    reads={
        "predictions": same_day(player_prop_predictions),
        "players": same_day(player_game_summary),
        "slate": same_day(games),
        "offered": same_day(player_prop_offers),
        "season_starts": season_to_date(season_starts),
    },
    measures=(mean_of("absolute_error"), mean_of("signed_error", watched=False)),
    population=Population(
        owed=(Owed("player_lookup", _eligible),),
        due=_due,
        reads={"schedule": same_day(schedule)},
        skipped=_early,
        failed=_failed,
    ),
    columns=(
        *(column for column in forecast.COLUMNS if column.name in (*forecast.KEY, *_OF_A_PREDICTION)),
        Column("book", "STRING", f"whose line it is; {NO_BOOK} where no book had one", required=True),
        Column("is_graded", "BOOL", "of the book that counts, one of a player, game, market and system", required=True),
        Column("predicted_points", "DECIMAL(6,3)", "as it was predicted", "points", required=True),
        Column("line_value", "DECIMAL(4,1)", "the line that it was read beside; NULL where none was", "points"),
        Column("line_margin", "DECIMAL(6,3)", "predicted_points less the line", "points"),
        Column("recommendation", "STRING", "OVER, UNDER, PASS or NO_LINE; NULL without a price"),
        Column("recommendation_reason", "STRING", "as it was predicted", required=True),
        Column("price", "INT64", "of the side with the better edge", "American odds"),
        Column("is_simulated", "BOOL", "nobody ever offered the line: money on it is none; NULL without one"),
        Column("confidence", "DECIMAL(5,4)", "probability of the likelier side where the bet is decided", "0-1"),
        Column("confidence_decile", "INT64", "the tenth that lies in, 1 to 10", "place in an order"),
        Column("probability_over", "DECIMAL(5,4)", "that he scores more than the line", "0-1"),
        Column("edge", "DECIMAL(5,4)", "probability of the side less what its price pays even at", "share"),
        Column("expected_value", "DECIMAL(6,4)", "of a stake of one on the side, as predicted", "stakes"),
        Column(
            "is_void", "BOOL", "he or the game did not play, or the line was withdrawn before the tip", required=True
        ),
        Column("actual_points", "INT64", "points he scored; NULL where he did not play", "points"),
        Column("minutes_played", "DECIMAL(5,1)", "time on court; NULL where he did not play", "minutes"),
        Column(
            "absolute_error", "DECIMAL(6,3)", "how far the prediction was off; NULL where he did not play", "points"
        ),
        Column("signed_error", "DECIMAL(6,3)", "predicted less actual points", "points"),
        Column("line_error", "DECIMAL(4,1)", "how far the line was off", "points"),
        Column("within_3_points", "BOOL", "off by 3 points at most"),
        Column("within_5_points", "BOOL", "off by 5 points at most"),
        Column("within_50_pct", "BOOL", "between the quantiles 25 and 75"),
        Column("within_80_pct", "BOOL", "between the quantiles 10 and 90"),
        Column("crps", "DECIMAL(7,4)", "continuous ranked probability score of the quantiles", "points"),
        Column("pinball_loss", "DECIMAL(7,4)", "mean pinball loss of the seven quantiles", "points"),
        Column("actual_margin", "DECIMAL(4,1)", "actual points less the line", "points"),
        Column("went_over", "BOOL", "he scored more than the line; NULL on the line, or where he did not play"),
        Column("brier_score", "DECIMAL(7,6)", "squared distance of P(over), where decided, from what happened"),
        Column("market_brier_score", "DECIMAL(7,6)", "the same of both prices' probability, of the same rows"),
        Column("outcome", "STRING", "of a bet: win, loss, push or void; NULL where nothing was recommended"),
        Column("prediction_correct", "BOOL", "a win, not a loss; NULL else"),
        Column("profit", "DECIMAL(7,4)", "of a stake of one at the price; NULL where nothing was bet", "stakes"),
        Column("closing_line", "DECIMAL(4,1)", "the book's last before the tip, if seen after the decision", "points"),
        Column("closing_seen_at", "TIMESTAMP", "when that was seen", "UTC"),
        Column(
            "closing_line_value", "DECIMAL(4,1)", "the line's move to the close, positive towards the pick", "points"
        ),
    ),
    checks=(
        Check("every_result_is_graded", "of each prediction whose result is there is a row", _not_graded),
        holds(
            "bets_are_settled",
            lambda t: t.recommendation.isin(["OVER", "UNDER"]).fill_null(False) == t.outcome.notnull(),
            "each bet, and nothing else, is a win, a loss, a push or void",
        ),
        holds(
            "profit_follows_the_outcome",
            lambda t: (t.outcome == "win") == (t.profit > 0),
            "a win earns, nothing else does",
        ),
    ),
    tiers="that of the prediction",
)
def prediction_accuracy(predictions: ir.Table, players: ir.Table, slate: ir.Table, offered: ir.Table) -> ir.Table:
    rows = predictions.select(
        *KEY, *_OF_A_PREDICTION, *forecast.QUANTILE_COLUMNS, "market_probability_over", "probability_under"
    )
    rows = _with_result(rows, slate, players)
    rows = with_columns(rows, offered, _OFFER, "closing_line", "closing_seen_at", "is_withdrawn")
    rows = rows.mutate(is_withdrawn=rows.is_withdrawn.fill_null(False))
    points, line = rows.actual_points, rows.line_value
    happened = grading.went_over(points, line)
    void = rows.not_played | rows.is_withdrawn
    rows = rows.mutate(
        is_void=void,
        confidence_decile=grading.decile(rows.confidence),
        signed_error=rows.predicted_points - points,
        absolute_error=(rows.predicted_points - points).abs(),
        line_error=(line - points).abs(),
        within_50_pct=points.between(rows.quantile_25, rows.quantile_75),
        within_80_pct=points.between(rows.quantile_10, rows.quantile_90),
        crps=distribution.crps(rows, points),
        pinball_loss=distribution.pinball_loss(rows, points),
        actual_margin=points - line,
        went_over=happened == 1,
        brier_score=grading.brier(rows.probability_over, rows.probability_under, happened),
        market_brier_score=grading.brier(rows.market_probability_over, 1 - rows.market_probability_over, happened),
        outcome=grading.outcome(rows.recommendation, points, line, void),
        closing_line_value=grading.closing_value(rows.recommendation, line, rows.closing_line),
    )
    return rows.mutate(
        within_3_points=rows.absolute_error <= 3,
        within_5_points=rows.absolute_error <= 5,
        market_brier_score=rows.brier_score.notnull().ifelse(rows.market_brier_score, None),
        prediction_correct=rows.outcome.cases(("win", True), ("loss", False)),
        profit=market.profit(rows.outcome, rows.price),
        quality_issues=quality.issues(
            {"did_not_play": rows.not_played, "line_withdrawn": rows.is_withdrawn, "no_line": rows.line_value.isnull()}
        ),
    )


def _with_result(rows: ir.Table, slate: ir.Table, players: ir.Table) -> ir.Table:
    """The predictions of games that are settled, with his points and minutes, NULL where he did not play."""
    rows = rows.inner_join(_over(slate).select("game_id", "is_postponed"), "game_id")
    rows = with_columns(rows, players.select("game_id").distinct(), ("game_id",), found="has_box_score")
    rows = rows.filter(rows.has_box_score | rows.is_postponed).drop("has_box_score")
    played = players.filter(players.seconds_played > 0)
    figures = {"actual_points": "points", "minutes_played": "minutes_played"}
    rows = with_columns(rows, played, ("game_id", "player_lookup"), found="has_played", **figures)
    return rows.mutate(not_played=rows.is_postponed | ~rows.has_played)
