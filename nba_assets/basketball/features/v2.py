"""The 25 features of `v2_corrected_25`: names, order, sources, defaults and formulas.

They are made of a row that holds what the feature store joined; no feature is added here: a new list is a new version.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.features.feature import Feature, FeatureVersion, feature
from nba_assets.basketball.zones import shrunk_share

STATUS_RISK = {"available": 0, "probable": 1, "questionable": 2, "doubtful": 3, "out": 3}

LEAST_GAMES = 5
"""Games that a trend, a free-throw share or a team's record rests on at least."""

ZONE_GAMES = 10
"""Games with play-by-play from which on a man's shares of shots stand for themselves."""


DRAWN = "; on fewer than ten games with play-by-play five shots of the league's to date beside his"


def _share(name: str, default: float, meaning: str, rate: str, league: str) -> Feature:
    """His share of shots from a zone: on few known games drawn towards the league's to date, which is the default."""
    return feature(
        name,
        default,
        "0-1",
        meaning,
        phase4=lambda t: (t.zone_games_in_sample_10 >= ZONE_GAMES).ifelse(t[rate] / 100, None),
        calculated=lambda t: shrunk_share(t[rate] / 100, t.total_shots_last_10, t[league]),
        default=lambda t: t[league],
    )


FEATURES = (
    feature(
        "points_avg_last_5",
        10,
        "points",
        "mean points of his last five games; a default on fewer",
        phase4=lambda t: t.cache_points_avg_last_5,
        phase3=lambda t: (t.games >= 5).ifelse(t.mean_points_5, None),
    ),
    feature(
        "points_avg_last_10",
        10,
        "points",
        "mean points of his last ten games",
        phase4=lambda t: t.cache_points_avg_last_10,
        phase3=lambda t: t.mean_points_10,
    ),
    feature(
        "points_avg_season",
        10,
        "points",
        "mean points of his season so far, playoffs included",
        phase4=lambda t: t.cache_points_avg_season,
        phase3=lambda t: t.mean_points,
    ),
    feature(
        "points_std_last_10",
        5,
        "points",
        "spread of his points, last ten games",
        phase4=lambda t: t.cache_points_std_last_10,
        phase3=lambda t: t.std_points_10,
    ),
    feature(
        "games_in_last_7_days",
        3,
        "games",
        "his games on the 7 dates before",
        phase4=lambda t: t.cache_games_in_last_7_days,
        phase3=lambda t: t.games_in_last_7_days,
    ),
    feature("fatigue_score", 50, "0-100", "100 is rested and in rhythm", phase4=lambda t: t.fatigue_score),
    feature(
        "shot_zone_mismatch_score",
        0,
        "score",
        "his shots against this defence, -10 to 10: positive favours him",
        phase4=lambda t: t.shot_zone_mismatch_score,
    ),
    feature("pace_score", 0, "score", "-3 to 3: a faster opponent raises it", phase4=lambda t: t.pace_score),
    feature(
        "usage_spike_score",
        0,
        "score",
        "what teammates newly out add to his usage, -3 to 3",
        phase4=lambda t: t.usage_spike_score,
    ),
    feature(
        "rest_advantage",
        0,
        "days",
        "days of rest of his team more than the opponent's, -2 to 2",
        calculated=lambda t: t.rest_advantage,
    ),
    feature(
        "injury_risk",
        0,
        "code",
        "0 fit, 1 probable, 2 questionable, 3 doubtful or out",
        calculated=lambda t: t.injury_risk,
    ),
    feature(
        "recent_trend",
        0,
        "steps",
        "his last three games' mean points less the two before's: 1 from 2 points on, 2 from 5, falling below 0",
        calculated=lambda t: t.recent_trend,
    ),
    feature(
        "minutes_change",
        0,
        "steps",
        "minutes of his last ten games against his season's: 1 from 10 % more on, 2 from 20 %, fewer below 0",
        calculated=lambda t: t.minutes_change,
    ),
    feature(
        "opponent_def_rating",
        112,
        "points per 100",
        "the opponent's mean defensive rating, last 15 games; ten while it has no row of zones",
        phase4=lambda t: t.defensive_rating_last_15,
        phase3=lambda t: t.opponent_def_rating_last_10,
    ),
    feature(
        "opponent_pace",
        100,
        "per 48 minutes",
        "the opponent's mean pace, last 15 games; ten while it has no row of zones",
        phase4=lambda t: t.opponent_pace,
        phase3=lambda t: t.opponent_pace_last_10,
    ),
    feature("home_away", 0, "0 or 1", "1 at home", phase3=lambda t: t.home_game.ifelse(1, 0)),
    feature("back_to_back", 0, "0 or 1", "1 if he played the day before", phase3=lambda t: t.back_to_back.ifelse(1, 0)),
    feature(
        "playoff_game", 0, "0 or 1", "1 in the playoffs", phase3=lambda t: (t.season_phase == "playoffs").ifelse(1, 0)
    ),
    _share(
        "pct_paint",
        0.41,
        f"share of his shots that are two-pointers from 8 ft or less{DRAWN}",
        "paint_rate_last_10",
        "league_paint",
    ),
    _share(
        "pct_mid_range",
        0.19,
        f"share of his shots that are longer two-pointers{DRAWN}",
        "mid_range_rate_last_10",
        "league_mid_range",
    ),
    _share("pct_three", 0.40, f"share of his shots that are threes{DRAWN}", "three_pt_rate_last_10", "league_three"),
    feature(
        "pct_free_throw",
        0.15,
        "0-1",
        "share of his last ten games' points made from the line, to a half; a default on fewer than five",
        calculated=lambda t: t.free_throw_share,
    ),
    feature(
        "team_pace",
        100,
        "per 48 minutes",
        "his team's mean pace, last ten games",
        phase4=lambda t: t.cache_team_pace_last_10,
        phase3=lambda t: t.team_pace_last_10,
    ),
    feature(
        "team_off_rating",
        112,
        "points per 100",
        "his team's mean offensive rating, last ten games",
        phase4=lambda t: t.cache_team_off_rating_last_10,
        phase3=lambda t: t.team_off_rating_last_10,
    ),
    feature(
        "team_win_pct",
        0.5,
        "0-1",
        "share of its games that his team won; a default on fewer than five",
        calculated=lambda t: (t.team_games >= LEAST_GAMES).ifelse(t.team_wins / t.team_games, None),
    ),
)
"""In order: the one place of their names, sources and defaults."""

VERSION = FeatureVersion("v2_corrected_25", FEATURES, availability=("usage_spike_score", "injury_risk"))


def with_calculated(rows: ir.Table) -> ir.Table:
    """Rows with the features that take more than a look: a value is asked for its source, too."""
    rows = rows.mutate(
        points_rise=points_rise([rows[f"points_{n}"] for n in range(1, 6)]),
        minutes_rise=minutes_rise(rows.minutes_10, rows.minutes_season),
    )
    return rows.mutate(
        rest_advantage=rest_advantage(rows.team_days_rest, rows.opponent_days_rest),
        injury_risk=injury_risk(rows.player_status, rows.star_teammates_out.notnull()),
        recent_trend=in_steps(rows.points_rise, 2, 5),
        minutes_change=in_steps(rows.minutes_rise, 0.10, 0.20),
        free_throw_share=free_throw_share(rows.free_throws_10, rows.points_sum_10, rows.games),
    )


def rest_advantage(team_days_rest: ir.IntegerValue, opponent_days_rest: ir.IntegerValue) -> ir.IntegerValue:
    """Days of rest of his team more than the opponent's, -2 to 2; how long he himself was away is no rest."""
    return (team_days_rest - opponent_days_rest).clip(-2, 2)


def injury_risk(status: ir.StringValue, is_reported: ir.BooleanValue) -> ir.IntegerValue:
    """0 for the fit to 3 for the doubtful; 0 for who is not listed, and NULL where no report covers the game."""
    risk = ibis.cases(*[(status.lower() == name, value) for name, value in STATUS_RISK.items()], else_=0)
    return (status.notnull() | is_reported).ifelse(risk, ibis.null("int64"))


def points_rise(points: list[ir.NumericValue]) -> ir.FloatingValue:
    """The latest three games' mean points over those of the two before; `points` are five games', newest first."""
    return (points[0] + points[1] + points[2]) / 3 - (points[3] + points[4]) / 2


def minutes_rise(last_10: ir.NumericValue, season: ir.NumericValue) -> ir.FloatingValue:
    """The last ten games' minutes over the season's, as a share of these; NULL without either."""
    return metrics.ratio(last_10.nullif(0) - season, season)


def in_steps(rise: ir.FloatingValue, one: float, two: float) -> ir.IntegerValue:
    """-2 to 2, positive is rising: 1 from `one` on, 2 from `two` on; NULL stays NULL."""
    return ibis.cases((rise >= two, 2), (rise >= one, 1), (rise <= -two, -2), (rise <= -one, -1), (rise.notnull(), 0))


def free_throw_share(ft_makes: ir.IntegerValue, points: ir.IntegerValue, games: ir.IntegerValue) -> ir.FloatingValue:
    """Share of the last ten games' points made from the line, to a half; NULL on too few games or without points."""
    return (games >= LEAST_GAMES).ifelse(metrics.ratio(ft_makes, points).clip(0, 0.5), ibis.null("float64"))
