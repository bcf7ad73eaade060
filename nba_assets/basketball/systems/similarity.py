"""Similarity: what he scored in games of the season that were like this one.

The formula of the reference pipeline. A past game is compared by what its own features said before it: the opponent's
defence as it stood then, venue, rest before it, form before it. Who has fewer than five games alike gets no
forecast from this system.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history
from nba_assets.basketball.systems.points import home_or_away

LEAST_ALIKE, MOST_GAMES, LEAST_GAMES = 70, 20, 5
"""Of 100 that a game must be like this one; the most alike that count; and how many it takes."""

_COMPARED = ("defence", "rest", "at_home", "form")


def points(rows: ir.Table) -> ir.Table:
    """`rows` of those with five games alike, with `points_alike`: the mean of their points, each weighted by how alike
    it is, with steps for fatigue, match-up and venue.

    Rows are of any dates of a season, with features under their names, `days_rest`, and the `points` and `season_type`
    of games played. An NBA Cup final is no part of a season's averages, nor of these.
    """
    rows = rows.mutate(
        defence=ibis.cases((rows.opponent_def_rating < 110, 0), (rows.opponent_def_rating < 115, 1), else_=2),
        rest=rows.days_rest.clip(0, 3),
        at_home=rows.home_away == 1,
        form=_form(rows.points_avg_last_5 - rows.points_avg_season),
    )
    found = _games_alike(rows)
    named = rows.inner_join(found, ["player_lookup", "game_id"])
    adjusted = (
        named.mean_alike
        + 0.015 * (named.fatigue_score - 70)
        + 0.4 * named.shot_zone_mismatch_score
        + 0.8 * named.pace_score
        + 0.8 * named.usage_spike_score
        + home_or_away(named, 0.8, -0.5)
    )
    return named.mutate(points_alike=adjusted).drop(*_COMPARED, "mean_alike")


def _form(change: ir.NumericValue) -> ir.IntegerValue:
    """1 for three points or more above the season's average, -1 for as many below."""
    return ibis.cases((change >= 3, 1), (change <= -3, -1), else_=0)


def _games_alike(rows: ir.Table) -> ir.Table:
    """The weighted mean of points of the games that are most alike, of players with enough of them."""
    games = rows.filter(rows.points.notnull(), rows.season_type.isin(history.COUNTED_SEASON_TYPES))
    games = games.select("player_lookup", "season_year", "game_date", "game_id", "points", *_COMPARED)
    days = rows.select("player_lookup", "season_year", "game_date", "game_id", *_COMPARED)
    pairs = history.before(days, games, "player_lookup")
    pairs = pairs.mutate(alike=_alike(pairs)).filter(lambda pair: pair.alike >= LEAST_ALIKE)
    key = ["player_lookup", "game_id"]
    best = ibis.window(group_by=key, order_by=[ibis.desc("alike"), ibis.desc("past_game_date"), "past_game_id"])
    pairs = pairs.mutate(nth=ibis.row_number().over(best)).filter(lambda pair: pair.nth < MOST_GAMES)
    found = pairs.group_by(key).agg(
        games=pairs.count(), weighted=(pairs.alike * pairs.past_points).sum(), weight=pairs.alike.sum()
    )
    found = found.filter(found.games >= LEAST_GAMES)
    return found.select(*key, mean_alike=found.weighted / found.weight)


def _alike(pair: ir.Table) -> ir.IntegerValue:
    """0 to 100: defence 40 (20 next to it), rest 30 (15 a day apart), venue 15, form 15 (5 otherwise).

    Rest before a season's first game is unknown and like no other.
    """
    defence = 40 - 20 * (pair.defence - pair.past_defence).abs()
    rest = (30 - 15 * (pair.rest - pair.past_rest).abs()).clip(lower=0).fill_null(0)
    venue = (pair.at_home == pair.past_at_home).ifelse(15, 0)
    return defence + rest + venue + (pair.form == pair.past_form).ifelse(15, 5)
