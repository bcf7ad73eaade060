"""The ordered numeric features of a player's next game, as every prediction model reads them.

A row is one player in one scheduled game under one feature version: everybody has one of `v2_corrected_25`, of 25
numbers, and one of `v3`, which begins with them. `features` holds the numbers in the order of `feature_names`, and
`feature_sources` says of each whether it is a precomputed value (`phase4`), one of the analytics tables (`phase3`),
`calculated` here, or a `default`: a stored array can hold no NULL, so a missing value is written as its default and
labelled so, for whoever reads it to mask. Shares of shots add up to 1, free throws apart; `pct_paint` is of
two-pointers from 8 ft or less.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, form, games_missing, history
from nba_assets.basketball.features import v2, v3
from nba_assets.basketball.features.feature import (
    DEFAULT,
    PHASE4,
    WEIGHTS,
    FeatureVersion,
    defaults_in,
    labelled,
    labels_of,
    mean_weight,
    score,
    sources_of,
    values_of,
)
from nba_assets.basketball.features.versions import FEATURES, VERSIONS
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import covered_context, covered_days, of_form
from nba_assets.basketball.priced_strength import with_priced_strength
from nba_assets.basketball.zones import ZONES, league_shares
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.precompute.player_composite_factors import player_composite_factors
from nba_assets.tables.precompute.player_daily_cache import player_daily_cache
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis

MOST_LOST = {quality.GOLD: 2, quality.SILVER: 22}
"""Points of the score below the best there is that a row of the tier may lack."""


def _eligible(slate: ir.Table, season_starts: ir.Table, context: ir.Table) -> ir.Table:
    rows = covered_context(slate, season_starts, context).select("player_lookup", "game_date")
    return ibis.union(*[rows.mutate(feature_version=ibis.literal(name)) for name in VERSIONS])


_BEST = ", ".join(f"{version.best_score:.2f} in {name}" for name, version in VERSIONS.items())


def _owed(rows: ir.Table) -> ir.StringValue:
    return rows.player_lookup + " (" + rows.feature_version + ")"


_place = v2.VERSION.names.index
"""Where a feature stands, in both versions."""

KEPT = (
    *("player_lookup", "universal_player_id", "game_date", "game_id", "opponent_team_abbr", "home_game", "days_rest"),
    "league_games_missing",
)
"""What a row takes from its context as it is."""


def _names_of(rows: ir.Table) -> ir.StringValue:
    """The names that a row's version has, joined."""
    known = [(rows.feature_version == version.name, ",".join(version.names)) for version in VERSIONS.values()]
    return ibis.cases(*known, else_="")


@table(
    dataset="nba_predictions",
    partition_by="game_date",
    key=("player_lookup", "game_date", "feature_version"),
    cluster_by=("player_lookup", "feature_version", "game_date"),
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "context": same_day(upcoming_player_game_context),
        "cache": same_day(player_daily_cache),
        "factors": same_day(player_composite_factors),
        "player_zones": same_day(player_shot_zone_analysis),
        "team_zones": same_day(team_defense_zone_analysis),
        "players": season_history(player_game_summary),
        "offense": season_history(team_offense_game_summary),
        "team_context": season_to_date(upcoming_team_game_context),
    },
    measures=(mean_of("default_count", watched=False),),
    population=of_form(_owed, _eligible, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("feature_version", "STRING", "which features, in which order", required=True),
        Column("feature_count", "INT64", "how many", required=True),
        Column(
            "features",
            "ARRAY<FLOAT64>",
            f"in order, of v3 the first 25: {', '.join(v2.VERSION.names)}",
            "each its own",
            required=True,
        ),
        Column("feature_names", "ARRAY<STRING>", "their names, in the same order", required=True),
        Column("feature_sources", "ARRAY<STRING>", "of each: phase4, phase3, calculated or default", required=True),
        Column("default_count", "INT64", "features that are defaults", required=True),
        Column(
            "feature_quality_score",
            "DECIMAL(5,2)",
            "mean over the features of 100 (phase4, calculated), 75 (phase3) or 40 (default); at most " + _BEST,
            required=True,
        ),
        Column(
            "data_source",
            "STRING",
            "phase4_partial where half the features or more are phase4, else mixed",
            required=True,
        ),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("is_home", "BOOL", "his is the designated home team; in a neutral game too", required=True),
        Column("days_rest", "INT64", "whole days since his last game; NULL before his first", "days"),
    ),
    checks=(
        holds(
            "one_value_a_name",
            lambda t: (
                (t.features.length() == t.feature_count)
                & (t.feature_names.length() == t.feature_count)
                & (t.feature_sources.length() == t.feature_count)
                & (t.feature_names.join(",") == _names_of(t))
            ),
            "values, names and sources are as many as the count says, and the names are the version's",
        ),
        holds(
            "score_follows_from_sources",
            lambda t: (t.feature_quality_score - score(t.feature_sources)).abs() <= 0.0051,
            "the quality score is the sources' mean weight",
        ),
        holds(
            "plausible",
            lambda t: (
                t.features[_place("points_avg_season")].between(0, 60)
                & t.features[_place("points_avg_last_5")].between(0, 80)
                & t.features[_place("points_avg_last_10")].between(0, 80)
                & t.features[_place("fatigue_score")].between(0, 100)
                & t.features[_place("opponent_def_rating")].between(90, 130)
            ),
            "what models assume: season's points 0 to 60, recent ones to 80, fatigue to 100, rating 90 to 130",
            "warn",
        ),
        games_missing.CHECK,
    ),
    tiers=(
        f"gold with a feature_quality_score {MOST_LOST[quality.GOLD]} below the best of its version or closer, silver"
        f" within {MOST_LOST[quality.SILVER]}, else bronze, as who is not in the daily cache{games_missing.LOWERED}"
    ),
)
def ml_feature_store_v2(
    slate: ir.Table,
    season_starts: ir.Table,
    context: ir.Table,
    cache: ir.Table,
    factors: ir.Table,
    player_zones: ir.Table,
    team_zones: ir.Table,
    players: ir.Table,
    offense: ir.Table,
    team_context: ir.Table,
) -> ir.Table:
    rows = covered_context(slate, season_starts, context)
    rows = _with_precomputed(rows, cache, factors, player_zones, team_zones)
    rows = _with_history(rows, players)
    rows = v3.with_squads(rows, players)
    rows = with_priced_strength(rows, players, team_context)
    rows = _with_record(form.with_team_form(rows, offense), offense)
    shares = league_shares(covered_days(slate, season_starts), offense)
    rows = with_columns(rows, shares, ("game_date",), *(f"league_{zone}" for zone in ZONES))
    rows = v2.with_calculated(rows)
    rows = rows.select(
        *KEPT,
        lacking=games_missing.lack_games(rows),
        names=ibis.array([ibis.literal(feature.name) for feature in FEATURES]),
        values=values_of(FEATURES, rows),
        sources=sources_of(FEATURES, rows),
    ).alias("valued")
    return _described(ibis.union(*[_of_version(rows, version) for version in VERSIONS.values()]))


def _of_version(rows: ir.Table, version: FeatureVersion) -> ir.Table:
    size = len(version.names)
    return rows.select(
        *KEPT,
        "lacking",
        feature_version=ibis.literal(version.name),
        feature_count=ibis.literal(size),
        best_score=ibis.literal(version.best_score),
        features=_first(rows["values"], size),
        feature_names=_first(rows["names"], size),
        sources=_first(rows.sources, size),
    )


def _first(every: ir.ArrayValue, size: int) -> ir.ArrayValue:
    return every if size == len(FEATURES) else every[:size]


def _described(rows: ir.Table) -> ir.Table:
    """What follows of a row's sources, of whichever version: step by step, so that none holds the one before it again
    and again."""
    rows = rows.mutate(feature_sources=labels_of(rows.sources), defaults=defaults_in(rows.sources))
    rows = rows.mutate(
        is_cached=rows.feature_sources[_place("points_avg_last_5")] == PHASE4,
        **{f"from_{label}": labelled(rows.feature_sources, label) for label in WEIGHTS if label != DEFAULT},
        from_default=rows.defaults.length(),
    ).alias("of_all_versions")
    rows = rows.mutate(
        score=mean_weight({label: rows[f"from_{label}"] for label in WEIGHTS}, rows.feature_count),
        not_cached=quality.issues({"daily_cache_missing": ~rows.is_cached}),
        missing=quality.issues(
            {games_missing.CODE: rows.lacking, games_missing.LEAGUE_CODE: rows.league_games_missing > 0}
        ),
    )
    good = [(rows.score >= rows.best_score - lost, tier) for tier, lost in MOST_LOST.items()]
    rows = rows.mutate(tier=ibis.cases((~rows.is_cached, quality.BRONZE), *good, else_=quality.BRONZE))
    return rows.mutate(
        is_home=rows.home_game,
        default_count=rows[f"from_{DEFAULT}"],
        feature_quality_score=rows.score,
        data_source=(2 * rows[f"from_{PHASE4}"] >= rows.feature_count).ifelse("phase4_partial", "mixed"),
        quality_tier=games_missing.lowered(rows.tier, rows.lacking),
        quality_issues=rows.not_cached.concat(rows.defaults, rows.missing),
    )


def _with_precomputed(
    rows: ir.Table, cache: ir.Table, factors: ir.Table, player_zones: ir.Table, team_zones: ir.Table
) -> ir.Table:
    cached = (
        *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10"),
        *("games_in_last_7_days", "team_pace_last_10", "team_off_rating_last_10"),
        *v3.OF_CACHE,
    )
    scores = ("fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score")
    rates = ("paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10", *v3.OF_PLAYER_ZONES)
    samples = ("total_shots_last_10", "zone_games_in_sample_10")
    defended = ("defensive_rating_last_15", "opponent_pace", *v3.OF_TEAM_ZONES)

    def on(day: str) -> dict[str, str]:
        return {"player_lookup": "player_lookup", "game_date": day}

    opponent = {"opponent_team_abbr": "team_abbr", "game_date": "analysis_date"}
    rows = with_columns(rows, cache, on("cache_date"), **{f"cache_{name}": name for name in cached})
    rows = with_columns(rows, factors, on("game_date"), *scores)
    rows = with_columns(rows, player_zones, on("analysis_date"), *rates, *samples)
    return with_columns(rows, team_zones, opponent, *defended)


def _with_history(rows: ir.Table, players: ir.Table) -> ir.Table:
    """What the features take from his games directly: his last five one by one, means, free throws."""

    def nth_latest(n: int) -> history.Stat:
        return lambda g, before: g.points.lag(n - 1).over(before.in_order) if n > 1 else g.points

    rows = history.as_of(
        rows,
        history.counted(players),
        "player_lookup",
        games=form.games_played(),
        mean_points_5=form.mean_points(5),
        mean_points_10=form.mean_points(10),
        mean_points=form.mean_points(),
        std_points_10=form.std_points(10),
        minutes_10=form.mean_minutes(10),
        minutes_season=form.mean_minutes(),
        free_throws_10=form.sum_of("ft_makes", 10),
        points_sum_10=form.sum_of("points", 10),
        **{f"points_{n}": nth_latest(n) for n in range(1, 6)},
        **v3.PLAYER_STATS,
    )
    return rows.mutate(games=rows.games.fill_null(0))


def _with_record(rows: ir.Table, offense: ir.Table) -> ir.Table:
    """The team's games and wins before the date."""
    return history.as_of(
        rows,
        history.counted(offense),
        "team_abbr",
        team_games=form.games_played(),
        team_wins=lambda g, before: g.win_flag.ifelse(1, 0).sum().over(before.season),
        **v3.TEAM_STATS,
    )
