"""What each system by rules expects a player to score in his next game, before any line is looked at.

A row is one player in one scheduled game by one system: everybody with features who is not reported out or doubtful at
the tip. `mean` is the system's own number; its distribution is the spread of the same system's errors of the season so
far, for players of his role. Whoever is owed forecasts and has none has a failure record. The formulas are of ours
alone; the page of systems by rules has them.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import forecast, history
from nba_assets.basketball.feature_names import V2, by_name, known, source
from nba_assets.basketball.forecast_errors import distributions
from nba_assets.basketball.forecast_plays import probability_plays, standing
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import covered_context, covered_days, of_form
from nba_assets.basketball.systems import moving_average, rules, similarity, zone_matchup
from nba_assets.basketball.systems.points import MOST, within
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import Check, Population, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.precompute.player_daily_cache import player_daily_cache

RULED_OUT = ("out", "doubtful")

FEATURES = (
    "points_avg_last_5",
    "points_avg_last_10",
    "points_avg_season",
    "fatigue_score",
    "shot_zone_mismatch_score",
    "pace_score",
    "usage_spike_score",
    "opponent_def_rating",
    "home_away",
    "back_to_back",
    "pct_paint",
    "pct_mid_range",
    "pct_three",
    "pct_free_throw",
)
"""Those that any of the systems looks at."""


def _eligible(slate: ir.Table, season_starts: ir.Table, context: ir.Table, availability: ir.Table) -> ir.Table:
    """The players of the covered dates, those reported out among them."""
    upcoming = covered_context(slate, season_starts, context).select("player_lookup", "game_date")
    played = slate.filter(~slate.is_postponed).semi_join(covered_days(slate, season_starts), "game_date")
    out = availability.filter(availability.player_status == "out").semi_join(played, "game_id")
    return upcoming.union(out.select("player_lookup", "game_date")).distinct()


def _failed(
    slate: ir.Table, season_starts: ir.Table, context: ir.Table, availability: ir.Table, features: ir.Table
) -> ir.Table:
    """Whoever is eligible and is not predicted, with the first reason of those that hold."""
    rows = _eligible(slate, season_starts, context, availability)
    rows = with_columns(rows, context, ("player_lookup", "game_date"), "player_status", found="in_context")
    stored = _of_version(features)
    names = ("feature_quality_score", "has_history")
    rows = with_columns(rows, stored, ("player_lookup", "game_date"), *names, found="has_features")
    reason = ibis.cases(
        (~rows.in_context, "RULED_OUT: out"),
        (rows.player_status.isin(RULED_OUT), ibis.literal("RULED_OUT: ") + rows.player_status),
        (~rows.has_features, f"NO_FEATURES: no row of {V2}"),
        (rows.feature_quality_score < forecast.LEAST_QUALITY, "LOW_QUALITY: feature quality below 50"),
        (~rows.has_history, "NO_HISTORY: no game this season"),
    )
    rows = rows.mutate(reason=reason.split(": ")).filter(reason.notnull())
    return rows.select(
        analysis_date=rows.game_date,
        entity_id=rows.player_lookup,
        failure_category=rows.reason[0],
        failure_reason=rows.reason[1],
        can_retry=rows.reason[0] == "NO_FEATURES",
        expected_game_count=ibis.null("int64"),
        actual_game_count=ibis.null("int64"),
    )


def _unaccounted(rows: ir.Table, failures: ir.Table, **inputs: ir.Table) -> ir.Table:
    """Players with neither forecast nor failure record, or with both, or with either and not owed any."""

    def side(found: ir.Table, entity: str, day: str, count: int) -> ir.Table:
        named = found.select(player_lookup=found[entity], game_date=found[day]).distinct()
        return named.mutate(count=ibis.literal(count, "int64"))

    tally = side(_eligible(**inputs), "player_lookup", "game_date", 1)
    tally = tally.union(side(rows, "player_lookup", "game_date", -1))
    tally = tally.union(side(failures, "entity_id", "analysis_date", -1))
    return tally.group_by("player_lookup", "game_date").agg(left=tally["count"].sum()).filter(lambda t: t.left != 0)


_FORM = of_form("player_lookup", _eligible, _failed, schedule=same_day(schedule))


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=forecast.KEY,
    cluster_by=forecast.CLUSTER_BY,
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "availability": same_day(availability),
        "context": season_to_date(upcoming_player_game_context),
        "features": season_to_date(ml_feature_store_v2),
        "cache": season_to_date(player_daily_cache),
        "players": season_history(player_game_summary),
    },
    measures=(mean_of("mean"),),
    population=Population(
        owed=_FORM.owed, due=_FORM.due, reads=_FORM.reads, skipped=_FORM.skipped, failed=_FORM.failed
    ),
    columns=forecast.COLUMNS,
    checks=(
        *forecast.CHECKS,
        Check(
            "eligible_is_forecast_or_failed",
            "whoever is owed forecasts has them or a failure record, and nobody has both",
            _unaccounted,
            inputs=("slate", "season_starts", "context", "availability"),
        ),
    ),
    tiers=forecast.TIERS,
)
def player_points_forecasts(
    slate: ir.Table,
    season_starts: ir.Table,
    context: ir.Table,
    features: ir.Table,
    cache: ir.Table,
    players: ir.Table,
) -> ir.Table:
    days = covered_days(slate, season_starts)
    rows = _known(context, features, cache, players)
    every = _by_all_systems(rows)
    today = every.semi_join(days, "game_date").drop("points")
    spreads = distributions(every, days)
    found = ("errors_behind", "standard_deviation", *forecast.QUANTILE_COLUMNS)
    today = with_columns(today, spreads, ("game_date", "system_id", "role"), *found)
    today = today.mutate(
        errors_behind=today.errors_behind.fill_null(0),
        **{name: (today["mean"] + today[name]).clip(lower=0) for name in forecast.QUANTILE_COLUMNS},
    )
    today = with_columns(today, probability_plays(rows, players, days), ("game_date", "standing"), "probability_plays")
    return forecast.rated(today.mutate(median=today.quantile_50))


def _of_version(features: ir.Table) -> ir.Table:
    """The feature rows of the version, with the features that are looked at under their names.

    Of fewer than five games the store holds a default in place of the last five, ten points, by which a man of two
    points was expected to score six: the last ten are then the same games.
    """
    rows = features.filter(features.feature_version == V2)
    last_5 = known(rows, V2, "points_avg_last_5")["points_avg_last_5"]
    values = by_name(rows, V2, *FEATURES)
    values["points_avg_last_5"] = last_5.coalesce(values["points_avg_last_10"])
    return rows.mutate(**values, has_history=source(rows, V2, "points_avg_season") != "default")


def _known(context: ir.Table, features: ir.Table, cache: ir.Table, players: ir.Table) -> ir.Table:
    """Whoever is predicted, today and before: features, minutes and usage, role, and the points of games he played."""
    of_context = ("team_abbr", "player_status", "season_year", "minutes_forecast")
    rows = _of_version(features)
    rows = rows.filter(rows.feature_quality_score >= forecast.LEAST_QUALITY, rows.has_history)
    rows = with_columns(rows, context, ("player_lookup", "game_id"), *of_context)
    rows = rows.filter(rows.team_abbr.notnull(), ~rows.player_status.isin(RULED_OUT).fill_null(False))
    form = ("minutes_avg_last_10", "usage_rate_last_10")
    rows = with_columns(rows, cache, {"player_lookup": "player_lookup", "game_date": "cache_date"}, *form)
    rows = with_columns(rows, history.appeared(players), ("player_lookup", "game_id"), "points", "season_type")
    return rows.mutate(
        season_points_avg=rows.points_avg_season,
        role=forecast.role(rows.points_avg_season),
        market=ibis.literal(forecast.POINTS),
        trained_to=ibis.null("date"),
    )


def _by_all_systems(rows: ir.Table) -> ir.Table:
    """A row for each system: all that is stored but its distribution, the points scored, and the `standing`."""
    kept = (
        *("player_lookup", "universal_player_id", "game_id", "game_date", "market", "team_abbr", "opponent_team_abbr"),
        *("is_home", "season_points_avg", "role", "minutes_forecast", "feature_version", "trained_to"),
        *("feature_quality_score", "standing", "points"),
    )
    rows = rows.mutate(standing=standing(rows))

    def of(system: str, rows: ir.Table, mean: ir.FloatingValue) -> ir.Table:
        return rows.select(*kept, system_id=ibis.literal(system), mean=mean)

    alike = similarity.points(rows)
    every = ibis.union(
        of("moving_average", rows, moving_average.points(rows)),
        of("zone_matchup", rows, zone_matchup.points(rows)),
        of("rules", rows, rules.points(rows)),
        of("similarity", alike, alike.points_alike),
    )
    return every.mutate(mean=within(every["mean"], 0, MOST))
