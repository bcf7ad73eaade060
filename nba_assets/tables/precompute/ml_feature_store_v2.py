"""The ordered numeric features of a player's next game, as every prediction model reads them.

A row is one player in one scheduled game under one feature version. `features` holds 25 numbers in the order of
`feature_names`, and `feature_sources` says of each whether it is a precomputed value (`phase4`), one of the analytics
tables (`phase3`), `calculated` here, or a `default`: a stored array can hold no NULL, so a missing value is written as
its default and labelled so, for whoever reads it to mask. Shares of shots add up to 1,
free throws apart; `pct_paint` is of two-pointers from 8 ft or less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, form, games_missing, history, metrics
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import covered_context, covered_days, of_form
from nba_assets.basketball.zones import ZONES, league_shares, shrunk_share
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.precompute.player_composite_factors import player_composite_factors
from nba_assets.tables.precompute.player_daily_cache import player_daily_cache
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis

FEATURE_VERSION = "v2_corrected_25"

PHASE4, PHASE3, CALCULATED, DEFAULT = "phase4", "phase3", "calculated", "default"

WEIGHTS = {PHASE4: 100, CALCULATED: 100, PHASE3: 75, DEFAULT: 40}
"""What a feature of each source is worth in `feature_quality_score`; three are always phase3, so 97 is the most."""

STATUS_RISK = {"available": 0, "probable": 1, "questionable": 2, "doubtful": 3, "out": 3}

LEAST_GAMES = 5
"""Games that a trend, a free-throw share or a team's record rests on at least."""

ZONE_GAMES = 10
"""Games with play-by-play from which on a man's shares of shots stand for themselves."""


@dataclass(frozen=True)
class Feature:
    """One feature: where its value comes from, best first, as (source, value); and what stands for none of them.

    A value that is looked up and yet says nothing of him is a source `default`.
    """

    name: str
    default: float
    sources: tuple[tuple[str, Callable[[ir.Table], ir.Value]], ...]

    def value(self, rows: ir.Table) -> ir.FloatingValue:
        """Rounded, so that no engine keeps digits that another has not."""
        values = [value(rows).cast("float64") for _, value in self.sources]
        return ibis.coalesce(*values, float(self.default)).round(9)

    def source(self, rows: ir.Table) -> ir.StringValue:
        return ibis.cases(*[(value(rows).notnull(), label) for label, value in self.sources], else_=DEFAULT)


def _feature(name: str, default: float, /, **sources: Callable[[ir.Table], ir.Value]) -> Feature:
    return Feature(name, default, tuple(sources.items()))


def _share(name: str, default: float, rate: str, league: str) -> Feature:
    """His share of shots from a zone: on few known games drawn towards the league's to date, which is the default."""
    return _feature(
        name,
        default,
        phase4=lambda t: (t.zone_games_in_sample_10 >= ZONE_GAMES).ifelse(t[rate] / 100, None),
        calculated=lambda t: shrunk_share(t[rate] / 100, t.total_shots_last_10, t[league]),
        default=lambda t: t[league],
    )


FEATURES = (
    _feature(
        "points_avg_last_5",
        10,
        phase4=lambda t: t.cache_points_avg_last_5,
        phase3=lambda t: (t.games >= 5).ifelse(t.mean_points_5, None),
    ),
    _feature("points_avg_last_10", 10, phase4=lambda t: t.cache_points_avg_last_10, phase3=lambda t: t.mean_points_10),
    _feature("points_avg_season", 10, phase4=lambda t: t.cache_points_avg_season, phase3=lambda t: t.mean_points),
    _feature("points_std_last_10", 5, phase4=lambda t: t.cache_points_std_last_10, phase3=lambda t: t.std_points_10),
    _feature(
        "games_in_last_7_days",
        3,
        phase4=lambda t: t.cache_games_in_last_7_days,
        phase3=lambda t: t.games_in_last_7_days,
    ),
    _feature("fatigue_score", 50, phase4=lambda t: t.fatigue_score),
    _feature("shot_zone_mismatch_score", 0, phase4=lambda t: t.shot_zone_mismatch_score),
    _feature("pace_score", 0, phase4=lambda t: t.pace_score),
    _feature("usage_spike_score", 0, phase4=lambda t: t.usage_spike_score),
    _feature("rest_advantage", 0, calculated=lambda t: rest_advantage(t.team_days_rest, t.opponent_days_rest)),
    _feature("injury_risk", 0, calculated=lambda t: injury_risk(t.player_status, t.star_teammates_out.notnull())),
    _feature("recent_trend", 0, calculated=lambda t: recent_trend([t[f"points_{n}"] for n in range(1, 6)])),
    _feature("minutes_change", 0, calculated=lambda t: minutes_change(t.minutes_10, t.minutes_season)),
    _feature(
        "opponent_def_rating",
        112,
        phase4=lambda t: t.defensive_rating_last_15,
        phase3=lambda t: t.opponent_def_rating_last_10,
    ),
    _feature("opponent_pace", 100, phase4=lambda t: t.opponent_pace, phase3=lambda t: t.opponent_pace_last_10),
    _feature("home_away", 0, phase3=lambda t: t.home_game.ifelse(1, 0)),
    _feature("back_to_back", 0, phase3=lambda t: t.back_to_back.ifelse(1, 0)),
    _feature("playoff_game", 0, phase3=lambda t: (t.season_phase == "playoffs").ifelse(1, 0)),
    _share("pct_paint", 0.41, "paint_rate_last_10", "league_paint"),
    _share("pct_mid_range", 0.19, "mid_range_rate_last_10", "league_mid_range"),
    _share("pct_three", 0.40, "three_pt_rate_last_10", "league_three"),
    _feature("pct_free_throw", 0.15, calculated=lambda t: free_throw_share(t.free_throws_10, t.points_sum_10, t.games)),
    _feature("team_pace", 100, phase4=lambda t: t.cache_team_pace_last_10, phase3=lambda t: t.team_pace_last_10),
    _feature(
        "team_off_rating",
        112,
        phase4=lambda t: t.cache_team_off_rating_last_10,
        phase3=lambda t: t.team_off_rating_last_10,
    ),
    _feature(
        "team_win_pct", 0.5, calculated=lambda t: (t.team_games >= LEAST_GAMES).ifelse(t.team_wins / t.team_games, None)
    ),
)
"""The 25 features of `v2_corrected_25`, in order: the one place of their names, sources and defaults."""

NAMES = tuple(feature.name for feature in FEATURES)


def _eligible(slate: ir.Table, season_starts: ir.Table, context: ir.Table) -> ir.Table:
    return covered_context(slate, season_starts, context).select("player_lookup", "game_date")


def _score(sources: ir.ArrayValue) -> ir.NumericValue:
    """The mean weight of a row's sources."""

    def labelled(label: str) -> ir.IntegerValue:
        return sources.filter(lambda source: source == label).length()

    return sum((weight * labelled(label) for label, weight in WEIGHTS.items()), start=ibis.literal(0)) / len(FEATURES)


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
    },
    measures=(mean_of("default_count", watched=False),),
    population=of_form("player_lookup", _eligible, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("feature_version", "STRING", "which features, in which order", required=True),
        Column("feature_count", "INT64", "how many", required=True),
        Column("features", "ARRAY<FLOAT64>", f"in order: {', '.join(NAMES)}", "each its own", required=True),
        Column("feature_names", "ARRAY<STRING>", "their names, in the same order", required=True),
        Column("feature_sources", "ARRAY<STRING>", "of each: phase4, phase3, calculated or default", required=True),
        Column("default_count", "INT64", "features that are defaults", required=True),
        Column(
            "feature_quality_score",
            "DECIMAL(5,2)",
            "mean over the features of 100 (phase4, calculated), 75 (phase3) or 40 (default); 97 at most",
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
                & (t.feature_names.join(",") == ",".join(NAMES))
            ),
            "values, names and sources are as many as the count says, and the names are the version's",
        ),
        holds(
            "score_follows_from_sources",
            lambda t: (t.feature_quality_score - _score(t.feature_sources)).abs() <= 0.0051,
            "the quality score is the sources' mean weight",
        ),
        holds(
            "plausible",
            lambda t: (
                t.features[NAMES.index("points_avg_season")].between(0, 60)
                & t.features[NAMES.index("points_avg_last_5")].between(0, 80)
                & t.features[NAMES.index("points_avg_last_10")].between(0, 80)
                & t.features[NAMES.index("fatigue_score")].between(0, 100)
                & t.features[NAMES.index("opponent_def_rating")].between(90, 130)
            ),
            "what models assume: season's points 0 to 60, recent ones to 80, fatigue to 100, rating 90 to 130",
            "warn",
        ),
        games_missing.CHECK,
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
) -> ir.Table:
    rows = covered_context(slate, season_starts, context)
    rows = _with_precomputed(rows, cache, factors, player_zones, team_zones)
    rows = _with_history(rows, players)
    rows = _with_record(form.with_team_form(rows, offense), offense)
    shares = league_shares(covered_days(slate, season_starts), offense)
    rows = with_columns(rows, shares, ("game_date",), *(f"league_{zone}" for zone in ZONES))
    rows = rows.mutate(**{f"value_{f.name}": f.value(rows) for f in FEATURES})
    rows = rows.mutate(**{f"source_{f.name}": f.source(rows) for f in FEATURES})
    rows = rows.mutate(
        features=ibis.array([rows[f"value_{name}"] for name in NAMES]),
        feature_names=ibis.array([ibis.literal(name) for name in NAMES]),
        feature_sources=ibis.array([rows[f"source_{name}"] for name in NAMES]),
        feature_version=ibis.literal(FEATURE_VERSION),
        feature_count=ibis.literal(len(FEATURES)),
        is_home=rows.home_game,
        **{f"{label}_count": _count(rows, label) for label in WEIGHTS},
    )
    cached = rows.source_points_avg_last_5 == PHASE4
    score = sum((weight * rows[f"{label}_count"] for label, weight in WEIGHTS.items()), start=ibis.literal(0))
    score = score / len(FEATURES)
    lacking = games_missing.lack_games(rows)
    tier = ibis.cases(
        (~cached, quality.BRONZE), (score >= 95, quality.GOLD), (score >= 75, quality.SILVER), else_=quality.BRONZE
    )
    return rows.mutate(
        feature_quality_score=score,
        data_source=(2 * rows.phase4_count >= len(FEATURES)).ifelse("phase4_partial", "mixed"),
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {
                "daily_cache_missing": ~cached,
                **{f"default_{name}": rows[f"source_{name}"] == DEFAULT for name in NAMES},
                games_missing.CODE: lacking,
                games_missing.LEAGUE_CODE: rows.league_games_missing > 0,
            }
        ),
    )


def _count(rows: ir.Table, label: str) -> ir.IntegerValue:
    return sum(((rows[f"source_{name}"] == label).ifelse(1, 0) for name in NAMES), start=ibis.literal(0))


def rest_advantage(team_days_rest: ir.IntegerValue, opponent_days_rest: ir.IntegerValue) -> ir.IntegerValue:
    """Days of rest of his team more than the opponent's, -2 to 2; how long he himself was away is no rest."""
    return (team_days_rest - opponent_days_rest).clip(-2, 2)


def injury_risk(status: ir.StringValue, is_reported: ir.BooleanValue) -> ir.IntegerValue:
    """0 for the fit to 3 for the doubtful; 0 for who is not listed, and NULL where no report covers the game."""
    risk = ibis.cases(*[(status.lower() == name, value) for name, value in STATUS_RISK.items()], else_=0)
    return (status.notnull() | is_reported).ifelse(risk, ibis.null("int64"))


def recent_trend(points: list[ir.NumericValue]) -> ir.IntegerValue:
    """The latest three games' mean points over those of the two before, in steps: -2 to 2, positive is improving.

    `points` are the last five games', newest first; NULL with fewer.
    """
    change = (points[0] + points[1] + points[2]) / 3 - (points[3] + points[4]) / 2
    return ibis.cases((change >= 5, 2), (change >= 2, 1), (change <= -5, -2), (change <= -2, -1), (change.notnull(), 0))


def minutes_change(last_10: ir.NumericValue, season: ir.NumericValue) -> ir.IntegerValue:
    """The last ten games' minutes against the season's, in steps: -2 to 2; NULL without either."""
    change = metrics.ratio(last_10.nullif(0) - season, season)
    return ibis.cases(
        (change >= 0.20, 2), (change >= 0.10, 1), (change <= -0.20, -2), (change <= -0.10, -1), (change.notnull(), 0)
    )


def free_throw_share(ft_makes: ir.IntegerValue, points: ir.IntegerValue, games: ir.IntegerValue) -> ir.FloatingValue:
    """Share of the last ten games' points made from the line, to a half; NULL on too few games or without points."""
    return (games >= LEAST_GAMES).ifelse(metrics.ratio(ft_makes, points).clip(0, 0.5), ibis.null("float64"))


def _with_precomputed(
    rows: ir.Table, cache: ir.Table, factors: ir.Table, player_zones: ir.Table, team_zones: ir.Table
) -> ir.Table:
    cached = (
        *("points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10"),
        *("games_in_last_7_days", "team_pace_last_10", "team_off_rating_last_10"),
    )
    scores = ("fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score")
    rates = ("paint_rate_last_10", "mid_range_rate_last_10", "three_pt_rate_last_10")
    samples = ("total_shots_last_10", "zone_games_in_sample_10")
    defended = ("defensive_rating_last_15", "opponent_pace")

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
    )
