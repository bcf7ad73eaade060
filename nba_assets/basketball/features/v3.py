"""The features of `v3`: the 25 of `v2_corrected_25`, then minutes, rates, role, the game, the opponent, load, absences.

Each group was kept for what it adds to a forecast of points over two seasons, tested on a third. No line of a player is
among them. What rests on injury reports stands together at the end, to be left out by name.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import form, history, metrics
from nba_assets.basketball.features import v2
from nba_assets.basketball.features.feature import Feature, FeatureVersion, feature
from nba_assets.basketball.joins import with_columns

PRIOR_MINUTES, PRIOR_RATE = 100, 0.45
"""Minutes of a usual scorer's points a minute that stand beside a man's own: a rate of few minutes says little."""

SQUAD_GAMES = 10
"""The last games that the form of a squad is of."""

TEAM_GAME = ("game_id", "team_abbr")


def _starts(games: int | None) -> history.Stat:
    """Share of his games that he started."""

    def share(g: ir.Table, before: history.Before) -> ir.FloatingValue:
        return g.starter_flag.cast("int64").mean().over(before.season if games is None else before.last(games))

    return share


PLAYER_STATS: dict[str, history.Stat] = {
    "mean_points_3": form.mean_points(3),
    "mean_points_20": form.mean_points(20),
    **{f"minutes_{games}": form.mean_minutes(games) for games in (1, 2, 3, 5)},
    **{f"starts_{games}": _starts(games) for games in (1, 5)},
    "starts_season": _starts(None),
    "points_sum": form.sum_of("points"),
    "seconds_sum": form.sum_of("seconds_played"),
    "seconds_sum_10": form.sum_of("seconds_played", 10),
    "shots_sum": form.sum_of("fg_attempts"),
    "shots_sum_10": form.sum_of("fg_attempts", 10),
    "tries_sum": form.sum_of("ft_attempts"),
    "tries_sum_10": form.sum_of("ft_attempts", 10),
    "threes_sum_10": form.sum_of("three_pt_attempts", 10),
}
"""Of his games before the day, beside what the 25 take."""

TEAM_STATS: dict[str, history.Stat] = {"last_margin": lambda g, before: g.margin_of_victory}

OF_CACHE = ("ts_pct_last_10", "assisted_rate_last_10")
OF_PLAYER_ZONES = ("paint_pct_last_10", "three_pt_pct_last_10")
OF_TEAM_ZONES = (
    *("paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg", "three_pt_defense_vs_league_avg"),
    "opponent_points_per_game",
)
"""Columns taken of the tables of form, beside those of the 25; of the cache under names with `cache_`."""


def with_squads(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Upcoming games with the form of squads: what those who played had in minutes and points a game of late.

    Of his team's last game, and on average over his own last ten: the more there was then, the less was left for each.
    By box scores alone. `squad_*_tonight` are of everybody on tonight's slate, who are those not reported out.
    """
    games = history.counted(players)
    before = history.Before("player_lookup")
    formed = games.select(
        *("player_lookup", "season_year", "game_date", "game_id", "team_abbr"),
        his_minutes=form.mean_minutes(SQUAD_GAMES)(games, before),
        his_points=form.mean_points(SQUAD_GAMES)(games, before),
    )
    squads = formed.group_by("season_year", "game_date", *TEAM_GAME).agg(
        squad_minutes=history.total(formed.his_minutes),
        squad_points=history.total(formed.his_points),
        squad_players=formed.count(),
    )
    rows = history.as_of(
        rows,
        squads,
        "team_abbr",
        squad_minutes=lambda g, before: g.squad_minutes,
        squad_points=lambda g, before: g.squad_points,
        squad_players=lambda g, before: g.squad_players,
    )
    rows = history.as_of(
        rows,
        with_columns(formed, squads, TEAM_GAME, "squad_minutes", "squad_points"),
        "player_lookup",
        his_squads_minutes=form.mean_of("squad_minutes", SQUAD_GAMES),
        his_squads_points=form.mean_of("squad_points", SQUAD_GAMES),
    )
    tonight = ibis.window(group_by=TEAM_GAME)
    return rows.mutate(
        squad_minutes_tonight=history.total(rows.minutes_10, tonight),
        squad_points_tonight=history.total(rows.mean_points_10, tonight),
    )


def shrunken_rate(points: ir.NumericValue, seconds: ir.NumericValue) -> ir.FloatingValue:
    """Points a minute, drawn towards a usual scorer's by as much as `PRIOR_MINUTES` of his."""
    return (points + PRIOR_MINUTES * PRIOR_RATE) / (seconds / 60 + PRIOR_MINUTES)


def per_minute(count: ir.NumericValue, seconds: ir.NumericValue) -> ir.FloatingValue:
    """How many a minute of what was counted in so many seconds; NULL of none."""
    return metrics.ratio(60 * count, seconds)


def _context(name: str, default: float, unit: str, meaning: str, column: str = "") -> Feature:
    """A column of his upcoming context as it is."""
    return feature(name, default, unit, meaning, phase3=lambda t: t[column or name])


def _formed(name: str, default: float, unit: str, meaning: str, column: str = "") -> Feature:
    """A column of the tables of form as it is."""
    return feature(name, default, unit, meaning, phase4=lambda t: t[column or name])


def _counted(name: str, default: float, unit: str, meaning: str, column: str) -> Feature:
    """A statistic of games before the day as it is."""
    return feature(name, default, unit, meaning, calculated=lambda t: t[column])


_MINUTES = (
    _context("minutes_forecast", 18, "minutes", "minutes to expect if he plays"),
    _counted("minutes_last_game", 18, "minutes", "minutes of his last game", "minutes_1"),
    _counted("minutes_avg_last_2", 18, "minutes", "mean minutes of his last two games", "minutes_2"),
    _counted("minutes_avg_last_3", 18, "minutes", "mean minutes of his last three games", "minutes_3"),
    _counted("minutes_avg_last_5", 18, "minutes", "mean minutes of his last five games", "minutes_5"),
    _counted("minutes_avg_last_10", 18, "minutes", "mean minutes of his last ten games", "minutes_10"),
    _counted("minutes_avg_season", 18, "minutes", "mean minutes of his season", "minutes_season"),
    _context("minutes_std_last_10", 6, "minutes", "spread of his minutes, last ten games"),
    _counted("started_last_game", 0.5, "0 or 1", "1 if he started his last game", "starts_1"),
    _counted("starts_last_5", 0.5, "0-1", "share of his last five games that he started", "starts_5"),
    _counted("starts_season", 0.5, "0-1", "share of his season's games that he started", "starts_season"),
    _context("games_played_season", 0, "games", "his games of the season so far"),
    _context("player_age", 26, "years", "his age"),
)

_RATES = (
    _counted("points_last_game", 8, "points", "points of his last game", "points_1"),
    _counted("points_avg_last_3", 8, "points", "mean points of his last three games", "mean_points_3"),
    _counted("points_avg_last_20", 8, "points", "mean points of his last 20 games", "mean_points_20"),
    feature(
        "points_per_minute_season",
        PRIOR_RATE,
        "per minute",
        f"points a minute of his season, {PRIOR_MINUTES} minutes of {PRIOR_RATE} beside them",
        calculated=lambda t: shrunken_rate(t.points_sum, t.seconds_sum),
    ),
    feature(
        "points_per_minute_last_10",
        PRIOR_RATE,
        "per minute",
        "points a minute of his last ten games",
        calculated=lambda t: per_minute(t.points_sum_10, t.seconds_sum_10),
    ),
    feature(
        "shots_per_minute_season",
        0.43,
        "per minute",
        "shots and 0.44 of free throws a minute of his season",
        calculated=lambda t: per_minute(metrics.shooting_chances(t.shots_sum, t.tries_sum), t.seconds_sum),
    ),
    feature(
        "shots_per_minute_last_10",
        0.43,
        "per minute",
        "shots and 0.44 of free throws a minute of his last ten games",
        calculated=lambda t: per_minute(metrics.shooting_chances(t.shots_sum_10, t.tries_sum_10), t.seconds_sum_10),
    ),
    feature(
        "free_throws_per_minute_season",
        0.08,
        "per minute",
        "free throws taken a minute of his season",
        calculated=lambda t: per_minute(t.tries_sum, t.seconds_sum),
    ),
    feature(
        "threes_per_minute_last_10",
        0.15,
        "per minute",
        "threes taken a minute of his last ten games",
        calculated=lambda t: per_minute(t.threes_sum_10, t.seconds_sum_10),
    ),
    feature(
        "true_shooting_season",
        0.56,
        "0-1",
        "true shooting of his season",
        calculated=lambda t: metrics.true_shooting_pct(t.points_sum, t.shots_sum, t.tries_sum),
    ),
    _formed("true_shooting_last_10", 0.56, "0-1", "true shooting of his last ten games", "cache_ts_pct_last_10"),
    _formed(
        "assisted_rate_last_10",
        65,
        "percent",
        "share of his makes from a pass, last ten games",
        "cache_assisted_rate_last_10",
    ),
    _context("usage_rate_last_10", 18, "percent", "usage, pooled over his last ten games"),
    _context("usage_rate_season", 18, "percent", "usage, pooled over his season"),
    _formed("paint_pct_last_10", 0.57, "0-1", "made of his two-pointers from 8 ft or less, last ten games"),
    _formed("three_pt_pct_last_10", 0.35, "0-1", "made of his threes, last ten games"),
)

_GAME = (
    _context("team_total", 113, "points", "his team's points by the market", "implied_team_total"),
    _context("game_total", 226, "points", "the game's points by the market"),
    _context("spread", 0, "points", "his team's spread; negative is favoured", "game_spread"),
    feature(
        "blowout_risk", 6, "points", "points by which the market has one team win", phase3=lambda t: t.game_spread.abs()
    ),
    _context("expected_game_pace", 99, "per 48 minutes", "possessions of the game to expect"),
    _formed(
        "opponent_points_allowed",
        113,
        "points",
        "points a game the opponent allowed, last 15",
        "opponent_points_per_game",
    ),
    _formed(
        "opponent_paint_allowed",
        0,
        "pct points",
        "made of two-pointers from 8 ft or less against the opponent, less the league's",
        "paint_defense_vs_league_avg",
    ),
    _formed(
        "opponent_mid_range_allowed",
        0,
        "pct points",
        "made of mid-range shots against the opponent, less the league's",
        "mid_range_defense_vs_league_avg",
    ),
    _formed(
        "opponent_three_allowed",
        0,
        "pct points",
        "made of threes against the opponent, less the league's",
        "three_pt_defense_vs_league_avg",
    ),
    _context(
        "opponent_ft_rate_allowed",
        0.25,
        "per attempt",
        "free throws per shot that the opponent allowed, last ten games",
    ),
)

_LOAD = (
    _context("team_days_rest", 1, "days", "his team's whole days since its last game"),
    _context("opponent_days_rest", 1, "days", "the opponent's whole days since its last game"),
    _context("days_absent", 0, "days", "his days off beyond his team's"),
    _context("minutes_in_last_7_days", 60, "minutes", "his minutes on the 7 dates before"),
    _context("travel_miles", 400, "miles", "his team's way to this game"),
    _counted("team_last_margin", 0, "points", "by how much his team won its last game", "last_margin"),
)

_SQUAD = (
    _counted(
        "squad_minutes",
        220,
        "minutes",
        "of those who played his team's last game, minutes a game over the last ten of each",
        "squad_minutes",
    ),
    _counted(
        "squad_points",
        105,
        "points",
        "of those who played his team's last game, points a game over the last ten of each",
        "squad_points",
    ),
    _counted("squad_players", 10, "players", "how many played his team's last game", "squad_players"),
    _counted(
        "his_squads_minutes",
        220,
        "minutes",
        "the same of those who played each of his last ten games for his team, their mean",
        "his_squads_minutes",
    ),
    _counted(
        "his_squads_points",
        105,
        "points",
        "the same of those who played each of his last ten games for his team, their mean",
        "his_squads_points",
    ),
)

_PRICED = (
    _counted("priced_strength", 0, "points", "his team tonight by the spread, above the average", "priced_strength"),
    _counted("priced_strength_usual", 0, "points", "his team by the spreads of its last 20 games", "usual_strength"),
    _counted(
        "priced_strength_opponent",
        0,
        "points",
        "the opponent by the spreads of its last 20 games",
        "opponent_strength",
    ),
    feature(
        "priced_strength_change",
        0,
        "points",
        "his team by tonight's spread, above its usual: below, somebody is missing",
        calculated=lambda t: t.priced_strength - t.usual_strength,
    ),
    feature(
        "priced_strength_change_his",
        0,
        "points",
        "his team by tonight's spread, above that of his own last ten games",
        calculated=lambda t: t.priced_strength - t.his_strength,
    ),
)

_AVAILABILITY = (
    _counted(
        "squad_minutes_tonight",
        260,
        "minutes",
        "of his team but those out, minutes a game over the last ten of each; who is doubtful counts",
        "squad_minutes_tonight",
    ),
    _counted(
        "squad_points_tonight",
        120,
        "points",
        "of his team but those out, points a game over the last ten of each; who is doubtful counts",
        "squad_points_tonight",
    ),
    _context("projected_usage_rate", 18, "percent", "usage with that of teammates who are out spread"),
    _context("star_teammates_out", 0, "players", "stars of his team who are out"),
    _context(
        "star_teammates_newly_out",
        0,
        "players",
        "stars of his team who are out, each by the share of his last ten games that he played",
    ),
    _context("questionable_teammates", 0, "players", "teammates who are questionable"),
)

VERSION = FeatureVersion(
    "v3",
    (*v2.FEATURES, *_MINUTES, *_RATES, *_GAME, *_LOAD, *_SQUAD, *_PRICED, *_AVAILABILITY),
    availability=(*v2.VERSION.availability, *(feature.name for feature in _AVAILABILITY)),
)
