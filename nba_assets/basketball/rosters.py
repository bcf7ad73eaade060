"""Rosters: who is on a team on a date, from snapshots with the dates they hold for, and how old he is then."""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.joins import newest


def on_roster(days: ir.Table, rosters: ir.Table) -> ir.Table:
    """Each team's day with each player on its latest roster then; a player on two teams' belongs to the newer one,
    whether that team plays on the day or not.

    `rosters` are snapshots with the dates they hold for and when each was scraped; `days` has `team_abbr`,
    `season_year` and `game_date`.
    """
    dates = days.select(_date="game_date", _season="season_year").distinct()
    held = dates.inner_join(
        rosters, [dates._season == rosters.season_year, dates._date >= rosters.since, dates._date < rosters.until]
    )
    taken = ("since", "roster_date", "scrape_hour")
    on_team = newest(held, ("_date", "player_lookup"), taken, ties=("team_abbr",)).select(
        "_date",
        "player_lookup",
        "universal_player_id",
        "player_full_name",
        "position",
        "age",
        "since",
        "birth_date",
        _team="team_abbr",
    )
    return days.inner_join(on_team, [("team_abbr", "_team"), ("game_date", "_date")]).drop("_team", "_date")


def age_on(day: ir.DateValue, birth_date: ir.DateValue, stated: ir.IntegerValue) -> ir.IntegerValue:
    """Whole years on the day from the date of birth; else the age that the roster states, one for the season."""
    had_birthday = (day.month() > birth_date.month()) | (
        (day.month() == birth_date.month()) & (day.day() >= birth_date.day())
    )
    return (day.year() - birth_date.year() - had_birthday.ifelse(0, 1)).cast("int64").coalesce(stated)
