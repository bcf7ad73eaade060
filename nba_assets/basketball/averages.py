"""Averages of a player's games, how far the games stray from them, and the minutes to expect of him.

What those who price his points look up first: statistics to be known before a date, and their columns. The blocks they
are made of are form's.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball import form, history, metrics
from nba_assets.contracts.contract import Column

_SEASON = "of his season so far, playoffs included"
_STRAYS = "sample standard deviation (n - 1) of {what}, his last {games} games; NULL on fewer than two"

COLUMNS = (
    Column(
        "games_played_season", "INT64", f"games {_SEASON}, behind the season's figures and the forecast", required=True
    ),
    Column("l20_games_used", "INT64", "his games behind the last-20 figures", "games", required=True),
    Column("points_avg_season", "DECIMAL(5,1)", f"mean points, games {_SEASON}", "points"),
    Column("points_std_last_5", "DECIMAL(5,2)", _STRAYS.format(what="points", games="five"), "points"),
    Column("points_std_last_10", "DECIMAL(5,2)", _STRAYS.format(what="points", games="ten"), "points"),
    Column("minutes_avg_season", "DECIMAL(5,1)", f"mean minutes, games {_SEASON}", "minutes"),
    Column("usage_rate_season", "DECIMAL(7,2)", f"usage, pooled over the games {_SEASON}", "percent"),
    Column("usage_games_season", "INT64", "of his season's games, those of known usage", "games", required=True),
    Column("minutes_avg_last_5", "DECIMAL(5,1)", "mean minutes of his last five games", "minutes"),
    Column("minutes_avg_last_10", "DECIMAL(5,1)", "mean minutes of his last ten games", "minutes"),
    Column("minutes_std_last_5", "DECIMAL(5,2)", _STRAYS.format(what="minutes", games="five"), "minutes"),
    Column("minutes_std_last_10", "DECIMAL(5,2)", _STRAYS.format(what="minutes", games="ten"), "minutes"),
    Column(
        "minutes_forecast",
        "DECIMAL(5,1)",
        "minutes to expect if he plays: the mean of four, his last game's and his averages of five games, of ten and "
        "of the season; how far off it is beside each of them, `make truth` prints",
        "minutes",
    ),
)


WINDOW_COLUMNS = (
    Column("points_avg_regular_season", "DECIMAL(5,1)", "mean points of his games of the regular season", "points"),
    Column("last_game_date", "DATE", "his latest game behind the averages"),
    Column("window_days", "INT64", "from the first of the last ten games behind the averages to the latest", "days"),
)
"""Which games the averages are of; also where the averages are copied."""


def minutes_forecast(games: ir.Table, before: history.Before) -> ir.FloatingValue:
    """The mean of his last game's minutes and of his averages over five games, ten and the season.

    The short windows follow a change of role, the long ones steady them. Who else is out does not enter: scaling a
    team's forecasts to the minutes there are was tried and gained little.
    """
    means = [form.mean_minutes(last)(games, before) for last in (1, 5, 10, None)]
    return metrics.to_nine_digits((means[0] + means[1] + means[2] + means[3]) / 4)


WINDOW_STATS: dict[str, history.Stat] = {
    "points_avg_regular_season": form.mean_points_regular(),
    "last_game_date": form.last_day(),
    "window_days": form.days_spanned(10),
}

STATS: dict[str, history.Stat] = {
    "games_played_season": form.games_played(),
    "l20_games_used": form.games_played(20),
    "points_avg_season": form.mean_points(),
    "points_std_last_5": form.std_points(5),
    "points_std_last_10": form.std_points(10),
    "minutes_avg_season": form.mean_minutes(),
    "usage_rate_season": form.usage(),
    "usage_games_season": lambda g, before: g.team_plays_on_court.count().over(before.season),
    "minutes_avg_last_5": form.mean_minutes(5),
    "minutes_avg_last_10": form.mean_minutes(10),
    "minutes_std_last_5": form.std_minutes(5),
    "minutes_std_last_10": form.std_minutes(10),
    "minutes_forecast": minutes_forecast,
}
"""Over a player's counted games; counts are NULL before the first."""
