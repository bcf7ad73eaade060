"""Ensemble: the other systems' forecasts averaged, each weighted by how near it came over the last thirty days.

Its rows are made of stored forecasts, so the table that holds those does not hold it. Who has forecasts from fewer than
two systems gets none, and whoever reads a line beside it reads its own edge.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import forecast, history
from nba_assets.basketball.joins import with_columns
from nba_assets.contracts import quality

SYSTEM = "ensemble"

DAYS = 30
"""How far back errors make a system's weight."""

LEAST_ERRORS = 200
"""Until each system of a date has as many in those days, all weigh the same."""

LEAST_SYSTEMS = 2

_SCALE = 10**12
"""Of weights, and values count in thousandths: whole numbers add up to the same on every engine."""

_SAME_OF_ALL = ("universal_player_id", "team_abbr", "opponent_team_abbr", "is_home", "season_points_avg", "role")


def forecasts_of(forecasts: ir.Table, players: ir.Table, days: ir.Table) -> ir.Table:
    """The ensemble's rows for `days`, in the columns of `forecasts` but the hash.

    `forecasts` are all systems' of the season up to the days; `players` are the player summaries that say what was
    scored, of which only those before a day reach its rows. Distributions are averaged quantile by quantile, over the
    systems that have one, which must be two as well.
    """
    today = forecasts.semi_join(days, "game_date")
    rows = with_columns(today, _weights(forecasts, today, players), ("game_date", "system_id"), "weight")
    rows = rows.mutate(known=rows.quantile_50.notnull())
    found = rows.group_by("player_lookup", "game_id", "game_date", "market").agg(
        systems=rows.count(),
        distributions=rows.known.ifelse(1, 0).sum(),
        mean=_average(rows, "mean"),
        errors_behind=rows.errors_behind.min(where=rows.known),
        minutes_forecast=rows.minutes_forecast.max(),
        probability_plays=rows.probability_plays.max(),
        feature_version=rows.feature_version.max(),
        trained_to=rows.trained_to.max(),
        low=(rows.quality_tier == quality.BRONZE).ifelse(1, 0).max(),
        **{name: rows[name].max() for name in _SAME_OF_ALL},
        **{f"of_{name}": _average(rows, name) for name in forecast.DISTRIBUTION},
    )
    columns = [name for name in forecasts.columns if name != "data_hash"]
    return _as_forecasts(found.filter(found.systems >= LEAST_SYSTEMS)).select(*columns)


def _as_forecasts(found: ir.Table) -> ir.Table:
    whole = found.distributions >= LEAST_SYSTEMS
    rows = found.mutate(
        system_id=ibis.literal(SYSTEM),
        errors_behind=whole.ifelse(found.errors_behind, 0),
        **{name: whole.ifelse(found[f"of_{name}"], None) for name in forecast.DISTRIBUTION},
    )
    return forecast.rated_by(rows, rows.low == 1)


def _average(rows: ir.Table, name: str) -> ir.FloatingValue:
    """The weighted mean over the systems that have a value."""
    thousandths = (1000 * rows[name]).round().cast("int64")
    weight = rows[name].notnull().ifelse(rows.weight, 0)
    return (rows.weight * thousandths).sum() / (1000 * weight.sum()).nullif(0)


def _weights(forecasts: ir.Table, today: ir.Table, players: ir.Table) -> ir.Table:
    """For each date and system of `today` a whole number: one over its mean squared error, or 1 for all."""
    systems = today.select("game_date", "system_id").distinct()
    rows = with_columns(systems, _errors(forecasts, systems, players), ("game_date", "system_id"), "errors", "squares")
    fewest = rows.errors.fill_null(0).min().over(group_by="game_date")
    rows = rows.mutate(enough=fewest >= LEAST_ERRORS)
    inverse = (_SCALE * rows.errors / rows.squares.nullif(0)).round().cast("int64")
    return rows.mutate(weight=rows.enough.ifelse(inverse, 1).coalesce(_SCALE))


def _errors(forecasts: ir.Table, systems: ir.Table, players: ir.Table) -> ir.Table:
    """For each date how many forecasts of a system of the days before it came to a game, and their squared errors."""
    past = with_columns(forecasts, history.appeared(players), ("player_lookup", "game_id"), "points")
    past = past.filter(past.points.notnull())
    past = past.mutate(error=(100 * (past.points - past["mean"])).round().cast("int64"))
    past = past.group_by("system_id", _since="game_date").agg(
        errors=past.count(), squares=(past.error * past.error).sum()
    )
    days = systems.select("game_date").distinct()
    joined = days.inner_join(past, days.game_date > past._since)
    joined = joined.filter(joined.game_date.delta(joined._since, unit="day") <= DAYS)
    return joined.group_by("game_date", "system_id").agg(errors=joined.errors.sum(), squares=joined.squares.sum())
